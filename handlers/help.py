"""Help, generated from the routes: only what this person may do."""

from handlers.core import blocks
from handlers.core.acts import GLOBAL
from handlers.core.blocks import escape
from handlers.core.receipts import choices
from handlers.core.replies import Message, Request
from handlers.core.routes import Router, Verb
from models.core import access
from models.core.base import Entity
from models.core.field import Field

EVERYDAY = ("lead new", "deal new", "task new", "case new", "home")


def overview(request: Request) -> Message:
    """What every record can do, then what is special to each noun, and a few buttons to begin with."""
    root = request.catalogue.root
    intro = f"Type `{root}`, then what you want to do, in either order: `deal new` or `new deal`."
    common = shared(request)
    lines = [*(["*Every record* " + " · ".join(common)] if common else []), *special(request)]
    values = (
        "Values as you would write them: `amount=12k`, `close=fri`, `due=+3d`, `owner=me`. "
        f"Records: `OP-42`, or `this` in a thread. One thing in full: `{root} help deal`"
    )
    begin = [blocks.button(line.capitalize(), "crm.run", line) for line in EVERYDAY if may(request, line)]
    drawn = [blocks.section(intro), blocks.section("\n".join(lines)), blocks.context(values)]
    drawn += [blocks.actions(*begin)] if begin else []
    return Message("\n".join([intro, *lines, values]), blocks.distinct(drawn))


def shared(request: Request) -> list[str]:
    """The verbs that every entity has, as far as this person may use them somewhere."""
    catalogue, actor = request.catalogue, request.work.actor
    names = [verb.name for noun in catalogue.routers for verb in catalogue.allowed(actor, noun) if verb.common]
    return list(dict.fromkeys(names))


def special(request: Request) -> list[str]:
    """A line a noun, with the verbs that only it has; the nouns that have none share the last one."""
    catalogue, plain = request.catalogue, []
    lines = []
    for noun, router in catalogue.routers.items():
        allowed = catalogue.allowed(request.work.actor, noun)
        if own := [verb.name for verb in allowed if not verb.common]:
            lines.append(f"*{catalogue.root if noun == GLOBAL else name(router)}* {' · '.join(own)}")
        elif allowed:
            plain.append(name(router))
    return [*lines, f"*Also* {' · '.join(plain)}"] if plain else lines


def may(request: Request, line: str) -> bool:
    """Whether this person may do what a line says, to some record at least."""
    parsed = request.catalogue.parse(line)
    found = request.catalogue.find(parsed.noun, parsed.verb)
    return found is not None and found in request.catalogue.allowed(request.work.actor, found.noun)


def about(request: Request, word: str) -> Message:
    """One noun in full: what it is, each verb with its sentence, and its fields. word: it, alone or among others."""
    catalogue = request.catalogue
    nouns = catalogue.words.nouns
    noun = next((nouns[each] for each in word.casefold().split() if each in nouns), "")
    if not noun:
        return choices(f"There is no help on “{word[:60]}”.", [("Help", "help")])
    router = catalogue.routers[noun]
    lines = [f"*{name(router)}*: {escape(router.doc)}", ""]
    allowed = catalogue.allowed(request.work.actor, noun)
    lines += [usage(catalogue.root, router, verb) for verb in allowed] or ["Your role lets you do nothing with it."]
    fields = [kind.label for kind in seen(request, router) if kind.form] if allowed else []
    drawn = [blocks.section("\n".join(lines))] + ([blocks.context("Fields: " + ", ".join(fields))] if fields else [])
    return Message("\n".join(lines), drawn)


def seen(request: Request, router: Router) -> list[Field]:
    """The fields that are not hidden from this person."""
    entity, kinds = router.entity, router.fields()
    return [kind for name, kind in kinds.items() if entity and not access.hides(request.work, entity, name)]


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
