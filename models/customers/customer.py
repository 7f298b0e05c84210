"""Customers: the people we deal with."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.errors import Invalid
from models.core.fields import (
    Choice,
    Country,
    Email,
    LongText,
    Person,
    Phone,
    Tags,
    Text,
    Whole,
    Zone,
    field,
)
from models.core.fields.base import Reader
from models.core.fields.synonyms import LIFECYCLES
from models.core.parsing.names import split_name


class Lifecycle(StrEnum):
    LEAD = "lead"
    PROSPECT = "prospect"
    CUSTOMER = "customer"
    REPEAT = "repeat"
    LOYAL = "loyal"
    LAPSED = "lapsed"


class Customer(Entity):
    """A person we deal with: a prospect, a buyer or a former buyer."""

    prefix = "CU"
    icon = ":bust_in_silhouette:"
    named = ("first_name", "last_name")
    stand_ins = ("email",)
    line = ("email", "phone", "owner")
    owned = "owner"
    in_talk = True
    besides = ("account",)
    joins = {"account": ("account", "membership")}
    told_apart = "account"
    asked_first = ("name", "email", "phone", "account", "job_title")
    reached_by = "contact"
    remarks = "notes"

    name = Whole("Name", 511, of=("first_name", "last_name"))
    first_name: Mapped[str | None] = field(Text("First name", search=True, personal=True))
    last_name: Mapped[str | None] = field(Text("Last name", search=True, personal=True))
    email: Mapped[str | None] = field(
        Email("E-mail", search=True, personal=True, same=True, also=("mail",))
    )
    phone: Mapped[str | None] = field(
        Phone("Phone", search=True, personal=True, same=True, also=("tel",))
    )
    job_title: Mapped[str | None] = field(Text("Job title", personal=True, also=("job",)))
    owner: Mapped[int | None] = field(Person("Owner"))
    tags: Mapped[tuple[str, ...]] = field(Tags("Tags", search=True))
    lifecycle: Mapped[str | None] = field(
        Choice(
            "Lifecycle",
            options=Lifecycle,
            others=LIFECYCLES,
            card=False,
            hint="Leave empty to have it worked out from the deals",
        )
    )
    language: Mapped[str | None] = field(Text("Language", 35, card=False))
    time_zone: Mapped[str | None] = field(
        Zone("Time zone", card=False, hint="Such as Europe/Berlin")
    )
    street: Mapped[str | None] = field(Text("Street", personal=True, card=False))
    city: Mapped[str | None] = field(Text("City", personal=True, search=True))
    region: Mapped[str | None] = field(Text("Region", card=False, also=("state",)))
    postal_code: Mapped[str | None] = field(
        Text("Postal code", 20, personal=True, card=False, also=("zip",))
    )
    country: Mapped[str | None] = field(Country("Country", hint="Two letters, such as DE"))
    notes: Mapped[str | None] = field(LongText("Notes", personal=True, card=False))

    def card_lines(self) -> tuple[str, ...]:
        return ("{job_title} at {account} · owner {owner}", "{phone} · {email}")

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            Index(None, "workspace", "owner", "id"),
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        return split_name(words, company="account")

    def joined(self) -> dict[str, Any]:
        return {"role": self.job_title, "primary": True}

    def settle(self, work: Context, changes: Changes) -> None:
        if not (self.first_name or self.last_name or self.email):
            raise Invalid({"name": "Name or e-mail is enough, but one of them is needed."})
        if self.email and "email" in changes and not work.tentative:
            work.hold(
                f"customer {self.email}"
            )  # a person who converts a lead with this address finds this one, or is found
