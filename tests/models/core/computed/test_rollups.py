"""What follows from the parts of a record is right, however they came and went."""

import io
from decimal import Decimal as D
from functools import partial

import pytest
from sqlalchemy import select

from models.core import records, rollups
from models.core.audit.entries import AuditEntry
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Conflict, Invalid
from models.core.fields import Number
from models.core.fields.computed import Rollup
from models.core.history import as_of, undo
from models.core.identity.role import Role
from models.core.outbox.delivery import Delivery, Post
from models.core.unit_of_work import UnitOfWorkFactory
from models.exchange import importer
from tests.ground import given, together
from tests.models.core.computed.voyages import Cargo, Voyage

pytestmark = pytest.mark.dialect


def loaded(works: UnitOfWorkFactory, voyage: Entity, **texts: str) -> Cargo:
    return given(works, Cargo, **{"name": "Tea", "voyage": voyage.ref, **texts})


def held(works: UnitOfWorkFactory, voyage: Entity) -> tuple[D | None, int | None, int | None]:
    with works("T1") as work:
        now = work.get(Voyage, voyage.id)
        return now.freight, now.pieces, now.most


def test_a_new_record_begins_with_what_no_parts_amount_to(works: UnitOfWorkFactory) -> None:
    voyage = given(works, Voyage, name="Cutty")
    assert held(works, voyage) == (0, 0, None)
    assert (voyage.first, voyage.toll) == (None, 1)


def test_parts_that_come_change_move_and_go_are_counted(works: UnitOfWorkFactory) -> None:
    voyage, other = given(works, Voyage, name="Cutty"), given(works, Voyage, name="Ariel")
    tea = loaded(works, voyage, quantity="3", rate="10.05", discount="50")
    silk = loaded(works, voyage, quantity="1", rate="0.10")
    assert held(works, voyage) == (D("15.18"), 2, 3)
    with works("T1", "U_ADA", door="command") as work:
        records.update(work, work.get(Cargo, tea.id), {"quantity": "4"})
    assert held(works, voyage) == (D("20.20"), 2, 4)
    with works("T1", "U_ADA", door="command") as work:
        records.update(work, work.get(Cargo, tea.id), {"voyage": other.ref})
    assert (held(works, voyage), held(works, other)) == ((D("0.10"), 1, 1), (D("20.10"), 1, 4))
    with works("T1", "U_ADA", door="command") as work:
        records.delete(work, work.get(Cargo, silk.id))
        unit = work.unit
    assert held(works, voyage) == (0, 0, None)
    with works("T1", "U_ADA") as work:
        undo.undo(work, unit)
    assert held(works, voyage) == (D("0.10"), 1, 1)
    with works("T1", "U_ADA", door="command") as work:
        records.update(work, work.get(Cargo, silk.id), {"voyage": "", "quantity": "9"})
    assert held(works, voyage) == (0, 0, None)


def test_the_whole_gets_its_formulas_audit_and_date_with_its_parts(
    works: UnitOfWorkFactory,
) -> None:
    voyage = given(works, Voyage, name="Cutty")
    with works("T1", "U_ADA", door="command") as work:
        records.create(
            work, Cargo, {"name": "Tea", "voyage": voyage.ref, "quantity": "7", "rate": "1000"}
        )
        unit = work.unit
    with works("T1") as work:
        now = work.get(Voyage, voyage.id)
        assert (now.freight, now.toll, now.version) == (7000, 490, 2)
        rows = work.session.scalars(
            select(AuditEntry).where(AuditEntry.unit == unit, AuditEntry.entity == "voyage")
        )
        assert {row.field: (row.old, row.new) for row in rows} == {
            "freight": ("0.00", "7000.00"),
            "pieces": ("0", "1"),
            "most": (None, "7"),
            "toll": ("1.00", "490.00"),
        }


