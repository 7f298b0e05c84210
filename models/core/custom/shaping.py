"""Make the shape of a workspace from the fields that its admins added, and their layouts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.core.custom.custom_field import CustomField
from models.core.custom.field_layout import FieldLayout
from models.core.custom.kinds import kind_of
from models.core.entity.base import ENTITIES
from models.core.entity.custom_values import attach
from models.core.fields.base import Field
from models.core.fields.shape import BUILT_IN, Layout, Shape
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
LAID: Any = FieldLayout.__table__.c
LAYOUTS = select(LAID.about, LAID.card, LAID.form).where(
    LAID.workspace == bindparam("workspace"), LAID.deleted_at.is_(None)
)
"""The statement for the layouts of a workspace."""


def shape_of(session: Session, rosters: Rosters, workspace: str) -> Shape:
    """Return the shape of a workspace, read once for each roster.

    It is the same object for as long as the fields stay as they are.
    """
    roster: Roster = session.info["roster"]
    if roster.shape is None:
        there, here = session.connection(), {"workspace": workspace}
        rows, layouts = (there.execute(each, here).all() for each in (ASKING, LAYOUTS))
        before, shape = rosters.shapes.get(workspace, (([], []), BUILT_IN))
        if (rows, layouts) != before:
            shape = made_of(rows, layouts)
            rosters.shapes[workspace] = (rows, layouts), shape
        roster.shape = shape
    return roster.shape


def made_of(rows: Sequence[Any], layouts: Sequence[Any] = ()) -> Shape:
    """Return the shape that rows say, and give the entities the attributes for its fields.

    Args:
        rows: The fields.
        layouts: The layouts.
    """
    added: dict[str, dict[str, Field]] = {}
    for row in rows:
        if entity := ENTITIES.get(row.about):
            attach(entity, row.slot)
            added.setdefault(row.about, {})[row.slot] = kind_of(row)
    laid = {row.about: Layout(row.card, row.form) for row in layouts if row.about in ENTITIES}
    return Shape(added, laid) if added or laid else BUILT_IN
