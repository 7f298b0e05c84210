"""What has come due among a million activities, beside fetching the same rows by their keys."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, literal, select

from models.activities import reminders
from models.activities.activity import Activity, ActivityType
from models.core.db.engine import unhurried
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.maintenance import statistics
from tests.bench.company import named
from tests.bench.figures import Figure, in_turn, timed
from tests.ground import START, StoppedClock

TIMES = 3.0
THOUSAND = 1000
"""So many are written one by one, and then so many times over by the database itself."""
OWNERS, EACH = 40, 5
"""People at work, and what came due for each of them since they were told last."""
ROUNDS = 60
TABLE = Activity.__table__


def fill(engine: Engine) -> list[int]:
    """A million that are done, and beside them what is to come, what was told, and what is due; its
    owners.
    """
    works = UnitOfWorkFactory(engine, StoppedClock())
    for number in range(OWNERS):
        works.welcome("T1", f"U_{number:03}", name=f"Person {number}", zone="Europe/Berlin")
    with works("T1") as work:
        named_so = User.slack_id.in_([f"U_{number:03}" for number in range(OWNERS)])
        owners = list(work.session.scalars(select(User.id).where(named_so)))
    with unhurried(engine) as connection, connection.begin():
        connection.execute(
            insert(Activity), [done(number, owners) for number in range(1, THOUSAND + 1)]
        )
        multiply(connection)
        connection.execute(
            insert(Activity), [row for kind in KINDS for row in planned(kind, owners)]
        )
    statistics.renew(engine)
    return owners


def activity(number: int, owner: int, **columns: Any) -> dict[str, Any]:
    same = {
        "workspace": "T1",
        "type": ActivityType.CALL,
        "description": "Call",
        "title": "Call",
        "key": "call",
    }
    moments = {
        "created_at": START,
        "updated_at": START,
        "due_date": None,
        "done_at": None,
        "remind_at": None,
    }
    return (
        same
        | moments
        | {"number": number, "version": 1, "custom": {}, "customer": 1, "owner": owner}
        | columns
    )


def done(number: int, owners: list[int]) -> dict[str, Any]:
    """Every tenth was done before its owner was told, and still has its moment."""
    moment = START - timedelta(hours=number)
    remind_at = moment if number % 10 == 0 else None
    return activity(
        number, owners[number % OWNERS], due_date=moment, done_at=moment, remind_at=remind_at
    )


def multiply(connection: Connection) -> None:
    """The first thousand again and again, a thousand times in all."""
    first, times = TABLE.alias(), TABLE.alias()
    columns = [column for column in first.columns if column.name not in ("id", "number")]
    number = first.c.number + times.c.number * literal(THOUSAND)
    again = select(*columns, number).join_from(first, times, times.c.number < THOUSAND)
    connection.execute(
        insert(Activity).from_select([*(column.name for column in columns), "number"], again)
    )


Planned = Callable[[int], dict[str, Any]]


def coming(count: int) -> dict[str, Any]:
    moment = START + timedelta(hours=1 + count)
    return {"due_date": moment, "remind_at": moment}


def told(count: int) -> dict[str, Any]:
    return {"due_date": START - timedelta(days=1, hours=count)}


def untold(count: int) -> dict[str, Any]:
    moment = START - timedelta(minutes=count)
    return {"due_date": moment, "remind_at": moment}


KINDS: list[Planned] = [coming, told, untold]


def planned(kind: Planned, owners: list[int]) -> list[dict[str, Any]]:
    """So many of a kind for each owner."""
    begin = THOUSAND * (THOUSAND + 1) + OWNERS * EACH * KINDS.index(kind)
    places = [(owner, count) for owner in owners for count in range(EACH)]
    return [
        activity(begin + place, owner, **kind(count))
        for place, (owner, count) in enumerate(places, 1)
    ]


def scan(work: UnitOfWork) -> dict[int, list[int]]:
    """As the job does it: who has something, then what, the oldest first."""
    return {owner.id: reminders.untold(work, owner.id) for owner in reminders.expectant(work)}


def fetch(work: UnitOfWork, known: dict[int, list[int]]) -> dict[int, list[int]]:
    """The same rows by their keys, with one statement for each owner too."""
    keyed = {owner: select(Activity.id).where(Activity.id.in_(ids)) for owner, ids in known.items()}
    return {owner: list(work.session.scalars(statement)) for owner, statement in keyed.items()}


def measured(engine: Engine) -> list[Figure]:
    owners, works = fill(engine), UnitOfWorkFactory(engine, StoppedClock())
    with works("T1", writes=False) as work:
        known = scan(work)
    assert {owner: len(ids) for owner, ids in known.items()} == dict.fromkeys(owners, EACH), (
        "not what is due"
    )

    def within(look: Callable[[UnitOfWork], Any]) -> float:
        def unit() -> None:
            with works("T1", writes=False) as work:
                look(work)

        return timed(unit)

    ours, floor = in_turn(
        ROUNDS, lambda _: within(scan), lambda _: within(lambda work: fetch(work, known))
    )
    with works("T1", writes=False) as work:
        count = work.session.scalar(select(func.count(Activity.id)))
    note = (
        f"{OWNERS * EACH} due among {count:,}, for {OWNERS} owners; who they are, among all people, is part of it; "
        f"the floor fetches their ids by key, an owner at a time; median of {ROUNDS}"
    )
    return [Figure(f"what is due on {named(engine)}", 1000 * ours, 1000 * floor, "ms", TIMES, note)]
