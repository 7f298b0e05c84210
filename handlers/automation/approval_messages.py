"""Draw what people read of approvals: those who are asked, and who asked.

What would change is read from what was tried when somebody asked, with the rights of who reads it.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import before, difference, grouped, plainly, small
from models.core import approval as approvals
from models.core.approval import Approval, ApprovalState
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import NotFound
from models.core.fields import Reference
from models.core.outbox.delivery import Delivery
from models.core.parsing import values
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

LINES, FIELDS, LONG = 8, 8, 80
"""Lines of what would change, fields of a new record in one of them, and letters of a value."""
BUTTONS = (("approve", "Approve", "primary"), ("amend", "Change"), ("refuse", "Refuse"))

Row = Mapping[str, Any]


# ── what would change ─────────────────────────────────────────────────────────────────────────────


def lines_of(work: UnitOfWork, approval: Approval) -> list[str]:
    """Return what would change, a line for each, as far as all readers may see it."""
    found = grouped(approval.changes)
    new = {key for key, rows in found.items() if rows[0]["action"] == "create"}
    lines = [
        line
        for key, rows in found.items()
        if key[0] in ENTITIES
        for line in (made(work, rows, new) if key in new else changed(work, key, rows))
    ]
    more = len(lines) - LINES
    return lines[:LINES] + ([f"and {more} more"] if more > 0 else [])


def made(work: UnitOfWork, rows: Sequence[Row], new: set[tuple[str, int]]) -> Iterator[str]:
    """Yield the line about a record that would be made."""
    entity = ENTITIES[rows[0]["entity"]]
    viewers = work.viewers
    if not viewers or not all(policy.can(viewer, "show", entity) for viewer in viewers):
        return
    kinds = entity.fields()
    held = {
        row["field"]: kinds[row["field"]].load(row["new"]) for row in rows if row["field"] in kinds
    }
    record, told = SimpleNamespace(**{**dict.fromkeys(kinds), **held}), []
    for name, value in held.items():
        kind = kinds[name]
        if policy.hides(work, entity, name) or not kind.card:
            continue
        if isinstance(kind, Reference) and (kind.to, value) in new:
            continue
        try:
            text = blocks.cut(kind.show(value, work, record), LONG)
        except NotFound:
            continue
        told += [f"{kind.label}: {text}"] if text else []
    yield f"New {entity.noun()}: {' · '.join(told[:FIELDS])}"


def changed(work: UnitOfWork, key: tuple[str, int], rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines about a record that would be changed, deleted or restored."""
    record: Entity = work.get(ENTITIES[key[0]], key[1])
    if not policy.shows(work, record):
        return
    seen, fields = policy.fields(work, record), [dict(row) for row in rows]
    was = before(record, fields)
    for row in fields:
        if row["field"] == "deleted_at":
            yield f"{'Deletes' if row['new'] else 'Restores'} {record}"
        elif row["field"] in seen:
            yield f"{record.ref} {difference(work, record, was, row)}"


# ── messages ──────────────────────────────────────────────────────────────────────────────────────


def put(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what somebody who may do something is asked; `delivery.about` has `approval`."""
    approval = work.get(Approval, delivery.about["approval"])
    if not policy.shows(work, approval):
        return None
    said = f"{work.who(approval.asker)} asks you to approve: {approval.spoken} ({approval.ref})"
    lines = lines_of(work, approval)
    if approval.reason and approval.reason != approval.spoken:
        lines.append(f"Why: {approval.reason}")
    drawn = [blocks.section(f"{approval.icon} {escape(said)}"), *small(lines)]
    if approval.waits and approval.until:
        lines.append(f"It waits until {values.show_moment(approval.until, work.now, work.zone)}.")
        drawn += [blocks.context(lines[-1]), blocks.actions(*buttons(work, approval))]
    else:
        lines.append(outcome(work, approval))
        drawn.append(blocks.context(escape(lines[-1])))
    return Message("\n".join([said, *lines]), drawn, named=[approval])


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
    if approval.state in (ApprovalState.APPROVED, ApprovalState.REFUSED):
        why = f": {approval.answer}" if approval.answer else ""
        return f"{work.who(approval.decided_by)} {approval.state} it{why}"
    if approval.waits:
        return "It waits again: what was decided was taken back."
    return f"It {approvals.ENDED.get(ApprovalState(approval.state), 'was withdrawn')}."


def decided(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what came of what somebody asked for; `delivery.about` has `approval`."""
    approval = work.get(Approval, delivery.about["approval"])
    if approval.deleted_at or not policy.shows(work, approval):
        return None
    said = f"{approval.spoken} ({approval.ref}). {outcome(work, approval)}"
    show = blocks.button("Show", f"{approval.slug()}.show", approval.ref)
    return Message(said, [blocks.section(f"{approval.icon} {escape(said)}", show)])
