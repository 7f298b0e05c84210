"""Log what has happened: a call, a meeting, an e-mail, a note."""

from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.router import Router
from handlers.core.ui.receipts import choices, receipt
from models.activities.activity import Activity, ActivityType
from models.core import records
from models.core.errors import Ambiguous
from models.core.fields.trailing import take_moment
from models.core.outbox.current_record import standing_here

SPOKEN: dict[str, str] = {
    ActivityType.CALL: "a call",
    ActivityType.MEETING: "a meeting",
    ActivityType.EMAIL: "an e-mail",
    ActivityType.NOTE: "a note",
    ActivityType.TASK: "a task",
}
SAID = "said"
"""A word before the typed words, because otherwise the first of them are not read as a day."""
ASKS = ("description", "customer", "lead", "account", "opportunity", "case", "minutes", "outcome")

router = Router("log", entity=Activity, doc="Write down a call, a meeting, an e-mail or a note.")


def kept(request: Request, kind: str) -> Response:
    """Store what was done as an activity.

    What is still to come is no such activity, so the person is asked about it.
    """
    if asked := still_to_come(request, kind):
        return asked
    activity = records.create(request.work, Activity, {**request.texts, "type": kind})
    activity.done_at = request.work.now
    tell_thread(request, activity, kind)
    return receipt(request, activity)


def still_to_come(request: Request, kind: str) -> Response | None:
    """Return the question whether a task is meant by `call Henrik tomorrow`.

    The result is None where it is clear that something was done.
    """
    said, work = request.texts.get("description", ""), request.work
    if (
        request.surface == "form"
        or request.flag("yes")
        or kind == ActivityType.NOTE
        or "\n" in said
    ):
        return None
    about = next((request.texts[name] for name in Activity.whose if request.texts.get(name)), "")
    try:
        rest, due = take_moment(f"{SAID} {said}", work)
    except Ambiguous:
        rest, due = said, said
    told = rest.removeprefix(SAID).strip()
    if not due or not (request.line.implied or not told):
        return None
    task = f"task new {kind.capitalize()} {said} {about}".rstrip()
    sentence = f"“{due}” is still to come, and a log tells what has happened. Nothing was done yet. Is it a task?"
    return choices(sentence, [("Make it a task", task), ("Log it", f"{request.line.raw} --yes")])


def tell_thread(request: Request, activity: Activity, kind: str) -> None:
    """Report it in the thread of the card under which it was logged, if it is about that record."""
    here = standing_here(request.work, request.channel, request.thread) if request.thread else None
    if here and getattr(activity, here.slug(), None) == here.id:
        request.work.tell(
            here, f"logged {SPOKEN.get(kind.casefold(), 'something')}", activity=activity.id
        )


@router.verb(
    "new", record=False, asks=("type", *ASKS), text="description", saves=True, title="Log activity"
)
def new(request: Request, _: Any) -> Response:
    """Log something that has happened; a form opens."""
    return kept(request, request.texts["type"])


@router.verb("call", record=False, asks=ASKS, saves=True, title="Log a call")
def call(request: Request, _: Any) -> Response:
    """Log a call: `log call CU-12 Talked about the budget minutes=20`."""
    return kept(request, ActivityType.CALL)


@router.verb("meeting", record=False, asks=ASKS, saves=True, title="Log a meeting")
def meeting(request: Request, _: Any) -> Response:
    """Log a meeting: `log meeting OP-42 Showed the product`."""
    return kept(request, ActivityType.MEETING)


@router.verb("email", record=False, asks=ASKS, saves=True, title="Log an e-mail")
def email(request: Request, _: Any) -> Response:
    """Log an e-mail: `log email CU-12 Sent the offer`."""
    return kept(request, ActivityType.EMAIL)


@router.verb("note", record=False, asks=ASKS, saves=True, title="Write a note")
def note(request: Request, _: Any) -> Response:
    """Write a note: `log note CU-12 Moving offices in May`."""
    return kept(request, ActivityType.NOTE)
