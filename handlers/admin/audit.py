"""Answer an admin who asks whether anybody tampered with the audit trail."""

from typing import Any

from sqlalchemy import select

from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.router import Catalogue, Router
from handlers.core.ui import blocks
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import plainly
from models.core.audit import verify as proof
from models.core.audit.entries import AuditHead
from models.core.fields import Text
from models.core.outbox.delivery import Delivery, answer
from models.core.unit_of_work import UnitOfWork

router = Router("audit", doc="Who changed what, and whether that was tampered with.")

AT_ONCE = 10_000
"""Entries that are read while the person waits: 0.3 s."""
BY_MESSAGE = 300_000
"""Entries that are read for a direct message.

That takes 9 s, well within our lease on a delivery.
"""
SHOWN = 8


END = {
    "end": Text(
        "Where it ended once",
        100,
        hint="As the log or an earlier verdict said: a place and 64 letters",
    )
}


@router.verb("verify", record=False, asks=END, title="Verify the audit trail")
def verify(request: Request, _: Any) -> Response:
    """Find what was changed, taken out or moved in the audit trail: `audit verify`, `audit verify
    end="12 …"`.
    """  # noqa: D205
    work = request.work
    count = work.session.scalar(select(AuditHead.place)) or 0
    if count > BY_MESSAGE:
        return plainly(
            f"There are {count:,} entries. Have them read where the bot runs: crm audit verify"
        )
    if count <= AT_ONCE or not work.actor:
        return told(proof.verify(work, request["end"] or ""))
    answer(
        work,
        "verdict",
        work.actor.slack_id,
        f"verdict:{work.unit}",
        about={"end": request["end"] or ""},
    )
    return plainly(
        f"There are {count:,} entries. The verdict on them is on its way to you as a direct message."
    )


def verdict(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message:
    """Return the verdict on the trail at the time when it is sent."""
    return told(proof.verify(work, (delivery.about or {}).get("end", "")))


def told(found: proof.Verdict) -> Message:
    """Return the verdict, with what was found first."""
    lines = [str(problem) for problem in found.problems[:SHOWN]]
    if found.count > SHOWN:
        lines.append(
            f"and {found.count - SHOWN:,} more; all of them where the bot runs: crm audit verify"
        )
    sign = ":rotating_light:" if found.count else ":white_check_mark:"
    drawn = [blocks.section(f"{sign} {escape(str(found))}")]
    drawn += [blocks.section("\n".join(escape(line) for line in lines))] if lines else []
    return Message("\n".join([str(found), *lines]), drawn)
