"""What people add at the end of a name: an amount, a day.

Words of a name are read as an amount or a day only where they can hardly be anything else: `HDMI
cable 5m`, `Call April` and `Invoice of 1 March` are names. What can be two days is asked about.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, time, timedelta

from models.core.errors import Ambiguous
from models.core.fields.base import Reader
from models.core.parsing import values
from models.core.parsing.calendar import MONTHS, add_months, name_day
from models.core.parsing.currencies import CODES
from models.core.parsing.date_words import is_of_a_day, regular
from models.core.parsing.dates import Impossible, english, offer
from models.core.parsing.holidays import FEASTS

FIGURE = r"[-−]?(?:\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d[\d.,']*)"
SIGN = (
    r"(?:(?i:us|ca|c|au|a|nz|s|hk|nt|mx|r)?\$|(?i:cn)?¥|[€£¥￥₹₩₽₺₪₫₴₦₱฿₸₾₡₲₵₨]|(?i:rs)\.?|S?Fr\.)"
)
MAIN = r"(?:EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|SGD|HKD|BRL|MXN|ZAR|AED|SAR|ILS|KRW)"
BEHIND = r"(?:[A-Z]{3}|(?i:kr|euros?|dollars?|yen|francs?|franken|rupees?|zł|kč))"
SCALE = r"(?i:k|tsd\.?|tausend|thousand|grand|mio\.?|millions?|millionen|mrd\.?|bn|billions?|lakhs?|lacs?|crores?)"
ANY_SCALE = rf"(?:{SCALE}|(?i:m|mm|mn|b|cr|mil|mille))"
ABOUT = r"(?:[~≈] ?|(?i:ca|approx|about|around|circa|etwa|rund)\.? )?"
CENTS = (
    r"\d[\d.]*,-{1,2}|\d{3,}[.,]\d\d|\d{1,3}(?:(?:,\d{3})+\.|(?:\.\d{3})+,|(?:[ '’]\d{3})+[.,])\d\d"
)
"""A figure that is long, or in groups, and has two decimals: it is hardly anything but money."""
AMOUNT = re.compile(
    rf"{ABOUT}[-−]?(?:(?:{SIGN}|{MAIN}) ?{FIGURE}(?: ?{ANY_SCALE})?(?: ?{MAIN})?(?:\.?-)?"
    rf"|{FIGURE}(?: ?{ANY_SCALE})? ?(?:{SIGN}|{BEHIND})"
    rf"|{FIGURE} ?{SCALE}|{CENTS})"
)
BETWEEN = " -–—,;:|/("
"""Signs between a name and what follows it."""
TOWARDS = re.compile(r"(?<=\S) (?:for|at|of|worth|für|zu|über|von|pour|à|de|por)$", re.IGNORECASE)
"""Words that lead from a name to its amount."""
CLOSING = re.compile(
    r"(?<=\S),? (?:(?:is |which )?(?:closing|closes|close|due|expected)|abschluss)$", re.IGNORECASE
)
LED = re.compile(r"(?:by|before|until|bis|due) ", re.IGNORECASE)
"""Words that lead from the name of a deal to the day on which it closes."""
GROUPED = re.compile(r"(\d{1,3}) (\d{3}\b.*)")
COUNTED = frozenset(
    (
        "phase",
        "part",
        "teil",
        "version",
        "v",
        "model",
        "modell",
        "lot",
        "no",
        "nr",
        "number",
        "type",
        "typ",
        "step",
        "level",
        "tier",
        "stage",
        "q",
        "quarter",
        "year",
        "gen",
        "serie",
        "series",
        "batch",
        "line",
        "los",
        "release",
        "unit",
        "room",
        "building",
        "floor",
        "stufe",
    )
)
"""Words after which a number is theirs.

