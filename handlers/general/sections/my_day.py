"""My day: what is overdue in one line, what is due today by the hour, and what comes tomorrow."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from handlers.core.request import Request
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.general.focus import may
from handlers.general.sections import rows
from models.activities.activity import Activity
from models.analytics.dashboard import Load, cases_of, due_between, loads, me, midnight
from models.core.entity.base import ENTITIES, Entity
from models.core.names import learn
from models.core.unit_of_work import UnitOfWork

SHOWN = 5
SORT = ("Sort it out", "activity.sort", "overdue")
"""The button that opens the list of what is overdue."""
PLAN = ("Plan a task", "task new")
ABOUT = ("customer", "lead", "opportunity", "case")
"""The fields of a task with the records that it is about."""
LATER = (
    ("Snooze: in 1 hour", "+1h"),
    ("Snooze: tomorrow morning", "tomorrow 9:00"),
    ("Snooze: next week, same day", "+7d"),
    ("Snooze: pick a day…", "--form"),
)


def my_day(request: Request, always: bool = True) -> list[Block]:
    """Return the person's tasks.

    Args:
        request: The request.
        always: Whether the section is there even if it has nothing to show.
    """
    work = request.work
    if not may(request, "task list"):
        return []
    if secret := cards.concealed(work, Activity.open()):
        return [blocks.header("My day"), blocks.section(secret)] if always else []
    load = loads(work, [me(work)]).get(me(work), Load())
    if not (always or load.overdue or load.today):
        return []
    tasks = due_between(work, midnight(work), midnight(work, 1), SHOWN) if load.today else []
    count = load.overdue + load.today
    drawn = [blocks.header(f"My day: {rows.counted(count, 'task')}" if count else "My day")]
    drawn += overdue(request, load.overdue) if load.overdue else []
    drawn += listed(request, tasks)
    drawn += rows.more(request, len(tasks), load.today, "task list mine due today")
    if not load.today:
        drawn.append(rows.empty(request, "Nothing is due today.", *PLAN))
    return [*drawn, *(tomorrow(work, load.tomorrow) if load.tomorrow else [])]


def overdue(request: Request, count: int) -> list[Block]:
    """Return what was due before today in one line, with the way to all of it."""
    work = request.work
    first = due_between(work, None, midnight(work), 1)
    said = f"*{count} overdue*"
    for task in first:
        since = cards.texts(task, work, "due_date").get("due_date", "")
        name = escape(blocks.cut(task.title, rows.TITLE))
        said = f"*{count} overdue:* {name}, since {since}" + (
            f", and {count - 1} more" if count > 1 else ""
        )
    sort = blocks.button(*SORT) if may(request, "task sort") else None
    return [blocks.section(said, sort)]


def tomorrow(work: UnitOfWork, count: int) -> list[Block]:
    """Return how many tasks come tomorrow, and the first of them."""
    first = due_between(work, midnight(work, 1), midnight(work, 2), 1)
    said = f"Tomorrow: {rows.counted(count, 'task')}"
    for task in first:
        at = cards.texts(task, work, "due_date").get("due_date", "").removeprefix("tomorrow ")
        said += f", {at} {escape(blocks.cut(task.title, rows.TITLE))}"
    return [blocks.context(said)]


def listed(request: Request, tasks: Sequence[Activity]) -> list[Block]:
    """Return each task with whom it is about, how to reach them, and what can be done."""
    work, drawn = request.work, list[Block]()
    about = records_of(work, tasks)
    learn(work, [record for found in about.values() for record in found.values()])
    beside = open_cases(request, about["customer"])
    for task in tasks:
        lines = [
            told(record, work, slug)
            for slug, found in about.items()
            if (record := found.get(named(task, slug)))
        ]
        case = beside.get(named(task, "customer"), "") if not named(task, "case") else ""
        text = "\n".join(filter(None, [first_line(task, work), rows.DASH.join(lines), case]))
        drawn += [blocks.section(text), *buttons(task, work)]
    return drawn


def first_line(task: Activity, work: UnitOfWork) -> str:
    """Return the hour and the name of a task."""
    at = rows.short(cards.texts(task, work, "due_date").get("due_date", ""))
    return f"*{at}* · {rows.entry(task)}"


def named(task: Entity, name: str) -> int:
    """Return the id of the record that a field of a task names; 0 where it names none."""
    return getattr(task, name) or 0


def records_of(work: UnitOfWork, tasks: Sequence[Activity]) -> Mapping[str, Mapping[int, Entity]]:
    """Return the records that tasks are about, by field and id: a statement for each entity."""
    found: dict[str, dict[int, Entity]] = {}
    for name in ABOUT:
        entity, ids = ENTITIES[name], {named(task, name) for task in tasks} - {0}
        there = work.session.scalars(select(entity).where(entity.id.in_(ids))) if ids else ()
        found[name] = {record.id: record for record in there}
    return found


def told(record: Entity, work: UnitOfWork, name: str) -> str:
    """Return what one should know of a record before a task: a telephone number, a close date."""
    seen = cards.texts(record, work, "phone", "close_date")
    closes = f"closes {seen['close_date']}" if "close_date" in seen else ""
    title = escape(blocks.cut(record.title, rows.TITLE))
    said = ", ".join(filter(None, [title, escape(seen.get("phone", "")), closes]))
    return f"Case: {said}" if name == "case" else said


def open_cases(request: Request, customers: Mapping[int, Entity]) -> dict[int, str]:
    """Return the warning about the oldest open case of each customer."""
    if not may(request, "case list"):
        return {}
    found: dict[int, str] = {}
    for case in reversed(cases_of(request.work, customers.keys())):
        said = f"Open case: {escape(blocks.cut(case.title, rows.TITLE))} ({case.ref})"
        found[named(case, "customer")] = said
    return found


def buttons(task: Activity, work: UnitOfWork) -> list[Block]:
    """Return what the person may do about a task: done, open it, put it off."""
    drawn = cards.ways(task, work, ("done", "Done"), rows.OPEN)
    for each in drawn:
        label = f"{each['text']['text']}: {task.ref} {task.title}"
        each["accessibility_label"] = blocks.cut(label, rows.LABEL)
    if cards.usable(["snooze"], task, work):
        later = [blocks.option(label, f"snooze {task.ref} {until}") for label, until in LATER]
        drawn.append(blocks.overflow(f"{task.slug()}.menu", later))
    return [blocks.actions(*drawn)] if drawn else []
