"""Read a day and a month in the languages that our own grammar does not read.

dateparser reads them, and is loaded for them only.
"""

from datetime import date, datetime, time
from typing import Any

LANGUAGES = (
    "it",
    "pt",
    "nl",
    "pl",
    "cs",
    "sk",
    "sv",
    "da",
    "nb",
    "fi",
    "hu",
    "ro",
    "hr",
    "sl",
    "bg",
    "el",
    "tr",
    "ru",
    "uk",
    "lt",
    "lv",
    "et",
    "ca",
    "id",
    "vi",
)


def read_elsewhere(text: str, today: date) -> list[date]:
    """Return each day that a text means in one of the languages, the next where it has no year."""
    from dateparser import DateDataParser

    settings: Any = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month"],
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": datetime.combine(today, time()),
        "DATE_ORDER": "DMY",
    }
    found = set()
    for language in LANGUAGES:
        known = DateDataParser(languages=[language], settings=settings).get_date_data(text)
        if known.date_obj is not None and known.period == "day":
            found.add(known.date_obj.date())
    return sorted(found)
