"""A client of Slack's Web API with a connection pool.

Opening a connection for each call costs more than the call.
"""

import ssl
import time
from collections import deque
from contextlib import suppress
from functools import cached_property
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from io import BytesIO
from select import select
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, getproxies
from weakref import finalize

from slack_sdk import WebClient

IDLE = 3.0
"""Seconds for which an idle connection is good: fewer than servers wait before they close one."""
SECONDS = 10
"""How long a call waits: to be connected, and then for each part of the answer."""


class Connections:
    """The connection pool of one Web API, for many threads.

    Idle connections are kept, and the one used last is taken first. Nothing is ever sent twice:
    where a connection breaks, the call fails, since Slack may have done what it asked.
    """

    def __init__(self, url: str) -> None:
        self.idle: deque[tuple[HTTPConnection, float]] = deque()
        """The idle connections, and since when each is idle."""
        self.url = urlsplit(url)
        finalize(
            self, close_all, self.idle
        )  # __del__ would run after the sockets' own where they refer to each other in a circle

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Return the TLS context, made once: it reads the certificates of all authorities."""
        return ssl.create_default_context()

    def call(self, request: Request) -> tuple[HTTPResponse, bytes]:
        """Send a request and read the whole answer.

        Raises:
            OSError: The connection breaks.
            HTTPException: The connection breaks.
        """
        connection = self.good() or self.new()
        try:
            connection.request("POST", request.selector, request.data, dict(request.header_items()))
            answer = connection.getresponse()
            body = answer.read()
        except BaseException:
            connection.close()
            raise
        if connection.sock:  # else the client or the server said that this was the last call
            self.idle.append((connection, time.monotonic()))
        return answer, body

    def new(self) -> HTTPConnection:
        """Return a connection that its first call opens."""
        if self.url.scheme == "https":
            return HTTPSConnection(self.url.netloc, timeout=SECONDS, context=self.trust)
        return HTTPConnection(self.url.netloc, timeout=SECONDS)

    def good(self) -> HTTPConnection | None:
        """Return the connection used last, unless Slack has closed it.

        Connections that were not used for a while are closed here.
        """
        with suppress(IndexError):  # no more are left
            while True:
                connection, since = self.idle.pop()
                if time.monotonic() < since + IDLE and is_quiet(connection):
                    return connection
                connection.close()
        return None


def close_all(idle: deque[tuple[HTTPConnection, float]]) -> None:
    """Close the idle connections."""
    while idle:
        idle.pop()[0].close()


def is_quiet(connection: HTTPConnection) -> bool:
    """Return whether nothing came over it since its last answer: that would be its end."""
    try:
        return not select([connection.sock], [], [], 0)[0]
    except ValueError:  # more files are open than it can look at
        return False


class KeptClient(WebClient):
    """Slack's client over pooled connections; over the library's own where a proxy is set.

    It never repeats a call. Many threads share it, so its token never changes: a library that sets
    another one gets an error.
    """

    def __init__(self, connections: Connections, token: str | None = None) -> None:
        url = connections.url.geturl()
        super().__init__(token=token, base_url=url, timeout=SECONDS, retry_handlers=[])
        self.connections = connections
        self.proxied = bool(self.proxy or {"http", "https"} & getproxies().keys())

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "token" and value != vars(self).get(name, value):
            raise AttributeError("the token of a client that many share cannot be set")
        super().__setattr__(name, value)

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Perform one request for the library; like `urlopen`, raise an error for a failed one."""
        if self.proxied:
            return super()._perform_urllib_http_request_internal(url, req)
        answer, body = self.connections.call(req)
        if answer.status >= 300:
            raise HTTPError(url, answer.status, answer.reason, answer.headers, BytesIO(body))
        text = body.decode(answer.headers.get_content_charset() or "utf-8")
        return {"status": answer.status, "headers": answer.headers, "body": text}
