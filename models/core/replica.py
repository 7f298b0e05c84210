"""The processes that serve this database, each with its last sign of life."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base
from models.core.types import UTCDateTime


class Replica(Base):
    """One running bot. checks: what it last found of itself, as [name, ok, sentence]."""

    __tablename__ = "replica"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    host: Mapped[str] = mapped_column(String(255), default="")
    version: Mapped[str] = mapped_column(String(20), default="")
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    checks: Mapped[list[Any]] = mapped_column(JSON, default=list)
