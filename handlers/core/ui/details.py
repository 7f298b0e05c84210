"""Everything about a record in a modal: what is happening, what happened, what belongs to it.

The modal has tabs. Each tab is drawn afresh when it is pressed, with the rights of the person who
presses it.
"""

import re
from collections.abc import Sequence
from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Form
from handlers.core.router import Router
from handlers.core.ui import blocks, cards, subscriptions
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.card_text import CardText, is_link, marked, stamp
from handlers.core.verb import Verb
from models.core import sources
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.facts import DETAILS, TIMELINES, Event
from models.core.fields import LongText
from models.core.names import learn, seen
from models.core.permissions import policy
from models.core.related import Related, page_of, related_to
from models.core.unit_of_work import UnitOfWork

OVERVIEW, TIMELINE, DETAIL = "overview", "timeline", "details"
"""The tabs that have a name of their own; the others are the lists of related records."""
FIRST = 3
"""Records of each related list in the overview."""
PAGE = 8
"""Rows on one page of a list."""
ALL_PARTS = 50
"""Lines of parts among the details."""
TABS = 12
"""The most tabs; the details are always one of them."""


def more(request: Request, record: Entity) -> Form:
    """Return the modal with everything about a record, open at the tab that the line names."""
    lists = related_to(request.work, record)
    around = [OVERVIEW, TIMELINE] if record.slug() in TIMELINES else []
    tabs = [*around, *(each.name for each in lists), DETAIL]
    tabs = tabs if around else [DETAIL, *tabs[:-1]]
    tab = str(request.line.flags.get("tab") or tabs[0])
    tab = tab if tab in tabs else tabs[0]
    shown = tabs if len(tabs) <= TABS else [*tabs[: TABS - 1], tabs[-1]]
    drawn = [tabs_row(record, shown, tab, lists)] if tabs[1:] else []
    if tab == OVERVIEW:
        drawn += overview(request, record, lists)
    elif tab == TIMELINE:
        drawn += timeline(request, record)
    elif tab == DETAIL:
        drawn += details(request, record)
    else:
        drawn += listed(request, record, next(each for each in lists if each.name == tab))
    title = blocks.cut(str(record).removeprefix(record.ref).strip() or record.ref, blocks.TITLE)
    view = blocks.modal(title, "crm.details", drawn)
    return Form(view, update=request.container == "view" and request.flag("tab"))


def tabs_row(record: Entity, tabs: Sequence[str], now: str, lists: Sequence[Related]) -> Block:
    """Return the row of tabs; the one that is shown is green, has a dot, and says so."""
    labels = {each.name: each.label for each in lists}
    drawn = []
    for tab in tabs:
        label = labels.get(tab, tab.capitalize())
        shown = tab == now
        each = blocks.button(
            f"• {label}" if shown else label,
            f"{record.slug()}.{cards.MORE}",
            f"{record.ref} --tab={tab}",
            "primary" if shown else "",
        )
        said = f"{label}, shown now" if shown else f"Show {label}"
        drawn.append(each | {"accessibility_label": blocks.cut(said, blocks.BUTTON)})
    return blocks.actions(*drawn)


def overview(request: Request, record: Entity, lists: Sequence[Related]) -> list[Block]:
    """Return what a person wants to know first: who it is, what is next, and what is open."""
    work, catalogue = request.work, request.catalogue
    text = CardText(record, work)
    drawn = cards.worded(text)
    rows = [*cards.about(record, work, catalogue), *made_for(request, record)]
    new = [
        blocks.button(v.on_cards or f"New {ENTITIES[v.about].noun()}", v.id, record.ref)
        for v in rows
    ]
    new += cards.ways(record, work, ("edit", "Edit"))
    new += subscriptions.ways(record, work, OVERVIEW) if record.owned else []
    drawn += [blocks.actions(*new)] if new else []
    if text.places:
        places = (cards.place(slug, ref) for slug, ref in text.places if slug in catalogue.routers)
        drawn.append(blocks.actions(*places))
    drawn += [*told(record, work), *source(record, work), *long_texts(record, work)]
    for each in lists:
        found, more_of = page_of(work, record, each, FIRST, open_first=True)
        drawn += [blocks.divider(), blocks.header(each.label)]
        drawn += rows_of(found, work, each, record)
        if more_of:
            drawn.append(blocks.context(f"and more under *{escape(each.label)}*"))
    return drawn