`Phase 2 500 EUR` is 500, or 2,500 for a phase without a number.
"""
LONGEST_AMOUNT, LONGEST_MOMENT = 5, 9
"""Words that the end of a name may have."""

NOT_DUE = frozenset(
    (
        "from",
        "since",
        "of",
        "dated",
        "after",
        "every",
        "each",
        "about",
        "re",
        "regarding",
        "to",
        "and",
        "or",
        "than",
        "not",
        "vom",
        "von",
        "seit",
        "nach",
        "jeden",
        "jede",
        "jedes",
        "und",
        "oder",
        "auf",
        "uber",
        "du",
        "depuis",
        "apres",
        "chaque",
        "et",
        "ou",
        "del",
        "desde",
        "despues",
        "cada",
        "y",
        "o",
        "de",
        "merry",
        "happy",
        "frohe",
        "frohes",
        "joyeux",
        "joyeuses",
        "feliz",
        "felices",
    )
)
"""Words after which a day is the subject, and not when something is due."""
TITLES = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "herr",
        "frau",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "sr",
        "sra",
        "don",
        "dona",
    )
)
FULL_MONTHS = frozenset(
    (
        "january",
        "february",
        "july",
        "september",
        "october",
        "november",
        "december",
        "januar",
        "februar",
        "oktober",
        "dezember",
        "janvier",
        "fevrier",
        "juillet",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
        "enero",
        "febrero",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    )
)
"""Months that are nothing else; people are called April and August."""
NUMBERED = frozenset(
    (
        "version",
        "v",
        "release",
        "to",
        "from",
        "section",
        "chapter",
        "kapitel",
        "step",
        "build",
        "punkt",
    )
)
WEEKDAYS = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day")
SHORT = frozenset(
    (
        "lun",
        "mar",
        "mer",
        "jeu",
        "ven",
        "sam",
        "dim",
        "mie",
        "jue",
        "vie",
        "sab",
        "dom",
        "weekend",
        "wochenende",
        "w-e",
    )
)
MOVING = re.compile(rf"year|month|quarter|week|day\b|{'|'.join(FEASTS)}")
"""Words that show that a day is not a date."""
LENGTH = re.compile(r"\d+ (?:business )?(?:minute|hour|day|week|month|quarter|year)|\d+ ?(?:h|d|w)")
ATTACHED = re.compile(r"\d+[hdw]")
FRACTION = re.compile(
    r"24/7|\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}(?: .*)?|q[1-4]|(?:w|week) ?\d+|\d{1,2} ago"
)
LEADING = frozenset(("by", "on", "until", "due", "at", "in", "bis", "am"))
SUBJECTS = frozenset(
    (
        "about",
        "regarding",
        "re",
        "concerning",
        "because",
        "with",
        "to",
        "for",
        "wegen",
        "mit",
        "fur",
        "an",
        "sobre",
        "con",
        "para",
        "avec",
        "pour",
        "au",
    )
)
"""Words that begin a subject that may follow a day: call Ada tomorrow about the offer."""
INFINITIVE = re.compile(r"[a-zäöüß]{3,}(?:e[lr]?n)")
HALVES = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|overmorrow|today|tonight|day|week|month|quarter|year|morning"
    r"|afternoon|evening|night"
)
FAR = timedelta(days=334)
"""How far off a day without a year must be to mean also the one that has just gone by."""
LATE = time(23, 59, 59)
SAID = "said"
"""A word in front of others, because the first word of a text is not read as a day."""
HAPPENED = re.compile(
    r"(?:yesterday|this morning|last (?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:\d{1,2}|an?) (?:hour|day|week)s? ago)"
    r"(?:,? (?:at )?\d{1,2}(?::\d\d(?: ?[ap]m)?| ?[ap]m))?(?=[\s,:])[,:]?",
    re.IGNORECASE,
)
"""How people begin the report of something that happened before today."""


def take_amount(words: str) -> tuple[str, str]:
    """Return `Acme renewal 12k` as (`Acme renewal`, `12k`).

    A bare number belongs to the name: `Model 3`.

    Raises:
        Ambiguous: the first digits may belong to the name as well: `Phase 2 500 EUR`.
    """
    found = words.split(" ")
    if AMOUNT.fullmatch(words):
        return words, ""  # its end alone would be another one
    for start in range(max(1, len(found) - LONGEST_AMOUNT), len(found)):
        tail = " ".join(found[start:]).strip("(),;")
        if not AMOUNT.fullmatch(tail) or not has_currency_or_none(tail):
            continue
        try:
            values.read_amount(tail, "USD", negative=True)
        except ValueError as error:
            if "could be" not in str(error):
                continue
        if (apart := GROUPED.fullmatch(tail)) and regular(found[start - 1]).strip(".:#") in COUNTED:
            raise grouped_or_not(tail, apart)
        return TOWARDS.sub("", " ".join(found[:start]).rstrip(BETWEEN)), tail
    return words, ""


def take_close(words: str, reader: Reader) -> tuple[str, str]:
    """Return `Acme renewal closing 30 june` as (`Acme renewal`, `30 june`).

    A day that nothing leads to may belong to the name, unless it follows an amount.
    """
    try:
        rest, day = take_moment(words, reader)
        values.read_day(day or words, reader.now.astimezone(reader.zone).date())
    except Ambiguous as error:
        if leads_to(words.removesuffix(error.text).rstrip(), error.text):
            raise
        return words, ""
    except ValueError:
        return words, ""
    return (CLOSING.sub("", rest), day) if leads_to(rest, day) else (words, "")


def leads_to(rest: str, day: str) -> bool:
    """Return whether the words before a day, or its beginning, say that a deal closes then."""
    return bool(LED.match(day) or CLOSING.search(rest) or take_amount(rest)[1])


def has_currency_or_none(tail: str) -> bool:
    """Return whether three capitals at the end of an amount, if there are any, are a currency."""
    found = re.search(r"[A-Z]{3}$", tail)
    return found is None or found[0] in CODES


def grouped_or_not(tail: str, apart: re.Match[str]) -> Ambiguous:
    """Return the error that asks whether the first digits of `2 500 EUR` belong to the name."""
    first, rest = apart.groups()
    figure = re.match(r"[\d.,']+", rest)
    unit = rest[figure.end() :].strip() if figure else ""
    behind = f"{first} {unit} {figure[0]}" if figure else rest
    offered = [(f"{first}{rest}", "as one amount"), (behind, f"with {first} in the name")]
    sentence = (
        f"“{tail}” could be {first}{rest}, or {first} belongs to the name and the amount is {rest}."
    )
    return Ambiguous(f"{sentence} Try {offered[0][0]} or {offered[1][0]}.", tail, offered)


def past_moment(words: str) -> str:
    """Return the words at the beginning of a text that say when something happened, or "".

    Examples are `yesterday 16:00 talked about the offer` and `2 days ago he called`. The words stay
    part of the text: nobody knows whether they are meant as more.
    """
    found = HAPPENED.match(words.strip())
    return found[0].strip(" ,:") if found and found.end() < len(words.strip()) else ""


def take_moment(words: str, reader: Reader) -> tuple[str, str]:
    """Return `Call Ada by fri 9:00` as (`Call Ada`, `by fri 9:00`).

    The second is the longest end that says when something is due; else the part before its subject
    (`tomorrow about the offer`) or before a German verb (`Ada morgen anrufen`). What is past, or
    mentioned rather than due, stays in the text. A day that is in no calendar is taken, so that its
    reader can say so.

    Raises:
        Ambiguous: it can be two days.
    """
    rest, due = at_the_end(words, reader)
    for head, behind in [] if due else amid(words):
        with suppress(Ambiguous):
            rest, due = at_the_end(head, reader)
            if due:
                return f"{rest} {behind}", due
    return (rest, due) if due else (words, "")


def is_moment(words: str, reader: Reader) -> bool:
    """Return whether words say when something is due, and nothing else: `on monday`."""
    return take_moment(f"{SAID} {words}", reader)[0] == SAID


def amid(words: str) -> Iterator[tuple[str, str]]:
    """Yield the places in a sentence before which a day may be: (what is before, what follows)."""
    found = words.split(" ")
    for place in range(2, len(found)):
        verb = place == len(found) - 1 and INFINITIVE.fullmatch(found[place])
        if (verb or regular(found[place]) in SUBJECTS) and is_of_a_day(found[place - 1]):
            yield " ".join(found[:place]), " ".join(found[place:])


def at_the_end(words: str, reader: Reader) -> tuple[str, str]:
    """Return what is due according to the longest end, and that end."""
    found = words.split(" ")
    others = (place for place in range(len(found) - 1, -1, -1) if not is_of_a_day(found[place]))
    for start in range(max(1, next(others, -1) + 1, len(found) - LONGEST_MOMENT), len(found)):
        tail = " ".join(found[start:]).rstrip("!?,;")
        if " ".join(found[:start]).lower() in LEADING or not may_be_due(tail, found[start - 1]):
            continue
        spoken_of = regular(found[start - 1]).strip(".,:;()") in NOT_DUE | TITLES
        try:
            moment = values.read_moment(tail, reader.now, reader.zone, foreign=False)
            ask_if_just_gone(moment, tail, reader)
        except Ambiguous as error:
            if spoken_of or is_half(found[:start]):
                return words, ""
            offered = [*error.candidates, (f'"{tail}"', "is no day")]
            raise Ambiguous(f"{error} In quotes it is no day.", error.text, offered) from None
        except Impossible:
            return (words, "") if spoken_of else (" ".join(found[:start]), tail)
        except ValueError:
            continue
        if spoken_of or is_past(moment, tail, reader) or is_half(found[:start]):
            return words, ""
        return " ".join(found[:start]), tail
    return words, ""


def is_half(before: list[str]) -> bool:
    """Return whether the words before a day or a time say more of it that is not understood.

    Examples: `a week today`, `at 9ish`.
    """
    last = english(before[-1])
    timed = len(before) > 2 and regular(before[-2]) in (
        "at",
        "by",
        "um",
        "@",
        "before",
        "gegen",
        "vers",
        "around",
    )
    said = "~" in english(" ".join(before[-3:]))
    return said or bool(HALVES.fullmatch(last)) or (timed and last[:1].isdigit())


def ask_if_just_gone(moment: datetime, tail: str, reader: Reader) -> None:
    """Raise Ambiguous where a day without a year was just now, and comes again in a year.

    An example is `24 nov` on the 25th.
    """
    if (
        moment - reader.now < FAR
        or re.search(r"\d{4}|'\d\d|[/.]\d\d?[/.]\d\d", tail)
        or MOVING.search(english(tail))
    ):
        return
    local = moment.astimezone(reader.zone)
    days = [add_months(local.date(), -12), local.date()]
    raise offer(tail, [(f"{day.isoformat()} {local:%H:%M}", name_day(day)) for day in days])


def is_past(moment: datetime, tail: str, reader: Reader) -> bool:
    """Return whether it is over; a day without a time lasts until its end."""
    if moment >= reader.now:
        return False
    return values.read_moment(tail, reader.now, reader.zone, LATE, foreign=False) < reader.now


def may_be_due(tail: str, before: str) -> bool:
    """Return whether words at the end of a sentence can hardly be anything but a day or a time."""
    typed, meant = regular(tail).strip(), english(tail)
    if not meant or typed.isdigit() or LENGTH.fullmatch(meant) and not ATTACHED.fullmatch(tail):
        return False
    if FRACTION.fullmatch(typed) or typed.startswith("the ") and meant.split()[-1].isdigit():
        return False
    if re.fullmatch(r"\d{1,2}\.\d{1,2}\.", typed) and regular(before) in NUMBERED:
        return False
    if re.fullmatch(r"\d{1,2}(?:st|nd|rd|th|er)?", meant):
        return False
    return " " in typed or is_clear_word(tail, typed, meant)


def is_clear_word(tail: str, typed: str, meant: str) -> bool:
    """Return whether one word is not a name and no other word.

    `do`, `sam`, `May`, `Morgen` and `Domingo` may be.
    """
    bare = typed.rstrip(".")
    if bare.isalpha() and (len(bare) <= 2 or bare in SHORT or bare == "now"):
        return bare == "now"
    if re.fullmatch(r"[a-z]+", meant) and meant in MONTHS:
        return bare in FULL_MONTHS
    if tail[:1].isupper() and meant == "tomorrow" and bare in ("morgen", "manana"):
        return False
    romance = (
        WEEKDAYS.fullmatch(meant) and not bare.endswith(("day", "tag", "woch")) and len(bare) > 5
    )
    return not (romance and tail[:1].isupper())
