"""What Slack posts: who gets in, and what is answered."""

import hmac
import json
import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt import App

from bot.app import create_app, create_dispatcher
from bot.http.request_bodies import LARGEST
from bot.http.server import Events, Web
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from bot.sandbox.transport import EVENT, Envelope
from bot.slack.socket_mode import DrainGate
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.posted import Posted, ask, signed
from tests.handlers.kit import SQLITE, count, told
from tests.installed import installed

pytestmark = SQLITE
FORM = ("content-type", "application/x-www-form-urlencoded")
STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
COMMAND = urlencode(
    {
        "command": "/crm",
        "text": "lead new Grace Hopper",
        "team_id": "T1",
        "user_id": "U_RITA",
        "trigger_id": "1.2",
    }
)


@pytest.fixture
def gate() -> DrainGate:
    gate = DrainGate()
    gate.unlock()
    return gate


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Events, str]]:
    """The door, on a port for all tests; each puts its own bot behind it."""
    events = Events(
        App(token="xoxb-0", signing_secret="sandbox", token_verification_enabled=False),
        "sandbox",
        DrainGate(),
    )
    web = Web(events.routes(), "127.0.0.1", 0)
    web.start()
    yield events, f"http://127.0.0.1:{web.port}/slack/events"
    assert web.stop(5)


@pytest.fixture
def url(
    slack: SlackDriver,
    world: Slack,
    works: UnitOfWorkFactory,
    gate: DrainGate,
    served: tuple[Events, str],
) -> str:
    """Where Slack posts to."""
    events, address = served
    events.app = create_app(installed(world), create_dispatcher(works), world.signing_secret)
    events.gate = gate
    return address


