"""The schema of a database: upgrade it, say at which step it is, write the next step."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from models.core.db.deadline import at_leisure
from models.core.db.engine import EVERYWHERE, open_engine
from models.core.db.errors import advice, sqlstate
from models.core.errors import Unusable

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported only where a step is taken: a bot that starts on an up-to-date database does
# without it.

LOCK = 7_277_678
"""The advisory lock under which one replica migrates while the others wait.

It may be any number, as long as it is always this one.
"""
COPYING = "copying"
"""The step of a database that is being copied into."""
LOCKED = "55P03"
PATIENCE, PAUSE, ATTEMPTS = "1s", 0.2, 60
"""How long a step waits for a table that others use.

Also the seconds until it tries again, and how often it does.
"""
PASSES = "(rolsuper OR rolbypassrls)"
UNGUARDED = (
    "Row-level security does not hold for the role {}. See “A role for the bot” in docs/operate.md"
)
FORMATTING = {"wrap": "-m ruff format --quiet", "sort": "-m ruff check --quiet --fix --exit-zero"}
"""What ruff does to a new step when it is written, in this order."""
STEPS = Path(str(files("models"))) / "migrations"


def upgrade(engine: Engine, to: str = "head", steps: Path = STEPS) -> None:
    """Upgrade the tables to a step, the newest by default.

    Several processes may call this at once.
    """
    if to != "head" or current(engine) != head(steps):
        from alembic import command

        migrate(engine, steps, lambda config: command.upgrade(config, to))
    elif engine.dialect.name == "postgresql":
        return
    from models.maintenance import statistics

    statistics.renew(engine)


def downgrade(engine: Engine, to: str, steps: Path = STEPS) -> None:
    """Downgrade the tables to a step; "base" is an empty database.

    What only newer steps can hold is lost.
    """
    from alembic import command

    migrate(engine, steps, lambda config: command.downgrade(config, to))


def current(engine: Engine) -> str:
    """Return the step of a database, "" before the first.

    Raises:
        Unusable: Why the database cannot be asked.
    """
    with explained(), engine.connect().execution_options(writes=False) as connection:
        return stands_at(connection)  # reading waits for nobody who writes


def stands_at(connection: Connection) -> str:
    """Return the step that is recorded in a database, "" where none is."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return step(connection)


def step(connection: Connection) -> str:
    """Return the step recorded in a database that has one.

    This reads a single row, without a look through the catalogue.
    """
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def generation(connection: Connection) -> str:
    """Return a value that changes when a backup is restored over a PostgreSQL database in use.

    The restore makes its tables again. On SQLite the value is "", because its engine belongs to one
    file.
    """
    if connection.dialect.name != "postgresql":
        return ""
    return str(connection.scalar(text("SELECT CAST(to_regclass('workspace') AS oid)")) or "")


def check(engine: Engine, steps: Path = STEPS) -> None:
    """Raise Unusable, with what to do, unless a database is at the step that this version needs."""
    found = current(engine)
    refuse_newer(found, steps)
    if found != head(steps):
        raise Unusable("The database is not up to date. Run: crm db upgrade")


def unguarded(connection: Connection) -> str:
    """Return why PostgreSQL itself does not separate the workspaces, "" where it does.

    On SQLite, which cannot, return "" as well.
    """
    if connection.dialect.name != "postgresql":
        return ""
    name = connection.scalar(
        text("SELECT rolname FROM pg_roles WHERE rolname = current_user AND " + PASSES)
    )
    return UNGUARDED.format(name) if name else ""


def refuse_newer(found: str, steps: Path) -> None:
    """Raise Unusable for a database that a newer version has upgraded.

    It may lack what this version writes. A process that is already running goes on.
    """
    if found == COPYING:
        raise Unusable(
            "A copy into this database was begun and is not finished. Go on with it: crm db copy …"
        )
    if found and found not in known(steps):
        raise Unusable(
            f"The database stands at {found}; this version of Rapport knows the steps up to {head(steps)}. Nothing was"
            " changed. Start the newer version again, or bring back a backup from before: crm restore FILE"
        )


