"""Kept connections: they spare opening new ones, and no call is ever made twice."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from slack_sdk.errors import SlackApiError

from bot.slack import connection_pool as module
from bot.slack.circuit_breaker import Limited
from bot.slack.connection_pool import Connections, KeptClient
from bot.slack.gateway import Unclear, understood

Wrap = Callable[[socket.socket], socket.socket]
ANSWER = "HTTP/1.1 {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{}\r\n{}"


class Far:
    """A server that does with the calls that reach it as it is told, one after the other, and then
    answers all.

    fates: "answer"; "leave": answer, and close without having said so; "close": answer, saying so;
    "vanish": close without an answer; "break": close in the middle of one; "wait": never answer; or
    the status line of a refusal.
    """

    def __init__(self, wrap: Wrap = lambda line: line) -> None:
        self.wrap, self.fates = wrap, list[str]()
        self.calls: list[tuple[int, str]] = []
        """Which connection each call came over, and its first line."""
        self.lines: list[socket.socket] = []
        self.left = threading.Semaphore(0)
        """Counts the connections that were closed here."""
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with suppress(OSError):  # the door was closed
            while True:
                line, _ = self.door.accept()
                self.lines.append(line)
                threading.Thread(
                    target=self.talk, args=[line, len(self.lines)], daemon=True
                ).start()

    def talk(self, line: socket.socket, number: int) -> None:
        with suppress(OSError), self.wrap(line) as talk, talk.makefile("rb") as said:
            while self.answer(talk, *self.heard(said, number)):
                pass
        self.left.release()

    def heard(self, said: BufferedReader, number: int) -> tuple[str, str]:
        """The next call: what is to become of it, and its body."""
        head = iter(said.readline, b"\r\n")
        first = next(head).decode().strip()
        if not first:
            raise ConnectionError
        length = next(
            int(line.split(b":")[1])
            for line in list(head)
            if line.lower().startswith(b"content-length")
        )
        body = said.read(length).decode()
        self.calls.append((number, first))
        return (self.fates.pop(0) if self.fates else "answer"), body

    def answer(self, line: socket.socket, fate: str, body: str) -> bool:
        """Whether the connection stays."""
        if fate in ("vanish", "wait"):
            if fate == "wait":
                line.recv(1)
            return False
        status = fate if fate[0].isdigit() else "200 OK"
        text = json.dumps({"ok": status == "200 OK", "error": "failed", "echo": json.loads(body)})
        more = {"close": "connection: close\r\n", "429 Slow": "retry-after: 7\r\n"}.get(fate, "")
        raw = ANSWER.format(status, len(text), more, text).encode()
        line.sendall(raw[:-5] if fate == "break" else raw)
        return fate not in ("leave", "close", "break")

    @property
    def connections(self) -> list[int]:
        return [number for number, _ in self.calls]

    def close(self) -> None:
        for each in (self.door, *self.lines):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far()
    yield far
    far.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing depends on how fast this machine is."""
    monkeypatch.setattr(module, "IDLE", 60.0)


@pytest.fixture
def client(far: Far) -> KeptClient:
    return KeptClient(Connections(f"http://127.0.0.1:{far.port}/api/"), "xoxb-1")


def post(client: KeptClient, text: str = "hello") -> str:
    """Post something; returns what the other side was told."""
    with understood():
        return str(client.chat_postMessage(channel="C1", text=text)["echo"]["text"])


# ── what is kept ──────────────────────────────────────────────────────────────────────────────────


def test_one_call_after_the_other_goes_over_one_connection(far: Far, client: KeptClient) -> None:
    assert [post(client, text) for text in ("one", "two", "three")] == ["one", "two", "three"]
    assert far.connections == [1, 1, 1]
    assert far.calls[0][1] == "POST /api/chat.postMessage HTTP/1.1"


def test_clients_with_tokens_of_their_own_share_them(far: Far, client: KeptClient) -> None:
    other = KeptClient(client.connections, "xoxb-2")
    assert [post(client), post(other)] == ["hello", "hello"]
    assert far.connections == [1, 1]


def test_calls_at_once_have_a_connection_each_and_answers_of_their_own(
    far: Far, client: KeptClient
) -> None:
    texts = [str(number) for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda text: post(client, text), texts)) == texts
    assert len(far.calls) == 200
    assert len(set(far.connections)) <= 8
    assert len(client.connections.idle) == len(set(far.connections))


