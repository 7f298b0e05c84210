"""Files on their way in: a hundred thousand customers, and cases that name some of them by their
e-mail.
"""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine, insert, select, text

from models.core.db.engine import unhurried
from models.core.entity.base import Entity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.exchange import Outcome, load
from models.maintenance import schema
from models.support.case import Case
from tests.bench import grown
from tests.bench.company import blank, named
from tests.bench.figures import Figure, in_turn, timed
from tests.ground import StoppedClock, settle

SIZE, CASES, ROUNDS = 100_000, 300, 5
TIMES, TWICE, GROWTH = 60.0, 2.0, 40.0
"""The bars: times as long as a bare executemany; as references by an id; megabytes from the first
tenth to the end.
"""
HEADERS = "Id,First name,Last name,Email,Phone,City,Country,Created\n"
PHONES = ("+49 151 {:08}", "030 {:07}", "+1 212 55{:05}", "+33 1 {:08}")
"""As people write them, the second without its country code."""
COUNTRIES = ("Germany", "DE", "United States", "France")


def row(number: int) -> str:
    first, last = grown.name(number)
    phone = PHONES[number % len(PHONES)].format(20_000 + number % 80_000)
    day = f"2024-0{1 + number % 9}-1{number % 10}"
    words = (
        f"003{number:07}",
        first,
        last,
        address(number),
        phone,
        grown.city(number % grown.CITIES),
    )
    return ",".join((*words, COUNTRIES[number % len(COUNTRIES)], f"{day} 12:00:00"))


def address(number: int) -> str:
    first, last = grown.name(number)
    return f"{first}.{last}.{number}@example.org".lower()


def customers() -> bytes:
    return (HEADERS + "\n".join(row(number) for number in range(SIZE)) + "\n").encode()


NAMES: dict[str, Callable[[int], str]] = {"e": address, "i": lambda number: f"003{number:07}"}
"""How a file of cases names a customer: by e-mail, and by the id of another system."""


def cases(first: str, name: Callable[[int], str]) -> bytes:
    """A file of cases. name: what it calls the customer with a number."""
    step = max(SIZE // CASES, 1)
    rows = (
        f"{first}{number},Help {number},{name(number * step % SIZE)}" for number in range(CASES)
    )
    return ("Id,Subject,Customer\n" + "\n".join(rows) + "\n").encode()


def measured(folder: Path, dialect: str) -> list[Figure]:
    with blank(folder, dialect, "files") as engine, blank(folder, dialect, "bare") as other:
        for each in (engine, other):
            schema.upgrade(each)
            settle(each)
        where, works = named(engine), UnitOfWorkFactory(engine, StoppedClock())
        memory: list[float] = []
        took = timed(lambda: brought(works, Customer, customers(), memory))
        floor = timed_bare(engine, other)
        ways = (partial(named_by, works, way) for way in NAMES)
        by_email, by_id = in_turn(ROUNDS, *ways, unheeded=1)
    many, few, rate = f"{SIZE:,}", f"{CASES:,}", f"{SIZE / took:,.0f} rows a second"
    grew = memory[-1] - memory[len(memory) // 10]
    return [
        Figure(
            f"import of {many} customers on {where}",
            took,
            floor,
            "s",
            TIMES,
            f"{rate}; executemany of the rows",
        ),
        Figure(
            f"memory of an import on {where}",
            grew,
            0.0,
            "MB",
            GROWTH,
            "from its first tenth on",
            absolute=True,
        ),
        Figure(
            f"{few} references by e-mail on {where}",
            by_email,
            by_id,
            "s",
            TWICE,
            f"among {many}; the floor by id; median of {ROUNDS}",
        ),
    ]


def brought(
    works: UnitOfWorkFactory, entity: type[Entity], file: bytes, memory: list[float] | None = None
) -> Outcome:
    """Import a file, all of whose rows must be taken. memory: gets the megabytes after each
    batch.
    """
    used = psutil.Process()

    def watch(done: int, total: int) -> None:
        if memory is not None:
            memory.append(used.memory_info().rss / 1e6)

    outcome = load(works, "T1", "U_ADA", entity, io.BytesIO(file), progress=watch)
    assert outcome.created == outcome.read, outcome
    return outcome


def named_by(works: UnitOfWorkFactory, way: str, round: int) -> float:
    """The seconds of a file of cases that name their customers in this way."""
    file = cases(f"{way}{round}x", NAMES[way])
    return timed(lambda: brought(works, Case, file))


def timed_bare(engine: Engine, other: Engine) -> float:
    """The seconds of an executemany of the rows that came in, into another database with the same
    tables.
    """
    table: Any = Customer.__table__
    with unhurried(engine) as connection:
        rows = [dict(each) for each in connection.execute(select(table)).mappings()]
        connection.rollback()
    statement = insert(table).compile(dialect=engine.dialect)
    bind = {
        column.name: column.type.dialect_impl(engine.dialect).bind_processor(engine.dialect)
        for column in table.columns
    }
    values: Any = [
        {name: to(row[name]) if (to := bind[name]) else row[name] for name in bind} for row in rows
    ]
    if statement.positiontup:
        values = [tuple(row[name] for name in statement.positiontup) for row in values]
    with unhurried(other) as connection, connection.begin():
        connection.execute(text("SELECT 1"))
        return timed(lambda: connection.exec_driver_sql(str(statement), values))
