"""A channel is shown what everybody in it may see, and it is told that something is left out."""

from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import events
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Member
from bot.sandbox.slack import BOT_USER
from bot.slack import channel_members, gateway
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core import records
from models.core.outbox import audience as audiences
from models.core.outbox.delivery import stand
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.rooms import ELSEWHERE, ada_lovelace, broken, now, room, secret, shown
from tests.ground import PEOPLE, StoppedClock, given
from tests.handlers.kit import SQLITE


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return ada_lovelace(works)


# ── cards ─────────────────────────────────────────────────────────────────────────────────────────


def test_colleagues_who_may_all_see_it_see_all_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    card = shown(slack, works, courier, ada, "U_RITA", "U_RAVI", "U_ADA")
    assert "Ada Lovelace" in card
    assert "Not everything" not in card


@SQLITE
@pytest.mark.parametrize(
    ("other", "named"), [("U_JULE", "Jule Jansen"), ("U_OLGA", "Olga Orlova"), ("U_GUS", ELSEWHERE)]
)
def test_one_who_may_not_see_it_masks_it_for_all(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    ada: Lead,
    other: str,
    named: str,
) -> None:
    card = shown(slack, works, courier, ada, "U_RITA", "U_RAVI", other)
    assert secret(card)
    assert secret(str(card.blocks) + card.text)
    assert f"not everybody here may see it, among them {named}." in card
    assert "LD-1" in card
    assert "lead.convert" in card.actions


@SQLITE
def test_a_hidden_field_is_left_out_and_the_rest_is_shown(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    slack.command("/crm role hide manager lead phone", user="U_ADA")
    card = shown(slack, works, courier, ada, "U_RITA", "U_MONA")
    assert "Ada Lovelace" in card
    assert "123456" not in card
    assert "among them Mona Meyer." in card


@SQLITE
def test_people_from_elsewhere_see_nothing_of_a_record(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    slack.slack.members["U_XENIA"] = Member("U_XENIA", "xenia", "Xenia", team="T_OTHER")
    card = shown(slack, works, courier, ada, "U_RITA", "U_XENIA")
    assert secret(card)
    assert ELSEWHERE in card
    assert works.unknown("T1", {"U_XENIA"})


@SQLITE
def test_who_is_not_known_yet_is_asked_for_once_and_welcomed(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    slack.slack.members["U_NEW"] = Member("U_NEW", "new", "Nora New", team="T1")
    slack.slack.members["U_BOT"] = Member("U_BOT", "bot", "Another bot", team="T1", is_bot=True)
    given(works, Lead, first_name="Grace")
    shown(slack, works, courier, ada, "U_RITA", "U_NEW", "U_BOT")
    assert not works.unknown("T1", {"U_NEW"})
    assert works.unknown("T1", {"U_BOT"})
    asked = [args["user"] for name, args in slack.slack.calls if name == "users.info"]
    assert sorted(asked) == [BOT_USER, "U_BOT", "U_NEW"]


@SQLITE
def test_where_many_are_unknown_they_are_listed_bit_by_bit_before_the_card_says_more(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel_members, "ASKED", 2)
    monkeypatch.setattr(channel_members, "PAGES", 1)
    monkeypatch.setattr(
        gateway, "PAGE", len(slack.slack.members) // 3 + 3
    )  # three pages, with the seven
    case, strange = broken(works), [f"U_{number}" for number in range(7)]
    slack.slack.members |= {
        each: Member(each, each.lower(), team="T1", is_bot=True) for each in strange
    }
    assert "Broken" not in shown(slack, works, courier, case, "U_SAM", *strange)
    clock.forward(timedelta(seconds=2))
    assert "Broken" in now(slack, courier)
    assert [name for name, _ in slack.slack.calls].count("users.list") == 3
    drawn = [
        name
        for name, args in slack.slack.calls
        if args.get("channel") == "C_ROOM" and name.startswith("chat.")
    ]
    assert drawn == ["chat.postMessage", "chat.update"]


# ── when others come ──────────────────────────────────────────────────────────────────────────────


def test_who_joins_and_may_not_see_a_card_makes_it_say_less_and_who_leaves_more(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    assert not secret(shown(slack, works, courier, ada, "U_RITA", "U_RAVI"))
    events.join(slack.slack, "C_ROOM", "U_JULE")
    assert secret(now(slack, courier))
    events.leave(slack.slack, "C_ROOM", "U_JULE")
    assert "Ada Lovelace" in now(slack, courier)


@SQLITE
def test_a_channel_shared_with_another_company_shows_nothing_from_then_on(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    assert not secret(shown(slack, works, courier, ada, "U_RITA"))
    events.share(slack.slack, "C_ROOM")
    assert secret(now(slack, courier))
    assert ELSEWHERE in now(slack, courier)


@SQLITE
def test_a_channel_that_is_renamed_keeps_its_cards_and_they_are_kept_up_to_date(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    shown(slack, works, courier, ada, "U_RITA")
    events.rename(slack.slack, "C_ROOM", "another-name")
    slack.command("/crm qualify LD-1")
    assert "Qualified" in now(slack, courier)


@SQLITE
@pytest.mark.parametrize(
    "change", [{"role": "rep"}, {"team": "north"}, {"guest": True}, {"team": None}]
)
def test_a_change_of_somebodys_role_or_team_is_seen_on_the_cards(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    ada: Lead,
    change: dict[str, object],
) -> None:
    assert not secret(shown(slack, works, courier, ada, "U_RITA", "U_MONA"))
    works.welcome("T1", "U_MONA", **change)
    assert secret(now(slack, courier))
    works.welcome("T1", "U_MONA", **PEOPLE["U_MONA"], guest=False)
    assert not secret(now(slack, courier))


@SQLITE
def test_a_right_that_is_taken_away_is_seen_on_the_cards(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    shown(slack, works, courier, ada, "U_RITA", "U_MONA")
    slack.command("/crm role refuse manager lead look", user="U_ADA")
    assert secret(now(slack, courier))
    slack.command("/crm role allow manager lead look team", user="U_ADA")
    assert "Ada Lovelace" in now(slack, courier)


@SQLITE
def test_many_cards_are_drawn_anew_in_several_steps(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audiences, "AT_ONCE", 2)
    room(slack, "U_RITA")
    for name in ("Ada", "Grace", "Mary", "Joan", "Anne"):
        with works("T1", "U_RITA") as work:
            stand(work, records.create(work, Lead, {"first_name": name}), "C_ROOM")
    courier.drain()
    events.join(slack.slack, "C_ROOM", "U_GUS")
    for _ in range(3):
        courier.drain()
        clock.forward(audiences.REST)
    assert len(slack.posted("C_ROOM")) == 5
    assert all(ELSEWHERE in card for card in slack.posted("C_ROOM"))


@SQLITE
def test_a_replica_that_heard_of_nothing_does_not_go_by_what_it_remembers(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    clients: Clients,
    ada: Lead,
) -> None:
    other = DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0)
    shown(slack, works, other, ada, "U_RITA", "U_RAVI")
    events.join(slack.slack, "C_ROOM", "U_JULE")
    slack.command("/crm qualify LD-1")
    other.drain()
    assert secret(slack.posted("C_ROOM")[0])
