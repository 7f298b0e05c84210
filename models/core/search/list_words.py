"""Read the words of a list as a filter: `won last month`, `rita`, `due today`, `unassigned`."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from sqlalchemy import or_, select

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Ambiguous
from models.core.fields import Choice, Country, Day, Moment, Money, Reference, Tags
from models.core.fields.base import Field
from models.core.fields.synonyms import squeezed
from models.core.identity.user import User
from models.core.parsing import values
from models.core.permissions import visibility
from models.core.search.comparisons import WIDEST, Bounds, must_be_clear
from models.core.search.filter_fields import (
    ALWAYS,
    OTHERS,
    SHORTCUTS,
    counted,
    field_of,
    shortcuts,
)
from models.core.search.filter_nodes import And, Count, Node, Not, OneOf, Or, Term, Word
from models.core.search.filter_parser import quote
from models.core.search.filter_periods import read_span
from models.core.search.filter_values import team_named
from models.core.search.idle_words import FILLERS, SAYS_NOTHING
from models.core.search.list_parts import is_past, key, plain, together, worded
from models.core.search.lookup import REFERENCE, begins
from models.core.search.mentions import OWNERS, called
from models.core.search.similarity import likeness

LONGEST = 6
"""The most words that one condition may take: assigned to Rita Reyes."""
LONGEST_NAME = 4
"""The most words of a colleague's name."""
MOST = 20
"""The most words that are read as conditions; further words of a list are only searched for."""
CODE, SHORTEST_COUNTRY = 2, 4
"""Letters of the code of a country, and of the shortest name of one."""
OFFERED = 5
NEAR = 70
"""From 100, how like a word must be to one that is a filter."""
ALL = frozenset(("all", "every", "alle", "tous", "todos"))
NOBODYS = frozenset(
    ("unassigned", "unowned", "unclaimed", "nobody", "nobody's", "no owner", "without owner")
)
MINE = frozenset(("my", "mine", "me"))
ARTICLE = re.compile(r" (?:the|an?|our|their) ", re.IGNORECASE)
DATED: Mapping[str, str] = {
    "added": "created_at",
    "made": "created_at",
    "opened": "created_at",
    "new": "created_at",
    "changed": "updated_at",
    "modified": "updated_at",
}
NAMED = 4
"""The words of a field's name, at most, before a period."""
EXTENDED = (Money, Day, Moment, Choice, Reference)
"""The kinds for which more words can belong to a value: 10k USD, end of month, Ada Lovelace."""


