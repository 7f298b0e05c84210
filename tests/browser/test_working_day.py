"""One working day of each role, with the taps counted: with a mouse, on a phone, by keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Sit
from tests.browser.hands import WAYS, Hands, Way

REPS = {"desktop": "RITA", "phone": "RAVI", "keyboard": "ROSA"}
"""Who sells in which way: each has reminders and a Home tab of their own."""
COLLEAGUES = {"RITA": "Rosa Lindqvist", "RAVI": "Rita Reyes", "ROSA": "Ravi Rao"}


@pytest.fixture(params=WAYS, ids=lambda way: way.name)
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    return request.param  # type: ignore[no-any-return]


def deal_of(hands: Hands, name: str, *more: str) -> tuple[str, Locator]:
    """Make a deal in one line; returns its reference and its card."""
    hands.screen.say(f'/crm deal new "{name}" {" ".join(more)}')
    ref = hands.screen.ref(f"Created OP-[0-9]+ {name}")
    card = hands.screen.card(ref)
    expect(card).to_be_visible()
    return ref, card


def test_a_rep_begins_with_what_is_due_and_works_from_the_card(sit: Sit, way: Way) -> None:
    name = REPS[way.name]
    hands = Hands(sit, way, f"U_{name}", "C_SALES")
    ref, card = deal_of(hands, f"Harbour lamps {way.name}", "CU-2", "AC-2", "12k", "close=+60d")
    hands.screen.say(f'/crm task new "Ring the yard" {ref} due="tomorrow 8:30"')
    expect(hands.screen.whisper("Ring the yard")).to_be_visible()

    hands.screen.to_next_working_morning()
    hands.go("Rapport", "Messages")
    reminder = hands.screen.messages.filter(has_text="Ring the yard").last
    expect(reminder).to_contain_text("due")
    hands.fits()
    with hands.taking(2):
        hands.choose(reminder, "activity.snooze", "Tomorrow")
    expect(hands.screen.whisper("Ring the yard")).to_contain_text(re.compile("tomorrow 0?9:00"))
    home = hands.home()
    expect(home).to_contain_text("My deals")
    expect(home).to_contain_text("Tomorrow: ")
    hands.fits()

    hands.go("sales")
    with hands.taking(2):
        hands.button(card, "Log")
        hands.type("description", "Henrik wants twelve lamps for the quay")
        hands.save()
    expect(card).to_contain_text("Last talk")
    with hands.taking(2):
        hands.choose(card, "opportunity.stage", "Discovery")
    expect(card).to_contain_text("Discovery")
    with hands.taking(2):
        hands.button(card, "Customer ›")
        expect(hands.screen.form).to_contain_text("Henrik Dahl")
        expect(hands.screen.form).to_contain_text(f"Harbour lamps {way.name}")
    hands.fits()
    hands.close()
    with hands.taking(2):
        hands.choose(card, "opportunity.assign", COLLEAGUES[name])
    expect(card).to_contain_text(COLLEAGUES[name])

    home = hands.home()
    expect(home).to_contain_text("My deals")
    expect(home).not_to_contain_text(f"Harbour lamps {way.name}")


def test_a_support_rep_takes_what_nobody_has_and_answers_it(sit: Sit, way: Way) -> None:
    hands = Hands(sit, way, "U_SAM", "C_SUPPORT")
    subject = f"Lamp flickers {way.name}"
    hands.screen.say(f'/crm case new "{subject}" CU-1 priority=high')
    ref = hands.screen.ref(f"Created CS-[0-9]+ {subject}")
    card = hands.screen.card(ref)
    expect(card).to_be_visible()

    home = hands.home()
    expect(home).to_contain_text("Unassigned:")
    expect(home).to_contain_text(subject)
    hands.fits()

    hands.go("support")
    with hands.taking(3):
        hands.button(card, "Claim")
        expect(card).to_contain_text("Sam Silva")
        hands.button(card, "Reply")
        hands.type("text", "Please try another socket.")
        hands.save()
    expect(card).to_contain_text("Please try another socket.")
    with hands.taking(2):
        hands.button(card, "Customer ›")
        expect(hands.screen.form).to_contain_text("Grace Okafor")
        expect(hands.screen.form).to_contain_text(subject)
    hands.close()
    with hands.taking(2):
        hands.choose(card, "case.set", "Normal")
    expect(card).to_contain_text("Normal")
    hands.fits()

    home = hands.home()
    expect(home).to_contain_text("My cases:")
    row = home.locator(".block", has_text=subject).last
    expect(row.get_by_role("button", name=re.compile("^Reply"))).to_be_visible()


def test_a_manager_reads_what_changed_and_gives_the_work_to_others(sit: Sit, way: Way) -> None:
    hands = Hands(sit, way, "U_MONA", "C_SALES")
    ref, card = deal_of(hands, f"Quay office {way.name}", "CU-1", "AC-1", "999k", "owner=@rita")
    hands.screen.to_next_working_morning()
    hands.go("Rapport", "Messages")
    told = hands.screen.messages.filter(has_text=f"Quay office {way.name}")
    expect(told.filter(has_text="Sales since").last).to_contain_text("New:")
    hands.fits()

    home = hands.home()
    expect(home).to_contain_text("Won this quarter")
    expect(home).to_contain_text("The team")
    row = home.locator(".block", has_text=f"Quay office {way.name}").last
    expect(row).to_contain_text(re.compile("no close date", re.IGNORECASE))
    hands.fits()
    with hands.taking(1):
        hands.press(row.get_by_role("button", name=re.compile("^Open")))
        expect(hands.screen.form).to_contain_text("Grace Okafor")
    hands.close()
    with hands.taking(2):
        hands.choose(home, "crm.more", "Henrik Dahl", typed="henrik")
        expect(hands.screen.form).to_contain_text("Blue Fjord")
    hands.close()

    hands.go("sales")
    with hands.taking(2):
        hands.choose(card, "opportunity.assign", "Rosa Lindqvist")
    expect(card).to_contain_text("Rosa Lindqvist")
    home = hands.home()
    with hands.taking(1):
        hands.press(home.get_by_role("button", name="Show the deals of Rosa Lindqvist"))
        expect(home).to_contain_text(f"Quay office {way.name}")
    assert ref


def test_an_executive_reads_figures_and_gets_their_charts(sit: Sit, way: Way) -> None:
    hands = Hands(sit, way, "U_ELI", "C_GENERAL")
    home = hands.home()
    for words in ("Won this quarter", "Open pipeline, last 4", "Biggest open deals"):
        expect(home).to_contain_text(words)
    hands.fits()
    with hands.taking(1):
        hands.press(home.get_by_role("button", name=re.compile("^Open")).first)
        expect(hands.screen.form).to_contain_text("Details")
    hands.fits()
    hands.close()
    with hands.taking(1):
        hands.button(home, "Send me the charts")
    hands.go("Rapport", "Messages")
    charts = hands.screen.messages.filter(has=hands.page.get_by_role("figure")).last
    expect(charts.get_by_role("figure").first).to_be_visible()
    hands.fits()


def test_an_admin_sees_whether_all_is_well_and_who_may_do_what(sit: Sit, way: Way) -> None:
    hands = Hands(sit, way, "U_ADA", "C_GENERAL")
    home = hands.home()
    expect(home).to_contain_text("Health")
    expect(home).to_contain_text("everybody has a role")
    hands.fits()
    with hands.taking(1):
        hands.button(home, "Status")
        expect(home).to_contain_text("Here: OK running")
    with hands.taking(1):
        hands.button(home, "Deliveries")
        expect(home).to_contain_text("Nothing was refused and nothing is late")
    hands.fits()
    with hands.taking(2):
        hands.choose(home, "crm.more", "Grace Okafor", typed="grace")
        expect(hands.screen.form).to_contain_text("Northwind Traders")
    hands.fits()
    hands.close()
