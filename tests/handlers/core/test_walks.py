"""Five walks through the code get no longer: the files and the functions that each runs."""

from datetime import timedelta

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.scheduler.jobs import JOBS
from bot.scheduler.scheduler import Scheduler
from models.activities.activity import Activity
from models.core.outbox.delivery import Delivery
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, told
from tests.models.exchange.steps import everything, imported
from tests.walks import Walk, walked

pytestmark = SQLITE

MOST = {
    "a request": (96, 430),
    "a delivery": (50, 235),
    "a reminder": (23, 70),
    "a rights check": (4, 20),
    "an import": (66, 275),
}
"""Files and functions at most. A walk that got shorter has its figures lowered here."""


def within(name: str, walk: Walk) -> None:
    """Check a walk against its figures, which are at most a tenth above what it takes."""
    files, functions = MOST[name]
    called = "\n".join(walk.functions)
    assert len(walk.files) <= files, f"{name} runs {len(walk.files)} files:\n{called}"
    assert len(walk.functions) <= functions, (
        f"{name} runs {len(walk.functions)} functions:\n{called}"
    )
    assert len(walk.functions) > 0.9 * functions, f"{name} is shorter, lower its figures:\n{called}"


def test_a_conversion_typed_by_a_person(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    for name in ("Grace", "Ada"):
        given(works, Lead, first_name=name, company="Analytical")
    slack.command("/crm lead convert LD-1", channel="C_SALES")
    with walked() as walk:
        slack.command("/crm lead convert LD-2", channel="C_SALES")
    assert "CU-2" in told(slack)
    within("a request", walk)


def test_a_card_on_its_way(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    for name in ("Grace", "Ada"):
        given(works, Lead, first_name=name)
        with walked() as walk:
            courier.drain()
    assert "Ada" in slack.posted("C_SALES")[-1]
    within("a delivery", walk)


def test_a_reminder_that_is_due(works: UnitOfWorkFactory, clock: StoppedClock) -> None:
    customer = given(works, Customer, first_name="Ada")
    looks = Scheduler(works, jobs=[job for job in JOBS if job.name == "reminders"])
    for due in ("+1h", "+1h"):
        given(works, Activity, description="Call", due_date=due, customer=customer.ref)
        clock.forward(timedelta(hours=1))
        with walked() as walk:
            looks.tick()
    assert len(everything(works, Delivery)) == 2
    within("a reminder", walk)


def test_whether_somebody_may_edit_a_lead(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    with works("T1", "U_RITA", writes=False) as work:
        lead = work.find(Lead, 1)
        with walked() as walk:
            assert policy.can(work.actor, "edit", lead)
    within("a rights check", walk)


def test_a_file_with_a_lead(works: UnitOfWorkFactory) -> None:
    imported(works, Lead, "First Name,Company\nGrace,Navy\n")
    with walked() as walk:
        done = imported(works, Lead, "First Name,Company\nAda,Analytical\n")
    assert done.created == 1
    within("an import", walk)
