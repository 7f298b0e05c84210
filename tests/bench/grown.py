"""A company of a given size, made by the database itself: customers, their deals, what was done,
and its trail.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
)

from models.activities.activity import Activity, ActivityType
from models.core import summaries
from models.core.audit.entries import AuditEntry
from models.core.db.deadline import at_leisure
from models.core.db.engine import unhurried
from models.core.db.types import UTCDateTime
from models.core.entity.base import Entity
from models.core.entity.sequences import Counter
from models.core.identity.user import User
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.maintenance import schema, statistics
from models.maintenance.copy import SEQUENCE
from models.sales.lead import Lead, LeadStatus
from models.sales.opportunity import Opportunity, StageChange
from models.sales.stage import Stage
from tests.ground import START, StoppedClock, settle

SHARES: dict[type[Entity], float] = {Customer: 0.4, Opportunity: 0.2, Activity: 0.3, Lead: 0.1}
"""Of all records; customers first, since others point at them."""
OWNERS = 40
AT_HAND = 100
"""Open deals and tasks of each owner, or a fifth of what there is: how many people work on says how
many are open.
"""
FIRSTS, LASTS, CITIES, DAYS = 200, 2000, 50, 400
YEARS = 4 * 365
"""The days over which the deals of a company came that has very many of them."""
HERE = MetaData()
NUMBERS = Table(
    "bench_number", HERE, Column("i", Integer, primary_key=True), prefixes=["TEMPORARY"]
)
NAME = String(40)
KINDS: dict[str, Any] = {
    "first": NAME,
    "last": NAME,
    "city": NAME,
    "day": UTCDateTime,
    "past": UTCDateTime,
    "who": Integer,
}
WORDS = {
    name: Table(
        f"bench_{name}",
        HERE,
        Column("k", Integer, primary_key=True),
        Column("word", kind),
        prefixes=["TEMPORARY"],
    )
    for name, kind in KINDS.items()
}
I = NUMBERS.c.i  # noqa: E741


def word(number: int) -> str:
    """A name that can be said, another one for each number."""
    found = ""
    while number or len(found) < 4:
        number, at = divmod(number, 80)
        found += "bdfgklmnprstvwzh"[at % 16] + "aeiou"[at // 16]
    return found


def last_name(number: int) -> str:
    return word(number * 79 + 6400).capitalize()


def first_name(number: int) -> str:
    return word(number).capitalize()


def name(number: int) -> tuple[str, str]:
    """The first and last name of a customer, by their number: as SQL says it below."""
    first, last = (number * 7 + number // FIRSTS) % FIRSTS, (number * 31 + number // 7) % LASTS
    return first_name(first), last_name(last)


def city(number: int) -> str:
    return f"{word(number + 3000).capitalize()}ville"


def build(engine: Engine, size: int) -> None:
    """Make the tables and fill them with so many records, as an import leaves them."""
    staff(engine)
    with unhurried(engine) as connection, in_bulk(connection):
        prepare(connection, size)
        counts = {entity: int(size * share) for entity, share in SHARES.items()}
        fill(connection, counts)
        for entity, count in counts.items():
            connection.execute(
                insert(Counter.__table__).values(workspace="T1", entity=entity.slug(), last=count)
            )
        HERE.drop_all(connection)
        if engine.dialect.name == "postgresql":
            for table in (
                *(entity.__table__ for entity in counts),
                SearchText.__table__,
                AuditEntry.__table__,
            ):
                connection.execute(text(SEQUENCE.format(table.name)))
    statistics.renew(engine)
    sum_up(engine)


def staff(engine: Engine) -> None:
    """Make the tables and the people, all of whom but the usual ones sell in one team."""
    schema.upgrade(engine)
    settle(engine)
    works = UnitOfWorkFactory(engine, StoppedClock())
    for number in range(OWNERS - 1):
        works.welcome(
            "T1",
            f"U_{number:03}",
            name=f"Person {number}",
            zone="Europe/Berlin",
            role="rep",
            team="sales",
        )


@contextmanager
def in_bulk(connection: Connection) -> Iterator[None]:
    """One transaction, at the end of which PostgreSQL makes its search index, and in which SQLite
    waits for no disk.
    """
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA synchronous=OFF")
        with connection.begin():
            yield
        return
    with connection.begin():
        made = connection.scalar(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_index'")
        )
        connection.execute(text("DROP INDEX search_index"))
        yield
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        connection.execute(text(str(made)))


def prepare(connection: Connection, size: int) -> None:
    """Put numbers, names, days and people at hand."""
    HERE.create_all(connection)
    counting = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < :size) SELECT i FROM c"
    connection.execute(text(f"INSERT INTO bench_number (i) {counting}"), {"size": size})
    owners = select(User.id).where(
        User.slack_id.in_(["U_RITA", *(f"U_{number:03}" for number in range(OWNERS))])
    )
    held: dict[str, Sequence[Any]] = {
        "first": [first_name(number) for number in range(FIRSTS)],
        "last": [last_name(number) for number in range(LASTS)],
        "city": [city(number) for number in range(CITIES)],
        "day": [START - timedelta(days=number) for number in range(DAYS)],
        "past": [START - timedelta(days=number) for number in range(YEARS)],
        "who": connection.scalars(owners.order_by(User.id)).all(),
    }
    for name, values in held.items():
        connection.execute(
            insert(WORDS[name]), [{"k": k, "word": value} for k, value in enumerate(values)]
        )


def sum_up(engine: Engine) -> None:
    """Make the sums that are kept of records, as each change of one would have."""
    with at_leisure(), UnitOfWorkFactory(engine, StoppedClock())("T1") as work:
        summaries.mend(work)


def fill(connection: Connection, counts: dict[type[Entity], int]) -> None:
    """The records, then of each its moves, the text it is found by, and its trail."""
    place = 0
    for entity, count in counts.items():
        put(connection, entity.__table__, count, ROWS[entity](counts))
        put(connection, SearchText.__table__, count, found_by(entity))
        for field in entity.line[:2]:
            put(connection, AuditEntry.__table__, count, entry(entity, field, place))
            place += count
    moved = {
        "opportunity": I,
        "after": stage_of(counts[Opportunity]),
        "at": picked("day", I),
        "by": picked("who", I),
    }
    put(connection, StageChange.__table__, counts[Opportunity], {"workspace": "T1", **moved})


def put(connection: Connection, table: Any, count: int, values: dict[str, Any]) -> None:
    """One row for each number up to the count. values: by the names of attributes."""
    columns = {column.key: column for column in table.columns}
    columns |= {"before": columns["from"], "after": columns["to"]} if "from" in columns else {}
    named = [columns[name] for name in values]
    plain = [
        value if isinstance(value, ColumnElement) else literal(value, column.type)
        for value, column in zip(values.values(), named, strict=True)
    ]
    connection.execute(
        insert(table).from_select(
            [column.name for column in named], select(*plain).where(count >= I)
        )
    )


def picked(name: str, number: Any) -> Any:
    """The word, day or person at a place, counted round and round."""
    table = WORDS[name]
    days = {"day": DAYS, "past": YEARS}
    sizes = {"first": FIRSTS, "last": LASTS, "city": CITIES, "who": OWNERS, **days}
    return select(table.c.word).where(table.c.k == number % sizes[name]).scalar_subquery()


def joined(*parts: Any) -> Any:
    """The parts of a text."""
    first, *rest = (
        cast(part, String(255)) if isinstance(part, ColumnElement) else literal(part)
        for part in parts
    )
    for part in rest:
        first = first.concat(part)
    return first


FIRST, LAST = picked("first", I * 7 + I // FIRSTS), picked("last", I * 31 + I // 7)
PERSON = joined(FIRST, " ", LAST)
ADDRESS = func.lower(joined(FIRST, ".", LAST, ".", I, "@example.org"))


def record(title: Any, **columns: Any) -> dict[str, Any]:
    at = picked("day", I)
    same = {"id": I, "workspace": "T1", "number": I, "version": 1, "custom": literal({}, JSON)}
    moments = {"created_at": at, "updated_at": at, "owner": picked("who", I)}
    return same | {"title": title, "key": func.lower(title)} | moments | columns


def buyer(counts: dict[type[Entity], int]) -> Any:
    """The customer of a deal or a task."""
    return 1 + (I * 7) % counts[Customer]


def customer(_: Any) -> dict[str, Any]:
    return record(PERSON, first_name=FIRST, last_name=LAST, email=ADDRESS, city=picked("city", I))


def lead(_: Any) -> dict[str, Any]:
    status = case((I % 10 == 0, LeadStatus.NEW.value), else_=LeadStatus.UNQUALIFIED.value)
    company = joined(LAST, " Works")
    return record(
        PERSON, first_name=FIRST, last_name=LAST, email=ADDRESS, status=status, company=company
    )


def deal(counts: dict[type[Entity], int]) -> dict[str, Any]:
    name, stage = joined("Renewal ", I % 1000), stage_of(counts[Opportunity])
    since = {"stage": stage, "stage_since": picked("day", I)}
    money = {"amount": I % 50_000, "currency": "EUR", "probability": 50, "forecast": "best"}
    return record(
        name, name=name, customer=buyer(counts), close_date=START.date(), **since, **money
    )


def stage_of(count: int) -> Any:
    """The stage to which a deal came in one move, on its day."""
    ended = case((I % 3 == 0, Stage.LOST.value), else_=Stage.WON.value)
    return case((at_hand(count), Stage.PROPOSAL.value), else_=ended)


def activity(counts: dict[type[Entity], int]) -> dict[str, Any]:
    name = joined("Call about the offer ", I % 1000)
    done_at = case((at_hand(counts[Activity]), null()), else_=picked("day", I))
    about = {
        "type": ActivityType.CALL.value,
        "customer": buyer(counts),
        "due_date": picked("day", I),
    }
    return record(name, description=name, done_at=done_at, **about)


def at_hand(count: int) -> Any:
    """The condition for what is open: the newest."""
    return count - min(count // 5, OWNERS * AT_HAND) < I


ROWS = {Customer: customer, Opportunity: deal, Activity: activity, Lead: lead}


def found_by(entity: type[Entity]) -> dict[str, Any]:
    """The text of each record: its reference, its name, and what else it is found by."""
    rows: Any = entity.__table__
    mine = rows.c.id == I
    words: list[Any] = [
        f"{entity.prefix.lower()}-",
        I,
        " ",
        select(rows.c.key).where(mine).scalar_subquery(),
    ]
    if "company" in rows.c:
        words += [" works"]
    if "email" in rows.c:
        words += [" ", select(rows.c.email).where(mine).scalar_subquery()]
    if "city" in rows.c:
        words += [" ", func.lower(picked("city", I))]
    if entity in (Opportunity, Activity):
        theirs: Any = Customer.__table__
        name = (
            select(theirs.c.key).join_from(rows, theirs, theirs.c.id == rows.c.customer).where(mine)
        )
        words += [" ", name.scalar_subquery()]
    return {"workspace": "T1", "entity": entity.slug(), "record_id": I, "text": joined(*words)}


def entry(entity: type[Entity], field: str, place: int) -> dict[str, Any]:
    """What was written down when each was made, and sealed since."""
    act = {
        "unit": joined(entity.prefix, I),
        "at": picked("day", I),
        "actor": picked("who", I),
        "door": "command",
    }
    what = {
        "action": "create",
        "entity": entity.slug(),
        "record_id": I,
        "version": 1,
        "field": field,
        "new": "x",
    }
    seal = {"place": place + I, "salt": "s" * 32, "digest": "d" * 64, "hash": "h" * 64}
    return {"workspace": "T1", **act, **what, **seal}
