"""Everything about a record is in one modal, with tabs that turn in place."""

import pytest

from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given


@pytest.fixture
def henrik(works: UnitOfWorkFactory) -> Customer:
    given(works, Account, name="Blue Fjord")
    made = given(works, Customer, first_name="Henrik", last_name="Dahl", notes="Likes boats")
    given(works, Membership, customer="CU-1", account="AC-1", role="Fleet director", primary="yes")
    given(works, Contact, customer="CU-1", type="mobile", value="+4790000001")
    given(works, Opportunity, name="Fleet tracking", amount="210k", customer="CU-1")
    given(works, Case, customer="CU-1", subject="Wrong harbour", by="U_SAM")
    return made


def tab(slack: SlackDriver, name: str, ref: str = "CU-1") -> str:
    """Turn the modal to a tab, and return what it says."""
    return press(slack, f"{ref} --tab={name}")


def press(slack: SlackDriver, value: str) -> str:
    """Press the button of the modal that has this value, and return what the modal says then."""
    assert slack.modal
    [action, *_] = [
        element["action_id"]
        for block in slack.modal.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element.get("value") == value
    ]
    slack.click(action, value=value)
    assert slack.modal
    return slack.modal.words


def test_everything_about_a_customer_is_two_taps_away(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    slack.command("/crm CU-1")
    slack.click("customer.more")
    assert slack.modal
    assert slack.modal.text == "Henrik Dahl"
    words = slack.modal.words
    for said in ("Blue Fjord", "Fleet tracking", "Wrong harbour", "+47 90 00 00 01", "Lifecycle"):
        assert said in words, said
    assert "• Overview" in slack.modal.buttons
    assert {"New deal", "New case", "Log", "Task"} <= set(slack.modal.buttons)
    assert "Likes boats" in tab(slack, "details")
    assert "€210,000" in tab(slack, "opportunity")
    assert "• Deals" in slack.modal.buttons
    slack.close()
    assert slack.modal is None, "the tabs turn in place"


def test_the_timeline_says_once_what_a_task_is(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    slack.command('/crm task new "Send the offer" OP-1 due=fri')
    slack.command("/crm more OP-1 --tab=timeline")
    assert slack.modal
    assert "“Send the offer”\nAT-1" in slack.modal.words
    assert slack.modal.words.count("Send the offer") == 1


def test_the_timeline_has_the_newest_first_in_pages(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    for number in range(9):
        slack.command(f"/crm log call CU-1 Talk number {number}")
    slack.command("/crm deal stage OP-1 proposal")
    slack.command("/crm case reply CS-1 We are on it", user="U_SAM")
    slack.command("/crm more CU-1 --tab=timeline")
    assert slack.modal
    first = slack.modal.words
    assert "*Answer to the customer by Sam Silva*" in first
    assert "*Deal moved Qualification → Proposal by Rita Reyes*" in first
    assert "Talk number 8" in first
    older = [each for each in slack.modal.buttons if each == "Older"]
    assert older
    assert "Talk number 0" in press(slack, "CU-1 --tab=timeline --page=1")
    assert "Talk number 8" not in slack.modal.words
    assert "Newer" in slack.modal.buttons


def test_an_account_shows_its_people_and_a_row_opens(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    slack.command("/crm more AC-1")
    words = tab(slack, "membership", "AC-1")
    assert "*Henrik Dahl* (CU-1)\nFleet director · MB-1" in words
    slack.click("customer.more")
    assert slack.modal
    assert slack.modal.text == "Henrik Dahl"


def test_colleagues_and_what_is_planned_are_lists_of_their_own(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    for name, until in (("Berit", None), ("Gone", "2026-01-01")):
        given(works, Customer, first_name=name)
        left = {"until": until} if until else {}
        ref = "CU-2" if name == "Berit" else "CU-3"
        given(works, Membership, customer=ref, account="AC-1", role="Buyer", **left)
    slack.command("/crm more CU-1")
    assert slack.modal
    assert "Tasks" not in slack.modal.buttons
    words = tab(slack, "colleague")
    assert "*Berit* (CU-2)" in words
    assert "Gone" not in words
    assert "Henrik Dahl (CU-1)" not in words
    slack.close()
    for what, due in (("Later", "fri 10:00"), ("Sooner", "tomorrow 10:00")):
        given(works, Activity, description=what, customer="CU-1", due_date=due)
    given(works, Activity, description="Ended", customer="CU-1", due_date="today", done_at="now")
    for ref in ("CU-1", "AC-1"):  # what is planned with people of a company is planned with it
        slack.command(f"/crm more {ref}")
        words = tab(slack, "task", ref)
        assert words.index("*Sooner*") < words.index("*Later*")
        assert "Ended" not in words
        slack.close()


def test_nobody_sees_there_what_they_may_not(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    given(
        works, Activity, description="A secret", type="call", customer="CU-1", done_at="today 9:00"
    )
    slack.command("/crm role refuse executive case look", user="U_ADA")
    slack.command("/crm role refuse executive task look", user="U_ADA")
    slack.command("/crm more CU-1", user="U_ELI")
    assert slack.modal
    assert "Wrong harbour" not in slack.modal.words
    slack.command("/crm more CU-1 --tab=timeline", user="U_ELI")
    assert "Wrong harbour" not in slack.modal.words
    assert "secret" not in slack.modal.words
    assert "Deal added" in slack.modal.words


def test_deleting_is_among_the_details_and_asks(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    slack.command("/crm CU-1")
    assert "customer.delete" not in slack.last.actions
    slack.click("customer.more")
    tab(slack, "details")
    slack.click("customer.delete")
    assert slack.asked


def test_what_is_open_leads_the_overview_as_far_as_the_reader_may_know(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    for number in range(3):
        given(works, Opportunity, name=f"Old {number}", customer="CU-1")
    slack.command("/crm deal won OP-2 OP-3 OP-4", user="U_ADA")

    def deals() -> list[str]:
        slack.command("/crm more CU-1")
        assert slack.modal
        names = ("Fleet tracking", "Old 0", "Old 1", "Old 2")
        lines = slack.modal.words.split("Deals\n")[-1].splitlines()
        found = [name for line in lines for name in names if name in line and "OP-" in line]
        slack.close()
        return found

    assert deals() == ["Fleet tracking", "Old 2", "Old 1"]
    slack.command('/crm role hide "senior rep" deal stage', user="U_ADA")
    assert deals() == ["Old 2", "Old 1", "Old 0"], "a hidden stage decides no place"
