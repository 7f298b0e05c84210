"""Read people's names: `Ada King Lovelace`, `Byron, Ada`, `Dr. Ada Byron`, `van der Berg, Jan`.

`split_name` reads what somebody typed, with an e-mail address, a phone number and the company;
`read_name` reads the cell of a file, which holds only a name. Every word is in one of the texts
they return.
"""

import re
from functools import cache
from typing import Any

from models.core.parsing import values

TITLES = frozenset(
    (
        "dr",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "herr",
        "hr",
        "frau",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "sr",
        "sra",
        "srta",
        "señor",
        "señora",
        "dott",
        "ing",
        "dipl-ing",
        "mag",
        "med",
        "rev",
        "sir",
        "dame",
        "doctor",
    )
)
"""Words before a name that are not part of it; King, Dean and Prince are names."""
SUFFIXES = frozenset(
    (
        "jr",
        "junior",
        "ii",
        "iii",
        "iv",
        "phd",
        "ph.d",
        "md",
        "mba",
        "esq",
        "cpa",
        "msc",
        "bsc",
        "llm",
    )
)
PHONE = re.compile(
    r"(?<![^\s,;(])(?:tel\b[.:]?|☎)? ?(?:(?:\+|00)\d[\d ()/.-]{5,}\d"
    r"|0[1-9]\d{1,4}[ /-]?\d[\d -]{4,}\d|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[ .-]\d{3}[ .-]\d{4})(?![^\s,;)>])"
)
"""A number that begins with its country, or as people write one of their own.

Examples: 0171 2345678, (555) 123-4567.
"""
BY_LAST_WORD = (
    r".*\b(?:gmbh|mbh|ag|kg|se|inc|llc|ltd|limited|corp|co|company|plc|bv|nv|sa|sas|sarl|srl|spa|oy|ab|as"
    r"|sl|ug|ohg|gbr|aps|kft|pty|lda|ltda|eurl)\.?"
)
IS_COMPANY = re.compile(BY_LAST_WORD, re.IGNORECASE)
"""A company by its last word."""
COMPANY = re.compile(rf"^(.+?),\s*({BY_LAST_WORD})$", re.IGNORECASE)
"""A name, and a company behind a comma."""
LED = re.compile(
    r"(?P<before>|.*?\s)(?i:(?:works |working |arbeitet |travaille )?(?:at|bei|chez)|@|(?<!\S)(?:company|account|firma):|from(?=\s+(?-i:[A-Z])))\s+(?P<company>\S.*)"
)
"""Words that lead to a company, or from one: at, from Ford Motors."""
NAMED = re.compile(r"(?:company|account|firma) (?=\S)", re.IGNORECASE)
DANGLING = re.compile(r"(?:^|\s+)(?:at|bei|chez)$", re.IGNORECASE)
"""The rest of a text that had a reference behind it."""
WORKS = re.compile(r"(?P<job>[^,]+?) (?i:of|at|bei|chez) (?P<company>[A-Z].*)")
"""A job and where it is: CEO of Ford Motors."""
JOB = re.compile(
    r"(?:.*\b)?(?:c[efot]o|vp|president|director|manager(?:in)?|head|lead|engineer|buyer|founder|owner|partner"
    r"|consultant|assistant|geschäftsführer(?:in)?|leiter(?:in)?|einkäufer(?:in)?|directeur|directrice|gerente)\b.*",
    re.IGNORECASE,
)
TITLE = "Title: "
"""What the notes begin with that keep the title of a name."""
ADDRESS = "\0"
"""The placeholder for an address or a number while the words around it are looked at."""
PARTED = re.compile(
    rf"\s*({ADDRESS}|[,;](?=\s|$)|(?<=\s)[-–—|/](?=\s|$)|(?<=\s)[([](?=[^)\]]*[)\]]\s*(?:$|{ADDRESS})))\s*"
)
"""The signs between the parts of what people type about somebody."""
SMALL = frozenset(
    (
        "von",
        "van",
        "der",
        "den",
        "de",
        "del",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "des",
        "la",
        "le",
        "lo",
        "el",
        "al",
        "bin",
        "ibn",
        "ter",
        "ten",
        "zu",
        "zum",
        "zur",
        "af",
        "e",
        "y",
        "i",
        "und",
        "and",
        "et",
        "of",
        "the",
        "für",
        "&",
    )
)
"""Words in small letters that are in names of people and companies."""
AROUND = "<>()[],;"
WORD = re.compile(r"[^\s,]+")


