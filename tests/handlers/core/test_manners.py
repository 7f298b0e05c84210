"""Small things that people notice: help where one looks for it, names in place of ids, nothing said
twice.
"""

import logging
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import pytest

from bot.app import create_app, create_dispatcher
from bot.sandbox import payloads
from bot.sandbox.client import SlackDriver
from bot.sandbox.payloads import event
from bot.sandbox.transport import EVENT, INTERACTIVE, Answer, Direct, Envelope, Transport
from handlers.core.answer_cache import AnswerCache
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from models.core.entity.base import ENTITIES, Entity
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.outgoing import deal
from tests.ground import given
from tests.handlers.kit import SQLITE, WRONG, count, deliver, sent, told
from tests.installed import installed

pytestmark = SQLITE


# ── help ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "line",
    [
        "/crm-deal help",
        "/crm deal help",
        "/crm help deal",
        "/crm-deal help?",
        "/crm help deals won",
        "/crm deals HELP",
    ],
)
def test_help_beside_a_noun_is_about_it(slack: SlackDriver, line: str) -> None:
    slack.command(line)
    assert told(slack).startswith("*deal*:")
    assert "`/crm deal won OP-1`" in slack.last.words


@pytest.mark.parametrize(
    "line", ["deal find help", "deal won help", "lead new Help Desk", "lead help desk"]
)
def test_where_help_is_part_of_something_else_it_is_a_word(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    slack.command(f"/crm {line}")
    assert not told(slack).startswith("*")


# ── names in place of ids ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "line",
    [
        "deal list owner = <@U_RITA>",
        "deal list owner = <@U_RITA|rita>",
        "deal list owner = U_RITA",
        "deal find owner = <@U_RITA> AND amount > 1",
        "find <@U_RITA>",
        "find nothing <@U_RITA>",
        "lead find <@U_RITA> or so",
        "<@U_RITA> whatever",
    ],
)
def test_what_is_quoted_shows_people_by_name(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    deal(works)
    slack.command(f"/crm {line}")
    shown = slack.last.text + slack.last.words
    assert "U_RITA" not in shown
    assert "@Rita Reyes" in shown


# ── charts ────────────────────────────────────────────────────────────────────────────────────────


def asked(slack: SlackDriver, way: str) -> None:
    """Rita asks for the report, which has a chart."""
    if way == "command":
        slack.command("/crm report")
    elif way == "message":
        slack.dm("report")
    elif way == "mention":
        slack.say("@crm report")
    else:
        payload = {
            "type": "block_actions",
            "user": {"id": "U_RITA", "team_id": "T1"},
            "team": {"id": "T1"},
            "actions": [{"action_id": "crm.run", "value": "report", "action_ts": "1.3"}],
            "trigger_id": "",
            "response_url": sent(slack)["response_url"],
            "channel": {"id": "C_GENERAL"},
        }
        deliver(slack, INTERACTIVE, payload)


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("way", ["command", "message", "mention", "button"])
def test_where_slack_draws_no_charts_the_report_comes_without(
    slack: SlackDriver, works: UnitOfWorkFactory, way: str, refused: bool
) -> None:
    deal(works, amount="€1,000")
    slack.command("/crm help")
    if refused:
        for method in ("response_url", "chat.postMessage", "chat.postEphemeral"):
            slack.slack.fail(method, with_="invalid_blocks")
    asked(slack, way)
    assert slack.last.text.startswith("Good day, Rita Reyes.")
    assert any(block["type"] == "data_visualization" for block in slack.last.blocks) is not refused
    assert "Qualification: 1 deal, €1,000" in slack.last.words


# ── empty forms ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "entity", [each for each in ENTITIES.values() if each.slug() not in ("user", "pack")]
)
def test_an_empty_form_makes_nothing_and_says_what_is_missing(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    before = count(works, entity)
    slack.command(f"/crm {entity.noun()} new", user="U_ADA")
    assert slack.modal
    deliver(slack, INTERACTIVE, emptied(slack))
    assert count(works, entity) == before


def emptied(slack: SlackDriver) -> dict[str, Any]:
    """The form on top is submitted with nothing in it."""
    view = slack.slack.views.top("U_ADA")
    assert view
    return payloads.submission(slack.slack, slack.slack.members["U_ADA"], view)


@pytest.mark.parametrize(
    ("noun", "field", "least"),
    [
        ("lead", "name", "Name, Company or E-mail"),
        ("customer", "name", "Name or E-mail"),
    ],
)
def test_the_form_says_what_a_record_needs_at_least(
    slack: SlackDriver, works: UnitOfWorkFactory, noun: str, field: str, least: str
) -> None:
    slack.command(f"/crm {noun} new")
    slack.submit()
    assert slack.errors == {field: f"Nothing is filled in yet. A {noun} needs at least: {least}."}
    slack.submit(email="ada@x.org")
    assert not slack.errors


# ── null ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["app_mention", "message"])
def test_a_text_that_is_null_is_answered_like_none(slack: SlackDriver, kind: str) -> None:
    said = {"user": "U_RITA", "text": None, "channel": "D_RITA", "ts": "1.2", "thread_ts": None}
    inner = {"type": kind, "channel_type": "im", **said}
    assert deliver(slack, EVENT, event(slack.slack, inner)).acknowledged
    slack.actor = "U_RITA"
    assert slack.last.text


def test_what_is_null_in_a_press_or_a_command_is_answered(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Ada")
    slack.command("/crm LD-1")
    slack.click("lead.edit")
    slack.close()
    slack.slack.sent.pop()
    pressed = sent(slack)
    for name in ("channel", "message", "container", "view", "state"):
        assert deliver(slack, INTERACTIVE, {**pressed, name: None}).acknowledged, name


# ── said once ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "help",
        "lead list",
        "lead show LD-9",
        "nonsense",
        "role give <@U_RITA> admin",
        "report",
        "lead new",
    ],
)
def test_what_slack_tells_again_is_not_answered_again(
    slack: SlackDriver, works: UnitOfWorkFactory, text: str
) -> None:
    slack.say(f"@crm {text}")
    before = len(slack.seen)
    for _ in range(3):
        assert slack.again().acknowledged
    assert len(slack.seen) == before > 0


