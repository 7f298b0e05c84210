"""Background tasks are done piece by piece, once, whoever is killed, cancelled or in the way."""

import pytest

from bot.app import create_background
from bot.background.worker import BackgroundWorker
from models.core.background.task import TaskState
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.many import asked, changes_of, fields_of, many_leads, task_of

MANY = 240
"""More than are changed while somebody waits."""


@pytest.fixture
def worker(works: UnitOfWorkFactory) -> BackgroundWorker:
    return create_background(works)


def test_a_bulk_change_changes_each_record_once(
    works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = many_leads(works, MANY)
    task = asked(works, Lead, ids, source="fair")
    assert fields_of(works, Lead, "source") == {None: MANY}
    worker.drain()
    assert fields_of(works, Lead, "source") == {"fair": MANY}
    assert changes_of(works, task.unit, "source") == ids
    after = task_of(works, task)
    assert (after.state, after.done, after.skipped) == (TaskState.DONE, MANY, 0)
