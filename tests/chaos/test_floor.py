"""The floor itself: its working day, its witness, its figures and its options."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.api.serializers import user_json
from bot.sandbox.transport import EVENT, INTERACTIVE, SLASH, Answer, Envelope
from handlers.core.members import member
from models.activities import reminders
from models.core.parsing.values import read_zone
from tests.chaos.__main__ import ALONE, SCENARIOS, asked
from tests.chaos.databases import Database
from tests.chaos.figures import Figure, keep, table
from tests.chaos.floor import TEAM, Floor, floor
from tests.chaos.twice import stuttering
from tests.chaos.weekday import NAME, offset_at
from tests.chaos.witness import Stutter, Witness

WEEK = datetime(2026, 3, 9, tzinfo=UTC)
BETWEEN = range(5 * 24 + 22, 6 * 24 + 1)
"""The last hours of Saturday and the first minutes of Sunday, UTC: it is the weekend everywhere."""


@pytest.mark.parametrize("day", range(7))
def test_somewhere_it_is_a_working_day(day: int) -> None:
    for hour in range(24 * day, 24 * day + 24):
        now = WEEK + timedelta(hours=hour, minutes=5)
        assert (now + offset_at(now)).weekday() <= 4 or hour in BETWEEN, now


def test_the_people_of_the_floor_are_at_work(empty: Floor) -> None:
    with empty.works("T1", empty.people[0]) as work:
        assert work.now.astimezone(work.zone).weekday() <= 4


def test_the_people_of_the_floor_are_at_work_where_slack_says_they_are(sqlite: Database) -> None:
    read_zone("Berlin")  # the zones that there are without the floor are remembered
    with floor(sqlite, people=4, online=False) as ground:
        for person in ground.people:  # whoever acts becomes what Slack says of them
            said = user_json(ground.slack, ground.slack.members[person])
            ground.works.welcome(TEAM, person, **member(said, TEAM))
        with ground.works(TEAM, writes=False) as work:
            assert [each.zone for each in reminders.present(work)] == [NAME] * 4


class Echo:
    """A bot that says the same to everything."""

    connected = True

    def __init__(self, answer: Answer) -> None:
        self.answer, self.heard = answer, list[Envelope]()

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        self.heard.append(envelope)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "promised"),
    [
        (Answer(), True),
        (Answer({"text": "Created CU-2"}), True),
        (Answer({"response_action": "errors", "errors": {"name": "No"}}), False),
        (
            Answer(
                {"text": "The database is busy right now. Nothing was saved; please try again."}
            ),
            False,
        ),
        (Answer(acknowledged=False, why="busy"), False),
    ],
)
def test_only_what_was_acknowledged_and_not_refused_is_promised(
    answer: Answer, promised: bool
) -> None:
    witness = Witness(Echo(answer))
    witness.send(Envelope(SLASH, {"text": "customer new Zq1x1z"}), 3)
    assert [sight.promised for sight in witness.about("Zq1x1z")] == [promised]
    assert witness.about("Zq1x2z") == []


def test_a_stutter_sends_everything_twice_under_the_same_id() -> None:
    echo = Echo(Answer())
    stutter = Stutter(echo, seed=1, late=0.001)
    for number in range(5):
        assert stutter.send(Envelope(EVENT, {"event_id": f"Ev{number}"}), 3).acknowledged
    stutter.end()
    assert sorted(each.payload["event_id"] for each in echo.heard) == sorted(
        2 * [f"Ev{each}" for each in range(5)]
    )
    assert sum(envelope.retry for envelope in echo.heard) == 5


def test_figures_are_kept_and_shown(tmp_path: Path) -> None:
    good = Figure("kill -9", "SQLite", 1, 1000, other={"kills": 100})
    bad = Figure("twice", "PostgreSQL", 3, 20, lost=["a"], doubled=["b", "c"], wrong=["d"])
    keep([good, bad], tmp_path / "build" / "chaos.json")
    first, second = json.loads((tmp_path / "build" / "chaos.json").read_text())
    assert first == {
        "name": "kill -9",
        "database": "SQLite",
        "replicas": 1,
        "trials": 1000,
        "lost": 0,
        "doubled": 0,
        "other": {"kills": 100, "wrong": 0},
    }
    assert (second["lost"], second["doubled"], second["other"]) == (1, 2, {"wrong": 1})
    assert "kill -9   SQLite" in table([good, bad])
    assert (good.good, bad.good) == (True, False)


def test_a_figure_shows_its_evidence_but_not_all_of_it() -> None:
    shown = str(
        Figure(
            "twice", "SQLite", 1, 20, lost=[f"AT-{number}" for number in range(12)], wrong=["odd"]
        )
    )
    assert shown.splitlines()[:2] == ["twice on SQLite", "lost: AT-0"]
    assert shown.endswith("wrong: odd\nand 4 more")


def test_one_may_ask_for_some_scenarios() -> None:
    assert asked([]).only == [*SCENARIOS, *ALONE]
    options = asked(["--only", "kill", "--database", "sqlite", "--quick"])
    assert (options.only, options.database, options.quick) == (["kill"], ["sqlite"], True)


def test_a_mention_is_told_from_the_plain_message_that_it_is_as_well() -> None:
    witness = Witness(Echo(Answer()))
    for kind in ("message", "app_mention"):
        witness.send(Envelope(EVENT, {"event": {"type": kind, "text": "task Zq1x1z"}}), 3)
    (mention,) = witness.mentions("Zq1x1z")
    assert mention.envelope.payload["event"]["type"] == "app_mention"


def test_a_press_is_told_from_those_of_the_same_message() -> None:
    witness = Witness(Echo(Answer()))
    message = {"blocks": [{"elements": [{"value": "AT-1"}, {"value": "AT-2"}]}]}
    witness.send(Envelope(INTERACTIVE, {"message": message, "actions": [{"value": "AT-1"}]}), 3)
    assert len(witness.pressed("AT-1")) == 1
    assert witness.pressed("AT-2") == []


def test_whoever_looks_on_sees_both_answers_to_what_comes_twice(empty: Floor) -> None:
    empty.witness.inner = Echo(Answer({"text": "Created"}))
    with stuttering(empty, seed=1):
        empty.slack.deliver(Envelope(SLASH, {"text": "Zq1x1z"}))
    assert [sight.answer.body for sight in empty.witness.about("Zq1x1z")] == 2 * [
        {"text": "Created"}
    ]
    assert empty.slack.transport is empty.witness
