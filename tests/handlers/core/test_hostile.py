"""Whatever is typed into any field and through any door: kept as typed or refused in words, shown
inert, nobody pinged.

By default some texts of every family go through every field and every door; `HOSTILE=all` sends all
of them.
"""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from bot.sandbox.validation import problems
from handlers.core.executor import perform
from handlers.core.request import Request
from handlers.core.responses import Form, Home, Message, Response
from handlers.core.router import Catalogue
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import plainly
from handlers.registry import ROUTERS
from models.core import records
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError
from models.core.fields import LongText, Text
from models.core.fields.base import Field
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from tests.handlers.kit import SQLITE
from tests.hostile import FAMILIES, HOSTILE, Hostile, sample
from tests.inert import pings
from tests.samples import given_references, needed

ALL = os.environ.get("HOSTILE") == "all"
CATALOGUE = Catalogue(ROUTERS)
VERBS = {noun: router.verbs for noun, router in CATALOGUE.routers.items()}
MADE = [entity for slug, entity in ENTITIES.items() if "new" in VERBS.get(slug, ())]
EACH = 1 if ALL else 2
"""Families a field is tried with; together the fields get every one."""


class Undone(Exception):
    """The end of a unit of work of which nothing is kept."""


@contextmanager
def passing(works: UnitOfWorkFactory) -> Iterator[UnitOfWork]:
    """An admin's unit of work of which nothing stays."""
    with suppress(Undone), works("T1", "U_ADA") as work:
        yield work
        raise Undone


def tried(entity: type[Entity]) -> list[tuple[str, list[Hostile]]]:
    """Each field of the form, and the texts it is given: some, from the families that come next, or
    all.
    """
    first = sum(len(fields_of(each)) for each in MADE[: MADE.index(entity)])
    found = []
    for at, name in enumerate(fields_of(entity), first):
        families = [FAMILIES[(at * EACH + n) % len(FAMILIES)] for n in range(EACH)]
        found.append((name, list(HOSTILE) if ALL else sample((entity.slug(), name), 1, families)))
    return found


def fields_of(entity: type[Entity]) -> list[str]:
    return [name for name, kind in entity.fields().items() if kind.form]


def asked(work: UnitOfWork, line: str, **more: Any) -> Response:
    return perform(Request(work, CATALOGUE, CATALOGUE.command(line), channel="C_SALES", **more))


def refused(reply: Response) -> list[str]:
    """What Slack would refuse of a reply, and what would come alive in it."""
    if isinstance(reply, Message):
        payload = {"text": escape(reply.text), "blocks": reply.blocks}
        return [*problems("message", payload), *pings(payload)]
    if isinstance(reply, Form | Home):
        return [*problems(reply.view["type"], reply.view), *pings(reply.view)]
    return []


def as_typed(kind: Field, text: str) -> str | None:
    """What a field of words should hold, where nothing in the text is unseen or could be composed;
    else None.
    """
    odd = any(
        unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        for sign in text
        if sign != "\n"
    )
    if odd or not unicodedata.is_normalized("NFC", text) or type(kind) not in (Text, LongText):
        return None
    return " ".join(text.split()) if type(kind) is Text else text.strip()


def assert_kept(work: UnitOfWork, record: Entity, name: str, text: str) -> None:
    kind = record.fields()[name]
    kept, expected = getattr(record, name), as_typed(kind, text)
    assert expected is None or (kept or "") == expected
    if kept not in (None, "", ()):
        assert kind.parse(kind.write(kept, work), work) == kept
        assert kind.load(kind.dump(kept)) == kept


def replies(work: UnitOfWork, record: Entity, name: str) -> Iterator[tuple[str, Response]]:
    """What people are shown of a record: its card, all of it, forms with it, the receipt of a
    change, a list.
    """
    noun = f"{record.noun()}"
    for line in (
        f"show {record.ref}",
        f"more {record.ref}",
        f"edit {record.ref}",
        f"set {record.ref}",
        "list",
    ):
        changed = {"texts": {name: "x"}, "surface": "form"} if line.startswith("set") else {}
        try:
            yield line, asked(work, f"{noun} {line}", **changed)
        except CRMError as sentence:  # “x” is nothing for every field
            yield line, plainly(str(sentence))


def attempt(works: UnitOfWorkFactory, entity: type[Entity], name: str, text: str) -> str:
    """Make a record with this text in this field and look at it from all sides; what was said,
    where it was refused.
    """
    with passing(works) as work:
        try:
            record = records.create(work, entity, needed(entity) | {name: text})
        except CRMError as refusal:
            return str(refusal)
        assert_kept(work, record, name, text)
        assert [
            (line, wrong)
            for line, reply in replies(work, record, name)
            if (wrong := refused(reply))
        ] == []
    return ""


@SQLITE
@pytest.mark.parametrize("entity", MADE, ids=lambda entity: entity.slug())
def test_any_text_in_any_field_is_kept_or_refused_and_shown_inert(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    given_references(works, entity)
    for name, texts in tried(entity):
        for each in texts:
            said = attempt(works, entity, name, each.text)
            assert len(said) < 1000, f"{name}, {each}"
            assert refused(plainly(said or " ")) == [], f"{name}, {each}"


def test_every_family_is_tried() -> None:
    assert {each.family for entity in MADE for _, texts in tried(entity) for each in texts} == set(
        FAMILIES
    )


def test_what_can_be_seen_is_kept_as_typed_by_both_databases(works: UnitOfWorkFactory) -> None:
    kind = Customer.fields()["notes"]
    texts = [
        each.text for each in (HOSTILE if ALL else sample("both", 5)) if len(each.text) < 12_000
    ]
    with works("T1", "U_ADA") as work:
        expected = [kind.parse(text, work) for text in texts]
        people = [work.add(Customer(first_name="N", notes=text)) for text in expected]
        work.session.flush()
        ids = [person.id for person in people]
    assert all(
        as_typed(kind, text) in (None, kept or "")
        for text, kept in zip(texts, expected, strict=True)
    )
    with works("T1", "U_ADA", writes=False) as work:
        assert [work.get(Customer, id).notes for id in ids] == expected
