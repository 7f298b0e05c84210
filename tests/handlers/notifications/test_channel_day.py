"""What the sales channel hears in the morning: one line of counts, and no names."""

from datetime import timedelta

import pytest

from models.activities.activity import Activity
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given, task
from tests.handlers.drawings import drawn, said
from tests.handlers.kit import SQLITE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def line(works: UnitOfWorkFactory) -> str:
    message = drawn(works, "team_due")
    return message.text if message else ""


def test_the_day_is_one_line_of_counts(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h", "Yesterday's")
    clock.forward(DAY)
    for number in range(3):
        task(works, ada, "+1h", f"Task {number}")
    task(works, ada, "+2d", "Not today")
    case = given(works, Case, customer=ada.ref, subject="Fire")
    given(works, Activity, description="Courier", due_date="+1h", case=case.ref)
    for day in ("2026-03-11", "2026-03-12", "2026-03-21", "2026-03-22"):
        given(works, Opportunity, name=day, customer=ada.ref, close_date=day)
    given(works, Lead, first_name="Lena")
    clock.forward(HOUR)
    message = drawn(works, "team_due")
    assert message is not None
    counts = (
        "3 tasks due, 1 overdue · 1 deal closes, 2 do in the 10 days after · "
        "1 lead waits for a first talk"
    )
    assert message.text == f"Sales, Wed 11 Mar: {counts}"
    assert f"*Sales, Wed 11 Mar:* {counts}" in said(message)
    assert not any(word in said(message) for word in ("Rita", "Task", "Lena", "<@"))


def test_the_day_of_the_team_ends_in_the_zone_of_the_workspace(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    task(works, ada, "2026-03-10T23:30Z")
    assert line(works) == "Sales, Tue 10 Mar: 1 task due · no deal closes"
    with works("T1") as work:
        work.workspace.zone = "Europe/Berlin"
    assert line(works) == ""


@SQLITE
def test_a_channel_with_nothing_to_do_is_left_alone(works: UnitOfWorkFactory) -> None:
    assert drawn(works, "team_due") is None


def test_what_is_hidden_from_somebody_there_is_not_counted(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    given(works, Lead, first_name="Lena")
    clock.forward(HOUR)
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "senior rep"))
        records.update(work, role, {"rights": "everything: look\nlead: look, hide status"})
    message = drawn(works, "team_due", "U_RITA")
    assert message is not None
    assert message.text == (
        "Sales, Tue 10 Mar: 1 task due · no deal closes\n"
        "Not shown, because Status is hidden from who reads this."
    )
