"""Strangers who press our buttons, and payloads that no client of Slack's would send."""

from typing import Any

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, WRONG, assert_inert, deliver, found, sent, standing, told

pytestmark = SQLITE


@pytest.mark.parametrize("verb", ["lead.qualify", "lead.show", "lead.edit", "lead.delete"])
def test_a_stranger_in_a_shared_channel_presses_in_vain(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, verb: str
) -> None:
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
        *(
            (action, "LD-1")
            for action in (
                "lead.nonsense",
                "nonsense",
                "nonsense.delete",
                "crm.nonsense",
                "crm.undo",
            )
        ),
        *(("crm.run", ""), ("lead.menu", ""), ("user.set", "US-1 role=admin"), ("user.new", "x")),
    ],
)
def test_a_tampered_button_is_answered_and_changes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, action_id: str, value: str
) -> None:
    lead = given(works, Lead, first_name="Bob")
    slack.command("/crm LD-1")
    slack.click("lead.edit")
    payload = sent(slack)
    slack.close()
    before = len(slack.seen)
    payload["actions"] = [{**payload["actions"][0], "action_id": action_id, "value": value}]
    assert deliver(slack, "interactive", payload).acknowledged
    assert len(slack.seen) == before + 1
    assert WRONG not in slack.last.text
    assert found(works, Lead).version == lead.version
    assert_inert(slack)


@pytest.mark.parametrize(
    "action_id", ["pick.nonsense.customer", "pick", "", "pick.crm.x", "pick.log.x"]
)
def test_a_tampered_picker_offers_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, action_id: str
) -> None:
    given(works, Customer, first_name="Ada")
    slack.command("/crm deal new")
    slack.options("pick.customer.customer", "ada")
    answer = deliver(slack, "interactive", sent(slack, action_id=action_id))
    assert (answer.acknowledged, answer.body) == (True, {"options": []})
    stranger = sent(slack, user={"id": "U_OTTO", "team_id": "T2"})
    assert deliver(slack, "interactive", stranger).body == {"options": []}


def test_a_workspace_that_is_not_set_up_is_told_so(slack: SlackDriver) -> None:
    slack.command("/crm help")
    assert deliver(slack, "slash_commands", sent(slack, team_id="T9")).acknowledged
    assert slack.last.text.startswith("Rapport is not installed in this workspace")


def test_a_deal_is_not_reached_through_another_nouns_verb(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Opportunity, name="Sails", customer=given(works, Customer, first_name="Ada").ref)
    slack.command("/crm lead qualify OP-1")
    assert told(slack) == "Which lead? Name it, for example: lead qualify LD-1"
    assert found(works, Opportunity).version == 1


# ── what is nothing that Slack sends ──────────────────────────────────────────────────────────────


@pytest.fixture
def pressed(slack: SlackDriver, works: UnitOfWorkFactory) -> dict[str, Any]:
    """The button Edit of a lead's card, as it was pressed."""
    given(works, Lead, first_name="Bob")
    slack.command("/crm LD-1")
    slack.click("lead.edit")
    slack.close()
    return sent(slack)


MISSHAPEN: list[dict[str, Any]] = [
    *({"user": user} for user in ("U_RITA", None, {})),
    *({"user": {"id": person}} for person in (7, "U RITA", "U_RITA\n", "U" * 65)),
    *(
        {"actions": actions}
        for actions in ([{}], [None], "lead.edit", [{"action_id": "lead.show", "value": 7}])
    ),
    *({"channel": {"id": channel}} for channel in (["C_SALES"], "<!channel>", "C SALES")),
]


def test_a_payload_of_another_shape_is_refused_and_nothing_is_said(
    slack: SlackDriver, works: UnitOfWorkFactory, pressed: dict[str, Any]
) -> None:
    calls = len(slack.slack.calls)
    for forged in MISSHAPEN:
        answer = deliver(slack, "interactive", pressed | forged)
        assert (answer.acknowledged, answer.why) == (False, "the app answered 400 malformed"), (
            forged
        )
        assert len(slack.slack.calls) == calls, forged
        assert found(works, Lead).version == 1, forged


@pytest.mark.parametrize("address", ["", "nowhere", "file:///etc/passwd"])
def test_an_address_for_the_answer_that_leads_nowhere_is_answered_beside_the_button(
    slack: SlackDriver, pressed: dict[str, Any], address: str
) -> None:
    pressed["actions"] = [
        {**pressed["actions"][0], "action_id": "lead.qualify", "action_ts": "1.2"}
    ]
    assert deliver(slack, "interactive", pressed | {"response_url": address}).acknowledged
    assert told(slack).startswith("Changed LD-1 Bob")


@pytest.mark.parametrize(
    "kept", ["[]", "{", '{"r": ["LD-1"]}', '{"r": "LD-1", "v": {}}', '{"v": null}', "7"]
)
def test_what_no_form_of_ours_remembers_is_forgotten(
    slack: SlackDriver, works: UnitOfWorkFactory, kept: str
) -> None:
    given(works, Lead, first_name="Bob")
    slack.command("/crm edit LD-1")
    slack.submit()
    view = sent(slack)["view"] | {"private_metadata": kept, "hash": kept}
    answer = deliver(slack, "interactive", sent(slack, view=view))
    assert answer.body["response_action"] == "errors"
    assert "Which lead?" in str(answer.body["errors"])
    assert found(works, Lead).version == 1


@pytest.mark.parametrize(
    "zone", ["../../etc/passwd", "Nowhere/City", "\u3164", "Europe/Berlin\x00x"]
)
def test_an_odd_profile_locks_nobody_out(
    slack: SlackDriver, works: UnitOfWorkFactory, zone: str
) -> None:
    slack.dm("help")
    name = "Rita\u202e\n<!here>\x00"
    user = {
        "id": "U_RITA",
        "team_id": "T1",
        "real_name": name,
        "tz": zone,
        "profile": {"email": "nobody"},
    }
    heard = sent(slack, event={"type": "user_change", "user": user}, event_id="Ev1")
    assert deliver(slack, "events_api", heard).acknowledged
    rita = found(works, User)
    assert (rita.name, rita.zone, rita.email) == ("Rita <!here>", "Europe/Berlin", None)
    slack.command("/crm home")
    assert WRONG not in slack.last.text