def test_several_parts_of_one_unit_of_work_count_together(works: UnitOfWorkFactory) -> None:
    voyage = given(works, Voyage, name="Cutty")
    with works("T1", "U_ADA") as work:
        first = Cargo(name="Tea", voyage=voyage.id, quantity=1, rate=D(1))
        work.session.add_all([first, Cargo(name="Silk", voyage=voyage.id, quantity=2, rate=D(1))])
        work.session.flush()
        first.quantity = 5
        work.session.add(Cargo(name="Rum", voyage=voyage.id, quantity=3, rate=D(1)))
        work.session.flush()
        whole = work.get(Voyage, voyage.id)
        assert (whole.freight, whole.pieces, whole.most) == (10, 3, 5)


def test_what_somebody_sets_by_hand_becomes_again_what_it_follows_from(
    works: UnitOfWorkFactory,
) -> None:
    voyage = given(works, Voyage, name="Cutty")
    tea = loaded(works, voyage, quantity="3", rate="10")
    with works("T1", "U_ADA") as work:
        work.get(Voyage, voyage.id).freight = D(999)
        work.get(Cargo, tea.id).price = D(999)
    assert held(works, voyage) == (30, 1, 3)


def test_a_file_of_parts_is_counted_and_a_file_that_changes_them(works: UnitOfWorkFactory) -> None:
    voyage, other = given(works, Voyage, name="Cutty"), given(works, Voyage, name="Ariel")
    loaded(works, voyage, quantity="1", rate="1")
    lines = ["id,name,voyage,quantity,rate", *(f"x{n},Tea {n},Cutty,{n},2" for n in range(1, 11))]
    outcome = importer.load(works, "T1", "U_ADA", Cargo, file(lines))
    assert (outcome.created, held(works, voyage)) == (10, (111, 11, 10))
    lines[1:3] = ["x1,Tea 1,Ariel,1,2", "x2,Tea 2,Cutty,50,2"]
    outcome = importer.load(works, "T1", "U_ADA", Cargo, file(lines))
    assert (outcome.updated, held(works, voyage)) == (2, (205, 10, 50))
    assert held(works, other) == (2, 1, 1)


def file(lines: list[str]) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode())


def test_a_file_of_wholes_begins_with_no_parts(works: UnitOfWorkFactory) -> None:
    importer.load(works, "T1", "U_ADA", Voyage, file(["id,name", "x1,Cutty", "x2,Ariel"]))
    with works("T1") as work:
        found = work.session.scalars(select(Voyage)).all()
        assert [(each.freight, each.pieces, each.most, each.toll) for each in found] == [
            (0, 0, None, 1)
        ] * 2


