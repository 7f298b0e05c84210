"""The file of a SQLite database: check that its path still has the file that was opened.

A process that has a file open continues reading and writing it after it was deleted, moved or
replaced, and loses all of that. So each transaction looks at the path before it begins, and one
that writes looks again after its commit.
"""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.exc import OperationalError

from models.core.db.private_files import keep_private

Identity = tuple[int, int] | None
"""The device and the inode of a file; None where there is none."""
MOVED = sqlite3.SQLITE_READONLY_DBMOVED
"""SQLite's own code for this; SQLite looks only in journal modes that we do not use."""
UNSOUND = "{} is no sound database of Rapport. Bring back a backup: crm restore FILE"
ENDS = ("-wal", "-shm")
"""The endings of the files that a database has while it is open, in addition to its own."""


class DatabaseFile:
    """The place where a database is kept, and the file that was found there first."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.beside = [self.path.with_name(self.path.name + end) for end in ENDS]
        self.opened: Identity = None
        self.size = 0

    def forget(self) -> None:
        """Forget the file: all connections are closed, and the next one opened is right."""
        self.opened, self.size = None, 0

    def address(self) -> str:
        """Return the address that SQLite opens.

        Only the first connection may create a file; one created later would be empty.
        """
        return f"file:{quote(str(self.path))}?mode={'rw' if self.opened else 'rwc'}"

    def take_from_others(self) -> None:
        """Make the file readable only by its owner.

        What SQLite creates next to it has the same mode.
        """
        for path in (self.path, *self.beside):
            keep_private(path)

    def recognise(self) -> list[Identity]:
        """Return the files next to it that a new connection uses.

        Raises:
            OperationalError: the connection opened another file than the others.
        """
        found = identity(self.path)
        self.opened = self.opened or found
        if found != self.opened:
            raise moved()
        return [identity(path) for path in self.beside]

    def check(self, beside: list[Identity]) -> None:
        """Check that a connection's files are in their places and the database has not shrunk.

        Args:
            beside: what the connection found, completed by what has been made since; nothing where
                it is enough to look at the file itself.

        Raises:
            OperationalError: a file is not in its place, or the database has shrunk.
        """
        size = self.size  # read first: meanwhile another thread may see that the file has grown
        try:
            found = self.path.stat()
        except OSError:
            raise moved() from None
        if (found.st_dev, found.st_ino) != self.opened or found.st_size < size:
            raise moved()
        self.size = max(self.size, found.st_size)
        for place, known in enumerate(beside):
            now = identity(self.beside[place])
            beside[place] = known or now
            if now != beside[place]:
                raise moved()


def identity(path: Path) -> Identity:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def moved() -> OperationalError:
    error = sqlite3.OperationalError(
        "the file of the database was moved, deleted, replaced or cut off"
    )
    error.sqlite_errorcode, error.sqlite_errorname = MOVED, "SQLITE_READONLY_DBMOVED"
    return OperationalError("", {}, error)


def is_sound(path: Path) -> bool:
    """Return whether a file has a database of Rapport that SQLite finds nothing wrong with.

    It reads all of it.
    """
    if not path.is_file():
        return False
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)
        try:
            connection.execute("SELECT version_num FROM alembic_version")
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        finally:
            connection.close()
    except sqlite3.Error:
        return False
