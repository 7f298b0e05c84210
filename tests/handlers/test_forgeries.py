"""Strangers who press our buttons, and payloads that no client of Slack's would send."""

import pytest

from bot.delivery import Courier
from bot.sandbox.driver import Desk
from models.core.work import Works
from models.customer import Customer
from models.lead import Lead
from models.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, WRONG, assert_inert, deliver, found, sent, standing, told

pytestmark = SQLITE


@pytest.mark.parametrize("verb", ["lead.qualify", "lead.show", "lead.edit", "lead.delete"])
def test_a_stranger_in_a_shared_channel_presses_in_vain(slack: Desk, works: Works, courier: Courier, verb: str) -> None:
    lead = given(works, Lead, first_name="Bob")
    card = standing(slack, works, courier, lead)
    slack.click("lead.edit", card)
    slack.close()
    payload = sent(slack)
    payload["user"] = {"id": "U_OTTO", "team_id": "T2", "username": "otto"}
    payload["actions"] = [{**payload["actions"][0], "action_id": verb, "value": "LD-1 --yes"}]
    assert deliver(slack, "interactive", payload).acknowledged
    assert found(works, Lead).version == lead.version
    assert slack.slack.views.top("U_OTTO") is None
    last = max(slack.slack.timeline, key=lambda message: message.turn)
    assert last.text == "This is only for the people of the workspace it belongs to."


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        *(("lead.qualify", value) for value in ("LD-2", "", "CU-1", "<!channel>")),
        *((action, "LD-1") for action in ("lead.nonsense", "nonsense", "nonsense.delete", "crm.nonsense", "crm.undo")),
        *(("crm.run", ""), ("lead.menu", ""), ("user.set", "US-1 role=admin"), ("user.new", "x")),
    ],
)
def test_a_tampered_button_is_answered_and_changes_nothing(
    slack: Desk, works: Works, action_id: str, value: str
) -> None:
    lead = given(works, Lead, first_name="Bob")
    slack.command("/crm LD-1")
    slack.click("lead.edit")
    slack.close()
    before = len(slack.seen)
    payload = sent(slack)
    payload["actions"] = [{**payload["actions"][0], "action_id": action_id, "value": value}]
    assert deliver(slack, "interactive", payload).acknowledged
    assert len(slack.seen) == before + 1
    assert WRONG not in slack.last.text
    assert found(works, Lead).version == lead.version
    assert_inert(slack)


@pytest.mark.parametrize("action_id", ["pick.nonsense.customer", "pick", "", "pick.crm.x", "pick.log.x"])
def test_a_tampered_picker_offers_nothing(slack: Desk, works: Works, action_id: str) -> None:
    given(works, Customer, first_name="Ada")
    slack.command("/crm deal new")
    slack.options("pick.customer.customer", "ada")
    answer = deliver(slack, "interactive", sent(slack, action_id=action_id))
    assert (answer.acknowledged, answer.body) == (True, {"options": []})
    stranger = sent(slack, user={"id": "U_OTTO", "team_id": "T2"})
    assert deliver(slack, "interactive", stranger).body == {"options": []}


def test_a_workspace_that_is_not_set_up_is_told_so(slack: Desk) -> None:
    slack.command("/crm help")
    assert deliver(slack, "slash_commands", sent(slack, team_id="T9")).acknowledged
    assert slack.last.text.startswith("Rapport is not installed in this workspace")


def test_a_deal_is_not_reached_through_another_nouns_verb(slack: Desk, works: Works) -> None:
    given(works, Opportunity, name="Sails", customer=given(works, Customer, first_name="Ada").ref)
    slack.command("/crm lead qualify OP-1")
    assert told(slack) == "Which lead? Name it, for example: lead qualify LD-1"
    assert found(works, Opportunity).version == 1
