"""What the tests of health and figures share: threads that say how they are, and a server to ask
over HTTP.
"""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette


class Thread:
    """Stands for the scheduler or the courier. age: seconds since it last came round."""

    def __init__(self) -> None:
        self.age = 0.0

    def alive(self) -> float:
        return self.age


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """What it answers, on a free port while the block runs."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", http="h11"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def get(url: str) -> tuple[int, str]:
    """The status and the text of what a server answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
