"""What happens at every flush and statement: scope, numbers, names, rules, audit, re-renders."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import and_, event, inspect, select
from sqlalchemy.orm import Session, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.session import ORMExecuteState

from models.core import parts, rollups, rules, summaries
from models.core.audit import entries
from models.core.context import IN_BULK, Context
from models.core.custom import indexed
from models.core.db.engine import insert_into, insert_rows
from models.core.entity.base import ENTITIES, Changes, Entity, Row
from models.core.entity.bulk import LATER, insert_now
from models.core.entity.finding import KEPT
from models.core.entity.sequences import take_numbers
from models.core.fields.shape import BUILT_IN, ENTERED, Shape
from models.core.names import forget_names
from models.core.notifications.changes import follow_changes
from models.core.outbox import audience, delivery
from models.core.permissions import policy, visibility
from models.core.search.index import index, referring

FEW = 10
"""The number of changed records up to which a unit of work waits for their cards.

Where it changes more, the cards let others pass.
"""
FOLLOWERS: list[Callable[[Context, Sequence[entries.Written]], None]] = []
"""What else follows from records just written; `models.registry` says what."""


def only_ours(state: ORMExecuteState) -> None:
    """Narrow every ORM statement to the rows of its own workspace that all readers may see.

    What is deleted is seen only by a statement that asks for it.
    """
    work = state.session.info.get("work")
    if work is None or state.is_column_load or state.is_relationship_load:
        return
    hidden = not state.execution_options.get("with_deleted")
    narrow = narrowed if state.execution_options.get(KEPT) else narrowed.__wrapped__
    state.statement = narrow(
        state.statement, work.workspace.id, hidden, visibility.of(state.session), ENTERED.get()
    )


@lru_cache(maxsize=512)
def narrowed(statement: Any, here: str, hidden: bool, seen: visibility.Sight, shape: Shape) -> Any:
    """Return a statement with the filters of a workspace; one that is made once keeps them."""
    return statement.options(*criteria(here, hidden, seen, shape))


@lru_cache(maxsize=1024)
def criteria(
    here: str, hidden: bool, seen: visibility.Sight = (), shape: Shape = BUILT_IN
) -> tuple[Any, ...]:
    """Return the filters for every statement of a workspace.

    They are made once, since making them costs as much as the statement.
    """
    ours = with_loader_criteria(Row, lambda cls: cls.workspace == here, include_aliases=True)
    there = with_loader_criteria(Entity, lambda cls: cls.deleted_at.is_(None), include_aliases=True)
    limits = {entity: visibility.conditions(entity, seen) for entity in ENTITIES.values()}
    narrowed = [
        with_loader_criteria(entity, and_(*limit), include_aliases=True)
        for entity, limit in limits.items()
        if limit
    ]
    return (ours, *([there] if hidden else []), *narrowed)


def settle(session: Session, context: UOWTransaction, instances: Any) -> None:
    """Give new rows their workspace and number, apply the rules of entities, and update names."""
    work = session.info.get("work")
    if work is None:
        return
    parts.go_along(work, [row for row in session.dirty if isinstance(row, Entity)])
    rules.keep(work, session)
    for row in session.new:
        if isinstance(row, Row):
            row.workspace = work.workspace.id


def record_changes(session: Session, context: UOWTransaction) -> None:
    """Write the audit rows, search texts and re-render requests for what was just written."""
    work = session.info.get("work")
    if work is None:
        return
    forget_names(session)
    created = [row for row in session.new if isinstance(row, Entity)]
    work.made += created
    updated = [row for row in session.dirty if isinstance(row, Entity) and session.is_modified(row)]
    updated.sort(key=lambda record: (record.slug(), record.id))  # the session keeps no order
    write_down(work, created, "create")
    write_down(work, updated, "update")
    many = IN_BULK in session.info or changed(work) > FEW
    others = [each for each in parts.wholes(work, [*created, *updated]) if each not in updated]
    shown = [*updated, *others]
    if many:
        shown = standing(work, shown)
    for record in shown:
        delivery.redraw(work, record, background=many)
    delivery.redraw_shown_on(work, [*created, *updated], background=many)
    for record in updated:
        if inspect(record).attrs["title"].history.has_changes() and referring(record.slug()):
            delivery.rename(work, record)


def standing(work: Context, records: Sequence[Entity]) -> list[Entity]:
    """Return those of many records that Slack shows."""
    known = work.session.info.get(IN_BULK, {})
    others = [key for each in records if (key := (each.slug(), each.id)) not in known]
    found = delivery.shown(work, others)
    keys = [(each.slug(), each.id) for each in records]
    pairs = zip(records, keys, strict=True)
    return [each for each, key in pairs if known.get(key) or key in found]


def changed(work: Context) -> int:
    """Return how many records a unit of work has changed so far."""
    return len({(change["entity"], change["record_id"]) for change in work.changes})


def write_down(work: Context, records: Sequence[Entity], action: str) -> None:
    """Write the audit rows, the search texts and what else follows from records just written.

    Args:
        work: The unit of work.
        records: The records.
        action: create or update.
    """
    written = [(record, action, entries.changes_of(record)) for record in records]
    rows = entries.entries(work, written)
    if rows:
        insert_rows(work.session, insert_into(work.session, entries.AuditEntry.__table__), rows)
        work.changes += rows
    if any(record.governing & changes.keys() for record, _, changes in written):
        work.regroup()
    with policy.beyond(work.session):
        index(
            work, [row for row, did, found in written if did == "create" or is_reworded(row, found)]
        )
        follow(work, written)
        indexed.keep(work, written)
        summaries.follow(work, written)
        follow_changes(work, written)
        for also in FOLLOWERS:
            also(work, written)


def follow(work: Context, written: Sequence[entries.Written]) -> None:
    """Make what follows from records just written, without changing any record.

    Raises:
        RuntimeError: A record was changed, which would be lost; `settle` can do that.
    """
    followers = [each for each in written if type(each[0]).follow is not Entity.follow]
    if not followers:
        return
    before = {record: record.__dict__.copy() for record, _, _ in written}
    dirty = {id(row) for row in work.session.dirty}
    work.session.info.pop(LATER, None)  # of a flush that failed
    for record, _, changes in followers:
        record.follow(work, changes)
    insert_now(work)
    others = [row for row in work.session.dirty if isinstance(row, Entity) and id(row) not in dirty]
    for record in (*before, *others):
        held = before.get(record, {})
        if record.__dict__ != held and (names := rules.moved(record, held)):
            raise RuntimeError(
                f"what follows from a record changed {record.slug()}: {', '.join(names)}. It may make "
                "records; only settle may change some, before they are written."
            )


def is_reworded(record: Entity, changes: Changes) -> bool:
    """Return whether a record just changed is found by other words than before, or not any more."""
    kinds = record.fields()
    if "deleted_at" in changes or any(kinds[name].search for name in changes):
        return True
    return inspect(record).attrs["title"].history.has_changes()


@cache
def needed_defaults(entity: type[Entity]) -> dict[str, Any]:
    """Return what the columns that are never empty hold where nobody said anything."""
    return {
        name: cast(Any, column.default).arg
        for name, column in entity.__mapper__.columns.items()
        if not column.nullable and column.default is not None and column.default.is_scalar
    } | kind_of_row(entity)


def kind_of_row(entity: type[Entity]) -> dict[str, Any]:
    """Return the column that says of which entity a row is, where several share a table."""
    mapper = entity.__mapper__
    on = mapper.polymorphic_on
    return (
        {} if on is None else {mapper.get_property_by_column(on).key: mapper.polymorphic_identity}
    )


def filled(value: Any, usual: Any) -> Any:
    return usual if value is None else value


def insert_many(work: Context, records: Sequence[Entity]) -> None:
    """Store many new records of one entity in a fraction of the time of a flush.

    The records have begun and applied their rules. All that a flush does for new records is done
    for them too. The session does not know them afterwards.
    """
    rules.keep_coming(work, records)
    entity, here = type(records[0]), work.workspace.id
    columns = [
        (name, each.name) for name, each in entity.__mapper__.columns.items() if name != "id"
    ]
    first = take_numbers(work, entity, len(records))
    for number, record in enumerate(records, first):
        vars(record).update(workspace=here, number=number, version=1, custom=record.custom or {})
    usual = needed_defaults(entity)
    rows = [
        {column: filled(vars(record).get(name), usual.get(name)) for name, column in columns}
        for record in records
    ]
    insert_rows(work.session, insert_into(work.session, entity.__table__), rows)
    ours = select(entity.id).where(entity.number >= first).order_by(entity.number)
    with policy.beyond(work.session):  # not everybody sees what they make
        ids = work.session.scalars(ours.execution_options(with_deleted=True)).all()
    for record, new in zip(records, ids, strict=True):
        record.id = new
    write_down(work, records, "create")
    rollups.follow(work, records)
    delivery.redraw_shown_on(work, records, background=True)


LISTENERS = (
    ("do_orm_execute", only_ours),
    ("before_flush", settle),
    ("after_flush", record_changes),
    ("after_flush", audience.follow_rights),
)


def install() -> None:
    """Listen to every session from now on; once, however often this is called."""
    for name, listener in LISTENERS:
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)
