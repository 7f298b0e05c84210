"""Verify the audit trail: what was changed, removed, inserted or moved, and which guards fail."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, text, tuple_

from models.core.audit import append_only
from models.core.audit.chain import (
    TABLE,
    WRITTEN,
    Entry,
    fingerprint,
    holds,
    is_ours,
    link,
    wording,
)
from models.core.audit.entries import AuditEntry, AuditHead
from models.core.context import Context
from models.core.errors import Unusable

CHUNK = 2000
"""Entries read at a time."""
LISTED = 100
"""Problems that are listed one by one; the others are counted."""
SKEW = timedelta(hours=1)
"""How much earlier than the entry before it an entry may be dated.

Clocks differ, and some units of work take long.
"""
END = re.compile(r"(?:(?P<place>\d{1,9})[\s:]+)?(?P<hash>[0-9a-f]{64})")
BACKDATED = (
    "it says it is from {}, long before what was written before it: a clock was set back meanwhile, or somebody put it "
    "in later."
)
UNLINKED = (
    "it does not follow the one before it: something was changed, moved, put in or taken out."
)
SEALED = [*WRITTEN, *(TABLE.c[name] for name in ("place", "salt", "digest", "hash"))]


@dataclass(frozen=True)
class Problem:
    """Something wrong with the audit trail.

    Attributes:
        place: The place in the chain, 0 for what is nowhere in it.
        entry: The id of the audit entry.
    """

    place: int
    entry: int | None
    sentence: str

    def __str__(self) -> str:
        at = f"Place {self.place}: " if self.place else "Not in the chain: " if self.entry else ""
        return f"{at}{self.sentence}"


@dataclass
class Verdict:
    """The state of a workspace's audit trail: where it ends, what it holds, and what is wrong."""

    place: int = 0
    hash: str = ""
    sealed: int = 0
    waiting: int = 0
    erased: int = 0
    since: int | None = None
    """The first place under the signature of a key."""
    adopted: datetime | None = None
    """When what was imported before Slack was connected moved in."""
    count: int = 0
    """The number of all problems, also those that are not listed."""
    problems: list[Problem] = field(default_factory=list)

    def note(self, place: int, entry: int | None, sentence: str) -> None:
        self.count += 1
        if len(self.problems) < LISTED:
            self.problems.append(Problem(place, entry, sentence))

    def __str__(self) -> str:
        held = f"{self.sealed:,} entries, {self.waiting:,} not sealed yet, {self.erased:,} erased"
        if self.count:
            found = f"{self.count:,} problem{'' if self.count == 1 else 's'}"
            return f"The audit trail was tampered with: {found} in {held}."
        end = f" It ends at {self.place} {self.hash}" if self.hash else ""
        signed = f", signed with a key since place {self.since}" if self.since else ""
        moved = f" What was imported until {moment(self.adopted)} moved in." if self.adopted else ""
        return f"The audit trail is whole: {held}{signed}.{moved}{end}"


def verify(work: Context, end: str = "") -> Verdict:
    """Read the whole chain and say what was changed, removed, inserted or moved after sealing.

    Args:
        work: The unit of work.
        end: Where the chain ended once, as the log or an earlier verdict said.

    Raises:
        Unusable: The given end is no end of a chain.
    """
    adopted = work.workspace.adopted_at
    walk, verdict = Walk(adopted=adopted), Verdict(adopted=adopted)
    before, head = -1, None
    while before < walk.place and (
        head is None or head.place > walk.place
    ):  # or it was sealed while we read
        before = walk.place
        for entry in beyond(work, walk):
            walk.step(entry, verdict)
        head = work.session.scalar(select(AuditHead).execution_options(populate_existing=True))
    walk.end(head, verdict)
    judge_signature(work, head, verdict)
    judge_waiting(work, walk, verdict)
    for complaint in (*open_doors(work), *cut_off(work, end)):
        verdict.note(0, None, complaint)
    return verdict


def judge_signature(work: Context, head: AuditHead | None, verdict: Verdict) -> None:
    if head is None or head.signature is None:
        return
    verdict.since = head.since
    if not work.signer:
        verdict.note(
            0, None, "Its end is signed with a key. Set ENCRYPTION_KEYS, and it can be checked."
        )
    elif not is_ours(work, head):
        verdict.note(
            head.place, None, "no key of ENCRYPTION_KEYS has signed that the chain ends here."
        )


def judge_waiting(work: Context, walk: "Walk", verdict: Verdict) -> None:
    """Judge the entries without a place.

    A sealed entry must have a place, and one that is not sealed yet must not be older than the
    sealed ones.
    """
    unplaced = select(AuditEntry.id, AuditEntry.at).where(AuditEntry.place.is_(None))
    for id, _ in work.session.execute(unplaced.where(AuditEntry.hash.is_not(None)).limit(LISTED)):
        verdict.note(0, id, "an entry is sealed, and its place was taken away.")
    waiting = unplaced.where(AuditEntry.hash.is_(None))
    verdict.waiting = work.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    if walk.at is not None:
        older = waiting.where(AuditEntry.at < walk.at - SKEW)
        older = (
            older.where(or_(AuditEntry.actor.is_not(None), AuditEntry.at > walk.adopted))
            if walk.adopted
            else older
        )
        for id, at in work.session.execute(older.limit(LISTED)):
            verdict.note(0, id, BACKDATED.format(moment(at)))


