"""Locks on names instead of rows, for what does not exist yet."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def hold(session: Session, workspace: str, keys: Iterable[str]) -> None:
    """Keep others from holding the same keys of a workspace until the transaction ends.

    On SQLite nobody else writes meanwhile, so there is nothing to do.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    digests = (
        hashlib.blake2b(f"{workspace} {key}".encode(), digest_size=8).digest() for key in keys
    )
    for number in sorted(map(int.from_bytes, digests)):  # in one order: nobody waits in a circle
        session.execute(select(func.pg_advisory_xact_lock(number - 2**63)))
