"""Fields that admins add to the records of a noun."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Index, String, UniqueConstraint, false, func, select, text, true
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.custom import computing, formulas, indexing
from models.core.custom.indexing import Filling
from models.core.custom.kinds import COMPUTED, KINDS, NAMES, RELATED, CustomKind, code_of, kind_of
from models.core.custom.noun_choice import NounChoice
from models.core.custom.shape_lock import reshape
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.entity.custom_values import PREFIX, dumped
from models.core.errors import Conflict, Invalid
from models.core.fields import Choice, Flag, LongText, Number, Text, field
from models.core.fields.base import Reader
from models.core.fields.synonyms import squeezed
from models.core.identity import rights
from models.core.parsing import values
from models.core.parsing.texts import with_article
from models.core.permissions import policy

WITHOUT_INDEX = (
    CustomKind.LONG_TEXT,
    CustomKind.SEVERAL,
    CustomKind.YES_NO,
    CustomKind.RELATIONS,
)
"""The kinds of which no field is unique, or quick to filter by."""
MOST = 100
"""The fields that may be added to one noun."""
RESERVED = frozenset(("and", "or", "not", "is", "by", "sort", "group", "page", "this", "all"))
"""Words that mean something else in a line or a filter."""
BETWEEN = re.compile(r"\s*[,;\n]\s*")
NOUN_FIRST = "Bring the noun back first, by its number: object restore OB-1"
FLAGS = {
    "required": "required",
    "mandatory": "required",
    "searchable": "searched",
    "searched": "searched",
    "personal": "personal",
    "private": "personal",
    "unique": "is_unique",
    "filterable": "filterable",
}
"""Words at the end of a line that say yes to a field."""
EXAMPLES = {
    CustomKind.FORMULA: "amount * probability / 100",
    CustomKind.ROLLUP: "sum(deals.amount where stage = won)",
}
COMING = "yes, once all records are looked through"
QUOTED = re.compile(r"[\"“„«]([^\"”“»]+)[\"”“»]")


@dataclass(frozen=True)
class OptionList(LongText):
    """The options of a choice, in their order, with commas between."""

    length: int = 3000

    def read(self, text: str, reader: Reader) -> str:
        found = dict.fromkeys(filter(None, BETWEEN.split(text)))
        codes: dict[str, str] = {}
        for option in found:
            other = codes.setdefault(code_of(option), option)
            if other != option or not code_of(option):
                raise ValueError(f"The options “{other}” and “{option}” cannot be told apart.")
        return str(super().read(", ".join(found), reader))


@dataclass(frozen=True)
class FormulaText(LongText):
    """A formula or a roll-up, shown with the words that people use for its fields now."""

    length: int = 2000

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        if not value or record is None:
            return value or ""
        there = formulas.whose(value, record.about, record.kind == CustomKind.ROLLUP)
        return formulas.spoken(value, ENTITIES[there].fields()) if there else str(value)


@dataclass(frozen=True)
class Coming(Flag):
    """Yes or no, where yes comes true only when all records were looked through."""

    during: tuple[str, ...] = ()
    """The states of `CustomField.filling` in which it is not true yet."""

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        state = (getattr(record, "filling", "") or "").partition(":")[0]
        return COMING if value and state in self.during else super().show(value, reader, record)


class CustomField(Entity):
    """A field that your workspace added to its records."""

    prefix = "FD"
    icon = ":pencil2:"
    nouns = ("field", "custom field")
    line = ("about", "kind")
    makers = False
    asked_first = ("about", "name", "kind", "options", "formula", "required")
    governing: ClassVar[frozenset[str]] = frozenset(
        {
            "about",
            "name",
            "kind",
            "options",
            "to",
            "back",
            "hint",
            "default",
            "required",
            "searched",
            "personal",
            "on_card",
            "is_unique",
            "filterable",
            "position",
            "retired",
            "formula",
            "deleted_at",
        }
    )

    about: Mapped[str] = field(NounChoice("Of", required=True, also=("noun", "on")))
    """The noun whose records have it."""
    name: Mapped[str] = field(
        Text("Name", 60, required=True, search=True, also=("label", "called"))
    )
    kind: Mapped[str] = field(
        Choice(
            "Kind", options=CustomKind, names=NAMES, others=KINDS, required=True, also=("type",)
        ),
        default=CustomKind.TEXT,
    )
    options: Mapped[str | None] = field(
        OptionList("Options", also=("choices",), hint="For a choice: with commas between them")
    )
    to: Mapped[str | None] = field(NounChoice("Names a", hint="For a relation", also=("relation",)))
    back: Mapped[str | None] = field(
        Text(
            "Called on the other side",
            60,
            hint="For a relation: what the other record calls the list",
        )
    )
    formula: Mapped[str | None] = field(
        FormulaText(
            "Formula",
            also=("expression",),
            hint="For a formula or a roll-up: amount * probability / 100",
        )
    )
    required: Mapped[bool] = field(
        Flag("Required"), default=False, server_default=false(), nullable=False
    )
    default: Mapped[str | None] = field(
        Text("Default", hint="What a new record has where nobody says otherwise")
    )
    hint: Mapped[str | None] = field(Text("Hint", 140, hint="Stands below the input of forms"))
    searched: Mapped[bool] = field(
        Flag("Found by search", also=("searchable",)),
        default=False,
        server_default=false(),
        nullable=False,
    )
    personal: Mapped[bool] = field(
        Flag("Personal data", hint="Exported and erased with the person", also=("private",)),
        default=False,
        server_default=false(),
        nullable=False,
    )
    is_unique: Mapped[bool] = field(
        Coming(
            "Unique",
            hint="No two records may hold the same",
            also=("unique", "distinct"),
            during=tuple(Filling),
        ),
        default=False,
        server_default=false(),
        nullable=False,
    )
    filterable: Mapped[bool] = field(
        Coming(
            "Quick to filter by",
            hint="Keeps an index, for lists among many records",
            during=(Filling.INDEX,),
        ),
        default=False,
        server_default=false(),
        nullable=False,
    )
    on_card: Mapped[bool] = field(
        Flag("On the card", also=("card",)), default=True, server_default=true(), nullable=False
    )
    position: Mapped[int | None] = field(Number("Position", also=("order", "place")))
    retired: Mapped[bool] = field(
        Flag("Retired", hint="What is filled stays; nobody is asked any more"),
        default=False,
        server_default=false(),
        nullable=False,
    )
    result: Mapped[str | None] = mapped_column(String(60), default="")
    """What its formula amounts to, as a word for a kind."""
    filling: Mapped[str | None] = mapped_column(String(40))
    """What is done to its index, and the unit of work that asked for it; see `indexing`."""
    slot: Mapped[str] = field(Text("Key", 60, form=False, card=False, readonly=True), default="")

    @classmethod
    def indexes(cls) -> list[Any]:
        there = text("deleted_at IS NULL")
        name, same = "ix_custom_field_name", ("workspace", "about", "key")
        return [
            UniqueConstraint("workspace", "about", "slot"),
            Index(name, *same, unique=True, sqlite_where=there, postgresql_where=there),
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        """Return the fields that words fill: `deal "Contract type" choice required`."""
        noun, rest = led(words.strip(), rights.nouns())
        said = {"about": noun} if noun else {}
        while (found := ended(rest, FLAGS))[0]:
            flag, rest = found
            said[FLAGS[squeezed(flag)]] = "yes"
        rest, formula = formula_at_end(rest)
        said |= {"formula": formula} if formula else {}
        kind, label = ended(rest, {*map(squeezed, CustomKind), *KINDS})
        quoted = QUOTED.fullmatch(label.strip())
        said |= {"kind": kind} if kind else {}
        return said | {"name": quoted[1] if quoted else label.strip()}

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep the names of a noun's fields apart, and what depends on the kind in order.

        Of a noun that is deleted, a field can only be put away.
        """
        reshape(work)
        if self.about not in ENTITIES:
            if "deleted_at" in changes and self.deleted_at is None:
                raise Conflict(f"{self.name} is a field of a noun that is deleted. {NOUN_FIRST}")
            return
        errors = dict(self.problems(work, changes))
        if errors:
            raise Invalid(errors)
        if not self.slot:
            self.slot = self.free_slot(work)
        computing.understand(work, self, changes)
        if "deleted_at" in changes and self.deleted_at:
            computing.must_be_unused(work, self)
        if self.default is not None and "default" in changes:
            kind = kind_of(self, usual=False)
            try:
                self.default = dumped(kind, kind.parse(self.default, work))
            except ValueError as error:
                raise Invalid({"default": str(error)}) from None
        indexing.begin(work, self, changes)

    def problems(self, work: Context, changes: Changes) -> Iterator[tuple[str, str]]:
        """Yield what is wrong: field and sentence."""
        entity = ENTITIES[self.about]
        if self.id is not None and changes.keys() & {"about", "kind"}:
            yield "kind", "The kind of a field stays as it is. Retire this one and add another."
        if self.kind in (CustomKind.CHOICE, CustomKind.SEVERAL) and not self.options:
            yield "options", 'A choice needs options: options="annual, monthly".'
        if (self.is_unique or self.filterable) and self.kind in WITHOUT_INDEX:
            kind = Choice("Kind", names=NAMES).name(self.kind)
            yield "filterable", f"A field of the kind {kind} has no index."
        if "options" in changes and (why := self.still_held(work, changes["options"][0])):
            yield "options", why
        if self.kind in RELATED and not self.to:
            yield "to", "A relation names records of a noun: relation=account."
        yield from self.wrong_with_formula()
        named = bool(changes.keys() & {"name", "deleted_at"}) and not self.deleted_at
        if named and (why := self.is_taken(work, entity)):
            yield "name", why

    def wrong_with_formula(self) -> Iterator[tuple[str, str]]:
        """Yield what does not go with a field that is worked out, or only with one."""
        if self.kind not in COMPUTED:
            if self.formula:
                yield "formula", "Only a field of the kind Formula or Roll-up is worked out."
            return
        if not self.formula:
            example = EXAMPLES[CustomKind(self.kind)]
            yield "formula", f'It needs what it is worked out from: formula="{example}".'
        for name in ("required", "is_unique", "default"):
            if getattr(self, name):
                label = self.fields()[name].label
                yield name, f"{label} is for what people fill, and this is worked out."

    def still_held(self, work: Context, before: str | None) -> str:
        """Return why an option cannot go, "" where each that goes is held by no record."""
        entity: Any = ENTITIES[self.about]
        stay = {code_of(option) for option in (self.options or "").split(", ")}
        for option in (before or "").split(", "):
            if not option or code_of(option) in stay:
                continue
            text = entity.custom[self.slot].as_string()
            fits = text.in_([code_of(option)]) if self.kind == CustomKind.CHOICE else None
            fits = text.contains(f"|{code_of(option)}|") if fits is None else fits
            with policy.beyond(work.session), work.session.no_autoflush:
                count = work.session.scalar(select(func.count(entity.id)).where(fits)) or 0
            if count:
                one, many = entity.noun(), entity.plural()
                holds = f"1 {one} holds" if count == 1 else f"{count} {many} hold"
                return f"{holds} {option}. Choose another option there first."
        return ""

    def is_taken(self, work: Context, entity: type[Entity]) -> str:
        """Return why the field cannot have its name, "" where it can."""
        word = values.fold(self.name).replace(" ", "_")
        if word in RESERVED or word in entity.words():
            return f"“{self.name}” means something else in a line. Choose another name."
        if word in rights.VERBS.get(entity.slug(), ()):
            return (
                f"“{self.name}” is something people do with a {entity.noun()}. Choose another name."
            )
        other = entity.field_names().get(word)
        if (other and other != self.slot) or self.is_double(work):
            return f"{with_article(entity.noun()).capitalize()} has a field “{self.name}” already."
        return ""

    def is_double(self, work: Context) -> bool:
        """Return whether another field of the noun has the name, made by this unit of work too."""
        cls = type(self)
        same = (cls.about == self.about, cls.key == values.fold(self.name)[:255])
        with work.session.no_autoflush:
            return bool(work.session.scalar(select(cls.id).where(*same, cls.id != (self.id or 0))))

    def free_slot(self, work: Context) -> str:
        """Return a name for the attribute that no field of the noun has, or had."""
        cls = type(self)
        begin = f"{PREFIX}{code_of(self.name)[:40]}"
        taken = set(
            work.session.scalars(
                select(cls.slot).where(cls.about == self.about).execution_options(with_deleted=True)
            )
        )
        names = (begin if at == 1 else f"{begin}_{at}" for at in range(1, MOST * 100))
        return next(name for name in names if name not in taken)


