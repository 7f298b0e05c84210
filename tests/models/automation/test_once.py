"""A rule fires once for each cause, over random histories with crashes, and as a dry run says."""

import random
from collections import Counter

import pytest
from sqlalchemy import select

from models.activities.activity import Activity
from models.automation import dry_run
from models.automation.run import RuleRun, RunState
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import StoppedClock, given
from tests.models.automation.histories import SENTENCE, History
from tests.models.automation.test_runner import rule
from tests.models.marks import THOROUGH

SEEDS = range(40 if THOROUGH else 2)
STEPS = 60


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rule_fires_once_for_each_cause_as_a_dry_run_over_the_history_says(
    works: UnitOfWorkFactory, clock: StoppedClock, seed: int
) -> None:
    made = rule(works, SENTENCE)
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    replicas = (works, UnitOfWorkFactory(works.engine, clock))
    history = History(replicas, ada.ref, random.Random(seed))
    history.go_on(STEPS)
    expected = Counter({id: times for id, times in history.expected.items() if times})
    with works("T1") as work:
        runs = work.session.scalars(select(RuleRun)).all()
        tasks = Counter(work.session.scalars(select(Activity.opportunity)))
        owner = work.get(User, made.owner or 0)
        trial = dry_run.trial(work, made.read, owner)
        would = {(event.unit, event.record.id) for event in trial.fired}
    assert expected, "nothing was to be tried"
    assert tasks == expected
    assert {run.state for run in runs} == {RunState.DONE}
    assert Counter(run.record_id for run in runs) == expected
    assert would == {(run.unit, run.record_id) for run in runs}
