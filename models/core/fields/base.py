"""What a field is: declared once on the entity, read by every surface.

The column, the form input, the card line, the CSV column, the filter, the search text, validation
and audit come from one declaration. Nothing here knows about Slack; `handlers.core.ui.forms`
renders each kind.

There are five texts of one value: `parse` reads what a person typed, `show` is for a person's eyes,
`echo` says how it was understood, `write` is the plain text that `parse` reads back (forms, CSV),
and `dump` is what the audit trail keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import String
from sqlalchemy.types import TypeEngine

from models.core.context import Reader as Reader
from models.core.errors import Ambiguous, Invalid
from models.core.fields.computed import Formula, Rollup
from models.core.parsing import values


@dataclass(frozen=True)
class Field:
    """The base of every kind: one line of text."""

    label: str
    """What it is called in forms, on cards and in sentences."""
    length: int = 255
    """The most characters that it may have."""
    required: bool = False
    """A record cannot be without it."""
    search: bool = False
    """Its words find the record."""
    personal: bool = False
    """It belongs to the person: it is exported and erased with them."""
    same: bool = False
    """Equal values hint at a duplicate, which is found by an index and named at the door."""
    unique: bool = False
    """No two records hold the same, but for deleted ones; texts are compared folded."""
    form: bool = True
    """It is an input of the form."""
    card: bool = True
    """It is a line of the card."""
    hint: str = ""
    """What the form says below its input."""
    also: tuple[str, ...] = ()
    """Other words for it in lines and files."""
    when: tuple[str, str] | None = None
    """It is asked for only where another field holds a value: (field, value)."""
    readonly: bool = False
    """Only the program sets it: nobody types it, and no file fills it."""
    computed: Formula | Rollup | None = None
    """How the program works it out; a computed field is readonly."""
    filterable: bool = False
    """Its values have an index of their own, of a field that was added."""
    filling: bool = False
    """Its values are being written into its index, which nobody asks before it is complete."""
    becoming_unique: bool = False
    """The values that are there are being looked through, before it is unique."""
    usual: str = ""
    """What a new record holds where nobody filled it, of a field that was added; as it is kept."""
    watched: bool = False
    """Its owner, and who follows the record, hear when somebody else changes it."""
    deeds: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What somebody did who set it to a value: the value, or * for any → a verb, such as won."""

    yours: bool = False
    """Its options are the workspace's: admins rename, order, add and retire them. A text becomes a
    choice as soon as it has some.
    """

    ordered: ClassVar[bool] = False
    """Whether < and > mean something in a filter."""
    nothing: ClassVar[str] = "empty"
    """What a change says where it holds nothing."""
    thaw: ClassVar[Any] = str
    """Makes a value of the text that `dump` made of it."""

    def __post_init__(self) -> None:
        if self.computed is not None:
            object.__setattr__(self, "readonly", True)
        if self.readonly:
            object.__setattr__(self, "form", False)

    def column(self) -> TypeEngine[Any]:
        return String(self.length)

    def parse(self, text: str, reader: Reader) -> Any:
        """Turn what a person typed into a value.

        Raises:
            ValueError: has the sentence that the person reads.
        """
        text = values.clean(text)
        if text:
            return self.read(text, reader)
        if self.required:
            raise ValueError(f"{self.label} is required.")
        return None

    def read(self, text: str, reader: Reader) -> Any:
        if len(text) > self.length:
            raise ValueError(
                f"{self.label} holds at most {self.length} characters; this has {len(text)}."
            )
        return text

    @property
    def says_nothing(self) -> bool:
        """Whether every record holds the same in it, so that nobody needs to read it."""
        return False

    @property
    def beside(self) -> str:
        """The field of the same record that says how this one is read and shown, "" for most."""
        return ""

    def among(self, kinds: "Mapping[str, Field]") -> "Field":
        """Return this kind as it is among the other fields of its entity."""
        return self

    def within(self, texts: Mapping[str, Any], record: Any) -> "Field":
        """Return this kind as a form asks for it, where its options depend on other fields.

        Args:
            texts: What was typed, by field.
            record: The record that the form is about; None for a new one.
        """
        return self

    def assign(self, name: str, text: str, reader: Reader, there: Any = None) -> dict[str, Any]:
        """Return the attributes that typing `text` into the field `name` sets.

        Most kinds set just the one.

        Args:
            name: The field.
            text: What was typed.
            reader: The person who types.
            there: What the field `beside` holds.
        """
        return {name: self.parse(text, reader)}

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return "" if value is None else str(value)

    def echo(self, value: Any, reader: Reader, record: Any = None) -> str:
        """Return what a person reads right after they typed it."""
        return self.show(value, reader, record)

    def write(self, value: Any, reader: Reader) -> str:
        return self.dump(value) or ""

    def dump(self, value: Any) -> str | None:
        return None if value is None else str(value)

    def load(self, text: str | None) -> Any:
        """Return the value from which `dump` made this text."""
        return None if text is None else type(self).thaw(text)


def read_all(
    kinds: Mapping[str, Field], texts: Mapping[str, str], reader: Reader, record: Any = None
) -> dict[str, Any]:
    """Return the values of texts by field name: {name: text} in, {attribute: value} out.

    Args:
        kinds: The fields.
        texts: What was typed.
        reader: The person who types.
        record: The record that the values are for, where it exists.

    Raises:
        Invalid: has a sentence for every text that cannot be read.
        Ambiguous: comes through, with what could be meant.
    """
    parsed: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, kind in in_order(kinds):
        if name in texts:
            try:
                must_be_typed(kind)
                if kind.beside in errors:  # what it is read by is not known
                    kind.parse(texts[name], reader)
                    continue
                there = around(kind, parsed, record)
                assigned = kind.assign(name, texts[name], reader, there)
                for other in assigned.keys() & kinds.keys():
                    must_be_typed(kinds[other])
                parsed = assigned | parsed
            except Ambiguous:
                raise
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise Invalid(errors)
    return parsed


def in_order(kinds: Mapping[str, Field]) -> list[tuple[str, Field]]:
    """Return the fields in the order in which they are read: each after the one beside it."""
    return sorted(kinds.items(), key=lambda item: bool(item[1].beside))


def around(kind: Field, parsed: Mapping[str, Any], record: Any = None) -> Any:
    """Return what the field beside a field holds: what was just read, or what stands there."""
    if not kind.beside:
        return None
    return parsed[kind.beside] if kind.beside in parsed else getattr(record, kind.beside, None)


def must_be_typed(kind: Field) -> None:
    """Raise ValueError where only the program sets a field."""
    if kind.readonly:
        raise ValueError(f"{kind.label} is kept by Rapport, and nobody types it. Leave it out.")
