"""The clockwork: looks at the start and again and again, catches up after an outage, ends when told to."""

import threading

from bot.jobs import Job
from bot.scheduler import Scheduler
from models.core.work import Work, Works
from models.operations.agenda import first


def test_it_looks_at_the_start_and_then_again_and_again(works: Works) -> None:
    looks = threading.Semaphore(0)
    scheduler = Scheduler(works, look_every=0.05, jobs=[Job("look", lambda work: looks.release() and None)])
    scheduler.start()
    try:
        for _ in range(6):  # three looks in two workspaces
            assert looks.acquire(timeout=10)
    finally:
        scheduler.stop()


def test_a_missed_look_is_made_up_for_once(works: Works) -> None:
    scheduler = Scheduler(works)
    scheduler.clockwork.start(paused=True)
    try:
        settings = [(job.coalesce, job.misfire_grace_time, job.max_instances) for job in scheduler.clockwork.get_jobs()]
        assert set(settings) == {(True, None, 1)}
    finally:
        scheduler.stop()


def test_jobs_that_look_less_often_have_longer_pauses(works: Works) -> None:
    often, seldom = Job("often", lambda work: None), Job("seldom", lambda work: None, every=10)
    scheduler = Scheduler(works, look_every=60, jobs=[often, seldom])
    scheduler.clockwork.start(paused=True)
    try:
        pauses = [scheduler.clockwork.get_job(name).trigger.interval.total_seconds() for name in ("often", "seldom")]
        assert pauses == [60, 600]
    finally:
        scheduler.stop()


def test_two_schedulers_on_one_database_share_the_slots(works: Works) -> None:
    fired: list[str] = []

    def daily(work: Work) -> None:
        if first(work, "daily", str(work.today)):
            fired.append(work.workspace.id)

    replicas = [works, Works(works.engine, works.clock)]
    both = [Scheduler(replica, jobs=[Job("daily", daily)]) for replica in replicas]
    threads = [threading.Thread(target=scheduler.tick) for scheduler in both for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fired) == ["T1", "T2"]


def test_stopping_one_that_never_started_does_nothing(works: Works) -> None:
    scheduler = Scheduler(works)
    scheduler.stop()
    assert not scheduler.clockwork.running
