"""A sandbox for each file, a Chromium for all, and a window for whoever a test plays."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.screen import Screen, chromium
from tests.processes import sandbox

Sit = Callable[..., Screen]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that stands here needs Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as address:
        yield address


@pytest.fixture
def sit(browser: Browser, url: str) -> Iterator[Sit]:
    """`sit("U_RITA", "C_SALES")` opens a window as a person in a channel; nothing may go wrong in
    it.
    """
    screens: list[Screen] = []

    def sit(
        user: str, channel: str, width: int = 1280, height: int = 800, touch: bool = False
    ) -> Screen:
        page = browser.new_page(viewport={"width": width, "height": height}, has_touch=touch)
        screen = Screen(page, url)
        screens.append(screen)
        return screen.visit(user, channel)

    yield sit
    for screen in screens:
        screen.page.context.close()
    assert [trouble for screen in screens for trouble in screen.troubles] == []
