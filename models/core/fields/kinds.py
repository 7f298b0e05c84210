"""The kinds of field there are, and `field`, which declares one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal as Exact
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Boolean, Date, ForeignKey, Integer, Numeric
from sqlalchemy import Text as LongString
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from models.core.db.types import TagList, UTCDateTime
from models.core.fields.base import Field, Reader
from models.core.parsing import values

NEW, NONE = "new", "none"
"""What stands in the place of a record: one that is to be made, and none at all."""


class Candidate(NamedTuple):
    """What somebody may choose: what is typed for it, its name, and why it is offered."""

    value: str
    name: str
    why: str = ""


def no_candidates(work: Any, record: Any, texts: Mapping[str, str]) -> Sequence[Candidate]:
    """Return nothing: there is no form."""
    return ()


@dataclass(frozen=True)
class Text(Field):
    """One line."""

    def read(self, text: str, reader: Reader) -> Any:
        return super().read(" ".join(text.split()), reader)


@dataclass(frozen=True)
class LongText(Field):
    """Several lines."""

    length: int = 12_000

    def column(self) -> TypeEngine[Any]:
        return LongString()


@dataclass(frozen=True)
class Email(Field):
    """An e-mail address, in small letters."""

    def read(self, text: str, reader: Reader) -> str:
        return values.read_email(text)


@dataclass(frozen=True)
class Phone(Field):
    """At most 15 digits, E.164 without the +."""

    length: int = 15

    def read(self, text: str, reader: Reader) -> str:
        return values.read_phone(text, reader.region)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return values.show_phone(value) if value else ""

    def write(self, value: Any, reader: Reader) -> str:
        return f"+{value}" if value else ""


@dataclass(frozen=True)
class Link(Field):
    """A web address."""

    length: int = 2000

    def read(self, text: str, reader: Reader) -> Any:
        return super().read(values.read_link(text), reader)


@dataclass(frozen=True)
class Domain(Field):
    """The host of a web address: `acme.com`, also out of a whole address."""

    def read(self, text: str, reader: Reader) -> Any:
        return super().read(values.read_domain(text), reader)


@dataclass(frozen=True)
class Number(Field):
    """A whole number."""

    ordered = True
    thaw: ClassVar[Any] = int

    def column(self) -> TypeEngine[Any]:
        return Integer()

    def read(self, text: str, reader: Reader) -> int:
        return values.read_number(text)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return "" if value is None else f"{value:,}"


@dataclass(frozen=True)
class Decimal(Number):
    """A number with decimals, kept exactly; more of them than `places` are refused."""

    thaw = Exact
    places: int = 2

    def column(self) -> TypeEngine[Any]:
        return Numeric(18, self.places)

    def read(self, text: str, reader: Reader) -> Any:
        return values.read_decimal(text, self.places)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return "" if value is None else values.show_decimal(value)

    def write(self, value: Any, reader: Reader) -> str:
        return "" if value is None else values.write_decimal(value)

    def dump(self, value: Any) -> str | None:
        return None if value is None else values.plain_decimal(value)


@dataclass(frozen=True)
class Percent(Decimal):
    """A number from 0 to 100, with or without its sign; a whole one unless it has `places`."""

    places: int = 0

    def column(self) -> TypeEngine[Any]:
        return super().column() if self.places else Integer()

    def read(self, text: str, reader: Reader) -> Any:
        return values.read_percent(text, places=self.places)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return "" if value is None else f"{super().show(value, reader, record)} %"

    def load(self, text: str | None) -> Any:
        return super().load(text) if self.places or text is None else int(text)


@dataclass(frozen=True)
class Money(Field):
    """An amount.

    Its currency is in the sibling field `currency`, or in the record to which a sibling refers:
    `purchase.currency`. Without one it is the workspace's.
    """

    ordered, thaw = True, Exact
    currency: str = ""
    whose: str = ""
    """The entity of the record with the currency; `Entity.fields` fills it in."""

    def column(self) -> TypeEngine[Any]:
        return Numeric(18, 2)

    @property
    def beside(self) -> str:
        here, dot, _ = self.currency.partition(".")
        return here if dot else ""

    def among(self, kinds: Mapping[str, Field]) -> Field:
        there = kinds[self.beside] if self.beside else None
        return replace(self, whose=there.to) if isinstance(there, Reference) else self

    def currency_of(self, reader: Reader, record: Any) -> str:
        """Return the currency in which a record has this amount."""
        if not self.beside:
            own = getattr(record, self.currency, None) if self.currency else None
            return own or reader.currency
        return self.currency_there(reader, getattr(record, self.beside, None))

    def currency_there(self, reader: Reader, there: int | None) -> str:
        name = self.currency.rpartition(".")[2]
        return (reader.value(self.whose, there, name) if there else "") or reader.currency

    def read(self, text: str, reader: Reader) -> Exact:
        amount, currency = values.read_amount(text, reader.currency)
        if currency != reader.currency and not self.currency:
            raise ValueError(f"{self.label} is kept in {reader.currency}, not in {currency}.")
        return amount

    def assign(self, name: str, text: str, reader: Reader, there: Any = None) -> dict[str, Any]:
        amount = self.parse(text, reader)
        if amount is not None and self.beside:
            return {name: self.read_there(text, reader, there)}
        if amount is None or not self.currency or not (typed := self.currency_typed(text, reader)):
            return {name: amount}
        return {name: amount, self.currency: typed}

    def currency_typed(self, text: str, reader: Reader) -> str:
        """Return the currency that a text names beside its amount, "" where it names none."""
        if not values.read_amount(text, "")[1]:
            return ""
        return values.read_amount(text, reader.currency)[1]  # what $ means depends on the reader

    def read_there(self, text: str, reader: Reader, there: int | None) -> Exact:
        """Return an amount in the currency of another record, which the text may not contradict."""
        kept = self.currency_there(reader, there)
        amount, currency = values.read_amount(text, kept)
        if currency != kept:
            whose = f"{kept}, the currency of {reader.ref(self.whose, there)}" if there else kept
            raise ValueError(f"{self.label} is in {whose}, not in {currency}.")
        return amount

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        if value is None:
            return ""
        if self.beside and record is None:  # nothing says in which
            return values.show_decimal(value)
        return values.show_amount(value, self.currency_of(reader, record))

    def dump(self, value: Any) -> str | None:
        return None if value is None else values.write_amount(value)


@dataclass(frozen=True)
class Currency(Field):
    """An ISO 4217 code."""

    length: int = 3

    def read(self, text: str, reader: Reader) -> str:
        return values.read_currency(text)


@dataclass(frozen=True)
class Country(Field):
    """An ISO 3166 code of two letters."""

    length: int = 2

    def read(self, text: str, reader: Reader) -> str:
        return values.read_country(text)


@dataclass(frozen=True)
class Zone(Field):
    """An IANA time zone."""

    length: int = 64

    def read(self, text: str, reader: Reader) -> str:
        return values.read_zone(text)


@dataclass(frozen=True)
class Day(Field):
    """A day, in any way that people write one."""

    ordered, thaw = True, date.fromisoformat

    def column(self) -> TypeEngine[Any]:
        return Date()

    def read(self, text: str, reader: Reader) -> date:
        return values.read_day(text, reader.today)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return values.show_day(value, reader.today) if value else ""

    def echo(self, value: Any, reader: Reader, record: Any = None) -> str:
        return values.echo_day(value, reader.today) if value else ""


@dataclass(frozen=True)
class Moment(Field):
    """A point in time: UTC inside, the reader's zone outside."""

    ordered, thaw = True, datetime.fromisoformat

    def column(self) -> TypeEngine[Any]:
        return UTCDateTime()

    def read(self, text: str, reader: Reader) -> datetime:
        return values.read_moment(text, reader.now, reader.zone)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return values.show_moment(value, reader.now, reader.zone) if value else ""

    def echo(self, value: Any, reader: Reader, record: Any = None) -> str:
        return values.echo_moment(value, reader.now, reader.zone) if value else ""

    def dump(self, value: Any) -> str | None:
        return None if value is None else value.isoformat()


