"""A watch on the database: it logs when the database is not the one that was opened any more."""

import logging
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from models.core.db.errors import DatabaseProblem, trouble_of
from models.core.db.sqlite_file import ENDS, UNSOUND, identity, is_sound
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema

log = logging.getLogger(__name__)


class DatabaseWatch:
    """Checks the database once a second, in the thread that waits for the end of the bot.

    A file that is gone may come back, and the watch waits for it. It also waits for a sound file,
    where something else is in its place.
    """

    def __init__(self, works: UnitOfWorkFactory) -> None:
        self.works, self.told = works, ""
        self.file = identity(works.place) if works.place else None
        self.generation = ""
        with suppress(SQLAlchemyError):
            self.generation = self.look()
        self.unsound: os.stat_result | None = None

    def is_replaced(self) -> bool:
        """Return whether another database is in its place, on which the bot has to begin again."""
        try:
            found = self.look()
        except SQLAlchemyError as error:
            return trouble_of(error) is DatabaseProblem.MOVED and self.can_be_opened()
        if self.told:
            log.warning("The database is back")
        self.told, self.generation = "", self.generation or found
        return found != self.generation

    def look(self) -> str:
        """Return what stays the same while the database does.

        While a SQLite file is open, the files beside it stay the same as well.
        """
        place = self.works.place
        with self.works.everywhere() as session:
            found = schema.generation(session.connection())
        return (
            str([identity(place.with_name(place.name + end)) for end in ENDS]) if place else found
        )

    def can_be_opened(self) -> bool:
        """Return whether the file that is there now can be opened as a database.

        That happens once all of the bot's connections are closed.
        """
        place = self.works.place
        if place is None or self.works.is_missing():
            self.tell(DatabaseProblem.MOVED.advice)
            return False
        if identity(place) != self.file and not self.is_sound(place):
            self.tell(UNSOUND.format(place))
            return False
        return True

    def is_sound(self, place: Path) -> bool:
        """Return whether another file is a database.

        It is read once, and again where it has changed.
        """
        with suppress(FileNotFoundError):
            now = place.stat()
            if (before := self.unsound) and (now.st_ino, now.st_size, now.st_mtime_ns) == (
                before.st_ino,
                before.st_size,
                before.st_mtime_ns,
            ):
                return False
            self.unsound = now
        return is_sound(place)

    def tell(self, sentence: str) -> None:
        """Log once what somebody has to mend, and release a file that was moved."""
        if sentence != self.told:
            self.let_go()
            log.error("%s", sentence)
        self.told = sentence

    def let_go(self) -> None:
        """Bring what is only in the write-ahead log into the file, even if that was moved.

        The next program that opens the file there then has all of it.
        """
        with (
            suppress(SQLAlchemyError, sqlite3.Error),
            closing(self.works.engine.raw_connection()) as connection,
        ):
            connection.cursor().execute("PRAGMA wal_checkpoint(FULL)")
