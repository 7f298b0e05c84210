"""Background tasks are done piece by piece, once, whoever is killed, cancelled or in the way."""

import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.app import TASKS, create_background
from bot.background import worker as module
from bot.background.worker import BackgroundWorker, Lost
from models.core.background import queue, undo
from models.core.background.task import BackgroundTask, TaskKind, TaskState
from models.core.errors import Conflict
from models.core.history import last_change
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import StoppedClock
from tests.handlers.undoable import held
from tests.many import asked, changes_of, fields_of, many_leads, task_of
from tests.processes import ROOT, environment

MANY, MOST = 36, 240
"""Records of a task: some pieces, and so many that a process is killed before it has done them."""


@pytest.fixture
def worker(works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch) -> BackgroundWorker:
    monkeypatch.setattr(module, "LEAST_REST", 0.0)
    monkeypatch.setattr(module, "LONGEST_REST", 0.0)
    return create_background(works)


def begun(worker: BackgroundWorker) -> module.Claim:
    """A task of which the first piece is done, as a worker has it in hand."""
    claim = worker.claim("T1")
    assert claim
    worker.prepare(claim)
    assert worker.piece(claim)
    return claim


def undone(works: UnitOfWorkFactory, unit: str, by: str = "U_RITA") -> BackgroundTask:
    """The task that undoes a unit of work."""
    with works("T1", by, "button") as work:
        return undo.start(work, unit)


def change_person(works: UnitOfWorkFactory, slack_id: str, **columns: object) -> None:
    with works("T1", "U_ADA") as work:
        person = work.get(User, work.lookup("user", f"<@{slack_id}>"))
        for name, value in columns.items():
            setattr(person, name, value)


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
    assert (after.state, after.done, after.same, after.skipped) == (TaskState.DONE, MANY, 0, 0)
    assert after.about == {"texts": {"source": ""}}


def test_a_process_that_is_killed_loses_and_doubles_nothing(
    works: UnitOfWorkFactory, engine: Engine, tmp_path: Path
) -> None:
    ids = many_leads(works, MOST)
    task = asked(works, Lead, ids, source="fair")
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.bot.background.killed", url]
    with subprocess.Popen(command, cwd=ROOT, env=environment()) as process:
        try:
            while not task_of(works, task).done and process.poll() is None:
                time.sleep(0.01)
        finally:
            process.kill()
    done = task_of(works, task).done
    assert 0 < done < MOST
    assert changes_of(works, task.unit, "source") == ids[:done]
    later = Clock()
    later.forward(queue.LEASE + timedelta(seconds=1))
    create_background(UnitOfWorkFactory(engine, later)).drain()
    assert changes_of(works, task.unit, "source") == ids
    after = task_of(works, task)
    assert (after.state, after.done, after.same) == (TaskState.DONE, MOST, 0)


