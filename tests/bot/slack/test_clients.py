"""Clients: which workspaces there are, whose token it is, and what happens when one ends."""

import logging
from datetime import timedelta

import pytest
from slack_bolt import BoltContext
from slack_sdk import WebClient

from bot.sandbox.slack import Slack
from bot.slack import clients as module
from bot.slack.clients import AuthorizeKnown, Clients, answers
from models.core.errors import NotFound
from models.core.identity import installation
from models.core.identity.installation import Installation
from models.core.secrets import Vault, new_key
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import StoppedClock

KEY = new_key()


@pytest.fixture
def replica(works: UnitOfWorkFactory, world: Slack) -> Clients:
    world.reset()
    return Clients(f"{world.url}/api/", works, Vault(KEY))


def install(works: UnitOfWorkFactory, workspace: str, token: str, key: str = KEY) -> None:
    with works(workspace) as work:
        installation.install(work, Vault(key).seal(token), bot_id=f"B{token}", bot_user=f"U{token}")


def ended(works: UnitOfWorkFactory, workspace: str) -> bool:
    with works(workspace, writes=False) as work:
        there = Installation.here(work)
        return there is not None and there.ended_at is not None


def known(clients: Clients, team: str | None) -> str | None:
    found = AuthorizeKnown(clients)(
        context=BoltContext(), enterprise_id=None, team_id=team, user_id="U1"
    )
    return found.bot_token if found else None


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered for long."""
    monkeypatch.setattr(module, "AGAIN", 0.0)
    monkeypatch.setattr(module, "LIST_AGAIN", 0.0)


# ── who is there ──────────────────────────────────────────────────────────────────────────────────


def test_a_client_never_repeats_a_call_by_itself(replica: Clients) -> None:
    client = replica.add("T1", "xoxb-1")
    assert client.retry_handlers == []
    assert replica.of("T1") is client


def test_bolt_answers_with_our_client_whose_connections_are_kept(replica: Clients) -> None:
    client, context = replica.add("T1", "xoxb-1"), BoltContext()
    assert AuthorizeKnown(replica)(context=context, enterprise_id=None, team_id="T1", user_id="U1")
    assert context.client is client
    assert replica.client("xoxb-2").connections is client.connections


def test_every_workspace_has_its_own_token(replica: Clients, works: UnitOfWorkFactory) -> None:
    install(works, "T1", "xoxb-1")
    install(works, "T2", "xoxb-2")
    assert replica.workspaces() == ["T1", "T2"]
    assert [replica.of(each).token for each in ("T1", "T2")] == ["xoxb-1", "xoxb-2"]
    assert [known(replica, each) for each in ("T1", "T2")] == ["xoxb-1", "xoxb-2"]


def test_who_we_are_in_a_workspace_is_said_without_asking_slack(
    replica: Clients, works: UnitOfWorkFactory, world: Slack
) -> None:
    install(works, "T1", "xoxb-1")
    world.calls.clear()
    found = AuthorizeKnown(replica)(
        context=BoltContext(), enterprise_id="E1", team_id="T1", user_id="U1"
    )
    assert found is not None
    assert (found.bot_id, found.bot_user_id, found.team_id, found.enterprise_id) == (
        "Bxoxb-1",
        "Uxoxb-1",
        "T1",
        "E1",
    )
    assert not world.calls


@pytest.mark.parametrize("team", ["T1", "T9", None])
def test_where_nobody_installed_us_there_is_no_client(replica: Clients, team: str | None) -> None:
    assert known(replica, team) is None
    assert replica.workspaces() == []
    with pytest.raises(NotFound, match="The app is not installed in this workspace."):
        replica.of(team or "")


def test_that_a_workspace_is_not_there_is_remembered_for_seconds(
    replica: Clients, works: UnitOfWorkFactory
) -> None:
    assert known(replica, "T1") is None
    install(works, "T1", "xoxb-1")
    assert known(replica, "T1") is None


@pytest.mark.usefixtures("forgetful")
def test_what_another_replica_installed_is_found(
    replica: Clients, works: UnitOfWorkFactory
) -> None:
    assert replica.workspaces() == []
    install(works, "T1", "xoxb-1")
    assert known(replica, "T1") == "xoxb-1"
    assert replica.workspaces() == ["T1"]


def test_without_a_vault_only_what_was_added_is_known(works: UnitOfWorkFactory) -> None:
    install(works, "T1", "xoxb-1")
    clients = Clients("", works)
    clients.add("T2", "xoxb-2")
    assert clients.workspaces() == ["T2"]
    assert known(clients, "T1") is None


def test_a_token_that_no_key_opens_is_told_once_and_the_others_work(
    replica: Clients,
    works: UnitOfWorkFactory,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AGAIN", 0.0)
    install(works, "T1", "xoxb-1", new_key())
    install(works, "T2", "xoxb-2")
    assert known(replica, "T1") is None
    assert known(replica, "T1") is None
    assert replica.workspaces() == ["T2"]
    said = "Nothing is done in the workspace T1: its token stays closed. None of the ENCRYPTION_KEYS opens this."
    assert caplog.text.count(said) == 1


# ── the end ───────────────────────────────────────────────────────────────────────────────────────


def test_a_token_slack_refuses_ends_the_installation(
    replica: Clients, works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    install(works, "T1", "xoxb-1")
    install(works, "T2", "xoxb-2")
    replica.of("T1")
    replica.ended("T1")
    replica.ended("T1")
    assert (ended(works, "T1"), ended(works, "T2")) == (True, False)
    assert replica.workspaces() == ["T2"]
    assert caplog.text.count("Slack refuses the token of workspace T1.") == 1
    assert "xoxb" not in caplog.text


def test_a_refused_token_of_the_settings_is_replaced_there(
    replica: Clients, works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    replica.add("T1", "xoxb-1")
    replica.ended("T1")
    assert replica.workspaces() == []
    assert "Set a new SLACK_BOT_TOKEN and restart." in caplog.text


@pytest.mark.usefixtures("forgetful")
def test_an_old_token_says_nothing_of_the_installation_that_came_after_it(
    replica: Clients, works: UnitOfWorkFactory
) -> None:
    install(works, "T1", "xoxb-old")
    replica.of("T1")
    install(works, "T1", "xoxb-new")  # on another replica
    replica.ended("T1")
    assert not ended(works, "T1")
    assert replica.of("T1").token == "xoxb-new"


@pytest.mark.usefixtures("forgetful")
def test_removed_and_installed_again_it_goes_on(
    replica: Clients, works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    install(works, "T1", "xoxb-1")
    replica.removed("T1", int(clock().timestamp()))
    assert ended(works, "T1")
    assert known(replica, "T1") is None
    clock.forward(timedelta(hours=1))
    install(works, "T1", "xoxb-2")
    assert known(replica, "T1") == "xoxb-2"


def test_an_event_that_comes_late_says_nothing_of_what_came_after_it(
    replica: Clients, works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    install(works, "T1", "xoxb-1")
    replica.removed("T1", int(clock().timestamp()) - 60)
    assert not ended(works, "T1")
    assert known(replica, "T1") == "xoxb-1"


def test_what_was_never_there_is_not_removed(
    replica: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    replica.removed("T1", 0)
    replica.ended("T1")
    assert not caplog.records


def test_of_the_token_of_the_settings_slack_is_asked(replica: Clients, world: Slack) -> None:
    replica.add("T1", world.bot_token)
    replica.removed("T1", 0)
    assert known(replica, "T1") == world.bot_token
    world.fail("auth.test", with_="token_revoked")
    replica.removed("T1", 0)
    assert known(replica, "T1") is None


@pytest.mark.parametrize(
    ("failure", "good"),
    [
        ("account_inactive", False),
        ("invalid_auth", False),
        ("500", True),
        ("ratelimited", True),
        ("drop_before", True),
    ],
)
def test_only_a_clear_no_ends_a_token(
    client: WebClient, world: Slack, failure: str, good: bool
) -> None:
    world.reset()
    world.fail("auth.test", with_=failure)
    assert answers(client) is good


def test_nothing_of_a_token_is_shown(
    replica: Clients, works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    install(works, "T1", "xoxb-1")
    replica.of("T1")
    replica.ended("T1")
    assert "xoxb-1" not in caplog.text
    with works("T1", writes=False) as work:
        there = Installation.here(work)
    assert there is not None
    assert "xoxb" not in there.token
