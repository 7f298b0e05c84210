"""Draw what a day holds for the sales channel: one line of counts, which names nobody."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards
from models.activities import reminders
from models.activities.activity import Activity
from models.core.fields.words import said as in_our_words
from models.core.outbox.delivery import Delivery
from models.core.parsing.calendar import name_day
from models.core.permissions import visibility
from models.core.unit_of_work import UnitOfWork
from models.sales.lead import Lead
from models.sales.movements import closing, count, untouched
from models.sales.opportunity import Opportunity

AHEAD = timedelta(days=10)
"""How far ahead the line looks for deals that close."""
DAY = timedelta(days=1)
Numbers = tuple[int | None, ...]


def team_due(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return how much there is to do for sales by the end of today, in one line of counts.

    It has no names, and nothing to say where there is nothing to do.
    """
    today = work.now.astimezone(ZoneInfo(work.workspace.zone)).date()
    tasks, deals, leads = of_tasks(work, today), of_deals(work, today), of_leads(work)
    if not any((*tasks, *deals, *leads)):
        return None
    told = " · ".join(filter(None, [say_tasks(*tasks), say_deals(*deals), say_leads(*leads)]))
    day = name_day(today).rpartition(" ")[0]
    own = blocks.button("My day", "crm.run", "home")
    why = f"Every working day at {work.workspace.remind_at}, if a number has changed."
    secret = cards.concealed(work, *asked(work, today))
    drawn = [blocks.section(f"*Sales, {day}:* {told}", own), blocks.context(why)]
    drawn += [blocks.context(secret)] if secret else []
    text = "\n".join(filter(None, [f"Sales, {day}: {told}", secret]))
    return Message(text, drawn, figures=(*tasks, *deals, *leads))


def asked(work: UnitOfWork, today: date) -> list[ColumnElement[bool]]:
    """Return the conditions by which the line counts."""
    return [Activity.open(), Activity.case.is_(None), closing(today, today), untouched(work.now)]


def of_tasks(work: UnitOfWork, today: date) -> Numbers:
    """Return how many tasks are due today and how many are overdue, without those about a case."""
    zone = ZoneInfo(work.workspace.zone)
    found = reminders.on_day(work, today, zone, Activity.case.is_(None))
    return (found.due, found.overdue) if found else (None, None)


def of_deals(work: UnitOfWork, today: date) -> Numbers:
    """Return how many deals close today, and how many soon after."""
    if visibility.hidden(work, closing(today, today)):
        return (None, None)
    spans = ((today, today), (today + DAY, today + AHEAD))
    return tuple(count(work, Opportunity, closing(*span)) for span in spans)


def of_leads(work: UnitOfWork) -> Numbers:
    """Return how many leads wait for a first talk."""
    wanted = untouched(work.now)
    return (None if visibility.hidden(work, wanted) else count(work, Lead, wanted),)


def say_tasks(due: int | None, overdue: int | None) -> str:
    """Return 4 tasks due, 1 overdue."""
    if due is None:
        return ""
    late = f", {overdue} overdue" if overdue else ""
    return f"{number(due, 'task')} due{late}"


def say_deals(today: int | None, soon: int | None) -> str:
    """Return 1 deal closes, 2 do in the 10 days after."""
    if today is None:
        return ""
    closes = f"{number(today, 'deal')} {'closes' if today < 2 else 'close'}"
    does = "does" if soon == 1 else "do"
    after = f", {soon} {does} in the {AHEAD.days} days after" if soon else ""
    return f"{closes}{after}"


def say_leads(waiting: int | None) -> str:
    """Return 3 leads wait for a first talk."""
    if not waiting:
        return ""
    return f"{number(waiting, 'lead')} {'waits' if waiting == 1 else 'wait'} for a first talk"


def number(count: int, noun: str) -> str:
    """Return no task, 1 task, 2 tasks."""
    said = f"no {noun}" if not count else f"{count} {noun}{'' if count == 1 else 's'}"
    return in_our_words(said)
