"""What `/crm status` tells an admin, through every door, and that it is nobody else's business."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.app import create_dispatcher
from bot.cli.console import answer
from bot.http.health import HealthMonitor
from bot.sandbox.client import SlackDriver
from handlers.admin.status import BEHIND, REPLICAS, span
from handlers.core.interaction import Interaction
from handlers.core.responses import Message
from handlers.core.telemetry import Check
from models.core.entity.bulk import insert_once
from models.core.outbox.delivery import Delivery, DeliveryState, JobRun, deliver
from models.core.replica import beat, leave, release
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance.schema import head
from tests.handlers.kit import SQLITE, assert_inert, height, told
from tests.tables import table

WELL = [["database", True, "It answered in 1 ms."], ["slack", True, "Connected to Slack."]]
ILL = [
    ["database", True, "It answered in 1 ms."],
    ["slack", False, "Not connected to Slack; it keeps trying."],
]


def asked(works: UnitOfWorkFactory, checks: Sequence[Check] = (), person: str = "U_ADA") -> Message:
    """What the bot whose own checks these are answers."""
    dispatcher = create_dispatcher(works, checks=lambda: checks)
    reply = dispatcher.do(Interaction("command", "T1", person, "status"))
    assert isinstance(reply, Message)
    return reply


def test_all_is_well(works: UnitOfWorkFactory, clock: Any) -> None:
    beat(works, "one", "host-1", WELL)
    clock.forward(timedelta(seconds=7))
    heading, *lines = asked(works, [Check(*check) for check in WELL]).text.splitlines()
    assert heading == "All is well"
    assert lines[:4] == [
        "Here: OK database, slack",
        "Deliveries: none waits; none refused",
        "Jobs that had something to do: none in the last days",
        f"Replica host-1: OK, seen 7 s ago, up for 0 s, version {release()}",
    ]
    name = "PostgreSQL" if works.engine.dialect.name == "postgresql" else "SQLite"
    assert lines[4].startswith(f"Rapport {release()} on {name} ")
    assert lines[4].endswith(f", tables at {head()}")
    assert len(lines) == 5


@SQLITE
def test_what_is_wrong_has_a_line_with_its_sentence(works: UnitOfWorkFactory) -> None:
    text = asked(works, [Check(*check) for check in ILL]).text
    assert text.startswith(
        "Something needs attention\nHere: OK database\nNOT OK slack: Not connected to Slack;"
    )


@SQLITE
def test_where_everything_fails_nothing_is_ok(works: UnitOfWorkFactory) -> None:
    assert (
        "Here: OK nothing\nNOT OK database: Gone."
        in asked(works, [Check("database", False, "Gone.")]).text
    )


@SQLITE
def test_what_waits_and_what_was_refused_is_counted(works: UnitOfWorkFactory, clock: Any) -> None:
    with works("T1") as work:
        for number in range(3):
            deliver(work, "message", "C_SALES", f"n{number}")
        work.session.execute(
            update(Delivery).where(Delivery.key == "n0").values(state=DeliveryState.REFUSED)
        )
    with works("T2") as work:
        deliver(work, "message", "C_SALES", "theirs")
    clock.forward(timedelta(minutes=3))
    assert (
        "Deliveries: 2 wait, the oldest due for 3 min; 1 refused, see /crm deliveries"
        in asked(works).text
    )


def test_an_admin_learns_nothing_of_what_other_workspaces_have(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    before = told_without_times(asked(works, vitals(works).checks()).text)
    with works("T2") as work:
        for number in range(7):
            deliver(work, "message", "C_SALES", f"theirs{number}")
        work.session.execute(
            update(Delivery).where(Delivery.key == "theirs0").values(state=DeliveryState.REFUSED)
        )
        insert_once(work, JobRun, job="digest", slot="theirs", at=work.now)
    clock.forward(timedelta(hours=3))
    running = vitals(works)
    assert running.show_life()
    text = asked(works, running.checks()).text
    assert told_without_times(text.replace(line_of(running, text), "").strip()) == before
    assert running.queue() == Check(
        "deliveries", False, "6 wait, the oldest due for 3 h.", vital=False
    )
    leave(works, running.id)


class Thread:
    """A thread that came round just now."""

    def alive(self) -> float:
        return 0.0


def vitals(works: UnitOfWorkFactory) -> HealthMonitor:
    """What a running bot finds of itself, which has just asked the database."""
    found = HealthMonitor(works, Thread(), Thread(), lambda: True)
    found.pulse.last, found.pulse.ended = found.pulse.answer(), True
    return found


def line_of(running: HealthMonitor, text: str) -> str:
    """The line of a replica, and the line break before it."""
    return next(
        f"\n{line}"
        for line in text.splitlines()
        if line.startswith(f"Replica {running.host}: OK, ")
    )


def told_without_times(text: str) -> list[str]:
    return [re.sub(r"\d+ (s|ms|min|h)\b", "a while", line) for line in text.splitlines()]


@SQLITE
def test_what_waits_too_long_needs_attention_in_its_own_workspace(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    beat(works, "one", "host-1", WELL)
    with works("T1") as work:
        deliver(work, "message", "C_SALES", "ours")
    clock.forward(BEHIND + timedelta(minutes=1))
    beat(works, "one", "host-1", WELL)
    heading, first, *_ = asked(works).text.splitlines()
    assert heading == "Something needs attention"
    assert first == "NOT OK deliveries: 1 wait, the oldest due for 6 min; none refused"


@SQLITE
def test_what_is_not_due_yet_is_not_late(works: UnitOfWorkFactory, clock: Any) -> None:
    with works("T1") as work:
        deliver(work, "message", "C_SALES", "later", not_before=clock() + timedelta(hours=1))
    assert "Deliveries: 1 wait, the oldest due for 0 s" in asked(works).text


@SQLITE
def test_the_last_runs_of_jobs_are_told_the_latest_first(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    def run(job: str, slot: str) -> None:
        with works("T1") as work:
            insert_once(work, JobRun, job=job, slot=slot, at=work.now)

    run("team", "1")
    run("digest", "1")
    clock.forward(timedelta(hours=2))
    run("digest", "2")
    clock.forward(timedelta(minutes=5))
    assert "Jobs that had something to do: digest 5 min ago, team 2 h ago" in asked(works).text


def test_a_replica_that_was_killed_is_gone_and_one_that_stopped_is_not_missed(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    for name in ("killed", "stopped", "running"):
        beat(works, name, f"host-{name}", WELL)
    leave(works, "stopped")
    clock.forward(timedelta(seconds=61))
    beat(works, "running", "host-running", ILL)
    text = asked(works).text
    assert text.startswith("Something needs attention\n")
    assert (
        "Replica host-running: NOT OK slack: Not connected to Slack; it keeps trying, seen 0 s ago, up for"
        in text
    )
    assert "Replica host-killed: GONE, seen 1 min ago" in text
    assert "host-stopped" not in text


@SQLITE
def test_it_is_at_most_twelve_lines_high(works: UnitOfWorkFactory, slack: SlackDriver) -> None:
    names = "running", "database", "tables", "slack", "scheduler", "courier", "deliveries"
    for number in range(REPLICAS + 3):
        beat(works, str(number), f"host-{number}", WELL)
    well = asked(works, [Check(name, True, "Fine.") for name in names])
    assert "and 3 more" in well.text
    assert height(well.blocks) <= 12
    assert "database" in well.text


@SQLITE
def test_with_no_bot_at_all_it_says_how_to_start_one(works: UnitOfWorkFactory) -> None:
    assert asked(works).text.startswith("No bot is running on this database. Start one: crm run\n")


@SQLITE
def test_an_admin_asks_by_command_mention_and_direct_message(
    works: UnitOfWorkFactory, slack: SlackDriver
) -> None:
    beat(works, "one", "host-<!channel>", WELL)
    slack.command("/crm status", user="U_ADA")
    first = told(slack)
    slack.say("@crm status", user="U_ADA")
    assert told(slack) == first
    slack.dm("status", user="U_ADA")
    assert told(slack) == first
    assert first.startswith("All is well\nDeliveries: ")
    assert_inert(slack)


@SQLITE
def test_in_the_terminal_it_tells_what_the_replicas_found_last(works: UnitOfWorkFactory) -> None:
    beat(works, "one", "host-1", ILL)
    text = answer(works, "T1", "", "status")
    assert text.startswith("Something needs attention\nDeliveries: ")
    assert "Replica host-1: NOT OK slack: Not connected" in text


@SQLITE
@pytest.mark.parametrize("person", ["U_RITA", "U_MONA", "U_SAM", "U_ELI", "U_GUS"])
def test_nobody_but_an_admin_may_ask(
    works: UnitOfWorkFactory, slack: SlackDriver, person: str
) -> None:
    beat(works, "one", "host-1", WELL)
    slack.command("/crm status", user=person)
    assert "host-1" not in told(slack)
    assert "does not allow" in told(slack) or "Guests cannot use the CRM" in told(slack)


@table(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7300, "2 h"), (200_000, "2 d")],
)
def test_a_span_is_told_in_the_largest_unit_that_fits(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words
