"""A small Slack with the bot connected to it: signed requests in, a real HTTP Web API out."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.app import create_app, create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.manifest import manifest
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Channel, Group, Member
from bot.sandbox.server import serve
from bot.sandbox.slack import BOT_USER, Slack
from bot.sandbox.transport import Direct
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import PEOPLE, StoppedClock, given
from tests.installed import installed

MEMBERS = [
    Member(
        slack_id,
        slack_id.removeprefix("U_").lower(),
        str(profile["name"]),
        tz=str(profile.get("zone", "UTC")),
        is_restricted=bool(profile.get("guest")),
    )
    for slack_id, profile in PEOPLE.items()
]
SALES = ["U_RITA", "U_RAVI", "U_MONA", "U_ADA", BOT_USER]
"""Whose roles let them see all that Rita and her colleagues do: where only they are, nothing is
masked.
"""
CHANNELS = [
    Channel("C_GENERAL", "general"),
    Channel("C_SALES", "sales", members=SALES),
    Channel("C_SUPPORT", "support", members=[*SALES, "U_SAM", "U_SOFIA", "U_ELI"]),
]
SLOW = 30.0
"""Seconds that an answer may take on a busy machine. That Slack waits for three, its own tests try.
"""
GROUPS = [Group("S0NORTH", "north-team", ["U_OLGA"]), Group("S0DESK", "desk", ["U_SAM", "U_SOFIA"])]


@pytest.fixture(scope="session")
def world() -> Iterator[Slack]:
    """One small Slack a test process; each test begins it anew."""
    slack = Slack(
        manifest(Catalogue(ROUTERS)),
        MEMBERS,
        CHANNELS,
        StoppedClock(),
        ("T1", "Acme"),
        groups=GROUPS,
        trigger_seconds=SLOW,
        ack_seconds=SLOW,
    )
    with serve(slack, port=0):
        yield slack


@pytest.fixture
def client(world: Slack) -> WebClient:
    return WebClient(token=world.bot_token, base_url=f"{world.url}/api/", retry_handlers=[])


@pytest.fixture
def slack(world: Slack, client: WebClient, works: UnitOfWorkFactory, clock: Any) -> SlackDriver:
    """Rita at her desk, in #general."""
    world.reset()
    world.clock = clock
    world.rates.on = False  # a test says by itself when something is sent, and how much
    app = create_app(installed(world), create_dispatcher(works), world.signing_secret)
    return SlackDriver(
        world, Direct(app, world.signing_secret, time.time), user="U_RITA", channel="C_GENERAL"
    )


@pytest.fixture
def clients(world: Slack) -> Clients:
    return installed(world)


@pytest.fixture
def courier(works: UnitOfWorkFactory, clients: Clients, slack: SlackDriver) -> DeliveryDispatcher:
    """Sends what waits when a test says so, without a pause."""
    return DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada", last_name="Lovelace", email="ada@x.example")


@pytest.fixture
def deals(works: UnitOfWorkFactory, ada: Customer) -> list[Opportunity]:
    return [
        given(works, Opportunity, name=name, customer=ada.ref)
        for name in ("Sails", "Oars", "Ropes")
    ]


@pytest.fixture
def case(works: UnitOfWorkFactory, ada: Customer) -> Case:
    return given(works, Case, by="U_SAM", subject="Broken mast", customer=ada.ref)