@dataclass
class Listing:
    """Reads words side by side as conditions, the longest first.

    What is hidden from a viewer is no condition, so that nothing is found by it.

    Attributes:
        alone: whether words without a field are conditions at all.
        people: whether the bare names of colleagues are conditions too.
        told: what each condition was read as.
        searched: the words that are left to be searched for.
        over: an option was named that says what somebody did: won, so that a month is past.
    """

    work: Context
    entity: type[Entity]
    alone: bool = True
    people: bool = True
    told: list[str] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)
    over: bool = False

    def read(self, node: Node) -> Node:
        """Return the same filter with words replaced by the conditions that they mean."""
        match node:
            case And(parts):
                return And(tuple(self.side_by_side(parts)))
            case Or(parts):
                return Or(tuple(self.read(part) for part in parts))
            case Not(part):
                before = len(self.told)
                inner = self.read(part)
                self.told[before:] = [f"not {each}" for each in self.told[before:]]
                return Not(inner)
            case OneOf():
                return node
            case Count():
                return self.count(node)
        read: tuple[Node, ...] = tuple(self.side_by_side((node,)))
        return read[0] if len(read) == 1 else And(read)

    def count(self, asked: Count) -> Count:
        """Return a count whose words are read as those of a list of what is counted."""
        try:
            child, _ = counted(asked, self.entity)
        except ValueError:
            return asked  # the compiler of the filter says what is wrong
        inner = Listing(self.work, child, self.alone, self.people)
        where = inner.read(asked.where)
        inner.must_be_read(asked)
        about = f" ({', '.join(inner.told)})" if inner.told else ""
        self.told.append(f"{child.plural()}{about} {asked.op} {asked.value}")
        return replace(asked, where=where)

    def must_be_read(self, asked: Count) -> None:
        """Raise ValueError where a word of a count is no condition, which would go unnoticed."""
        if self.searched and self.alone:
            word, noun = self.searched[0], self.entity.noun()
            known = [*shortcuts(self.entity), *self.options]
            near = max(known, key=lambda each: likeness(word, each), default="")
            hint = f" Did you mean {near}?" if near and likeness(word, near) >= NEAR else ""
            raise ValueError(
                f"“{word[:40]}” in the count of {asked.noun} says nothing about a {noun}.{hint} "
                f"Write a condition: count({asked.noun} where {self.entity.named[0]} ~ …)."
            )

    def side_by_side(self, parts: Sequence[Node]) -> list[Node]:
        found: list[Node] = []
        at, before = 0, len(self.told)
        while at < len(parts):
            part = parts[at]
            if isinstance(part, Word) and not part.exact:
                node, taken = self.word(plain(parts[at : at + WIDEST]), meant=at < MOST)
            elif isinstance(part, Term):
                node, taken = self.term(part, plain(parts[at + 1 : at + LONGEST]))
            else:
                node, taken = (part if isinstance(part, Word) else self.read(part)), 1
                self.searched += [part.text] if isinstance(part, Word) else []
            found.append(node)
            at += taken
        return together(self.telling(found) if len(self.told) > before else found)

    def telling(self, parts: Sequence[Node]) -> list[Node]:
        """Return the parts without the words that say nothing beside conditions."""
        idle = [part for part in parts if self.is_idle(part)]
        for part in idle:
            assert isinstance(part, Word)
            self.searched.remove(part.text)
        return [part for part in parts if part not in idle]

    def is_idle(self, part: Node) -> bool:
        """Return whether a part is a word that is searched for and says nothing."""
        searched = isinstance(part, Word) and not part.exact and part.text in self.searched
        return searched and values.fold(part.text) in SAYS_NOTHING  # type: ignore[union-attr]

    # ── words ─────────────────────────────────────────────────────────────────────────────────────

    def word(self, words: Sequence[str], meant: bool = True) -> tuple[Node, int]:
        """Return the condition that the first words mean, and how many words it takes.

        It takes as many words as go together.
        """
        if self.alone and values.fold(words[0]) == "by" and self.colleagues(words[1:2]):
            someone, taken = self.word(words[1:], meant)  # by Sam, who is no Saturday
            return someone, taken + 1
        if self.alone and meant and (found := self.bounds.read(words)):
            self.told.append(found[1])
            return found[0], found[2]
        for length in range(min(len(words), LONGEST), 0, -1) if self.alone and meant else ():
            run = words[:length]
            while run:
                led = len(run) < length  # for Blue Fjord
                if node := self.meaning(run) or (self.named(" ".join(run)) if led else None):
                    return node, length
                run = run[1:] if values.fold(run[0]) in FILLERS else []
        if values.fold(words[0]) in ALL:
            return And(()), 1
        if values.fold(words[0]) not in shortcuts(self.entity):
            self.searched.append(words[0])
        return Word(words[0]), 1

    def meaning(self, run: Sequence[str]) -> Node | None:
        """Return the condition that these words together mean."""
        said = " ".join(run)
        ways: tuple[Callable[[str], Node | None], ...]
        ways = (self.state, self.option, self.record, self.team, self.person, self.period)
        for way in ways:
            if node := way(said):
                return node
        return None

    def state(self, said: str) -> Node | None:
        """Return the condition of `open`, `overdue`, `mine` or `unassigned`."""
        folded, owned = values.fold(said), self.entity.owned
        if folded in shortcuts(self.entity) and not visibility.hidden(
            self.work, SHORTCUTS[folded](self.entity, self.work)
        ):
            mine = folded == "mine" and self.work.actor
            self.told.append(
                f"{self.kinds[owned].label}: {mine.title}"
                if mine and owned in self.kinds
                else folded
            )
            return Word(folded)
        if not owned or owned not in self.kinds:
            return None
        if folded in MINE:
            return self.state("mine")
        return self.taken(Term(owned, "=", "empty"), "nobody") if folded in NOBODYS else None

    def option(self, said: str) -> Node | None:
        """Return the condition of an option that a field may hold, or of a yes to a flag."""
        bare = ARTICLE.sub(" ", said)  # waiting for the customer
        words = (key(said), key(squeezed(said)), key(squeezed(bare)))  # others have no spaces
        ways = next(filter(None, map(self.options.get, words)), None) or self.country(said)
        self.over |= any(value in self.kinds[name].deeds for name, value, _ in ways)
        found = [self.taken(Term(name, "=", value), shown) for name, value, shown in ways]
        return None if not found else found[0] if len(found) == 1 else Or(tuple(found))

    def country(self, said: str) -> list[tuple[str, str, str]]:
        """Return a country by its name or code in capitals: (field, value, how it is shown)."""
        if len(said) < SHORTEST_COUNTRY and not (len(said) == CODE and said.isupper()):
            return []
        for name, kind in self.kinds.items():
            if isinstance(kind, Country) and self.reads(kind, said):
                code = kind.read(said, self.work)
                return [(name, code, code)]
        return []

    def dated(self, said: str) -> tuple[str, str, str]:
        """Return the words that name a field with a day, that name, and the words behind them."""
        words = said.split(" ")
        for count in range(min(NAMED, len(words) - 1), 0, -1):
            name = values.fold("_".join(words[:count]))
            if name in self.days:
                return " ".join(words[:count]), name, " ".join(words[count:])
        return words[0], values.fold(words[0]), " ".join(words[1:])

    def period(self, said: str) -> Node | None:
        """Return the condition of a period after its field: due today, closed this week."""
        first, word, rest = self.dated(said)
        name, when = self.days.get(word, ""), rest
        state = [Word(word)] if name and word in shortcuts(self.entity) else []
        if not name:
            name, when, word = self.usual, said, ""
        past = name in self.kinds and (
            is_past(self.kinds[name]) or self.over or word.endswith("ed")
        )
        coming = word.endswith("ing")
        period = read_span(when, self.work.today, past, coming) if name else None
        if period is None and word and when:
            must_be_clear(when, self.work.today)
        if (
            period is None
            and not rest
            and (kind := self.kinds.get(name))
            and not kind.form
            and first == said
        ):
            return self.taken(Term(name, "!=", "empty"), "yes") if word else None
        if period is None:
            return None
        node, told = self.bounds.span(name, period)
        self.told.append(told)
        return And((*state, node)) if state else node

    def record(self, said: str) -> Node | None:
        """Return the condition of `#tag`, or of a record's number in the field for such records."""
        tags = next((name for name, kind in self.kinds.items() if isinstance(kind, Tags)), "")
        if said.startswith("#") and tags and " " not in said and len(said) > 1:
            return self.taken(Term(tags, "=", said[1:]), said[1:])
        match = REFERENCE.fullmatch(said)
        if not match:
            return None
        for name, kind in self.references():
            if ENTITIES[kind.to].prefix == match[1].upper():
                return self.pointing(name, kind, said)
        return None

    def pointing(self, name: str, kind: Reference, said: str) -> Node | None:
        try:
            id = self.work.lookup(kind.to, said)
        except ValueError:
            return None
        ref = self.work.ref(kind.to, id)
        return self.taken(Term(name, "=", ref), f"{ref} {self.work.name(kind.to, id)}")

    def named(self, said: str) -> Node | None:
        """Return the condition of the one customer or account that was named: for Blue Fjord.

        Raises:
            Ambiguous: several have the name.
        """
        for name, kind in self.references():
            entity = ENTITIES[kind.to]
            if entity.in_talk and (found := called(self.work, [entity], said)):
                if len(found) > 1:
                    offered = [(record.ref, record.title) for record in found[:OFFERED]]
                    listed = ", ".join(str(record) for record in found[:OFFERED])
                    raise Ambiguous(
                        f"“{said[:60]}” could be {listed}. Please say which one.", said, offered
                    )
                return self.taken(Term(name, "=", found[0].ref), str(found[0]))
        return None

    def team(self, said: str) -> Node | None:
        """Return the condition of a team's records: my team, the sales team."""
        owned, said = self.entity.owned, re.sub(r"(?i)^the |['’]s$", "", said)
        team = team_named(said, self.work) if owned in self.kinds else None
        if team is None or visibility.hidden(self.work, User.team):
            return None
        asked, shown = (f"team {team}",) * 2 if team else ("my-team", "people without a team")
        return self.taken(Term(owned, "=", asked), shown)

    def person(self, said: str) -> Node | None:
        """Return the condition of an owner: a mention, or a person's name.

        Raises:
            Ambiguous: several people have the name.
        """
        owned = self.entity.owned
        if owned not in self.kinds or not said.strip("@") or said.count(" ") >= LONGEST_NAME:
            return None
        if (id := User.recognise(self.work, said)) is not None:
            return self.taken(
                Term(owned, "=", self.work.ref("user", id)), self.work.name("user", id)
            )
        if not self.people and not said.startswith("@"):
            return None
        found = self.colleagues([OWNERS.sub("", said.removeprefix("@"))])
        if len(found) > 1:
            listed = ", ".join(str(user) for user in found)
            offered = [(user.ref, user.title) for user in found]
            raise Ambiguous(
                f"“{said[:60]}” could be {listed}. Please say which one.", said, offered
            )
        return self.taken(Term(owned, "=", found[0].ref), found[0].title) if found else None

    def colleagues(self, said: Sequence[str]) -> list[User]:
        """Return the people of the workspace whose first, last or whole name these words are."""
        wanted = values.fold(" ".join(said))
        if not wanted:
            return []
        called = or_(
            User.key == wanted,
            begins(User.key, f"{wanted} "),
            User.key.endswith(f" {wanted}", autoescape=True),
        )
        some = select(User).where(called, ~User.left).order_by(User.key).limit(OFFERED)
        return list(self.work.session.scalars(some))

    def taken(self, term: Term, shown: str) -> Term:
        self.told.append(f"{self.kinds[term.field].label}: {shown}")
        return replace(term, word=True)

    # ── values ────────────────────────────────────────────────────────────────────────────────────

    def term(self, asked: Term, more: Sequence[str]) -> tuple[Node, int]:
        """Return a field compared with a value, and how many parts that takes.

        The value includes the words behind it that belong to it.
        """
        try:
            name, kind = field_of(asked.field, self.entity)
        except ValueError:
            return asked, 1  # the compiler of the filter says what is wrong
        if asked.exact or not isinstance(kind, EXTENDED):
            return asked, 1
        for length in range(len(more), 0, -1):
            value = " ".join([asked.value, *more[:length]])
            if (
                read_span(value, self.work.today)
                if isinstance(kind, Day | Moment)
                else self.reads(kind, value)
            ):
                return Term(asked.field, asked.op, value), length + 1
        return asked, 1

    def reads(self, kind: Field, value: str) -> bool:
        try:
            kind.read(value, self.work)
        except ValueError as error:
            return isinstance(error, Ambiguous)
        return True

    # ── what there is ─────────────────────────────────────────────────────────────────────────────

    @cached_property
    def kinds(self) -> dict[str, Field]:
        """The fields that can be asked, without those that are hidden from a viewer."""
        kinds = {**self.entity.fields(), **ALWAYS}
        if not visibility.hides_some(self.work):
            return kinds
        return {
            name: kind
            for name, kind in kinds.items()
            if not visibility.hidden(self.work, getattr(self.entity, name))
        }

    def references(self) -> Iterator[tuple[str, Reference]]:
        for name, kind in self.kinds.items():
            if isinstance(kind, Reference):
                yield name, kind

    @cached_property
    def usual(self) -> str:
        """The field that a period alone is about."""
        return self.entity.dated if self.entity.dated in self.kinds else ""

    @cached_property
    def days(self) -> dict[str, str]:
        """The words for fields with a day: due, closing, closed, created."""
        found = dict(DATED)
        for word, name in {
            **self.entity.field_names(),
            **OTHERS,
        }.items():
            if isinstance(self.kinds.get(name), Day | Moment) and name != "deleted_at":
                stem = word.removesuffix("e")
                found |= {
                    each: name
                    for each in (word, f"{word}s", f"{stem}ing", f"{stem}ed")
                    if each not in found
                }
                found[word] = name
        vague = DATED.keys() & self.options.keys()
        return {
            word: name for word, name in found.items() if name in self.kinds and word not in vague
        }

    @cached_property
    def bounds(self) -> Bounds:
        """The reader of comparisons."""
        known = {**self.entity.field_names(), **OTHERS}
        words = {
            values.fold(word).replace("_", " "): name
            for word, name in known.items()
            if name in self.kinds
        }
        states = shortcuts(self.entity)
        return Bounds(self.work, self.entity, self.kinds, self.days, self.usual, words, states)

    @cached_property
    def options(self) -> dict[str, list[tuple[str, str, str]]]:
        """The words that fields may hold → (field, value, how it is shown)."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for name, kind in self.kinds.items():
            for word, value, shown in worded(self.work, kind):
                if (name, value, shown) not in found.setdefault(key(word), []):
                    found[key(word)].append((name, value, shown))
        return found

    def nearest(self, word: str) -> str:
        """Return the filter that a searched word is most like.

        It is one of the words that are filters, else the same search.
        """
        known = {
            each: f"{self.entity.spoken_names()[name]}={quote(value)}"
            for each, ways in self.options.items()
            for name, value, _ in ways[:1]
        }
        known |= {
            each: each
            for each in (*shortcuts(self.entity), *(["unassigned"] if self.entity.owned else ()))
        }
        scores = {each: likeness(key(word), each) for each in known}
        near = max(scores, key=lambda each: scores[each], default="")
        if scores.get(near, 0.0) >= NEAR:
            return known[near]
        names = [
            name for name in (*self.entity.named, *self.entity.stand_ins) if name in self.kinds
        ]
        words = word.split()
        while len(words) > 1 and values.fold(words[0]) in FILLERS:
            words.pop(0)
        word = " ".join(words)
        quoted = f'"{word}"' if " " in word else word
        return (
            f"{self.entity.spoken_names()[names[0]]} ~ {quoted}" if names else f"created > {quoted}"
        )
