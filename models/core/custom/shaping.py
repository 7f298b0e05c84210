"""Make the shape of a workspace from what its admins made: nouns, fields, options, layouts."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.custom.custom_record import Definition, entity_of
from models.core.custom.field_layout import FieldLayout
from models.core.custom.kinds import kind_of
from models.core.custom.noun_word import NounWord
from models.core.custom.option_lists import OPTIONS, with_options
from models.core.entity.base import ENTITIES, plural
from models.core.entity.custom_values import attach
from models.core.fields.base import Field
from models.core.fields.shape import BUILT_IN, ENTERED, Called, Layout, Shape
from models.core.parsing import values
from models.core.permissions.cache import Roster, Rosters

SAYING: Any = CustomField.__table__.c
COLUMNS = (
    "about",
    "slot",
    "name",
    "kind",
    "options",
    "to",
    "back",
    "required",
    "default",
    "hint",
    "searched",
    "personal",
    "on_card",
    "is_unique",
    "filterable",
    "filling",
    "retired",
    "formula",
    "result",
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


NAMING: Any = CustomObject.__table__.c
NAMES = ("slot", "name", "plural_name", "starts", "emoji", "room", "about")
"""The columns that say what a noun is."""
ASKING_NOUNS = (
    select(*(NAMING[name] for name in NAMES))
    .where(NAMING.workspace == bindparam("workspace"), NAMING.deleted_at.is_(None))
    .order_by(NAMING.id)
)
"""The statement for the nouns that a workspace made."""


CALLING: Any = NounWord.__table__.c
WORDS = (
    select(*(CALLING[name] for name in ("about", "one", "many", "former", "deleted_at")))
    .where(CALLING.workspace == bindparam("workspace"))
    .order_by(CALLING.id)
)
"""The statement for what a workspace calls nouns; what it said before is still understood."""


PARTS = (ASKING, ASKING_NOUNS, OPTIONS, LAYOUTS, WORDS)
"""The statements for all that makes the shape of a workspace."""
Said = tuple[Sequence[Any], ...]
"""The rows of each of `PARTS`."""


def shape_of(session: Session, rosters: Rosters, workspace: str) -> Shape:
    """Return the shape of a workspace, read once for each roster.

    It is the same object for as long as what admins made stays as it is.
    """
    roster: Roster = session.info["roster"]
    if roster.shape is None:
        said = rows_of(session, workspace)
        before, shape = rosters.shapes.get(workspace, (None, BUILT_IN))
        if said != before and (before or any(said)):
            shape = made_of(*said)
            rosters.shapes[workspace] = said, shape
        roster.shape = shape
    return roster.shape


def renew(session: Session, workspace: str) -> None:
    """Let a unit of work that changed the shape go on in the new one."""
    if ENTERED.get() is session.info.get("shape"):
        session.info["shape"] = made_of(*rows_of(session, workspace))
        ENTERED.set(session.info["shape"])


def rows_of(session: Session, workspace: str) -> Said:
    """Return what a workspace says of its fields, nouns, options and layouts."""
    here, connection = {"workspace": workspace}, session.connection()
    return tuple(list(connection.execute(each, here)) for each in PARTS)


def made_of(
    fields: Sequence[Any],
    nouns: Sequence[Any],
    options: Sequence[Any],
    layouts: Sequence[Any],
    words: Sequence[Any],
) -> Shape:
    """Return the shape that rows say, and give the entities the attributes for its fields."""
    if not (fields or nouns or options or layouts or words):
        return BUILT_IN
    objects = {row.slot: (entity_of(row.slot), definition(row)) for row in nouns}
    there = ENTITIES.built_in().keys() | objects.keys()
    added: dict[str, dict[str, Field]] = {}
    for row in fields:
        entity = ENTITIES.built_in().get(row.about) or objects.get(row.about, (None, None))[0]
        if entity and (not row.to or row.to in there):
            attach(entity, row.slot)
            added.setdefault(row.about, {})[row.slot] = kind_of(row)
    for (about, choice), some in with_options(options).items():
        added.setdefault(about, {})[choice] = some
    laid = {row.about: Layout(row.card, row.form) for row in layouts if row.about in there}
    return Shape(added, objects, laid, called_by(words, {each.name for each in nouns}))


def called_by(rows: Sequence[Any], taken: Iterable[str]) -> dict[str, Called]:
    """Return what nouns are called: noun → the words now, and those of before that are still free.

    Args:
        rows: What the workspace says, and said.
        taken: The names of the nouns that it made.
    """
    now = {row.about: row for row in rows if not row.deleted_at}
    used = {values.fold(word) for row in now.values() for word in (row.one, row.many)}
    used |= {values.fold(name) for name in taken}
    before: dict[str, list[str]] = {}
    for row in rows:
        said = [*filter(None, (row.former or "").split(", "))]
        said += [row.one, row.many] if row.deleted_at else []
        before.setdefault(row.about, []).extend(w for w in said if values.fold(w) not in used)
    found = {}
    for about, words in before.items():
        usual, row = ENTITIES[about].usual_noun(), now.get(about)
        one, many = (row.one, row.many) if row else ("", "")
        found[about] = Called(usual, plural(usual), one, many, tuple(words))
    return found


def definition(row: Any) -> Definition:
    """Return what a row says about a noun."""
    name = row.name.casefold()
    return Definition(
        row.slot,
        name,
        (row.plural_name or plural(name)).casefold(),
        row.starts,
        row.emoji or ":card_index:",
        row.room or "",
        row.about or f"A {name}, which your workspace keeps records of.",
    )
