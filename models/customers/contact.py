"""Contacts: the ways to reach a customer."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.entity.primary import keep_one_primary, one_primary
from models.core.errors import Invalid
from models.core.fields import Choice, Email, Flag, Link, Phone, Reference, Text, field
from models.core.fields.base import Reader


class ContactType(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    MOBILE = "mobile"
    ADDRESS = "address"
    LINKEDIN = "linkedin"
    WEBSITE = "website"
    OTHER = "other"


KINDS = frozenset(ContactType)
READERS = {
    ContactType.EMAIL: Email("Value"),
    ContactType.PHONE: Phone("Value"),
    ContactType.MOBILE: Phone("Value"),
    ContactType.LINKEDIN: Link("Value"),
    ContactType.WEBSITE: Link("Value"),
}
"""How the value of a contact is read, by its type; the others are kept as typed."""


class Contact(Entity):
    """One way to reach a customer: a type such as e-mail or mobile, and a value."""

    prefix = "CT"
    part_of = "customer"
    icon = ":telephone_receiver:"
    nouns = ("contact detail", "contact")
    named = ("type", "value")
    also_as = ("customer",)
    besides = ("account",)
    joins = {"account": ("account", "membership")}
    asked_first = ("customer", "type", "value", "account", "primary")
    line = ("customer",)

    customer: Mapped[int] = field(
        Reference("Customer", to="customer", required=True, back="Ways to reach")
    )
    type: Mapped[str] = field(Choice("Type", options=ContactType, required=True))
    value: Mapped[str] = field(Text("Value", required=True, search=True, personal=True, same=True))
    primary: Mapped[bool] = field(Flag("Primary"), default=False)
    verified: Mapped[bool] = field(Flag("Verified"), default=False)
    opted_out: Mapped[bool] = field(Flag("Opted out"), default=False)

    @classmethod
    def indexes(cls) -> list[Any]:
        by_customer = Index(None, "workspace", "customer")
        return [by_customer, one_primary(cls.slug(), "customer", "type")]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        """Read `mobile +49 171 1234567`, also with the customer before it: `for Petra mobile …`."""
        said = words.split()
        at = next((at for at, word in enumerate(said) if word.casefold() in KINDS), None)
        if at is None:
            return {"value": words}
        whose = " ".join(said[1:at] if said[0].casefold() in ("for", "of") else said[:at])
        found = {"type": said[at], "value": " ".join(said[at + 1 :])}
        return found | ({"customer": whose} if whose else {})

    def called(self, reader: Reader) -> str:
        kind = READERS.get(ContactType(self.type), self.fields()["value"])
        return f"{self.type} {kind.show(self.value, reader)}"

    def settle(self, work: Context, changes: Changes) -> None:
        """Read the value as its type requires, and keep one primary contact of each type."""
        if changes.keys() & {"type", "value"}:
            kind = READERS.get(ContactType(self.type))
            try:
                self.value = (
                    kind.read(
                        f"+{self.value}"
                        if self.value.isdigit() and len(self.value) > 10
                        else self.value,
                        work,
                    )
                    if kind
                    else self.value
                )
            except ValueError as error:
                raise Invalid({"value": str(error)}) from None
        keep_one_primary(work, self, changes, "customer", "type")