def cut_off(work: Context, end: str) -> list[str]:
    """Return what is wrong where the chain no longer has the end that somebody has kept."""
    if not end:
        return []
    found = END.fullmatch(end.strip())
    if found is None:
        raise Unusable(
            "That is no end of a trail. Give what the log or an earlier verdict said: 1234 and 64 letters."
        )
    if holds(work, int(found["place"] or 0), found["hash"]):
        return []
    return [
        "It does not have the end you gave: what stood there was cut off, or the chain was made anew."
    ]


def open_doors(work: Context) -> list[str]:
    """Return the triggers that keep the trail append-only and are missing or changed.

    Each comes with what to do.
    """
    found = TRIGGERS[work.session.connection().dialect.name](work)
    return [
        f"The trigger {name} is missing or was changed. Put it back: crm audit guard"
        for name in found
    ]


def missing_on_sqlite(work: Context) -> list[str]:
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    there = {name: statement for name, statement in work.session.connection().execute(text(made))}
    return [
        name
        for name, statement in append_only.sqlite_triggers().items()
        if there.get(name) != statement
    ]


MADE = """
SELECT tgname, relname, tgtype::integer, proname, prosrc FROM pg_trigger
JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE relnamespace = current_schema()::regnamespace AND tgenabled IN ('O', 'A') AND tgqual IS NULL
    AND tgattr = ''::int2vector
"""


def missing_on_postgresql(work: Context) -> list[str]:
    there = {name: tuple(about) for name, *about in work.session.connection().execute(text(MADE))}
    bodies = append_only.postgresql_functions()
    expected = append_only.postgresql_triggers().items()
    return [name for name, about in expected if there.get(name) != (*about, bodies[about[2]])]


TRIGGERS = {"sqlite": missing_on_sqlite, "postgresql": missing_on_postgresql}


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def beyond(work: Context, walk: "Walk") -> Iterator[Entry]:
    """Yield the sealed entries after the present position of the walk, by place."""
    key, here = (TABLE.c.place, TABLE.c.id), TABLE.c.workspace == work.workspace.id
    rows = select(*SEALED).where(here, TABLE.c.place.is_not(None)).order_by(*key).limit(CHUNK)
    while chunk := work.session.execute(rows.where(tuple_(*key) > (walk.place, walk.entry))).all():
        yield from chunk


@dataclass
class Walk:
    """The present position on the way along the chain."""

    place: int = 0
    hash: str = ""
    entry: int = 0
    at: datetime | None = None
    adopted: datetime | None = None
    doubt: bool = False
    """Whether something was found just here, so that what follows need not fit."""

    def step(self, entry: Entry, verdict: Verdict) -> None:
        """Judge the next entry: its place, what it says, and that it follows the one before it."""
        verdict.sealed += 1
        verdict.erased += entry.salt is None
        words, found = wording(entry), verdict.count
        self.judge_place(entry, verdict)
        gap = verdict.count > found
        if complaint := changed(entry, words):
            verdict.note(entry.place, entry.id, complaint)
        elif (
            not (gap or self.doubt)
            and link(self.hash, entry.place, words, entry.digest) != entry.hash
        ):
            verdict.note(entry.place, entry.id, UNLINKED)
        elif not self.moved_in(entry) and self.at is not None and entry.at < self.at - SKEW:
            verdict.note(entry.place, entry.id, BACKDATED.format(moment(entry.at)))
        self.at = max(self.at or entry.at, entry.at) if self.moved_in(entry) else entry.at
        self.place, self.hash, self.entry, self.doubt = (
            entry.place,
            entry.hash,
            entry.id,
            verdict.count > found,
        )

    def moved_in(self, entry: Entry) -> bool:
        """Return whether an entry may rightly be older than the one before it.

        It may if it has no actor and comes from before LOCAL was adopted.
        """
        return self.adopted is not None and entry.actor is None and entry.at <= self.adopted

    def judge_place(self, entry: Entry, verdict: Verdict) -> None:
        if entry.place == self.place:
            verdict.note(entry.place, entry.id, "another entry has the same place.")
        elif entry.place != self.place + 1:
            verdict.note(self.place + 1, None, missing(self.place + 1, entry.place - 1))

    def end(self, head: AuditHead | None, verdict: Verdict) -> None:
        """Compare where the chain ends with where it should end."""
        if head is None:
            if verdict.sealed:
                verdict.note(self.place, self.entry, "the end of the chain is not known any more.")
            return
        verdict.place, verdict.hash = head.place, head.hash
        if head.place > self.place:
            verdict.note(self.place + 1, None, missing(self.place + 1, head.place))
        elif head.place < self.place:
            verdict.note(self.place, self.entry, f"the chain should end at {head.place}.")
        elif head.hash != self.hash:
            verdict.note(self.place, self.entry, "it is not the entry the chain ended with.")


def changed(entry: Entry, words: str) -> str:
    """Return what is wrong with an entry by itself.

    What was erased is known by its digest alone.
    """
    if entry.hash is None or entry.digest is None:
        return "its seal was taken away."
    if entry.salt is None:
        return (
            ""
            if entry.old is None and entry.new is None
            else "it was erased, and says something all the same."
        )
    kept = fingerprint(words, entry.salt, entry.old, entry.new) == entry.digest
    return "" if kept else "it was changed, or put in later."


def missing(first: int, last: int) -> str:
    return "the entry is missing." if first == last else f"the entries up to {last} are missing."
