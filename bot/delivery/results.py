"""What became of a delivery, until it is written down."""

from collections.abc import Callable
from dataclasses import dataclass

from models.core.outbox.arrivals import Arrival
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class DeliveryResult:
    """The result of a delivery, to be written down: that it arrived, or what `write` writes.

    Attributes:
        delivery: The delivery.
        write: Writes the result down.
        outcome: sent, refused, unknown, limited or dropped; empty where nothing came of it.
        arrival: Where the delivery arrived.
    """

    delivery: Delivery
    write: Callable[[UnitOfWork, Delivery], None] | None = None
    outcome: str = ""
    arrival: Arrival | None = None
