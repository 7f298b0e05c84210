"""Post something to a program outside, and never to one inside by mistake.

Whoever may make rules names the address. So it is looked up here, once, and where it leads into the
network of the bot, nothing is sent, unless the settings name that place. Redirects are not
followed, and the answer is not read.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

PATIENCE = 10.0
"""Seconds for each step: to connect, to send, to get an answer."""
LONGEST = 15.0
"""Seconds for all of it."""
THROUGH = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""Networks whose addresses lead to any other one."""
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Blocked(Exception):
    """The address is none to which anything is sent; the text is the end of a sentence."""


class Unreachable(Exception):
    """No answer came; the text is the end of a sentence."""


@dataclass(frozen=True)
class Allowed:
    """The places inside the own network that may be reached.

    Attributes:
        hosts: Their names.
        networks: Their networks.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Allowed":
        """Return what a setting names: hooks.corp.example, 10.1.0.0/16.

        Raises:
            ValueError: Something of it is neither a host nor a network.
        """
        hosts, networks = set(), []
        for each in filter(None, (part.strip().lower() for part in text.split(","))):
            try:
                networks.append(ipaddress.ip_network(each))
            except ValueError:
                if not each.replace("-", "").replace(".", "").isalnum() or "/" in each:
                    raise ValueError(
                        f"{each} is no host and no network. Try hooks.corp.example, 10.1.0.0/16"
                    ) from None
                hosts.add(each)
        return cls(frozenset(hosts), tuple(networks))

    def lets(self, host: str, address: Address) -> bool:
        """Return whether something may be sent to a host at an address."""
        named = any(address in network for network in self.networks)
        return host.lower() in self.hosts or named or is_public(address)


def is_public(address: Address) -> bool:
    """Return whether an address is for everybody, and does not lead to one that is not."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return is_public(inner)
    if any(address in network for network in THROUGH) or getattr(address, "teredo", None):
        return False
    return address.is_global and not address.is_multicast


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Allowed) -> tuple[int, float]:
    """Post something to an address.

    Returns:
        The status of the answer, and for how many seconds it asks to wait.

    Raises:
        Blocked: Nothing is sent there.
        Unreachable: Nobody answered in time.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme.lower() == "https"
    port = parts.port or (443 if secure else 80)
    address = looked_up(host, port, allowed)
    connection = Connection(host, port, address, context() if secure else None)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    ends = threading.Timer(LONGEST, connection.cut)
    ends.daemon = True
    try:
        with closing(connection):
            ends.start()
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, waits(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"it did not answer ({type(error).__name__})") from error
    finally:
        ends.cancel()


def looked_up(host: str, port: int, allowed: Allowed) -> Address:
    """Return the address at which a host is reached.

    Raises:
        Blocked: One of its addresses is inside.
        Unreachable: It has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("there is no such host") from error
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not all(allowed.lets(host, each) for each in addresses):
        raise Blocked(
            "it leads into the network of Rapport, where no webhook goes unless WEBHOOK_HOSTS "
            "names it"
        )
    return addresses[0]


def waits(answer: HTTPResponse) -> float:
    """Return for how many seconds an answer asks to wait."""
    text = answer.getheader("Retry-After") or ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


@cache
def context() -> ssl.SSLContext:
    return ssl.create_default_context()


class Connection(HTTPConnection):
    """A connection to the address that was looked up: a second look could find another one."""

    def __init__(
        self, host: str, port: int, address: Address, secure: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self.address, self.secure = address, secure
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        self.sock = socket.create_connection((str(self.address), self.port), self.timeout)
        if self.secure:
            self.sock = self.secure.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """End it, because it takes too long."""
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # wakes who waits, TLS or not
