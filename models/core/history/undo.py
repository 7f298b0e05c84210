"""Undo a unit of work, and redo it.

It can be undone for a day, by anybody who may do the reverse, unless somebody went on from it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, false, or_, select

from models.core import comments
from models.core.audit.entries import AuditEntry
from models.core.comments import Comment
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.errors import Conflict
from models.core.fields.base import Field
from models.core.history import retractions
from models.core.permissions import filling, granting, policy
from models.core.records import history, verbs_of, who

Goal = tuple[Entity, Mapping[str, Any]]
"""A record, and what its fields are to hold again."""
WINDOW = timedelta(hours=24)
"""How long a unit of work can be undone.

After that others have gone on from it; single records can still be reverted.
"""
UNDO, REDO, TERMINAL = "undo", "redo", "say"
"""The doors of what is undone, of what is redone, and of what is typed where the bot runs."""
REFUSED = {UNDO: "it cannot simply be undone", REDO: "it cannot simply be done again"}
ALREADY = {UNDO: "This was undone already.", REDO: "This was done again already."}
MOST = 5_000
"""Audit entries that are undone while a person waits.

A unit of work with more is undone in a terminal.
"""
HOURS = {"starts_at", "ends_at", "works_on", "anytime", "notices", "seldom", "told_in"}
"""What everybody may set for themselves."""
Change = tuple[AuditEntry, AuditEntry]
"""The first and the last entry about one field: what it held before, and what it held at last."""


@dataclass
class Step:
    """What undoing a unit of work does to one record.

    Attributes:
        values: The values that its fields get.
        remarks: The remarks that go or come back.
    """

    record: Entity
    values: dict[str, Any] = field(default_factory=dict)
    remarks: list[Comment] = field(default_factory=list)

    @property
    def hides(self) -> bool:
        return self.values.get("deleted_at") is not None


# ── what it was ───────────────────────────────────────────────────────────────────────────────────


def back(unit: str) -> str:
    """Return the id of the unit of work that undoes this one, so that either leads to the other."""
    return hashlib.sha256(f"back:{unit}".encode()).hexdigest()[:32]


def latest(work: Context, unit: str) -> tuple[str, bool]:
    """Return the last of a unit of work, its undo, its redo and so on, and whether it is undone."""
    undone = False
    while work.session.scalar(select(AuditEntry.id).where(AuditEntry.unit == back(unit)).limit(1)):
        unit, undone = back(unit), not undone
    return unit, undone


def touched(work: Context, unit: str) -> list[Entity]:
    """Return the records that a unit of work changed."""
    found = (record_of(work, mine[0]) for mine in by_record(entries_of(work, unit)))
    return sorted(found, key=lambda record: record.id)


def first_of(work: Context, unit: str) -> AuditEntry:
    """Return the first audit entry of a unit of work; raise Conflict where it changed nothing."""
    mine = select(AuditEntry).where(AuditEntry.unit == unit).order_by(AuditEntry.id).limit(1)
    first = work.session.scalars(mine).first()
    if first is None:
        raise Conflict("There is nothing to undo.")
    return first


def entries_of(work: Context, unit: str) -> Sequence[AuditEntry]:
    """Return the audit entries of a unit of work, in the order in which they were written.

    Raises:
        Conflict: There are too many for one unit of work.
    """
    ids = select(AuditEntry.id).where(AuditEntry.unit == unit).order_by(AuditEntry.id)
    if work.session.scalar(ids.offset(MOST).limit(1)):
        command = f"`crm undo {unit} --workspace {work.workspace.id}`"
        raise Conflict(
            f"This is more than {MOST:,} changes, and Slack would not wait for them to be taken back. Whoever runs the "
            f"bot does it in a terminal: {command}. It shows how far it is; if it stops half-way, the same goes on."
        )
    return work.session.scalars(
        select(AuditEntry).where(AuditEntry.unit == unit).order_by(AuditEntry.id)
    ).all()


def by_record(entries: Iterable[AuditEntry]) -> list[list[AuditEntry]]:
    found: dict[tuple[str, int], list[AuditEntry]] = {}
    for entry in entries:
        found.setdefault((entry.entity, entry.record_id), []).append(entry)
    return list(found.values())


def record_of(work: Context, entry: AuditEntry) -> Entity:
    return work.get(ENTITIES[entry.entity], entry.record_id)


def by_field(entries: Iterable[AuditEntry]) -> dict[str, Change]:
    """Return what happened to each field, without fields that ended as they began."""
    found: dict[str, Change] = {}
    for entry in entries:
        first, _ = found.get(entry.field, (entry, entry))
        found[entry.field] = first, entry
    return {
        name: (first, last)
        for name, (first, last) in found.items()
        if first.old != last.new or last.erased
    }


def set_by_hand(record: Entity, entries: Iterable[AuditEntry]) -> dict[str, Change]:
    """Return what happened to each field of a record but for those that follow from others.

    What is computed is never set back, and what it follows from is.
    """
    kinds = record.fields()
    return {
        name: change
        for name, change in by_field(entries).items()
        if name not in kinds or not kinds[name].computed
    }


# ── taking it back ────────────────────────────────────────────────────────────────────────────────


def undo(work: Context, unit: str) -> list[Entity]:
    """Undo everything that one unit of work changed.

    What it created is deleted, what it changed gets its old value, what it said is taken back, and
    what was not sent to Slack yet is not sent. Return the records: first those that stay, then
    those that come or go.

    Args:
        work: The unit of work that undoes it.
        unit: The id that the receipt carries; that of an undo redoes it.

    Raises:
        Conflict: What prevents it: a day has passed, or somebody changed the same since.
        Forbidden: Which right is missing.
    """
    first = begin(work, unit)
    entries = entries_of(work, unit)
    steps = [
        step
        for mine in by_record(entries)
        if (step := step_back(work, mine)).values or step.remarks
    ]
    if not steps:
        raise Conflict(ALREADY[work.door])
    must_be_unused(work, steps, first.id, unit)
    allow(work, steps, mine=bool(work.actor) and first.actor == work.actor.id)
    set_back(work, steps)
    records = [
        step.record
        for step in sorted(steps, key=lambda step: ("deleted_at" in step.values, step.record.id))
    ]
    retractions.take_back(work, unit, first.at, records, again=work.door == REDO)
    return records


def begin(work: Context, unit: str, resumes: bool = False) -> AuditEntry:
    """Make this unit of work the one that undoes another, and return the first entry of the other.

    Args:
        work: The unit of work that undoes it.
        unit: The id of the other unit of work.
        resumes: Begin also when some of it was undone already.
    """
    first = first_of(work, unit)
    work.door = REDO if first.door == UNDO else UNDO
    last, is_undone = latest(work, unit)
    if is_undone and not resumes:
        raise Conflict(ALREADY[work.door])
    work.unit = last if is_undone else back(last)
    must_be_recent(work, first)
    return first


def redo(work: Context, unit: str) -> list[Entity]:
    """Redo what was undone.

    Args:
        work: The unit of work that redoes it.
        unit: The id of the undo.
    """
    if work.session.scalar(select(AuditEntry.door).where(AuditEntry.unit == unit).limit(1)) != UNDO:
        raise Conflict("There is nothing to do again: the last thing you did was no undo.")
    return undo(work, unit)


def step_back(work: Context, entries: Sequence[AuditEntry]) -> Step:
    """Return what one record needs to be as it was before a unit of work.

    Raises:
        Conflict: Somebody changed the same since.
    """
    step = Step(record_of(work, entries[0]))
    if entries[0].action == "create":
        step.values = {} if step.record.deleted_at else {"deleted_at": work.now}
        return step
    changes = set_by_hand(step.record, entries)
    if step.record.deleted_at and changes and "deleted_at" not in changes:
        raise Conflict(f"{step.record} was deleted since. First: restore {step.record.ref}")
    for name, change in changes.items():
        take_field(work, step, name, change)
    return step


def take_field(work: Context, step: Step, name: str, change: Change) -> None:
    """Add what one field, or one remark, needs."""
    first, last = change
    record, kind = step.record, step.record.fields().get(name)
    said = None if kind else comments.find(work, record, name)
    if kind is None and said is None:
        return
    now = kind.dump(getattr(record, name)) if kind else said and said.standing
    if first.erased or last.erased:
        raise Conflict(f"What this changed of {record} was erased, and nobody knows it any more.")
    if now == first.old:
        return
    if now != last.new:
        raise changed_since(work, record, name)
    if kind:
        step.values[name] = kind.load(first.old)
    elif said:
        step.remarks.append(said)


def set_back(work: Context, steps: Sequence[Step]) -> None:
    """Give the fields their values.

    Rules that follow one field, as the probability follows the stage, do not get the last word: the
    unit of work is undone as a whole. What says how people work together is set back one by one.
    """
    goals = [
        (
            step.record,
            step.values,
            {n: getattr(step.record, n) for n, k in step.record.fields().items() if not k.computed},
        )
        for step in steps
    ]
    for record, values in in_turn((record, values) for record, values, _ in reversed(goals)):
        if record.governing & values.keys():
            give(record, values)
            work.session.flush()
    for _ in range(2):
        for record, values, before in goals:
            give(record, before | values)
        work.session.flush()
    for step in steps:
        for said in step.remarks:
            comments.turn(work, step.record, said)


def in_turn(goals: Iterable[Goal]) -> list[Goal]:
    """Return records, the last thing first, in the order in which one after the other can be.

    A field of a noun goes before its noun, and comes back after it; so do the stages of a pipeline,
    which was made before them.
    """
    goals, turns = list(goals), dict[str, int]()
    for record, _ in goals:
        turns.setdefault(record.slug(), len(turns))

    def turn(goal: Goal) -> tuple[int, int]:
        record, values = goal
        comes_back = record.deleted_at is not None and values.get("deleted_at", record) is None
        return turns[record.slug()], record.id if comes_back else -record.id

    return sorted(goals, key=turn)


def give(record: Entity, values: Mapping[str, Any]) -> None:
    """Set the fields of a record that hold something else."""
    for name, value in values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)


# ── what is in the way ────────────────────────────────────────────────────────────────────────────


def must_be_recent(work: Context, first: AuditEntry) -> None:
    """Raise Conflict, with what else can be done, where a unit of work is more than a day old.

    Args:
        work: The unit of work that undoes it.
        first: The first entry of the one that is undone.
    """
    if first.at >= work.now - WINDOW:
        return
    record = record_of(work, first)
    if first.action == "create":
        instead = f"To hide {record}: delete {record.ref}"
    elif record.deleted_at:
        instead = f"To bring back {record}: restore {record.ref}"
    else:
        instead = f"To set {record} back: revert {record.ref} to v{max(first.version - 1, 1)}"
    raise Conflict(f"This was done more than 24 hours ago; undo does not reach that far. {instead}")


def must_be_unused(work: Context, steps: Sequence[Step], after: int, unit: str) -> None:
    """Raise Conflict, with who did what, where somebody went on from records that would be deleted.

    Args:
        work: The unit of work that undoes it.
        steps: What undoing does to each record.
        after: The id of the audit entry after which others may have gone on.
        unit: The id of the unit of work that is undone, whose own entries do not count.
    """
    hidden = [step.record for step in steps if step.hides]
    for record in hidden:
        later = [
            entry
            for entry in history(work, record)
            if entry.id > after and entry.unit not in (unit, work.unit)
        ]
        for name in set_by_hand(record, later):
            raise changed_since(work, record, name)
    for entry in links(work, hidden, after, unit):
        other = record_of(work, entry)
        back = next((step.values for step in steps if step.record is other), {})
        kind = other.fields()[entry.field]
        if other.deleted_at or "deleted_at" in back or entry.field in back:
            continue
        if kind.dump(getattr(other, entry.field)) == entry.new:
            target = next(each for each in hidden if called_in(kind, each) == entry.new)
            by, what = who(work, entry), str(other)
            raise Conflict(f"{by} has linked {what} to {target} since; {REFUSED[work.door]}.")


def links(work: Context, hidden: Sequence[Entity], after: int, unit: str) -> Sequence[AuditEntry]:
    """Return the entries by which other records came to refer to these, the latest first."""
    kinds = [
        (slug, name, kind)
        for slug, entity in ENTITIES.items()
        for name, kind in entity.fields().items()
    ]
    places = []
    for slug, name, kind in kinds:
        if keys := [
            called_in(kind, record) for record in hidden if record.slug() == getattr(kind, "to", "")
        ]:
            places.append(
                and_(AuditEntry.entity == slug, AuditEntry.field == name, AuditEntry.new.in_(keys))
            )
    recent = select(AuditEntry).where(
        AuditEntry.id > after, AuditEntry.unit != unit, or_(false(), *places)
    )
    return work.session.scalars(recent.order_by(AuditEntry.id.desc())).all()


def called_in(kind: Field, record: Entity) -> str:
    """Return how a field that refers to a record is written in the audit trail."""
    return record.key if isinstance(kind, Named) else str(record.id)


def changed_since(work: Context, record: Entity, name: str) -> Conflict:
    """Return a Conflict that says who changed a field last, and to what.

    It says no more than the actor may know.
    """
    last = next(entry for entry in reversed(history(work, record)) if entry.field == name)
    kind = record.fields().get(name)
    by, what = who(work, last), str(record)
    refused = REFUSED.get(work.door, REFUSED[UNDO])
    if kind is None:
        return Conflict(f"{by} has said something on {what} since; {refused}.")
    if name == "deleted_at":
        return Conflict(
            f"{by} has {'deleted' if record.deleted_at else 'restored'} {what} since; {refused}."
        )
    now = (
        kind.show(getattr(record, name), work, record)
        if name in policy.fields(work, record)
        else ""
    )
    return Conflict(
        f"{by} has changed {kind.label} of {what}{f' to {now[:80]}' if now else ''} since; {refused}."
    )


# ── who may ───────────────────────────────────────────────────────────────────────────────────────


def allow(work: Context, steps: Sequence[Step], mine: bool) -> None:
    """Raise what `access.check` raises unless the actor may do the reverse of the unit of work.

    Args:
        work: The unit of work that undoes it.
        steps: What undoing does to each record.
        mine: Whether the actor did it. Then the owner that the records will have counts as well: a
            person who gave a record away can take it back.
    """
    for step in steps:
        missing = [
            verb for verb in verbs(work, step) if not policy.can(work.actor, verb, step.record)
        ]
        if missing and mine and step.record.owned in step.values:
            missing = missing if not will_be_allowed(work, step, missing) else []
        for verb in missing:
            policy.check(work, verb, step.record)
        filling.may_know(work, type(step.record), step.values)
        record = step.record
        granting.check_needs(
            work,
            record,
            {name: (getattr(record, name), then) for name, then in step.values.items()},
        )


def will_be_allowed(work: Context, step: Step, missing: Sequence[str]) -> bool:
    """Return whether the actor may use these verbs once the record has its former owner again."""
    record, owned = step.record, step.record.owned
    with work.session.no_autoflush:
        now = getattr(record, owned)
        setattr(record, owned, step.values[owned])
        try:
            return all(policy.can(work.actor, verb, record) for verb in missing)
        finally:
            setattr(record, owned, now)


def verbs(work: Context, step: Step) -> list[str]:
    """Return the verbs that a step amounts to."""
    names = step.values.keys()
    found = [said.verb for said in step.remarks]
    if "deleted_at" in names:
        found.append("delete" if step.hides else "restore")
    others = names - {"deleted_at"}
    found += verbs_of(step.record, others - HOURS if step.record is work.actor else others)
    return list(dict.fromkeys(found))