def led(text: str, words: Collection[str]) -> tuple[str, str]:
    """Return the words at the beginning of a text that are among the known ones, and the rest."""
    parts = text.split(maxsplit=2)
    for length in (2, 1):
        begin = " ".join(parts[:length])
        if values.fold(begin) in words:
            return begin, " ".join(parts[length:])
    return "", text


def formula_at_end(text: str) -> tuple[str, str]:
    """Return a text without the quotation at its end, and what it quotes, after a word for formula.

    An example is `"Weighted" formula "amount * 2"`.
    """
    for found in QUOTED.finditer(text):
        before = text[: found.start()].strip()
        kind, _ = ended(before, {*map(squeezed, CustomKind), *KINDS})
        meant = KINDS.get(squeezed(kind), squeezed(kind))
        if found.end() == len(text.rstrip()) and meant in map(str, COMPUTED):
            return before, found[1]
    return text, ""


def ended(text: str, words: Collection[str]) -> tuple[str, str]:
    """Return the words at the end of a text that are among the known ones, and what is before.

    Args:
        text: The text.
        words: The known ones, squeezed.
    """
    parts = text.split()
    for length in (3, 2, 1):
        last = " ".join(parts[-length:])
        if len(parts) > length and squeezed(last) in words:
            return last, " ".join(parts[:-length])
    return "", text
