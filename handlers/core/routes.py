"""What people can do: verbs, the nouns they belong to, and the catalogue of all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from handlers.core.acts import GLOBAL
from handlers.core.grammar import Line, Words
from handlers.core.grammar import parse as parse_line
from handlers.core.replies import Options, Reply, Request
from models.core.access import can
from models.core.base import ENTITIES, Entity
from models.core.field import Field
from models.core.rights import VERBS
from models.core.texts import clean
from models.core.user import User

Run = Callable[[Request, Any], Reply]
LINES = 32
"""As many as are worked on at once."""


def always(record: Any) -> bool:
    return True


@dataclass(frozen=True)
class Verb:
    """One thing people can do. It is a command, a button and an `@crm` line all at once.

    asks: what it needs besides the record; required ones that are missing open a form. saves: what it asks for are the
    record's own fields, so that nothing typed opens the form too, and it gets the texts unread. text: the ask that
    words without a name fill.
    """

    noun: str
    about: str
    """The entity whose rights it needs."""
    name: str
    run: Run
    help: str
    asks: Mapping[str, Field] = field(default_factory=dict)
    record: bool = True
    writes: bool = True
    button: str = ""
    style: str = ""
    confirm: str = ""
    when: Callable[[Any], bool] = always
    saves: bool = False
    text: str = ""
    partial: bool = False
    """Required asks may be missing: only what is given changes."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What stands in the form before anyone types: field name → text."""
    common: bool = False
    """Every entity has it: its button comes after those of the entity's own verbs."""
    deleted: bool = False
    """Also for records that are deleted."""
    hidden: bool = False
    title: str = ""

    @property
    def id(self) -> str:
        return f"{self.noun}.{self.name}"


class Router:
    """The verbs of one noun. `noun` is what action ids begin with; `words` are what people type."""

    def __init__(self, noun: str, words: Sequence[str] = (), entity: type[Entity] | None = None, doc: str = "") -> None:
        self.noun, self.words, self.entity, self.doc = noun, (noun, *words), entity, doc
        self.verbs: dict[str, Verb] = {}

    @property
    def word(self) -> str:
        """The word we use for it ourselves: deal, not opportunity."""
        return self.words[1] if self.words[1:] else self.noun

    def verb(self, name: str, **options: Any) -> Callable[[Run], Run]:
        """Add a verb; its docstring is the help people read. options: the attributes of Verb."""

        def register(run: Run) -> Run:
            if not run.__doc__:
                raise TypeError(f"{self.noun} {name} says nothing of itself")
            asks = options.get("asks", {})
            if not isinstance(asks, Mapping):
                asks = {ask: self.fields()[ask] for ask in asks}
            text = options.get("text", next(iter(asks), ""))
            about = self.entity.slug() if self.entity else self.noun
            VERBS.setdefault(about, set()).add(name)
            self.verbs[name] = Verb(
                self.noun,
                about,
                name,
                run,
                run.__doc__,
                **options | {"asks": asks, "text": text},
            )
            return run

        return register

    def pick(self, request: Request, text: str) -> Options:
        """What a picker of this noun offers; only nouns with records have any."""
        return Options([])

    def fields(self) -> Mapping[str, Field]:
        return self.entity.fields() if self.entity else {}


class Catalogue:
    """Every route of the product, by noun and verb."""

    def __init__(self, routers: Sequence[Router], root: str = "/crm") -> None:
        self.routers = {router.noun: router for router in routers}
        self.root = root

    @cached_property
    def words(self) -> Words:
        """What the grammar must know to read a line."""
        nouns = {
            word: router.noun for router in self.routers.values() for word in router.words if router.noun != GLOBAL
        }
        return Words(
            nouns=nouns,
            verbs={noun: set(router.verbs) for noun, router in self.routers.items()},
            globals=set(self.routers[GLOBAL].verbs),
            prefixes={entity.prefix: slug for slug, entity in ENTITIES.items() if slug in self.routers},
            fields={noun: self.field_words(router) for noun, router in self.routers.items()},
        )

    def field_words(self, router: Router) -> set[str]:
        known = set(router.entity.field_names()) if router.entity else set()
        asks = [ask for verb in router.verbs.values() for ask in verb.asks.items()]
        return known | {word for name, kind in asks for word in (name, *kind.also)}

    @cached_property
    def parse(self) -> Callable[[str], Line]:
        """Reads what a line says, and remembers the last few: one act asks several times."""
        return lru_cache(LINES)(self.read)

    def read(self, text: str) -> Line:
        """What a line says. What cannot be seen is not there; a verb that only one noun has needs no noun."""
        line = parse_line(clean(text), self.words)
        if line.noun and line.verb != "help" and line.rest.strip(" ?").casefold() == "help" and line.unknown:
            return parse_line(f"help {line.noun}", self.words)  # deal help, as in /crm-deal help
        nouns = self.nouns_with(line.verb) if line.verb and not line.noun else []
        return parse_line(f"{nouns[0]} {line.raw}", self.words) if len(nouns) == 1 else line

    def nouns_with(self, verb: str) -> list[str]:
        """The nouns that have a verb; none where it stands alone."""
        return [] if verb in self.words.globals else [noun for noun, has in self.words.verbs.items() if verb in has]

    def find(self, noun: str | None, name: str | None) -> Verb | None:
        router = self.routers.get(noun or GLOBAL)
        return router.verbs.get(name or "") if router else None

    def allowed(self, actor: User | None, noun: str) -> list[Verb]:
        """The verbs of a noun this person may use."""
        return [
            verb for verb in self.routers[noun].verbs.values() if can(actor, verb.name, verb.about) and not verb.hidden
        ]
