"""The audit trail as a chain: sealed after the fact, in order, so that whoever changes an entry later is found out."""

import json
import logging
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models.core.audit import AuditEntry, AuditHead
from models.core.outbox import insert_once
from models.core.user import LOCAL, Workspace
from models.core.work import Work, Works

log = logging.getLogger(__name__)

BATCH = 500
"""Entries sealed in one unit of work: 20 ms in which nobody else writes to SQLite."""
SAID = ("id", "unit", "at", "actor", "door", "action", "entity", "record_id", "version", "field", "reason")
"""What an entry says besides old and new. Its workspace may change, once: when Slack is connected."""
AT = SAID.index("at")
TABLE: Any = AuditEntry.__table__
WRITTEN = [TABLE.c[name] for name in (*SAID, "old", "new")]
"""Read without the ORM, which would take longer than the hashing."""

Entry = Row[Any]


def wording(entry: Entry) -> str:
    """What an entry says besides old and new, on one line that is the same whatever database it comes from."""
    said = entry[: len(SAID)]
    return json.dumps([*said[:AT], said[AT].isoformat(), *said[AT + 1 :]])


def fingerprint(words: str, salt: str, old: str | None, new: str | None) -> str:
    """The digest of an entry. Without the salt nobody can find out by trying what was erased."""
    return sha256(f"{words}\n{json.dumps([salt, old, new])}".encode()).hexdigest()


def link(previous: str, place: int, words: str, digest: str) -> str:
    """The hash of an entry: it stands for this entry, at this place, after all that are before it."""
    return sha256(f"{previous}\n{place}\n{words}\n{digest}".encode()).hexdigest()


def seal(work: Work, limit: int = BATCH) -> int:
    """Put up to `limit` entries at the end of the chain, in the order they were written; returns how many that were.

    Two never do this at once: who comes second leaves it to the first.
    """
    here = TABLE.c.workspace == work.workspace.id
    waiting = select(*WRITTEN).where(here, TABLE.c.hash.is_(None)).order_by(TABLE.c.id).limit(limit)
    head = locked_head(work)
    entries = work.session.execute(waiting).all() if head else []
    if head is None or not entries:
        return 0
    place, last, seals = head.place, head.hash, []
    for entry in entries:
        words, salt, place = wording(entry), secrets.token_hex(16), place + 1
        digest = fingerprint(words, salt, entry.old, entry.new)
        last = link(last, place, words, digest)
        seals.append({"sealed": entry.id, "place": place, "salt": salt, "digest": digest, "hash": last})
    work.session.connection().execute(update(TABLE).where(TABLE.c.id == bindparam("sealed")), seals)
    head.place, head.hash, head.at = place, last, work.now
    work.session.flush()
    return len(entries)


def locked_head(work: Work) -> AuditHead | None:
    """The end of the chain, ours until this unit ends; None while somebody else has it."""
    ours = select(AuditHead).with_for_update(skip_locked=True)
    head = work.session.scalar(ours)
    if head is None and work.session.scalar(select(AuditHead.id)) is None:  # the first of all is not there yet
        insert_once(work, AuditHead, place=0, hash="", at=work.now)
        head = work.session.scalar(ours)
    return head


def unsealed(works: Works) -> list[str]:
    """The workspaces with entries that wait to be sealed: not LOCAL, whose entries may still join another chain."""
    waits = select(AuditEntry.id).where(AuditEntry.workspace == Workspace.id, AuditEntry.hash.is_(None))
    with works.everywhere() as session:
        return list(session.scalars(select(Workspace.id).where(waits.exists(), Workspace.id != LOCAL)))


def seal_all(works: Works, limit: int = BATCH) -> int:
    """Seal what waits in every workspace, up to `limit` entries in each; returns how many that were."""
    return sum(seal_in(works, workspace, limit) for workspace in unsealed(works))


def seal_in(works: Works, workspace: str, limit: int) -> int:
    """The log hears once a minute where the chain ends: who can write to the database cannot rewrite that."""
    with works(workspace) as work:
        before = work.session.scalar(select(AuditHead.at))
        count = seal(work, limit)
        head = work.session.scalar(select(AuditHead))
    if head and count and (before is None or minute(before) < minute(head.at)):
        log.info("The audit trail of %s ends at %s %s", workspace, head.place, head.hash)
    return count


def minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
