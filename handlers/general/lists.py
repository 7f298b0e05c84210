"""Saved filters: saved from a list, opened by their names, on Home."""

from collections.abc import Sequence

from handlers.core.executor import perform
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.router import LISTS
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import plainly, receipt
from models.core import records, saved_filters
from models.core.entity.sharing import Audience
from models.core.errors import Conflict
from models.core.permissions import policy
from models.core.saved_filters import SavedFilter

BUTTONS = 5
"""Saved filters that have a button on Home; the others are behind the last one."""
DROP = "drop "
HOW = 'Save a list by the end of its line: deal list stage=proposal | save "Proposals"'
SEEN = {
    Audience.ME: "for you alone",
    Audience.TEAM: "for your team",
    Audience.EVERYONE: "for everyone",
}
"""How it is said whom a saved filter is for."""


def keep(request: Request) -> Response:
    """Save the filter of a list under a name, in the place of what it said before."""
    work, name, line = request.work, request["name"], request["line"].strip()
    if not work.actor:
        raise Conflict("Only people save filters. Say whose with --as.")
    command = request.catalogue.command(line)
    shown, router = command.verb, request.catalogue.routers.get(command.line.noun or "")
    if shown is None or shown.name not in LISTS or router is None or not router.entity:
        raise Conflict(f"“{blocks.cut(line, 60)}” is no list. Try: deal list open mine")
    about, typed = router.entity.slug(), command.line.rest.strip()
    if not typed:
        raise Conflict(f"A saved filter needs words after list. {HOW}")
    shared = request["for"] or ""
    saved, replaced = saved_filters.save(work, name, about, typed, shared)
    work.session.flush()
    said = f"Saved{' anew' if replaced else ''}: {saved.name} is “{saved.as_list(router.word)}”"
    where = f"It is on Home and under {request.catalogue.root} lists."
    return receipt(request, saved, f"{said}, {SEEN[saved.is_for()]}. {where}")


def shown(request: Request) -> Response:
    """Return the saved filters of a person, or the list of the one they name."""
    said = request.line.rest.strip().strip('"“”')
    if not said:
        return all_of(request, saved_filters.offered(request.work))
    found = saved_filters.called(request.work, said)
    if found is None and said.casefold().startswith(DROP):
        said = said[len(DROP) :].strip().strip('"“”')
        if found := saved_filters.called(request.work, said):
            policy.check(request.work, "delete", found)
            records.delete(request.work, found)
            return receipt(request, found)
    if found is None:
        raise Conflict(f"There is no saved filter “{said[:60]}”. {HOW}")
    return opened(request, found)


def opened(request: Request, found: SavedFilter) -> Response:
    """Return the list that a saved filter shows."""
    return perform(request.but(command=request.catalogue.command(line_of(request, found))))


def line_of(request: Request, found: SavedFilter) -> str:
    """Return the line of the list that a saved filter shows."""
    return found.as_list(request.catalogue.routers[found.entity.slug()].word)


def all_of(request: Request, offered: Sequence[SavedFilter]) -> Message:
    """Return the saved filters that a person may use, each with a button that opens it."""
    if not offered:
        return plainly(f"There are no saved filters yet. {HOW}")
    root, work = request.catalogue.root, request.work
    drawn, told = [blocks.section("*Saved filters*")], ["Saved filters"]
    for each in offered[:MOST]:
        known = cards.texts(each, work, "about", "typed")
        line, whose = " list ".join(known.values()), by(request, each)
        title = f"*{escape(str(each))}*{escape(whose and f' ({whose})')}"
        way = f"`{root} {escape(blocks.cut(line, 200))}`"
        drawn.append(blocks.section(f"{title}\n{way}", button(each)))
        told.append(f"{each}{whose and f' ({whose})'}: {line}")
    left = len(offered) - MOST
    more = (
        f"{left} more: {root} filter list" if left > 0 else f"Change one: {root} filter edit NAME"
    )
    return Message("\n".join(told), blocks.distinct([*drawn, blocks.context(more)]))


MOST = 40
"""Saved filters that one message shows."""


def by(request: Request, saved: SavedFilter) -> str:
    """Return whose a saved filter is and whom it is for; "" for one's own that nobody else sees."""
    mine, audience = saved in saved_filters.mine(request.work), saved.is_for()
    whose = "yours" if mine else cards.texts(saved, request.work, "owner").get("owner", "")
    seen = {Audience.TEAM: "for the team", Audience.EVERYONE: "for everyone"}
    return ", ".join(filter(None, [whose, seen[audience]])) if audience in seen else ""


def button(saved: SavedFilter, label: str = "Open") -> Block:
    """Return the button that opens a saved filter; its accessibility label says which."""
    drawn = blocks.button(label, "crm.lists", saved.ref)
    return drawn | {"accessibility_label": blocks.cut(f"Open {saved.name}", blocks.BUTTON)}


def on_home(request: Request) -> list[Block]:
    """Return the row of Home with saved filters; none where there are none."""
    offered = saved_filters.offered(request.work, BUTTONS + 1)
    if not offered:
        return []
    named = [button(each, blocks.cut(each.name, 30)) for each in offered[:BUTTONS]]
    more = [blocks.button("All saved filters", "crm.lists", "")] if len(offered) > BUTTONS else []
    return [blocks.divider(), blocks.context("Saved filters"), blocks.actions(*named, *more)]
