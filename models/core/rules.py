"""Apply the rules of records until nothing changes any more, however the changes came."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from models.core import entering, rollups, uniqueness
from models.core.audit import entries
from models.core.context import Context
from models.core.custom.shape_lock import stand
from models.core.entity import custom_values
from models.core.entity.base import Changes, Entity
from models.core.entity.readonly import sources_of
from models.core.entity.sequences import take_numbers
from models.core.errors import Invalid
from models.core.fields.computed import fitted
from models.core.permissions import granting, policy

ROUNDS = 10
"""How often the rules of one record are applied before it is stored."""
COMING = "coming"
"""Where a session keeps the new records that are stored in bulk: record → what it held when its
rules had been applied.
"""
Held = dict[str, Any]
"""What a record held: the attributes of the object."""
Rounds = dict[Entity | type[Entity], int]
CHECKS: list[Callable[[Context, Sequence[Entity]], None]] = []
"""What else is asked of records before they are stored; `models.registry` says what."""


# ── until nothing changes ─────────────────────────────────────────────────────────────────────────


def keep(work: Context, session: Session) -> None:
    """Apply the rules of all records that a flush is about to write.

    A record that the rules of another one change gets its own rules as well, and so does one whose
    parts amount to something else now. The order does not matter.

    Raises:
        RuntimeError: The rules of some records never come to an end.
    """
    settled: dict[Entity, Held] = {}
    rounds: Rounds = {}
    by_hand = True
    while due := [
        row
        for row in (*session.new, *session.dirty)
        if isinstance(row, Entity)
        and (
            row not in settled or (row.__dict__ != settled[row] and bool(moved(row, settled[row])))
        )
    ]:
        if not by_hand:
            must_end(rounds, due, settled)
        if any(
            record.governing and (record.id is None or entries.changes_of(record)) for record in due
        ):
            work.govern()
        else:
            stand(work)
        for record in due:
            keep_rules(work, record, by_hand, settled.get(record))
            settled[record] = record.__dict__.copy()
        rollups.follow(work, due)
        by_hand = False
    uniqueness.check(work, settled)
    for check in CHECKS:
        check(work, list(settled))


def keep_coming(work: Context, records: Sequence[Entity]) -> None:
    """Apply the rules of new records again that the rules of others have changed since.

    Args:
        work: The unit of work.
        records: The records, prepared with `prepare`, that are about to be stored in bulk.
    """
    stand(work)
    coming: dict[Entity, Held] = work.session.info.get(COMING, {})
    rounds: Rounds = {}
    while due := [
        each
        for each in records
        if each in coming and each.__dict__ != coming[each] and bool(moved(each, coming[each]))
    ]:
        must_end(rounds, due, coming)
        for record in due:
            apply_rules(work, record, moved(record, coming[record]), by_hand=False)
            coming[record] = record.__dict__.copy()


def prepare(work: Context, record: Entity) -> None:
    """Apply the rules of a new record that has begun and will be stored in bulk."""
    apply_rules(work, record, entries.changes_of(record))
    for check in CHECKS:
        check(work, [record])
    work.session.info.setdefault(COMING, {})[record] = record.__dict__.copy()


def moved(record: Entity, before: Held) -> Changes:
    """Return the fields of a record that were set since it held what it held before."""
    now, stored = record.__dict__, instance_state(record).committed_state
    found = {
        name: (before.get(name, stored.get(name)), now[name])
        for name in record.fields()
        if name in now and (before[name] != now[name] if name in before else name in stored)
    }
    was = before.get("custom", stored.get("custom"))
    return found | custom_values.changed(record.fields(), was, now.get("custom"))


def must_end(rounds: Rounds, due: Iterable[Entity], settled: Mapping[Entity, Held]) -> None:
    """Raise RuntimeError where rules are applied again and again.

    Args:
        rounds: How often that was for each record, and for new records of each entity.
        due: The records whose rules are applied next.
        settled: What records held when their rules had been applied.
    """
    for each in dict.fromkeys(record if record in settled else type(record) for record in due):
        rounds[each] = rounds.get(each, 0) + 1
        if rounds[each] <= ROUNDS:
            continue
        said = (
            f"these fields still change: {', '.join(moved(each, settled[each]))}"
            if isinstance(each, Entity)
            else "they still make new records"
        )
        raise RuntimeError(
            f"The rules of {each.slug()} do not come to an end: after {ROUNDS} rounds, {said}."
        )


# ── one record ────────────────────────────────────────────────────────────────────────────────────


def keep_rules(work: Context, record: Entity, by_hand: bool, before: Held | None) -> None:
    """Apply the rules of one record that is about to be stored, and number a new one.

    Args:
        work: The unit of work.
        record: The record.
        by_hand: Whether what changed may take a right, because no rule of another record did it.
        before: What it held when its rules had been applied; None where they were not yet.
    """
    new = record.number is None
    if new:
        begin(work, record)
    changes = entries.changes_of(record) if before is None else moved(record, before)
    if changes or record.id is None:
        apply_rules(work, record, changes, by_hand)
    if new:
        record.number = take_numbers(work, type(record))


def begin(work: Context, record: Entity) -> None:
    """Give a new record its defaults and its creation date, unless it brings one along."""
    entering.begin(record)
    for name, default in record.defaults().items():
        if getattr(record, name) is None:
            setattr(record, name, default)
    record.created_at = record.created_at or work.now


def apply_rules(work: Context, record: Entity, changes: Changes, by_hand: bool = True) -> None:
    """Apply the rules of an entity, work out its formulas, and update its name to what changed.

    Args:
        work: The unit of work.
        record: The record.
        changes: What changed since its rules were applied the last time.
        by_hand: Whether what changed may take a right.
    """
    with policy.beyond(work.session):
        if by_hand:
            granting.check_needs(work, record, changes)
        entering.arrange(record, changes)
        if record.is_computed():
            settle_computed(work, record, changes)
        else:
            record.settle(work, changes)
        entering.check(work, record, changes)
        record.title = record.called(work)[:255]
    record.updated_at = work.now
    record.fold()


# ── computed fields ───────────────────────────────────────────────────────────────────────────────


def settle_computed(work: Context, record: Entity, changes: Changes) -> None:
    """Work out the formulas of a record and apply its rules until both agree."""
    found = work_out(record)
    news = changes | {name: (changes.get(name, pair)[0], pair[1]) for name, pair in found.items()}
    for _ in range(ROUNDS):
        record.settle(work, news)
        if not (news := work_out(record)):
            return
    raise RuntimeError(
        f"The rules of {record.slug()} do not come to an end: they change what {', '.join(news)} "
        "is worked out from again and again."
    )


def work_out(record: Entity) -> Changes:
    """Give a record what its formulas say, and return what this changed.

    A new record has no parts yet.
    """
    found = {} if record.id else {name: each.empty for name, each in record.rollups().items()}
    changes = {name: pair for name, value in found.items() if (pair := assign(record, name, value))}
    for name, formula in record.formulas().items():
        if pair := assign(record, name, formula.value(record)):
            changes[name] = pair
    return changes


def assign(record: Entity, name: str, value: Any) -> tuple[Any, Any] | None:
    """Give a computed field a value, rounded as its column keeps it.

    Return what it held and what it holds now, None where that is the same.

    Raises:
        Invalid: The column cannot hold it, and it must.
    """
    kind = record.fields()[name]
    try:
        value = fitted(kind, value)
    except OverflowError:
        if not (kind.computed and kind.computed.must_fit):
            return assign(record, name, None)
        sources = sources_of(type(record), name)
        typed = (each for each, other in record.fields().items() if other.label in sources)
        raise Invalid({next(typed, name): f"{kind.label} would be too large to keep."}) from None
    before = getattr(record, name)
    if before == value:
        return None
    setattr(record, name, value)
    return before, value
