"""Asking for a right: from a refusal to the admins, to the role, and back to whoever asked."""

import pytest
from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from models.core.identity.role import Role
from models.core.outbox.delivery import Delivery
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.kit import SQLITE, assert_inert, found, standing, told
from tests.models.gone import give_a_role_that_is_gone

pytestmark = SQLITE

ASKED = "I will tell Ada Abel that you ask for “lead delete (own)”."


@pytest.fixture
def lead(works: UnitOfWorkFactory) -> Lead:
    """Rita's lead."""
    return given(works, Lead, first_name="Ada", owner="me")


def direct(slack: SlackDriver, courier: DeliveryDispatcher, person: str = "U_ADA") -> Shown:
    """The last thing the bot told somebody in a direct message."""
    courier.drain()
    return slack.posted(slack.slack.im(person).id)[-1]


def may(works: UnitOfWorkFactory, person: str, verb: str) -> bool:
    with works("T1", person, writes=False) as work:
        return policy.can(work.actor, verb, found(works, Lead))


def refuse_deleting(slack: SlackDriver) -> None:
    slack.command("/crm role refuse senior rep lead delete", user="U_ADA")


# ── asking ────────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_command_offers_to_ask_and_asking_reaches_an_admin(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, lead: Lead
) -> None:
    refuse_deleting(slack)
    slack.command("/crm lead delete LD-1 --yes")
    refusal = "Your role (senior rep) does not allow “lead delete”. Ada Abel can give it."
    assert (told(slack), slack.last.buttons) == (refusal, ["Request", "Propose it"])
    slack.click("crm.run")
    assert told(slack) == ASKED
    asked = direct(slack, courier)
    assert asked.words.startswith("Rita Reyes (senior rep) asks to be allowed “lead delete (own)”.")
    assert asked.buttons == [
        "Allow every senior rep",
        "Give another role",
        "Decline",
        "Mute",
    ]


def test_a_refused_button_offers_it_too(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, lead: Lead
) -> None:
    slack.command("/crm role refuse senior rep lead disqualify", user="U_ADA")
    card = standing(slack, works, courier, lead)
    slack.click("lead.disqualify", card)
    assert (slack.last.buttons, told(slack)[:24]) == (
        ["Request", "Propose it"],
        "Your role (senior rep) d",
    )
    slack.click("crm.run")
    assert told(slack) == ASKED.replace("lead delete", "lead disqualify")


def test_a_refused_mention_offers_it_too(
    slack: SlackDriver, works: UnitOfWorkFactory, lead: Lead
) -> None:
    refuse_deleting(slack)
    slack.say("@crm delete LD-1")
    assert slack.last.buttons == ["Request", "Propose it"]
    slack.click("crm.run")
    assert told(slack).startswith("I will tell Ada Abel that you ask for")
    assert_inert(slack)


def test_on_a_form_the_refusal_stands_under_the_input(
    slack: SlackDriver, works: UnitOfWorkFactory, lead: Lead
) -> None:
    slack.command("/crm edit LD-1")
    slack.command("/crm role refuse senior rep lead edit", user="U_ADA")
    slack.submit(source="Web", user="U_RITA")
    refusal = "Your role (senior rep) does not allow “lead edit”. Ada Abel can give it."
    assert list(slack.errors.values()) == [refusal]
    assert found(works, Lead).source is None


def test_the_narrowest_right_that_holds_the_record_is_asked_for(
    slack: SlackDriver, works: UnitOfWorkFactory, lead: Lead
) -> None:
    refuse_deleting(slack)
    slack.command("/crm request lead delete LD-1")
    assert told(slack) == ASKED
    given(works, Lead, by="U_RAVI", first_name="Bob", owner="me")
    slack.command("/crm request lead delete LD-2")
    assert told(slack) == "I will tell Ada Abel that you ask for “lead delete (team)”."
    slack.command("/crm request lead delete")
    assert told(slack) == "You asked for “lead delete (own)” today already; Ada Abel can answer."


