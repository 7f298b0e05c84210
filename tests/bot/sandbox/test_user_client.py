"""What a person does reaches the app in Slack's own shape, and Slack's own errors reach the
person.
"""

import time
from threading import Event

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Json
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Answer, Direct, Envelope
from bot.sandbox.user_client import Outcome, Person
from tests.bot.sandbox.kit import MANIFEST, NOTE, actions, button, field, form, option, section


class Deaf:
    """An app that hears everything and acknowledges nothing, or only what it is told to."""

    connected = True

    def __init__(self, *answers: Answer) -> None:
        self.heard: list[Envelope] = []
        self.answers = list(answers)

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        self.heard.append(envelope)
        return self.answers.pop(0) if self.answers else Answer(acknowledged=False, why="deaf")


@pytest.fixture
def deaf(slack: Slack) -> Deaf:
    slack.transport = deaf = Deaf()
    return deaf


@pytest.fixture
def rita(slack: Slack) -> Person:
    return Person(slack, "U_RITA")


def errors_told(slack: Slack, user: str) -> list[str]:
    told: list[str] = []
    slack.listen(
        user, lambda event: told.append(event["text"]) if event["type"] == "error" else None
    )
    return told


def test_a_command_has_every_field_of_the_form(desk: SlackDriver, heard: list[Json]) -> None:
    desk.command("/note  tea ")
    assert set(heard[0]) == {
        "token",
        "team_id",
        "team_domain",
        "channel_id",
        "channel_name",
        "user_id",
        "user_name",
        "command",
        "text",
        "api_app_id",
        "is_enterprise_install",
        "response_url",
        "trigger_id",
    }
    assert (heard[0]["command"], heard[0]["text"], heard[0]["channel_name"]) == (
        "/note",
        "tea",
        "sales",
    )
    desk.command("/note tea", channel=desk.slack.im("U_RITA").id)
    assert heard[1]["channel_name"] == "directmessage"


def test_a_command_without_should_escape_arrives_as_typed(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.command("/raw @sam & <b>")
    assert heard[0]["text"] == "@sam & <b>"


@pytest.mark.parametrize(
    ("line", "thread", "user", "says"),
    [
        ("/nope a", None, "U_RITA", "/nope is not a valid command."),
        ("/note a", "1.000001", "U_RITA", "/note is not supported in threads. Sorry!"),
        (
            "/note a",
            None,
            "U_OLGA",
            "/note failed: people of other workspaces cannot use this app.",
        ),
    ],
)
def test_a_command_slack_does_not_send_is_refused(
    slack: Slack, deaf: Deaf, line: str, thread: str | None, user: str, says: str
) -> None:
    told = errors_told(slack, user)
    assert Person(slack, user).command(line, "C_SHARED", thread) == Outcome(ok=False, error=says)
    assert told == [says]
    assert deaf.heard == []


def test_an_app_that_does_not_answer_is_seen_by_the_person_and_fails_the_test(
    slack: Slack, deaf: Deaf
) -> None:
    told = errors_told(slack, "U_RITA")
    desk = SlackDriver(slack, user="U_RITA")
    with pytest.raises(AssertionError, match="/note failed because the app did not respond .deaf."):
        desk.command("/note a")
    assert told == ["/note failed because the app did not respond"]


def test_an_app_that_is_too_slow_has_not_acknowledged(slack: Slack, app: App) -> None:
    slack.ack_seconds, seconds = -1, slack.ack_seconds
    desk = SlackDriver(slack, Direct(app, slack.signing_secret, time.time), "U_RITA")
    try:
        with pytest.raises(AssertionError, match="took more than"):
            desk.command("/raw a")
    finally:
        slack.ack_seconds = seconds


def test_a_request_signed_with_another_secret_is_not_acknowledged(slack: Slack, app: App) -> None:
    desk = SlackDriver(slack, Direct(app, "another", time.time), "U_RITA")
    with pytest.raises(AssertionError, match="the app answered 401"):
        desk.command("/raw a")


def test_an_action_on_a_message_carries_the_message_and_its_state(
    desk: SlackDriver, heard: list[Json]
) -> None:
    select = {
        "type": "static_select",
        "action_id": "choice",
        "options": [option("Red"), option("Blue")],
    }
    blocks = [
        section("Colour?", block_id="colour", accessory=select),
        actions(button("Go", "note.done", "9")),
    ]
    message = desk.slack.post("C_SALES", "U0BOT", "Colour?", blocks)
    desk.pick("choice", "Blue")
    desk.click("note.done")
    body = heard[-1]
    assert body["type"] == "block_actions"
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C_SALES",
        "is_ephemeral": False,
    }
    assert body["channel"] == {"id": "C_SALES", "name": "sales"}
    assert body["state"]["values"]["colour"]["choice"]["selected_option"]["value"] == "blue"
    assert body["user"] == {"id": "U_RITA", "username": "rita", "name": "rita", "team_id": "T1"}
    assert set(body["actions"][0]) == {
        "type",
        "action_id",
        "block_id",
        "text",
        "value",
        "action_ts",
    }


