"""A copy of a whole database, from either kind to the other."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, inspect, select, text, update

from models.core.db.engine import everywhere
from models.core.errors import Conflict, Unusable
from models.core.search import query
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.maintenance import copy, schema
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import StoppedClock, given

WAYS = ["sqlite-postgres", "postgres-sqlite", "sqlite-sqlite"]


class Killed(Exception):
    """As by kill -9, between two batches."""


def quietly(table: str, done: int, total: int) -> None:
    assert 0 < done <= total


@pytest.fixture
def ends(request: pytest.FixtureRequest) -> tuple[Engine, Engine]:
    source, target = request.param.split("-")
    return request.getfixturevalue(f"clean_{source}"), request.getfixturevalue(f"blank_{target}")


@pytest.fixture
def filled(ends: tuple[Engine, Engine]) -> tuple[Engine, Engine]:
    """Everything that is stored in a way of its own: accounts that point at each other, amounts,
    tags, moments.
    """
    works = UnitOfWorkFactory(ends[0], StoppedClock())
    for name in ("Acme", "Beta"):
        given(works, Account, name=name, tags="a, b", annual_revenue="1234567.80")
    given(works, Customer, first_name="Zoë", last_name="Ünal", notes="“hello”\nthere")
    deal = given(
        works, Opportunity, name="Big", customer="CU-1", amount="10.50", close_date="2026-04-01"
    )
    given(works, Lead, first_name="Ada", company="Analytical", source="")
    with works("T1", "U_RITA") as work:
        work.find(Account, 1).parent = work.find(Account, 2).id
        work.once("event:1")
        work.tell(work.get(Opportunity, deal.id), "told")
        work.find(Lead, 1).convert(work)
    return ends


def rows(engine: Engine, name: str) -> list[object]:
    table = next(table for table in copy.tables() if table.name == name)
    with everywhere(engine).connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
        ]


@pytest.mark.parametrize("ends", WAYS, indirect=True)
def test_everything_is_copied_and_life_goes_on_there(filled: tuple[Engine, Engine]) -> None:
    source, target = filled
    copied = copy.copy(source, target, quietly)
    assert copied.rows["account"] == 3
    assert copied.rows["audit_entry"] > 20
    assert str(copied).endswith(f"rows in {len(copy.tables())} tables, counted and compared.")
    for name in (
        "account",
        "activity",
        "audit_entry",
        "counter",
        "delivery",
        "opportunity",
        "seen",
        "user",
    ):
        assert rows(source, name) == rows(target, name)
    schema.check(target)
    assert copy.STATE.name not in inspect(target).get_table_names()
    works = UnitOfWorkFactory(target, StoppedClock())
    assert given(works, Customer, first_name="Next").number == 3
    with works("T1", "U_RITA") as work:
        assert not work.once("event:1")
        assert query.find_everywhere(work, "unal")[0].title == "Zoë Ünal"


@pytest.mark.parametrize("ends", WAYS[:2], indirect=True)
def test_a_copy_that_was_killed_anywhere_goes_on_where_it_was(
    filled: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = filled
    monkeypatch.setattr(copy, "BATCH", 8)
    batches = 0

    def killed_after(count: int) -> Callable[[str, int, int], None]:
        def progress(table: str, done: int, total: int) -> None:
            nonlocal batches
            batches += 1
            if batches % count == 0:
                raise Killed

        return progress

    for count in (1, 5, 9):
        with pytest.raises(Killed):
            copy.copy(source, target, killed_after(count))
    with pytest.raises(Unusable, match="begun and is not finished"):
        schema.check(target)
    with pytest.raises(Unusable, match="begun and is not finished"):
        schema.upgrade(target)
    monkeypatch.setattr(copy, "compare", raising)
    with pytest.raises(Killed):
        copy.copy(source, target, quietly)
    monkeypatch.undo()
    copy.copy(source, target, quietly)
    assert rows(source, "account") == rows(target, "account")
    assert rows(source, "audit_entry") == rows(target, "audit_entry")


def raising(*about: object) -> int:
    raise Killed


@pytest.mark.parametrize("ends", WAYS[2:], indirect=True)
def test_a_source_that_changes_meanwhile_is_noticed(filled: tuple[Engine, Engine]) -> None:
    source, target = filled

    def meddle(table: str, done: int, total: int) -> None:
        if table == "user":
            with source.begin() as connection:
                connection.execute(update(Account).values(name="Other"))
                connection.execute(text("UPDATE workspace SET name = 'Other'"))

    with pytest.raises(
        Conflict,
        match="workspace differs: 2 rows in the source, 2 in the target. The source must not",
    ):
        copy.copy(source, target, meddle)
    with pytest.raises(Unusable):
        schema.check(target)


def test_only_an_empty_database_is_copied_into(clean_sqlite: Engine, settled: Engine) -> None:
    UnitOfWorkFactory(settled).settle("T7", name="Somebody's")
    with pytest.raises(Conflict, match="not empty: there are rows in"):
        copy.copy(clean_sqlite, settled, quietly)
    assert UnitOfWorkFactory(settled).workspaces() == ["T1", "T2", "T7"]


@pytest.mark.parametrize("ends", WAYS[2:], indirect=True)
def test_a_begun_copy_is_of_one_source(
    filled: tuple[Engine, Engine], clean_postgres: Engine
) -> None:
    source, target = filled
    with pytest.raises(Killed):
        copy.copy(source, target, raising)
    with pytest.raises(Conflict, match=r"holds a copy of sqlite:///.*crm\.db that was begun"):
        copy.copy(clean_postgres, target, quietly)


@pytest.mark.parametrize("ends", WAYS[:2], indirect=True)
def test_a_source_that_is_not_up_to_date_is_not_copied(ends: tuple[Engine, Engine]) -> None:
    source, target = ends[1], ends[0]
    with pytest.raises(Unusable, match="not up to date"):
        copy.copy(source, target, quietly)


def test_values_are_compared_by_what_they_mean() -> None:
    from datetime import UTC, datetime
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert copy.plain(Decimal("1.50")) == copy.plain(Decimal("1.5"))
    assert copy.plain(Decimal("100")) == "100"
    assert copy.plain(moment) == copy.plain(moment.astimezone(ZoneInfo("Asia/Kolkata")))
    assert copy.plain({"b": 1, "a": 2}) == copy.plain({"a": 2, "b": 1})
    assert copy.plain(None) != copy.plain("None")
