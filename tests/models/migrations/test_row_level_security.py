"""No table of a workspace is without row-level security: in the catalogue, after every step and in
what steps say.
"""

import ast
import re
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, ForeignKey, Integer, String, Table, text

from models.core.db.engine import everywhere
from models.core.entity.base import Base
from models.core.search.index import SearchText
from models.maintenance import schema
from tests.models.migrations.test_migrations import own_steps as own_steps
from tests.models.migrations.test_migrations import steps
from tests.neighbours import guarded_tables
from tests.tables import table

FIRST = "0009"
"""The step that guards every table there was; those after it guard what they make."""
SHARED = {"alembic_version", "install_state", "replica"}
"""Tables that belong to no workspace."""
READ = SearchText.__tablename__
"""Guarded against writing only: `models.migrations.row_level_security` says why."""
MADE = re.compile(r'CREATE (?:TABLE|MATERIALIZED VIEW)(?: IF NOT EXISTS)? "?(\w+)', re.IGNORECASE)

CATALOGUE = """
SELECT relname, relrowsecurity AND relforcerowsecurity, coalesce((
    SELECT json_object_agg(polname, ARRAY[polcmd::text, polpermissive::text, pg_get_expr(polqual, polrelid),
        coalesce(pg_get_expr(polwithcheck, polrelid), '')])
    FROM pg_policy WHERE polrelid = pg_class.oid), '{}')
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'f', 'm', 'v')
"""


def catalogue(engine: Engine) -> dict[str, tuple[bool, dict[str, list[str]]]]:
    """Whatever holds rows: whether its policies are forced on everybody, and what they say."""
    with everywhere(engine).connect() as connection:
        return {
            name: (forced, policies)
            for name, forced, policies in connection.execute(text(CATALOGUE))
        }


def wall(column: str = "workspace") -> list[str]:
    """What the policy of a table says of its column, for every command, in PostgreSQL's own
    words.
    """
    here = "current_setting('rapport.workspace'::text, true)"
    condition = f"((({column})::text = {here}) OR ({here} = '*'::text))"
    return ["*", "true", condition, condition]


def unguarded(engine: Engine) -> list[str]:
    """The tables that show rows of one workspace to another."""
    columns = {"workspace": "id"}
    walls = {
        name: {"workspace": wall(columns.get(name, "workspace"))} for name in catalogue(engine)
    }
    walls[READ] = walls.get(READ, {}) | {"reading": ["r", "true", "true", ""]}
    found = catalogue(engine).items()
    return [name for name, state in found if name not in SHARED and state != (True, walls[name])]


