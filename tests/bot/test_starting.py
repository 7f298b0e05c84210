"""Starting and ending, and the parts of it that need no database."""

import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import runner
from bot.config import load
from bot.runner import together


class Ends(logging.Handler):
    """Tells us to stop as soon as Slack cannot be reached, as an operator does. told: everything
    that was logged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())
        if self.told[-1].startswith("Slack cannot be reached ("):
            signal.raise_signal(signal.SIGTERM)


@pytest.mark.usefixtures("kept_logging", "signals")
def test_started_while_slack_is_away_it_waits_and_ends_when_told_to(tmp_path: Path) -> None:
    nowhere = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
    }
    operator = Ends()
    runner.log.addHandler(operator)
    try:
        runner.run(load({**nowhere, "DATABASE_URL": f"sqlite:///{tmp_path / 'crm.db'}"}))
    finally:
        runner.log.removeHandler(operator)
    made, away, *rest = operator.told
    assert made.startswith(f"There is no database at {tmp_path}")
    assert "Trying again in 5 s" in away
    assert rest == ["Stopped"]


def test_endings_run_at_once_and_who_takes_too_long_is_named() -> None:
    forever, ended = threading.Event(), threading.Event()

    def stuck() -> None:
        forever.wait(10)

    acts: list[Callable[[], object]] = [stuck, ended.set]
    late = together(acts, 0.05)
    assert [name.rpartition(".")[2] for name in late] == ["stuck"]
    assert ended.is_set()
    forever.set()
