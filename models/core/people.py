"""How people are named: `Ada King Lovelace`, `Byron, Ada`, `Dr. Ada Byron`, `van der Berg, Jan`.

`split_name` reads what somebody typed, with an e-mail address, a phone number and the company; `read_name` the cell of
a file, which holds a name alone. Every word is in one of the texts they return.
"""

import re
from functools import cache
from typing import Any

from models.core import values

TITLES = frozenset((
    "dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx", "herr", "hr", "frau", "mme", "mlle", "monsieur",
    "madame", "sr", "sra", "srta", "señor", "señora", "dott", "ing", "dipl-ing", "mag", "med", "rev", "sir", "dame",
    "doctor",
))  # fmt: skip
"""What stands before a name and is none; King, Dean and Prince are names."""
SUFFIXES = frozenset(("jr", "junior", "ii", "iii", "iv", "phd", "ph.d", "md", "mba", "esq", "cpa", "msc", "bsc", "llm"))
PHONE = re.compile(r"(?<!\S)(?:tel:|☎ ?)?(?:\+|00)\d[\d ()/.-]{5,}\d(?!\S)")
AT = re.compile(r"^(.*?)(?:^|\s+)(?:at|bei|chez)\s+(\S.*)$", re.IGNORECASE)
DANGLING = re.compile(r"\s+(?:at|bei|chez)$", re.IGNORECASE)
"""What is left where a reference stood behind it."""
BY_LAST_WORD = (
    r".*\b(?:gmbh|mbh|ag|kg|se|inc|llc|ltd|limited|corp|co|company|plc|bv|nv|sa|sas|sarl|srl|spa|oy|ab|as"
    r"|sl|ug|ohg|gbr|aps|kft|pty|lda|ltda|eurl)\.?"
)
IS_COMPANY = re.compile(BY_LAST_WORD, re.IGNORECASE)
"""What is a company by its last word."""
COMPANY = re.compile(rf"^(.+?),\s*({BY_LAST_WORD})$", re.IGNORECASE)
"""A name, and behind a comma a company."""
ADDRESS = "\0"
"""What stands in the place of an address or a number while the words around it are looked at."""
AROUND = "<>()[],;"
WORD = re.compile(r"[^\s,]+")


def split_name(words: str, at: str = "") -> dict[str, str]:
    """`Ada King Lovelace ada@x.org` as first_name, last_name, email and phone texts.

    at: the field for the company that follows `at`; without it there is none. A title goes to the notes.
    """
    texts: dict[str, str] = {}
    found = words.split()
    emails = [word for word in found if is_email(word)]
    rest = " ".join(ADDRESS if is_email(word) else word for word in found)
    if emails:
        texts["email"] = " ".join(values.from_slack(email).strip(AROUND).removeprefix("mailto:") for email in emails)
    if phone := PHONE.search(rest):
        texts["phone"], rest = phone[0], f"{rest[: phone.start()]}{ADDRESS}{rest[phone.end() :]}"
    name, behind = map(without_addresses, rest.partition(ADDRESS)[::2])
    rest = f"{name} {behind}".strip()
    rest = DANGLING.sub("", rest.rstrip(" ,;")) if at else rest
    led = AT.match(rest) if at else None
    if at and name and not led and IS_COMPANY.fullmatch(behind):
        rest, texts[at] = name, behind
    elif at and (company := led or COMPANY.match(rest)) and (company[1] or texts):
        rest, texts[at] = company.groups()
    return read_name(rest) | texts


def without_addresses(text: str) -> str:
    return " ".join(text.replace(ADDRESS, " ").split())


def is_email(word: str) -> bool:
    return "@" in word.strip("@")


def read_name(text: str) -> dict[str, str]:
    """The first and the last name, and the title as notes."""
    text = " ".join(text.split()).strip(",; ")
    if not text:
        return {}
    first = text.partition(" ")[0].casefold().strip(".")
    alike = re.search(r"\d", text) if "," in text else first not in TITLES  # nobody's name has a number in it
    parts = (not alike and not COMPANY.match(text) and parsed(text)) or simple(text)
    return {name: part for name, part in parts.items() if part}


def parsed(text: str) -> dict[str, str]:
    """The parts of a name as nameparser sees them; nothing where a word would be lost."""
    name = parser()(text)
    title, first, middle, last = (getattr(name, part) for part in ("title", "first", "middle", "last"))
    if "," in text and first and last:
        first, last = " ".join(filter(None, (first, middle))), last
    elif not first and not title and " " not in last:
        first, last = last, ""
    else:
        last = " ".join(filter(None, (middle, last)))
    last = " ".join(filter(None, (last, name.suffix)))
    parts = {"first_name": first, "last_name": last, "notes": f"Title: {title}" if title else ""}
    kept = sorted(WORD.findall(f"{title} {first} {last}"))
    return parts if kept == sorted(WORD.findall(text)) and (first or last) else {}


def simple(text: str) -> dict[str, str]:
    """The first word, and all others."""
    first, _, last = text.partition(" ")
    return {"first_name": first, "last_name": last}


@cache
def parser() -> Any:
    """What takes names apart; loaded for the first one."""
    from nameparser import HumanName
    from nameparser.config import Constants

    known = Constants(
        titles=TITLES, first_name_titles=(), suffix_acronyms=SUFFIXES, suffix_not_acronyms=("jr", "junior"),
        suffix_acronyms_ambiguous=(), conjunctions=("y", "&", "und", "and"), bound_first_names=(),
    )  # fmt: skip
    return lambda text: HumanName(text, constants=known)


def with_name(texts: dict[str, str], name: str) -> dict[str, str]:
    """The texts of a row with the parts of a whole name, which give way to columns of their own."""
    parts = read_name(name)
    if parts.get("notes") and texts.get("notes"):
        texts = texts | {"notes": f"{parts['notes']}\n{texts['notes']}"}
    return parts | texts
