"""The command line, as a person in a terminal meets it."""

import csv
import shlex
import subprocess
import sys
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.cli.run import main
from bot.config import Settings, load
from bot.manifest import written
from bot.sandbox.slack import Slack
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core import saved_filters
from models.core.db.engine import open_engine
from models.core.identity.installation import Installation, install
from models.core.outbox.delivery import deliver
from models.core.replica import beat
from models.core.secrets import Vault, new_key
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.maintenance import schema
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.sales.purchase import Purchase
from tests.bot.conftest import Crm
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE

HEAVY = {
    "alembic",
    "apscheduler",
    "charset_normalizer",
    "clevercsv",
    "phonenumbers",
    "python_calamine",
    "rapidfuzz",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "starlette",
}


@pytest.fixture
def at_home(crm: Crm, engine: Engine) -> Crm:
    """`crm` with the database of the test."""
    url = engine.url.render_as_string(hide_password=False)
    return lambda *words: crm(*words, DATABASE_URL=url)


@pytest.fixture
def slack_elsewhere(world: Slack) -> str:
    """The Web API of a small Slack in which nobody knows our tokens."""
    world.reset()
    return f"{world.url}/api/"


@pytest.mark.parametrize("words", [["--help"], ["-h"], []])
def test_help_names_every_command(crm: Crm, words: list[str]) -> None:
    said = crm(*words).output
    for command in (
        "db",
        "export",
        "find",
        "import",
        "manifest",
        "run",
        "sandbox",
        "say",
        "settings",
        "start",
    ):
        assert f"\n  {command} " in said


@pytest.mark.parametrize("command", [*main.commands, "db upgrade", "db current", "db revision"])
def test_every_command_says_what_it_does(crm: Crm, command: str) -> None:
    done = crm(*command.split(), "--help")
    assert done.exit_code == 0
    assert len(done.output.split("\n\n")[1].strip()) > 15


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from bot.cli.run import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    loaded = {name.partition(".")[0] for name in said.splitlines()[-1].split()}
    assert "click" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_bot_starts_without_what_only_a_search_or_a_file_needs() -> None:
    code = "import sys, bot.app, bot.runner, handlers; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    loaded = {name.partition(".")[0] for name in said.split()}
    assert "slack_bolt" in loaded
    late = {
        "rapidfuzz",
        "dateparser",
        "nameparser",
        "charset_normalizer",
        "clevercsv",
        "python_calamine",
    }
    assert loaded.isdisjoint(late)


@pytest.mark.parametrize("command", ["run", "say help", "db current"])
def test_a_wrong_setting_ends_with_its_sentence_and_no_traceback(crm: Crm, command: str) -> None:
    words = ["say", "help"] if command == "say help" else command.split()
    done = crm(
        *words, DATABASE_URL="oracle://old", SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1"
    )
    assert done.exit_code == 1
    assert done.output.startswith("DATABASE_URL is wrong: it is no database URL. ")
    assert "Traceback" not in done.output


def test_running_without_tokens_says_which_and_where_to_get_them(crm: Crm) -> None:
    done = crm("run")
    assert done.exit_code == 1
    assert done.output.startswith("SLACK_BOT_TOKEN is missing. The bot's token: api.slack.com/apps")


def test_a_token_slack_refuses_is_explained(crm: Crm, slack_elsewhere: str) -> None:
    done = crm(
        "run", SLACK_BOT_TOKEN="xoxb-old", SLACK_APP_TOKEN="xapp-1", SLACK_API_URL=slack_elsewhere
    )
    assert done.exit_code == 1
    made, *_, refused = done.output.splitlines()
    assert "There is no database at " in made
    assert (
        refused
        == "SLACK_BOT_TOKEN is refused by Slack (invalid_auth). Copy it again from OAuth & Permissions."
    )


def test_the_manifest_is_printed(crm: Crm) -> None:
    assert crm("manifest").output == written(Catalogue(ROUTERS))
    assert "command: /sales-deal\n" in crm("manifest", ROOT_COMMAND="/sales").output


def test_the_manifest_for_http_is_printed_for_its_address(crm: Crm) -> None:
    said = crm("manifest", "--url", "https://crm.example.com/").output
    assert said == written(Catalogue(ROUTERS), "https://crm.example.com")
    assert "request_url: https://crm.example.com/slack/events\n" in said


def test_a_key_is_printed_that_the_settings_take(crm: Crm) -> None:
    made = {crm("key").output.strip() for _ in range(3)}
    assert len(made) == 3
    assert crm("settings", ENCRYPTION_KEYS=",".join(made)).exit_code == 0
    assert load({"ENCRYPTION_KEYS": ",".join(made)}, needs_slack=False).encryption_keys == ",".join(
        made
    )


