"""Forged events about channels and user groups, over HTTP: answered, not logged, and nothing comes
of them.
"""

import copy
import io
from collections.abc import Iterator
from typing import Any

import pytest

from bot import logging_config
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.manifest import manifest
from bot.sandbox.client import SlackDriver
from bot.sandbox.transport import EVENT, Envelope
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.entity.base import Base
from models.core.identity.team import Team
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests import forging
from tests.bot.posted import Posted, posting
from tests.forging import AUTHORITY, FORGED, GROUP, INSTALLED, MARK, SILENT, TYPED
from tests.ground import given
from tests.handlers.kit import SQLITE

pytestmark = SQLITE
OF_CHANNELS, OF_GROUPS = list(forging.of_channels()), list(forging.of_groups())
ABOUT = {name: AUTHORITY[name][0] for name in (*OF_CHANNELS, *OF_GROUPS)}
"""Where each event says which channel or group it is about."""
LONG = "C" * 40_000
RETRIED = (200, 400)
"""Slack sends an event again where it is not answered with 200."""


@pytest.fixture
def told(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> dict[str, Envelope]:
    """One event of each kind, about a channel where a card stands and a group that a team
    follows.
    """
    given(works, Lead, first_name=TYPED)
    given(works, Team, by="U_ADA", name="northern", group=f"<!subteam^{GROUP}|@north>")
    courier.drain()
    slack.dm("help")
    found = forging.events(slack.slack.sent[-1])
    return {name: found[name] for name in ABOUT}


@pytest.fixture
def logged(kept_logging: None) -> io.StringIO:
    stream = io.StringIO()
    logging_config.configure("DEBUG", stream=stream)
    return stream


@pytest.fixture
def posted(
    slack: SlackDriver, works: UnitOfWorkFactory, told: dict[str, Envelope]
) -> Iterator[Posted]:
    with posting(slack.slack, works) as posted:
        yield posted


def everything(
    works: UnitOfWorkFactory, but: tuple[str, ...] = ()
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with works.engine.begin() as connection:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in but]
        return {
            table.name: [tuple(row) for row in connection.execute(table.select())]
            for table in tables
        }


def about(envelope: Envelope, path: forging.Path, value: Any) -> Envelope:
    payload = copy.deepcopy(envelope.payload)
    holder: Any = payload
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return Envelope(EVENT, payload)


def send(slack: SlackDriver, envelope: Envelope) -> None:
    slack.slack.transport.send(envelope, 3)


def test_every_event_we_ask_slack_for_is_forged_somewhere(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for name in ("Bob", "Eve"):
        given(works, Lead, first_name=name)
    sent = [
        each.payload["event"] for each in forging.record(slack).values() if "event" in each.payload
    ]
    kinds = {
        f"message.{each['channel_type']}" if each["type"] == "message" else each["type"]
        for each in sent
    }
    asked = manifest(Catalogue(ROUTERS))["settings"]["event_subscriptions"]["bot_events"]
    overheard = {
        "message.channels",
        "message.groups",
    }  # nobody acts: handlers/core/test_previews.py
    assert kinds | overheard | {"app_uninstalled"} == set(asked)


def test_what_nobody_forged_has_something_done_once(
    slack: SlackDriver, works: UnitOfWorkFactory, told: dict[str, Envelope], posted: Posted
) -> None:
    for name in ABOUT:
        before = everything(works)
        send(slack, told[name])
        after = everything(works)
        changed = {table for table in after if after[table] != before[table]}
        assert changed == {"delivery", "seen"} | ({"counter"} if name in OF_CHANNELS else set()), (
            name
        )
        for _ in range(2):
            send(slack, told[name])
        assert everything(works) == after, name
        assert posted.statuses[-3:] == [200, 200, 200], name


WRONG = (
    LONG,
    LONG[:33],
    " C_SALES",
    "C_SALES\n",
    "c_sales",
    "C-1",
    "D_RITA",
    {"id": 7},
    {"id": LONG},
    {},
)


def test_whatever_stands_for_the_channel_or_the_group_changes_nothing(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    told: dict[str, Envelope],
    posted: Posted,
    logged: io.StringIO,
) -> None:
    before = everything(works)
    for name in ABOUT:
        for how in FORGED:
            send(slack, forging.forged(told[name], ABOUT[name], how))
            assert posted.statuses[-1] == 400, (name, how)
        for value in WRONG:
            send(slack, about(told[name], ABOUT[name], value))
            assert posted.statuses[-1] == 400, (name, value)
        assert everything(works) == before, name
    assert not any(word in logged.getvalue() for word in (MARK, TYPED, LONG[:50]))


def test_another_team_s_event_and_one_of_no_team_change_nothing(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    told: dict[str, Envelope],
    posted: Posted,
    logged: io.StringIO,
) -> None:
    before = everything(works)
    for name in ABOUT:
        for how in set(FORGED) - set(SILENT):
            send(slack, forging.forged(told[name], INSTALLED, how))
            assert posted.statuses[-1] in RETRIED, (name, how)
        nobodys = {**told[name].payload, "authorizations": [], "team_id": None}
        nobodys["event"] = {key: value for key, value in nobodys["event"].items() if key != "team"}
        send(slack, Envelope(EVENT, nobodys))
        assert posted.statuses[-1] in RETRIED, name
        assert everything(works) == before, name
    assert not any(word in logged.getvalue() for word in (MARK, TYPED))


def test_an_event_without_an_id_of_its_own_changes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, told: dict[str, Envelope], posted: Posted
) -> None:
    before = everything(works)
    for name in ABOUT:
        payload = {key: value for key, value in told[name].payload.items() if key != "event_id"}
        for id in ({}, *({"event_id": id} for id in (None, 7, "", ["Ev1"], LONG))):
            send(slack, Envelope(EVENT, payload | id))
            assert posted.statuses[-1] == 400, (name, id)
    assert everything(works) == before


def test_an_event_of_another_shape_changes_nothing(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    told: dict[str, Envelope],
    posted: Posted,
    logged: io.StringIO,
) -> None:
    before = everything(works)
    bare = [{"type": told[name].payload["event"]["type"]} for name in ABOUT]
    for event in (*bare, None, 7, "x", [], {}, {"type": [MARK]}, {"type": MARK}):
        send(slack, Envelope(EVENT, {**told["coming"].payload, "event": event}))
        assert posted.statuses[-1] in (*RETRIED, 404), event
    assert everything(works) == before
    assert MARK not in logged.getvalue()


def test_a_group_that_no_team_follows_changes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, told: dict[str, Envelope], posted: Posted
) -> None:
    before = everything(works, but=("seen",))
    for name in OF_GROUPS:
        send(slack, about(told[name], ABOUT[name], "S0NOBODY"))
    assert posted.statuses == [200] * len(OF_GROUPS)
    assert everything(works, but=("seen",)) == before