def test_it_is_asked_once_a_day(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    lead: Lead,
    clock: object,
) -> None:
    refuse_deleting(slack)
    slack.command("/crm request lead delete LD-1")
    slack.command("/crm request lead delete LD-1")
    assert told(slack) == "You asked for “lead delete (own)” today already; Ada Abel can answer."
    courier.drain()
    assert len(slack.posted(slack.slack.im("U_ADA").id)) == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("request", "What would you like to be allowed? Try: request lead delete"),
        ("request unicorn", "What would you like to be allowed? Try: request lead delete"),
        ("request lead new", "You may do that already: lead new (all)."),
        ("request find", "You may do that already: find."),
    ],
)
def test_what_need_not_or_cannot_be_asked_for(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, why: str
) -> None:
    slack.command(f"/crm {line}")
    assert told(slack) == why
    with works("T1", writes=False) as work:
        assert (
            work.session.scalars(select(Delivery.kind).where(Delivery.kind == "wish")).all() == []
        )


def test_a_noun_without_records_is_asked_for_whole(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm audit verify")
    slack.click("crm.run")
    assert told(slack) == "I will tell Ada Abel that you ask for “audit verify”."


def test_where_there_is_no_admin_that_is_said(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    works.welcome("T1", "U_ADA", left=True)
    slack.command("/crm request audit verify")
    assert told(slack).startswith("There is no admin whom I could ask.")


def test_guests_cannot_ask(slack: SlackDriver) -> None:
    slack.command("/crm request lead delete", user="U_GUS")
    assert told(slack).startswith("Guests cannot use the CRM.")


def test_what_waits_to_be_told_names_nobody(
    slack: SlackDriver, works: UnitOfWorkFactory, lead: Lead
) -> None:
    refuse_deleting(slack)
    slack.command("/crm request lead delete LD-1")
    with works("T1", writes=False) as work:
        waiting = work.session.scalars(select(Delivery).where(Delivery.kind == "wish")).one()
        rita = work.lookup("user", "U_RITA")
        role = work.lookup("role", "senior rep")
    assert waiting.about == {
        "by": rita,
        "role": role,
        "about": "lead",
        "verb": "delete",
        "scope": "own",
    }


# ── answering ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def asked(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, lead: Lead
) -> Shown:
    """What Ada reads: Rita asks to delete her own leads."""
    refuse_deleting(slack)
    slack.command("/crm request lead delete LD-1")
    return direct(slack, courier)


def test_an_admin_allows_it_with_one_button_and_who_asked_hears_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, asked: Shown
) -> None:
    slack.click("role.grant", asked, user="U_ADA", confirm=False)
    assert (
        "“lead delete (own)” is then allowed to all who have the role: 3 people have it."
        in slack.asked
    )
    assert not may(works, "U_RITA", "delete")
    slack.click("role.grant", asked, user="U_ADA")
    assert told(slack).startswith("Every senior rep may “lead delete (own)”.")
    assert may(works, "U_RITA", "delete")
    assert not may(works, "U_RAVI", "delete")
    said = "Ada Abel allowed what you asked for: every senior rep may now “lead delete (own)”."
    assert direct(slack, courier, "U_RITA").words == said


def test_an_admin_declines_and_who_asked_hears_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, asked: Shown
) -> None:
    slack.click("role.decline", asked, user="U_ADA")
    assert told(slack) == "I will tell Rita Reyes that “lead delete (own)” is declined."
    assert not may(works, "U_RITA", "delete")
    assert (
        direct(slack, courier, "U_RITA").words
        == "Ada Abel declined what you asked for: “lead delete (own)”."
    )


def test_an_admin_gives_another_role_instead_and_who_asked_hears_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, asked: Shown
) -> None:
    slack.click("role.give", asked, user="U_ADA")
    assert slack.modal
    assert slack.modal.values["person"] == "U_RITA"
    slack.submit(role="manager", user="U_ADA")
    assert may(works, "U_RITA", "delete")
    assert direct(slack, courier, "U_RITA").words == "Ada Abel gave you the role manager."


