"""Draw reminders: tasks for their owner, cases for the support channel."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, card_text, cards
from handlers.core.ui.blocks import Block, escape, plain
from models.activities import reminders
from models.activities.activity import Activity
from models.activities.reminders import Overdue
from models.core.entity.base import ENTITIES
from models.core.fields import Phone
from models.core.fields.words import said as in_our_words
from models.core.outbox import reposting
from models.core.outbox.delivery import Delivery
from models.core.parsing.values import show_day
from models.core.permissions import masking, policy
from models.core.unit_of_work import UnitOfWork
from models.support import triage
from models.support.case import Case

CASES = 10
SHORT = 100
FOLLOWED = 10
"""The records that a reminder follows at most, those that it only counts included."""
TAKEN_CARE_OF, NOTHING_DUE = "Taken care of", "No task of these is due now"
NOTHING_LEFT, NONE_OVERDUE = "Nothing is left of this list", "Nothing is overdue any more"
ABOUT = ("customer", "lead", "opportunity", "case")
"""What a task is about: the fields that its reminder names."""
MUTED = ("case", "opportunity", "lead", "customer")
"""The fields of what a task is about, of which the first is offered to be muted."""
FEW = 5
"""The tasks up to which each has a menu; Slack takes about 13,000 characters in one message."""
AFTERNOON = 14
"""The hour that the afternoon means."""
MENU = (("assign", "Hand over"), ("edit", "Change"), ("drop", "Drop"))


def due(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return a person's due activities, each with what can be done, and how many are overdue.

    `delivery.about` has `ids`, all when missing; where it has none, it only counts.
    """
    if not work.actor:
        return None
    ids = delivery.about.get("ids")
    tasks, count = reminders.due(work, work.actor.id, ids, reminders.TOGETHER)
    overdue = left_over(work, tasks)
    if not tasks and (ids or not overdue.count):
        return None
    more = count - len(tasks)
    left = f"and {more} more: `{catalogue.root} task list overdue`" if more else ""
    return task_list(work, tasks, count, overdue, left)


def due_still(
    work: UnitOfWork, catalogue: Catalogue, delivery: Delivery, ids: Sequence[int]
) -> Message:
    """Return the activities of a reminder as they are now.

    A task that is done, put off or another person's says so.
    """
    listed = delivery.about.get("ids")
    tasks = reposting.followed(work, Activity, [id for id in ids if listed is None or id in listed])
    count = sum(is_due(task, work) for task in tasks)
    gone = out_of_sight(work, [id for id in ids if listed is None or id in listed])
    left = NONE_OVERDUE if listed == [] else "" if tasks else " ".join(gone)
    message = task_list(work, tasks, count, left_over(work, tasks), left)
    if not gone or not tasks:
        return message
    drawn = [*message.blocks, blocks.context(*map(escape, gone))]
    return replace(message, text="\n".join([message.text, *gone]), blocks=drawn)


def out_of_sight(work: UnitOfWork, ids: Sequence[int]) -> list[str]:
    """Return a line for each task that its reader had and sees no more: what became of it."""
    with policy.beyond(work.session):
        theirs = select(Activity).where(Activity.id.in_(ids)).order_by(Activity.id)
        tasks = work.session.scalars(theirs).all()
    return [
        f"{task.ref} was handed over, and you no longer see it."
        for task in tasks
        if not policy.shows(work, task)
    ]


def left_over(work: UnitOfWork, tasks: Sequence[Activity]) -> Overdue:
    """Return what is overdue and not in a list of tasks."""
    if not work.actor:
        return Overdue()
    most = FOLLOWED - len(tasks)
    return reminders.overdue(work, work.actor.id, max(0, most), [task.id for task in tasks])


