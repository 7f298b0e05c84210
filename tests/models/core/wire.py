"""A wire between a program and PostgreSQL that can be cut, and on which everything can fall
silent.
"""

import socket
import threading
from contextlib import suppress

from sqlalchemy import URL


class Wire:
    """Passes bytes both ways until it is told otherwise. url: the database at its near end."""

    def __init__(self, server: URL) -> None:
        folder, host = server.query.get("host"), server.host
        self.far = (
            f"{folder}/.s.PGSQL.{server.port or 5432}" if folder else (host, server.port or 5432)
        )
        self.near = socket.create_server(("127.0.0.1", 0))
        self.url = server.set(host="127.0.0.1", port=self.near.getsockname()[1], query={})
        self.flows = threading.Event()
        self.flows.set()
        self.ends: list[socket.socket] = []
        self.said = 0
        """How often something was sent to the server."""
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self.near.accept()
                self.flows.wait()
                theirs = socket.socket(
                    socket.AF_UNIX if isinstance(self.far, str) else socket.AF_INET
                )
                theirs.connect(self.far)
                self.ends += [ours, theirs]
                for here, there in ((ours, theirs), (theirs, ours)):
                    threading.Thread(
                        target=self.carry, args=(here, there, here is ours), daemon=True
                    ).start()

    def carry(self, here: socket.socket, there: socket.socket, asks: bool) -> None:
        with suppress(OSError):
            while data := here.recv(65536):
                self.flows.wait()
                self.said += asks
                there.sendall(data)
            there.shutdown(socket.SHUT_WR)

    def freeze(self) -> None:
        """Nothing arrives any more, and nobody is told: as with a server that hangs, or a firewall
        that drops.
        """
        self.flows.clear()

    def thaw(self) -> None:
        self.flows.set()

    def cut(self) -> None:
        """Every connection breaks, as when the server is killed."""
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def close(self) -> None:
        """From now on connections are refused."""
        with suppress(OSError):
            self.near.shutdown(socket.SHUT_RDWR)
        self.near.close()
        self.cut()
        self.thaw()
