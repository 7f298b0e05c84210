"""An app that many companies install looks at a channel once a minute, and finds what it posted all
the same.
"""

from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.rate_limits import Rates
from bot.sandbox.slack import BOT_USER, Slack
from bot.slack import circuit_breaker
from bot.slack import gateway as module
from bot.slack.circuit_breaker import Limited
from bot.slack.clients import Clients
from bot.slack.gateway import FEW, SlackGateway, Unclear
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.identity.installation import install
from models.core.secrets import Vault, new_key
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bot.outgoing import say, texts
from tests.ground import START, Seconds, StoppedClock
from tests.handlers.kit import SQLITE
from tests.installed import installed

pytestmark = SQLITE
LOOKS = ("conversations.history", "conversations.replies")


@pytest.fixture
def minutes(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    minutes = Seconds()
    for each in (module, circuit_breaker):
        monkeypatch.setattr(each, "time", minutes)
    return minutes


@pytest.fixture
def strict(slack: SlackDriver, clock: StoppedClock) -> Slack:
    """A Slack to which the app is one that many companies install, by the clock of the test."""
    slack.slack.rates = Rates(lambda: clock().timestamp())
    slack.slack.distribute()
    return slack.slack


@pytest.fixture
def outlet(client: WebClient, strict: Slack) -> SlackGateway:
    return SlackGateway(client, distributed=True)


def written(slack: SlackDriver, count: int) -> None:
    """So many messages of others in #sales."""
    for number in range(count):
        slack.slack.post("C_SALES", BOT_USER, f"Message {number}")


def looks(slack: SlackDriver) -> list[int]:
    """How many messages each look asked for."""
    return [int(args["limit"]) for name, args in slack.slack.calls if name in LOOKS]


def test_slack_gives_a_distributed_app_few_messages_once_a_minute(
    slack: SlackDriver, client: WebClient, strict: Slack, clock: StoppedClock
) -> None:
    written(slack, 40)
    assert len(client.conversations_history(channel="C_SALES", limit=200)["messages"]) == FEW
    with pytest.raises(Exception, match="ratelimited"):
        client.conversations_history(channel="C_SALES")
    clock.forward(timedelta(minutes=1))
    assert client.conversations_history(channel="C_SALES")["ok"]


def test_it_looks_at_few_messages_once_a_minute_and_goes_on_where_it_stopped(
    outlet: SlackGateway, slack: SlackDriver, minutes: Seconds, clock: StoppedClock
) -> None:
    ts = outlet.post("C_SALES", None, Message("Hello"), "k")
    written(slack, 3 * FEW)
    waits = []
    for _ in range(10):
        try:
            found = outlet.find("C_SALES", None, "k", START)
            break
        except Limited as limited:
            waits.append(limited.pause.total_seconds())
            minutes.now += 60
            clock.forward(timedelta(minutes=1))
    assert found == ts
    assert waits == [60, 60, 60]
    assert looks(slack) == [FEW] * 4


def test_a_minute_is_one_for_all_channels_and_threads(
    outlet: SlackGateway, slack: SlackDriver, minutes: Seconds
) -> None:
    ts = outlet.post("C_SALES", None, Message("Hello"), "k")
    assert outlet.find("C_SALES", None, "k", START) == ts
    for channel, thread in (("C_SUPPORT", None), ("C_SALES", ts)):
        with pytest.raises(Limited):
            outlet.find(channel, thread, "k", START)
    assert len(looks(slack)) == 1


def test_where_slack_says_wait_it_goes_on_where_it_stopped(
    outlet: SlackGateway, slack: SlackDriver, minutes: Seconds, clock: StoppedClock
) -> None:
    ts = outlet.post("C_SALES", None, Message("Hello"), "k")
    slack.slack.fail("conversations.history", with_="ratelimited", seconds=30)
    with pytest.raises(Limited, match="30 s"):
        outlet.find("C_SALES", None, "k", START)
    minutes.now += 60
    clock.forward(timedelta(minutes=1))
    assert outlet.find("C_SALES", None, "k", START) == ts


def test_it_does_not_look_for_ever(
    outlet: SlackGateway,
    slack: SlackDriver,
    minutes: Seconds,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MESSAGES", FEW)
    written(slack, 2 * FEW)
    with pytest.raises(Unclear, match="too much was written"):
        outlet.find("C_SALES", None, "k", START + timedelta(days=-1))


def test_an_app_of_ones_own_looks_at_many_at_once(client: WebClient, slack: SlackDriver) -> None:
    written(slack, 3 * FEW)
    own = SlackGateway(client)
    for _ in range(3):
        assert own.find("C_SALES", None, "k", START) == ""
    assert set(looks(slack)) == {200}


def test_where_it_was_installed_from_a_link_it_is_distributed(
    works: UnitOfWorkFactory, slack: SlackDriver
) -> None:
    vault = Vault(new_key())
    with works("T1") as work:
        install(work, vault.seal(slack.slack.bot_token))
    assert Clients("", works, vault).is_distributed("T1")
    assert not installed(slack.slack).is_distributed("T1")
    assert not Clients("", works, vault).is_distributed("T9")


def test_posts_in_doubt_arrive_once_each_though_looking_takes_minutes(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    strict: Slack,
    clock: StoppedClock,
    minutes: Seconds,
) -> None:
    vault = Vault(new_key())
    with works("T1") as work:
        install(work, vault.seal(slack.slack.bot_token))
    clients = Clients(f"{slack.slack.url}/api/", works, vault)
    courier = DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0)
    for number in range(4):
        slack.slack.fail("chat.postMessage", with_="drop_after" if number % 2 else "drop_before")
        say(works, ("C_SALES", "C_SUPPORT")[number // 2], f"News {number}")
        courier.drain()
    for _ in range(30):
        clock.forward(timedelta(minutes=1))
        minutes.now += 60
        courier.drain()
    assert sorted(texts(slack, "C_SALES") + texts(slack, "C_SUPPORT")) == [
        f"News {number}" for number in range(4)
    ]
    assert set(looks(slack)) == {FEW}
    for connection, _ in clients.connections.idle:
        connection.close()
