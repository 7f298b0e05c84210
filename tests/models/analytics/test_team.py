"""What needs a look in a team, and what everybody has in hand."""

from datetime import timedelta

import pytest

from models.activities.activity import Activity
from models.analytics import team
from models.analytics.dashboard import Load, loads, news
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.sales.pipeline import by_owner
from tests.ground import StoppedClock, given
from tests.models.marks import SQLITE
from tests.plans import listening, plans

DAY = timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def deal(works: UnitOfWorkFactory, ada: Customer, name: str, **texts: str) -> Opportunity:
    return given(works, Opportunity, name=name, customer=ada.ref, **texts)


def looked_at(works: UnitOfWorkFactory, by: str = "U_MONA") -> list[str]:
    with works("T1", by, writes=False) as work:
        return [look.deal.name for look in team.needing_a_look(work)]


def test_a_deal_needs_a_look_for_a_reason_and_the_biggest_comes_first(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    deal(works, ada, "Fine", close_date="+90d", amount="€9k")
    deal(works, ada, "Late", close_date="+1d", amount="€1k", next_step="Call")
    deal(works, ada, "Undated", amount="€3k")
    deal(works, ada, "Soon", close_date="+8d", amount="€2k")
    deal(works, ada, "Planned", close_date="+8d", amount="€8k", next_step="Call")
    given(works, Opportunity, by="U_OLGA", name="North", customer=ada.ref, amount="€7k")
    clock.forward(2 * DAY)
    assert looked_at(works) == ["Undated", "Soon", "Late"]


def test_a_deal_that_nobody_talked_about_for_weeks_needs_a_look(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = deal(works, ada, "Silent", close_date="+90d")
    talked = deal(works, ada, "Talked", close_date="+90d")
    clock.forward(22 * DAY)
    with works("T1", "U_RITA") as work:
        call = {"description": "Talked", "opportunity": talked.ref, "type": "call"}
        records.create(work, Activity, call).done_at = work.now
    assert looked_at(works) == ["Silent"]
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made.number).move(work, "proposal")
    assert looked_at(works) == []


def test_what_is_hidden_is_no_reason(works: UnitOfWorkFactory, ada: Customer) -> None:
    deal(works, ada, "Undated")
    assert looked_at(works) == ["Undated"]
    hide(works, "deal: everything team, hide close_date")
    assert looked_at(works) == []


def hide(works: UnitOfWorkFactory, line: str) -> None:
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "manager"))
        records.update(work, role, {"rights": f"everything: look, new, change\n{line}"})


def test_a_lead_is_cold_until_somebody_talks_or_plans_to(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    given(works, Lead, first_name="Cold", owner="me")
    warm = given(works, Lead, first_name="Warm", owner="me")
    given(works, Activity, description="Call", lead=warm.ref, due_date="+30d")
    with works("T1", "U_MONA", writes=False) as work:
        assert team.cold_leads(work, 3) == []
    clock.forward(8 * DAY)
    given(works, Lead, first_name="New", owner="me")
    with works("T1", "U_MONA", writes=False) as work:
        assert [lead.title for lead in team.cold_leads(work, 3)] == ["Cold"]


def test_tasks_are_counted_by_person_and_day(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    for due in ("today 15:00", "today 16:00", "tomorrow 9:00", "+3d"):
        given(works, Activity, description=f"Do {due}", customer=ada.ref, due_date=due)
    with works("T1", "U_RITA", writes=False) as work:
        me = work.actor.id
        assert loads(work, [me]) == {me: Load(overdue=0, today=2, tomorrow=1)}
    clock.forward(DAY)
    with works("T1", "U_RITA", writes=False) as work:
        assert loads(work, [me]) == {me: Load(overdue=2, today=1, tomorrow=0)}


def test_news_are_what_others_changed_and_one_may_see(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    made = deal(works, ada, "Sails")
    for person, step in (("U_RITA", "Write"), ("U_MONA", "Call Eva")):
        with works("T1", person) as work:
            records.update(work, work.find(Opportunity, made.number), {"next_step": step})
    with works("T1", "U_RITA", writes=False) as work:
        since = work.now - DAY
        (told,) = news(work, [(Opportunity, Opportunity.open())], since, 5)
        assert (told.record.ref, work.who(told.by)) == ("OP-1", "Mona Meyer")
        assert [entry.new for entry in told.entries] == ["Call Eva"]
        assert news(work, [(Opportunity, Opportunity.open())], work.now + DAY, 5) == []


@SQLITE
def test_the_deals_of_each_person_are_summed_from_an_index_alone(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "Sails", amount="1000")
    (plan,) = plans(works, by_owner, "sum(opportunity.amount)")
    assert "USING COVERING INDEX ix_opportunity_pipeline" in plan


@SQLITE
def test_the_open_leads_of_each_person_are_counted_from_an_index_alone(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Lead, first_name="Ada", owner="me")
    with works("T1", "U_RITA", writes=False) as work:
        me = work.actor.id
        assert team.open_leads_of(work, [me]) == {me: 1}
    (plan,) = plans(works, lambda work: team.open_leads_of(work, [me]), "count(*)")
    assert "USING COVERING INDEX ix_lead_at_hand" in plan


@SQLITE
def test_more_deals_take_no_more_statements(works: UnitOfWorkFactory, ada: Customer) -> None:
    def asked() -> int:
        with listening(works.engine) as heard, works("T1", "U_MONA", writes=False) as work:
            team.needing_a_look(work)
        return len(heard)

    deal(works, ada, "Sails")
    asked()
    few = asked()
    for number in range(9):
        deal(works, ada, f"Deal {number}")
    assert asked() == few
