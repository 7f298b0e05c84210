"""The numbers of records, which people type: counted for each workspace and entity."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import TIMEOUT_MAX, BoundedSemaphore
from typing import Any, cast

from sqlalchemy import Connection, Engine, bindparam, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Integer, String

from models.core.context import Context
from models.core.db.deadline import left
from models.core.db.engine import inserting
from models.core.db.locks import FairLock
from models.core.entity.base import Base, Entity
from models.core.errors import Busy


class Counter(Base):
    """The last number given to an entity in a workspace."""

    __tablename__ = "counter"

    workspace: Mapped[str] = mapped_column(String(20), primary_key=True)
    entity: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


COUNTERS: Any = Counter.__table__
MORE = {"last": COUNTERS.c.last + bindparam("count")}
OURS = (COUNTERS.c.workspace == bindparam("here"), COUNTERS.c.entity == bindparam("slug"))
COUNTING = update(COUNTERS).where(*OURS).values(MORE).returning(COUNTERS.c.last)
"""Made once, because every new record runs it."""
TURNS: dict[tuple[str, str], FairLock] = {}
"""One thread of a process at a time asks a counter.

A thread that waits behind another needs no connection for it.
"""
APART = 4
"""How many counters a process asks at once.

An import that holds one keeps nobody from the others.
"""
ROOM = BoundedSemaphore(APART)


def take_numbers(work: Context, entity: type[Entity], count: int = 1) -> int:
    """Reserve `count` consecutive numbers for new records, and return the first of them.

    On PostgreSQL it uses a transaction of its own, or everybody who creates one waits until the one
    before has committed. So a unit of work that fails there leaves a gap, unless it is tentative.

    Args:
        work: the unit of work.
        entity: the entity of the new records.
        count: how many numbers.

    Raises:
        Busy: the person has waited long enough.
    """
    session, here = work.session, work.workspace.id
    engine = cast(Engine, session.get_bind())
    if engine.dialect.name == "sqlite" or work.tentative:
        return count_on(session.connection(), here, entity, count)
    turn = TURNS.setdefault((here, entity.slug()), FairLock())
    with turn(), room(), engine.execution_options(workspace=here).begin() as connection:
        return count_on(connection, here, entity, count)


@contextmanager
def room() -> Iterator[None]:
    """Limit the number of threads that take numbers apart.

    So a process needs few connections more than it has threads.
    """
    if not ROOM.acquire(timeout=min(left(), TIMEOUT_MAX)):
        raise Busy
    try:
        yield
    finally:
        ROOM.release()


def count_on(connection: Connection, here: str, entity: type[Entity], count: int) -> int:
    asked = {"here": here, "slug": entity.slug(), "count": count}
    last = connection.execute(COUNTING, asked).scalar()
    if last is None:  # the first of its kind; someone else's may come first after all
        first = inserting(COUNTERS, connection.dialect.name).values(
            workspace=here, entity=entity.slug(), last=count
        )
        kept = first.on_conflict_do_update(index_elements=["workspace", "entity"], set_=MORE)
        last = connection.execute(kept.returning(COUNTERS.c.last), {"count": count}).scalar_one()
    return int(last) - count + 1
