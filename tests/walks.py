"""How much code a walk through Rapport runs: its files and its functions, counted meanwhile."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from tests.processes import ROOT

FLOORS = tuple(f"{ROOT / name}/" for name in ("bot", "handlers", "models"))
SANDBOX = f"{ROOT / 'bot' / 'sandbox'}/"
"""The other side of a walk: it does not count."""


@dataclass
class Walk:
    """What was called, each function once, by its file and its name."""

    called: set[tuple[str, str]] = field(default_factory=set)

    @property
    def files(self) -> list[str]:
        return sorted({file for file, _ in self.called})

    @property
    def functions(self) -> list[str]:
        return sorted(f"{file} {name}" for file, name in self.called)

    def see(self, frame: FrameType, event: str, _: Any) -> None:
        """Write down a call. It is what `sys.setprofile` calls."""
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(FLOORS) and not path.startswith(SANDBOX):
            name = frame.f_code.co_qualname
            if not name.endswith(">"):  # modules, comprehensions and lambdas are no functions
                self.called.add((str(Path(path).relative_to(ROOT)), name))


@contextmanager
def walked() -> Iterator[Walk]:
    """Count what is called within the block, in this thread and in those that it starts."""
    walk = Walk()
    threading.setprofile(walk.see)
    sys.setprofile(walk.see)
    try:
        yield walk
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
