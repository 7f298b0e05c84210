"""A manager's morning: the clock moves on, and the figures arrive."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Sit


def test_on_the_next_working_morning_the_digest_tells_what_changed_with_a_chart_and_its_text(
    sit: Sit,
) -> None:
    screen = sit("U_MONA", "C_GENERAL")
    rapport = screen.page.get_by_role("navigation").get_by_role("button", name="Rapport")
    screen.to_next_working_morning()
    expect(rapport).to_have_accessible_name(re.compile("Rapport [0-9]+ unread"))
    rapport.click()
    digest = screen.messages.filter(has_text="Sales since").first  # later ones tell what came since
    expect(digest).not_to_contain_text("Late")
    for line in (
        "Won: Sundaram spare parts (OP-6), €14,000, Ravi Rao",
        "Kvarnby grid study (OP-7), €33,000, Rosa Lindqvist. Budget moved to next year",
        "Proposal: 4 deals, €295,800",
        "Total: 6 deals, €433,800",
        "Open cases",
    ):
        expect(digest).to_contain_text(line)
    chart = digest.get_by_role("figure")
    expect(chart.locator("svg")).to_be_visible()
    expect(chart).to_contain_text("Negotiation")


def test_those_who_have_something_due_are_reminded_and_can_say_it_is_done(sit: Sit) -> None:
    screen = sit("U_RITA", "D_RITA")
    screen.to_next_working_morning()
    reminder = screen.messages.filter(has_text="due").last
    expect(reminder).to_contain_text("overdue")
    screen.say("/crm task sort")
    done = screen.form.locator('[data-action-id^="activity.sort"][data-value="done AT-2"]')
    expect(screen.form).to_contain_text("Send the fleet pilot offer")
    done.click()
    expect(screen.form.get_by_role("button", name="Undo")).to_be_visible()
    expect(done).to_have_count(0)


def test_what_is_stuck_is_asked_in_words_and_opened_and_a_list_is_shown_by_its_name(
    sit: Sit,
) -> None:
    screen = sit("U_MONA", "C_SALES")
    screen.say("/crm which deals are stuck?")
    answer = screen.whisper("Needs a look")
    expect(answer).to_contain_text("no talk since")
    answer.get_by_role("button", name="Open: deal OP-2 Sundaram loom sensors").click()
    expect(screen.form).to_contain_text("Meera Sundaram")
    screen.form.get_by_role("button", name="Close", exact=True).last.click()
    screen.say("/crm who closed the most this quarter")
    expect(screen.whisper("Won and lost this quarter")).to_contain_text("Rita Reyes")
    screen.say("/crm deal list stage=proposal keep as Proposals")
    expect(screen.whisper("Saved: Proposals")).to_be_visible()
    screen.say("/crm proposals")
    expect(screen.whisper("match “stage=proposal”")).to_contain_text("Sundaram loom sensors")
