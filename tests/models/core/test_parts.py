"""Wholes and their parts: what becomes of the parts when the whole is deleted and comes back."""

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies
from sqlalchemy import select

from models.core import part_lines, records
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Conflict
from models.core.history.undo import redo, undo
from models.core.identity import rights
from models.core.outbox.delivery import Delivery, Post
from models.core.parts import is_child, parts_of
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.sales.lead import Lead
from models.sales.purchase import Purchase
from models.sales.purchase_line import PurchaseLine
from tests.ground import given
from tests.models.marks import tried
from tests.samples import given_references, texts_for

WHOLES = [entity for entity in ENTITIES.values() if entity.children]
EACH = pytest.mark.parametrize("entity", WHOLES, ids=lambda entity: entity.slug())
THREE = "3 × Widget @ 90; 1 × Setup @ 500; 2 × Cable @ 5"


def sold(works: UnitOfWorkFactory, lines: str = THREE) -> Purchase:
    given(works, Account, name="Acme")
    return given(works, Purchase, account="Acme", lines=lines)


def standing(works: UnitOfWorkFactory, entity: type[Entity] = PurchaseLine) -> list[str]:
    """The records of an entity that are not deleted, by their references."""
    with works("T1", writes=False) as work:
        return [record.ref for record in work.session.scalars(select(entity).order_by(entity.id))]


def do(works: UnitOfWorkFactory, act: Any, ref: str, by: str = "U_RITA", door: str = "") -> str:
    """Do something to a record; returns the id of the unit of work."""
    with works("T1", by, door or "command") as work:
        act(work, named(work, ref))
        return work.unit


def named(work: UnitOfWork, ref: str) -> Entity:
    prefix, number = ref.split("-")
    entity = next(each for each in ENTITIES.values() if each.prefix == prefix)
    return work.find(entity, int(number), deleted=True)


def taken_back(works: UnitOfWorkFactory, unit: str, again: bool = False, by: str = "U_RITA") -> str:
    with works("T1", by, "command") as work:
        (redo if again else undo)(work, unit)
        return work.unit


def test_what_names_its_whole_and_what_does_not_go_with_it() -> None:
    for entity in WHOLES:
        for slug in entity.children:
            part = ENTITIES[slug]
            assert part.fields()[part.part_of].to == entity.slug()  # type: ignore[attr-defined]
            assert is_child(part)
    assert not is_child(Contact)
    assert not is_child(Lead)


def test_parts_are_deleted_with_their_whole_and_one_undo_brings_all_back(
    works: UnitOfWorkFactory,
) -> None:
    sold(works)
    unit = do(works, records.delete, "PU-1")
    assert standing(works) == standing(works, Purchase) == []
    back = taken_back(works, unit)
    assert standing(works) == ["PL-1", "PL-2", "PL-3"]
    assert standing(works, Purchase) == ["PU-1"]
    taken_back(works, back, again=True)
    assert standing(works) == standing(works, Purchase) == []


def test_restoring_brings_back_what_went_with_it_and_not_what_was_deleted_before(
    works: UnitOfWorkFactory,
) -> None:
    sold(works)
    do(works, records.delete, "PL-2")
    do(works, records.delete, "PU-1")
    unit = do(works, records.restore, "PU-1")
    assert standing(works) == ["PL-1", "PL-3"]
    taken_back(works, unit)
    assert standing(works) == []
    do(works, records.restore, "PU-1")
    do(works, records.restore, "PL-2")
    assert standing(works) == ["PL-1", "PL-2", "PL-3"]


def test_a_part_of_what_is_deleted_is_not_restored_alone(works: UnitOfWorkFactory) -> None:
    sold(works)
    before = do(works, records.delete, "PL-1")
    do(works, records.delete, "PU-1")
    for ref in ("PL-1", "PL-2"):
        with pytest.raises(Conflict, match="Bring it back as a whole: restore PU-1$"):
            do(works, records.restore, ref)
    with pytest.raises(Conflict, match="restore PU-1$"):
        taken_back(works, before)
    assert standing(works) == []


