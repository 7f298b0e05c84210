"""What a file tells of the past stays in the past: closed deals, finished calls and tasks, closed
cases.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from models.activities.activity import Activity
from models.core import records
from models.core.errors import Invalid
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity, StageChange
from models.sales.pipeline import closed_between
from models.sales.stage import Stage
from models.support.case import Case
from tests.ground import START, given
from tests.models.exchange.steps import count, everything, imported, rejected
from tests.models.marks import SQLITE

WEEK = (START - timedelta(days=3), START + timedelta(days=4))


def closed(
    works: UnitOfWorkFactory, start: datetime, end: datetime
) -> list[tuple[str, int, Decimal]]:
    """The deals closed in a time: (stage, how many, their amount)."""
    with works("T1", "U_RITA", writes=False) as work:
        return [(row.stage, row.count, row.amount) for row in closed_between(work, start, end)]


@pytest.fixture
def lark(works: UnitOfWorkFactory) -> Account:
    return given(works, Account, name="Lark")


def test_a_deal_won_years_ago_is_not_closed_this_week(
    works: UnitOfWorkFactory, lark: Account
) -> None:
    imported(
        works,
        Opportunity,
        "Id,Name,Account,Stage,Amount,Close date\n1,Sails,Lark,won,500,2017-05-04\n",
    )
    assert closed(works, *WEEK) == []
    year = datetime(2017, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC)
    assert closed(works, *year) == [("won", 1, Decimal(500))]
    (move,) = everything(works, StageChange)
    assert (move.before, move.after, move.at.date()) == (None, Stage.WON, date(2017, 5, 4))


@SQLITE
@pytest.mark.parametrize(
    ("stage", "closes", "counts"),
    [
        ("lost", "2017-05-04", 0),
        ("won", "2026-03-09", 1),
        ("won", "2026-03-10", 1),
        ("won", "", 0),
        ("won", "2026-09-01", 0),
        ("lost", "2026-03-01", 0),
    ],
)
def test_a_closed_deal_counts_in_the_week_of_its_close_date(
    works: UnitOfWorkFactory, lark: Account, stage: str, closes: str, counts: int
) -> None:
    imported(
        works, Opportunity, f"Id,Name,Account,Stage,Close date\n1,Sails,Lark,{stage},{closes}\n"
    )
    assert sum(row[1] for row in closed(works, *WEEK)) == counts


@SQLITE
def test_a_closed_deal_without_a_close_date_was_closed_when_it_was_made(
    works: UnitOfWorkFactory, lark: Account
) -> None:
    imported(
        works, Opportunity, "Id,Name,Account,Stage,Created\n1,Sails,Lark,lost,2019-02-03 10:00\n"
    )
    (move,) = everything(works, StageChange)
    assert move.at.date() == date(2019, 2, 3)


@SQLITE
def test_a_deal_won_since_the_last_import_was_won_on_its_close_date(
    works: UnitOfWorkFactory, lark: Account
) -> None:
    imported(
        works, Opportunity, "Id,Name,Account,Stage,Close date\n1,Sails,Lark,proposal,2026-01-30\n"
    )
    imported(works, Opportunity, "Id,Name,Account,Stage,Close date\n1,Sails,Lark,won,2026-01-31\n")
    move = everything(works, StageChange)[-1]
    assert (move.before, move.after, move.at.date()) == ("proposal", "won", date(2026, 1, 31))
    assert closed(works, *WEEK) == []


@SQLITE
def test_a_deal_that_people_win_is_won_today(works: UnitOfWorkFactory, lark: Account) -> None:
    given(works, Opportunity, name="Sails", account="Lark", close_date="2026-05-01")
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, 1).win(work)
    assert sum(row[1] for row in closed(works, *WEEK)) == 1


@SQLITE
def test_calls_of_last_year_are_done_and_tasks_are_as_open_as_they_were(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Customer, first_name="Ada", email="ada@example.org")
    file = """Type,Description,Due,Customer
call,Talked,2025-03-04 10:00,ada@example.org
meeting,Met,2025-03-05 10:00,ada@example.org
email,Wrote,2026-03-11 10:00,ada@example.org
task,Send the offer,2025-03-06 10:00,ada@example.org
"""
    imported(works, Activity, file)
    call, meeting, mail, task = everything(works, Activity)
    assert (call.done_at, meeting.done_at) == (call.due_date, meeting.due_date)
    assert (mail.done_at, task.done_at) == (None, None)
    with works("T1", "U_RITA", writes=False) as work:
        overdue = [each.description for each in everything(works, Activity) if each.done_at is None]
        assert work.now == START
    assert overdue == ["Wrote", "Send the offer"]


@SQLITE
def test_a_case_closed_in_2021_was_closed_then(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", email="ada@example.org")
    file = """Subject,Customer,Status,Closed,Resolved,Created
Mast,ada@example.org,closed,2021-05-06 10:00,,2021-05-01 10:00
Rope,ada@example.org,closed,,,2021-05-01 10:00
Sail,ada@example.org,resolved,,2021-05-03 10:00,2021-05-01 10:00
Hull,ada@example.org,closed,,,
Keel,ada@example.org,open,,,2021-05-01 10:00
"""
    imported(works, Case, file)
    days = [
        (each.closed_at and each.closed_at.date(), each.resolved_at and each.resolved_at.date())
        for each in everything(works, Case)
    ]
    may = lambda day: date(2021, 5, day)  # noqa: E731
    assert days == [(may(6), may(6)), (may(1), may(1)), (None, may(3)), (None, None), (None, None)]


@SQLITE
def test_a_case_that_people_close_is_closed_now(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    given(works, Case, subject="Mast", customer="CU-1")
    with works("T1", "U_SAM") as work:
        work.find(Case, 1).close(work)
    (mast,) = everything(works, Case)
    assert (mast.closed_at, mast.resolved_at) == (START, START)


def test_a_deal_of_nobody_comes_in_marked_and_can_be_worked_on(works: UnitOfWorkFactory) -> None:
    imported(works, Opportunity, "Id,Name,Amount\n1,Sails,12\n")
    with works("T1", "U_ADA") as work:
        deal = work.find(Opportunity, 1)
        assert [label for label, _ in deal.facts(work)] == ["Nobody's deal"]
        records.update(work, deal, {"stage": "proposal"})
    with pytest.raises(Invalid, match="Name the customer"), works("T1", "U_ADA") as work:
        records.create(work, Opportunity, {"name": "Ropes"})
    given(works, Account, name="Lark")
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(Opportunity, 1), {"account": "AC-1"})
        assert work.find(Opportunity, 1).facts(work) == []
    with pytest.raises(Invalid, match="Name the customer"), works("T1", "U_ADA") as work:
        records.update(work, work.find(Opportunity, 1), {"account": ""})


@SQLITE
def test_what_is_about_an_account_or_a_deal_alone_comes_in_and_is_ticked_off(
    works: UnitOfWorkFactory, lark: Account
) -> None:
    imported(works, Activity, "Description,Account\nSend the offer,Lark\n")
    assert rejected(works, Activity, "Description\nSend the offer\n") != []
    assert count(works, Activity) == 1
    with works("T1", "U_ADA") as work:
        work.find(Activity, 1).done(work)
