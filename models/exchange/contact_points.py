"""The further addresses and numbers of a row, stored with the person whom they reach."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models.core import listeners, rules
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError
from models.core.fields import Email, Link
from models.core.parsing import values
from models.core.permissions import policy
from models.exchange.mapping import WEB, squeeze
from models.exchange.prefetch import PrefetchingUnitOfWork, every

if TYPE_CHECKING:
    from models.exchange.cells import Reader
    from models.exchange.rows import FileRow, Further

MOBILE = ("mobil", "cell", "handy", "movil", "portable", "whatsapp")
"""What occurs in the header of a mobile number."""
Way = tuple[str, str]
"""A type and a value."""


def read(
    desk: PrefetchingUnitOfWork,
    reader: "Reader",
    further: Sequence["Further"],
    texts: Mapping[str, str],
) -> tuple[list[Way], dict[str, str]]:
    """Return the further contact points of a row, and by header what cannot be read.

    Args:
        desk: The unit of work.
        reader: The reader of the file's cells.
        further: The values of the row that its fields cannot hold.
        texts: The texts of the row by field.
    """
    ways: list[Way] = []
    unread: dict[str, str] = {}
    for each in further:
        try:
            if each.target in reader.entity.joins:
                desk.lookup(reader.entity.joins[each.target][0], each.text)
            else:
                ways.append(way(desk, reader, each, texts))
        except (ValueError, CRMError):
            before = [unread[each.header]] if each.header in unread else []
            unread[each.header] = ", ".join([*before, values.clean(each.text)])
    return ways, unread


def way(
    desk: PrefetchingUnitOfWork, reader: "Reader", further: "Further", texts: Mapping[str, str]
) -> Way:
    """Return a text as a contact point.

    Raises:
        ValueError: The text is no contact point, or the entity has no contact points.
    """
    entity, target = reader.entity, further.target
    if not entity.reached_by:
        raise ValueError(f"{entity.noun().capitalize()} has one {target}.")
    policy.check(desk, "new", ENTITIES[entity.reached_by])
    if target == WEB:
        return "linkedin" if "linkedin." in further.text else "website", str(
            Link("Value").read(further.text, desk)
        )
    kind = reader.kinds[target]
    found, why = reader.cell(kind, target, {**texts, target: further.text}, desk)
    if why:
        raise ValueError(why)
    if isinstance(kind, Email):
        return "email", str(found[target])
    return "mobile" if any(word in squeeze(further.header) for word in MOBILE) else "phone", str(
        found[target]
    )


def store(
    desk: PrefetchingUnitOfWork, entity: type[Entity], taken: Sequence[tuple["FileRow", Entity]]
) -> int:
    """Store the contact points of new and changed records that are not known yet.

    Return how many are new.
    """
    wanted = {
        (record.id, text): (kind, record) for line, record in taken for kind, text in line.ways
    }
    if not wanted:
        return 0
    table: Any = ENTITIES[entity.reached_by]
    mine = getattr(table, entity.slug())
    rows = (
        select(mine, table.value)
        .where(mine.in_({id for id, _ in wanted}))
        .execution_options(with_deleted=True)
    )
    with policy.beyond(desk.session):  # what exists is not made again, seen or not
        there = {(id, text) for id, text in desk.session.execute(rows)}
    desk.near += every(desk, entity, {id for id, _ in wanted})
    made = []
    for (id, text), (kind, record) in wanted.items():
        main = {getattr(record, name, None) for name in ("email", "phone")}
        if (id, text) not in there and text not in main:
            value = f"+{text}" if text.isdecimal() else text
            made.append(table(**{entity.slug(): id}, type=kind, value=value))
    for each in made:
        rules.begin(desk, each)
        rules.prepare(desk, each)
    if made:
        listeners.insert_many(desk, made)
    return len(made)
