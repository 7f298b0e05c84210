"""Records out, and in again."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import pytest

from models.activities.activity import Activity
from models.automation.rule import RuleLine
from models.core import records
from models.core.custom.custom_object import CustomObject
from models.core.custom.field_layout import FieldLayout
from models.core.custom.noun_word import NounWord
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.fields import (
    Choice,
    Country,
    Currency,
    Day,
    Decimal,
    Domain,
    Email,
    Flag,
    Link,
    Moment,
    Money,
    Number,
    Percent,
    Phone,
    Reference,
    Tags,
    Zone,
)
from models.core.fields.base import Field
from models.core.fields.repeats import Repeats
from models.core.fields.several import Several
from models.core.identity.team import Group
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.exchange import exporter, load
from models.exchange.csv_files import guard, unguard
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.sales.product import Product
from models.sales.purchase import Purchase
from models.support.case import Case
from tests.ground import given
from tests.models.exchange.steps import everything, exported, imported, rejected
from tests.models.marks import SQLITE
from tests.tables import table


@SQLITE
def test_headers_are_the_names_of_the_fields(works: UnitOfWorkFactory) -> None:
    given(works, Account, by="U_ADA", name="Lark", country="FR", tags="vip, new")
    header, row = csv.reader(io.StringIO(exported(works, Account)))
    fields = [name for name in Account.fields() if name != "deleted_at"]
    assert header == ["ref", *fields, "external_id", "created_at", "exported_from"]
    told = {name: text for name, text in zip(header[:-1], row[:-1], strict=True) if text}
    with works("T1", writes=False) as work:
        owner = work.ref("user", everything(works, Account)[0].owner or 0)
    assert told == {
        "ref": "AC-1",
        "name": "Lark",
        "country": "FR",
        "tags": "vip, new",
        "owner": owner,
        "created_at": "2026-03-10T10:00:00+00:00",
    }


def test_only_some_records_and_never_the_deleted(works: UnitOfWorkFactory) -> None:
    for name in ("Lark", "Wren", "Tern"):
        given(works, Account, name=name)
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(Account, 2))
    assert [row["name"] for row in csv.DictReader(io.StringIO(exported(works, Account)))] == [
        "Lark",
        "Tern",
    ]
    assert [
        row["name"]
        for row in csv.DictReader(io.StringIO(exported(works, Account, Account.name == "Tern")))
    ] == ["Tern"]


@SQLITE
def test_nothing_of_another_workspace_goes_out(works: UnitOfWorkFactory) -> None:
    load(works, "T2", "U_OTTO", Account, io.BytesIO(b"NAME\nLark\n"))
    assert len(exported(works, Account).splitlines()) == 1


def test_more_than_a_page_goes_out_each_once(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "PAGE", 5)
    imported(works, Account, "NAME\n" + "\n".join(f"Account {n}" for n in range(13)))
    rows = list(csv.DictReader(io.StringIO(exported(works, Account))))
    assert [row["ref"] for row in rows] == [f"AC-{n}" for n in range(1, 14)]


@table("text", ["=1+1", "+49", "-5", "@sum", "'=1", "''@x", "\t=1", "a=b", "'quoted'", ""])
def test_no_cell_is_a_formula_and_every_cell_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in ("=", "+", "-", "@", "\t")


@SQLITE
def test_a_name_like_a_formula_survives_the_round_trip(works: UnitOfWorkFactory) -> None:
    given(works, Account, name='=HYPERLINK("http://x.example")', industry="'=quoted")
    text = exported(works, Account)
    assert "'=HYPERLINK" in text
    assert imported(works, Account, text).unchanged == 1
    lark = everything(works, Account)[0]
    assert (lark.name, lark.industry) == ('=HYPERLINK("http://x.example")', "'=quoted")


def test_an_edited_export_changes_just_that(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Lark", industry="Ships")
    given(works, Account, name="Wren")
    outcome = imported(works, Account, exported(works, Account).replace("Ships", "Sails"))
    assert (outcome.updated, outcome.unchanged) == (1, 1)
    assert everything(works, Account)[0].industry == "Sails"


@SQLITE
def test_an_export_of_another_workspace_overwrites_nothing(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    given(works, Account, name="Ours")
    text = (
        exported(works, Account)
        .replace("Ours", "Theirs")
        .replace("2026-03-10T10:00", "2025-01-01T10:00")
    )
    assert rejected(works, Account, text) == [
        "AC-1 Ours is not the account that the file means: it was made at another moment."
    ]


@SQLITE
def test_a_reference_that_is_not_here_makes_nothing(works: UnitOfWorkFactory) -> None:
    assert rejected(works, Account, "ref,name\nAC-9,Lark\n") == [
        "There is no AC-9. Empty the reference to make a new account."
    ]


@SQLITE
def test_a_hidden_customer_of_a_deal_does_not_stop_the_round_trip(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    given(works, Opportunity, name="Sails", customer="CU-1")
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(Customer, 1))
    assert imported(works, Opportunity, exported(works, Opportunity)).unchanged == 1


SAMPLES: dict[type[Field], tuple[str, str]] = {
    RuleLine: ("when lead is created then dm me", 'when case is new then task "Call", dm me'),
    Named: ("manager", "senior rep"),
    Email: ("ada@example.org", "grace+x@example.co.uk"),
    Phone: ("+4915112345678", "+12125550123"),
    Link: ("https://lark.example/a?b=c", "http://wren.example"),
    Domain: ("lark.example", "wren.example"),
    Money: ("12500.50", "0.01"),
    Percent: ("40", "0"),
    Decimal: ("1.5", "0.2"),
    Number: ("3", "5"),
    Currency: ("CHF", "JPY"),
    Country: ("FR", "US"),
    Zone: ("Europe/Berlin", "Asia/Kolkata"),
    Day: ("2026-02-28", "1999-12-31"),
    Moment: ("2026-03-29T01:30:00+00:00", "2020-01-01 00:00:00.000001Z"),
    Flag: ("yes", "no"),
    Repeats: ("every 2 weeks on Monday", "every month on the 31st"),
    Tags: ("vip, new", "größe"),
    Group: ("S012|sales", "S345|support"),
}
"""Two texts for each kind; a kind that is not here takes any line of text."""

MANY = 4
"""So few rows count as many here, and are written in the way of the many."""

LINES = ("=cmd|' /C calc'!A0, \"quoted\"; and\ttabbed", "Zoë Ørsted — 東京 <!channel> & 'co'")

EXCEPTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "option": {
        "about": ("opportunity", "case"),
        "choice": ("stage", "status"),
        "like": ("won", "waiting"),
        "home": ("standard", ""),
        "after": ("won", "waiting"),
        "probability": ("10", ""),
        "forecast": ("best", ""),
        "conditions": ("amount", "subject"),
    },
    "user": {
        "role": ("rep", "manager"),
        "team": ("sales", ""),
        "slack_id": ("U_NEW1", "U_NEW2"),
        "starts_at": ("07:00", "08:15"),
        "ends_at": ("17:00", "18:30"),
    },
    "opportunity": {"pipeline": ("standard", "standard")},
    "role": {"rights": ("lead: look own, new, hide score", "everything: everything")},
    "team": {"role": ("support lead", "")},
    "saved_filter": {"about": ("opportunity", "case"), "typed": ("open", "open mine")}
    | {"shared": ("everyone", "everyone")},
    "contact": {"type": ("other", "other")},
    "lead": {
        "status": ("new", "working"),
        "converted_customer": ("", ""),
        "converted_account": ("", ""),
        "converted_opportunity": ("", ""),
    },
    "activity": {"lead": ("", "")},
    "membership": {"since": ("2020-01-01", "2021-01-01"), "until": ("2022-01-01", "")},
    "custom_field": {"formula": ("", "")},
    "custom_object": {
        "name": ("Sea voyage", "Überfahrt"),
        "plural_name": ("Sea voyages", "Überfahrten"),
        "starts": ("SV", "UF"),
    },
    "noun_word": {
        "about": ("case", "lead"),
        "one": ("Complaint", "Enquiry"),
        "many": ("Complaints", "Enquiries"),
    },
    "field_layout": {
        "about": ("case", "lead"),
        "card": ("account", "company"),
        "form": ("account", "company"),
    },
}
"""Fields whose values must fit each other."""


def sample(entity: type[Entity], name: str, kind: Field, which: int) -> str:
    if name in EXCEPTIONS.get(entity.slug(), {}):
        return EXCEPTIONS[entity.slug()][name][which]
    if name == "deleted_at" or kind.readonly:
        return ""
    if isinstance(kind, Choice | Several):
        return list(kind.options)[which].value
    if isinstance(kind, Reference):
        return "" if kind.to == entity.slug() else f"{ENTITIES[kind.to].prefix}-1"
    texts = next((SAMPLES[each] for each in type(kind).__mro__ if each in SAMPLES), LINES)
    return texts[which][: kind.length] if texts is LINES else texts[which]


def surroundings(works: UnitOfWorkFactory) -> None:
    """A record of each entity, so that there is something to refer to."""
    given(works, Customer, first_name="Ada")
    given(works, Account, name="Lark")
    given(works, Opportunity, name="Sails", customer="CU-1")
    given(works, Case, subject="Help", customer="CU-1")
    given(works, Lead, last_name="King")
    given(works, Activity, description="Call", customer="CU-1")
    given(works, Contact, customer="CU-1", type="other", value="x")
    given(works, Membership, customer="CU-1", account="AC-1")
    given(works, Product, name="Oar")
    given(works, Purchase, customer="CU-1")


@pytest.mark.parametrize("entity", list(ENTITIES.values()), ids=list(ENTITIES))
def test_an_export_of_any_entity_comes_in_again(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    surroundings(works)
    with works("T1", "U_ADA") as work:
        for which in (0, 1):
            texts = {
                name: sample(entity, name, kind, which) for name, kind in entity.fields().items()
            }
            parsed = entity.parse({name: text for name, text in texts.items() if text}, work)
            work.add(entity(**parsed, external_id=f"x{which}"))
    text = exported(works, entity)
    before = [values_of(record) for record in everything(works, entity)]

    unchanged = imported(works, entity, text)
    assert unchanged.unchanged == unchanged.read == len(before)
    left = {name for name, why in unchanged.mapping.left_out.items() if why != "empty"}
    kept = {name for name, kind in entity.fields().items() if kind.readonly}
    assert left == {name for name in kept if any(row[name] for row in rows_of(text))}
    assert [values_of(record) for record in everything(works, entity)] == before

    sampled = [row for row in rows_of(text) if row["external_id"]]
    created = imported(
        works, entity, csv_of([anew(entity, row, time) for time in range(MANY) for row in sampled])
    )
    assert created.created == created.read == 2 * MANY
    again = [values_of(record) for record in everything(works, entity)[-2 * MANY :]]
    if "primary" in entity.fields():  # of all that are alike one is, the last to come
        assert [each.pop("primary") for each in again].count(True) == 1
        before = [
            {name: value for name, value in each.items() if name != "primary"} for each in before
        ]
    assert again == before[-2:] * MANY


UNIQUE = {
    "user": {"slack_id"},
    "role": {"name"},
    "team": {"name"},
    "channel": {"name"},
    "option": {"name"},
    "custom_field": {"name"},
    "custom_object": {"name", "plural_name", "starts"},
    "field_layout": {"about", "card", "form"},
    "noun_word": {"about", "one", "many"},
    "pack": {"name"},
}
"""The fields of which no two records have the same although they do not say so, or that go with
such a field.
"""
OWN = {
    "option": {"position", "slot"},
    "custom_field": {"slot"},
    "custom_object": {"slot"},
    "pack": {"slot"},
}
"""The fields that each record gets for itself, because it stands beside others."""
LAID_OUT = {
    "account": "industry",
    "activity": "outcome",
    "contact": "value",
    "customer": "city",
    "membership": "role",
    "opportunity": "competitor",
    "product": "sku",
    "purchase": "sold_on",
}
"""Nouns without a layout, each with a field of theirs alone."""


def unique(entity: type[Entity]) -> set[str]:
    """The fields of which no two records have the same."""
    return {*UNIQUE.get(entity.slug(), ()), *entity.unique(), *OWN.get(entity.slug(), ())}


def distinct(entity: type[Entity], same: Iterable[str], which: int) -> dict[str, str]:
    """Texts for these fields that no other record has.

    which: the row is the nth.
    """
    if entity is CustomObject:
        letter = "ABCDEFGH"[which]
        return {"name": f"Noun {letter}", "plural_name": f"Nouns {letter}", "starts": f"Q{letter}"}
    if entity is NounWord:
        letter = "ABCDEFGH"[which]
        names = {"one": f"Word {letter}", "many": f"Words {letter}"}
        return {"about": list(LAID_OUT)[which], **names}
    if entity is FieldLayout:
        about, name = list(LAID_OUT.items())[which]
        return {"about": about, "card": name, "form": name}
    return dict.fromkeys(same, f"U_{which}")


def anew(entity: type[Entity], row: dict[str, str], time: int) -> dict[str, str]:
    """The row of a record that is not here yet, though everything but what must be unique is the
    same.
    """
    own = {"ref": "", "external_id": f"{row['external_id']} {time}"}
    same = unique(entity) - OWN.get(entity.slug(), set())
    own |= distinct(entity, same, 2 * time + int(row["external_id"].removeprefix("x")))
    return row | {name: text for name, text in own.items() if name in row}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def csv_of(rows: list[dict[str, str]]) -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def values_of(record: Entity) -> dict[str, Any]:
    return {
        name: getattr(record, name) for name in record.fields() if name not in unique(type(record))
    }
