"""A bulk change and its undo leave everything as it was: whatever is changed, by whom, of which
records, and wherever it is cancelled.
"""

from collections.abc import Callable

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from bot.app import create_background
from bot.background import worker as module
from bot.background.worker import BackgroundWorker
from models.core.background import bulk_change, queue, undo
from models.core.background.task import BackgroundTask, TaskState
from models.core.entity.base import Entity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.undoable import held
from tests.models.marks import tried

NUMBER = 12
"""Records of each kind."""
CHANGES: list[tuple[type[Entity], dict[str, str]]] = [
    (Lead, {"status": "working"}),
    (Lead, {"first_name": "Grace", "tags": "vip, fair"}),
    (Lead, {"owner": "<@U_RAVI>"}),
    (Lead, {"owner": "", "email": "same@example.org"}),
    (Opportunity, {"stage": "won"}),
    (Opportunity, {"stage": "lost", "lost_reason": "too dear"}),
    (Opportunity, {"stage": "lost"}),
    (Opportunity, {"amount": "12k", "currency": "USD", "close_date": "tomorrow"}),
    (Opportunity, {"owner": "<@U_MONA>", "name": "Renewal"}),
    (Case, {"priority": "urgent", "status": "resolved"}),
    (Case, {"assignee": "<@U_SOFIA>", "subject": "Same"}),
    (Customer, {"last_name": "Lovelace", "company": "Engines"}),
]


@pytest.fixture
def worker(works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch) -> BackgroundWorker:
    for name, value in {"FIRST": 3, "MOST": 3, "LEAST_REST": 0.0, "LONGEST_REST": 0.0}.items():
        monkeypatch.setattr(module, name, value)
    return create_background(works)


@pytest.fixture
def filled(works: UnitOfWorkFactory) -> None:
    for number in range(NUMBER):
        by = ("U_RITA", "U_MONA", "U_SAM")[number % 3]
        ada = given(works, Customer, by, first_name=f"Ada {number}")
        given(works, Lead, "U_RITA", first_name=f"Eve {number}")
        given(works, Opportunity, "U_RITA", name=f"Sails {number}", customer=ada.ref)
        given(works, Case, "U_SAM", subject=f"Leak {number}", customer=ada.ref)


def done(worker: BackgroundWorker, ask: Callable[[], BackgroundTask], pieces: int) -> TaskState:
    """Do so many pieces of a task and cancel it then; all of it where it has no more."""
    works, task = worker.works, ask()
    claim = worker.claim("T1")
    assert claim
    worker.prepare(claim)
    more = True
    while more and pieces:
        more, pieces = worker.piece(claim), pieces - 1
    with works("T1", "U_ADA") as work:
        found = work.session.get_one(BackgroundTask, task.id)
        if more:
            queue.cancel(work, found)
        return TaskState(found.state)


@tried(100)
@for_all(
    change=st.sampled_from(CHANGES),
    by=st.sampled_from(["U_RITA", "U_MONA", "U_SAM", "U_ADA"]),
    places=st.sets(st.integers(0, NUMBER - 1), min_size=1),
    pieces=st.integers(1, 6),
)
def test_a_bulk_change_and_its_undo_are_nothing(
    works: UnitOfWorkFactory,
    worker: BackgroundWorker,
    filled: None,
    change: tuple[type[Entity], dict[str, str]],
    by: str,
    places: set[int],
    pieces: int,
) -> None:
    (entity, texts), before, units = change, held(works), list[str]()
    with works("T1", writes=False) as work:
        ids = [work.find(entity, place + 1).id for place in places]

    def ask() -> BackgroundTask:
        with works("T1", by, "command") as work:
            task = bulk_change.as_task(work, entity, ids, texts)
            units.append(task.unit)
            return task

    def back() -> BackgroundTask:
        with works("T1", by, "button") as work:
            return undo.start(work, units[0])

    done(worker, ask, pieces)
    if held(works) != before:
        assert done(worker, back, pieces=99) == TaskState.DONE
    assert held(works) == before
