"""The clockwork: looks at the start and again and again, catches up after an outage, ends when told
to.
"""

import logging
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.scheduler.jobs import Job, in_one_unit
from bot.scheduler.scheduler import ClockJumpDetector, Scheduler
from handlers.core.telemetry import Watch
from models.activities.reminders import first
from models.core.db.engine import open_engine
from models.core.errors import Busy
from models.core.unit_of_work import Clock, UnitOfWork, UnitOfWorkFactory
from tests.ground import START
from tests.tables import table

HOUR = timedelta(hours=1)


def nothing(works: UnitOfWorkFactory, workspace: str) -> None:
    """A job with nothing to do."""


class Ears(Watch):
    """Remembers what it hears of jobs."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def ran(self, job: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.heard.append((job, outcome))


def test_it_looks_at_the_start_and_then_again_and_again(works: UnitOfWorkFactory) -> None:
    looks = threading.Semaphore(0)
    scheduler = Scheduler(
        works, look_every=0.05, jobs=[Job("look", lambda works, place: looks.release())]
    )
    scheduler.start()
    try:
        for _ in range(6):  # three looks in two workspaces
            assert looks.acquire(timeout=10)
    finally:
        scheduler.stop()


def test_a_missed_look_is_made_up_for_once(works: UnitOfWorkFactory) -> None:
    scheduler = Scheduler(works)
    scheduler.clockwork.start(paused=True)
    try:
        settings = [
            (job.coalesce, job.misfire_grace_time, job.max_instances)
            for job in scheduler.clockwork.get_jobs()
        ]
        assert set(settings) == {(True, None, 1)}
    finally:
        scheduler.stop()


def test_jobs_that_look_less_often_have_longer_pauses(works: UnitOfWorkFactory) -> None:
    often, seldom = Job("often", nothing), Job("seldom", nothing, every=10)
    scheduler = Scheduler(works, look_every=60, jobs=[often, seldom])
    scheduler.clockwork.start(paused=True)
    try:
        pauses = [
            scheduler.clockwork.get_job(name).trigger.interval.total_seconds()
            for name in ("often", "seldom")
        ]
        assert pauses == [60, 600]
    finally:
        scheduler.stop()


def test_two_schedulers_on_one_database_share_the_slots(works: UnitOfWorkFactory) -> None:
    fired: list[str] = []

    def daily(work: UnitOfWork) -> None:
        if first(work, "daily", str(work.today)):
            fired.append(work.workspace.id)

    replicas = [works, UnitOfWorkFactory(works.engine, works.clock)]
    both = [Scheduler(replica, jobs=[Job("daily", in_one_unit(daily))]) for replica in replicas]
    threads = [threading.Thread(target=scheduler.tick) for scheduler in both for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fired) == ["T1", "T2"]


def test_stopping_one_that_never_started_does_nothing(works: UnitOfWorkFactory) -> None:
    scheduler = Scheduler(works)
    scheduler.stop()
    assert not scheduler.clockwork.running


def test_it_says_how_each_look_ended_and_when_the_last_one_did(works: UnitOfWorkFactory) -> None:
    def fails(works: UnitOfWorkFactory, workspace: str) -> None:
        if workspace == "T1":
            raise Busy

    ears = Ears()
    scheduler = Scheduler(works, jobs=[Job("well", nothing), Job("ill", fails)], watch=ears)
    assert scheduler.alive() == 0
    scheduler.tick()
    assert ears.heard == [("well", "done"), ("ill", "failed")]
    assert scheduler.alive() > 0


def test_a_job_that_takes_long_keeps_no_other_waiting(works: UnitOfWorkFactory) -> None:
    looked, go = threading.Semaphore(0), threading.Event()
    slow = Job("slow", lambda works, place: None if go.wait(10) else None)
    scheduler = Scheduler(
        works, look_every=0.05, jobs=[slow, Job("quick", lambda works, place: looked.release())]
    )
    scheduler.start()
    try:
        for _ in range(6):
            assert looked.acquire(timeout=10)
        assert not go.is_set()
    finally:
        go.set()
        scheduler.stop()


def test_a_look_that_failed_is_repeated_soon_until_one_succeeds(
    works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    left, well = [3], threading.Event()

    def fails(works: UnitOfWorkFactory, workspace: str) -> None:
        if workspace == "T1" and left[0]:
            left[0] -= 1
            raise Busy
        if workspace == "T1":
            well.set()

    ears = Ears()
    scheduler = Scheduler(works, look_every=3600, jobs=[Job("ill", fails)], watch=ears, again=0.01)
    scheduler.start()
    try:
        assert well.wait(10)
    finally:
        scheduler.stop()
    assert ears.heard == [*[("ill", "failed")] * 3, ("ill", "done")]
    assert len([record for record in caplog.records if "failed" in record.getMessage()]) == 1


def test_looks_left_out_while_a_failed_one_is_repeated_are_not_told(
    works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    seen = threading.Semaphore(0)

    def fails(works: UnitOfWorkFactory, workspace: str) -> None:
        raise Busy

    looks = [Job("ill", fails), Job("well", lambda works, place: seen.release())]
    scheduler = Scheduler(works, look_every=0.02, jobs=looks, again=60)
    scheduler.start()
    try:
        for _ in range(8):
            assert seen.acquire(timeout=10)
    finally:
        scheduler.stop()  # at once, though the failed look has a minute to go
    assert {record.name for record in caplog.records} == {"bot.scheduler.scheduler"}


def test_told_to_stop_it_begins_with_no_other_workspace(works: UnitOfWorkFactory) -> None:
    looked: list[str] = []
    inside, go = threading.Event(), threading.Event()

    def look(works: UnitOfWorkFactory, workspace: str) -> None:
        looked.append(workspace)
        inside.set()
        go.wait(10)

    scheduler = Scheduler(works, jobs=[Job("look", look)])
    scheduler.start()
    assert inside.wait(10)
    scheduler.ended.set()
    go.set()
    scheduler.stop()
    assert looked == ["T1"]


def test_what_fails_at_every_look_is_told_once_and_again_when_it_is_over(
    works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    ill = ["T1"]

    def fails(works: UnitOfWorkFactory, workspace: str) -> None:
        if workspace in ill:
            raise Busy

    scheduler = Scheduler(works, jobs=[Job("ill", fails)])
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            scheduler.tick()
        ill.clear()
        for _ in range(3):
            scheduler.tick()
    failed, well = caplog.records
    assert failed.getMessage().startswith("The job ill in T1 failed (")
    assert not failed.exc_info
    assert well.getMessage() == "The job ill in T1 went well again."


def test_a_mistake_of_ours_leaves_one_traceback(
    works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(works: UnitOfWorkFactory, workspace: str) -> None:
        raise ZeroDivisionError

    scheduler = Scheduler(works, jobs=[Job("ill", fails)])
    for _ in range(3):
        scheduler.tick()
    assert [bool(record.exc_info) for record in caplog.records] == [
        True,
        True,
    ]  # one for each workspace


def test_a_database_that_is_away_is_one_sentence_for_all_jobs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ears = Ears()
    engine = open_engine("postgresql://nobody@127.0.0.1:1/nowhere")
    scheduler = Scheduler(
        UnitOfWorkFactory(engine), jobs=[Job("one", nothing), Job("two", nothing)], watch=ears
    )
    for _ in range(3):
        scheduler.tick()
    [said] = [record for record in caplog.records if record.name == "bot.scheduler.scheduler"]
    assert said.getMessage().startswith("The list of workspaces failed (")
    assert not said.exc_info
    assert set(ears.heard) == {("one", "failed"), ("two", "failed")}
    engine.dispose()


# ── a clock that jumps ────────────────────────────────────────────────────────────────────────────


class Hands(Clock):
    """Both clocks in the hands of a test."""

    def __init__(self) -> None:
        super().__init__()
        self.moment, self.count = START, 100.0

    def __call__(self) -> datetime:
        return self.moment + self.ahead

    def goes(self, wall: timedelta, counted: float) -> None:
        self.moment += wall
        self.count += counted


@table(
    ("wall", "counted", "jump"),
    [(60, 60, None), (118, 60, None), (3660, 60, 3600), (-7140, 60, -7200), (30, 3600, -3570)],
)
def test_a_jump_is_what_the_wall_moves_beyond_the_time_that_passed(
    wall: float, counted: float, jump: float | None
) -> None:
    hands = Hands()
    watched = ClockJumpDetector(hands, lambda: hands.count)
    assert watched.jump() is None
    hands.goes(timedelta(seconds=wall), counted)
    assert watched.jump() == (timedelta(seconds=jump) if jump else None)
    hands.goes(timedelta(seconds=60), 60)
    assert watched.jump() is None


def test_a_clock_that_is_moved_on_purpose_does_not_jump() -> None:
    hands = Hands()
    watched = ClockJumpDetector(hands, lambda: hands.count)
    hands.ahead = HOUR
    assert watched.jump() is None


def test_a_clock_that_jumps_is_told_in_a_sentence(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    class Wrong(Clock):
        by = timedelta()

        def __call__(self) -> datetime:
            return super().__call__() + self.by

    clock = Wrong()
    scheduler = Scheduler(UnitOfWorkFactory(engine, clock), jobs=[Job("look", nothing)])
    for by in (timedelta(), 3 * HOUR, 3 * HOUR, timedelta()):
        clock.by = by
        scheduler.tick()
    forward, back = [record.getMessage() for record in caplog.records]
    assert forward.startswith("The clock jumped forward by 3:00:00")
    assert back.startswith("The clock jumped back by 3:00:00")
