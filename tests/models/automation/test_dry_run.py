"""A dry run over a history says what the rule did while the same history was played."""

from typing import Any

import pytest
from hypothesis import given as given_values
from hypothesis import strategies as st

from models.automation import dry_moments, dry_run
from models.automation.language import When
from models.automation.rule import Rule
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import StoppedClock, given
from tests.models.automation.plays import DAY, SENTENCES, Play, steps
from tests.models.marks import tried

pytestmark = pytest.mark.dialect


def foretold(works: UnitOfWorkFactory, rule: Rule) -> list[tuple[int, Any]]:
    """What a dry run says would have set a rule off."""
    with works("T1", writes=False) as work:
        owner, sentence = work.get(User, rule.owner or 0), work.get(Rule, rule.id).read
        found = dry_run.trial(work, sentence, owner)
        assert found.whole
        if sentence.trigger.when != When.MOMENT:
            return sorted((event.record.id, event.unit) for event in found.fired)
        due = [(each, dry_moments.due(sentence, owner, each.after)) for each in found.fired]
        return sorted((event.record.id, str(at)) for event, at in due)


@tried(60)
@given_values(history=st.lists(steps, min_size=4, max_size=24))
def test_a_dry_run_says_what_every_rule_did_while_the_history_was_played(
    works: UnitOfWorkFactory, clock: StoppedClock, history: list[tuple[Any, ...]]
) -> None:
    play = Play(works, clock, given(works, Customer, first_name="Ada").ref)
    play.begin()
    try:
        play.go_on(history)
        did = {rule.sentence: play.fired(rule) for rule in play.rules}
        said = {rule.sentence: foretold(works, rule) for rule in play.rules}
    finally:
        play.end()
    assert said == did


def test_the_histories_set_every_rule_off(works: UnitOfWorkFactory, clock: StoppedClock) -> None:
    big = {"amount": "90k", "stage": "proposal", "close_date": "+3d", "next_step": ""}
    history: list[tuple[Any, ...]] = [
        ("deal", "U_RITA", {"amount": "90k", "close_date": "+3d"}),
        ("task", "U_RITA", "+3h"),
        ("change", "U_RITA", 0, [big]),
        ("deal", "U_RITA", {"amount": "90k", "close_date": "today"}),
        *[("wait", DAY)] * 4,
        ("change", "U_RITA", 0, [{"amount": "11k"}, {"stage": "negotiation", "close_date": ""}]),
        ("change", "U_RITA", 0, [{"close_date": "-1d"}]),
        ("wait", 500),
    ]
    play = Play(works, clock, given(works, Customer, first_name="Ada").ref)
    play.begin()
    play.go_on(history)
    quiet = [rule.sentence for rule in play.rules if not play.fired(rule)]
    assert quiet == []
    assert {rule.sentence: foretold(works, rule) for rule in play.rules} == {
        rule.sentence: play.fired(rule) for rule in play.rules
    }
    assert len(play.rules) == len(SENTENCES)
