"""Help, generated from the routes: only what this person may do."""

from handlers.core import blocks
from handlers.core.acts import GLOBAL
from handlers.core.blocks import escape
from handlers.core.receipts import choices
from handlers.core.replies import Message, Request
from handlers.core.routes import Router, Verb
from models.core.base import Entity

EVERYDAY = ("lead new", "deal new", "task new", "case new", "home")


def overview(request: Request) -> Message:
    """Every noun with its verbs, and a few buttons to begin with."""
    catalogue, actor = request.catalogue, request.work.actor
    lines = []
    for noun, router in catalogue.routers.items():
        verbs = catalogue.allowed(actor, noun)
        if verbs:
            word = router.entity.noun() if is_entity(router) and router.entity else noun
            head = "" if noun == GLOBAL else f"*{word}* "
            lines.append(f"{head}{' · '.join(verb.name for verb in verbs)}")
    intro = f"Type `{catalogue.root}`, then what you want to do, in either order: `deal new` or `new deal`."
    values = (
        "Values as you would write them: `amount=12k`, `close=fri`, `due=+3d`, `owner=me`. "
        "Records: `OP-42`, or `this` in a thread."
    )
    text = "\n".join([intro, "", *lines, "", values, f"One thing in full: `{catalogue.root} help deal`"])
    begin = [blocks.button(line.capitalize(), "crm.run", line) for line in EVERYDAY if can(request, line)]
    drawn = [blocks.section(intro), blocks.section("\n".join(lines)), blocks.context(values), blocks.actions(*begin)]
    return Message(text, blocks.distinct(drawn))


def can(request: Request, line: str) -> bool:
    parsed = request.catalogue.parse(line)
    found = request.catalogue.find(parsed.noun, parsed.verb)
    return found is not None and found in request.catalogue.allowed(request.work.actor, found.noun)


def about(request: Request, word: str) -> Message:
    """One noun in full: what it is, each verb with its sentence, and its fields."""
    catalogue = request.catalogue
    noun = catalogue.words.nouns.get(word.casefold(), "")
    if not noun:
        return choices(f"There is no help on “{word[:60]}”.", [("Help", "help")])
    router = catalogue.routers[noun]
    lines = [f"*{name(router)}*: {escape(router.doc)}", ""]
    lines += [usage(catalogue.root, router, verb) for verb in catalogue.allowed(request.work.actor, noun)]
    fields = [kind.label for kind in router.fields().values() if kind.form]
    drawn = [blocks.section("\n".join(lines))] + ([blocks.context("Fields: " + ", ".join(fields))] if fields else [])
    return Message("\n".join(lines), drawn)


def usage(root: str, router: Router, verb: Verb) -> str:
    example = f" {router.entity.prefix}-1" if verb.record and router.entity else ""
    return f"`{root} {name(router)} {verb.name}{example}` {verb.help.splitlines()[0]}"


def name(router: Router) -> str:
    return router.entity.noun() if router.entity and is_entity(router) else router.noun


def is_entity(router: Router) -> bool:
    """Whether the noun is the entity itself, not another way in such as `log`."""
    return (
        bool(router.entity)
        and isinstance(router.entity, type)
        and issubclass(router.entity, Entity)
        and router.entity.slug() == router.noun
    )
