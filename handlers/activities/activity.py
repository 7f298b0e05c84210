"""What people do with tasks."""

from handlers.activities import overdue
from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui.receipts import receipt
from models.activities.activity import Activity
from models.core.fields import Moment, Text

router = Records(Activity, on_cards="Task")

OUTCOME = {"outcome": Text("What came of it")}
UNTIL = {"until": Moment("Until", required=True, hint="Such as tomorrow 9:00, fri or +3d")}


def is_open(task: Activity) -> bool:
    return task.done_at is None


@router.verb("done", asks=OUTCOME, button="Done", style="primary", when=is_open)
def done(request: Request, task: Activity) -> Response:
    """Tick it off, with what came of it: `task done AT-81 signed`."""
    task.done(request.work, request["outcome"])
    return receipt(request, task)


@router.verb("reopen", when=lambda task: task.ticked_off)
def reopen(request: Request, task: Activity) -> Response:
    """Take back that it is done."""
    task.reopen(request.work)
    return receipt(request, task)


@router.verb("snooze", asks=UNTIL, button="Snooze", when=is_open)
def snooze(request: Request, task: Activity) -> Response:
    """Put it off: `task snooze AT-81 fri`."""
    task.snooze(request.work, request["until"])
    return receipt(request, task)


@router.verb("skip", button="Skip this time", when=lambda task: task.comes_again)
def skip(request: Request, task: Activity) -> Response:
    """Leave it out this time, where it repeats: it is due when the next one would be."""
    task.skip(request.work)
    return receipt(request, task)


@router.verb("drop", when=is_open)
def drop(request: Request, task: Activity) -> Response:
    """Drop it, because it no longer needs doing; it can be restored for 30 days.

    Where it repeats, it comes no more.
    """
    task.drop(request.work)
    return receipt(request, task)


router.verb("sort", record=False, words=True)(overdue.sort)
