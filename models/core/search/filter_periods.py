"""The periods of filters: what a text means where it says when something was, or is to be."""

from contextlib import suppress
from datetime import date, timedelta

from models.core.parsing.periods import read_period

Span = tuple[date, date]
YEAR = timedelta(days=365)


def read_span(text: str, today: date, past: bool = False) -> Span | None:
    """The first and the last day that a text means; None where it is neither a period nor a day, or
    could be two.

    past: of what was, such as when a record was made. Else the nearest is meant: in March,
    `february` is over.
    """
    try:
        return gone_by(text, today) if past else nearest(text, today)
    except (ValueError, OverflowError):
        return None


def nearest(text: str, today: date) -> Span:
    """The period that ended last or begins next, whichever is nearer."""
    gone, coming = read_period(text, today, past=True), read_period(text, today)
    return gone if today - gone[1] < coming[0] - today else coming


def gone_by(text: str, today: date) -> Span:
    """The latest period that has begun: `monday` is the last one, `4 dec` may be of last year."""
    found = read_period(text, today, past=True)
    for words, seen in ((f"last {text}", today), (text, today - YEAR)):
        if found[0] <= today:
            break
        with suppress(ValueError):
            found = read_period(words, seen, past=True)
    return found
