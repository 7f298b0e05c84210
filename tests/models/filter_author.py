"""Filters made up by chance, about whatever there is in a company."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from models.core import fields
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.fields.base import Field
from models.core.parsing.values import fold
from models.core.search.filter_fields import is_served
from models.core.search.filter_nodes import And, Count, Node, Not, OneOf, Or, Term, Word
from models.core.search.list_words import ALL
from tests.ground import START
from tests.models.companies import WORDS
from tests.models.filtering import knows
from tests.models.plainly import Eyes

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
            known = knows(self.slug, state) or (state == "mine" and self.entity.owned)
            return (
                Term("is", self.luck.choice(["=", "!="]), state)
                if known and chance < 0.5
                else Word(state)
            )
        if chance < 0.7 and self.ways():
            return self.related()
        if chance < 0.76 and (found := self.count()):
            return found
        return self.one_of() if chance < 0.8 else self.term()

    def ways(self) -> dict[str, str]:
        """The fields that lead to other records, and to which."""
        kinds = self.entity.fields().items()
        found = {name: kind.to for name, kind in kinds if isinstance(kind, fields.Reference)}
        joins = {
            name: slug
            for name, (slug, between) in self.entity.joins.items()
            if self.slug in ENTITIES[between].fields()
        }
        rows = self.eyes.company.rows
        return {name: to for name, to in (found | joins).items() if rows.get(to)}

    def related(self, deep: int = 2) -> Term:
        """A field of another record, one or two records away."""
        name, to = self.luck.choice(list(self.ways().items()))
        there = Author(self.luck, self.eyes, to)
        further = deep > 1 and self.luck.random() < 0.3 and there.ways()
        term = there.related(deep - 1) if further else there.term()
        return replace(term, field=f"{name}.{term.field}")

    def count(self) -> Count | None:
        """How many records refer to one; some of them, or all."""
        rows = self.eyes.company.rows
        known = [
            (child, name)
            for child, entity in ENTITIES.items()
            for name, kind in entity.fields().items()
            if isinstance(kind, fields.Reference) and kind.to == self.slug and rows.get(child)
            if is_served(entity, name)
        ]
        if not known:
            return None
        child, by = self.luck.choice(known)
        inner = Author(self.luck, self.eyes, child)
        where = self.luck.choice([And(()), inner.term(), Word(inner.word())])
        op = self.luck.choice(["=", "!=", "<", "<=", ">", ">="])
        return Count(ENTITIES[child].noun(), by, where, op, str(self.luck.randrange(3)))  # type: ignore[arg-type]

    def one_of(self) -> Node:
        """A field that holds one of several values, or of which none is one."""
        term = self.term()
        if term.op not in ("=", "!="):
            return term
        kind = self.entity.fields().get(term.field) or fields.Moment(term.field)
        held = [] if isinstance(kind, Named) else self.values(term.field)
        more = [self.value(kind, "=", self.luck.choice(held)) for _ in range(2)] if held else []
        found = OneOf(term.field, (term.value, *more))
        return found if term.op == "=" else Not(found)

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
            return ["~", "has"]
        if kind.ordered or (isinstance(kind, fields.Choice) and kind.ranked):
            return ["=", "!=", "<", "<=", ">", ">="]
        return ["=", "!="] if isinstance(kind, fields.Flag) else ["=", "!=", "~", "has"]

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
            case fields.Phone() if op not in ("~", "has"):
                return f"+{held}"
        text = plain(held)
        if op not in ("~", "has") or len(text) < 4:
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
            f"{said} not empty",
            f"open group by {said}",
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
                f'{name} in ("{low}", "{high}")',
                f'{name} has "{low}"',
            ]
        return texts

    def from_elsewhere(self, name: str) -> list[tuple[str, str]]:
        """What somebody may type about other records to learn what a field of these holds: their
        entity, and the words.
        """
        held = self.values(name)
        kind = self.entity.fields()[name]
        value = self.value(kind, "=", self.luck.choice(held)) if held else "empty"
        found = [(slug, f'{by}.{name} = "{value}"') for slug, by in self.leading()]
        found += [(slug, f"{by}.{name} not empty") for slug, by in self.leading()]
        noun = self.entity.noun()
        for field, to in self.ways().items():
            if field in self.entity.fields() and is_served(self.entity, field):
                found.append((to, f'count({noun} by {field} where {name} = "{value}") > 0'))
                found.append((to, f"count({noun} by {name}) > 0"))
        return found

    def leading(self) -> list[tuple[str, str]]:
        """The entities whose records lead to these, and by which field."""
        authors = [(each, Author(self.luck, self.eyes, each)) for each in self.eyes.company.rows]
        return [
            (slug, by)
            for slug, author in authors
            for by, to in author.ways().items()
            if to == self.slug
        ]

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
        if op in ("~", "has"):
            return str(row["title"])[:4].strip()
        if kind.to == "user" and self.luck.random() < 0.5:
            return "me" if op == "!=" else self.luck.choice(["me", "my-team"])
        return self.luck.choice([f"{ENTITIES[kind.to].prefix}-{row['number']}", str(row["title"])])


def plain(held: Any) -> str:
    """A value as people write it: 15.500 could be thousands."""
    return f"{held.normalize():f}" if isinstance(held, Decimal) else str(held)


LIMITS = (("over", ">"), ("at least", ">="), ("under", "<"), ("at most", "<="))
SIDES = (("before", "<"), ("until", "<="), ("after", ">"), ("since", ">="))
STATES = ("open", "closed", "me")
"""What is a state of the record, or its owner, before it is an option of a field."""
KEYWORDS = ("and", "not", "or", *ALL)


def is_searched(kind: Field) -> bool:
    return isinstance(kind, fields.Reference) and kind.search
