"""Read how often something repeats, and find when it comes again.

Examples: `every 2 weeks`, `every monday`, `every working day`, `monthly`, `jeden Montag`. Weeks and
months keep their weekday or day of the month, so that what was put off once does not move what
comes after it.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from models.core.parsing.calendar import WEEKDAYS, add_months, add_working_days, start_of_week
from models.core.parsing.datetimes import to_utc
from models.core.parsing.texts import fold, wrong

EXAMPLE = "every 2 weeks, every monday or every month on the 31st"
MOST = {"day": 366, "working day": 260, "week": 104, "month": 60, "year": 10}
"""The longest that something may pause, by unit."""
NUMBERS = {"other": 2, "second": 2, "third": 3, "two": 2, "three": 3, "four": 4, "six": 6} | {
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "sechs": 6,
}
ADVERBS = {
    "daily": (1, "day"),
    "weekly": (1, "week"),
    "biweekly": (2, "week"),
    "fortnightly": (2, "week"),
    "monthly": (1, "month"),
    "quarterly": (3, "month"),
    "yearly": (1, "year"),
    "annually": (1, "year"),
    "taglich": (1, "day"),
    "wochentlich": (1, "week"),
    "monatlich": (1, "month"),
    "vierteljahrlich": (3, "month"),
    "jahrlich": (1, "year"),
}
UNITS = {
    "working day": (1, "working day"),
    "business day": (1, "working day"),
    "workday": (1, "working day"),
    "weekday": (1, "working day"),
    "werktag": (1, "working day"),
    "arbeitstag": (1, "working day"),
    "day": (1, "day"),
    "tag": (1, "day"),
    "week": (1, "week"),
    "woche": (1, "week"),
    "fortnight": (2, "week"),
    "month": (1, "month"),
    "monat": (1, "month"),
    "quarter": (3, "month"),
    "quartal": (3, "month"),
    "half year": (6, "month"),
    "halbjahr": (6, "month"),
    "year": (1, "year"),
    "jahr": (1, "year"),
}
GERMAN = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
DAYS = {day: place for names in (WEEKDAYS, GERMAN) for place, day in enumerate(names)} | {
    day[:3]: place for place, day in enumerate(WEEKDAYS)
}
DAY = "|".join(sorted(DAYS, key=len, reverse=True))
UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
NTH = r"(?:the )?(?P<{}>\d{{1,2}})(?:st|nd|rd|th|\.)"
EVERY = re.compile(
    rf"(?:every|each|alle|jeden?|jedes) (?:(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)})\.? )?"
    rf"(?:(?P<unit>{UNIT})(?:s|e|n|en)?(?: (?:on|am) (?:(?P<on>{DAY})s?|{NTH.format('day')}))?"
    rf"|(?P<weekday>{DAY})s?)"
    rf"|(?:every|each|jeden) {NTH.format('each')}(?: of the month)?"
)
ADVERB = re.compile(rf"(?P<adverb>{'|'.join(ADVERBS)})(?: (?:on|am) (?P<on>{DAY})s?)?")
LONGEST = 7
"""The most words of a repetition: every 3 months on the 31st."""
CLOCK = re.compile(r"(?:at |um )?\d{1,2}(?::\d\d)?(?: ?(?:[ap]m|uhr))?", re.IGNORECASE)
"""A time of day behind how often something repeats."""
BEGINNING = frozenset(("starting", "beginning", "from", "ab"))
"""Words between how often something repeats and when it is due first."""


class Unit(StrEnum):
    DAY = "day"
    WORKING_DAY = "working day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Repeat:
    """How often something repeats.

    Attributes:
        count: Every so many units.
        unit: What is counted.
        weekday: For weeks, the day on which it comes, Monday is 0.
        day: For months and years, the day of the month, or its last day where it is shorter.
    """

    count: int
    unit: Unit
    weekday: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """Return it as `read` reads it: every 2 weeks on Monday."""
        said = f"every {self.unit}" if self.count == 1 else f"every {self.count} {self.unit}s"
        if self.weekday is not None:
            return f"{said} on {WEEKDAYS[self.weekday].capitalize()}"
        return f"{said} on the {ordinal(self.day)}" if self.day else said

    def anchored(self, due: date) -> "Repeat":
        """Return it with the weekday or the day of the month on which it is due first."""
        if self.unit == Unit.WEEK and self.weekday is None:
            return replace(self, weekday=due.weekday())
        if self.unit in (Unit.MONTH, Unit.YEAR) and self.day is None:
            return replace(self, day=due.day)
        return self

    def after(self, due: datetime, now: datetime, zone: tzinfo) -> datetime:
        """Return the next moment, in UTC, after it was due and after now.

        It is at the same time of the clock in the zone, also where summer time begins or ends.
        What was missed while nobody looked is left out.
        """
        local = due.astimezone(zone)
        today = now.astimezone(zone).date()
        steps = max(1, self.steps_until(local.date(), today))
        while True:
            moment = to_utc(self.step(local.date(), steps), local.time(), zone)
            if moment > max(due, now):
                return moment
            steps += 1

    def steps_until(self, due: date, today: date) -> int:
        """Return about how many times it comes between two days, never too many."""
        length = {"week": 7, "month": 31, "year": 366}.get(self.unit, 1)
        if self.unit == Unit.WORKING_DAY:
            return 1 if today <= due else (today - due).days * 5 // 7 // self.count - 1
        return (today - due).days // (length * self.count)

    def step(self, due: date, times: int) -> date:
        """Return the day on which it comes for the so manieth time after a day."""
        count = self.count * times
        match self.unit:
            case Unit.DAY:
                return due + timedelta(days=count)
            case Unit.WORKING_DAY:
                return add_working_days(due, count)
            case Unit.WEEK:
                weekday = due.weekday() if self.weekday is None else self.weekday
                return start_of_week(due) + timedelta(weeks=count, days=weekday)
        month = add_months(due.replace(day=1), count * (12 if self.unit == Unit.YEAR else 1))
        last = monthrange(month.year, month.month)[1]
        return month.replace(day=min(self.day or due.day, last))

    def first(self, today: date) -> date:
        """Return the day on which it is due first, where nobody says when."""
        if self.unit == Unit.WEEK and self.weekday is not None:
            return today + timedelta(days=(self.weekday - today.weekday() - 1) % 7 + 1)
        if self.unit == Unit.MONTH and self.day is not None and today.day < self.day:
            return self.step(today, 0)
        return self.step(today, 1)


def ordinal(day: int) -> str:
    """Return 1st, 2nd, 3rd, 11th, 31st."""
    ending = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def read_repeat(text: str) -> Repeat:
    """Return how often something repeats.

    Raises:
        ValueError: The text says nothing of the kind, or what no calendar has.
    """
    if (found := understood(text)) is None or found.count < 1:
        raise wrong(text, "is not how often something repeats", EXAMPLE)
    if found.count > MOST[found.unit]:
        most = Repeat(MOST[found.unit], found.unit)
        raise ValueError(f"“{text[:60]}” is too long a pause. The longest is {most}.")
    if found.day is not None and not 1 <= found.day <= 31:
        raise ValueError(f"No month has a {ordinal(found.day)}. Try every month on the 31st.")
    return found


def understood(text: str) -> Repeat | None:
    """Return what a text says of how often something repeats, None for nothing."""
    said = re.sub(r"(?<=[a-z])\.$", "", fold(text).strip(" ,;!"))
    if found := ADVERB.fullmatch(said):
        count, unit = ADVERBS[found["adverb"]]
        weekday = DAYS[found["on"]] if found["on"] else None
        return None if found["on"] and unit != "week" else Repeat(count, Unit(unit), weekday)
    if (found := EVERY.fullmatch(said)) is None:
        return None
    if found["each"]:
        return Repeat(1, Unit.MONTH, day=int(found["each"]))
    count = int(NUMBERS.get(found["count"] or "", found["count"] or 1))
    if found["weekday"]:
        return Repeat(count, Unit.WEEK, DAYS[found["weekday"]])
    each, unit = UNITS[found["unit"]]
    if (found["on"] and unit != "week") or (found["day"] and unit not in ("month", "year")):
        return None
    weekday = DAYS[found["on"]] if found["on"] else None
    return Repeat(count * each, Unit(unit), weekday, int(found["day"]) if found["day"] else None)


def take_repeat(words: str) -> tuple[str, str, str]:
    """Return `Check in every 2 weeks from friday` as (`Check in`, `every 2 weeks`, `friday`).

    The third is when it is due first, where the words say so behind how often it repeats: a day,
    or the time of day alone. A text that says nothing of the kind comes back as it is; its first
    word is never how often.
    """
    found = words.split(" ")
    for start in range(1, len(found)):
        for end in range(min(len(found), start + LONGEST), start, -1):
            if not understood(" ".join(found[start:end])):
                continue
            rest = " ".join(found[end:])
            begins = fold(found[end]) in BEGINNING if rest else True
            if not begins and not CLOCK.fullmatch(rest):
                break
            due = rest.partition(" ")[2] if rest and begins else rest
            return " ".join(found[:start]).rstrip(" ,;:-–—"), " ".join(found[start:end]), due
    return words, "", ""
