"""Files that only their owner reads, with any umask and no matter who made them before."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

OWNER = 0o600
OTHERS = 0o077


def keep_private(path: Path) -> None:
    """Take a file from everybody but its owner, if it exists and is ours.

    This is done by its name: to open a file of SQLite and close it again would release the locks
    that this process holds on it.
    """
    with suppress(OSError):
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) and mode & OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)


def make_private(path: Path) -> None:
    """Make an empty file that only its owner reads, or take an existing one from the others."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER))
    keep_private(path)


@contextmanager
def written_privately(path: Path) -> Iterator[TextIO]:
    """Open a text file to write, in place of what was there."""
    make_private(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file
