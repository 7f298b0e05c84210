"""What a filter finds in what people see, record by record in plain Python; and filters made up by
chance.
"""

import operator
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from models.core import fields
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.fields.base import Field
from models.core.parsing.values import fold
from models.core.search.filter_parser import And, Node, Not, Or, Term, Word
from tests.ground import START
from tests.models.companies import WORDS
from tests.models.plainly import Eyes, Row

Fits = Callable[[Row], bool]
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TYPED = (
    fields.Text,
    fields.LongText,
    fields.Email,
    fields.Domain,
    fields.Phone,
    fields.Choice,
    fields.Zone,
    Named,
)
TEXTS = (fields.Text, fields.LongText)
OPEN: dict[str, tuple[tuple[str, ...], Fits]] = {
    "opportunity": (("stage",), lambda row: row["stage"] not in ("won", "lost")),
    "case": (("status",), lambda row: row["status"] in ("new", "open", "waiting")),
    "activity": (
        ("done_at", "due_date"),
        lambda row: row["done_at"] is None and row["due_date"] is not None,
    ),
}
DUE = {"opportunity": "close_date", "case": "resolve_by", "activity": "due_date"}


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

    def word(self, text: str) -> Fits:
        if text in ("open", "closed", "overdue") and self.slug in OPEN:
            return self.state(text)
        if text == "mine" and (owned := ENTITIES[self.slug].owned):
            return lambda row: row[owned] == self.eyes.me["id"]
        digits = "".join(filter(str.isdigit, text)).lstrip("0") if text[0] in "+0" else ""
        pieces = [piece if len(piece) > 2 else f" {piece}" for piece in fold(text).split()]

        def holds(row: Row) -> bool:
            words = self.eyes.words(self.slug, row)
            return all(piece in words for piece in pieces) or bool(digits and digits in words)

        return holds

    def state(self, text: str) -> Fits:
        names, is_open = OPEN[self.slug]
        due = DUE[self.slug]
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

    def term(self, name: str, op: str, value: str) -> Fits:
        kind = ENTITIES[self.slug].fields().get(name) or fields.Moment(name)
        self.must_see(self.slug, name)
        if value == "empty":
            return lambda row: (
                (not row[name] and not isinstance(row[name], bool | int | Decimal)) is (op == "=")
            )
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


READING: dict[type[Field], Callable[[str], Any]] = {
    fields.Number: int,
    fields.Decimal: Decimal,
    fields.Percent: Decimal,
    fields.Day: date.fromisoformat,
    fields.Flag: lambda text: text == "yes",
    fields.Phone: lambda text: text.removeprefix("+"),
}


