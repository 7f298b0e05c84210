"""The endpoints of the page in the browser, over real HTTP."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.sandbox.browser_api import END, routes
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Json
from bot.sandbox.slack import Slack
from tests.bot.sandbox.kit import actions, button, section, workspace


class Browser:
    """What the page's script does: ask, act, and listen."""

    def __init__(self, slack: Slack, user: str) -> None:
        self.slack, self.user = slack, user

    def get(self, name: str, **query: str) -> Any:
        return self._read(
            f"{self.slack.url}/page/{name}?{urlencode({'user': self.user, **query})}", None
        )

    def post(self, name: str, **body: Any) -> Any:
        sent = json.dumps({"user": self.user, **body}).encode()
        return self._read(f"{self.slack.url}/page/{name}", sent)

    def _read(self, url: str, body: bytes | None) -> Any:
        request = urllib.request.Request(
            url, body, {"content-type": "application/json"} if body else {}
        )
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return {"status": error.code, **json.load(error)}


class Ear:
    """Everything a person's page is told, heard in a thread."""

    def __init__(self, slack: Slack, user: str) -> None:
        self.events: list[Json] = []
        self.ready = threading.Event()
        self.changed = threading.Condition()
        self.response = urllib.request.urlopen(f"{slack.url}/page/events?user={user}")
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()
        assert self.ready.wait(10)

    def _listen(self) -> None:
        for line in self.response:
            if line.startswith(b": welcome"):
                self.ready.set()
            if line.startswith(b"data: "):
                with self.changed:
                    self.events.append(json.loads(line[6:]))
                    self.changed.notify_all()

    def until(self, kind: str) -> Json:
        """The first event of this kind."""
        with self.changed:
            assert self.changed.wait_for(lambda: any(e["type"] == kind for e in self.events), 10), (
                self.events
            )
        return next(event for event in self.events if event["type"] == kind)


@pytest.fixture
def rita(desk: SlackDriver) -> Browser:
    """Rita's browser; the desk has connected the app."""
    return Browser(desk.slack, "U_RITA")


@pytest.fixture
def ear(slack: Slack) -> Iterator[Ear]:
    ear = Ear(slack, "U_RITA")
    yield ear
    slack.tell(END)
    ear.thread.join(10)
    ear.response.close()


def test_the_state_says_who_is_there_and_what_can_be_typed(rita: Browser) -> None:
    state = rita.get("state")
    assert state["team"] == {"id": "T1", "name": "Acme"}
    assert (state["me"]["name"], state["me"]["role_hint"], state["bot"]["is_bot"]) == (
        "rita",
        "Sales rep",
        True,
    )
    at_home = {user["id"]: (user["tz"], user["locale"]) for user in state["users"]}
    assert at_home["U_RITA"] == ("America/New_York", "en-US")
    assert at_home["U_SAM"] == ("Europe/Berlin", "de-DE")
    kinds = {channel["id"]: channel["kind"] for channel in state["channels"]}
    assert kinds == {
        "C_SALES": "channel",
        "C_SUPPORT": "channel",
        "C_OLD": "channel",
        "C_QUIET": "channel",
        "C_SHARED": "channel",
        "D_RITA": "im",
    }
    assert state["commands"][0] == {
        "command": "/note",
        "description": "Take a note",
        "usage_hint": "[text]",
    }
    assert [shortcut["callback_id"] for shortcut in state["shortcuts"]] == ["note.new", "note.this"]
    assert (state["now"], state["connected"]) == ("2026-12-01T09:00:00Z", True)


def test_a_command_answers_in_the_channel_for_one_person(rita: Browser) -> None:
    assert rita.post("command", channel="C_SALES", text="/note tea") == {"ok": True}
    message = rita.get("messages", channel="C_SALES")["messages"][0]
    assert (message["text"], message["ephemeral"], message["bot"]) == ("Noted: tea", True, True)
    assert Browser(rita.slack, "U_SAM").get("messages", channel="C_SALES")["messages"] == []
    assert rita.post("command", channel="C_SALES", text="/no") == {
        "ok": False,
        "error": "/no is not a valid command.",
    }


def test_a_thread_is_read_apart_from_its_channel(rita: Browser) -> None:
    said = rita.post("message", channel="C_SALES", text="@notes hi")
    channel = rita.get("messages", channel="C_SALES")["messages"]
    assert [(one["text"], one["reply_count"]) for one in channel] == [("<@U0BOT> hi", 1)]
    thread = rita.get("messages", channel="C_SALES", thread_ts=said["ts"])["messages"]
    assert [one["text"] for one in thread] == ["<@U0BOT> hi", "You called?"]
    assert thread[1]["thread_ts"] == said["ts"]


def test_what_others_said_is_unread_until_it_is_looked_at(rita: Browser) -> None:
    rita.slack.post("C_SALES", "U_SAM", "one")
    rita.slack.post("C_SALES", "U_RITA", "two")

    def unread() -> int:
        return int(
            next(one["unread"] for one in rita.get("state")["channels"] if one["id"] == "C_SALES")
        )

    assert unread() == 1
    rita.get("messages", channel="C_SALES")
    assert unread() == 0


