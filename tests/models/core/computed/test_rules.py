"""Rules that touch other records: all of them get their own, in whatever order, and once."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from models.core import records, rules
from models.core.audit.entries import AuditEntry
from models.core.context import Context
from models.core.entity.base import Changes
from models.core.listeners import insert_many
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.ground import START, StoppedClock, given
from tests.models.core.computed.voyages import Cargo, Voyage

pytestmark = pytest.mark.dialect


def of_voyage(work: Context, cargo: Any) -> Voyage | None:
    return work.get(Voyage, cargo.voyage) if cargo.voyage else None


def cargo_of(work: Context, voyage: Any) -> list[Any]:
    if voyage.id is None:
        return []
    return list(work.session.scalars(select(Cargo).where(Cargo.voyage == voyage.id)))


def seals_its_voyage(cargo: Any, work: Context, changes: Changes) -> None:
    """Cargo: what is called Rum takes its voyage to Kingston."""
    voyage = of_voyage(work, cargo)
    if voyage and cargo.name == "Rum":
        voyage.port = "Kingston"
        voyage.name = "Rum runner"


def seals_its_cargo(voyage: Any, work: Context, changes: Changes) -> None:
    """Voyage: all its cargo is sealed with the name of its port."""
    for cargo in cargo_of(work, voyage) if "port" in changes else ():
        cargo.seal = voyage.port


@pytest.fixture
def touching() -> None:
    """Each entity changes records of the other one."""
    Cargo.rule, Voyage.rule = seals_its_voyage, seals_its_cargo


def test_a_record_that_a_rule_changes_gets_all_that_a_change_brings(
    works: UnitOfWorkFactory, clock: StoppedClock, touching: None
) -> None:
    voyage = given(works, Voyage, name="Cutty")
    tea, silk = (given(works, Cargo, name=name, voyage=voyage.ref) for name in ("Tea", "Silk"))
    clock.forward(timedelta(hours=1))
    with works("T1", "U_ADA", door="command") as work:
        records.update(work, work.get(Cargo, tea.id), {"name": "Rum"})
        unit = work.unit
    with works("T1") as work:
        now = work.get(Voyage, voyage.id)
        assert (now.title, now.key, now.port, now.version) == (
            "Rum runner",
            "rum runner",
            "Kingston",
            4,
        )
        assert now.updated_at == START + timedelta(hours=1)
        assert {each.seal for each in cargo_of(work, now)} == {"Kingston"}
        assert work.get(Cargo, silk.id).updated_at == now.updated_at
        written = select(AuditEntry).where(AuditEntry.unit == unit)
        assert {
            (row.entity, row.record_id, row.field, row.new) for row in work.session.scalars(written)
        } == {
            ("cargo", tea.id, "name", "Rum"),
            ("cargo", tea.id, "seal", "Kingston"),
            ("cargo", silk.id, "seal", "Kingston"),
            ("voyage", voyage.id, "name", "Rum runner"),
            ("voyage", voyage.id, "port", "Kingston"),
        }
        text = select(SearchText.text).where(SearchText.entity == "voyage")
        assert work.session.scalars(text).one() == "vy-1 rum runner"


def test_the_order_in_which_records_are_settled_does_not_matter(
    works: UnitOfWorkFactory, touching: None
) -> None:
    """A session keeps what changed in no order: of many pairs, either one comes first in some."""
    many = range(16)
    with works("T1", "U_ADA") as work:
        voyages = [work.add(Voyage(name="Cutty")) for _ in many]
        kept = [[work.add(Cargo(name=n, voyage=v.id)) for n in ("Tea", "Silk")] for v in voyages]
    with works("T1", "U_ADA") as work:
        pairs = [
            (work.get(Voyage, v.id), work.get(Cargo, tea.id))
            for v, (tea, _) in zip(voyages, kept, strict=True)
        ]
        for voyage, tea in pairs:
            voyage.port, tea.name = "Ceylon", "Rum"
    with works("T1") as work:
        for voyage, cargo in zip(voyages, kept, strict=True):
            now = work.get(Voyage, voyage.id)
            seals = [work.get(Cargo, each.id).seal for each in cargo]
            assert (now.port, now.title, seals) == ("Kingston", "Rum runner", ["Kingston"] * 2)


def test_a_rule_may_make_a_record_of_another_kind(works: UnitOfWorkFactory) -> None:
    def packs(voyage: Any, work: Context, changes: Changes) -> None:
        if "port" in changes:
            work.session.add(Cargo(name="Anchor", voyage=voyage.id, quantity=1))

    voyage = given(works, Voyage, name="Cutty")
    Voyage.rule = packs
    with works("T1", "U_ADA") as work:
        work.get(Voyage, voyage.id).port = "Ceylon"
    with works("T1") as work:
        anchor = work.session.scalars(select(Cargo)).one()
        assert (anchor.ref, anchor.title, work.get(Voyage, voyage.id).pieces) == (
            "CG-1",
            "Anchor",
            1,
        )


def test_rules_without_an_end_are_named(works: UnitOfWorkFactory) -> None:
    def flips(cargo: Any, work: Context, changes: Changes) -> None:
        if voyage := of_voyage(work, cargo):
            voyage.port = f"{voyage.port or ''}x"

    def flops(voyage: Any, work: Context, changes: Changes) -> None:
        for cargo in cargo_of(work, voyage):
            cargo.seal = f"{cargo.seal or ''}x"

    voyage = given(works, Voyage, name="Cutty")
    tea = given(works, Cargo, name="Tea", voyage=voyage.ref)
    Cargo.rule, Voyage.rule = flips, flops
    with (
        pytest.raises(
            RuntimeError,
            match="The rules of (cargo|voyage) do not come to an end: after 10 rounds, these fields "
            "still change: (seal|port).",
        ),
        works("T1", "U_ADA") as work,
    ):
        work.get(Cargo, tea.id).name = "Silk"
    with works("T1") as work:
        assert work.get(Cargo, tea.id).name == "Tea"


def test_rules_that_make_records_without_an_end_are_named(works: UnitOfWorkFactory) -> None:
    def breeds(cargo: Any, work: Context, changes: Changes) -> None:
        work.session.add(Cargo(name="Rabbit"))

    Cargo.rule = breeds
    with pytest.raises(RuntimeError, match="rules of cargo do not .* they still make new records"):
        given(works, Cargo, name="Rabbit")


def test_a_rule_that_never_agrees_with_a_formula_is_named(works: UnitOfWorkFactory) -> None:
    def raises(cargo: Any, work: Context, changes: Changes) -> None:
        cargo.quantity = (cargo.quantity or 0) + 1

    Cargo.rule = raises
    with pytest.raises(RuntimeError, match="they change what price, tax is worked out from again"):
        given(works, Cargo, name="Tea", quantity="1", rate="2")


def test_a_rule_sees_formulas_and_formulas_see_what_a_rule_sets(works: UnitOfWorkFactory) -> None:
    def rebates(cargo: Any, work: Context, changes: Changes) -> None:
        if cargo.price and cargo.price > 100:
            cargo.discount = 50

    Cargo.rule = rebates
    assert given(works, Cargo, name="Tea", quantity="1", rate="90").price == 90
    assert given(works, Cargo, name="Tea", quantity="2", rate="90").price == 90


def test_what_follows_may_make_records_and_change_none(works: UnitOfWorkFactory) -> None:
    def adds(voyage: Any, work: Context, changes: Changes) -> None:
        if "port" in changes:
            work.session.add(Cargo(name="Tea", voyage=voyage.id, quantity=4, rate=D(1)))

    def changes_itself(voyage: Any, work: Context, changes: Changes) -> None:
        voyage.port = "Ceylon"

    Voyage.after = adds
    voyage = given(works, Voyage, name="Cutty", port="Ceylon")
    with works("T1") as work:
        assert work.get(Voyage, voyage.id).freight == 4
    Voyage.after = changes_itself
    with pytest.raises(RuntimeError, match="what follows from a record changed voyage: port"):
        given(works, Voyage, name="Ariel")


@pytest.mark.parametrize("written", [True, False])
def test_what_follows_from_one_record_changes_no_other_one(
    works: UnitOfWorkFactory, written: bool
) -> None:
    """It would be lost: what is written is written, and the rest is not looked at again."""

    def seals(voyage: Any, work: Context, changes: Changes) -> None:
        for cargo in cargo_of(work, voyage):
            cargo.seal = voyage.name

    voyage = given(works, Voyage, name="Cutty")
    tea = given(works, Cargo, name="Tea", voyage=voyage.ref)
    Voyage.after = seals
    with works("T1", "U_ADA") as work:
        both = work.get(Voyage, voyage.id), work.get(Cargo, tea.id)
        both[0].name = "Ariel"
        if written:
            both[1].name = "Silk"
        with pytest.raises(RuntimeError, match="what follows from a record changed cargo: seal"):
            work.session.flush()
        work.session.rollback()


def test_records_that_come_in_bulk_get_what_the_rules_of_others_change(
    works: UnitOfWorkFactory,
) -> None:
    def only_one(cargo: Any, work: Context, changes: Changes) -> None:
        for other in work.session.info.get(rules.COMING, ()):
            if cargo.quantity and other is not cargo and other.name == cargo.name:
                other.quantity = 0

    Cargo.rule = only_one
    with works("T1", "U_ADA") as work:
        stored(work, [Cargo(name="Tea", quantity=n, rate=D(2)) for n in (1, 2, 3)])
    with works("T1") as work:
        found = work.session.scalars(select(Cargo).order_by(Cargo.number)).all()
        assert [(each.quantity, each.price) for each in found] == [(0, 0), (0, 0), (3, 6)]


def stored(work: UnitOfWork, many: list[Any]) -> None:
    for each in many:
        rules.begin(work, each)
        rules.prepare(work, each)
    insert_many(work, many)
