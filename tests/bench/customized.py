"""What fields that admins add cost: a form and a list beside the same without any, and a filter
beside the same on a column.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Engine, text

from bot.app import create_dispatcher
from models.core import records
from models.core.background import reshaping
from models.core.background.task import BackgroundTask
from models.core.custom.custom_field import CustomField
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import statistics as planning
from models.sales.opportunity import Opportunity
from tests.bench import company, grown
from tests.bench.company import blank, named
from tests.bench.figures import Figure, in_turn
from tests.bench.sizes import Office
from tests.ground import StoppedClock

FIELDS = 30
SHARE = 1.25
"""The bar of a form and a list: times the same without fields of one's own."""
RECORDS = 1_000_000
TIMES = 3.0
"""The bar of a filter: times the same on a column."""
ROUNDS = 100
PIECE = 2_000
KINDS = ("text", "number", "day", "choice", "money", "yes_no")
TYPED = ("Some words", "12", "2027-04-01", "annual", "1200", "yes")
WITH_TOWNS: Mapping[str, str] = {
    "sqlite": "UPDATE customer SET custom = json_object('x_town', city)",
    "postgresql": "UPDATE customer SET custom = json_build_object('x_town', city)",
}


def beside(folder: Path, dialect: str) -> list[Figure]:
    """A deal is saved by its form, and deals are listed, with fields on one database only."""
    with blank(folder, dialect, "fields") as ours, blank(folder, dialect, "none") as bare:
        for engine in (ours, bare):
            company.fill(engine)
        return compared([ours, bare])


def compared(engines: list[Engine]) -> list[Figure]:
    works = [UnitOfWorkFactory(engine) for engine in engines]
    texts = {f"x_field_{at}": TYPED[at % len(KINDS)] for at in range(FIELDS)}
    add_fields(works[0], texts)
    offices = [Office(create_dispatcher(each), 0) for each in works]
    where = named(engines[0])
    note = f"{FIELDS} fields of a deal, filled; median of {ROUNDS}"
    found = []
    for name, act in (("a form is saved", saved), ("deals are listed", listed)):
        acts = (act(offices[0], texts), act(offices[1], {}))
        mine, least = (1000 * seconds for seconds in in_turn(ROUNDS, *acts))
        title = f"{name} beside {FIELDS} fields, on {where}"
        found.append(Figure(title, mine, least, "ms", SHARE, note))
    return found


def add_fields(works: UnitOfWorkFactory, texts: Mapping[str, str]) -> None:
    """Add fields to deals, and fill them in all deals."""
    with works("T1", "U_ADA") as work:
        for at in range(FIELDS):
            kind = KINDS[at % len(KINDS)]
            about = {"about": "opportunity", "name": f"Field {at}", "kind": kind}
            options = {"options": "Annual, Monthly"} if kind == "choice" else {}
            records.create(work, CustomField, {**about, **options})
    with works("T1", "U_ADA") as work:
        for deal in work.session.query(Opportunity).all():
            records.update(work, deal, texts)


def saved(office: Office, texts: Mapping[str, str]) -> Callable[[int], float]:
    """Return what changes a deal by its whole form."""

    def act(number: int) -> float:
        line = f"opportunity edit OP-{number % 200 + 1}"
        own = {"name": f"Renewal {number}", "amount": "12k EUR", "next_step": f"Step {number}"}
        return office.do(line, "U_ADA", "form", texts={**own, **texts})

    return act


def listed(office: Office, texts: Mapping[str, str]) -> Callable[[int], float]:
    """Return what lists deals."""
    return lambda number: office.do("deal list amount > 1k", "U_ADA")


def measured(folder: Path, dialect: str) -> list[Figure]:
    """A list by a field that is quick to filter by, beside one by a column, among many records."""
    with blank(folder, dialect, "customized") as engine:
        grown.build(engine, RECORDS)
        works = UnitOfWorkFactory(engine, StoppedClock())
        with engine.begin() as connection:
            connection.execute(text(WITH_TOWNS[dialect]))
        fill(works)
        planning.renew(engine)
        office = Office(create_dispatcher(works), RECORDS)
        mine, least = (
            1000 * seconds for seconds in in_turn(ROUNDS, by(office, "town"), by(office, "city"))
        )
    note = f"customers of a city, of {RECORDS:,} records; median of {ROUNDS}"
    title = f"a filter by a field of one's own, on {dialect}"
    return [Figure(title, mine, least, "ms", TIMES, note)]


def fill(works: UnitOfWorkFactory) -> None:
    """Add the field, and fill its index as the background worker does."""
    with works("T1", "U_ADA") as work:
        records.create(work, CustomField, {"about": "customer", "name": "Town", "kind": "text"})
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(CustomField, 1), {"filterable": "yes"})
    more = True
    while more:
        with works("T1") as work:
            task = work.session.query(BackgroundTask).filter_by(kind=reshaping.FILL).first()
            more = task is not None and task.is_open and reshaping.fill(work, task, PIECE)


def by(office: Office, name: str) -> Callable[[int], float]:
    """Return what lists the customers of some city."""
    return lambda number: office.do(f'customer list {name} = "{grown.city(number % grown.CITIES)}"')
