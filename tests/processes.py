"""`crm` in processes of its own, as people and machines start it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
Process = subprocess.Popen[str]


@contextmanager
def started(folder: Path, *words: str, **settings: str) -> Iterator[Process]:
    """`crm` with these words, in this folder; killed at the end, should it still run. settings: by their names."""
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "bot", *words]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: Process, words: str) -> str:
    """The first line the process writes with these words in it."""
    lines: list[str] = []
    for line in process.stdout or ():
        lines.append(line)
        if words in line:
            return line
    raise AssertionError(f"It ended before it said {words!r}: {''.join(lines)}")


@contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    """A sandbox on a free port; yields the address of its page."""
    with started(folder, "sandbox", "--port", "0") as process:
        yield read_until(process, "The sandbox is ready: ").split()[-1]
        process.terminate()
        process.communicate(timeout=20)
