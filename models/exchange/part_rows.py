"""The parts that a row says in one cell, with a line for each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from models.core import part_lines
from models.core.entity.base import Entity
from models.core.errors import Invalid
from models.exchange.prefetch import PrefetchingUnitOfWork

if TYPE_CHECKING:
    from models.exchange.rows import FileRow


def read(
    desk: PrefetchingUnitOfWork,
    entity: type[Entity],
    line: "FileRow",
    texts: Mapping[str, str],
    values: Mapping[str, Any],
    record: Entity | None,
) -> dict[str, str]:
    """Read the lines of a row, and return by field why some are not understood.

    Lines that are as they are in the record already are left out.

    Args:
        desk: The unit of work.
        entity: The entity of the row.
        line: The row, which keeps the lines.
        texts: The texts of the row by field.
        values: What they were read as.
        record: The record that the row changes; None for a new one.
    """
    try:
        wanted = part_lines.changed(desk, record, texts, {}) if record else texts
        line.lines = {
            name: lines
            for name, lines in part_lines.read_all(desk, entity, wanted, values, record).items()
            if record is None or part_lines.differ(desk, record, name, lines)
        }
    except Invalid as error:
        return error.errors
    return {}


def store(desk: PrefetchingUnitOfWork, line: "FileRow", record: Entity) -> None:
    """Store the parts of a record that its row says."""
    for name, lines in line.lines.items():
        part_lines.store(desk, record, name, lines)
