"""The order of the options of a choice: built-in ones stand at 1, 2, 3 and so on."""

from collections.abc import Mapping
from decimal import Decimal as Exact
from typing import Any

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import ENTITIES
from models.core.errors import Invalid
from models.core.fields import Choice
from models.core.fields.base import Field
from models.core.parsing import values

FIRST = ("first", "start", "beginning", "top")
SMALLEST = Exact("0.000000001")
Places = Mapping[str, Exact]
"""Where options stand: option → number."""


def built_in_options(about: str, choice: str) -> tuple[str, ...]:
    """Return the options that a choice has without anybody's doing; a text has none."""
    kind = ENTITIES[about].built_in()[choice]
    return tuple(map(str, kind.options)) if isinstance(kind, Choice) else ()


def places(work: Context, row: Any) -> Places:
    """Return where the other options of the choice of an option stand."""
    cls = type(row)
    same = (cls.about == row.about, cls.choice == row.choice, cls.slot != row.slot)
    with work.session.no_autoflush:
        moved = work.session.execute(select(cls.slot, cls.position).where(*same)).all()
    built_in = enumerate(built_in_options(row.about, row.choice), start=1)
    there = {code: Exact(at) for at, code in built_in if code != row.slot}
    return there | {slot: place for slot, place in moved if place is not None}


def place_after(every: Places, before: str) -> Exact:
    """Return a place behind an option, or before all where it is none, and before the next one."""
    last = every.get(before, Exact(0))
    later = [place for place in every.values() if place > last]
    return ((last + min(later)) / 2 if later else last + 1).quantize(SMALLEST)


def last_of(every: Places, among: tuple[str, ...]) -> str:
    """Return the last one of some options, or of all where there are none of those."""
    wanted = [code for code in every if code in among] or list(every)
    return max(wanted, key=lambda code: every[code], default="")


def named(kind: Field, said: str, home: str | None = None) -> str:
    """Return the option that a text names, "" for the beginning.

    Args:
        kind: The choice.
        said: The text.
        home: Where the option belongs, if options of one name belong to different ones.

    Raises:
        Invalid: There is no such option.
    """
    word = values.fold(said)
    if word in FIRST:
        return ""
    if isinstance(kind, Choice):
        near = [each for each in map(str, kind.options) if kind.shares(each, home)]
        for code in dict.fromkeys((*near, *map(str, kind.options))):
            if word in (*map(values.fold, (code, kind.name(code), kind.bare(code))),):
                return code
    raise Invalid({"after": f"There is no option “{said[:60]}” to stand after."})
