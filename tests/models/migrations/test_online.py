"""Steps that change tables which are in use, and the rule that keeps them from stopping anybody."""

import ast
import threading
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, inspect, text

from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from models.migrations import online
from models.sales.lead import Lead
from tests.ground import given
from tests.models.migrations.test_migrations import own_steps as own_steps
from tests.tables import table

pytestmark = pytest.mark.dialect

STEPS = sorted((schema.STEPS / "versions").glob("[0-9]*.py"))
CONTRACTING = ("drop_column", "drop_table", "rename_table", "drop_constraint")
REBUILT = "new_column_name", "type_", "nullable"


def broken_rules(source: str) -> list[str]:
    """What in a step would stop the release before it, or hold up people, while both run."""
    tree = ast.parse(source)
    upgrade = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and not in_downgrade(tree, node)
    ]
    declared = any(
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "contracts"
        for node in tree.body
    )
    made = {literal(call) for call in calls if name(call) in ("create_table", "row", "entity")}
    found = [broken for call in calls if (broken := breaks(call, declared, made))]
    gentle = [call for call in calls if ast.unparse(call.func).startswith("online.")]
    others = [
        node
        for node in upgrade.body
        if not isinstance(node, ast.Assign) and ast.unparse(node)[:7] != "online."
    ]
    return [
        *found,
        *(
            ["does more than change a table online: put that into a step of its own"]
            if gentle and others
            else []
        ),
    ]


def breaks(call: ast.Call, declared: bool, made: set[str]) -> str:
    words = {word.arg for word in call.keywords}
    if name(call) in CONTRACTING and not declared:
        return f"{name(call)} takes away what the release before may use: do it a release later and declare `contracts`"
    if name(call) == "alter_column" and words & set(REBUILT) and not declared:
        return "alter_column changes what the release before may use: do it a release later and declare `contracts`"
    told = ast.unparse(call)
    if name(call) == "add_column" and "nullable=False" in told and "server_default" not in told:
        return "add_column asks for values that the release before does not write: allow NULL, or give a server_default"
    if name(call) in ("index", "create_index") and not gentle_or_new(call, made):
        return f"builds an index on {literal(call)}, which may be big: use online.index"
    if name(call) == "execute" and "UPDATE" in told:
        return "changes all rows in one statement: use online.update"
    return ""


def gentle_or_new(call: ast.Call, made: set[str]) -> bool:
    return ast.unparse(call.func) == "online.index" or literal(call) in made


def in_downgrade(tree: ast.Module, wanted: ast.AST) -> bool:
    downs = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "downgrade"
    ]
    return any(node is wanted for down in downs for node in ast.walk(down))