def test_an_action_on_an_ephemeral_message_carries_no_message(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.slack.post(
        "C_SALES", "U0BOT", "psst", [actions(button("Go", "note.done"))], only_for="U_RITA"
    )
    desk.click("note.done")
    assert heard[-1]["container"]["is_ephemeral"] is True
    assert "message" not in heard[-1]


def test_the_value_of_a_button_is_the_apps_whatever_the_client_says(
    desk: SlackDriver, heard: list[Json]
) -> None:
    message = desk.slack.post(
        "C_SALES", "U0BOT", "x", [actions(button("Go", "note.done", "9")) | {"block_id": "b"}]
    )
    Person(desk.slack, "U_RITA").act(
        {"type": "message", "channel": "C_SALES", "ts": message.ts},
        {"block_id": "b", "action_id": "note.done", "value": "forged"},
    )
    assert heard[-1]["actions"][0]["value"] == "9"


def test_a_button_works_while_its_message_changes(desk: SlackDriver, heard: list[Json]) -> None:
    def drawn(version: int) -> list[Json]:
        row = actions(button("Go", "note.done", str(version))) | {"block_id": f"b{version}"}
        return [section("x"), row]

    message = desk.slack.post("C_SALES", "U0BOT", "x", drawn(1))
    for version in (2, 3, 4, 5):
        desk.slack.change(message, blocks=drawn(version))
    at = {"type": "message", "channel": "C_SALES", "ts": message.ts}
    rita = Person(desk.slack, "U_RITA")
    rita.act(at, {"block_id": "b2", "action_id": "note.done"})
    assert (heard[-1]["actions"][0]["block_id"], heard[-1]["actions"][0]["value"]) == ("b2", "2")
    with pytest.raises(LookupError):
        rita.act(at, {"block_id": "b1", "action_id": "note.done"})


def test_a_button_works_while_its_home_is_published_again(
    web: WebClient, slack: Slack, desk: SlackDriver, heard: list[Json]
) -> None:
    row = actions(button("Go", "note.done", "9"))
    web.views_publish(user_id="U_RITA", view={"type": "home", "blocks": [row]})
    home = slack.views.homes["U_RITA"]
    block_id = home.blocks[0]["block_id"]
    web.views_publish(user_id="U_RITA", view={"type": "home", "blocks": [section("Done")]})
    Person(slack, "U_RITA").act(
        {"type": "view", "view_id": home.id}, {"block_id": block_id, "action_id": "note.done"}
    )
    assert heard[-1]["actions"][0]["value"] == "9"


def test_an_outsider_can_press_a_button_in_a_shared_channel(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.slack.post("C_SHARED", "U0BOT", "x", [actions(button("Go", "note.done"))])
    desk.click("note.done", user="U_OLGA")
    assert (heard[-1]["user"]["team_id"], heard[-1]["team"]["id"]) == ("T2", "T1")


def test_a_submission_carries_the_view_with_state_and_hash(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.command("/note form")
    desk.submit(text="hi")
    view = heard[-1]["view"]
    assert heard[-1]["type"] == "view_submission"
    assert {
        "id",
        "hash",
        "root_view_id",
        "previous_view_id",
        "callback_id",
        "private_metadata",
        "state",
        "blocks",
        "team_id",
        "app_id",
        "bot_id",
        "app_installed_team_id",
    } <= set(view)
    assert heard[-1]["response_urls"] == []


def test_a_chosen_conversation_can_bring_a_response_address(
    desk: SlackDriver, heard: list[Json]
) -> None:
    select = {
        "type": "conversations_select",
        "response_url_enabled": True,
        "initial_conversation": "C_SALES",
    }
    desk.slack.transport = Deaf(Answer())
    desk.slack.show("U_RITA", form(field("to", select), private_metadata="", notify_on_close=False))
    desk.submit({"to": "#support"})
    sent = desk.slack.sent[-1].payload["response_urls"]
    assert [(one["block_id"], one["channel_id"]) for one in sent] == [("to", "C_SUPPORT")]


def test_closing_a_view_tells_the_app_only_if_it_asked(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.command("/note form")
    desk.close()
    assert (heard[-1]["type"], heard[-1]["is_cleared"]) == ("view_closed", False)
    desk.command("/note form")
    desk.submit(text="again")  # the view becomes one that does not ask
    count = len(heard)
    desk.close()
    assert len(heard) == count


def test_clear_on_close_closes_the_whole_stack(web: WebClient, slack: Slack, rita: Person) -> None:
    web.views_open(trigger_id=slack.tickets.trigger("U_RITA"), view=NOTE)
    top = web.views_push(
        trigger_id=slack.tickets.trigger("U_RITA"), view=form(section("x"), clear_on_close=True)
    )
    slack.transport = Deaf(Answer(), Answer())
    rita.close(top["view"]["id"])
    assert slack.views.stack("U_RITA") == []


def test_a_suggestion_asks_with_block_action_and_text(desk: SlackDriver, heard: list[Json]) -> None:
    desk.command("/note form")
    assert desk.options("about", "b") == ["Bob"]
    body = heard[-1]
    assert (body["type"], body["block_id"], body["action_id"], body["value"]) == (
        "block_suggestion",
        "about",
        "about",
        "b",
    )
    assert body["view"]["callback_id"] == "note.save"
    assert "trigger_id" not in body


def test_options_slack_would_not_show_are_a_problem(slack: Slack, rita: Person) -> None:
    slack.transport = Deaf(Answer({"options": [option("o" * 76)]}))
    message = slack.post(
        "C_SALES", "U0BOT", "x", [actions({"type": "external_select", "action_id": "who"})]
    )
    block_id = (message.blocks or [])[0]["block_id"]
    outcome = rita.options(
        {"type": "message", "channel": "C_SALES", "ts": message.ts}, "who", block_id, "a"
    )
    assert outcome.error == "who: the options could not be loaded"
    assert "less than 76" in slack.problems[0]


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "explode"},
        {"text": "thanks"},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "push"},
    ],
)
def test_an_acknowledgement_slack_does_not_understand_is_a_problem(
    slack: Slack, rita: Person, answer: Json
) -> None:
    slack.transport = Deaf(Answer(answer))
    view = slack.show("U_RITA", NOTE)
    outcome = rita.submit(view.id, {"text": {"text": {"type": "plain_text_input", "value": "hi"}}})
    assert outcome.error == "We had some trouble connecting. Try again?"
    assert slack.problems


