"""Messages in Slack other than cards, remembered so that they can be redrawn.

They say less when somebody comes who may see less, and a list follows the records it names.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.db.types import UTCDateTime
from models.core.entity.base import Row


class PostedMessage(Row):
    """A thread line, a list or a receipt that stands in a channel. It holds no words and no names.

    Attributes:
        kind: as in the delivery that said it, which is kept for a month.
        entity: as in that delivery.
        record_id: as in that delivery.
        shown: what its readers of that time might see together; None where nobody knows for whom it
            was rendered.
        look: a digest, as of a posted card.
    """

    __tablename__ = "told"

    delivery: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(40))
    ts: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(Integer)
    shown: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    posted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    look: Mapped[str | None] = mapped_column(String(32))

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", "channel", "ts")]


class ListSubscription(Row):
    """A record that a posted list names: when the record changes, the list is rendered again.

    Attributes:
        delivery: the one that said the list, which is kept for a month, and so is this.
        look: a digest of the whole list.
    """

    __tablename__ = "listed"

    delivery: Mapped[int] = mapped_column(Integer)
    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(String(40))
    ts: Mapped[str] = mapped_column(String(40))
    posted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    look: Mapped[str | None] = mapped_column(String(32))

    @classmethod
    def indexes(cls) -> list[Any]:
        place = UniqueConstraint("workspace", "channel", "ts", "entity", "record_id")
        return [place, Index(None, "workspace", "entity", "record_id")]
