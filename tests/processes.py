"""`crm` in processes of its own, as people and machines start it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
Process = subprocess.Popen[str]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "bot", *words]


def environment(**settings: str) -> dict[str, str]:
    """Ours, and these settings by their names."""
    return {**os.environ, **settings, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


@contextmanager
def started(folder: Path, *words: str, **settings: str) -> Iterator[Process]:
    """`crm` with these words, in this folder; killed at the end, should it still run. settings: by
    their names.
    """
    with subprocess.Popen(
        command(*words),
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
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
