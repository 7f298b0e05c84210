"""Socket Mode: what is begun is acknowledged, and what comes after the end is not begun."""

import threading
import time
from collections.abc import Iterator

import pytest

from bot.app import create_app, create_dispatcher
from bot.manifest import manifest
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Channel
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.user_client import Outcome
from bot.slack.socket_mode import DrainGate, SocketModeConnection
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.handlers.conftest import MEMBERS
from tests.handlers.kit import SQLITE, count
from tests.installed import installed

pytestmark = SQLITE


@pytest.fixture(scope="module")
def place() -> Iterator[Slack]:
    """A small Slack to which apps connect."""
    slack = Slack(
        manifest(Catalogue(ROUTERS)),
        MEMBERS,
        [Channel("C_SALES", "sales")],
        Clock(),
        ("T1", "Acme"),
    )
    with serve(slack, port=0):
        yield slack


@pytest.fixture
def desk(place: Slack, works: UnitOfWorkFactory) -> SlackDriver:
    """Rita, on the first day of it."""
    place.reset()
    place.clock, place.ack_seconds = works.clock, 3.0
    return SlackDriver(place, user="U_RITA")


@pytest.fixture
def line(desk: SlackDriver, works: UnitOfWorkFactory) -> Iterator[SocketModeConnection]:
    clients = installed(desk.slack)
    gate = DrainGate()
    gate.unlock()
    line = SocketModeConnection(
        create_app(clients, create_dispatcher(works)), desk.slack.app_token, clients.client(), gate
    )
    line.connect()
    eventually(desk, True)
    yield line
    line.hang_up()
    eventually(desk, False)


def eventually(desk: SlackDriver, connected: bool) -> None:
    until = time.monotonic() + 10
    while desk.slack.transport.connected != connected:
        assert time.monotonic() < until
        time.sleep(0.002)


def type_lead(desk: SlackDriver) -> Outcome:
    """Rita types, as a person of Slack does: what goes wrong is shown to her."""
    return desk._person(None).command("/crm lead new Grace Hopper", "C_SALES")


def test_what_comes_over_the_line_is_done_and_acknowledged(
    desk: SlackDriver, line: SocketModeConnection, works: UnitOfWorkFactory
) -> None:
    assert line.connected()
    assert type_lead(desk).ok
    assert count(works, Lead) == 1


def test_what_comes_after_the_end_is_neither_done_nor_acknowledged(
    desk: SlackDriver, line: SocketModeConnection, works: UnitOfWorkFactory
) -> None:
    desk.slack.ack_seconds = 0.1
    assert line.gate.shut(1)
    assert not type_lead(desk).ok
    assert count(works, Lead) == 0


def test_the_end_waits_for_what_is_in_hand_and_for_its_acknowledgement(
    desk: SlackDriver, line: SocketModeConnection, works: UnitOfWorkFactory
) -> None:
    outcomes: list[Outcome] = []
    with works.queue():  # nobody else can write
        person = threading.Thread(target=lambda: outcomes.append(type_lead(desk)))
        person.start()
        while not line.gate.inside:
            time.sleep(0.002)
        assert not line.gate.shut(0)
    assert line.gate.shut(5)
    line.hang_up()
    person.join()
    assert [each.ok for each in outcomes] == [True]
    assert count(works, Lead) == 1


def test_hanging_up_at_once_does_not_wait(desk: SlackDriver, works: UnitOfWorkFactory) -> None:
    clients = installed(desk.slack)
    line = SocketModeConnection(
        create_app(clients, create_dispatcher(works)),
        desk.slack.app_token,
        clients.client(),
        DrainGate(),
    )
    line.connect()
    line.hang_up()
    eventually(desk, False)
    assert not line.connected()


def test_a_line_that_never_was_connected_hangs_up_too(
    desk: SlackDriver, works: UnitOfWorkFactory
) -> None:
    clients = installed(desk.slack)
    line = SocketModeConnection(
        create_app(clients, create_dispatcher(works)),
        desk.slack.app_token,
        clients.client(),
        DrainGate(),
    )
    line.hang_up()
    assert not line.connected()
