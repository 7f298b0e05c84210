"""Workspaces that installed the app: their encrypted tokens, and one-time states of installs."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context, Units
from models.core.db.engine import everywhere
from models.core.db.types import UTCDateTime
from models.core.entity.base import Base, Row
from models.core.secrets import Locked, Vault

UNDER_WAY = timedelta(minutes=10)
"""How long somebody may take to agree in Slack."""


class Installation(Row):
    """The app in a workspace.

    Attributes:
        token: The encrypted token.
        ended_at: When the app was uninstalled or its token revoked.
    """

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

    @classmethod
    def here(cls, work: Context) -> "Installation | None":
        """Return the installation in the workspace of this unit of work, ended or not."""
        return work.session.scalar(select(cls))


class InstallState(Base):
    """An install that was begun and not finished; of its state only the digest is kept."""

    __tablename__ = "install_state"
    __table_args__ = (Index(None, "at"),)

    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


def install(work: Context, token: str, **about: Any) -> None:
    """Record that the app was installed, or installed again.

    Args:
        work: The unit of work.
        token: The sealed token.
        about: The other columns.
    """
    there = Installation.here(work) or Installation()
    for name, value in {
        **about,
        "token": token,
        "installed_at": work.now,
        "ended_at": None,
    }.items():
        setattr(there, name, value)
    work.session.add(there)


def end(work: Context, token: str = "", before: datetime | None = None) -> bool:
    """Record that the app is no longer there, and return whether that is news.

    An old event says nothing about an installation that came after it.

    Args:
        work: The unit of work.
        token: End it only if this is still the sealed token.
        before: End it only if it was installed by then.
    """
    there = Installation.here(work)
    if there is None or there.ended_at or (token and there.token != token):
        return False
    if before is not None and there.installed_at > before:
        return False
    there.ended_at = work.now
    return True


def installed(works: Units) -> list[str]:
    """Return the workspaces that have the app."""
    there = (
        select(Installation.workspace)
        .where(Installation.ended_at.is_(None))
        .order_by(Installation.workspace)
    )
    with everywhere(works.engine).connect().execution_options(writes=False) as connection:
        return list(connection.scalars(there))


def renew(works: Units, vault: Vault) -> tuple[int, int]:
    """Seal every token with the first key.

    Return how many were sealed again, and how many no key opens.
    """
    count = locked = 0
    with everywhere(works.engine).connect().execution_options(writes=False) as connection:
        tokens = list(connection.scalars(select(Installation.token)))
    for token in tokens:
        try:
            sealed = vault.renewed(token)
        except Locked:
            locked += 1
            continue
        if sealed != token:
            # Unless it was installed again meanwhile.
            with works.queue(), everywhere(works.engine).begin() as connection:
                connection.execute(
                    update(Installation).where(Installation.token == token).values(token=sealed)
                )
            count += 1
    return count, locked


def begin_install(works: Units, state: str) -> None:
    """Remember that an install begins with this state, and forget those that nobody finished."""
    now = works.clock()
    with works.queue(), works.engine.begin() as connection:
        connection.execute(delete(InstallState).where(InstallState.at < now - UNDER_WAY))
        connection.execute(insert(InstallState).values(state=digest(state), at=now))


def finish_install(works: Units, state: str) -> bool:
    """Return whether an install began with this state not long ago; this is true only once."""
    known = (
        delete(InstallState).where(InstallState.state == digest(state)).returning(InstallState.at)
    )
    with works.queue(), works.engine.begin() as connection:
        began = connection.execute(known).scalar()
    return began is not None and began > works.clock() - UNDER_WAY


def digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
