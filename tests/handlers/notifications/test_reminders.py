"""Reminders as they are drawn: for their owner, for the team, for the support channel."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from models.activities.activity import Activity
from models.activities.reminders import TOGETHER
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given, task
from tests.handlers.drawings import buttons, drawn, said
from tests.handlers.kit import SQLITE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada", last_name="Lovelace")


@SQLITE
def test_a_reminder_has_everything_that_can_be_done_about_it(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    clock.forward(HOUR)
    reminder = drawn(works, "due", "U_RITA")
    assert reminder is not None
    assert reminder.text == "1 task is due: AT-1 Call Ada (due today 12:00)"
    assert "*AT-1* Call Ada\ndue today 12:00 · Ada Lovelace" in said(reminder)
    verbs = ("done", "snooze", "edit", "assign")
    assert buttons(reminder) == [(f"activity.{verb}", "AT-1") for verb in verbs]


@SQLITE
def test_each_reads_times_on_the_clock_of_their_own_town(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    for person in ("U_RITA", "U_RAVI", "U_MONA"):
        task(works, ada, "2026-03-10T11:00Z", by=person)
    clock.forward(HOUR)
    times = ("12:00", "16:30", "07:00")
    for person, time in zip(("U_RITA", "U_RAVI", "U_MONA"), times, strict=True):
        assert f"due today {time}" in said(drawn(works, "due", person))


@SQLITE
def test_what_was_due_on_an_earlier_day_is_called_overdue(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    clock.forward(DAY)
    assert "overdue since Tue 10 Mar 12:00" in said(drawn(works, "due", "U_RITA"))


def test_a_reminder_is_about_what_is_still_to_be_done_when_it_is_sent(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    done, moved, left = (task(works, ada, "+1h", what) for what in ("Done", "Moved", "Left"))
    clock.forward(HOUR)
    ids = {"ids": [done.id, moved.id, left.id]}
    with works("T1", "U_RITA") as work:
        work.find(Activity, done.number).done(work)
        work.find(Activity, moved.number).snooze(work, work.now + DAY)
    assert "*AT-3* Left" in said(drawn(works, "due", "U_RITA", about=ids))
    with works("T1", "U_RITA") as work:
        records.assign(work, work.find(Activity, left.number), work.lookup("user", "U_RAVI"))
    assert drawn(works, "due", "U_RITA", about=ids) is None
    assert drawn(works, "due", "", about=ids) is None


@SQLITE
def test_ten_at_most_are_listed_and_the_rest_counted(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    for number in range(12):
        task(works, ada, "+1h", f"Task {number}")
    clock.forward(HOUR)
    reminder = drawn(works, "due", "U_RITA")
    assert len(buttons(reminder)) == 40
    assert "*12 tasks are due*" in said(reminder)
    assert "and 2 more: `/crm task list overdue`" in said(reminder)


@SQLITE
def test_the_first_of_the_day_counts_all_that_is_due(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = [task(works, ada, "+1h", f"Task {number}") for number in range(12)]
    clock.forward(HOUR)
    ids = [record.id for record in made[:3]]
    morning = drawn(works, "due", "U_RITA", about={"ids": ids, "more": True})
    assert len(buttons(morning)) == 12
    assert "*12 tasks are due*" in said(morning)
    assert "and 9 more: `/crm task list overdue`" in said(morning)
    assert "*3 tasks are due*" in said(drawn(works, "due", "U_RITA", about={"ids": ids}))


@SQLITE
def test_ten_long_ones_fit_into_one_message(works: UnitOfWorkFactory, clock: StoppedClock) -> None:
    long = given(works, Customer, first_name="Ö" * 250, last_name="Ä" * 250)
    deal = given(works, Opportunity, name="Å & Ø " * 40, customer=long.ref, amount="12k")
    made = [
        given(
            works,
            Activity,
            description="Call <them> " * 40,
            due_date="+1h",
            customer=long.ref,
            opportunity=deal.ref,
        )
        for _ in range(TOGETHER)
    ]
    clock.forward(HOUR)
    reminder = drawn(works, "due", "U_RITA", about={"ids": [record.id for record in made]})
    assert reminder is not None
    assert len(buttons(reminder)) == 4 * TOGETHER
    assert len(json.dumps(reminder.blocks, ensure_ascii=False)) < 13_000


@SQLITE
@pytest.mark.parametrize("kind", ["team_due", "cases", "digest"])
def test_what_comes_late_says_when_it_should_have_come(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer, kind: str
) -> None:
    task(works, ada, "+1h")
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    due = {"due": clock().isoformat()}
    reader = "U_MONA" if kind == "digest" else ""
    clock.forward(timedelta(minutes=15))
    assert "Late" not in said(drawn(works, kind, reader, about=due))
    clock.forward(3 * HOUR)
    late = drawn(works, kind, reader, about=due)
    excuse = f"Late: this should have come today {'06:00' if reader else '10:00'}."
    assert late is not None
    assert excuse in said(late)
    assert late.text.endswith(f"\n{excuse}")
    assert drawn(works, kind, reader) == replace(
        late, text=late.text.removesuffix(f"\n{excuse}"), blocks=[late.blocks[0], *late.blocks[2:]]
    )


def test_the_team_reads_who_has_what_without_being_called(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    for number in range(5):
        task(works, ada, "+1h", f"Task {number}")
    task(works, ada, "+3h", "<@U_MONA> & co", by="U_RAVI")
    task(works, ada, "+2d", "Not today")
    clock.forward(2 * HOUR)
    list_ = drawn(works, "team_due")
    assert list_ is not None
    assert list_.text == "Due today: Rita Reyes 5, Ravi Rao 1"
    assert (
        "*Rita Reyes* (5, 5 overdue): AT-1 Task 0 · AT-2 Task 1 · AT-3 Task 2 · and 2 more"
        in said(list_)
    )
    assert "*Ravi Rao* (1): AT-6 &lt;@U_MONA&gt; &amp; co" in said(list_)
    assert "<@" not in said(list_)


def test_the_day_of_the_team_ends_in_the_zone_of_the_workspace(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    task(works, ada, "2026-03-10T23:30Z")
    assert drawn(works, "team_due") is not None
    with works("T1") as work:
        work.workspace.zone = "Europe/Berlin"
    assert drawn(works, "team_due") is None


def test_cases_that_need_someone_can_be_claimed_from_the_list(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    given(
        works, Case, customer=ada.ref, subject="<!here> fire", priority="urgent", resolve_by="+1d"
    )
    late = given(works, Case, customer=ada.ref, subject="Late", resolve_by="+1h")
    with works("T1", "U_SAM") as work:
        work.find(Case, late.number).claim(work)
    clock.forward(2 * HOUR)
    list_ = drawn(works, "cases")
    assert list_ is not None
    assert (
        list_.text == "2 cases need someone: CS-1 &lt;!here&gt; fire (urgent); CS-2 Late (normal)"
    )
    assert buttons(list_) == [("case.claim", "CS-1"), ("case.show", "CS-2")]
    assert "Urgent · nobody has it · since <!date^" in said(list_)
    assert "Normal · Sam Silva · since <!date^" in said(list_)
    assert said(list_).count("overdue since <!date^") == 1
    assert "*CS-1* &lt;!here&gt; fire" in said(list_)


@SQLITE
def test_an_alarm_is_about_its_own_cases_and_none_when_they_are_taken(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    first = given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    given(works, Case, customer=ada.ref, subject="Flood", priority="urgent")
    alarm = {"ids": [first.id]}
    assert "Flood" not in said(drawn(works, "cases", about=alarm))
    with works("T1", "U_SAM") as work:
        work.find(Case, first.number).claim(work)
    assert drawn(works, "cases", about=alarm) is None


@SQLITE
def test_many_cases_are_cut_to_ten(works: UnitOfWorkFactory, ada: Customer) -> None:
    for number in range(12):
        given(works, Case, customer=ada.ref, subject=f"Case {number}", priority="high")
    list_ = drawn(works, "cases")
    assert len(buttons(list_)) == 10
    assert "and 2 more: `/crm case list open`" in said(list_)
