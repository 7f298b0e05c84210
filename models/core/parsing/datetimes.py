"""Read moments as people write them, always UTC inside.

Examples: `fri 9:00`, `tomorrow 3pm`, `+2h`, `14:30 Uhr`, `2026-12-01 14:30`.
`models.core.parsing.file_dates` reads the moments of a file.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from models.core.errors import Ambiguous
from models.core.parsing.dates import (
    EARLIEST,
    LATEST,
    LONGEST,
    echo_day,
    english,
    offer,
    read_day,
    show_day,
)
from models.core.parsing.texts import plain, wrong
from models.core.parsing.utc_offsets import ANY, read_offset

EXAMPLE = "fri 9:00, tomorrow 3pm or +2h"
HOURS_EXAMPLE = "9:00, 17:30 or 8am"
MORNING, LATE = time(9), time(23, 59)
EARLY = 7
"""Hours up to which `at 7` may also mean the evening."""
SOON = 6
"""Hours up to which `6h` still means from now; beyond them it may also be the time on a clock."""

DISTANCE = re.compile(
    r"(in|[+-])? ?(?:(\d{1,5}) ?(?:h|hrs?|hours?))? ?(?:(\d{1,6}) ?(m|mins?|minutes?)?)?( ago| from now)?"
)
HALF = r"(?P<{}>am|pm|a\.m\.|p\.m\.)"
CLOCK = (
    r"(?P<hour>\d{1,2})(?::|h|\.(?=\d\d ?(?:uhr|[ap]\.?m)))(?P<minute>\d\d)(?::\d\d)?"
    rf"(?: ?(?:uhr|h)| ?{HALF.format('half')})?"
)
TIME = (
    rf"(?:{CLOCK}|(?P<full>\d{{1,2}})(?: ?{HALF.format('side')}| ?uhr| ?h(?!\w)| o'clock)"
    r"|(?:(?<=at )|(?<=tomorrow )|(?<=today ))(?P<bare>\d{1,2})"
    rf"|(?P<said>\d{{1,2}}~\d\d)(?: ?{HALF.format('of')})?"
    r"|noon|midnight|eod|morning|afternoon|evening|night)"
)
BEHIND = r"(?: (?:in |of )?(?:the )?(?P<part>morning|afternoon|evening|night))?"
ALONE = re.compile(rf"(?:at |@ ?)?(?P<time>{TIME}){BEHIND}")
AFTER = re.compile(rf"(?P<day>.+?),? (?:at |@ ?|before )?(?P<time>{TIME}){BEHIND}")
BEFORE = re.compile(rf"(?:at )?(?P<time>{TIME}){BEHIND},? (?P<day>.+)")
EXACT = re.compile(rf"(\d{{4}}-\d\d-\d\d)[t ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{{1,9}}))? ?({ANY})?")
WORDS = {
    "noon": time(12),
    "midnight": time(0),
    "eod": time(18),
    "morning": MORNING,
    "afternoon": time(15),
    "evening": time(18),
    "night": time(20),
}
TODAY = {"tonight": time(20), "eod": WORDS["eod"]}
"""Words that are a time of today."""


def read_moment(
    text: str, now: datetime, zone: tzinfo, at: time = MORNING, *, foreign: bool = True
) -> datetime:
    """Return the moment, in UTC, that a text means to someone in this zone.

    Args:
        text: the text.
        now: the present moment.
        zone: the zone of the person.
        at: the time that a day alone means.
        foreign: whether a day is also tried in other languages than ours; never with a time.

    Raises:
        Ambiguous: the text can mean several moments; it offers each as it can be typed.
    """
    exact = read_exact(plain(text) if len(text) <= LONGEST else "", text, zone)
    regular = "" if exact else english(text)
    try:
        moment = exact or read_distance(regular, text, now) or read_clock(regular, text, now, zone)
        if moment is None:
            moment = to_utc(read_day(text, now.astimezone(zone).date(), foreign=foreign), at, zone)
    except Ambiguous as error:
        raise offer(text, error.candidates) from None
    if not EARLIEST <= moment.year <= LATEST:
        raise wrong(text, f"is not between {EARLIEST} and {LATEST}", EXAMPLE)
    return moment


def read_time(text: str) -> time:
    """Return the time of day of a text: `8`, `8am`, `17:30`, `9.30 Uhr`, `14h`, `noon`."""
    regular = english(text)
    if re.fullmatch(r"\d{1,2}", regular):
        regular = f"{regular}:00"
    elif re.fullmatch(r"\d{3,4}", regular):
        regular = f"{regular[:-2]}:{regular[-2:]}"
    found = ALONE.fullmatch(
        regular.replace(".", ":") if re.fullmatch(r"\d{1,2}\.\d\d", regular) else regular
    )
    if found is None:
        raise wrong(text, "is not a time of day", HOURS_EXAMPLE)
    try:
        return read_clock_time(found, text)
    except ValueError:
        raise wrong(text, "is not a time on the clock", HOURS_EXAMPLE) from None


def show_moment(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return the day like `show_day` and the time on the reader's clock: tomorrow 09:00."""
    local = moment.astimezone(zone)
    return f"{show_day(local.date(), now.astimezone(zone).date())} {local:%H:%M}"


