"""What happened to records, as the audit trail tells it, and whether it sets a rule off.

A rule looks at what one unit of work did to one record: how the record was before it and how it was
after it. The same is read from the trail for what happened a second ago and for the last 30 days:
so a dry run and the rule itself agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from models.automation import checks, conditions
from models.automation.conditions import Question, Values
from models.automation.language import By, Sentence, When
from models.core.audit.entries import AuditEntry
from models.core.context import RULE, Context, RenderContext
from models.core.entity.base import Entity
from models.core.fields.base import Field


@dataclass(frozen=True)
class Event:
    """What one unit of work did to one record.

    Attributes:
        record: The record.
        before: What it held before; None where it was new.
        after: What it held afterwards.
        at: When.
        unit: The unit of work.
        by: The person who did it.
        door: The door through which they did it.
    """

    record: Entity
    before: Values | None
    after: Values
    at: datetime
    unit: str = ""
    by: int | None = None
    door: str = ""


class Test(NamedTuple):
    """A filter, and the values it is asked about; None is a record that was not there."""

    text: str
    values: Values | None
    wanted: bool = True


def of_unit(work: Context, record: Entity, unit: str) -> Event | None:
    """Return what a unit of work did to a record; None where the trail knows nothing of it."""
    mine = (AuditEntry.entity == record.slug(), AuditEntry.record_id == record.id)
    first = select(func.min(AuditEntry.id)).where(*mine, AuditEntry.unit == unit)
    since = select(AuditEntry).where(*mine, AuditEntry.id >= first.scalar_subquery())
    entries = work.session.scalars(since.order_by(AuditEntry.id)).all()
    found = backwards(record, conditions.held(record), entries)
    return next((event for event in found if event.unit == unit), None)


def backwards(record: Entity, values: dict[str, Any], entries: Sequence[Any]) -> "Sequence[Event]":
    """Return what the units of work did to a record, the latest first.

    Args:
        record: The record.
        values: What it holds now.
        entries: What the audit trail tells of it, the oldest first.
    """
    kinds, found, after = record.fields(), [], dict(values)
    groups: dict[str, list[Any]] = {}
    for entry in entries:
        groups.setdefault(entry.unit, []).append(entry)
    for rows in reversed(groups.values()):
        before = taken_back(kinds, after, rows)
        new = any(entry.action == "create" for entry in rows)
        last = rows[-1]
        known = (last.at, last.unit, last.actor, last.door)
        found.append(Event(record, None if new else before, after, *known))
        after = before
    return found


def taken_back(kinds: Mapping[str, Field], after: Values, rows: Sequence[Any]) -> dict[str, Any]:
    """Return what a record held before some entries of the audit trail."""
    before = dict(after)
    for entry in reversed(rows):
        if entry.field in kinds:
            before[entry.field] = kinds[entry.field].load(entry.old)
    return before


# ── whether it sets a rule off ────────────────────────────────────────────────────────────────────


def set_off(
    work: Context, entity: type[Entity], sentence: Sentence, events: Sequence[Event], owner: int
) -> list[bool]:
    """Return for each event whether it sets a rule off.

    Args:
        work: The unit of work of the rule's owner.
        entity: The entity of the records.
        sentence: The rule.
        events: What happened.
        owner: The person to whom others are others.
    """
    tests = [tests_of(entity, sentence, event, owner) for event in events]
    asked, places = [], []
    for at, (event, needed) in enumerate(zip(events, tests, strict=True)):
        for test in needed or ():
            places.append((at, test.wanted))
            asked.append(question(work, entity, test, event.at))
    answers = conditions.answers(work, entity, asked)
    found = [needed is not None for needed in tests]
    for (at, wanted), answer in zip(places, answers, strict=True):
        found[at] = found[at] and answer == wanted
    return found


def question(work: Context, entity: type[Entity], test: Test, at: datetime) -> Question:
    """Return a test as a question, in which today is the day of the event."""
    with work.rendering(RenderContext(at=at)):
        return Question(conditions.condition(work, entity, test.text), test.values or {})


def tests_of(
    entity: type[Entity], sentence: Sentence, event: Event, owner: int
) -> list[Test] | None:
    """Return what has to be asked to know whether an event sets a rule off; None where it does not.

    An empty list is yes.
    """
    trigger, before, after = sentence.trigger, event.before, event.after
    if not counts(trigger.by, event, owner):
        return None
    there, was = is_there(after), before is not None and is_there(before)
    where = [Test(sentence.where, after)] if sentence.where else []
    match trigger.when:
        case When.CREATED:
            return where if before is None and there else None
        case When.CHANGED:
            return None if not was or not there else changed(entity, sentence, event, where)
        case When.ENTERS:
            left = [Test(trigger.filter, before, False)] if was else []
            return [Test(trigger.filter, after), *left, *where] if there else None
        case When.LEAVES:
            gone = [Test(trigger.filter, after, False)] if there else []
            return [Test(trigger.filter, before), *gone, *where] if was else None
        case When.MOMENT | When.SCHEDULE:
            return where if there else None
    return None


def changed(
    entity: type[Entity], sentence: Sentence, event: Event, where: list[Test]
) -> list[Test] | None:
    """Return what has to be asked about a change; None where the field did not change."""
    trigger, before, after = sentence.trigger, event.before or {}, event.after
    moved = {name for name in entity.fields() if before.get(name) != after.get(name)}
    if not trigger.field:
        return where if moved else None
    name, _ = checks.own_field(entity, trigger.field)
    if name not in moved:
        return None
    more = [
        Test(checks.equals(trigger.field, text), values)
        for text, values in ((trigger.before, before), (trigger.after, after))
        if text
    ]
    return [*more, *where]


def counts(by: By, event: Event, owner: int) -> bool:
    """Return whether changes of whoever did it count."""
    robot = event.by is None or event.door == RULE
    return by == By.ANYONE or (not robot and (by == By.PEOPLE or event.by != owner))


def is_there(values: Values) -> bool:
    return values.get("deleted_at") is None
