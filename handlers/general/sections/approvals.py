"""What others ask a person to approve."""

from handlers.core.request import Request
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block
from handlers.core.ui.proposed import lines_of
from handlers.general.sections import rows
from models.core.approval import put_to

SHOWN = 3


def waiting(request: Request) -> list[Block]:
    """Return what waits for the person's answer, what expires first before others."""
    work = request.work
    found = put_to(work, SHOWN + 1)
    if not found:
        return []
    count = rows.counted(min(len(found), SHOWN), "approval")
    more = len(found) > SHOWN
    drawn = [blocks.header(f"Waiting for you: {count}{' and more' if more else ''}")]
    for approval in found[:SHOWN]:
        seen = cards.texts(approval, work, "asker", "until")
        until = f"until {seen['until']}" if "until" in seen else ""
        then = [*map(blocks.escape, [until, *lines_of(work, approval)[:1]])]
        first = seen.get("asker", "")
        drawn.append(rows.row(approval, work, first, then=then))
        ways = [("approve", "Approve", "primary"), ("refuse", "Refuse")]
        drawn.append(blocks.actions(*cards.ways(approval, work, *ways)))
    return [*drawn, *rows.more(request, SHOWN, len(found), "approval list waiting", SHOWN + 1)]
