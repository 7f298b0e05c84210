"""The Home tab of each role: what a person does first, by what they may see and do."""

from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown, shown
from models.activities.activity import Activity
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, found
from tests.models.gone import give_a_role_that_is_gone
from tests.plans import listening

pytestmark = SQLITE
DAY = timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada", phone="+49 30 1234567")


def deal(
    works: UnitOfWorkFactory, ada: Customer, name: str, by: str = "U_RITA", **texts: str
) -> Opportunity:
    return given(works, Opportunity, by=by, name=name, customer=ada.ref, **texts)


def headers(home: Shown) -> list[str]:
    return [block["text"]["text"] for block in home.blocks if block["type"] == "header"]


# ── who sells ─────────────────────────────────────────────────────────────────────────────────────


def test_what_is_overdue_is_one_line_and_what_is_due_today_says_whom_to_call(
    slack: SlackDriver, works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    given(works, Activity, description="Send the offer", customer=ada.ref, due_date="today 15:00")
    given(works, Activity, description="Write", customer=ada.ref, due_date="today 16:00")
    clock.forward(DAY)
    sails = deal(works, ada, "Sails", close_date="+8d")
    given(works, Activity, description="Call Ada", opportunity=sails.ref, due_date="today 15:00")
    given(works, Activity, description="Next", customer=ada.ref, due_date="tomorrow 9:30")
    given(works, Case, by="U_SAM", subject="Leak", customer=ada.ref)
    words = slack.home().words
    assert "My day: 3 tasks" in words
    assert "*2 overdue:* Send the offer, since Tue 10 Mar 15:00, and 1 more" in words
    assert "*15:00* · *Call Ada* (AT-3)\nAda, +49 30 1234567 · Sails, closes Thu 19 Mar" in words
    assert "Open case: Leak (CS-1)" in words
    assert "Tomorrow: 1 task, 09:30 Next" in words


def test_what_is_overdue_is_sorted_out_from_the_tab(
    slack: SlackDriver, works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    given(works, Activity, description="Send the offer", customer=ada.ref, due_date="today 15:00")
    clock.forward(DAY)
    home = slack.home()
    assert "Sort it out" in home.buttons
    slack.click("activity.sort", home)
    assert slack.modal
    assert "Send the offer" in slack.modal.words


def test_a_task_is_put_off_in_two_presses(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    given(works, Activity, description="Call Ada", customer=ada.ref, due_date="today 15:00")
    slack.pick("activity.menu", "Snooze: tomorrow morning", slack.home())
    assert found(works, Activity).due_date.isoformat() == "2026-03-11T08:00:00+00:00"


def test_leads_say_whether_somebody_talked_with_them(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Bob", company="Acme", owner="me", status="qualified")
    eve = given(works, Lead, first_name="Eve", owner="me")
    given(works, Activity, description="Call", lead=eve.ref, due_date="+3d")
    home = slack.home()
    assert "My leads: 2 open" in headers(home)
    assert "*Bob* (LD-1) · Acme\nQualified · here since today · *no talk yet*" in home.words
    assert "*Eve* (LD-2)\nNew · here since today · next Fri 13 Mar" in home.words
    slack.click("lead.convert", home)
    slack.submit()
    assert found(works, Lead).converted


def test_deals_have_their_sum_by_stage_and_what_comes_next(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "Sails", amount="€6k", stage="proposal", close_date="+1d")
    deal(works, ada, "Oars", amount="€2k", stage="proposal", next_step="Call Eva")
    deal(works, ada, "Ravi's", by="U_RAVI", amount="€9k")
    home = slack.home()
    assert "My deals: 2 open, €8,000" in headers(home)
    assert "By stage: Proposal 2 deals, €8,000" in home.words
    assert "*Sails* (OP-1) · €6,000\nCloses tomorrow · *no next step*" in home.words
    assert "*Oars* (OP-2) · €2,000\n*No close date* · next: Call Eva" in home.words
    assert "Ravi's" not in home.words
    slack.click("opportunity.more", home)
    assert slack.modal
    assert slack.modal.text == "Sails"


def test_what_others_did_to_ones_records_is_told_once_and_not_what_one_did(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    sails = deal(works, ada, "Sails", next_step="Write")
    assert "New on your records" not in headers(slack.home())
    with works("T1", "U_MONA") as work:
        records.update(work, work.find(Opportunity, sails.number), {"next_step": "Call Eva"})
    given(works, Case, by="U_SAM", subject="Leak", customer=ada.ref)
    words = slack.home().words
    assert "*Leak* (CS-1)\nCase of Ada, since today · unassigned" in words
    assert "*Sails* (OP-1)\nNext step: Write → Call Eva · by Mona Meyer, today" in words
    with works("T1", "U_MONA") as work:
        work.find(Opportunity, sails.number).win(work)
    assert "Stage: Qualification → Won" in slack.home().words


def test_a_record_is_found_from_the_tab_and_opened(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "Sails")
    slack.home()
    assert slack.options("crm.more", "sail") == ["Sails (OP-1)"]
    slack.pick("crm.more", "sail")
    assert slack.modal
    assert slack.modal.text == "Sails"


def test_the_search_finds_what_one_may_see(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "Northern sails", by="U_OLGA")
    slack.home()
    assert slack.options("crm.more", "northern") == []


# ── who answers customers ─────────────────────────────────────────────────────────────────────────


def test_support_sees_the_deadline_what_nobody_has_and_their_own(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    for subject, priority in (("Chair", "low"), ("Fire", "urgent")):
        given(works, Case, by="U_SAM", subject=subject, priority=priority, customer=ada.ref)
    mine = {"assignee": "me", "resolve_by": "today 17:00"}
    given(works, Case, by="U_SAM", subject="Leak", customer=ada.ref, **mine)
    home = slack.home("U_SAM")
    assert headers(home)[1:4] == ["Unassigned: 2 cases", "My cases: 1 open case", "My day"]
    assert "*Next deadline:* CS-3 Leak, due *today 17:00*" in home.words
    assert home.words.index("Fire") < home.words.index("Chair")
    assert "*Leak* (CS-3) · Normal\nAda · since today · due today 17:00" in home.words
    slack.click("case.claim", home, user="U_SAM")
    assert found(works, Case, 2).assignee


def test_support_is_told_that_nothing_waits(slack: SlackDriver) -> None:
    words = slack.home("U_SAM").words
    for said in ("Every open case has somebody.", "No open case is yours."):
        assert said in words
    assert "My deals" not in words


# ── who answers for others ────────────────────────────────────────────────────────────────────────


def test_a_manager_sees_figures_what_needs_a_look_and_who_has_what(
    slack: SlackDriver, works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    deal(works, ada, "Ropes", amount="€1k")
    clock.forward(8 * DAY)
    won = deal(works, ada, "Oars", amount="€2k")
    deal(works, ada, "Sails", amount="€6k", close_date="today", next_step="Sign")
    deal(works, ada, "Masts", by="U_RAVI", amount="€1k", close_date="+60d")
    deal(works, ada, "North", by="U_OLGA", amount="€50k")
    given(works, Activity, description="Call", customer=ada.ref, due_date="today 15:00")
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, won.number).win(work)
    home = slack.home("U_MONA")
    for said in (
        "*Open*\n€8,000 in 3 deals\n€7,000 more than last Wednesday",
        "*Weighted*\n€800",
        "*Won this quarter*\n€2,000 in 1 deal\n€2,000 of it in the last 7 days",
        "*Lost this quarter*\nnone",
        "*Ropes* (OP-1) · €1,000 · Rita Reyes\n*No close date*",
        "• Today: Sails (OP-3), €6,000, Rita Reyes",
        "*Rita Reyes* · 2 deals, €7,000 · no leads\n1 task today · holds 88 % of the pipeline",
        "*Ravi Rao* · 1 deal, €1,000 · no leads\nno task today",
    ):
        assert said in home.words, said
    assert "Needs a look: 1 deal" in headers(home)
    assert "North" not in home.words


def test_what_somebody_has_is_one_press_away(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "Sails")
    deal(works, ada, "Masts", by="U_RAVI")
    home = slack.home("U_MONA")
    shows = [
        block["accessory"]["action_id"]
        for block in home.blocks
        if block.get("accessory", {}).get("text", {}).get("text") == "Show"
    ]
    slack.click(shows[0], home, user="U_MONA")
    words = shown(slack.slack.views.homes["U_MONA"]).words
    assert words.startswith("*1 deal matches “open owner = US-1”")
    assert "OP-1 Sails" in words


def test_who_leads_a_team_sees_its_work_without_the_role_of_a_manager(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    assert "The team" not in headers(slack.home())
    slack.command("/crm team edit sales lead=<@U_RITA>", user="U_ADA")
    assert "The team" in headers(slack.home())


def test_the_tab_of_a_manager_takes_no_more_statements_for_more_deals(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    def asked() -> int:
        with listening(works.engine) as heard:
            slack.home("U_MONA")
        return len(heard)

    for number in range(6):
        deal(works, ada, f"Deal {number}", amount="€1k")
    asked()
    few = asked()
    for number in range(30):
        deal(works, ada, f"More {number}", amount="€1k")
    assert asked() == few <= 40


# ── who reads figures ─────────────────────────────────────────────────────────────────────────────


def test_an_executive_sees_totals_the_trend_and_the_biggest_deals(
    slack: SlackDriver, works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    deal(works, ada, "Sails", amount="€6k")
    clock.forward(8 * DAY)
    deal(works, ada, "Oars", amount="€2k")
    given(works, Case, by="U_SAM", subject="Fire", priority="urgent", customer=ada.ref)
    home = slack.home("U_ELI")
    assert "Open pipeline, last 4 Wednesdays" in headers(home)
    for said in (
        "*Wed 4 Mar:* €0",
        "*Wed 11 Mar:* €6,000 (up €6,000: 1 added)",
        "*Today:* €8,000 (up €2,000: 1 added)",
        "*Sails* (OP-1) · €6,000\nQualification",
        "*Open cases*\n1, of them 1 urgent, 1 unassigned",
    ):
        assert said in home.words, said
    assert "My deals" not in home.words


def test_charts_are_sent_as_a_message_because_no_tab_draws_them(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Customer
) -> None:
    deal(works, ada, "Sails", amount="€6k")
    home = slack.home("U_ELI")
    slack.click("crm.run#2", home, user="U_ELI")
    assert shown(slack.slack.views.homes["U_ELI"]).words.startswith("I will send it to you")
    courier.drain()
    kinds = [block["type"] for block in slack.posted("D_ELI")[-1].blocks]
    assert "data_visualization" in kinds


def test_a_hidden_amount_is_in_no_figure(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "Sails", amount="€6k", probability="50")
    rights(works, "executive", "everything: look\ndeal: look, hide amount\ncrm: report")
    rights(
        works,
        "manager",
        "everything: look, new, change\ndeal: everything team, hide amount\ncrm: digest",
    )
    for person in ("U_ELI", "U_MONA"):
        words = slack.home(person).words
        assert "*Open*\n1 deal" in words
        assert "Not shown, because Amount is hidden from who reads this." in words
        assert not any(said in words for said in ("6,000", "3,000", "Biggest"))


def rights(works: UnitOfWorkFactory, name: str, text: str) -> None:
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", name))
        records.update(work, role, {"rights": text})


# ── who gives others their rights ─────────────────────────────────────────────────────────────────


def test_an_admin_sees_the_health_the_deliveries_and_who_has_no_role(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    home = slack.home("U_ADA")
    assert "Health" in headers(home)
    assert "*Deliveries:* 0 waiting, none refused" in home.words
    assert "*People:* everybody has a role" in home.words
    give_a_role_that_is_gone(works, "U_RITA")
    home = slack.home("U_ADA")
    assert "*People without a role:* they may do nothing here\n*Rita Reyes* (US-1)" in home.words
    slack.click("role.give", home, user="U_ADA")
    assert slack.modal


def test_nobody_else_sees_how_the_crm_is_doing(slack: SlackDriver) -> None:
    for person in ("U_RITA", "U_MONA", "U_ELI", "U_SAM"):
        assert "Health" not in headers(slack.home(person))
