"""Signs of life: written again and again, taken along by who stops in order, missed after a
minute.
"""

from datetime import timedelta
from typing import Any

from models.core.replica import GONE, Replica, beat, leave, release, replicas
from models.core.unit_of_work import UnitOfWorkFactory


def known(works: UnitOfWorkFactory) -> list[Replica]:
    with works.everywhere() as session:
        return replicas(session)


def test_a_replica_shows_when_it_began_and_when_it_was_last_seen(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    began = clock()
    beat(works, "one", "host-1", [["slack", True, "Connected."]])
    clock.forward(timedelta(seconds=10))
    beat(works, "one", "host-1", [["slack", False, "Not connected."]])
    (replica,) = known(works)
    assert (replica.started_at, replica.seen_at) == (began, began + timedelta(seconds=10))
    assert replica.checks == [["slack", False, "Not connected."]]
    assert (replica.host, replica.version) == ("host-1", release())


def test_the_one_seen_last_comes_first(works: UnitOfWorkFactory, clock: Any) -> None:
    for name in ("one", "two", "three"):
        beat(works, name, name, [])
        clock.forward(timedelta(seconds=1))
    assert [replica.id for replica in known(works)] == ["three", "two", "one"]


def test_whoever_leaves_takes_its_row_along(works: UnitOfWorkFactory) -> None:
    beat(works, "one", "host", [])
    beat(works, "two", "host", [])
    leave(works, "one")
    leave(works, "one")
    assert [replica.id for replica in known(works)] == ["two"]


def test_after_a_minute_without_a_sign_it_is_gone(works: UnitOfWorkFactory, clock: Any) -> None:
    beat(works, "one", "host", [])
    (replica,) = known(works)
    assert not replica.is_gone(clock() + GONE)
    assert replica.is_gone(clock() + GONE + timedelta(seconds=1))


def test_a_host_may_have_a_long_name(works: UnitOfWorkFactory) -> None:
    beat(works, "one", "h" * 300, [])
    assert known(works)[0].host == "h" * 255


def test_the_release_is_known_where_rapport_is_installed() -> None:
    assert release() == "" or release()[0].isdigit()
