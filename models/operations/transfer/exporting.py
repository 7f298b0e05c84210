"""The export of records as a CSV file that can be imported again."""

from collections.abc import Iterator
from typing import TextIO

from sqlalchemy import ColumnElement, and_, select

from models.core import access, sight
from models.core.base import Entity
from models.core.work import Work
from models.operations.transfer import sheets
from models.operations.transfer.batch import BESIDES
from models.operations.transfer.desk import Desk
from models.operations.transfer.mapping import CREATED_AT, EXTERNAL_ID, REF

PAGE = 500


def export(work: Work, entity: type[Entity], file: TextIO, where: ColumnElement[bool] | None = None) -> int:
    """Write the records of an entity as CSV, oldest first; returns how many. The headers are the names of the fields.

    file: opened with newline=""; where: only these records. What is deleted, or not the
    actor's to see or to export, is left out.
    """
    access.check(work, "export", entity)
    desk = Desk(**vars(work))
    kinds = {n: kind for n, kind in entity.fields().items() if n != "deleted_at" and not access.hides(work, entity, n)}
    mine = sight.only(work, entity, "export")
    sheets.write(file, [REF, *kinds, EXTERNAL_ID, CREATED_AT])
    count = 0
    for records in pages(work, entity, mine if where is None else and_(mine, where)):
        desk.gather(records)
        for record in records:
            texts = [
                kind.write(getattr(record, name), desk) if access.legible(desk, record, name) else ""
                for name, kind in kinds.items()
            ]
            born = BESIDES[CREATED_AT].write(record.created_at, desk)
            sheets.write(file, [record.ref, *texts, record.external_id or "", born])
        count += len(records)
    return count


def pages(work: Work, entity: type[Entity], where: ColumnElement[bool]) -> Iterator[list[Entity]]:
    """The records by their keys, so that no cursor stays open and only a page is in memory."""
    last = 0
    while True:
        page = select(entity).where(where, entity.id > last).order_by(entity.id).limit(PAGE)
        records: list[Entity] = list(work.session.scalars(page))
        if not records:
            return
        yield records
        last = records[-1].id