def test_tokens_are_encrypted_anew_with_the_first_key(
    crm: Crm, clean_sqlite: Engine, clock: StoppedClock
) -> None:
    works, url = UnitOfWorkFactory(clean_sqlite, clock), clean_sqlite.url.render_as_string()
    old, new = new_key(), new_key()
    with works("T1") as work:
        install(work, Vault(old).seal("xoxb-1"))
    with works("T2") as work:
        install(work, Vault(new_key()).seal("xoxb-2"))
    done = crm("key", "rotate", ENCRYPTION_KEYS=f"{new},{old}", DATABASE_URL=url)
    assert (
        done.output
        == "1 encrypted anew, 0 audit trails signed anew. 1 cannot be opened by any of the keys.\n"
    )
    with works("T1", writes=False) as work:
        there = Installation.here(work)
    assert there
    assert Vault(new).open(there.token) == "xoxb-1"


def test_without_keys_there_is_nothing_to_encrypt_with(crm: Crm) -> None:
    done = crm("key", "rotate")
    assert (done.exit_code, done.output) == (
        1,
        "ENCRYPTION_KEYS is missing, so there is nothing to encrypt with.\n",
    )


def test_every_setting_is_listed_with_its_default(crm: Crm) -> None:
    said = crm("settings").output
    for each in fields(Settings):
        assert (
            f"{each.name.upper()}{f' [{each.default}]' if each.default else ''}\n    {each.metadata['help']}"
            in said
        )


def test_a_new_database_is_brought_up_to_date(crm: Crm, tmp_path: Path) -> None:
    assert crm("db", "current").output == f"nothing of {schema.head()}\n"
    assert crm("db", "upgrade").output == f"The database stands at {schema.head()}.\n"
    assert crm("db", "current").output == f"{schema.head()} of {schema.head()}\n"
    assert (tmp_path / "rapport.db").exists()


def test_the_first_line_needs_neither_slack_nor_preparation(crm: Crm) -> None:
    assert (
        crm("say", "lead new Ada Lovelace company=Analytical").output
        == "Created LD-1 Ada Lovelace\nCompany: Analytical\n"
    )
    assert "LD-1 Ada Lovelace" in crm("find", "analytical").output


def test_everything_about_a_record_is_read_in_the_terminal(crm: Crm) -> None:
    crm("say", "lead new Ada Lovelace company=Analytical")
    told = crm("say", "LD-1 more --tab=details").output
    assert "First name: Ada\nLast name: Lovelace\nCompany: Analytical\n" in told
    assert "\nAnalytical · *New* · unassigned\n" in crm("say", "LD-1 more").output


def test_what_was_typed_in_the_terminal_is_taken_back_there(crm: Crm) -> None:
    assert crm("say", "undo").output == "There is nothing to undo.\n"
    crm("say", "lead new Ada Lovelace")
    assert crm("say", "undo").output == "Undone: LD-1 Ada Lovelace was removed\n"
    assert crm("say", "redo").output == "Done again: LD-1 Ada Lovelace is back\n"


@SQLITE
def test_whoever_runs_the_bot_makes_the_first_admin(at_home: Crm, works: UnitOfWorkFactory) -> None:
    works.welcome("T1", "U_ADA", left=True)
    refused = at_home("say", "role give US-3 admin", "--workspace", "T1", "--as", "U_MONA").output
    command = refused.partition("crm ")[2]
    assert command == 'say "role give US-3 admin"\n'
    done = at_home(*shlex.split(command), "--workspace", "T1")
    assert "Role: manager → admin" in done.output


def test_postgresql_is_not_migrated_behind_ones_back(crm: Crm, blank_postgres: Engine) -> None:
    done = crm("say", "help", DATABASE_URL=blank_postgres.url.render_as_string(hide_password=False))
    assert (done.exit_code, done.output) == (
        1,
        "The database is not up to date. Run: crm db upgrade\n",
    )


def test_a_line_does_in_the_terminal_what_it_does_in_slack(
    at_home: Crm, works: UnitOfWorkFactory
) -> None:
    done = at_home(
        "say", "lead new Ada Lovelace company=Analytical", "--workspace", "T1", "--as", "U_RITA"
    )
    assert (done.exit_code, done.output) == (0, "Created LD-1 Ada Lovelace\nCompany: Analytical\n")
    with works("T1") as work:
        assert work.name("user", work.find(Lead, 1).owner or 0) == "Rita Reyes"


@SQLITE
def test_a_line_that_needs_more_names_what(at_home: Crm) -> None:
    said = at_home("say", "deal new", "--workspace", "T1", "--as", "U_RITA").output
    assert said.startswith("This needs more: ")
    assert said.endswith("Add them as field=value.\n")