def name(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def literal(call: ast.Call) -> str:
    """The table a call is about: its first argument, or the second where that is the name of an
    index.
    """
    args = call.args[1:] if name(call) == "create_index" else call.args
    return str(args[0].value) if args and isinstance(args[0], ast.Constant) else ""


@table("step", STEPS)
def test_the_release_before_can_go_on_while_a_step_is_made(step: Path) -> None:
    assert broken_rules(step.read_text()) == []


@table(
    ("line", "complaint"),
    [
        ('op.drop_column("lead", "score")', "takes away"),
        ('op.rename_table("lead", "prospect")', "takes away"),
        ('op.alter_column("lead", "score", new_column_name="points")', "changes what"),
        ('op.add_column("lead", sa.Column("heat", sa.Integer, nullable=False))', "allow NULL"),
        ('op.create_index("ix_heat", "lead", ["heat"])', "online.index"),
        ('index("lead", "heat")', "online.index"),
        ('op.execute("UPDATE lead SET score = 0")', "online.update"),
        ('online.index("lead", "heat"); op.drop_index("ix")', "a step of its own"),
    ],
)
def test_a_step_that_would_stop_others_is_noticed(line: str, complaint: str) -> None:
    (broken,) = broken_rules(f"def upgrade():\n    {line}\n")
    assert complaint in broken


@table(
    "lines",
    [
        'contracts = "0.2"\ndef upgrade():\n    op.drop_column("lead", "score")',
        'def upgrade():\n    op.add_column("lead", sa.Column("heat", sa.Integer))',
        'def upgrade():\n    op.add_column("x", sa.Column("y", sa.Integer, nullable=False, server_default="0"))',
        'def upgrade():\n    row("heat")\n    index("heat", "workspace")',
        'def upgrade():\n    where = "x"\n    online.index("lead", "heat", where=where)',
        'def upgrade():\n    pass\ndef downgrade():\n    op.drop_table("lead")',
    ],
)
def test_a_step_that_only_adds_or_says_that_it_takes_away_is_fine(lines: str) -> None:
    assert broken_rules(lines) == []


def add_gentle_step(folder: Path, *lines: str) -> None:
    body = "\n".join(f"    {line}" for line in lines)
    (folder / "versions" / "9999_for_a_test.py").write_text(
        f'"""For a test."""\nfrom models.migrations import online\nrevision = "9999"\n'
        f'down_revision = "{schema.head()}"\ndef upgrade():\n{body}\n'
        'def downgrade():\n    online.drop_index("lead", "ix_lead_company")\n'
    )


def indexes(engine: Engine) -> set[str | None]:
    return {index["name"] for index in inspect(engine).get_indexes("lead")}


def test_an_index_is_built_and_taken_away(settled: Engine, own_steps: Path) -> None:
    add_gentle_step(own_steps, 'online.index("lead", "company", where="company IS NOT NULL")')
    schema.upgrade(settled, steps=own_steps)
    assert "ix_lead_company" in indexes(settled)
    schema.downgrade(settled, "-1", steps=own_steps)
    assert "ix_lead_company" not in indexes(settled)
    assert schema.current(settled) == schema.head()


def test_an_index_whose_building_was_killed_is_built_again(
    server: URL, settled_postgres: Engine, own_steps: Path
) -> None:
    superuser = create_engine(server.set(database=settled_postgres.url.database))
    with superuser.begin() as connection:
        connection.execute(text("CREATE INDEX ix_lead_company ON lead (company)"))
        broken = (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_lead_company'::regclass"
        )
        connection.execute(text(broken))
    superuser.dispose()
    add_gentle_step(own_steps, 'online.index("lead", "company")')
    schema.upgrade(settled_postgres, steps=own_steps)
    with settled_postgres.connect() as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_lead_company'::regclass"
        assert connection.scalar(text(valid)) is True


def test_people_write_while_an_index_waits_for_a_long_transaction(
    settled_postgres: Engine, own_steps: Path
) -> None:
    works = UnitOfWorkFactory(settled_postgres)
    add_gentle_step(own_steps, 'online.index("lead", "company")')
    upgrading = threading.Thread(
        target=schema.upgrade, args=(settled_postgres,), kwargs={"steps": own_steps}
    )
    with works("T1", "U_RITA") as work:
        work.add(Lead(first_name="Slow", title="Slow", key="slow"))
        upgrading.start()
        with settled_postgres.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            while not connection.scalar(text("SELECT count(*) FROM pg_stat_progress_create_index")):
                pass
        given(works, Lead, "U_OTTO", "T2", first_name="Quick")
    upgrading.join()
    assert "ix_lead_company" in indexes(settled_postgres)


def test_rows_are_changed_in_batches_and_only_those_that_need_it(
    settled: Engine, own_steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "BATCH", 3)
    works = UnitOfWorkFactory(settled)
    for number in range(8):
        given(works, Lead, first_name="Ada", company="kept" if number == 4 else "")
    add_gentle_step(own_steps, 'online.update("lead", "company = \'new\'", "company IS NULL")')
    schema.upgrade(settled, steps=own_steps)
    with works("T1") as work:
        found = [lead.company for lead in work.session.query(Lead).order_by(Lead.number)]
    assert found == ["new"] * 4 + ["kept"] + ["new"] * 3


def test_a_step_waits_for_a_table_in_use_only_so_long_and_tries_again(
    settled_postgres: Engine, own_steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "PATIENCE", "50ms")
    (own_steps / "versions" / "9999_for_a_test.py").write_text(
        f'"""For a test."""\nfrom alembic import op\nrevision = "9999"\ndown_revision = "{schema.head()}"\n'
        'def upgrade():\n    op.execute("ALTER TABLE lead ADD COLUMN heat integer")\ndef downgrade():\n    pass\n'
    )
    upgrading = threading.Thread(
        target=schema.upgrade, args=(settled_postgres,), kwargs={"steps": own_steps}
    )
    with settled_postgres.connect() as reader:
        reader.execute(text("SELECT 1 FROM lead"))
        upgrading.start()
        upgrading.join(0.3)
        assert upgrading.is_alive()
    upgrading.join()
    assert schema.current(settled_postgres) == "9999"
