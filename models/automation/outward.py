"""Addresses outside of Slack that a line names: of a program, for a webhook, and of a mail."""

import ipaddress
import re
from urllib.parse import urlsplit

from models.automation.pieces import HELD, unquoted
from models.core.parsing.texts import target

CUSTOMER = "customer"
"""Whom a mail is for: the customer of the record, or the person that the record is."""
LONGEST = 500
SHOWN = re.compile(r"<?(https?)://([^\s/<>|\"“”,;?#]+)([^\s<>|\"“”,;]*)(?:\|[^<>]*)?>?", re.I)
ADDRESS = re.compile(r"[^\s@<>\"“”]+@[^\s@<>\"“”]+\.[^\s@<>\"“”]+")
TRY_HOOK = "Try: webhook https://example.com/hook"
TRY_MAIL = 'Try: mail customer "Thank you" "Dear {name}, …"'


def url_of(text: str) -> str:
    """Return the address of a program, as Slack writes a link or as it is typed.

    Raises:
        ValueError: it is none that a webhook may have.
    """
    url = target(unquoted(text.strip()))
    if not url:
        raise ValueError(f"Which program is told? {TRY_HOOK}")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"“{url[:60]}” is no address of a program. {TRY_HOOK}") from None
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"\s", url):
        raise ValueError(f"“{url[:60]}” is no address of a program. {TRY_HOOK}")
    if parts.scheme.lower() == "http" and not is_loopback(host):
        raise ValueError(
            f"A webhook goes over https, so that nobody reads it on its way. {TRY_HOOK}"
        )
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "Leave the name and the password out of the address: all who see the rule would read "
            "them. What is sent is signed in place of that."
        )
    if len(url) > LONGEST:
        raise ValueError(f"The address of a webhook has at most {LONGEST} characters.")
    return url.partition("#")[0]


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return what people read of the address of a program: where it is."""
    return urlsplit(url).netloc


def without_paths(text: str) -> str:
    """Return a line with no more of each address than where it is: the rest may be a secret."""
    return SHOWN.sub(lambda found: f"{found[1]}://{found[2]}{'/…' if found[3] else ''}", text)


def mail_of(text: str) -> tuple[str, str, str]:
    """Return whom a mail is for, its subject and its text.

    Raises:
        ValueError: one of these is missing.
    """
    quoted = [found for found in HELD.finditer(text) if found[0][0] not in "<h"]
    said = [unquoted(each[0]).strip() for each in quoted]
    if len(said) != 2 or not all(said):
        raise ValueError(f"A mail has a subject and a text, both in quotes. {TRY_MAIL}")
    subject, words = said
    whom = target(re.sub(r"^to\s+", "", text[: quoted[0].start()].strip(), flags=re.I))
    if whom.casefold() in ("", "them", CUSTOMER, "the customer", "its customer"):
        return CUSTOMER, subject, words
    if not ADDRESS.fullmatch(whom):
        raise ValueError(f"“{whom[:60]}” is no e-mail address. {TRY_MAIL}")
    return whom, subject, words
