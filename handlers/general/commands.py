"""The verbs that need no noun: find, help, home, status, undo, redo."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from handlers.admin import access_requests, noun_word
from handlers.admin import layout as arranging
from handlers.admin import model as shape
from handlers.admin import status as condition
from handlers.automation import subscriptions
from handlers.core.executor import perform
from handlers.core.payloads import GLOBAL
from handlers.core.proposal import proposed
from handlers.core.request import Request
from handlers.core.responses import Options, Response
from handlers.core.router import Router
from handlers.core.ui import cards
from handlers.core.ui.blocks import option
from handlers.core.ui.receipts import choices, listed, plainly, question, receipt
from handlers.general import background as tasks
from handlers.general import handover as handing_over
from handlers.general import help as guide
from handlers.general import lists as kept
from handlers.general import notify, team_figures
from handlers.general.home import home as draw_home
from handlers.general.phrases import meanings
from handlers.notifications import news
from handlers.notifications import report as reports
from models.core import records
from models.core.background import undo as undoing_many
from models.core.entity.base import Entity
from models.core.errors import Conflict
from models.core.fields import Clock, LongText, Text
from models.core.fields.base import Field
from models.core.history import last_change
from models.core.history import undo as undoing
from models.core.identity.user import User, with_names
from models.core.parts import apart
from models.core.permissions import policy
from models.core.saved_filters import SEEN_BY
from models.core.search.query import find_everywhere
from models.core.unit_of_work import UnitOfWork

MANY = 10
"""Records that are undone without asking first."""
PREVIEWED = (
    "gets a small card in the thread, for each record at most once in half an hour, with what all who "
    "read the channel may see. An admin ends that with: previews off."
)
ACT = re.compile(r"[0-9a-f]{32}")
"""The id of an act, which a button carries."""
LAST = re.compile(
    r"(?:(?:my|the|that|this|it|last|latest|previous|change|edit|act|action|thing|step|again)\b[ .!]*)*",
    re.IGNORECASE,
)
"""The words for the last act, or none."""
OFFERED = 20
"""Records that are offered to somebody who types in the search."""


class Everything(Router):
    """The verbs that need no noun; its picker finds records of all of them."""

    def pick(self, request: Request, text: str) -> Options:
        """Return the records that the letters typed so far find, whatever they are."""
        found = find_everywhere(request.work, text, OFFERED) if text.strip() else []
        shown = [each for each in found if policy.can(request.work.actor, "more", each)]
        return Options([option(f"{each.title} ({each.ref})", each.ref) for each in shown])


router = Everything(GLOBAL, doc="What needs no noun.")
router.meanings = meanings


@router.verb("find", record=False, words=True, writes=False)
def find(request: Request, _: Any) -> Response:
    """Search everything: `find acme`, `find ada@example.org`."""
    words = request.line.rest.strip() or request.line.text
    if not words:
        return plainly("What are you looking for? Try: find acme")
    found, said = find_everywhere(request.work, words), with_names(request.work, words)[:100]
    if not found:
        return plainly(f"Nothing matches “{said}”. Try fewer or other words.")
    return cards.listing(found, request.work, f"{len(found)} found for “{said}”")


@router.verb("help", record=False, words=True, writes=False)
def help_(request: Request, _: Any) -> Response:
    """What you can do; `help deal` for one thing in full."""
    return (
        guide.overview(request)
        if not request.line.rest.strip()
        else guide.about(request, request.line.rest.strip())
    )


@router.verb("home", record=False, writes=False)
def home(request: Request, _: Any) -> Response:
    """Your day: what is due, your open deals, your cases."""
    return draw_home(request)


HOURS: dict[str, Field] = {
    "starts_at": Clock(
        "Working from", hint="In your own time, such as 9:00 or 8am", also=("from", "starts")
    ),
    "ends_at": Clock(
        "Working until", hint="Such as 17:30, or 6:00 of the next day", also=("until", "ends", "to")
    ),
}


HOURS["works_on"] = replace(
    User.fields()["works_on"], label="Working days", form=True, also=("days", "on")
)


def present_hours(work: UnitOfWork, _: Any) -> dict[str, str]:
    """Return the working hours and days that the actor has now."""
    kinds = User.fields()
    here = work.actor or User()
    return {name: kinds[name].write(getattr(here, name), work) for name in HOURS}


@router.verb(
    "hours",
    record=False,
    asks=HOURS,
    text="",
    saves=True,
    title="Working hours",
    begins=present_hours,
)
def hours(request: Request, _: Any) -> Response:
    """Set your working hours and days, in which messages may come: `hours from=9:00 until=17:30`,
    also over midnight, `hours days=mon-thu`.
    """  # noqa: D205
    if not request.work.actor:
        raise Conflict("Only people have working hours. Say whose with --as.")
    records.update(
        request.work,
        request.work.actor,
        {name: text for name, text in request.texts.items() if text},
    )
    return receipt(request, request.work.actor)


notify.add_to(router)


@router.verb("report", record=False, words=True, writes=False)
def report(request: Request, _: Any) -> Response:
    """The pipeline by stage, what was won and lost this week, and the open cases; or who has what:
    `report by owner`, `report mine`, `report stuck`, `report closed this quarter`, `report cases`,
    `report changes`.
    """  # noqa: D205
    said = request.line.rest.strip(" ?!.")
    if said:
        return team_figures.answer(request, said)
    return reports.report(request.work, request.catalogue)


@router.verb("digest", record=False, writes=False)
def digest(request: Request, _: Any) -> Response:
    """What changed since your last digest, and the figures, as managers get it in the morning."""
    return news.since_last(request.work, request.catalogue, news.including(request.work.now))


@router.verb("request", record=False, words=True)
def request_(request: Request, _: Any) -> Response:
    """Ask the admins for a right: `request lead delete`."""
    return access_requests.ask(request)


@router.verb("propose", record=False, words=True)
def propose(request: Request, _: Any) -> Response:
    """Ask somebody who may do it to do what you may not: `propose account delete AC-2`."""
    return perform(proposed(request))


@router.verb(
    "handover", record=False, asks=handing_over.ASKS, title="Hand over", button="Hand over"
)
def handover(request: Request, _: Any) -> Response:
    """Give several records to a colleague in one act: `hand over OP-1 LD-2 to @sam`."""
    return handing_over.hand_over(request)


KEPT = {
    "name": Text("Name", 60, required=True),
    "for": replace(SEEN_BY, required=False, also=("shared",)),
    "line": LongText("List", 1000, required=True),
}


@router.verb(
    "keep",
    record=False,
    asks=KEPT,
    text="line",
    title="Save a filter",
    piped="save",
    after=("keep as", "save as"),
    begins=lambda work, record: {"for": "me"},
)
def keep(request: Request, _: Any) -> Response:
    """Save a list under a name: `deal list stage=proposal | save "Proposals" for team`."""
    return kept.keep(request)


@router.verb("lists", record=False, words=True)
def lists(request: Request, _: Any) -> Response:
    """Saved filters, or the one you name; `lists drop Proposals` deletes one."""
    return kept.shown(request)


router.verb("subscribe", record=False, asks=subscriptions.ASKS, whole="what", title="Subscribe")(
    subscriptions.subscribe
)
router.verb("unsubscribe", record=False, asks=subscriptions.ASKS, whole="what")(
    subscriptions.unsubscribe
)


@router.verb("previews", record=False, words=True)
def previews(request: Request, _: Any) -> Response:
    """Show a small card where somebody writes OP-42 in a channel, or no more: `previews off`."""
    said, work = request.line.rest.strip().casefold(), request.work
    if said not in ("", "on", "off"):
        raise Conflict("Previews are on or off: previews on, previews off.")
    work.workspace.previews = said == "on" if said else work.workspace.previews
    shown = f"Whoever writes a reference such as OP-42 in a channel where I am {PREVIEWED}"
    return plainly(
        shown if work.workspace.previews else "References that people write are not answered."
    )


@router.verb("layout", record=False, words=True)
def layout(request: Request, _: Any) -> Response:
    """Say what cards show and forms ask first: `layout deal card stage amount`, `layout deal`."""
    return arranging.arrange(request)


@router.verb("word", record=False, words=True)
def word(request: Request, _: Any) -> Response:
    """Say what a noun is called here: `word deal Auftrag plural=Aufträge`, `word deal reset`."""
    return noun_word.call(request)


@router.verb("model", record=False, words=True, writes=False)
def model(request: Request, _: Any) -> Response:
    """Draw all nouns and what names what, or one: `model deal`; `model audit` finds faults."""
    return shape.model(request)


@router.verb("status", record=False, writes=False)
def status(request: Request, _: Any) -> Response:
    """How the CRM itself is doing: its checks, deliveries, jobs and replicas. For admins."""
    return condition.status(request)


@router.verb("background", record=False, words=True)
def background(request: Request, _: Any) -> Response:
    """What is done in the background for you, and how far it is; `background cancel 3f9a1c2e` ends
    one. Admins see everybody's, and begin a new index (`background index leads`) or work out fields
    again (`background compute sales`).
    """  # noqa: D205
    return tasks.background(request)


@router.verb("undo", record=False, words=True)
def undo(request: Request, _: Any) -> Response:
    """Undo your last change; repeat it to go further back. Works for 24 hours."""
    return turned(request, undoing.undo, last_change.last_unit)


@router.verb("redo", record=False, words=True)
def redo(request: Request, _: Any) -> Response:
    """Repeat what you undid last; say it again for what you undid before."""
    return turned(request, undoing.redo, last_change.last_undo)


def turned(
    request: Request,
    turn: Callable[[UnitOfWork, str], list[Entity]],
    last: Callable[[UnitOfWork], str],
) -> Response:
    """Undo or redo the act of a button, or the last one; ask first where it changed many records.

    Args:
        request: The request.
        turn: Undoes or redoes an act by its id.
        last: Returns the id of the last act.
    """
    work, said = request.work, request.line.rest.strip()
    if not ACT.fullmatch(said) and not LAST.fullmatch(said):
        return other_act(request, turn.__name__, said)
    undoing_many.must_be_over(work, said if ACT.fullmatch(said) else "")
    unit = said if ACT.fullmatch(said) else last(work)
    if work.actor and undoing_many.is_large(work, unit):
        return tasks.turned(request, turn.__name__, unit)
    many = apart(work, undoing.touched(work, unit))
    if len(many) > MANY and not request.flag("yes"):
        verb = turn.__name__.capitalize()
        return question(
            f"{verb} what changed {listed(many)}?", verb, f"{turn.__name__} {unit} --yes"
        )
    records = apart(work, turn(work, unit))
    done = "Undone" if work.door == undoing.UNDO else "Done again"
    gone, back = came_and_went(work, records)
    said, more = f"{done}: {listed(records)}", []
    if len(records) in (len(gone), len(back)):
        said += f" {became(len(records), bool(gone))}"
    else:
        more = [f"Removed: {listed(gone)}"] if gone else []
        more += [f"Back again: {listed(back)}"] if back else []
    return receipt(request, records[0], said, replace=True, more=more)


def other_act(request: Request, verb: str, said: str) -> Response:
    """Return what is offered where words with `undo` or `redo` name neither an act nor the last."""
    ref = next((ref.text for ref in request.line.refs if ref.number), "")
    sentence = f"I {verb} the last thing you did, and “{said[:60]}” is something else. Nothing was done yet."
    offers = [(f"{verb.capitalize()} the last", verb)]
    offers += [(f"History of {ref}", f"history {ref}")] if ref else []
    return choices(sentence, offers)


def became(count: int, gone: bool) -> str:
    """Return what became of records: was removed, are back."""
    if gone:
        return "was removed" if count == 1 else "were removed"
    return "is back" if count == 1 else "are back"


def came_and_went(work: UnitOfWork, records: Sequence[Entity]) -> tuple[list[Entity], list[Entity]]:
    """Return which records an undo, or a redo, removed, and which it brought back."""
    hidden = {
        (row["entity"], row["record_id"]): row["new"] is not None
        for row in work.changes
        if row["field"] == "deleted_at"
    }
    gone = [each for each in records if hidden.get((each.slug(), each.id)) is True]
    back = [each for each in records if hidden.get((each.slug(), each.id)) is False]
    return gone, back
