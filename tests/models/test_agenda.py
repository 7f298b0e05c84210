"""What is due, whose it is, and who is told when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from models.activity import Activity
from models.core.user import User
from models.core.work import Works
from models.customer import Customer
from models.operations import agenda
from models.operations.agenda import at_work, reminders, struck
from tests.ground import START, StoppedClock, given
from tests.plans import plans

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: Works) -> Customer:
    return given(works, Customer, first_name="Ada")


def task(works: Works, ada: Customer, due: str, what: str = "Call Ada", by: str = "U_RITA") -> Activity:
    return given(works, Activity, by=by, description=what, due_date=due, customer=ada.ref)


def told(works: Works, workspace: str = "T1") -> dict[str, list[int]]:
    """Slack id → the activity ids somebody is reminded of now; an empty list is everything due."""
    with works(workspace) as work:
        return {user.slack_id: ids for user, ids in reminders(work)}


def berlin(clock: StoppedClock, moment: str) -> None:
    """Move the clock to a moment in Berlin."""
    clock.forward(datetime.fromisoformat(moment).replace(tzinfo=BERLIN).astimezone(UTC) - clock())


# ── the clock on the wall ───────────────────────────────────────────────────────────────────────────────


def test_a_wall_clock_strikes_from_its_time_until_midnight_on_working_days() -> None:
    friday = datetime(2026, 3, 13, tzinfo=BERLIN)
    assert struck(friday.replace(hour=8, minute=29), BERLIN, "08:30") is None
    assert struck(friday.replace(hour=8, minute=30), BERLIN, "08:30") == friday.date()
    assert struck(friday.replace(hour=23, minute=59), BERLIN, "08:30") == friday.date()
    assert struck(friday.replace(hour=9) + DAY, BERLIN, "08:30") is None
    assert struck(friday.replace(hour=9) + 2 * DAY, BERLIN, "08:30") is None
    assert struck(friday.replace(hour=9) + 3 * DAY, BERLIN, "08:30") is not None


@pytest.mark.parametrize(
    ("start", "at"),
    [("2026-03-23", "02:30"), ("2026-04-20", "00:15"), ("2026-10-19", "02:30"), ("2026-10-26", "23:30")],
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo", "Asia/Kolkata"])
def test_however_clocks_change_a_working_day_has_one_slot(start: str, at: str, zone: str) -> None:
    """Berlin skips and repeats 02:30 on Sundays; Cairo skips 00:15 on a Friday and has 23:30 twice on a Thursday."""
    monday = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    begin, end = monday.astimezone(UTC), (monday + 14 * DAY).astimezone(UTC)
    looks = [begin + timedelta(minutes=minute) for minute in range(0, int((end - begin).total_seconds() / 60), 5)]
    slots = {struck(look, ZoneInfo(zone), at) for look in looks} - {None}
    days = [(monday + number * DAY).date() for number in range(14)]
    assert slots == {day for day in days if day.weekday() < 5}


def test_people_are_at_work_on_weekdays_within_their_hours(works: Works) -> None:
    with works("T1", "U_RAVI") as work:
        ravi = work.actor
        assert isinstance(ravi, User)
    kolkata = datetime(2026, 3, 10, 9, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert at_work(ravi, kolkata)
    assert not at_work(ravi, kolkata - timedelta(minutes=1))
    assert at_work(ravi, kolkata.replace(hour=17, minute=29))
    assert not at_work(ravi, kolkata.replace(hour=17, minute=30))
    assert not at_work(ravi, kolkata + 4 * DAY)


# ── reminders ───────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_reminded_of_what_is_not_due_yet(works: Works, ada: Customer) -> None:
    task(works, ada, "+1h")
    assert told(works) == {}


def test_a_due_activity_is_told_once_however_often_one_looks(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    clock.forward(HOUR)
    looks = [told(works) for _ in range(50)]
    assert looks == [{"U_RITA": []}, *[{}] * 49]


def test_each_later_one_is_told_at_its_own_moment(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    second, third = task(works, ada, "+2h", "Write"), task(works, ada, "+2h", "Send")
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": []}
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": [second.id, third.id]}
    assert told(works) == {}


def test_what_is_done_is_not_told(works: Works, clock: StoppedClock, ada: Customer) -> None:
    call = task(works, ada, "+1h")
    with works("T1", "U_RITA") as work:
        work.find(Activity, call.number).done(work)
    clock.forward(2 * HOUR)
    assert told(works) == {}


def test_what_is_put_off_comes_back_at_its_new_moment(works: Works, clock: StoppedClock, ada: Customer) -> None:
    call = task(works, ada, "+1h")
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": []}
    with works("T1", "U_RITA") as work:
        work.find(Activity, call.number).snooze(work, work.now + HOUR)
    assert told(works) == {}
    clock.forward(HOUR)
    assert told(works) == {"U_RITA": [call.id]}


def test_overdue_ones_are_repeated_each_working_morning(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    clock.forward(HOUR)
    told(works)
    days = []
    for _ in range(7 * 24):
        clock.forward(HOUR)
        if told(works) == {"U_RITA": []}:
            days.append(f"{clock().astimezone(BERLIN):%a %H:%M}")
    assert days == ["Wed 09:00", "Thu 09:00", "Fri 09:00", "Mon 09:00", "Tue 09:00"]


def test_what_falls_into_the_evening_waits_for_the_morning(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "2026-03-10 18:00")
    berlin(clock, "2026-03-10T18:30")
    assert told(works) == {}
    berlin(clock, "2026-03-11T08:59")
    assert told(works) == {}
    berlin(clock, "2026-03-11T09:00")
    assert told(works) == {"U_RITA": []}


def test_what_falls_on_the_weekend_waits_for_monday(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "2026-03-14 10:00")
    berlin(clock, "2026-03-14T10:30")
    assert told(works) == {}
    berlin(clock, "2026-03-16T09:00")
    assert told(works) == {"U_RITA": []}


def test_each_is_reminded_by_the_clock_of_their_own_town(works: Works, clock: StoppedClock, ada: Customer) -> None:
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


def test_the_monday_after_the_clocks_change_begins_at_nine_all_the_same(
    works: Works, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "2026-03-27 20:00")
    berlin(clock, "2026-03-30T08:59")
    assert told(works) == {}
    berlin(clock, "2026-03-30T09:00")
    assert clock() == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert told(works) == {"U_RITA": []}


def test_after_an_outage_it_is_told_late_the_same_day(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    clock.forward(5 * HOUR)
    assert told(works) == {"U_RITA": []}


def test_those_who_left_and_guests_are_left_alone(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    works.welcome("T1", "U_RITA", left=True)
    task(works, ada, "+1h", by="U_GUS")
    clock.forward(HOUR)
    assert told(works) == {}


def test_two_replicas_tell_it_once(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    clock.forward(HOUR)
    replica = Works(works.engine, clock)
    assert [told(works), told(replica)] == [{"U_RITA": []}, {}]


def test_nothing_of_another_workspace_is_told(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    clock.forward(HOUR)
    assert told(works, "T2") == {}


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────────


def test_due_lists_the_oldest_first_and_counts_all(works: Works, clock: StoppedClock, ada: Customer) -> None:
    made = [task(works, ada, f"+{minutes}m", f"Task {minutes}") for minutes in (30, 10, 20, 90)]
    clock.forward(HOUR)
    with works("T1", "U_RITA") as work:
        assert work.actor
        found, count = agenda.due(work, work.actor.id, [], 2)
        assert [record.title for record in found] == ["Task 10", "Task 20"]
        assert count == 3
        only, one = agenda.due(work, work.actor.id, [made[0].id, made[3].id], 10)
        assert ([record.title for record in only], one) == (["Task 30"], 1)


def test_plates_say_who_has_how_much_and_how_much_of_it_is_overdue(
    works: Works, clock: StoppedClock, ada: Customer
) -> None:
    for minutes in (10, 20, 30, 90):
        task(works, ada, f"+{minutes}m", f"Task {minutes}")
    task(works, ada, "+10m", "Ravi's", by="U_RAVI")
    task(works, ada, "+3d", "Not today")
    orphan = task(works, ada, "+10m", "Nobody's")
    with works("T1") as work:
        work.find(Activity, orphan.number).owner = None
    clock.forward(HOUR)
    with works("T1", writes=False) as work:
        plates = agenda.plates(work, START + DAY, 3)
    found = {plate.owner: (plate.count, plate.overdue, [title for _, title in plate.first]) for plate in plates}
    assert found == {
        "Rita Reyes": (4, 3, ["Task 10", "Task 20", "Task 30"]),
        "Ravi Rao": (1, 1, ["Ravi's"]),
        "Nobody": (1, 1, ["Nobody's"]),
    }
    assert plates[0].owner == "Rita Reyes"
    assert plates[0].first[0] == ("AT-1", "Task 10")


def test_plates_hide_what_is_done_deleted_or_of_another_workspace(works: Works, ada: Customer) -> None:
    done, gone = task(works, ada, "+10m"), task(works, ada, "+10m")
    with works("T1", "U_RITA") as work:
        work.find(Activity, done.number).done(work)
        work.find(Activity, gone.number).deleted_at = work.now
    otto = given(works, Customer, by="U_OTTO", workspace="T2", first_name="Olaf")
    given(works, Activity, by="U_OTTO", workspace="T2", description="Theirs", due_date="+10m", customer=otto.ref)
    with works("T1", writes=False) as work:
        assert agenda.plates(work, START + DAY, 3) == []


def test_what_is_due_is_found_through_the_partial_index(works: Works, ada: Customer) -> None:
    with works("T1", "U_RITA") as work:
        moments = [START + timedelta(minutes=number) for number in range(2000)]
        common = {"workspace": "T1", "owner": ada.owner, "customer": ada.id, "created_at": START, "updated_at": START}
        rows = [
            common | {"number": number, "description": "Old", "due_date": due - 30 * DAY, "done_at": START}
            for number, due in enumerate(moments)
        ]
        work.session.execute(insert(Activity), rows)
    [plan] = plans(works, lambda work: agenda.untold(work, [ada.owner or 0]), "FROM activity")
    assert "ix_activity_open" in plan
