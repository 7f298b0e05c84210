"""What the tests of imports and exports do again and again."""

import csv
import io
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from models.core import records
from models.core.entity.base import Entity, Row
from models.core.unit_of_work import UnitOfWorkFactory
from models.exchange import Answers, Outcome, export, load
from models.exchange.mapping import REASON

SAID = {each.name for each in fields(Answers)}
DATA = Path(__file__).parents[2] / "data"


def imported(
    works: UnitOfWorkFactory,
    entity: type[Entity],
    text: str | bytes,
    by: str = "U_ADA",
    **options: Any,
) -> Outcome:
    """Import a file with this text, or the fixture of this name. options: as for `load`, and what
    `Answers` hold.
    """
    if isinstance(text, str) and text.endswith(".csv"):
        text = (DATA / text).read_bytes()
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    said = {name: options.pop(name) for name in SAID & options.keys()}
    return load(works, "T1", by, entity, file, Answers(**said), **options)


def rejected(
    works: UnitOfWorkFactory, entity: type[Entity], text: str, **options: Any
) -> list[str]:
    """The reasons for which rows of a file are rejected."""
    file = io.StringIO(newline="")
    imported(works, entity, text, rejected=file, **options)
    return [row[REASON] for row in csv.DictReader(io.StringIO(file.getvalue()))]


def exported(works: UnitOfWorkFactory, entity: type[Entity], where: Any = None) -> str:
    file = io.StringIO(newline="")
    with works("T1", "U_ADA", writes=False) as work:
        export(work, entity, file, where)
    return file.getvalue()


def everything(works: UnitOfWorkFactory, row: type[Row], workspace: str = "T1") -> list[Any]:
    """All rows of a table that are not hidden, oldest first."""
    with works(workspace, writes=False) as work:
        return list(work.session.scalars(select(row).order_by(row.id)))


def count(works: UnitOfWorkFactory, row: type[Row]) -> int:
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.count()).select_from(select(row.id).subquery())) or 0


def told(works: UnitOfWorkFactory, record: Entity) -> list[tuple[Any, ...]]:
    """What the audit trail says of a record: (actor, action, version, field, old, new)."""
    with works("T1", writes=False) as work:
        return [
            (e.actor, e.action, e.version, e.field, e.old, e.new)
            for e in records.history(work, record)
        ]
