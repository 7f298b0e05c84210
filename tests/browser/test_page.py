"""The page itself: keyboard, persons, home tab, small windows, and what strangers type."""

import re
import time

from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Sit
from tests.browser.screen import Screen


def composer(screen: Screen) -> Locator:
    return screen.page.locator(".conversation .composer textarea")


def test_a_command_is_completed_with_the_keyboard_alone(sit: Sit) -> None:
    screen = sit("U_RITA", "C_GENERAL")
    expect(composer(screen)).to_be_focused()
    screen.page.keyboard.type("/crm-l")
    options = screen.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_have_attribute("aria-selected", "true")
    screen.page.keyboard.press("ArrowDown")
    expect(options.last).to_have_attribute("aria-selected", "true")
    screen.page.keyboard.press("ArrowUp")
    screen.page.keyboard.press("Tab")
    expect(composer(screen)).to_have_value("/crm-lead ")
    screen.page.keyboard.type("new")
    screen.page.keyboard.press("Enter")
    expect(screen.form).to_contain_text("New lead")
    expect(screen.field("name").locator("input")).to_be_focused()
    screen.page.keyboard.press("Escape")
    expect(screen.form).to_have_count(0)
    expect(composer(screen)).to_be_focused()


def test_a_line_that_is_not_understood_is_answered_with_buttons_that_work(sit: Sit) -> None:
    screen = sit("U_RITA", "C_GENERAL")
    screen.say("/crm northwnd")
    screen.press(screen.whisper("northwnd"), "Help")
    expect(screen.whisper("What do you want to do?")).to_be_visible()


def test_the_home_tab_shows_my_day_and_what_is_done_there_leaves_it(sit: Sit) -> None:
    screen = sit("U_RITA", "C_GENERAL")
    screen.page.get_by_role("navigation").get_by_role("button", name="Rapport").click()
    screen.page.get_by_role("tab", name="Home").click()
    home = screen.page.get_by_role("tabpanel", name="Home")
    expect(home).to_contain_text("My day: 3 tasks")
    expect(home).to_contain_text("Blue Fjord fleet tracking")
    expect(home).to_contain_text("1 overdue: Send the fleet pilot offer")
    done = home.get_by_role("button", name=re.compile(r"Done: AT-\d+ Call Amélie"))
    expect(done).to_have_count(1)
    done.click()
    expect(home.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    expect(done).to_have_count(0)
    screen.press(home, "Undo")
    expect(done).to_have_count(1)


def test_a_home_that_was_drawn_since_is_not_replaced_by_a_late_answer(sit: Sit) -> None:
    screen = sit("U_RITA", "C_GENERAL")
    tabs, home = screen.page.get_by_role("tab"), screen.page.get_by_role("tabpanel", name="Home")
    screen.page.get_by_role("navigation").get_by_role("button", name="Rapport").click()
    tabs.filter(has_text="Home").click()
    expect(home).to_contain_text("My leads")
    tabs.filter(has_text="Messages").click()
    screen.say("/crm lead new Lena Late")
    screen.whisper("Created LD-")

    def answer_late(route: Route) -> None:
        answer = route.fetch()
        time.sleep(2)  # the app draws it meanwhile
        route.fulfill(response=answer)

    screen.page.route("**/page/home?*", answer_late)
    with screen.page.expect_response(re.compile("/page/home\\?")):
        tabs.filter(has_text="Home").click()
    screen.page.wait_for_timeout(200)
    expect(home).to_contain_text("Lena Late")


def test_one_becomes_somebody_else_and_a_link_remembers_whom(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SUPPORT")
    screen.page.get_by_role("button", name="You are Rita Reyes").click()
    screen.page.get_by_role("menuitemradio", name="Sofia Sato").click()
    expect(screen.page.get_by_role("button", name="You are Sofia Sato")).to_be_visible()
    expect(screen.page).to_have_url(re.compile("user=U_SOFIA"))
    screen.page.reload()
    expect(screen.page.get_by_role("button", name="You are Sofia Sato")).to_be_visible()
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("# support")


def test_an_answer_is_for_the_person_alone(sit: Sit) -> None:
    rita, ravi = sit("U_RITA", "C_GENERAL"), sit("U_RAVI", "C_GENERAL")
    rita.say("/crm OP-4")
    expect(rita.whisper("Blue Fjord fleet tracking")).to_be_visible()
    rita.say("There it is")
    expect(ravi.messages.filter(has_text="There it is")).to_be_visible()
    expect(ravi.messages.filter(has_text="Blue Fjord fleet tracking")).to_have_count(0)


def test_an_ephemeral_card_asks_in_a_dialog_before_it_deletes(sit: Sit) -> None:
    screen = sit("U_RITA", "C_GENERAL")
    screen.say("/crm customer new Fritz Final")
    ref = screen.ref("Created CU-[0-9]+ Fritz Final")
    screen.say(f"/crm {ref}")
    card = screen.whisper("owner Rita Reyes")
    screen.delete(card, answer="Cancel")
    expect(screen.page.get_by_role("alertdialog")).to_have_count(0)
    screen.form.get_by_role("button", name="Delete", exact=True).click()
    dialog = screen.page.get_by_role("alertdialog")
    expect(dialog).to_contain_text(f"{ref} Fritz Final")
    dialog.get_by_role("button", name="Delete").click()
    expect(screen.form).to_contain_text(f"Deleted {ref}")


def test_what_people_type_is_only_text(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    typed = "<img src=x onerror=bad=1> <!channel> @here <@U_RAVI>"
    screen.say("/crm lead new")
    screen.fill(name="Mallory", company=typed)
    screen.save()
    card = screen.card(screen.ref("Created LD-[0-9]+ Mallory"))
    expect(card).to_contain_text(typed)
    expect(card.locator("img, .mention")).to_have_count(0)
    assert screen.page.evaluate("window.bad") is None


def test_every_emoji_of_ours_is_drawn(sit: Sit) -> None:
    screen = sit("U_RITA", "C_GENERAL")
    for line in (
        "lead list",
        "deal list",
        "case list",
        "task list",
        "customer list",
        "account list",
        "help",
    ):
        screen.say(f"/crm {line}")
    expect(screen.whisper("What do you want to do?")).to_be_visible()
    expect(screen.page.get_by_text(re.compile(":[a-z_]+:"))).to_have_count(0)


def test_it_is_usable_on_a_phone(sit: Sit) -> None:
    screen = sit("U_RITA", "C_GENERAL", width=390, height=844)
    assert fits(screen)
    screen.page.get_by_role("button", name="Channels", exact=True).click()
    screen.page.get_by_role("navigation").get_by_role("button", name="sales").click()
    expect(screen.card("LD-5")).to_be_visible()
    assert fits(screen)
    screen.press(screen.card("LD-5"), "Edit")
    expect(screen.form.get_by_role("button", name="Save")).to_be_in_viewport()
    assert fits(screen)
    screen.fill(company="Vogt & Optician")
    screen.save()
    expect(screen.whisper("Optician")).to_be_visible()


def fits(screen: Screen) -> bool:
    """Nothing has to be pushed sideways to be seen."""
    return bool(screen.page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"))


def test_home_asked_for_in_words_is_a_link_that_opens_it(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    screen.say("/crm home")
    screen.whisper("Your Home tab shows").get_by_role("link", name="Open it").click()
    expect(screen.page.get_by_role("tabpanel", name="Home")).to_contain_text("My deals: 3 open")
