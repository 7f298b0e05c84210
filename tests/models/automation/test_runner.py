"""Rules do what they say, once for each cause, and leave nothing half done."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.activities.activity import Activity
from models.automation import clock as time_of_rules
from models.automation import runner
from models.automation.rule import Rule
from models.automation.run import RuleRun, RunState
from models.core import records
from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.custom.custom_record import entity_of
from models.core.errors import Invalid, Stale
from models.core.history.last_change import last_unit
from models.core.history.undo import undo
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.models.exchange.steps import imported, rejected
from tests.plans import listening


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


def now(works: UnitOfWorkFactory, record: Any, number: int = 0) -> Any:
    """The record as it is now, or the one of an entity with this number."""
    with works("T1", writes=False) as work:
        return work.find(record, number) if number else work.get(type(record), record.id)


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
        (RunState.DONE, "set Next step, made AT-1, told Ravi Rao"),
    ]
    assert now(works, deal).next_step == "Call them"
    with works("T1", writes=False) as work:
        task = work.session.scalars(select(Activity)).one()
        assert (task.description, task.opportunity, task.owner) == ("Call", deal.id, deal.owner)
        assert (
            work.session.scalar(select(Delivery.channel).where(Delivery.kind == "rule")) == "U_RAVI"
        )


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
    with pytest.raises(
        Invalid,
        match="Close date is missing: it must be there if stage >= proposal, says the rule RU-1.",
    ):
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


def test_messages_beyond_the_cap_come_as_one(works: UnitOfWorkFactory) -> None:
    rule(works, "when lead is created then dm @Ravi Rao, post #sales", most="4")
    for name in range(6):
        given(works, Lead, by="U_RITA", first_name=f"Ann {name}")
    runner.run_all(works, "T1")
    with works("T1", writes=False) as work:
        kinds = select(Delivery.kind, Delivery.about).where(
            Delivery.kind.in_(("rule", "rule_post"))
        )
        sent = [(kind, "since" in about) for kind, about in work.session.execute(kinds)]
    assert sorted(sent) == sorted(
        [("rule", False)] * 2 + [("rule_post", False)] * 2 + [("rule", True), ("rule_post", True)]
    )


def test_files_set_off_only_rules_that_say_so(works: UnitOfWorkFactory) -> None:
    rule(works, 'when lead is created then set notes="one"')
    rule(works, 'when lead is created then set notes="two"', files="yes")
    imported(works, Lead, "First name,Company\nAnn,Acme\n")
    runner.run_all(works, "T1")
    assert log(works) == [(RunState.DONE, "set Notes")]
    assert now(works, Lead, 1).notes == "two"


def test_a_file_meets_validation_rules_row_by_row(works: UnitOfWorkFactory) -> None:
    rule(works, "lead must phone if status = new")
    text = "First name,Company,Phone\nAnn,Acme,+4930123456\nBea,Acme,\n"
    assert rejected(works, Lead, text) == [
        "Phone is missing: it must be there if status = new, says the rule RU-1."
    ]
    assert now(works, Lead, 1).first_name == "Ann"


def test_what_was_there_before_a_validation_rule_does_not_keep_anybody_from_other_changes(
    works: UnitOfWorkFactory,
) -> None:
    lead = given(works, Lead, first_name="Ann")
    rule(works, "lead must (phone != empty or email != empty)")
    change(works, lead, notes="fine")
    change(works, lead, phone="+4930123456")
    with pytest.raises(Invalid, match="a lead must phone != empty or email != empty"):
        change(works, lead, phone="")


def test_a_day_that_comes_sets_a_rule_off_once(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    rule(works, "when deal is 3d before close_date where open then dm owner")
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    soon = given(works, Opportunity, name="Soon", customer=ada.ref, close_date="2026-03-14")
    given(works, Opportunity, name="Later", customer=ada.ref, close_date="2026-04-14")
    tick(works)
    assert log(works) == []
    clock.forward(timedelta(days=1))
    tick(works)
    tick(works)
    assert [(state, said) for state, said in log(works)] == [(RunState.DONE, "told Rita Reyes")]
    with works("T1", writes=False) as work:
        assert work.session.scalars(select(RuleRun.record_id)).all() == [soon.id]


def test_a_schedule_is_about_each_record_that_fits(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    rule(works, "every weekday at 9:00 deal where amount > 50k then set next_step=Look")
    rule(works, 'every weekday at 9:00 then post #sales "Good morning"')
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    given(works, Opportunity, name="Big", customer=ada.ref, amount="60k")
    given(works, Opportunity, name="Small", customer=ada.ref, amount="6k")
    clock.forward(timedelta(days=1))
    tick(works)
    tick(works)
    assert log(works) == [(RunState.DONE, "set Next step"), (RunState.DONE, "posted in #sales")]


def test_a_task_about_a_record_of_ones_own_noun_is_about_the_person_it_names(
    works: UnitOfWorkFactory,
) -> None:
    given(works, CustomObject, by="U_ADA", name="Boat", starts="BO")
    for about, name, to in (("boat", "Skipper", "customer"), ("task", "Boat", "boat")):
        given(works, CustomField, by="U_ADA", about=about, name=name, kind="relation", to=to)
    rule(works, 'when boat is created then task "Paint it"')
    given(works, Customer, first_name="Ada", last_name="Lovelace")
    with works("T1", "U_ADA") as work:
        records.create(work, entity_of("boat"), {"name": "Lark", "x_skipper": "CU-1"})
        records.create(work, entity_of("boat"), {"name": "Wren"})
    runner.run_all(works, "T1")
    with works("T1", writes=False) as work:
        task = work.session.scalars(select(Activity)).one()
        assert (task.customer, task.description) == (1, "Paint it")
    assert [state for state, _ in log(works)] == [RunState.DONE, RunState.FAILED]
    assert "Who is this about?" in log(works)[1][1]


def tick(works: UnitOfWorkFactory) -> None:
    """One look at the clock, and what comes of it."""
    with works("T1") as work:
        time_of_rules.look(work)
    runner.run_all(works, "T1")


def test_another_process_follows_a_change_of_rules_at_its_next_act(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    other = UnitOfWorkFactory(works.engine, clock)
    with other("T1", "U_RITA") as work:
        records.create(work, Lead, {"first_name": "Ann"})
    made = rule(works, 'when lead is created then set notes="one"')
    with other("T1", "U_RITA") as work:
        records.create(work, Lead, {"first_name": "Bea"})
    runner.run_all(works, "T1")
    with works("T1", "U_ADA") as work:
        work.get(Rule, made.id).paused = True
    with other("T1", "U_RITA") as work:
        records.create(work, Lead, {"first_name": "Cid"})
    runner.run_all(works, "T1")
    assert log(works) == [(RunState.DONE, "set Notes")]


def test_two_admins_who_change_a_rule_at_once_do_not_overwrite_each_other(
    works: UnitOfWorkFactory,
) -> None:
    made = rule(works, "when lead is created then dm me")
    with works("T1", "U_ADA") as work:
        found = work.get(Rule, made.id)
        records.update(work, found, {"sentence": "when lead is created then dm @Ravi Rao"}, 1)
    other = {"sentence": "when lead is created then dm @Mona Meyer"}
    with works("T1", "U_ADA") as work:
        found = work.get(Rule, made.id)
        with pytest.raises(Stale, match="Ada Abel changed Rule"):
            records.update(work, found, other, 1)


def test_undo_sets_nothing_off(works: UnitOfWorkFactory) -> None:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref, stage="proposal")
    rule(works, "when deal changes stage then dm owner")
    change(works, deal, stage="negotiation")
    with works("T1", "U_RITA") as work:
        undo(work, last_unit(work))
    runner.run_all(works, "T1")
    assert len(log(works)) == 1
    assert now(works, deal).stage == "proposal"


def test_rules_that_do_not_concern_a_change_ask_the_database_nothing(
    works: UnitOfWorkFactory,
) -> None:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref, stage="proposal")
    with works("T1", "U_ADA") as work:
        for number in range(20):
            line = f"when deal enters (amount > {number}k and stage = proposal) then dm me"
            records.create(work, Rule, {"sentence": line})
            records.create(work, Rule, {"sentence": "case must subject if priority = urgent"})
    change(works, deal, next_step="one")
    with listening(works.engine) as asked:
        change(works, deal, next_step="two")
    assert asked
    assert not [statement for statement, _ in asked if "rule" in statement]


def test_what_is_deleted_leaves_every_filter(works: UnitOfWorkFactory) -> None:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref, amount="60k")
    rule(works, "when deal leaves (amount > 50k) then dm @Ravi Rao")
    with works("T1", "U_RITA") as work:
        records.delete(work, work.get(Opportunity, deal.id))
    runner.run_all(works, "T1")
    assert log(works) == [(RunState.DONE, "told Ravi Rao")]


def test_whoever_has_the_fewest_open_records_is_next_where_that_is_asked_for(
    works: UnitOfWorkFactory,
) -> None:
    for name in ("Ann", "Bea"):
        given(works, Lead, by="U_ADA", first_name=name, owner="U_SAM")
    rule(works, "when lead is created then assign by load team:support")
    lead = given(works, Lead, by="U_ADA", first_name="Cid")
    runner.run_all(works, "T1")
    with works("T1", writes=False) as work:
        assert work.who(work.get(Lead, lead.id).owner) == "Sofia Stein"


def test_those_at_work_come_first(works: UnitOfWorkFactory) -> None:
    works.welcome("T1", "U_SAM", starts_at="20:00", ends_at="23:00")
    rule(works, "when lead is created then assign round-robin team:support")
    leads = [given(works, Lead, by="U_ADA", first_name=name) for name in ("Ann", "Bea")]
    runner.run_all(works, "T1")
    with works("T1", writes=False) as work:
        owners = {work.who(work.get(Lead, lead.id).owner) for lead in leads}
    assert owners == {"Sofia Stein"}


def test_a_rule_does_no_more_than_its_owner_may(works: UnitOfWorkFactory) -> None:
    made = rule(works, 'when case is created then set subject="x"', by="U_ADA")
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    with works("T1", "U_ADA") as work:
        work.get(Rule, made.id).owner = work.lookup("user", "Eli East")
    given(works, Case, by="U_SAM", subject="Mast", customer=ada.ref)
    runner.run_all(works, "T1")
    ((state, said),) = log(works)
    assert state == RunState.FAILED
    assert "Your role (executive) does not allow “case edit”" in said


def test_a_filter_asks_nothing_that_is_hidden_from_the_owner_of_the_rule(
    works: UnitOfWorkFactory,
) -> None:
    made = rule(works, "when lead enters (notes != empty) then dm me", by="U_ADA")

    def give() -> None:
        with works("T1", "U_ADA") as work:
            records.update(work, work.get(Rule, made.id), {"owner": "Eli East"})

    with pytest.raises(Invalid, match="Your role does not show you Notes"):
        give()
