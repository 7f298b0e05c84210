"""Lists, whose words are conditions first; what is searched for as words says so."""

import pytest

from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.identity.rights import Preset
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import SQLITE, told

pytestmark = SQLITE


def listed(slack: SlackDriver) -> list[str]:
    """The numbers of the records in the last answer, in their order."""
    rows = [line.split(" ")[0] for line in told(slack).splitlines()]
    return sorted(row for row in rows if row[:3] in ("OP-", "CS-", "AT-", "LD-", "CU-"))


@pytest.fixture
def deals(works: UnitOfWorkFactory) -> None:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace").ref
    given(works, Account, name="Acme")
    given(
        works,
        Opportunity,
        name="Sails",
        customer=ada,
        amount="12k USD",
        close_date="fri",
        stage="proposal",
    )
    given(
        works,
        Opportunity,
        "U_RAVI",
        name="Oars",
        customer=ada,
        amount="5k",
        close_date="2026-02-10",
        stage="won",
    )
    given(works, Opportunity, name="Masts", account="Acme", amount="20k", close_date="2026-03-30")
    given(
        works,
        Opportunity,
        "U_RAVI",
        name="Ropes",
        customer=ada,
        amount="30k",
        close_date="2026-03-02",
        stage="won",
    )


CONDITIONS = dict(
    [
        ("deal list stage=won", ["OP-2", "OP-4"]),
        ("deal list stage = won", ["OP-2", "OP-4"]),
        ("deal list owner=me", ["OP-1", "OP-3"]),
        ("deal list stage=won or amount>10k", ["OP-1", "OP-2", "OP-3", "OP-4"]),
        ("deal list amount > 10k USD", ["OP-1"]),
        ("deal find amount > 10k USD", ["OP-1"]),
        ("deals closing this week", ["OP-1"]),
        ("deals closing this month", ["OP-1", "OP-3", "OP-4"]),
        ("deal list closing before friday", ["OP-2", "OP-4"]),
        ("deal list closes after 13 march", ["OP-3"]),
        ("deal list close = this month", ["OP-1", "OP-3", "OP-4"]),
        ("deal list close_date < end of month", ["OP-1", "OP-2", "OP-3", "OP-4"]),
        ("deal list last month", ["OP-2"]),
        ("deal list february", ["OP-2"]),
        ("deal list 2025", []),
        ("deal list proposal", ["OP-1"]),
        ("deal list Proposal", ["OP-1"]),
        ("deal list closed won", ["OP-2", "OP-4"]),
        ("deal list proposal won", ["OP-1", "OP-2", "OP-4"]),
        ("deal list won last month", ["OP-2"]),
        ("deal list won by ravi in february", ["OP-2"]),
        ("deal list won or closing this week", ["OP-1", "OP-2", "OP-4"]),
        ("deal list not won", ["OP-1", "OP-3"]),
        ("deal list rita", ["OP-1", "OP-3"]),
        ("deal list @rita", ["OP-1", "OP-3"]),
        ("deal list <@U_RAVI>", ["OP-2", "OP-4"]),
        ("deal list owned by Ravi Rao", ["OP-2", "OP-4"]),
        ("deal list rao", ["OP-2", "OP-4"]),
        ("deals rao", ["OP-2", "OP-4"]),
        ("deals of rita open", ["OP-1", "OP-3"]),
        ("deals acme", ["OP-3"]),
        ("deal list 2026-02", ["OP-2"]),
        ("deal list week 11", ["OP-1"]),
        ("deal list last 14 days", ["OP-4"]),
        ("deal list q1 not won", ["OP-1", "OP-3"]),
        ("deal list rita ravi open", ["OP-1", "OP-3"]),
        ("deal list my open", ["OP-1", "OP-3"]),
        ("deal list CU-1", ["OP-1", "OP-2", "OP-4"]),
        ("deal list AC-1 open", ["OP-3"]),
        ("deal list customer = Ada Lovelace won", ["OP-2", "OP-4"]),
        ("deal list stage = closed won", ["OP-2", "OP-4"]),
        ("deal list owner = Ravi Rao", ["OP-2", "OP-4"]),
        ("deal list acme", ["OP-3"]),
        ("deal list for Acme", ["OP-3"]),
        ("deal list for ada lovelace won", ["OP-2", "OP-4"]),
        ("deal list rita's", ["OP-1", "OP-3"]),
        ("deals this week", ["OP-1"]),
        ("deals this month", ["OP-1", "OP-3", "OP-4"]),
        ("my deals this month", ["OP-1", "OP-3"]),
        ("deal list created since monday", ["OP-1", "OP-2", "OP-3", "OP-4"]),
        ("deal list created before monday", []),
        ("deals from last month", ["OP-2"]),
        ("deal list closing from 13 march", ["OP-1", "OP-3"]),
        ("deals over 10k", ["OP-1", "OP-3", "OP-4"]),
        ("deals over 10k USD", ["OP-1"]),
        ("open deals above 10k", ["OP-1", "OP-3"]),
        ("deal list at least 20k rita", ["OP-3"]),
        ("deal list under 20k", ["OP-1", "OP-2"]),
        ("deal list sails rita", ["OP-1"]),
        ('deal list "won"', []),
        ("deal list unassigned", []),
        ("deal list overdue", []),
    ],
)


