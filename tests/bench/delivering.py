"""Deliveries beside the most that any number of threads could make, each waiting for Slack: one
replica and two.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Engine, delete, select

from bot.delivery.dispatcher import THREADS
from models.core.db.engine import insert_into, insert_rows
from models.core.outbox.delivery import Delivery, DeliveryState, Post
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.bench.company import SIZE, named
from tests.bench.distant import TAKES, distant
from tests.bench.figures import Figure
from tests.processes import ROOT

SHARE, LIMITED_SHARE = 0.85, 0.60
"""The bars: shares of the ceiling, with a Slack that takes everything and with one that refuses
some.
"""
LIMITED = 0.03
CHANNELS = 256
"""For each replica: as many as keep the pace of one post a second and channel from being what is
measured.
"""
WARM, SECONDS = 30.0, 5.0
"""Until every replica knows who is in each channel, which it asks every ten minutes; then for so
long.
"""


def ask(engine: Engine, count: int, channels: int) -> None:
    """Ask for cards of deals, in every channel one after the other: what is delivered most."""
    with UnitOfWorkFactory(engine)("T1") as work:
        deals = list(work.session.scalars(select(Opportunity.id)))
        work.session.execute(delete(Delivery))
        work.session.execute(delete(Post))
        same: dict[str, Any] = {
            "workspace": "T1",
            "kind": "card",
            "entity": "opportunity",
            "state": DeliveryState.WAITING.value,
        }
        same |= {"about": {}, "attempts": 0, "not_before": work.now, "created_at": work.now}
        rows = []
        for number in range(count):
            turn, channel = divmod(number, channels)
            about = {"channel": f"C{channel:04}", "record_id": deals[(channel + turn) % SIZE]}
            rows.append(same | about | {"key": f"bench:{number}"})
        insert_rows(work.session, insert_into(work.session, Delivery.__table__), rows)


@contextmanager
def replicas(count: int, engine: Engine, slack: str) -> Iterator[None]:
    """So many couriers, each in a process of its own, which begin together."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.bench.courier", url, slack, str(THREADS)]
    with ExitStack() as stack:
        running = []
        for _ in range(count):
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            running.append(stack.enter_context(process))
            stack.callback(process.kill)
        for process in running:
            assert process.stdout
            assert process.stdout.readline(), "the courier did not start"
        for process in running:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        yield


def delivered(engine: Engine, count: int, limited: float = 0.0) -> Figure:
    """How many a second, once they are warm. What came of the time before is said beside it."""
    ceiling = count * THREADS / TAKES
    ask(engine, int(ceiling * (WARM + SECONDS) * 1.2), count * CHANNELS)
    with distant(limited=limited) as (slack, _), replicas(count, engine, slack.api):
        started = time.perf_counter()
        while (
            slack.calls["conversations.members"] < count * count * CHANNELS
            and time.perf_counter() < started + WARM
        ):
            time.sleep(0.1)
        before = len(slack.posted)
        began = time.perf_counter()
        time.sleep(SECONDS)
        rate = (len(slack.posted) - before) / (time.perf_counter() - began)
    twice = sum(times - 1 for times in Counter(key for _, key in slack.posted).values())
    how = f"{count} replica{'s' * (count > 1)}{f', {limited:.0%} refused' if limited else ''}"
    note = (
        f"cards of deals in {count * CHANNELS} channels; the ceiling is {count} x {THREADS} threads, each waiting "
        f"{1000 * TAKES:g} ms for Slack; {len(slack.posted):,} posted, {twice} of them twice; while it was asked who "
        f"is in each channel, in the first {began - started:.1f} s, {before / (began - started):.0f} a second"
    )
    bar = LIMITED_SHARE if limited else SHARE
    note += f", {slack.refused} answered 429" if limited else ""
    return Figure(
        f"deliveries, {how}, on {named(engine)}", rate, ceiling, "/s", bar, note, least=True
    )


def measured(engine: Engine) -> list[Figure]:
    """One replica, and where there can be two, two; then with a Slack that refuses some."""
    alone = [delivered(engine, 1), delivered(engine, 1, LIMITED)]
    if engine.dialect.name == "sqlite":
        return alone
    return [alone[0], delivered(engine, 2), alone[1], delivered(engine, 2, LIMITED)]
