"""Before a record goes out of one's sight one is asked, in a line, on a card and in a form."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.rooms import room
from tests.ground import given
from tests.handlers.kit import SQLITE, found, standing, told

pytestmark = SQLITE
ASKED = "You'll no longer see LD-1. Hand it over?"
GONE = "Handed over LD-1. You no longer see it."


@pytest.fixture
def zed(works: UnitOfWorkFactory) -> Lead:
    return given(works, Lead, by="U_JULE", first_name="Zed")


def owner(works: UnitOfWorkFactory) -> str:
    with works("T1", writes=False) as work:
        return work.name("user", found(works, Lead).owner)


@pytest.mark.parametrize(
    "line", ["assign LD-1 @olga", "lead edit LD-1 owner=@olga", "handover LD-1 @olga"]
)
def test_a_line_asks_first_and_the_receipt_keeps_what_happened(
    slack: SlackDriver, works: UnitOfWorkFactory, zed: Lead, line: str
) -> None:
    slack.command(f"/crm {line}", user="U_JULE")
    assert told(slack) == ASKED
    assert owner(works) == "Jule Jansen"
    slack.click("crm.run", user="U_JULE")
    assert "\nTold: Olga Orlova" in told(slack)
    assert told(slack).startswith(GONE)
    assert owner(works) == "Olga Orlova"
    slack.click("crm.undo", user="U_JULE")
    assert owner(works) == "Jule Jansen"


def test_the_menu_on_a_card_asks_as_well(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, zed: Lead
) -> None:
    room(slack, "U_JULE")
    card = standing(slack, works, courier, zed, "C_ROOM")
    slack.pick("lead.assign", "U_OLGA", card, user="U_JULE")
    assert told(slack) == ASKED
    assert owner(works) == "Jule Jansen"


def test_a_form_says_it_on_top_and_saves_what_is_sent_again(
    slack: SlackDriver, works: UnitOfWorkFactory, zed: Lead
) -> None:
    slack.command("/crm lead edit LD-1", user="U_JULE")
    slack.click("form.more", user="U_JULE")
    slack.submit(owner="U_OLGA", user="U_JULE")
    assert slack.modal is not None
    assert "You'll no longer see LD-1. Nothing is saved yet." in slack.modal.words
    assert owner(works) == "Jule Jansen"
    slack.submit(user="U_JULE")
    assert owner(works) == "Olga Orlova"


def test_who_sees_it_afterwards_is_not_asked(
    slack: SlackDriver, works: UnitOfWorkFactory, zed: Lead
) -> None:
    slack.command("/crm assign LD-1 @olga", user="U_ADA")
    assert told(slack).startswith("Changed LD-1 Zed")
    slack.command("/crm lead delete LD-1 --yes", user="U_ADA")
    assert told(slack).startswith("Deleted LD-1 Zed")