def test_parts_that_their_maker_may_not_see_are_counted_too(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        rep = work.session.scalars(select(Role).where(Role.key == "rep")).one()
        rep.rights = "everything: look own, new, edit own"
    voyage = given(works, Voyage, name="Cutty")
    with works("T1", "U_ADA") as work:
        tea = {"name": "Tea", "voyage": voyage.ref, "quantity": "3", "rate": "1", "owner": "me"}
        records.create(work, Cargo, tea)
    with works("T1", "U_JULE", door="command") as work:
        assert work.session.scalars(select(Cargo)).all() == []
        work.add(Cargo(name="Silk", voyage=voyage.id, quantity=4, rate=D(1)))
    assert held(works, voyage) == (7, 2, 4)


def test_parts_of_another_workspace_are_not_counted(works: UnitOfWorkFactory) -> None:
    theirs = given(works, Voyage, "U_OTTO", "T2", name="Ariel")
    given(works, Cargo, "U_OTTO", "T2", name="Tea", voyage=theirs.ref, quantity="5", rate="1")
    voyage = given(works, Voyage, name="Cutty")
    loaded(works, voyage, quantity="2", rate="1")
    assert held(works, voyage) == (2, 1, 2)
    with works("T2") as work:
        assert work.get(Voyage, theirs.id).freight == 5


def test_who_saves_a_form_after_parts_came_keeps_both(works: UnitOfWorkFactory) -> None:
    voyage = given(works, Voyage, name="Cutty")
    loaded(works, voyage, quantity="2", rate="3")
    with works("T1", "U_ADA", door="form") as work:
        records.update(work, work.get(Voyage, voyage.id), {"port": "Foochow"}, voyage.version)
    with works("T1") as work:
        now = work.get(Voyage, voyage.id)
        assert (now.port, now.freight, now.version) == ("Foochow", 6, 3)


def test_the_card_of_the_whole_is_drawn_again(works: UnitOfWorkFactory) -> None:
    voyage = given(works, Voyage, name="Cutty")
    about = {"entity": "voyage", "record_id": voyage.id}
    with works("T1", "U_RITA") as work:
        post = Post(**about, channel="C_SALES", ts="1.1", posted_at=work.now)
        work.session.add(post)
    loaded(works, voyage, quantity="2", rate="3")
    with works("T1") as work:
        redrawn = select(Delivery.record_id).where(Delivery.kind == "redraw")
        assert work.session.scalars(redrawn).all() == [voyage.id]


def test_undo_takes_back_only_its_own_parts(works: UnitOfWorkFactory) -> None:
    """What others added meanwhile is no reason to refuse it, and stays counted."""
    voyage = given(works, Voyage, name="Cutty")
    with works("T1", "U_ADA", door="command") as work:
        records.create(
            work, Cargo, {"name": "Tea", "voyage": voyage.ref, "quantity": "7", "rate": "1"}
        )
        unit = work.unit
    loaded(works, voyage, quantity="2", rate="1")
    with works("T1", "U_ADA") as work:
        gone = undo.undo(work, unit)
        assert [record.ref for record in gone] == ["CG-1"]
        back = work.unit
    assert held(works, voyage) == (2, 1, 2)
    with works("T1", "U_ADA") as work:
        undo.redo(work, back)
    assert held(works, voyage) == (9, 2, 7)


def test_a_record_that_is_set_back_keeps_what_its_parts_amount_to(
    works: UnitOfWorkFactory,
) -> None:
    voyage = given(works, Voyage, name="Cutty")
    tea = loaded(works, voyage, quantity="2", rate="3")
    with works("T1", "U_ADA") as work:
        with pytest.raises(Conflict, match="as it was then but for Freight, Pieces, Most, which"):
            as_of.revert(work, work.get(Voyage, voyage.id), 1)
        records.update(work, work.get(Voyage, voyage.id), {"port": "Foochow"})
        records.update(work, work.get(Cargo, tea.id), {"rate": "5"})
    with works("T1", "U_ADA") as work:
        as_of.revert(work, work.get(Voyage, voyage.id), 1)
        plan = as_of.revert(work, work.get(Cargo, tea.id), 1)
        assert ([each.field for each in plan.changes], plan.stays) == (["rate"], [])
        then = as_of.as_of(work, work.get(Voyage, voyage.id), 3)
        assert then.values["freight"] == D(6)
    assert held(works, voyage) == (6, 1, 2)


def test_a_readonly_field_is_not_set_back(works: UnitOfWorkFactory) -> None:
    """Even where it is empty now, as other fields that only rules fill would be."""
    tea = given(works, Cargo, name="Tea")
    for seal, name in (("A7", "Tea"), (None, "Silk")):
        with works("T1", "U_ADA") as work:
            cargo = work.get(Cargo, tea.id)
            cargo.seal, cargo.name = seal, name
    with works("T1", "U_ADA") as work:
        plan = as_of.revert(work, work.get(Cargo, tea.id), 2)
        assert ([each.field for each in plan.changes], plan.stays) == (["name"], ["Seal"])
    with works("T1", "U_ADA") as work:
        assert (work.get(Cargo, tea.id).seal, work.get(Cargo, tea.id).name) == (None, "Tea")


def test_people_who_add_parts_at_the_same_moment_are_all_counted(works: UnitOfWorkFactory) -> None:
    voyage, other = given(works, Voyage, name="Cutty"), given(works, Voyage, name="Ariel")

    def add(place: int) -> None:
        with works("T1", "U_RITA") as work:
            work.get(Voyage, voyage.id)  # read before the others commit
            for whole in ((voyage, other), (other, voyage))[place % 2]:
                work.session.add(Cargo(name="Tea", voyage=whole.id, quantity=place, rate=D("0.10")))
            work.session.flush()

    done = together([partial(add, place) for place in range(1, 7)])
    assert done == [None] * 6
    assert held(works, voyage) == held(works, other) == (D("2.10"), 6, 6)


def test_files_of_parts_of_one_record_that_come_at_the_same_moment_are_all_counted(
    works: UnitOfWorkFactory,
) -> None:
    voyage = given(works, Voyage, name="Cutty")

    def load(place: int) -> None:
        lines = ["id,name,voyage,quantity,rate"]
        lines += [f"{place}-{n},Tea,Cutty,1,0.30" for n in range(20)]
        importer.load(works, "T1", "U_ADA", Cargo, file(lines))

    assert together([partial(load, place) for place in range(3)]) == [None] * 3
    assert held(works, voyage) == (18, 60, 1)


def test_large_amounts_are_added_up_to_the_cent(works: UnitOfWorkFactory) -> None:
    voyage = given(works, Voyage, name="Cutty")
    with works("T1", "U_ADA") as work:
        work.session.add_all(
            Cargo(name="Gold", voyage=voyage.id, quantity=1, rate=D("9999999999.99"))
            for _ in range(1000)
        )
    assert held(works, voyage) == (D("9999999999990.00"), 1000, 1)


def test_small_decimals_are_added_up_exactly(works: UnitOfWorkFactory) -> None:
    voyage = given(works, Voyage, name="Cutty")
    with works("T1", "U_ADA") as work:
        work.session.add_all(
            Cargo(name="Tea", voyage=voyage.id, weight=D("0.001")) for _ in range(700)
        )
    loaded(works, voyage, weight="0.05")
    with works("T1") as work:
        assert work.get(Voyage, voyage.id).weight == D("0.750")


def test_what_is_too_large_for_its_column_is_refused(works: UnitOfWorkFactory) -> None:
    voyage = given(works, Voyage, name="Cutty")
    with (
        pytest.raises(Invalid, match="Price would be too large to keep"),
        works("T1", "U_ADA") as work,
    ):
        work.add(Cargo(name="Gold", quantity=2**30, rate=D(10) ** 12))
    many = (Cargo(name="Gold", voyage=voyage.id, quantity=9000, rate=D(10) ** 12) for _ in range(2))
    with (
        pytest.raises(Conflict, match=r"Freight of VY-1 Cutty would be too large to keep\."),
        works("T1", "U_ADA") as work,
    ):
        work.session.add_all(many)
    assert held(works, voyage) == (0, 0, None)


@pytest.mark.parametrize(
    ("rollup", "said"),
    [
        (Rollup(of="crate", by="voyage", count=True), "is about crate, which is no entity"),
        (Rollup(of="cargo", by="ship", count=True), "names ship, which refers to no voyage"),
        (Rollup(of="cargo", by="name", count=True), "names name, which refers to no voyage"),
        (Rollup(of="cargo", by="voyage", sum="cost"), "names cost, which is no field of cargo"),
        (Rollup(of="cargo", by="voyage", sum="name"), "adds up name, which holds no number"),
    ],
)
def test_a_rollup_of_something_that_does_not_exist_is_named(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch, rollup: Rollup, said: str
) -> None:
    monkeypatch.setattr(Voyage, "rollups", lambda: {"pieces": rollup})
    with pytest.raises(TypeError, match=f"The rollup voyage.pieces {said}"):
        rollups.check(ENTITIES.values())
    assert Number("Pieces", computed=rollup).readonly
