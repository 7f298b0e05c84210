"""What 200 active rules cost a change that none of them concerns, beside the same without any."""

from collections.abc import Callable

from sqlalchemy import Engine

from models.automation.rule import Rule
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.bench.company import named
from tests.bench.figures import Figure, in_turn, timed

RULES = 200
ROUNDS = 300
SHARE = 1.15
"""The bar: times the same without."""
LINES = (
    "when deal enters (amount > {0}k and stage = proposal) then dm me",
    "when deal changes stage to won where amount > {0}k then dm me",
    "deal must close_date if stage >= negotiation and amount > {0}k",
    "when lead is created where score > {0} then dm me",
    "case must description if priority = urgent",
)


def measured(engines: list[Engine]) -> list[Figure]:
    """A deal changes its next step, with rules on one database and without on the other."""
    ruled, bare = (UnitOfWorkFactory(engine) for engine in engines[:2])
    with ruled("T1", "U_ADA") as work:
        for number in range(RULES):
            line = LINES[number % len(LINES)].format(number)
            records.create(work, Rule, {"sentence": line})
    acts = (changing(ruled), changing(bare))
    mine, least = (1000 * seconds for seconds in in_turn(ROUNDS, *acts))
    note = (
        f"one field of a deal, {RULES} active rules of which none concerns it; median of {ROUNDS}"
    )
    where = named(engines[0])
    return [Figure(f"a change beside {RULES} rules, on {where}", mine, least, "ms", SHARE, note)]


def changing(works: UnitOfWorkFactory) -> Callable[[int], float]:
    """Return what changes a deal in a unit of work, and says how long it takes."""

    def act(number: int) -> None:
        with works("T1", "U_ADA", "command") as work:
            deal = work.find(Opportunity, 1)
            records.update(work, deal, {"next_step": f"Step {number}"})

    return lambda number: timed(lambda: act(number))