def echo_moment(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return the same with its weekday, also where it is near: Thu 26 Nov (tomorrow) 09:00."""
    local = moment.astimezone(zone)
    return f"{echo_day(local.date(), now.astimezone(zone).date())} {local:%H:%M}"


def read_exact(text: str, typed: str, zone: tzinfo) -> datetime | None:
    """Read ISO 8601 to the minute or finer; without an offset it is the person's own clock."""
    found = EXACT.fullmatch(text)
    if found is None:
        return None
    try:
        local = datetime.fromisoformat(
            f"{found[1]}T{found[2]}.{(found[3] or '0')[:6].ljust(6, '0')}"
        )
        return on_clock(local, read_offset(found[4], local, zone) if found[4] else zone, zone)
    except OverflowError:
        raise wrong(typed, "is not in the calendar", EXAMPLE) from None
    except ValueError as error:
        problem = str(error) if str(error).startswith("has ") else "is not in the calendar"
        raise wrong(typed, problem, EXAMPLE) from None


def read_distance(text: str, typed: str, now: datetime) -> datetime | None:
    """Read a distance from now, in hours and minutes.

    Days and longer are days: `+3d` means that morning.
    """
    if text == "now":
        return now.astimezone(UTC)
    found = DISTANCE.fullmatch(text)
    if found is None or not (found[2] or found[3]) or not (found[2] or found[4]):
        return None
    bare = not (found[1] or found[5])
    if (
        bare
        and (found[4] == "m" or (found[3] and not found[4]))
        and not (found[2] and int(found[2]) <= SOON)
    ):
        return None  # 5m can also be five metres; 14h30 is a time
    hours = int(found[2] or 0)
    if bare and re.fullmatch(r"\d+h", text) and SOON < hours < 24:
        raise offer(
            typed,
            [(f"+{hours}h", f"in {hours} hours"), (f"{hours}:00", f"{hours}:00 on the clock")],
        )
    distance = timedelta(hours=hours, minutes=int(found[3] or 0))
    return now.astimezone(UTC) + (-distance if found[1] == "-" or found[5] == " ago" else distance)


def read_clock(text: str, typed: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Read a time of day with or without a day; alone it is the next time the clock shows it."""
    today = now.astimezone(zone).date()
    if text in TODAY:
        moment = to_utc(today, TODAY[text], zone)
        return moment if moment > now else to_utc(today, LATE, zone)
    text = text.removeprefix("before ")
    found = ALONE.fullmatch(text) or AFTER.fullmatch(text) or BEFORE.fullmatch(text)
    if found is None:
        return None
    if "day" in found.re.groupindex:
        return on_day(found, typed, today, zone)
    at = read_clock_time(found, typed)
    if found["time"] in WORDS and found["time"] not in ("noon", "midnight"):
        return None  # the morning of which day?
    moment = to_utc(today, at, zone)
    return moment if moment > now else to_utc(today + timedelta(days=1), at, zone)


def on_day(found: re.Match[str], typed: str, today: date, zone: tzinfo) -> datetime:
    """Return the moment of a time with a day.

    Where the day can be several, each is offered with the time.
    """
    text = found["day"]
    try:
        day = read_day(text, today, text if text in plain(typed) else typed, foreign=False)
    except Ambiguous as error:
        at = read_clock_time(found, typed)
        raise offer(
            typed, [(f"{ref} {at:%H:%M}", title) for ref, title in error.candidates]
        ) from None
    return to_utc(day, read_clock_time(found, typed), zone)


def read_clock_time(found: re.Match[str], typed: str) -> time:
    if found["time"] in WORDS:
        return WORDS[found["time"]]
    half = (found["half"] or found["side"] or found["of"] or "").replace(".", "")
    said = (found["said"] or "~").split("~")
    hour = int(found["hour"] or found["full"] or found["bare"] or said[0])
    minute = int(found["minute"] or said[1] or 0)
    if not half and found["part"] and 1 <= hour <= 12:
        half = "am" if found["part"] == "morning" else "pm"
    if (half and not 1 <= hour <= 12) or hour > 23 or minute > 59:
        raise wrong(typed, "is not a time on the clock", EXAMPLE)
    if (found["bare"] or found["said"]) and not half and 1 <= hour <= EARLY:
        raise early_or_late(found, hour, minute, typed)
    return time(hour % 12 + 12 * (half == "pm") if half else hour, minute)


def early_or_late(found: re.Match[str], hour: int, minute: int, typed: str) -> Ambiguous:
    """Return the error that asks which half of the day `at 3` or `half past three` means."""
    figure = re.compile(rf"(?<!\d){hour}(?!\d)(?!.*(?<!\d){hour}(?!\d))")
    day, around = found.groupdict().get("day") or "at", plain(typed)
    in_place = found["bare"] and figure.search(around)
    clocks = [f"{each}:{minute:02}" for each in (hour, hour + 12)]
    return offer(
        typed, [(figure.sub(at, around) if in_place else f"{day} {at}", at) for at in clocks]
    )


def on_clock(local: datetime, there: tzinfo, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, at which a clock shows this time.

    The clock is in the zone `there`, which may be the reader's own.
    """
    return (
        to_utc(local.date(), local.time(), zone)
        if there is zone
        else local.replace(tzinfo=there).astimezone(UTC)
    )


def to_utc(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the first moment a clock in the zone shows this time, in UTC.

    Where the clock skips the time, it is the end of the gap.
    """
    local = datetime.combine(day, at, zone)  # fold=0 is the first of a repeated hour
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return end_of_gap(local.replace(fold=1).astimezone(UTC), moment, zone)


def end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the second between two moments at which the zone's clock jumps, found by halving."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
