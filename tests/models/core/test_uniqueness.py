"""What only one record may hold, at every door and for two who are at it at the same moment."""
# ruff: noqa: F811 — the fixture keeps its name here

from datetime import timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from models.core import records
from models.core.db.engine import everywhere
from models.core.entity.base import Base, Entity
from models.core.errors import Invalid, Taken
from models.core.fields import Text, field
from models.core.history.undo import undo
from models.core.identity.role import Role as ROLE
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.ground import given, together
from tests.made_up import stored  # noqa: F401
from tests.models.exchange.steps import everything, exported, imported, rejected

pytestmark = pytest.mark.dialect
THERE = "There is already PZ-1 Widget with SKU “{}”."


@pytest.fixture
def part(stored: tuple[Any, ...]) -> Any:
    return stored[0]


def refused(works: UnitOfWorkFactory, part: Any, by: str = "U_ADA", **texts: str) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        given(works, part, by, **texts)
    return caught.value.errors


@pytest.mark.parametrize("typed", ["AB-1", "ab-1", "  Ab-1 ", "ÄB-1"])
def test_a_text_that_differs_only_in_its_letters_is_the_same(
    works: UnitOfWorkFactory, part: Any, typed: str
) -> None:
    given(works, part, name="Widget", sku="Ab-1")
    assert refused(works, part, name="Other", sku=typed) == {"sku": THERE.format(typed.strip())}
    given(works, part, name="Other", sku="AB-2")
    given(works, part, name="Without")
    given(works, part, name="Without either")


def test_other_kinds_are_compared_as_they_are(works: UnitOfWorkFactory, part: Any) -> None:
    given(works, part, name="Widget", gauge="1.50")
    assert refused(works, part, name="Other", gauge="1,5") == {
        "gauge": "There is already PZ-1 Widget with Gauge “1.5”."
    }


def test_every_field_that_clashes_is_told(works: UnitOfWorkFactory, part: Any) -> None:
    given(works, part, name="Widget", sku="A", gauge="1")
    assert set(refused(works, part, name="Other", sku="a", gauge="1")) == {"sku", "gauge"}


def test_a_change_is_refused_and_saving_the_same_again_is_not(
    works: UnitOfWorkFactory, part: Any
) -> None:
    given(works, part, name="Widget", sku="AB-1")
    given(works, part, name="Other", sku="AB-2")
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(part, 2), {"sku": "ab-2", "name": "Better"})
    with pytest.raises(Invalid, match="There is already PZ-1"), works("T1", "U_ADA") as work:
        records.update(work, work.find(part, 2), {"sku": "ab-1"})


def test_another_workspace_may_have_the_same(works: UnitOfWorkFactory, part: Any) -> None:
    given(works, part, name="Widget", sku="AB-1")
    given(works, part, "U_OTTO", workspace="T2", name="Widget", sku="AB-1")


def test_what_a_deleted_record_held_is_free_and_it_comes_back_only_without_a_clash(
    works: UnitOfWorkFactory, part: Any
) -> None:
    given(works, part, "U_ADA", name="Gone", sku="AB-1")
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(part, 1))
        unit = work.unit
    works.clock.forward(timedelta(minutes=1))  # type: ignore[attr-defined]
    given(works, part, "U_ADA", name="Widget", sku="ab-1")
    said = "There is already PZ-2 Widget with SKU “AB-1”."
    with pytest.raises(Invalid, match=said), works("T1", "U_ADA") as work:
        records.restore(work, work.find(part, 1, deleted=True))
    with pytest.raises(Invalid, match=said), works("T1", "U_ADA") as work:
        undo(work, unit)
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(part, 2), {"sku": "AB-9"})
    with works("T1", "U_ADA") as work:
        undo(work, unit)


def test_who_may_not_see_the_other_record_learns_only_that_it_is_there(
    works: UnitOfWorkFactory, part: Any
) -> None:
    with works("T1", "U_ADA") as work:
        role = work.find(ROLE, work.session.scalar(select(ROLE.number).where(ROLE.key == "rep")))
        records.update(work, role, {"rights": "everything: look own, new, change own"})
    given(works, part, "U_ADA", name="Widget", sku="AB-1")
    assert refused(works, part, "U_JULE", name="Other", sku="ab-1") == {
        "sku": "SKU “ab-1” is taken by a record that you may not see."
    }


def test_of_two_at_the_same_moment_the_second_reads_who_was_faster(
    works: UnitOfWorkFactory, part: Any
) -> None:
    def make(name: str) -> Any:
        return lambda: works.attempt(
            lambda work: str(records.create(work, part, {"name": name, "sku": "AB-1"})),
            "T1",
            "U_ADA",
        )

    for _ in range(5):
        said = together([make("Widget"), make("Widget"), make("Widget")])
        made = [each for each in said if isinstance(each, str)]
        assert len(made) == 1
        lost = {str(each) for each in said if not isinstance(each, str)}
        assert lost == {f"There is already {made[0]} with SKU “AB-1”."}
        with works("T1", "U_ADA") as work:
            for each in work.session.scalars(select(part)):
                records.delete(work, each)


