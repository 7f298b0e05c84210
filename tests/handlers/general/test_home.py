"""App Home: what is on a person's plate, and doing it there."""

import pytest
from sqlalchemy import select

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Member
from bot.sandbox.payloads import event
from bot.sandbox.surface_text import shown
from bot.sandbox.transport import EVENT
from models.activities.activity import Activity
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import SQLITE, count, deliver, found

pytestmark = SQLITE


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def test_the_tab_holds_the_day_the_deals_and_the_cases_of_whoever_looks(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    given(works, Activity, description="Call Ada", customer=ada.ref, due_date="today 15:00")
    given(works, Activity, description="Next week", customer=ada.ref, due_date="+7d")
    given(works, Opportunity, name="Sails", customer=ada.ref)
    given(works, Opportunity, by="U_RAVI", name="Oars", customer=ada.ref)
    given(works, Case, subject="Leak", customer=ada.ref, assignee="me")
    words = slack.home().words
    assert words.startswith("Tuesday 10 March")
    assert all(name in words for name in ("Call Ada", "Sails", "Leak"))
    assert not any(name in words for name in ("Next week", "Oars"))


def drawn(slack: SlackDriver) -> str:
    """Rita's tab as it stands, without looking at it anew."""
    return shown(slack.slack.views.homes["U_RITA"]).words


def test_an_empty_day_says_what_to_do_first(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    home = slack.home()
    for said in ("Nothing is due today.", "You have no open leads.", "You have no open deals."):
        assert said in home.words
    assert home.buttons == [
        "Log",
        "Plan a task",
        "New lead",
        "New deal",
        "Help",
        "Notifications",
    ]
    slack.click("crm.run#4", home)
    assert slack.modal
    assert slack.modal.text == "New deal"


def test_done_on_the_tab_redraws_it_with_the_receipt_on_top(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    for name in ("Call Ada", "Write to Ada"):
        given(works, Activity, description=name, customer=ada.ref, due_date="today 15:00")
    home = slack.home()
    assert home.actions.count("activity.done") == 1
    slack.click("activity.done#2", home)
    assert found(works, Activity, 2).done_at
    words = drawn(slack)
    assert "Changed AT-2 Write to Ada" in words
    assert words.index("Changed AT-2") < words.index("Tuesday 10 March")
    slack.click("crm.undo")
    assert found(works, Activity, 2).done_at is None
    assert "Undone: AT-2 Write to Ada" in drawn(slack)


def test_the_buttons_on_top_open_forms_as_often_as_one_likes(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for number in (1, 2):
        home = slack.home()
        slack.pick("crm.menu", "New lead", home)
        assert slack.modal
        assert slack.modal.text == "New lead"
        slack.submit(name=f"Bob {number}")
    assert count(works, Lead) == 2
    assert "Created LD-2 Bob 2" in drawn(slack)


def test_more_than_five_are_cut_with_the_line_that_shows_the_rest(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    for number in range(12):
        given(works, Opportunity, name=f"Deal {number}", customer=ada.ref)
    assert "and 7 more: `/crm deal list mine open`" in slack.home().words
    slack.command("/crm deal list mine open")
    assert slack.last.text.splitlines()[0].startswith("12 deals match")


def test_a_guest_sees_a_sentence(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    home = slack.home("U_GUS")
    assert home.words == "Guests cannot use the CRM. Ask someone of the workspace to do it for you."


def test_looking_at_the_messages_tab_draws_nothing(slack: SlackDriver) -> None:
    slack.home()
    payload = dict(slack.slack.sent[-1].payload)
    calls = len(slack.slack.calls)
    deliver(slack, "events_api", payload | {"event": {**payload["event"], "tab": "messages"}})
    assert len(slack.slack.calls) == calls


def test_a_hidden_field_says_so_in_place_of_the_list_that_it_makes(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    given(works, Opportunity, name="Sails", customer=ada.ref)
    given(works, Lead, first_name="Leak", owner="me")
    given(works, Activity, description="Call Ada", customer=ada.ref, due_date="today 8:00")
    with works("T1", "U_ADA") as work:
        role = work.session.scalars(select(Role).where(Role.key == "senior rep")).one()
        rights = (
            "everything: look, change own\ndeal: look, change own, hide stage\n"
            "lead: look, change own, hide status\ntask: look, hide due_date"
        )
        records.update(work, role, {"rights": rights})
    words = slack.home().words
    for label in ("Stage", "Status", "Due"):
        assert f"Not shown, because {label} is hidden from who reads this." in words
    assert not any(name in words for name in ("Sails", "Leak", "Call Ada"))
    slack.command("/crm CU-1")
    assert "Lifecycle" not in slack.last.words


# ── when Slack does not take it ───────────────────────────────────────────────────────────────────

CHANNEL = "D_RITA"
"""Where Rita reads what is for her alone."""


def look(slack: SlackDriver, user: str = "U_RITA") -> bool:
    """Somebody looks at the tab; whether that was acknowledged."""
    payload = event(
        slack.slack,
        {"type": "app_home_opened", "user": user, "tab": "home", "channel": f"D{user[1:]}"},
    )
    return bool(deliver(slack, EVENT, payload).acknowledged)


@pytest.mark.parametrize(
    "failure", ["not_enabled", "500", "ratelimited", "drop_before", "user_not_found"]
)
def test_a_tab_that_slack_does_not_take_is_acknowledged_and_told(
    slack: SlackDriver, failure: str
) -> None:
    slack.slack.fail("views.publish", with_=failure)
    assert look(slack)
    assert slack.posted(CHANNEL)[-1].text.startswith("Your Home tab cannot be drawn: Slack says “")
    assert "Commands work all the same" in slack.posted(CHANNEL)[-1].text


def test_a_tab_that_is_at_fault_itself_is_not_blank(slack: SlackDriver) -> None:
    slack.slack.fail("views.publish", with_="invalid_arguments")
    assert look(slack)
    assert "Your Home tab cannot be drawn: Slack says “invalid_arguments”." in drawn(slack)


def test_who_is_unknown_is_told_on_the_tab(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.slack.members["U_NEW"] = Member("U_NEW", "new", "Nora New", team="T1")
    slack.slack.fail("users.info", with_="500")
    assert look(slack, "U_NEW")
    said = shown(slack.slack.views.homes["U_NEW"]).words
    assert said.startswith("Slack does not say right now who you are")
    assert works.unknown("T1", {"U_NEW"})


def test_what_goes_wrong_while_it_is_drawn_stands_there(
    slack: SlackDriver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("handlers.general.home.sections", fail)
    assert look(slack)
    assert drawn(slack).startswith("Something went wrong. Nothing was saved. Reference ")


def test_where_not_even_a_word_gets_through_it_is_acknowledged(slack: SlackDriver) -> None:
    for method in ("views.publish", "chat.postMessage"):
        slack.slack.fail(method, times=9, with_="500")
    assert look(slack)


def test_asked_for_in_words_it_answers_in_words_with_a_link(slack: SlackDriver) -> None:
    said = "Your Home tab shows what is due, your open deals and your cases as they are now."
    for ask in (
        lambda: slack.command("/crm home"),
        lambda: slack.dm("home"),
        lambda: slack.say("@crm home"),
    ):
        ask()
        assert slack.last.text == said
        assert "<slack://app?team=T1&amp;id=A0BOT&amp;tab=home|Open it>" in str(slack.last.blocks)
    assert drawn(slack).startswith("Tuesday 10 March")


def test_asked_for_in_words_and_refused_it_says_why(slack: SlackDriver) -> None:
    slack.slack.fail("views.publish", with_="not_enabled")
    slack.command("/crm home")
    assert slack.last.text.startswith("Your Home tab cannot be drawn: Slack says “not_enabled”.")
