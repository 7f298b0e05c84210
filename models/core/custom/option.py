"""Options that admins add to the choices of a noun, or that take the place of built-in ones."""

from collections.abc import Iterator
from decimal import Decimal as Exact
from typing import Any, ClassVar

from sqlalchemy import Index, false, func, select, text
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.custom.custom_field import QUOTED, led
from models.core.custom.kinds import code_of
from models.core.custom.noun_choice import NounChoice
from models.core.custom.option_fields import (
    FORECASTS,
    LIKE,
    FieldChoice,
    FieldList,
    Home,
    Place,
    named_field,
    noun_of,
    yours,
)
from models.core.custom.order import (
    FIRST,
    built_in_options,
    last_of,
    named,
    place_after,
    places,
)
from models.core.custom.shape_lock import reshape
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.errors import Invalid
from models.core.fields import Choice, Decimal, Flag, Percent, Text, field
from models.core.fields.base import Field, Reader
from models.core.fields.synonyms import squeezed
from models.core.parsing import values
from models.core.parsing.texts import with_article
from models.core.permissions import policy

MOST = 90
"""The options that a choice may have: a menu of Slack holds a hundred."""
TAKEN = ("probability", "forecast")
"""The fields of an option that a record takes as it enters the option."""
ANOTHER = "Retire this one and add another."
NOT_YOURS = "No {} has options of its {}. Options of your own have: {}."


