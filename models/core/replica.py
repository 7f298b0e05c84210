"""The processes that serve this database, each with its last sign of life."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy import JSON, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.context import Units
from models.core.db.types import UTCDateTime
from models.core.entity.base import Base

GONE = timedelta(minutes=1)
"""A replica that was not seen for so long was killed or cut off.

One that stops in order deletes its row.
"""


class Replica(Base):
    """One running bot.

    Attributes:
        checks: What it last found about itself, as [name, ok, sentence].
    """

    __tablename__ = "replica"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    host: Mapped[str] = mapped_column(String(255), default="")
    version: Mapped[str] = mapped_column(String(20), default="")
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    checks: Mapped[list[Any]] = mapped_column(JSON, default=list)

    def is_gone(self, now: datetime) -> bool:
        return now - self.seen_at > GONE


def release() -> str:
    """Return the version of Rapport, "" where it was not installed."""
    try:
        return version("rapport-crm")
    except PackageNotFoundError:
        return ""


def beat(works: Units, id: str, host: str, checks: list[Any]) -> None:
    """Write a replica's sign of life, its first one or the next.

    It belongs to no workspace, so no unit of work fits.
    """
    with writing(works) as session:
        now = works.clock()
        replica = session.get(Replica, id) or Replica(id=id, started_at=now)
        replica.host, replica.version, replica.checks, replica.seen_at = (
            host[:255],
            release()[:20],
            checks,
            now,
        )
        session.add(replica)


def leave(works: Units, id: str) -> None:
    """Delete the row of a replica that stops in order: it is not gone, it was never there."""
    with writing(works) as session:
        session.execute(delete(Replica).where(Replica.id == id))


def replicas(session: Session) -> list[Replica]:
    """Return every known replica, the one seen last first."""
    return list(session.scalars(select(Replica).order_by(Replica.seen_at.desc(), Replica.id)))


@contextmanager
def writing(works: Units) -> Iterator[Session]:
    with works.queue(), Session(works.engine) as session, session.begin():
        yield session
