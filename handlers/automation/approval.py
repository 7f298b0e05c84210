"""What people do with approvals: answer what others ask for, and take back what they asked for."""

from collections.abc import Sequence
from typing import Any

from handlers.core.crud import Records
from handlers.core.executor import perform
from handlers.core.proposal import because
from handlers.core.proposing import done
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import cards
from handlers.core.ui.proposed import lines_of
from handlers.core.ui.receipts import before, choices, difference, receipt, small
from models.core import approval as approvals
from models.core import records
from models.core.approval import Approval, ApprovalState
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Conflict, CRMError, Forbidden, NotFound
from models.core.fields import LongText
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

WHY = {"why": LongText("Why", 1000, required=True, hint="Who asked reads it", also=("reason",))}
NOW = "now"
"""The flag with the versions that whoever approves has seen."""
CHANGED = 6
"""Changes that are told of a record that changed meanwhile."""


class Approvals(Records[Approval]):
    """Approvals; what shows one says what it would change."""

    def show(self, request: Request, record: Approval) -> Response:
        """Show the card, with what would change."""
        shown = cards.card(record, request.work, request.catalogue)
        lines = lines_of(request.work, record)
        if request.flag("here") or not lines:
            return shown
        first, *others = shown.blocks
        text = "\n".join([shown.text, *lines])
        return Message(text, [first, *small(lines), *others], card=shown.card)


router = Approvals(Approval, without=("assign",))


@router.verb(
    "approve",
    bound=True,
    button="Approve",
    style="primary",
    when=lambda approval: approval.answerable,
    flags=(NOW,),
)
def approve(request: Request, approval: Approval) -> Response:
    """Do what somebody asks for, with your own rights; one undo takes it back."""
    work = request.work
    approvals.must_wait(work, approval)
    if news := changed_since(work, approval, str(request.line.flags.get(NOW) or "")):
        line = f"approval approve {approval.ref} --{NOW}={versions(work, approval)}"
        return choices(news, [("Approve all the same", line)])
    asker = approvals.decide(work, approval, ApprovalState.APPROVED)
    work.reason = why = because(asker.name, approval.ref)
    if approval.does:
        inner = request.but(command=request.catalogue.command(approval.does))
        try:
            done(inner, approval.texts, w=why)
        except (Forbidden, NotFound) as error:
            raise not_done(approval, error) from error
        except CRMError as error:
            raise not_done(approval, error, "Change it, or refuse it.") from error
    said = f"Approved {approval.ref}: {approval.spoken}"
    return receipt(request, done_to(work, approval), said, replace=True)


def done_to(work: UnitOfWork, approval: Approval) -> Entity:
    """Return the first record that was changed by what was approved, else the approval."""
    rows = (row for row in work.changes if row["entity"] != approval.slug())
    first = next(rows, None)
    return work.get(ENTITIES[first["entity"]], first["record_id"]) if first else approval


def not_done(approval: Approval, error: CRMError, way: str = "Refuse it.") -> Conflict:
    """Return why nothing was approved, and what can be done instead."""
    return Conflict(f"{approval.ref} cannot be done now: {error} Nothing was changed. {way}")


@router.verb(
    "amend", bound=True, button="Change", when=lambda approval: approval.changeable, title="Change"
)
def amend(request: Request, approval: Approval) -> Response:
    """Do what somebody asks for in another way: its form opens, and saving it approves it."""
    approvals.must_wait(request.work, approval)
    if not (approval.does and approval.texts):
        raise Conflict(f"There is nothing to change about it: approval approve {approval.ref}")
    command = request.catalogue.command(f"{approval.does} --form")
    state = {"a": approval.ref}
    try:
        return perform(request.but(command=command, texts=approval.texts, state=state))
    except (Forbidden, NotFound) as error:
        raise not_done(approval, error) from error


@router.verb(
    "refuse",
    bound=True,
    asks=WHY,
    button="Refuse",
    title="Refuse",
    when=lambda approval: approval.answerable,
)
def refuse(request: Request, approval: Approval) -> Response:
    """Say no, and why; who asked hears it: `approval refuse AP-1 too much for this customer`."""
    approvals.decide(request.work, approval, ApprovalState.REFUSED, request["why"])
    return receipt(request, approval, f"Refused {approval.ref}: {approval.spoken}")


@router.verb("withdraw", bound=True, button="Withdraw", when=lambda each: each.withdrawable)
def withdraw(request: Request, approval: Approval) -> Response:
    """Take back what you asked for, before somebody answers."""
    approvals.withdraw(request.work, approval)
    return receipt(request, approval, f"Withdrew {approval.ref}: {approval.spoken}")


# ── what changed meanwhile ────────────────────────────────────────────────────────────────────────


def versions(work: UnitOfWork, approval: Approval) -> str:
    """Return the versions that the records of an approval have now."""
    return ".".join(str(record.version) for record, _ in approvals.records_of(work, approval))


def changed_since(work: UnitOfWork, approval: Approval, known: str) -> str:
    """Return what changed of the records since it was asked for; "" where that was seen already."""
    about = approvals.records_of(work, approval)
    moved = [(each, seen) for each, seen in about if each.version != seen and not each.deleted_at]
    if not moved or known == versions(work, approval):
        return ""
    by = work.who(approval.asker)
    told = [line for record, version in moved for line in changes_of(work, record, version)]
    if not all(policy.shows(work, record) for record, _ in moved):
        return ""  # it says that there is none, as for everybody who may not see it
    names = " and ".join(str(record) for record, _ in moved)
    return "\n".join([f"{names} changed since {by} asked.", *told[:CHANGED]])


def changes_of(work: UnitOfWork, record: Entity, version: int) -> Sequence[str]:
    """Return what changed of a record since it had a version, as it was and as it is now."""
    later: dict[str, dict[str, Any]] = {}
    for entry in records.history(work, record):
        if entry.version > version and entry.field in record.fields():
            row = later.setdefault(entry.field, {"field": entry.field, "old": entry.old})
            row["new"] = entry.new
    seen = policy.fields(work, record)
    rows = [row for name, row in later.items() if name in seen and row["old"] != row["new"]]
    was = before(record, rows)
    return [difference(work, record, was, row) for row in rows if row["field"] != "deleted_at"]
