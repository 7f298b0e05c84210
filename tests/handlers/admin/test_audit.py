"""What an admin is told of the audit trail; nobody else sees it."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from handlers.admin import audit
from models.core.audit import verify
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bot.outgoing import rows
from tests.handlers.drawings import drawn, said
from tests.handlers.kit import SQLITE, assert_inert, told
from tests.models.tampering import sealed_trail, tamper


@pytest.fixture
def ada(slack: SlackDriver) -> SlackDriver:
    """The admin at her desk."""
    return SlackDriver(slack.slack, user="U_ADA", channel="C_GENERAL")


def test_a_trail_that_nobody_touched_is_whole(ada: SlackDriver, works: UnitOfWorkFactory) -> None:
    count = sealed_trail(works)
    ada.command("/crm audit verify")
    with works("T1", writes=False) as work:
        end = verify.verify(work).hash
    assert told(ada) == (
        f"The audit trail is whole: {count} entries, 0 not sealed yet, 0 erased. It ends at {count} {end}"
    )


@SQLITE
@pytest.mark.parametrize("line", ["/crm verify audit", "@crm audit verify", "/crm verify"])
def test_it_can_be_said_in_any_order(ada: SlackDriver, works: UnitOfWorkFactory, line: str) -> None:
    ada.command(line) if line.startswith("/") else ada.say(line)
    assert told(ada).startswith("The audit trail is whole: 0 entries")


@SQLITE
def test_what_was_tampered_with_is_told_one_by_one(
    ada: SlackDriver, works: UnitOfWorkFactory
) -> None:
    count = sealed_trail(works)
    tamper(
        works,
        "UPDATE audit_entry SET new = '<!channel>' WHERE workspace = 'T1' AND place IN (4, 9)",
    )
    ada.command("/crm audit verify")
    first, *lines = told(ada).splitlines()
    assert first == (
        f"The audit trail was tampered with: 2 problems in {count} entries, 0 not sealed yet, 0 erased."
    )
    assert [line.partition(": ")[0] for line in lines] == ["Place 4", "Place 9"]
    assert lines[0].endswith(": it was changed, or put in later.")
    assert_inert(ada)


@SQLITE
def test_of_many_problems_the_first_are_told_and_the_others_counted(
    ada: SlackDriver, works: UnitOfWorkFactory
) -> None:
    count = sealed_trail(works)
    tamper(works, "UPDATE audit_entry SET actor = 4711 WHERE workspace = 'T1'")
    ada.command("/crm audit verify")
    lines = told(ada).splitlines()
    assert len(lines) == audit.SHOWN + 2
    assert (
        lines[-1]
        == f"and {count - audit.SHOWN} more; all of them where the bot runs: crm audit verify"
    )
    ada.check()


@SQLITE
@pytest.mark.parametrize("person", ["U_RITA", "U_MONA", "U_ELI", "U_GUS"])
def test_nobody_but_an_admin_may_ask(
    slack: SlackDriver, works: UnitOfWorkFactory, person: str
) -> None:
    slack.command("/crm audit verify", user=person)
    assert "The audit trail" not in told(slack)
    assert "does not allow" in told(slack) or person == "U_GUS"


def test_the_verdict_on_a_long_trail_comes_as_a_direct_message(
    ada: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 10)
    count = sealed_trail(works)
    ada.command("/crm audit verify")
    assert told(ada) == (
        f"There are {count} entries. The verdict on them is on its way to you as a direct message."
    )
    courier.drain()
    assert ada.posted("U_ADA")[-1].text.startswith(f"The audit trail is whole: {count} entries")
    assert [row.state for row in rows(works, kind="verdict")] == ["sent"]


@SQLITE
def test_a_trail_too_long_for_a_message_is_read_where_the_bot_runs(
    ada: SlackDriver, works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "BY_MESSAGE", 10)
    count = sealed_trail(works)
    ada.command("/crm audit verify")
    assert (
        told(ada)
        == f"There are {count} entries. Have them read where the bot runs: crm audit verify"
    )


@SQLITE
def test_the_verdict_is_that_of_when_it_is_sent(works: UnitOfWorkFactory) -> None:
    sealed_trail(works)
    tamper(works, "DELETE FROM audit_entry WHERE workspace = 'T1' AND place = 4")
    assert "Place 4: the entry is missing." in said(drawn(works, "verdict", "U_ADA"))


def test_who_kept_an_end_is_told_whether_it_is_still_there(
    ada: SlackDriver, works: UnitOfWorkFactory
) -> None:
    sealed_trail(works)
    with works("T1", writes=False) as work:
        found = verify.verify(work)
    for line in (
        f"verify end={found.hash}",
        f'verify end="{found.place} {found.hash}"',
        f"verify {found.hash}",
    ):
        ada.command(f"/crm audit {line}")
        assert told(ada).startswith("The audit trail is whole: ")
    ada.command(f"/crm audit verify end={'0' * 64}")
    assert told(ada).splitlines()[1].startswith("It does not have the end you gave")
    ada.command("/crm audit verify end=yesterday")
    assert told(ada).startswith(
        "That is no end of a trail. Give what the log or an earlier verdict said"
    )


@SQLITE
def test_the_end_goes_along_where_the_verdict_comes_later(
    ada: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 10)
    sealed_trail(works)
    ada.command(f"/crm audit verify end={'0' * 64}")
    courier.drain()
    assert "It does not have the end you gave" in ada.posted("U_ADA")[-1].text
