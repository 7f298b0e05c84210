"""What the bot says by itself: reminders, lists for the channels, the managers' digest."""

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.limits import problems
from handlers import ROUTERS, charts, digests
from handlers.core.replies import Message
from handlers.core.routes import Catalogue
from models.account import Account
from models.activity import Activity
from models.case import Case
from models.core.outbox import Delivery
from models.core.work import Works
from models.customer import Customer
from models.operations import records
from models.opportunity import Opportunity
from tests.ground import StoppedClock, given

CATALOGUE = Catalogue(ROUTERS)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: Works) -> Customer:
    return given(works, Customer, first_name="Ada", last_name="Lovelace")


def drawn(works: Works, kind: str, reader: str = "", **columns: Any) -> Message | None:
    """What a delivery says, checked against everything Slack would refuse."""
    about = columns.pop("about", {})
    with works("T1", reader, writes=False) as work:
        message = digests.draw(work, CATALOGUE, Delivery(kind=kind, about=about, **columns))
    if message:
        assert problems("message", {"blocks": message.blocks}) == []
        assert len(message.blocks) <= 50
    return message


def said(message: Message | None) -> str:
    """Everything that can be read in its blocks."""
    assert message is not None
    return "\n".join(words(block) for block in message.blocks)


def words(block: Any) -> str:
    if isinstance(block, dict):
        own = block.get("text") if isinstance(block.get("text"), str) else ""
        return "\n".join(filter(None, [own, *(words(value) for value in block.values() if not isinstance(value, str))]))
    return "\n".join(filter(None, map(words, block))) if isinstance(block, list) else ""


def buttons(message: Message | None) -> list[tuple[str, str]]:
    """(action, value) of every button, without what makes actions distinct."""
    assert message is not None
    elements = [each for block in message.blocks for each in [*block.get("elements", []), block.get("accessory", {})]]
    return [(each["action_id"].partition("#")[0], each["value"]) for each in elements if each.get("type") == "button"]


def task(works: Works, ada: Customer, due: str, what: str = "Call Ada", by: str = "U_RITA") -> Activity:
    return given(works, Activity, by=by, description=what, due_date=due, customer=ada.ref)


# ── reminders ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_reminder_has_everything_that_can_be_done_about_it(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    clock.forward(HOUR)
    reminder = drawn(works, "due", "U_RITA")
    assert reminder is not None
    assert reminder.text == "1 task is due: AT-1 Call Ada (due today 12:00)"
    assert "*AT-1* Call Ada\ndue today 12:00 · Ada Lovelace" in said(reminder)
    verbs = ("done", "snooze", "edit", "assign")
    assert buttons(reminder) == [(f"activity.{verb}", "AT-1") for verb in verbs]


def test_each_reads_times_on_the_clock_of_their_own_town(works: Works, clock: StoppedClock, ada: Customer) -> None:
    for person in ("U_RITA", "U_RAVI", "U_MONA"):
        task(works, ada, "2026-03-10T11:00Z", by=person)
    clock.forward(HOUR)
    times = ("12:00", "16:30", "07:00")
    for person, time in zip(("U_RITA", "U_RAVI", "U_MONA"), times, strict=True):
        assert f"due today {time}" in said(drawn(works, "due", person))


def test_what_was_due_on_an_earlier_day_is_called_overdue(works: Works, clock: StoppedClock, ada: Customer) -> None:
    task(works, ada, "+1h")
    clock.forward(DAY)
    assert "overdue since Tue 10 Mar 12:00" in said(drawn(works, "due", "U_RITA"))


