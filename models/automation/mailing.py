"""Whom a mail of a rule is for: the address of a record, as far as those who act see it."""

from typing import Any

from sqlalchemy import select

from models.automation.outward import CUSTOMER
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Email, Person, Reference
from models.core.parsing.texts import with_article
from models.core.permissions import policy
from models.customers.contact import Contact


def check(entity: type[Entity], whom: str) -> None:
    """Raise ValueError where records of an entity have nobody to write to."""
    if whom == CUSTOMER and not way(entity):
        raise ValueError(
            f"{with_article(entity.noun()).capitalize()} has no customer to write to. "
            'Name an address: mail ops@example.com "Subject" "Text"'
        )


def way(entity: type[Entity]) -> tuple[str, ...]:
    """Return the fields that lead from a record to an e-mail address; none where there is none."""
    if own := field_of(entity):
        return (own,)
    for name, kind in entity.fields().items():
        points = isinstance(kind, Reference) and not isinstance(kind, Person)
        if points and kind.to in ENTITIES and (there := field_of(ENTITIES[kind.to])):  # type: ignore[attr-defined]
            return (name, there)
    return ()


def field_of(entity: type[Entity]) -> str:
    """Return the field of an entity that holds an e-mail address, "" for none."""
    found = (name for name, kind in entity.fields().items() if isinstance(kind, Email))
    return next(found, "")


def receiver(work: Context, record: Entity, whom: str) -> tuple[str, str]:
    """Return the address that a mail about a record is for, and why there is none.

    One of both is empty. What the readers may not see is as if it were not there.
    """
    if whom != CUSTOMER:
        return whom, ""
    person: Any = record
    *steps, last = way(type(record))
    for name in steps:
        kind: Any = record.fields()[name]
        id = getattr(record, name) if name in policy.fields(work, record) else None
        person = work.get(ENTITIES[kind.to], id) if id else None
    if person is None or last not in policy.fields(work, person) or not getattr(person, last):
        return "", f"{record.ref} has no e-mail address"
    address = str(getattr(person, last))
    refused = select(Contact.id).where(Contact.value == address, Contact.opted_out)
    with policy.beyond(work.session):
        if work.session.scalar(refused.limit(1)) is not None:
            return "", f"{person.ref} wants no mail"
    return address, ""
