"""From the clock to the button: what the bot says by itself arrives, and everything on it works."""

from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.scheduler.scheduler import Scheduler
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE

pytestmark = SQLITE
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def reminded(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> Activity:
    """Rita's call is due, and she has been told."""
    ada = given(works, Customer, first_name="Ada")
    call = given(works, Activity, description="Call Ada", due_date="+1h", customer=ada.ref)
    clock.forward(HOUR)
    scheduler.tick()
    courier.drain()
    return call


def reminders(slack: SlackDriver) -> list[str]:
    """What Rita was reminded of; receipts stand beside it."""
    return [told.text for told in slack.posted("U_RITA") if "due" in told.text.partition(":")[0]]


def again(works: UnitOfWorkFactory, call: Activity) -> Activity:
    with works("T1", writes=False) as work:
        return work.find(Activity, call.number)


def test_a_reminder_arrives_in_a_direct_message(slack: SlackDriver, reminded: Activity) -> None:
    [told] = slack.posted("U_RITA")
    assert told.buttons == ["Done", "Open"]
    slack.check()


def test_done_ends_it(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    reminded: Activity,
) -> None:
    slack.click("activity.done", user="U_RITA")
    if slack.modal:
        slack.submit(user="U_RITA")
    assert again(works, reminded).done_at is not None
    clock.forward(24 * HOUR)
    scheduler.tick()
    courier.drain()
    assert len(reminders(slack)) == 1


def test_snooze_brings_it_back(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    reminded: Activity,
) -> None:
    slack.pick("activity.snooze", "Pick a day…", user="U_RITA")
    slack.submit(user="U_RITA", until="2026-03-10 15:00")
    assert slack.errors == {}
    scheduler.tick()
    courier.drain()
    assert len(reminders(slack)) == 1
    clock.forward(again(works, reminded).due_date - clock())
    scheduler.tick()
    courier.drain()
    assert len(reminders(slack)) == 2


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        ("In 1 hour", "2026-03-10 12:00"),
        ("Tomorrow", "2026-03-11 08:00"),
        ("Monday", "2026-03-16 08:00"),
        ("Next week", "2026-03-17 08:00"),
    ],
)
def test_snooze_is_a_menu_of_one_choice(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    reminded: Activity,
    choice: str,
    until: str,
) -> None:
    slack.pick("activity.snooze", choice, user="U_RITA")
    due = again(works, reminded).due_date
    assert due is not None
    assert f"{due:%Y-%m-%d %H:%M}" == until
    assert "Undo" in slack.last.buttons
    courier.drain()
    assert "No task of these is due now" in slack.posted("U_RITA")[0]
    slack.check()


def test_hand_over_change_and_drop_are_in_the_menu(
    works: UnitOfWorkFactory, slack: SlackDriver, reminded: Activity
) -> None:
    slack.pick("crm.menu", "Change", user="U_RITA")
    assert slack.modal is not None
    assert "due_date" in slack.modal.values
    slack.close(user="U_RITA")
    slack.pick("crm.menu", "Hand over", user="U_RITA")
    slack.submit(user="U_RITA", to="U_RAVI")
    with works("T1", writes=False) as work:
        assert work.name("user", work.find(Activity, reminded.number).owner or 0) == "Ravi Rao"


def test_what_needs_no_doing_is_dropped_and_comes_back_with_undo(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, reminded: Activity
) -> None:
    slack.pick("crm.menu", "Drop", user="U_RITA")
    courier.drain()
    assert slack.posted("U_RITA")[0].text == "Nothing is left of this list"
    slack.click("crm.undo", user="U_RITA")
    courier.drain()
    assert slack.posted("U_RITA")[0].text.startswith("1 task is due: AT-1 Call Ada")


def test_a_case_is_claimed_from_the_list_and_its_card_says_so(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> None:
    ada = given(works, Customer, first_name="Ada")
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    clock.forward(24 * HOUR)
    scheduler.tick()
    courier.drain()
    card, list_ = slack.posted("C_SUPPORT")
    assert "1 case needs someone" in list_
    slack.click("case.claim", where=list_, user="U_SAM")
    courier.drain()
    assert "Sam Silva" in slack.posted("C_SUPPORT")[0]
    assert [line.words for line in slack.thread(card)] == ["Sam Silva took it."]


def test_the_morning_list_leaves_out_a_case_whose_card_came_just_now(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> None:
    ada = given(works, Customer, first_name="Ada")
    clock.forward(23 * HOUR - MINUTE)  # a minute before nine
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    clock.forward(MINUTE)
    scheduler.tick()
    courier.drain()
    [card] = slack.posted("C_SUPPORT")
    assert "CS-1" in card
    clock.forward(24 * HOUR)
    scheduler.tick()
    courier.drain()
    assert "1 case needs someone: CS-1 Fire" in slack.posted("C_SUPPORT")[-1].text


def test_the_morning_list_leaves_out_what_an_alarm_told_just_now(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> None:
    ada = given(works, Customer, first_name="Ada")
    given(works, Case, customer=ada.ref, subject="Smoke")
    given(works, Case, customer=ada.ref, subject="Flood", priority="high")
    scheduler.tick()
    courier.drain()
    clock.forward(23 * HOUR - MINUTE)
    slack.command("/crm case edit CS-1 priority=urgent", user="U_SAM")
    for _ in range(2):
        scheduler.tick()
        courier.drain()
        clock.forward(MINUTE)
    *_, alarm, list_ = (each.text for each in slack.posted("C_SUPPORT"))
    assert alarm == "1 case needs someone: CS-1 Smoke (urgent)"
    assert list_ == "1 case needs someone: CS-2 Flood (high)"


def test_the_morning_list_says_the_same_again_once_it_is_worse(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> None:
    ada = given(works, Customer, first_name="Ada")
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent", resolve_by="+70h")
    said = []
    clock.forward(23 * HOUR)
    for _ in ("Wednesday", "Thursday", "Friday, when it is overdue"):
        scheduler.tick()
        courier.drain()
        said.append(sum("needs someone" in each.text for each in slack.posted("C_SUPPORT")))
        clock.forward(24 * HOUR)
    assert said == [1, 1, 2]


def test_a_manager_reads_the_digest_with_its_chart(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> None:
    ada = given(works, Customer, first_name="Ada")
    given(works, Opportunity, name="Sails", customer=ada.ref, amount="12k")
    clock.forward(3 * HOUR)
    scheduler.tick()
    courier.drain()
    [digest] = slack.posted("U_MONA")
    assert "data_visualization" in [block["type"] for block in digest.blocks]
    assert "Qualification: 1 deal, €12,000 (€12,000 more)" in digest.text
    slack.check()


def test_the_team_is_told_in_counts_without_being_pinged(
    slack: SlackDriver, reminded: Activity
) -> None:
    [told] = slack.posted("C_SALES")
    assert told.text == "Sales, Tue 10 Mar: 1 task due · no deal closes"
    assert "<@" not in told.text + str(told.blocks)


def test_looking_again_and_again_says_nothing_new(
    slack: SlackDriver, scheduler: Scheduler, courier: DeliveryDispatcher, reminded: Activity
) -> None:
    before = len(list(slack.slack.timeline))
    for _ in range(3):
        scheduler.tick()
        courier.drain()
    assert len(list(slack.slack.timeline)) == before