def test_a_reminder_is_about_what_is_still_to_be_done_when_it_is_sent(
    works: Works, clock: StoppedClock, ada: Customer
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


def test_ten_at_most_are_listed_and_the_rest_counted(works: Works, clock: StoppedClock, ada: Customer) -> None:
    for number in range(12):
        task(works, ada, "+1h", f"Task {number}")
    clock.forward(HOUR)
    reminder = drawn(works, "due", "U_RITA")
    assert len(buttons(reminder)) == 40
    assert "*12 tasks are due*" in said(reminder)
    assert "and 2 more: `/crm task list overdue`" in said(reminder)


def test_the_team_reads_who_has_what_without_being_called(works: Works, clock: StoppedClock, ada: Customer) -> None:
    for number in range(5):
        task(works, ada, "+1h", f"Task {number}")
    task(works, ada, "+3h", "<@U_MONA> & co", by="U_RAVI")
    task(works, ada, "+2d", "Not today")
    clock.forward(2 * HOUR)
    list_ = drawn(works, "team_due")
    assert list_ is not None
    assert list_.text == "Due today: Rita Reyes 5, Ravi Rao 1"
    assert "*Rita Reyes* (5, 5 overdue): AT-1 Task 0 · AT-2 Task 1 · AT-3 Task 2 · and 2 more" in said(list_)
    assert "*Ravi Rao* (1): AT-6 &lt;@U_MONA&gt; &amp; co" in said(list_)
    assert "<@" not in said(list_)


def test_the_day_of_the_team_ends_in_the_zone_of_the_workspace(works: Works, ada: Customer) -> None:
    task(works, ada, "2026-03-10T23:30Z")
    assert drawn(works, "team_due") is not None
    with works("T1") as work:
        work.workspace.zone = "Europe/Berlin"
    assert drawn(works, "team_due") is None


def test_cases_that_need_someone_can_be_claimed_from_the_list(works: Works, clock: StoppedClock, ada: Customer) -> None:
    given(works, Case, customer=ada.ref, subject="<!here> fire", priority="urgent")
    late = given(works, Case, customer=ada.ref, subject="Late", resolve_by="+1h")
    with works("T1", "U_SAM") as work:
        work.find(Case, late.number).claim(work)
    clock.forward(2 * HOUR)
    list_ = drawn(works, "cases")
    assert list_ is not None
    assert list_.text == "2 cases need someone: CS-1 &lt;!here&gt; fire (urgent); CS-2 Late (normal)"
    assert buttons(list_) == [("case.claim", "CS-1"), ("case.show", "CS-2")]
    assert "Urgent · nobody has it · since <!date^" in said(list_)
    assert "Normal · Sam Silva · since <!date^" in said(list_)
    assert "overdue since <!date^" in said(list_)
    assert "*CS-1* &lt;!here&gt; fire" in said(list_)


def test_an_alarm_is_about_its_own_cases_and_none_when_they_are_taken(works: Works, ada: Customer) -> None:
    first = given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    given(works, Case, customer=ada.ref, subject="Flood", priority="urgent")
    alarm = {"ids": [first.id]}
    assert "Flood" not in said(drawn(works, "cases", about=alarm))
    with works("T1", "U_SAM") as work:
        work.find(Case, first.number).claim(work)
    assert drawn(works, "cases", about=alarm) is None


def test_many_cases_are_cut_to_ten(works: Works, ada: Customer) -> None:
    for number in range(12):
        given(works, Case, customer=ada.ref, subject=f"Case {number}", priority="high")
    list_ = drawn(works, "cases")
    assert len(buttons(list_)) == 10
    assert "and 2 more: `/crm case list open`" in said(list_)


# ── the digest ──────────────────────────────────────────────────────────────────────────────────────────


def deals(works: Works, *described: tuple[str, str]) -> list[Opportunity]:
    """Deals of one account. described: (stage, amount)."""
    acme = given(works, Account, name="Acme")
    return [
        given(works, Opportunity, name=f"Deal {index}", account=acme.ref, stage=stage, amount=amount)
        for index, (stage, amount) in enumerate(described)
    ]


def test_the_digest_has_the_figures_in_words(works: Works, ada: Customer) -> None:
    made = deals(
        works, ("proposal", "€100"), ("proposal", "€200"), ("proposal", "$50"), ("negotiation", "€1k"),
        ("discovery", ""), ("proposal", "€5k"), ("proposal", "€7k"),
    )  # fmt: skip
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[5].number).win(work)
        work.find(Opportunity, made[6].number).lose(work, "too expensive")
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    digest = drawn(works, "digest", "U_MONA")
    assert digest is not None
    assert digest.text == "\n".join(
        [
            "Good day, Mona Meyer. Tuesday 10 March",
            "Open pipeline:",
            "Discovery: 1 deal, no amounts",
            "Proposal: 3 deals, €300 and $50",
            "Negotiation: 1 deal, €1,000",
            "Together: 5 deals, €1,300 and $50; weighted €900 and $25",
            "Closed this week:",
            "Won: 1 deal, €5,000",
            "Lost: 1 deal, €7,000",
            "Open cases:",
            "Urgent: 1, 1 nobody has",
        ]
    )
    for line in digest.text.splitlines()[2:6]:
        assert line in said(digest)
    assert len(digest.blocks) <= 20


