"""People of another company who read along in a shared channel press, pick and submit in vain."""

import logging

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Json, Member
from bot.sandbox.surface_text import Shown
from bot.sandbox.transport import INTERACTIVE
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.kit import SQLITE, deliver, found, sent, standing

REFUSAL = "This is only for the people of the workspace it belongs to."
XENIA = {"id": "U_XENIA", "username": "xenia", "name": "xenia", "team_id": "T_OTHER"}


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return given(works, Lead, first_name="Ada", last_name="Lovelace", company="Analytical")


@pytest.fixture
def card(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> Shown:
    """Ada's card where Xenia of another company reads along."""
    slack.slack.members["U_XENIA"] = Member("U_XENIA", "xenia", "Xenia", team="T_OTHER")
    slack.slack.join("C_SUPPORT", "U_XENIA")
    return standing(slack, works, courier, ada, "C_SUPPORT")


def as_xenia(slack: SlackDriver, **changes: object) -> Json:
    """The last thing that was done, done by Xenia."""
    return sent(slack, user=XENIA, **changes)


@SQLITE
def test_a_button_is_refused_and_changes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, card: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    slack.click("lead.convert", card, user="U_XENIA")
    assert slack.last.text == REFUSAL
    assert found(works, Lead).status == "new"
    assert works.unknown("T1", {"U_XENIA"})
    assert not any(word in caplog.text for word in ("Ada", "Lovelace", "Analytical"))


@SQLITE
def test_a_form_that_somebody_else_opened_is_refused(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm lead edit LD-1")
    slack.submit(company="Babbage")
    answer = deliver(slack, INTERACTIVE, as_xenia(slack))
    assert REFUSAL in str(answer.body)
    assert found(works, Lead).version == 2


@SQLITE
def test_a_picker_offers_nothing(slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead) -> None:
    slack.command("/crm task new")
    assert slack.options(pickers(slack)[0], "Ada")
    answer = deliver(slack, INTERACTIVE, as_xenia(slack))
    assert answer.body == {"options": []}


def pickers(slack: SlackDriver) -> list[str]:
    """The pickers of the form on top that find leads."""
    assert slack.modal
    elements = [block.get("element", {}) for block in slack.modal.blocks]
    found = [each["action_id"] for each in elements if each.get("type") == "external_select"]
    return [action for action in found if "lead" in action]


@SQLITE
def test_a_command_of_another_workspace_is_refused_by_slack_itself(
    slack: SlackDriver, card: Shown
) -> None:
    person = slack.command("/crm lead list", user="U_XENIA", channel="C_SUPPORT")
    assert "people of other workspaces cannot use this app" in person.error
