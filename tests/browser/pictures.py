"""Takes the README's pictures in a fresh sandbox: python -m tests.browser.pictures FOLDER."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Locator, ViewportSize, expect

from tests.browser.screen import Screen, chromium
from tests.processes import sandbox

SIZE: ViewportSize = {"width": 1280, "height": 800}


def sit(browser: Browser, url: str, user: str, channel: str) -> Screen:
    """A window without the hint for newcomers."""
    page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
    page.add_init_script("localStorage.setItem('sandbox-hint-seen', 'yes')")
    return Screen(page, url).visit(user, channel)


def take(screen: Screen, name: str, top: Locator | None = None) -> None:
    """Take a picture of the window. top: what is to stand at its upper edge."""
    if top:
        top.evaluate("element => element.scrollIntoView({block: 'start'})")
        screen.page.evaluate("window.scrollTo(0, 0)")
    screen.page.screenshot(path=f"{name}.png")
    print(f"{name}.png")


def channel(browser: Browser, url: str, folder: Path) -> None:
    screen = sit(browser, url, "U_RITA", "C_SALES")
    expect(screen.card("LD-5")).to_be_visible()
    card = screen.card("OP-4")
    screen.turn(card, "Negotiation")
    expect(card).to_contain_text("Negotiation")
    card.locator("button.replies").click()
    screen.thread.get_by_role("textbox").fill("@crm log call this Henrik signs on Friday")
    screen.thread.get_by_role("textbox").press("Enter")
    expect(screen.thread).to_contain_text("Undo")
    screen.page.mouse.move(0, 0)
    take(screen, str(folder / "sandbox"), card)


def form(browser: Browser, url: str, folder: Path) -> None:
    screen = sit(browser, url, "U_RITA", "C_SALES")
    expect(screen.card("LD-5")).to_be_visible()
    screen.say("/crm lead new")
    screen.fill(
        first_name="Grace", last_name="Hopper", company="Compilers Inc", phone="call me maybe"
    )
    screen.save()
    expect(screen.field("phone")).to_contain_text("is not a phone number")
    take(screen, str(folder / "lead-form"))


def home(browser: Browser, url: str, folder: Path) -> None:
    screen = sit(browser, url, "U_RITA", "C_SALES")
    screen.page.get_by_role("navigation").get_by_role("button", name="Rapport").click()
    screen.page.get_by_role("tab", name="Home").click()
    expect(screen.page.get_by_role("tabpanel", name="Home")).to_contain_text("My deals")
    take(screen, str(folder / "home"))


def digest(browser: Browser, url: str, folder: Path) -> None:
    screen = sit(browser, url, "U_MONA", "D_MONA")
    screen.to_next_working_morning()
    message = screen.messages.filter(has_text="Sales since").last
    expect(message.get_by_role("figure")).to_be_visible()
    screen.page.mouse.move(0, 0)
    take(screen, str(folder / "digest"), message)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sandbox(Path(place)) as url, chromium() as browser:
        for picture in (channel, home, form, digest):
            picture(browser, url, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