@dataclass(frozen=True)
class Clock(Field):
    """A time of day on somebody's own clock, kept as 09:00."""

    length: int = 5

    def read(self, text: str, reader: Reader) -> str:
        return f"{values.read_time(text):%H:%M}"


@dataclass(frozen=True)
class Flag(Field):
    """Yes or no; a box that is not ticked says no."""

    def column(self) -> TypeEngine[Any]:
        return Boolean()

    def parse(self, text: str, reader: Reader) -> bool:
        return bool(super().parse(text, reader))

    def read(self, text: str, reader: Reader) -> bool:
        return values.read_flag(text)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return "" if value is None else "yes" if value else "no"

    def dump(self, value: Any) -> str | None:
        return None if value is None else "yes" if value else "no"

    def load(self, text: str | None) -> Any:
        return None if text is None else text == "yes"


@dataclass(frozen=True)
class Tags(Field):
    """Several words of one's own, each once."""

    def column(self) -> TypeEngine[Any]:
        return TagList()

    def parse(self, text: str, reader: Reader) -> Any:
        return super().parse(text, reader) or ()

    def read(self, text: str, reader: Reader) -> tuple[str, ...]:
        return values.read_tags(text)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return ", ".join(value or ())

    def dump(self, value: Any) -> str | None:
        return ", ".join(value) if value else None

    def load(self, text: str | None) -> Any:
        return tuple(text.split(", ")) if text else ()


@dataclass(frozen=True)
class Reference(Field):
    """Another record."""

    thaw = int
    to: str = ""
    back: str = ""
    """What the other record calls the list of those that name it; else their noun."""

    def column(self) -> TypeEngine[Any]:
        return Integer()

    def read(self, text: str, reader: Reader) -> int:
        return reader.lookup(self.to, text)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return reader.name(self.to, value) if value else ""

    def write(self, value: Any, reader: Reader) -> str:
        return reader.ref(self.to, value) if value else ""


@dataclass(frozen=True)
class Joined(Text):
    """The name of a record that a new one is to be joined to.

    It is made where there is none.
    """

    to: str = ""


@dataclass(frozen=True)
class Match(Field):
    """A record that is here already, `new` for one that is made, or `none` for neither.

    A form offers what it may be: only a verb asks for it.
    """

    to: str = ""
    offers: Callable[[Any, Any, Mapping[str, str]], Sequence[Candidate]] = no_candidates
    """A function that returns what a form offers, first what it has chosen already.

    It takes the unit of work, the record, and what was typed.
    """
    listed: tuple[Candidate, ...] = ()
    """What a form offers, once it is known for which record."""

    def read(self, text: str, reader: Reader) -> Any:
        word = text.casefold()
        return word if word in (NEW, NONE) else reader.lookup(self.to, text)

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return reader.name(self.to, value) if isinstance(value, int) else value or ""


@dataclass(frozen=True)
class Person(Reference):
    """Someone of the workspace."""

    nothing = "unassigned"
    to: str = "user"


def field(kind: Field, **column: Any) -> MappedColumn[Any]:
    """Declare a field of an entity.

    An example is `name: Mapped[str] = field(Text("Name", required=True))`.
    """
    keys = [ForeignKey(f"{kind.to}.id")] if isinstance(kind, Reference) else []
    column.setdefault("nullable", not kind.required)
    return mapped_column(kind.column(), *keys, info={"field": kind}, **column)
