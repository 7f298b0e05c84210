"""The order of writers to a SQLite file: first come, first served.

It holds among threads and then among processes.
"""

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, util
from pathlib import Path
from typing import Any

from models.core.db.deadline import left
from models.core.db.private_files import OWNER, keep_private
from models.core.errors import Busy

LOCKS: Any = import_module("fcntl") if util.find_spec("fcntl") else None
"""None on Windows: there SQLite's own way of waiting must do."""
PAUSE = 0.0005
"""Seconds between two checks whether another process is done; a write takes some times as long."""

TOGETHER = 0.02
"""Seconds in which a process that has the lock lets its threads write one after another."""


class FairLock:
    """Mutual exclusion, first come, first served.

    SQLite lets one writer in and wakes the waiting by chance.
    """

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.waiting: deque[threading.Lock] = deque()
        self.held = False

    def acquire(self, timeout: float) -> bool:
        with self.guard:
            if not self.held:
                self.held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self.waiting.append(turn)
        if turn.acquire(timeout=min(timeout, threading.TIMEOUT_MAX)):
            return True
        with self.guard:
            if turn in self.waiting:
                self.waiting.remove(turn)
                return False
        return True  # our turn came between the time-out and the guard

    def release(self) -> None:
        with self.guard:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self.held = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if not self.acquire(left()):
            raise Busy
        try:
            yield
        finally:
            self.release()


class FileLock:
    """Mutual exclusion of processes by a file next to the database.

    The kernel releases the lock when a process is killed. Without a way to lock, or to create the
    file, it lets everybody in.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: int | None = None

    def open(self) -> int | None:
        if self.file is None and LOCKS:
            try:
                self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, OWNER)
            except OSError:
                return None
            keep_private(self.path)
            weakref.finalize(self, os.close, self.file)
        return self.file

    def acquire(self, end: float) -> bool:
        """Take the lock, and wait for it until this moment of the monotonic clock at most."""
        if (file := self.open()) is None:
            return True
        while not taken(file):
            if time.monotonic() >= end:
                return False
            time.sleep(PAUSE)
        return True

    def release(self) -> None:
        if self.file is not None:
            LOCKS.flock(self.file, LOCKS.LOCK_UN)


def taken(file: int) -> bool:
    try:
        LOCKS.flock(file, LOCKS.LOCK_EX | LOCKS.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class WriteQueue:
    """Lets one writer at a time to a database file.

    Threads queue. Their processes meet at two locks, as at a counter with one place to wait in
    front of it: the process that waits there is next, so a process whose threads write all the time
    cannot keep the others out.
    """

    def __init__(self, database: str | None) -> None:
        self.threads = FairLock()
        named = database if database and database != ":memory:" else None
        self.locks = (
            [FileLock(Path(f"{named}-{place}")) for place in ("next", "turn")] if named else []
        )
        self.ours_since = 0.0
        """When this process got its turn; 0 while it has none."""

    @contextmanager
    def __call__(self) -> Iterator[None]:
        end = time.monotonic() + left()
        if not self.threads.acquire(left()):
            raise Busy
        try:
            if not self.enter(end):
                raise Busy
            yield
        finally:
            self.leave()

    def enter(self, end: float) -> bool:
        """Wait for the place in front, then for the turn; then free the place for the next."""
        if self.ours_since or not self.locks:
            return True
        place, turn = self.locks
        if not place.acquire(end):
            return False
        try:
            if turn.acquire(end):
                self.ours_since = time.monotonic()
        finally:
            place.release()
        return bool(self.ours_since)

    def leave(self) -> None:
        """Pass the turn to the next thread of this process for a while, then to another process.

        Changing the process costs more.
        """
        with self.threads.guard:
            if not self.threads.waiting or time.monotonic() > self.ours_since + TOGETHER:
                for lock in self.locks[1:]:
                    lock.release()
                self.ours_since = 0.0
            self.threads.release()
