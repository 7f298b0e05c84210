"""The audit trail as a chain: sealed after the fact, in order, so that whoever changes an entry
later is found out.

Each entry is hashed together with the one before it, so that the last hash stands for all of them;
with a key of the settings that end is signed, so that who has only the database cannot make another
chain and pass it off as ours.
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
"""What an entry says besides old and new. Its workspace may change, once: when Slack is connected.
"""
AT = SAID.index("at")
TABLE: Any = AuditEntry.__table__
WRITTEN = [TABLE.c[name] for name in (*SAID, "old", "new")]
"""Read without the ORM, which would take longer than the hashing."""

QUIET = timedelta(hours=1)
"""How long the log is not told again of the same trouble."""
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
"""What the log was told, of which workspace, and when."""

Entry = Row[Any]


def wording(entry: Entry) -> str:
    """What an entry says besides old and new, on one line that is the same whatever database it
    comes from.
    """
    said = entry[: len(SAID)]
    return json.dumps([*said[:AT], said[AT].isoformat(), *said[AT + 1 :]])


def fingerprint(words: str, salt: str, old: str | None, new: str | None) -> str:
    """The digest of an entry. Without the salt nobody can find out by trying what was erased."""
    return sha256(f"{words}\n{json.dumps([salt, old, new])}".encode()).hexdigest()


def link(previous: str, place: int, words: str, digest: str) -> str:
    """The hash of an entry: it stands for this entry, at this place, after all that are before
    it.
    """
    return sha256(f"{previous}\n{place}\n{words}\n{digest}".encode()).hexdigest()


def signed_words(head: AuditHead) -> str:
    """What the signature of a head is made of."""
    return f"{head.since}\n{head.place}\n{head.hash}"


def is_ours(work: Context, head: AuditHead) -> bool:
    """Whether the end of the chain is what a key of ours signed, or nobody has signed it yet."""
    return head.signature is None or work.signer.knows(signed_words(head), head.signature)


def seal(work: Context, limit: int = BATCH) -> int:
    """Put up to `limit` entries at the end of the chain, in the order they were written; returns
    how many that were.

    Two never do this at once: who comes second leaves it to the first. An end that somebody else
    has put there stays as it is, to be looked into.
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
    """Sign the end with the first key, if there is one; a first time only when nobody is left who
    cannot.
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
    """Whether every process that serves this database is of our release: the one before seals
    without a signature.
    """
    alive = [replica for replica in replicas(work.session) if not replica.is_gone(work.now)]
    return all(replica.version == release() for replica in alive)


def sign_anew(works: Units) -> int:
    """Sign every end with the first key, so that the others can go; returns how many that were."""
    count = 0
    for workspace in works.workspaces():
        with works(workspace) as work:
            head = locked_head(work)
            if head and head.signature and is_ours(work, head) and work.signer:
                before, head.signature = head.signature, work.signer.sign(signed_words(head))
                count += head.signature != before
    return count


def complain(work: Context, sentence: str) -> None:
    """Say in the log what is wrong with the trail, once an hour."""
    about = (work.workspace.id, sentence)
    if about not in complained or complained[about] < work.now - QUIET:
        complained[about] = work.now
        log.error(sentence, work.workspace.id)


def locked_head(work: Context) -> AuditHead | None:
    """The end of the chain, ours until this unit ends; None while somebody else has it, or where it
    was taken away.
    """
    ours = select(AuditHead).with_for_update(skip_locked=True)
    head = work.session.scalar(ours)
    if (
        head is None and work.session.scalar(select(AuditHead.id)) is None
    ):  # the first of all is not there yet
        if work.session.scalar(select(AuditEntry.id).where(AuditEntry.place.is_not(None)).limit(1)):
            complain(work, GONE)
            return None
        insert_once(work, AuditHead, place=0, hash="", at=work.now)
        head = work.session.scalar(ours)
    return head


def unsealed(works: Units) -> list[str]:
    """The workspaces with entries that wait to be sealed, or with an end that waits to be signed.

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
    """Seal what waits in every workspace, up to `limit` entries in each; returns how many that
    were.
    """
    return sum(seal_in(works, workspace, limit) for workspace in unsealed(works))


def seal_in(works: Units, workspace: str, limit: int) -> int:
    """The log hears once a minute where the chain ends: who can write to the database cannot
    rewrite that.
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
    """Whether an entry of the chain has this hash, at this place if one is given."""
    found = select(TABLE.c.place).where(
        TABLE.c.workspace == work.workspace.id, TABLE.c.hash == hash
    )
    places = work.session.scalars(found.where(TABLE.c.place == place) if place else found).all()
    return bool(places)


def minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
