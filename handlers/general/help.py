"""Show help that is generated from the routes: only what this person may do."""

import re
from dataclasses import dataclass

from handlers.core.payloads import GLOBAL
from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.router import Router, Verb
from handlers.core.ui import blocks
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import choices
from models.core.entity.base import Entity
from models.core.fields.base import Field
from models.core.parsing.texts import leading, summary
from models.core.permissions import policy

POLITE = frozenset(("me", "please", "pls", "with", "this", "on", "about", "crm"))


@dataclass(frozen=True)
class Topic:
    """Something that people ask for help on and that is no noun.

    Attributes:
        words: The words that people ask for.
        text: The help, with root and me in braces.
    """

    words: frozenset[str]
    text: str
    lines: tuple[str, ...] = ()
    """Lines that are offered as buttons."""

    def told(self, request: Request) -> Message:
        text = self.text.format(root=request.catalogue.root, me=request.work.me)
        offers = [blocks.button(line, "crm.run", line) for line in self.lines if may(request, line)]
        drawn = [blocks.section(text), *([blocks.actions(*offers)] if offers else [])]
        return Message(text, blocks.distinct(drawn))


TOPICS = (
    Topic(
        frozenset(("hello",)),
        "Hello {me}. Ask me for your day, your deals or your cases, or type `{root} help` for all I can do.",
        ("home", "deal list mine", "task list mine", "help"),
    ),
    Topic(frozenset(("thanks",)), "You are welcome, {me}.", ("home", "help")),
    Topic(
        frozenset(("filter", "filters", "filtering", "lists", "search", "searching")),
        "*Filters* stand behind `list` and `find`: a field, a sign and a value, joined by `and`, `or` and `not`.\n"
        "`{root} deal list stage = won and amount > 10k`\n`{root} deal list open mine`\n"
        "`{root} case list priority = urgent or resolve_by < today`\n"
        "`{root} lead list owner = me and not company = empty`\n"
        "The signs are = != < <= > >= and ~ for a part of a text. Short words: open, closed, overdue, mine. "
        "Whatever is no filter is searched for as words.",
        ("deal list open mine", "help dates"),
    ),
    Topic(
        frozenset(("date", "dates", "day", "days", "time", "times")),
        "*Dates* are written as you say them: `today`, `fri`, `fri 9:00`, `4 dec`, `2026-12-04`, `+3d`, `in 2 weeks`, "
        "`next week`, `eom` (the end of the month), `eoq`, `eoy`.\n`{root} task new Call Ada CU-1 fri 9:00`",
    ),
    Topic(
        frozenset(("amount", "amounts", "money", "currency", "currencies")),
        "*Amounts* are written with or without a currency: `amount=12k`, `amount=12 000 EUR`, `amount=€1.2m`. "
        "At the end of a deal's name they need a currency or a k, so that `HDMI cable 5m` stays a name.\n"
        "`{root} deal new Acme renewal 12k CU-1`",
    ),
    Topic(
        frozenset(("flag", "flags", "options", "here", "reason", "form", "yes")),
        "*Flags* are written with two hyphens, anywhere in a line; of a text that is kept word for word, at its end.\n"
        "`--here` shows the answer to the whole channel · `--form` opens the form · `--reason she asked` is kept in "
        "the history · `--yes` does not ask first · `--page=2` is the next page.",
    ),
    Topic(
        frozenset(
            (
                "import",
                "imports",
                "export",
                "exports",
                "csv",
                "file",
                "files",
                "excel",
                "spreadsheet",
            )
        ),
        "*Files* are imported and exported by whoever runs the bot, in a terminal: `crm import deals FILE`, "
        "`crm import deals FILE --dry` to see what would happen, `crm export deals`.",
    ),
    Topic(
        frozenset(("fields", "values", "reference", "references", "records")),
        "*Fields* are written as `name=value`; a value reaches to the next field or flag.\n"
        "`{root} deal edit OP-42 next=Call Eva on friday amount=12k`\n"
        "Several records at once: `{root} assign OP-2 OP-4 @rosa`.",
    ),
)
EVERYDAY = ("lead new", "deal new", "task new", "case new", "home")


def overview(request: Request) -> Message:
    """Return what every record can do, what is special to each noun, and a few buttons.

    The buttons are there to begin with.
    """
    root = request.catalogue.root
    intro = f"Type `{root}`, then what you want to do, in either order: `deal new` or `new deal`."
    common = shared(request)
    lines = [*(["*Every record* " + " · ".join(common)] if common else []), *special(request)]
    values = (
        "Values as you would write them: `amount=12k`, `close=fri`, `due=+3d`, `owner=me`. "
        f"Records: `OP-42`, or `this` in a thread. One thing in full: `{root} help deal`"
    )
    begin = [
        blocks.button(line.capitalize(), "crm.run", line) for line in EVERYDAY if may(request, line)
    ]
    drawn = [blocks.section(intro), blocks.section("\n".join(lines)), blocks.context(values)]
    drawn += [blocks.actions(*begin)] if begin else []
    return Message("\n".join([intro, *lines, values]), blocks.distinct(drawn))


