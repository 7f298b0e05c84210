"""Several records are handed over to a colleague in one act, from Home or in a line."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, found, told


@pytest.fixture
def records(works: UnitOfWorkFactory) -> None:
    """Rita's deals OP-1 and OP-2, and her lead LD-1."""
    ada = given(works, Customer, first_name="Ada")
    for name in ("Sails", "Oars"):
        given(works, Opportunity, name=name, customer=ada.ref)
    given(works, Lead, first_name="Bob")


def owners(works: UnitOfWorkFactory) -> list[str]:
    """Who owns OP-1, OP-2 and LD-1."""
    kept = [found(works, Opportunity, 1), found(works, Opportunity, 2), found(works, Lead)]
    with works("T1", writes=False) as work:
        return [work.get(User, each.owner).slack_id for each in kept]


def test_home_hands_over_what_is_chosen_in_one_act(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, records: None
) -> None:
    assert "Hand over…" in slack.home().buttons
    slack.click("crm.handover")
    slack.submit(records="Oars (OP-2), Bob (LD-1)", to="ravi")
    assert slack.errors == {}
    assert owners(works) == ["U_RITA", "U_RAVI", "U_RAVI"]
    courier.drain()
    slack.dm("hello", user="U_RAVI")
    said = {each.text for each in slack.seen}
    assert "Rita Reyes gave you 2 records: OP-2 Oars, LD-1 Bob" in said
    slack.command("/crm undo")
    assert owners(works) == ["U_RITA"] * 3


@pytest.mark.parametrize(
    "line",
    [
        "hand over OP-1 LD-1 to @ravi",
        "hand over OP-1, OP-2 and LD-1 to Ravi",
        "handover OP-1 OP-2 LD-1 @ravi",
        "handover to=@ravi OP-1 LD-1",
    ],
)
def test_a_line_hands_over_records_of_any_kind(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None, line: str
) -> None:
    slack.command(f"/crm {line}")
    assert "LD-1 Owner: Rita Reyes → Ravi Rao" in told(slack)
    assert slack.last.buttons == ["Undo"]
    assert owners(works)[0] == owners(works)[2] == "U_RAVI"
    slack.click("crm.undo")
    assert owners(works) == ["U_RITA"] * 3


def test_all_of_it_or_nothing(slack: SlackDriver, works: UnitOfWorkFactory, records: None) -> None:
    slack.command("/crm handover OP-1 OP-9 @ravi")
    assert "There is no OP-9." in told(slack)
    slack.command("/crm handover OP-1 LD-1 @rita")
    assert "already belongs to Rita Reyes" in told(slack)
    slack.command("/crm handover OP-1 LD-1 @ravi", user="U_ELI")
    assert "Your role (executive) does not allow" in told(slack)
    assert owners(works) == ["U_RITA"] * 3


@SQLITE
def test_what_is_no_reference_is_said_in_the_form(slack: SlackDriver, records: None) -> None:
    slack.command("/crm handover OP-1 XX-1 @ravi")
    assert slack.modal
    assert "Nobody owns XX-1: it cannot be handed over." in slack.modal.words
    slack.close()
    slack.command("/crm help hand over several")
    assert "hand over OP-" in told(slack)
