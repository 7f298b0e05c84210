"""The audit trail as a hash chain: sealed afterwards, in order, so that a later change is noticed.

Each entry is hashed together with the one before it, so that the last hash vouches for all of them.
With a key from the settings that end is signed, so that a person who has only the database cannot
make another chain and pass it off as ours.
"""

import json
import logging
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from models.core.audit.entries import AuditEntry, AuditHead
from models.core.context import Context, Units
from models.core.entity.bulk import insert_once
from models.core.identity.user import LOCAL, Workspace
from models.core.replica import release, replicas

log = logging.getLogger(__name__)

BATCH = 500
"""Entries sealed in one unit of work: 20 ms in which nobody else writes to SQLite."""
SAID = (
    "id",
    "unit",
    "at",
    "actor",
    "door",
    "action",
    "entity",
    "record_id",
    "version",
    "field",
    "reason",
)
"""What an entry says in addition to old and new.

Its workspace may change, once: when Slack is connected.
"""
AT = SAID.index("at")
TABLE: Any = AuditEntry.__table__
WRITTEN = [TABLE.c[name] for name in (*SAID, "old", "new")]
"""Read without the ORM, which would take longer than the hashing."""

QUIET = timedelta(hours=1)
"""How long the same trouble is not logged again."""
OVERWRITTEN = (
    "The end of the audit trail of %s is not signed by any of the ENCRYPTION_KEYS: a key is missing, or somebody wrote"
    " to the database. Nothing is sealed until it is. Run: crm audit verify"
)
UNSET = (
    "The audit trail of %s is signed with a key, and this process has none: nothing is sealed. Set ENCRYPTION_KEYS as"
    " it was, and restart"
)
GONE = "The audit trail of %s lost its end: somebody wrote to the database. Nothing is sealed. Run: crm audit verify"
LOST = (
    "The audit trail of %s ended at %s %s, and now has no such entry: it was cut off or made anew"
)
complained: dict[tuple[str, str], datetime] = {}
"""What was logged, for which workspace, and when."""

Entry = Row[Any]


def wording(entry: Entry) -> str:
    """Return what an entry says in addition to old and new, on one line.

    The line is the same no matter which database the entry comes from.
    """
    said = entry[: len(SAID)]
    return json.dumps([*said[:AT], said[AT].isoformat(), *said[AT + 1 :]])


def fingerprint(words: str, salt: str, old: str | None, new: str | None) -> str:
    """Return the digest of an entry.

    Without the salt nobody can find out by trying what was erased.
    """
    return sha256(f"{words}\n{json.dumps([salt, old, new])}".encode()).hexdigest()


def link(previous: str, place: int, words: str, digest: str) -> str:
    """Return the hash of an entry, which seals it, at this place, after all entries before it."""
    return sha256(f"{previous}\n{place}\n{words}\n{digest}".encode()).hexdigest()


def signed_words(head: AuditHead) -> str:
    """Return the text that the signature of a head is made from."""
    return f"{head.since}\n{head.place}\n{head.hash}"


def is_ours(work: Context, head: AuditHead) -> bool:
    """Return whether one of our keys signed the end of the chain, or nobody has signed it yet."""
    return head.signature is None or work.signer.knows(signed_words(head), head.signature)


def seal(work: Context, limit: int = BATCH) -> int:
    """Seal up to `limit` entries at the end of the chain, in the order in which they were written.

    Return how many that were. Two units of work never do this at once: the second leaves it to the
    first. An end that somebody else has put there stays as it is, so that it can be looked into.
    """
    here = TABLE.c.workspace == work.workspace.id
    waiting = select(*WRITTEN).where(here, TABLE.c.hash.is_(None)).order_by(TABLE.c.id).limit(limit)
    head = locked_head(work)
    if head is None:
        return 0
    if not is_ours(work, head):
        complain(work, OVERWRITTEN if work.signer else UNSET)
        return 0
    entries = work.session.execute(waiting).all()
    place, last, seals = head.place, head.hash, []
    for entry in entries:
        words, salt, place = wording(entry), secrets.token_hex(16), place + 1
        digest = fingerprint(words, salt, entry.old, entry.new)
        last = link(last, place, words, digest)
        seals.append(
            {"sealed": entry.id, "place": place, "salt": salt, "digest": digest, "hash": last}
        )
    if entries:
        work.session.connection().execute(
            update(TABLE).where(TABLE.c.id == bindparam("sealed")), seals
        )
        head.place, head.hash, head.at = place, last, work.now
    sign(work, head, len(entries))
    work.session.flush()
    return len(entries)


