"""The figures of the report, and what the bot says by itself as a whole."""

from datetime import timedelta

import pytest

from bot.sandbox.validation import problems
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import charts
from handlers.notifications import digest as digests
from handlers.notifications import report
from handlers.registry import ROUTERS
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.drawings import drawn, said
from tests.handlers.kit import SQLITE

CATALOGUE = Catalogue(ROUTERS)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada", last_name="Lovelace")


# ── the report ────────────────────────────────────────────────────────────────────────────────────


def reported(works: UnitOfWorkFactory) -> Message:
    """The report as Mona asks for it."""
    with works("T1", "U_MONA", writes=False) as work:
        message = report.report(work, CATALOGUE)
    assert problems("message", {"blocks": message.blocks}) == []
    return message


def deals(works: UnitOfWorkFactory, *described: tuple[str, str]) -> list[Opportunity]:
    """Deals of one account. described: (stage, amount)."""
    acme = given(works, Account, name="Acme")
    return [
        given(
            works, Opportunity, name=f"Deal {index}", account=acme.ref, stage=stage, amount=amount
        )
        for index, (stage, amount) in enumerate(described)
    ]


def test_the_report_has_the_figures_in_words(works: UnitOfWorkFactory, ada: Customer) -> None:
    made = deals(
        works,
        ("proposal", "€100"),
        ("proposal", "€200"),
        ("proposal", "$50"),
        ("negotiation", "€1k"),
        ("discovery", ""),
        ("proposal", "€5k"),
        ("proposal", "€7k"),
    )
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[5].number).win(work)
        work.find(Opportunity, made[6].number).lose(work, "too expensive")
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    digest = reported(works)
    assert digest.text == "\n".join(
        [
            "Good day, Mona Meyer. Tuesday 10 March",
            "Open pipeline:",
            "Discovery: 1 deal, no amounts",
            "Proposal: 3 deals, €300 and $50",
            "Negotiation: 1 deal, €1,000",
            "Total: 5 deals, €1,300 and $50; weighted €900 and $25",
            "Closed this week:",
            "Won: 1 deal, €5,000",
            "Lost: 1 deal, €7,000",
            "Open cases:",
            "Urgent: 1, 1 unassigned",
        ]
    )
    for line in digest.text.splitlines()[2:6]:
        assert line in said(digest)
    assert len(digest.blocks) <= 20


@SQLITE
def test_the_chart_shows_one_currency_and_says_which(works: UnitOfWorkFactory) -> None:
    deals(works, ("proposal", "€100"), ("negotiation", "€1k"), ("proposal", "$50"))
    digest = reported(works)
    [chart] = [block for block in digest.blocks if block["type"] == "data_visualization"]
    assert chart["title"] == "Open pipeline in EUR"
    [series] = chart["chart"]["series"]
    assert [(point["label"], point["value"]) for point in series["data"]] == [
        ("Qualification", 0.0),
        ("Discovery", 0.0),
        ("Proposal", 100.0),
        ("Negotiation", 1000.0),
    ]


@SQLITE
def test_without_the_currency_of_the_workspace_the_chart_takes_the_commonest(
    works: UnitOfWorkFactory,
) -> None:
    deals(works, ("proposal", "$100"), ("negotiation", "$1k"), ("proposal", "£5m"))
    digest = reported(works)
    assert [b["title"] for b in digest.blocks if b["type"] == "data_visualization"] == [
        "Open pipeline in USD"
    ]


@SQLITE
def test_deals_without_amounts_have_no_chart(works: UnitOfWorkFactory) -> None:
    deals(works, ("proposal", ""))
    digest = reported(works)
    assert "data_visualization" not in [block["type"] for block in digest.blocks]
    assert "Proposal: 1 deal, no amounts" in digest.text


def test_on_a_monday_the_week_that_ended_is_reported_and_today(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    made = deals(works, ("proposal", "€1k"), ("proposal", "€2k"))
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[0].number).win(work)
    clock.forward(6 * DAY)
    digest = reported(works)
    assert "*Closed last week and today*\nWon: 1 deal, €1,000\nLost: none" in said(digest)
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[1].number).lose(work, "too expensive")
    digest = reported(works)
    assert "*Closed last week and today*\nWon: 1 deal, €1,000\nLost: 1 deal, €2,000" in said(digest)
    clock.forward(DAY)
    assert "*Closed this week*\nWon: none\nLost: 1 deal, €2,000" in said(reported(works))


@SQLITE
def test_an_empty_crm_is_greeted_kindly(works: UnitOfWorkFactory) -> None:
    digest = reported(works)
    assert "`/crm deal new`" in said(digest)
    assert digest.text == "Good day, Mona Meyer. Nothing is open, and nothing was closed this week."


@SQLITE
def test_who_may_not_see_what_figures_are_counted_by_sees_no_figures(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    deals(works, ("proposal", "€100"))
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    role(works, "manager", "everything: look\ndeal: look, hide stage\ncase: look, hide priority")
    digest = reported(works)
    assert digest.text.splitlines()[1:] == [
        "Open pipeline:",
        "Not shown, because Stage is hidden from who reads this.",
        "Closed this week:",
        "Not shown, because Stage is hidden from who reads this.",
        "Open cases:",
        "Not shown, because Priority is hidden from who reads this.",
    ]
    assert not any(word in said(digest) for word in ("Proposal", "100", "Urgent"))


@SQLITE
def test_an_empty_crm_is_not_told_from_a_full_one_by_who_may_not_know(
    works: UnitOfWorkFactory,
) -> None:
    role(works, "manager", "everything: look\ncase: look, hide status")
    digest = reported(works)
    assert "Not shown, because Status is hidden" in digest.text


@SQLITE
def test_who_may_not_see_deadlines_does_not_learn_how_many_are_overdue(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent", resolve_by="+1h")
    clock.forward(2 * HOUR)
    assert "Urgent: 1, 1 unassigned, 1 overdue" in said(reported(works))
    role(works, "manager", "everything: look\ncase: look, hide resolve_by")
    assert "overdue" not in said(reported(works))


def role(works: UnitOfWorkFactory, name: str, rights: str) -> None:
    """What a role may do from now on."""
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Role, work.lookup("role", name)), {"rights": rights})


# ── the others ────────────────────────────────────────────────────────────────────────────────────


def test_every_kind_of_delivery_has_its_drawing() -> None:
    kinds = {"card", "redraw", "event", "assigned", "message", "line", "receipt", "won"}
    kinds |= {"due", "team_due", "cases", "digest", "verdict"}
    kinds |= {"wish", "answer", "changed", "followed", "own", "mentioned", "deadline"}
    kinds |= {"preview", "made", "together", "progress", "rule", "rule_post", "rule_trouble"}
    kinds |= {"approval", "approval_decided", "export"}
    kinds |= {"rule_digest", "mail"}
    assert set(digests.DRAWINGS) == kinds
    assert all(drawing.__doc__ for drawing in digests.DRAWINGS.values())


@SQLITE
def test_a_message_is_sent_as_it_was_written(works: UnitOfWorkFactory) -> None:
    message = drawn(works, "message", about={"text": "<@U_ADA> look"})
    assert message == Message("<@U_ADA> look", [])


def test_charts_stay_within_the_limits_of_slack() -> None:
    points = [(f"{number} {'x' * 40}", number) for number in range(40)]
    series = {"N" * 80: points, "M" * 80: points}
    chart = charts.bars("T" * 80, series, "x" * 80, "y" * 80)
    assert problems("message", {"blocks": [chart]}) == []
