"""What a filter finds in what people see, record by record in plain Python."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from models.core import fields
from models.core.custom.custom_field import Coming
from models.core.entity.base import ENTITIES
from models.core.fields.base import Field
from models.core.parsing.values import fold
from models.core.search.filter_nodes import And, Count, Node, Not, OneOf, Or, Term, Word
from tests.ground import START
from tests.models.plainly import Eyes, Row

Fits = Callable[[Row], bool]
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TEXTS = (fields.Text, fields.LongText)
OPEN: dict[str, tuple[tuple[str, ...], Fits]] = {
    "opportunity": (("stage",), lambda row: row["stage"] not in ("won", "lost")),
    "case": (("status",), lambda row: row["status"] in ("new", "open", "waiting")),
    "lead": (("status",), lambda row: row["status"] not in ("unqualified", "converted")),
    "activity": (
        ("done_at", "due_date"),
        lambda row: row["done_at"] is None and row["due_date"] is not None,
    ),
}
DUE = {"opportunity": "close_date", "case": "resolve_by", "activity": "due_date"}


def knows(slug: str, text: str) -> bool:
    """Whether a word is a state of the records of an entity."""
    return slug in {"open": OPEN, "closed": OPEN, "overdue": DUE}.get(text, ())


class Refused(Exception):
    """It asks what is hidden from one who reads, or names what they do not see."""


@dataclass(frozen=True)
class Reading:
    """A filter as people read it who see only this of an entity."""

    eyes: Eyes
    slug: str

    def fits(self, node: Node) -> Fits:
        match node:
            case And(parts):
                each = [self.fits(part) for part in parts]
                return lambda row: all(fits(row) for fits in each)
            case Or(parts):
                each = [self.fits(part) for part in parts]
                return lambda row: any(fits(row) for fits in each)
            case Not(part):
                inner = self.fits(part)
                return lambda row: not inner(row)
            case Word(text):
                return self.word(text)
            case Term("is", op, value):
                said = self.word(value)
                return said if op == "=" else lambda row: not said(row)
            case Term(name, op, value):
                return self.term(name, op, value)
            case OneOf() | Count():
                return self.several(node)

    def several(self, asked: OneOf | Count) -> Fits:
        if isinstance(asked, Count):
            return self.count(asked)
        ways = [self.term(asked.field, "=", value) for value in asked.values]
        return lambda row: any(fits(row) for fits in ways)

    def word(self, text: str) -> Fits:
        if knows(self.slug, text):
            return self.state(text)
        if text == "mine" and (owned := ENTITIES[self.slug].owned):
            return lambda row: row[owned] == self.eyes.me["id"]
        digits = "".join(filter(str.isdigit, text)).lstrip("0") if is_phone(text) else ""
        pieces = [piece if len(piece) > 2 else f" {piece}" for piece in fold(text).split()]

        def holds(row: Row) -> bool:
            words = self.eyes.words(self.slug, row)
            return all(piece in words for piece in pieces) or bool(digits and digits in words)

        return holds

    def state(self, text: str) -> Fits:
        names, is_open = OPEN[self.slug]
        due = DUE.get(self.slug, "")
        self.must_see(self.slug, *names, *([due] if text == "overdue" else []))
        if text != "overdue":
            return is_open if text == "open" else lambda row: not is_open(row)
        today = START.astimezone(ZoneInfo(self.eyes.me["zone"])).date()

        def over(row: Row) -> bool:
            return bool(row[due] < today if self.slug == "opportunity" else row[due] <= START)

        return lambda row: is_open(row) and row[due] is not None and over(row)

    def must_see(self, slug: str, *names: str) -> None:
        if self.eyes.blind(slug, *names):
            raise Refused

    def count(self, asked: Count) -> Fits:
        """How many they see of those that refer to a record."""
        slug = next(each for each, entity in ENTITIES.items() if asked.noun in entity.words())
        self.must_see(slug, asked.by)
        inner = Reading(self.eyes, slug).fits(asked.where)
        there = [row for row in self.eyes.records(slug) if inner(row)]
        number = int(asked.value)
        compare = SIGNS.get(asked.op, operator.ne)
        return lambda row: compare(sum(each[asked.by] == row["id"] for each in there), number)

    def related(self, name: str, op: str, value: str) -> Fits:
        """A field of the records that one leads to: of those that they see."""
        first, _, rest = name.partition(".")
        opposite = op in ("=", "!=") and (op == "!=") is not (value == "empty")
        if opposite:
            op = "=" if op == "!=" else "!="
        slug, beyond = self.beyond(first)
        inner = Reading(self.eyes, slug).term(rest, op, value)
        if opposite:
            return lambda row: not any(inner(there) for there in beyond(row))
        return lambda row: any(inner(there) for there in beyond(row))

    def beyond(self, name: str) -> tuple[str, Callable[[Row], list[Row]]]:
        """The entity that a field leads to, and the records of it that they see."""
        eyes, entity = self.eyes, ENTITIES[self.slug]
        if name in entity.joins:
            slug, between = entity.joins[name]
            self.must_see(between, self.slug, slug, "until")
            today = START.astimezone(ZoneInfo(eyes.me["zone"])).date()
            held = [row for row in eyes.records(between) if (row["until"] or today) >= today]
            there = {row["id"]: row for row in eyes.records(slug)}
            return slug, lambda row: [
                there[each[slug]]
                for each in held
                if each[self.slug] == row["id"] and each[slug] in there
            ]
        self.must_see(self.slug, name)
        kind = entity.fields()[name]
        assert isinstance(kind, fields.Reference)
        seen = {row["id"]: row for row in eyes.records(kind.to)}
        return kind.to, lambda row: [seen[row[name]]] if row[name] in seen else []

    def term(self, name: str, op: str, value: str) -> Fits:
        if "." in name:
            return self.related(name, op, value)
        kind = ENTITIES[self.slug].fields().get(name) or fields.Moment(name)
        self.must_see(self.slug, name)
        if value == "empty":
            return lambda row: (
                (not row[name] and not isinstance(row[name], bool | int | Decimal)) is (op == "=")
            )
        if op == "has":
            op = "=" if isinstance(kind, fields.Tags) else "~"
        compare = self.compare(kind, name, "=" if op == "!=" else op, value)
        if op == "!=":
            return lambda row: row[name] in (None, ()) or not compare(row)
        return lambda row: row[name] not in (None, ()) and compare(row)

    def compare(self, kind: Field, name: str, op: str, value: str) -> Fits:
        match kind:
            case fields.Reference():
                return self.reference(kind, name, op, value)
            case fields.Money():
                return self.money(kind, name, op, value)
            case fields.Moment():
                return self.moment(name, op, value)
            case fields.Choice() if kind.ranked and op not in ("=", "~"):
                ranks = [option.value for option in kind.options]
                return lambda row: SIGNS[op](ranks.index(row[name]), ranks.index(value))
            case fields.Tags():
                return lambda row: any(
                    value in tag if op == "~" else value == tag for tag in row[name]
                )
            case _ if op == "~":
                return lambda row: fold(value) in fold(row[name])
            case _ if isinstance(kind, TEXTS):
                return lambda row: fold(value) == fold(row[name])
        read = READING.get(type(kind), str)(value)
        return lambda row: SIGNS[op](row[name], read)

    def reference(self, kind: fields.Reference, name: str, op: str, value: str) -> Fits:
        company, eyes = self.eyes.company, self.eyes
        if value == "my-team":
            self.must_see("user", "team")
            theirs = {row["id"] for row in eyes.records("user") if row["team"] == eyes.me["team"]}
            return lambda row: row[name] in theirs
        if op == "~":
            return lambda row: (
                bool(there := company.find(kind.to, row[name]))
                and eyes.sees(kind.to, there)
                and (fold(value) in fold(there["title"]))
            )
        meant = eyes.me["id"] if value == "me" else self.meant(kind.to, value)
        return lambda row: row[name] == meant

    def meant(self, slug: str, value: str) -> int:
        """The one record that a reference or a name means, of those that they see."""
        there, prefix = self.eyes.records(slug), f"{ENTITIES[slug].prefix}-"
        if value.startswith(prefix):
            ways = [[row for row in there if f"{prefix}{row['number']}" == value]]
        else:
            whole = [row for row in there if fold(row["title"]) == fold(value)]
            ways = [whole, [row for row in there if fold(row["title"]).startswith(fold(value))]]
        found = next(filter(None, ways), [])
        if len(found) != 1:
            raise Refused
        return int(found[0]["id"])

    def money(self, kind: fields.Money, name: str, op: str, value: str) -> Fits:
        amount, _, currency = value.partition(" ")
        held = kind.currency.rpartition(".")[2]
        if currency:
            self.must_see(kind.whose or self.slug, held)

        def same(row: Any) -> bool:
            """Whether its currency is the one that is named, on it or on the record it names."""
            if not kind.beside:
                return bool(row[held] == currency)
            there = self.eyes.company.find(kind.whose, row[kind.beside])
            return bool(there and self.eyes.sees(kind.whose, there) and there[held] == currency)

        return lambda row: SIGNS[op](row[name], Decimal(amount)) and (not currency or same(row))

    def moment(self, name: str, op: str, value: str) -> Fits:
        """A day is the whole of it where who asks lives."""
        day, zone = date.fromisoformat(value), ZoneInfo(self.eyes.me["zone"])
        first, after = (
            datetime.combine(day + timedelta(days=more), time(), zone).astimezone(UTC)
            for more in (0, 1)
        )
        whole: dict[str, Fits] = {
            "=": lambda row: first <= row[name] < after,
            "<": lambda row: row[name] < first,
            ">=": lambda row: row[name] >= first,
            "<=": lambda row: row[name] < after,
            ">": lambda row: row[name] >= after,
        }
        return whole[op]


def is_phone(text: str) -> bool:
    """Whether a word may be a number with its country, or without."""
    return text[0] in "+0" and len(text) > 4


READING: dict[type[Field], Callable[[str], Any]] = {
    fields.Number: int,
    fields.Decimal: Decimal,
    fields.Percent: Decimal,
    fields.Day: date.fromisoformat,
    fields.Flag: lambda text: text == "yes",
    Coming: lambda text: text == "yes",
    fields.Phone: lambda text: text.removeprefix("+"),
}