@pytest.fixture
def heard(served: tuple[Events, str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The reasons for which requests are refused from now on."""
    heard: list[str] = []
    monkeypatch.setattr(served[0].rejections.watch, "rejected", heard.append)
    return heard


@pytest.fixture
def desk(slack: SlackDriver, world: Slack, url: str) -> SlackDriver:
    """Rita, whose acts come over HTTP."""
    world.transport = Posted(url, world.signing_secret)
    return slack


# ── who gets in ───────────────────────────────────────────────────────────────────────────────────


def forged() -> dict[str, list[tuple[str, str]]]:
    """Headers that Slack would not have sent."""
    (_, stamp), (_, right) = signed(COMMAND, "sandbox")

    def at(moment: float) -> list[tuple[str, str]]:
        return signed(COMMAND, "sandbox", str(int(moment)))

    return {
        "none": [],
        "no stamp": [(SIGNATURE, right)],
        "no signature": [(STAMP, stamp)],
        "signature twice": [(STAMP, stamp), (SIGNATURE, right), (SIGNATURE, right)],
        "stamp twice": [(STAMP, stamp), (STAMP, stamp), (SIGNATURE, right)],
        "another secret": signed(COMMAND, "another"),
        "another body": signed(f"{COMMAND}&more=1", "sandbox"),
        "too old": at(time.time() - 301),
        "from the future": at(time.time() + 302),
        "too short": [(STAMP, stamp), (SIGNATURE, right[:-1])],
        "too long": [(STAMP, stamp), (SIGNATURE, f"{right}0")],
        "no version": [(STAMP, stamp), (SIGNATURE, right.removeprefix("v0="))],
        "not ascii": [(STAMP, stamp), (SIGNATURE, "v0=é")],
        "empty": [(STAMP, ""), (SIGNATURE, "")],
        "stamp is no number": [(STAMP, "soon"), (SIGNATURE, right)],
        "stamp is a fraction": [(STAMP, f"{stamp}.5"), (SIGNATURE, right)],
        "stamp is negative": [(STAMP, f"-{stamp}"), (SIGNATURE, right)],
        "stamp is a superscript": [(STAMP, "²"), (SIGNATURE, right)],
        "stamp is endless": [(STAMP, "9" * 5000), (SIGNATURE, right)],
    }


@pytest.mark.parametrize("how", forged())
def test_what_slack_did_not_sign_is_answered_401_and_not_logged(
    url: str, works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture, heard: list[str], how: str
) -> None:
    caplog.set_level(logging.DEBUG)
    assert ask(url, COMMAND, [FORM, *forged()[how]]).status == 401
    assert count(works, Lead) == 0
    assert heard == ["unsigned"]
    logged = caplog.text + "".join(str(record.args) for record in caplog.records)
    assert not any(word in logged for word in ("Grace", "Hopper", "U_RITA"))


def test_bytes_that_are_no_text_are_answered_401(url: str) -> None:
    stamp = str(int(time.time()))
    assert ask(url, b"\xff\xfe", [(STAMP, stamp), (SIGNATURE, "v0=" + "0" * 64)]).status == 401


def test_what_slack_signed_gets_in(url: str, works: UnitOfWorkFactory) -> None:
    assert ask(url, COMMAND, [FORM, *signed(COMMAND, "sandbox")]).status == 200
    assert count(works, Lead) == 1


MALFORMED = {
    "a bomb": '{"a":' * 100_000,
    "a bomb that is whole": f"{'[' * 900}{']' * 900}",
    "deep, and still to be parsed": f'{{"a":{"[" * 60}{"]" * 60}}}',
    "a bomb in a form": urlencode({"payload": f'{{"a":{"[" * 50_000}{"]" * 50_000}}}'}),
    "a number of many digits": f'{{"type": "event_callback", "event_time": {"9" * 400}}}',
    "a number beyond all": '{"event_time": 1e999}',
    "no number": '{"event_time": NaN}',
    "an endless number": '{"event_time": -Infinity}',
    "a name twice": '{"type": "event_callback", "type": "url_verification", "challenge": "x"}',
    "a field twice": f"{COMMAND}&user_id=U_ADA",
    "payloads": "payload=%7B%7D&payload=%7B%7D",
    "many fields": "&".join(f"f{number}=1" for number in range(101)),
    "bytes that are no text in a form": "payload=%ff%fe",
    "half of it": "{",
    "half of it in a form": "payload=%7B",
    "a list": "[]",
    "a list in a form": "payload=[]",
    "a text": '"Grace"',
    "no payload": "other=%7B%7D",
    "an empty payload": "payload=",
    "nothing": "",
    "nothing in it": "{}",
}


@pytest.mark.parametrize("how", MALFORMED)
def test_a_signed_body_that_is_none_of_slacks_is_refused_and_not_logged(
    url: str, works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    caplog.set_level(logging.DEBUG)
    body = MALFORMED[how]
    kind = ("content-type", "application/json") if body[:1] in tuple('{["') else FORM
    assert ask(url, body, [kind, *signed(body, "sandbox")]).status in (400, 404)
    assert count(works, Lead) == 0
    assert not any(word in caplog.text for word in ("Grace", "Hopper", "U_ADA", "999", "f99"))


def test_signed_bytes_that_are_no_text_are_refused(url: str) -> None:
    stamp = str(int(time.time()))
    mac = hmac.new(b"sandbox", f"v0:{stamp}:".encode() + b'{"a": "\xff"}', "sha256").hexdigest()
    assert ask(url, b'{"a": "\xff"}', [(STAMP, stamp), (SIGNATURE, f"v0={mac}")]).status == 401


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "json"]
)
def test_a_signed_body_of_another_content_type_is_refused(
    url: str, works: UnitOfWorkFactory, kind: str
) -> None:
    assert ask(url, COMMAND, [("content-type", kind), *signed(COMMAND, "sandbox")]).status == 415
    assert count(works, Lead) == 0


@pytest.mark.parametrize("kind", [f"{FORM[1]}; charset=utf-8", FORM[1].title()])
def test_a_content_type_may_say_more(url: str, works: UnitOfWorkFactory, kind: str) -> None:
    assert ask(url, COMMAND, [("content-type", kind), *signed(COMMAND, "sandbox")]).status == 200
    assert count(works, Lead) == 1


def test_a_body_that_is_too_large_is_not_read_to_its_end(url: str) -> None:
    body = "a" * (LARGEST + 1)
    assert ask(url, body, signed(body, "sandbox")).status == 413


def test_slack_makes_sure_that_the_address_is_ours(url: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
    answer = ask(url, body, [("content-type", "application/json"), *signed(body, "sandbox")])
    assert (answer.status, json.loads(answer.text)) == (200, {"challenge": "3eZbrw1a"})


def test_elsewhere_and_otherwise_there_is_nothing(url: str) -> None:
    assert ask(url).status == 405
    assert ask(url.replace("/slack/events", "/")).status == 404


# ── what people do ────────────────────────────────────────────────────────────────────────────────


def test_commands_forms_and_mentions_work_over_http(
    desk: SlackDriver, works: UnitOfWorkFactory
) -> None:
    desk.command("/crm lead new Ada Lovelace company=Analytical")
    assert told(desk) == "Created LD-1 Ada Lovelace\nCompany: Analytical"
    desk.command("/crm lead new")
    desk.submit(name="Zoë Ünal")
    assert count(works, Lead) == 2
    desk.say("@crm lead list")
    assert "Zoë Ünal" in told(desk)


def test_an_event_that_comes_again_has_one_effect(
    desk: SlackDriver, world: Slack, works: UnitOfWorkFactory
) -> None:
    desk.dm("lead new Grace Hopper")
    [event] = [each for each in world.sent if each.kind == EVENT]
    for retry in (1, 2):
        again = Envelope(EVENT, event.payload, retry, "http_timeout")
        assert world.transport.send(again, 3).acknowledged
    assert count(works, Lead) == 1
    assert len([shown for shown in desk.seen if "LD-1" in shown.text]) == 1


def test_a_workspace_that_did_not_install_the_app_is_told_so(
    url: str, works: UnitOfWorkFactory
) -> None:
    body = COMMAND.replace("T1", "T9")
    answer = ask(url, body, [FORM, *signed(body, "sandbox")])
    assert (answer.status, "not installed in this workspace" in answer.text) == (200, True)
    assert count(works, Lead) == 0


def test_a_whole_organisation_is_told_so_too(url: str, world: Slack) -> None:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "team": None,
        "enterprise": {"id": "E1"},
        "user": {"id": "U_RITA"},
        "is_enterprise_install": True,
        "actions": [{"action_id": "lead.edit", "block_id": "b"}],
    }
    body = urlencode({"payload": json.dumps(payload)})
    answer = ask(url, body, [FORM, *signed(body, "sandbox")])
    assert (answer.status, "not installed" in answer.text) == (200, True)


def test_before_it_is_ready_slack_is_told_to_come_again(
    url: str, gate: DrainGate, works: UnitOfWorkFactory
) -> None:
    assert gate.shut(1)
    assert ask(url, COMMAND, [FORM, *signed(COMMAND, "sandbox")]).status == 503
    assert count(works, Lead) == 0
