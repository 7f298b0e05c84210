"""The commands of `crm` to run the bot, try it, talk to it and fill it."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli import database as keeping
from bot.cli.database import in_words, opened

if TYPE_CHECKING:
    from models.core.unit_of_work import UnitOfWorkFactory


@contextmanager
def imports() -> Iterator[None]:
    """Import without a search for garbage, of which imports make little: a sixth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rapport-crm")
def main() -> None:
    """Rapport, a CRM that lives in Slack."""
    os.umask(0o077)  # what a command writes is for its owner alone


for kept in (keeping.db, keeping.backup, keeping.restore, keeping.adopt, keeping.audit):
    main.add_command(kept)


@main.command()
@in_words
def run() -> None:
    """Run the bot in your Slack workspace, with the tokens of .env."""
    with imports():
        from bot.config import load
        from bot.runner import run

    run(load())


@main.command()
@click.option("--port", default=3000, show_default=True, help="Where the page is.")
@click.option(
    "--database", default="", help="A database to keep; without one every start is fresh."
)
@click.option(
    "--keep",
    is_flag=False,
    flag_value="sandbox.db",
    metavar="[FILE]",
    default=None,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the company between starts, with its clock and what was said; in sandbox.db, or FILE.",
)
@in_words
def sandbox(port: int, database: str, keep: Path | None = None) -> None:
    """Try everything in the browser, without a Slack workspace."""
    with imports():
        from bot.cli.database import without_password
        from bot.sandbox.start import sandbox

    if keep and database:
        raise click.UsageError("Say either --keep or --database.")
    without_password(database)
    sandbox(port, database, keep)


@main.command()
@click.option("--port", default=3000, show_default=True, help="Where the page is, in the sandbox.")
@click.pass_context
@in_words
def start(context: click.Context, port: int) -> None:
    """The bot when there are tokens in .env, otherwise the sandbox."""
    from bot.config import load

    if load(needs_slack=False).reachable:
        context.invoke(run)
    else:
        context.invoke(sandbox, port=port, database="")


@main.command()
@click.option(
    "--url", default="", help="Where Slack reaches the bot over HTTP: https://crm.example.com"
)
@in_words
def manifest(url: str) -> None:
    """Print manifest.yaml, generated from the routes: for Socket Mode, or for HTTP at a URL."""
    from bot.config import load
    from bot.manifest import written
    from handlers.core.router import Catalogue
    from handlers.registry import ROUTERS

    click.echo(written(Catalogue(ROUTERS, load(needs_slack=False).root_command), url), nl=False)


@main.group(invoke_without_command=True)
@click.pass_context
def key(context: click.Context) -> None:
    """Print a new key for ENCRYPTION_KEYS."""
    from models.core.secrets import new_key

    if context.invoked_subcommand is None:
        click.echo(new_key())


@key.command()
@in_words
def rotate() -> None:
    """Encrypt every token and sign every audit trail with the first of the ENCRYPTION_KEYS; the
    others can then go.
    """  # noqa: D205
    from bot.config import SettingsError, load
    from models.core.audit.chain import sign_anew
    from models.core.identity.installation import renew
    from models.core.secrets import Vault

    keys = load(needs_slack=False).encryption_keys
    if not keys:
        raise SettingsError("ENCRYPTION_KEYS is missing, so there is nothing to encrypt with.")
    with opened() as works:
        count, locked = renew(works, Vault(keys))
        signed = sign_anew(works)
    told = f"{count} encrypted anew, {signed} audit trail{'' if signed == 1 else 's'} signed anew."
    click.echo(told + (f" {locked} cannot be opened by any of the keys." if locked else ""))


@main.command()
def settings() -> None:
    """List every setting, its default and what it is for."""
    from dataclasses import fields

    from bot.config import Settings

    for each in fields(Settings):
        default = f" [{each.default}]" if each.default else ""
        click.echo(f"{each.name.upper()}{default}\n    {each.metadata['help']}")


def workspace_of(works: "UnitOfWorkFactory", wanted: str) -> str:
    """Return the id of the workspace that is meant.

    It is the one named, the only one there is, or a first one, which is adopted once Slack is
    connected.
    """
    from bot.config import load
    from models.core.errors import NotFound
    from models.core.identity.user import LOCAL

    known = works.workspaces()
    if not known and not wanted:
        works.settle(LOCAL, name="This computer", **load(needs_slack=False).workspace)
        return LOCAL
    if wanted in known or (not wanted and len(known) == 1):
        return wanted or known[0]
    raise NotFound(f"Say which workspace with --workspace: {', '.join(known)}")