def task_list(
    work: UnitOfWork, tasks: Sequence[Activity], count: int, overdue: Overdue, left: str = ""
) -> Message:
    """Return the list of tasks.

    Args:
        work: The unit of work.
        tasks: The tasks in the list.
        count: How many are due in all.
        overdue: What is overdue and not in the list.
        left: The line about those that are not in the list; without a list, what is said when
            nothing is overdue either.
    """
    named = [*tasks, *overdue.first]
    folded = overdue_line(work, overdue, "other " if tasks else "")
    if not tasks:
        said = folded or left or NOTHING_LEFT
        return Message(said, overdue_row(said, overdue), named=named)
    due = in_our_words("1 task is due" if count == 1 else f"{count} tasks are due")
    heading = due if count else NOTHING_DUE
    drawn = [blocks.section(f":alarm_clock: *{heading}*")]
    for task in tasks:
        buttons = task_buttons(task, work, few=len(tasks) <= FEW)
        drawn += [blocks.section(task_line(task, work)), *buttons]
    drawn += [blocks.context(left)] if left else []
    drawn += overdue_row(folded, overdue) if folded else []
    told = "; ".join(
        f"{task} ({told})" if (told := when(task, work)) else str(task) for task in tasks
    )
    text = f"{heading}: {told}" + (f". {folded}" if folded else "")
    return Message(text, blocks.distinct(drawn), named=named)


def overdue_line(work: UnitOfWork, overdue: Overdue, other: str = "") -> str:
    """Return the one line about what is overdue: 3 tasks are overdue, the oldest since Mon 2 Mar.

    It is empty where there is nothing.
    """
    if not overdue.since:
        return ""
    day = show_day(overdue.since.astimezone(work.zone).date(), work.today)
    if overdue.count == 1:
        return in_our_words(f"1 {other}task is overdue since {day}")
    return in_our_words(f"{overdue.count} {other}tasks are overdue, the oldest since {day}")


def overdue_row(said: str, overdue: Overdue) -> list[Block]:
    """Return a line about what is overdue, with the button that sorts it out."""
    if not overdue.count:
        return [blocks.section(f":white_check_mark: {said}")]
    label = "Sort it out" if overdue.count == 1 else "Sort them out"
    return [blocks.section(f":hourglass: {said}", blocks.button(label, "activity.sort", "overdue"))]


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
    """Return what a task is, when it is due, whom it is about, and how to reach them."""
    about = cards.texts(task, work, *ABOUT)
    told = [when(task, work)]
    for name, text in about.items():
        told += [text, *numbers(task, work, name)]
    line = " · ".join(escape(blocks.cut(text, card_text.SHORT)) for text in told if text)
    return f"*{task.ref}* {escape(blocks.cut(task.title, SHORT))}\n{line}"


def numbers(task: Activity, work: UnitOfWork, name: str) -> list[str]:
    """Return the telephone numbers of the record that a task is about."""
    kind: Any = task.fields()[name]
    entity = ENTITIES[kind.to]
    phones = [each for each, kind in entity.fields().items() if isinstance(kind, Phone)]
    if not phones:
        return []
    return list(cards.texts(work.get(entity, getattr(task, name)), work, *phones).values())


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


def task_buttons(task: Activity, work: UnitOfWork, few: bool = True) -> list[Block]:
    """Return what the reader may do about a task; no block where that is nothing.

    Args:
        task: The task.
        work: The unit of work.
        few: Whether the message has room for a menu; without it, a button opens the form.
    """
    if not is_mine(task, work) or task.done_at:
        return []
    drawn = cards.ways(task, work, ("done", "Done", "primary"))
    if few and cards.usable(["snooze"], task, work):
        drawn.append(blocks.select("Snooze", f"{task.slug()}.snooze", snoozes(task, work), None))
    elif not few:
        drawn += cards.ways(task, work, ("snooze", "Snooze…"))
    drawn += cards.ways(task, work, ("show", "Open"))
    names = cards.usable([verb for verb, _ in MENU], task, work)
    menu = [blocks.option(label, f"{verb} {task.ref}") for verb, label in MENU if verb in names]
    menu += mute(task, work) if few else []
    drawn += [blocks.overflow("crm.menu", menu)] if menu else []
    return [blocks.actions(*drawn)] if drawn else []


def mute(task: Activity, work: UnitOfWork) -> list[Block]:
    """Return the option that mutes what a task is about, or the task itself."""
    kinds: Any = task.fields()
    named = cards.texts(task, work, *MUTED)
    about = [work.get(ENTITIES[kinds[name].to], getattr(task, name)) for name in named]
    for record in (*about, task):
        if cards.usable(["mute"], record, work):
            said = {"description": plain(f"No more messages about {record.ref}")}
            return [blocks.option(f"Mute this {record.noun()}", f"mute {record.ref}") | said]
    return []


