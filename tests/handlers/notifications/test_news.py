"""The digest: what changed since the last one first, then the figures with their changes."""

from datetime import timedelta

import pytest

from handlers.core.responses import Message
from models.activities.activity import Activity
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.drawings import drawn, said
from tests.handlers.kit import SQLITE

DAY = timedelta(days=1)


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


def digest(works: UnitOfWorkFactory) -> Message:
    found = drawn(works, "digest", "U_MONA")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (
            {"stage": "negotiation"},
            "*Moved:* Sails (OP-1), €10,000, Rita Reyes: Proposal → Negotiation",
        ),
        ({"stage": "won"}, "*Won:* Sails (OP-1), €10,000, Rita Reyes"),
        (
            {"stage": "lost", "lost_reason": "Too <dear>"},
            "*Lost:* Sails (OP-1), €10,000, Rita Reyes. Too &lt;dear&gt;",
        ),
        ({"amount": "€12k"}, "*Grown:* Sails (OP-1), Rita Reyes: €10,000 → €12,000"),
        ({"amount": "€8k"}, "*Shrunk:* Sails (OP-1), Rita Reyes: €10,000 → €8,000"),
        (
            {"close_date": "2026-05-07"},
            "*Slipped:* Sails (OP-1), €10,000, Rita Reyes: Thu 30 Apr → Thu 7 May",
        ),
        (
            {"close_date": "2026-04-02"},
            "*Closes sooner:* Sails (OP-1), €10,000, Rita Reyes: Thu 30 Apr → Thu 2 Apr",
        ),
    ],
)
def test_what_happened_to_a_deal_is_told_with_its_owner(
    works: UnitOfWorkFactory,
    clock: StoppedClock,
    sails: Opportunity,
    texts: dict[str, str],
    told: str,
) -> None:
    clock.forward(8 * DAY)
    change(works, sails, **texts)
    message = digest(works)
    assert message.text.startswith("Sales since Wednesday 11 March\n")
    assert told in said(message)
    assert "New:" not in said(message)


def test_what_came_and_what_went_is_told(
    works: UnitOfWorkFactory, clock: StoppedClock, sails: Opportunity
) -> None:
    clock.forward(8 * DAY)
    given(works, Opportunity, name="Masts", account="AC-1", amount="€5k", by="U_RAVI")
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(Opportunity, sails.number))
    text = said(digest(works))
    assert "*New:* Masts (OP-2), €5,000, Ravi Rao" in text
    assert "*Deleted:* Sails (OP-1), €10,000, Rita Reyes" in text


def test_the_figures_say_what_changed_since(
    works: UnitOfWorkFactory, clock: StoppedClock, sails: Opportunity
) -> None:
    clock.forward(8 * DAY)
    change(works, sails, amount="€12k", stage="negotiation")
    given(works, Opportunity, name="Masts", account="AC-1", amount="$500", stage="discovery")
    message = digest(works)
    for line in (
        "Discovery: 1 deal, $500 ($500 more)",
        "Proposal: nothing (€10,000 less)",
        "Negotiation: 1 deal, €12,000 (€12,000 more)",
        "Total: 2 deals, €12,000 and $500 (€2,000 more, $500 more); "
        "weighted €9,000 and $125 (€4,000 more, $125 more)",
    ):
        assert line in message.text
        assert line in said(message)
    [chart] = [block for block in message.blocks if block["type"] == "data_visualization"]
    bars = {
        series["name"]: [point["value"] for point in series["data"]]
        for series in chart["chart"]["series"]
    }
    assert bars == {"Wed 11 Mar": [0, 0, 10_000, 0], "Wed 18 Mar": [0, 0, 0, 12_000]}


def test_leads_and_cases_are_told_in_a_line(
    works: UnitOfWorkFactory, clock: StoppedClock, sails: Opportunity
) -> None:
    old = given(works, Lead, first_name="Omar", by="U_RAVI")
    case = given(works, Case, customer=given(works, Customer, first_name="Ada").ref, subject="Fire")
    clock.forward(8 * DAY)
    given(works, Lead, first_name="Lena")
    with works("T1", "U_RAVI") as work:
        work.find(Lead, old.number).disqualify(work)
    with works("T1", "U_SAM") as work:
        work.find(Case, case.number).resolve(work)
    given(works, Case, customer="CU-1", subject="Flood")
    text = said(digest(works))
    assert "*Leads:* 1 disqualified (Omar, Ravi Rao), 1 new (Lena, Rita Reyes)" in text
    assert "*Cases:* 1 new, 1 solved" in text


