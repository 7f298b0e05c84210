"""The README's walk through the sandbox goes as it says there."""

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from bot.app import create_app, create_dispatcher, create_works
from bot.manifest import manifest
from bot.sandbox import seed
from bot.sandbox.client import SlackDriver
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.start import furnish, settings_for
from bot.sandbox.transport import Direct
from models.maintenance import schema
from tests.docs.generated import ROOT
from tests.ground import StoppedClock
from tests.installed import installed

CONVERSATION = re.compile(
    r"^```conversation (?P<person>\w+)\n(?P<lines>.*?)^```$", re.DOTALL | re.MULTILINE
)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def exchanges() -> Iterator[tuple[str, str, str]]:
    """(who, what they type, what the answer begins with), in the order of the README."""
    for part in CONVERSATION.finditer(README):
        lines = part["lines"].splitlines()
        for typed, answer in zip(lines[::2], lines[1::2], strict=True):
            yield part["person"], typed, answer.strip()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SlackDriver]:
    """The company of the sandbox, on the day it opens."""
    clock = StoppedClock()
    works = create_works(settings_for(f"sqlite:///{tmp_path / 'sandbox.db'}"), clock)
    schema.upgrade(works.engine)
    furnish(works, clock)
    dispatcher = create_dispatcher(works)
    slack = Slack(manifest(dispatcher.catalogue), seed.PEOPLE, seed.CHANNELS, clock, seed.TEAM)
    with serve(slack, port=0):
        app = create_app(installed(slack), dispatcher, slack.signing_secret)
        yield SlackDriver(slack, Direct(app, slack.signing_secret, time.time), channel="C_GENERAL")
    works.engine.dispose()


def test_every_line_of_the_walk_is_answered_as_the_readme_says(desk: SlackDriver) -> None:
    said = list(exchanges())
    assert {person for person, _, _ in said} == {seed.RITA, seed.SAM, seed.MONA}
    for person, typed, answer in said:
        desk.command(typed, user=person)
        assert unescape(desk.last.text).partition("\n")[0] == answer, typed
