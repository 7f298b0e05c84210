"""The rates of the Web API: what may be called how often, what is answered then, and that each
method has its tier.
"""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.api import METHODS
from bot.sandbox.rate_limits import RATES, Rate, Rates
from bot.sandbox.slack import Slack


class Second:
    """A clock that stands until somebody moves it."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def second(slack: Slack) -> Second:
    slack.rates.now = Second()
    return slack.rates.now


def limited(web: WebClient, method: str, **args: object) -> int | None:
    """The seconds that Slack asks for, if it has had enough."""
    try:
        web.api_call(method, params=args)
    except SlackApiError as error:
        response = error.response
    else:
        return None
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    return int(response.headers["Retry-After"])


def test_every_method_of_the_emulator_has_its_tier() -> None:
    assert METHODS.keys() - RATES.keys() == {"api.test"}


@pytest.mark.parametrize(
    ("method", "calls"), [("users.list", 20), ("team.info", 50), ("users.info", 100)]
)
def test_a_method_may_be_called_as_often_as_its_tier_says(
    web: WebClient, slack: Slack, second: Second, method: str, calls: int
) -> None:
    for _ in range(calls):
        assert limited(web, method, user="U_RITA") is None
    second.at += 17.5
    assert limited(web, method, user="U_RITA") == 43
    assert limited(web, "conversations.list") is None
    second.at += 43
    assert limited(web, method, user="U_RITA") is None
    assert slack.rates.refused == {method: 1}
    assert len([name for name, _ in slack.calls if name == method]) == calls + 1


def test_posts_are_counted_by_channel_about_one_a_second(
    web: WebClient, slack: Slack, second: Second
) -> None:
    answers = [limited(web, "chat.postMessage", channel="C_SALES", text="a") for _ in range(8)]
    assert answers == [None] * 6 + [5, 5]
    assert limited(web, "chat.postMessage", channel="C_SUPPORT", text="a") is None
    for _ in range(60):
        second.at += 1
        limited(web, "chat.postMessage", channel="C_SALES", text="b")
    assert len(slack.timeline.of("C_SALES")) == 6 + 56  # and then nothing for four seconds
    assert slack.problems == []


def test_a_workspace_takes_several_hundred_posts_a_minute() -> None:
    rates = Rates(Second())
    waits = [rates.wait("chat.postMessage", {"channel": f"D{number}"}) for number in range(301)]
    assert waits == [0] * 300 + [60]


def test_another_rate_may_be_set_and_they_may_be_switched_off(
    web: WebClient, slack: Slack, second: Second
) -> None:
    slack.rates.limit("conversations.history", Rate(1))
    assert [limited(web, "conversations.history", channel="C_SALES") for _ in range(2)] == [
        None,
        60,
    ]
    slack.rates.on = False
    assert [limited(web, "conversations.history", channel="C_SALES") for _ in range(9)] == [
        None
    ] * 9
    slack.reset()
    assert slack.rates.on
    assert [limited(web, "conversations.history", channel="C_SALES") for _ in range(2)] == [
        None
    ] * 2


def test_the_clock_of_the_rates_may_run_faster_than_the_worlds(second: Second) -> None:
    rates = Rates(lambda: second() * 60)
    assert [rates.wait("users.list", {}) for _ in range(21)] == [0] * 20 + [60]
    second.at += 1
    assert rates.wait("users.list", {}) == 0
