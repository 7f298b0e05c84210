"""The step that makes saved filters of the lists that people kept."""

import pytest
from sqlalchemy import Engine, insert

from models.core.saved_filters import SavedFilter, mine
from models.core.saved_lists import SavedList
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from tests.ground import StoppedClock

pytestmark = pytest.mark.dialect
KEPT = {
    "Proposals": ("deal list stage=proposal", ("opportunity", "stage=proposal")),
    "Won": ("deals won last month", ("opportunity", "won last month")),
    "Mine": ("my cases", ("case", "mine")),
    "All": ("lead list", ("lead", "created > 2000-01-01")),
    "Found": ("find acme", None),
    "Companies": ("companies country = DE", ("account", "country = DE")),
}


def test_kept_lists_are_saved_filters_of_their_owner(settled: Engine) -> None:
    works = UnitOfWorkFactory(settled, StoppedClock())
    works.settle("T1", name="Acme")
    works.welcome("T1", "U_RITA")
    with works("T1", "U_RITA") as work:
        rita = {"workspace": "T1", "person": work.actor.id, "at": work.now}
    schema.downgrade(settled, "0032")
    with settled.execution_options(workspace="T1").begin() as connection:
        for name, (line, _) in KEPT.items():
            theirs = {**rita, "name": name, "key": name.lower(), "line": line}
            connection.execute(insert(SavedList.__table__).values(theirs))
    schema.upgrade(settled)
    with works("T1", "U_RITA") as work:
        found = {each.name: (each.about, each.typed) for each in mine(work)}
        assert found == {name: told for name, (_, told) in KEPT.items() if told}
        assert {each.shared for each in mine(work)} == {"me"}
        made = work.add(SavedFilter(name="New", about="case", typed="open", owner=work.actor.id))
        assert made.number == len(found) + 1
