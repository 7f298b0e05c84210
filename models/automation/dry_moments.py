"""Find out when moments relative to a day of a record came, from what records held meanwhile."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from models.automation import conditions, events
from models.automation.clock import WORTH
from models.automation.conditions import Values
from models.automation.events import Event
from models.automation.language import Sentence
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Day
from models.core.identity.user import User
from models.core.schedule import strikes
from models.core.search.filter_fields import field_of

FAR = timedelta(days=1)


class State(NamedTuple):
    """What a record held for some time: from a moment on, and until another one."""

    values: Values
    since: datetime
    until: datetime


def fired(
    work: Context, sentence: Sentence, owner: User, since: datetime, happened: Iterable[Event]
) -> list[Event]:
    """Return when moments came since a moment, for the actor, each once.

    Args:
        work: The unit of work.
        sentence: The rule, which waits for a moment.
        owner: By whose clock.
        since: From when on.
        happened: What happened to records since then.
    """
    of_records: dict[int, list[Event]] = {}
    for event in happened:
        of_records.setdefault(event.record.id, []).append(event)
    found = [
        Event(record, state.values, state.values, came)
        for record in [*changed(of_records), *unchanged(work, sentence, since, of_records)]
        for state in states(record, of_records.get(record.id, []), since, work.now)
        for came in moments(sentence, owner, state)
        if came >= since
    ]
    answers = events.set_off(work, ENTITIES[sentence.noun], sentence, found, owner.id)
    fires = [event for event, answer in zip(found, answers, strict=True) if answer]
    return list(
        {
            (event.record.id, due(sentence, owner, event.after)): event for event in reversed(fires)
        }.values()
    )


def changed(of_records: dict[int, list[Event]]) -> Iterator[Entity]:
    for each in of_records.values():
        yield each[0].record


def unchanged(
    work: Context, sentence: Sentence, since: datetime, but: Iterable[int]
) -> Iterator[Entity]:
    """Yield the records whose day is near and to which nothing happened."""
    entity: Any = ENTITIES[sentence.noun]
    name, kind = field_of(sentence.trigger.field, entity)
    column, offset = getattr(entity, name), sentence.trigger.offset
    first, last = since - offset - FAR, work.now - offset + FAR
    if isinstance(kind, Day):
        near = column.between(first.date(), last.date())
    else:
        near = column.between(first, last)
    seen = set(but)
    for record in work.session.scalars(select(entity).where(near).order_by(entity.id)):
        if record.id not in seen:
            yield record


def states(
    record: Entity, happened: list[Event], since: datetime, now: datetime
) -> Iterator[State]:
    """Yield what a record held from a moment until now, one state after the other."""
    values: Values | None = conditions.held(record) if not happened else None
    begun = since
    for event in sorted(happened, key=lambda event: event.at):
        before = values if values is not None else event.before
        if before is not None and begun < event.at:
            yield State(before, begun, event.at)
        values, begun = event.after, event.at
    if values is not None:
        yield State(values, begun, now + timedelta.resolution)


def moments(sentence: Sentence, owner: User, state: State) -> Iterator[datetime]:
    """Yield when the moment came, if it came while a record held what it did.

    A day's moment comes once and at its time. Another one is made up for within a day, where the
    record holds it only since it is over.
    """
    at = due(sentence, owner, state.values)
    if at is None:
        return
    _, kind = field_of(sentence.trigger.field, ENTITIES[sentence.noun])
    come = at if isinstance(kind, Day) else max(at, state.since)
    if state.since <= come < state.until and come - at < WORTH:
        yield come


def due(sentence: Sentence, owner: User, values: Values) -> datetime | None:
    """Return when the moment of a record comes, by what it holds; None where it has none."""
    name, _ = field_of(sentence.trigger.field, ENTITIES[sentence.noun])
    value, trigger = values.get(name), sentence.trigger
    if isinstance(value, datetime):
        return value + trigger.offset
    if isinstance(value, date):
        return strikes(value + trigger.offset, trigger.at, owner.tz)
    return None
