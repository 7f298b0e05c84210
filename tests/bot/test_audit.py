"""`crm audit verify`, as whoever runs Rapport types it."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from models.core.database import everywhere, open_engine
from models.core.work import Works
from models.operations import trail
from tests.bot.conftest import Crm
from tests.models.tampering import unguard


@pytest.fixture
def kept(crm: Crm, tmp_path: Path) -> Path:
    """A database with a lead whose trail is sealed, and one whose trail is not."""
    crm("say", "lead new Ada --reason 'met at the fair'")
    works = Works(open_engine(f"sqlite:///{tmp_path / 'rapport.db'}"))
    assert trail.seal_in(works, "LOCAL", trail.BATCH) > 0
    works.close()
    crm("say", "lead new Grace")
    return tmp_path / "rapport.db"


def test_a_whole_trail_is_said_to_be_whole_and_where_it_ends(crm: Crm, kept: Path) -> None:
    done = crm("audit", "verify")
    assert done.exit_code == 0
    assert done.output.startswith("LOCAL: The audit trail is whole: ")
    assert " not sealed yet, 0 erased. It ends at " in done.output


def test_a_tampered_trail_ends_with_1_and_its_problems(crm: Crm, kept: Path) -> None:
    engine = create_engine(f"sqlite:///{kept}")
    with everywhere(engine).begin() as connection:
        unguard(connection)
        connection.execute(text("UPDATE audit_entry SET new = 'Eve' WHERE field = 'first_name'"))
        connection.execute(text("CREATE INDEX ix_audit_entry_place ON audit_entry (workspace, place)"))
    engine.dispose()
    done = crm("audit", "verify")
    assert done.exit_code == 1
    first, *lines = done.output.splitlines()
    assert first.startswith("LOCAL: The audit trail was tampered with: 1 problem in ")
    assert [line.endswith("it was changed, or put in later.") for line in lines] == [True]


def test_a_reason_is_kept_with_what_is_said_in_a_terminal(crm: Crm, kept: Path) -> None:
    said = crm("say", "history LD-1").output
    assert "v1 · Rapport in a terminal: Created: First name: Ada" in said
    assert said.rstrip().endswith("Why: met at the fair")
