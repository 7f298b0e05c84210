"""The commands that maintain the database.

They bring it up to date, copy it, back it up and restore it, and check its audit trail.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from models.core.unit_of_work import UnitOfWorkFactory

STAMP = "%Y%m%d-%H%M%S"
A_FILE = click.Path(dir_okay=False, path_type=Path)


def in_words(command: Callable[..., Any]) -> Callable[..., Any]:
    """Make a command end with a sentence, not a traceback, for an error that a person can mend."""

    @wraps(command)
    def tried(*args: Any, **kwargs: Any) -> Any:
        from sqlalchemy.exc import SQLAlchemyError

        from bot.config import SettingsError
        from models.core.db.errors import advice
        from models.core.errors import CRMError

        try:
            return command(*args, **kwargs)
        except (SettingsError, CRMError) as error:
            sentence = str(error)
        except (
            SQLAlchemyError
        ) as error:  # the database goes away in the middle, or has no more room
            if not (sentence := advice(error)):
                raise
        click.echo(sentence, err=True)
        sys.exit(1)

    return tried


@contextmanager
def opened(as_it_is: bool = False) -> Iterator["UnitOfWorkFactory"]:
    """Open the database of the settings, and close it at the end.

    Args:
        as_it_is: Whether to open also one that is not up to date.
    """
    from bot.app import create_works
    from bot.config import load
    from bot.runner import open_database

    settings = load(needs_slack=False)
    with closing(create_works(settings) if as_it_is else open_database(settings)) as works:
        yield works


@click.group()
def db() -> None:
    """The database: bring it up to date, copy it into another."""


@db.command()
@in_words
def upgrade() -> None:
    """Bring the database up to date."""
    from models.maintenance import schema

    with opened(as_it_is=True) as works:
        schema.upgrade(works.engine)
        with works.everywhere() as session:
            unguarded = schema.unguarded(session.connection())
    if unguarded:
        click.echo(unguarded, err=True)
    click.echo(f"The database stands at {schema.head()}.")


@db.command()
@in_words
def current() -> None:
    """Say where the database stands, and where it should."""
    from models.maintenance import schema

    with opened(as_it_is=True) as works:
        click.echo(f"{schema.current(works.engine) or 'nothing'} of {schema.head()}")


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a migration for what changed in the models (for developers)."""
    from models.maintenance import schema

    schema.revision(message)


@db.command()
@click.argument("urls", metavar="[FROM] [TO]", nargs=-1)
@in_words
def copy(urls: tuple[str, ...]) -> None:
    """Copy everything into an empty database.

    From DATABASE_URL to NEW_DATABASE_URL, unless you say otherwise: crm db copy
    postgresql://rapport@host/rapport

    A URL with a password stands in the environment or .env, where others on this machine cannot
    read it; or write - in its place, and it is asked for. Stop the bot first. When this is stopped
    in the middle, the same command goes on where it was.
    """
    from models.core.db.engine import open_engine
    from models.maintenance import copy as copying

    source, target = (given(url) for url in from_and_to(urls))
    ours, theirs = open_engine(source), open_engine(target)
    with closing(Shown()) as shown:
        outcome = copying.copy(ours, theirs, shown)
    for engine in (ours, theirs):
        engine.dispose()
    click.echo(f"{outcome} Now set DATABASE_URL to the new one.")


class Shown:
    """Shows the progress of each table, on one line each."""

    def __init__(self) -> None:
        self.table = ""

    def __call__(self, table: str, done: int, total: int) -> None:
        if table != self.table:
            self.close()
        self.table = table
        click.echo(f"\r{table}: {done} of {total}", nl=False, err=True)

    def close(self) -> None:
        if self.table:
            click.echo(err=True)


