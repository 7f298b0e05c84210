"""The rows of the Home tab: a record in two lines with its button, and what an empty part says."""

from collections.abc import Sequence
from datetime import date, datetime

from handlers.core.request import Request
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.general.focus import may
from models.core.entity.base import Entity
from models.core.fields.words import said as in_our_words
from models.core.parsing.dates import show_day
from models.core.unit_of_work import UnitOfWork

TITLE, LABEL = 100, 75
"""Letters of a record's name, and of what a screen reader says of a button."""
OPEN = ("more", "Open")
DASH = " · "


def run(request: Request, label: str, line: str) -> Block | None:
    """Return a button that runs a line; None where the person may not do what it says."""
    return blocks.button(in_our_words(label), "crm.run", line) if may(request, line) else None


def entry(record: Entity, *first: str, then: Sequence[str] = ()) -> str:
    """Return a record in two lines of mrkdwn.

    Args:
        record: The record.
        *first: Texts after its name; they are escaped.
        then: The texts of the second line, which are mrkdwn.
    """
    name = f"*{escape(blocks.cut(record.title, TITLE))}* ({record.ref})"
    top = DASH.join([name, *(escape(text) for text in first if text)])
    second = DASH.join(text for text in then if text)
    return f"{top}\n{capital(second)}" if second else top


def capital(text: str) -> str:
    """Return a text with a capital at its beginning, also where that is bold."""
    at = 1 if text.startswith("*") else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def button(record: Entity, work: UnitOfWork, *offers: tuple[str, ...]) -> Block | None:
    """Return the first of these verbs that the readers may use, else the way to open the record.

    Args:
        record: The record.
        work: The unit of work.
        *offers: (verb, label) or (verb, label, style), as `cards.ways` takes them.
    """
    found = next(iter(cards.ways(record, work, *offers, OPEN)), None)
    if found:
        label = f"{found['text']['text']}: {record.noun()} {record.ref} {record.title}"
        found["accessibility_label"] = blocks.cut(label, LABEL)
    return found


def row(
    record: Entity,
    work: UnitOfWork,
    *first: str,
    then: Sequence[str] = (),
    offers: Sequence[tuple[str, ...]] = (),
) -> Block:
    """Return a record in two lines with one button; see `entry` and `button`."""
    return blocks.section(entry(record, *first, then=then), button(record, work, *offers))


def empty(request: Request, sentence: str, label: str = "", line: str = "") -> Block:
    """Return what a part says that has nothing, with a button for what to do first."""
    return blocks.section(in_our_words(sentence), run(request, label, line) if line else None)


def more(request: Request, shown: int, count: int, line: str, most: int = 0) -> list[Block]:
    """Return the line that shows the rest of a list; no block where all of it is shown.

    Args:
        request: The request.
        shown: How many records are shown.
        count: How many there are.
        line: The line that lists them.
        most: The number up to which they were counted.
    """
    if count <= shown:
        return []
    rest = "more" if most and count >= most else f"{count - shown} more"
    return [blocks.context(f"and {rest}: `{request.catalogue.root} {line}`")]


def counted(count: int, noun: str, most: int = 0) -> str:
    """Return a number with its noun: 1 case, 3 cases, 100 cases or more."""
    said = in_our_words(f"{count} {noun}{'' if count == 1 else 's'}")
    return f"{said} or more" if most and count >= most else said


def day_of(moment: datetime | date, work: UnitOfWork) -> str:
    """Return a day as the reader says it: today, Wed 9 Dec."""
    local = moment.astimezone(work.zone).date() if isinstance(moment, datetime) else moment
    return show_day(local, work.today)


def short(text: str) -> str:
    """Return a moment without the day, where that is today: today 15:00 is 15:00."""
    return text.removeprefix("today ")
