"""The clock of the machine jumps, forward and back, while Slack is unwell: nothing comes twice or
waits for it.
"""

import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from tests.chaos import shifted
from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import floor
from tests.chaos.replicas import Replica
from tests.chaos.scene import afresh, play
from tests.chaos.unwell import USUAL, weather

NAME = "clock jumps"
JUMPS = (7200.0, 20.0, -7200.0)
"""Seconds by which it is wrong."""


class Shifted(Replica):
    """A replica on a machine of its own, as far as the time is concerned."""

    @property
    def clock(self) -> Path:
        return self.folder / f"clock{self.number}"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.chaos.shifted", "run"]

    def start(self) -> None:
        if not self.clock.exists():
            self.jump(0)
        self.settings = {**self.settings, shifted.NAME: str(self.clock)}
        super().start()

    def jump(self, seconds: float) -> None:
        """Set the clock: ahead by so many seconds, whatever it was before."""
        part = self.clock.with_suffix(".part")
        part.write_text(f"{seconds:f}")
        part.replace(self.clock)


def run(database: Database, replicas: int, seconds: float, seed: int, people: int = 24) -> Figure:
    """For so many seconds at each of the times, and in between at the right one; on several
    machines one at a time.
    """
    chance = Random(seed)
    with floor(database, people, replicas, kind=Shifted) as ground:
        ground.slack.failures.reseed(seed)
        now = ground.works.clock()
        due = ground.plan([(person, now) for person in ground.people])
        weather(ground, USUAL)

        def trouble(crowd: Crowd) -> dict[str, Any]:
            for ahead in JUMPS:
                wrong = chance.choice(ground.replicas)
                assert isinstance(wrong, Shifted)
                wrong.jump(ahead)
                time.sleep(seconds)
                wrong.jump(0)
                time.sleep(seconds / 4)
            return {"jumps": 2 * len(JUMPS)}

        def heal() -> None:
            ground.slack.failures.clear()
            afresh(ground)

        return play(ground, NAME, trouble, seed, heal=heal, tasks=due, within=180, set_back=True)
