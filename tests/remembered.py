"""What tests make again and again is made once a process: on SQLite the file of that moment is
copied back.
"""

import pickle
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event

from models.core.db.engine import WRITES
from models.core.db.sqlite_file import ENDS
from models.core.unit_of_work import UnitOfWorkFactory

T = TypeVar("T")
MOST = 250
"""Files that are kept, each of less than a megabyte."""
Files = tuple[tuple[int, int] | None, ...]


class Ground:
    """The SQLite file in which every test begins, and what was made in it since, as long as nothing
    else was done.

    The second time that the same is made after the same, the file is kept; from the third time on
    it is copied. Whatever else is written, through our engine or past it, makes the rest of the
    test go without.
    """

    def __init__(self, engine: Engine, first: Path) -> None:
        self.engine, self.first = engine, first
        self.path = Path(engine.url.database or "")
        self.beside = [self.path.with_name(self.path.name + end) for end in ENDS]
        self.state: int | None = None
        """Which of the known states the file is in; None where something was done that is not
        remembered.
        """
        self.states: dict[tuple[int, object], int] = {}
        self.kept: dict[int, tuple[bytes, bytes, dict[str, tuple[int, str]]]] = {}
        self.stood: Files = ()
        event.listen(engine, "commit", self.written)

    def begin(self, remembers: bool = True) -> None:
        """Back to how every test begins. remembers: whether things are made in this test as in
        every other.
        """
        self.clear()
        shutil.copyfile(self.first, self.path)
        self.state, self.stood = 0 if remembers else None, self.files()

    def clear(self) -> None:
        """Nobody has the file open, and nothing of it waits beside it."""
        self.engine.dispose()
        for path in self.beside:
            path.unlink(missing_ok=True)

    def written(self, connection: Connection) -> None:
        if connection.info.get(WRITES):
            self.state = None

    def files(self) -> Files:
        """What shows that somebody else has written."""
        return tuple(looked(path) for path in (self.path, self.beside[0]))

    def once(self, works: UnitOfWorkFactory, what: tuple[object, ...], make: Callable[[], T]) -> T:
        """What `make` makes, and the database as it is then. what: all that it depends on, besides
        what is there.
        """
        alone = threading.current_thread() is threading.main_thread() and not works.committed
        if self.state is None or not alone or self.files() != self.stood:
            self.state = None
            return make()
        step = (self.state, (what, works.clock(), tuple(works.signer.keys)))
        known = step in self.states
        state = self.states.setdefault(step, len(self.states) + 1)
        made: Any = self.copied(works, state) if state in self.kept else make()
        if known and state not in self.kept and len(self.kept) < MOST:
            self.keep(works, state, made)
        self.state, self.stood = state, self.files()
        return made

    def keep(self, works: UnitOfWorkFactory, state: int, made: object) -> None:
        self.engine.dispose()
        self.kept[state] = self.path.read_bytes(), pickle.dumps(made), dict(works.ends)

    def copied(self, works: UnitOfWorkFactory, state: int) -> object:
        file, made, ends = self.kept[state]
        self.clear()
        self.path.write_bytes(file)
        works.ends.update(ends)
        return pickle.loads(made)  # noqa: S301


def looked(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


GROUNDS: dict[Engine, Ground] = {}
"""Of this process, by the engine on it."""


def remembered(works: UnitOfWorkFactory, what: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` makes in this database; where it is the file that tests begin in, made only the
    first times.
    """
    ground = GROUNDS.get(works.engine)
    return ground.once(works, what, make) if ground else make()
