"""Export records as a CSV file that can be imported again."""

from collections.abc import Iterator, Mapping
from typing import TextIO

from sqlalchemy import ColumnElement, and_, select

from models.core import part_lines
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Lines, Reference
from models.core.permissions import policy, visibility
from models.exchange import csv_files, origins
from models.exchange.mapping import BESIDES, CREATED_AT, EXTERNAL_ID, ORIGIN, REF
from models.exchange.prefetch import gather
from models.exchange.rows import COPIED

PAGE = 500


def export(
    work: Context,
    entity: type[Entity],
    file: TextIO,
    where: ColumnElement[bool] | None = None,
    with_lines: bool = True,
    most: int = 0,
) -> int:
    """Write the records of an entity as CSV, oldest first, and return how many.

    The headers are the names of the fields. Records that are deleted, or that the actor may not see
    or export, are left out.

    Args:
        work: The unit of work.
        entity: The entity whose records are written.
        file: The file, opened with newline="".
        where: A filter: only these records.
        with_lines: Write the parts of each record into a column, as lines. Without it the parts
            are to be exported by themselves.
        most: The characters after which nothing more is written; 0 for no end.
    """
    policy.check(work, "export", entity)
    kinds = {
        n: kind
        for n, kind in entity.fields().items()
        if n != "deleted_at" and not policy.hides(work, entity, n)
    }
    mine = visibility.only(work, entity, "export")
    mark = origins.mark_of(work.workspace)
    lines = lines_of(work, entity) if with_lines else {}
    csv_files.write(file, [REF, *kinds, *lines, EXTERNAL_ID, CREATED_AT, ORIGIN])
    count = 0
    for records in pages(work, entity, mine if where is None else and_(mine, where)):
        _near = gather(work, records)  # kept while these records are written
        written = [part_lines.write_all(work, records, kind) for kind in lines.values()]
        for record in records:
            texts = [
                kind.write(getattr(record, name), work)
                if policy.legible(work, record, name)
                else ""
                for name, kind in kinds.items()
            ]
            born = BESIDES[CREATED_AT].write(record.created_at, work)
            origin = origins.write(mark, links(work, record, dict(zip(kinds, texts, strict=True))))
            texts += [each[record.id] for each in written]
            csv_files.write(file, [record.ref, *texts, elsewhere(record), born, origin])
        count += len(records)
        if most and file.tell() > most:
            break
    return count


def lines_of(work: Context, entity: type[Entity]) -> dict[str, Lines]:
    """Return the fields of lines whose parts the actor may export as well as the whole."""
    viewers = (work.actor,) if work.actor is not None else ()
    mine = visibility.reach(viewers, entity, "export")
    return {
        name: kind
        for name, kind in entity.line_fields().items()
        if visibility.reach(viewers, ENTITIES[kind.of], "export") == mine
        and part_lines.shown(work, ENTITIES[kind.of])
    }


def links(work: Context, record: Entity, texts: Mapping[str, str]) -> dict[str, str]:
    """Return by field what else the records are known by to which a record refers.

    It is for workspaces where our references mean other records: people by their names, records by
    the ids that they have elsewhere.
    """
    found = {}
    for name, kind in record.fields().items():
        if isinstance(kind, Reference) and texts.get(name):
            there = work.get(ENTITIES[kind.to], getattr(record, name))
            found[name] = there.title if there.are_people else elsewhere(there)
    return {name: text for name, text in found.items() if text}


def elsewhere(record: Entity) -> str:
    """Return the id that a record has in another system, "" for a record whose row had no id."""
    id = record.external_id or ""
    return "" if id.startswith(COPIED) else id


def pages(
    work: Context, entity: type[Entity], where: ColumnElement[bool]
) -> Iterator[list[Entity]]:
    """Yield the records in pages by key, so that no cursor stays open and one page is in memory."""
    last = 0
    while True:
        page = select(entity).where(where, entity.id > last).order_by(entity.id).limit(PAGE)
        records: list[Entity] = list(work.session.scalars(page))
        if not records:
            return
        yield records
        last = records[-1].id
