"""The periods of filters: what a text means where it says when something was, or is to be."""

from datetime import date

from models.core.periods import read_period

Span = tuple[date, date]


def read_span(text: str, today: date, past: bool = False) -> Span | None:
    """The first and the last day that a text means; None where it is neither a period nor a day, or could be two.

    past: of what was, such as when a record was made. Else the nearest is meant: in March, `february` is over.
    """
    try:
        gone, coming = read_period(text, today, past=True), read_period(text, today)
    except (ValueError, OverflowError):
        return None
    return gone if past or today - gone[1] < coming[0] - today else coming
