"""Undo a unit of work of many thousand records, such as an import.

This happens batch by batch, under one unit id again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from models.core.audit.entries import AuditEntry
from models.core.context import Context, Units
from models.core.db.deadline import at_leisure
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Conflict
from models.core.fields import Reference
from models.core.history import retractions
from models.core.history.undo import (
    ALREADY,
    REDO,
    Step,
    allow,
    begin,
    by_record,
    first_of,
    must_be_unused,
    set_back,
    step_back,
)
from models.core.outbox.delivery import Delivery
from models.core.permissions import policy

BATCH = 500
"""Records per unit of work, so that others wait only that long."""
PAGE = 5_000
"""Audit entries that are read at a time."""

Key = tuple[str, int]
"""A record: its entity and its id."""


def take_back(
    works: Units,
    workspace: str,
    actor: str,
    unit: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Undo a unit of work however many records it changed, and return how many were set back.

    Nothing is undone where somebody went on from any of them, or where the actor may not do the
    reverse. When it stops half-way, the same call goes on.

    Args:
        works: Opens the units of work.
        workspace: The id of the workspace.
        actor: Who undoes it.
        unit: The id of the unit of work.
        progress: Called with the number of records done and the number of all records.

    Raises:
        Conflict: Somebody went on from a record.
        Forbidden: The actor may not do the reverse.
    """
    with at_leisure():
        turning = Turning(works, workspace, actor, unit)
        total = turning.check()
        done = 0
        for batch in turning.batches():
            done += turning.turn(batch)
            progress(done, total)
    if not done:
        raise Conflict(ALREADY[turning.door])
    return done


@dataclass
class Turning:
    """A unit of work that is being undone or redone."""

    works: Units
    workspace: str
    actor: str
    unit: str
    door: str = ""

    def opened(self, writes: bool = True) -> Any:
        return self.works(self.workspace, self.actor, "say", writes=writes)

    def check(self) -> int:
        """Return how many records the unit of work changed, if all of it can be undone."""
        with self.opened(writes=False) as work:
            first = begin(work, self.unit, resumes=True)
            self.door = work.door
            for others in self.changes_since(work, first):
                mine = self.among_mine(work, others)
                must_be_unused(
                    work, steps(work, self.unit, mine) if mine else [], first.id, self.unit
                )
            records = (
                select(AuditEntry.entity, AuditEntry.record_id)
                .where(AuditEntry.unit == self.unit)
                .distinct()
            )
            count = work.session.scalar(select(func.count()).select_from(records.subquery())) or 0
        for batch in self.batches() if self.actor else ():
            with self.opened(writes=False) as work:
                allow(work, steps(work, self.unit, batch), mine=self.is_mine(work))
        return count

    def is_mine(self, work: Context) -> bool:
        return bool(work.actor) and first_of(work, self.unit).actor == work.actor.id

    def changes_since(self, work: Context, first: AuditEntry) -> Iterator[Sequence[AuditEntry]]:
        """Yield what others did since the unit of work began."""
        last = first.id
        since = (
            select(AuditEntry)
            .where(AuditEntry.unit.not_in((self.unit, work.unit)))
            .order_by(AuditEntry.id)
        )
        while page := work.session.scalars(since.where(AuditEntry.id > last).limit(BATCH)).all():
            yield page
            last = page[-1].id

    def among_mine(self, work: Context, entries: Sequence[AuditEntry]) -> list[Key]:
        """Return the records of the unit of work that these entries changed.

        Records to which others came to refer by these entries are included.
        """
        keys = {(entry.entity, entry.record_id) for entry in entries}
        for entry in entries:
            kind = (
                ENTITIES[entry.entity].fields().get(entry.field)
                if entry.entity in ENTITIES
                else None
            )
            if isinstance(kind, Reference) and entry.new and entry.new.isdecimal():
                keys.add((kind.to, int(entry.new)))
        columns = select(AuditEntry.entity, AuditEntry.record_id).where(
            AuditEntry.unit == self.unit
        )
        return [
            (slug, id) for slug, id in work.session.execute(columns.where(are(keys)).distinct())
        ]

    def batches(self) -> Iterator[list[Key]]:
        """Yield the records of the unit of work in batches, in the order of its changes."""
        last, rest = 0, dict[Key, None]()
        columns = select(AuditEntry.id, AuditEntry.entity, AuditEntry.record_id).where(
            AuditEntry.unit == self.unit
        )
        while True:
            with self.opened(writes=False) as work:
                page = columns.where(AuditEntry.id > last).order_by(AuditEntry.id).limit(PAGE)
                rows = work.session.execute(page).all()
            rest.update(dict.fromkeys((slug, id) for _, slug, id in rows))
            keys = list(rest)
            whole = len(keys) - len(keys) % BATCH if rows else len(keys)
            yield from (keys[start : start + BATCH] for start in range(0, whole, BATCH))
            if not rows:
                return
            last, rest = rows[-1][0], dict.fromkeys(keys[whole:])

    def turn(self, batch: Sequence[Key]) -> int:
        """Undo what the unit of work did to some records, and return how many that changed."""
        with self.opened() as work:
            first = begin(work, self.unit, resumes=True)
            return set_back_some(work, first, batch)


