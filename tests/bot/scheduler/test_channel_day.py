"""The sales channel hears nothing that it knows already."""

from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.scheduler.scheduler import Scheduler
from models.activities.activity import Activity
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.bot.rooms import room
from tests.ground import StoppedClock, given, task
from tests.handlers.kit import SQLITE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def morning(scheduler: Scheduler, courier: DeliveryDispatcher, clock: StoppedClock) -> None:
    clock.forward(DAY)
    scheduler.tick()
    courier.drain()


def test_the_channel_hears_of_a_day_only_when_a_number_has_changed(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    ada: Customer,
) -> None:
    def heard() -> list[str]:
        return [each.text for each in slack.posted("C_SALES") if each.text.startswith("Sales, ")]

    clock.forward(-HOUR)  # nine in the morning
    call = task(works, ada, "-1h")
    for _ in range(3):
        morning(scheduler, courier, clock)
    assert heard() == ["Sales, Wed 11 Mar: no task due, 1 overdue · no deal closes"]
    task(works, ada, "-1h")
    morning(scheduler, courier, clock)  # a Saturday
    assert len(heard()) == 1
    clock.forward(DAY)
    morning(scheduler, courier, clock)
    assert heard()[1:] == ["Sales, Mon 16 Mar: no task due, 2 overdue · no deal closes"]
    with works("T1", "U_RITA") as work:
        work.find(Activity, call.number).done(work)
    morning(scheduler, courier, clock)
    assert heard()[2:] == ["Sales, Tue 17 Mar: no task due, 1 overdue · no deal closes"]
    slack.check()


@SQLITE
def test_a_line_that_stands_stays_when_other_people_read_it(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    ada: Customer,
) -> None:
    room(slack, "U_RITA", "U_RAVI")
    with works("T1") as work:
        work.workspace.sales_channel = "C_ROOM"
    task(works, ada, "-1h")
    given(works, Lead, first_name="Lena")
    for _ in range(2):
        morning(scheduler, courier, clock)
    before = [each.text for each in slack.posted("C_ROOM") if each.text.startswith("Sales, ")]
    assert len(before) == 1
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "senior rep"))
        records.update(work, role, {"rights": "everything: look\ntask: look, hide due_date"})
    courier.drain()
    [now] = [each.text for each in slack.posted("C_ROOM") if "Sales" in each.text]
    assert "overdue" not in now
    assert "1 lead waits for a first talk" in now
    assert "Due is hidden" in now
