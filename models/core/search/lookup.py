"""Find the one record a text names: its reference, a key, its e-mail, its phone number, its name.

What looks like one of our references is one: a product with the key PR-1 is found by its name, or
by its own reference.
"""

import re
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.errors import Ambiguous
from models.core.fields import Email, Phone
from models.core.fields.base import Field
from models.core.parsing import values
from models.core.permissions import policy

OFFERED = 5
LONGEST_NUMBER = 10
LAST_LETTER = "\U0010ffff"
PHONE = re.compile(r"[+(]?\d[\d ()/.-]{5,}\d")
REFERENCE = re.compile(r"#?([a-z]{2})-?(\d{1,9})", re.IGNORECASE)


def lookup(work: Context, entity: type[Entity], text: str, whole: bool = False) -> int:
    """Return the id of the record of this entity that `text` names.

    Args:
        work: who reads, and the session.
        entity: the kind of record.
        text: a reference, an e-mail, a phone number or a name.
        whole: the beginning of a name is not enough.

    Raises:
        ValueError: nothing fits; it has a sentence that says so.
        Ambiguous: several fit; it has up to five candidates.
    """
    own = entity.recognise(work, text)
    if own is not None:
        return own
    name = values.unquote_smart(text).strip().strip('"')
    match = REFERENCE.fullmatch(name)
    if match and match[1].upper() == entity.prefix:
        return by_number(work, entity, int(match[2]))
    for condition in conditions(work, entity, name, whole):
        some = select(entity.id, entity.number, entity.title).where(condition).limit(OFFERED + 1)
        found = sorted(
            work.session.execute(some), key=lambda row: (row.title.casefold(), row.number)
        )
        if len(found) == 1:
            return int(found[0].id)
        if found:
            offered = [(f"{entity.prefix}-{row.number}", row.title) for row in found[:OFFERED]]
            listed = ", ".join(f"{ref} {title}" for ref, title in offered)
            raise Ambiguous(
                f"“{name[:60]}” could be {listed}. Please say which one.", text, offered
            )
    if name.isdecimal() and not whole and len(name) < LONGEST_NUMBER:
        numbered = work.session.scalar(select(entity.id).where(entity.number == int(name)))
        if numbered is not None:
            return int(numbered)
    raise ValueError(entity.unknown(name))


def by_number(work: Context, entity: type[Entity], number: int) -> int:
    found = work.session.scalar(select(entity.id).where(entity.number == number))
    if found is None:
        raise ValueError(f"There is no {entity.prefix}-{number}.")
    return int(found)


def conditions(
    work: Context, entity: type[Entity], name: str, whole: bool
) -> list[ColumnElement[bool]]:
    """Return the ways to look, surest first.

    They are the keys of the entity, e-mail, phone number, whole name and beginning of the name.
    """
    key = values.fold(name)[:255]
    if not key:
        return []
    keyed = [column == value for column, value in keys(work, entity, name)]
    emails = [field for field, kind in entity.fields().items() if is_email(kind)]
    seen = [getattr(entity, field) for field in emails if not policy.hides(work, entity, field)]
    sure: list[Any] = [column == name.casefold() for column in seen] if "@" in name else []
    sure += [] if whole else phoned(work, entity, name)
    return [*keyed, *sure, entity.key == key, *([] if whole else [begins(entity.key, key)])]


def keys(work: Context, entity: type[Entity], text: str) -> list[tuple[Any, Any]]:
    """Return the columns of the keys that the viewers may see, with what each holds for a text."""
    known = [name for name in entity.keys if not policy.hides(work, entity, name)]
    found = [(entity.unique()[name], entity.key_of(name, text, work)) for name in known]
    return [(getattr(entity, column), value) for column, value in found if value is not None]


def phoned(work: Context, entity: type[Entity], name: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a name is a phone number that the viewers may see."""
    if not PHONE.fullmatch(name):
        return []
    try:
        number = values.read_phone(name, work.region)
    except ValueError:
        return []
    phones = [field for field, kind in entity.fields().items() if isinstance(kind, Phone)]
    return [
        getattr(entity, field) == number
        for field in phones
        if not policy.hides(work, entity, field)
    ]


def begins(
    column: ColumnElement[str] | InstrumentedAttribute[str], start: str | BindParameter[str]
) -> ColumnElement[bool]:
    """Return whether a folded text begins with the other.

    It is a range, because SQLite's LIKE ignores case and with it the index.
    """
    return and_(column >= start, column < start + LAST_LETTER)


def is_email(kind: Field) -> bool:
    return isinstance(kind, Email)
