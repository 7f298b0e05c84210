"""Methods that Slack has had enough of: nobody calls them meanwhile, and then one tries and the
others wait for it.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Channel
from bot.slack.circuit_breaker import CircuitBreakers, Limited
from bot.slack.gateway import SlackGateway
from handlers.core.responses import Message
from tests.ground import Seconds
from tests.handlers.kit import SQLITE


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    moment = Seconds()
    monkeypatch.setattr("bot.slack.circuit_breaker.time", moment)
    return moment


class Method:
    """Answers, or has had enough for so many seconds; counts how often it is called."""

    def __init__(self) -> None:
        self.full, self.calls = 0.0, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.full:
            raise Limited(self.full)
        return "done"


def pause_of(call: Callable[[], object]) -> timedelta:
    with pytest.raises(Limited) as caught:
        call()
    return caught.value.pause


def test_a_pause_is_whole_seconds_and_one_at_least() -> None:
    assert [Limited(seconds).pause.seconds for seconds in (0, 0.2, 7, 7.1)] == [1, 1, 7, 8]


def test_nobody_calls_until_slack_says_so(moment: Seconds) -> None:
    gates, method, other = CircuitBreakers(), Method(), Method()
    method.full = 30
    assert pause_of(lambda: gates.through("chat_update", method)) == timedelta(seconds=30)
    moment.now += 12
    assert pause_of(lambda: gates.through("chat_update", method)) == timedelta(seconds=18)
    assert gates.through("users_info", other) == "done"
    assert method.calls == 1
    moment.now += 18
    method.full = 0
    assert [gates.through("chat_update", method) for _ in range(3)] == ["done"] * 3


def test_a_trial_that_slack_would_not_have_shuts_the_gate_again(moment: Seconds) -> None:
    gates, method = CircuitBreakers(), Method()
    method.full = 5
    for calls in (1, 2, 3):
        assert pause_of(lambda: gates.through("chat_update", method)) == timedelta(seconds=5)
        assert pause_of(lambda: gates.through("chat_update", method)) == timedelta(seconds=5)
        assert method.calls == calls
        moment.now += 5


class Slow:
    """A call that takes until a test says so, and then answers, or does what another one does."""

    def __init__(self) -> None:
        self.began, self.go = threading.Event(), threading.Event()
        self.then: Callable[[], str] = lambda: "done"

    def __call__(self) -> str:
        self.began.set()
        self.go.wait(10)
        return self.then()


def about_to_try(moment: Seconds) -> tuple[CircuitBreakers, Method]:
    """Gates of which one was shut for five seconds, just now over, and the method behind it, called
    once.
    """
    gates, method = CircuitBreakers(), Method()
    method.full = 5
    pause_of(lambda: gates.through("chat_update", method))
    moment.now += 5
    return gates, method


def test_one_of_eight_tries_and_the_others_wait_for_what_becomes_of_it(moment: Seconds) -> None:
    gates, method, slow = *about_to_try(moment), Slow()
    slow.then = method
    limited: list[timedelta] = []
    threads = [
        threading.Thread(
            target=lambda: limited.append(pause_of(lambda: gates.through("chat_update", slow)))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    assert slow.began.wait(10)
    slow.go.set()
    for thread in threads:
        thread.join()
    assert method.calls == 2
    assert limited == [timedelta(seconds=5)] * 8


def test_a_trial_that_takes_long_keeps_no_other_call_until_its_lease_is_over(
    moment: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.circuit_breaker.WAITS", 0.05)
    gates, method, slow = *about_to_try(moment), Slow()
    trial = threading.Thread(target=lambda: gates.through("chat_update", slow))
    trial.start()
    assert slow.began.wait(10)
    assert pause_of(lambda: gates.through("chat_update", method)) == timedelta(seconds=1)
    assert method.calls == 1
    slow.go.set()
    trial.join()


def test_a_gate_may_take_several_refusals_in_a_row(moment: Seconds) -> None:
    gates, method = CircuitBreakers(), Method()

    def post() -> timedelta:
        return pause_of(lambda: gates.through("chat_postMessage", method, patience=3))

    for full in (5, 5, 0, 5, 5, 5):
        method.full = full
        if full:
            post()
        else:
            assert gates.through("chat_postMessage", method, patience=3) == "done"
    assert method.calls == 6
    post()
    assert method.calls == 6


@SQLITE
def test_eight_threads_that_draw_anew_do_not_run_into_a_full_slack(
    slack: SlackDriver, client: object
) -> None:
    outlet = SlackGateway(client)  # type: ignore[arg-type]
    slack.slack.channels["C_ROOM"] = Channel("C_ROOM", "room", members=[slack.slack.bot.id])
    ts = outlet.post("C_ROOM", None, Message("Hello"), "key")
    slack.slack.rates.on = True
    for _ in range(50):
        outlet.redraw("C_ROOM", ts, Message("Hello"))
    assert pause_of(lambda: outlet.redraw("C_ROOM", ts, Message("Hello"))) > timedelta(seconds=30)
    threads = [
        threading.Thread(
            target=pause_of, args=(lambda: outlet.redraw("C_ROOM", ts, Message("Hello")),)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slack.slack.rates.refused == {"chat.update": 1}
