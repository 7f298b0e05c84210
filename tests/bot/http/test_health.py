"""Health over HTTP: what takes a replica out of service, what does not, and that nobody waits for a
hung database.
"""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from starlette.applications import Starlette

from bot.http import health_probe
from bot.http.health import STUCK, HealthMonitor
from bot.http.metrics import Metrics
from handlers.core.telemetry import Check
from models.core.outbox.delivery import deliver
from models.core.replica import Replica, replicas
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bot.watched import Thread, get, served
from tests.handlers.kit import SQLITE


class Patient:
    """A replica whose parts do what a test says."""

    def __init__(self, works: UnitOfWorkFactory) -> None:
        self.works, self.connected = works, True
        self.scheduler, self.courier = Thread(), Thread()
        self.vitals = HealthMonitor(
            works, self.scheduler, self.courier, lambda: self.connected, metrics=Metrics()
        )
        self.url = ""

    def ready(self) -> tuple[int, dict[str, Check]]:
        """The status of /readyz, and what it says of each part."""
        status, body = get(f"{self.url}/readyz")
        answered = json.loads(body)
        assert answered["ready"] is (status == 200)
        return status, {check["name"]: Check(**check) for check in answered["checks"]}


@pytest.fixture(scope="module")
def room() -> Iterator[tuple[Starlette, str]]:
    """Where they are asked; each test puts its own replica in."""
    room = Starlette()
    with served(room) as url:
        yield room, url


@pytest.fixture
def patient(works: UnitOfWorkFactory, room: tuple[Starlette, str]) -> Iterator[Patient]:
    patient = Patient(works)
    patient.vitals.start()
    app, patient.url = room
    app.router.routes[:] = patient.vitals.routes()
    yield patient
    patient.vitals.stop()


def eventually(works: UnitOfWorkFactory, count: int) -> list[Replica]:
    """The replicas, once there are so many."""
    for _ in range(500):
        with works.everywhere() as session:
            if len(found := replicas(session)) == count:
                return found
        time.sleep(0.01)
    raise AssertionError(f"{len(found)} replicas")


def test_a_healthy_replica_is_alive_and_ready(patient: Patient) -> None:
    assert get(f"{patient.url}/healthz") == (200, "ok\n")
    status, checks = patient.ready()
    assert status == 200
    assert list(checks) == [
        "running",
        "database",
        "tables",
        "slack",
        "scheduler",
        "courier",
        "deliveries",
    ]
    assert all(check.ok for check in checks.values())
    assert checks["tables"].text == f"They stand at {patient.vitals.needed}."


@SQLITE
def test_without_its_connection_to_slack_it_is_not_ready(patient: Patient) -> None:
    patient.connected = False
    status, checks = patient.ready()
    assert (status, checks["slack"].text) == (503, "Not connected to Slack; it keeps trying.")
    assert get(f"{patient.url}/healthz")[0] == 200


@SQLITE
def test_a_disk_that_takes_nothing_more_takes_it_out_until_it_does(
    works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    vitals = HealthMonitor(works, Thread(), Thread(), lambda: True)
    vitals.pulse.start()
    try:
        event.listen(works.engine, "begin", refuse_writes)
        assert [vitals.try_to(vitals.show_life) for _ in range(2)] == [False, False]
        (database,) = [check for check in vitals.checks() if check.name == "database"]
        assert not database.ok
        assert database.text.startswith(
            "The database can only be read. May Rapport write to its file"
        )
        assert [record.getMessage() for record in caplog.records] == [database.text]
        event.remove(works.engine, "begin", refuse_writes)
        works.close()
        vitals.try_to(vitals.show_life)
        assert all(check.ok for check in vitals.checks())
    finally:
        vitals.pulse.stop()
        works.close()


def refuse_writes(connection: Connection) -> None:
    """As a disk does that was remounted."""
    connection.exec_driver_sql("PRAGMA query_only=ON")


@SQLITE
@pytest.mark.parametrize(
    ("name", "bound", "told"), [("scheduler", 180, "3 min"), ("courier", STUCK, "31 s")]
)
def test_a_thread_that_does_not_come_round_takes_it_out(
    patient: Patient, name: str, bound: float, told: str
) -> None:
    getattr(patient, name).age = bound
    assert patient.ready()[0] == 200
    getattr(patient, name).age = bound + 1
    status, checks = patient.ready()
    assert (status, checks[name].ok) == (503, False)
    assert f"{told} ago" in checks[name].text


@SQLITE
def test_a_scheduler_that_looks_often_is_not_stuck_during_one_long_look(
    works: UnitOfWorkFactory,
) -> None:
    vitals = HealthMonitor(works, Thread(), Thread(), lambda: True, look_every=5)
    assert vitals.patience == STUCK


def stand_at(works: UnitOfWorkFactory, step: str) -> None:
    with works.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})


