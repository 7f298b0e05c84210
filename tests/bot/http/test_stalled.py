"""Connections that send no more than they must: they are closed, cost little memory, and keep
nobody out.
"""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.http.connections import CONNECTIONS
from bot.http.rejections import Rejections
from bot.http.request_bodies import LARGEST
from bot.http.server import Web
from handlers.core.telemetry import Watch
from tests.bot.posted import ask, signed
from tests.processes import ROOT, environment

SECONDS = 1.0
"""For a head and for a body, in place of five."""
STALLED = 300
LIKELY = {"x-slack-request-timestamp": "", "x-slack-signature": f"v0={'0' * 64}"}
"""Headers of which only the body shows that they are forged."""
LITTLE = 120
"""Megabytes: what all bodies may hold together, and what the kernel and Python hold of each
connection. Read to their ends, as they once were, they were 600.
"""
ALMOST = b"a" * (LARGEST - 1000)


class Heard(Watch):
    """Hears why requests are refused."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def rejected(self, reason: str) -> None:
        self.reasons.append(reason)


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[str, Path]]:
    """Where Slack posts to in another process, and what the kernel knows of that."""
    words = [sys.executable, "-m", "tests.bot.door", str(SECONDS)]
    with subprocess.Popen(
        words, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield (
            f"http://127.0.0.1:{int(process.stdout.readline())}/slack/events",
            Path(f"/proc/{process.pid}/status"),
        )


def peak(status: Path) -> int:
    """Megabytes that a process held at most."""
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    assert found
    return int(found[1]) // 1024


def head(length: int, **headers: str) -> bytes:
    lines = [
        f"{name}: {value}"
        for name, value in {"host": "x", "content-length": str(length), **headers}.items()
    ]
    return "\r\n".join(["POST /slack/events HTTP/1.1", *lines, "", ""]).encode()


def likely() -> dict[str, str]:
    return {**LIKELY, "x-slack-request-timestamp": str(int(time.time()))}


@contextmanager
def stalled(url: str, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that have sent this, as far as it was taken, and send nothing more."""
    port = int(url.split(":")[2].partition("/")[0])
    sockets: list[socket.socket] = []
    try:
        for _ in range(count):
            sockets.append(socket.create_connection(("127.0.0.1", port), timeout=2))
            with suppress(OSError):
                sockets[-1].sendall(sent)
        yield sockets
    finally:
        for each in sockets:
            each.close()


def answered(connection: socket.socket) -> bytes:
    """What came until the other side closed; empty where it only closed."""
    connection.settimeout(SECONDS + 4)
    found = b""
    with suppress(ConnectionError):
        while part := connection.recv(4096):
            found += part
    return found


def statuses(sockets: list[socket.socket]) -> set[bytes]:
    return {answered(each)[9:12] for each in sockets}


def greet(url: str) -> int:
    """What Slack is answered that makes sure of the address."""
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
    return ask(url, body, [("content-type", "application/json"), *signed(body, "sandbox")]).status


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux says how much a process holds"
)
def test_three_hundred_stalled_bodies_hold_little_and_keep_nobody_out(
    door: tuple[str, Path],
) -> None:
    url, status = door
    assert greet(url) == 200
    before = peak(status)
    with stalled(url, STALLED, head(LARGEST, **likely()) + ALMOST) as sockets:
        assert greet(url) == 200
        ends = statuses(sockets)
    assert ends <= {b"408", b"503", b""}
    assert b"408" in ends
    assert peak(status) - before < LITTLE
    assert greet(url) == 200


