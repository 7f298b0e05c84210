"""What people do in Slack, read from its payloads."""

import pytest

from handlers.core import payloads
from tests.tables import table

BODY = {
    "team_id": "T1",
    "user_id": "U1",
    "text": "new Ada",
    "trigger_id": "1.2",
    "channel_id": "C1",
}


@table(
    ("command", "root", "line"),
    [
        ("/crm", "/crm", "new Ada"),
        ("/crm-lead", "/crm", "lead new Ada"),
        ("/my-crm", "/my-crm", "new Ada"),
        ("/my-crm-lead", "/my-crm", "lead new Ada"),
    ],
)
def test_an_alias_is_told_from_a_root_with_a_hyphen(command: str, root: str, line: str) -> None:
    assert payloads.command(BODY | {"command": command}, root).line == line


@table(
    ("event", "said"),
    [
        ({"user": "U1", "text": "help"}, True),
        ({"user": "U1", "text": "help", "subtype": "file_share"}, True),
        ({"user": "U1", "text": "help", "subtype": "message_changed"}, False),
        ({"user": "U1", "text": "help", "bot_id": "B1"}, False),
        ({"text": "help", "bot_id": "B1"}, False),
    ],
)
def test_only_what_a_person_says_is_a_line(event: dict[str, str], said: bool) -> None:
    assert payloads.is_said(event) is said


def pressed(action_id: str, action_ts: str, value: str = "x") -> str:
    body = {
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"},
        "container": {"type": "message", "message_ts": "5.5"},
        "actions": [{"action_id": action_id, "action_ts": action_ts, "value": value}],
    }
    return payloads.action(body).key


def test_a_button_with_a_line_of_its_own_works_once_and_others_as_often_as_they_are_pressed() -> (
    None
):
    assert pressed("crm.run", "1") == pressed("crm.run", "2")
    assert pressed("crm.run", "1") != pressed("crm.run#2", "1")
    assert pressed("case.claim", "1") != pressed("case.claim", "2")


def test_a_button_is_the_line_it_stands_for() -> None:
    body = {"user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1"}}
    menu = {"action_id": "lead.menu", "selected_option": {"value": "edit LD-1"}}
    lines = {
        "opportunity won OP-1": {"action_id": "opportunity.won", "value": "OP-1"},
        "opportunity won OP-2": {"action_id": "opportunity.won#2", "value": "OP-2"},
        "deal won Sails": {"action_id": "crm.run", "value": "deal won Sails"},
        "undo 123": {"action_id": "crm.undo", "value": "123"},
        "lead edit LD-1": menu,
    }
    assert [
        payloads.action(body | {"actions": [action]}).line for action in lines.values()
    ] == list(lines)


@table(
    "changed",
    [
        {"actions": [{"action_id": "crm.undo", "action_ts": "1\ud800"}]},
        {"trigger_id": "1\x00"},
        {"container": {"thread_ts": "1.1\udfff"}},
    ],
)
def test_what_the_database_could_not_keep_is_nothing_that_slack_sends(
    changed: dict[str, object],
) -> None:
    body = {
        "user": {"id": "U1"},
        "team": {"id": "T1"},
        "actions": [{"action_id": "crm.undo", "action_ts": "1"}],
    }
    assert payloads.action(body).line == "undo"
    with pytest.raises(ValueError, match="a stamp is no stamp"):
        payloads.action(body | changed)
