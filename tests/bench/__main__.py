"""python -m tests.bench: measure everything, print the table, write build/bench.json; with --only, print some."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from sqlalchemy import Engine

from tests.bench import company, crowded, delivering, dispatching, due, guarding, people, starting
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
}
"""Name → what measures it, on databases that were alike at the beginning."""


def measured(only: Collection[str]) -> Iterator[Figure]:
    for databases in (company.on_sqlite, company.on_postgresql):
        wanted = [name for name in ON_DATABASES if name in only]
        if not wanted:
            continue
        with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as engines:
            for name in wanted:
                print(f"{name} on {company.named(engines[0])} …", file=sys.stderr)
                yield from ON_DATABASES[name](engines)
    if "starting" in only:
        print("starting …", file=sys.stderr)
        yield from starting.measured()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all processes are ended on the way out
    names = [*ON_DATABASES, "starting"]
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure what Rapport costs.")
    asked.add_argument("--only", nargs="+", choices=names, default=names)
    only = asked.parse_args().only
    figures = list(measured(only))
    if only == names:
        keep(figures, ROOT / "build" / "bench.json")
    print(table(figures))
    return 0 if all(each.met for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
