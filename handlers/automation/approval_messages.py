"""Draw what people read of approvals: those who are asked, and who asked.

What would change is read from what was tried when somebody asked, with the rights of who reads it.
"""

from collections.abc import Sequence

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.proposed import lines_of
from handlers.core.ui.receipts import plainly, small
from models.core.approval import Approval
from models.core.outbox.delivery import Delivery
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

BUTTONS = (("approve", "Approve", "primary"), ("amend", "Change"), ("refuse", "Refuse"))

# ── messages ──────────────────────────────────────────────────────────────────────────────────────


def put(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what somebody who may do something is asked; `delivery.about` has `approval`."""
    approval = work.get(Approval, delivery.about["approval"])
    if not policy.shows(work, approval):
        return None
    seen = cards.texts(approval, work, "asker", "reason", "until")
    asker = seen.get("asker", "Somebody")
    said = f"{asker} asks you to approve: {approval.spoken} ({approval.ref})"
    lines = lines_of(work, approval)
    why = seen.get("reason", "")
    lines += [f"Why: {why}"] if why and why != approval.spoken else []
    drawn = [blocks.section(f"{approval.icon} {escape(said)}"), *small(lines)]
    waits = approval.waits
    last = f"It waits until {seen.get('until', '')}." if waits else outcome(work, approval)
    drawn.append(blocks.context(escape(last)))
    drawn += [blocks.actions(*buttons(work, approval))] if waits else []
    return Message("\n".join([said, *lines, last]), drawn, named=[approval])


def put_still(
    work: UnitOfWork, catalogue: Catalogue, delivery: Delivery, ids: Sequence[int]
) -> Message:
    """Return what somebody was asked as it is now; once it is answered it says so."""
    return put(work, catalogue, delivery) or plainly("Somebody asked others to approve something.")


def buttons(work: UnitOfWork, approval: Approval) -> list[Block]:
    """Return the ways to answer."""
    offers = BUTTONS if approval.texts else (BUTTONS[0], BUTTONS[2])
    return cards.ways(approval, work, *offers)


def outcome(work: UnitOfWork, approval: Approval) -> str:
    """Return what became of an approval, in words."""
    if approval.waits:
        return "It waits again: what was decided was taken back."
    if not approval.decided:
        return f"It {approval.ended}."
    seen = cards.texts(approval, work, "decided_by", "answer", "state")
    why = f": {seen['answer']}" if "answer" in seen else "."
    return f"{seen.get('decided_by', 'Somebody')} {seen.get('state', 'answered').lower()} it{why}"


def decided(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what came of what somebody asked for; `delivery.about` has `approval`."""
    approval = work.get(Approval, delivery.about["approval"])
    if approval.deleted_at or not policy.shows(work, approval):
        return None
    said = f"{approval.spoken} ({approval.ref}). {outcome(work, approval)}"
    show = blocks.button("Show", f"{approval.slug()}.show", approval.ref)
    return Message(said, [blocks.section(f"{approval.icon} {escape(said)}", show)])
