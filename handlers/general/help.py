"""Show help by what people want, with their own records, and help on each noun, verb and topic.

Only what this person may do is shown; all but the intents comes from the routes.
"""

import re
from collections.abc import Sequence

from handlers.core.payloads import GLOBAL
from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.router import Router
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import choices
from handlers.core.verb import Verb
from handlers.general import intents, talk
from handlers.general.focus import Focus, focus
from handlers.general.glossary import GLOSSARY
from handlers.general.topics import TOPICS
from models.core.fields.base import Field
from models.core.fields.words import said
from models.core.parsing.texts import leading, summary
from models.core.permissions import policy

POLITE = frozenset(("me", "please", "pls", "with", "this", "on", "about", "crm"))
PAGE = re.compile(r"(?:(?:for|as|an?|the|my|page) )*(\w+)(?: (?:rep|reps|page|people|lead))?")
"""A page of the help: `help for managers`, `help rep`."""
ROLES = {
    Focus.DEALS: ("sales", "rep", "reps", "seller", "sellers"),
    Focus.CASES: ("support",),
    Focus.TEAM: ("manager", "managers"),
    Focus.ADMIN: ("admin", "admins"),
    Focus.FIGURES: ("figures", "executive", "executives"),
}
"""The page of each role, and the words that people ask for it by."""
WORDS = ("words", "commands", "everything")
"""What people ask for who want to see every verb."""
TITLE = "What do you want to do?"


def overview(request: Request, page: Focus | None = None) -> Message:
    """Return what people want to do, each with an example of their own and a button that does it.

    Args:
        request: The request.
        page: For whom it is; by default for what the person looks at first.
    """
    root, page = request.catalogue.root, page or focus(request)
    found = [*intents.shown(request, page)][: intents.SHOWN]
    if not found:
        return every_word(request)
    intro = f"*{TITLE}* The examples use your own records."
    back = f"Made a mistake? `{root} undo` takes back your last change, for 24 hours."
    more = f"More: `{root} help deal` · `{root} help filters` · `{root} help words`"
    drawn = [blocks.section(intro, pages(page))]
    drawn += [each.block(root) for each in found]
    drawn.append(blocks.context(back, more))
    told = [f"{each.title}: {root} {each.typed}" for each in found]
    return Message("\n".join([TITLE, *told, more]), blocks.distinct(drawn))


def pages(page: Focus) -> Block:
    """Return the menu of the pages, with the one that is shown."""
    options = {
        each: blocks.option(label, f"help for {each}") for each, label in intents.PAGES.items()
    }
    return blocks.select("Help for", "crm.menu", [*options.values()], options[page])


def wanted(request: Request, found: Sequence[intents.Shown]) -> Message:
    """Return how that is done what somebody asked for."""
    root = request.catalogue.root
    drawn = [each.block(root) for each in found]
    told = [f"{each.title}: {root} {each.typed}" for each in found]
    return Message("\n".join(told), blocks.distinct(drawn))


def every_word(request: Request) -> Message:
    """Return what every record can do, and what is special to each noun."""
    root = request.catalogue.root
    intro = f"Type `{root}`, then what you want to do, in either order: `deal new` or `new deal`."
    common = shared(request)
    lines = [*(["*Every record* " + " · ".join(common)] if common else []), *special(request)]
    values = (
        "Values as you would write them: `amount=12k`, `close=fri`, `due=+3d`, `owner=me`. "
        f"Records: `OP-42`, or `this` in a thread. One thing in full: `{root} help deal`"
    )
    said = [f"*{word}*: {meaning}" for word, meaning in GLOSSARY]
    told = ["\n".join(lines), "\n".join(["*What the words mean*", *said])]
    drawn = [blocks.section(intro), *map(blocks.section, told), blocks.context(values)]
    return Message("\n".join([intro, *lines, *said, values]), blocks.distinct(drawn))


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


def about(request: Request, word: str) -> Message:
    """Return one noun, verb or topic in full, or how something is done.

    Args:
        request: The request.
        word: The noun, verb or topic, alone or among other words.
    """
    catalogue = request.catalogue
    nouns, words = catalogue.words.nouns, re.findall(r"[\w-]+", word.casefold())
    if said := special_page(request, words):
        return said
    for at, each in enumerate(words):
        if topic := next((topic for topic in TOPICS if each in topic.words), None):
            return topic.told(request)
        if noun := leading(words[at:], nouns):
            return about_noun(request, nouns[noun])
        if lines := usages(request, each):
            return Message("\n".join(lines), [blocks.section("\n".join(lines))])
    if set(words) <= POLITE:
        return overview(request)
    if found := intents.touched(request, {*words}):
        return wanted(request, found)
    return choices(
        f"There is no help on “{word[:60]}”.", [("Help", "help"), ("Filters", "help filters")]
    )


def special_page(request: Request, words: Sequence[str]) -> Message | None:
    """Return a page of its own that these words name, or how to do what they say."""
    page = PAGE.fullmatch(" ".join(words))
    is_noun = len(words) == 1 and words[0] in request.catalogue.words.nouns
    role = next((each for each in ROLES if page and page[1] in ROLES[each]), None)
    if role and not is_noun:
        return overview(request, role)
    if len(words) == 1 and words[0] in talk.TALK:
        return talk.TALK[words[0]](request)
    if len(words) == 1 and words[0] in WORDS:
        return every_word(request)
    found = intents.asked(request, {*words})
    return wanted(request, found) if found else None


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
    lines = [f"*{name(router)}*: {escape(said(router.doc))}", ""]
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
    return f"`{root}{noun} {verb.name}{example}` {said(summary(verb.help))}"


def name(router: Router) -> str:
    return router.entity.noun() if router.entity and router.is_entity else router.noun
