"""Background tasks: slow work as a row, with how far it has come.

A worker does it piece by piece. Each piece is a unit of work that also writes down how far the task
is, so that a process that is killed loses and doubles nothing.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context, Units
from models.core.db.types import UTCDateTime
from models.core.entity.base import ENTITIES, Entity, Row
from models.core.errors import CRMError, NotFound

REASONS, EXAMPLES = 20, 3
"""Reasons that are kept apart, and records that are named for each."""
OTHERS = "Other reasons."
Skips = dict[str, list[Any]]
"""Why records were left out: the reason → [how many, the references of some]."""


class TaskState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


OPEN = (TaskState.QUEUED, TaskState.RUNNING)


class BackgroundTask(Row):
    """A piece of slow work: a bulk change, a new search index, values worked out again, an undo.

    Attributes:
        unit: The unit of work that all its changes carry, so that one undo takes all of it back.
        kind: Names what is done; see `TaskKind`.
        about: What the kind needs to know. What people typed is forgotten when the task is over.
        entity: The entity of the records.
        chosen: The ids of the records, where they were chosen; forgotten when the task is over.
        person: Who asked for it, None for the program itself.
        door: The door through which they came.
        reason: Why, in their words.
        cursor: The last id that was worked on.
        total: How many records there are to work on; None until they were counted.
        done: How many records were changed, or written anew.
        same: How many were as they should be already.
        skips: Why records were left out: the reason → [how many, the references of some].
        claimed_until: Until when it belongs to the worker that took it.
        claims: How often it was taken; whoever took it before has lost it.
        failures: How often it failed since the last piece that was done.
        not_before: When it is due.
        drawn_at: When its message was asked to be drawn again the last time.
        told: Whether its message was asked to say how it ended.
        error: Why it failed.
    """

    unit: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    entity: Mapped[str | None] = mapped_column(String(40))
    chosen: Mapped[str | None] = mapped_column(Text, deferred=True)
    person: Mapped[int | None] = mapped_column(Integer, ForeignKey("user.id"))
    door: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default=TaskState.QUEUED)
    cursor: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    same: Mapped[int] = mapped_column(Integer, default=0)
    skips: Mapped[Skips] = mapped_column(JSON, default=dict)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claims: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    drawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told: Mapped[bool] = mapped_column(Boolean, default=False)
    error: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def indexes(cls) -> list[Any]:
        """Return the indexes; one holds only what still matters, so that looking costs nothing."""
        untold = text("NOT told")
        return [
            Index(None, "workspace", "unit"),
            Index(
                "ix_background_task_untold",
                "workspace",
                "id",
                sqlite_where=untold,
                postgresql_where=untold,
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def skipped(self) -> int:
        """Return how many records were left out."""
        return sum(count for count, _ in self.skips.values())

    @property
    def noun(self) -> type[Entity]:
        """Return the entity of the records.

        Raises:
            NotFound: It is a noun that admins made, and was deleted since.
        """
        slug = self.entity or ""
        if slug not in ENTITIES:
            raise NotFound("The noun of these records was deleted.")
        return ENTITIES[slug]

    def skip(self, ref: str, reason: str) -> None:
        """Count a record that was left out, with the reason.

        Args:
            ref: The reference of the record.
            reason: A sentence, in which the record has no name, so that equal reasons are counted
                together.
        """
        self.skips = with_skip(self.skips, ref, reason)


def with_skip(skips: Skips, ref: str, reason: str) -> Skips:
    """Return the reasons why records were left out, with one more record."""
    known = reason in skips or len(skips) < REASONS
    reason = reason if known else OTHERS
    count, refs = skips.get(reason, [0, []])
    return {**skips, reason: [count + 1, [*refs, ref][:EXAMPLES]]}


@dataclass(frozen=True)
class TaskKind:
    """A kind of background task.

    Attributes:
        name: Its name.
        doc: What it does, for people who read the documents.
        advance: Works on up to so many further records in a unit of work, moves the cursor, and
            returns whether there may be more.
        personal: Whether it is done with the rights of who asked for it, else by the program.
        prepare: Counts the records before it begins, in units of work of its own that only read,
            so that nobody waits for it; a CRMError says why it cannot be done. Its arguments are
            the factory, the task and the Slack id of who asked.
    """

    name: str
    doc: str
    advance: Callable[[Context, BackgroundTask, int], bool]
    personal: bool = True
    prepare: Callable[[Units, BackgroundTask, str], int] | None = None


UNTOLD: Any = literal_column("NOT told")
"""A literal, because no planner proves from a parameter that the partial index serves."""


# ── what was chosen ───────────────────────────────────────────────────────────────────────────────


def packed(ids: Iterable[int]) -> str:
    """Return ids as a short text, in their order: 3-500 502 600-9000."""
    found = sorted(set(ids))
    breaks = [at for at, (one, next_) in enumerate(pairwise(found), 1) if next_ != one + 1]
    runs = zip([0, *breaks], [*breaks, len(found)], strict=True) if found else ()
    return " ".join(
        str(found[start]) if end - start == 1 else f"{found[start]}-{found[end - 1]}"
        for start, end in runs
    )


def following(chosen: str, cursor: int, limit: int) -> list[int]:
    """Return up to `limit` ids of a text of `packed` that come after the cursor."""
    runs, found = chosen.split(), list[int]()
    for run in runs[bisect_right(runs, cursor, key=last_of) :]:
        first, _, last = run.partition("-")
        start = max(int(first), cursor + 1)
        found += range(start, min(int(last or first), start + limit - len(found) - 1) + 1)
        if len(found) >= limit:
            break
    return found


def last_of(run: str) -> int:
    return int(run.rpartition("-")[2])


# ── records that refuse ───────────────────────────────────────────────────────────────────────────


def why(error: CRMError, records: Sequence[Entity]) -> str:
    """Return the sentences of an error without the names of the records, which would differ."""
    said = " ".join(str(error).split())
    for record in records:
        for name in (str(record), record.ref):
            said = said.replace(name, f"this {record.noun()}")
    return said