def test_what_headers_cannot_justify_is_refused_before_its_body_comes(
    door: tuple[str, Path],
) -> None:
    url, _ = door
    old = {**LIKELY, "x-slack-request-timestamp": str(int(time.time()) - 301)}
    json_of = {"content-type": "application/json"}
    tried = {
        head(LARGEST): b"401",
        head(LARGEST, **{**likely(), "x-slack-signature": "v0=short"}): b"401",
        head(LARGEST, **old): b"401",
        head(LARGEST + 1, **likely(), **json_of): b"413",
        head(10**18, **likely(), **json_of): b"413",
        head(LARGEST, **likely(), **{"content-type": "text/xml"}): b"415",
        head(LARGEST, **likely()).replace(b"/slack/events", b"/slack/nothing"): b"404",
        head(LARGEST, **likely()).replace(b"POST", b"PUT"): b"405",
        b"GET / HTTP/1.1\r\nhost x\r\n\r\n": b"400",
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n": b"400",
    }
    for sent, status in tried.items():
        with stalled(url, 1, sent) as [one]:
            began = time.monotonic()
            assert one.recv(4096)[9:12] == status, sent
            assert time.monotonic() - began < SECONDS / 2, sent


@pytest.mark.parametrize(
    ("sent", "end"),
    [
        (b"", b"408"),
        (b"POST /slack/events HTTP/1.1\r\nhost: x\r\nx-slow", b"408"),
        (b"half a body", b"408"),
        (head(LARGEST) + b"payload=", b"401"),
    ],
    ids=["nothing", "half a head", "half a body", "half a body that was refused"],
)
def test_what_does_not_come_within_seconds_is_closed(
    door: tuple[str, Path], sent: bytes, end: bytes
) -> None:
    sent = sent.replace(
        b"half a body", head(LARGEST, **likely()) + b"payload="
    )  # of now, not of the test run's start
    with stalled(door[0], 3, sent) as sockets:
        began = time.monotonic()
        assert statuses(sockets) == {end}
        assert SECONDS / 2 < time.monotonic() - began < SECONDS + 3


def test_what_comes_drop_by_drop_has_no_more_time(door: tuple[str, Path]) -> None:
    with stalled(door[0], 1, head(1000, **likely())) as [one]:
        began = time.monotonic()
        with suppress(ConnectionError):
            for _ in range(100):
                one.sendall(b"a")
                time.sleep(0.05)
        assert time.monotonic() - began < SECONDS + 1


def test_of_too_many_connections_those_that_have_waited_longest_are_closed() -> None:
    def well(request: Request) -> Response:
        return PlainTextResponse("well")

    heard = Heard()
    web = Web([Route("/", well)], "127.0.0.1", 0, Rejections(heard), seconds=60)
    web.start()
    url = f"http://127.0.0.1:{web.port}/"
    with stalled(url, CONNECTIONS + 50, head(10)[:-2]) as sockets:
        assert ask(url).text == "well"
        ends = [answered(each) for each in sockets[:51]]
    assert all(end.startswith(b"HTTP/1.1 503 ") and b"retry-after: 1" in end for end in ends)
    assert heard.reasons == ["too_many"] * 51
    assert web.stop(5)


def test_a_connection_that_is_kept_may_rest_longer_than_a_request_may_take() -> None:
    def late(request: Request) -> Response:
        time.sleep(0.3)
        return PlainTextResponse("done")

    heard = Heard()
    web = Web([Route("/", late)], "127.0.0.1", 0, Rejections(heard), seconds=0.1)
    web.start()
    with closing(socket.create_connection(("127.0.0.1", web.port), timeout=5)) as one:
        for _ in range(2):
            one.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            said = b""
            while not said.endswith(b"done"):
                said += one.recv(4096)
            assert said.startswith(b"HTTP/1.1 200")
            time.sleep(0.3)
    assert heard.reasons == []
    assert web.stop(5)


def test_rubbish_after_an_answer_ends_the_connection_quietly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard = Heard()
    web = Web([], "127.0.0.1", 0, Rejections(heard))
    web.start()
    chunked = b"POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"
    with closing(socket.create_connection(("127.0.0.1", web.port), timeout=5)) as one:
        one.sendall(chunked)
        said = b""
        while not said.endswith(b"Not Found"):
            said += one.recv(4096)
        one.sendall(b"no number\r\n")
        assert one.recv(4096) == b""
    assert heard.reasons == ["wrong_address", "no_http"]
    assert web.stop(5)
    assert [record.name for record in caplog.records if record.name != "bot.http.rejections"] == []
