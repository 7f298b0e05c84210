"""Which fields the card of a noun shows, and its form asks for first, as admins arrange them."""

from typing import Any, ClassVar

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.custom.field_names import FieldNames
from models.core.custom.noun_choice import NounChoice
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.errors import Invalid
from models.core.fields import Text, field
from models.core.permissions import policy

PLACES = ("card", "form")
"""The fields of a layout that hold fields of the noun."""
MOST = 20
"""Fields that a card shows, or a form asks for first."""


class FieldLayout(Entity):
    """Which fields the card of a noun shows and its form asks for first, in which order."""

    prefix = "LY"
    icon = ":triangular_ruler:"
    nouns = ("field layout",)
    line = PLACES
    makers = False
    asked_first = ("about", *PLACES)
    governing: ClassVar[frozenset[str]] = frozenset({"about", *PLACES, "deleted_at"})

    about: Mapped[str] = field(NounChoice("Of", required=True, also=("noun", "on")))
    """The noun whose records are laid out so."""
    name: Mapped[str | None] = field(Text("Name", 60, search=True, also=("called",)))
    """What it is called: Layout of deals, where nobody says otherwise."""
    card: Mapped[tuple[str, ...]] = field(
        FieldNames("On the card", also=("cards",), hint="In this order; none: as Rapport does it")
    )
    form: Mapped[tuple[str, ...]] = field(
        FieldNames(
            "Asked first",
            asked=True,
            also=("forms", "asks"),
            hint="In this order; the form asks for the others behind More fields",
        )
    )

    @classmethod
    def indexes(cls) -> list[Any]:
        there = text("deleted_at IS NULL")
        name, same = "ix_field_layout_about", ("workspace", "about")
        return [Index(name, *same, unique=True, sqlite_where=there, postgresql_where=there)]

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep one layout for each noun, of fields that it has."""
        if {"about", "deleted_at"} & changes.keys() and not self.deleted_at:
            must_be_single(work, self)
        self.name = self.name or f"Layout of {ENTITIES[self.about].plural()}"
        errors = {}
        for place in PLACES:
            if place in changes and not work.repeats:
                try:
                    setattr(self, place, self.resolved(place))
                except ValueError as error:
                    errors[place] = str(error)
        if errors:
            raise Invalid(errors)

    def resolved(self, place: str) -> tuple[str, ...]:
        """Return the fields that the words in a place name.

        Raises:
            ValueError: A word names none, or there are too many.
        """
        kind: Any = self.fields()[place]
        found: tuple[str, ...] = kind.resolved(ENTITIES[self.about], getattr(self, place) or ())
        if len(found) > MOST:
            raise ValueError(f"These are {len(found)} fields. Choose at most {MOST}.")
        return found


def must_be_single(work: Context, layout: FieldLayout) -> None:
    """Raise Invalid where the noun has another layout."""
    there = layout_of(work, layout.about)
    if there is not None and there.id != layout.id:
        raise Invalid({"about": f"There is a layout of it already: {there.ref}."})


def layout_of(work: Context, about: str) -> FieldLayout | None:
    """Return the layout that the workspace gave a noun."""
    with policy.beyond(work.session), work.session.no_autoflush:
        found = select(FieldLayout).where(FieldLayout.about == about).order_by(FieldLayout.id)
        return work.session.scalars(found.limit(1)).first()
