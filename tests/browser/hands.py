"""The hands of a person: with a mouse, on a phone, or with a keyboard alone. They count their taps.

A tap is a button or an option that is pressed. To type, and to look for the place, is none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Sit
from tests.browser.screen import Screen

LOOKS = 200
"""How often it is looked whether the page shows what the bot drew last."""
ROUNDS = 5
"""How often somebody looks where the focus is on the way to a button."""
STEPS = """target => {
  const within = document.querySelector("dialog[open] form:not([hidden])") || document;
  const all = [...within.querySelectorAll("a[href], button, input, select, textarea, [tabindex]")].filter(
    (one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }));
  return [all.indexOf(document.activeElement), all.indexOf(target)];
}"""
"""The place of the focus and that of a target among all that Tab stops at."""
FOCUSED = "target => target === document.activeElement"


@dataclass(frozen=True)
class Way:
    """How somebody works: the size of the window, and what the hands hold."""

    name: str
    width: int = 1280
    height: int = 800

    @property
    def is_phone(self) -> bool:
        return self.name == "phone"


WAYS = (Way("desktop"), Way("phone", 390, 844), Way("keyboard"))


class Hands:
    """Does what one person does, in one way."""

    def __init__(self, sit: Sit, way: Way, user: str, channel: str) -> None:
        self.way, self.user, self.taps = way, user, 0
        self.screen: Screen = sit(user, channel, way.width, way.height, touch=way.is_phone)
        self.page = self.screen.page

    @contextmanager
    def taking(self, most: int) -> Iterator[None]:
        """Do something that takes no more taps than this."""
        before = self.taps
        yield
        assert self.taps - before <= most, f"{self.taps - before} taps in place of {most}"

    # ── the hands ─────────────────────────────────────────────────────────────────────────────────

    def press(self, target: Locator) -> None:
        """Press a button."""
        expect(target).to_be_visible()
        self.taps += 1
        if self.way.is_phone:
            target.tap()
        elif self.way.name == "keyboard":
            self.reach(target)
            self.page.keyboard.press("Enter")
        else:
            target.click()

    def button(self, where: Locator, label: str) -> None:
        self.press(where.get_by_role("button", name=label, exact=True).last)

    def choose(self, where: Locator, action: str, wanted: str, typed: str = "") -> None:
        """Open a menu of values and take one: two taps.

        Args:
            where: The message or tab with the menu.
            action: The action of the menu.
            wanted: The option.
            typed: What is typed to find it.
        """
        box = where.locator(f'input[role=combobox][data-action-id^="{action}"]').last
        self.press(box)
        if typed:
            self.page.keyboard.type(typed)
        option = self.page.get_by_role("option").filter(has_text=wanted).first
        expect(option).to_be_visible()
        self.taps += 1
        if self.way.name == "keyboard":
            while option.get_attribute("data-active") is None:
                self.page.keyboard.press("ArrowDown")
            self.page.keyboard.press("Enter")
        elif self.way.is_phone:
            option.tap()
        else:
            option.click()

    def type(self, field: str, text: str) -> None:
        """Write into an input of the form on top."""
        target = self.screen.field(field).locator("input, textarea").first
        expect(target).to_be_visible()
        if self.way.name == "keyboard":
            self.reach(target)
            self.page.keyboard.type(text)
        else:
            target.fill(text)

    def save(self) -> None:
        """Press the button that sends the form on top, and wait until it is gone."""
        count = self.screen.form.count()
        self.press(self.screen.form.locator("button[type=submit]"))
        expect(self.screen.form).to_have_count(count - 1)

    def reach(self, target: Locator) -> None:
        """Move the focus to something with Tab alone."""
        for _ in range(ROUNDS):
            if target.evaluate(FOCUSED):
                return
            start, end = target.evaluate(STEPS)
            assert end >= 0, f"Tab never stops at {target}"
            for _ in range(abs(end - start) if start >= 0 else 1):
                self.page.keyboard.press("Tab" if end > start else "Shift+Tab")
        assert target.evaluate(FOCUSED), f"Tab does not lead to {target}"

    # ── the places ────────────────────────────────────────────────────────────────────────────────

    def go(self, name: str, tab: str = "") -> None:
        """Go to a channel or, with a tab, to the app; that is no tap of an act."""
        before = self.taps
        if self.way.is_phone:
            self.button(self.page.locator(".topbar"), "Channels")
        entry = self.page.get_by_role("navigation").locator("button", has_text=name)
        self.press(entry)
        if tab:
            self.turn_to(tab)
        self.taps = before

    def turn_to(self, tab: str) -> None:
        """Turn to a tab of the app; with the keyboard, by an arrow."""
        wanted = self.page.get_by_role("tab", name=tab)
        if wanted.get_attribute("aria-selected") == "true":
            return
        if self.way.name == "keyboard":
            self.reach(self.page.locator("[role=tab][aria-selected=true]"))
            self.page.keyboard.press("ArrowRight" if tab == "Messages" else "ArrowLeft")
        else:
            wanted.click()
        expect(wanted).to_have_attribute("aria-selected", "true")

    def home(self) -> Locator:
        """Look at the Home tab as it is now: the bot draws it anew whenever somebody comes."""
        panel = self.page.get_by_role("tabpanel", name="Home")
        with self.page.expect_response(lambda answer: answer.url.endswith("/open_home")):
            if panel.is_visible():
                self.turn_to("Messages")
            elif not self.page.get_by_role("tab").count():
                self.go("Rapport")
            self.turn_to("Home")
        for _ in range(LOOKS):
            kept = self.page.request.get(f"{self.screen.url}/page/home?user={self.user}").json()
            newest = kept["view"]["blocks"][-1]["block_id"]
            if panel.locator(f'[data-block-id="{newest}"]').count():
                break
        expect(panel).to_contain_text("Updated")
        return panel

    def fits(self) -> None:
        """Nothing has to be pushed sideways to be read."""
        assert self.page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")

    def close(self) -> None:
        """Close what is open on top."""
        before = self.taps
        self.press(self.screen.form.get_by_role("button", name="Close", exact=True).first)
        expect(self.screen.form).to_have_count(0)
        self.taps = before
