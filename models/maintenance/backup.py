"""Copy the whole database into a file while everybody works, and restore it."""

import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from sqlalchemy import URL, Engine, text

from models.core.db.engine import EVERYWHERE, everywhere
from models.core.db.locks import WriteQueue
from models.core.db.private_files import keep_private, make_private
from models.core.errors import Conflict, NotFound, Unusable
from models.maintenance import schema, statistics

OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
DOUBT = "UPDATE delivery SET state = 'unknown' WHERE state = 'waiting' AND kind <> 'redraw'"
"""Mark what waits in a backup as unknown, since it may have been sent later.

The worker looks for it in Slack first. The statement fits every migration step there was.
"""
LEAVING = 20
"""How often, in tenths of a second, we check whether connections that were just closed are gone."""


def back_up(engine: Engine, file: Path) -> None:
    """Write the database as it is at this moment into a new file, completely or not at all."""
    if file.exists():
        raise Conflict(f"{file} is there already. Name another file.")
    if not file.parent.is_dir():
        raise NotFound(f"There is no folder {file.parent}.")
    with explained(f"The backup was not made, and {file} is not there"), unfinished(file) as part:
        if engine.dialect.name == "postgresql":
            run_tool(
                "pg_dump", engine.url, "--format=custom", "--enable-row-security", f"--file={part}"
            )
        else:
            dump(engine, part)
        step_of(part)
        part.replace(file)


def restore(engine: Engine, file: Path, aside: Path, force: bool = False) -> str:
    """Put a backup in the place of the database, completely or not at all, and return its step.

    Args:
        engine: The engine of the database.
        file: The backup.
        aside: The file in which the present database is kept.
        force: Restore also while others have the database open.
    """
    step = step_of(file)
    schema.refuse_newer(step, schema.STEPS)
    if aside.exists():
        raise Conflict(f"{aside} is there already. Move it away first.")
    if is_dump(file) is not (engine.dialect.name == "postgresql"):
        kind = "PostgreSQL" if is_dump(file) else "SQLite"
        raise Conflict(
            f"{file} is a backup of {kind}. Restore it into another database there, then: crm db copy …"
        )
    if engine.dialect.name == "postgresql":
        restore_server(engine, file, aside, force)
    else:
        with explained("Nothing was restored"):
            restore_file(Path(engine.url.database or ""), file, aside, force)
    return step


def dump(engine: Engine, part: Path) -> None:
    """Write a SQLite database in one reading transaction.

    Nobody waits, and nothing of the write-ahead log is missing.
    """
    place = Path(engine.url.database or "")
    if not place.is_file():
        raise NotFound(f"There is no database {place} yet.")
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("VACUUM INTO ?", [str(part)])


def restore_file(place: Path, file: Path, aside: Path, force: bool) -> None:
    """Put a SQLite backup in the place of the database.

    Nobody writes meanwhile: a process that has the file open waits for its turn, and then finds
    that it is another file.
    """
    with unfinished(place) as part:
        with closing(reading(file)) as kept, closing(sqlite3.connect(part)) as new:
            kept.backup(new)
            with new:
                new.execute(DOUBT)
        step_of(part)
        with WriteQueue(str(place))():
            if place.exists() and not force:
                be_alone(place)
            elif place.exists():
                complete(place)
            for end in ("-wal", "-shm", ""):
                if (old := place.with_name(place.name + end)).exists():
                    keep_private(old)
                    old.rename(aside.with_name(aside.name + end))
            part.replace(place)


