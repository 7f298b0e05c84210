"""Bolt's own Socket Mode handler over a real websocket."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Json
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.socket_mode import Sockets
from bot.sandbox.transport import Envelope
from tests.bot.sandbox.kit import notes_app, workspace


@pytest.fixture(scope="module")
def served() -> Iterator[Slack]:
    slack = workspace()
    with serve(slack, port=0):
        yield slack


@pytest.fixture
def online(served: Slack) -> Iterator[Slack]:
    """A workspace as on its first day, to which apps connect."""
    served.reset()
    served.ack_seconds = 5.0
    yield served
    wait(lambda: not served.transport.connected)


def wait(until: Callable[[], bool]) -> None:
    """Wait for something another thread does; ten seconds are for ever."""
    for _ in range(2000):
        if until():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never happened")


@contextmanager
def connected(slack: Slack, heard: list[Json]) -> Iterator[SocketModeHandler]:
    """One more connection of the app."""
    handler = SocketModeHandler(
        notes_app(slack, heard),
        slack.app_token,
        web_client=WebClient(token=slack.bot_token, base_url=f"{slack.url}/api/"),
    )
    before = sockets(slack).connections
    handler.connect()  # type: ignore[no-untyped-call]
    wait(lambda: sockets(slack).connections == before + 1)
    try:
        yield handler
    finally:
        handler.client.auto_reconnect_enabled = False
        sockets(slack).hang_up()  # a client that still listens takes three seconds to close,
        wait(
            lambda: not handler.client.is_connected()
        )  # and one that closes while it is closed stumbles
        handler.client.message_processor.event.set()  # who waits for a message looks up when one comes,
        handler.client.enqueue_message("{}")  # else after a second
        handler.close()  # type: ignore[no-untyped-call]


def sockets(slack: Slack) -> Sockets:
    assert isinstance(slack.transport, Sockets)
    return slack.transport


def test_without_an_app_a_command_fails(online: Slack) -> None:
    assert not online.transport.connected
    with pytest.raises(AssertionError, match="no app is connected"):
        SlackDriver(online).command("/note a")


def test_commands_forms_and_events_work_over_a_websocket(online: Slack) -> None:
    with connected(online, []):
        desk = SlackDriver(online, user="U_RITA", channel="C_SALES")
        desk.command("/raw tea")
        assert desk.last.text == "You said tea"
        desk.command("/note form")
        assert desk.options("about", "ad") == ["Ada", "Adele"]
        desk.submit(text="short")
        assert desk.errors == {"text": "Too short"}
        desk.submit(text="hello")
        assert desk.modal is None
        desk.say("@notes hi")
        assert desk.last.text == "You called?"


def test_several_connections_take_turns(online: Slack) -> None:
    first: list[Json] = []
    second: list[Json] = []
    with connected(online, first), connected(online, second):
        for _ in range(4):
            SlackDriver(online).command("/raw x")
        assert (len(first), len(second)) == (2, 2)


def test_an_app_that_is_told_to_reconnect_does(online: Slack) -> None:
    heard: list[Json] = []
    with connected(online, heard) as handler:
        first = handler.client.session_id()
        handler.client.current_session.sock.settimeout(
            0.05
        )  # it hears the call, then lets go of the old connection
        sockets(online).refresh()
        wait(lambda: handler.client.session_id() != first and sockets(online).connections == 1)
        SlackDriver(online).command("/raw back")
        assert heard[-1]["text"] == "back"


def address(slack: Slack) -> str:
    """Where the next websocket may be opened."""
    opened = WebClient(base_url=f"{slack.url}/api/").apps_connections_open(
        app_token=slack.app_token
    )
    return str(opened["url"])


@contextmanager
def line_to(slack: Slack) -> Iterator[ClientConnection]:
    """A bare websocket that Slack has greeted."""
    with connect(address(slack)) as line:
        assert json.loads(line.recv())["type"] == "hello"
        yield line


def test_a_ticket_opens_one_websocket_only(online: Slack) -> None:
    ticket = address(online)
    with connect(ticket) as first:
        assert json.loads(first.recv())["num_connections"] == 1
        with pytest.raises(InvalidStatus), connect(ticket):
            pass


def test_an_eleventh_connection_is_sent_away(online: Slack) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(line_to(online))
        eleventh = stack.enter_context(connect(address(online)))
        assert json.loads(eleventh.recv())["reason"] == "too_many_websockets"
        assert sockets(online).connections == 10


def test_nonsense_from_the_app_acknowledges_nothing(online: Slack) -> None:
    online.ack_seconds = 0.05
    with line_to(online) as line:
        for nonsense in ("[not an object", "[]", '{"envelope_id": "unknown"}'):
            line.send(nonsense)
        with pytest.raises(AssertionError, match=r"no acknowledgement within 0\.05 s"):
            SlackDriver(online).command("/raw a")


def test_a_connection_that_dies_has_not_acknowledged(online: Slack) -> None:
    with line_to(online) as line:

        def hear_and_hang_up() -> None:
            line.recv()
            line.close()

        thread = threading.Thread(target=hear_and_hang_up)
        thread.start()
        with pytest.raises(AssertionError, match="the connection closed"):
            SlackDriver(online).command("/raw a")
        thread.join()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
def test_a_call_to_reconnect_leaves_the_old_connection_open(online: Slack, reason: str) -> None:
    with line_to(online) as line:
        sockets(online).refresh(reason)
        assert json.loads(line.recv())["reason"] == reason
        assert sockets(online).connections == 1


def test_a_connection_can_be_cut_without_a_word(online: Slack) -> None:
    with line_to(online) as line:
        sockets(online).hang_up()
        with pytest.raises(ConnectionClosed):
            line.recv()
        wait(lambda: not sockets(online).connected)


def test_an_event_in_an_envelope_counts_its_attempts(online: Slack) -> None:
    online.ack_seconds = 0.05
    with line_to(online) as line:
        with pytest.raises(AssertionError, match="was not acknowledged"):
            SlackDriver(online).dm("hello")
        first, second = json.loads(line.recv()), json.loads(line.recv())
        assert (first["type"], first["retry_attempt"], first["accepts_response_payload"]) == (
            "events_api",
            0,
            False,
        )
        assert (second["retry_attempt"], second["payload"]["event_id"]) == (
            1,
            first["payload"]["event_id"],
        )


def test_what_is_sent_on_a_connection_that_has_just_ended_is_not_waited_for(online: Slack) -> None:
    with line_to(online):
        (line,) = sockets(online)._lines
    wait(lambda: line.closed)
    sockets(online)._lines.append(line)
    assert sockets(online).send(Envelope("events_api", {}), 60).why == "the connection closed"
    sockets(online)._lines.clear()
