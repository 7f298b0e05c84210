"""Lists that a person keeps under a name, for themselves: on Home, and by `lists`."""

from collections.abc import Sequence

from handlers.core.commandline.named_records import may_be_name
from handlers.core.executor import perform
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import plainly
from models.core import saved_lists
from models.core.errors import Conflict
from models.core.saved_lists import SavedList

BUTTONS = 5
"""Lists that have a button on Home; the others are behind the last one."""
DROP = "drop "
HOW = "Keep a list by the end of its line: deal list stage=proposal keep as Proposals"


def keep(request: Request) -> Response:
    """Keep a list under a name, in place of the one of that name."""
    work, name, line = request.work, request["name"], request["line"].strip()
    if not work.actor:
        raise Conflict("Only people keep lists. Say whose with --as.")
    shown = request.catalogue.command(line).verb
    if shown is None or shown.writes or not shown.words or shown.record:
        raise Conflict(f"“{blocks.cut(line, 60)}” is no list. Try: deal list open mine")
    replaced = saved_lists.keep(work, name, line)
    said = f"Kept{' anew' if replaced else ''}: {name} is “{line}”."
    root = request.catalogue.root
    typed = name if may_be_name(request.catalogue.command(name)) else "lists"
    return plainly(f"{said} It is on your Home and under {root} {typed}, for you alone.")


def shown(request: Request) -> Response:
    """Return the lists of a person, or the one they name; `lists drop NAME` forgets one."""
    said = request.line.rest.strip().strip('"“”')
    if not said:
        return all_of(request, saved_lists.mine(request.work))
    found = saved_lists.called(request.work, said)
    if found is None and said.casefold().startswith(DROP):
        name = said[len(DROP) :].strip().strip('"“”')
        if saved_lists.drop(request.work, name):
            return plainly(f"The list {name} is not kept any more.")
        said = name
    if found is None:
        raise Conflict(f"You keep no list “{said[:60]}”. {HOW}")
    return perform(request.but(command=request.catalogue.command(found.line)))


def all_of(request: Request, kept: Sequence[SavedList]) -> Message:
    """Return the lists of a person, each with a button that shows it."""
    if not kept:
        return plainly(f"You keep no lists yet. {HOW}")
    root = request.catalogue.root
    drawn = [blocks.section("*My lists*")]
    for each in kept:
        said = f"*{escape(each.name)}*\n`{root} {escape(blocks.cut(each.line, 200))}`"
        drawn.append(blocks.section(said, button(each)))
    drawn.append(blocks.context(f"Only you see them. To drop one: `{root} lists drop NAME`"))
    told = "\n".join(["My lists", *(f"{each.name}: {each.line}" for each in kept)])
    return Message(told, blocks.distinct(drawn))


def button(kept: SavedList, label: str = "Open") -> Block:
    """Return the button that shows a list; its accessibility label says which."""
    drawn = blocks.button(label, "crm.lists", kept.name)
    return drawn | {"accessibility_label": blocks.cut(f"Open my list {kept.name}", blocks.BUTTON)}


def on_home(request: Request) -> list[Block]:
    """Return the row of Home with a person's lists; none where they keep none."""
    kept = saved_lists.mine(request.work)
    if not kept:
        return []
    named = [button(each, blocks.cut(each.name, 30)) for each in kept[:BUTTONS]]
    more = [blocks.button("All my lists", "crm.lists", "")] if len(kept) > BUTTONS else []
    return [blocks.divider(), blocks.context("My lists"), blocks.actions(*named, *more)]