@SQLITE
def test_what_a_person_may_not_do_is_refused_in_the_terminal_too(
    at_home: Crm, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Ada")
    done = at_home("say", "lead convert LD-1", "--workspace", "T1", "--as", "U_GUS")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    with works("T1") as work:
        assert not work.find(Lead, 1).converted


@SQLITE
def test_the_workspace_is_asked_for_where_there_are_several(at_home: Crm) -> None:
    done = at_home("say", "help")
    assert (done.exit_code, done.output) == (1, "Say which workspace with --workspace: T1, T2\n")


@SQLITE
def test_a_stranger_is_not_let_in(at_home: Crm) -> None:
    done = at_home("say", "help", "--workspace", "T1", "--as", "U_OTTO")
    assert (done.exit_code, done.output) == (1, "I do not know you yet. Please try again.\n")


@SQLITE
def test_records_are_written_as_csv(at_home: Crm, works: UnitOfWorkFactory, tmp_path: Path) -> None:
    given(works, Lead, first_name="Ada", company="Analytical")
    done = at_home("export", "leads", str(tmp_path / "leads.csv"), "--workspace", "T1")
    assert done.exit_code == 0
    header, row = (tmp_path / "leads.csv").read_text(encoding="utf-8-sig").splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["first_name"] == "Ada"


@SQLITE
def test_the_parts_of_what_is_exported_are_a_file_beside_it(
    at_home: Crm, works: UnitOfWorkFactory, tmp_path: Path
) -> None:
    given(works, Account, name="Acme")
    given(works, Purchase, account="Acme", lines="3 × Widget @ 90; 1 × Setup @ 500")
    done = at_home("export", "sales", str(tmp_path / "sales.csv"), "--workspace", "T1")
    assert done.exit_code == 0, done.output
    header = (tmp_path / "sales.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert "lines" not in header.split(",")
    (beside,) = set(tmp_path.glob("sales-*.csv"))
    rows = csv.DictReader(beside.read_text(encoding="utf-8-sig").splitlines())
    assert [(row["purchase"], row["name"]) for row in rows] == [
        ("PU-1", "Widget"),
        ("PU-1", "Setup"),
    ]
    done = at_home("export", "sales", "--workspace", "T1")
    assert "3 × Widget @ 90" in done.output


@SQLITE
def test_what_is_exported_may_be_what_a_filter_finds(
    at_home: Crm, works: UnitOfWorkFactory, tmp_path: Path
) -> None:
    for name in ("Acme", "Looms"):
        given(works, Account, name=name)
        given(works, Purchase, account=name, lines=f"3 × {name} @ 90")
    with works("T1", "U_RITA") as work:
        saved_filters.save(work, "At Acme", "purchase", "account.name = acme", "everyone")
    for number, words in enumerate(("account = acme", "at acme", 'filter="none"')):
        file = tmp_path / f"sales{number}.csv"
        done = at_home("export", "sales", str(file), "--workspace", "T1", "--filter", words)
        if number == 2:
            assert done.exit_code == 1
            assert "has no field “filter”" in done.output
            break
        (beside,) = set(tmp_path.glob(f"sales{number}-*.csv"))
        rows = [each.read_text(encoding="utf-8-sig").splitlines() for each in (file, beside)]
        assert [len(each) for each in rows] == [2, 2], done.output
        assert "Acme" in rows[1][1]


@SQLITE
def test_a_csv_is_loaded(at_home: Crm, works: UnitOfWorkFactory, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("First name,E-mail\nAda,ada@x.org\nBob,nonsense\n")
    done = at_home("import", "leads", "people.csv", "--workspace", "T1", "--as", "U_RITA")
    assert "2 new" in done.output
    with works("T1") as work:
        assert work.find(Lead, 1).email == "ada@x.org"


@SQLITE
def test_what_is_rejected_stands_beside_the_file(
    at_home: Crm, works: UnitOfWorkFactory, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("First name,E-mail\nAda,ada@x.org\nBob,nonsense\n")
    done = at_home(
        "import", "leads", "people.csv", "--workspace", "T1", "--as", "U_RITA", "--strict"
    )
    assert "1 new, 1 rejected" in done.output
    assert "Bob" in (tmp_path / "people.rejected.csv").read_text(encoding="utf-8-sig")


DEALS = "Deal Name,Stage,Close Date,Deal Owner\nSails,Engaging,05/06/2026,Jane Doe\nRopes,Won,07/08/2026,Jane Doe\n"


@SQLITE
def test_a_file_with_questions_is_not_stored_before_they_are_answered(
    at_home: Crm, works: UnitOfWorkFactory, tmp_path: Path
) -> None:
    (tmp_path / "deals.csv").write_text(DEALS)
    words = ("import", "deals", "deals.csv", "--workspace", "T1", "--answers", "deals.answers")
    done = at_home(*words)
    assert done.exit_code == 1
    assert 'Say what is meant: --map "Stage:Engaging=qualification"' in done.output
    assert "--dates dmy" in done.output
    answers = ("--map", "Stage:Engaging=discovery", "--dates", "mdy", "--people", "Jane Doe=@rita")
    done = at_home(*words, *answers)
    assert (done.exit_code, done.output.splitlines()[-1].partition(": ")[2]) == (0, "2 new.")
    with works("T1") as work:
        deal = work.find(Opportunity, 1)
        assert (deal.stage, deal.close_date, work.name("user", deal.owner or 0)) == (
            "discovery",
            date(2026, 5, 6),
            "Rita Reyes",
        )
    again = at_home(*words)
    assert (again.exit_code, "2 rows are here already" in again.output) == (0, True)


@SQLITE
def test_a_dry_run_shows_reasons_by_kind_and_ends_with_1_where_nothing_would_be_taken(
    at_home: Crm, tmp_path: Path
) -> None:
    (tmp_path / "cases.csv").write_text("Subject,Requester\nA,ann@x.org\nB,bob@x.org\n")
    done = at_home("import", "cases", "cases.csv", "--workspace", "T1", "--dry")
    assert done.exit_code == 1
    assert "Rejected 2 ×: Customer: There is no customer “…”." in done.output
    assert "Such as: Customer: There is no customer “ann@x.org”." in done.output
    assert done.output.splitlines()[-1].startswith("Nothing was stored. 2 rows in ")


@SQLITE
def test_an_encoding_that_cannot_be_told_is_asked_for(
    at_home: Crm, works: UnitOfWorkFactory, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_bytes("Last name,City\nAda,Köln\n".encode("mac_roman"))
    done = at_home("import", "customers", "people.csv", "--workspace", "T1")
    assert done.exit_code == 1
    assert "mac_roman (Macintosh): “Köln”" in done.output
    assert (
        at_home(
            "import", "customers", "people.csv", "--workspace", "T1", "--encoding", "mac-roman"
        ).exit_code
        == 0
    )
    with works("T1") as work:
        assert work.find(Customer, 1).city == "Köln"


@SQLITE
def test_a_dry_run_loads_nothing(at_home: Crm, works: UnitOfWorkFactory, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("First name\nAda\n")
    assert at_home("import", "leads", "people.csv", "--workspace", "T1", "--dry").exit_code == 0
    with works("T1") as work:
        assert work.session.query(Lead).count() == 0


@SQLITE
def test_an_unknown_noun_lists_those_there_are(at_home: Crm) -> None:
    done = at_home("export", "invoices", "--workspace", "T1")
    assert done.exit_code == 1
    assert done.output.startswith("There is nothing called “invoices”. Try one of: ")


def test_whoever_runs_it_sees_what_waits_in_every_workspace(crm: Crm, tmp_path: Path) -> None:
    assert crm("status").output == "There is no workspace yet. Connect one: crm run\n"
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{tmp_path / 'rapport.db'}"))
    for workspace, count in (("T1", 2), ("T2", 3)):
        works.settle(workspace, name=f"Company {workspace}")
        with works(workspace) as work:
            for number in range(count):
                deliver(work, "message", "C_SALES", f"n{number}")
    beat(works, "one", "host-1", [])
    works.close()
    kept, replica, first, second = crm("status").output.splitlines()
    assert kept.startswith("Rapport ")
    assert replica.startswith("Replica host-1: OK, seen ")
    assert first.startswith("T1 Company T1: Deliveries: 2 wait, ")
    assert second.startswith("T2 Company T2: Deliveries: 3 wait, ")


def test_what_was_imported_first_is_given_to_the_workspace_that_is_named(
    crm: Crm, tmp_path: Path
) -> None:
    crm("say", "lead new Ada Lovelace")
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{tmp_path / 'rapport.db'}"))
    works.settle("T123", name="Acme")
    works.close()
    refused = crm("adopt", "T_TYPO")
    said = "No workspace T_TYPO uses Rapport; those that do: T123. Install the app in it first.\n"
    assert (refused.exit_code, refused.output) == (1, said)
    done = crm("adopt", "T123")
    assert (done.exit_code, done.output) == (0, "T123 has them now: 1 lead.\n")
    assert "LD-1 Ada Lovelace" in crm("find", "ada").output
    again = crm("adopt", "T123")
    assert (again.exit_code, again.output.partition(":")[0]) == (1, "There is nothing to adopt")
