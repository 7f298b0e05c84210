"""What was said in a channel besides cards, remembered so that it says less when somebody comes who may see less."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Row
from models.core.types import UTCDateTime


class Told(Row):
    """A thread line, a list or a receipt that stands in a channel. It holds no words and no names.

    kind, entity, record_id: as in the delivery that said it, which is kept for a month · shown: what those who read it
    then might see together; None where nobody knows for whom it was drawn.
    """

    delivery: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(40))
    ts: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(Integer)
    shown: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    posted_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", "channel", "ts")]
