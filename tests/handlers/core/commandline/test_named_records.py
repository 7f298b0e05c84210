"""A name may stand where the number of a record is expected, if it is the name of one record."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told

pytestmark = SQLITE


@pytest.fixture
def fleet(works: UnitOfWorkFactory) -> Opportunity:
    """A deal whose name begins as that of its account."""
    account = given(works, Account, name="Blue Fjord Shipping")
    given(works, Customer, first_name="Henrik", last_name="Dahl", email="henrik@fjord.example")
    return given(works, Opportunity, name="Blue Fjord fleet tracking", account=account.ref)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("move Blue Fjord fleet tracking to negotiation", "stage", "negotiation"),
        ("deal stage blue fjord fleet tracking proposal", "stage", "proposal"),
        ("win “Blue Fjord fleet tracking”", "stage", "won"),
        ("lose Blue Fjord fleet tracking too expensive", "lost_reason", "too expensive"),
        ("Blue Fjord fleet tracking amount 130k", "amount", 130_000),
    ],
)
def test_a_deal_is_changed_by_its_name(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    fleet: Opportunity,
    line: str,
    field: str,
    value: object,
) -> None:
    slack.command(f"/crm {line}")
    assert "OP-1" in slack.last.words
    assert getattr(found(works, Opportunity, 1), field) == value


@pytest.mark.parametrize(
    "line",
    [
        "edit Henrik job=Director",
        "edit Henrik Dahl job=Director",
        "edit henrik@fjord.example job=Director",
        "Henrik Dahl job=Director",
    ],
)
def test_a_person_is_changed_by_name_or_address(
    slack: SlackDriver, works: UnitOfWorkFactory, fleet: Opportunity, line: str
) -> None:
    slack.command(f"/crm {line}")
    assert "CU-1 Henrik Dahl" in slack.last.words
    assert found(works, Customer, 1).job_title == "Director"


def test_a_name_alone_shows_the_record(slack: SlackDriver, fleet: Opportunity) -> None:
    slack.command("/crm blue fjord fleet tracking")
    assert "OP-1" in slack.last.words


@pytest.mark.parametrize("line", ["henrik", "show henrik", "dahl", "HENRIK", "henrik dahl"])
def test_a_part_of_a_persons_name_shows_them_however_it_is_written(
    slack: SlackDriver, fleet: Opportunity, line: str
) -> None:
    slack.command(f"/crm {line}")
    assert "Henrik Dahl" in slack.last.words
    assert "CU-1" in slack.last.words


def test_of_several_with_the_name_one_is_asked_for(
    slack: SlackDriver, works: UnitOfWorkFactory, fleet: Opportunity
) -> None:
    given(works, Opportunity, name="Blue Fjord fleet tracking", account="AC-1")
    slack.command("/crm win Blue Fjord fleet tracking")
    assert "Nothing was done yet" in slack.last.words
    names = [f"OP-{number} Blue Fjord fleet tracking" for number in (1, 2)]
    assert slack.last.buttons[:2] == names
    slack.click("crm.run#2")
    assert [found(works, Opportunity, n).stage for n in (1, 2)] == ["qualification", "won"]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("win Blue Fjord", "stage", "won"),
        ("move blue fjord to negotiation", "stage", "negotiation"),
        ("lost Blue Fjord too expensive", "lost_reason", "too expensive"),
        ("blue fjord fleet amount 130k", "amount", 130_000),
    ],
)
def test_for_the_beginning_of_a_name_the_records_are_offered(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    fleet: Opportunity,
    line: str,
    field: str,
    value: object,
) -> None:
    given(works, Opportunity, name="Blue Fjord beacons", account="AC-1", stage="won")
    slack.command(f"/crm {line}")
    assert "Which one do you mean? Nothing was done yet." in slack.last.words
    assert told(slack).startswith("Which one do you mean: OP-1 Blue Fjord fleet tracking")
    assert slack.last.buttons[0] == "OP-1 Blue Fjord fleet tracking", "the open one first"
    assert found(works, Opportunity, 1).version == 1
    slack.click("crm.run")
    assert getattr(found(works, Opportunity, 1), field) == value


@pytest.mark.parametrize(
    "line", ["win Blue Fjord", "bla Henrik blubb", "win Blue Fjord fleet tracking and more of it ="]
)
def test_nothing_is_guessed(
    slack: SlackDriver, works: UnitOfWorkFactory, fleet: Opportunity, line: str
) -> None:
    slack.command(f"/crm {line}")
    assert found(works, Opportunity, 1).stage == "qualification"
    assert count(works, Customer) == 1


def test_a_line_without_end_is_answered_at_once(slack: SlackDriver, fleet: Opportunity) -> None:
    for word in ("a" * 50_000, "a@" * 25_000, f"win {'1-' * 25_000}"):
        slack.command(f"/crm {word}")
        assert slack.last.words