def test_a_second_admin_finds_it_done(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, lead: Lead
) -> None:
    slack.command("/crm role give @eli admin", user="U_ADA")
    refuse_deleting(slack)
    slack.command("/crm request lead delete LD-1")
    assert told(slack) == "I will tell Eli East and Ada Abel that you ask for “lead delete (own)”."
    asked = direct(slack, courier, "U_ELI")
    slack.click("role.grant", direct(slack, courier), user="U_ADA")
    slack.click("role.grant", asked, user="U_ELI")
    assert told(slack) == "senior rep was like that already."


def test_a_request_that_is_settled_before_it_arrives_is_not_told(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, lead: Lead
) -> None:
    refuse_deleting(slack)
    slack.command("/crm request lead delete LD-1")
    slack.command("/crm role allow senior rep lead delete", user="U_ADA")
    courier.drain()
    assert slack.posted(slack.slack.im("U_ADA").id) == []


def test_only_admins_answer(slack: SlackDriver, works: UnitOfWorkFactory, asked: Shown) -> None:
    for line in ("role grant US-1 lead delete own", "role decline US-1 lead delete own"):
        slack.command(f"/crm {line}")
        assert told(slack).startswith("Your role (senior rep) does not allow “role ")
    assert not may(works, "U_RITA", "delete")


def test_whose_role_is_gone_can_be_given_another(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, lead: Lead
) -> None:
    give_a_role_that_is_gone(works, "U_RITA")
    slack.command("/crm lead list")
    slack.click("crm.run")
    assert direct(slack, courier).buttons == ["Give another role", "Decline", "Mute"]


def test_the_button_is_about_the_role_they_asked_with(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, asked: Shown
) -> None:
    slack.command("/crm role give @rita rep", user="U_ADA")
    slack.click("role.grant", asked, user="U_ADA")
    refused = "Rita Reyes has another role by now, so nothing was allowed."
    assert told(slack) == f"{refused} If you mean it: role allow senior rep lead delete own"
    with works("T1", writes=False) as work:
        for role in ("rep", "senior rep"):
            text = work.get(Role, work.lookup("role", role)).rights
            assert ("delete" in text) is (role == "senior rep")
            assert "delete own" not in text


def test_who_has_another_role_when_it_is_drawn_is_given_it_by_no_button(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, lead: Lead
) -> None:
    refuse_deleting(slack)
    slack.command("/crm request lead delete LD-1")
    slack.command("/crm role refuse marketing lead delete", user="U_ADA")
    slack.command("/crm role give @rita marketing", user="U_ADA")
    assert direct(slack, courier).buttons == ["Give another role", "Decline", "Mute"]


@pytest.mark.parametrize(
    "right", ["user edit", "team join", "role give", "team delete TM-1", "role allow"]
)
def test_no_button_lets_everybody_change_how_people_work_together(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, right: str
) -> None:
    slack.command(f"/crm request {right}")
    assert direct(slack, courier).buttons == ["Give another role", "Decline", "Mute"]
    about, verb, *_ = right.split()
    slack.command(f"/crm role grant RO-2 US-1 {about} {verb}", user="U_ADA")
    assert told(slack).endswith(
        f"so nothing was allowed. If you mean it: role allow senior rep {about} {verb} all"
    )
    with works("T1", "U_RITA", writes=False) as work:
        assert not policy.can(work.actor, verb, about)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("role grant", "Who, and what?"),
        ("role grant RO-2", "Who, and what?"),
        ("role grant RO-99 US-1 lead delete", "There is no RO-99."),
        ("role grant US-1", "Who, and what?"),
        ("role grant US-99 lead delete", "There is no US-99."),
        ("role grant US-1 unicorn delete", "There is nothing called “unicorn”."),
        ("role decline US-1 lead fly", "Nobody can fly a lead."),
    ],
)
def test_forged_answers_change_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, why: str
) -> None:
    slack.command(f"/crm {line}", user="U_ADA")
    assert why in told(slack)
    with works("T1", writes=False) as work:
        assert (
            work.session.scalars(select(Delivery.kind).where(Delivery.kind == "answer")).all() == []
        )
