"""One served workspace for all tests of the sandbox, as on its first day for each of them."""

import time
from collections.abc import Iterator

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Json
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Direct

from . import kit


@pytest.fixture(scope="session")
def served() -> Iterator[Slack]:
    slack = kit.workspace()
    with serve(slack, port=0):
        yield slack


@pytest.fixture
def slack(served: Slack) -> Slack:
    served.clock = kit.HandClock()
    served.reset()
    return served


@pytest.fixture
def web(slack: Slack) -> WebClient:
    return kit.client(slack)


@pytest.fixture
def heard() -> list[Json]:
    return []


@pytest.fixture
def app(slack: Slack, heard: list[Json]) -> App:
    return kit.notes_app(slack, heard)


@pytest.fixture
def desk(slack: Slack, app: App) -> SlackDriver:
    return SlackDriver(slack, Direct(app, slack.signing_secret, time.time), "U_RITA", "C_SALES")
