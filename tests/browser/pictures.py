"""Takes the documents' pictures in a fresh sandbox: python -m tests.browser.pictures FOLDER."""

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
    screen.fill(name="Grace Hopper", company="Compilers Inc", phone="call me maybe")
    screen.save()
    expect(screen.field("phone")).to_contain_text("is not a phone number")
    take(screen, str(folder / "lead-form"))


HOMES = (
    ("U_RITA", "home", "My deals"),
    ("U_SAM", "home-support", "My cases"),
    ("U_MONA", "home-manager", "The team"),
    ("U_ELI", "home-executive", "Biggest open deals"),
)
"""The Home tabs: whose, the name of the picture, and what is on it when it is drawn."""


def homes(browser: Browser, url: str, folder: Path) -> None:
    for user, name, drawn in HOMES:
        screen = sit(browser, url, user, "C_SUPPORT")
        screen.page.get_by_role("navigation").get_by_role("button", name="Rapport").click()
        screen.page.get_by_role("tab", name="Home").click()
        expect(screen.page.get_by_role("tabpanel", name="Home")).to_contain_text(drawn)
        take(screen, str(folder / name))


def everything(browser: Browser, url: str, folder: Path) -> None:
    screen = sit(browser, url, "U_RITA", "C_SALES")
    screen.say("/crm CU-2")
    screen.press(screen.whisper("Henrik Dahl").first, "More")
    expect(screen.form).to_contain_text("Blue Fjord")
    take(screen, str(folder / "customer-more"))
    mona = sit(browser, url, "U_MONA", "C_SALES")
    mona.press(mona.card("OP-4"), "More")
    mona.form.get_by_role("button", name="Show Timeline").click()
    expect(mona.form).to_contain_text("Deal moved")
    take(mona, str(folder / "deal-timeline"))


def case(browser: Browser, url: str, folder: Path) -> None:
    screen = sit(browser, url, "U_SAM", "C_SUPPORT")
    screen.press(screen.card("CS-4"), "Claim")
    expect(screen.card("CS-4")).to_contain_text("Sam Silva")
    screen.say("/crm case note CS-4 It began with the new router in hall 2")
    screen.say("/crm case reply CS-4 We see it too. New firmware is on its way.")
    expect(screen.card("CS-4")).to_contain_text("New firmware is on its way")
    screen.card("CS-4").locator("button.replies").click()
    expect(screen.thread).to_contain_text("New firmware")
    screen.page.mouse.move(0, 0)
    take(screen, str(folder / "case-card"), screen.card("CS-4"))


def roles(browser: Browser, url: str, folder: Path) -> None:
    screen = sit(browser, url, "U_ADA", "C_GENERAL")
    screen.say("/crm role list")
    expect(screen.whisper("9 roles")).to_be_visible()
    screen.page.mouse.move(0, 0)
    take(screen, str(folder / "roles"))


def rule(browser: Browser, url: str, folder: Path) -> None:
    """A rule that is said back, and the form in which one is built."""
    screen = sit(browser, url, "U_ADA", "C_GENERAL")
    screen.say(
        "/crm rule new when lead is created where source = website then assign round-robin "
        'team:sales, task "Call" +1d'
    )
    expect(screen.whisper("those at work first")).to_be_visible()
    screen.say("/crm rule build")
    screen.fill(about="deal", detail="amount > 50k", then="dm owner, post #sales")
    screen.choose("when", "Begins to fit")
    take(screen, str(folder / "rule"))


def shape(browser: Browser, url: str, folder: Path) -> None:
    """A noun of one's own: the line that makes it, its form, and its card."""
    screen = sit(browser, url, "U_ADA", "C_GENERAL")
    screen.say(
        "/crm object new Delivery prefix=DY channel=#general "
        'fields="Weight decimal, Arrives day, State choice (Packed, Sent, There)"'
    )
    expect(screen.whisper("Created OB-")).to_be_visible()
    screen.say("/crm delivery new Lamps for the quay weight=12.5 arrives=friday state=packed")
    expect(screen.card("DY-1")).to_contain_text("Lamps for the quay")
    screen.say("/crm field new")
    screen.choose("about", "Deal")
    screen.fill(name="Contract type", options="Annual, Monthly, Pre-paid")
    screen.choose("kind", "Choice of one")
    screen.page.mouse.move(0, 0)
    take(screen, str(folder / "own-field"))
    screen.save()
    expect(screen.whisper("Created FD-")).to_be_visible()
    screen.page.mouse.move(0, 0)
    take(screen, str(folder / "own-noun"))


def pipelines(browser: Browser, url: str, folder: Path) -> None:
    """A deal goes to another pipeline, and the form asks for a stage of that one."""
    screen = sit(browser, url, "U_ADA", "C_GENERAL")
    screen.say('/crm pipeline new Renewals stages="Due 20%, Talking 60%, Renewed like won"')
    expect(screen.whisper("Created OT-")).to_be_visible()
    screen.say("/crm deal edit OP-2 pipeline=renewals")
    expect(screen.page.get_by_text("Choose the one to move to")).to_be_visible()
    screen.page.mouse.move(0, 0)
    take(screen, str(folder / "pipelines"))


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
        for picture in (
            homes,
            everything,
            case,
            roles,
            shape,
            channel,
            form,
            pipelines,
            digest,
            rule,
        ):
            picture(browser, url, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
