"""`crm` on a machine whose clock somebody sets: python -m tests.chaos.shifted run

A file says by how many seconds the clock is ahead; everything else is as it is. CLOCK_FILE: where
that is.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from bot.cli.run import main
from models.core.unit_of_work import Clock

NAME = "CLOCK_FILE"


def shift(file: Path) -> None:
    """Set all clocks of this process by the file from now on."""
    read = Clock.__call__

    def shifted(self: Clock) -> datetime:
        return read(self) + timedelta(seconds=float(file.read_text()))

    Clock.__call__ = shifted  # type: ignore[method-assign]


if __name__ == "__main__":
    shift(Path(os.environ[NAME]))
    main()
