"""Connections to PostgreSQL that give up when the server no longer answers.

Its own time-outs cannot help then.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import lru_cache
from select import POLLIN, poll
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.waiting import Ready

from models.core.db.deadline import STATEMENT, left, leisure

T = TypeVar("T")

PING, CONNECT, ANSWER = 1.0, 2.0, STATEMENT + 0.3
"""Seconds for a sign of life, for a connection, and for any answer.

The server itself would have ended the wait for an answer before.
"""
FRESH = 1.0
"""Seconds in which a connection that was returned is used again without a sign of life."""
REST = 1.0
"""Seconds in which nobody asks a server that did not answer."""


class Unanswered(psycopg.OperationalError):
    """The server was there once, or should be, and does not answer."""


class CircuitBreaker:
    """Shut while the server does not answer, so that not everybody finds out by waiting.

    When it has been shut for a moment one request is let through to try again. It opens the breaker
    or shuts it for another moment.
    """

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.shut_until = 0.0

    def admit(self) -> None:
        if not self.shut_until:
            return
        with self.guard:
            if monotonic() < self.shut_until:
                raise Unanswered("the database did not answer a moment ago")
            self.shut_until = monotonic() + CONNECT

    def shut(self) -> None:
        self.shut_until = monotonic() + REST

    def open(self) -> None:
        self.shut_until = 0.0


class TimeoutConnection(psycopg.Connection[Any]):
    """A connection whose every wait ends, and whose every transaction knows its workspace.

    Attributes:
        gate: the breaker that shares what the connection finds out.
        rested: since when the connection is in the pool.
        workspace: the workspace of the next transaction.
    """

    gate: CircuitBreaker
    rested = 0.0
    workspace = ""

    def intend(self, workspace: str, writes: bool) -> None:
        """Set what the next transaction is for.

        Args:
            workspace: `EVERYWHERE` for all of them, empty for none.
            writes: whether the transaction writes.
        """
        self.workspace = workspace
        if bool(self.read_only) is writes:  # setting it costs something, also where psycopg knows
            self.read_only = not writes

    def rest(self) -> None:
        """Return to the pool, and forget what the last transaction was for."""
        self.rested, self.workspace = monotonic(), ""

    def is_fresh(self) -> bool:
        """Return whether it was in use a moment ago, and the server has said nothing since.

        The server speaks when it goes away; to ask it for a sign of life would be another round
        trip.
        """
        if monotonic() > self.rested + FRESH or self.gate.shut_until or self.spoken():
            return False
        self.rested = 0.0
        return True

    def spoken(self) -> bool:
        """Return whether something of the server's is there to be read."""
        looking = poll()
        looking.register(self.pgconn.socket, POLLIN)
        return bool(looking.poll(0))

    def _start_query(self) -> PQGen[None]:
        """Begin as psycopg does before a first statement, and send the workspace with it.

        psycopg has no place for this, and a statement of its own would be another round trip to the
        server.
        """
        telling = tell(self.workspace, leisure.get())
        if (
            not telling
            or self.autocommit
            or self.pgconn.transaction_status != TransactionStatus.IDLE
        ):
            yield from super()._start_query()
        elif (
            self.pgconn.pipeline_status
        ):  # there nothing waits for an answer, and each command goes alone
            yield from super()._start_query()
            for setting in telling:
                yield from self._exec_command(setting)
        else:
            self.pgconn.send_query(b"; ".join([self._get_tx_start_command(), *telling]))
            for result in (yield from execute(self.pgconn)):
                if result.status != ExecStatus.COMMAND_OK:
                    raise error_from_result(result)

    def wait(self, gen: PQGen[T], *about: Any, **more: Any) -> T:
        return super().wait(self.watched(gen), *about, **more)

    def watched(self, gen: PQGen[T]) -> PQGen[T]:
        """Watch the same steps of talking to the server.

        psycopg says several times a second that nothing came.
        """
        talked = False
        try:
            wanted = next(gen)
            talked = True
            most, patience = self.begin()
            end = monotonic() + patience
            while True:
                came = yield wanted
                if came == Ready.NONE and monotonic() >= end:
                    self.give_up(patience, most)
                wanted = gen.send(came)
        except StopIteration as done:
            if talked and self.gate.shut_until:
                self.gate.open()
            answer: T = done.value
            return answer

    def begin(self) -> tuple[float, float]:
        """Return how long an answer may take, and how much of that this unit of work has left."""
        most = PING if self.rested else ANSWER
        if self.rested:
            self.rested = 0.0
            try:
                self.gate.admit()
            except Unanswered:
                self.close()
                raise
        return most, left(most)

    def give_up(self, patience: float, most: float) -> None:
        self.pgconn.finish()
        if patience >= most:  # a person's deadline says nothing about the server
            self.gate.shut()
        raise Unanswered(f"the database did not answer within {patience:.1f} seconds")


@lru_cache(maxsize=1024)
def tell(workspace: str, at_leisure: bool = False) -> tuple[bytes, ...]:
    """Return the settings that a transaction needs until it ends.

    Row-level security needs the workspace: for a transaction that does not set it, every table is
    empty. Where nobody waits, the server gives up no statement; a lock, which others wait behind,
    it does.
    """
    if not workspace:
        return ()
    here = sql.SQL("SET LOCAL rapport.workspace = {}").format(workspace).as_bytes()
    return (here, b"SET LOCAL statement_timeout = 0") if at_leisure else (here,)


def connect(gate: CircuitBreaker, act: Callable[[], TimeoutConnection]) -> TimeoutConnection:
    """Connect in a separate thread.

    Nothing else ends the lookup of a host's address that nobody answers.
    """
    gate.admit()
    arriving: Future[TimeoutConnection] = Future()

    def arrive() -> None:
        try:
            arriving.set_result(act())
        except BaseException as error:
            arriving.set_exception(error)

    threading.Thread(target=arrive, name="connecting", daemon=True).start()
    most = left(CONNECT)
    try:
        connection = arriving.result(most if most < threading.TIMEOUT_MAX else None)
    except psycopg.errors.ConnectionTimeout:
        gate.shut()
        raise
    except TimeoutError:
        arriving.add_done_callback(put_down)
        gate.shut()
        raise Unanswered(f"the database did not let us in within {most:.1f} seconds") from None
    connection.gate = gate
    gate.open()
    return connection


def check_options(names: Iterable[str]) -> None:
    """Check that options are PostgreSQL's, before the first connection fails because of them.

    Raises:
        ValueError: one is not an option of PostgreSQL.
    """
    try:
        make_conninfo(**dict.fromkeys(names, "0"))
    except psycopg.ProgrammingError as error:
        raise ValueError(str(error)) from None


def put_down(arriving: "Future[TimeoutConnection]") -> None:
    """Close a connection that came too late."""
    if not arriving.exception():
        arriving.result().close()
