"""The tables of a database: bring them up to date, say where they stand, write the next step."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from models.core.database import open_engine

LOCK = 7_277_678
"""The advisory lock under which one replica migrates while the others wait; any number, if it is always this one."""
STEPS = Path(str(files("models"))) / "migrations"


def upgrade(engine: Engine, to: str = "head", steps: Path = STEPS) -> None:
    """Bring the tables up to a step, the newest by default. Several processes may call this at once."""
    with migrating(engine, steps) as config:
        command.upgrade(config, to)


def downgrade(engine: Engine, to: str, steps: Path = STEPS) -> None:
    """Take the tables back to a step; "base" is an empty database. What only newer steps can hold is lost."""
    with migrating(engine, steps) as config:
        command.downgrade(config, to)


def current(engine: Engine) -> str:
    """The step a database stands at; empty before the first."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def head(steps: Path = STEPS) -> str:
    """The newest step there is."""
    return ScriptDirectory.from_config(settings(steps)).get_current_head() or ""


def revision(message: str, steps: Path = STEPS) -> Path:
    """Write the step from the newest one to the models as they are now; returns the file, to be read and completed."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/blank.db")
        upgrade(engine, steps=steps)
        with migrating(engine, steps) as config:
            step = command.revision(config, message, autogenerate=True, rev_id=f"{int(head(steps) or 0) + 1:04}")
        engine.dispose()
    assert step is not None
    assert not isinstance(step, list)
    return Path(step.path)


def settings(steps: Path, connection: Connection | None = None) -> Config:
    """What alembic.ini would say."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def migrating(engine: Engine, steps: Path) -> Iterator[Config]:
    """One transaction for all steps, one process at a time, without the time-outs that serve people."""
    with engine.connect() as connection, WAYS[engine.dialect.name](connection):
        yield settings(steps, connection)


@contextmanager
def on_sqlite(connection: Connection) -> Iterator[None]:
    """SQLite rebuilds a table to alter it: the rows that point at it must not notice, and must be right again after."""
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
    try:
        with connection.begin():
            yield
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"The migration left rows that point nowhere: {broken[:5]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


@contextmanager
def on_postgresql(connection: Connection) -> Iterator[None]:
    with connection.begin():
        for setting in ("statement_timeout", "lock_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {setting} = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        yield


WAYS: dict[str, Callable[[Connection], Any]] = {"sqlite": on_sqlite, "postgresql": on_postgresql}
