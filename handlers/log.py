"""Write down what has happened: a call, a meeting, an e-mail, a note."""

from typing import Any

from handlers.core.receipts import receipt
from handlers.core.replies import Reply, Request
from handlers.core.routes import Router
from models.activity import Activity, ActivityType
from models.operations import records

ASKS = ("description", "customer", "lead", "account", "opportunity", "case", "minutes", "outcome")

router = Router("log", entity=Activity, doc="Write down a call, a meeting, an e-mail or a note.")


def kept(request: Request, kind: str) -> Reply:
    """Store it as an activity that is done."""
    activity = records.create(request.work, Activity, {**request.texts, "type": kind})
    activity.done_at = request.work.now
    return receipt(request, activity)


@router.verb("new", record=False, asks=("type", *ASKS), text="description", saves=True, title="Log activity")
def new(request: Request, _: Any) -> Reply:
    """Log something that has happened; a form opens."""
    return kept(request, request.texts["type"])


@router.verb("call", record=False, asks=ASKS, saves=True, title="Log a call")
def call(request: Request, _: Any) -> Reply:
    """Log a call: `log call CU-12 Talked about the budget minutes=20`."""
    return kept(request, ActivityType.CALL)


@router.verb("meeting", record=False, asks=ASKS, saves=True, title="Log a meeting")
def meeting(request: Request, _: Any) -> Reply:
    """Log a meeting: `log meeting OP-42 Showed the product`."""
    return kept(request, ActivityType.MEETING)


@router.verb("email", record=False, asks=ASKS, saves=True, title="Log an e-mail")
def email(request: Request, _: Any) -> Reply:
    """Log an e-mail: `log email CU-12 Sent the offer`."""
    return kept(request, ActivityType.EMAIL)


@router.verb("note", record=False, asks=ASKS, saves=True, title="Write a note")
def note(request: Request, _: Any) -> Reply:
    """Write a note: `log note AC-4 Moving offices in May`."""
    return kept(request, ActivityType.NOTE)
