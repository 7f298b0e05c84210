"""A card says who it is about, what was said last and what comes next, and is a place to work."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.core.test_hidden import allow
from tests.handlers.kit import found, standing, told


@pytest.fixture
def henrik(works: UnitOfWorkFactory) -> Customer:
    """Rita's customer, who works at Blue Fjord."""
    given(works, Account, name="Blue Fjord", industry="Logistics")
    about = {"email": "henrik@bluefjord.example", "phone": "+4721000001"}
    made = given(
        works, Customer, first_name="Henrik", last_name="Dahl", job_title="Fleet director", **about
    )
    given(works, Membership, customer="CU-1", account="AC-1", primary="yes")
    return made


@pytest.fixture
def deal(works: UnitOfWorkFactory, henrik: Customer) -> Opportunity:
    about = {"customer": "CU-1", "account": "AC-1", "close_date": "12 Jan 2027"}
    return given(works, Opportunity, name="Fleet tracking", amount="210k", **about)


def test_a_customers_card_says_who_it_is_what_was_said_and_what_is_open(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    given(works, Case, customer="CU-1", subject="Wrong harbour", priority="high", by="U_SAM")
    slack.command("/crm log call CU-1 Henrik wants a pilot first")
    slack.command("/crm task new CU-1 Send the offer +2d")
    slack.command("/crm CU-1")
    words = slack.last.words
    assert "*Henrik Dahl* · CU-1\nFleet director at Blue Fjord (AC-1) · owner Rita Reyes" in words
    assert "*Last talk:* call with Rita Reyes, " in words
    assert ": “Henrik wants a pilot first”" in words
    assert "*Next task:* Send the offer, due " in words
    assert "*Open:* deal OP-1, €210,000 · case CS-1, high priority" in words
    labels = ["Log", "Task", "More", "Company ›", "Deal ›", "Case ›"]
    assert [label for label in slack.last.buttons if label in labels] == labels


def test_an_accounts_card_knows_the_talks_with_its_people(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm log meeting CU-1 They like it")
    slack.command("/crm AC-1")
    assert "*Last talk:* meeting with Rita Reyes, " in slack.last.words
    assert "*Open:* deal OP-1, €210,000" in slack.last.words


def test_what_was_said_does_not_reach_somebody_who_may_not_see_it(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm role refuse executive task look", user="U_ADA")
    slack.command("/crm log call CU-1 A secret")
    slack.command("/crm CU-1", user="U_ELI")
    assert "*Henrik Dahl*" in slack.last.words
    assert "Last talk" not in slack.last.words
    assert "secret" not in str(slack.last.blocks)


def test_a_hidden_stage_is_not_told_by_the_form_of_the_card(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    for name in ("stage", "forecast", "probability", "lost_reason", "close_date"):
        slack.command(f"/crm role hide executive deal {name}", user="U_ADA")
    slack.command("/crm OP-1", user="U_ELI")
    before = slack.last.words
    slack.command("/crm deal lost OP-1 too expensive", user="U_RITA")
    slack.command("/crm OP-1", user="U_ELI")
    for word in ("Lost", "Qualification", "Proposal"):
        assert word not in before
        assert word not in slack.last.words


def test_a_lost_deal_says_why(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm deal lost OP-1 Budget moved to next year")
    slack.command("/crm OP-1")
    assert "*Lost* on " in slack.last.words
    assert "*Why:* Budget moved to next year" in slack.last.words
    assert slack.last.buttons[:3] == ["Reopen", "Log", "Task"]


def test_a_deal_is_moved_and_given_away_with_two_taps(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    card = standing(slack, works, courier, deal, "C_SALES")
    slack.pick("opportunity.stage", "Proposal", card)
    assert "Stage: Qualification → Proposal" in told(slack)
    assert found(works, Opportunity).stage == "proposal"
    slack.pick("opportunity.assign", "U_RAVI", card)
    assert "Owner: Rita Reyes → Ravi Rao" in told(slack)
    assert "opportunity.delete" not in str(card.blocks)


def test_a_case_gets_another_priority_on_its_card(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    given(works, Case, customer="CU-1", subject="Wrong harbour", by="U_SAM")
    slack.command("/crm CS-1", user="U_SAM")
    slack.pick("case.set", "Urgent", user="U_SAM")
    assert found(works, Case).priority == "urgent"
    assert "*unassigned*" not in slack.last.words


@pytest.mark.parametrize(
    "verb", ["log call CU-1 Hello", "task new CU-1 Send it +1d", "deal won OP-1"]
)
def test_the_card_of_whom_it_is_about_is_drawn_again(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    henrik: Customer,
    deal: Opportunity,
    verb: str,
) -> None:
    card = standing(slack, works, courier, henrik, "C_SALES")
    before = card.words
    slack.command(f"/crm {verb}")
    courier.drain()
    [after] = [each for each in slack.posted("C_SALES") if each.ts == card.ts]
    assert after.words != before
    slack.click("crm.undo")
    courier.drain()
    [after] = [each for each in slack.posted("C_SALES") if each.ts == card.ts]
    assert after.words == before


def test_log_and_task_open_a_form_about_the_record(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    slack.command("/crm CU-1")
    slack.click("log.new")
    slack.submit({"description": "Wants a discount"})  # a call, unless one says otherwise
    slack.command("/crm CU-1")
    slack.click("activity.new")
    slack.submit({"description": "Send the offer"})
    made = [found(works, Activity, id) for id in (1, 2)]
    assert [(each.type, each.customer) for each in made] == [
        ("call", henrik.id),
        ("task", henrik.id),
    ]


def test_the_last_talk_that_one_may_see_is_found_behind_those_one_may_not(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, by="U_JULE", first_name="Henrik")
    slack.command("/crm log call CU-1 Mine", user="U_JULE")
    for number in range(3):
        slack.command(f"/crm log call CU-1 Another {number}", user="U_RITA")
    allow(works, "rep", "everything: look", "task: look own")
    slack.command("/crm CU-1", user="U_RITA")
    assert "“Another 2”" in slack.last.words
    slack.command("/crm CU-1", user="U_JULE")
    assert "“Mine”" in slack.last.words


def test_words_of_a_card_stand_only_beside_what_they_are_about(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Account, name="Kvarnby", domain="kvarnby.example", employees="410")
    given(works, Account, name="Pier")
    given(works, Lead, first_name="Paul", last_name="Berg", company="Bikes")
    slack.command("/crm AC-1")
    assert "kvarnby.example · 410 people" in slack.last
    slack.command("/crm AC-2")
    assert "people" not in slack.last.words
    slack.command("/crm LD-1")
    assert "\nBikes · *New*" in slack.last.words