def shared(request: Request) -> list[str]:
    """Return the verbs that every entity has and that this person may use on some entity."""
    catalogue, actor = request.catalogue, request.work.actor
    names = [
        verb.name
        for noun in catalogue.routers
        for verb in catalogue.allowed(actor, noun)
        if verb.common
    ]
    return list(dict.fromkeys(names))


def special(request: Request) -> list[str]:
    """Return one line for each noun, with the verbs that only it has.

    The nouns that have none share the last line.
    """
    catalogue, plain = request.catalogue, []
    lines = []
    for noun, router in catalogue.routers.items():
        allowed = catalogue.allowed(request.work.actor, noun)
        if own := [verb.name for verb in allowed if not verb.common]:
            lines.append(
                f"*{catalogue.root if noun == GLOBAL else name(router)}* {' · '.join(own)}"
            )
        elif allowed:
            plain.append(name(router))
    return [*lines, f"*Also* {' · '.join(plain)}"] if plain else lines


def may(request: Request, line: str) -> bool:
    """Return whether this person may do what a line says, to some record at least."""
    parsed = request.catalogue.command(line).line
    found = request.catalogue.find(parsed.noun, parsed.verb)
    return found is not None and found in request.catalogue.allowed(request.work.actor, found.noun)


def about(request: Request, word: str) -> Message:
    """Return one noun, verb or topic in full.

    Args:
        request: The request.
        word: The noun, verb or topic, alone or among other words.
    """
    catalogue = request.catalogue
    nouns, words = catalogue.words.nouns, re.findall(r"[\w-]+", word.casefold())
    for at, each in enumerate(words):
        if noun := leading(words[at:], nouns):
            return about_noun(request, nouns[noun])
        if topic := next((topic for topic in TOPICS if each in topic.words), None):
            return topic.told(request)
        if lines := usages(request, each):
            return Message("\n".join(lines), [blocks.section("\n".join(lines))])
    if set(words) <= POLITE:
        return overview(request)
    return choices(
        f"There is no help on “{word[:60]}”.", [("Help", "help"), ("Filters", "help filters")]
    )


def usages(request: Request, word: str) -> list[str]:
    """Return a line for every noun that has this verb and with which this person may use it."""
    catalogue, actor = request.catalogue, request.work.actor
    found = [
        (router, verb)
        for router in catalogue.routers.values()
        for verb in catalogue.allowed(actor, router.noun)
        if verb.name == word
    ]
    return [usage(catalogue.root, router, verb) for router, verb in found]


def about_noun(request: Request, noun: str) -> Message:
    """Return one noun in full: what it is, each verb with its sentence, and its fields."""
    catalogue = request.catalogue
    router = catalogue.routers[noun]
    lines = [f"*{name(router)}*: {escape(router.doc)}", ""]
    allowed = catalogue.allowed(request.work.actor, noun)
    lines += [usage(catalogue.root, router, verb) for verb in allowed] or [
        "Your role lets you do nothing with it."
    ]
    fields = [kind.label for kind in seen(request, router) if kind.form] if allowed else []
    drawn = [blocks.section("\n".join(lines))] + (
        [blocks.context("Fields: " + ", ".join(fields))] if fields else []
    )
    return Message("\n".join(lines), drawn)


def seen(request: Request, router: Router) -> list[Field]:
    """Return the fields that are not hidden from this person."""
    entity, kinds = router.entity, router.fields()
    return [
        kind
        for name, kind in kinds.items()
        if entity and not policy.hides(request.work, entity, name)
    ]


def usage(root: str, router: Router, verb: Verb) -> str:
    example = f" {router.entity.prefix}-1" if verb.record and router.entity else ""
    noun = "" if router.noun == GLOBAL else f" {name(router)}"
    return f"`{root}{noun} {verb.name}{example}` {summary(verb.help)}"


def name(router: Router) -> str:
    return router.entity.noun() if router.entity and is_entity(router) else router.noun


def is_entity(router: Router) -> bool:
    """Return whether the noun is the entity itself, not another way in such as `log`."""
    return (
        bool(router.entity)
        and isinstance(router.entity, type)
        and issubclass(router.entity, Entity)
        and router.entity.slug() == router.noun
    )