def test_a_mention_is_an_event_with_an_id_and_authorizations(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.say("hi @notes <b> see #support")
    body = heard[-1]
    assert body["event"]["type"] == "app_mention"
    assert body["event"]["text"] == "hi <@U0BOT> &lt;b&gt; see <#C_SUPPORT>"
    assert body["authorizations"][0]["is_bot"] is True
    assert body["context_team_id"] == "T1"
    assert body["event_id"].startswith("Ev")


def test_what_the_manifest_does_not_subscribe_to_is_not_sent(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.say("nothing for the bot")
    desk.say("@notes where you are not", channel="C_QUIET")
    assert heard == []


def test_an_event_that_is_not_acknowledged_comes_again_with_the_same_id(
    slack: Slack, rita: Person
) -> None:
    slack.transport = deaf = Deaf(Answer(acknowledged=False, why="busy"), Answer())
    rita.message("hello", slack.im("U_RITA").id)
    first, second = deaf.heard
    assert first.payload["event_id"] == second.payload["event_id"]
    assert (first.retry, second.retry, second.retry_reason) == (0, 1, "http_error")
    assert slack.problems == []


def test_an_event_nobody_ever_acknowledges_is_a_problem(
    slack: Slack, rita: Person, deaf: Deaf
) -> None:
    rita.message("hello", slack.im("U_RITA").id)
    assert slack.problems == ["the event message was not acknowledged: deaf"]


def test_some_repetitions_of_an_event_come_after_a_while(slack: Slack, rita: Person) -> None:
    slack.retry_after = [0.0, 0.01, 0.01]
    away = Answer(acknowledged=False, why="busy")
    slack.transport = deaf = Deaf(away, away, away, Answer())
    rita.message("hello", slack.im("U_RITA").id)
    assert len(deaf.heard) == 2
    for _ in range(1000):
        if len(deaf.heard) < 4:
            Event().wait(0.01)
    assert [envelope.retry for envelope in deaf.heard] == [0, 1, 2, 3]
    assert len({envelope.payload["event_id"] for envelope in deaf.heard}) == 1
    assert slack.problems == []


def test_people_post_only_where_they_may(slack: Slack, deaf: Deaf, rita: Person) -> None:
    assert rita.message("x", "C_OLD").error == "You cannot post in old."
    assert rita.message("x", "C_BOARD").error == "You cannot post in board."
    with pytest.raises(LookupError, match="no channel C_NO"):
        rita.message("x", "C_NO")


def test_a_bot_without_a_messages_tab_takes_no_messages(
    slack: Slack, deaf: Deaf, rita: Person
) -> None:
    home = {"home_tab_enabled": True, "messages_tab_enabled": False}
    slack.manifest = MANIFEST | {"features": MANIFEST["features"] | {"app_home": home}}
    try:
        assert (
            rita.message("x", slack.im("U_RITA").id).error
            == "Sending messages to this app has been turned off."
        )
    finally:
        slack.manifest = MANIFEST


def test_what_is_gone_cannot_be_acted_on(slack: Slack, rita: Person) -> None:
    secret = slack.post("C_SALES", "U0BOT", "x", [actions(button("Go", "go"))], only_for="U_SAM")
    for container in (
        {"type": "message", "channel": "C_SALES", "ts": secret.ts},
        {"type": "view", "view_id": "V9"},
    ):
        with pytest.raises(LookupError, match="gone|closed"):
            rita.act(container, {"block_id": "b", "action_id": "go"})
    theirs = slack.show("U_SAM", NOTE)
    with pytest.raises(LookupError, match="closed"):
        rita.submit(theirs.id, {})
