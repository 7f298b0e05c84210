"""python -m tests.bench: measure everything, print the table, write build/bench.json; with --only,
print some.

With --quick everything is tried with little of it, and nothing is judged: whether it runs at all.
"""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from tests.bench import (
    bringing,
    company,
    crowded,
    customized,
    delivering,
    dispatching,
    due,
    guarding,
    managed,
    people,
    ruled,
    sizes,
    starting,
)
from tests.bench.figures import Figure, keep, table
from tests.processes import ROOT

Engines = list[Engine]
ON_DATABASES: dict[str, Callable[[Engines], list[Figure]]] = {
    "acts": lambda engines: dispatching.measured(engines[:3], engines[3]),
    "guarded": lambda engines: guarding.measured(engines[:2], engines[3]),
    "people": lambda engines: people.measured(engines[:2], engines[3]),
    "deliveries": lambda engines: delivering.measured(engines[1]),
    "due": lambda engines: due.measured(engines[2]),
    "crowded": lambda engines: crowded.measured(engines[3]),
    "ruled": lambda engines: ruled.measured(engines[:2]),
}
"""Name → what measures it, on databases that were alike at the beginning."""
IN_FOLDERS: dict[str, Callable[[Path, str], list[Figure]]] = {
    "files": lambda folder, dialect: bringing.measured(folder, dialect),
    "sizes": lambda folder, dialect: sizes.measured(folder, dialect),
    "fields": lambda folder, dialect: customized.beside(folder, dialect),
    "filterable": lambda folder, dialect: customized.measured(folder, dialect),
    "managed": lambda folder, dialect: managed.measured(folder, dialect),
}
"""Name → what measures it, on databases that it makes itself."""
NAMES = [*ON_DATABASES, *IN_FOLDERS, "starting"]
QUICK: dict[Any, dict[str, Any]] = {
    dispatching: {"ROUNDS": 4, "WARM": 2},
    guarding: {"ROUNDS": 4},
    people: {"CROWD": 20, "WARM": 0.5, "SECONDS": 0.5},
    delivering: {"WARM": 3.0, "SECONDS": 0.5, "CHANNELS": 8},
    due: {"THOUSAND": 100, "ROUNDS": 4},
    crowded: {"PEOPLE": 200, "CARDS": 100, "ROUNDS": 1},
    ruled: {"RULES": 10, "ROUNDS": 4},
    customized: {"FIELDS": 6, "RECORDS": 2_000, "ROUNDS": 4},
    bringing: {"SIZE": 2_000, "CASES": 20},
    sizes: {"SIZES": (1_000, 10_000), "ROUNDS": 3, "WARM": 1},
    managed: {"DEALS": 2_000, "ROUNDS": 3, "WARM": 1},
    starting: {"HELPS": 1, "RUNS": 1, "SANDBOXES": 1, "IDLE_FOR": 0.5},
}
"""How much less of each there is in a quick run."""


@dataclass
class Run:
    """The figures so far, and what did not work: one that breaks off takes no others with it."""

    only: Collection[str]
    figures: list[Figure] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    def measure(self) -> None:
        for databases in (company.on_sqlite, company.on_postgresql):
            if wanted := [name for name in NAMES[:-1] if name in self.only]:
                self.attempt(
                    databases.__name__, lambda on=databases, which=wanted: self.on(on, which)
                )  # type: ignore[misc]
        if "starting" in self.only:
            self.attempt("starting", lambda: self.figures.extend(starting.measured()))

    def on(self, databases: Any, wanted: Collection[str]) -> None:
        """Everything that is measured on one kind of database."""
        with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as engines:
            where, dialect = company.named(engines[0]), engines[0].dialect.name

            def taken(name: str) -> list[Figure]:
                return (
                    ON_DATABASES[name](engines)
                    if name in ON_DATABASES
                    else IN_FOLDERS[name](Path(folder), dialect)
                )

            for name in wanted:
                self.attempt(f"{name} on {where}", lambda: self.figures.extend(taken(name)))  # noqa: B023

    def attempt(self, name: str, act: Callable[[], None]) -> None:
        print(f"{name} …", file=sys.stderr, flush=True)
        began = time.monotonic()
        try:
            act()
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        except Exception as error:
            traceback.print_exc()
            self.broken[name] = f"{type(error).__name__}: {error}"


def main() -> int:
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(1)
    )  # so that all processes are ended on the way out
    asked = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure what Rapport costs."
    )
    asked.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    asked.add_argument(
        "--quick", action="store_true", help="a little of everything, and nothing judged"
    )
    options = asked.parse_args()
    for module, less in QUICK.items() if options.quick else ():
        for name, value in less.items():
            assert hasattr(module, name), f"{module.__name__} has no {name}"
            setattr(module, name, value)
    run = Run(options.only)
    run.measure()
    if options.only == NAMES:
        keep(
            run.figures,
            ROOT / "build" / ("bench-quick.json" if options.quick else "bench.json"),
            run.broken,
        )
    print(table(run.figures))
    for name, why in run.broken.items():
        print(f"{name} broke off: {why}")
    return 1 if run.broken or not (options.quick or all(each.met for each in run.figures)) else 0


if __name__ == "__main__":
    sys.exit(main())
