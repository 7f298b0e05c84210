"""Log what has happened: a call, a meeting, an e-mail, a note."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from handlers.core.commandline.subjects import LEADING
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.router import Router
from handlers.core.ui import cards
from handlers.core.ui.forms import form
from handlers.core.ui.receipts import choices, receipt
from models.activities.activity import Activity, ActivityType
from models.core import records
from models.core.entity.base import ENTITIES
from models.core.errors import Ambiguous, Invalid
from models.core.fields import Moment
from models.core.fields.shape import Shaped
from models.core.fields.trailing import SAID, past_moment, take_moment
from models.core.parsing import values
from models.customers.membership import Membership

SPOKEN: dict[str, str] = {
    ActivityType.CALL: "a call",
    ActivityType.MEETING: "a meeting",
    ActivityType.EMAIL: "an e-mail",
    ActivityType.NOTE: "a note",
    ActivityType.TASK: "a task",
}
JOINED = {ActivityType.CALL: "with", ActivityType.MEETING: "with", ActivityType.EMAIL: "with"}
ASKED = 40
"""Letters of a question such as `email of Grace`; what is longer tells something."""
PEOPLE = 5
"""The people of a company that are offered."""
HAPPENED = re.compile(
    r"(?:[^\W\d]+ ){0,2}?(?:called|phoned|rang|spoke|talked|met|visited|wrote|e-?mailed|had|went|left|tried"
    r"|could(?: not|n)|did(?: not|n)|no (?:answer|reply|response))\b",
    re.IGNORECASE,
)
"""How a phrase begins that tells what has happened, and is no plan."""
ABOUT = ("customer", "lead", "account", "opportunity", "case")
KINDS = Activity.fields()
ASKS = {
    "description": KINDS["description"],
    **{name: KINDS[name] for name in ABOUT},
    "done_at": Moment("When", also=("when",), hint="Left empty, it is now"),
    "minutes": KINDS["minutes"],
    "outcome": KINDS["outcome"],
}

router = Router("log", entity=Activity, doc="Write down a call, a meeting, an e-mail or a note.")


def kept(request: Request, kind: str) -> Response:
    """Store what was done as an activity.

    What is still to come is no such activity, so the person is asked about it.
    """
    if asked := a_question(request) or still_to_come(request, kind) or at_a_company(request):
        return asked
    texts = {**request.texts, "type": kind}
    if request.surface != "form":
        texts |= without_beginning(request, texts)
    activity = records.create(request.work, Activity, texts)
    activity.done_at = activity.done_at or request.work.now
    if activity.done_at > request.work.now:
        raise Invalid({"done_at": "That is still to come. A task is what is to come: task new …"})
    tell_threads(request, activity, kind)
    told = {name: text for name, text in texts.items() if name != "type"}
    return receipt(request.but(texts=told), activity, logged(request, activity, kind))


def without_beginning(request: Request, texts: Mapping[str, str]) -> dict[str, str]:
    """Return when it was, and what was said, without the beginning that says with whom and when.

    `with Henrik yesterday 16:00: wants more` becomes `wants more`. A sentence about somebody stays
    as it is: Henrik wants more. So do a note, a text of several lines, and one that says no more.
    """
    said = texts.get("description", "")
    led, behind = behind_name(request, texts)
    moment = "" if texts.get("done_at") else past_moment(f"{behind} …")
    rest = behind.removeprefix(moment).lstrip(" ,:") if moment or led else said
    keeps = not rest or "\n" in said or texts["type"] == ActivityType.NOTE
    found = {"description": said if keeps else rest} if said else {}
    return found | ({"done_at": moment} if moment else {})


def behind_name(request: Request, texts: Mapping[str, str]) -> tuple[bool, str]:
    """Return what was written down without the name of whom it is about at its beginning.

    And whether a word led to that name, as in `with Henrik`.
    """
    words = texts.get("description", "").split(" ")
    name: set[str] = set()
    for whom in ABOUT:
        with suppress(ValueError):  # a name that names nobody is refused when the log is stored
            id = KINDS[whom].read(texts[whom], request.work) if texts.get(whom) else None
            name |= set(values.fold(request.work.name(whom, id)).split()) if id else set()
    gone: list[str] = []
    while name and words and (is_part(words[0], name) or words[0].casefold() in LEADING):
        gone.append(words.pop(0))
    led = len(gone) > 1 and gone[0].casefold() in LEADING and is_part(gone[1], name)
    return led, " ".join(words).lstrip(" ,:")


def is_part(word: str, name: set[str]) -> bool:
    return values.fold(word).rstrip(",:") in name


def logged(request: Request, activity: Activity, kind: str) -> str:
    """Return the sentence that says what was logged, with whom, and its number."""
    work = request.work
    work.session.flush()
    did, word = activity.like, activity.did
    whom = next((name for name in ABOUT if getattr(activity, name)), "")
    about = ""
    if whom:
        id = getattr(activity, whom)
        about = f" {JOINED.get(did, 'about')} {work.name(whom, id)} ({work.ref(whom, id)})"
    past = activity.done_at != work.now
    when = (
        f", {at}" if past and (at := cards.texts(activity, work, "done_at").get("done_at")) else ""
    )
    return f"Logged: {word}{about}{when} · {activity.ref}\n“{activity.title}”"


def a_question(request: Request) -> Response | None:
    """Return what is offered for `email of Grace`, which asks and tells nothing.

    The result is None for everything else.
    """
    said = request.texts.get("description", "")
    asks = (
        request.line.implied and said.casefold().startswith(("of ", "from ")) and len(said) < ASKED
    )
    if not asks or request.flag("yes") or request.surface == "form":
        return None
    name = said.partition(" ")[2]
    offers = [(f"Find {name}", f"find {name}"), ("Log it", f"{request.line.raw} --yes")]
    return choices("Do you ask for it, or did it happen? Nothing was done yet.", offers)


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
    planned = request.line.implied and not HAPPENED.match(request.line.phrase)
    if not due or not (planned or not told):
        return None
    task = f"task new {kind.capitalize()} {said} {about}".rstrip()
    sentence = f"“{due}” is still to come, and a log tells what has happened. Nothing was done yet. Is it a task?"
    return choices(sentence, [("Make it a task", task), ("Log it", f"{request.line.raw} --yes")])


def at_a_company(request: Request) -> Response | None:
    """Return the question which of the people of a company it was, where only that is named."""
    named = [name for name in ABOUT if request.texts.get(name)]
    if request.surface == "form" or named != ["account"]:
        return None
    account = KINDS["account"].read(request.texts["account"], request.work)
    people = Membership.people(request.work, account, PEOPLE)
    line = f"{request.line.raw} account={request.work.ref('account', account)}"
    offers = [(str(each), f"{line} customer={each.ref}") for each in people]
    name = request.work.name("account", account)
    return choices(f"Who was it at {name}? Nothing was done yet.", offers) if offers else None


def tell_threads(request: Request, activity: Activity, kind: str) -> None:
    """Report it in the threads of the cards of what it is about, for the colleagues there."""
    for name in ABOUT:
        if id := getattr(activity, name):
            record = request.work.get(ENTITIES[name], id)
            did = f"logged {SPOKEN.get(kind.casefold(), 'something')}"
            request.work.tell(record, did, activity=activity.id)


@router.verb(
    "new",
    record=False,
    asks=Shaped(lambda: {"type": Activity.fields()["type"], **ASKS}),
    text="description",
    saves=True,
    defaults={"type": ActivityType.CALL},
    title="Log activity",
    on_cards="Log",
)
def new(request: Request, _: Any) -> Response:
    """Log something that has happened; a form opens."""
    if not request.texts.get("type") and request.verb:
        return form(request, request.verb, None)  # it proposes a call, and the person sees it
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
