"""Rules that wait for a time: a schedule, or a moment relative to a day of a record.

Each slot of a schedule, and each day of a record, is a cause of its own: it fires once, in
whichever replica looks at the clock first. What was missed for more than a day is not made up for,
and a rule begins with what comes after it was last changed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, true

from models.automation import conditions, triggers
from models.automation.conditions import reading_as
from models.automation.language import Sentence, When
from models.automation.rule import Rule
from models.automation.run import RuleRun, RunState
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.bulk import insert_all, insert_once
from models.core.fields import Day
from models.core.identity.user import User
from models.core.outbox.delivery import JobRun
from models.core.records import absent
from models.core.schedule import Slot, struck
from models.core.search.filter_fields import field_of

WORTH = timedelta(days=1)
MOST = 1000
"""The records that one slot is about at most."""


def look(work: Context) -> None:
    """Write down which rules a time has come for."""
    for known in triggers.index_of(work).clocked:
        rule = work.get(Rule, known.id)
        owner = rule.runs_as(work)
        if owner is not None and not absent(owner):
            with reading_as(work, owner, rule.role or ""):
                insert(work, rule, due(work, rule, known.sentence, owner))


def due(
    work: Context, rule: Rule, sentence: Sentence, owner: User
) -> Iterable[tuple[str, datetime, int | None]]:
    """Yield what a rule is due for: the cause, when it came, and the record."""
    trigger = sentence.trigger
    if trigger.when == When.SCHEDULE:
        slot = struck(work.now, owner.tz, trigger.at, days=trigger.days)
        if is_due(work, rule, slot):
            for id in ids_of(work, sentence, true()) if sentence.noun else (None,):
                yield f"schedule:{slot.day}:{id or ''}", slot.at, id
        return
    entity = ENTITIES[sentence.noun]
    name, kind = field_of(trigger.field, entity)
    column = getattr(entity, name)
    if isinstance(kind, Day):
        slot = struck(work.now, owner.tz, trigger.at, working_days=False)
        if is_due(work, rule, slot):
            there = column == slot.day - trigger.offset
            for id in ids_of(work, sentence, there):
                yield f"moment:{slot.day}:{id}", slot.at, id
        return
    since = max(rule.updated_at, work.now - WORTH)
    there = (column > since - trigger.offset) & (column <= work.now - trigger.offset)
    for id in ids_of(work, sentence, there):
        at: datetime = getattr(work.get(entity, id), name) + trigger.offset
        yield f"moment:{at:%Y%m%dT%H%M%S}:{id}", at, id


def is_due(work: Context, rule: Rule, slot: Slot) -> bool:
    """Return whether a slot is worth it, and nobody took it yet."""
    if slot.at < rule.updated_at or work.now - slot.at > WORTH:
        return False
    taken: Any = insert_once(work, JobRun, job=f"rule:{rule.id}", slot=str(slot.day), at=work.now)
    return taken is not None


def ids_of(work: Context, sentence: Sentence, there: ColumnElement[bool]) -> Iterable[int]:
    """Return the records that a rule is about, as far as its owner sees them."""
    entity: type[Entity] = ENTITIES[sentence.noun]
    fitting = select(entity.id).where(there)
    if sentence.where:
        fitting = fitting.where(conditions.condition(work, entity, sentence.where))
    return work.session.scalars(fitting.order_by(entity.id).limit(MOST)).all()


def insert(work: Context, rule: Rule, found: Iterable[tuple[str, datetime, int | None]]) -> None:
    """Write down what a rule is due for, each cause once."""
    slug = rule.read.noun or None
    rows: list[Mapping[str, Any]] = [
        {
            "rule": rule.id,
            "cause": cause,
            "entity": slug,
            "record_id": id,
            "unit": "",
            "door": "",
            "depth": 0,
            "trail": [],
            "at": at,
            "state": RunState.WAITING,
            "told": 0,
            "collapsed": False,
        }
        for cause, at, id in found
    ]
    if rows:
        insert_all(work, RuleRun, rows)
