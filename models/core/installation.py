"""Workspaces that installed the app: their tokens, encrypted, and the one-time states of installs under way."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Row
from models.core.types import UTCDateTime


class Installation(Row):
    """The app in a workspace. token: encrypted; ended_at: when it was uninstalled or its token revoked."""

    app_id: Mapped[str] = mapped_column(String(20), default="")
    bot_id: Mapped[str] = mapped_column(String(20), default="")
    bot_user: Mapped[str] = mapped_column(String(20), default="")
    token: Mapped[str] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(Text, default="")
    installed_by: Mapped[str] = mapped_column(String(20), default="")
    installed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[UniqueConstraint]:
        return [UniqueConstraint("workspace")]


class InstallState(Base):
    """An install that was begun and not finished. state: only its digest is kept."""

    __tablename__ = "install_state"
    __table_args__ = (Index(None, "at"),)

    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
