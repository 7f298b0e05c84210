"""Answer a greeting and thanks in a sentence, and greet a person who is here for the first time."""

from collections.abc import Callable, Mapping

from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import choices
from handlers.general.focus import focus, may
from handlers.general.intents import Shown, shown
from models.activities.activity import Activity
from models.analytics.dashboard import Load, loads, me
from models.core.identity import user
from models.core.outbox.delivery import answer
from models.core.unit_of_work import UnitOfWork

TRIED, THINGS = 3, ("Nothing", "One thing", "Two things", "Three things")
"""What is offered to somebody who is here for the first time."""
DAY = "See what is due"


def first_name(work: UnitOfWork) -> str:
    return work.me.split()[0] if work.me.split() else work.me


def hello(request: Request) -> Message:
    """Return a greeting with what is due, and the way to it."""
    offers = [("My day", "home"), ("My deals", "deal list mine open"), ("Help", "help")]
    said = f"Hello {first_name(request.work)}. {due_today(request)}"
    return choices(said.strip(), [offer for offer in offers if may(request, offer[1])])


def thanks(request: Request) -> Message:
    """Return the answer to thanks."""
    said = f"You are welcome, {first_name(request.work)}."
    return choices(said, [("My day", "home"), ("Help", "help")])


def due_today(request: Request) -> str:
    """Return what the person has to do today, in a sentence; nothing where that is hidden."""
    work = request.work
    if not may(request, "task list") or cards.concealed(work, Activity.open()):
        return ""
    load = loads(work, [me(work)]).get(me(work), Load())
    if not (load.today or load.overdue):
        return "Nothing is due today."
    are = "task is" if load.today == 1 else "tasks are"
    today = f"{load.today or 'No'} {are} due today"
    return f"{today}, {load.overdue} overdue." if load.overdue else f"{today}."


def welcome(request: Request) -> Message:
    """Return what somebody reads first: what this is, three things to try, and what is safe.

    The three can be done with the records that the person sees now.
    """
    work, root = request.work, request.catalogue.root
    whose = f"{work.workspace.name}’s" if work.workspace.name else "your"
    intro = f"I keep {whose} customers, deals and tasks, here in Slack."
    role = work.actor.role if work.actor else ""
    hello = f"Hello {first_name(work)}."
    tries = [*shown(request, focus(request))][:TRIED] or [*shown(request)][:TRIED]
    lines = [f"{place}. {told(request, each, root)}" for place, each in enumerate(tries, 1)]
    buttons = [blocks.button(each.button, "crm.run", each.line) for each in tries]
    calm = (
        "Nothing you try is final: every change can be undone for 24 hours. "
        "I write to you only about your own work."
    )
    drawn = [
        blocks.section(f"*{escape(hello)}* {escape(intro)} Your role is {escape(role)}."),
        *([blocks.section("\n".join([f"*{THINGS[len(tries)]} to try*", *lines]))] if tries else []),
        *([blocks.actions(*buttons)] if buttons else []),
        blocks.context(calm, f"More: `{root} help`"),
    ]
    titles = ", ".join(each.title[:1].lower() + each.title[1:] for each in tries)
    said = f"{hello} {intro}" + (f" Try: {titles}." if titles else "")
    return Message(said, blocks.distinct(drawn))


def told(request: Request, each: Shown, root: str) -> str:
    """Return a thing to try in one line, with what there is to see."""
    more = f" {due_today(request)}" if each.title == DAY else ""
    return f"{each.title}: type `{root} {escape(each.typed)}`.{more}"


TALK: Mapping[str, Callable[[Request], Message]] = {
    "hello": hello,
    "thanks": thanks,
    "welcome": welcome,
}
"""What a word is answered with that is talk, and asks for no help."""


def greet(work: UnitOfWork) -> None:
    """Ask for the message that greets the person who acts, if nobody has greeted them yet."""
    person = work.actor
    if person and user.greet(work, person):
        about = {"person": person.slack_id, "line": "help welcome"}
        answer(work, "line", person.slack_id, f"welcome:{person.ref}", about=about)
