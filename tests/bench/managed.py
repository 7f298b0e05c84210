"""The Home tab of those who answer for, or read of, a million deals: how long it takes."""

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, case, func, insert, text

from bot.app import create_dispatcher
from models.core.db.engine import unhurried
from models.core.entity.sequences import Counter
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.maintenance import statistics as planning
from models.maintenance.copy import SEQUENCE
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity, StageChange
from models.sales.stage import Stage
from tests.bench import grown
from tests.bench.company import blank, named
from tests.bench.figures import Figure
from tests.bench.grown import AT_HAND, OWNERS, YEARS, I, picked, put
from tests.bench.sizes import Office
from tests.ground import StoppedClock

DEALS = 1_000_000
MOST = 50.0
"""The bar: milliseconds."""
ROUNDS, WARM = 30, 5
PEOPLE = {"a manager": "U_MONA", "an executive": "U_ELI"}
STAGES = (Stage.QUALIFICATION, Stage.DISCOVERY, Stage.PROPOSAL, Stage.NEGOTIATION)


def measured(folder: Path, dialect: str) -> list[Figure]:
    """A row for each of these people."""
    with blank(folder, dialect, "managed") as engine:
        build(engine)
        office = Office(create_dispatcher(UnitOfWorkFactory(engine, StoppedClock())), DEALS)
        return [homes(office, name, person, named(engine)) for name, person in PEOPLE.items()]


def homes(office: Office, name: str, person: str, where: str) -> Figure:
    taken = [
        1000 * office.do("", person=person, surface="home", container="home")
        for _ in range(WARM + ROUNDS)
    ][WARM:]
    note = (
        f"median of {ROUNDS}, {max(taken):.0f} ms the slowest; the deals came in {YEARS // 365} "
        f"years, {opened():,} are open"
    )
    median = statistics.median(taken)
    return Figure(
        f"Home of {name}, {DEALS:,} deals, on {where}",
        median,
        min(taken),
        "ms",
        MOST,
        note,
        absolute=True,
    )


def opened() -> int:
    """How many of the deals are open: as many as the people can work on."""
    return min(DEALS // 5, OWNERS * AT_HAND)


def build(engine: Engine) -> None:
    """Make the tables, and fill them with what the figures and lists of Home are about.

    All deals belong to the team of the manager. Nobody looks for them here: they have no text that
    they are found by, and no trail.
    """
    grown.staff(engine)
    counts = {Customer: max(DEALS // 100, 1), Opportunity: DEALS, Lead: DEALS // 10}
    rows: dict[Any, Callable[..., Any]] = {
        Customer: grown.customer,
        Opportunity: deal,
        Lead: grown.lead,
    }
    with unhurried(engine) as connection, grown.in_bulk(connection):
        grown.prepare(connection, DEALS)
        for entity, count in counts.items():
            put(connection, entity.__table__, count, rows[entity](counts))
            counter = {"workspace": "T1", "entity": entity.slug(), "last": count}
            connection.execute(insert(Counter.__table__).values(counter))
        for move in moves():
            put(connection, StageChange.__table__, DEALS, move)
        grown.HERE.drop_all(connection)
        if engine.dialect.name == "postgresql":
            for table in (*(entity.__table__ for entity in counts), StageChange.__table__):
                connection.execute(text(SEQUENCE.format(table.name)))
    planning.renew(engine)
    grown.sum_up(engine)


def is_open() -> Any:
    return DEALS - opened() < I


def deal(counts: dict[Any, int]) -> dict[str, Any]:
    stages = [(is_open() & (place == I % 4), stage.value) for place, stage in enumerate(STAGES)]
    stage, since = case(*stages, else_=outcome()), came()
    made = {"stage": stage, "stage_since": since, "close_date": func.date(since)}
    return grown.deal(counts) | made | {"created_at": since, "updated_at": since}


def came() -> Any:
    """When a deal came, and was closed, unless it is open: the later, the higher its number."""
    return picked("past", (DEALS - I) * YEARS // DEALS)


def outcome() -> Any:
    return case((I % 3 == 0, Stage.LOST.value), else_=Stage.WON.value)


def moves() -> list[dict[str, Any]]:
    """The move with which a deal came, and the one that closed it on the same day."""
    about = {"workspace": "T1", "opportunity": I, "at": came(), "by": picked("who", I)}
    first = about | {"after": Stage.QUALIFICATION.value}
    then = case((is_open(), Stage.PROPOSAL.value), else_=outcome())
    return [first, about | {"before": Stage.QUALIFICATION.value, "after": then}]
