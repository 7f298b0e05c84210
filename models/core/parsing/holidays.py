"""Days that have a name instead of a date: Christmas, New Year's Eve, Easter."""

import re
from collections.abc import Callable
from datetime import date, timedelta


def easter(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar."""
    from dateutil.easter import easter as sunday

    found: date = sunday(year)
    return found


def from_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def always(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def thanksgiving(year: int) -> date:
    """Return the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


FEASTS: dict[str, Callable[[int], date]] = {
    "newyear": always(1, 1),
    "epiphany": always(1, 6),
    "valentine": always(2, 14),
    "mayday": always(5, 1),
    "halloween": always(10, 31),
    "thanksgiving": thanksgiving,
    "christmaseve": always(12, 24),
    "christmas": always(12, 25),
    "boxingday": always(12, 26),
    "newyearseve": always(12, 31),
    "goodfriday": from_easter(-2),
    "easter": easter,
    "eastermonday": from_easter(1),
    "ascension": from_easter(39),
    "pentecost": from_easter(49),
    "whitmonday": from_easter(50),
}
FEAST = re.compile(
    rf"(?:at |over |on |in )?(?:(this|next|last) )?({'|'.join(FEASTS)})(?:,? (?:of )?(\d{{4}}))?"
)


def read_feast(text: str, today: date) -> date | None:
    """Return the next day of a feast, today at the earliest; `last christmas` is the one before."""
    found = FEAST.fullmatch(text)
    if found is None:
        return None
    day = FEASTS[found[2]]
    if found[3]:
        return day(int(found[3])) if 1900 <= int(found[3]) <= 2200 else None
    days = [day(year) for year in (today.year - 1, today.year, today.year + 1)]
    if found[1] == "last":
        return max(each for each in days if each < today)
    return min(each for each in days if each >= today)