def test_undoing_what_made_a_whole_takes_its_parts_and_restoring_it_brings_them_back(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Account, name="Acme")
    with works("T1", "U_RITA", "command") as work:
        records.create(work, Purchase, {"account": "Acme", "lines": THREE})
        unit = work.unit
    back = taken_back(works, unit)
    assert standing(works) == []
    do(works, records.restore, "PU-1")
    assert standing(works) == ["PL-1", "PL-2", "PL-3"]
    with pytest.raises(Conflict):
        taken_back(works, back, again=True)


def state(works: UnitOfWorkFactory) -> dict[str, Any]:
    """What all records of wholes and parts hold, by their references."""
    found: dict[str, Any] = {}
    with works("T1", writes=False) as work:
        slugs = [slug for whole in WHOLES for slug in (whole.slug(), *whole.children)]
        for slug in dict.fromkeys(slugs):
            every = select(ENTITIES[slug]).execution_options(with_deleted=True)
            for record in work.session.scalars(every):
                kinds = record.fields().items()
                found[record.ref] = {n: kind.dump(getattr(record, n)) for n, kind in kinds}
    return found


@EACH
@tried(40)
@drawn(before=strategies.lists(strategies.integers(0, 4), max_size=3), undone=strategies.booleans())
def test_to_delete_and_to_restore_a_whole_changes_nothing(
    works: UnitOfWorkFactory, entity: type[Entity], before: list[int], undone: bool
) -> None:
    """Whatever parts were deleted before, by hand or with an older whole."""
    given_references(works, entity)
    with works("T1", "U_ADA", "command") as work:
        texts = texts_for(entity)
        for name in entity.line_fields():
            texts[name] = "\n".join([texts[name]] * 5)
        whole = records.create(work, entity, texts)
        ref = whole.ref
        parts = [p.ref for slug in entity.children for p in parts_of(work, [whole], ENTITIES[slug])]
    assert len(parts) >= 5
    for place in dict.fromkeys(before):
        do(works, records.delete, parts[place], by="U_ADA")
    stood = state(works)
    unit = do(works, records.delete, ref, by="U_ADA")
    gone = state(works)
    assert all(gone[each]["deleted_at"] for each in (ref, *parts))
    if undone:
        taken_back(works, unit, by="U_ADA")
    else:
        do(works, records.restore, ref, by="U_ADA")
    assert state(works) == stood


def test_the_owner_of_a_part_is_that_of_its_whole(works: UnitOfWorkFactory) -> None:
    sold(works)
    with works("T1", "U_JULE") as work:  # a rep changes only what is hers
        part = named(work, "PL-1")
        assert work.actor
        assert policy.whose(part) != work.actor.id
        assert not policy.can(work.actor, "edit", part)


def test_the_card_of_the_whole_is_drawn_again_when_a_part_changes(works: UnitOfWorkFactory) -> None:
    whole = sold(works)
    with works("T1") as work:
        work.session.add(
            Post(
                channel="C_SALES",
                ts="1.000001",
                entity="purchase",
                record_id=whole.id,
                posted_at=work.now,
            )
        )
    do(works, lambda work, part: records.update(work, part, {"name": "Gadget"}), "PL-1")
    with works("T1", writes=False) as work:
        about = [(d.kind, d.ts) for d in work.session.scalars(select(Delivery))]
    assert ("redraw", "1.000001") in about


def test_lines_are_written_as_they_are_read(works: UnitOfWorkFactory) -> None:
    sold(works)
    with works("T1", "U_RITA") as work:
        whole = named(work, "PU-1")
        text = part_lines.write(work, whole, whole.line_fields()["lines"])
    assert text == "3 × Widget @ 90\n1 × Setup @ 500\n2 × Cable @ 5"


def test_a_right_for_the_whole_is_one_for_its_parts(works: UnitOfWorkFactory) -> None:
    own = rights.read("sale: look, change own\neverything: look")
    assert own.scope("purchase_line", "edit") == own.scope("purchase", "edit") == "own"
    apart = rights.read("sale: look, change own\nsale line: look\neverything: look")
    assert apart.scope("purchase_line", "edit") == "none"
    assert rights.read("customer: everything\neverything: look").scope("contact", "edit") == "none"
