"""A database that cannot be used, or a disk that has no more room, ends a command with a
sentence.
"""

import resource
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.conftest import Crm
from tests.ground import given
from tests.handlers.kit import SQLITE

ROOM = 100_000
"""Bytes; an empty database of Rapport has five times as many."""
SERVER = "postgresql://somebody@localhost/name"


def without_room(crm: Crm, *words: str, **settings: str) -> tuple[int, str]:
    """How `crm` ends, and what it says, where no file grows any more, as on a disk that is full."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, most))
    try:
        done = crm(*words, **settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
    return done.exit_code, done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///",
        "sqlite:///:memory:",
        f"{SERVER}?foo=bar",
        "postgresql://localhost:abc/name",
        "postgresql://[::1/x",
    ],
)
def test_a_url_that_names_no_database_is_refused_with_one_that_would_do(crm: Crm, url: str) -> None:
    done = crm("db", "current", DATABASE_URL=url)
    assert done.exit_code == 1
    assert done.output == (
        "The database URL is wrong. Try sqlite:///rapport.db or postgresql://user:password@host:5432/name\n"
    )


def test_a_disk_that_is_full_ends_a_command_with_a_sentence(crm: Crm) -> None:
    code, said = without_room(crm, "db", "upgrade", DATABASE_URL="sqlite:///new.db")
    assert code == 1
    assert said.startswith("The disk of the database ")


def test_a_copy_that_finds_no_room_says_so_and_goes_on_later(
    crm: Crm, clean_sqlite: Engine, tmp_path: Path
) -> None:
    source, target = clean_sqlite.url.render_as_string(), f"sqlite:///{tmp_path / 'copy.db'}"
    code, said = without_room(crm, "db", "copy", source, target)
    assert code == 1
    assert "The disk of the database " in said
    assert "counted and compared" in crm("db", "copy", source, target).output


def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(
    crm: Crm, clean_sqlite: Engine, tmp_path: Path
) -> None:
    url = clean_sqlite.url.render_as_string()
    code, said = without_room(crm, "backup", "kept.backup", DATABASE_URL=url)
    assert code == 1
    assert said.startswith("The backup was not made, and kept.backup is not there: ")
    assert not list(tmp_path.glob("kept*"))


def test_a_restore_that_finds_no_room_leaves_the_database_as_it_was(
    crm: Crm, tmp_path: Path
) -> None:
    crm("say", "lead new Ada Lovelace")
    crm("backup", "kept.backup")
    code, said = without_room(crm, "restore", "kept.backup", DATABASE_URL="sqlite:///rapport.db")
    assert code == 1
    assert said.startswith("Nothing was restored: ")
    assert "LD-1 Ada Lovelace" in crm("find", "ada").output
    assert not list(tmp_path.glob("*.part"))


@SQLITE
def test_a_card_in_a_channel_that_is_archived_is_left_in_peace(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    given(works, Lead, first_name="Ada")
    courier.drain()
    (card,) = slack.posted("C_SALES")
    slack.slack.channels["C_SALES"].is_archived = True
    with works("T1", "U_RITA") as work:
        records.update(work, work.find(Lead, 1), {"first_name": "Grace"})
    courier.drain()
    with works("T1", writes=False) as work:
        (redraw,) = work.session.query(Delivery).filter_by(kind="redraw")
        assert redraw.error == "dropped: its card is gone"
        assert not work.session.query(Delivery).filter_by(kind="message").count()
    assert slack.posted("C_SALES") == [card]
