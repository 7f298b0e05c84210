"""Rules do what they say, once for each cause, and leave nothing half done."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.activities.activity import Activity
from models.automation import runner
from models.automation.rule import Rule
from models.automation.run import RuleRun, RunState
from models.core import records
from models.core.errors import CRMError, Invalid
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given


def rule(works: UnitOfWorkFactory, sentence: str, by: str = "U_ADA", **texts: str) -> Rule:
    """A rule of Ada, who is an admin."""
    with works("T1", by) as work:
        return records.create(work, Rule, {"sentence": sentence, **texts})


def change(works: UnitOfWorkFactory, record: Any, by: str = "U_RITA", **texts: str) -> None:
    with works("T1", by, door="command") as work:
        found = work.get(type(record), record.id)
        records.update(work, found, texts)


def log(works: UnitOfWorkFactory) -> list[tuple[str, str]]:
    """What became of every cause, the oldest first."""
    with works("T1", writes=False) as work:
        runs = work.session.scalars(select(RuleRun).order_by(RuleRun.id))
        return [(run.state, run.said or "") for run in runs]


def now(works: UnitOfWorkFactory, record: Any) -> Any:
    with works("T1", writes=False) as work:
        return work.get(type(record), record.id)


def test_a_new_record_is_given_to_the_people_of_a_team_in_turn(works: UnitOfWorkFactory) -> None:
    rule(works, "when lead is created then assign round-robin team:support")
    leads = [given(works, Lead, by="U_ADA", first_name=name) for name in ("Ann", "Bea", "Cid")]
    assert runner.run_all(works, "T1") == 3
    with works("T1", writes=False) as work:
        owners = [work.who(work.get(Lead, lead.id).owner) for lead in leads]
    assert owners == ["Sam Silva", "Sofia Stein", "Sam Silva"]


def test_a_change_sets_fields_and_makes_a_task_and_tells_people(works: UnitOfWorkFactory) -> None:
    rule(
        works,
        'when deal changes stage to proposal then set next_step="Call them", task "Call" +1d, dm @Ravi Rao',
    )
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref)
    change(works, deal, stage="proposal")
    runner.run_all(works, "T1")
    assert log(works) == [
        (RunState.DONE, "set Next step, made AT-1 Call, told Ravi Rao"),
    ]
    assert now(works, deal).next_step == "Call them"
    with works("T1", writes=False) as work:
        task = work.session.scalars(select(Activity)).one()
        assert (task.description, task.opportunity, task.owner) == ("Call", deal.id, deal.owner)
        assert work.session.scalar(select(Delivery.channel).where(Delivery.kind == "rule")) == "U_RAVI"


def test_what_a_filter_is_entered_by_fires_once_and_again_after_it_was_left(
    works: UnitOfWorkFactory,
) -> None:
    rule(works, "when deal enters (amount > 50k and stage = proposal) then dm @Ravi Rao")
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref, amount="60k")
    runner.run_all(works, "T1")
    assert log(works) == []
    change(works, deal, stage="proposal")
    change(works, deal, amount="70k")
    change(works, deal, amount="10k")
    change(works, deal, amount="80k")
    runner.run_all(works, "T1")
    assert [state for state, _ in log(works)] == [RunState.DONE, RunState.DONE]


def test_a_validation_rule_is_kept_at_every_door(works: UnitOfWorkFactory) -> None:
    rule(works, "deal must close_date if stage >= proposal")
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref)
    with pytest.raises(Invalid, match="Close date is missing: it must be there if stage >= proposal, says the rule RU-1."):
        change(works, deal, stage="proposal")
    change(works, deal, stage="proposal", close_date="2026-05-01")
    with pytest.raises(Invalid):
        change(works, deal, close_date="")
    change(works, deal, amount="5k")


def test_two_rules_that_set_each_other_off_are_stopped(works: UnitOfWorkFactory) -> None:
    rule(works, "when deal changes stage to proposal then set stage=qualification")
    rule(works, "when deal changes stage to qualification then set stage=proposal")
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref)
    change(works, deal, stage="proposal")
    runner.run_all(works, "T1")
    assert [state for state, _ in log(works)] == [RunState.DONE, RunState.DONE, RunState.STOPPED]
    assert "round in a circle" in log(works)[-1][1]


def test_a_rule_for_somebody_who_left_does_nothing_and_says_so(works: UnitOfWorkFactory) -> None:
    rule(works, "when lead is created then set status=working, assign @Sam Silva")
    lead = given(works, Lead, by="U_ADA", first_name="Ann")
    works.welcome("T1", "U_SAM", left=True)
    runner.run_all(works, "T1")
    ((state, said),) = log(works)
    assert (state, said) == (RunState.FAILED, "Sam Silva has left Slack. Choose somebody else.")
    assert now(works, lead).status == "new"
