"""The arithmetic of the benchmark: what meets a bar, and where the slowest answers stand."""

import json
from pathlib import Path

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.bench.distant import distant
from tests.bench.figures import Figure, keep, table
from tests.bench.people import SECONDS, Counted, problem


@pytest.mark.parametrize(
    ("ours", "more", "met"),
    [
        (2.9, {}, True),
        (3.1, {}, False),
        (2.9, {"least": True}, False),
        (3.1, {"least": True}, True),
        (2.9, {"absolute": True}, True),
        (3.1, {"absolute": True}, False),
    ],
)
def test_a_bar_is_the_most_or_the_least_of_the_ratio_or_of_the_figure(
    ours: float, more: dict[str, bool], met: bool
) -> None:
    floor = 100.0 if "absolute" in more else 1.0
    figure = Figure("thing", ours, floor, "ms", 3.0, "", **more)

    assert figure.met is met
    assert table([figure]).splitlines()[1].endswith("yes" if met else "NO")


def test_figures_are_kept_with_their_ratio_and_whether_they_are_met(tmp_path: Path) -> None:
    keep(
        [Figure("thing", 6.0, 2.0, "/s", 2.5, "why", least=True)], tmp_path / "build" / "bench.json"
    )

    kept = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert [(each["ratio"], each["bar"], each["met"], each["note"]) for each in kept] == [
        (3.0, 2.5, True, "why")
    ]


def test_people_are_counted_by_their_place_among_the_answers() -> None:
    counted = Counted(done=99, seconds=[number / 100 for number in range(100, 0, -1)])

    assert (counted.at(0.5), counted.at(0.99), counted.at(1)) == (0.51, 1.0, 1.0)
    assert counted.rate == 99 / SECONDS


def test_an_act_that_failed_is_no_throughput_but_may_be_the_slowest() -> None:
    counted = Counted(done=2, failed=1, seconds=[0.1, 2.5, 0.2], whys={"200 busy"})

    assert (counted.rate, counted.at(1)) == (2 / SECONDS, 2.5)
    assert "1 failed (200 busy)" in str(counted)


def test_only_an_empty_answer_says_that_it_worked() -> None:
    assert problem(b"") == problem(b"{}") == ""
    assert problem(b'{"text": "Busy"}') == '200 {"text": "Busy"}'
    assert problem(b"", "503") == "503 "


def test_the_distant_slack_counts_what_it_is_told_and_refuses_its_share() -> None:
    with distant(takes=0.0, limited=0.5) as (slack, _):
        client = WebClient(token="xoxb-bench", base_url=slack.api, retry_handlers=[])
        about = {"event_type": "rapport_delivery", "event_payload": {"key": "k"}}
        refused = 0
        for _ in range(20):
            try:
                client.chat_postMessage(channel="C1", text="Hello", metadata=about)
            except SlackApiError as error:
                refused += error.response.status_code == 429

    assert slack.posted == [("C1", "k")] * (20 - refused)
    assert 0 < slack.refused == refused < 20
