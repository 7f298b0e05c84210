"""What people do, in companies of ten thousand, a hundred thousand and a million records: how the
time grows.
"""

import random
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import create_dispatcher
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.responses import Message, Nothing, Response
from models.core.errors import Invalid
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.bench import grown
from tests.bench.company import blank, named
from tests.bench.figures import Figure, timed
from tests.ground import StoppedClock

SIZES = (10_000, 100_000, 1_000_000)
GROWTH, MOST = 4.0, 100.0
"""The bars: times as long at the median in the biggest as in the smallest, and milliseconds for 99
of 100.
"""
ROUNDS, WARM = 100, 10
TINY = 0.5
"""Milliseconds below which growth is not told from chance."""


@dataclass
class Kept:
    """What came of an act."""

    said: list[Response] = field(default_factory=list)

    def reply(self, reply: Response) -> None:
        self.said.append(reply)

    def invalid(self, error: Invalid) -> None:
        raise AssertionError(str(error))

    def refused(self, sentence: str, request: str = "", propose: str = "") -> None:
        if sentence != "There is nothing to undo.":
            raise AssertionError(sentence)
        self.said.append(Message(sentence))

    def profile(self, person: str) -> Mapping[str, Any]:
        return {}


@dataclass
class Office:
    """Somebody at work in a company of so many records."""

    dispatcher: Dispatcher
    size: int
    round: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def ref(self) -> str:
        return f"CU-{self.customer()}"

    def customer(self) -> int:
        return self.chance.randint(1, int(self.size * grown.SHARES[Customer]))

    def last(self) -> str:
        return grown.last_name(self.chance.randrange(grown.LASTS))

    def name(self) -> tuple[str, str]:
        """The first and last name of some customer."""
        return grown.name(self.customer())

    def address(self) -> str:
        number = self.customer()
        first, last = grown.name(number)
        return f"{first}.{last}.{number}@example.org".lower()

    def do(self, line: str, person: str = "U_RITA", surface: str = "command", **more: Any) -> float:
        """The seconds until it is answered."""
        self.round += 1
        act = Interaction(surface, "T1", person, line, key=f"{self.size}.{self.round}", **more)
        kept = Kept()
        taken = timed(lambda: self.dispatcher.handle(act, kept))
        assert kept.said, f"{line} was not done"
        assert not any(isinstance(reply, Nothing) for reply in kept.said), f"{line} was done before"
        return taken

    def picked(self, typed: str) -> float:
        return self.do(typed, surface="options", state={"noun": "customer"})

    def undone(self) -> float:
        self.do(f"edit {self.ref()} job={self.round}")
        return self.do("undo")


ACTS: dict[str, Callable[[Office], float]] = {
    "show a customer": lambda at: at.do(f"{at.ref()}"),
    "show by e-mail": lambda at: at.do(f"customer show {at.address()}"),
    "list customers": lambda at: at.do("customer list"),
    "list mine": lambda at: at.do("customer list mine"),
    "list my deals": lambda at: at.do("deal list mine open"),
    "find a last name": lambda at: at.do(f"find {at.last()}"),
    "find a first name": lambda at: at.do(f"find {at.name()[0]}"),
    "find a person": lambda at: at.do(f"find {' '.join(at.name())}"),
    "find what is not there": lambda at: at.do(f"customer find {at.last()[:4]}xq{at.last()[:3]}"),
    "filter by city": lambda at: at.do(
        f'customer find city = "{grown.city(at.round % grown.CITIES)}"'
    ),
    "filter by stage": lambda at: at.do("deal find stage = won amount > 10k"),
    "filter by a name": lambda at: at.do(f"customer find last_name ~ {at.last()} city = nowhere"),
    "a letter in a picker": lambda at: at.picked(at.last()[: 3 + at.round % 4]),
    "a picker is opened": lambda at: at.picked(""),
    "edit": lambda at: at.do(f"edit {at.ref()} job={at.round}"),
    "new": lambda at: at.do(f"customer new Zoe Zimmer{at.round} zoe{at.round}@example.org"),
    "log a call": lambda at: at.do(f"log call {at.ref()} Talked about the budget"),
    "undo": lambda at: at.undone(),
    "undo by who never acted": lambda at: at.do("undo", person="U_OLGA"),
    "home": lambda at: at.do("", surface="home", container="home"),
    "report": lambda at: at.do("report"),
}
REPORTS = ("report",)


def measured(folder: Path, dialect: str) -> list[Figure]:
    """Two rows for each act, on companies of these sizes, each in a database of its own there."""
    seconds: dict[str, list[list[float]]] = {name: [] for name in ACTS}
    for size in SIZES:
        with blank(folder, dialect, f"size{size}") as engine:
            grown.build(engine, size)
            office, where = (
                Office(create_dispatcher(UnitOfWorkFactory(engine, StoppedClock())), size),
                named(engine),
            )
            for name, act in ACTS.items():
                seconds[name].append([1000 * act(office) for _ in range(WARM + ROUNDS)][WARM:])
    rows = [
        figures(f"{name} on {where}", taken, name in REPORTS) for name, taken in seconds.items()
    ]
    return [figure for row in rows for figure in row]


def figures(name: str, taken: list[list[float]], report: bool) -> list[Figure]:
    """How much longer it takes in the biggest than in the smallest, and the slowest of a hundred
    there.
    """
    medians = [statistics.median(each) for each in taken]
    slowest = [sorted(each)[int(0.99 * len(each)) - 1] for each in taken]
    told = "; ".join(
        f"{size:,}: {median:.1f} and {slow:.1f} ms"
        for size, median, slow in zip(SIZES, medians, slowest, strict=True)
    )
    note = f"median and 99th of 100 among {told}"
    grows = Figure(f"{name}: growth", medians[-1], max(medians[0], TINY), "ms", GROWTH, note)
    if report:
        return [grows]
    return [
        grows,
        Figure(f"{name}: slowest", slowest[-1], slowest[0], "ms", MOST, note, absolute=True),
    ]
