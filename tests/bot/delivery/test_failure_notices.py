"""What was to be posted and is not: whoever asked for it reads in a direct message why, and what to
do, once.
"""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from handlers.core.executor import WILL
from models.core.outbox.delivery import Delivery
from models.core.outbox.results import ATTEMPTS, code
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.outgoing import rows
from tests.bot.rooms import ada_lovelace
from tests.ground import StoppedClock
from tests.handlers.kit import SQLITE, told

REMEDIES = [
    ("not_in_channel", "/invite @crm"),
    ("channel_not_found", "Invite me there"),
    ("is_archived", "Bring it back in Slack"),
    ("restricted_action", "Let the app post there"),
    ("restricted_action_read_only_channel", "Choose another channel"),
    ("restricted_action_something_new", "Let the app post there"),
    ("missing_scope", "Install the app again"),
    ("no_permission", "Install the app again"),
    ("access_denied", "Ask whoever administers Slack"),
    ("msg_blocks_too_long", "Please report this"),
    ("something_nobody_knows", "Slack refused it (something_nobody_knows)"),
]
ASKED = {
    "LD-1": "I did not post the card of LD-1.",
    "lead list": "I did not post the answer that you wanted everybody to see.",
    "report": "I did not post the answer that you wanted everybody to see.",
    "digest": "I did not post the answer that you wanted everybody to see.",
    "set LD-1 company=Babbage": "I did not post what you changed about LD-1.",
}


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return ada_lovelace(works)


def told_to(slack: SlackDriver, courier: DeliveryDispatcher, person: str) -> list[str]:
    """What the bot wrote to somebody by itself."""
    courier.drain()
    return [message.text for message in slack.posted(person)]


@pytest.mark.parametrize(("refusal", "remedy"), REMEDIES)
@SQLITE
def test_each_refusal_is_told_to_who_asked_with_its_remedy(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    ada: Lead,
    refusal: str,
    remedy: str,
) -> None:
    courier.drain()
    slack.slack.fail("chat.postMessage", times=9, with_=refusal, channel="C_SUPPORT")
    slack.command("/crm LD-1 --here", channel="C_SUPPORT", user="U_MONA")
    assert told(slack) == WILL
    [said] = told_to(slack, courier, "U_MONA")
    assert said.startswith("I did not post the card of LD-1. I could not post in <#C_SUPPORT>: ")
    assert remedy in said
    assert said.endswith("Then ask for it again.")
    assert "U_MONA" not in said
    slack.slack.failures.clear()
    slack.command("/crm LD-1 --here", channel="C_SUPPORT", user="U_MONA")
    courier.drain()
    assert "LD-1" in slack.posted("C_SUPPORT")[-1]
    assert len(told_to(slack, courier, "U_MONA")) == 1


@pytest.mark.parametrize(("line", "missed"), list(ASKED.items()))
def test_whatever_was_asked_for_and_by_whomever_each_hears_of_their_own(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    ada: Lead,
    line: str,
    missed: str,
) -> None:
    courier.drain()
    slack.slack.fail("chat.postMessage", times=9, with_="is_archived", channel="C_SUPPORT")
    first, second = ("U_MONA", "U_ADA") if line == "digest" else ("U_RITA", "U_MONA")
    for number, person in enumerate((first, second, first)):
        slack.command(
            f"/crm {line.replace('Babbage', f'Babbage{number}')} --here",
            channel="C_SUPPORT",
            user=person,
        )
        assert told(slack) == WILL
        courier.drain()
    for person, times in ((first, 2), (second, 1)):
        said = [text for text in told_to(slack, courier, person) if text.startswith(missed)]
        assert len(said) == times
        assert all("it is archived. Bring it back in Slack" in text for text in said)
    admins = [
        text for text in told_to(slack, courier, "U_ADA") if text.startswith("I could not post in ")
    ]
    assert len(admins) == 1  # an admin hears of each reason once
    assert "/crm deliveries" in admins[0]


@SQLITE
def test_an_admin_who_asks_is_told_once(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    slack.slack.channels["C_SUPPORT"].is_archived = True
    slack.command("/crm LD-1 --here", channel="C_SUPPORT", user="U_ADA")
    assert [text[:34] for text in told_to(slack, courier, "U_ADA")] == [
        "I did not post the card of LD-1. I"
    ]


@SQLITE
def test_who_asks_is_told_where_they_may_not_be_shown_it_any_more(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.command("/crm customer find city = Bonn --here", channel="C_SUPPORT", user="U_ELI")
    slack.command("/crm role hide executive customer city", user="U_ADA")
    said = told_to(slack, courier, "U_ELI")
    [row] = rows(works, kind="line")
    assert (row.error or "").startswith("dropped: ")
    assert ["Ask without --here, and you alone see the answer." in text for text in said] == [True]


@SQLITE
def test_what_slack_was_out_of_reach_for_and_what_an_admin_drops_is_told_to_who_asked(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    ada: Lead,
) -> None:
    courier.drain()
    slack.slack.fail("chat.postMessage", rate=1, with_="503", channel="C_SUPPORT")
    slack.command("/crm LD-1 --here", channel="C_SUPPORT")
    courier.drain()
    with works("T1") as work:
        work.session.execute(
            update(Delivery).where(Delivery.channel == "C_SUPPORT").values(attempts=ATTEMPTS - 1)
        )
    clock.forward(timedelta(minutes=10))
    [said] = told_to(slack, courier, "U_RITA")
    assert said.startswith("I did not post the card of LD-1. It may have been posted all the same.")
    slack.command("/crm lead list --here", channel="C_SUPPORT")
    courier.drain()
    clock.forward(timedelta(minutes=5))
    [row] = rows(works, kind="line")
    slack.command(f"/crm deliveries drop {code(row)}", user="U_ADA")
    assert told_to(slack, courier, "U_RITA")[-1].endswith("An admin decided that it is not sent.")


@SQLITE
def test_a_card_that_was_deleted_in_slack_is_posted_anew_when_it_is_asked_for(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    slack.command("/crm LD-1 --here", channel="C_SUPPORT")
    courier.drain()
    slack.slack.remove(slack.posted("C_SUPPORT")[0].raw)
    slack.command("/crm LD-1 --here", channel="C_SUPPORT")
    assert told(slack).startswith("The card is in this channel already.")
    courier.drain()
    assert len(slack.posted("C_SUPPORT")) == 1


# ── what others are to be told ────────────────────────────────────────────────────────────────────


@SQLITE
@pytest.mark.parametrize(
    ("line", "by", "to", "missed"),
    [
        ("assign LD-1 <@U_RAVI>", "U_MONA", "U_RAVI", "I could not tell the new owner of LD-1."),
        ("request audit verify", "U_JULE", "U_ADA", "Your request did not reach an admin."),
    ],
)
def test_who_gave_or_asked_something_hears_that_the_other_was_not_told(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    ada: Lead,
    line: str,
    by: str,
    to: str,
    missed: str,
) -> None:
    courier.drain()
    slack.slack.fail("chat.postMessage", times=9, with_="messages_tab_disabled", channel=to)
    slack.command(f"/crm {line}", user=by)
    [said] = told_to(slack, courier, by)
    assert said.startswith(missed)
    assert "Turn it on under App Home" in said
