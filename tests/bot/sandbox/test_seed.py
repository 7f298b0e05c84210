"""The company that a sandbox begins with."""

from sqlalchemy import Engine, select

from bot.sandbox import seed
from bot.sandbox.start import furnish
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from tests.ground import StoppedClock


def test_nothing_waits_for_longer_than_the_sandbox_is_there(
    blank_sqlite: Engine, clock: StoppedClock
) -> None:
    schema.upgrade(blank_sqlite)
    works = UnitOfWorkFactory(blank_sqlite, clock)
    furnish(works, clock)
    with works(seed.TEAM[0], writes=False) as work:
        rows = work.session.execute(select(Delivery.created_at, Delivery.not_before)).all()
    assert rows
    assert {moment for row in rows for moment in row} == {clock()}
