"""What reaches a person is theirs to choose: what, where, when, and of which records."""

from typing import Any

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.identity.notices import USUAL, WORKDAYS
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, told

pytestmark = SQLITE


@pytest.fixture
def sails(works: UnitOfWorkFactory) -> Opportunity:
    given(works, Account, name="Acme")
    return given(works, Opportunity, name="Sails", account="AC-1", amount="12k")


def rita(works: UnitOfWorkFactory) -> User:
    with works("T1", writes=False) as work:
        return work.get(User, work.lookup("user", "U_RITA"))


def test_everybody_begins_with_everything_but_what_they_did_themselves(
    works: UnitOfWorkFactory,
) -> None:
    person = rita(works)
    assert (person.notices, person.told_in, person.works_on, person.anytime) == (
        USUAL,
        "direct_message",
        WORKDAYS,
        False,
    )


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("notify off", "told_in", "off"),
        ("notify home", "told_in", "home_only"),
        ("notify where=dm", "told_in", "direct_message"),
        ("notify what=due, mine", "notices", ("due", "mine")),
        ("notify what=none", "notices", ()),
        ("notify about=all", "notices", (*USUAL, "own")),
        ("notify days=mon-thu", "works_on", ("mon", "tue", "wed", "thu")),
        ("notify on=sun to wed", "works_on", ("mon", "tue", "wed", "sun")),
        ("notify days=weekends", "works_on", ("sat", "sun")),
        ("notify days=Monday and Fridays", "works_on", ("mon", "fri")),
        ("notify nights=yes", "anytime", True),
        ("notify from=8 until=4pm", "ends_at", "16:00"),
        ("mute digest", "notices", ("due", "day", "mine", "given", "followed", "deadline")),
        ("unmute own", "notices", (*USUAL, "own")),
        ("less digest", "seldom", ("digest",)),
        ("less often changes", "seldom", ("changes",)),
        ("notify less=digest", "seldom", ("digest",)),
        ("notify less=all", "seldom", ("changes", "digest")),
    ],
)
def test_it_is_chosen_in_a_line_and_taken_back_with_undo(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, name: str, value: Any
) -> None:
    before = getattr(rita(works), name)
    slack.command(f"/crm {line}")
    assert getattr(rita(works), name) == value
    if value != before:
        slack.click("crm.undo")
        assert getattr(rita(works), name) == before


def test_the_form_begins_with_what_is_chosen_and_keeps_what_is_sent(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm notify what=due days=mon-tue")
    slack.command("/crm notify")
    assert slack.modal is not None
    assert slack.modal.words.startswith("Tell me about\nMy tasks, when they are due")
    slack.submit(where="home_only")
    person = rita(works)
    assert (person.notices, person.told_in, person.works_on) == (
        ("due",),
        "home_only",
        ("mon", "tue"),
    )
    slack.command("/crm notify")
    slack.submit(what="")
    assert rita(works).notices == ()


def test_what_does_not_fit_is_said_under_its_input_in_its_own_words(slack: SlackDriver) -> None:
    slack.command("/crm notify days=someday")
    assert slack.modal is not None
    assert "On cannot have “someday”. Try some of: Monday" in slack.modal.words


def test_the_form_lists_what_is_muted_and_followed_and_ends_it_in_place(
    slack: SlackDriver, sails: Opportunity
) -> None:
    slack.command("/crm mute OP-1")
    slack.command("/crm follow AC-1")
    slack.command("/crm notify")
    assert slack.modal is not None
    assert "Muted: Sails (OP-1)" in slack.modal.words
    assert "Following: Acme (AC-1)" in slack.modal.words
    slack.click("opportunity.unmute")
    assert "Muted" not in slack.modal.words
    assert "Following: Acme (AC-1)" in slack.modal.words


def test_the_form_counts_what_these_settings_would_have_sent(
    slack: SlackDriver, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    for amount in ("13k", "14k"):
        slack.command(f"/crm OP-1 amount {amount}", user="U_RAVI")
    courier.drain()
    slack.command("/crm notify what=due")
    slack.command("/crm OP-1 amount 15k", user="U_RAVI")
    courier.drain()
    assert len(slack.posted("U_RITA")) == 2
    slack.command("/crm notify")
    assert slack.modal is not None
    assert "you would have got 0 messages in the last 7 days" in slack.modal.words
    slack.close()
    slack.command("/crm unmute mine")
    slack.command("/crm notify")
    assert "you would have got 3 messages in the last 7 days" in slack.modal.words


@pytest.mark.parametrize("where", ["home", "off"])
def test_who_wants_no_messages_gets_none_and_finds_it_at_home_unless_it_is_off(
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    sails: Opportunity,
    where: str,
) -> None:
    slack.command(f"/crm notify {where}")
    slack.command("/crm deal edit OP-1 amount=20k", user="U_RAVI")
    assert "Told" not in told(slack)
    courier.drain()
    assert slack.posted("U_RITA") == []
    assert ("New on your records" in slack.home("U_RITA").words) is (where == "home")


def test_home_tells_of_what_one_follows_and_not_of_what_is_muted(
    slack: SlackDriver, sails: Opportunity
) -> None:
    slack.command("/crm follow OP-1", user="U_JULE")
    slack.command("/crm mute OP-1")
    slack.command("/crm deal edit OP-1 amount=20k", user="U_RAVI")
    assert "Amount: €12,000 → €20,000" in slack.home("U_JULE").words
    assert "Amount: €12,000 → €20,000" not in slack.home("U_RITA").words


def test_a_record_is_followed_and_muted_from_all_about_it(
    slack: SlackDriver, sails: Opportunity
) -> None:
    slack.command("/crm more OP-1")
    assert slack.modal is not None
    slack.click("opportunity.follow")
    assert "Unfollow" in slack.modal.buttons
    slack.click("opportunity.mute")
    assert {"Unmute", "Follow", "Unfollow"} & set(slack.modal.buttons) == {"Unmute"}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("mute", "Name a record, such as mute OP-4, or a kind of message: due (due tasks),"),
        ("mute Sails", "Which one shall I mute?"),
        ("mute OP-9", "There is no OP-9."),
        ("unfollow OP-1", "You do not follow OP-1 Sails."),
        ("stop telling me about OP-1", "OP-1 Sails is muted: no more messages about it."),
        ("watch OP-1", "You follow OP-1 Sails now"),
        ("tell me when OP-1 changes", "You follow OP-1 Sails now"),
        ("pause my notifications", "Your notifications are changed."),
        ("unmute", "Name a record, such as unmute OP-4"),
        ("hours days=mon-thu", "Changed US-1 Rita Reyes"),
    ],
)
def test_every_line_gets_an_answer(
    slack: SlackDriver, sails: Opportunity, line: str, answer: str
) -> None:
    slack.command(f"/crm {line}")
    assert told(slack).startswith(answer)


def test_less_often_is_added_to_what_is_chosen_and_ended_by_none(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm less digest")
    slack.command("/crm less changes")
    assert rita(works).seldom == ("changes", "digest")
    slack.command("/crm less none")
    assert not rita(works).seldom
    slack.command("/crm less")
    assert "Name a kind of message: changes (changes together once a day)" in told(slack)
    slack.command("/crm less songs")
    assert "cannot have “songs”" in told(slack)


def test_the_form_has_boxes_for_what_comes_less_often(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm notify")
    assert slack.modal is not None
    assert "Less often\nChanges of records: once a day" in slack.modal.words
    slack.submit(less="changes, digest")
    assert rita(works).seldom == ("changes", "digest")
    slack.command("/crm notify")
    slack.submit(less="")
    assert not rita(works).seldom
