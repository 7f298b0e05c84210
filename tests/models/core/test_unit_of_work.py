"""The unit of work: who acts, what they may see, what is committed, and what happens when two act
at once.
"""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from models.core import records
from models.core.audit.entries import AuditEntry
from models.core.context import SYSTEM
from models.core.db.locks import FairLock
from models.core.errors import Conflict, NotFound
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery
from models.core.search.index import SearchText
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import START, StoppedClock, given, spoil, together
from tests.models.marks import SQLITE

pytestmark = pytest.mark.dialect

THREADS = 8


@SQLITE
def test_a_unit_knows_who_acts_and_what_time_it_is_for_them(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_RAVI") as work:
        assert (work.me, str(work.zone), work.currency, work.region) == (
            "Ravi Rao",
            "Asia/Kolkata",
            "EUR",
            "DE",
        )
        assert work.now == START


@SQLITE
def test_today_is_the_day_where_the_actor_lives(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    clock.forward(timedelta(hours=10))
    with works("T1", "U_RAVI") as work:
        assert work.today == START.date() + timedelta(days=1)
    with works("T1", "U_MONA") as work:
        assert work.today == START.date()


@SQLITE
def test_without_an_actor_the_crm_itself_acts(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        assert (work.actor, work.me, str(work.zone)) == (SYSTEM, "Rapport", "UTC")


def test_a_unit_that_raises_leaves_nothing_behind(works: UnitOfWorkFactory) -> None:
    with pytest.raises(ZeroDivisionError):
        spoil(works, lambda work: records.create(work, Lead, {"first_name": "Ada"}))
    with works("T1") as work:
        about = [
            select(func.count(row.id)).where(row.entity == "lead")
            for row in (AuditEntry, SearchText, Delivery)
        ]
        assert [work.session.scalar(one) for one in (select(func.count(Lead.id)), *about)] == [
            0,
            0,
            0,
            0,
        ]


@SQLITE
def test_a_stranger_and_a_workspace_nobody_set_up_are_refused(works: UnitOfWorkFactory) -> None:
    with pytest.raises(NotFound, match="do not know you"), works("T1", "U_NOBODY"):
        pass
    with pytest.raises(NotFound, match="not set up"), works("T9"):
        pass


def test_a_person_of_another_workspace_is_a_stranger(works: UnitOfWorkFactory) -> None:
    with pytest.raises(NotFound), works("T1", "U_OTTO"):
        pass


def test_a_reading_unit_cannot_write_on_postgresql_and_lets_others_write_on_sqlite(
    works: UnitOfWorkFactory,
) -> None:
    if works.sqlite:
        with works("T1", "U_RITA", writes=False):
            assert given(works, Lead, first_name="Ada").number == 1
    else:
        with (
            pytest.raises(DBAPIError, match="read-only"),
            works("T1", "U_RITA", writes=False) as work,
        ):
            records.create(work, Lead, {"first_name": "Ada"})


def test_nothing_crosses_workspaces(works: UnitOfWorkFactory) -> None:
    ours = given(works, Lead, first_name="Ada")
    theirs = given(works, Lead, "U_OTTO", "T2", first_name="Grace")
    assert (ours.ref, theirs.ref) == ("LD-1", "LD-1")
    with works("T1", "U_RITA") as work:
        assert work.find(Lead, 1).title == "Ada"
        with pytest.raises(NotFound):
            work.get(Lead, theirs.id)
        with pytest.raises(ValueError, match="There is no lead"):
            work.lookup("lead", "Grace")
        with pytest.raises(ValueError, match="This is nobody of this workspace"):
            work.lookup("user", "U_OTTO")


def test_statements_that_change_many_rows_stay_in_the_workspace(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    theirs = given(works, Lead, "U_OTTO", "T2", first_name="Grace")
    with works("T1", "U_RITA") as work:
        work.session.execute(update(Lead).values(score=5))
    with works("T2", "U_OTTO") as work:
        assert work.get(Lead, theirs.id).score is None


def test_finding_says_what_is_missing_and_what_was_deleted(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada")
    with works("T1", "U_RITA") as work:
        records.delete(work, work.get(Lead, lead.id))
    with works("T1", "U_RITA") as work:
        with pytest.raises(NotFound, match="There is no LD-7"):
            work.find(Lead, 7)
        with pytest.raises(NotFound, match="There is no LD-9999999999"):
            work.find(Lead, 9999999999)
        with pytest.raises(
            NotFound, match="LD-1 Ada was deleted. Bring it back with: restore LD-1"
        ):
            work.find(Lead, 1)
        assert work.find(Lead, 1, deleted=True).title == "Ada"


def test_once_is_true_once_and_again_when_the_first_unit_failed(works: UnitOfWorkFactory) -> None:
    with pytest.raises(ZeroDivisionError):
        spoil(works, lambda work: work.once("event:1"))
    with works("T1") as work:
        assert work.once("event:1")
        assert not work.once("event:1")
    with works("T1") as work:
        assert not work.once("event:1")
    with works("T2") as work:
        assert work.once("event:1")


def test_two_editing_the_same_record_at_once_do_not_overwrite_each_other(
    works: UnitOfWorkFactory,
) -> None:
    if works.sqlite:
        pytest.skip("writers queue there: the second begins when the first has ended")
    lead = given(works, Lead, first_name="Ada")

    def edit_while_another_does() -> None:
        with works("T1", "U_RITA") as first:
            seen = first.get(Lead, lead.id)
            with works("T1", "U_RAVI") as second:
                second.get(Lead, lead.id).first_name = "Grace"
            seen.first_name = "Edith"

    with pytest.raises(Conflict, match="at the same moment"):
        edit_while_another_does()
    with works("T1") as work:
        assert work.get(Lead, lead.id).first_name == "Grace"


def test_of_two_who_claim_a_case_exactly_one_gets_it(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    for number in range(1, 6):
        case = given(works, Case, "U_SAM", customer="CU-1", subject="Broken")

        def claim(person: str, number: int = number) -> str:
            with works("T1", person) as work:
                work.find(Case, number).claim(work)
                return work.me

        results = together([lambda: claim("U_SAM"), lambda: claim("U_SOFIA")])
        (winner,) = [result for result in results if isinstance(result, str)]
        (loser,) = [result for result in results if isinstance(result, Conflict)]
        assert str(loser) == f"{winner} has already taken {case}."
        with works("T1") as work:
            assert work.name("user", work.get(Case, case.id).assignee or 0) == winner


def test_of_many_who_ask_for_the_same_key_one_is_first(works: UnitOfWorkFactory) -> None:
    def ask() -> bool:
        with works("T1") as work:
            return work.once("event:7")

    assert sorted(together([ask] * THREADS), key=bool) == [False] * (THREADS - 1) + [True]


def test_a_lead_is_converted_once_however_many_try(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada", company="Analytical")

    def convert() -> None:
        with works("T1", "U_RITA") as work:
            work.find(Lead, 1).convert(work)

    results = together([convert] * 4)
    assert results.count(None) == 1
    assert {str(result) for result in results if result} == {
        "Ada is already converted: see CU-1 and OP-1"
    }
    with works("T1") as work:
        assert len(work.session.scalars(text("SELECT id FROM opportunity")).all()) == 1


def test_the_fair_lock_serves_first_come_first_served() -> None:
    lock, order = FairLock(), []
    assert lock.acquire(1)
    threads = []

    def wait(name: int) -> None:
        with lock():
            order.append(name)

    for name in range(5):
        thread = threading.Thread(target=wait, args=(name,))
        thread.start()
        while len(lock.waiting) <= name:
            pass
        threads.append(thread)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_the_fair_lock_gives_up_in_time_and_still_works_after() -> None:
    lock = FairLock()
    assert lock.acquire(1)
    assert not lock.acquire(0.01)
    assert not lock.waiting
    lock.release()
    assert lock.acquire(0.01)


@SQLITE
def test_listeners_are_called_after_a_commit_and_only_when_something_may_have_been_written(
    works: UnitOfWorkFactory,
) -> None:
    heard: list[bool] = []
    works.committed.append(lambda: heard.append(True))
    with works("T1", writes=False):
        pass
    with pytest.raises(ZeroDivisionError):
        spoil(works, lambda work: None)
    assert not heard
    given(works, Lead, first_name="Ada")
    assert heard == [True]


@SQLITE
def test_who_is_new_is_a_rep_also_the_first_one(works: UnitOfWorkFactory) -> None:
    works.settle("T3", name="New")
    works.welcome("T3", "U_FIRST", name="Fia First")
    works.welcome("T3", "U_SECOND", name="Sol Second")
    with works("T3") as work:
        roles = {user.slack_id: user.role for user in work.session.query(User)}
    assert roles == {"U_FIRST": Preset.REP, "U_SECOND": Preset.REP}
    assert works.workspaces() == ["T1", "T2", "T3"]


@SQLITE
def test_welcoming_again_keeps_the_role_and_updates_what_slack_says(
    works: UnitOfWorkFactory,
) -> None:
    works.welcome("T1", "U_RITA", name="Rita Reyes-Stone", zone="Europe/Paris")
    with works("T1", "U_RITA") as work:
        assert work.actor is not None
        assert (work.me, work.actor.zone, work.actor.role) == (
            "Rita Reyes-Stone",
            "Europe/Paris",
            Preset.SENIOR,
        )


@SQLITE
def test_people_are_known_by_workspace(works: UnitOfWorkFactory) -> None:
    assert not works.unknown("T1", {"U_RITA"})
    assert not works.unknown("T1", {"U_RITA"})
    assert works.unknown("T2", {"U_RITA"})


def test_the_clock_of_the_crm_is_utc_and_can_be_moved_forward() -> None:
    clock = Clock()
    before = datetime.now(UTC)
    assert before <= clock() <= datetime.now(UTC)
    clock.forward(timedelta(days=1))
    assert clock() >= before + timedelta(days=1)


def test_telling_reaches_the_threads_of_a_record_once(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    deal = given(works, Opportunity, name="Acme", customer="CU-1")
    with works("T1", "U_RITA") as work:
        work.tell(work.get(Opportunity, deal.id), "hello")
        work.tell(work.get(Opportunity, deal.id), "hello")
    with works("T1") as work:
        rows = work.session.execute(
            text("SELECT record_id FROM delivery WHERE kind = 'event'")
        ).all()
        assert rows == [(deal.id,)]
