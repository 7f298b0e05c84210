"""Twenty working days of the company of the sandbox: how many messages they bring, and to whom."""

import time
from collections import Counter
from collections.abc import Iterator
from statistics import median

import pytest
from sqlalchemy import Engine, event

from bot.app import create_app, create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.manifest import manifest
from bot.sandbox import seed
from bot.sandbox.client import SlackDriver
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.start import furnish
from bot.sandbox.transport import Direct
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from tests.conftest import carelessly
from tests.ground import StoppedClock
from tests.installed import installed
from tests.played import Player, Said

DAYS = 20
SLOW = 30.0
TO_A_PERSON, ABOUT_A_DEAL, IN_A_CHANNEL, MOST = 6, 3, 8, 10
"""The most messages at the median: to a person in a day, about a deal in all its time, in a channel
in a day. And how many nobody gets in any day.
"""


@pytest.fixture
def played(blank_sqlite: Engine, clock: StoppedClock) -> Iterator[Player]:
    """The company, whose people have worked for twenty days."""
    event.listen(blank_sqlite, "connect", carelessly)
    schema.upgrade(blank_sqlite)
    works = UnitOfWorkFactory(blank_sqlite, clock)
    furnish(works, clock)
    catalogue = Catalogue(ROUTERS)
    world = Slack(
        manifest(catalogue),
        seed.PEOPLE,
        seed.CHANNELS,
        clock,
        seed.TEAM,
        trigger_seconds=SLOW,
        ack_seconds=SLOW,
    )
    with serve(world, port=0):
        world.rates.on = False  # nobody waits a second for the next post
        clients = installed(world)
        app = create_app(clients, create_dispatcher(works), world.signing_secret)
        slack = SlackDriver(world, Direct(app, world.signing_secret, time.time))
        player = Player(slack, works, clock, DeliveryDispatcher(works, clients, catalogue, pace=0))
        player.play(DAYS)
        yield player


def test_twenty_working_days_bring_few_messages_and_none_twice(played: Player) -> None:
    assert len(played.days) == DAYS
    assert played.acts > 12 * DAYS, "hardly anybody worked"
    personal = [each for each in played.said if each.channel.startswith("D_")]
    shared = [each for each in played.said if not each.channel.startswith("D_")]
    top = [each for each in shared if not each.reply]

    days = [count for _, count in per_day(played, personal)]
    assert 0 < median(days) <= TO_A_PERSON, days
    assert max(days) <= MOST, per_day(played, personal)

    for room, name in people_told(played).items():
        own = [count for (channel, _), count in per_day(played, personal, room) if channel == room]
        assert median(own) <= TO_A_PERSON, (name, own)

    told = Counter((each.channel, each.text) for each in personal)
    assert [text for text, count in told.items() if count > 1] == []
    today = Counter((each.channel, each.day, each.text) for each in personal)
    assert [text for text, count in today.items() if count > 1] == []

    deals = about(top, "OP-")
    assert len(deals) > DAYS // 2, "hardly a deal was worked on"
    assert median(deals.values()) <= ABOUT_A_DEAL, deals
    alone = [each for each in played.said if not each.reply and len(refs(each, "OP-")) == 1]
    assert median(about(alone, "OP-").values()) <= ABOUT_A_DEAL, "with what comes to people alone"
    threads = Counter((ref, each.day) for each in shared if each.reply for ref in refs(each, "OP-"))
    assert median(threads.values()) <= ABOUT_A_DEAL, threads

    channels = [count for _, count in per_day(played, top)]
    assert median(channels) <= IN_A_CHANNEL, channels


def people_told(player: Player) -> dict[str, str]:
    """The direct message of each person, of every role, with their name."""
    world = player.slack.slack
    return {world.im(person.id).id: person.name for person in world.people if not person.is_bot}


def per_day(player: Player, said: list[Said], *more: str) -> list[tuple[tuple[str, str], int]]:
    """How many messages came into each channel on each working day, those without any too."""
    counts = Counter((each.channel, each.day) for each in said)
    rooms = sorted({*more, *(each.channel for each in said)})
    return [((room, day), counts[room, day]) for room in rooms for day in player.days]


def about(said: list[Said], prefix: str) -> Counter[str]:
    """How many messages name each record of a kind."""
    return Counter(ref for each in said for ref in refs(each, prefix))


def refs(said: Said, prefix: str) -> list[str]:
    return [ref for ref in said.about if ref.startswith(prefix)]