def made_for(request: Request, record: Entity) -> list[Verb]:
    """Return the verbs that make a record of another noun for this one: New deal, New case."""
    found = []
    for router in request.catalogue.routers.values():
        new = router.verbs.get("new")
        if router.entity is None or new is None or new.on_cards or router.entity.part_of:
            continue
        wanted = any(is_whose(router, name, record) for name in new.asks)
        if wanted and cards.usable(["new"], router.noun, request.work):
            found.append(new)
    return found


def is_whose(router: Router, name: str, record: Entity) -> bool:
    """Return whether a field says for whom a record is, and names one like this."""
    assert router.entity is not None
    kind: Any = router.entity.fields().get(name)
    if kind is None or not is_link(kind) or kind.to != record.slug():
        return False
    return bool(kind.required) or name in router.entity.whose


def told(record: Entity, work: UnitOfWork) -> list[Block]:
    """Return what other packages know about the record, beyond what its card says."""
    knowing = DETAILS.get(record.slug(), ()) if policy.fields(work, record) else ()
    said = [line for more_of in knowing for line in more_of(work, record)]
    lines = [f"*{label}:* {escape(str(text))}" for label, text in said]
    return [blocks.section("\n".join(lines))] if lines else []


def source(record: Entity, work: UnitOfWork) -> list[Block]:
    """Return the way to the message that the record was made of, where it was made of one."""
    url = sources.url_of(work, record)
    return [blocks.context(f"Made of <{escape(url)}|this message>")] if url else []


def long_texts(record: Entity, work: UnitOfWork) -> list[Block]:
    """Return the notes and other long texts, word for word."""
    drawn = []
    for name, kind in policy.fields(work, record).items():
        if isinstance(kind, LongText) and (text := getattr(record, name)):
            drawn += [blocks.section(f"*{kind.label}*"), blocks.said(text)]
    return drawn


def rows_of(
    records: Sequence[Entity], work: UnitOfWork, related: Related, about: Entity
) -> list[Block]:
    """Return a row for each record: its name, its number, what matters, and a button to open it.

    It does not name the record that all of them are about. What only joins that record to another
    one is a row of the other one.
    """
    known = (related.field, about.slug())
    names = [name for name in related.entity.line if name not in known]
    if records:
        learn(work, records, [*names, *records[0].named])
    drawn = []
    for record in records:
        name, ref, button = other_end(record, work, related) or itself(record)
        said = [*cards.texts(record, work, *names).values()]
        said += [record.ref] if ref != record.ref else []
        text = f"*{escape(name or ref)}* ({ref})"
        second = " · ".join(map(escape, said))
        drawn.append(blocks.section("\n".join(filter(None, [text, second])), button))
    return drawn


Row = tuple[str, str, Block]
"""The name and number of a row, and the button that opens it."""


def itself(record: Entity) -> Row:
    return str(record).removeprefix(record.ref).strip(), record.ref, opens(record)


def other_end(record: Entity, work: UnitOfWork, related: Related) -> Row | None:
    """Return the row of what a record joins the one that is shown to: the person at a company.

    The result is None for a record that joins nothing, or to what a reader may not see.
    """
    if len(record.named) < 2 or related.field not in record.named:
        return None
    [far] = [name for name in record.named if name != related.field]
    kind: Any = policy.fields(work, record).get(far)
    if kind is None or not is_link(kind) or not seen(work, kind.to, getattr(record, far)):
        return None
    id = getattr(record, far)
    name, ref = work.name(kind.to, id), work.ref(kind.to, id)
    return name, ref, opening(kind.to, ref, f"{ref} {name}")


def opens(record: Entity) -> Block:
    """Return the button that opens everything about a record."""
    return opening(record.slug(), record.ref, str(record))


