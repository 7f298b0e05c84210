"""The export of records as a CSV file that can be imported again."""

from collections.abc import Iterator
from typing import TextIO

from sqlalchemy import ColumnElement, select, true

from models.core import access
from models.core.base import Entity
from models.core.work import Work
from models.operations.transfer import sheets
from models.operations.transfer.batch import BESIDES
from models.operations.transfer.desk import Desk
from models.operations.transfer.mapping import CREATED_AT, EXTERNAL_ID, REF

PAGE = 500


def export(work: Work, entity: type[Entity], file: TextIO, where: ColumnElement[bool] | None = None) -> int:
    """Write the records of an entity as CSV, oldest first; returns how many. The headers are the names of the fields.

    file: opened with newline=""; where: only these records. Hidden records are left out.
    """
    access.check(work, entity.slug(), "list")
    desk = Desk(**vars(work))
    kinds = {name: kind for name, kind in entity.fields().items() if name != "deleted_at"}
    sheets.write(file, [REF, *kinds, EXTERNAL_ID, CREATED_AT])
    count = 0
    for records in pages(work, entity, true() if where is None else where):
        desk.gather(records)
        for record in records:
            texts = [kind.write(getattr(record, name), desk) for name, kind in kinds.items()]
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
