"""Every line that a page for people says one may type is understood, and answered as it says."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
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

PAGES = {
    "README.md": {seed.RITA, seed.SAM, seed.MONA},
    "docs/rep.md": {seed.RITA},
    "docs/support.md": {seed.SAM},
    "docs/manager.md": {seed.MONA},
    "docs/admin.md": {seed.ADA},
    "docs/shape.md": {seed.ADA},
    "docs/pipelines.md": {seed.ADA},
    "docs/packs.md": {seed.ADA},
    "docs/approvals.md": {seed.SAM, seed.MONA, seed.ADA, seed.RITA},
    "docs/rules.md": {seed.ADA},
}
"""The pages for people, and who types on each."""
FOR_ALL = ("README.md", "docs/packs.md", "docs/approvals.md")
"""The pages that are for more than one role."""
CONVERSATION = re.compile(
    r"^```conversation (?P<person>\w+)\n(?P<lines>.*?)^```$", re.DOTALL | re.MULTILINE
)
BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
IN_PASSING = re.compile(r"`(/crm [^`]+)`")
PUZZLED = (
    "I didn't understand",
    "There is no ",
    "Which ",
    "Whose ",
    "It is not clear",
    "A filter ",
    "Nobody here",
    "Something went",
    "You may not",
)
"""How an answer begins to a line that was not understood, or refused."""
UNREAD = ("was searched for as words", " has no field “")
"""What an answer says about words that it could not use."""
LONGEST = 150
"""The most lines of a page for a role."""


@dataclass
class Exchange:
    """What somebody types, and what the page says the answer has in it."""

    person: str
    typed: str
    answer: list[str] = field(default_factory=list)


def exchanges(page: str) -> Iterator[Exchange]:
    """The conversations of a page in their order, then what it names in passing."""
    text = (ROOT / page).read_text(encoding="utf-8")
    person = seed.RITA
    for part in CONVERSATION.finditer(text):
        person = part["person"]
        said: list[Exchange] = []
        for line in part["lines"].splitlines():
            if line.startswith("/"):
                said.append(Exchange(person, line))
            else:
                said[-1].answer.append(line.strip())
        yield from said
    if page != "README.md":  # whose examples are tried in test_examples
        for typed in dict.fromkeys(IN_PASSING.findall(BLOCK.sub("", text))):
            yield Exchange(person, typed.replace("\\|", "|"))  # as it is written in a table


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a company on the day it opens."""
    file = tmp_path_factory.mktemp("company") / "sandbox.db"
    clock = StoppedClock()
    with closing(create_works(settings_for(f"sqlite:///{file}"), clock)) as works:
        schema.upgrade(works.engine)
        furnish(works, clock)
    return file


@pytest.fixture
def desk(company: Path, tmp_path: Path) -> Iterator[SlackDriver]:
    """The company of the sandbox, on the day it opens."""
    shutil.copytree(company.parent, tmp_path, dirs_exist_ok=True)
    clock = StoppedClock()
    works = create_works(settings_for(f"sqlite:///{tmp_path / company.name}"), clock)
    dispatcher = create_dispatcher(works)
    slack = Slack(manifest(dispatcher.catalogue), seed.PEOPLE, seed.CHANNELS, clock, seed.TEAM)
    with serve(slack, port=0):
        app = create_app(installed(slack), dispatcher, slack.signing_secret)
        yield SlackDriver(slack, Direct(app, slack.signing_secret, time.time), channel="C_GENERAL")
    works.engine.dispose()


def answer_to(desk: SlackDriver, person: str, typed: str) -> str:
    """What a person is told, or the words of the form that opens, which is closed again."""
    desk.command(typed, user=person)
    if desk.modal is None:
        return unescape(desk.last.text)
    words = desk.modal.words
    assert ":warning:" not in words, (typed, words)
    desk.close(user=person)
    return words


@pytest.mark.parametrize("page", PAGES)
def test_every_line_of_a_page_is_answered_as_it_says(desk: SlackDriver, page: str) -> None:
    said = list(exchanges(page))
    assert {each.person for each in said} == PAGES[page]
    for each in said:
        answer = answer_to(desk, each.person, each.typed)
        assert not answer.startswith(PUZZLED), (each.typed, answer)
        assert not any(word in answer for word in UNREAD), (each.typed, answer)
        assert not each.answer or answer.partition("\n")[0] == each.answer[0], each.typed
        for line in each.answer[1:]:
            assert line in answer.splitlines(), (each.typed, answer)


def test_a_line_that_is_refused_is_found(desk: SlackDriver) -> None:
    for typed in ("/crm frobnicate OP-4", "/crm deal list colour = red", "/crm won OP-99"):
        answer = answer_to(desk, seed.RITA, typed)
        assert answer.startswith(PUZZLED) or any(word in answer for word in UNREAD), answer


@pytest.mark.parametrize("page", [page for page in PAGES if page not in FOR_ALL])
def test_a_page_for_a_role_is_short_and_says_whether_a_reply_is_sent(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert "does not send" in text or "nothing is sent to a customer yet" in text
    assert "](pictures/" in text
