"""Reminders as they are drawn: for their owner, for the support channel."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.core.responses import Message
from handlers.notifications.reminders import FEW
from models.activities.activity import Activity
from models.activities.reminders import TOGETHER
from models.core import records
from models.core.identity.role import Role
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
    assert buttons(reminder) == [("activity.done", "AT-1"), ("activity.show", "AT-1")]
    assert choices(reminder, "overflow") == [
        ("Hand over", "assign AT-1"),
        ("Change", "edit AT-1"),
        ("Drop", "drop AT-1"),
        ("Mute this customer", "mute CU-1"),
    ]
    assert choices(reminder, "static_select") == [
        ("In 1 hour", "AT-1 +1h"),
        ("This afternoon", "AT-1 today 14:00"),
        ("Tomorrow", "AT-1 tomorrow 09:00"),
        ("Monday", "AT-1 mon 09:00"),
        ("Next week", "AT-1 +7d 09:00"),
        ("Pick a day…", "AT-1 --form"),
    ]


def choices(message: Message | None, kind: str) -> list[tuple[str, str]]:
    """(label, value) of the options of the first menu of a kind."""
    assert message is not None
    elements = [each for block in message.blocks for each in block.get("elements", [])]
    menu = next(each for each in elements if each["type"] == kind)
    return [(option["text"]["text"], option["value"]) for option in menu["options"]]


@SQLITE
def test_after_lunch_no_task_waits_for_the_afternoon(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    clock.forward(2 * HOUR)
    offered = choices(drawn(works, "due", "U_RITA"), "static_select")
    assert "This afternoon" not in dict(offered)


@SQLITE
def test_a_reminder_says_how_to_reach_who_it_is_about(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    grace = given(works, Customer, first_name="Grace", phone="+44 20 7946 0111")
    task(works, grace, "+1h", "Call Grace")
    clock.forward(HOUR)
    assert "due today 12:00 · Grace · +44 20 7946 0111" in said(drawn(works, "due", "U_RITA"))
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "senior rep"))
        records.update(work, role, {"rights": "everything: everything\ncustomer: look, hide phone"})
    assert "7946" not in said(drawn(works, "due", "U_RITA"))


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
    assert len(buttons(reminder)) == 31  # three a task, and Mute
    assert "*12 tasks are due*" in said(reminder)
    assert "and 2 more: `/crm task list overdue`" in said(reminder)


def test_what_is_overdue_for_longer_is_one_line_that_can_be_sorted_out(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    old = [task(works, ada, f"+{number + 1}h", f"Old {number}") for number in range(3)]
    clock.forward(2 * DAY)
    new = task(works, ada, "+1h", "New")
    clock.forward(HOUR)
    reminder = drawn(works, "due", "U_RITA", about={"ids": [new.id]})
    folded = "3 other tasks are overdue, the oldest since Tue 10 Mar"
    assert reminder is not None
    assert reminder.text == f"1 task is due: AT-4 New (due today 12:00). {folded}"
    assert f":hourglass: {folded}" in said(reminder)
    assert "Old" not in said(reminder)
    assert buttons(reminder)[-1] == ("activity.sort", "overdue")
    alone = drawn(works, "due", "U_RITA", about={"ids": []})
    assert alone is not None
    assert alone.text == "3 tasks are overdue, the oldest since Tue 10 Mar"
    with works("T1", "U_RITA") as work:
        for each in old[:2]:
            work.find(Activity, each.number).done(work)
    assert said(drawn(works, "due", "U_RITA", about={"ids": []})).startswith(
        ":hourglass: 1 task is overdue since Tue 10 Mar"
    )
    with works("T1", "U_RITA") as work:
        work.find(Activity, old[2].number).drop(work)
    assert drawn(works, "due", "U_RITA", about={"ids": []}) is None


@SQLITE
def test_what_is_overdue_is_not_counted_for_who_may_not_see_when_it_is_due(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    clock.forward(2 * DAY)
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "senior rep"))
        records.update(work, role, {"rights": "everything: everything\ntask: look, hide due_date"})
    assert drawn(works, "due", "U_RITA", about={"ids": []}) is None


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
    assert len(buttons(reminder)) == 3 * TOGETHER + 1  # three a task, and Mute
    assert len(json.dumps(reminder.blocks, ensure_ascii=False)) < 13_000


@SQLITE
def test_five_with_their_menus_fit_into_one_message(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    long = given(works, Customer, first_name="Ö" * 250, last_name="Ä" * 250)
    made = [task(works, long, "+1h", "Call <them> " * 40) for _ in range(FEW)]
    clock.forward(HOUR)
    reminder = drawn(works, "due", "U_RITA", about={"ids": [record.id for record in made]})
    assert reminder is not None
    assert len(choices(reminder, "static_select")) == 6
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
    assert "Urgent · unassigned · since <!date^" in said(list_)
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
def test_many_cases_are_cut_to_ten(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    for number in range(12):
        given(works, Case, customer=ada.ref, subject=f"Case {number}", priority="high")
    clock.forward(HOUR)
    list_ = drawn(works, "cases")
    assert len(buttons(list_)) == 10
    assert "and 2 more: `/crm case list open`" in said(list_)
