"""Read zones behind a time: `Z`, `UTC`, `+02:00`, `-08`, `GMT+2`, `PST`, `Europe/Berlin`."""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])(\d{1,2})(?::?(\d\d))?(?: utc| gmt)?")
NAMES = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "west": 1,
    "cet": 1,
    "mez": 1,
    "cest": 2,
    "mesz": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
    "hkt": 8,
    "sgt": 8,
    "jst": 9,
    "kst": 9,
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
    "est": -5,
    "edt": -4,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "akst": -9,
    "akdt": -8,
    "hst": -10,
}
"""Abbreviations that mean one zone, in hours; `CST`, `IST` and `BST` mean several."""
WIDEST = timedelta(hours=15)
ANY = r"[a-z]{1,5}|(?:utc|gmt)? ?[+-]\d{1,2}(?::?\d\d)?(?: utc| gmt)?|[a-z]+(?:[/_-][a-z_]+)+"
"""A pattern of what may be a zone, in lower case."""


def read_offset(text: str, local: datetime, zone: tzinfo) -> tzinfo:
    """Return the zone that a text behind a time means.

    An abbreviation of several zones is the reader's own zone, if it is one of them.

    Args:
        text: the zone.
        local: the time on the clock, without a zone.
        zone: the reader's zone.

    Raises:
        ValueError: the zone is not known.
    """
    word = text.strip(" []()").casefold()
    if word in NAMES:
        return timezone(timedelta(hours=NAMES[word]))
    if found := OFFSET.fullmatch(word):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if ahead > WIDEST:
            raise ValueError("has an offset that no zone has")
        return timezone(-ahead if found[1] == "-" else ahead)
    if word == (local.replace(tzinfo=zone).tzname() or "").casefold():
        return zone
    if word == "cst" and str(zone).startswith(("America/", "US/")):
        return timezone(timedelta(hours=-6))
    if "/" in word:
        known = {name.casefold(): name for name in available_timezones()}
        if word in known:
            return ZoneInfo(known[word])
    raise ValueError(f"has a time zone that is not clear, {text.strip().upper()}")