class Option(Entity):
    """One of the options of a choice, as your workspace wants it."""

    prefix = "OT"
    icon = ":radio_button:"
    nouns = ("option",)
    line = ("about", "choice", "home", "like")
    makers = False
    asked_first = ("about", "choice", "name", "below", "after", "like")
    governing: ClassVar[frozenset[str]] = frozenset(
        {
            "about",
            "choice",
            "name",
            "like",
            "home",
            "after",
            "position",
            "probability",
            "forecast",
            "conditions",
            "retired",
            "deleted_at",
        }
    )

    about: Mapped[str] = field(NounChoice("Of", required=True, also=("noun", "on")))
    """The noun whose choice has it."""
    choice: Mapped[str] = field(
        FieldChoice("Field", required=True, hint="Such as stage, status or lost reason")
    )
    name: Mapped[str] = field(
        Text("Name", 50, required=True, search=True, also=("label", "called"))
    )
    like: Mapped[str | None] = field(
        Choice("Behaves like", options=LIKE, also=("as",), hint="A built-in option")
    )
    home: Mapped[str | None] = field(
        Home(
            "Belongs to", also=("in", "within"), hint="Such as the pipeline of a stage: in=renewals"
        )
    )
    after: Mapped[str | None] = field(
        Place("Stands after", card=False, hint="Another option, or first")
    )
    position: Mapped[Exact | None] = field(Decimal("Position", places=9, readonly=True, card=False))
    probability: Mapped[int | None] = field(Percent("Probability"))
    forecast: Mapped[str | None] = field(
        Choice("Forecast category", options=FORECASTS, also=("category",))
    )
    conditions: Mapped[str | None] = field(
        FieldList(
            "Needs",
            also=("needs", "need", "requires"),
            hint="What a record must say to come here: amount, close date",
        )
    )
    retired: Mapped[bool] = field(
        Flag("Retired", hint="Records keep it; nobody chooses it any more"),
        default=False,
        server_default=false(),
        nullable=False,
    )
    slot: Mapped[str] = field(Text("Key", 50, form=False, card=False, readonly=True), default="")

    @classmethod
    def indexes(cls) -> list[Any]:
        there = text("deleted_at IS NULL")
        by_name, by_slot = (("workspace", "about", "choice", last) for last in ("key", "slot"))
        return [
            Index(name, *same, unique=True, sqlite_where=there, postgresql_where=there)
            for name, same in (("ix_option_name", by_name), ("ix_option_slot", by_slot))
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        """Return the fields that words fill: `deal stage "Pilot"`."""
        said = divided(words)
        quoted = QUOTED.fullmatch(said["name"])
        said["name"] = quoted[1] if quoted else said["name"]
        return {name: each for name, each in said.items() if each}

    @classmethod
    def recognise(cls, work: Context, text: str) -> int | None:
        """Return the id of the option that a text such as `deal stage pilot` means."""
        said = divided(text)
        if not (said["about"] and said["choice"]):
            return None
        entity, name = noun_of(said["about"]), said["choice"]
        kind = entity.fields().get(named_field(entity, name))
        try:
            code = kind.read(said["name"], work) if isinstance(kind, Choice) else ""
        except ValueError:
            return None
        return cls.id_of(work, entity.slug(), named_field(entity, name), code)

    @classmethod
    def id_of(cls, work: Context, about: str, choice: str, code: str) -> int | None:
        """Return the id of the record of an option, None where there is none."""
        same = (cls.about == about, cls.choice == choice, cls.slot == code)
        return work.session.scalar(select(cls.id).where(*same))

    def called(self, reader: Reader) -> str:
        """Return its name; with what it belongs to, where that is not the usual."""
        kind = ENTITIES[self.about].fields().get(self.choice) if self.about else None
        usual = kind.above.first if isinstance(kind, Choice) and kind.above else self.home
        return self.name if not self.home or self.home == usual else f"{self.name} ({self.home})"

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep the options of a choice apart and in their order, with a meaning for each."""
        reshape(work)
        entity = ENTITIES[self.about]
        kind = entity.fields().get(self.choice)
        if kind is None or not kind.yours:
            raise Invalid({"choice": NOT_YOURS.format(entity.noun(), self.choice, known_choices())})
        self.settle_home(work, kind, changes)
        if self.is_double(work, kind):
            raise Invalid({"name": f"There is an option “{self.name}” already."})
        self.settle_meaning(work, kind)
        if self.conditions:
            self.conditions = needed(entity, self.choice, self.conditions)
        self.slot = self.slot or self.free_slot(work)
        if errors := dict(self.problems(work, changes, kind)):
            raise Invalid(errors)
        self.settle_place(work, changes, kind)
        if "deleted_at" in changes and self.id is not None and not work.restores:
            self.take_along(work, changes["deleted_at"][0])

    def take_along(self, work: Context, before: Any) -> None:
        """Delete or bring back with it the options that belong to it.

        Args:
            work: The unit of work.
            before: When it was deleted; None where it is deleted now.
        """
        cls, kinds = type(self), ENTITIES[self.about].below().items()
        names = [name for name, kind in kinds if kind.under == self.choice]
        its = (cls.about == self.about, cls.choice.in_(names), cls.home == self.slot)
        found = select(cls).where(
            *its, cls.deleted_at.is_(None) if not before else cls.deleted_at == before
        )
        with work.session.no_autoflush:
            for each in work.session.scalars(found.execution_options(with_deleted=True)):
                each.deleted_at = self.deleted_at

    def settle_place(self, work: Context, changes: Changes, kind: Field) -> None:
        """Put an option where it is to stand; a new one stands behind those that are like it."""
        begins = self.position is None and self.slot not in self.built_in_ones
        moves = self.after if "after" in changes else ""
        if not (moves or begins):
            return
        every = places(work, self)
        among = kind.like(self.like) if isinstance(kind, Choice) and self.like else ()
        before = named(kind, moves, self.home) if moves else last_of(every, among)
        self.position = place_after(every, before)

    @property
    def built_in_ones(self) -> tuple[str, ...]:
        """The options that its choice has without anybody's doing."""
        return built_in_options(self.about, self.choice)

    def settle_home(self, work: Context, kind: Field, changes: Changes) -> None:
        """Bring what it belongs to into its kept form: the usual, where nobody says anything."""
        above = kind.above if isinstance(kind, Choice) and kind.under else None
        if above is None:
            if self.home:
                raise Invalid({"home": f"A {kind.label.lower()} belongs to nothing else."})
            self.home = None
        elif self.slot in self.built_in_ones:
            self.home = kind.homes.get(self.slot)  # type: ignore[attr-defined]
        elif self.id is not None and "home" in changes and changes["home"][0]:
            raise Invalid({"home": f"What an option belongs to stays. {ANOTHER}"})
        elif self.id is not None and self.home:
            self.must_have_home(work, kind)
        else:
            try:
                self.home = above.read(self.home, work) if self.home else above.first
            except ValueError as error:
                raise Invalid({"home": str(error)}) from None

    def must_have_home(self, work: Context, kind: Field) -> None:
        """Raise Invalid where an option is brought back and what it belongs to is deleted."""
        cls, above = type(self), getattr(kind, "under", "")
        its = (cls.about == self.about, cls.choice == above, cls.slot == self.home)
        with work.session.no_autoflush:
            there = work.session.scalars(
                select(cls).where(*its).execution_options(with_deleted=True).order_by(cls.id.desc())
            ).first()
        if there is not None and there.deleted_at and not self.deleted_at:
            raise Invalid(
                {"home": f"{there} is deleted, and this belongs to it: restore {there.ref}"}
            )

    def settle_meaning(self, work: Context, kind: Field) -> None:
        """Bring the built-in option that it behaves like, and its values, into their kept form."""
        if not isinstance(kind, Choice) or not kind.has_meanings:
            self.like = None
            return
        said = self.like or (self.after if values.fold(self.after or "") not in FIRST else "")
        if not said:
            raise Invalid({"like": f"Say what it behaves like: like={next(iter(kind.options))}"})
        try:
            self.like = kind.meaning(kind.read(said, work))
        except ValueError as error:
            raise Invalid({"like" if self.like else "after": str(error)}) from None

    def problems(self, work: Context, changes: Changes, kind: Field) -> Iterator[tuple[str, str]]:
        """Yield what is wrong: field and sentence."""
        takes = kind.takes if isinstance(kind, Choice) else ()
        whose = f"The {kind.label.lower()} of a {ENTITIES[self.about].noun()}"
        for name in TAKEN:
            if getattr(self, name) is not None and name not in takes:
                yield name, f"{whose} has no {self.fields()[name].label.lower()}."
        if self.id is not None and changes.keys() & {"about", "choice", "like"}:
            yield "like", f"What an option is like stays. {ANOTHER}"
        if self.retired and isinstance(kind, Choice) and self.slot in kind.kept:
            yield "retired", f"{self.name} is set by Rapport itself. Give it another name instead."
        if self.id is None and isinstance(kind, Choice) and len(kind.options) >= MOST:
            yield "name", f"{whose} has {MOST} options, and no menu holds more."
        if self.deleted_at and "deleted_at" in changes and (why := self.still_held(work)):
            yield "deleted_at", why

    def is_double(self, work: Context, kind: Field) -> bool:
        """Return whether another option is called the same, built-in ones among them."""
        if self.deleted_at:
            return False
        cls, word = type(self), squeezed(self.name)
        others = kind.options if isinstance(kind, Choice) else ()
        here = [each for each in others if each != self.slot and kind.shares(each, self.home)]  # type: ignore[attr-defined]
        if any(squeezed(kind.bare(each)) == word for each in here):  # type: ignore[attr-defined]
            return True
        same = (cls.about == self.about, cls.choice == self.choice, cls.id != (self.id or 0))
        named_so = cls.key == values.fold(self.called(work))[:255]
        with work.session.no_autoflush:
            mine = select(cls.id).where(*same, named_so | (cls.slot == (self.slot or None)))
            return bool(work.session.scalar(mine.limit(1)))

    def still_held(self, work: Context) -> str:
        """Return why an option cannot go, "" where no record holds it."""
        holds = "" if self.slot in self.built_in_ones else self.held(work)
        retire = f"Retire it: option edit {self.ref} retired=yes"
        return f"{holds} {self.name}. {retire}" if holds else ""

    def held(self, work: Context) -> str:
        """Return how many records hold it, also deleted ones: 3 deals hold; "" for none."""
        entity: Any = ENTITIES[self.about]
        held = select(func.count(entity.id)).where(getattr(entity, self.choice) == self.slot)
        with policy.beyond(work.session), work.session.no_autoflush:
            count = work.session.scalar(held.execution_options(with_deleted=True)) or 0
        if not count:
            return ""
        return f"1 {entity.noun()} holds" if count == 1 else f"{count} {entity.plural()} hold"

    def free_slot(self, work: Context) -> str:
        """Return what records keep for a new option, which no option is, or was, kept as."""
        cls = type(self)
        begin = (code_of(self.name) if self.built_in_ones else self.name)[:46]
        same = (cls.about == self.about, cls.choice == self.choice)
        with work.session.no_autoflush:
            used = work.session.scalars(
                select(cls.slot).where(*same).execution_options(with_deleted=True)
            )
        taken = {*used, *self.built_in_ones}
        names = (begin if at == 1 else f"{begin}_{at}" for at in range(1, 10_000))
        return next(name for name in names if name and name not in taken)


def divided(words: str) -> dict[str, str]:
    """Return the noun, the field and the name that words such as `deal stage Pilot` begin with."""
    nouns = {word for entity in ENTITIES.values() for word in entity.words()}
    noun, rest = led(words.strip(), nouns)
    if not noun:
        return {"about": "", "choice": "", "name": rest.strip()}
    entity = noun_of(noun)
    known = {
        word.replace("_", " ")
        for word, name in entity.field_names().items()
        if entity.fields()[name].yours
    }
    quoted = QUOTED.match(rest)
    if quoted and values.fold(quoted[1]) in known:
        choice, name = quoted[1], rest[quoted.end() :]
    else:
        choice, name = led(rest, known)
    return {"about": noun, "choice": choice, "name": name.strip()}


def needed(entity: type[Entity], choice: str, said: str) -> str:
    """Return the fields that an option needs, by their names in the records.

    Raises:
        Invalid: The records have no such field, or only the program fills it.
    """
    kinds, found = entity.fields(), []
    for word in said.split(", "):
        name = named_field(entity, word)
        if name not in kinds or kinds[name].readonly or name in (choice, "deleted_at"):
            raise Invalid(
                {
                    "conditions": f"{with_article(entity.noun()).capitalize()} has no field “{word}” to fill in."
                }
            )
        found.append(name)
    return ", ".join(dict.fromkeys(found))


def known_choices() -> str:
    """Return the choices whose options admins change, for a sentence."""
    return ", ".join(f"{entity.noun()} {name.replace('_', ' ')}" for entity, name, _ in yours())