def test_the_chart_shows_one_currency_and_says_which(works: Works) -> None:
    deals(works, ("proposal", "€100"), ("negotiation", "€1k"), ("proposal", "$50"))
    digest = drawn(works, "digest", "U_MONA")
    assert digest is not None
    [chart] = [block for block in digest.blocks if block["type"] == "data_visualization"]
    assert chart["title"] == "Open pipeline in EUR"
    [series] = chart["chart"]["series"]
    assert [(point["label"], point["value"]) for point in series["data"]] == [
        ("Qualification", 0.0), ("Discovery", 0.0), ("Proposal", 100.0), ("Negotiation", 1000.0),
    ]  # fmt: skip


def test_without_the_currency_of_the_workspace_the_chart_takes_the_commonest(works: Works) -> None:
    deals(works, ("proposal", "$100"), ("negotiation", "$1k"), ("proposal", "£5m"))
    digest = drawn(works, "digest", "U_MONA")
    assert digest is not None
    assert [b["title"] for b in digest.blocks if b["type"] == "data_visualization"] == ["Open pipeline in USD"]


def test_deals_without_amounts_have_no_chart(works: Works) -> None:
    deals(works, ("proposal", ""))
    digest = drawn(works, "digest", "U_MONA")
    assert digest is not None
    assert "data_visualization" not in [block["type"] for block in digest.blocks]
    assert "Proposal: 1 deal, no amounts" in digest.text


def test_on_a_monday_the_week_that_ended_is_reported(works: Works, clock: StoppedClock) -> None:
    made = deals(works, ("proposal", "€1k"), ("proposal", "€2k"))
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[0].number).win(work)
    clock.forward(6 * DAY)
    digest = drawn(works, "digest", "U_MONA")
    assert "*Closed last week*\nWon: 1 deal, €1,000\nLost: none" in said(digest)
    clock.forward(DAY)
    assert "*Closed this week*\nWon: none\nLost: none" in said(drawn(works, "digest", "U_MONA"))


def test_an_empty_crm_is_greeted_kindly(works: Works) -> None:
    digest = drawn(works, "digest", "U_MONA")
    assert digest is not None
    assert "`/crm deal new`" in said(digest)
    assert digest.text == "Good day, Mona Meyer. Nothing is open, and nothing was closed this week."


# ── the others ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_kind_of_delivery_has_its_drawing() -> None:
    kinds = {"card", "redraw", "event", "assigned", "message", "due", "team_due", "cases", "digest"}
    assert set(digests.DRAWINGS) == kinds
    assert all(drawing.__doc__ for drawing in digests.DRAWINGS.values())


def test_a_message_is_sent_as_it_was_written(works: Works) -> None:
    message = drawn(works, "message", about={"text": "<@U_ADA> look"})
    assert message == Message("<@U_ADA> look", [])


def test_charts_stay_within_the_limits_of_slack() -> None:
    points = [(f"{number} {'x' * 40}", number) for number in range(40)]
    chart = charts.bars("T" * 80, "N" * 80, points, "x" * 80, "y" * 80)
    assert problems("message", {"blocks": [chart]}) == []
