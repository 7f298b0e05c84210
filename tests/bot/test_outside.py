"""Nothing is posted to an address inside, whatever leads there."""

import socket
import time
from ipaddress import ip_address
from threading import Thread

import pytest

from bot import outside
from bot.outside import Allowed, Blocked, Unreachable, is_public, looked_up, post
from tests.bot.programs import program

INSIDE = [
    "127.0.0.1",
    "127.255.0.9",
    "10.0.0.1",
    "172.16.3.4",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "192.0.2.7",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:0a00:0001::1",
    "2002:7f00:1::",
    "2001:0:53aa:64c::1",
]
OUTSIDE = [
    "93.184.216.34",
    "8.8.8.8",
    "172.32.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "2002:0808:0808::1",
]


@pytest.mark.parametrize("text", INSIDE)
def test_an_address_inside_is_no_public_one(text: str) -> None:
    assert not is_public(ip_address(text))
    assert not Allowed().lets("x.example", ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_an_address_outside_is(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "0", "::ffff:127.0.0.1"]
)
def test_other_spellings_of_this_machine_are_seen_through(host: str) -> None:
    with pytest.raises((Blocked, Unreachable)):
        looked_up(host, 80, Allowed())


def test_the_settings_name_hosts_and_networks() -> None:
    allowed = Allowed.read("hooks.corp.example, 10.1.0.0/16,::1")
    assert allowed.lets("HOOKS.corp.example", ip_address("192.168.1.1"))
    assert allowed.lets("x.example", ip_address("10.1.2.3"))
    assert not allowed.lets("x.example", ip_address("10.2.2.3"))
    for wrong in ("10.1.0.0/99", "http://x.example", "a b"):
        with pytest.raises(ValueError, match="no host and no network"):
            Allowed.read(wrong)


def test_a_program_that_asks_to_wait_is_heard_and_a_redirect_is_not_followed() -> None:
    with program() as there:
        there.answers, there.headers = [503, 307], {"Retry-After": "7", "Location": there.url}
        allowed = Allowed.read("127.0.0.1")
        assert post(there.url, b"{}", {}, allowed) == (503, 7.0)
        assert post(there.url, b"{}", {}, allowed) == (307, 7.0)
        assert len(there.heard) == 2


def test_nobody_who_answers_a_letter_at_a_time_keeps_the_sender(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outside, "LONGEST", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            there, _ = server.accept()
            with there:
                try:
                    for letter in b"HTTP/1.1 200 OK" * 100:
                        there.send(bytes([letter]))
                        time.sleep(0.1)
                except OSError:
                    pass

        thread = Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(Unreachable):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"", {}, Allowed.read("127.0.0.1"))
        assert time.monotonic() - began < 5
        thread.join(10)


def test_where_nobody_listens_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable, match="it did not answer"):
        post(f"http://127.0.0.1:{port}/", b"", {}, Allowed.read("127.0.0.1"))