def test_of_a_channel_where_nothing_stands_only_the_comings_and_goings_are_counted(
    slack: SlackDriver, works: UnitOfWorkFactory, told: dict[str, Envelope], posted: Posted
) -> None:
    before = everything(works, but=("seen", "counter"))
    for name in OF_CHANNELS:
        send(slack, about(told[name], ABOUT[name], "C_NOWHERE"))
    assert posted.statuses == [200] * len(OF_CHANNELS)
    assert everything(works, but=("seen", "counter")) == before


def test_whoever_is_said_to_have_come_becomes_nobody_here(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    told: dict[str, Envelope],
    posted: Posted,
    logged: io.StringIO,
) -> None:
    before = everything(works, but=("seen", "counter", "delivery"))
    for who in (
        "U_OTTO",
        "U_NOBODY",
        "U_GUS",
        f"<!channel> {MARK}",
        LONG,
        7,
        None,
        [MARK],
        {"id": "U_ADA"},
    ):
        for name in ("coming", "going"):
            send(slack, about(told[name], ("event", "user"), who))
            assert posted.statuses[-1] in RETRIED, who
    assert everything(works, but=("seen", "counter", "delivery")) == before
    assert MARK not in logged.getvalue()


def test_that_the_app_was_removed_at_no_time_is_not_believed(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    told: dict[str, Envelope],
    posted: Posted,
    logged: io.StringIO,
) -> None:
    for when in (MARK, [7], {"at": MARK}, "1773136800"):
        gone = {**told["coming"].payload, "event": {"type": "app_uninstalled"}, "event_time": when}
        send(slack, Envelope(EVENT, gone))
        assert posted.statuses[-1] == 400, when
    assert MARK not in logged.getvalue()
    slack.command("/crm lead list")
    assert TYPED in slack.last.text