def other_replica(slack: SlackDriver, works: UnitOfWorkFactory) -> Direct:
    """The way to a second bot on the same database."""
    app = create_app(installed(slack.slack), create_dispatcher(works), slack.slack.signing_secret)
    transport: Any = slack.slack.transport
    return Direct(app, slack.slack.signing_secret, transport.now)


def test_another_replica_does_not_answer_it_either(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.dm("help")
    before = len(slack.seen)
    slack.slack.transport = other_replica(slack, works)
    assert slack.again().acknowledged
    assert len(slack.seen) == before


def test_another_replica_does_not_call_it_a_second_press(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Ada")
    slack.command("/crm LD-1")
    slack.click("lead.qualify")
    before = [shown.text for shown in slack.seen]
    assert before[-1].startswith("Changed LD-1 Ada")
    slack.slack.transport = other_replica(slack, works)
    assert slack.again().acknowledged
    assert [shown.text for shown in slack.seen] == before


@dataclass
class Again:
    """Slack sends everything as what it sends again."""

    inner: Transport
    connected = True

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        return self.inner.send(replace(envelope, retry=1), seconds)


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("surface", ["command", "message"])
def test_who_did_it_says_so_though_it_came_again_meanwhile(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    monkeypatch: pytest.MonkeyPatch,
    surface: str,
    others: bool,
) -> None:
    """What Slack sent again overtakes what it sent first, which comes after it was done and before
    that is said.
    """
    doer: Any = slack.slack.transport
    other = other_replica(slack, works) if others else doer
    monkeypatch.setattr(slack.slack, "transport", Again(doer))
    first, again = AnswerCache.first, list[Any]()

    def meanwhile(said: AnswerCache, act: Interaction) -> bool:
        monkeypatch.setattr(AnswerCache, "first", first)
        again.append(other.send(slack.slack.sent[-1], 3))
        return first(said, act)

    monkeypatch.setattr(AnswerCache, "first", meanwhile)
    line = "lead new Ada Abel"
    slack.command(f"/crm {line}") if surface == "command" else slack.dm(line)
    assert [(each.acknowledged, each.body) for each in again] == [(True, {})]
    assert [shown.text for shown in slack.seen] == ["Created LD-1 Ada Abel"]
    assert count(works, Lead) == 1


@pytest.mark.parametrize("surface", ["command", "message"])
@pytest.mark.parametrize(
    ("line", "heard"),
    [("lead new Ada Abel", "Created LD-1 Ada Abel"), ("lead list", "There is no lead yet")],
)
def test_an_attempt_that_failed_silences_no_other(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    monkeypatch: pytest.MonkeyPatch,
    surface: str,
    line: str,
    heard: str,
) -> None:
    def broken(*_: object) -> NoReturn:
        monkeypatch.undo()
        raise RuntimeError

    monkeypatch.setattr(Dispatcher, "do", broken)
    slack.command(f"/crm {line}") if surface == "command" else slack.dm(line)
    assert told(slack).startswith(WRONG)
    answer = slack.again()
    assert heard in (told(slack), answer.body.get("text"))


@pytest.mark.parametrize("line", ["help", "lead list", "LD-9", "role give <@U_RITA> admin"])
def test_a_command_or_a_press_that_comes_again_is_not_answered_again(
    slack: SlackDriver, line: str
) -> None:
    slack.command("/crm help")
    slack.command(f"/crm {line}")
    before = len(slack.seen)
    answer = slack.again()
    assert answer.acknowledged
    assert answer.body == {}
    assert len(slack.seen) == before


# ── workspaces without the app ────────────────────────────────────────────────────────────────────


def test_workspaces_without_the_app_do_not_fill_the_log(
    slack: SlackDriver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    slack.dm("help")
    message = sent(slack)
    for number in range(50):
        place = {"team_id": f"T{number}X", "authorizations": [{"team_id": f"T{number}X"}]}
        slack.slack.deliver(Envelope(EVENT, {**message, **place}))
    said = [
        record.getMessage() for record in caplog.records if "not installed" in record.getMessage()
    ]
    assert said == ["Refused 1 requests from workspaces where the app is not installed: T0X"]
    assert "AuthorizeResult" not in caplog.text