def opening(slug: str, ref: str, said: str) -> Block:
    opened = blocks.button("Open", f"{slug}.{cards.MORE}", ref)
    return opened | {"accessibility_label": blocks.cut(f"Open {said}", blocks.BUTTON)}


def listed(request: Request, record: Entity, related: Related) -> list[Block]:
    """Return one page of a list of related records, the newest first."""
    before = page_number(request)
    found, more_of = page_of(request.work, record, related, PAGE, before)
    drawn = rows_of(found, request.work, related, record) or [blocks.section("Nothing here.")]
    return [*drawn, *turning(record, related.name, before, more_of)]


def page_number(request: Request) -> int:
    said = str(request.line.flags.get("page") or "")
    return int(said) if said.isdecimal() and len(said) < 6 else 0


def turning(record: Entity, tab: str, page: int, more_of: bool) -> list[Block]:
    """Return the buttons that turn the pages of a list, newest first."""
    action, drawn = f"{record.slug()}.{cards.MORE}", []
    if page:
        drawn.append(blocks.button("Newer", action, f"{record.ref} --tab={tab} --page={page - 1}"))
    if more_of:
        drawn.append(blocks.button("Older", action, f"{record.ref} --tab={tab} --page={page + 1}"))
    return [blocks.actions(*drawn)] if drawn else []


def timeline(request: Request, record: Entity) -> list[Block]:
    """Return one page of what happened around the record, the newest first."""
    work, page = request.work, page_number(request)
    events, more_of = TIMELINES[record.slug()](work, record, page, PAGE)
    drawn: list[Block] = []
    for event in events:
        head = f"{event.icon} *{escape(event.what)}* · {stamp(event.at, '{date_short_pretty}')}"
        said = f"“{escape(blocks.cut(bare(event.said), 200))}”" if event.said else ""
        link = opens(event.record) if event.record is not record else None
        about = escape(named(event)) if event.record is not record else ""
        drawn.append(blocks.section("\n".join(filter(None, [head, said, about])), link))
    drawn = drawn or [blocks.section("Nothing has happened yet. *Log* writes down the first talk.")]
    return [*drawn, *turning(record, TIMELINE, page, more_of)]


def bare(text: str) -> str:
    """Return a text without the quotation marks around all of it: it gets some of ours."""
    found = re.fullmatch(r"[\"“”„«](.*)[\"“”»]", text.strip(), re.DOTALL)
    return found[1] if found and not re.search(r"[\"“”„«»]", found[1]) else text


def named(event: Event) -> str:
    """Return the record of an event, without its name where that was said already."""
    record = event.record
    return str(record.ref if event.said.strip() == record.title else record)


def details(request: Request, record: Entity) -> list[Block]:
    """Return every field that holds something, and the verbs that are rare or destroy something."""
    work = request.work
    drawn = [blocks.section(f"{record.icon} *{escape(str(record))}*")]
    held: dict[str, Any] = {
        name: kind
        for name, kind in policy.fields(work, record).items()
        if getattr(record, name) not in (None, "", ())
    }
    learn(work, [record], held)
    short = [
        f"*{kind.label}*\n{marked(kind, getattr(record, name), work, record)}"
        for name, kind in held.items()
        if not isinstance(kind, LongText)
    ]
    drawn += [blocks.columns(short[start : start + 10]) for start in range(0, len(short), 10)]
    for lines, parts in cards.parts_listed(record, work, ALL_PARTS):
        drawn += [blocks.section(f"*{lines.label}*"), blocks.said("\n".join(parts))]
    drawn += [*long_texts(record, work), *source(record, work)]
    drawn.append(
        blocks.context(f"Updated {stamp(record.updated_at, '{date_short_pretty} {time}')}")
    )
    verbs = request.catalogue.routers[record.slug()].verbs.values()
    rare = [
        verb
        for verb in cards.offered(verbs, record, work)
        if verb.common and verb.name != cards.MORE
    ]
    return [
        *drawn,
        *([blocks.actions(*(cards.button(verb, record, work) for verb in rare))] if rare else []),
    ]
