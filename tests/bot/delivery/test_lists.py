"""Lists that the bot posted follow the records they name, whoever changes them and through
whichever door.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from bot.scheduler import jobs
from bot.scheduler.scheduler import Scheduler
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.core.ui.cards import LEFT_OUT
from handlers.registry import ROUTERS
from models.activities.activity import Activity
from models.core import records
from models.core.outbox.delivery import DeliveryState, deliver
from models.core.outbox.posted import ListSubscription, PostedMessage
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.support.case import Case
from tests.bot.outgoing import rows
from tests.bot.rooms import room
from tests.ground import StoppedClock, given, task
from tests.handlers.kit import SQLITE, assert_inert

pytestmark = SQLITE


@pytest.fixture
def cases(works: UnitOfWorkFactory) -> list[Case]:
    """Two cases that nobody has."""
    ada = given(works, Customer, first_name="Ada")
    urgent = {"customer": ada.ref, "priority": "urgent"}
    return [
        given(works, Case, by="U_SAM", subject=subject, **urgent) for subject in ("Fire", "Flood")
    ]


def alarm(
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    cases: list[Case],
    channel: str = "C_ROOM",
) -> None:
    with works("T1") as work:
        deliver(
            work, "cases", channel, f"alarm:{channel}", about={"ids": [case.id for case in cases]}
        )
    courier.drain()


@pytest.fixture
def list_of_cases(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, cases: list[Case]
) -> list[Case]:
    """They stand in a list, in a channel."""
    room(slack, "U_SAM", "U_SOFIA")
    alarm(works, courier, cases)
    return cases


def now(slack: SlackDriver, courier: DeliveryDispatcher, channel: str = "C_ROOM") -> Shown:
    courier.drain()
    return slack.posted(channel)[0]


def test_who_takes_a_case_is_seen_in_every_list_that_names_it(
    slack: SlackDriver, courier: DeliveryDispatcher, list_of_cases: list[Case]
) -> None:
    assert now(slack, courier).buttons == ["Claim", "Claim"]
    slack.click("case.claim", now(slack, courier), user="U_SOFIA", value="CS-1")
    told = now(slack, courier)
    assert told.text == "1 case needs someone: CS-1 Fire (urgent); CS-2 Flood (urgent)"
    assert told.buttons == ["Show", "Claim"]
    assert "Urgent · Sofia Stein · since" in told
    slack.command("/crm case claim CS-2", user="U_SAM")
    assert now(slack, courier).text.startswith("Taken care of: CS-1 Fire (urgent)")
    assert_inert(slack)
    slack.check()


def test_what_is_over_says_so_and_what_comes_back_needs_someone_again(
    slack: SlackDriver, courier: DeliveryDispatcher, list_of_cases: list[Case]
) -> None:
    for line in ("case close CS-1", "case claim CS-2"):
        slack.command(f"/crm {line}", user="U_SAM")
    assert "Closed · unassigned" in now(slack, courier)
    assert "Taken care of" in now(slack, courier)
    slack.command("/crm undo", user="U_SAM")
    assert now(slack, courier).text.startswith("1 case needs someone")
    assert now(slack, courier).buttons == ["Show", "Claim"]


def test_what_is_deleted_is_left_out(
    slack: SlackDriver, courier: DeliveryDispatcher, list_of_cases: list[Case]
) -> None:
    slack.command("/crm case delete CS-1 --yes", user="U_ADA")
    assert now(slack, courier).text == "1 case needs someone: CS-2 Flood (urgent)"
    slack.command("/crm case delete CS-2 --yes", user="U_ADA")
    assert now(slack, courier).text == "Nothing is left of this list"


def test_a_list_says_no_more_than_all_who_read_it_may_see(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, cases: list[Case]
) -> None:
    room(slack, "U_SAM", "U_GUS")
    alarm(works, courier, cases)
    assert slack.posted("C_ROOM")[0].text == f"{LEFT_OUT}."
    slack.command("/crm case claim CS-1", user="U_SAM")
    assert "Fire" not in now(slack, courier)


def test_who_changes_two_of_a_list_in_one_go_redraws_it_once(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    list_of_cases: list[Case],
) -> None:
    with works("T1", "U_SAM") as work:
        for case in list_of_cases:
            records.update(work, work.get(Case, case.id), {"priority": "high"})
    assert now(slack, courier).text == "2 cases need someone: CS-1 Fire (high); CS-2 Flood (high)"
    of_list = [row for row in rows(works, kind="redraw", channel="C_ROOM") if row.entity is None]
    assert sorted(row.error or "" for row in of_list) == ["", "dropped: another drew it"]


def test_a_list_that_somebody_deleted_is_forgotten(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    list_of_cases: list[Case],
) -> None:
    [told] = slack.posted("C_ROOM")
    assert told.raw
    slack.slack.remove(told.raw)
    slack.command("/crm case claim CS-1", user="U_SAM")
    courier.drain()
    assert slack.posted("C_ROOM") == []
    with works("T1", writes=False) as work:
        assert [
            kept
            for kept in work.session.scalars(select(ListSubscription))
            if kept.channel == "C_ROOM"
        ] == []


# ── what one person is reminded of ────────────────────────────────────────────────────────────────


@pytest.fixture
def reminded(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> list[Activity]:
    """Two calls are due, and Rita has been told."""
    ada = given(works, Customer, first_name="Ada")
    calls = [task(works, ada, "+1h", what) for what in ("Call Ada", "Call Grace")]
    clock.forward(timedelta(hours=1))
    scheduler.tick()
    courier.drain()
    assert slack.posted("U_RITA")[0].buttons == ["Done", "Open"] * 2
    return calls


def test_a_reminder_shows_what_is_done(
    slack: SlackDriver, courier: DeliveryDispatcher, reminded: list[Activity]
) -> None:
    slack.command("/crm task done AT-1")
    told = now(slack, courier, "U_RITA")
    assert told.text == "1 task is due: AT-1 Call Ada (done); AT-2 Call Grace (due today 12:00)"
    assert told.buttons == ["Done", "Open"]
    slack.command("/crm task done AT-2")
    told = now(slack, courier, "U_RITA")
    assert told.text.startswith("No task of these is due now")
    assert told.buttons == []


def test_a_reminder_shows_what_was_put_off_or_is_somebody_elses(
    slack: SlackDriver, courier: DeliveryDispatcher, reminded: list[Activity]
) -> None:
    slack.command("/crm task snooze AT-1 tomorrow 9:00")
    slack.command("/crm task assign AT-2 @Ravi")
    told = now(slack, courier, "U_RITA")
    assert "Call Ada (due tomorrow 09:00)" in told.text
    assert "Call Grace (now Ravi Rao's)" in told.text
    assert told.buttons == ["Done", "Open"]


def test_another_replica_draws_a_reminder_anew_where_it_stands(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, reminded: list[Activity]
) -> None:
    slack.command("/crm task done AT-1")
    other = DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0)
    assert "Call Ada (done)" in now(slack, other, "U_RITA").text
    assert [row.error for row in rows(works, kind="redraw")] == [None]


def test_a_reminder_is_remembered_where_its_reader_reads_it(
    works: UnitOfWorkFactory, reminded: list[Activity]
) -> None:
    with works("T1", writes=False) as work:
        assert set(work.session.scalars(select(ListSubscription.channel))) == {"D_RITA"}


def test_a_reminder_that_was_remembered_by_its_reader_follows_too(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, reminded: list[Activity]
) -> None:
    with works("T1") as work:
        work.session.execute(update(ListSubscription).values(channel="U_RITA"))
    slack.command("/crm task done AT-1")
    other = DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0)
    assert "Call Ada (done)" in now(slack, other, "U_RITA").text
    assert [row.error for row in rows(works, kind="redraw")] == [None]


@pytest.mark.parametrize("done_at", ["before it is found", "later"])
def test_a_reminder_in_doubt_follows_its_tasks_once_it_is_found(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    done_at: str,
) -> None:
    task(works, given(works, Customer, first_name="Ada"), "+1h", "Call Ada")
    courier.drain()
    clock.forward(timedelta(hours=1))
    jobs.remind(works, "T1")
    slack.slack.fail("chat.postMessage", with_="drop_after")
    courier.drain()
    assert [row.state for row in rows(works, kind="due")] == [DeliveryState.UNKNOWN]
    if done_at == "later":
        clock.forward(timedelta(minutes=1))
        courier.drain()
    slack.command("/crm task done AT-1")
    clock.forward(timedelta(minutes=1))
    assert "Call Ada (done)" in now(slack, courier, "U_RITA").text
    assert len(slack.posted("U_RITA")) == 1


@pytest.mark.parametrize("named", [True, False])
def test_a_list_of_cases_in_doubt_follows_them_once_it_is_found(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    cases: list[Case],
    named: bool,
) -> None:
    room(slack, "U_SAM", "U_SOFIA")
    courier.drain()
    clock.forward(timedelta(hours=1))
    slack.slack.fail("chat.postMessage", with_="drop_after")
    alarm(works, courier, cases if named else [])
    clock.forward(timedelta(minutes=1))
    courier.drain()
    slack.command("/crm case claim CS-1", user="U_SAM")
    assert now(slack, courier).text.startswith("1 case needs someone")
    assert len(slack.posted("C_ROOM")) == 1


def test_a_reminder_is_no_channels_business(
    works: UnitOfWorkFactory, reminded: list[Activity]
) -> None:
    with works("T1", writes=False) as work:
        assert (
            work.session.scalars(select(PostedMessage).where(PostedMessage.kind == "due")).all()
            == []
        )
        named = [
            (kept.entity, kept.record_id) for kept in work.session.scalars(select(ListSubscription))
        ]
        assert named == [("activity", call.id) for call in reminded]


def test_after_a_month_a_list_follows_nothing_any_more(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    list_of_cases: list[Case],
) -> None:
    before = now(slack, courier).text
    clock.forward(timedelta(days=31))
    with works("T1") as work:
        jobs.sweep(work)
    with works("T1") as work:
        assert work.session.scalars(select(ListSubscription)).all() == []
    slack.command("/crm case claim CS-1", user="U_SAM")
    assert now(slack, courier).text == before
