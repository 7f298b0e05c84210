"""The bot as a whole: how it starts on Slack's good and bad days, and how it ends."""

import json
import threading
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.config import Settings, SettingsError
from bot.runner import Bot, Stopped, patiently, refusal_of, running
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from bot.slack.gateway import Refused
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.posted import Posted, ask
from tests.handlers.kit import SQLITE, count, told

pytestmark = SQLITE


@pytest.fixture
def settings(slack: SlackDriver, world: Slack) -> Settings:
    """For HTTP, on a free port."""
    return Settings(
        slack_bot_token=world.bot_token,
        slack_signing_secret=world.signing_secret,
        http_port="0",
        slack_api_url=f"{world.url}/api/",
    )


class Waits:
    """Waits for nothing, and remembers how long it should have; told to stop at the end of its
    patience.
    """

    def __init__(self, patience: int = 10) -> None:
        self.patience = patience
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return len(self.seconds) > self.patience


# ── Slack's bad days ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("failure", "pause", "why"),
    [
        ("500", 5, "internal_error"),
        ("ratelimited", 7, "it asks for a pause"),
        ("drop_before", 5, ""),
        ("fatal_error", 5, "fatal_error"),
    ],
)
def test_a_slack_that_is_away_is_asked_again_with_a_sentence_each_time(
    slack: SlackDriver,
    client: WebClient,
    caplog: pytest.LogCaptureFixture,
    failure: str,
    pause: float,
    why: str,
) -> None:
    slack.slack.fail("auth.test", times=3, with_=failure, seconds=7)
    wait = Waits()
    assert patiently(client.auth_test, wait)["team_id"] == "T1"
    assert wait.seconds == [pause] * 3
    assert caplog.text.count("Slack cannot be reached (") == 3
    assert why in caplog.text


def test_who_is_told_to_stop_while_slack_is_away_stops(
    slack: SlackDriver, client: WebClient
) -> None:
    slack.slack.fail("auth.test", times=9, with_="500")
    with pytest.raises(Stopped):
        patiently(client.auth_test, Waits(patience=1))


def test_a_refused_token_ends_with_its_name(slack: SlackDriver, client: WebClient) -> None:
    slack.slack.fail("auth.test", with_="account_inactive")
    with (
        pytest.raises(SettingsError) as refused,
        refusal_of("SLACK_BOT_TOKEN", "OAuth & Permissions"),
    ):
        patiently(client.auth_test, Waits())
    assert str(refused.value) == (
        "SLACK_BOT_TOKEN is refused by Slack (account_inactive). Copy it again from OAuth & Permissions."
    )


def test_a_refused_token_is_not_asked_for_again(slack: SlackDriver, client: WebClient) -> None:
    slack.slack.fail("auth.test", with_="invalid_auth")
    wait = Waits()
    with pytest.raises(Refused):
        patiently(client.auth_test, wait)
    assert not wait.seconds


# ── from start to end ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def bot(settings: Settings, works: UnitOfWorkFactory) -> Iterator[Bot]:
    bot = Bot(settings, works, look_every=3600)
    bot.start(Waits())
    yield bot
    bot.stop()


def at(bot: Bot, path: str) -> str:
    assert bot.web
    return f"http://127.0.0.1:{bot.web.port}{path}"


def test_over_http_people_are_served_and_health_beside_them(
    bot: Bot, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.slack.transport = Posted(at(bot, "/slack/events"), "sandbox")
    slack.command("/crm lead new Ada Lovelace")
    assert told(slack) == "Created LD-1 Ada Lovelace"
    assert ask(at(bot, "/healthz")).status == 200
    ready = ask(at(bot, "/readyz"))
    assert ready.status == 200, ready.text
    assert "rapport_acts_total" in ask(at(bot, "/metrics")).text
    assert ask(at(bot, "/slack/install")).status == 404  # nobody set that up


def test_health_is_served_while_slack_is_away_and_people_are_not(
    settings: Settings, works: UnitOfWorkFactory, slack: SlackDriver
) -> None:
    slack.slack.fail("auth.test", times=9, with_="500")
    bot = Bot(settings, works)
    seen: list[int] = []

    def wait(seconds: float) -> bool:
        seen.extend([ask(at(bot, "/healthz")).status, ask(at(bot, "/readyz")).status])
        return True

    with pytest.raises(Stopped):
        bot.start(wait)
    bot.stop()
    assert seen == [200, 503]


def test_stopped_it_takes_nothing_more(bot: Bot) -> None:
    address = at(bot, "/healthz")
    bot.stop()
    with pytest.raises(OSError, match="refused"):
        ask(address)


def test_a_refused_token_ends_the_start_in_order(
    settings: Settings, works: UnitOfWorkFactory, slack: SlackDriver
) -> None:
    slack.slack.fail("auth.test", with_="invalid_auth")
    with (
        pytest.raises(SettingsError, match="SLACK_BOT_TOKEN is refused by Slack"),
        running(settings, works),
    ):
        raise AssertionError("it runs")


def test_a_refused_app_token_is_named(
    settings: Settings, works: UnitOfWorkFactory, slack: SlackDriver, world: Slack
) -> None:
    line = Settings(
        slack_bot_token=world.bot_token,
        slack_app_token="xapp-old",
        slack_api_url=settings.slack_api_url,
    )
    with (
        pytest.raises(SettingsError, match="SLACK_APP_TOKEN is refused by Slack"),
        running(line, works),
    ):
        raise AssertionError("it runs")


def test_what_was_in_hand_when_it_stopped_is_saved_and_answered(
    bot: Bot, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    transport = Posted(at(bot, "/slack/events"), "sandbox")
    slack.slack.transport = transport
    with works.queue():
        person = threading.Thread(
            target=lambda: slack._person(None).command("/crm lead new Ada", "C_SALES")
        )
        person.start()
        while not bot.gate.inside:
            pass
        stopping = threading.Thread(target=bot.stop)
        stopping.start()
    person.join()
    stopping.join()
    assert transport.statuses == [200]
    assert count(works, Lead) == 1


def test_a_status_of_a_running_bot_is_json_that_a_machine_reads(bot: Bot) -> None:
    found = json.loads(ask(at(bot, "/readyz")).text)
    assert {check["name"] for check in found["checks"]} >= {
        "database",
        "slack",
        "scheduler",
        "courier",
    }