def test_what_the_database_objects_to_is_said_as_well(works: UnitOfWorkFactory, part: Any) -> None:
    """Somebody is faster after the look: the row is written beside the unit of work."""
    given(works, part, name="Widget", sku="AB-1")

    def act(work: UnitOfWork) -> None:
        table: Any = part.__table__
        row = {"number": 9, "name": "Other", "title": "Other", "key": "other", "custom": {}}
        when = {"created_at": work.now, "updated_at": work.now}
        work.session.execute(
            table.insert().values(workspace="T1", sku_key="ab-1", version=1, **row, **when)
        )

    with pytest.raises(Taken) as caught, works("T1") as work:
        act(work)
    assert caught.value.errors == {"sku": "There is already a part with this SKU."}


def test_two_new_records_of_one_act_do_not_share_a_key(works: UnitOfWorkFactory, part: Any) -> None:
    with pytest.raises(Invalid, match="SKU “a” is there twice"), works("T1", "U_ADA") as work:
        work.session.add_all([part(name="One", sku="A"), part(name="Two", sku="a")])


def test_a_key_is_handed_on_within_one_act(works: UnitOfWorkFactory, part: Any) -> None:
    for name, sku in (("One", "A"), ("Two", "B"), ("Three", "C")):
        given(works, part, name=name, sku=sku)
    with works("T1", "U_ADA") as work:
        one, two, three = work.session.scalars(select(part).order_by(part.id))
        one.deleted_at, two.sku, three.sku = work.now, "a", "b"
    assert [each.sku for each in everything(works, part)] == ["a", "b"]


def test_a_key_that_stays_is_told_although_others_change(
    works: UnitOfWorkFactory, part: Any
) -> None:
    for name, sku in (("One", "A"), ("Two", "B"), ("Three", "C")):
        given(works, part, name=name, sku=sku)

    def act(work: UnitOfWork) -> None:
        _, two, three = work.session.scalars(select(part).order_by(part.id))
        two.sku, three.sku = "a", "b"

    with pytest.raises(Invalid, match="There is already PZ-1 One with SKU “a”"):
        works.attempt(act, "T1", "U_ADA")


def test_rows_of_a_file_without_the_key_are_refused_with_the_record(
    works: UnitOfWorkFactory, part: Any
) -> None:
    given(works, part, name="Widget", gauge="1.5")
    rows = "Name,Gauge\nOther,1.50\nNew,2\nSame,2.0\n"
    assert rejected(works, part, rows) == [
        "Gauge: There is already PZ-1 Widget with Gauge “1.5”.",
        "Gauge “2” is there twice.",
    ]
    changed = exported(works, part).replace(",2,", ",1.5,")
    assert rejected(works, part, changed) == [
        "Gauge: There is already PZ-1 Widget with Gauge “1.5”."
    ]


def test_a_row_with_a_known_key_changes_that_record(works: UnitOfWorkFactory, part: Any) -> None:
    given(works, part, name="Widget", sku="AB-1", gauge="1")
    rows = "SKU,Name,Gauge\nab-1,Better,2\nAB-2,Other,3\nab-2,Another,\n"
    dry = imported(works, part, rows, dry=True)
    assert (dry.created, dry.updated, dry.unchanged) == (1, 1, 1)
    outcome = imported(works, part, rows)
    assert "SKU: a row whose SKU is known changes that part." in outcome.notes
    assert (outcome.created, outcome.updated, outcome.rejected) == (1, 2, 0)
    told = [(each.name, each.sku, each.gauge) for each in everything(works, part)]
    assert told == [("Better", "ab-1", 2), ("Another", "ab-2", 3)]
    assert imported(works, part, rows.replace("\nAB-2,Other,3", "")).updated == 0


def test_an_id_of_another_system_and_a_key_name_one_record(
    works: UnitOfWorkFactory, part: Any
) -> None:
    given(works, part, name="Widget", sku="AB-1")
    assert imported(works, part, "Id,SKU,Name\nx1,ab-1,Better\nx2,AB-2,Other\n").updated == 1
    assert rejected(works, part, "Id,SKU,Name\nx9,ab-2,Else\n") == [
        "SKU: There is already PZ-2 Other with SKU “ab-2”."
    ]


def test_a_file_names_records_by_their_keys(
    works: UnitOfWorkFactory, stored: tuple[Any, ...]
) -> None:
    part, stock = stored
    given(works, part, name="Widget", sku="AB-1")
    given(works, part, name="ab-1", sku="X")
    imported(works, stock, "Place,Part\nShelf,ab-1\n")
    assert everything(works, stock)[0].part == everything(works, part)[0].id


def test_the_migrations_are_asked_for_the_column_and_the_index(
    works: UnitOfWorkFactory, part: Any
) -> None:
    def wanted() -> set[str]:
        with everywhere(works.engine).connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
            return {str(each[1].name) for each in found if str(each[0]) == "add_index"}  # type: ignore[index]

    before = wanted()
    with everywhere(works.engine).begin() as connection:
        connection.execute(text("DROP INDEX ix_part_workspace_sku_key"))
    assert wanted() - before == {"ix_part_workspace_sku_key"}


def test_a_key_that_is_not_unique_is_a_mistake_in_the_declaration() -> None:
    with pytest.raises(TypeError, match="keys names name, which is not unique"):
        type(
            "Wrong",
            (Entity,),
            {"prefix": "WR", "keys": ("name",), "name": field(Text("Name", required=True))},
        )
