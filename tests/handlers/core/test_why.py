"""The reason of an act goes along from the line through the form to the trail, and is seen wherever
it is kept.
"""

import json

import pytest
from sqlalchemy import select

from bot.sandbox.client import SlackDriver
from bot.sandbox.views import View
from handlers.core.ui.form_state import WHY
from models.core.audit.entries import REASON, AuditEntry
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, deliver, found, sent

pytestmark = SQLITE


@pytest.fixture
def deal(works: UnitOfWorkFactory) -> Opportunity:
    acme = given(works, Account, name="Acme")
    return given(works, Opportunity, name="Sails", account=acme.ref, amount="10k")


def reason(works: UnitOfWorkFactory) -> str | None:
    """Why the last act was done, as the trail keeps it."""
    with works("T1", writes=False) as work:
        return work.session.scalar(
            select(AuditEntry.reason).order_by(AuditEntry.id.desc()).limit(1)
        )


def carried(slack: SlackDriver) -> str:
    """What the form that is open remembers."""
    assert slack.modal
    assert isinstance(slack.modal.raw, View)
    return str(slack.modal.raw.content["private_metadata"])


def test_a_form_shows_the_reason_and_does_not_carry_it(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm edit OP-1 --reason Mr Marlow asked")
    assert slack.modal
    assert slack.modal.values[WHY] == "Mr Marlow asked"
    assert "Marlow" not in carried(slack)
    slack.submit(next_step="Call")
    assert reason(works) == "Mr Marlow asked"


def test_it_can_be_changed_and_taken_out_in_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm edit OP-1 --reason tidying up")
    slack.submit({WHY: "He asked again", "next_step": "Call"})
    assert reason(works) == "He asked again"
    slack.command("/crm edit OP-1 --reason tidying up")
    slack.submit({WHY: "", "next_step": "Write"})
    assert reason(works) is None


def test_a_form_without_a_reason_asks_for_none(slack: SlackDriver, deal: Opportunity) -> None:
    slack.command("/crm edit OP-1")
    assert slack.modal
    assert WHY not in slack.modal.values


def test_it_outlives_a_refused_submission(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm edit OP-1 --reason Mr Marlow asked")
    slack.submit(amount="much")
    assert slack.errors
    assert slack.modal
    assert slack.modal.values[WHY] == "Mr Marlow asked"
    slack.submit(amount="12k")
    assert found(works, Opportunity).amount == 12_000
    assert reason(works) == "Mr Marlow asked"


def test_it_outlives_that_somebody_else_was_quicker(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm edit OP-1 --reason Mr Marlow asked")
    slack.command("/crm set OP-1 amount=11k", user="U_MONA")
    slack.submit(amount="12k")
    assert "Marlow" not in carried(slack)
    slack.submit()
    assert found(works, Opportunity).amount == 12_000
    assert reason(works) == "Mr Marlow asked"


def test_a_line_that_does_not_fit_opens_the_form_with_it(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm set OP-1 amount=much --reason Mr Marlow asked")
    assert "Marlow" not in carried(slack)
    slack.submit(amount="12k")
    assert reason(works) == "Mr Marlow asked"


def test_it_stands_beside_a_reason_that_the_verb_asks_for(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm deal lost OP-1 --reason they called")
    slack.submit(reason="Too dear")
    assert found(works, Opportunity).lost_reason == "Too dear"
    assert reason(works) == "they called"


def test_a_question_passes_it_on_with_the_yes(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm delete OP-1 --reason a double")
    slack.click("crm.run")
    assert reason(works) == "a double"


def test_no_more_of_it_is_asked_than_is_kept(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command(f"/crm edit OP-1 --reason {'x' * 400}")
    slack.submit(next_step="Call")
    assert reason(works) == "x" * REASON


def test_a_form_that_was_open_at_an_upgrade_still_has_it(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm edit OP-1")
    slack.submit(next_step="Call")
    memory = json.loads(sent(slack)["view"]["private_metadata"]) | {"w": "tidying up", "v": 2}
    view = {**sent(slack)["view"], "private_metadata": json.dumps(memory), "id": "V999"}
    view["state"]["values"]["next_step"]["next_step"]["value"] = "Write"
    assert deliver(slack, "interactive", sent(slack, view=view)).acknowledged
    assert reason(works) == "tidying up"
