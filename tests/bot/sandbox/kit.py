"""A workspace of three people and a small Bolt app that takes notes, for the tests of the
sandbox.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.entities import Channel, Json, Member
from bot.sandbox.slack import Slack

PEOPLE = [
    Member(
        "U_RITA", "rita", "Rita Reyes", "Sales rep", "America/New_York", email="rita@acme.example"
    ),
    Member(
        "U_SAM",
        "sam",
        "Sam Stone",
        "Support rep",
        "Europe/Berlin",
        email="sam@acme.example",
        locale="de-DE",
    ),
    Member("U_OLGA", "olga", "Olga Other", "Customer", "Europe/Berlin", team="T2"),
]
MANIFEST: Json = {
    "display_information": {"name": "Notes"},
    "features": {
        "bot_user": {"display_name": "notes"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {
                "command": "/note",
                "description": "Take a note",
                "usage_hint": "[text]",
                "should_escape": True,
            },
            {"command": "/raw", "description": "Say it back"},
        ],
        "shortcuts": [
            {
                "name": "New note",
                "type": "global",
                "callback_id": "note.new",
                "description": "Take a note",
            },
            {
                "name": "Note this",
                "type": "message",
                "callback_id": "note.this",
                "description": "Keep a message",
            },
        ],
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_mention", "message.im", "app_home_opened"]}
    },
}


class HandClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


def workspace(**more: Any) -> Slack:
    """Sales and support with everybody, an archive, a room without the bot, and one shared with
    another company.
    """
    channels = [
        Channel("C_SALES", "sales", "Deals"),
        Channel("C_SUPPORT", "support"),
        Channel("C_OLD", "old", is_archived=True),
        Channel("C_QUIET", "quiet", members=["U_RITA"]),
        Channel("C_SHARED", "shared", members=["U_RITA", "U_OLGA", "U0BOT"], is_ext_shared=True),
        Channel("C_BOARD", "board", members=["U_SAM"], is_private=True),
    ]
    return Slack(
        more.pop("manifest", MANIFEST), PEOPLE, channels, HandClock(), ("T1", "Acme"), **more
    )


def client(slack: Slack) -> WebClient:
    return WebClient(token=slack.bot_token, base_url=f"{slack.url}/api/", retry_handlers=[])


def refused(call: Callable[[], Any]) -> Any:
    """What Slack answered to a call it refused."""
    with pytest.raises(SlackApiError) as caught:
        call()
    return caught.value.response


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str = "") -> Json:
    return {"text": plain(text), "value": value or text.lower()}


def button(label: str, action_id: str, value: str = "1", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": value, **more}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def field(name: str, element: Json, optional: bool = False) -> Json:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name.title()),
        "optional": optional,
        "element": {"action_id": name, **element},
    }


def form(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "note.save",
        "title": plain("A note"),
        "submit": plain("Save"),
        "blocks": list(blocks),
        **more,
    }


NOTE = form(
    field("text", {"type": "plain_text_input", "max_length": 40}),
    field(
        "kind",
        {
            "type": "static_select",
            "options": [option("Call"), option("Visit")],
            "initial_option": option("Call"),
        },
    ),
    field("about", {"type": "external_select", "min_query_length": 1}, optional=True),
    field("on", {"type": "datepicker"}, optional=True),
    field("with", {"type": "multi_users_select"}, optional=True),
    field("private", {"type": "checkboxes", "options": [option("Private", "yes")]}, optional=True),
    notify_on_close=True,
)

Handler = Callable[..., None]


def notes_app(slack: Slack, heard: list[Json]) -> App:
    """The app. Everything it hears goes to `heard`, so that tests can look at the payloads."""
    app = App(
        name="kit",
        token=slack.bot_token,
        signing_secret=slack.signing_secret,
        client=client(slack),
        process_before_response=True,
    )

    def hear(body: Json, next_: Callable[[], None]) -> None:
        heard.append(body)
        next_()

    app.use(hear)
    _commands(app)
    _forms(app)
    _events(app)
    return app


def _commands(app: App) -> None:
    @app.command("/note")
    def note(ack: Handler, body: Json, client: WebClient, respond: Handler) -> None:
        ack()
        if body["text"] == "form":
            client.views_open(trigger_id=body["trigger_id"], view=NOTE)
        elif body["text"] == "bad":
            respond(text="bad", blocks=[{"type": "section"}])
        elif body["text"] == "card":
            card = [
                section("A note"),
                actions(
                    button("Done", "note.done", "7"),
                    button(
                        "Drop",
                        "note.drop",
                        confirm={
                            "title": plain("Drop?"),
                            "text": plain("It is gone then."),
                            "confirm": plain("Drop"),
                            "deny": plain("Keep"),
                        },
                    ),
                ),
            ]
            client.chat_postMessage(channel=body["channel_id"], text="A note", blocks=card)
        else:
            respond(f"Noted: {body['text']}")

    @app.command("/raw")
    def raw(ack: Handler, body: Json) -> None:
        ack(f"You said {body['text']}")


def _forms(app: App) -> None:
    @app.view("note.save")
    def save(ack: Handler, view: Json, client: WebClient, body: Json) -> None:
        text = view["state"]["values"]["text"]["text"]["value"]
        answers: dict[str, Json] = {
            "short": {"response_action": "errors", "errors": {"text": "Too short"}},
            "wrong": {"response_action": "errors", "errors": {"action": "Not a block"}},
            "more": {
                "response_action": "push",
                "view": form(section("More?"), callback_id="note.more"),
            },
            "again": {
                "response_action": "update",
                "view": form(section("Saved"), callback_id="note.more"),
            },
            "clear": {"response_action": "clear"},
        }
        ack(**answers.get(text, {}))
        if text not in answers:
            client.chat_postMessage(channel=body["user"]["id"], text=f"Saved {text}")

    @app.view_closed("note.save")
    def closed(ack: Handler) -> None:
        ack()

    @app.options("about")
    def offer(ack: Handler, payload: Json) -> None:
        names = [
            name
            for name in ("Ada", "Adele", "Bob")
            if name.lower().startswith(payload["value"].lower())
        ]
        ack(options=[option(name) for name in names])

    @app.action("note.done")
    def done(ack: Handler, respond: Handler) -> None:
        ack()
        respond("Done", replace_original=True)

    @app.action("note.drop")
    def drop(ack: Handler, respond: Handler) -> None:
        ack()
        respond(delete_original=True)

    @app.action("choice")
    def chosen(ack: Handler) -> None:
        ack()


def _events(app: App) -> None:
    @app.event("app_mention")
    def mentioned(event: Json, say: Handler) -> None:
        say(text="You called?", thread_ts=event.get("thread_ts") or event["ts"])

    @app.event("message")
    def told(event: Json, say: Handler) -> None:
        say(f"I heard {event['text']}")

    @app.event("app_home_opened")
    def opened(event: Json, client: WebClient) -> None:
        client.views_publish(
            user_id=event["user"],
            view={
                "type": "home",
                "blocks": [section("Your notes", accessory=button("New", "note.done"))],
            },
        )

    @app.shortcut("note.new")
    def new(ack: Handler, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=NOTE)

    @app.shortcut("note.this")
    def this(ack: Handler, respond: Handler, body: Json) -> None:
        ack()
        respond(f"Kept: {body['message']['text']}")
