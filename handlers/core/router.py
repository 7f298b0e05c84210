"""What people can do: verbs, the nouns they belong to, and the catalogue of all of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from handlers.core.commandline import pipe
from handlers.core.commandline.line import EMAIL
from handlers.core.commandline.named_fields import begins_with_field, option_named
from handlers.core.commandline.parser import Line, Prose, Words
from handlers.core.commandline.parser import parse as parse_line
from handlers.core.payloads import GLOBAL, line_of
from handlers.core.responses import Options
from handlers.core.verb import Run, Verb, takes_prose
from models.core.context import System
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import LongText, Reference, Tags, Text
from models.core.fields.base import Field
from models.core.fields.shape import ENTERED, Catalogued, Shape
from models.core.fields.spoken import spoken_of
from models.core.identity.user import User
from models.core.parsing.texts import clean, leading
from models.core.permissions.policy import can
from models.core.search.filter_periods import read_span
from models.core.search.list_order import without_order

LEADING = re.compile(r"(?:[:,;!.]+\s*|[-–—]\s+)+(?=\S)")
"""The signs between a mention and the words that follow."""
ADDRESSED = ("email", "e-mail", "mail")
"""Words for an e-mail that was sent, and for the address it went to."""
GIVEN = re.compile(
    r"(?:(?:give|given|goes|over|hand(?:ed)? over|passed) )?(?:to\b|->|=>|→)\s*(?=\S)",
    re.IGNORECASE,
)
"""The words between a record and the person it is given to."""
LINES = 32
"""As many lines as are handled at once."""
SHAPES = 16
"""The shapes whose words are remembered: one for each workspace with fields of its own."""
LISTS = ("list", "find")  # the verbs whose lists can become something, behind a bar


NO_MENUS: Mapping[str, Sequence[str]] = {}


def is_span(text: str) -> bool:
    """Return whether a text of several words is a span of time on any day, such as last week."""
    text = without_order(text)
    return len(text.split()) > 1 and read_span(text, date(2000, 1, 1), past=True) is not None


@dataclass(frozen=True)
class Command:
    """A line and the verb that it names; None where it names none."""

    line: Line
    verb: Verb | None


class Router:
    """The verbs of one noun. `noun` is what action ids begin with; `words` are what people type."""

    def __init__(
        self,
        noun: str,
        words: Sequence[str] = (),
        entity: type[Entity] | None = None,
        doc: str = "",
        menus: Mapping[str, Sequence[str]] = NO_MENUS,
    ) -> None:
        self.noun, self.typed, self.entity, self.doc = noun, (noun, *words), entity, doc
        self.verbs: dict[str, Verb] = {}
        self.pipes: dict[str, Verb] = {}
        """What can become of a list, by the word behind the bar: `deal list open | count`."""
        self.menus = menus
        """The fields that a card changes with a menu → the options in it; none are all."""
        self.meanings: Callable[[str], Iterable[str]] = lambda said: ()
        """A function that returns the lines that a phrase may mean."""

    @property
    def words(self) -> tuple[str, ...]:
        """Return what people type for the noun in the present shape."""
        if self.entity and self.is_entity:
            return (self.noun, *self.entity.words())
        return self.typed

    @property
    def word(self) -> str:
        """Return the word we use for the noun ourselves: deal, not opportunity."""
        if self.entity and self.is_entity:
            return self.entity.noun()
        return self.typed[1] if self.typed[1:] else self.noun

    @property
    def is_entity(self) -> bool:
        """Return whether the noun is the entity itself, not another way in such as `log`."""
        return self.entity is not None and self.noun == self.entity.slug()

    def verb(self, name: str, **options: Any) -> Callable[[Run], Run]:
        """Return a decorator that adds a verb; the docstring of the verb is the help people read.

        Args:
            name: The name of the verb.
            **options: The attributes of `Verb`.
        """

        def register(run: Run) -> Run:
            if not run.__doc__:
                raise TypeError(f"{self.noun} {name} says nothing of itself")
            asks = options.get("asks", {})
            if not isinstance(asks, Mapping):
                asks = {ask: self.fields()[ask] for ask in asks}
            if kept := [ask for ask, kind in asks.items() if kind.readonly]:
                raise TypeError(f"{self.noun} {name} asks for {kept[0]}, which is readonly")
            text = options.get("text", next(iter(asks), ""))
            about = self.entity.slug() if self.entity else self.noun
            more = options | {"asks": asks, "text": text}
            self.verbs[name] = Verb(self.noun, about, name, run, run.__doc__, **more)
            return run

        return register

    def pick(self, request: Any, text: str) -> Options:
        """Return what a picker of this noun offers; only nouns with records have any."""
        return Options([])

    def of(self, entity: type[Entity]) -> "Router":
        """Return a router like this one for another entity."""
        raise NotImplementedError

    def fields(self) -> Mapping[str, Field]:
        return self.entity.fields() if self.entity else {}

    def names_asked(self, verb: Verb) -> dict[str, str]:
        """Return every word that names a field the verb asks for → the field."""
        names = dict(self.entity.field_names()) if self.entity else {}
        names |= {word: name for name, kind in verb.asks.items() for word in (*kind.also, name)}
        names |= (
            {"name": self.entity.named[0]} if self.entity and len(self.entity.named) == 1 else {}
        )
        return {word: name for word, name in names.items() if name in verb.asks}

    def spoken_asked(self, verb: Verb) -> Mapping[str, str]:
        """Return for each field that the verb asks for what people read, and may type."""
        return spoken_of(verb.asks, self.names_asked(verb))


class Routers(Catalogued[Router]):
    """The nouns with their verbs, and those that admins made, which are all like one of them."""

    def __init__(self, routers: Sequence[Router]) -> None:
        likes = [router for router in routers if router.entity and router.entity.is_template]
        super().__init__({router.noun: router for router in routers if router not in likes})
        self.made_in = lru_cache(SHAPES)(
            lambda shape: {slug: likes[0].of(each) for slug, each in shape.objects.items()}
        )

    def more(self) -> Mapping[str, Router]:
        return self.made_in(ENTERED.get())


class Catalogue:
    """Every route of the product, by noun and verb."""

    def __init__(self, routers: Sequence[Router], root: str = "/crm") -> None:
        self.routers = Routers(routers)
        self.root = root

    @property
    def words(self) -> Words:
        """Return what the grammar must know to read a line in the present shape."""
        return self.known_in(ENTERED.get())[0]

    @cached_property
    def known_in(self) -> Callable[[Shape], tuple[Words, Mapping[str, Sequence[Verb]]]]:
        """Return a function that returns `words` and `on_cards` in a shape, known for a few."""
        return lru_cache(SHAPES)(lambda shape: (self.grammar(), self.offered_on_cards()))

    def grammar(self) -> Words:
        """Return what the grammar must know to read a line."""
        nouns = {
            word: router.noun
            for router in self.routers.values()
            for word in router.words
            if router.noun != GLOBAL
        }
        return Words(
            nouns=nouns,
            verbs={noun: set(router.verbs) for noun, router in self.routers.items()},
            globals=set(self.routers[GLOBAL].verbs),
            prefixes={
                entity.prefix: slug for slug, entity in ENTITIES.items() if slug in self.routers
            },
            fields={noun: set(self.field_kinds(router)) for noun, router in self.routers.items()},
            bound={
                noun: {verb.name for verb in router.verbs.values() if verb.bound}
                for noun, router in self.routers.items()
            },
            running={noun: self.running(router) for noun, router in self.routers.items()},
            prose={
                ("" if noun == GLOBAL else noun, verb.name): self.prose(router, verb)
                for noun, router in self.routers.items()
                for verb in router.verbs.values()
                if takes_prose(verb)
            },
        )

    def field_kinds(self, router: Router) -> dict[str, Field]:
        """Return every word that names a field of the noun or of one of its verbs → its kind."""
        names = router.entity.field_names() if router.entity else {}
        known = {word: router.fields()[name] for word, name in names.items()}
        asks = [ask for verb in router.verbs.values() for ask in verb.asks.items()]
        return known | {
            word: kind for name, kind in asks for word in (name, *kind.also) if word not in known
        }

    def running(self, router: Router) -> set[str]:
        """Return the words for fields whose values are running text."""
        return {
            word
            for word, kind in self.field_kinds(router).items()
            if isinstance(kind, Text | LongText | Tags)
        }

    def prose(self, router: Router, verb: Verb) -> Prose:
        names = router.names_asked(verb)
        text = {word for word, name in names.items() if name == verb.text}
        return Prose(text, set(names) - text, verb.record)

    @property
    def on_cards(self) -> Mapping[str, Sequence[Verb]]:
        """Return the verbs that have a button on the cards of each entity they can be about."""
        return self.known_in(ENTERED.get())[1]

    def offered_on_cards(self) -> Mapping[str, Sequence[Verb]]:
        found: dict[str, list[Verb]] = {}
        for router in self.routers.values():
            for verb in router.verbs.values():
                asks = verb.asks.values() if verb.on_cards else ()
                for slug in {kind.to for kind in asks if isinstance(kind, Reference)}:
                    found.setdefault(slug, []).append(verb)
        return {
            slug: sorted(verbs, key=lambda verb: verb.on_cards) for slug, verbs in found.items()
        }

    def command(self, text: str) -> Command:
        """Return what a line says to do, read in the present shape."""
        return self.command_in(ENTERED.get(), text)

    @cached_property
    def command_in(self) -> Callable[[Shape, str], Command]:
        """Return a function that reads what a line says to do in a shape.

        It remembers the last few lines, because one interaction asks several times.
        """
        return lru_cache(LINES)(lambda shape, text: self.meaning(self.read(text)))

    def meaning(self, line: Line) -> Command:
        """Return a line with the verb that it names.

        A bare reference is shown, a bare noun is listed, and words after a noun are a search.
        """
        noun = line.noun or next((ref.entity for ref in line.refs if ref.entity), None)
        if line.piped:
            return Command(line, self.routers[noun or GLOBAL].pipes.get(line.piped.word))
        if not line.raw.strip():
            verb = self.find(GLOBAL, "help")
        elif line.verb or noun is None:
            alone = None if line.noun else self.find(GLOBAL, line.verb)
            verb = self.find(noun, line.verb) or alone
        else:
            default = "show" if line.refs else "find" if line.text else "list"
            verb = self.find(noun, default) or self.find(noun, "new")
        return Command(line, verb)

    def read(self, text: str) -> Line:
        """Return what a line says.

        Invisible characters are ignored; a verb that only one noun has needs no noun.
        """
        text = self.handed_on(self.spoken(clean(text)))
        if piped := self.piped(text):
            return piped
        line = parse_line(text, self.words)
        if (
            line.noun
            and line.verb != "help"
            and line.rest.strip(" ?").casefold() == "help"
            and line.unknown
        ):
            return parse_line(f"help {line.noun}", self.words)  # deal help, as in /crm-deal help
        alone = self.nouns_with(line.verb) if line.verb and not line.noun else []
        whole = replace(line, noun=alone[0]) if len(alone) == 1 else line
        if self.is_list(whole):
            rest = line.raw[line.begins :].lstrip()
            state = "created" if line.verb == "new" and is_span(rest) else line.verb
            return parse_line(f"{whole.noun} list {state} {rest}", self.words)
        if (
            line.verb == "show"
            and not line.noun
            and [ref.kind for ref in line.refs] in (["email"], ["name"])
        ):
            return parse_line(f"find {line.raw}", self.words)  # the record may be of any noun
        if self.is_about(line):
            return parse_line(f"show {line.refs[0].text}", self.words)
        if len(alone) == 1:
            return replace(parse_line(f"{alone[0]} {line.raw}", self.words), implied=True)
        return (
            self.meant(line)
            if line.unknown and (line.verb in (None, "show", "find") or not line.noun)
            else line
        )

    @cached_property
    def behind(self) -> list[tuple[re.Pattern[str], Verb]]:
        """Return the verbs that take a list by what follows its line, with what leads to them."""
        verbs = (verb for router in self.routers.values() for verb in router.verbs.values())
        return [
            (re.compile(rf"(.+?)\s+(?:{'|'.join(verb.after)})\s+(\S.*)", re.IGNORECASE), verb)
            for verb in verbs
            if verb.after
        ]

    def handed_on(self, text: str) -> str:
        """Return a list with something behind it as the line of the verb that takes it."""
        bar = pipe.cut(text, self.words.flags) if "|" in text else None
        ways = [(m[1], m[2], v) for each, v in self.behind if (m := each.fullmatch(text))]
        if bar:
            ways = [(bar[0], bar[1].text, v) for _, v in self.behind if v.piped == bar[1].word]
        for front, said, verb in ways:
            shown = self.command(front).verb
            if shown and shown.words and not (shown.writes or shown.record):
                return " ".join([line_of(verb.noun, verb.name), pipe.named(said), front])
        return text

    def piped(self, text: str) -> Line | None:
        """Return the line of a list with what is to become of it; None for any other line."""
        if "|" not in text or not (found := pipe.cut(text, self.words.flags)):
            return None
        line, verb = (shown := self.command(found[0])).line, shown.verb
        if not verb or verb.name not in LISTS or not self.routers[verb.noun].pipes:
            return None
        raw, flags = f"{line.raw}{text[len(found[0]) :]}", {**line.flags, **found[1].flags}
        return replace(line, raw=raw, noun=verb.noun, verb=verb.name, flags=flags, piped=found[1])

    def is_list(self, line: Line) -> bool:
        """Return whether a line asks for many records by a state that is a verb as well.

        Examples are `deals won last month`, `won this quarter` and `new leads today`.
        """
        edit = self.find(line.noun, "edit") if line.noun and line.verb and not line.refs else None
        begin = line.raw[: line.begins].lower().split()
        nouns = (leading(begin[at:], self.words.nouns) for at in (0, 1))
        many = any(noun.endswith("s") for noun in nouns)
        first = line.verb == "new" and line.raw.lower().startswith("new ")
        state = edit and line.verb and line.verb != "new" and option_named(edit.asks, line.verb)
        return bool(edit and ((first and many) or (state and (many or is_span(line.said)))))

    def is_about(self, line: Line) -> bool:
        """Return whether a line asks how a record is: status of CS-1, not that of the bot."""
        verb = None if line.noun else self.find(GLOBAL, line.verb)
        bare = verb is not None and not (verb.words or verb.asks or verb.writes)
        return bare and bool(line.refs and line.refs[0].number)

    def spoken(self, text: str) -> str:
        """Return the line without the way it is addressed.

        Examples are `: deal list`, `@crm, deal list` and `/crm-deal list`.
        """
        text = self.address.sub(r"\1 ", text, count=1) if text[:1] in ("/", "@") else text
        return LEADING.sub("", text, count=1) if LEADING.match(text) else text

    @cached_property
    def address(self) -> re.Pattern[str]:
        root = re.escape(self.root.removeprefix("/"))
        return re.compile(rf"[/@]{root}(?:-(\w+(?:-\w+)*))?(?![\w-])[\s:,;]*", re.IGNORECASE)

    def meant(self, line: Line) -> Line:
        """Return what a line that is not understood means in other words, or the line itself."""
        for other in self.rephrased(line):
            found = parse_line(other, self.words)
            if len(nouns := self.nouns_with(found.verb or "")) == 1 and not found.noun:
                found = parse_line(f"{nouns[0]} {other}", self.words)
            if found.verb and not found.unknown:
                return replace(found, implied=True, phrase=line.raw)
        return line

    def rephrased(self, line: Line) -> Iterator[str]:
        """Yield other lines that this line may mean.

        They are the line with the noun that has its verb for such a record, the line of a phrase,
        or one that changes a field of the record.
        """
        about, word = (
            (line.refs[0].entity, (line.unknown or "").casefold().rstrip(":"))
            if line.refs
            else (None, "")
        )
        changes = list(self.changed(line, about)) if about else []
        if word in ADDRESSED and EMAIL.fullmatch(line.said.split()[-1]):
            yield from changes
        for noun in self.nouns_with(word) if about else []:
            asks = self.routers[noun].verbs[word].asks.values()
            if any(isinstance(kind, Reference) and kind.to == about for kind in asks):
                yield f"{noun} {line.raw}"
        noun, rest = self.words.opening(line.raw)
        said = [line.raw, rest] if about and self.words.nouns.get(noun) == about else [line.raw]
        yield from (
            meant
            for text in said
            for router in self.routers.values()
            for meant in router.meanings(text)
        )
        yield from changes
        yield from self.made(line, about) if about else ()

    def made(self, line: Line, about: str) -> Iterator[str]:
        """Yield the line that creates a record about another one.

        Examples are `task CU-2 send brochure` and `CU-2 task send brochure`.
        """
        said, rest = self.words.opening(line.said)
        noun = self.words.nouns.get(said)
        if line.noun and self.points(line.noun, about) and line.verb == "show":
            yield f"{line.noun} new {line.rest}"
        elif noun and self.points(noun, about) and line.raw.startswith(line.refs[0].text):
            yield f"{noun} new {line.raw[: line.refs[0].end]} {rest}"

    def points(self, noun: str, about: str) -> bool:
        """Return whether a new record of a noun may be about such a record."""
        new = self.find(noun, "new")
        kinds = new.asks.values() if new and noun != about else ()
        return any(isinstance(kind, Reference) and kind.to == about for kind in kinds)

    def changed(self, line: Line, about: str) -> Iterator[str]:
        """Yield the lines that change a record as this line may mean it.

        Examples are `amount 20k`, `to discovery` and `to Ravi`.
        """
        edit = self.find(about, "edit")
        if edit and (
            begins_with_field(self.routers[edit.noun].names_asked(edit), line.said)
            or option_named(edit.asks, line.said)
        ):
            yield f"edit {line.raw}"
        if given := GIVEN.match(line.said):
            refs = [ref.text for ref in line.refs if ref.start < line.free]
            yield f"assign {' '.join(refs)} {line.said[given.end() :]}"

    def nouns_with(self, verb: str) -> list[str]:
        """Return the nouns that have a verb; none where the verb needs no noun, or only its own."""
        return (
            []
            if verb in self.words.globals
            else [
                noun
                for noun, has in self.words.verbs.items()
                if verb in has and verb not in self.words.bound.get(noun, ())
            ]
        )

    def find(self, noun: str | None, name: str | None) -> Verb | None:
        router = self.routers.get(noun or GLOBAL)
        return router.verbs.get(name or "") if router else None

    def may(self, actor: User | System | None, line: str) -> bool:
        """Return whether somebody may do what a line says, to some record at least."""
        found = self.command(line).verb
        return found is not None and can(actor, found.name, found.about) and not found.hidden

    def allowed(self, actor: User | System | None, noun: str) -> list[Verb]:
        """Return the verbs of a noun that this person may use."""
        return [
            verb
            for verb in self.routers[noun].verbs.values()
            if can(actor, verb.name, verb.about) and not verb.hidden
        ]