def test_the_words_of_a_list_are_conditions(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: None
) -> None:
    found = {}
    for line in CONDITIONS:
        slack.command(f"/crm {line}")
        found[line] = listed(slack)
    assert found == CONDITIONS


def test_tasks_are_listed_by_when_they_are_due(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    for due in ("today 16:00", "tomorrow", "next week", "yesterday"):
        given(works, Activity, description=f"Call {due}", customer="CU-1", due_date=due)
    for line in (
        "tasks today",
        "task list due today",
        "task list today",
        "tasks due today",
        "task today",
    ):
        slack.command(f"/crm {line}")
        assert listed(slack) == ["AT-1"], line
    slack.command("/crm task list due this week")
    assert listed(slack) == ["AT-1", "AT-2", "AT-4"]
    slack.command("/crm tasks next 14 days")
    assert listed(slack) == ["AT-1", "AT-2", "AT-3"]
    slack.command("/crm task done AT-1 reached")
    slack.command("/crm task list done today")
    assert listed(slack) == ["AT-1"]
    slack.command("/crm task list done")
    assert listed(slack) == ["AT-1"]


def test_cases_and_leads_are_listed_by_what_is_said_of_them(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    for priority in ("low", "normal", "high", "urgent"):
        given(works, Case, subject=f"A {priority} leak", customer="CU-1", priority=priority)
    slack.command("/crm case claim CS-1", user="U_SAM")
    expected = {
        "case list unassigned": ["CS-2", "CS-3", "CS-4"],
        "case list urgent unassigned": ["CS-4"],
        "case list priority > normal": ["CS-3", "CS-4"],
        "case list priority >= normal": ["CS-2", "CS-3", "CS-4"],
        "case list priority<normal": ["CS-1"],
        "case list high urgent": ["CS-3", "CS-4"],
        "case find priority > high": ["CS-4"],
        "case list new": ["CS-2", "CS-3", "CS-4"],
        "case list sam": ["CS-1"],
        "case list created today": ["CS-1", "CS-2", "CS-3", "CS-4"],
        "case list created yesterday": [],
    }
    for line, found in expected.items():
        slack.command(f"/crm {line}", user="U_SAM")
        assert listed(slack) == found, line
    given(works, Lead, first_name="Bob")
    given(works, Lead, first_name="Newman", status="working")
    slack.command("/crm lead list new")
    assert listed(slack) == ["LD-1"]
    slack.command("/crm lead list new this week")
    assert listed(slack) == ["LD-1"]


def test_a_list_says_what_its_words_were_read_as(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: None
) -> None:
    slack.command("/crm deal list won last month rita")
    assert told(slack).splitlines()[:2] == [
        "No deal matches “won last month rita”",
        "Read as Stage: Won, Close date: Sun 1 Feb – Sat 28 Feb, Owner: Rita Reyes.",
    ]


def test_what_is_searched_for_as_words_says_so_and_shows_the_nearest_filter(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: None
) -> None:
    slack.command("/crm deal list propsal")
    assert "“propsal” was searched for as words; the nearest filter: stage=proposal" in told(slack)
    slack.command("/crm deal list acme")
    assert "“acme” was searched for as words; the nearest filter: name ~ acme" in told(slack)
    slack.command("/crm deal list name ~ ast")
    assert listed(slack) == ["OP-3"]
    slack.command("/crm deal find sails")
    assert "searched" not in told(slack)


def test_a_colleague_s_name_that_several_have_is_asked_back(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: None
) -> None:
    works.welcome("T1", "U_RITA2", name="Rita Roe", role="rep")
    slack.command("/crm deal list rita won")
    assert told(slack).startswith("“rita” could be ")
    slack.click("crm.run")
    assert "Read as Owner: US-" in told(slack)


def test_a_day_that_could_be_two_is_asked_about(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: None
) -> None:
    slack.command("/crm deal list closing before 12/05")
    assert "could be" in told(slack)
    assert not listed(slack)


def test_people_are_listed_by_country_and_tag(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", country="DE", tags="vip")
    given(works, Customer, first_name="Deborah", country="US")
    for line in ("customer list DE", "customer list germany", "customer list #vip"):
        slack.command(f"/crm {line}")
        assert listed(slack) == ["CU-1"], line


def test_the_next_ten_of_a_list_are_read_the_same_way(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    for number in range(12):
        given(works, Opportunity, name=f"Boat {number}", customer="CU-1", stage="proposal")
    slack.command("/crm deals proposal")
    assert len(listed(slack)) == 10
    slack.click("crm.run")
    assert len(listed(slack)) == 2


def test_what_is_hidden_is_no_condition(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: None
) -> None:
    works.welcome("T1", "U_JULE", role=Preset.SENIOR)
    slack.command("/crm deal list proposal", user="U_JULE")
    assert listed(slack) == ["OP-1"]
    slack.command('/crm role hide "senior rep" deal stage', user="U_ADA")
    slack.command("/crm deal list proposal", user="U_JULE")
    assert "Stage" not in told(slack)
    assert "stage" not in told(slack)
    assert listed(slack) == []