def test_two_workers_that_take_it_from_each_other_double_nothing(
    works: UnitOfWorkFactory, engine: Engine, worker: BackgroundWorker
) -> None:
    """The clock of one is so far ahead that it takes every task from the other."""
    ids = many_leads(works, MANY)
    tasks = [asked(works, Lead, ids, by=by, source=by) for by in ("U_RITA", "U_MONA")]
    ahead = StoppedClock()
    ahead.forward(2 * queue.LEASE)
    other = create_background(UnitOfWorkFactory(engine, ahead))
    threads = [threading.Thread(target=each.drain) for each in (worker, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.drain()
    for task in tasks:
        assert task_of(works, task).state == TaskState.DONE
        assert changes_of(works, task.unit, "source") == ids
        assert task_of(works, task).done == MANY


def test_a_worker_that_lost_a_task_writes_nothing(
    works: UnitOfWorkFactory, worker: BackgroundWorker, clock: StoppedClock
) -> None:
    many = asked(works, Lead, many_leads(works, MANY), source="fair")
    claim = begun(worker)
    done = task_of(works, many).done
    clock.forward(queue.LEASE)
    assert worker.claim("T1")
    with pytest.raises(Lost):
        worker.piece(claim)
    worker.give_back(claim)
    worker.failed(claim, "late")
    after = task_of(works, many)
    assert (after.done, after.claims, after.failures) == (done, 2, 0)
    assert after.claimed_until


def test_what_was_done_before_it_was_cancelled_is_undone(
    works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = many_leads(works, MANY)
    before = held(works)
    task = asked(works, Lead, ids, source="fair")
    begun(worker)
    with works("T1", "U_RITA") as work:
        queue.cancel(work, work.session.get_one(BackgroundTask, task.id))
    worker.drain()
    after = task_of(works, task)
    assert (after.state, after.done) == (TaskState.CANCELLED, module.FIRST)
    assert fields_of(works, Lead, "source") == {"fair": after.done, None: MANY - after.done}
    back = undone(works, task.unit)
    worker.drain()
    assert held(works) == before
    assert task_of(works, back).done == after.done
    with works("T1", "U_RITA") as work, pytest.raises(Conflict, match="over already"):
        queue.cancel(work, work.session.get_one(BackgroundTask, task.id))


def test_a_bulk_change_is_undone_done_again_and_undone(
    works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = many_leads(works, MANY)
    before = held(works)
    task = asked(works, Lead, ids, source="fair", status="working")
    worker.drain()
    changed = held(works)
    assert changed != before
    unit, found = task.unit, []
    for expected in (before, changed, before):
        back = undone(works, unit)
        worker.drain()
        assert held(works) == expected
        found.append(task_of(works, back))
        unit = back.unit
    assert {(each.state, each.total, each.done) for each in found} == {(TaskState.DONE, MANY, MANY)}
    assert [each.door for each in found] == ["undo", "redo", "undo"]


def test_an_undo_that_was_cancelled_goes_on(
    works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = many_leads(works, MANY)
    before = held(works)
    task = asked(works, Lead, ids, source="fair")
    worker.drain()
    back = undone(works, task.unit)
    with works("T1", "U_RITA") as work, pytest.raises(Conflict, match="still being done"):
        undo.start(work, task.unit)
    begun(worker)
    with works("T1", "U_RITA") as work:
        queue.cancel(work, work.session.get_one(BackgroundTask, back.id))
    assert held(works) != before
    again = undone(works, task.unit)
    worker.drain()
    assert held(works) == before
    assert task_of(works, again).same == task_of(works, back).done
    with works("T1", "U_RITA") as work, pytest.raises(Conflict, match="undone already"):
        undo.start(work, task.unit)


def test_a_record_that_somebody_went_on_with_is_left_out_of_the_undo(
    works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = many_leads(works, MANY)
    task = asked(works, Lead, ids, source="fair")
    worker.drain()
    with works("T1", "U_MONA") as work:
        work.get(Lead, ids[5]).source = "web"
    back = undone(works, task.unit)
    worker.drain()
    assert fields_of(works, Lead, "source") == {None: MANY - 1, "web": 1}
    assert task_of(works, back).skips == {
        "Mona Meyer has changed Source of this lead to web since; it cannot simply be undone.": [
            1,
            ["LD-6"],
        ]
    }


def test_rights_that_are_withdrawn_in_the_middle_count_from_then_on(
    works: UnitOfWorkFactory, worker: BackgroundWorker, clock: StoppedClock
) -> None:
    task = asked(works, Lead, many_leads(works, MANY), source="fair")
    begun(worker)
    change_person(works, "U_RITA", role=Preset.SUPPORT)
    done = task_of(works, task).done
    clock.forward(queue.LEASE)
    worker.drain()
    after = task_of(works, task)
    assert (after.state, after.done, after.skipped) == (TaskState.DONE, done, MANY - done)
    (reason,) = after.skips
    assert reason.startswith("Your role (support) does not allow “lead edit”.")
    assert len(after.skips[reason][1]) == 3


def test_nothing_goes_on_for_somebody_who_left(
    works: UnitOfWorkFactory, worker: BackgroundWorker, clock: StoppedClock
) -> None:
    task = asked(works, Lead, many_leads(works, MANY), source="fair")
    begun(worker)
    change_person(works, "U_RITA", left=True)
    clock.forward(queue.LEASE)
    worker.drain()
    after = task_of(works, task)
    assert (after.state, after.done) == (TaskState.FAILED, module.FIRST)
    assert after.error == "Rita Reyes may do nothing here any more."


def test_tasks_take_turns_and_those_of_one_person_come_one_after_the_other(
    works: UnitOfWorkFactory, worker: BackgroundWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE", 0.0)
    ids = many_leads(works, MANY)
    first, second = (asked(works, Lead, ids, source=name) for name in ("one", "two"))
    other = asked(works, Lead, ids[:20], by="U_MONA", status="working")
    for _ in range(2):
        worker.round()
    assert task_of(works, first).done
    assert task_of(works, other).done
    assert task_of(works, second).state == TaskState.QUEUED
    worker.drain()
    assert fields_of(works, Lead, "source") == {"two": MANY}
    assert fields_of(works, Lead, "status") == {"working": 20, "new": MANY - 20}


def test_a_task_that_fails_again_and_again_is_given_up(
    works: UnitOfWorkFactory, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    def advance(work: object, task: BackgroundTask, limit: int) -> bool:
        limits.append(limit)
        raise RuntimeError("a mistake of ours")

    limits: list[int] = []
    with works("T1", "U_RITA") as work:
        task = queue.ask(work, "broken", entity=Lead)
        newer = queue.ask(work, "unheard of", entity=Lead)
    worker = BackgroundWorker(works, [TaskKind("broken", "Fails.", advance)])
    for _ in range(queue.FAILURES + 1):
        worker.drain()
        clock.forward(timedelta(seconds=2))
    assert limits == [module.FIRST, 1, 1]
    after = task_of(works, task)
    assert after.state == TaskState.FAILED
    assert (after.error or "").startswith("Something went wrong. Reference ")
    assert "a mistake of ours" in caplog.text
    assert task_of(works, newer).state == TaskState.QUEUED, "it is left to a newer release"


def test_so_many_tasks_of_one_person_wait_at_most(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_RITA") as work:
        for _ in range(queue.MOST_OPEN):
            queue.ask(work, "change", entity=Lead)
        with pytest.raises(Conflict, match="10 of your tasks wait"):
            queue.ask(work, "change", entity=Lead)
    with works("T1", "U_MONA") as work:
        queue.ask(work, "change", entity=Lead)
        assert queue.open_counts(work) == (0, queue.MOST_OPEN + 1)


def test_another_workspace_knows_nothing_of_it(works: UnitOfWorkFactory) -> None:
    task = asked(works, Lead, many_leads(works, MANY), source="fair")
    with works("T2", "U_OTTO") as work:
        assert queue.latest(work, 9) == []
        assert queue.called(work, queue.code(task)) is None
        assert queue.claim(work, ["change"]) is None
    assert queue.workspaces_due(works) == ["T1"]


def test_it_works_in_a_thread_of_its_own(works: UnitOfWorkFactory) -> None:
    worker = BackgroundWorker(works, TASKS, idle=0.01)
    task = asked(works, Lead, many_leads(works, MANY), source="fair")
    worker.start()
    while task_of(works, task).is_open:
        time.sleep(0.01)
    worker.stop()
    assert worker.thread
    assert not worker.thread.is_alive()
    assert fields_of(works, Lead, "source") == {"fair": MANY}
    with works("T1", "U_RITA") as work:
        assert last_change.last_unit(work) == task.unit


def test_what_is_no_bulk_change_is_undone_as_a_whole_or_not_at_all(
    works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    """Records that were made in one act, as an import makes them."""
    before = held(works)
    ids = many_leads(works, MANY)
    with works("T1", "U_RITA") as work:
        unit = last_change.last_unit(work)
    with works("T1", "U_MONA") as work:
        work.get(Lead, ids[-1]).source = "web"
    first = undone(works, unit)
    worker.drain()
    refused = task_of(works, first)
    assert (refused.state, refused.done) == (TaskState.FAILED, 0)
    assert (refused.error or "").startswith("Mona Meyer has changed Source of LD-36 Ada 35 to web")
    with works("T1", "U_MONA") as work:
        work.get(Lead, ids[-1]).source = None
    second = undone(works, unit)
    worker.drain()
    assert held(works) == before
    assert task_of(works, second).done == MANY
