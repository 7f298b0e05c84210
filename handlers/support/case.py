"""What people do with cases."""

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui.receipts import receipt
from models.core.fields import LongText
from models.support.case import Case

router = Records(Case, menus={"priority": ()})

ANSWER = {"text": LongText("Answer to the customer", required=True)}
NOTE = {"text": LongText("Note for colleagues", required=True)}
SOLUTION = {"text": LongText("Answer to the customer", hint="Left empty, nothing is said")}


def is_open(case: Case) -> bool:
    return case.is_open


@router.verb(
    "claim", button="Claim", style="primary", when=lambda case: is_open(case) and not case.assignee
)
def claim(request: Request, case: Case) -> Response:
    """Take the case; of two people at once the first gets it."""
    case.claim(request.work)
    return receipt(request, case)


@router.verb("reply", asks=ANSWER, button="Reply", when=lambda case: not case.closed)
def reply(request: Request, case: Case) -> Response:
    """Answer the customer: `case reply CS-9 We are looking into it`."""
    case.reply(request.work, request["text"])
    return receipt(request, case, f"Replied on {case}")


@router.verb("note", asks=NOTE, button="Note")
def note(request: Request, case: Case) -> Response:
    """Leave a note that only colleagues see."""
    case.reply(request.work, request["text"], public=False)
    return receipt(request, case, f"Noted on {case}")


@router.verb("resolve", asks=SOLUTION, button="Resolve", when=is_open)
def resolve(request: Request, case: Case) -> Response:
    """Mark the case as solved, with the answer if you add one."""
    case.resolve(request.work, request["text"])
    return receipt(request, case)


@router.verb("reopen", button="Reopen", when=lambda case: not is_open(case))
def reopen(request: Request, case: Case) -> Response:
    """Work on the case again."""
    case.reopen(request.work)
    return receipt(request, case)


@router.verb("close", button="Close", when=lambda case: not case.closed)
def close(request: Request, case: Case) -> Response:
    """End the case."""
    case.close(request.work)
    return receipt(request, case)
