"""How most scenarios go: people work, something is done to the bot, then it is left alone, and the
books are kept.
"""

from collections.abc import Callable, Iterable
from typing import Any

from tests.chaos.crowd import Crowd
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor
from tests.chaos.ledger import judge
from tests.chaos.notes import talking

Told = dict[str, Any]
"""What else a figure says, each with its name."""


def play(
    ground: Floor,
    name: str,
    trouble: Callable[[Crowd], Told],
    seed: int,
    *,
    heal: Callable[[], object] | None = None,
    tasks: Iterable[str] = (),
    pace: float = 6.0,
    notes: float = 3.0,
    within: float = 120,
    **judging: Any,
) -> Figure:
    """Let people work while `trouble` lasts, `heal`, wait until everything has arrived, and judge.

    pace: acts a second · notes: a second, of the CRM's own · within: seconds until everything has
    arrived · judging: what `judge` has to know.
    """
    with Crowd(ground, seed, pace) as crowd, talking(ground, notes) as said:
        other = trouble(crowd)
    if heal:
        heal()
    rest = ground.settle(within)
    books = judge(ground, crowd.acts, tasks, **judging)
    promised = sum(act.promised(ground.witness) for act in crowd.acts)
    told = {
        "acts": len(crowd.acts),
        "promised": promised,
        "notes": len(said),
        "posts": ground.posted(),
        "in doubt": ground.doubted(),
        **other,
        "then": round(rest, 1),
    }
    return Figure(
        name,
        ground.database.name,
        len(ground.replicas),
        books.trials,
        books.lost,
        books.doubled,
        books.wrong + ground.problems(),
        told,
    )


def afresh(ground: Floor) -> None:
    """Kill all that run and start all anew, as late as when nobody has anything in hand."""
    ground.kill()
    ground.end_leases()
    ground.restart()
