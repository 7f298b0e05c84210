"""`crm audit verify`, as whoever runs Rapport types it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from models.core.audit import chain
from models.core.db.engine import open_engine
from models.core.secrets import new_key
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bot.conftest import Crm
from tests.models.tampering import tamper

KEY, OTHER = new_key(), new_key()


@pytest.fixture
def kept(crm: Crm, tmp_path: Path) -> Path:
    """A database with a lead whose trail is sealed, and one whose trail is not."""
    crm("say", "lead new Ada --reason 'met at the fair'")
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{tmp_path / 'rapport.db'}"))
    assert chain.seal_in(works, "LOCAL", chain.BATCH) > 0
    works.close()
    crm("say", "lead new Grace")
    return tmp_path / "rapport.db"


def test_a_whole_trail_is_said_to_be_whole_and_where_it_ends(crm: Crm, kept: Path) -> None:
    done = crm("audit", "verify")
    assert done.exit_code == 0
    assert done.output.startswith("LOCAL: The audit trail is whole: ")
    assert " not sealed yet, 0 erased. It ends at " in done.output


def test_a_tampered_trail_ends_with_1_and_its_problems(crm: Crm, kept: Path) -> None:
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{kept}"))
    tamper(works, "UPDATE audit_entry SET new = 'Eve' WHERE field = 'first_name'")
    works.close()
    done = crm("audit", "verify")
    assert done.exit_code == 1
    first, *lines = done.output.splitlines()
    assert first.startswith("LOCAL: The audit trail was tampered with: 1 problem in ")
    assert [line.endswith("it was changed, or put in later.") for line in lines] == [True]


def test_a_reason_is_kept_with_what_is_said_in_a_terminal(crm: Crm, kept: Path) -> None:
    said = crm("say", "history LD-1").output
    assert "v1 · Rapport in a terminal: Created: First name: Ada" in said
    assert said.rstrip().endswith("Why: met at the fair")


def test_an_end_that_was_kept_is_looked_for(crm: Crm, kept: Path) -> None:
    end = crm("audit", "verify").output.partition("It ends at ")[2].strip()
    assert crm("audit", "verify", "--end", end).exit_code == 0
    assert crm("audit", "verify", "--end", end, "--workspace", "LOCAL").exit_code == 0
    cut = crm("audit", "verify", "--end", end.replace(end[-8:], "00000000"))
    assert cut.exit_code == 1
    assert "It does not have the end you gave" in cut.output
    assert "no end of a trail" in crm("audit", "verify", "--end", "yesterday").output
    assert (
        "Say whose end that is with --workspace: LOCAL"
        in crm("audit", "verify", "--workspace", "T9").output
    )


def test_a_trigger_that_is_missing_is_said_and_put_back(crm: Crm, kept: Path) -> None:
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("DROP TRIGGER stays_audit_entry")
    done = crm("audit", "verify")
    assert done.exit_code == 1
    assert (
        "The trigger stays_audit_entry is missing or was changed. Put it back: crm audit guard"
        in done.output
    )
    assert crm("audit", "guard").exit_code == 0
    assert crm("audit", "verify").exit_code == 0


def test_the_keys_of_the_settings_sign_and_are_asked_for(crm: Crm, kept: Path) -> None:
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{kept}"), keys=KEY)
    chain.seal_in(works, "LOCAL", chain.BATCH)
    works.close()
    assert "signed with a key since place " in crm("audit", "verify", ENCRYPTION_KEYS=KEY).output
    without = crm("audit", "verify")
    assert without.exit_code == 1
    assert "Set ENCRYPTION_KEYS, and it can be checked" in without.output
    assert crm("key", "rotate", ENCRYPTION_KEYS=f"{OTHER},{KEY}").output.startswith(
        "0 encrypted anew, 1 audit trail signed anew."
    )
    assert crm("audit", "verify", ENCRYPTION_KEYS=OTHER).exit_code == 0
