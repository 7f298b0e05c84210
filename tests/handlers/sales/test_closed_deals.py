"""The sums of what was won and lost are those of the deals, whatever people do at whatever door."""

import io
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.core.dispatcher import Dispatcher
from handlers.core.router import Catalogue
from handlers.general.home import home
from handlers.registry import ROUTERS
from models.core import summaries
from models.core.errors import CRMError
from models.core.history import as_of, last_change, undo
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.exchange import importer
from models.sales.closed_deals import ClosedDeals
from models.sales.opportunity import Opportunity
from models.sales.pipeline import SINCE, closed_since, stage_rows
from models.sales.stage import CLOSED
from tests.ground import StoppedClock, given, together
from tests.handlers.undoable import command
from tests.models.marks import tried

pytestmark = pytest.mark.dialect

AMOUNTS = ("", "1", "0.05", "33.33", "12k", "€7", "$9.99")
PEOPLE = ("U_RITA", "U_RAVI", "U_MONA")
READERS = ("U_ADA", "U_RITA", "U_MONA", "U_JULE", "U_SAM")
LINES = (
    "deal new Boat CU-1 amount={amount} stage=won",
    "deal new Boat CU-1 amount={amount} owner=none",
    "deal won {ref}",
    "deal lost {ref} too dear",
    "deal reopen {ref}",
    "edit {ref} amount={amount}",
    "edit {ref} stage=lost reason=late amount={amount}",
    "assign {ref} <@{person}>",
    "edit {ref} owner=none",
    "delete {ref} --yes",
    "restore {ref}",
)
OTHERS = ("undo", "redo", "revert", "bring", "wait")


@dataclass
class Seller:
    """Somebody who does one thing after the other to deals."""

    works: UnitOfWorkFactory
    clock: StoppedClock
    dispatcher: Dispatcher

    def do(self, act: str, first: int, second: int) -> None:
        """Do something, unless it is refused."""
        try:
            if act in OTHERS:
                getattr(self, act)(first, second)
            else:
                ways = {"amount": AMOUNTS[first % 7], "person": PEOPLE[second % 3]}
                line = act.format(ref=f"OP-{1 + first}", **ways)
                self.dispatcher.do(command(line, "U_ADA"))
        except CRMError:
            pass

    def undo(self, first: int, second: int) -> None:
        with self.works("T1", "U_ADA", "command") as work:
            undo.undo(work, last_change.last_unit(work))

    def redo(self, first: int, second: int) -> None:
        with self.works("T1", "U_ADA", "command") as work:
            undo.redo(work, last_change.last_undo(work))

    def revert(self, first: int, second: int) -> None:
        with self.works("T1", "U_ADA", "command") as work:
            as_of.revert(work, work.find(Opportunity, 1 + first), 1 + second)

    def bring(self, first: int, second: int) -> None:
        """Some rows are new, others change what an earlier file brought."""
        stages = ("Closed Won", "Closed Lost", "Proposal")
        rows = [
            f'x{number},Boat {number},CU-1,"{AMOUNTS[(first + number) % 7]}",{stages[number % 3]},'
            f"2025-1{second % 3}-0{1 + number}"
            for number in range(first, 4 + second)
        ]
        body = "\n".join(["id,name,customer,amount,stage,close date", *rows])
        importer.load(self.works, "T1", "U_ADA", Opportunity, io.BytesIO(body.encode()))

    def wait(self, first: int, second: int) -> None:
        self.clock.forward(timedelta(days=1 + 9 * first, hours=5 * second))


ACT = st.tuples(st.sampled_from(LINES + OTHERS), st.integers(0, 7), st.integers(0, 4))


@tried(40)
@for_all(acts=st.lists(ACT, min_size=6, max_size=24))
def test_the_sums_are_those_of_the_deals_after_whatever_people_do(
    works: UnitOfWorkFactory,
    clock: StoppedClock,
    acts: list[tuple[str, int, int]],
) -> None:
    given(works, Customer, by="U_ADA", first_name="Ada")
    seller = Seller(works, clock, Dispatcher(works, Catalogue(ROUTERS), home))
    for act in acts:
        seller.do(*act)
        must_agree(works)
    for person in READERS:
        with works("T1", person, writes=False) as work:
            for days in (0, 3, 40, 100, 300, 4000):
                start = work.now - timedelta(days=days)
                live = stage_rows(work, CLOSED, start <= SINCE)
                assert closed_since(work, start) == live, (person, days)


def must_agree(works: UnitOfWorkFactory) -> None:
    with works("T1", writes=False) as work:
        assert summaries.differences(work, ClosedDeals) == {}


def test_what_another_program_changed_is_mended(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    for number in range(3):
        given(works, Opportunity, name=f"Boat {number}", customer="CU-1", amount="5", stage="won")
    table = Opportunity.__table__
    with works("T1") as work:
        other = table.update().where(table.c.number == 2).values(amount=7, owner=None)
        work.session.connection().execute(other)
    with works("T1") as work:
        assert summaries.mend(work) == 2
    with works("T1") as work:
        assert summaries.mend(work) == 0
        rows = work.session.execute(
            select(ClosedDeals.owner, ClosedDeals.count, ClosedDeals.cents)
        ).all()
    assert sorted((bool(owner), count, cents) for owner, count, cents in rows) == [
        (False, 1, 700),
        (True, 2, 1000),
    ]


def test_many_at_once_add_up(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    for number in range(8):
        given(works, Opportunity, name=f"Boat {number}", customer="CU-1", amount="5")

    def win(number: int) -> None:
        def won(work):  # type: ignore[no-untyped-def]
            work.find(Opportunity, number).win(work)

        works.attempt(won, "T1", "U_RITA")

    together([lambda number=number: win(number) for number in range(1, 9)])  # type: ignore[misc]
    must_agree(works)
    with works("T1", writes=False) as work:
        assert [row.count for row in closed_since(work, work.now - timedelta(days=80))] == [8]