def stamp(connection: Connection, step: str) -> None:
    """Record that a database is at this step."""
    connection.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})


def head(steps: Path = STEPS) -> str:
    """Return the newest step there is."""
    return (known(steps) or [""])[-1]


def known(steps: Path = STEPS) -> list[str]:
    """Return every step there is, in order: their files are named by their numbers."""
    return sorted(path.name[:4] for path in (steps / "versions").glob("[0-9]*.py"))


def revision(message: str, steps: Path = STEPS) -> Path:
    """Write the step from the newest one to the present models.

    Return the file, to be read and completed.
    """
    from alembic import command

    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/blank.db")
        upgrade(engine, steps=steps)
        with migrating(engine, steps) as config:
            format_after_writing(config)
            step = command.revision(
                config, message, autogenerate=True, rev_id=f"{int(head(steps) or 0) + 1:04}"
            )
        engine.dispose()
    assert step is not None
    assert not isinstance(step, list)
    return Path(step.path)


def settings(steps: Path, connection: Connection | None = None) -> "Config":
    """Return what alembic.ini would say."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    return config


def format_after_writing(config: "Config") -> None:
    """Let ruff, where it is installed, format a new step in the style that `make lint` asks for."""
    if find_spec("ruff") is None:
        return
    for name, options in FORMATTING.items():
        config.set_section_option("post_write_hooks", f"{name}.type", "exec")
        config.set_section_option("post_write_hooks", f"{name}.executable", sys.executable)
        config.set_section_option(
            "post_write_hooks", f"{name}.options", f"{options} REVISION_SCRIPT_FILENAME"
        )
    config.set_section_option("post_write_hooks", "hooks", ", ".join(FORMATTING))


def migrate(engine: Engine, steps: Path, act: Callable[["Config"], None]) -> None:
    """Move between steps, and try again where other users are in the way.

    Each step is done completely or not at all.
    """
    for attempt in range(ATTEMPTS):
        try:
            with explained(), migrating(engine, steps) as config:
                act(config)
            return
        except DBAPIError as error:
            if sqlstate(error) != LOCKED or attempt == ATTEMPTS - 1:
                raise
        time.sleep(PAUSE)


@contextmanager
def explained() -> Iterator[None]:
    """Put the troubles of a database in words for the person who starts this.

    Errors of a step stay what they are.
    """
    try:
        yield
    except SQLAlchemyError as error:
        if sqlstate(error) != LOCKED and (told := advice(error)):
            raise Unusable(told) from error
        raise


@contextmanager
def migrating(engine: Engine, steps: Path) -> Iterator["Config"]:
    """Let one process at a time migrate, without the time-outs that serve people."""
    with at_leisure(), engine.connect() as connection:
        found = stands_at(connection)
        connection.rollback()
        refuse_newer(found, steps)
        with WAYS[engine.dialect.name](connection):
            yield settings(steps, connection)


@contextmanager
def on_sqlite(connection: Connection) -> Iterator[None]:
    """Run all steps in one transaction.

    SQLite rebuilds a table to alter it: the rows that refer to it must not notice, and must be
    correct again afterwards.
    """
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
    """Run each step in a transaction of its own.

    A statement that waits for a table holds up all that come after it, so none waits for it long.
    """
    while not ask(connection, f"SELECT pg_try_advisory_lock({LOCK})"):
        time.sleep(PAUSE)  # if a statement waited, a concurrent index build would wait for us
    try:
        ask(connection, "SELECT set_config('statement_timeout', '0', false)")
        ask(connection, f"SELECT set_config('lock_timeout', '{PATIENCE}', false)")
        ask(connection, f"SELECT set_config('rapport.workspace', '{EVERYWHERE}', false)")
        yield
    finally:
        connection.invalidate()  # closes it: that ends the lock and the time-outs, which others must not inherit


def ask(connection: Connection, question: str) -> Any:
    connection.rollback()
    with connection.begin():
        return connection.scalar(text(question))


WAYS: dict[str, Callable[[Connection], Any]] = {"sqlite": on_sqlite, "postgresql": on_postgresql}
