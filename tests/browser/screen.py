"""What a person does and sees at the page, in words; and the Chromium it happens in."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
    sync_playwright,
)

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BAD, CLOSE = 400, "/page/close"
"""The status from which on something was refused, and what is refused where a view is closed."""
expect.set_options(timeout=20_000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of the system, with a profile of its own."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path, "There is no Chromium here. On Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


class Screen:
    """One person's window. What goes wrong in it is kept in `troubles`."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self.heard)
        page.on("response", self.refused)

    def heard(self, said: ConsoleMessage) -> None:
        """Keep an error that the page writes to the console."""
        if said.type == "error" and not said.location["url"].endswith(CLOSE):
            self.troubles.append(said.text)

    def refused(self, answer: Response) -> None:
        """Keep what was sent and refused, since the console does not say it."""
        if answer.status >= BAD and not answer.url.endswith(CLOSE):
            self.troubles.append(f"{answer.status} {answer.url} {answer.request.post_data}")

    def visit(self, user: str, channel: str) -> "Screen":
        self.page.goto(f"{self.url}/?user={user}&channel={channel}")
        expect(self.page.locator(".topbar")).to_be_visible()
        return self

    def say(self, text: str) -> None:
        """Type it into the conversation and send it."""
        box = self.page.locator(".conversation .composer textarea")
        box.fill(text)
        box.press("Enter")

    @property
    def messages(self) -> Locator:
        return self.page.locator(".conversation li.message")

    def card(self, ref: str) -> Locator:
        """The card of a record, where everybody sees it."""
        named = re.compile(rf" · {ref}(?![0-9])")
        return self.page.locator(".conversation li.message:not(.ephemeral)", has_text=named).last

    def whisper(self, text: str) -> Locator:
        """The newest answer that only this person sees and that says this."""
        return self.page.locator(".conversation li.ephemeral", has_text=text).last

    def ref(self, pattern: str) -> str:
        """The reference, such as LD-7, in the answer that says something like this."""
        answer = self.page.locator(".conversation li.ephemeral", has_text=re.compile(pattern)).last
        expect(answer).to_be_visible()
        found = re.search(r"\b[A-Z]{2}-\d+\b", answer.inner_text())
        assert found
        return found[0]

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def form(self) -> Locator:
        """The modal on top."""
        return self.page.locator("dialog form:not([hidden])")

    def field(self, name: str) -> Locator:
        return self.form.locator(f'[data-block-id="{name}"]')

    def fill(self, **texts: str) -> None:
        """Write into the inputs of the modal, by the names of their fields."""
        for name, text in texts.items():
            self.field(name).locator("input, textarea").first.fill(text)

    def pick(self, name: str, typed: str, wanted: str) -> None:
        """Type in a picker and take the option with this text."""
        picker = self.field(name).locator("input[role=combobox]")
        picker.click()
        picker.press_sequentially(typed)
        option = self.page.get_by_role("option").filter(has_text=wanted)
        expect(option).to_be_visible()
        option.click()

    def choose(self, name: str, wanted: str) -> None:
        """Choose in a select of the modal."""
        self.field(name).locator("input[role=combobox]").click()
        self.page.get_by_role("option", name=wanted).click()

    def turn(self, card: Locator, wanted: str) -> None:
        """Choose in the first menu that stands on a card, such as the stage of a deal."""
        card.locator("input[role=combobox]").first.click()
        self.page.get_by_role("option", name=wanted, exact=True).click()

    def delete(self, card: Locator, answer: str = "Delete") -> None:
        """Press Delete among everything about a record, and answer the question."""
        self.press(card, "More")
        self.form.get_by_role("button", name="Show Details").click()
        self.form.get_by_role("button", name="Delete", exact=True).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name=answer).click()

    def save(self) -> None:
        self.form.locator("button[type=submit]").click()

    def press(self, where: Locator, label: str) -> None:
        """Press a button of a message, or an entry of its ⋮ menu."""
        expect(where).to_be_visible()
        button = where.get_by_role("button", name=label, exact=True)
        if button.count():
            button.click()
            return
        where.locator("button.overflow").click()
        self.page.get_by_role("menuitem", name=label, exact=True).click()

    def from_menu(self, message: Locator, label: str) -> None:
        """Choose from the menu that appears over a message."""
        message.hover()
        message.locator(".tools").get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name=label).click()

    @property
    def clock(self) -> Locator:
        return self.page.get_by_role("group", name="Sandbox clock")

    def to_tomorrow(self) -> None:
        """Move the clock to nine on the next day, and wait until it is there."""
        day = self.clock.inner_text()[:3]
        self.clock.get_by_role("button", name="Tomorrow 9:00").click()
        expect(self.clock).not_to_contain_text(day)
        expect(self.clock).to_contain_text(re.compile(r"\b0?9:00"))

    def to_next_working_morning(self) -> None:
        """Move the clock to nine, tomorrow or after the weekend."""
        self.to_tomorrow()
        while re.match("Sat|Sun", self.clock.inner_text()):
            self.to_tomorrow()
