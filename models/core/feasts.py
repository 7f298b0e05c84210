"""Days that have a name instead of a date: Christmas, New Year's Eve, Easter."""

import re
from collections.abc import Callable
from datetime import date, timedelta


def easter(year: int) -> date:
    """Easter Sunday, by the Gregorian computus of Meeus, Jones and Butcher."""
    golden, century = year % 19, year // 100
    rest = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - rest - year % 4) % 7
    late = (golden + 11 * rest + 22 * sunday) // 451
    month, day = divmod(rest + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def from_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def always(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def thanksgiving(year: int) -> date:
    """The fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


FEASTS: dict[str, Callable[[int], date]] = {
    "newyear": always(1, 1), "epiphany": always(1, 6), "valentine": always(2, 14), "mayday": always(5, 1),
    "halloween": always(10, 31), "thanksgiving": thanksgiving, "christmaseve": always(12, 24),
    "christmas": always(12, 25), "boxingday": always(12, 26), "newyearseve": always(12, 31),
    "goodfriday": from_easter(-2), "easter": easter, "eastermonday": from_easter(1), "ascension": from_easter(39),
    "pentecost": from_easter(49), "whitmonday": from_easter(50),
}  # fmt: skip
FEAST = re.compile(rf"(?:at |over |on |in )?(?:(this|next|last) )?({'|'.join(FEASTS)})(?:,? (?:of )?(\d{{4}}))?")


def read_feast(text: str, today: date) -> date | None:
    """The next such day, today at the earliest; `last christmas` is the one before."""
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