def split_name(words: str, company: str, loosely: bool = False) -> dict[str, str]:
    """Return `Ada King Lovelace ada@x.org, Kaiser GmbH` as texts of the name and its fields.

    The fields are first_name, last_name, email, phone and company. A job goes to job_title, a title
    to the notes, and so does what follows the name and is nothing else.

    Args:
        words: The text.
        company: The field for the company.
        loosely: Whether a name behind another is a company's without a sign of it: Ford Motors.
    """
    texts: dict[str, str] = {}
    found = words.split()
    if emails := [word for word in found if is_email(word)]:
        texts["email"] = " ".join(
            values.from_slack(email).strip(AROUND).removeprefix("mailto:") for email in emails
        )
    rest = " ".join(ADDRESS if is_email(word) else word for word in found)
    if phone := PHONE.search(rest):
        texts["phone"], rest = (
            phone[0].strip(),
            f"{rest[: phone.start()]}{ADDRESS}{rest[phone.end() :]}",
        )
    name, besides = name_and_rest(rest)
    read, said = read_name(name), told_apart(besides, company, loosely)
    notes = "\n".join(filter(None, (read.pop("notes", ""), said.pop("notes", ""))))
    return read | texts | said | ({"notes": notes} if notes else {})


def name_and_rest(text: str) -> tuple[str, list[str]]:
    """Return the name that the text is about, and the other parts of it."""
    name, sign, rest = after_sign(text)
    while not name and sign:
        name, sign, rest = after_sign(rest)
    if led := LED.fullmatch(name):
        return led["before"].strip(), [name[led.end("before") :], *parts_of(rest)]
    if sign == "," and not is_besides(name, second := after_sign(rest)[0]):
        following = rest.removeprefix(second)
        return f"{name}, {second}", parts_of(following)
    words = name.split()
    if sign == ADDRESS and len(words) == 1:  # Ada ada@x.org Lovelace at Kaiser
        last = after_sign(rest)[0]
        led = LED.fullmatch(last)
        last = led["before"].strip() if led else last
        if last and not is_sure(last):
            return f"{name} {last}", parts_of(rest.removeprefix(last))
    end = next((at for at, word in enumerate(words) if at > 1 and is_small(word)), len(words))
    end = end if words and words[0][:1].isupper() else len(words)
    return " ".join(words[:end]), [" ".join(words[end:]), *parts_of(rest)]


def after_sign(text: str) -> tuple[str, str, str]:
    """Return the text before the first sign between two parts, the sign, and the text behind it."""
    sign = PARTED.search(text)
    return (
        (text[: sign.start()].strip(), sign[1], text[sign.end() :])
        if sign
        else (text.strip(), "", "")
    )


def parts_of(text: str) -> list[str]:
    found = (part.strip(" ()[]") for part in PARTED.sub(ADDRESS, text).split(ADDRESS))
    return [part for part in found if part]


def is_small(word: str) -> bool:
    return word[:1].islower() and word.casefold() not in SMALL and not IS_COMPANY.fullmatch(word)


def is_sure(part: str) -> bool:
    """Return whether a part is clearly not a person's name."""
    return bool(
        LED.fullmatch(part)
        or NAMED.match(part)
        or IS_COMPANY.fullmatch(part)
        or JOB.fullmatch(part)
    )


def is_besides(name: str, part: str) -> bool:
    """Return whether the text behind the comma is not a first name.

    Byron, Ada and van der Berg, Jan are names.
    """
    words, others = (
        [word for word in text.split() if not is_particle(word)] for text in (name, part)
    )
    small = any(is_small(word) for word in part.split())
    return (
        not part
        or is_sure(part)
        or small
        or bool(re.search(r"\d", part))
        or (len(words) > 1 and len(others) > 1)
    )


