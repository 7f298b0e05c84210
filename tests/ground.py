"""The people every test finds in its database, the clock they live by, and `given`, which makes the
records.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, text

from models.activities.activity import Activity
from models.core import records
from models.core.entity.base import Base, Entity
from models.core.errors import CRMError
from models.core.identity.rights import Preset
from models.core.unit_of_work import Clock, UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from tests.remembered import remembered

E = TypeVar("E", bound=Entity)

START = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
"""A Tuesday; Berlin is an hour ahead and changes its clocks on the 29th, New York did two days ago.
"""

PEOPLE: dict[str, dict[str, Any]] = {
    "U_RITA": {
        "name": "Rita Reyes",
        "role": Preset.SENIOR,
        "zone": "Europe/Berlin",
        "team": "sales",
    },
    "U_RAVI": {"name": "Ravi Rao", "role": Preset.SENIOR, "zone": "Asia/Kolkata", "team": "sales"},
    "U_MONA": {
        "name": "Mona Meyer",
        "role": Preset.MANAGER,
        "zone": "America/New_York",
        "team": "sales",
    },
    "U_SAM": {
        "name": "Sam Silva",
        "role": Preset.SUPPORT,
        "zone": "Europe/Berlin",
        "team": "support",
    },
    "U_SOFIA": {
        "name": "Sofia Stein",
        "role": Preset.SUPPORT,
        "zone": "Europe/Berlin",
        "team": "support",
    },
    "U_ELI": {"name": "Eli East", "role": Preset.EXECUTIVE, "zone": "Europe/London"},
    "U_ADA": {"name": "Ada Abel", "role": Preset.ADMIN, "zone": "Europe/Berlin"},
    "U_JULE": {"name": "Jule Jansen", "role": Preset.REP, "zone": "Europe/Berlin", "team": "sales"},
    "U_OLGA": {
        "name": "Olga Orlova",
        "role": Preset.SENIOR,
        "zone": "Europe/Berlin",
        "team": "north",
    },
    "U_GUS": {"name": "Gus Grant", "role": Preset.REP, "guest": True},
}
OUTSIDER = {"name": "Otto Olsen", "role": Preset.ADMIN, "zone": "Europe/Oslo"}
"""U_OTTO is alone in the workspace T2: whatever T1 holds is none of his business."""


class StoppedClock(Clock):
    """Stands at START until a test moves it forward."""

    def __call__(self) -> datetime:
        return START + self.ahead


class Seconds:
    """The `time` of one module: its monotonic clock stands until a test moves it, that of the
    program goes on.

    To stop `time.monotonic` itself would stop every event loop and time-out of the process.
    """

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def monotonic(self) -> float:
        return self.now


def settle(engine: Engine) -> None:
    """Put both workspaces and their people into a database whose tables are there and empty."""
    works = UnitOfWorkFactory(engine, StoppedClock())
    works.settle(
        "T1",
        name="Acme",
        currency="EUR",
        region="DE",
        sales_channel="C_SALES",
        support_channel="C_SUPPORT",
    )
    works.settle("T2", name="Other", currency="USD", region="US")
    for slack_id, profile in PEOPLE.items():
        works.welcome("T1", slack_id, greeted=True, **profile)
    works.welcome("T2", "U_OTTO", greeted=True, **OUTSIDER)
    works.settle("T1")  # with the teams of its people


def given(
    works: UnitOfWorkFactory,
    entity: type[E],
    by: str = "U_RITA",
    workspace: str = "T1",
    **texts: str,
) -> E:
    """A record made as a person makes it, from texts: `given(works, Lead, first_name="Ada")`.

    What tests begin with again and again is made only the first times (see `tests/remembered.py`).
    """

    def made() -> E:
        with works(workspace, by) as work:
            return records.create(work, entity, texts)

    return remembered(works, (entity.slug(), by, workspace, *texts.items()), made)


def task(
    works: UnitOfWorkFactory,
    customer: Customer,
    due: str,
    what: str = "Call Ada",
    by: str = "U_RITA",
) -> Activity:
    """Something to do for a customer. due: as people type it, such as +1h."""
    return given(works, Activity, by=by, description=what, due_date=due, customer=customer.ref)


def spoil(
    works: UnitOfWorkFactory, act: Callable[[UnitOfWork], object], by: str = "U_RITA"
) -> None:
    """Do something in a unit of work that fails at its end; whoever calls this expects a
    ZeroDivisionError.
    """
    with works("T1", by) as work:
        act(work)
        raise ZeroDivisionError


def keep(connection: Connection) -> dict[str, list[str]]:
    """Copy what a PostgreSQL database holds beside it; returns the SQL that brings each table back
    to exactly that.

    Rows that are as they were stay: written anew for every test they would cost the most, and more
    from test to test. Quicker than a new database from a template, which takes 30 ms and new
    connections.
    """
    tables = Base.metadata.sorted_tables
    connection.execute(text("CREATE SCHEMA kept"))
    filled = [
        table
        for table in tables
        if connection.scalar(text(f'SELECT 1 FROM "{table.name}" LIMIT 1'))
    ]
    for table in filled:
        connection.execute(text(f'CREATE TABLE kept."{table.name}" AS TABLE "{table.name}"'))
        connection.execute(text(f'ANALYZE kept."{table.name}"'))
    counted = connection.scalars(
        text("SELECT schemaname || '.' || sequencename FROM pg_sequences")
    ).all()
    lasts = {
        name: connection.scalar(text(f"SELECT last_value FROM {name} WHERE is_called"))
        for name in counted
    }
    rewound = {
        name: f"SELECT setval('{name}', {last or 1}, {bool(last)})" for name, last in lasts.items()
    }
    again = {
        table.name: [
            without(table, kept=table in filled),
            *([missing(table)] if table in filled else []),
        ]
        for table in reversed(tables)
    }
    for name, sql in rewound.items():
        again[name.partition(".")[2].removesuffix("_id_seq")].append(sql)
    return again


def without(table: Table, kept: bool) -> str:
    """What removes the rows that are new or changed, to the byte: *= compares values of any type as
    they are stored.
    """
    delete = f'DELETE FROM "{table.name}" AS now'
    there = f'SELECT FROM kept."{table.name}" AS old WHERE {same(table)} AND old.* *= now.*'
    return f"{delete} WHERE NOT EXISTS ({there})" if kept else delete


def missing(table: Table) -> str:
    """What puts in again the rows that were changed or removed."""
    there = f'SELECT FROM "{table.name}" AS now WHERE {same(table)}'
    return f'INSERT INTO "{table.name}" SELECT * FROM kept."{table.name}" AS old WHERE NOT EXISTS ({there})'


def same(table: Table) -> str:
    return " AND ".join(
        f'old."{column.name}" = now."{column.name}"' for column in table.primary_key
    )


def together(acts: list[Callable[[], object]]) -> list[object]:
    """Do all of these at the same time; what each returned, or the error it raised."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = acts[place]()
        except CRMError as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
