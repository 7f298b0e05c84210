"""Read times of day as people say them.

Examples: `half past nine`, `halb zehn`, `neuf heures et demie`, `a las dos y media`.

Each becomes `at 9~30`, which is read like `at 9`: in the early hours the reader asks which half of
the day is meant.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

NUMBERS = {
    **dict.fromkeys(("one", "ein", "eins", "une", "una"), 1),
    **dict.fromkeys(("two", "zwei", "deux", "dos"), 2),
    **dict.fromkeys(("three", "drei", "trois", "tres"), 3),
    **dict.fromkeys(("four", "vier", "quatre", "cuatro"), 4),
    **dict.fromkeys(("five", "funf", "fuenf", "cinq", "cinco"), 5),
    **dict.fromkeys(("six", "sechs", "seis"), 6),
    **dict.fromkeys(("seven", "sieben", "sept", "siete"), 7),
    **dict.fromkeys(("eight", "acht", "huit", "ocho"), 8),
    **dict.fromkeys(("nine", "neun", "neuf", "nueve"), 9),
    **dict.fromkeys(("ten", "zehn", "dix", "diez"), 10),
    **dict.fromkeys(("eleven", "elf", "onze", "once"), 11),
    **dict.fromkeys(("twelve", "zwolf", "zwoelf", "douze", "doce", "midi", "minuit"), 12),
    **dict.fromkeys(
        ("quarter", "viertel", "quart", "cuarto", "fifteen", "funfzehn", "fuenfzehn", "quinze"), 15
    ),
    **dict.fromkeys(("twenty", "zwanzig", "vingt", "veinte"), 20),
    **dict.fromkeys(
        ("twenty-five", "twenty five", "funfundzwanzig", "vingt-cinq", "veinticinco"), 25
    ),
    **dict.fromkeys(
        ("half", "halb", "demie", "demi", "media", "thirty", "dreissig", "trente", "treinta"), 30
    ),
    **dict.fromkeys(("forty", "vierzig", "quarante"), 40),
    **dict.fromkeys(
        ("dreiviertel", "forty-five", "forty five", "funfundvierzig", "quarante-cinq"), 45
    ),
    **dict.fromkeys(("fifty", "funfzig", "fuenfzig", "cinquante"), 50),
}


def either(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


HOURS = either(word for word, number in NUMBERS.items() if number <= 12)
MINUTES = either(
    word for word, number in NUMBERS.items() if number >= 5 and word not in ("half", "halb")
)
STEPS = either(word for word, number in NUMBERS.items() if number in (5, 10, 15, 20, 25))
HOUR = rf"(?P<hour>\d{{1,2}}(?![\d:.,%])|(?:{HOURS})\b)"
CLOCK = rf"{HOUR}(?: ?(?:o'clock|uhr|heures?|h|horas?)\b)?\b"
AT = r"\b(?:(?:at|around|um|gegen|vers|@|sobre|a) )?(?:la |las )?"
WAYS: tuple[tuple[str, Callable[[int, int, str], int]], ...] = (
    # half past nine, 20 past 9, quarter to 3, viertel vor neun, fünf nach zehn
    (
        (
            rf"{AT}(?:a )?"
            rf"(?P<minute>half|{STEPS}|\d{{1,2}}(?= minutes?\b| past\b)|(?:5|10|20)(?= (?:vor|nach)\b))"
            rf"(?: minutes?)? (?P<side>past|to|after|before|till|vor|nach) {CLOCK}"
        ),
        lambda hour, minute, side: (
            hour * 60 + (-minute if side in ("to", "before", "till", "vor") else minute)
        ),
    ),
    # halb zehn, fünf vor halb neun, dreiviertel acht
    (
        rf"{AT}(?:(?P<minute>{STEPS}|5|10) (?P<side>vor|nach) )?halb {CLOCK}",
        lambda hour, minute, side: hour * 60 - 30 + (-minute if side == "vor" else minute),
    ),
    (
        rf"{AT}(?P<minute>dreiviertel) {CLOCK}",
        lambda hour, minute, side: hour * 60 - 15,
    ),
    # neuf heures et demie, dix heures moins le quart, 9h et quart, midi et demi, las nueve y media,
    # nueve menos cuarto
    (
        (
            rf"{AT}(?:{HOUR} ?(?:heures?|h|horas)|(?P<noon>midi|minuit)"
            rf"|(?:(?<=las )|(?<=la )){HOUR.replace('hour', 'spanish')}"
            rf"|{HOUR.replace('hour', 'half')}(?= (?:y|menos) (?:media|cuarto)))"
            rf" (?P<side>et|y|moins|menos) (?:le )?(?P<minute>{STEPS}|demie?|media)\b"
        ),
        lambda hour, minute, side: hour * 60 + (-minute if side in ("moins", "menos") else minute),
    ),
    # at nine thirty
    (
        rf"\b(?:at|@) (?P<hour>{HOURS}) (?P<minute>{MINUTES})\b",
        lambda hour, minute, side: hour * 60 + minute,
    ),
)
EXACT = rf"{AT}{HOUR} ?(?:uhr|heures?) (?P<minute>\d\d|{MINUTES})\b"
"""neun Uhr dreißig, 14 heures 30: on a clock of 24 hours."""
PLAIN = rf"\b(?:a las?|a|vers|sobre las?) (?P<hour>{HOURS})(?: heures?)?\b(?! ?\d)"
"""a las diez, à neuf heures."""
WORDS = frozenset(" ".join(NUMBERS).split()).union(
    (
        "past",
        "to",
        "after",
        "before",
        "till",
        "vor",
        "nach",
        "et",
        "y",
        "moins",
        "menos",
        "minutes",
        "uhr",
        "heure",
        "heures",
        "las",
        "la",
    ),
)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern that is compiled when the first line needs it, not at every start."""
    return re.compile(pattern)


def number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]


def on_a_clock(text: str) -> str:
    """Return a text, lower case without accents, with the times in words as figures."""
    if not any(word in WORDS for word in text.split()):
        return text
    for pattern, minutes in WAYS:
        text = compiled(pattern).sub(lambda found, minutes=minutes: figures(found, minutes), text)  # type: ignore[misc]
    text = compiled(PLAIN).sub(lambda found: f"at {number(found['hour'])}", text)
    return compiled(EXACT).sub(
        lambda found: f"at {number(found['hour'])}:{number(found['minute']):02}", text
    )


def figures(found: re.Match[str], minutes: Callable[[int, int, str], int]) -> str:
    """Return the time as `at 9~30`, or the text as it was where it is no time."""
    parts = found.groupdict()
    hour = next(
        number(parts[name]) for name in ("hour", "noon", "spanish", "half") if parts.get(name)
    )
    minute = number(parts.get("minute") or "0") if parts.get("minute") else 0
    if not 1 <= hour <= 24 or minute > 59:
        return found[0]
    at = minutes(hour, minute, parts.get("side") or "")
    return (
        f"at {(at // 60 % 24) or 12}~{at % 60:02}"
        if parts.get("noon") != "minuit"
        else f"at 0:{at % 60:02}"
    )
