"""The further addresses and numbers of a row: what is made of them with the person whom they
reach.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models.core import listeners
from models.core.audit.entries import changes_of
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError
from models.core.fields import Email, Link
from models.core.parsing import values
from models.core.permissions import policy
from models.exchange.mapping import WEB, squeeze
from models.exchange.prefetch import PrefetchingUnitOfWork

if TYPE_CHECKING:
    from models.exchange.cells import Reader
    from models.exchange.rows import FileRow, Further

MOBILE = ("mobil", "cell", "handy", "movil", "portable", "whatsapp")
"""What stands in the header of a number that is carried about."""
Way = tuple[str, str]
"""A type and a value."""


def read(
    desk: PrefetchingUnitOfWork,
    reader: "Reader",
    further: Sequence["Further"],
    texts: Mapping[str, str],
) -> tuple[list[Way], dict[str, str]]:
    """Return the ways to reach somebody, and by header what stands beside the fields and cannot be
    read.
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
    """Return what a text is as a way to reach somebody; ValueError where it is none, or the entity
    has no such ways.
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
    """Store the ways to reach new and changed records that are not known yet; returns how many are
    new.
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
    with policy.beyond(desk.session):  # what is there is not made again, whoever may see it
        there = {(id, text) for id, text in desk.session.execute(rows)}
    desk.near += desk.everyone(entity, {id for id, _ in wanted})
    made = []
    for (id, text), (kind, record) in wanted.items():
        main = {getattr(record, name, None) for name in ("email", "phone")}
        if (id, text) not in there and text not in main:
            value = f"+{text}" if text.isdecimal() else text
            made.append(table(**{entity.slug(): id}, type=kind, value=value))
    for each in made:
        listeners.begin(desk, each)
        listeners.follow_rules(desk, each, changes_of(each))
    if made:
        listeners.insert_many(desk, made)
    return len(made)
