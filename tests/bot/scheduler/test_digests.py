"""A digest never says the same twice: it begins where the last one that arrived ends."""

from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from bot.scheduler.scheduler import Scheduler
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.sales.opportunity import Opportunity
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def sails(works: UnitOfWorkFactory) -> Opportunity:
    """A deal that is older than any digest."""
    acme = given(works, Account, name="Acme")
    return given(
        works,
        Opportunity,
        name="Sails",
        account=acme.ref,
        stage="proposal",
        amount="€10k",
        close_date="2026-04-30",
    )


def change(works: UnitOfWorkFactory, deal: Opportunity, **texts: str) -> None:
    with works("T1", "U_RITA") as work:
        records.update(work, work.find(Opportunity, deal.number), texts)


def charted(message: Shown) -> bool:
    return any(block["type"] == "data_visualization" for block in message.blocks)


def morning(
    scheduler: Scheduler, courier: DeliveryDispatcher, clock: StoppedClock, slack: SlackDriver
) -> Shown:
    """Mona's digest of the next day, at half past eight in New York."""
    clock.forward(DAY)
    scheduler.tick()
    courier.drain()
    return slack.posted("U_MONA")[-1]


@pytest.fixture
def eight_thirty(scheduler: Scheduler, courier: DeliveryDispatcher, clock: StoppedClock) -> None:
    """Mona has had a digest, on Tuesday at half past eight in New York."""
    clock.forward(2.5 * HOUR)
    scheduler.tick()
    courier.drain()


@pytest.mark.usefixtures("eight_thirty")
def test_where_nothing_changed_there_is_one_line_and_no_chart(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> None:
    given(works, Account, name="Acme")
    given(works, Opportunity, name="Sails", account="AC-1", amount="€10k")
    first = morning(scheduler, courier, clock, slack)
    assert "*New:* Sails (OP-1), €10,000, Rita Reyes" in first
    assert charted(first)
    second = morning(scheduler, courier, clock, slack)
    assert second.text == "Nothing changed since Wednesday 11 March. Open: 1 deal, €10,000."
    assert not charted(second)
    assert "Late" not in first.text + second.text
    third = morning(scheduler, courier, clock, slack)
    assert third.text == "Nothing changed since Thursday 12 March. Open: 1 deal, €10,000."
    slack.check()


@pytest.mark.usefixtures("eight_thirty")
def test_a_digest_begins_where_the_last_one_that_arrived_ends(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    sails: Opportunity,
) -> None:
    morning(scheduler, courier, clock, slack)
    change(works, sails, stage="negotiation")
    told = morning(scheduler, courier, clock, slack)
    assert told.text.startswith("Sales since Wednesday 11 March\n")
    assert "Proposal → Negotiation" in told
    assert "New:" not in told.text
    assert "Proposal → Negotiation" not in morning(scheduler, courier, clock, slack).text


@SQLITE
def test_on_request_it_says_what_changed_since_the_last_one_that_came(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    sails: Opportunity,
) -> None:
    clock.forward(2.5 * HOUR)
    scheduler.tick()
    courier.drain()
    clock.forward(HOUR)
    slack.command("/crm digest", user="U_MONA")
    assert slack.last.text == "Nothing changed since today 08:30. Open: 1 deal, €10,000."
    change(works, sails, amount="€11k")
    slack.command("/crm digest", user="U_MONA")
    assert "€10,000 → €11,000" in slack.last
    assert {s["name"] for b in slack.last.blocks if "chart" in b for s in b["chart"]["series"]} == {
        "Before",
        "Now",
    }


def test_who_wants_it_once_a_week_gets_it_on_their_first_working_day(
    works: UnitOfWorkFactory,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    slack: SlackDriver,
    sails: Opportunity,
    eight_thirty: None,
) -> None:
    before = len(slack.posted("U_MONA"))
    slack.click("crm.less", where=slack.posted("U_MONA")[-1], user="U_MONA")
    change(works, sails, amount="€20k")
    for _ in range(5):  # from Wednesday to Sunday
        clock.forward(DAY)
        scheduler.tick()
        courier.drain()
    assert len(slack.posted("U_MONA")) == before
    monday = morning(scheduler, courier, clock, slack)
    assert monday.text.startswith("Sales since Tuesday 10 March")
    assert "on the first working day of a week at 08:30" in monday.words
    assert monday.buttons[-1] == "Mute"
    change(works, sails, amount="€30k")
    for _ in range(7):
        weekly = morning(scheduler, courier, clock, slack)
    assert len(slack.posted("U_MONA")) == before + 2
    assert weekly.text.startswith("Sales since Monday 16 March")


@pytest.mark.usefixtures("eight_thirty")
def test_a_saved_filter_is_a_section_when_what_it_finds_has_changed(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    scheduler: Scheduler,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    sails: Opportunity,
) -> None:
    slack.command('/crm deal list amount > 5k open | save "Big ones"', user="U_MONA")
    slack.command("/crm filter edit big ones digest=yes", user="U_MONA")
    assert "Big ones, 1 deal" in morning(scheduler, courier, clock, slack).text
    quiet = morning(scheduler, courier, clock, slack)
    assert quiet.text == "Nothing changed since Wednesday 11 March. Open: 1 deal, €10,000."
    for number in range(6):
        given(works, Opportunity, name=f"Big {number}", account="AC-1", amount="€9k")
    given(works, Opportunity, name="Small", account="AC-1", amount="€1k")
    told = morning(scheduler, courier, clock, slack).text
    section = told[told.index("Big ones, 7 deals") :].splitlines()[0]
    assert section.count("Big ") == 5 + 1
    assert "and 2 more" in section
    clock.forward(2 * DAY)  # over the weekend
    assert "Big ones" not in morning(scheduler, courier, clock, slack).text
    slack.command("/crm filter edit big ones digest=no", user="U_MONA")
    change(works, sails, amount="€1k")
    assert "Big ones" not in morning(scheduler, courier, clock, slack).text
    slack.check()


@SQLITE
def test_a_section_that_cannot_be_read_any_more_says_so(
    works: UnitOfWorkFactory, slack: SlackDriver, sails: Opportunity
) -> None:
    slack.command('/crm deal list amount > 5k | save "Big ones"', user="U_MONA")
    slack.command("/crm filter edit big ones digest=yes", user="U_MONA")
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "manager"))
        records.update(
            work, role, {"rights": "everything: look\ndeal: look, hide amount\ncrm: digest"}
        )
    slack.command("/crm digest", user="U_MONA")
    assert "Big ones: Your role does not show you Amount" in slack.last.text
