"""What needs an approval is refused at every door, and passes for who may approve it."""

from typing import Any

import pytest
from sqlalchemy import select

from models.automation import dry_run, language, runner
from models.automation.gates import read_ask, read_gate
from models.automation.rule import Rule
from models.automation.run import RunState
from models.core.approval import Approval, people_in
from models.core.errors import Invalid, NeedsApproval
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.models.automation.test_runner import change, log, now, rule
from tests.models.exchange.steps import rejected
from tests.tables import table


@table(
    ("typed", "whom", "where"),
    [
        ("needs approval of manager if amount > 5", "manager", "amount > 5"),
        ("need the approval by the team emea if (a > 5)", "team emea", "a > 5"),
        ("needs an approval of its owner if a > 5 or b < 2", "owner", "a > 5 or b < 2"),
        ("needs approval if a > 5", "admin", "a > 5"),
        ("Needs Approval from <@U_MONA|mona> if a>5", "<@U_MONA|mona>", "a>5"),
    ],
)
def test_who_approves_what_is_read(typed: str, whom: str, where: str) -> None:
    assert read_gate(typed) == (whom, where)


@table(
    ("typed", "asked"),
    [
        ("approval of manager", ("manager", "", "")),
        ("for approval", ("admin", "", "")),
        ('for the approval of @mona "Look, please"', ("@mona", "", "Look, please")),
        ("approval of a manager to set stage=won", ("manager", "stage=won", "")),
        ('approval to set next_step="Call them"', ("admin", 'next_step="Call them"', "")),
        ('approval to set stage=won "Big"', ("admin", "stage=won", "Big")),
    ],
)
def test_what_a_rule_asks_is_read(typed: str, asked: tuple[str, str, str]) -> None:
    assert read_ask(typed) == asked


@table("typed", ["needs approval of manager", "needs love if a > 5", "needs approval of if a", ""])
def test_what_says_not_who_or_what_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Say who approves what"):
        read_gate(typed)


def deal_of(works: UnitOfWorkFactory, by: str = "U_RITA", **texts: str) -> Opportunity:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    return given(works, Opportunity, by=by, name="Sails", customer=ada.ref, **texts)


def refused(works: UnitOfWorkFactory, record: Any, by: str, **texts: str) -> NeedsApproval | None:
    """Why somebody may not change a record so; None where it is changed."""
    try:
        change(works, record, by, **texts)
    except NeedsApproval as error:
        return error
    return None


def test_only_who_may_approve_it_saves_it(works: UnitOfWorkFactory) -> None:
    rule(works, "deal needs approval of manager if amount > 50k")
    deal = deal_of(works)
    error = refused(works, deal, "U_RITA", amount="60k")
    assert error
    said = "A deal with amount > 50k needs the approval of a manager, says the rule RU-1."
    assert error.errors == {"amount": said}
    with works("T1", writes=False) as work:
        assert [work.who(id) for id in error.people] == ["Mona Meyer", "Ada Abel"]
    assert refused(works, deal, "U_RITA", amount="50k") is None
    assert refused(works, deal, "U_RITA", next_step="Call") is None
    assert refused(works, deal, "U_MONA", amount="60k") is None
    assert refused(works, deal, "U_ADA", amount="70k") is None
    assert refused(works, deal, "U_RITA", next_step="Call again") is None
    with pytest.raises(NeedsApproval):
        deal_of(works, amount="80k")


def test_of_several_rules_all_have_to_be_passed(works: UnitOfWorkFactory) -> None:
    rule(works, "deal needs approval of manager if amount > 50k")
    rule(works, "deal needs approval of @Olga Orlova if amount > 90k")
    deal = deal_of(works)
    error = refused(works, deal, "U_RITA", amount="95k")
    assert error
    with works("T1", writes=False) as work:
        assert [work.who(id) for id in error.people] == ["Ada Abel"]
    assert refused(works, deal, "U_MONA", amount="95k") is not None
    assert refused(works, deal, "U_MONA", amount="85k") is None


def test_a_file_of_somebody_meets_it_row_by_row(works: UnitOfWorkFactory) -> None:
    rule(works, "lead needs approval of manager if source = web")
    text = "First name,Company,Source\nAnn,Acme,Phone\nBea,Acme,Web\n"
    said = "Source: A lead with source = web needs the approval of a manager, says the rule RU-1."
    assert rejected(works, Lead, text, by="U_OLGA") == [said]
    assert now(works, Lead, 1).first_name == "Ann"


def test_a_rule_does_nothing_that_its_owner_may_not(works: UnitOfWorkFactory) -> None:
    rule(works, "deal needs approval of @Olga Orlova if amount > 50k")
    rule(works, "when deal changes stage to proposal then set amount=60k", by="U_MONA")
    deal = deal_of(works)
    change(works, deal, stage="proposal")
    runner.run_all(works, "T1")
    ((state, why),) = log(works)
    assert (state, "needs the approval of" in why) == (RunState.FAILED, True)
    assert now(works, deal).amount is None


def test_a_paused_rule_asks_nobody(works: UnitOfWorkFactory) -> None:
    made = rule(works, "deal needs approval of manager if amount > 50k")
    with works("T1", "U_ADA") as work:
        work.get(Rule, made.id).pause()
    assert refused(works, deal_of(works), "U_RITA", amount="60k") is None


def test_an_approval_is_asked_once_for_each_cause_of_those_who_may(
    works: UnitOfWorkFactory,
) -> None:
    rule(works, "when deal changes amount then ask approval of team:sales to set stage=proposal")
    deal = deal_of(works)
    change(works, deal, amount="20k")
    runner.run_all(works, "T1")
    runner.run_all(works, "T1")
    with works("T1", writes=False) as work:
        (made,) = work.session.scalars(select(Approval)).all()
        names = [work.who(id) for id in people_in(made.asked)]
        assert (work.who(made.asker), names) == ("Rita Reyes", ["Ravi Rao", "Mona Meyer"])
        assert made.does == "opportunity edit OP-1 --yes"
    assert log(works) == [(RunState.DONE, "asked for approval: AP-1")]


def test_a_rule_that_can_ask_nobody_fails_and_says_so(works: UnitOfWorkFactory) -> None:
    rule(works, "when deal changes amount then ask approval of @Ada Abel")
    change(works, deal_of(works), by="U_ADA", amount="20k")
    runner.run_all(works, "T1")
    assert log(works)[0][0] == RunState.FAILED
    with works("T1", writes=False) as work:
        assert work.session.scalars(select(Approval)).all() == []


def test_a_gate_is_no_cause_of_a_dry_run(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_ADA", writes=False) as work:
        sentence = language.read("deal needs approval of manager if amount > 5")
        assert sentence.validates
        assert dry_run.trial(work, sentence, work.actor).fired == []


@pytest.mark.parametrize(
    "line",
    [
        "deal needs approval of captain if amount > 5",
        "deal needs approval of manager if amnt > 5",
        "product needs approval of its owner if price > 5",
        "when deal is created then ask approval of captain",
    ],
)
def test_a_line_that_means_nobody_makes_no_rule(works: UnitOfWorkFactory, line: str) -> None:
    with pytest.raises(Invalid):
        rule(works, line)