@SQLITE
def test_many_of_a_kind_are_counted(
    works: UnitOfWorkFactory, clock: StoppedClock, sails: Opportunity
) -> None:
    clock.forward(8 * DAY)
    for number in range(8):
        given(works, Opportunity, name=f"Deal {number}", account="AC-1")
    text = said(digest(works))
    assert "*New:*\n• Deal 0 (OP-2), Rita Reyes\n• Deal 1" in text
    assert "• and 3 more" in text


@SQLITE
def test_an_empty_crm_has_a_line_to_begin_with(works: UnitOfWorkFactory) -> None:
    message = digest(works)
    assert message.text == "Nothing changed since Tuesday 3 March. No deal is open."
    assert "`/crm deal new`" in said(message)


# ── what to look at ───────────────────────────────────────────────────────────────────────────────


def test_a_close_date_that_passed_and_a_lead_without_a_talk_are_news_once(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    given(works, Account, name="Acme")
    given(works, Opportunity, name="Masts", account="AC-1", close_date="2026-03-18")
    given(works, Lead, first_name="Lena")
    talked = given(works, Lead, first_name="Paul")
    call = given(works, Activity, type="call", description="Hello", lead=talked.ref)
    with works("T1", "U_RITA") as work:
        work.find(Activity, call.number).done(work)
    clock.forward(9 * DAY)
    text = said(digest(works))
    assert "*Look at*\n*Close date passed:* Masts (OP-1), Rita Reyes: Wed 18 Mar" in text
    assert "*1 lead without a talk:* Lena (LD-1), Rita Reyes: 9 days" in text
    assert "Paul" not in text
    clock.forward(14 * DAY)
    assert said(digest(works)).startswith("Nothing changed since")


# ── what is hidden ────────────────────────────────────────────────────────────────────────────────


def role(works: UnitOfWorkFactory, name: str, rights: str) -> None:
    """What a role may do from now on."""
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Role, work.lookup("role", name)), {"rights": rights})


@pytest.mark.parametrize(
    ("hidden", "left"),
    [
        ("stage", "*Grown:* Sails (OP-1), Rita Reyes: €10,000 → €12,000"),
        ("amount", "*Moved:* Sails (OP-1), Rita Reyes: Proposal → Negotiation"),
    ],
)
def test_what_is_hidden_is_neither_told_nor_counted(
    works: UnitOfWorkFactory, clock: StoppedClock, sails: Opportunity, hidden: str, left: str
) -> None:
    role(works, "manager", f"everything: look\ndeal: look, hide {hidden}")
    clock.forward(8 * DAY)
    change(works, sails, stage="negotiation", amount="€12k")
    text = said(digest(works))
    assert left in text
    assert f"Not shown, because {hidden.capitalize()} is hidden from who reads this." in text
    other = ("Negotiation", "Proposal") if hidden == "stage" else ("€", "10,000", "12,000")
    assert not any(word in text for word in other)


@SQLITE
def test_a_change_that_is_hidden_is_no_news(
    works: UnitOfWorkFactory, clock: StoppedClock, sails: Opportunity
) -> None:
    role(works, "manager", "everything: look\ndeal: look, hide amount")
    clock.forward(8 * DAY)
    before = digest(works)
    change(works, sails, amount="€12k")
    assert digest(works) == before


def test_deals_that_one_may_not_see_are_neither_told_nor_counted(
    works: UnitOfWorkFactory, clock: StoppedClock, sails: Opportunity
) -> None:
    role(works, "manager", "everything: look own\ndeal: look own")
    clock.forward(8 * DAY)
    change(works, sails, stage="negotiation")
    assert digest(works).text == "Nothing changed since Wednesday 11 March. No deal is open."
