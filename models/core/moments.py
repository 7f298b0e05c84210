"""Moments as people write them: `fri 9:00`, `tomorrow 3pm`, `+2h`, `2026-12-01 14:30`; always UTC inside."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from models.core.days import EARLIEST, LATEST, LONGEST, read_day, show_day
from models.core.texts import plain, wrong

EXAMPLE = "fri 9:00, tomorrow 3pm or +2h"
MORNING = time(9)

DISTANCE = re.compile(r"(in|[+-]) ?(?:(\d{1,5}) ?(?:h|hrs?|hours?))? ?(?:(\d{1,6}) ?(?:m|mins?|minutes?))?")
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)? ?(?P<half>am|pm)?"
TIME = rf"(?:{CLOCK}|(?P<full>\d{{1,2}}) ?(?P<side>am|pm)|noon|midnight)"
ALONE = re.compile(rf"(?:at |@ ?)?(?P<time>{TIME})")
AFTER = re.compile(rf"(?P<day>.+?),? (?:at |@ ?)?(?P<time>{TIME})")
BEFORE = re.compile(rf"(?:at )?(?P<time>{TIME}),? (?P<day>.+)")
EXACT = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)? ?(?:z|[+-]\d\d:?\d\d)?")
WORDS = {"noon": time(12), "midnight": time(0)}


def read_moment(text: str, now: datetime, zone: tzinfo, at: time = MORNING) -> datetime:
    """The moment, in UTC, that a text means to someone in this zone; a day alone means `at` on that day."""
    regular = plain(text) if len(text) <= LONGEST else ""
    moment = read_exact(regular, zone) or read_distance(regular, now) or read_clock(regular, text, now, zone)
    if moment is None:
        moment = to_utc(read_day(text, now.astimezone(zone).date()), at, zone)
    if not EARLIEST <= moment.year <= LATEST:
        raise wrong(text, f"is not between {EARLIEST} and {LATEST}", EXAMPLE)
    return moment


def show_moment(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The day as `show_day` has it and the time on the reader's clock: tomorrow 09:00."""
    local = moment.astimezone(zone)
    return f"{show_day(local.date(), now.astimezone(zone).date())} {local:%H:%M}"


def read_exact(text: str, zone: tzinfo) -> datetime | None:
    """ISO 8601 to the minute or finer; without an offset it is the person's own clock."""
    if EXACT.fullmatch(text) is None:
        return None
    text = text.upper()
    try:
        moment = datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", ""))
        return moment.astimezone(UTC) if moment.tzinfo else to_utc(moment.date(), moment.time(), zone)
    except (ValueError, OverflowError):
        raise wrong(text, "is not in the calendar", EXAMPLE) from None


def read_distance(text: str, now: datetime) -> datetime | None:
    """From now, in hours and minutes. Days and longer are days: `+3d` means that morning."""
    if text == "now":
        return now.astimezone(UTC)
    found = DISTANCE.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return None
    distance = timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    return now.astimezone(UTC) + (-distance if found[1] == "-" else distance)


def read_clock(text: str, typed: str, now: datetime, zone: tzinfo) -> datetime | None:
    """A time of day with or without a day; alone it is the next time the clock shows it."""
    found = ALONE.fullmatch(text) or AFTER.fullmatch(text) or BEFORE.fullmatch(text)
    if found is None:
        return None
    at = read_time(found, typed)
    today = now.astimezone(zone).date()
    if "day" in found.re.groupindex:
        return to_utc(read_day(found["day"], today), at, zone)
    moment = to_utc(today, at, zone)
    return moment if moment > now else to_utc(today + timedelta(days=1), at, zone)


def read_time(found: re.Match[str], typed: str) -> time:
    if found["time"] in WORDS:
        return WORDS[found["time"]]
    half = found["half"] or found["side"]
    hour, minute = int(found["hour"] or found["full"]), int(found["minute"] or 0)
    if (half and not 1 <= hour <= 12) or hour > 23 or minute > 59:
        raise wrong(typed, "is not a time on the clock", EXAMPLE)
    return time(hour % 12 + 12 * (half == "pm") if half else hour, minute)


def to_utc(day: date, at: time, zone: tzinfo) -> datetime:
    """The first moment a clock in the zone shows this time, or the end of the gap when it skips it."""
    local = datetime.combine(day, at, zone)  # fold=0 is the first of a repeated hour
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return end_of_gap(local.replace(fold=1).astimezone(UTC), moment, zone)


def end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second between two moments at which the zone's clock jumps, found by halving."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
