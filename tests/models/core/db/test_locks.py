"""Whose turn it is to write to a SQLite file: fair among threads and processes, and nobody waits
for a dead one.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, make_url

from models.core.db import deadline
from models.core.db import locks as turns
from models.core.db.deadline import within
from models.core.db.locks import FairLock, FileLock, WriteQueue
from models.core.errors import Busy
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.models.core.contention import contend
from tests.processes import ROOT

HOLD = """
import sys, time
from models.core.db.locks import WriteQueue
with WriteQueue(sys.argv[1])():
    print("mine", flush=True)
    time.sleep(60)
"""


def test_processes_of_many_threads_write_to_one_file_and_nobody_is_refused(
    clean_sqlite: Engine,
) -> None:
    """The long version, with its figures, is `python -m tests.models.core.contention`."""
    done = contend(clean_sqlite.url.render_as_string(), processes=2, threads=4, seconds=0.2)
    assert done.errors == []
    assert "0 refused" in str(done)
    given(UnitOfWorkFactory(clean_sqlite), Lead, first_name="Ada")
    with UnitOfWorkFactory(clean_sqlite)("T1") as work:
        numbers = [lead.number for lead in work.session.query(Lead).order_by(Lead.number)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > len(done.waits)


def test_who_cannot_have_a_turn_in_time_is_told_so_and_the_next_one_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "STATEMENT", 0.05)
    path = str(tmp_path / "crm.db")
    ours, theirs = WriteQueue(path), WriteQueue(path)
    with ours():
        with pytest.raises(Busy), theirs():
            pass
        with pytest.raises(Busy), ours():
            pass
    with theirs():
        pass
    with ours():
        pass


def test_a_killed_process_holds_up_nobody(tmp_path: Path) -> None:
    path = str(tmp_path / "crm.db")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "mine\n"
        assert not FileLock(Path(f"{path}-turn")).acquire(time.monotonic())
        holder.kill()
    with WriteQueue(path)():
        pass


def test_a_process_whose_threads_always_want_more_lets_another_in(tmp_path: Path) -> None:
    path, ended = str(tmp_path / "crm.db"), threading.Event()
    greedy, modest = WriteQueue(path), WriteQueue(path)

    def want_more() -> None:
        while not ended.is_set():
            with greedy():
                time.sleep(0.001)

    threads = [threading.Thread(target=want_more) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        with modest():
            pass
    ended.set()
    for thread in threads:
        thread.join()


def test_where_nothing_can_be_locked_everybody_is_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WriteQueue(str(tmp_path / "no folder" / "crm.db"))():
        pass
    with WriteQueue(":memory:")(), WriteQueue(None)():
        pass
    monkeypatch.setattr(turns, "LOCKS", None)
    with WriteQueue(str(tmp_path / "crm.db"))(), WriteQueue(str(tmp_path / "crm.db"))():
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_wait_for_a_turn_and_for_the_file_end_at_one_deadline(clean_sqlite: Engine) -> None:
    """A person who waited for a turn has less time left for what else holds the file."""
    path = make_url(str(clean_sqlite.url)).database or ""
    with WriteQueue(path)(), within(0.05), pytest.raises(Busy):
        UnitOfWorkFactory(clean_sqlite).attempt(lambda work: None, "T1", "U_RITA")
    UnitOfWorkFactory(clean_sqlite).attempt(lambda work: None, "T1", "U_RITA")


class Late:
    """A lock whose time-out comes at the moment when its holder hands it over."""

    def __init__(self, hand_over: Callable[[], None]) -> None:
        self.inner, self.hand_over = threading.Lock(), hand_over

    def acquire(self, timeout: float = -1) -> bool:
        if timeout == -1:
            return self.inner.acquire()
        self.hand_over()
        return False

    def release(self) -> None:
        self.inner.release()


@contextmanager
def late(monkeypatch: pytest.MonkeyPatch, lock: FairLock) -> Iterator[None]:
    """Whoever waits for this lock in the block is handed it just when their time is out."""
    locks = SimpleNamespace(Lock=lambda: Late(lock.release), TIMEOUT_MAX=threading.TIMEOUT_MAX)
    with monkeypatch.context() as patched:
        patched.setattr(turns, "threading", locks)
        yield


def test_a_turn_that_is_handed_over_just_at_the_time_out_is_taken_and_given_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lock = FairLock()
    assert lock.acquire(1)
    with late(monkeypatch, lock):
        assert lock.acquire(0.01)
    assert not lock.acquire(0)
    lock.release()
    assert lock.acquire(0)


def test_who_is_handed_a_turn_at_the_time_out_writes_and_so_do_all_after(
    clean_sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = UnitOfWorkFactory(clean_sqlite)
    assert works.queue.threads.acquire(1)
    with late(monkeypatch, works.queue.threads):
        given(works, Lead, first_name="Ada")
    given(works, Lead, first_name="Grace")
    with works("T1", writes=False) as work:
        assert work.session.query(Lead).count() == 2