@pytest.mark.parametrize(("step", "ok"), [("0001", False), ("9999", True)])
def test_older_tables_take_it_out_and_newer_ones_do_not(
    works: UnitOfWorkFactory, step: str, ok: bool
) -> None:
    patient = Patient(works)
    stand_at(works, step)
    patient.vitals.pulse.start()
    try:
        tables = next(check for check in patient.vitals.checks() if check.name == "tables")
        assert tables.ok is ok
        assert ("Run: crm db upgrade" in tables.text) is not ok
    finally:
        patient.vitals.stop()
        stand_at(works, patient.vitals.needed)


def test_a_long_queue_is_told_but_takes_nobody_out(
    patient: Patient, works: UnitOfWorkFactory, clock: Any
) -> None:
    with works("T1") as work:
        for number in (1, 2):
            deliver(work, "message", "C_SALES", f"n{number}", about={"text": "hello"})
    clock.forward(timedelta(minutes=6))
    patient.ready()  # what was asked before it
    patient.vitals.pulse.answered_at = None
    status, checks = patient.ready()
    assert status == 200
    assert checks["deliveries"] == Check(
        "deliveries", False, "2 wait, the oldest due for 6 min.", vital=False
    )


@SQLITE
def test_a_hung_database_keeps_nobody_waiting(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.ready()
    monkeypatch.setattr(health_probe, "PATIENCE", 0.1)
    hung = threading.Event()
    patient.vitals.pulse.ask = hung.wait  # type: ignore[method-assign, assignment]
    patient.vitals.pulse.answered_at = None
    try:
        status, checks = patient.ready()
        assert (status, checks["database"].ok, checks["tables"].ok) == (503, False, False)
        assert checks["database"].text.startswith("It has not answered for ")
        assert get(f"{patient.url}/healthz")[0] == 200
        _, figures = get(f"{patient.url}/metrics")
        assert "rapport_database_up 0.0" in figures
        assert "rapport_deliveries_waiting NaN" in figures
    finally:
        hung.set()


@SQLITE
def test_many_who_ask_at_once_ask_the_database_once(works: UnitOfWorkFactory) -> None:
    vitals = HealthMonitor(works, Thread(), Thread(), lambda: True)
    asked: list[int] = []
    ask = vitals.ask

    def counted() -> Any:
        asked.append(1)
        return ask()

    vitals.pulse.ask = counted  # type: ignore[method-assign]
    vitals.pulse.start()
    callers = [threading.Thread(target=vitals.checks) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    vitals.stop()
    assert len(asked) == 1


@SQLITE
def test_a_database_that_refuses_us_is_named_without_what_it_says(
    works: UnitOfWorkFactory, caplog: Any
) -> None:
    vitals = HealthMonitor(works, Thread(), Thread(), lambda: True)

    def ask() -> Any:
        raise ConnectionError("ada@example.org")

    vitals.pulse.ask = ask  # type: ignore[method-assign]
    vitals.pulse.start()
    for _ in range(3):
        vitals.pulse.answered_at = vitals.pulse.answered_at and 0.0
        database = vitals.checks()[1]
    vitals.stop()
    assert database == Check("database", False, "It refuses us: ConnectionError.")
    assert [record.message for record in caplog.records] == ["The database does not answer"]


def test_its_sign_of_life_stands_in_the_database_until_it_stops(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    patient = Patient(works)
    patient.connected = False
    patient.vitals.start()
    (replica,) = eventually(works, 1)
    assert (replica.id, replica.host, replica.seen_at) == (
        patient.vitals.id,
        patient.vitals.host,
        clock(),
    )
    assert ["slack", False, "Not connected to Slack; it keeps trying."] in replica.checks
    patient.vitals.stop()
    assert eventually(works, 0) == []


@SQLITE
def test_from_the_moment_it_stops_it_is_not_ready(patient: Patient) -> None:
    patient.ready()
    patient.vitals.stop()
    status, checks = patient.ready()
    assert (status, checks["running"].text) == (503, "It is stopping.")
    assert get(f"{patient.url}/healthz")[0] == 200


@SQLITE
def test_stopping_one_that_never_started_does_nothing(works: UnitOfWorkFactory) -> None:
    HealthMonitor(works, Thread(), Thread(), lambda: True).stop()


@SQLITE
def test_the_figures_tell_how_it_is(patient: Patient) -> None:
    status, body = get(f"{patient.url}/metrics")
    assert status == 200
    for line in ("rapport_ready 1.0", "rapport_connected 1.0", "rapport_deliveries_waiting 0.0"):
        assert line in body.splitlines()
    assert f"rapport_database_connections {patient.works.engine.pool.size():.1f}" in body


@SQLITE
def test_without_figures_there_is_no_route_for_them(works: UnitOfWorkFactory) -> None:
    routes = HealthMonitor(works, Thread(), Thread(), lambda: True).routes()
    assert [route.path for route in routes] == ["/healthz", "/readyz"]
