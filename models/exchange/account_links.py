"""Join a person to the account that a row names, in the import that makes the person."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models.core import listeners, rules
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Forbidden
from models.core.permissions import policy
from models.exchange.prefetch import PrefetchingUnitOfWork, every

if TYPE_CHECKING:
    from models.exchange.rows import FileRow


def unknown(
    desk: PrefetchingUnitOfWork, entity: type[Entity], texts: Mapping[str, str]
) -> dict[str, str]:
    """Return, by column name, why a row cannot be joined to what it names."""
    errors: dict[str, str] = {}
    for name, (there, between) in entity.joins.items():
        if text := texts.get(name):
            try:
                desk.lookup(there, text)
                policy.check(desk, "new", ENTITIES[between])
            except (ValueError, Forbidden) as error:
                errors[name] = str(error)
    return errors


def join(
    desk: PrefetchingUnitOfWork, entity: type[Entity], taken: Sequence[tuple["FileRow", Entity]]
) -> int:
    """Join new and changed records to what their rows name where they are not joined yet.

    Return how many joins were made.
    """
    made = 0
    for name, (there, between) in entity.joins.items():
        pairs: dict[tuple[int, int], Entity] = {}
        whole = "" if entity.slug() in ENTITIES[between].fields() else entity.part_of
        for line, record in taken:
            for text in line.named(name):
                if (id := desk.found.get((there, text))) is not None:
                    pairs[getattr(record, whole or "id"), id] = record
        one = whole or entity.slug()
        made += store(desk, one, there, ENTITIES[between], pairs) if pairs else 0
    return made


def role_of(desk: PrefetchingUnitOfWork, record: Entity) -> str | None:
    """Return what a person is in what they are joined to.

    A job title that is hidden from the actor is not revealed by the role.
    """
    return (
        None
        if policy.hides(desk, type(record), "job_title")
        else getattr(record, "job_title", None)
    )


def store(
    desk: PrefetchingUnitOfWork,
    one: str,
    other: str,
    between: type[Entity],
    pairs: Mapping[tuple[int, int], Entity],
) -> int:
    table: Any = between
    mine = getattr(table, one).in_({id for id, _ in pairs})
    columns = select(getattr(table, one), getattr(table, other), table.primary, table.deleted_at)
    with policy.beyond(desk.session):  # what exists is not made again, seen or not
        rows = desk.session.execute(columns.where(mine).execution_options(with_deleted=True)).all()
    there = {(row[0], row[1]) for row in rows}
    led = {row[0] for row in rows if row[2] and row[3] is None}
    desk.near += every(desk, ENTITIES[one], {id for id, _ in pairs})
    records = []
    for (id, at), record in pairs.items():
        if (id, at) not in there:
            joined = table(
                **{one: id, other: at}, role=role_of(desk, record), primary=id not in led
            )
            led.add(id)
            records.append(joined)
    for joined in records:
        rules.begin(desk, joined)
        rules.prepare(desk, joined)
    if records:
        listeners.insert_many(desk, records)
    return len(records)
