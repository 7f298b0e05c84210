"""The message in Slack that a record was made of."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import Entity, Row
from models.core.entity.bulk import insert_once
from models.core.permissions import masking

URL = re.compile(r"https://[\w.-]+/archives/\w+/p\d+(?:\?[\w.=&-]+)?", re.ASCII)
"""A link to a message as Slack writes it."""


class Source(Row):
    """The link to the message that a record was made of.

    Attributes:
        entity: The entity of the record.
        record_id: Its id.
        url: The link. It holds no word of the message.
        at: When the record was made.
    """

    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    url: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", "entity", "record_id")]


def keep(work: Context, record: Entity, url: str) -> None:
    """Remember which message a new record was made of; what is no link to one is left out."""
    if URL.fullmatch(url):
        about = {"entity": record.slug(), "record_id": record.id}
        insert_once(work, Source, url=url, at=work.now, **about)


def url_of(work: Context, record: Entity) -> str:
    """Return the link to the message that a record was made of, "" where there is none.

    Those who may not see all of the record do not learn where it was talked about.
    """
    if not masking.is_open(work, record):
        return ""
    its = (Source.entity == record.slug(), Source.record_id == record.id)
    return work.session.scalar(select(Source.url).where(*its)) or ""
