"""Locks on names instead of rows, for what does not exist yet."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def hold(session: Session, workspace: str, keys: Iterable[str], shared: bool = False) -> None:
    """Keep others from holding the same keys of a workspace until the transaction ends.

    On SQLite nobody else writes meanwhile, so there is nothing to do.

    Args:
        session: The session.
        workspace: The workspace.
        keys: The keys.
        shared: Whether others may share them, and only who does not is kept away.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    digests = (
        hashlib.blake2b(f"{workspace} {key}".encode(), digest_size=8).digest() for key in keys
    )
    lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    for number in sorted(map(int.from_bytes, digests)):  # in one order: nobody waits in a circle
        session.execute(select(lock(number - 2**63)))
