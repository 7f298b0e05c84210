"""A client of Slack's Web API that keeps its connections: opening one for each call costs more than
the call.
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
"""Seconds for which a connection nobody uses is good: fewer than servers wait before they close
one.
"""
SECONDS = 10
"""How long a call waits: to be connected, and then for each part of the answer."""


class Connections:
    """The connections to one Web API, for many threads; those that nobody uses are kept, on top the
    one used last.

    Nothing is ever sent twice: where a connection breaks, the call fails, since Slack may have done
    what it asked.
    """

    def __init__(self, url: str) -> None:
        self.idle: deque[tuple[HTTPConnection, float]] = deque()
        """What is kept, and since when."""
        self.url = urlsplit(url)
        finalize(
            self, close_all, self.idle
        )  # __del__ would come after the sockets' own where they go in a circle

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Made once: it reads the certificates of all authorities."""
        return ssl.create_default_context()

    def call(self, request: Request) -> tuple[HTTPResponse, bytes]:
        """Send a request and read the whole answer; OSError or HTTPException where the connection
        breaks.
        """
        connection = self.good() or self.new()
        try:
            connection.request("POST", request.selector, request.data, dict(request.header_items()))
            answer = connection.getresponse()
            body = answer.read()
        except BaseException:
            connection.close()
            raise
        if connection.sock:  # else one of us said that this was the last call
            self.idle.append((connection, time.monotonic()))
        return answer, body

    def new(self) -> HTTPConnection:
        """A connection that is opened by its first call."""
        if self.url.scheme == "https":
            return HTTPSConnection(self.url.netloc, timeout=SECONDS, context=self.trust)
        return HTTPConnection(self.url.netloc, timeout=SECONDS)

    def good(self) -> HTTPConnection | None:
        """The connection used last, unless Slack has closed it; what was not used for a while is
        closed by us.
        """
        with suppress(IndexError):  # no more are left
            while True:
                connection, since = self.idle.pop()
                if time.monotonic() < since + IDLE and is_quiet(connection):
                    return connection
                connection.close()
        return None


def close_all(idle: deque[tuple[HTTPConnection, float]]) -> None:
    """Close the connections that nobody uses."""
    while idle:
        idle.pop()[0].close()


def is_quiet(connection: HTTPConnection) -> bool:
    """Whether nothing came over it since its last answer: that would be its end."""
    try:
        return not select([connection.sock], [], [], 0)[0]
    except ValueError:  # more files are open than it can look at
        return False


class KeptClient(WebClient):
    """Slack's client over kept connections; over the library's own where a proxy is set. Never
    repeats a call.

    Many threads share it, so its token never changes: a library that sets another one gets an
    error.
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
        """What the library calls for one request; like `urlopen` it raises what is no success."""
        if self.proxied:
            return super()._perform_urllib_http_request_internal(url, req)
        answer, body = self.connections.call(req)
        if answer.status >= 300:
            raise HTTPError(url, answer.status, answer.reason, answer.headers, BytesIO(body))
        text = body.decode(answer.headers.get_content_charset() or "utf-8")
        return {"status": answer.status, "headers": answer.headers, "body": text}
