"""The server starts, serves, and stops without leaving anything behind."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.socket_mode import Sockets
from bot.sandbox.transport import Nobody
from tests.bot.sandbox.test_browser_api import Ear

from .kit import client, workspace


def test_it_serves_while_the_block_runs_and_no_longer() -> None:
    slack, before = workspace(), set(threading.enumerate())
    with serve(slack, port=0) as url:
        assert url == slack.url
        assert isinstance(slack.transport, Sockets)
        assert client(slack).auth_test()["ok"]
    assert isinstance(slack.transport, Nobody)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url)
    assert not set(threading.enumerate()) - before


def test_it_takes_the_port_it_is_given_again_and_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for _ in range(2):
        with serve(workspace(), port=port) as url:
            assert url == f"http://127.0.0.1:{port}"


def test_a_taken_port_is_refused_loudly(served: Slack) -> None:
    with (
        pytest.raises(OSError, match="in use"),
        serve(workspace(), port=int(served.url.rpartition(":")[2])),
    ):
        pass


def test_it_stops_while_a_page_still_listens() -> None:
    slack = workspace()
    with serve(slack, port=0):
        ear = Ear(slack, "U_RITA")
    ear.thread.join(10)
    assert not ear.thread.is_alive()
    ear.response.close()


def test_an_app_used_directly_stays_connected_when_the_server_stops() -> None:
    slack = workspace()
    slack.transport = mine = Sockets()
    with serve(slack, port=0):
        assert slack.transport is mine
    assert slack.transport is mine


@pytest.fixture(scope="module")
def served() -> Iterator[Slack]:
    slack = workspace()
    with serve(slack, port=0):
        yield slack


def test_form_and_query_arguments_count_the_same(served: Slack) -> None:
    for target, body in (
        (f"{served.url}/api/users.info?user=U_RITA&token={served.bot_token}", None),
        (f"{served.url}/api/users.info", f"user=U_RITA&token={served.bot_token}".encode()),
    ):
        with urllib.request.urlopen(target, body) as response:
            assert b'"name":"rita"' in response.read()


def test_a_file_that_is_not_there_is_gone(served: Slack) -> None:
    with pytest.raises(urllib.error.HTTPError) as lost:
        urllib.request.urlopen(f"{served.url}/files/F1/x.csv")
    assert (lost.value.code, lost.value.read()) == (404, b"gone")
    with pytest.raises(urllib.error.HTTPError) as unknown:
        urllib.request.urlopen(f"{served.url}/upload/F1", b"abc")
    assert (unknown.value.code, unknown.value.read()) == (400, b"file_not_found")


def test_a_caller_that_hangs_up_in_the_middle_is_no_error(
    served: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as caller:
        caller.sendall(
            b"POST /api/auth.test HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
        )
    with urllib.request.urlopen(f"{served.url}/api/auth.test?token={served.bot_token}") as response:
        assert b'"ok":true' in response.read()
    assert caplog.records == []
