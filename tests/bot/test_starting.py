"""Starting and ending, as a process, and the parts of it that need no database."""

import threading
from collections.abc import Callable
from pathlib import Path

from bot.running import together
from tests.processes import read_until, started


def test_started_while_slack_is_away_it_waits_and_ends_when_told_to(tmp_path: Path) -> None:
    nowhere = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
    with started(tmp_path, "run", **nowhere) as process:
        line = read_until(process, "Slack cannot be reached (")
        assert "Trying again in 5 s" in line
        process.terminate()
        rest = process.communicate(timeout=20)[0]
    assert process.returncode == 0
    assert "Traceback" not in rest


def test_endings_run_at_once_and_who_takes_too_long_is_named() -> None:
    forever, ended = threading.Event(), threading.Event()

    def stuck() -> None:
        forever.wait(10)

    acts: list[Callable[[], object]] = [stuck, ended.set]
    late = together(acts, 0.05)
    assert [name.rpartition(".")[2] for name in late] == ["stuck"]
    assert ended.is_set()
    forever.set()
