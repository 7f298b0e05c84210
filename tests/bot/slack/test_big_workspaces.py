"""A workspace of real size, with a Slack that counts calls: five hundred people in a channel, and
many cards there.
"""

import threading
from collections import Counter

import pytest
from slack_sdk import WebClient

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import events
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Member
from bot.slack.channel_members import ChannelMembers
from bot.slack.clients import Clients
from bot.slack.gateway import SlackGateway
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.listeners import FEW
from models.core.outbox import queue
from models.core.outbox.delivery import stand
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.bot.outgoing import deal, rows
from tests.bot.rooms import ELSEWHERE, ada_lovelace, room, secret, shown
from tests.ground import StoppedClock
from tests.handlers.kit import SQLITE, told

CROWD = 505
CARDS = 12


@pytest.fixture
def counted(slack: SlackDriver) -> SlackDriver:
    """Slack counts how often it is called, by the clock of the test."""
    slack.slack.rates.on = True
    slack.slack.rates.now = lambda: slack.slack.clock().timestamp()
    return slack


@pytest.fixture
def paced(works: UnitOfWorkFactory, clients: Clients, slack: SlackDriver) -> DeliveryDispatcher:
    """Sends at the pace at which the bot does."""
    return DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=1.0)


def crowd(slack: SlackDriver, **about: bool) -> list[str]:
    """So many colleagues whom the CRM has never heard of."""
    names = [f"U_CROWD{number}" for number in range(CROWD)]
    slack.slack.members |= {
        name: Member(name, name.lower(), f"Person {name}", team="T1", **about) for name in names
    }
    return names


def calls(slack: SlackDriver) -> Counter[str]:
    return Counter(name for name, _ in slack.slack.calls)


def people(works: UnitOfWorkFactory) -> list[User]:
    with works("T1", writes=False) as work:
        return list(work.session.query(User).filter(User.slack_id.startswith("U_CROWD")))


def full(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, cards: int = CARDS
) -> list[Opportunity]:
    """A channel of Rita and Ravi with so many cards of deals, of which every second one is lost."""
    room(slack, "U_RITA", "U_RAVI")
    deals = [deal(works, f"Sails {number}") for number in range(cards)]
    for number, each in enumerate(deals):
        with works("T1", "U_RITA") as work:
            found = work.find(Opportunity, each.number)
            if number % 2:
                found.lose(work, "price")
            stand(work, found, "C_ROOM")
    courier.drain()
    slack.slack.calls.clear()
    return deals


def drawn(slack: SlackDriver) -> list[str]:
    """The refs of the cards that were drawn anew in the room, in that order."""
    stamps = {card.ts: card.text for card in slack.posted("C_ROOM") if not card.thread_ts}
    asked = [
        args
        for name, args in slack.slack.calls
        if name == "chat.update" and args["channel"] == "C_ROOM"
    ]
    return [stamps[args["ts"]].split()[0] for args in asked if args["ts"] in stamps]


# ── who is there ──────────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_five_hundred_people_are_read_from_a_list_and_who_acts_meanwhile_is_known(
    counted: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = shown(counted, works, courier, ada_lovelace(works), "U_RITA", *crowd(counted))
    assert calls(counted)["users.list"] == 1
    assert calls(counted)["users.info"] <= 3
    assert secret(card)  # reps see no lead of somebody else
    assert len(people(works)) == CROWD
    counted.slack.members["U_NEW"] = Member("U_NEW", "new", "Nora New", team="T1")
    counted.slack.join("C_GENERAL", "U_NEW")
    counted.command("/crm lead new Grace", user="U_NEW")
    assert told(counted).startswith("Created LD-2")
    assert counted.slack.rates.refused == {}


@SQLITE
def test_who_reads_along_is_a_rep_and_a_guest_sees_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = shown(
        slack, works, courier, ada_lovelace(works), "U_RITA", *crowd(slack, is_restricted=True)
    )
    assert {person.role for person in people(works)} == {Preset.REP}
    assert all(person.guest for person in people(works))
    assert secret(card)
    assert ELSEWHERE in card


