"""What comes signed but forged, over HTTP and over the line: answered, refused, not logged, and
nothing is changed.

Of the nineteen thousand forgeries one in eight hundred is sent, with `HOSTILE=all` one in eight.
"""

import io
import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from bot import logging_config
from bot.app import create_app, create_dispatcher
from bot.manifest import manifest
from bot.sandbox.client import SlackDriver
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Envelope
from bot.slack.socket_mode import DrainGate, SocketModeConnection
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.entity.base import Base
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests import forging
from tests.bot.posted import Posted, posting
from tests.forging import MARK, TYPED
from tests.ground import given
from tests.handlers.conftest import CHANNELS, MEMBERS
from tests.handlers.kit import SQLITE, WRONG
from tests.inert import pings
from tests.installed import installed

pytestmark = SQLITE
ALL = os.environ.get("HOSTILE") == "all"
SHARE = 8 if ALL else 800
Rows = dict[str, list[tuple[Any, ...]]]
TABLES = [table for table in Base.metadata.sorted_tables if table.name != "seen"]
LOOKS = {table.name: table.select() for table in TABLES}


@pytest.fixture
def logged(kept_logging: None) -> io.StringIO:
    """All that the bot logs, as it would be written."""
    stream = io.StringIO()
    logging_config.configure("DEBUG", stream=stream)
    return stream


def prepared(desk: SlackDriver, works: UnitOfWorkFactory) -> dict[str, Envelope]:
    """One of each thing that Slack sends, about records that there are."""
    for person, name in (("U_RITA", "Bob"), ("U_RITA", "Eve"), ("U_OLGA", "Ken")):
        given(works, Lead, by=person, first_name=name)
    given(works, Customer, first_name=TYPED)
    return forging.record(desk)


@pytest.fixture
def recorded(slack: SlackDriver, works: UnitOfWorkFactory) -> dict[str, Envelope]:
    return prepared(slack, works)


@pytest.fixture
def posted(
    slack: SlackDriver, works: UnitOfWorkFactory, recorded: dict[str, Envelope]
) -> Iterator[Posted]:
    """The way over HTTP to a bot that has all that behind it."""
    with posting(slack.slack, works) as posted:
        yield posted


def everything(works: UnitOfWorkFactory) -> Rows:
    """Every row of every table but the one that tells repetitions, which is emptied: what comes now
    is new.
    """
    with works.engine.begin() as connection:
        connection.execute(text("DELETE FROM seen"))
        return {
            name: [tuple(row) for row in connection.execute(look)] for name, look in LOOKS.items()
        }


def of(rows: Rows, workspace: str) -> Rows:
    """What of it belongs to a workspace."""
    owned = [
        (table.name, list(table.columns.keys())) for table in TABLES if "workspace" in table.columns
    ]
    return {
        name: [row for row in rows[name] if row[keys.index("workspace")] == workspace]
        for name, keys in owned
    }


def people(rows: Rows) -> list[tuple[Any, ...]]:
    """What nobody becomes by a payload: the columns of people that say who they are and what they
    may.
    """
    columns = Base.metadata.tables["user"].columns.keys()
    places = [columns.index(name) for name in ("workspace", "slack_id", "role", "team")]
    return [tuple(row[place] for place in places) for row in rows["user"]]


def forgeries(
    recorded: dict[str, Envelope], chosen: list[forging.Forgery]
) -> Iterator[tuple[str, Envelope]]:
    for name, path, how in chosen:
        yield f"{name} {path} {how}", forging.forged(recorded[name], path, how)


def test_what_was_recorded_changes_something_when_nothing_is_forged(
    slack: SlackDriver, works: UnitOfWorkFactory, recorded: dict[str, Envelope], posted: Posted
) -> None:
    for name in ("submission", "button", "command", "mention", "message"):
        before, payload = everything(works), recorded[name].payload
        said = payload.get("event", payload)
        said["text"] = said.get("text", "").replace(TYPED, name)
        assert slack.slack.deliver(recorded[name]).acknowledged
        assert everything(works) != before, name


def test_whatever_is_forged_is_answered_and_reaches_nobody_else(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    recorded: dict[str, Envelope],
    posted: Posted,
    logged: io.StringIO,
) -> None:
    before, calls = everything(works), len(slack.slack.calls)
    for what, envelope in forgeries(recorded, forging.some(recorded, SHARE, "forged")):
        slack.slack.deliver(envelope)
        assert posted.statuses[-1] in (200, 400, 404), what
        now = everything(works)
        assert of(now, "T2") == of(before, "T2"), what
        assert people(now) == people(before), what
        assert not any(word in logged.getvalue() for word in (MARK, TYPED)), what
    said = [
        args
        for name, args in list(slack.slack.calls)[calls:]
        if name.startswith(("chat.", "views."))
    ]
    assert said
    assert [found for args in said for found in pings(args)] == []
    assert not any(WRONG in str(args) for args in said)


def test_who_acts_where_and_what_cannot_be_forged(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    recorded: dict[str, Envelope],
    posted: Posted,
    logged: io.StringIO,
) -> None:
    before = everything(works)
    chosen = forging.authority()
    for what, envelope in forgeries(recorded, chosen if ALL else chosen[::6]):
        slack.slack.deliver(envelope)
        assert posted.statuses[-1] in (200, 400), what
        assert everything(works) == before, what
    assert MARK not in logged.getvalue()


@pytest.fixture(scope="module")
def place() -> Iterator[Slack]:
    """A small Slack to which apps connect."""
    slack = Slack(manifest(Catalogue(ROUTERS)), MEMBERS, CHANNELS, Clock(), ("T1", "Acme"))
    with serve(slack, port=0):
        yield slack


def test_over_the_line_what_is_forged_stops_nothing(
    place: Slack, works: UnitOfWorkFactory, logged: io.StringIO
) -> None:
    place.clock, clients, gate = works.clock, installed(place), DrainGate()
    gate.unlock()
    line = SocketModeConnection(
        create_app(clients, create_dispatcher(works)), place.app_token, clients.client(), gate
    )
    line.connect()
    desk = SlackDriver(place, user="U_RITA", channel="C_GENERAL")
    recorded = prepared(desk, works)
    before, place.ack_seconds = everything(works), 0.02
    for _, envelope in forgeries(
        recorded, [*forging.authority()[::60], *forging.some(recorded, 900, "line")]
    ):
        place.deliver(envelope)
    assert gate.shut(10)
    now = everything(works)
    assert of(now, "T2") == of(before, "T2")
    assert people(now) == people(before)
    assert not any(word in logged.getvalue() for word in (MARK, TYPED))
    gate.unlock()
    place.ack_seconds = 3.0
    desk.command("/crm lead new Grace Hopper")
    assert "Grace Hopper" in desk.last.text
    line.hang_up()
