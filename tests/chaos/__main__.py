"""python -m tests.chaos: make trouble, print what was lost and what came twice, write
build/chaos.json.
"""

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial

from tests.chaos import (
    archived,
    background,
    contention,
    due,
    full,
    gone,
    jump,
    kill,
    off,
    orderly,
    restored,
    revoked,
    ruled,
    storm,
    twice,
    unwell,
    zones,
)
from tests.chaos.databases import Database, ground
from tests.chaos.figures import Figure, keep, table
from tests.processes import ROOT

Found = Figure | list[Figure]
Scenario = Callable[[Database, int, bool], Found]
REPLICAS = {"SQLite": 1, "PostgreSQL": 3}


def killed(database: Database, seed: int, quick: bool) -> Found:
    return kill.run(database, REPLICAS[database.name], kills=10 if quick else 100, seed=seed)


def http(database: Database, seed: int, quick: bool) -> Found:
    return kill.run(
        database, REPLICAS[database.name], kills=5 if quick else 30, seed=seed, door="http"
    )


def unwell_(database: Database, seed: int, quick: bool) -> Found:
    seconds, bad = (5, 5) if quick else (15, 15)
    return unwell.run(database, REPLICAS[database.name], seconds, bad, seed)


def gone_(database: Database, seed: int, quick: bool) -> Found:
    return gone.run(database, REPLICAS[database.name], 5 if quick else 15, seed, tasks=not quick)


def storm_(database: Database, seed: int, quick: bool) -> Found:
    return storm.run(database, REPLICAS[database.name], rounds=3 if quick else 12, seed=seed)


def full_(database: Database, seed: int, quick: bool) -> Found:
    return full.run(database, REPLICAS[database.name], 5 if quick else 20, seed)


def jump_(database: Database, seed: int, quick: bool) -> Found:
    return jump.run(database, REPLICAS[database.name], 4 if quick else 10, seed)


def orderly_(database: Database, seed: int, quick: bool) -> Found:
    return orderly.run(database, REPLICAS[database.name], 4 if quick else 15, seed)


def revoked_(database: Database, seed: int, quick: bool) -> Found:
    return revoked.run(database, REPLICAS[database.name], 6 if quick else 15, seed)


def archived_(database: Database, seed: int, quick: bool) -> Found:
    return archived.run(database, REPLICAS[database.name], 12 if quick else 15, seed)


def restored_(database: Database, seed: int, quick: bool) -> Found:
    return restored.run(database, REPLICAS[database.name], 6 if quick else 15, seed)


def due_(database: Database, seed: int, quick: bool) -> Found:
    people, each = (50, 20) if quick else (300, 20)
    counts = [1] if database.name == "SQLite" else [3, 1]
    return [due.run(database, replicas, people, each) for replicas in counts]


def twice_(database: Database, seed: int, quick: bool) -> Found:
    replicas = max(REPLICAS[database.name], 2)
    door = "socket" if database.name == "SQLite" else "http"
    return twice.run(database, replicas, 5 if quick else 10, 4 if quick else 20, seed, door=door)


def background_(database: Database, seed: int, quick: bool) -> Found:
    count, kills = (600, 4) if quick else (2_000, 8)
    return background.run(database, REPLICAS[database.name], count, kills, seed)


def large_background(database: Database, seed: int, quick: bool) -> Found:
    return background.run(database, REPLICAS[database.name], 10_000, 25, seed)


def off_(database: Database, seed: int, quick: bool) -> Found:
    return off.run(database, REPLICAS[database.name], each=5 if quick else 20)


def ruled_(database: Database, seed: int, quick: bool) -> Found:
    causes, kills = (200, 3) if quick else (2_000, 10)
    return ruled.run(database, 2, causes, kills, seed)


def large_rules(database: Database, seed: int, quick: bool) -> Found:
    return ruled.run(database, 2, 10_000, 20, seed)


SCENARIOS: dict[str, Scenario] = {
    "kill": killed,
    "http": http,
    "slack": unwell_,
    "gone": gone_,
    "storm": storm_,
    "full": full_,
    "jump": jump_,
    "stop": orderly_,
    "token": revoked_,
    "archive": archived_,
    "restore": restored_,
    "due": due_,
    "twice": twice_,
    "off": off_,
    "background": background_,
    "rules": ruled_,
}
LARGE: dict[str, Scenario] = {"large-background": large_background, "large-rules": large_rules}
"""Scenarios that take so long that they are a run of their own, when somebody asks for them."""
ALONE: dict[str, Callable[[bool], Figure]] = {
    "contention": lambda quick: contention.run(2 if quick else 10),
    "zones": lambda quick: zones.run(2025, 2026) if quick else zones.run(),
}
"""Scenarios that choose their database themselves, or need none."""


def asked(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=[*SCENARIOS, *ALONE, *LARGE], default=[*SCENARIOS, *ALONE]
    )
    parser.add_argument(
        "--database", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"]
    )
    parser.add_argument(
        "--quick", action="store_true", help="a shorter run, to see that all of it works"
    )
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(words)


def played(options: argparse.Namespace) -> Iterator[Figure]:
    """What each attempt found; one that breaks off is a finding, too."""
    scenarios = SCENARIOS | LARGE
    with ground(tuple(options.database)) as databases:
        for name in options.only:
            tries = (
                [("none", partial(ALONE[name], options.quick))]
                if name in ALONE
                else [
                    (database.name, partial(scenarios[name], database, options.seed, options.quick))
                    for database in databases
                ]
            )
            for where, attempt in tries:
                try:
                    found = attempt()
                except Exception as error:
                    traceback.print_exc()
                    found = Figure(
                        name, where, 0, 0, wrong=[f"it broke off: {type(error).__name__}: {error}"]
                    )
                yield from found if isinstance(found, list) else [found]


def main() -> int:
    """Play what was asked for; returns 0 where nothing was lost, doubled or wrong, and something
    was looked at.
    """
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(1)
    )  # so that all processes are ended on the way out
    options, figures, began = asked(), list[Figure](), time.monotonic()
    try:
        for figure in played(options):
            figures.append(figure)
            print(
                f"{time.monotonic() - began:5.0f} s  {figure if not figure.good else figure.name}: {figure.kept}",
                file=sys.stderr,
                flush=True,
            )
    finally:
        keep(figures, ROOT / "build" / "chaos.json")
    print(table(figures))
    return 0 if figures and all(figure.good for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
