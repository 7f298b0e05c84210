"""Sort out overdue tasks: a list in which each tap decides about one task at once."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from handlers.core.request import Request
from handlers.core.responses import Form, Response
from handlers.core.ui import blocks, card_text, cards
from handlers.core.ui.blocks import Block, escape
from models.activities import reminders
from models.activities.activity import Activity
from models.core.errors import Conflict
from models.core.history import undo as undoing
from models.core.permissions import policy
from models.core.schedule import strikes
from models.core.unit_of_work import UnitOfWork

PAGE = 10
SHORT = 100
FATES = {
    "done": ("Done", "done"),
    "tomorrow": ("Tomorrow", "snooze"),
    "week": ("Next week", "snooze"),
    "drop": ("Drop", "drop"),
}
"""What can become of a task: the word in a line → the label of its button, and the verb."""
DAYS = {"tomorrow": timedelta(days=1), "week": timedelta(days=7)}
ABOUT = ("customer", "lead", "opportunity", "case")
REF = re.compile(rf"{Activity.prefix}-(\d{{1,9}})")
INTRO = "Each tap is done at once; *Undo* stays on the line until you close this."
NOTHING = "Nothing is overdue."


@dataclass(frozen=True)
class Sheet:
    """What the list remembers between two taps.

    Attributes:
        page: The numbers of the tasks that it shows.
        acts: The number of a task → the unit of work that decided about it.
        after: When the last task was due, and its id; None for an empty list.
    """

    page: Sequence[int] = ()
    acts: tuple[tuple[int, str], ...] = ()
    after: tuple[datetime, int] | None = None

    def kept(self) -> str:
        """Return the sheet as the private_metadata of the list."""
        after = f"{self.after[0].isoformat()} {self.after[1]}" if self.after else ""
        return json.dumps(
            {
                "page": " ".join(map(str, self.page)),
                "acts": " ".join(f"{number}:{unit}" for number, unit in self.acts),
                "after": after,
            }
        )


def sheet_of(request: Request) -> Sheet:
    """Return what the list remembers in which a button was pressed; an empty sheet elsewhere."""
    state = {name: str(request.state.get(name, "")) for name in ("page", "acts", "after")}
    if request.container != "view" or not state["page"]:
        return Sheet()
    acts = (act.partition(":") for act in state["acts"].split())
    at, _, id = state["after"].partition(" ")
    return Sheet(
        [int(number) for number in state["page"].split()],
        tuple((int(number), unit) for number, _, unit in acts),
        (datetime.fromisoformat(at), int(id)) if id else None,
    )


def sort(request: Request, _: object) -> Response:
    """Sort out your overdue tasks in a list: Done, Tomorrow, Next week or Drop, one tap each."""
    work, sheet = request.work, sheet_of(request)
    if not work.actor:
        raise Conflict("Only people have tasks. Say whose with --as.")
    word, *rest = [*request.line.rest.split(), ""]
    number = next((int(found[1]) for said in rest if (found := REF.fullmatch(said))), 0)
    if word in FATES and number:
        sheet = decided(work, sheet, word, [number])
    elif word == "rest":
        others = [task.number for task in tasks_of(work, sheet) if is_overdue(task, work)]
        sheet = decided(work, sheet, "tomorrow", others)
    elif word == "undo":
        sheet = undone(work, sheet, number)
    if not sheet.page or word == "next":
        sheet = turned(work, sheet)
    return Form(drawn(work, sheet), update=request.container == "view")


def turned(work: UnitOfWork, sheet: Sheet) -> Sheet:
    """Return the next ten overdue tasks as a new sheet."""
    me = work.actor.id if work.actor else 0
    found = reminders.overdue(work, me, PAGE, after=sheet.after).first
    last = found[-1] if found else None
    after = (last.due_date, last.id) if last and last.due_date else None
    return Sheet([task.number for task in found], after=after)


def decided(work: UnitOfWork, sheet: Sheet, fate: str, numbers: Sequence[int]) -> Sheet:
    """Do to tasks what a tap says, and return the sheet that remembers it.

    What is not overdue any more, because somebody was faster, stays as it is.
    """
    acts = dict(sheet.acts)
    for number in numbers:
        task = work.find(Activity, number, deleted=True)
        policy.check(work, FATES[fate][1], task)
        if not is_overdue(task, work):
            continue
        if fate == "done":
            task.done(work)
        elif fate == "drop":
            task.drop(work)
        else:
            task.snooze(work, morning(work, DAYS[fate]))
        acts[number] = work.unit
    work.session.flush()
    return replace(sheet, acts=tuple(acts.items()))


def undone(work: UnitOfWork, sheet: Sheet, number: int) -> Sheet:
    """Take back what was decided about a task, and about those that went with it."""
    if unit := dict(sheet.acts).get(number):
        undoing.undo(work, unit)
        work.session.flush()
        return replace(sheet, acts=tuple(act for act in sheet.acts if act[1] != unit))
    return sheet


def morning(work: UnitOfWork, later: timedelta) -> datetime:
    """Return when the reader's working hours begin some days later."""
    starts = work.actor.starts_at if work.actor else "09:00"
    return strikes(work.today + later, starts, work.zone)


