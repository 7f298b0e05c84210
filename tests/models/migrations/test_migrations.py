"""The tables that the migrations make are the tables that the models want."""

import shutil
import threading
from pathlib import Path
from time import monotonic

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, Integer, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from models.core.entity.base import ENTITIES, Base
from models.core.search.index import is_search_index
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from tests import ground

pytestmark = pytest.mark.dialect

STEPS = schema.STEPS


def steps() -> list[str]:
    """Every step, the first one first."""
    script = ScriptDirectory.from_config(schema.settings(STEPS))
    return [step.revision for step in reversed(list(script.walk_revisions()))]


def tables(engine: Engine) -> set[str]:
    return {name for name in inspect(engine).get_table_names() if not is_search_index(name)}


def differences(connection: Connection) -> list[object]:
    def ours(
        item: object, name: str | None, kind: str, reflected: bool, compared_to: object
    ) -> bool:
        return not is_search_index(name or "")

    options = {"compare_type": True, "include_object": ours}
    return list(
        compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    )


def test_models_and_migrations_agree_and_a_difference_would_be_noticed(settled: Engine) -> None:
    with settled.begin() as connection:
        assert differences(connection) == []
        connection.execute(text("DROP INDEX ix_lead_workspace_status"))
        connection.execute(text("ALTER TABLE lead ADD COLUMN surplus INTEGER"))
        found = differences(connection)
    assert {str(each[0]) for each in found} == {"add_index", "remove_column"}  # type: ignore[index]


def test_the_step_is_read_while_somebody_else_writes(settled: Engine) -> None:
    with settled.begin() as connection:
        connection.execute(text("UPDATE workspace SET name = 'Busy'"))
        began = monotonic()
        assert schema.current(settled) == schema.head()
        assert monotonic() - began < 1


def test_every_step_goes_up_and_down_and_up_again(blank: Engine) -> None:
    for step in steps():
        before = tables(blank)
        schema.upgrade(blank, step)
        assert schema.current(blank) == step
        schema.downgrade(blank, "-1")
        assert tables(blank) - {"alembic_version"} == before - {"alembic_version"}
        schema.upgrade(blank, step)
    assert schema.current(blank) == schema.head() == steps()[-1]
    schema.downgrade(blank, "base")
    assert tables(blank) == {"alembic_version"}
    assert schema.current(blank) == ""


def test_upgrading_twice_changes_nothing(settled: Engine) -> None:
    schema.upgrade(settled)
    assert UnitOfWorkFactory(settled).workspaces() == ["T1", "T2"]


def test_of_several_processes_that_start_at_once_one_migrates(blank: Engine) -> None:
    errors: list[BaseException] = []
    gate = threading.Barrier(3)

    def start() -> None:
        gate.wait()
        try:
            schema.upgrade(blank)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert schema.current(blank) == schema.head()


def test_a_step_that_fails_leaves_the_database_as_it_was(settled: Engine, own_steps: Path) -> None:
    add_step(own_steps, 'op.execute("CREATE TABLE half (id INTEGER)")', 'op.execute("NONSENSE")')
    with pytest.raises(DBAPIError, match="NONSENSE"):
        schema.upgrade(settled, steps=own_steps)
    assert schema.current(settled) == schema.head()
    assert "half" not in tables(settled)


def test_on_sqlite_a_table_that_others_point_at_can_be_rebuilt(
    settled_sqlite: Engine, own_steps: Path
) -> None:
    add_step(
        own_steps,
        'with op.batch_alter_table("user", recreate="always") as table:',
        '    table.alter_column("role")',
    )
    schema.upgrade(settled_sqlite, steps=own_steps)
    assert schema.current(settled_sqlite) == "9999"
    with settled_sqlite.connect() as connection:
        assert connection.scalar(text('SELECT count(*) FROM "user"')) == len(ground.PEOPLE) + 1
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_on_sqlite_a_step_that_leaves_rows_pointing_nowhere_is_refused(
    settled_sqlite: Engine, own_steps: Path
) -> None:
    add_step(own_steps, "op.execute(\"DELETE FROM workspace WHERE id = 'T2'\")")
    with pytest.raises(RuntimeError, match="point nowhere"):
        schema.upgrade(settled_sqlite, steps=own_steps)
    assert UnitOfWorkFactory(settled_sqlite).workspaces() == ["T1", "T2"]


def test_a_new_step_is_written_from_what_changed_in_the_models(
    blank_sqlite: Engine, own_steps: Path
) -> None:
    table = Table("novelty", Base.metadata, Column("id", Integer, primary_key=True))
    try:
        written = schema.revision("Add a novelty", own_steps)
    finally:
        Base.metadata.remove(table)
    assert written.name == f"{int(schema.head()) + 1:04}_add_a_novelty.py"
    told = written.read_text()
    assert told.startswith('"""Add a novelty."""')
    assert told.count("op.create_table") == 1
    schema.upgrade(blank_sqlite, steps=own_steps)
    assert "novelty" in tables(blank_sqlite)
    assert schema.current(blank_sqlite) == schema.head(own_steps) == written.name[:4]


def test_without_a_change_a_new_step_is_empty(own_steps: Path) -> None:
    assert schema.revision("Nothing", own_steps).read_text().count("pass") == 2


def test_steps_are_numbered_and_say_what_they_do() -> None:
    files = sorted(path for path in (STEPS / "versions").glob("[0-9]*.py"))
    assert [path.name[:4] for path in files] == steps()
    assert all(path.read_text().startswith('"""') for path in files)


def test_every_entity_has_its_table_and_the_indexes_that_all_have(engine: Engine) -> None:
    for slug, entity in ENTITIES.items():
        found = {tuple(index["column_names"]) for index in inspect(engine).get_indexes(slug)}
        assert ("workspace", "key") in found, slug
        assert all(str(column[0]) == "workspace" for column in found), entity


def add_step(folder: Path, *lines: str) -> None:
    """A migration after the newest, with these lines in its upgrade."""
    body = "\n".join(f"    {line}" for line in lines)
    (folder / "versions" / "9999_for_a_test.py").write_text(
        f'"""For a test."""\nfrom alembic import op\nrevision = "9999"\ndown_revision = "{schema.head()}"\n'
        f"def upgrade() -> None:\n{body}\ndef downgrade() -> None:\n    pass\n"
    )


@pytest.fixture
def own_steps(tmp_path: Path) -> Path:
    """A copy of the steps, to which a test adds its own."""
    return Path(shutil.copytree(STEPS, tmp_path / "migrations"))