def snoozes(task: Activity, work: UnitOfWork) -> list[Block]:
    """Return until when a task can be put off with one choice: each is the rest of the line.

    A day begins when the reader's working hours do. What is chosen is read when it is chosen, so
    that `tomorrow` means the day after that.
    """
    morning = work.actor.starts_at if work.actor else ""
    today = work.now.astimezone(work.zone)
    soon = [("In 1 hour", "+1h")]
    soon += [("This afternoon", f"today {AFTERNOON}:00")] if today.hour < AFTERNOON - 1 else []
    days = [("Tomorrow", "tomorrow"), ("Monday", "mon"), ("Next week", "+7d")]
    later = [(label, f"{day} {morning}") for label, day in days]
    return [
        blocks.option(label, f"{task.ref} {until}")
        for label, until in (*soon, *later, ("Pick a day…", "--form"))
    ]


def pressing(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return the cases that need someone now, with a button to take each.

    `delivery.about` has `ids`; without them it is all but those that the channel was told of at the
    same time, and it is not sent where the list before has the same ones in the same state.
    """
    ids = delivery.about.get("ids", [])
    at = None if ids else delivery.created_at or work.now
    found, count = triage.pressing(work, ids, CASES, at)
    if not found:
        return None
    left = (
        f"and {count - len(found)} more: `{catalogue.root} case list open`"
        if count > len(found)
        else ""
    )
    told = [number for case in found for number in (case.id, int(is_overdue(case, work)))]
    message = case_list(work, found, count, left)
    return message if ids else replace(message, figures=(count, *told))


def pressing_still(
    work: UnitOfWork, catalogue: Catalogue, delivery: Delivery, ids: Sequence[int]
) -> Message:
    """Return the cases of a list as they are now: who has taken each, and what is over."""
    cases = reposting.followed(work, Case, ids)
    left = f"and perhaps more: `{catalogue.root} case list open`" if len(ids) == CASES else ""
    return case_list(work, cases, triage.pressing(work, list(ids), CASES)[1], left)


def deadline(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return that a case of the reader's is due soon, unless it is over or another's by now."""
    case = work.get(Case, delivery.record_id or 0)
    mine = bool(work.actor) and work.actor is not None and case.assignee == work.actor.id
    seen = cards.texts(case, work, "resolve_by", "customer")
    if not mine or case.deleted_at or not case.is_open or "resolve_by" not in seen:
        return None
    late = case.resolve_by is not None and case.resolve_by <= work.now
    said = f"{case} {'was due' if late else 'is due'} {seen['resolve_by']}"
    whose = seen.get("customer", "")
    text = "\n".join(filter(None, [f":hourglass: *{escape(said)}*", escape(whose)]))
    offers = [("reply", "Reply", "primary"), ("resolve", "Resolve"), ("show", "Open")]
    buttons = cards.ways(case, work, *offers)
    drawn = [blocks.section(text), *([blocks.actions(*buttons)] if buttons else [])]
    return Message(said, drawn, named=[case])


def case_list(work: UnitOfWork, cases: Sequence[Case], count: int, left: str = "") -> Message:
    """Return the list of cases.

    Args:
        work: The unit of work.
        cases: The cases in the list.
        count: How many need someone in all.
        left: The line about those that are not in the list.
    """
    pressing = in_our_words("1 case needs someone" if count == 1 else f"{count} cases need someone")
    heading = pressing if count else TAKEN_CARE_OF if cases else NOTHING_LEFT
    icon = ":rotating_light:" if count else ":white_check_mark:"
    drawn = [blocks.section(f"{icon} *{heading}*"), *(case_row(case, work) for case in cases)]
    drawn += [blocks.context(left)] if left else []
    told = "; ".join(cards.aside(case, work, "priority") for case in cases)
    return Message(f"{heading}: {told}" if told else heading, blocks.distinct(drawn), named=cases)


def is_overdue(case: Case, work: UnitOfWork) -> bool:
    """Return whether the deadline of a case has passed."""
    return case.resolve_by is not None and case.resolve_by < work.now


def case_row(case: Case, work: UnitOfWork) -> Block:
    """Return what a case is, since when it waits, and by when it should be solved.

    For a case that is over, the row says that.
    """
    seen = masking.veiled(work, case)
    over = not masking.may_hold(seen, lambda case: case.is_open)
    late = is_overdue(case, work) and not over
    told = list(cards.texts(case, work, "status" if over else "priority").values())
    owner = cards.texts(case, work, "assignee").get("assignee", "unassigned")
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
