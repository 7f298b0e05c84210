"""What a change of those who read asks to be drawn anew, step by step."""

from sqlalchemy import select

from models.core.outbox import audience
from models.core.outbox.delivery import Delivery
from models.core.outbox.reposting import is_retelling
from models.core.unit_of_work import UnitOfWorkFactory


def steps(works: UnitOfWorkFactory) -> list[list[str]]:
    """What each step asks to be drawn anew, until nothing waits."""
    found = []
    waiting = select(Delivery).where(Delivery.kind == "audience", Delivery.state == "waiting")
    redraws = (
        select(Delivery)
        .where(Delivery.kind == "redraw", Delivery.state == "waiting")
        .order_by(Delivery.id)
    )
    while True:
        with works("T1") as work:
            delivery = work.session.scalar(waiting)
            if delivery is None:
                return found
            audience.spread(work, delivery)
            asked_for = list(work.session.scalars(redraws))
            found.append([each.ts or "" for each in asked_for])
            assert all(bool(each.entity) != is_retelling(each) for each in asked_for)
            for each in asked_for:
                each.state = "sent"
