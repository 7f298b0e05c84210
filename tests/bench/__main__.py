"""python -m tests.bench: measure everything, print the table, write build/bench.json."""

import sys
import tempfile
from pathlib import Path

from tests.bench import company, dispatching, starting
from tests.bench.figures import Figure, keep, table
from tests.processes import ROOT


def main() -> int:
    figures: list[Figure] = []
    for databases in (company.on_sqlite, company.on_postgresql):
        with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as (*three, spare):
            print(f"{three[0].dialect.name} …", file=sys.stderr)
            figures += dispatching.measured(three, spare)
    print("starting …", file=sys.stderr)
    figures += starting.measured()
    keep(figures, ROOT / "build" / "bench.json")
    print(table(figures))
    return 0 if all(each.met for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
