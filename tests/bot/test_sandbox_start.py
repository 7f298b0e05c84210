"""The sandbox as a whole: the small Slack, its company, and the bot connected to it as to the real
one.
"""

import json
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from bot.cli.run import main
from bot.runner import prepare
from bot.sandbox import history, seed
from bot.sandbox.start import furnish, mornings, opened, settings_for
from models.activities.activity import Activity
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.customers.customer import Customer
from models.maintenance import schema
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.processes import read_until, started

Json = dict[str, Any]
T = TypeVar("T")
WAIT = 20.0


def eventually(look: Callable[[], T]) -> T:
    """What `look` sees, as soon as it sees something."""
    deadline = time.monotonic() + WAIT
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return seen


class Page:
    """What the page in the browser asks for, asked without a browser."""

    def __init__(self, url: str) -> None:
        self.url = url

    def look(self, what: str, user: str, **about: str) -> Json:
        with urlopen(f"{self.url}/page/{what}?{urlencode({'user': user, **about})}") as answer:
            return dict(json.load(answer))

    def act(self, what: str, user: str, **about: str) -> Json:
        body = json.dumps({"user": user, **about}).encode()
        with urlopen(
            Request(f"{self.url}/page/{what}", body, {"content-type": "application/json"})
        ) as answer:
            return dict(json.load(answer))

    def texts(self, user: str, channel: str) -> list[str]:
        return [
            message["text"] for message in self.look("messages", user, channel=channel)["messages"]
        ]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database of the page, named so that it stays."""
    return f"sqlite:///{tmp_path_factory.mktemp('kept') / 'kept.db'}"


@pytest.fixture(scope="module")
def page(kept: str) -> Iterator[Page]:
    with opened(0, kept, pace=0) as url:
        yield Page(url)


def test_the_bot_is_connected_when_it_opens(page: Page) -> None:
    with urlopen(page.url) as answer:
        assert answer.status == 200
    assert page.look("state", seed.RITA)["connected"]


def test_the_people_and_commands_of_the_company_are_there(page: Page) -> None:
    state = page.look("state", seed.MONA)
    assert state["team"]["name"] == seed.TEAM[1]
    assert {member.id for member in seed.PEOPLE} < {user["id"] for user in state["users"]}
    assert "/crm" in [each["command"] for each in state["commands"]]


def test_a_few_cards_stand_in_the_channels_and_no_old_news(page: Page) -> None:
    def cards() -> list[str]:
        here = [*page.texts(seed.RITA, "C_SALES"), *page.texts(seed.RITA, "C_SUPPORT")]
        found = [text.split()[0] for text in here if re.match(r"[A-Z]{2}-\d", text)]
        return found if len(found) >= len(seed.KEPT) else []

    assert sorted(eventually(cards)) == sorted(seed.KEPT)


def test_a_command_is_answered(page: Page) -> None:
    assert page.act("command", seed.RITA, channel="C_GENERAL", text="/crm find northwind") == {
        "ok": True
    }
    assert any(
        "Northwind" in text for text in eventually(lambda: page.texts(seed.RITA, "C_GENERAL"))
    )


def to_next_working_morning(page: Page, user: str, zone: str) -> None:
    """Press the button for the next morning, until it is a working day."""
    now = datetime.fromisoformat(page.look("state", user)["now"]).astimezone(ZoneInfo(zone))
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while morning.isoweekday() > 5:
        morning += timedelta(days=1)
    page.act("clock", user, to=morning.astimezone(UTC).isoformat())


def test_on_the_next_working_morning_the_manager_gets_the_digest(page: Page) -> None:
    to_next_working_morning(page, seed.MONA, "Europe/Berlin")
    text = eventually(lambda: page.texts(seed.MONA, "D_MONA"))[0]
    assert text.startswith("Sales since ")
    assert "Won: Sundaram spare parts (OP-6), €14,000, Ravi Rao" in text
    assert "Late" not in text


def test_the_digest_is_on_time_also_when_somebody_farther_west_moves_the_clock(page: Page) -> None:
    page.look("state", seed.MONA)  # which opens her direct messages
    known = len(page.texts(seed.MONA, "D_MONA"))
    to_next_working_morning(page, seed.SAM, "Europe/Lisbon")

    def digests() -> list[str]:
        new = page.texts(seed.MONA, "D_MONA")[known:]
        return [text for text in new if "since" in text]

    assert not any("Late" in text for text in eventually(digests))


def test_the_clock_stops_at_nine_in_each_zone_on_its_way() -> None:
    start, end = datetime(2026, 12, 1, 12, tzinfo=UTC), datetime(2026, 12, 4, 9, tzinfo=UTC)
    zones = ("Europe/Berlin", "Europe/London", "Asia/Kolkata")
    assert mornings(start, end, zones) == [
        datetime(2026, 12, 4, 3, 30, tzinfo=UTC),
        datetime(2026, 12, 4, 8, tzinfo=UTC),
    ]
    assert mornings(end - timedelta(minutes=15), end, zones) == []


def counts(works: UnitOfWorkFactory) -> list[int]:
    with works(seed.TEAM[0]) as work:
        counted = (Lead, Opportunity, Case, Activity, Delivery)
        return [work.session.scalar(select(func.count(each.id))) or 0 for each in counted]


def test_the_company_is_told_once_however_often_the_sandbox_starts(
    blank_sqlite: Any, clock: Clock
) -> None:
    schema.upgrade(blank_sqlite)
    works = UnitOfWorkFactory(blank_sqlite, clock)
    before = clock()
    furnish(works, clock)
    assert clock() == before  # the story ends in the present
    first = counts(works)
    assert first[:2] == [told("lead new"), told("deal new") + told("lead convert")]
    assert first[2:4] == [told("case new"), told("task new") + told("log ")]
    assert 0 < first[4] <= len(seed.KEPT)
    furnish(works, clock)
    assert counts(works) == first


def told(words: str) -> int:
    return sum(line.startswith(words) for _, _, line in (*seed.STORY, *seed.before()))


def test_what_was_before_the_last_weeks_leaves_nothing_to_do(
    blank_sqlite: Any, clock: Clock
) -> None:
    schema.upgrade(blank_sqlite)
    works = UnitOfWorkFactory(blank_sqlite, clock)
    furnish(works, clock)
    with works(seed.TEAM[0], seed.MONA, writes=False) as work:
        open_ones = work.session.scalars(select(Opportunity).where(Opportunity.open()))
        assert sum(deal.amount or 0 for deal in open_ones) == 433_800
        ended = work.session.scalars(select(Opportunity).where(~Opportunity.open())).all()
        won = [deal for deal in ended if deal.stage == "won"]
        assert (len(won), len(ended) - len(won)) == (12, 6)
        assert {deal.number for deal in ended if deal.number > 9} == set(range(10, 25))
        assert work.session.scalar(select(func.count()).where(Case.open())) == 4
        tasks = work.session.scalars(select(Activity).where(Activity.type == "task")).all()
        assert sum(task.done_at is not None for task in tasks) == len(history.TASKS)
        hours = {
            each.done_at.hour for each in work.session.scalars(select(Activity)) if each.done_at
        }
        assert len(hours) >= 5


def test_days_of_the_present_are_said_from_the_past() -> None:
    assert seed.dated('task new x due="now+0d 15:00"', 4) == 'task new x due="+4d 15:00"'
    assert seed.dated('task new x due="now-1d 9:00"', 4) == 'task new x due="+3d 9:00"'
    assert seed.dated("deal new x close=now-9d", 4) == "deal new x close=-5d"
    assert seed.dated("task new now or never", 4) == "task new now or never"


# ── as processes ──────────────────────────────────────────────────────────────────────────────────


def test_without_tokens_start_is_the_sandbox_and_ctrl_c_ends_it_in_order(tmp_path: Path) -> None:
    with started(tmp_path, "start", "--port", "0") as process:
        line = read_until(process, "The sandbox is ready: ")
        assert Page(line.split()[-1]).look("state", seed.RITA)["connected"]
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=WAIT)[0]
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []


def test_with_tokens_start_is_the_bot_and_ends_in_order(page: Page, tmp_path: Path) -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-sandbox", "SLACK_APP_TOKEN": "xapp-sandbox"}
    with started(tmp_path, "start", **tokens, SLACK_API_URL=f"{page.url}/api/") as process:
        read_until(process, "Rapport is running. Type /crm in Slack.")
        process.terminate()
        rest = process.communicate(timeout=WAIT)[0]
    assert process.returncode == 0
    assert "Stopping: finishing what is in hand" in rest
    assert "Traceback" not in rest
    assert (tmp_path / "rapport.db").exists()


@pytest.mark.usefixtures("signals")
def test_a_taken_port_is_explained(page: Page, kept: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = CliRunner().invoke(main, ["sandbox", "--port", str(port), "--database", kept])
    assert done.exit_code == 1
    assert done.output == f"Error: Port {port} is taken. Try: crm sandbox --port {port + 1}\n"


def test_a_database_that_is_named_keeps_what_is_done(page: Page, kept: str) -> None:
    page.act("command", seed.RITA, channel="C_GENERAL", text="/crm customer new Zoë Kept")
    with closing(prepare(settings_for(kept))) as works, works(seed.TEAM[0]) as work:
        assert work.session.query(Customer).filter_by(last_name="Kept").count() == 1


def test_the_sandbox_talks_to_its_own_slack() -> None:
    settings = settings_for("sqlite:///x.db", "http://127.0.0.1:3000")
    assert settings.slack_api_url == "http://127.0.0.1:3000/api/"
    assert not settings_for("sqlite:///x.db").slack_api_url
