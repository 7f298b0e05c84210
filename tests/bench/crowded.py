"""A workspace of real size: two thousand people and a thousand cards in a channel; somebody joins
it, a deal is edited.

Slack is the one of the sandbox, which counts calls by Slack's rates, and answers after the time
that Slack takes.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, delete

from bot.app import create_app, create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.manifest import manifest
from bot.sandbox import events
from bot.sandbox.entities import Channel, Member
from bot.sandbox.server import serve
from bot.sandbox.slack import BOT_USER, Slack
from bot.sandbox.transport import Direct
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core import records
from models.core.entity.bulk import insert_all
from models.core.outbox.delivery import Delivery, Post, stand
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.bench.company import named
from tests.bench.distant import TAKES
from tests.bench.figures import Figure
from tests.installed import installed

PEOPLE, CARDS, ROUNDS = 2000, 1000, 3
BAR = 3.0
"""Seconds until an edit is on its card."""
PATIENCE = 60.0
"""Seconds after which we give up."""
ROOM = "C_ROOM"


@dataclass
class Scene:
    """The channel, the bot that posts there, and the deals whose cards stand there, by their ids:
    the ts of each.
    """

    slack: Slack
    works: UnitOfWorkFactory
    courier: DeliveryDispatcher
    cards: dict[int, str]

    def edited(self, deal: int, name: str) -> float:
        """The seconds until the card of a deal says when it was edited; its name is not for
        everybody who reads it.
        """
        began = time.perf_counter()
        with self.works("T1", "U_RITA") as work:
            record = work.get(Opportunity, deal)
            records.update(work, record, {"name": name})
            work.session.flush()
            updated = f"{record.ref}:places:{record.version}"  # a block of its card
        while updated not in self.drawn(deal):
            if time.perf_counter() > began + PATIENCE:
                return PATIENCE
            time.sleep(0.005)
        return time.perf_counter() - began

    def drawn(self, deal: int) -> str:
        card = self.slack.timeline.find(ROOM, self.cards[deal])
        return str(card.blocks) if card else ""

    def calls(self, method: str) -> int:
        return sum(name == method for name, _ in list(self.slack.calls))


def crowd() -> list[Member]:
    """Rita and her colleagues of whom the CRM has not heard, and guests who come later, one in each
    round.
    """
    guests = [
        Member(f"U_GUEST{number}", f"guest{number}", is_restricted=True) for number in range(ROUNDS)
    ]
    rita = Member("U_RITA", "rita", "Rita Reyes", tz="Europe/Berlin")
    return [
        rita,
        *guests,
        *(Member(f"U_{number}", f"person{number}", f"Person {number}") for number in range(PEOPLE)),
    ]


def posted(works: UnitOfWorkFactory, slack: Slack) -> dict[int, str]:
    """A thousand deals whose cards stand in the channel, as another release left them."""
    with works("T1", "U_RITA") as work:
        work.session.execute(delete(Delivery))
        about = {"customer": "CU-1", "account": "AC-1", "amount": "12k EUR", "close_date": "+30d"}
        deals = [
            records.create(work, Opportunity, {"name": f"Renewal {number}", **about})
            for number in range(CARDS)
        ]
        cards = {deal.id: slack.post(ROOM, BOT_USER, deal.ref, []).ts for deal in deals}
        work.session.execute(delete(Delivery))
        same = {"entity": "opportunity", "channel": ROOM, "posted_at": work.now}
        insert_all(work, Post, [{**same, "record_id": id, "ts": ts} for id, ts in cards.items()])
    return cards


@contextmanager
def scene(engine: Engine) -> Iterator[Scene]:
    members = crowd()
    room = Channel(
        ROOM, "room", members=[*(each.id for each in members if not each.is_restricted), BOT_USER]
    )
    slack = Slack(manifest(Catalogue(ROUTERS)), members, [room], Clock(), ("T1", "Acme"))
    with serve(slack, port=0):
        works, clients = UnitOfWorkFactory(engine), installed(slack)
        app = create_app(clients, create_dispatcher(works), slack.signing_secret)
        slack.transport = Direct(app, slack.signing_secret, time.time)
        cards = posted(works, slack)
        slack.latency = TAKES
        courier = DeliveryDispatcher(works, clients, Catalogue(ROUTERS))
        works.committed.append(courier.wake)
        courier.start()
        try:
            yield Scene(slack, works, courier, cards)
        finally:
            courier.stop()


def first_card(there: Scene) -> float:
    """The seconds until a new deal's card stands there, in a channel of people of whom nobody is
    known.
    """
    began = time.perf_counter()
    before = len(there.slack.timeline.of(ROOM))
    with there.works("T1", "U_RITA") as work:
        deal = records.create(work, Opportunity, {"name": "First", "customer": "CU-1"})
        stand(work, deal, ROOM)
    while len(there.slack.timeline.of(ROOM)) == before and time.perf_counter() < began + PATIENCE:
        time.sleep(0.005)
    return time.perf_counter() - began


def measured(engine: Engine) -> list[Figure]:
    """The slowest edit, each right after a guest has joined for whom all cards have to be drawn
    anew.
    """
    with scene(engine) as there:
        first, seconds = first_card(there), []
        for number, deal in enumerate(list(there.cards)[:ROUNDS]):
            events.join(there.slack, ROOM, f"U_GUEST{number}")
            time.sleep(1.0)
            seconds.append(there.edited(deal, f"Edited {number}"))
        refused, slowest = sum(there.slack.rates.refused.values()), max(seconds)
        note = (
            f"{PEOPLE:,} people, {CARDS:,} cards in a channel; {ROUNDS} times a guest joins and a second later a deal "
            f"is edited: the slowest of {', '.join(f'{each:.2f}' for each in seconds)} s until its card shows it; the "
            f"first card there took {first:.1f} s, with {there.calls('users.list')} users.list and "
            f"{there.calls('users.info')} users.info; {there.calls('chat.update')} chat.update, {refused} calls "
            "answered 429 by the rates of Slack"
        )
    name = f"an edit in a crowded channel, on {named(engine)}"
    return [Figure(name, slowest, BAR, "s", BAR, note, absolute=True)]
