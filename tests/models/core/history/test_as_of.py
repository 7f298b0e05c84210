"""A record as it was, and the way back to that."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import select, text

from models.activities.activity import Activity
from models.core import records
from models.core.audit import chain
from models.core.db.engine import everywhere
from models.core.errors import Conflict, NotFound
from models.core.history import as_of, last_change, undo
from models.core.outbox.delivery import Delivery, stand
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity, StageChange
from models.sales.stage import Stage
from models.support.case import Case
from tests.ground import START, StoppedClock, given, task
from tests.models.marks import SQLITE, tried

HOUR = timedelta(hours=1)


@pytest.fixture
def deal(works: UnitOfWorkFactory, clock: StoppedClock) -> Opportunity:
    """Made at START; an hour later it is proposed for 12,000, another hour later won by Mona for
    15,000 dollars.
    """
    given(works, Account, name="Acme")
    made = given(works, Opportunity, name="Sails", account="AC-1", amount="10k")
    for by, texts in (
        ("U_RITA", {"stage": "proposal", "amount": "12k"}),
        ("U_MONA", {"stage": "won", "amount": "$15k"}),
    ):
        clock.forward(HOUR)
        change(works, made, by, **texts)
    return made


def change(works: UnitOfWorkFactory, record: Any, by: str = "U_RITA", **texts: str) -> None:
    with works("T1", by) as work:
        records.update(work, work.get(type(record), record.id), texts)


def state(works: UnitOfWorkFactory, record: Any, at: datetime | int) -> as_of.State:
    with works("T1", "U_RITA", writes=False) as work:
        return as_of.as_of(work, work.get(type(record), record.id), at)


def set_back(
    works: UnitOfWorkFactory, record: Any, to: datetime | int, by: str = "U_RITA"
) -> as_of.Plan:
    with works("T1", by) as work:
        return as_of.revert(work, work.get(type(record), record.id), to)


def now(works: UnitOfWorkFactory, record: Any) -> Any:
    with works("T1", writes=False) as work:
        return work.get(type(record), record.id)


# ── as it was ─────────────────────────────────────────────────────────────────────────────────────


def test_a_record_is_seen_as_it_was_at_a_moment(
    works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    seen = [
        state(works, deal, START + timedelta(minutes=minutes))
        for minutes in (0, 59, 60, 119, 120, 9999)
    ]
    assert [each.version for each in seen] == [1, 1, 2, 2, 3, 3]
    assert [each.values["stage"] for each in seen[::2]] == [
        Stage.QUALIFICATION,
        Stage.PROPOSAL,
        Stage.WON,
    ]
    assert [each.values["amount"] for each in seen[::2]] == [
        Decimal(10_000),
        Decimal(12_000),
        Decimal(15_000),
    ]
    assert [each.values["currency"] for each in seen[::2]] == ["EUR", "EUR", "USD"]
    assert [each.since for each in seen[::2]] == [START, START + HOUR, START + 2 * HOUR]


def test_a_record_is_seen_as_it_was_at_a_version(
    works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    assert state(works, deal, 2).values["stage"] == Stage.PROPOSAL
    assert state(works, deal, 3).values == state(works, deal, START + 9 * HOUR).values
    with pytest.raises(NotFound, match=r"There is no v4 of OP-1 Sails. Its newest is v3"):
        state(works, deal, 4)
    with pytest.raises(NotFound, match="There is no v0"):
        state(works, deal, 0)


def test_before_it_came_it_was_not_there(works: UnitOfWorkFactory, deal: Opportunity) -> None:
    with pytest.raises(NotFound, match=r"OP-1 Sails was not there yet. It came today 11:00."):
        state(works, deal, START - timedelta(seconds=1))


def test_what_was_deleted_then_is_seen_as_deleted(
    works: UnitOfWorkFactory, clock: StoppedClock, deal: Opportunity
) -> None:
    for act in (records.delete, records.restore):
        clock.forward(HOUR)
        with works("T1", "U_RITA") as work:
            act(work, work.find(Opportunity, 1, deleted=True))
    deleted = [state(works, deal, START + hours * HOUR).values["deleted_at"] for hours in (2, 3, 4)]
    assert deleted == [None, START + 3 * HOUR, None]


@SQLITE
def test_whose_clock_is_late_still_writes_later(
    works: UnitOfWorkFactory, clock: StoppedClock, deal: Opportunity
) -> None:
    clock.forward(-HOUR)
    change(works, deal, name="Sails and ropes")
    assert state(works, deal, START + HOUR).values["name"] == "Sails and ropes"
    assert state(works, deal, START + HOUR).values["stage"] == Stage.WON
    assert state(works, deal, START + HOUR - timedelta(seconds=1)).values["name"] == "Sails"


def test_what_was_erased_is_not_known_any_more(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    lead = given(works, Lead, first_name="Ada", last_name="Lovelace")
    clock.forward(HOUR)
    change(works, lead, first_name="", last_name="Byron")
    chain.seal_all(works)
    erase = "UPDATE audit_entry SET old = NULL, new = NULL, salt = NULL WHERE field = 'first_name' AND entity = 'lead'"
    with everywhere(works.engine).begin() as connection:
        connection.execute(text(erase))
    seen = state(works, lead, START)
    assert (seen.values["first_name"], seen.values["last_name"]) == (None, "Lovelace")
    assert seen.erased == {"first_name"}
    made = set_back(works, lead, START)
    assert (now(works, lead).first_name, now(works, lead).last_name) == (None, "Lovelace")
    assert [each.field for each in made.changes] == ["last_name"]


EDITS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["Sails", "Ropes", "Größe & “Ärger”"]),
            "stage": st.sampled_from(["discovery", "proposal", "won", "lost"]),
            "amount": st.sampled_from(["", "10k", "$12.50"]),
            "close_date": st.sampled_from(["", "2026-04-01"]),
            "next_step": st.sampled_from(["", "Call"]),
            "probability": st.sampled_from(["", "40"]),
            "owner": st.sampled_from(["", "U_RAVI"]),
        },
    ),
    max_size=8,
)


class Undone(Exception):
    """The end of an example."""


@tried(30)
@for_all(EDITS)
def test_after_any_edits_every_moment_before_is_seen_as_it_was_and_can_be_set_back_to(
    works: UnitOfWorkFactory, edits: list[dict[str, str]]
) -> None:
    try:
        with works("T1", "U_RITA") as work:
            go_through(work, edits)
            raise Undone
    except Undone:
        pass


def go_through(work: UnitOfWork, edits: list[dict[str, str]]) -> None:
    """Make the edits an hour apart in one session, remember what stood after each, and compare."""
    account = work.add(Account(name="Acme"))
    deal = work.add(Opportunity(name="Sails", account=account.id))
    stood = {work.now: held(deal)}
    for edit in edits:
        work.now += HOUR
        records.update(work, deal, edit)
        stood[work.now] = held(deal)
    for moment, values in stood.items():
        assert as_of.as_of(work, deal, moment).values == values
        assert as_of.as_of(work, deal, moment + HOUR / 2).values == values
    first = next(iter(stood))
    if held(deal) != stood[first]:
        as_of.revert(work, deal, first)
    assert held(deal) == stood[first]


def held(record: Opportunity) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.fields()}


# ── and back ──────────────────────────────────────────────────────────────────────────────────────


def test_a_record_is_set_back_with_everything_that_follows(
    works: UnitOfWorkFactory, clock: StoppedClock, deal: Opportunity
) -> None:
    with works("T1") as work:
        stand(work, work.get(Opportunity, deal.id), "C_SALES")
    clock.forward(HOUR)
    set_back(works, deal, 2)
    after = now(works, deal)
    assert (after.stage, after.amount, after.currency, after.probability) == (
        "proposal",
        12_000,
        "EUR",
        50,
    )
    assert after.version == 4
    with works("T1", writes=False) as work:
        moves = work.session.scalars(select(StageChange).order_by(StageChange.id)).all()
        assert [move.after for move in moves] == ["qualification", "proposal", "won", "proposal"]
        last = records.history(work, after)[-1]
        assert (last.reason, last.actor, last.version) == (
            "set back to v2",
            work.lookup("user", "U_RITA"),
            4,
        )
        told = work.session.scalars(select(Delivery).where(Delivery.kind == "event")).all()
        assert [each.about for each in told] == [{"by": last.actor, "did": "set it back to v2."}]
    set_back(works, deal, START + 2 * HOUR)
    assert (now(works, deal).stage, now(works, deal).currency) == ("won", "USD")


def test_the_last_word_is_not_that_of_a_rule_that_follows_another_field(
    works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    change(works, deal, probability="60", stage="proposal")
    change(works, deal, stage="negotiation", probability="60")
    set_back(works, deal, 4)
    assert (now(works, deal).stage, now(works, deal).probability) == ("proposal", 60)


def test_setting_back_can_be_undone(works: UnitOfWorkFactory, deal: Opportunity) -> None:
    with works("T1", "U_RITA") as work:
        as_of.revert(work, work.get(Opportunity, deal.id), 1)
    with works("T1", "U_RITA") as work:
        undo.undo(work, last_change.last_unit(work))
    assert (now(works, deal).stage, now(works, deal).amount) == ("won", 15_000)


def test_the_reason_somebody_gives_is_kept(works: UnitOfWorkFactory, deal: Opportunity) -> None:
    with works("T1", "U_RITA") as work:
        work.reason = "typed into the wrong deal"
        as_of.revert(work, work.get(Opportunity, deal.id), 1)
        assert {row["reason"] for row in work.changes} == {"typed into the wrong deal"}


def test_where_nothing_differs_there_is_nothing_to_set_back(
    works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    with pytest.raises(Conflict, match="OP-1 Sails is as it was then"):
        set_back(works, deal, 3)


@SQLITE
def test_a_reason_that_a_verb_wrote_comes_back_with_its_stage(
    works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    with works("T1", "U_RITA") as work:
        found = work.get(Opportunity, deal.id)
        found.stage, found.lost_reason = Stage.LOST, "Too dear"
    change(works, deal, stage="proposal")
    assert now(works, deal).lost_reason is None
    set_back(works, deal, 4)
    assert (now(works, deal).stage, now(works, deal).lost_reason) == ("lost", "Too dear")


@SQLITE
def test_that_something_happened_is_not_unsaid(works: UnitOfWorkFactory) -> None:
    ada = given(works, Customer, first_name="Ada")
    case = given(works, Case, "U_SAM", customer=ada.ref, subject="Broken")
    with works("T1", "U_SAM") as work:
        found = work.get(Case, case.id)
        found.reply(work, "We look into it")
        found.priority = "high"
    made = set_back(works, case, 1, "U_SAM")
    after = now(works, case)
    assert (after.status, after.priority, after.responded_at) == ("new", "normal", START)
    assert made.stays == ["First response"]


@SQLITE
def test_a_task_that_was_done_stays_done_and_says_so(works: UnitOfWorkFactory) -> None:
    todo = task(works, given(works, Customer, first_name="Ada"), "+1d")
    with works("T1", "U_RITA") as work:
        work.get(Activity, todo.id).done(work)
    with pytest.raises(Conflict, match="is as it was then but for Done, which cannot be set back"):
        set_back(works, todo, 1)


@SQLITE
def test_times_that_went_with_a_status_come_back_with_it(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    case = given(
        works,
        Case,
        "U_SAM",
        customer=given(works, Customer, first_name="Ada").ref,
        subject="Broken",
    )
    with works("T1", "U_SAM") as work:
        work.get(Case, case.id).close(work)
    clock.forward(HOUR)
    with works("T1", "U_SAM") as work:
        work.get(Case, case.id).reopen(work)
    assert now(works, case).closed_at is None
    set_back(works, case, 2, "U_SAM")
    assert (now(works, case).resolved_at, now(works, case).closed_at) == (START, START)


@SQLITE
def test_what_became_other_records_cannot_be_set_back(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada", company="Acme")
    with works("T1", "U_RITA") as work:
        work.get(Lead, lead.id).convert(work)
    with pytest.raises(
        Conflict, match="Customer of LD-1 Ada changed since then, together with other records"
    ):
        set_back(works, lead, 1)


@SQLITE
def test_a_record_is_not_set_back_to_being_deleted(
    works: UnitOfWorkFactory, clock: StoppedClock, deal: Opportunity
) -> None:
    for act in (records.delete, records.restore):
        clock.forward(HOUR)
        with works("T1", "U_RITA") as work:
            act(work, work.find(Opportunity, 1, deleted=True))
    with pytest.raises(Conflict, match="was deleted then. To hide it: delete OP-1"):
        set_back(works, deal, datetime(2026, 3, 10, 13, 30, tzinfo=UTC))
