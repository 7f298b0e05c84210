"""Installations: begun once, kept sealed, ended by what came after them."""

from datetime import timedelta

import pytest

from models.core.identity import installation
from models.core.identity.installation import (
    Installation,
    InstallState,
    begin_install,
    end,
    finish_install,
    install,
    renew,
)
from models.core.secrets import Vault, new_key
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import StoppedClock


def there(works: UnitOfWorkFactory, workspace: str = "T1") -> Installation | None:
    with works(workspace, writes=False) as work:
        return Installation.here(work)


def put_in(works: UnitOfWorkFactory, token: str = "sealed", workspace: str = "T1") -> None:
    with works(workspace) as work:
        install(work, token, bot_user="U0BOT", scopes="chat:write")


def test_an_installation_is_kept_in_its_workspace_alone(works: UnitOfWorkFactory) -> None:
    put_in(works)
    kept = there(works)
    assert kept is not None
    assert (kept.token, kept.bot_user, kept.installed_at, kept.ended_at) == (
        "sealed",
        "U0BOT",
        works.clock(),
        None,
    )
    assert there(works, "T2") is None
    assert installation.installed(works) == ["T1"]


def test_installing_again_takes_the_place_of_what_was_there(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    put_in(works, "first")
    with works("T1") as work:
        assert end(work)
    assert installation.installed(works) == []
    clock.forward(timedelta(hours=1))
    put_in(works, "second")
    kept = there(works)
    assert kept is not None
    assert (kept.token, kept.installed_at, kept.ended_at) == ("second", clock(), None)
    assert installation.installed(works) == ["T1"]


def test_an_installation_ends_once(works: UnitOfWorkFactory) -> None:
    put_in(works)
    with works("T1") as work:
        assert end(work)
    with works("T1") as work:
        assert not end(work)
    with works("T2") as work:
        assert not end(work)


def test_a_refused_token_says_nothing_of_the_one_that_came_after_it(
    works: UnitOfWorkFactory,
) -> None:
    put_in(works, "new")
    with works("T1") as work:
        assert not end(work, token="old")
        assert end(work, token="new")


def test_an_old_event_says_nothing_of_an_installation_that_came_after_it(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    put_in(works)
    with works("T1") as work:
        assert not end(work, before=clock() - timedelta(seconds=1))
        assert end(work, before=clock())


def test_a_state_is_good_once(works: UnitOfWorkFactory) -> None:
    begin_install(works, "state")
    assert not finish_install(works, "another")
    assert finish_install(works, "state")
    assert not finish_install(works, "state")


@pytest.mark.parametrize(("minutes", "good"), [(9, True), (10, False), (60, False)])
def test_a_state_is_good_for_ten_minutes(
    works: UnitOfWorkFactory, clock: StoppedClock, minutes: int, good: bool
) -> None:
    begin_install(works, "state")
    clock.forward(timedelta(minutes=minutes))
    assert finish_install(works, "state") is good


def test_of_a_state_only_a_digest_is_kept_and_old_ones_are_forgotten(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    begin_install(works, "first")
    clock.forward(timedelta(minutes=11))
    begin_install(works, "second")
    with works("T1", writes=False) as work:
        [kept] = work.session.query(InstallState).all()
    assert kept.state == installation.digest("second")
    assert "second" not in kept.state


def test_every_token_is_sealed_anew_with_the_first_key(works: UnitOfWorkFactory) -> None:
    old, new = new_key(), new_key()
    put_in(works, Vault(old).seal("xoxb-1"), "T1")
    put_in(works, Vault(new_key()).seal("xoxb-2"), "T2")
    assert renew(works, Vault(f"{new},{old}")) == (1, 1)
    assert renew(works, Vault(f"{new},{old}")) == (0, 1)
    kept = there(works)
    assert kept is not None
    assert Vault(new).open(kept.token) == "xoxb-1"
