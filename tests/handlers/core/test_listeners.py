"""The way in and the way back: signatures, failures and the surfaces an answer can be given on."""

import json
import logging
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bot.app import create_app, create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from handlers.core.fair_share import MOST
from models.core import records
from models.core.db import deadline
from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given, together
from tests.handlers.kit import SQLITE, count, deliver, found, sent, standing, told
from tests.installed import installed

pytestmark = SQLITE
SECRET_WORDS = "lead new Grace Hopper grace@x.org"


# ── who gets in ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def app(world: Slack, works: UnitOfWorkFactory) -> App:
    return create_app(installed(world), create_dispatcher(works), world.signing_secret)


def request(world: Slack, secret: str = "", stamp: str = "", **headers: str) -> BoltRequest:
    """A command as Slack would post it, signed."""
    body = urlencode(
        {
            "command": "/crm",
            "text": SECRET_WORDS,
            "team_id": "T1",
            "user_id": "U_RITA",
            "trigger_id": "1.2",
        }
    )
    stamp = stamp or str(int(time.time()))
    signature = SignatureVerifier(secret or world.signing_secret).generate_signature(
        timestamp=stamp, body=body
    )
    signed = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature or ""}
    return BoltRequest(
        body=body,
        headers={"content-type": "application/x-www-form-urlencoded", **signed, **headers},
    )


def test_what_slack_signed_gets_in(app: App, world: Slack, works: UnitOfWorkFactory) -> None:
    assert app.dispatch(request(world)).status == 200
    assert count(works, Lead) == 1


