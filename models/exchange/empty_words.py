"""The words with which programs say that a cell is empty."""

from models.core.fields import Country, Day, LongText, Moment, Person, Text
from models.core.fields.base import Field

ALWAYS = frozenset(
    (
        "-",
        "--",
        "---",
        "—",
        "–",
        "N/A",
        "n/a",
        "N.A.",
        "n.a.",
        "#N/A",
        "#NA",
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "<NA>",
        "NaT",
        "NaN",
        "nan",
        "NAN",
        "NULL",
        "null",
        "None",
        "none",
        "NONE",
        "\\N",
        "(null)",
        "(blank)",
        "(empty)",
        "(none)",
        "<null>",
        "[null]",
        "undefined",
        "[not provided]",
        "000000000000000",
        "000000000000000AAA",
        "-None-",
        "--None--",
        "- None -",
        "No Group",
    )
)
"""Spelt as programs spell them: Null and Nan, with one capital, are names."""
UNREAD = frozenset(
    ("NA", "na", "Null", "Nan", "nil", "Nil", "TBD", "tbd", "?", "??", "Not Offered", "Unoffered")
)
"""Further words that mean empty where no name can occur."""
NO_DAY = frozenset(
    (
        "0",
        "0000-00-00",
        "00/00/0000",
        "00.00.0000",
        "00-00-0000",
        "0000/00/00",
        "1900-01-00",
        "0000-00-00T00:00:00Z",
        "0000-00-00 00:00:00",
        "00/00/0000 00:00",
    )
)
NOBODY = frozenset(
    (
        "Unassigned",
        "unassigned",
        "UNASSIGNED",
        "Nobody",
        "nobody",
        "No owner",
        "No Owner",
        "Not assigned",
        "No Agent",
        "niemand",
    )
)


def blanks_of(kind: Field | None) -> frozenset[str]:
    """Return the words that mean an empty cell in a column of this kind.

    Args:
        kind: The kind of the field, None for what is no field.
    """
    if isinstance(kind, Day | Moment):
        return ALWAYS | UNREAD | NO_DAY
    if isinstance(kind, Person):
        return ALWAYS | UNREAD | NOBODY
    names = kind is None or isinstance(kind, Text | LongText | Country)
    return ALWAYS if names else ALWAYS | UNREAD