# ── filters made up ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Author:
    """Makes up filters about an entity of a company, from all that there is in it, seen or not."""

    luck: random.Random
    eyes: Eyes
    slug: str

    @property
    def entity(self) -> type[Entity]:
        return ENTITIES[self.slug]

    def tree(self, deep: int = 2) -> Node:
        if deep == 0 or self.luck.random() < 0.3:
            return self.leaf()
        parts = tuple(self.tree(deep - 1) for _ in range(self.luck.randrange(2, 4)))
        return self.luck.choice([And(parts), And(parts), Or(parts), Not(self.tree(deep - 1))])

    def leaf(self) -> Node:
        chance = self.luck.random()
        if chance < 0.45:
            return Word(self.word())
        if chance < 0.6:
            state = self.luck.choice(["open", "closed", "overdue", "mine"])
            known = self.slug in OPEN or (state == "mine" and self.entity.owned)
            return (
                Term("is", self.luck.choice(["=", "!="]), state)
                if known and chance < 0.5
                else Word(state)
            )
        return self.term()

    def word(self) -> str:
        """A part of a word that stands somewhere, in whatever record."""
        to = self.luck.choice(
            [self.slug, *(kind.to for kind in self.entity.fields().values() if is_searched(kind))]
        )
        rows = self.eyes.company.rows[to]
        kinds = [name for name, kind in ENTITIES[to].fields().items() if isinstance(kind, TYPED)]
        held = [
            str(row[name])
            for row in self.luck.sample(rows, min(3, len(rows)))
            for name in kinds
            if row[name]
        ]
        words = [word for text in held for word in text.split() if word.isalnum()] or list(WORDS)
        word = self.luck.choice(words)
        if word.isdigit() and len(word) > 9 and self.luck.random() < 0.3:
            return self.luck.choice([f"+{word}", f"0{word[2:4]} {word[4:]}"])
        first = self.luck.randrange(max(1, len(word) - 3))
        cut = word[first : first + self.luck.randrange(3, 8)]
        return cut if len(cut) > 2 and fold(cut) not in KEYWORDS else self.luck.choice(WORDS)

    def term(self) -> Term:
        kinds = {
            name: kind
            for name, kind in self.entity.fields().items()
            if not isinstance(kind, fields.Link)
        }
        name = self.luck.choice([*kinds, "created_at"])
        kind = kinds.get(name) or fields.Moment(name)
        signs = self.signs(kind)
        held = self.values(name)
        if not held or self.luck.random() < 0.1:
            return Term(name, self.luck.choice(["=", "!="]), "empty")  # type: ignore[arg-type]
        op = self.luck.choice(signs)
        return Term(name, op, self.value(kind, op, self.luck.choice(held)))

    def signs(self, kind: Field) -> Sequence[Any]:
        if isinstance(kind, Named):
            return ["~"]
        if kind.ordered or (isinstance(kind, fields.Choice) and kind.ranked):
            return ["=", "!=", "<", "<=", ">", ">="]
        return ["=", "!="] if isinstance(kind, fields.Flag) else ["=", "!=", "~"]

    def value(self, kind: Field, op: str, held: Any) -> str:
        match kind:
            case fields.Reference():
                return self.name(kind, op, held)
            case fields.Money():
                currency = self.luck.choice(["", " USD", " EUR"]) if kind.currency else ""
                return f"{held:.0f}{currency}"
            case fields.Moment():
                return str(held.date().isoformat())
            case fields.Flag():
                return "yes" if held else "no"
            case fields.Tags():
                return str(self.luck.choice(held))
            case fields.Phone() if op != "~":
                return f"+{held}"
        text = plain(held)
        if op != "~" or len(text) < 4:
            return text
        first = self.luck.randrange(len(text) - 3)
        return text[first : first + 4].strip()

    def words(self) -> tuple[str, Node]:
        """Words of a list, and the filter that they are to whoever sees what they ask; to others
        they are words.
        """
        ways = [self.option, self.period, self.bound, self.bound, self.held]
        ways += [self.person, self.nobodys] if self.entity.owned else []
        text, field, node = self.luck.choice(ways)()
        if not field or self.eyes.blind(self.slug, field):
            node = And(tuple(Word(word) for word in text.split()))
        return text, node

    def option(self) -> tuple[str, str, Node]:
        kinds = {
            name: kind
            for name, kind in self.entity.fields().items()
            if isinstance(kind, fields.Choice)
        }
        known = [
            (name, option)
            for name, kind in kinds.items()
            for option in kind.options
            if option not in STATES
        ]
        if not known:
            return "unlikely", "", Word("unlikely")
        name, option = self.luck.choice(known)
        return kinds[name].name(option), name, Term(name, "=", option.value)

    def period(self) -> tuple[str, str, Node]:
        begin, end = f"{START.year}-01-01", f"{START.year}-12-31"
        dated = self.entity.dated
        return "this year", dated, And((Term(dated, ">=", begin), Term(dated, "<=", end)))

    def bound(self) -> tuple[str, str, Node]:
        """What a field that has an order is compared with; amounts also without the field: over
        500.
        """
        found = self.bare() if self.luck.random() < 0.3 else None
        kinds = {
            name: kind
            for name, kind in self.entity.fields().items()
            if kind.ordered and self.values(name)
        }
        name = self.luck.choice([name for name in kinds if self.sees(name)] or [""])
        if found or not name:
            return found or self.held()
        said, dated = name.replace("_", " "), isinstance(kinds[name], fields.Day | fields.Moment)
        low, high = sorted(self.luck.choice(self.values(name)) for _ in range(2))
        one, other = (self.value(kinds[name], "=", each).split()[0] for each in (low, high))
        word, op = self.luck.choice(SIDES if dated else LIMITS)
        between: Node = And((Term(name, ">=", one), Term(name, "<=", other)))
        single: Node = Term(name, op, one)  # type: ignore[arg-type]
        text, node = self.luck.choice(
            [(f"{word} {one}", single), (f"between {one} and {other}", between)]
        )
        return f"{said} {text}", name, node

    def bare(self) -> tuple[str, str, Node] | None:
        """An amount alone is one of the first field with amounts that they see; where they see
        none, it is words.
        """
        kinds = [
            name for name, kind in self.entity.fields().items() if isinstance(kind, fields.Money)
        ]
        name = next(iter([name for name in kinds if self.sees(name)] or kinds), "")
        if not name or not self.values(name):
            return None
        value = f"{self.luck.choice(self.values(name)):.0f}"
        return f"over {value}", name, Term(name, ">", value)

    def held(self) -> tuple[str, str, Node]:
        """Whether a field holds anything."""
        name = self.luck.choice([name for name in self.entity.fields() if self.sees(name)])
        word, op = self.luck.choice([("with", "!="), ("without", "=")])
        return f"{word} {name.replace('_', ' ')}", name, Term(name, op, "empty")  # type: ignore[arg-type]

    def about(self, name: str) -> list[str]:
        """What somebody may type to learn what a field holds."""
        kind, said = self.entity.fields()[name], name.replace("_", " ")
        texts = [f"{word} {said}" for word in ("with", "no", "without")] + [
            f"{said} missing",
            f"{name}=empty",
        ]
        if held := self.values(name):
            low, high = (self.value(kind, "=", self.luck.choice(held)) for _ in range(2))
            texts += [
                low,
                low[:-1],
                f"over {low}",
                f"> {low}",
                f"{low}+",
                f"between {low} and {high}",
                f"before {low}",
            ]
            texts += [
                f"{said} {low}",
                f"{said} over {low}",
                f"{name} = {low}",
                f'{name} ~ "{low}"',
                f"not {low}",
            ]
        return texts

    def sees(self, name: str) -> bool:
        return not self.eyes.blind(self.slug, name)

    def values(self, name: str) -> list[Any]:
        return [
            row[name] for row in self.eyes.company.rows[self.slug] if row[name] not in (None, ())
        ]

    def nobodys(self) -> tuple[str, str, Node]:
        return "unassigned", self.entity.owned, Term(self.entity.owned, "=", "empty")

    def person(self) -> tuple[str, str, Node]:
        """A colleague by name; whom the readers do not see is no colleague."""
        row = self.luck.choice(self.eyes.company.rows["user"])
        seen = [other for other in self.eyes.records("user") if not other["left"]]
        wanted = fold(row["title"])
        meant = [other for other in seen if f" {wanted} " in f" {fold(other['title'])} "]
        field = self.entity.owned if meant else ""
        return (
            row["title"],
            field,
            Term(self.entity.owned, "=", f"US-{meant[0]['number'] if meant else 0}"),
        )

    def name(self, kind: fields.Reference, op: str, held: int) -> str:
        """What a record may be called that is pointed at: its reference, its name, a part of
        that.
        """
        row = self.eyes.company.find(kind.to, held)
        assert row
        if op == "~":
            return str(row["title"])[:4].strip()
        if kind.to == "user" and self.luck.random() < 0.5:
            return "me" if op == "!=" else self.luck.choice(["me", "my-team"])
        return self.luck.choice([f"{ENTITIES[kind.to].prefix}-{row['number']}", str(row["title"])])


def plain(held: Any) -> str:
    """A value as people write it: 15.500 could be thousands."""
    return f"{held.normalize():f}" if isinstance(held, Decimal) else str(held)


LIMITS = (("over", ">"), ("at least", ">="), ("under", "<"), ("at most", "<="))
SIDES = (("before", "<"), ("until", "<="), ("after", ">"), ("since", ">="))
STATES = ("open", "closed")
"""What is a state of the record before it is an option of a field."""
KEYWORDS = ("and", "not", "or")


def is_searched(kind: Field) -> bool:
    return isinstance(kind, fields.Reference) and kind.search
