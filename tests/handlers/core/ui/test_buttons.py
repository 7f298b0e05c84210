"""Who reads alone is offered what they may do; in a channel everything is offered, and pressing is
checked.
"""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import SQLITE, found, standing, told

pytestmark = SQLITE


@pytest.fixture
def lead(works: UnitOfWorkFactory) -> Lead:
    """Rita's lead."""
    return given(works, Lead, first_name="Ada", owner="me")


def test_a_card_one_asks_for_has_the_buttons_one_may_press(
    slack: SlackDriver, works: UnitOfWorkFactory, lead: Lead
) -> None:
    slack.command("/crm LD-1")
    assert "lead.convert" in slack.last.actions
    slack.command("/crm LD-1", user="U_ELI")
    assert slack.last.actions == ["log.new", "activity.new", "lead.more"]


def test_a_card_in_a_channel_has_all_buttons_and_pressing_is_checked(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, lead: Lead
) -> None:
    card = standing(slack, works, courier, lead, "C_GENERAL")
    assert {"lead.convert", "lead.qualify", "lead.menu"} <= set(card.actions)
    slack.click("lead.qualify", card, user="U_ELI")
    assert told(slack).startswith("Your role (executive) does not allow “lead qualify”.")
    assert found(works, Lead).status == "new"


def test_the_menu_of_a_card_leaves_out_what_one_may_not(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    given(works, Case, by="U_SAM", customer="CU-1", subject="Lost oar")
    slack.command("/crm role refuse support case resolve", user="U_ADA")
    slack.command("/crm CS-1", user="U_SAM")
    [menu] = [
        element
        for block in slack.last.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == "case.menu"
    ]
    assert [option["value"] for option in menu["options"]] == ["close CS-1", "edit CS-1"]


def test_the_tab_offers_what_one_may_do_and_shows_the_parts_one_may_see(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm role refuse executive case list", user="U_ADA")
    home = slack.home("U_ELI")
    assert menu(home) == ["New task"]
    assert "Won this quarter" in home.words
    assert "Open cases" not in home.words
    made = ["New customer", "New lead", "New deal", "New task", "New case", "New company"]
    assert menu(slack.home("U_RITA")) == made


def menu(home: Shown) -> list[str]:
    """What the tab offers to make."""
    offered = (each for block in home.blocks for each in block.get("elements", ()))
    menus = (each for each in offered if each.get("action_id") == "crm.menu")
    return [option["text"]["text"] for each in menus for option in each["options"]]


def test_a_task_that_one_may_not_tick_off_is_shown_instead(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    ada = given(works, Customer, first_name="Ada")
    given(works, Activity, description="Call Ada", customer=ada.ref, due_date="today 15:00")
    assert "activity.done" in slack.home("U_RITA").actions
    slack.command("/crm role refuse senior rep task done", user="U_ADA")
    actions = slack.home("U_RITA").actions
    assert "activity.done" not in actions
    assert "activity.more" in actions


def test_help_begins_with_what_one_may_do(slack: SlackDriver) -> None:
    for page in ("help", "help words", "help for admins"):
        slack.command(f"/crm {page}", user="U_ELI")
        assert "convert" not in slack.last.words
        assert "deliveries" not in slack.last.words
    slack.command("/crm help words", user="U_RITA")
    assert "convert" in slack.last.words