def is_particle(word: str) -> bool:
    return word.casefold() in SMALL or word.casefold().strip(".") in TITLES


def told_apart(parts: list[str], company: str, loosely: bool) -> dict[str, str]:
    """Return what the parts other than a name are: the company, the job, and notes."""
    texts: dict[str, str] = {}
    notes: list[str] = []
    for part in filter(None, parts):
        led, works, named = LED.fullmatch(part), WORKS.fullmatch(part), NAMED.match(part)
        if (
            company not in texts
            and works
            and JOB.fullmatch(works["job"])
            and "job_title" not in texts
        ):
            texts |= {"job_title": works["job"], company: works["company"]}
        elif company not in texts and (led or named):
            texts[company], more = extent(
                led["company"] if led else part[named.end() :] if named else ""
            )
            notes += [each for each in (led["before"].strip() if led else "", more) if each]
        elif company not in texts and (
            IS_COMPANY.fullmatch(part) or (loosely and is_capital(part))
        ):
            texts[company] = part
        elif "job_title" not in texts and JOB.fullmatch(part):
            texts["job_title"] = part
        else:
            notes.append(part)
    return texts | ({"notes": ", ".join(notes)} if notes else {})


def extent(text: str) -> tuple[str, str]:
    """Return the company that a text begins with, and the text behind it.

    An example is Ford Motors, met at the fair.
    """
    words = text.split()
    if IS_COMPANY.fullmatch(text) or not words[0][:1].isupper():
        return text, ""
    end = next((at for at, word in enumerate(words) if is_small(word)), len(words))
    return " ".join(words[:end]), " ".join(words[end:])


def is_capital(part: str) -> bool:
    return all(word[:1].isupper() or word.casefold() in SMALL for word in part.split())


def is_email(word: str) -> bool:
    return "@" in word.strip("@")


def read_name(text: str) -> dict[str, str]:
    """Return the first and the last name, and the title as notes."""
    text = " ".join(text.split()).strip(",; ")
    if not text:
        return {}
    first = text.partition(" ")[0].casefold().strip(".")
    alike = (
        re.search(r"\d", text) if "," in text else first not in TITLES
    )  # nobody's name has a number in it
    parts = (not alike and not COMPANY.match(text) and parsed(text)) or simple(text)
    return {name: part for name, part in parts.items() if part}


def parsed(text: str) -> dict[str, str]:
    """Return the parts of a name as nameparser sees them; nothing where a word would be lost."""
    name = parser()(text)
    title, first, middle, last = (
        getattr(name, part) for part in ("title", "first", "middle", "last")
    )
    if "," in text and first and last:
        first, last = " ".join(filter(None, (first, middle))), last
    elif not first and not title and " " not in last:
        first, last = last, ""
    else:
        last = " ".join(filter(None, (middle, last)))
    last = " ".join(filter(None, (last, name.suffix)))
    parts = {"first_name": first, "last_name": last, "notes": f"{TITLE}{title}" if title else ""}
    kept = sorted(WORD.findall(f"{title} {first} {last}"))
    return parts if kept == sorted(WORD.findall(text)) and (first or last) else {}


def simple(text: str) -> dict[str, str]:
    """Return the first word as first name and all others as last name."""
    first, _, last = text.partition(" ")
    return {"first_name": first, "last_name": last}


@cache
def parser() -> Any:
    """Return the parser of names, loaded for the first name."""
    from nameparser import HumanName
    from nameparser.config import Constants

    known = Constants(
        titles=TITLES,
        first_name_titles=(),
        suffix_acronyms=SUFFIXES,
        suffix_not_acronyms=("jr", "junior"),
        suffix_acronyms_ambiguous=(),
        conjunctions=("y", "&", "und", "and"),
        bound_first_names=(),
    )
    return lambda text: HumanName(text, constants=known)


def with_name(texts: dict[str, str], name: str) -> dict[str, str]:
    """Return the texts of a row with the parts of a whole name.

    Columns of their own override these parts.
    """
    parts = read_name(name)
    if parts.get("notes") and texts.get("notes"):
        texts = texts | {"notes": f"{parts['notes']}\n{texts['notes']}"}
    return parts | texts