def from_and_to(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return the two databases of a copy.

    They are those that were named, and the ones of the settings in place of the others.
    """
    from bot.config import SettingsError, load

    if len(urls) > 2:
        raise SettingsError("Name two databases at most: where from, and where to.")
    for url in urls:
        without_password(url)
    settings = load(needs_slack=False)
    found = (
        (settings.database_url, *urls)[-2:]
        if urls
        else (settings.database_url, settings.new_database_url)
    )
    if not found[1]:
        raise SettingsError(
            "Where to? Set NEW_DATABASE_URL in .env or the environment, or name an empty database."
        )
    return found


def without_password(url: str) -> None:
    """Raise SettingsError where a URL in the line of a command has a password.

    Everybody on the machine can read it there.
    """
    from bot.config import SettingsError

    user, at, _ = url.partition("://")[2].rpartition("@")
    if (at and ":" in user) or "password=" in url:
        raise SettingsError(
            "Everybody on this machine can read the password in the line of a command. Put the URL into .env or the"
            " environment, leave the password to ~/.pgpass, or write - in place of the URL and type it then."
        )


def given(url: str) -> str:
    """Return a database URL that was named.

    Where it is -, it is typed without being shown, or read from a pipe.
    """
    from bot.config import SettingsError, database

    if url == "-":
        url = (
            click.prompt("Database URL", hide_input=True, err=True)
            if sys.stdin.isatty()
            else sys.stdin.readline()
        )
    try:
        return database(url.strip())
    except ValueError as error:
        raise SettingsError(
            f"{url.rpartition('@')[2].partition('?')[0].strip()}: {error}"
        ) from None


@click.command()
@click.argument("file", type=A_FILE, required=False)
@click.option(
    "--keep", type=click.IntRange(min=1), help="Delete all but so many of the backups beside it."
)
@in_words
def backup(file: Path | None, keep: int | None) -> None:
    """Write everything into one file, while the bot runs.

    Without FILE it is called rapport-, the date and the time. --keep counts the files that are
    called so.
    """
    from models.maintenance import backup as backups

    with opened(as_it_is=True) as works:
        file = file or Path(f"rapport-{works.clock():{STAMP}}.backup")
        backups.back_up(works.engine, file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes, checked.")
    if keep:
        for old in sorted(file.parent.glob("rapport-[0-9]*-[0-9]*.backup"))[:-keep]:
            old.unlink()
            click.echo(f"Deleted {old}")


@click.command()
@click.argument("file", type=A_FILE)
@click.option("--force", is_flag=True, help="Also while others have the database open.")
@in_words
def restore(file: Path, force: bool) -> None:
    """Bring a backup back.

    Stop the bot first. What is in the database now is kept in a file beside it.
    """
    from models.maintenance import after_restore, schema
    from models.maintenance import backup as backups

    with opened(as_it_is=True) as works:
        place = Path(works.engine.url.database or "rapport") if works.sqlite else Path("rapport")
        aside = place.with_name(f"{place.name}.before-{works.clock():{STAMP}}")
        step = backups.restore(works.engine, file, aside, force)
        works.close()  # what it has open may be the file that was replaced
        if step == schema.head():
            after_restore.draw_anew(works)
    click.echo(f"The database is again what {file} holds.")
    if force:
        click.echo(
            "A bot that runs on it notices within seconds, lets go of what was there and begins anew."
        )
    if aside.exists():
        click.echo(f"What was there before is in {aside}.")
    if step != schema.head():
        click.echo("It is of an older version. Run: crm db upgrade")


@click.command()
@click.argument("workspace", metavar="T0123")
@in_words
def adopt(workspace: str) -> None:
    """Give what was imported before Slack was connected to a workspace, by its id: crm adopt T0123

    Rapport is installed there and no records were made yet. A workspace whose token is in .env
    needs no such word.
    """  # noqa: D415
    from models.maintenance import adoption

    with opened() as works:
        moved = adoption.adopt(works, workspace)
    click.echo(f"{workspace} has them now: {adoption.told(moved) or 'nothing but its settings'}.")


@click.group()
def audit() -> None:
    """The audit trail: whether anybody tampered with it."""


@audit.command()
@click.option(
    "--end",
    default="",
    metavar="'PLACE HASH'",
    help="Where a trail ended once: it must still have that.",
)
@click.option(
    "--workspace",
    "wanted",
    default="",
    help="Only the trail of this workspace; the one whose end you give.",
)
@in_words
def verify(end: str, wanted: str) -> None:
    """Read the audit trail of every workspace; ends with 1 where something is wrong.

    Whoever can write to the database can cut off the end of a trail. Therefore the log says once a
    minute where each ends: keep the log elsewhere, and give such an end with --end.
    """
    from models.core.audit import verify as proof
    from models.core.db.deadline import at_leisure
    from models.core.errors import NotFound

    found = 0
    with opened() as works, at_leisure():
        known = works.workspaces()
        if (wanted and wanted not in known) or (end and not wanted and len(known) > 1):
            raise NotFound(f"Say whose end that is with --workspace: {', '.join(known)}")
        for workspace in [wanted] if wanted else known:
            with works(workspace, writes=False) as work:
                verdict = proof.verify(work, end)
            found += verdict.count
            click.echo("\n  ".join([f"{workspace}: {verdict}", *map(str, verdict.problems)]))
    sys.exit(1 if found else 0)


@audit.command()
@in_words
def guard() -> None:
    """Put back the triggers that keep the trail append-only, after you know who took them away."""
    from sqlalchemy import text

    from models.core.audit import append_only
    from models.core.db.engine import everywhere

    with opened() as works, works.queue(), everywhere(works.engine).begin() as connection:
        for statement in append_only.statements(connection.dialect.name):
            connection.execute(text(statement))
    click.echo(
        "The audit trail is append-only. What was done to it meanwhile says: crm audit verify"
    )