def test_a_form_is_opened_filled_refused_and_saved(rita: Browser, ear: Ear) -> None:
    rita.post("command", channel="C_SALES", text="/note form")
    view = ear.until("view_opened")["view"]
    container = {"type": "view", "view_id": view["id"]}
    offered = rita.post(
        "options", container=container, action_id="about", block_id="about", value="ad"
    )
    assert [option["value"] for option in offered["options"]] == ["ada", "adele"]

    def submit(text: str) -> Json:
        values = {"text": {"text": {"type": "plain_text_input", "value": text}}}
        return dict(rita.post("submit", view_id=view["id"], values=values))

    assert submit("") == {"errors": {"text": "Please complete this required field."}}
    assert submit("short") == {"errors": {"text": "Too short"}}
    assert submit("tea") == {"ok": True}
    assert ear.until("view_closed")["view_id"] == view["id"]
    assert ear.until("message")["message"]["text"] == "Saved tea"
    assert submit("tea") == {"status": 400, "error": "this view is closed"}


def test_a_click_reaches_the_app_and_the_message_changes(rita: Browser, ear: Ear) -> None:
    rita.post("command", channel="C_SALES", text="/note card")
    message = ear.until("message")["message"]
    block = message["blocks"][1]
    done = {"type": "button", "action_id": "note.done", "block_id": block["block_id"], "value": "7"}
    container = {"type": "message", "channel": "C_SALES", "ts": message["ts"]}
    assert rita.post("action", container=container, action=done, state={"values": {}}) == {
        "ok": True
    }
    changed = ear.until("message_changed")["message"]
    assert (changed["text"], changed["edited"]) == ("Done", True)
    gone = done | {"block_id": "nowhere"}
    assert "there is no note.done" in rita.post("action", container=container, action=gone)["error"]


def test_cancelling_closes_the_view(rita: Browser, ear: Ear) -> None:
    assert rita.post("shortcut", callback_id="note.new") == {"ok": True}
    view = ear.until("view_opened")["view"]
    assert rita.post("close", view_id=view["id"]) == {"ok": True}
    assert rita.slack.views.stack("U_RITA") == []


def test_a_shortcut_on_a_message_knows_it(rita: Browser) -> None:
    message = rita.slack.post("C_SALES", "U_SAM", "keep me")
    rita.post("shortcut", callback_id="note.this", channel="C_SALES", ts=message.ts)
    assert rita.get("messages", channel="C_SALES")["messages"][-1]["text"] == "Kept: keep me"


def test_the_home_tab_comes_when_it_is_opened(rita: Browser, ear: Ear) -> None:
    assert rita.get("home") == {"view": None}
    rita.post("open_home")
    assert ear.until("home")["view"]["blocks"] == rita.get("home")["view"]["blocks"]


def test_a_deleted_message_and_an_error_are_told(rita: Browser, ear: Ear) -> None:
    message = rita.slack.post(
        "C_SALES", "U0BOT", "x", [section("x"), actions(button("Drop", "note.drop"))]
    )
    rita.slack.remove(message)
    assert ear.until("message_deleted")["ts"] == message.ts
    rita.post("command", channel="C_SALES", text="/no")
    assert ear.until("error")["text"] == "/no is not a valid command."


def test_the_clock_moves_forward_and_never_back(rita: Browser, ear: Ear) -> None:
    assert rita.post("clock", forward=900) == {"now": "2026-12-01T09:15:00Z"}
    assert rita.post("clock", to="2026-12-02T09:00:00Z") == {"now": "2026-12-02T09:00:00Z"}
    assert ear.until("clock")["now"] == "2026-12-01T09:15:00Z"
    assert rita.post("clock", to="2026-12-01T09:00:00Z")["error"] == "Time only goes forward."


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("command", {"user": "U_NO"}, "There is nobody called U_NO."),
        ("command", {"text": "/note"}, "channel is missing."),
        ("command", {"text": "/note", "channel": "C_NO"}, "there is no channel C_NO"),
        ("close", {"view_id": "V9"}, "this view is closed"),
        ("clock", {"forward": "soon"}, "could not convert"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    rita: Browser, name: str, body: Json, says: str
) -> None:
    answer = rita.post(name, **body)
    assert answer["status"] == 400
    assert says in answer["error"]


def test_nobody_reads_a_channel_they_are_not_in(rita: Browser) -> None:
    assert rita.get("messages", channel="C_BOARD") == {
        "status": 400,
        "error": "You are not in this channel.",
    }
    assert Browser(rita.slack, "U_NO").get("events") == {
        "status": 400,
        "error": "There is nobody called U_NO.",
    }


def test_the_page_and_its_files_are_served(slack: Slack) -> None:
    with urllib.request.urlopen(slack.url) as response:
        assert b"<!doctype html" in response.read().lower()
        assert response.url == f"{slack.url}/?user=U_RITA"
    with urllib.request.urlopen(f"{slack.url}/static/page.js") as response:
        assert response.headers["content-type"].startswith("text/javascript")


def test_a_page_that_is_not_built_is_said_to_be_missing(tmp_path: Path) -> None:
    app = Starlette(routes=list(routes(workspace(), tmp_path)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, log_level="warning", lifespan="off")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(f"http://127.0.0.1:{listener.getsockname()[1]}/?user=U_RITA")
        assert (missing.value.code, missing.value.read()) == (503, b"The page is not built yet.")
        server.should_exit = True
        thread.join(10)
