"""The texts people type and the values they mean: the one door to every reader.

Each reader is a pure function. A reader raises `ValueError` with the sentence the person sees,
which ends with an example that works.
"""

import re
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from models.core.parsing.countries import read_country, show_country
from models.core.parsing.currencies import read_currency
from models.core.parsing.dates import echo_day, read_day, show_day
from models.core.parsing.datetimes import echo_moment, read_moment, read_time, show_moment
from models.core.parsing.file_dates import read_written_day, read_written_moment
from models.core.parsing.money import (
    plain_decimal,
    read_amount,
    read_decimal,
    read_number,
    read_percent,
    show_amount,
    show_decimal,
    write_amount,
    write_decimal,
)
from models.core.parsing.periods import read_period
from models.core.parsing.phones import read as read_phone_cell
from models.core.parsing.phones import read_phone, show_phone
from models.core.parsing.texts import clean, fold, from_slack, plain, target, unquote_smart, wrong

__all__ = [
    "clean",
    "echo_day",
    "echo_moment",
    "fold",
    "from_slack",
    "plain_decimal",
    "read_amount",
    "read_country",
    "read_currency",
    "read_day",
    "read_decimal",
    "read_domain",
    "read_email",
    "read_flag",
    "read_link",
    "read_moment",
    "read_number",
    "read_percent",
    "read_period",
    "read_phone",
    "read_phone_cell",
    "read_tags",
    "read_time",
    "read_written_day",
    "read_written_moment",
    "read_zone",
    "show_amount",
    "show_country",
    "show_day",
    "show_decimal",
    "show_moment",
    "show_phone",
    "unquote_smart",
    "write_amount",
    "write_decimal",
]

YES = frozenset(
    (
        "yes",
        "y",
        "true",
        "t",
        "on",
        "1",
        "x",
        "✓",
        "✔",
        "✅",
        "☑",
        "👍",
        ":white_check_mark:",
        ":+1:",
    )
)
NO = frozenset(("no", "n", "false", "f", "off", "0", "✗", "✘", "❌", "☐", "👎", ":x:", ":-1:"))

# Addresses so ordinary that the full validation could only agree, at a twentieth of its time; a
# test compares the two.
ORDINARY_EMAIL = re.compile(
    r"[a-z0-9_]+(?:[.+-][a-z0-9_]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:com|org|net|de|fr|uk|us|eu|io|co|ch|at|nl)"
)
LONGEST_EMAIL = 255
LONGEST_LINK = 2000
LONGEST_TAG = 50

TAG_BREAK = re.compile(r"[,;\n]|:::|(?:^|\s)#")
HOST = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]|\d{1,3}(?:\.\d{1,3}){3}"
)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d+(?:/|$))", re.IGNORECASE)
# What would end a link in Slack's markup, or break it off.
UNSAFE = str.maketrans({"<": "%3C", ">": "%3E", "|": "%7C", '"': "%22", "`": "%60", "\\": "%5C"})


def read_flag(text: str) -> bool:
    word = plain(text).replace("\ufe0f", "")
    if word not in YES | NO:
        raise wrong(text, "is neither yes nor no", "yes or no")
    return word in YES


def read_email(text: str) -> str:
    """Return the address in lower case; `<mailto:a@b.co|Ada>` is a@b.co."""
    address = target(text).removeprefix("mailto:").lower()
    if len(address) > LONGEST_EMAIL:
        raise wrong(text, f"is longer than {LONGEST_EMAIL} characters", "ada@example.org")
    if len(address) <= 64 and ORDINARY_EMAIL.fullmatch(address):
        return address
    return validated(address, text)


def validated(address: str, text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise wrong(text, "is not an e-mail address", "ada@example.org") from None


def read_link(text: str) -> str:
    """Return an address on the web, with https:// put before a bare domain."""
    address = target(text)
    if not SCHEME.match(address):
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        usable = (
            parts.scheme in ("http", "https")
            and HOST.fullmatch(parts.hostname or "")
            and parts.port != 0
        )
    except ValueError:
        usable = None
    if (
        not usable
        or parts.username is not None
        or re.search(r"\s", address)
        or len(address) > LONGEST_LINK
    ):
        raise wrong(text, "is not a web address", "https://example.org")
    return (
        parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower())
        .geturl()
        .translate(UNSAFE)
    )


def read_domain(text: str) -> str:
    """Return the host of a link or of a bare name, without `www.`."""
    return (urlsplit(read_link(text)).hostname or "").removeprefix("www.")


def read_tags(text: str) -> tuple[str, ...]:
    """Return `a, b c #d` as a, b c and d: lower case, each once, in the order typed."""
    parts = (" ".join(tag.split()) for tag in TAG_BREAK.split(clean(text)))
    tags = dict.fromkeys(part.lstrip("#* ").strip('"').lower() for part in parts)
    for tag in tags:
        if len(tag) > LONGEST_TAG:
            raise wrong(tag, f"is longer than {LONGEST_TAG} characters", "vip, newsletter")
    return tuple(tag for tag in tags if tag)


def read_zone(text: str) -> str:
    """Return the IANA name of a time zone, from its name or its city: Europe/Berlin, berlin."""
    zone = zones().get(fold(text).replace(" ", "_"))
    if zone is None:
        raise wrong(text, "is not a time zone", "Europe/Berlin or New York")
    return zone


@cache
def zones() -> dict[str, str]:
    """Return every zone by its folded name and, where only one has it, its city."""
    names = {name.lower(): name for name in sorted(available_timezones())}
    cities: dict[str, list[str]] = {}
    for lower, name in names.items():
        if "/" in name and not lower.startswith(("etc/", "posix/", "right/", "us/", "systemv/")):
            cities.setdefault(lower.rpartition("/")[2], []).append(name)
    return {city: found[0] for city, found in cities.items() if len(found) == 1} | names