def set_back_some(work: Context, first: AuditEntry, keys: Sequence[Key]) -> int:
    """Undo what a unit of work did to some records, and return how many that changed.

    Args:
        work: The unit of work that undoes it.
        first: The first entry of the unit of work that is undone.
        keys: The records.
    """
    found = [step for step in steps(work, first.unit, keys) if step.values or step.remarks]
    if not found:
        return 0
    allow(work, found, mine=bool(work.actor) and first.actor == work.actor.id)
    set_back(work, found)
    known = told(work, [step.record for step in found])
    retractions.take_back(work, first.unit, first.at, known, again=work.door == REDO)
    return len(found)


def told(work: Context, records: Sequence[Entity]) -> list[Entity]:
    """Return the records about which Slack got a delivery; for most imports it got none."""
    keys = {(record.slug(), record.id): record for record in records}
    about = select(Delivery.entity, Delivery.record_id).where(are(keys, Delivery)).distinct()
    return [keys[str(slug), int(id or 0)] for slug, id in work.session.execute(about)]


def steps(work: Context, unit: str, keys: Sequence[Key]) -> list[Step]:
    """Return what undoing a unit of work does to these records.

    All records are read at once; of each new one only the entry that created it is read.
    """
    kept = read(work, keys)
    mine, new = (AuditEntry.unit == unit, are(keys)), AuditEntry.action == "create"
    came = (
        select(func.min(AuditEntry.id))
        .where(*mine, new)
        .group_by(AuditEntry.entity, AuditEntry.record_id)
    )
    entries = (
        select(AuditEntry).where(*mine, or_(~new, AuditEntry.id.in_(came))).order_by(AuditEntry.id)
    )
    found = [step_back(work, entries) for entries in by_record(work.session.scalars(entries))]
    assert len(kept) >= len(found)  # and they stay at hand until now
    return found


def read(work: Context, keys: Sequence[Key]) -> list[Entity]:
    """Return records, whoever reads and even if they are deleted."""
    found: list[Entity] = []
    with policy.beyond(work.session):
        for slug in dict.fromkeys(slug for slug, _ in keys):
            entity, ids = ENTITIES[slug], [id for each, id in keys if each == slug]
            for start in range(0, len(ids), BATCH):
                theirs = select(entity).where(entity.id.in_(ids[start : start + BATCH]))
                found += work.session.scalars(theirs.execution_options(with_deleted=True))
    return found


def are(keys: Any, table: Any = AuditEntry) -> Any:
    """Return the filter for entries about these records."""
    ids: dict[str, list[int]] = {}
    for slug, id in keys:
        ids.setdefault(slug, []).append(id)
    return or_(
        *(and_(table.entity == slug, table.record_id.in_(theirs)) for slug, theirs in ids.items())
    )