def test_a_refusal_is_told_as_the_library_does_and_its_connection_is_kept(
    far: Far, client: KeptClient
) -> None:
    far.fates = ["429 Slow", "500 Broken", "404 Nothing"]
    with pytest.raises(Limited) as limited:
        post(client)
    assert limited.value.pause == timedelta(seconds=7)
    with pytest.raises(Unclear, match="failed|500"):
        post(client)
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C1", text="hello")
    assert (refused.value.response.status_code, refused.value.response["error"]) == (404, "failed")
    assert far.connections == [1, 1, 1]


def test_who_lets_go_of_the_connections_closes_them(far: Far, client: KeptClient) -> None:
    post(client)
    [(connection, _)] = client.connections.idle
    client.connections = Connections("http://127.0.0.1:1")
    assert connection.sock is None
    assert far.left.acquire(timeout=5)


# ── what is not kept ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fate", ["leave", "close"])
def test_what_slack_closed_after_an_answer_is_not_used_again(
    far: Far, client: KeptClient, fate: str
) -> None:
    far.fates = [fate]
    post(client, "one")
    assert far.left.acquire(timeout=5)
    assert post(client, "two") == "two"
    assert far.connections == [1, 2]


def test_what_nobody_used_for_a_while_is_closed(
    far: Far, client: KeptClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE", 0.0)
    post(client, "one")
    assert post(client, "two") == "two"
    assert far.connections == [1, 2]
    assert far.left.acquire(timeout=5)
    assert len(client.connections.idle) == 1


def test_more_than_was_asked_for_ends_a_connection(far: Far, client: KeptClient) -> None:
    post(client, "one")
    far.lines[0].sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    assert post(client, "two") == "two"
    assert far.connections == [1, 2]


# ── what breaks ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fate", ["vanish", "break"])
@pytest.mark.parametrize("before", [0, 1], ids=["new", "kept"])
def test_a_call_whose_connection_breaks_is_unclear_and_not_made_again(
    far: Far, client: KeptClient, fate: str, before: int
) -> None:
    far.fates = ["answer"] * before + [fate]
    for _ in range(before):
        post(client)
    with pytest.raises(Unclear):
        post(client, "broken")
    assert far.connections == [1] * (before + 1)
    assert not client.connections.idle
    assert post(client, "next") == "next"
    assert far.connections[-1] == 2


def test_a_call_that_is_not_answered_in_time_is_unclear_and_not_made_again(
    far: Far, client: KeptClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.05)
    far.fates = ["wait"]
    with pytest.raises(Unclear, match="Timeout|timed out"):
        post(client)
    assert far.connections == [1]
    assert not client.connections.idle


def test_where_nobody_listens_a_call_is_unclear(far: Far, client: KeptClient) -> None:
    far.close()
    with pytest.raises(Unclear):
        post(client)


# ── around it ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy"])
def test_a_proxy_is_gone_through_the_librarys_way(
    far: Far, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, f"http://127.0.0.1:{far.port}")
    client = KeptClient(Connections("http://slack.invalid/api/"), "xoxb-1")
    assert post(client) == "hello"
    assert far.calls == [(1, "POST http://slack.invalid/api/chat.postMessage HTTP/1.1")]
    assert not client.connections.idle


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that it signed itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    about = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1)
    )
    here = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    signed = about.add_extension(here, critical=True).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture
def sealed(certificate: Path) -> Iterator[Far]:
    """The same server, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    far = Far(lambda line: context.wrap_socket(line, server_side=True))
    yield far
    far.close()


def test_over_tls_connections_are_kept_too(
    sealed: Far, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = KeptClient(Connections(f"https://localhost:{sealed.port}/api/"), "xoxb-1")
    assert [post(client), post(client)] == ["hello", "hello"]
    assert sealed.connections == [1, 1]


def test_who_is_not_vouched_for_is_told_nothing(sealed: Far) -> None:
    client = KeptClient(Connections(f"https://localhost:{sealed.port}/api/"), "xoxb-1")
    with pytest.raises(Unclear, match="CERTIFICATE_VERIFY_FAILED|certificate verify failed"):
        post(client)
    assert sealed.calls == []
