"""The benchmark itself: that it runs, measures what it says, and that one broken row takes no
others with it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.app import create_dispatcher
from models.core.audit.entries import AuditEntry
from models.core.entity.base import ENTITIES
from models.core.search.index import SearchText, text_of
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity, StageChange
from models.sales.pipeline import by_owner
from tests.bench import __main__ as bench
from tests.bench import due, grown, managed, sizes
from tests.bench.figures import Figure
from tests.ground import StoppedClock

pytestmark = pytest.mark.dialect

SIZE = 100
FINE = Figure("fine", 1.0, 1.0, "ms", 3.0, "")


def broken(_: object) -> list[Figure]:
    raise ZeroDivisionError("as if")


def test_a_row_that_breaks_off_takes_no_others_with_it(
    clean_sqlite: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    @contextmanager
    def databases(_: Path) -> Iterator[list[Engine]]:
        yield [clean_sqlite]

    for name, value in {"on_sqlite": databases, "on_postgresql": databases}.items():
        monkeypatch.setattr(bench.company, name, value)
    monkeypatch.setattr(bench, "ON_DATABASES", {"acts": broken, "due": lambda _: [FINE]})
    monkeypatch.setattr(bench, "NAMES", ["acts", "due", "starting"])
    monkeypatch.setattr(bench.starting, "measured", lambda: [FINE])
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["bench"])

    assert bench.main() == 1

    kept = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert [each["name"] for each in kept if "ours" in each] == ["fine"] * 3
    assert {each["broken"] for each in kept if "broken" in each} == {"ZeroDivisionError: as if"}
    assert "acts on SQLite broke off: ZeroDivisionError: as if" in capsys.readouterr().out


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_what_is_due_is_measured_as_the_role_that_a_bot_has(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "THOUSAND", 20)
    monkeypatch.setattr(due, "ROUNDS", 1)
    with UnitOfWorkFactory(engine, StoppedClock())("T1", "U_RITA") as work:
        work.add(Customer(first_name="Ada"))

    (figure,) = due.measured(engine)

    assert "200 due among 1,000" in figure.note


def test_a_company_of_a_size_is_as_people_would_have_made_it(blank: Engine) -> None:
    """Each record is found by the text that the program would have written, its trail is there, and
    all acts work.
    """
    grown.build(blank, SIZE)
    works = UnitOfWorkFactory(blank, StoppedClock())
    with works("T1", writes=False) as work:
        for entity in grown.SHARES:
            records = work.session.scalars(select(entity)).all()
            kept = select(SearchText.record_id, SearchText.text).where(
                SearchText.entity == entity.slug()
            )
            assert len(records) == int(SIZE * grown.SHARES[entity])
            assert dict(work.session.execute(kept).all()) == {
                each.id: text_of(each, work) for each in records
            }
            trail = select(AuditEntry.record_id).where(AuditEntry.entity == entity.slug())
            assert set(work.session.scalars(trail)) == {each.id for each in records}
    assert set(grown.SHARES) <= set(ENTITIES.values())
    office = sizes.Office(create_dispatcher(works), SIZE)
    assert all(act(office) > 0 for act in sizes.ACTS.values())


def test_a_manager_answers_for_all_the_deals_that_are_measured(
    blank: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(managed, "DEALS", SIZE)
    managed.build(blank)
    works = UnitOfWorkFactory(blank, StoppedClock())
    with works("T1", "U_MONA", writes=False) as work:
        opened = [row for found in by_owner(work).values() for row in found]
        assert sum(row.count for row in opened) == managed.opened() == SIZE // 5
        deals = {deal.id: deal for deal in work.session.scalars(select(Opportunity))}
        assert len(deals) == SIZE
        for move in work.session.scalars(select(StageChange).order_by(StageChange.id)):
            assert move.at == deals[move.opportunity].stage_since
    office = sizes.Office(create_dispatcher(works), SIZE)
    for name, person in managed.PEOPLE.items():
        assert managed.homes(office, name, person, "a database").ours > 0
