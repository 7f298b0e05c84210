"""The lists that people kept before there were saved filters, which took their place.

The release before uses the table; nothing else does.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.db.types import UTCDateTime
from models.core.entity.base import Row


class SavedList(Row):
    """A list that a person kept.

    Attributes:
        person: Who kept it.
        name: What they called it.
        key: The name as it is compared.
        line: The line that shows it: deal list stage=proposal.
        at: When it was kept.
    """

    person: Mapped[int] = mapped_column(Integer, ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(60))
    line: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", "person", "key")]