def sign(work: Context, head: AuditHead, added: int) -> None:
    """Sign the end with the first key, if there is one.

    The first signature is made only when every process can sign.
    """
    if head.signature is None and work.signer and all_can_sign(work):
        head.since = head.place - added + 1
        log.warning(
            "The audit trail of %s is signed with a key from place %s on",
            work.workspace.id,
            head.since,
        )
    if head.since is not None and work.signer:
        head.signature = work.signer.sign(signed_words(head))


def all_can_sign(work: Context) -> bool:
    """Return whether every process that serves this database has our release.

    The release before seals without a signature.
    """
    alive = [replica for replica in replicas(work.session) if not replica.is_gone(work.now)]
    return all(replica.version == release() for replica in alive)


def sign_anew(works: Units) -> int:
    """Sign every end with the first key, so that the others can go; return how many that were."""
    count = 0
    for workspace in works.workspaces():
        with works(workspace) as work:
            head = locked_head(work)
            if head and head.signature and is_ours(work, head) and work.signer:
                before, head.signature = head.signature, work.signer.sign(signed_words(head))
                count += head.signature != before
    return count


def complain(work: Context, sentence: str) -> None:
    """Log what is wrong with the audit trail, once an hour."""
    about = (work.workspace.id, sentence)
    if about not in complained or complained[about] < work.now - QUIET:
        complained[about] = work.now
        log.error(sentence, work.workspace.id)


def locked_head(work: Context) -> AuditHead | None:
    """Return the end of the chain, locked until this unit of work ends.

    Return None while somebody else has the lock, or where the end was taken away.
    """
    ours = select(AuditHead).with_for_update(skip_locked=True)
    head = work.session.scalar(ours)
    if (
        head is None and work.session.scalar(select(AuditHead.id)) is None
    ):  # the first of all does not exist yet
        if work.session.scalar(select(AuditEntry.id).where(AuditEntry.place.is_not(None)).limit(1)):
            complain(work, GONE)
            return None
        insert_once(work, AuditHead, place=0, hash="", at=work.now)
        head = work.session.scalar(ours)
    return head


def unsealed(works: Units) -> list[str]:
    """Return the workspaces with entries that wait to be sealed, or an end that waits to be signed.

    LOCAL is not among them: its entries may still join another chain.
    """
    entry = select(AuditEntry.id).where(
        AuditEntry.workspace == Workspace.id, AuditEntry.hash.is_(None)
    )
    head = select(AuditHead.id).where(
        AuditHead.workspace == Workspace.id, AuditHead.signature.is_(None)
    )
    waits = or_(entry.exists(), head.exists()) if works.signer else entry.exists()
    with works.everywhere() as session:
        return list(session.scalars(select(Workspace.id).where(waits, Workspace.id != LOCAL)))


def seal_all(works: Units, limit: int = BATCH) -> int:
    """Seal up to `limit` waiting entries in every workspace, and return how many that were."""
    return sum(seal_in(works, workspace, limit) for workspace in unsealed(works))


def seal_in(works: Units, workspace: str, limit: int) -> int:
    """Seal up to `limit` entries of a workspace, and log once a minute where the chain ends.

    A person who can write to the database cannot rewrite the log.
    """
    with works(workspace) as work:
        before = work.session.scalar(select(AuditHead.at))
        if workspace in works.ends and not holds(work, *works.ends[workspace]):
            log.error(LOST, workspace, *works.ends[workspace])
        count = seal(work, limit)
        head = work.session.scalar(select(AuditHead))
    if head and head.place:
        works.ends[workspace] = (head.place, head.hash)
    if head and count and (before is None or minute(before) < minute(head.at)):
        log.info("The audit trail of %s ends at %s %s", workspace, head.place, head.hash)
    return count


def holds(work: Context, place: int | None, hash: str) -> bool:
    """Return whether an entry of the chain has this hash, at this place if one is given."""
    found = select(TABLE.c.place).where(
        TABLE.c.workspace == work.workspace.id, TABLE.c.hash == hash
    )
    places = work.session.scalars(found.where(TABLE.c.place == place) if place else found).all()
    return bool(places)


def minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
