"""Make the shape of a workspace from the fields and options that its admins added."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.core.custom.custom_field import CustomField
from models.core.custom.kinds import kind_of
from models.core.custom.option_lists import OPTIONS, with_options
from models.core.entity.base import ENTITIES
from models.core.entity.custom_values import attach
from models.core.fields.base import Field
from models.core.fields.shape import BUILT_IN, Shape
from models.core.permissions.cache import Roster, Rosters

SAYING: Any = CustomField.__table__.c
COLUMNS = (
    "about",
    "slot",
    "name",
    "kind",
    "options",
    "to",
    "required",
    "default",
    "hint",
    "searched",
    "personal",
    "on_card",
    "is_unique",
    "filterable",
    "retired",
)
"""The columns that say what a field is."""
ASKING = (
    select(*(SAYING[name] for name in COLUMNS))
    .where(SAYING.workspace == bindparam("workspace"), SAYING.deleted_at.is_(None))
    .order_by(SAYING.position.is_(None), SAYING.position, SAYING.id)
)
"""The statement for the fields of a workspace, in the order in which people see them."""


def shape_of(session: Session, rosters: Rosters, workspace: str) -> Shape:
    """Return the shape of a workspace, read once for each roster.

    It is the same object for as long as the fields and options stay as they are.
    """
    roster: Roster = session.info["roster"]
    if roster.shape is None:
        here, connection = {"workspace": workspace}, session.connection()
        rows = [connection.execute(asking, here).all() for asking in (ASKING, OPTIONS)]
        before, shape = rosters.shapes.get(workspace, ([[], []], BUILT_IN))
        if rows != before:
            shape = made_of(*rows)
            rosters.shapes[workspace] = rows, shape
        roster.shape = shape
    return roster.shape


def made_of(rows: Sequence[Any], options: Sequence[Any] = ()) -> Shape:
    """Return the shape that rows say, and give the entities the attributes for its fields.

    Args:
        rows: The fields that were added.
        options: The options that were added to choices, or take the place of built-in ones.
    """
    added: dict[str, dict[str, Field]] = {}
    for row in rows:
        if entity := ENTITIES.get(row.about):
            attach(entity, row.slot)
            added.setdefault(row.about, {})[row.slot] = kind_of(row)
    for (about, choice), some in with_options(options).items():
        added.setdefault(about, {})[choice] = some
    return Shape(added) if added else BUILT_IN