def is_overdue(task: Activity, work: UnitOfWork) -> bool:
    """Return whether a task is still open and was due before today."""
    return (
        not task.deleted_at
        and not task.done_at
        and task.due_date is not None
        and task.due_date.astimezone(work.zone).date() < work.today
    )


def tasks_of(work: UnitOfWork, sheet: Sheet) -> list[Activity]:
    """Return the tasks of a sheet in its order, those that were dropped included."""
    wanted = select(Activity).where(Activity.number.in_(sheet.page))
    found = work.session.scalars(wanted.execution_options(with_deleted=True))
    return sorted(found, key=lambda task: list(sheet.page).index(task.number))


# ── the list ──────────────────────────────────────────────────────────────────────────────────────


def drawn(work: UnitOfWork, sheet: Sheet) -> Block:
    """Return the list as a modal."""
    secret = cards.concealed(work, Activity.open())
    tasks = [] if secret else tasks_of(work, sheet)
    me = work.actor.id if work.actor else 0
    count = reminders.overdue(work, me, 0).count
    heading = f"*{count} overdue.* {INTRO}" if count or tasks else secret or NOTHING
    found = [blocks.section(heading)]
    for task in tasks:
        found += row(work, task, sheet)
    return blocks.modal(
        "Overdue tasks", "crm.sort", [*found, *footer(work, sheet, tasks)], sheet.kept()
    )


def row(work: UnitOfWork, task: Activity, sheet: Sheet) -> Iterator[Block]:
    """Yield the blocks of a task: what can become of it, or what became of it."""
    title = escape(blocks.cut(task.title, SHORT))
    if not is_overdue(task, work):
        unit = dict(sheet.acts).get(task.number)
        together = [each for _, each in sheet.acts if each == unit]
        label = "Undo all" if len(together) > 1 else "Undo"
        undo = blocks.button(label, "activity.sort", f"undo {task.ref}") if unit else None
        yield blocks.section(f"~{title}~ ({task.ref})\n{outcome(work, task)}", undo)
        return
    seen = cards.texts(task, work, "due_date", *ABOUT)
    due = f"Due {seen.pop('due_date')}" if "due_date" in seen else ""
    told = [blocks.cut(text, card_text.SHORT) for text in (due, *seen.values()) if text]
    yield blocks.section(f"*{title}* ({task.ref})\n{escape(' · '.join(told))}")
    names = cards.usable([verb for _, verb in FATES.values()], task, work)
    buttons = [
        blocks.button(label, "activity.sort", f"{word} {task.ref}")
        for word, (label, verb) in FATES.items()
        if verb in names
    ]
    if buttons:
        yield blocks.actions(*buttons)


def outcome(work: UnitOfWork, task: Activity) -> str:
    """Return what became of a task that is not overdue any more."""
    if task.deleted_at:
        return "Dropped"
    if task.done_at:
        return "Done"
    seen = cards.texts(task, work, "due_date")
    return escape(f"Due {seen['due_date']}") if seen else "Put off"


def footer(work: UnitOfWork, sheet: Sheet, tasks: Sequence[Activity]) -> list[Block]:
    """Return the buttons below the list: for all that is left in it, and for the next ten."""
    me = work.actor.id if work.actor else 0
    left = sum(is_overdue(task, work) for task in tasks)
    more = reminders.overdue(work, me, 0, after=sheet.after).count if sheet.after else 0
    found = [blocks.button("All the rest to tomorrow", "activity.sort", "rest")] if left > 1 else []
    found += [blocks.button(f"Next {min(more, PAGE)}", "activity.sort", "next")] if more else []
    return [blocks.divider(), blocks.actions(*found)] if found else []
