"""The periods of filters: what a text means where it says when something was or will be."""

from contextlib import suppress
from datetime import date, timedelta

from models.core.parsing.periods import read_period

Span = tuple[date, date]
YEAR = timedelta(days=365)


def read_span(text: str, today: date, past: bool = False, coming: bool = False) -> Span | None:
    """Return the first and the last day that a text means.

    Return None where the text is neither a period nor a day, or could be two.

    Args:
        text: the period or day as it was typed.
        today: the day that the text is relative to.
        past: the text is about the past, such as when a record was made.
        coming: the text is about the future, such as what is closing. Where it is neither, the
            nearest period is meant: in March, `february` is over.
    """
    try:
        if past:
            return gone_by(text, today)
        return read_period(text, today) if coming else nearest(text, today)
    except (ValueError, OverflowError):
        return None


def nearest(text: str, today: date) -> Span:
    """Return the period that ended last or begins next, the nearer of the two."""
    gone, coming = read_period(text, today, past=True), read_period(text, today)
    return gone if today - gone[1] < coming[0] - today else coming


def gone_by(text: str, today: date) -> Span:
    """Return the latest period that has begun: `monday` is the last, `4 dec` may be last year's."""
    found = read_period(text, today, past=True)
    for words, seen in ((f"last {text}", today), (text, today - YEAR)):
        if found[0] <= today:
            break
        with suppress(ValueError):
            found = read_period(words, seen, past=True)
    return found