FORGED: list[dict[str, str]] = [
    {"secret": "another"},
    {"stamp": "1700000000"},
    {"stamp": "9999999999"},
    {"stamp": "soon"},
    {"stamp": "-1"},
    {"stamp": "١٢٣"},
    {"x-slack-signature": "v0=" + "0" * 64},
    {"x-slack-signature": ""},
    {"x-slack-signature": "v0=é"},
    {"x-slack-request-timestamp": ""},
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_what_slack_did_not_sign_is_refused_and_nothing_of_it_is_logged(
    app: App,
    world: Slack,
    works: UnitOfWorkFactory,
    caplog: pytest.LogCaptureFixture,
    forged: dict[str, str],
) -> None:
    caplog.set_level(logging.DEBUG)
    response = app.dispatch(request(world, **forged))
    assert response.status == 401
    assert count(works, Lead) == 0
    logged = caplog.text + "".join(str(record.args) for record in caplog.records)
    assert "Refused a request" in logged
    assert not any(word in logged for word in ("Grace", "grace", "Hopper", "U_RITA"))


# ── what goes wrong inside ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be made any more."""

    def fail(*_: Any) -> None:
        raise ZeroDivisionError("the secret of Grace")

    monkeypatch.setattr(records, "create", fail)


@pytest.mark.usefixtures("broken")
def test_the_unexpected_is_answered_with_a_reference_that_is_in_the_log(
    slack: SlackDriver, works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    slack.command("/crm lead new Grace")
    said = "Something went wrong. Nothing was saved. Reference "
    assert told(slack).startswith(said)
    reference = told(slack).removeprefix(said)
    assert len(reference) == 8
    [record] = [record for record in caplog.records if reference in record.getMessage()]
    assert record.exc_info
    assert "Traceback" not in told(slack)


@pytest.mark.usefixtures("broken")
def test_the_unexpected_in_a_form_stands_in_the_form(slack: SlackDriver) -> None:
    slack.command("/crm lead new")
    slack.submit(name="Grace")
    assert slack.errors["name"].startswith("Something went wrong. Nothing was saved. Reference ")
    assert slack.modal
    assert slack.modal.values["name"] == "Grace"


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("say", ["say", "dm"])
def test_the_unexpected_in_a_message_is_answered_there(slack: SlackDriver, say: str) -> None:
    slack.say("@crm lead new Grace") if say == "say" else slack.dm("lead new Grace")
    assert told(slack).startswith("Something went wrong.")


def test_what_went_wrong_leaves_nothing_half_saved(
    slack: SlackDriver, works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(works, Lead, first_name="Ada", company="Engines")

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Lead, "as_account", fail)
    slack.command("/crm convert LD-1")
    assert told(slack).startswith("Something went wrong.")
    slack.command("/crm customer list")
    assert told(slack) == "There is no customer yet"


# ── a database that does not answer ───────────────────────────────────────────────────────────────


@pytest.fixture
def impatient(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The same file, opened by a process that waits 50 ms for it."""
    monkeypatch.setattr(deadline, "STATEMENT", 0.05)
    opened = open_engine(engine.url.render_as_string(hide_password=False))
    yield opened
    opened.dispose()


def test_a_database_that_another_process_holds_is_answered_in_words(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    impatient: Engine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    dispatcher = create_dispatcher(UnitOfWorkFactory(impatient, works.clock))
    app = create_app(installed(slack.slack), dispatcher, slack.slack.signing_secret)
    slack.slack.transport.app = app  # type: ignore[attr-defined]
    other = sqlite3.connect(Path(impatient.url.database or ""))
    other.execute("BEGIN IMMEDIATE")
    slack.command("/crm lead new Grace")
    assert told(slack) == "The database is busy right now. Nothing was saved; please try again."
    slack.command("/crm lead list")
    assert told(slack) == "There is no lead yet"
    other.close()
    slack.command("/crm lead new Grace")
    assert told(slack) == "Created LD-1 Grace"
    assert "database is locked" in caplog.text
    assert "Grace" not in caplog.text


def test_nobody_has_so_much_done_at_once_that_others_wait(
    world: Slack, impatient: Engine, works: UnitOfWorkFactory
) -> None:
    """Whoever sends twenty things that take long has a few of them done, and others are answered
    meanwhile.
    """
    app = create_app(
        installed(world),
        create_dispatcher(UnitOfWorkFactory(impatient, works.clock)),
        world.signing_secret,
    )
    other = sqlite3.connect(Path(impatient.url.database or ""))
    other.execute("BEGIN IMMEDIATE")
    answers = together(
        [lambda: json.loads(app.dispatch(request(world)).body)["text"] for _ in range(20)]
    )
    refused = "You have 5 things running here already. Wait a moment, then try again."
    assert answers.count(refused) >= 20 - 3 * MOST
    assert set(answers) == {
        refused,
        "The database is busy right now. Nothing was saved; please try again.",
    }
    other.close()
    assert app.dispatch(request(world)).status == 200
    assert count(works, Lead) == 1


def test_what_was_typed_stays_out_of_the_errors_of_the_database(works: UnitOfWorkFactory) -> None:
    with works("T1") as work, pytest.raises(OperationalError) as refused:
        work.session.connection().exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("Grace",))
    assert "Grace" not in str(refused.value)


# ── a Slack that does not answer ──────────────────────────────────────────────────────────────────


def test_where_nobody_can_be_whispered_to_the_answer_comes_as_a_direct_message(
    slack: SlackDriver,
) -> None:
    slack.slack.fail("chat.postEphemeral", with_="channel_not_found")
    slack.say("@crm help")
    assert slack.last.channel == slack.slack.im("U_RITA").id


def test_an_answer_that_cannot_be_given_is_logged_and_acknowledged(
    slack: SlackDriver, works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    slack.slack.fail("chat.postEphemeral", with_="channel_not_found")
    slack.slack.fail("chat.postMessage", with_="account_inactive")
    slack.say("@crm lead new Grace")
    assert "A message could not be answered" in caplog.text
    assert count(works, Lead) == 1


def test_a_form_that_opens_too_late_is_offered_again(slack: SlackDriver) -> None:
    slack.slack.fail("views.open", with_="expired_trigger_id")
    slack.command("/crm lead new")
    assert told(slack) == "The form took too long to open."
    slack.click("crm.run")
    assert slack.modal


def test_a_button_whose_address_is_used_up_is_answered_beside_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = standing(slack, works, courier, given(works, Lead, first_name="Ada"))
    slack.click("lead.edit", card)
    payload = sent(slack, response_url=f"{slack.slack.url}/response/nothing")
    slack.close()
    payload["actions"] = [
        {**payload["actions"][0], "action_id": "lead.qualify", "action_ts": "9.9"}
    ]
    assert deliver(slack, "interactive", payload).acknowledged
    assert told(slack).startswith("Changed LD-1 Ada\nStatus: New → Qualified")
    assert found(works, Lead).status == "qualified"


# ── where answers go ──────────────────────────────────────────────────────────────────────────────


def test_answers_are_for_the_person_alone(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = standing(slack, works, courier, given(works, Lead, first_name="Ada"), "C_GENERAL")
    slack.command("/crm lead list")
    slack.say("@crm lead list")
    slack.click("lead.qualify", card)
    courier.drain()
    private = [shown for shown in slack.seen if shown.ephemeral]
    assert len(private) == 3
    assert [shown.ts for shown in slack.posted("C_GENERAL") if not shown.thread_ts] == [card.ts]


def test_what_a_bot_says_is_not_for_us(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.say("@crm lead new Grace")
    payload = sent(slack)
    event = {key: value for key, value in payload["event"].items() if key != "user"} | {
        "bot_id": "B1"
    }
    assert deliver(slack, "events_api", payload | {"event": event, "event_id": "Ev9"}).acknowledged
    edited = payload["event"] | {"subtype": "message_changed"}
    assert deliver(
        slack, "events_api", payload | {"event": edited, "event_id": "Ev10"}
    ).acknowledged
    assert count(works, Lead) == 1


def test_closing_a_form_changes_nothing(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm lead new")
    slack.close()
    assert slack.modal is None
    assert count(works, Lead) == 0