def complete(place: Path) -> None:
    """Move the content of the write-ahead log into the file, so that it is complete without it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def be_alone(place: Path) -> None:
    """Raise Conflict where others have the file open.

    SQLite leaves its write-ahead log only when nobody else has the file open; then the log is in
    the file.
    """
    try:
        with closing(sqlite3.connect(place, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise Conflict(
            f"{place} is in use. Stop the bot, then restore. (--force does it all the same.)"
        ) from None
    except sqlite3.DatabaseError:
        return  # it is damaged, which is why somebody restores


def restore_server(engine: Engine, file: Path, aside: Path, force: bool) -> None:
    if not force:
        be_alone_at(engine)
    if schema.current(engine):
        back_up(engine, aside)
    engine.dispose()
    run_tool(
        "pg_restore",
        engine.url,
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        "--exit-on-error",
        str(file),
    )
    with everywhere(engine).begin() as connection:
        connection.execute(text(DOUBT))
    statistics.renew(engine)  # which no backup holds


def be_alone_at(engine: Engine) -> None:
    for _ in range(LEAVING):
        with engine.connect() as connection:
            others = connection.scalar(text(OTHERS))
        if not others:
            return
        time.sleep(0.1)
    raise Conflict(
        f"The database has {others} other connections. Stop the bot, then restore. (--force does it all the same.)"
    )


def step_of(file: Path) -> str:
    """Return the step of a backup.

    Raises:
        Unusable: The file is not a complete database of Rapport.
    """
    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    if is_dump(file):
        return step_of_dump(file)
    try:
        with closing(reading(file)) as connection:
            sound = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if sound != "ok":
                raise Unusable(f"{file} is damaged: {sound}")
            row = connection.execute(
                "SELECT version_num FROM alembic_version, workspace LIMIT 1"
            ).fetchone()
            row = row or connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise Unusable(f"{file} is no database of Rapport, or damaged: {error}") from None
    return str(row[0]) if row else ""


def is_dump(file: Path) -> bool:
    """Return whether PostgreSQL wrote the file."""
    with file.open("rb") as opened:
        return opened.read(5) == b"PGDMP"


def step_of_dump(file: Path) -> str:
    """Return the step that a PostgreSQL dump records, without restoring it."""
    words = ["--data-only", "--table=alembic_version", "--file=-", str(file)]
    for line in run_tool("pg_restore", None, *words).splitlines():
        if line.strip().isdigit():
            return line.strip()
    raise Unusable(f"{file} is no backup of Rapport.")


def reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True)


@contextmanager
def explained(outcome: str) -> Iterator[None]:
    """Put in words that a disk is full or may not be written.

    Args:
        outcome: What follows from that.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise Unusable(
            f"{outcome}: {error}. Is there room, and may Rapport read and write there?"
        ) from None


@contextmanager
def unfinished(file: Path) -> Iterator[Path]:
    """Yield an empty file beside a file for what is not complete yet.

    Only its owner can read it, and it is deleted in the end.
    """
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    make_private(part)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def run_tool(name: str, url: URL | None, *words: str) -> str:
    """Run a PostgreSQL tool and return its output."""
    tool = shutil.which(name)
    if tool is None:
        raise NotFound(
            f"{name} is missing. Install PostgreSQL's client programs, or run it where the server is."
        )
    with tempfile.NamedTemporaryFile("w", suffix=".pgpass") as secret:
        where = [f"--dbname={without_secrets(url, secret)}"] if url is not None else []
        done = subprocess.run([tool, *where, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unusable(f"{name} did not succeed: {done.stderr.strip()}")
    return done.stdout


def without_secrets(url: URL, secret: IO[str]) -> str:
    """Return a URL for a command line, and put the password into a file.

    Where the URL has no password, PostgreSQL looks into its own password file.
    """
    if "sslpassword" in url.query:
        raise Unusable(
            "The database URL has an sslpassword, which others could read. Take a key without a password."
        )
    password = url.password or url.query.get("password")
    plain = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    plain = plain.difference_update_query(["password"])
    if password:
        escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
        secret.write(f"*:*:*:*:{escaped}\n")
        secret.flush()
        plain = plain.update_query_dict({"passfile": secret.name})
    plain = plain.update_query_dict({"options": f"--rapport.workspace={EVERYWHERE}"})
    return plain.render_as_string(hide_password=False)
