"""Draw reminders: tasks for their owner, tasks for the team, cases for the support channel."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, card_text, cards
from handlers.core.ui.blocks import Block, escape
from models.activities import reminders
from models.activities.activity import Activity
from models.core.outbox import reposting
from models.core.outbox.delivery import Delivery
from models.core.permissions import masking
from models.core.unit_of_work import UnitOfWork
from models.support import triage
from models.support.case import OPEN, Case

CASES, OWNERS, NAMED = 10, 10, 3
SHORT = 100
TAKEN_CARE_OF, NOTHING_DUE = "Taken care of", "No task of these is due now"
NOTHING_LEFT = "Nothing is left of this list"
TASK_BUTTONS = (
    ("done", "Done", "primary"),
    ("snooze", "Snooze"),
    ("edit", "Reschedule"),
    ("assign", "Reassign"),
)


def due(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return a person's due and overdue activities, each with what can be done about it.

    `delivery.about` has `ids`, all when missing, and `more` in the first reminder of the day, which
    says how many more are due.
    """
    if not work.actor:
        return None
    tasks, count = reminders.due(
        work, work.actor.id, delivery.about.get("ids", []), reminders.TOGETHER
    )
    if not tasks:
        return None
    if delivery.about.get("more"):
        _, count = reminders.due(work, work.actor.id, [], 1)
    left = (
        f"and {count - len(tasks)} more: `{catalogue.root} task list overdue`"
        if count > len(tasks)
        else ""
    )
    return task_list(work, tasks, count, left)


def due_still(work: UnitOfWork, catalogue: Catalogue, ids: Sequence[int]) -> Message:
    """Return the activities of a reminder as they are now.

    A task that is done, put off or another person's says so.
    """
    tasks = reposting.followed(work, Activity, ids)
    return task_list(work, tasks, sum(is_due(task, work) for task in tasks))


def task_list(work: UnitOfWork, tasks: Sequence[Activity], count: int, left: str = "") -> Message:
    """Return the list of tasks.

    Args:
        work: The unit of work.
        tasks: The tasks in the list.
        count: How many are due in all.
        left: The line about those that are not in the list.
    """
    due = "1 task is due" if count == 1 else f"{count} tasks are due"
    heading = due if count else NOTHING_DUE if tasks else NOTHING_LEFT
    drawn = [blocks.section(f":alarm_clock: *{heading}*")]
    for task in tasks:
        drawn += [blocks.section(task_line(task, work)), *task_buttons(task, work)]
    drawn += [blocks.context(left)] if left else []
    told = "; ".join(
        f"{task} ({told})" if (told := when(task, work)) else str(task) for task in tasks
    )
    return Message(f"{heading}: {told}" if told else heading, blocks.distinct(drawn), named=tasks)


def is_due(task: Activity, work: UnitOfWork) -> bool:
    """Return whether the reader still has to do it."""
    return (
        is_mine(task, work)
        and not task.done_at
        and task.due_date is not None
        and task.due_date <= work.now
    )


def is_mine(task: Activity, work: UnitOfWork) -> bool:
    """Return whether the task is the reader's."""
    return bool(work.actor) and task.owner == work.actor.id


def task_line(task: Activity, work: UnitOfWork) -> str:
    about = cards.texts(task, work, "customer", "lead", "opportunity", "case").values()
    told = " · ".join(
        escape(blocks.cut(text, card_text.SHORT)) for text in [when(task, work), *about] if text
    )
    return f"*{task.ref}* {escape(blocks.cut(task.title, SHORT))}\n{told}"


def when(task: Activity, work: UnitOfWork) -> str:
    """Return when a task is due, or what came of it.

    It is `due today 09:00`, or `overdue since Fri 6 Mar 09:00` from the next day on, in the
    reader's zone. Nothing is shown where it is hidden from the reader.
    """
    seen = cards.texts(task, work, "owner", "due_date", "done_at")
    if task.done_at:
        return "done" if "done_at" in seen else ""
    if not is_mine(task, work):
        return f"now {seen['owner']}'s" if "owner" in seen else "nobody's now"
    return (
        f"{'overdue since' if is_late(task, work) else 'due'} {seen['due_date']}"
        if "due_date" in seen
        else ""
    )


def is_late(task: Activity, work: UnitOfWork) -> bool:
    """Return whether it was due before today, in the reader's zone."""
    return task.due_date is not None and task.due_date.astimezone(work.zone).date() < work.today


