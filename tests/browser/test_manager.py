"""A manager's morning: the clock moves on, and the figures arrive."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Sit


def test_on_the_next_working_morning_the_digest_arrives_with_a_chart_and_its_text(sit: Sit) -> None:
    screen = sit("U_MONA", "C_GENERAL")
    rapport = screen.page.get_by_role("navigation").get_by_role("button", name="Rapport")
    screen.to_next_working_morning()
    expect(rapport).to_have_accessible_name(re.compile("Rapport [0-9]+ unread"))
    rapport.click()
    digest = screen.messages.filter(has_text="Good day, Mona Meyer").last
    expect(digest).to_contain_text("Open pipeline")
    for line in ("Proposal: 4 deals, €295,800", "Together: 6 deals, €433,800", "Open cases"):
        expect(digest).to_contain_text(line)
    chart = digest.get_by_role("figure")
    expect(chart.locator("svg")).to_be_visible()
    expect(chart).to_contain_text("Negotiation")


def test_those_who_have_something_due_are_reminded_and_can_say_it_is_done(sit: Sit) -> None:
    screen = sit("U_RITA", "D_RITA")
    screen.to_next_working_morning()
    reminder = screen.messages.filter(has_text="tasks are due").last
    expect(reminder).to_contain_text("overdue since")
    reminder.locator('[data-action-id^="activity.done"][data-value="AT-2"]').click()
    expect(screen.whisper("AT-2 Send the fleet pilot offer")).to_contain_text("Done")
