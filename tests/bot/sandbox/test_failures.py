"""Failures on purpose: the caller sees them as it would see Slack's own."""

from http.client import RemoteDisconnected

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import Slack


def texts(slack: Slack) -> list[str]:
    return [message.text for message in slack.timeline.of("C_SALES")]


def test_a_rate_limit_says_how_long_to_wait(web: WebClient, slack: Slack) -> None:
    slack.fail("chat.postMessage", with_="ratelimited", seconds=7)
    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel="C_SALES", text="a")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert caught.value.response["error"] == "ratelimited"
    assert web.chat_postMessage(channel="C_SALES", text="b")["ok"]
    assert texts(slack) == ["b"]


def test_a_server_error_strikes_as_often_as_asked(web: WebClient, slack: Slack) -> None:
    slack.fail("chat.postMessage", times=2, with_="503")
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            web.chat_postMessage(channel="C_SALES", text="a")
        assert caught.value.response.status_code == 503
    assert web.chat_postMessage(channel="C_SALES", text="b")["ok"]


def test_a_connection_is_dropped_after_the_deed(web: WebClient, slack: Slack) -> None:
    slack.fail("chat.postMessage", with_="drop_after")
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        web.chat_postMessage(channel="C_SALES", text="a")
    assert texts(slack) == ["a"]


def test_a_connection_is_dropped_before_the_deed(web: WebClient, slack: Slack) -> None:
    slack.fail("chat.postMessage", with_="drop_before")
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        web.chat_postMessage(channel="C_SALES", text="a")
    assert texts(slack) == []


def test_an_answer_that_is_too_slow_leaves_the_deed_done(slack: Slack) -> None:
    slack.fail("chat.postMessage", with_="slow", seconds=0.5)
    hasty = WebClient(slack.bot_token, f"{slack.url}/api/", timeout=1, retry_handlers=[])
    hasty.timeout = 0.1  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        hasty.chat_postMessage(channel="C_SALES", text="a")
    assert texts(slack) == ["a"]


def test_an_error_of_slacks_own_may_be_asked_for_in_one_channel(
    web: WebClient, slack: Slack
) -> None:
    slack.fail("*", times=9, with_="is_archived", channel="C_SALES")
    with pytest.raises(SlackApiError, match="is_archived"):
        web.chat_postMessage(channel="C_SALES", text="a")
    assert web.chat_postMessage(channel="C_SUPPORT", text="b")["ok"]
    slack.failures.clear()
    assert web.chat_postMessage(channel="C_SALES", text="c")["ok"]
    assert slack.problems == []


def test_a_share_of_all_calls_fails_by_a_chance_that_can_be_repeated(
    web: WebClient, slack: Slack
) -> None:
    def fates() -> list[bool]:
        slack.failures.reseed(7)
        return [slack.failures.take("chat.postMessage", {}) is not None for _ in range(200)]

    slack.fail("chat.postMessage", with_="drop_after", rate=0.1)
    first = fates()
    assert 5 < sum(first) < 40
    assert fates() == first
    assert slack.failures.struck == {"drop_after": sum(first)}
    slack.failures.clear()
    assert not any(fates())


def test_what_always_fails_may_be_said_in_two_ways(web: WebClient, slack: Slack) -> None:
    slack.fail("chat.postMessage", with_="503", rate=1)
    for _ in range(3):
        with pytest.raises(SlackApiError):
            web.chat_postMessage(channel="C_SALES", text="a")
    assert texts(slack) == []


def test_slack_may_take_its_time(slack: Slack) -> None:
    slack.latency = 0.5
    hasty = WebClient(slack.bot_token, f"{slack.url}/api/", timeout=1, retry_handlers=[])
    hasty.timeout = 0.1  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        hasty.api_test()
    slack.reset()
    assert slack.latency == 0