in_workspace = click.option(
    "--workspace", default="", help="The workspace's id; needed only where there are several."
)
as_person = click.option(
    "--as",
    "person",
    default="",
    help="Act as this person (Slack id); otherwise the CRM itself acts.",
)


@main.command()
@in_words
def status() -> None:
    """Say how every process is, and what waits for Slack in every workspace."""
    from bot.cli.console import condition

    with opened() as works:
        click.echo("\n".join(condition(works)))


@main.command()
@click.argument("line")
@in_workspace
@as_person
@in_words
def say(line: str, workspace: str, person: str) -> None:
    """Type a line as you would after /crm: crm say "find acme"."""
    from bot.cli.console import answer

    with opened() as works:
        click.echo(answer(works, workspace_of(works, workspace), person, line))


@main.command()
@click.argument("words", nargs=-1, required=True)
@in_workspace
@as_person
@in_words
def find(words: tuple[str, ...], workspace: str, person: str) -> None:
    """Search everything: crm find acme."""
    from bot.cli.console import answer

    with opened() as works:
        click.echo(answer(works, workspace_of(works, workspace), person, f"find {' '.join(words)}"))


KEPT = click.Path(dir_okay=False, path_type=Path)


@main.command("import")
@click.argument("noun")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="HEADER=FIELD",
    help='Where a column goes, empty for nowhere; or what a word means: "Stage:Engaging=qualification".',
)
@click.option(
    "--people", multiple=True, metavar="NAME=PERSON", help='Who somebody is here: "Jane Doe=@jane".'
)
@click.option(
    "--dates", type=click.Choice(["dmy", "mdy"]), help="Whether the day or the month is first."
)
@click.option("--decimal", type=click.Choice([".", ","]), help="What stands before decimals.")
@click.option(
    "--encoding",
    default="",
    help="How the file is encoded, where that cannot be told: cp1252, gbk.",
)
@click.option("--sheet", default="", help="Which sheet of a workbook is read, by its name.")
@click.option("--answers", type=KEPT, help="A file that keeps all of these for the next import.")
@click.option("--strict", is_flag=True, help="Refuse a row of which any cell cannot be read.")
@click.option(
    "--anyway", is_flag=True, help="Leave out the rows with words that are not understood."
)
@click.option(
    "--make",
    multiple=True,
    type=click.Choice(["accounts", "customers"]),
    help="Make those that rows name.",
)
@click.option("--rest", is_flag=True, help="Keep in the notes what no field takes.")
@click.option("--dry", is_flag=True, help="Only say what would happen.")
@in_workspace
@as_person
@in_words
def import_(
    noun: str, file: Path, dry: bool, workspace: str, person: str, answers: Path | None, **said: Any
) -> None:
    """Load a file of another CRM, as CSV or XLSX: crm import accounts FILE."""
    from bot.cli.console import entity_named, kept_answers, load_file, place_of
    from models.exchange.answers import said as heard

    with opened() as works:
        place = place_of(works, workspace_of(works, workspace), person, noun)
        said["make"] = tuple(entity_named(plural).slug() for plural in said["make"])
        told = kept_answers(heard(**{name: value or "" for name, value in said.items()}), answers)
        if not load_file(place, file, told, dry):
            sys.exit(1)


@main.command()
@click.argument("noun")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@click.option(
    "--filter",
    "words",
    default="",
    help="Only what a list with these words finds, or a saved filter of this name.",
)
@in_workspace
@as_person
@in_words
def export(noun: str, file: Any, words: str, workspace: str, person: str) -> None:
    """Write records as CSV: crm export deals deals.csv --filter "open amount > 10k"."""
    from bot.cli.console import place_of, save_file

    with opened() as works:
        save_file(place_of(works, workspace_of(works, workspace), person, noun), file, words)


@main.command()
@click.argument("act", default="")
@in_workspace
@as_person
@in_words
def undo(act: str, workspace: str, person: str) -> None:
    """Take back what was done last, an import as a whole: crm undo, or crm undo ACT with the id of
    another act.
    """  # noqa: D205
    from bot.cli.console import Place, turn_back

    with opened() as works:
        turn_back(Place(works, workspace_of(works, workspace), person), act, again=False)


@main.command()
@click.argument("act", default="")
@in_workspace
@as_person
@in_words
def redo(act: str, workspace: str, person: str) -> None:
    """Do again what was undone last."""
    from bot.cli.console import Place, turn_back

    with opened() as works:
        turn_back(Place(works, workspace_of(works, workspace), person), act, again=True)
