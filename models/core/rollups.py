"""Values that follow from the parts of a record, brought up to date when its parts change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, literal_column, null, select
from sqlalchemy.orm.attributes import instance_state

from models.core.audit import entries
from models.core.context import Context
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.entity.computed import condition_of, currency_of, decided_by, looks_at
from models.core.errors import Conflict
from models.core.fields.computed import Rollup, digits_of, fitted
from models.core.fields.shape import by_shape
from models.core.permissions import policy

Due = dict[type[Entity], dict[int, set[str]]]
"""What is to be worked out again: entity → id → fields."""
Share = tuple[tuple[Any, int], Sequence[Any]]
"""What parts that are alike amount to, how many they are, and what decides whether they count."""


@by_shape
def wholes_of(part: type[Entity]) -> tuple[tuple[type[Entity], str, Rollup], ...]:
    """Return what follows from the parts of an entity: (entity, field, rollup)."""
    found = (
        (entity, name, rollup)
        for entity in ENTITIES.values()
        for name, rollup in entity.rollups().items()
    )
    return tuple(
        each for each in found if each[2].of == part.slug() and has_fields_of(part, each[2])
    )


def has_fields_of(part: type[Entity], rollup: Rollup) -> bool:
    """Return whether the parts still have the fields that a rollup looks at."""
    return {rollup.by, *filter(None, [rollup.field])} <= part.fields().keys()


@by_shape
def has_any(entity: type[Entity]) -> bool:
    """Return whether records of an entity are parts, or have some, that a rollup is about."""
    return bool(wholes_of(entity) or entity.rollups())


def check(entities: Iterable[type[Entity]]) -> None:
    """Raise TypeError where a rollup is about something that does not exist."""
    for entity in entities:
        for name, rollup in entity.rollups().items():
            part = ENTITIES.get(rollup.of)
            where = f"The rollup {entity.slug()}.{name}"
            if part is None:
                raise TypeError(f"{where} is about {rollup.of}, which is no entity.")
            kinds = part.fields()
            if getattr(kinds.get(rollup.by), "to", "") != entity.slug():
                raise TypeError(f"{where} names {rollup.by}, which refers to no {entity.slug()}.")
            if rollup.field and rollup.field not in kinds:
                raise TypeError(f"{where} names {rollup.field}, which is no field of {rollup.of}.")
            if rollup.adds and digits_of(kinds[rollup.adds]) is None:
                raise TypeError(f"{where} adds up {rollup.adds}, which holds no number.")


def follow(work: Context, records: Iterable[Entity]) -> None:
    """Work out again what follows from records that were made or changed.

    Args:
        work: The unit of work.
        records: The records, before they are stored; new ones may be stored already.
    """
    due: Due = {}
    for record in records:
        if not has_any(type(record)):
            continue
        changes, new = entries.changes_of(record), instance_state(record).key is None
        for entity, name, rollup in wholes_of(type(record)):
            for id in touched(record, changes, rollup, new):
                due.setdefault(entity, {}).setdefault(id, set()).add(name)
        if own := set() if new else owned(record, changes):
            due.setdefault(type(record), {}).setdefault(record.id, set()).update(own)
    if not due:
        return
    with work.session.no_autoflush, policy.beyond(work.session):
        for entity in sorted(due, key=lambda entity: entity.slug()):
            bring_up_to_date(work, entity, due[entity])


def owned(record: Entity, changes: Changes) -> set[str]:
    """Return the rollups of a record itself that are to be worked out again.

    That is one that somebody set, and all of them where the record just came back.
    """
    came_back = "deleted_at" in changes and not record.deleted_at
    return {name for name in record.rollups() if came_back or name in changes}


def touched(record: Entity, changes: Changes, rollup: Rollup, new: bool) -> set[int]:
    """Return the ids of the records whose rollup the change of a part may change."""
    if rollup.by in changes and not new:
        ids = set(changes[rollup.by])
    elif new or changes.keys() & {*looks_at(type(record), rollup), "deleted_at"}:
        ids = {getattr(record, rollup.by)}
    else:
        ids = set()
    return ids - {None}


def bring_up_to_date(work: Context, entity: type[Entity], due: Mapping[int, set[str]]) -> None:
    """Give records what their parts add up to now.

    The records are locked first, so that of two people who add parts at the same time the second
    one counts the parts of the first.
    """
    wholes = locked(work, entity, due)
    names = {name for each in due.values() for name in each}
    found = worked_out(work, entity, names, due)
    for whole in wholes:
        if whole.deleted_at:
            continue  # its parts go and come back with it
        for name in sorted(due[whole.id]):
            value = kept(whole, name, found[name].get(whole.id, entity.rollups()[name].empty))
            if getattr(whole, name) != value:
                setattr(whole, name, value)


def worked_out(
    work: Context, entity: type[Entity], names: Collection[str], ids: Collection[int]
) -> dict[str, dict[int, Any]]:
    """Return what the parts of records amount to: rollup → id → value, as far as there are any."""
    rollups = entity.rollups()
    known = {name: rollups[name] for name in names if name in rollups}
    return {
        name: amounts(work, each, ids) if has_fields_of(ENTITIES[each.of], each) else {}
        for name, each in known.items()
    }


def kept(whole: Entity, name: str, value: Any) -> Any:
    """Return what a record keeps of what its parts amount to.

    Raises:
        Conflict: Its column cannot hold it, and it must.
    """
    kind, rollup = whole.fields()[name], whole.rollups()[name]
    try:
        return fitted(kind, value)
    except OverflowError:
        if rollup.must_fit:
            raise Conflict(f"{kind.label} of {whole} would be too large to keep.") from None
        return None


def locked(work: Context, entity: type[Entity], ids: Collection[int]) -> list[Entity]:
    """Return records as they are now, and keep others from changing them."""
    chosen = (
        select(entity, entity.version)
        .where(entity.id.in_(ids))
        .order_by(entity.id)
        .with_for_update(key_share=True)  # a part that is added holds a lock on the key
        .execution_options(with_deleted=True)
    )
    found = []
    for record, version in work.session.execute(chosen):
        if record.version != version and not work.session.is_modified(record):
            work.session.refresh(record)
        found.append(record)
    return found


def amounts(work: Context, rollup: Rollup, ids: Collection[int]) -> dict[int, Any]:
    """Return what the parts of records amount to, by the id of the record.

    Parts that the session holds changed count as they are there, all others as they are stored.
    """
    part, session = ENTITIES[rollup.of], work.session
    held = [each for each in (*session.new, *session.dirty) if type(each) is part]
    known = [each.id for each in held if each.id is not None]
    found: dict[int, list[Share]] = {}
    for id, number, value, *said in session.execute(stored(part, rollup, ids, known)):
        share = restored(part, rollup, value), number
        found.setdefault(id, []).append((share, said))
    for each in held:
        if (id := getattr(each, rollup.by)) in ids and each.deleted_at is None:
            said = [getattr(each, name) for name in decided_by(part, rollup)]
            found.setdefault(id, []).append((share_of(each, rollup), said))
    return {id: together(work, part, rollup, shares) for id, shares in found.items()}


def together(work: Context, part: type[Entity], rollup: Rollup, shares: Iterable[Share]) -> Any:
    """Return what those shares that count amount to.

    Amounts that are not all in the currency of the workspace amount to nothing that could be said.
    """
    names, currency = decided_by(part, rollup), currency_of(part, rollup)
    counted = [
        (share, dict(zip(names, said, strict=True)))
        for share, said in shares
        if not rollup.where or fulfils(part, rollup, said)
    ]
    foreign = (
        each[currency] not in (None, work.currency)
        for (value, _), each in counted
        if currency and value is not None
    )
    return None if any(foreign) else rollup.together([share for share, _ in counted])


def fulfils(part: type[Entity], rollup: Rollup, said: Sequence[Any]) -> bool:
    """Return whether a part counts that holds this in the fields of `decided_by`."""
    condition = condition_of(part, rollup)
    return bool(condition.of(said[: len(condition.names)]))


def share_of(part: Entity, rollup: Rollup) -> tuple[Any, int]:
    """Return what one part adds to a rollup, and how many parts that is."""
    if rollup.count:
        return None, 1
    value = fitted(part.fields()[rollup.field], getattr(part, rollup.field))
    return value, int(value is not None)


def stored(
    part: type[Entity], rollup: Rollup, ids: Collection[int], known: Collection[int]
) -> Select[Any]:
    """Return the statement for what stored parts amount to.

    Its rows are the record, how many parts there are, what they amount to together, and what all of
    them hold in the fields of `decided_by`.

    Args:
        part: The entity of the parts.
        rollup: What is worked out.
        ids: The records.
        known: The parts that do not count as they are stored.
    """
    by: Any = getattr(part, rollup.by)
    said = [getattr(part, name).label(f"said_{name}") for name in decided_by(part, rollup)]
    value: Any = getattr(part, rollup.field) if rollup.field else part.id
    each = select(by.label("whole"), value.label("value"), *said).where(by.in_(ids))
    if known:
        each = each.where(part.id.not_in(known))
    rows = each.subquery()
    keys = [rows.c.whole, *(rows.c[column.name] for column in said)]
    number, figure = func.count(rows.c.value), figure_of(part, rollup, rows.c.value)
    return select(keys[0], number, figure, *keys[1:]).group_by(*keys)


def figure_of(part: type[Entity], rollup: Rollup, column: Any) -> ColumnElement[Any]:
    """Return the SQL for what parts that are alike amount to.

    Numbers with decimals are added up as integers, because SQLite keeps them as floats.
    """
    if rollup.count:
        return null()
    if not rollup.adds:
        return func.min(column) if rollup.min else func.max(column)
    steps: Any = literal_column(str(10 ** (digits_of(part.fields()[rollup.adds]) or 0)))
    return func.sum(cast(func.round(column * steps), BigInteger))


def restored(part: type[Entity], rollup: Rollup, value: Any) -> Any:
    """Return what the SQL of `figure_of` stands for."""
    if not rollup.adds or value is None:
        return value
    return Decimal(int(value)).scaleb(-(digits_of(part.fields()[rollup.adds]) or 0))
