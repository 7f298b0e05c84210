"""Everything comes twice and out of order, to different replicas; and one form is submitted sixteen
times at once.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from tests.chaos.books import Books
from tests.chaos.crowd import ROOM, Act, Crowd, filled
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor, floor
from tests.chaos.ledger import judge
from tests.chaos.replicas import Replica
from tests.chaos.witness import Stutter

AT_ONCE = 16


def run(
    database: Database,
    replicas: int,
    seconds: float,
    forms: int,
    seed: int,
    people: int = 24,
    door: str = "socket",
    kind: type[Replica] = Replica,
) -> list[Figure]:
    with floor(database, people, door=door, kind=kind) as ground:
        now = ground.works.clock()
        ground.plan([(person, now) for person in ground.people])
        ground.start(replicas)
        ground.settle()
        return [repeated(ground, database, seconds, seed), together(ground, database, forms, seed)]


def repeated(ground: Floor, database: Database, seconds: float, seed: int) -> Figure:
    """Events, commands, submissions and presses, each delivered a second time somewhere else."""
    with stuttering(ground, seed) as stutter, Crowd(ground, seed, pace=25.0, hands=12) as crowd:
        time.sleep(seconds)
    ground.settle()
    books = judge(ground, crowd.acts, answered=True)
    sent = {
        "envelopes": 2 * len(stutter.second),
        "presses": sum(act.kind == "press" for act in crowd.acts),
    }
    return figure(f"twice, {ground.door}", ground, database, len(crowd.acts), books, sent)


@contextmanager
def stuttering(ground: Floor, seed: int) -> Iterator[Stutter]:
    """Everything is delivered twice meanwhile; the witness sees both, for either may be the one
    that is answered.
    """
    ground.slack.transport = stutter = Stutter(ground.witness, seed)
    try:
        yield stutter
    finally:
        stutter.end()
        ground.slack.transport = ground.witness


def together(ground: Floor, database: Database, forms: int, seed: int) -> Figure:
    """The same submission from sixteen threads at the same moment, to all replicas in turn."""
    crowd = Crowd(ground, seed + 500)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number in range(forms):
            submit(ground, crowd, threads, ground.people[number % len(ground.people)])
    ground.settle()
    books = judge(ground, crowd.acts)
    return figure(f"{AT_ONCE} at once", ground, database, forms * AT_ONCE, books, {"forms": forms})


def submit(ground: Floor, crowd: Crowd, threads: ThreadPoolExecutor, id: str) -> None:
    person = crowd.person(id)
    assert person.command("/crm customer new", ROOM).ok
    view = ground.slack.views.top(id)
    assert view
    act: Act = crowd.begun("form", id)
    assert person.submit(view.id, filled(ground, view, {"name": f"Ada {act.token}"})).ok
    again = [replace(ground.slack.sent[-1], retry=0) for _ in range(AT_ONCE - 1)]
    list(threads.map(ground.slack.deliver, again))


def figure(
    name: str, ground: Floor, database: Database, trials: int, books: Books, other: dict[str, int]
) -> Figure:
    return Figure(
        name,
        database.name,
        len(ground.replicas),
        trials,
        books.lost,
        books.doubled,
        books.wrong + ground.problems(),
        dict(other),
    )
