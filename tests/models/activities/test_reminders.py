"""What is due, whose it is, and who is told when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from models.activities import reminders as agenda
from models.activities.activity import Activity
from models.activities.reminders import (
    TOGETHER,
    Hours,
    Reminder,
    at_work,
    expectant,
    morning,
    reminders,
)
from models.core import records
from models.core.identity.user import User
from models.core.notifications import marks
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import StoppedClock, given, task

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def told(works: UnitOfWorkFactory, workspace: str = "T1") -> dict[str, list[list[int]]]:
    """Slack id → what somebody is told now: a list for each message, of the activities it names."""
    with works(workspace) as work:
        all_of = {user.slack_id: reminders(work, user) for user in expectant(work)}
        return {
            person: [each.ids for each in theirs] for person, theirs in all_of.items() if theirs
        }


def berlin(clock: StoppedClock, moment: str) -> None:
    """Move the clock to a moment in Berlin."""
    clock.forward(datetime.fromisoformat(moment).replace(tzinfo=BERLIN).astimezone(UTC) - clock())


# ── working hours ─────────────────────────────────────────────────────────────────────────────────


def test_people_are_at_work_on_weekdays_within_their_hours(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_RAVI") as work:
        ravi = work.actor
        assert isinstance(ravi, User)
    kolkata = datetime(2026, 3, 10, 9, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert at_work(ravi, kolkata)
    assert not at_work(ravi, kolkata - timedelta(minutes=1))
    assert at_work(ravi, kolkata.replace(hour=17, minute=29))
    assert not at_work(ravi, kolkata.replace(hour=17, minute=30))
    assert not at_work(ravi, kolkata + 4 * DAY)


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin(
    works: UnitOfWorkFactory,
) -> None:
    night = Hours(7, "Europe/Berlin", "22:00", "06:00")
    friday = datetime(2026, 12, 4, 21, 0, tzinfo=UTC)  # 22:00 in Berlin
    assert at_work(night, friday)
    assert at_work(night, friday + timedelta(hours=7, minutes=59))
    assert not at_work(night, friday + timedelta(hours=8))
    assert not at_work(night, friday - timedelta(minutes=1))
    assert not at_work(night, friday + DAY)  # Saturday
    assert not at_work(
        night, friday + 2 * DAY + timedelta(hours=4)
    )  # Monday at two, of Sunday's hours
    assert morning(night, friday) == morning(night, friday + timedelta(hours=5)) == "20261204:7"


def test_who_works_from_eight_to_eight_works_round_the_clock(works: UnitOfWorkFactory) -> None:
    always = Hours(7, "Europe/Berlin", "08:00", "08:00")
    wednesday = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
    assert all(at_work(always, wednesday + timedelta(hours=hour)) for hour in range(24))


# ── reminders ─────────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_reminded_of_what_is_not_due_yet(works: UnitOfWorkFactory, ada: Customer) -> None:
    task(works, ada, "+1h")
    assert told(works) == {}


def test_a_due_activity_is_told_once_however_often_one_looks(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "+1h")
    clock.forward(HOUR)
    looks = [told(works) for _ in range(50)]
    assert looks == [{"U_RITA": [[call.id]]}, *[{}] * 49]


def test_each_later_one_is_told_at_its_own_moment(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    first = task(works, ada, "+1h")
    second, third = task(works, ada, "+2h", "Write"), task(works, ada, "+2h", "Send")
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": [[first.id]]}
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": [[second.id, third.id]]}
    assert told(works) == {}


def test_many_at_once_are_told_in_order_each_in_one_message(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = [task(works, ada, f"+{60 - number}m", f"Task {number}") for number in range(25)]
    clock.forward(HOUR)
    oldest = [record.id for record in reversed(made)]
    assert told(works) == {"U_RITA": [oldest[:10], oldest[10:20], oldest[20:]]}
    assert told(works) == {}


def test_what_is_done_or_hidden_is_not_told(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call, gone = task(works, ada, "+1h"), task(works, ada, "+1h")
    with works("T1", "U_RITA") as work:
        work.find(Activity, call.number).done(work)
        records.delete(work, work.find(Activity, gone.number))
    clock.forward(2 * HOUR)
    assert told(works) == {}


def test_what_comes_back_is_told_unless_it_was(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call, other = task(works, ada, "+1h"), task(works, ada, "+3h")
    for number, by in ((call.number, HOUR), (other.number, 3 * HOUR)):
        with works("T1", "U_RITA") as work:
            records.delete(work, work.find(Activity, number))
        clock.forward(by)
    with works("T1", "U_RITA") as work:
        records.restore(work, work.get(Activity, call.id))
        records.restore(work, work.get(Activity, other.id))
    assert told(works) == {"U_RITA": [[call.id, other.id]]}
    with works("T1", "U_RITA") as work:
        records.delete(work, work.get(Activity, call.id))
        records.restore(work, work.get(Activity, call.id))
    assert told(works) == {}


def test_what_is_put_off_comes_back_at_its_new_moment(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "+1h")
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": [[call.id]]}
    with works("T1", "U_RITA") as work:
        work.find(Activity, call.number).snooze(work, work.now + HOUR)
    assert told(works) == {}
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": [[call.id]]}


def test_who_gets_it_before_it_is_due_is_told(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "2026-03-10 16:30")
    with works("T1", "U_RITA") as work:
        records.assign(work, work.find(Activity, call.number), work.lookup("user", "U_SAM"))
    berlin(clock, "2026-03-10T16:30")
    assert told(works) == {"U_SAM": [[call.id]]}


def test_telling_changes_nothing_that_anybody_sees(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "+1h")
    clock.forward(HOUR)
    told(works)
    with works("T1", writes=False) as work:
        again = work.find(Activity, call.number)
        assert (again.version, again.updated_at, again.remind_at) == (
            call.version,
            call.updated_at,
            None,
        )
        assert len(records.history(work, again)) == len(records.history(work, call))


# ── mornings ──────────────────────────────────────────────────────────────────────────────────────


def test_a_due_one_comes_once_more_the_next_morning_and_is_counted_once_after_that(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "+1h")
    clock.forward(HOUR)
    told(works)
    days = []
    for day in range(11, 18):
        for time in ("08:59", "09:00", "09:01", "17:00"):
            berlin(clock, f"2026-03-{day}T{time}")
            if found := told(works):
                days.append((f"{clock().astimezone(BERLIN):%a %H:%M}", found["U_RITA"]))
    assert days == [("Wed 09:00", [[call.id]]), ("Thu 09:00", [[]])]


def test_what_was_told_on_friday_comes_once_more_on_monday(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "2026-03-13 11:00")
    berlin(clock, "2026-03-13T11:00")
    assert told(works) == {"U_RITA": [[call.id]]}
    berlin(clock, "2026-03-16T09:00")
    assert told(works) == {"U_RITA": [[call.id]]}
    berlin(clock, "2026-03-17T09:00")
    assert told(works) == {"U_RITA": [[]]}


def test_of_very_many_the_morning_names_the_latest_and_all_that_is_new(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    old = [task(works, ada, "+1h", f"Old {number}").id for number in range(12)]
    clock.forward(HOUR)
    told(works)
    new = [task(works, ada, "2026-03-11 08:00", f"New {number}").id for number in range(3)]
    berlin(clock, "2026-03-11T09:00")
    with works("T1") as work:
        [rita] = expectant(work)
        assert reminders(work, rita) == [Reminder(old[-TOGETHER:]), Reminder(new)]
    assert told(works) == {}


def test_what_fits_into_one_message_comes_in_one(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    old = task(works, ada, "+1h")
    clock.forward(HOUR)
    told(works)
    new = task(works, ada, "2026-03-11 08:00", "New")
    berlin(clock, "2026-03-11T09:00")
    assert told(works) == {"U_RITA": [[old.id, new.id]]}


def test_a_morning_that_only_counts_what_it_counted_before_says_nothing(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    berlin(clock, "2026-03-10T09:30")
    one, two = (task(works, ada, "+1h", f"Task {number}") for number in (1, 2))
    berlin(clock, "2026-03-10T11:00")
    assert told(works) == {"U_RITA": [[one.id, two.id]]}
    mornings = []
    for day in (11, 12, 13, 16):
        berlin(clock, f"2026-03-{day}T09:00")
        mornings.append(told(works).get("U_RITA", []))
        assert told(works) == {}
        if day == 13:
            with works("T1") as work:
                work.find(Activity, 1).done(work, None)
    assert mornings == [[[one.id, two.id]], [[]], [], [[]]]


def test_what_was_long_overdue_when_it_was_written_down_waits_for_the_morning(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    recent = task(works, ada, "-23h")
    assert told(works) == {"U_RITA": [[recent.id]]}
    old = task(works, ada, "2026-02-10 10:00")
    assert told(works) == {}
    berlin(clock, "2026-03-11T09:00")
    assert old.id != recent.id
    assert told(works) == {"U_RITA": [[]]}  # both are counted


def test_what_falls_into_the_evening_waits_for_the_morning(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "2026-03-10 18:00")
    berlin(clock, "2026-03-10T18:30")
    assert told(works) == {}
    berlin(clock, "2026-03-11T08:59")
    assert told(works) == {}
    berlin(clock, "2026-03-11T09:00")
    assert told(works) == {"U_RITA": [[call.id]]}


def test_what_falls_on_the_weekend_waits_for_monday(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "2026-03-14 10:00")
    berlin(clock, "2026-03-14T10:30")
    assert told(works) == {}
    berlin(clock, "2026-03-16T09:00")
    assert told(works) == {"U_RITA": [[call.id]]}


def test_each_is_reminded_by_the_clock_of_their_own_town(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    for person in ("U_RITA", "U_RAVI", "U_MONA"):
        task(works, ada, "2026-03-11 09:00", by=person)
    asked = {}
    for _ in range(30):
        clock.forward(HOUR / 2)
        for person in told(works):
            asked[person] = clock()
    assert asked == {}  # it is night wherever they are
    for _ in range(30):
        clock.forward(HOUR / 2)
        for person in told(works):
            asked[person] = f"{clock():%d %H:%M}"
    assert asked == {"U_RAVI": "11 03:30", "U_RITA": "11 08:00", "U_MONA": "11 13:00"}


def test_who_moves_to_another_zone_is_reminded_by_its_clock_and_of_nothing_twice(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    clock.forward(HOUR)
    told(works)
    greeted = []
    for zone in ("America/New_York", "Pacific/Apia", "Asia/Kolkata", "Asia/Kolkata"):
        works.welcome("T1", "U_RITA", zone=zone)
        for _ in range(8):
            clock.forward(HOUR * 3 / 2)
            greeted += [f"{clock().astimezone(ZoneInfo(zone)):%a %H:%M}" for _ in told(works)]
    assert greeted == [
        "Wed 13:30",
        "Thu 09:00",
    ]  # in Apia it was Wednesday; in Kolkata it is Wednesday again


def test_the_monday_after_the_clocks_change_begins_at_nine_all_the_same(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "2026-03-27 20:00")
    berlin(clock, "2026-03-30T08:59")
    assert told(works) == {}
    berlin(clock, "2026-03-30T09:00")
    assert clock() == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert told(works) == {"U_RITA": [[call.id]]}


def test_after_an_outage_each_is_told_late_and_the_oldest_first(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    late, early = task(works, ada, "+2h"), task(works, ada, "+1h")
    clock.forward(5 * HOUR)
    assert told(works) == {"U_RITA": [[early.id, late.id]]}


def test_those_who_left_and_guests_are_left_alone(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    given(works, Activity, description="Call", due_date="+1h", customer=ada.ref, owner="<@U_OLGA>")
    works.welcome("T1", "U_OLGA", guest=True)
    works.welcome("T1", "U_RITA", left=True)
    clock.forward(HOUR)
    assert told(works) == {}


def test_nothing_of_another_workspace_is_told(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    clock.forward(HOUR)
    assert told(works, "T2") == {}


# ── replicas ──────────────────────────────────────────────────────────────────────────────────────


def test_a_slot_that_is_taken_is_not_taken_again(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        assert agenda.take(work, "team", ["a", "b"]) == ["a", "b"]
        assert agenda.take(work, "team", ["b", "c"]) == ["c"]
        assert agenda.take(work, "cases", ["a"]) == ["a"]
    with works("T2") as work:
        assert agenda.take(work, "team", []) == []
        assert agenda.take(work, "team", ["a"]) == ["a"]


def test_whom_one_replica_tells_another_leaves_alone(
    clean_postgres: Engine, clock: StoppedClock
) -> None:
    works = UnitOfWorkFactory(clean_postgres, clock)
    with works("T1") as one, works("T1") as other:
        rita = one.lookup("user", "U_RITA")
        assert agenda.hold(one, rita)
        assert agenda.hold(other, rita) is None
        assert agenda.hold(other, one.lookup("user", "U_RAVI"))
    with works("T1") as later:
        assert agenda.hold(later, rita)


# ── what people choose ────────────────────────────────────────────────────────────────────────────


def choose(works: UnitOfWorkFactory, **chosen: object) -> None:
    with works("T1", "U_RITA") as work:
        assert work.actor
        for name, value in chosen.items():
            setattr(work.actor, name, value)


def test_who_wants_no_mornings_is_told_of_each_task_once(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "+1h")
    choose(works, notices=("due",))
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": [[call.id]]}
    berlin(clock, "2026-03-11T09:00")
    assert told(works) in ({}, {"U_RITA": []})
    assert told(works) == {}


def test_who_works_on_saturdays_is_told_on_saturday_and_not_on_monday(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "2026-03-14 10:00")
    choose(works, works_on=("sat",))
    berlin(clock, "2026-03-13T12:00")
    assert told(works) == {}
    berlin(clock, "2026-03-14T10:00")
    assert told(works) == {"U_RITA": [[call.id]]}
    berlin(clock, "2026-03-16T10:00")
    assert told(works) == {}


def test_who_allows_nights_is_told_at_night_and_their_morning_begins_in_the_morning(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "2026-03-11 02:00")
    choose(works, anytime=True)
    berlin(clock, "2026-03-11T02:00")
    assert told(works) == {"U_RITA": [[call.id]]}
    berlin(clock, "2026-03-11T05:00")
    assert told(works) == {}
    berlin(clock, "2026-03-11T09:00")
    assert told(works) == {"U_RITA": [[call.id]]}


def test_tasks_about_what_is_muted_are_not_named(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    call = task(works, ada, "+1h")
    other = task(works, given(works, Customer, first_name="Joan"), "+1h", "Write")
    with works("T1", "U_RITA") as work:
        marks.set_mark(work, work.get(Customer, ada.id), muted=True)
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": [[other.id]]}
    with works("T1", writes=False) as work:
        assert work.get(Activity, call.id).remind_at is None
