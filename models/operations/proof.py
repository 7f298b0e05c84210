"""The proof of the audit trail: what was changed, taken out, put in or moved since it was sealed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Row, func, select, tuple_

from models.core.audit import AuditEntry, AuditHead
from models.core.work import Work
from models.operations.trail import TABLE, WRITTEN, Entry, fingerprint, link, wording

CHUNK = 2000
"""Entries read at a time."""
LISTED = 100
"""Problems that are told one by one; the others are counted."""
UNLINKED = "it does not follow the one before it: something was changed, moved, put in or taken out."
SEALED = [*WRITTEN, *(TABLE.c[name] for name in ("place", "salt", "digest", "hash"))]


@dataclass(frozen=True)
class Problem:
    """Something wrong with the chain. entry: the id of the one it was found at, if there is one."""

    place: int
    entry: int | None
    sentence: str

    def __str__(self) -> str:
        at = f" (entry {self.entry})" if self.entry else ""
        return f"Place {self.place}{at}: {self.sentence}"


@dataclass
class Verdict:
    """How it stands with the trail of a workspace: where it ends, what it holds, and what is wrong with it."""

    place: int = 0
    hash: str = ""
    sealed: int = 0
    waiting: int = 0
    erased: int = 0
    count: int = 0
    """Of all problems, also those that are not listed."""
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
        return f"The audit trail is whole: {held}.{end}"


def verify(work: Work) -> Verdict:
    """Read the whole chain and say what was changed, taken out, put in or moved since it was sealed."""
    walk, verdict = Walk(), Verdict()
    before, head = -1, None
    while before < walk.place and (head is None or head.place > walk.place):  # or it was sealed while we read
        before = walk.place
        for entry in beyond(work, walk):
            walk.step(entry, verdict)
        head = work.session.execute(select(AuditHead.place, AuditHead.hash)).one_or_none()
    walk.end(head, verdict)
    unplaced = select(AuditEntry.id).where(AuditEntry.place.is_(None))
    for id in work.session.scalars(unplaced.where(AuditEntry.hash.is_not(None)).limit(LISTED)):
        verdict.note(0, id, "it is sealed, but its place was taken away.")
    waiting = select(func.count()).select_from(unplaced.where(AuditEntry.hash.is_(None)).subquery())
    verdict.waiting = work.session.scalar(waiting) or 0
    return verdict


def beyond(work: Work, walk: "Walk") -> Iterator[Entry]:
    """The sealed entries after where the walk stands, by place."""
    key, here = (TABLE.c.place, TABLE.c.id), TABLE.c.workspace == work.workspace.id
    rows = select(*SEALED).where(here, TABLE.c.place.is_not(None)).order_by(*key).limit(CHUNK)
    while chunk := work.session.execute(rows.where(tuple_(*key) > (walk.place, walk.entry))).all():
        yield from chunk


@dataclass
class Walk:
    """Where one stands on the way along the chain."""

    place: int = 0
    hash: str = ""
    entry: int = 0
    doubt: bool = False
    """Whether something was found just here, so that what follows need not fit."""

    def step(self, entry: Entry, verdict: Verdict) -> None:
        """Judge the next entry: that it is the next, that it says what it said, and that it follows the one before."""
        verdict.sealed += 1
        verdict.erased += entry.salt is None
        words, found = wording(entry), verdict.count
        self.judge_place(entry, verdict)
        gap = verdict.count > found
        if complaint := changed(entry, words):
            verdict.note(entry.place, entry.id, complaint)
        elif not (gap or self.doubt) and link(self.hash, entry.place, words, entry.digest) != entry.hash:
            verdict.note(entry.place, entry.id, UNLINKED)
        self.place, self.hash, self.entry, self.doubt = entry.place, entry.hash, entry.id, verdict.count > found

    def judge_place(self, entry: Entry, verdict: Verdict) -> None:
        if entry.place == self.place:
            verdict.note(entry.place, entry.id, "another entry has the same place.")
        elif entry.place != self.place + 1:
            verdict.note(self.place + 1, None, missing(self.place + 1, entry.place - 1))

    def end(self, head: Row[int, str] | None, verdict: Verdict) -> None:
        """Compare where the chain ends with where it should."""
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
    """What is wrong with an entry by itself. What was erased is known by its digest alone."""
    if entry.hash is None or entry.digest is None:
        return "its seal was taken away."
    if entry.salt is None:
        return "" if entry.old is None and entry.new is None else "it was erased, and says something all the same."
    kept = fingerprint(words, entry.salt, entry.old, entry.new) == entry.digest
    return "" if kept else "it was changed, or put in later."


def missing(first: int, last: int) -> str:
    return "the entry is missing." if first == last else f"the entries up to {last} are missing."
