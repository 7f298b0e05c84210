"""Find out from the audit trail when a rule would have been set off, without doing anything."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.automation import conditions, dry_moments, events, triggers
from models.automation.events import Event
from models.automation.language import Sentence, When
from models.automation.rule import Rule
from models.core.audit.entries import AuditEntry
from models.core.context import IMPORT, REPEATS, Context
from models.core.entity.base import ENTITIES, Entity
from models.core.identity.user import User

SPAN = timedelta(days=30)
MOST, FEW = 50_000, 5_000
"""Entries of the audit trail that are read, and those while a rule is saved and others wait.

What is older is left out, and that is said.
"""
TOLD = (
    AuditEntry.record_id,
    AuditEntry.unit,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.door,
    AuditEntry.action,
    AuditEntry.field,
    AuditEntry.old,
)
"""What is read of an entry."""
NIGHT = (20, 7)
"""The hours between which it is night."""


@dataclass
class Trial:
    """What a dry run found.

    Attributes:
        fired: What would have set the rule off, the latest first.
        since: From when on the trail was read.
        whole: Whether all of the span was read.
        night: How many were at night, by the clock of the rule's owner.
    """

    fired: list[Event] = field(default_factory=list)
    since: datetime | None = None
    whole: bool = True
    night: int = 0


def of_rule(work: Context, rule: Rule, owner: User, most: int = MOST) -> Trial:
    """Return when a rule would have been set off in the last 30 days, with somebody's rights."""
    return trial(work, rule.read, owner, rule.files, most)


def trial(
    work: Context, sentence: Sentence, owner: User, files: bool = False, most: int = MOST
) -> Trial:
    """Return when a rule would have been set off in the last 30 days.

    Only what its owner may see counts. A schedule is not in the trail.

    Args:
        work: The unit of work.
        sentence: The rule.
        owner: With whose rights it runs.
        files: Whether records from files concern it.
        most: The entries of the audit trail that are read.
    """
    found = Trial(since=work.now - SPAN)
    if sentence.trigger.when in (When.SCHEDULE, When.SAVED):
        return found
    entity = ENTITIES[sentence.noun]
    with conditions.reading_as(work, owner, sentence.role):
        if sentence.trigger.when == When.MOMENT:
            happened = history(work, entity, found, most)
            assert found.since
            fired = dry_moments.fired(work, sentence, owner, found.since, happened)
        else:
            fired = by_change(work, sentence, owner, found, files, most)
    found.fired = sorted(fired, key=lambda event: event.at, reverse=True)
    found.night = sum(is_night(event.at, owner) for event in found.fired)
    return found


def by_change(
    work: Context, sentence: Sentence, owner: User, found: Trial, files: bool, most: int
) -> list[Event]:
    """Return what would have set off a rule about changes; see `trial`."""
    entity = ENTITIES[sentence.noun]
    fields = triggers.watched(work, sentence)
    happened = [
        event
        for event in history(work, entity, found, most)
        if concerns(sentence, fields, event) and (files or event.door != IMPORT)
    ]
    answers = events.set_off(work, entity, sentence, happened, owner.id)
    return [event for event, fires in zip(happened, answers, strict=True) if fires]


def concerns(sentence: Sentence, fields: frozenset[str] | None, event: Event) -> bool:
    """Return whether an event may concern a rule, as a change is looked at when it is written."""
    if event.door in REPEATS and event.door != IMPORT:
        return False
    if event.before is None or sentence.trigger.when == When.CREATED:
        return event.before is None and sentence.trigger.when in (When.CREATED, When.ENTERS)
    moved = {name for name in event.after if event.before.get(name) != event.after[name]}
    return fields is None or bool(moved & fields)


def history(work: Context, entity: type[Entity], found: Trial, most: int) -> list[Event]:
    """Return what happened to the records of an entity that the actor may see."""
    told = (
        select(*TOLD)
        .where(AuditEntry.entity == entity.slug(), AuditEntry.at >= found.since)
        .order_by(AuditEntry.id.desc())
        .limit(most + 1)
    )
    rows = list(work.session.execute(told))
    if len(rows) > most:
        found.whole, rows = False, rows[:most]
        found.since = rows[-1].at
    of_records: dict[int, list[Any]] = {}
    for row in reversed(rows):
        of_records.setdefault(row.record_id, []).append(row)
    happened: list[Event] = []
    ids = list(of_records)
    for start in range(0, len(ids), 500):
        some = select(entity).where(entity.id.in_(ids[start : start + 500]))
        for record in work.session.scalars(some.execution_options(with_deleted=True)):
            happened += events.backwards(record, conditions.held(record), of_records[record.id])
    return happened


def is_night(at: datetime, owner: User) -> bool:
    """Return whether it is night for somebody."""
    hour = at.astimezone(owner.tz).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]