def task_buttons(task: Activity, work: UnitOfWork) -> list[Block]:
    """Return what the reader may do about a task; no block where that is nothing."""
    drawn = (
        cards.ways(task, work, *TASK_BUTTONS) if is_mine(task, work) and not task.done_at else []
    )
    return [blocks.actions(*drawn)] if drawn else []


def team_due(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return who has what due by the end of today, for the team's channel.

    It has names, never mentions.
    """
    plates = reminders.plates(work, end_of_day(work), NAMED)
    if not plates:
        return None
    lines = [plate_line(plate) for plate in plates[:OWNERS]]
    drawn = [blocks.section(":calendar: *Due today*"), blocks.section("\n".join(lines))]
    if len(plates) > OWNERS:
        left = sum(plate.count for plate in plates[OWNERS:])
        drawn.append(blocks.context(f"and {left} more: `{catalogue.root} task list`"))
    counts = ", ".join(f"{plate.owner} {plate.count}" for plate in plates[:OWNERS])
    return Message(f"Due today: {counts}", drawn)


def end_of_day(work: UnitOfWork) -> datetime:
    """Return midnight in the workspace's zone."""
    zone = ZoneInfo(work.workspace.zone)
    return datetime.combine(work.now.astimezone(zone).date() + timedelta(days=1), time(), zone)


def plate_line(plate: reminders.Plate) -> str:
    overdue = f", {plate.overdue} overdue" if plate.overdue else ""
    named = [f"{ref} {escape(blocks.cut(title, card_text.SHORT))}" for ref, title in plate.first]
    more = [f"and {plate.count - len(named)} more"] if plate.count > len(named) else []
    return f"*{escape(plate.owner)}* ({plate.count}{overdue}): {' · '.join([*named, *more])}"


def pressing(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return the cases that need someone now, with a button to take each.

    `delivery.about` has `ids`, all when missing.
    """
    found, count = triage.pressing(work, delivery.about.get("ids", []), CASES)
    if not found:
        return None
    left = (
        f"and {count - len(found)} more: `{catalogue.root} case list open`"
        if count > len(found)
        else ""
    )
    return case_list(work, found, count, left)


def pressing_still(work: UnitOfWork, catalogue: Catalogue, ids: Sequence[int]) -> Message:
    """Return the cases of a list as they are now: who has taken each, and what is over."""
    cases = reposting.followed(work, Case, ids)
    left = f"and perhaps more: `{catalogue.root} case list open`" if len(ids) == CASES else ""
    return case_list(work, cases, triage.pressing(work, list(ids), CASES)[1], left)


def case_list(work: UnitOfWork, cases: Sequence[Case], count: int, left: str = "") -> Message:
    """Return the list of cases.

    Args:
        work: The unit of work.
        cases: The cases in the list.
        count: How many need someone in all.
        left: The line about those that are not in the list.
    """
    pressing = "1 case needs someone" if count == 1 else f"{count} cases need someone"
    heading = pressing if count else TAKEN_CARE_OF if cases else NOTHING_LEFT
    icon = ":rotating_light:" if count else ":white_check_mark:"
    drawn = [blocks.section(f"{icon} *{heading}*"), *(case_row(case, work) for case in cases)]
    drawn += [blocks.context(left)] if left else []
    told = "; ".join(cards.aside(case, work, "priority") for case in cases)
    return Message(f"{heading}: {told}" if told else heading, blocks.distinct(drawn), named=cases)


def case_row(case: Case, work: UnitOfWork) -> Block:
    """Return what a case is, since when it waits, and by when it should be solved.

    For a case that is over, the row says that.
    """
    seen = masking.veiled(work, case)
    over = not masking.may_hold(seen, lambda case: case.status in OPEN)
    late = case.resolve_by is not None and case.resolve_by < work.now and not over
    told = list(cards.texts(case, work, "status" if over else "priority").values())
    owner = cards.texts(case, work, "assignee").get("assignee", "nobody has it")
    told += [escape(owner), f"since {card_text.moment(case.created_at)}"]
    told += [
        f"overdue since {until}"
        for until in cards.moments(case, work, "resolve_by").values()
        if late
    ]
    free = not over and masking.may_hold(seen, lambda case: not case.assignee)
    claim = cards.ways(case, work, ("claim", "Claim")) if free else []
    button = next(iter(claim or cards.ways(case, work, ("show", "Show"))), None)
    text = f"{case.icon} *{case.ref}* {escape(blocks.cut(case.title, SHORT))}\n{' · '.join(told)}"
    return blocks.section(text, button)
