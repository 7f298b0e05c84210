"""A company that is kept: what was done, what was said, and how late it is, at the next start."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine

from bot.cli.run import main
from bot.sandbox import keeping, seed
from bot.sandbox.entities import Json
from bot.sandbox.start import opened
from models.maintenance import schema

OLDER = "0023"
"""A step of the migrations before the newest."""


class Sight:
    """What the page of one person asks for."""

    def __init__(self, url: str, user: str = seed.RITA) -> None:
        self.url, self.user = url, user

    def look(self, what: str, **about: str) -> Json:
        with urlopen(f"{self.url}/page/{what}?{urlencode({'user': self.user, **about})}") as answer:
            return dict(json.load(answer))

    def act(self, what: str, **about: object) -> Json:
        body = json.dumps({"user": self.user, **about}).encode()
        sent = Request(f"{self.url}/page/{what}", body, {"content-type": "application/json"})
        with urlopen(sent) as answer:
            return dict(json.load(answer))

    def texts(self, channel: str) -> list[str]:
        return [each["text"] for each in self.look("messages", channel=channel)["messages"]]

    def now(self) -> datetime:
        return datetime.fromisoformat(self.look("state")["now"])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "company.db"


@pytest.fixture(scope="module")
def before(file: Path) -> Json:
    """What there was when the sandbox ended for the first time; afterwards its tables grow old."""
    with opened(0, pace=0, keep=file) as url:
        rita = Sight(url)
        rita.act("message", channel="C_GENERAL", text="Remember me")
        rita.act("command", channel="C_GENERAL", text="/crm customer new Zoë Kept")
        rita.act("clock", forward=50 * 3600)
        known = rita.look("state") | {"texts": rita.texts("C_GENERAL")}
    engine = create_engine(f"sqlite:///{file}")
    step = next(each.stem for each in schema.STEPS.glob(f"versions/{OLDER}_*.py"))
    schema.downgrade(engine, step.partition("_")[0])
    assert schema.current(engine) != schema.head()
    engine.dispose()
    return known


@pytest.fixture(scope="module")
def rita(before: Json, file: Path) -> Iterator[Sight]:
    with opened(0, pace=0, keep=file) as url:
        yield Sight(url)


def test_what_was_done_and_said_is_there_again(rita: Sight, before: Json) -> None:
    assert "Remember me" in rita.texts("C_GENERAL")
    rita.act("command", channel="C_GENERAL", text="/crm find Kept")
    assert any("Zoë Kept" in text for text in rita.texts("C_GENERAL"))


def test_what_only_one_person_saw_is_gone_as_in_slack(before: Json, rita: Sight) -> None:
    assert any("Created CU-" in text for text in before["texts"])
    assert not any("Created CU-" in text for text in rita.texts("C_GENERAL"))


def test_the_clock_goes_on_from_where_it_stood(rita: Sight, before: Json) -> None:
    gone = rita.now() - datetime.fromisoformat(before["now"])
    assert timedelta(0) < gone < timedelta(hours=1)


def test_it_is_the_same_company_and_the_page_knows_where_it_is_kept(
    rita: Sight, before: Json, file: Path
) -> None:
    state = rita.look("state")
    assert state["company"] == before["company"]
    assert state["kept"] == str(file)


def test_tables_of_an_older_version_are_brought_up_to_date(rita: Sight, file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    assert schema.current(engine) == schema.head()
    engine.dispose()


def test_the_file_is_replaced_as_a_whole(file: Path, rita: Sight) -> None:
    beside = keeping.beside(file)
    assert sorted(each.name for each in file.parent.glob("*.json*")) == [beside.name]
    assert json.loads(beside.read_text(encoding="utf-8"))["messages"]


def test_a_company_that_is_not_kept_is_another_one_each_time() -> None:
    companies = set()
    for _ in range(2):
        with opened(0, pace=0) as url:
            state = Sight(url).look("state")
            companies.add(state["company"])
            assert state["kept"] == ""
    assert len(companies) == 2


def test_a_file_and_a_database_are_not_both_named() -> None:
    done = CliRunner().invoke(main, ["sandbox", "--keep", "x.db", "--database", "sqlite:///y.db"])
    assert done.exit_code == 2
    assert "Say either --keep or --database." in done.output