@SQLITE
def test_many_from_elsewhere_who_are_in_no_list_keep_no_call_from_who_acts(
    counted: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = crowd(counted)
    for name in names:
        del counted.slack.members[name]  # Slack does not say who they are
    card = shown(counted, works, courier, ada_lovelace(works), "U_RITA", *names)
    assert secret(card)
    assert calls(counted)["users.info"] <= 12
    assert people(works) == []
    assert counted.slack.rates.refused == {}


# ── what is drawn anew ────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_an_edit_comes_before_what_is_drawn_for_somebody_who_came_and_that_keeps_to_a_pace(
    counted: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    paced: DeliveryDispatcher,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue, "MOST", 8)  # fewer than there are cards
    monkeypatch.setattr(queue, "LEAST", 3)
    counted.slack.rates.on = False
    deals = full(works, counted, courier)
    counted.slack.rates.on = True
    events.join(counted.slack, "C_ROOM", "U_GUS")
    paced.drain()
    masked = drawn(counted)
    open_first = [each.ref for each in reversed(deals[::2])] + [
        each.ref for each in reversed(deals[1::2])
    ]
    assert masked == open_first[: queue.MOST]
    counted.command(f"/crm {deals[1].ref} name=Oars")
    paced.drain()
    assert drawn(counted)[len(masked) :] == [deals[1].ref]
    clock.forward(queue.MINUTE)
    paced.drain()
    assert sorted(drawn(counted)) == sorted(
        each.ref for each in deals
    )  # each once: an edit spares the other redraw
    assert all(ELSEWHERE in card for card in counted.posted("C_ROOM") if not card.thread_ts)
    assert counted.slack.rates.refused == {}


@SQLITE
def test_somebody_who_may_see_as_much_is_drawn_nothing_for(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    full(works, slack, courier)
    for person in ("U_MONA", "U_ADA"):
        events.join(slack.slack, "C_ROOM", person)
    for _ in range(5):
        courier.drain()
        clock.forward(queue.MINUTE)
    assert drawn(slack) == []
    assert len(rows(works, error="dropped: it stands there as it is drawn")) >= CARDS


@SQLITE
def test_where_nobody_knows_what_slack_shows_it_is_drawn_even_if_nothing_changed(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    lead = ada_lovelace(works)
    shown(slack, works, courier, lead, "U_RITA", "U_RAVI")
    slack.slack.fail("chat.update", with_="drop_before")
    slack.command("/crm lead set LD-1 company=Babbage")
    courier.drain()
    slack.command("/crm undo")
    for _ in range(3):
        clock.forward(queue.MINUTE)
        courier.drain()
    [card] = slack.posted("C_ROOM")
    assert "Analytical" in card.words
    with works("T1") as work:
        assert work.get(Lead, lead.id).company == "Analytical"


@SQLITE
def test_a_change_of_many_records_at_once_lets_the_change_of_one_pass(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    paced: DeliveryDispatcher,
    clock: StoppedClock,
) -> None:
    deals = full(works, slack, courier, 24)
    with works("T1", "U_RITA") as work:
        for each in deals[:20]:
            work.find(Opportunity, each.number).name = "Masts"
            work.session.flush()
    slack.command(f"/crm {deals[20].ref} name=Oars")
    paced.drain()
    assert drawn(slack).index(deals[20].ref) <= FEW + 1  # the first ten, and one of the others
    assert len(drawn(slack)) < 21
    clock.forward(queue.MINUTE)
    paced.drain()
    assert len(drawn(slack)) == 21


@SQLITE
def test_eight_threads_ask_once_who_is_in_a_channel(
    slack: SlackDriver, works: UnitOfWorkFactory, client: WebClient
) -> None:
    audience = ChannelMembers(works, "T1", SlackGateway(client))
    room(slack, "U_RITA", "U_RAVI")
    slack.slack.latency = 0.2
    threads = [threading.Thread(target=audience.ask, args=("C_ROOM", 3)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls(slack)["conversations.members"] == 1
    assert calls(slack)["conversations.info"] == 1
    audience.ask("C_ROOM", 4)  # somebody came since
    assert calls(slack)["conversations.members"] == 2
