"""PostgreSQL that is gone, in every way it can be: a sentence each time, and everything works when
it is back.

The limits are a tenth of what they are. With a server that really stops, `make chaos` measures how
long people wait.
"""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from models.core.db import deadline, engine, postgres
from models.core.db.engine import open_engine
from models.core.db.postgres import CircuitBreaker, Unanswered
from models.core.errors import Busy
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.models.core.wire import Wire

GONE = "The database cannot be reached right now. Nothing was saved; please try again in a minute."
UNSURE = "The database was gone before it said whether this was saved. Please look, before you try again."

STILL_AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()
"""


@pytest.fixture(params=[0.0, 5.0], ids=["rested", "fresh"])
def limits(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(postgres, "FRESH", request.param)
    for module, name, seconds in (
        (postgres, "PING", 0.1),
        (postgres, "CONNECT", 0.5),
        (postgres, "ANSWER", 0.4),
        (postgres, "REST", 0.1),
        (deadline, "STATEMENT", 0.2),
        (engine, "STATEMENT", 0.2),
    ):
        monkeypatch.setattr(module, name, seconds)


@pytest.fixture
def wire(limits: None, clean_postgres: Engine) -> Iterator[Wire]:
    wire = Wire(clean_postgres.url)
    yield wire
    wire.close()
    with clean_postgres.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.scalar(text(STILL_AT_WORK)):
            pass


@pytest.fixture
def far(wire: Wire) -> Iterator[UnitOfWorkFactory]:
    """Units of work at the near end of the wire; a connection lies in the pool."""
    works = UnitOfWorkFactory(open_engine(wire.url.render_as_string(hide_password=False)))
    count(works)
    yield works
    wire.thaw()
    works.close()


def count(works: UnitOfWorkFactory) -> int:
    return works.attempt(lambda work: work.session.query(User).count(), "T1", "U_RITA")


def answers(works: UnitOfWorkFactory, people: int) -> set[str]:
    """What so many people at once are told; an empty text where it worked."""

    def ask(_: int) -> str:
        try:
            count(works)
        except Busy as busy:
            return str(busy)
        return ""

    with ThreadPoolExecutor(people) as pool:
        return set(pool.map(ask, range(people)))


def works_again(works: UnitOfWorkFactory) -> bool:
    """Somebody tries, and again; as people do."""
    for _ in range(200):
        if answers(works, 1) == {""}:
            return True
        time.sleep(0.02)
    return False


def test_a_server_that_hangs_is_answered_in_words_and_used_again_when_it_is_back(
    wire: Wire, far: UnitOfWorkFactory
) -> None:
    wire.freeze()
    assert answers(far, 8) == {GONE}
    wire.thaw()
    assert works_again(far)


def test_a_server_that_hangs_before_there_is_a_connection_is_answered_in_words(
    wire: Wire, far: UnitOfWorkFactory
) -> None:
    far.close()
    wire.freeze()
    assert answers(far, 8) == {GONE}
    wire.thaw()
    assert works_again(far)


def test_a_server_that_hangs_in_the_middle_is_answered_in_words(
    wire: Wire, far: UnitOfWorkFactory
) -> None:
    def hang(work: UnitOfWork) -> None:
        work.add(Lead(first_name="Ada", title="Ada", key="ada"))
        wire.freeze()
        work.session.execute(text("SELECT 1"))

    with pytest.raises(Busy, match="cannot be reached"):
        far.attempt(hang, "T1", "U_RITA")
    wire.thaw()
    assert works_again(far)
    with far("T1") as work:
        assert work.session.query(Lead).count() == 0


def test_who_cannot_know_whether_it_was_saved_is_told_to_look(
    wire: Wire, far: UnitOfWorkFactory
) -> None:
    def save(work: UnitOfWork) -> None:
        work.add(Lead(first_name="Ada", title="Ada", key="ada"))
        work.session.flush()
        wire.freeze()

    with pytest.raises(Busy) as told:
        far.attempt(save, "T1", "U_RITA")
    assert str(told.value) == UNSURE
    wire.thaw()


def test_a_connection_that_was_just_in_use_is_not_asked_for_a_sign_of_life(
    wire: Wire, far: UnitOfWorkFactory
) -> None:
    for _ in range(10):  # the statements are prepared meanwhile
        count(far)
    before = wire.said
    count(far)
    ways = {"begin", "who reads", "how many", "commit"} | (
        {"a sign of life"} if postgres.FRESH == 0 else set()
    )
    assert wire.said - before == len(ways)


def test_connections_that_broke_are_replaced(wire: Wire, far: UnitOfWorkFactory) -> None:
    wire.cut()
    assert count(far) == count(far) > 0


def test_a_server_that_is_killed_in_the_middle_is_answered_in_words(
    wire: Wire, far: UnitOfWorkFactory
) -> None:
    def die(work: UnitOfWork) -> None:
        wire.cut()
        work.session.execute(text("SELECT 1"))

    with pytest.raises(Busy, match="cannot be reached"):
        far.attempt(die, "T1", "U_RITA")
    assert works_again(far)


def test_a_server_that_is_stopped_is_answered_in_words(wire: Wire, far: UnitOfWorkFactory) -> None:
    wire.close()
    assert answers(far, 8) == {GONE}


def test_a_host_that_swallows_everything_is_answered_in_words(limits: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hole:
        works = UnitOfWorkFactory(
            open_engine(f"postgresql://u:p@127.0.0.1:{hole.getsockname()[1]}/x")
        )
        assert answers(works, 8) == {GONE}


def test_what_nobody_waits_for_is_not_cut_off(far: UnitOfWorkFactory, wire: Wire) -> None:
    with deadline.at_leisure(), far.engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        assert connection.scalar(text("SELECT 1 FROM pg_sleep(0.5)")) == 1
        connection.invalidate()


def test_the_server_ends_no_statement_of_a_unit_that_nobody_waits_for(
    far: UnitOfWorkFactory,
) -> None:
    def limits(work: UnitOfWork) -> list[str]:
        names = ("statement_timeout", "lock_timeout")
        return [str(work.session.scalar(text(f"SHOW {name}"))) for name in names]

    with far("T1", writes=False) as work:
        usual = limits(work)
    assert usual[0] != "0"
    with deadline.at_leisure(), far("T1") as work:
        assert limits(work) == ["0", usual[1]], "a lock is waited for no longer than others wait"
    with far("T1", writes=False) as work:
        assert limits(work) == usual


def test_a_statement_that_takes_too_long_ends_and_others_do_not_suffer(
    far: UnitOfWorkFactory,
) -> None:
    with pytest.raises(Busy, match="did not finish this in time"):
        far.attempt(lambda work: work.session.execute(text("SELECT pg_sleep(10)")), "T1", "U_RITA")
    assert answers(far, 8) == {""}


def test_a_persons_deadline_ends_what_the_server_would_still_do(far: UnitOfWorkFactory) -> None:
    def take_long(work: UnitOfWork) -> None:
        work.session.execute(text("SET LOCAL statement_timeout = 0"))
        work.session.execute(text("SELECT pg_sleep(0.3)"))

    with deadline.within(0.1), pytest.raises(Busy):
        far.attempt(take_long, "T1", "U_RITA")
    assert answers(far, 8) == {""}
    given(far, Lead, first_name="Ada")


def test_the_gate_lets_one_in_after_a_rest_and_the_others_when_that_one_came_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = CircuitBreaker()
    gate.admit()
    monkeypatch.setattr(postgres, "REST", 60)
    gate.shut()
    with pytest.raises(Unanswered):
        gate.admit()
    monkeypatch.setattr(postgres, "REST", 0)
    gate.shut()
    gate.admit()
    with pytest.raises(Unanswered):
        gate.admit()
    gate.open()
    gate.admit()