def forgotten(source: str) -> list[str]:
    """What a step makes, on its way up or down, and leaves open to every workspace."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [
        name
        for function in functions
        for name in made_by(function)
        if name not in guarded_by(function)
    ]


def made_by(function: ast.FunctionDef) -> list[str]:
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += MADE.findall(node.value)
        if isinstance(node, ast.Call) and makes(node):
            found.append(about(node))
    return found


def makes(call: ast.Call) -> bool:
    """Whether a call makes a table of a workspace, or makes one anew, which leaves its policies
    behind.
    """
    name, told = ast.unparse(call.func).rpartition(".")[2], ast.unparse(call)
    if name in ("row", "entity") or (name == "add_column" and "Column('workspace'" in told):
        return True
    anew = name == "batch_alter_table" and "recreate='always'" in told
    return anew or (name == "create_table" and "'workspace" in told)


def guarded_by(function: ast.FunctionDef) -> set[str]:
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {about(call) for call in calls if ast.unparse(call.func).rpartition(".")[2] == "isolate"}


def about(call: ast.Call) -> str:
    return (
        ast.literal_eval(call.args[0])
        if isinstance(call.args[0], ast.Constant)
        else ast.unparse(call.args[0])
    )


def test_every_table_is_guarded_also_against_its_owner(settled_postgres: Engine) -> None:
    """Whoever forgets it in a migration: `guard.isolate(table)`."""
    assert unguarded(settled_postgres) == []
    assert {table.name for table in guarded_tables()} <= catalogue(settled_postgres).keys()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE widget (id integer, workspace text)",
        "CREATE TABLE gadget (id integer, team text)",
        "CREATE MATERIALIZED VIEW leads AS SELECT * FROM lead",
        "ALTER TABLE lead NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE lead DISABLE ROW LEVEL SECURITY",
        "DROP POLICY workspace ON lead",
        "CREATE POLICY more ON lead FOR SELECT USING (true)",
        "ALTER POLICY workspace ON lead USING (true)",
        "CREATE TABLE fresh (LIKE lead INCLUDING ALL); DROP TABLE lead CASCADE; ALTER TABLE fresh RENAME TO lead",
    ],
)
def test_a_table_left_open_is_noticed_in_the_catalogue(
    settled_postgres: Engine, statement: str
) -> None:
    with settled_postgres.begin() as connection:
        connection.exec_driver_sql(statement)
    assert len(unguarded(settled_postgres)) == 1


def test_no_step_up_or_down_leaves_a_table_open(blank_postgres: Engine) -> None:
    schema.upgrade(blank_postgres, FIRST)
    for step in steps()[steps().index(FIRST) + 1 :]:
        before = catalogue(blank_postgres)
        schema.upgrade(blank_postgres, step)
        assert unguarded(blank_postgres) == [], step
        schema.downgrade(blank_postgres, "-1")
        assert catalogue(blank_postgres) == before, step
        schema.upgrade(blank_postgres, step)
    schema.downgrade(blank_postgres, f"{int(FIRST) - 1:04}")
    assert [
        name for name, (forced, policies) in catalogue(blank_postgres).items() if forced or policies
    ] == []


@pytest.mark.parametrize(
    "step", sorted((schema.STEPS / "versions").glob("[0-9]*.py")), ids=lambda step: step.stem
)
def test_every_step_guards_what_it_makes(step: Path) -> None:
    assert step.name[:4] < FIRST or forgotten(step.read_text()) == []


@table(
    ("lines", "left"),
    [
        ('def upgrade():\n    row("heat")', ["heat"]),
        ('def upgrade():\n    entity("heat")\n    isolate("heat")', []),
        ('def upgrade():\n    row("heat")\ndef downgrade():\n    isolate("heat")', ["heat"]),
        (
            'def upgrade():\n    op.create_table("heat", sa.Column("workspace", sa.String(20)))',
            ["heat"],
        ),
        ('def upgrade():\n    op.create_table("gauge", sa.Column("id", sa.Integer))', []),
        (
            'def downgrade():\n    op.create_table("heat", sa.Column("workspace", sa.String))',
            ["heat"],
        ),
        ("def upgrade():\n    op.execute('CREATE TABLE heat AS SELECT * FROM lead')", ["heat"]),
        (
            'def upgrade():\n    with op.batch_alter_table("lead", recreate="always"):\n        pass',
            ["lead"],
        ),
        ('def upgrade():\n    op.add_column("heat", sa.Column("workspace", sa.String))', ["heat"]),
        ('def upgrade():\n    for name in ("a", "b"):\n        row(name)', ["name"]),
    ],
)
def test_a_step_that_leaves_a_table_open_is_noticed(lines: str, left: list[str]) -> None:
    assert forgotten(lines) == left


def test_a_new_step_guards_the_table_of_a_workspace_and_no_other(
    blank_postgres: Engine, own_steps: Path
) -> None:
    own = Table(
        "heat",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("workspace", String(20), ForeignKey("workspace.id"), index=True),
    )
    gauge = Table("gauge", Base.metadata, Column("id", Integer, primary_key=True))
    try:
        written = schema.revision("Heat", own_steps).read_text()
    finally:
        for table in (own, gauge):
            Base.metadata.remove(table)
    assert written.count('isolate("') == written.count('isolate("heat")') == 1
    schema.upgrade(blank_postgres, steps=own_steps)
    assert unguarded(blank_postgres) == ["gauge"]
    schema.downgrade(blank_postgres, "-1", steps=own_steps)
    assert unguarded(blank_postgres) == []


def test_a_step_that_takes_a_table_away_guards_it_when_it_brings_it_back(
    blank_postgres: Engine, own_steps: Path
) -> None:
    listed = Base.metadata.tables["listed"]
    Base.metadata.remove(listed)
    try:
        schema.revision("Away", own_steps)
    finally:
        Base.metadata._add_table("listed", None, listed)
    schema.upgrade(blank_postgres, steps=own_steps)
    assert "listed" not in catalogue(blank_postgres)
    schema.downgrade(blank_postgres, "-1", steps=own_steps)
    assert unguarded(blank_postgres) == []
    assert "listed" in catalogue(blank_postgres)
