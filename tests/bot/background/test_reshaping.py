"""The index of a field on a noun with many records is filled in the background, and never lies."""

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from bot.app import create_background
from bot.background import worker as module
from bot.background.worker import BackgroundWorker
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.background import queue
from models.core.background.task import BackgroundTask, TaskState
from models.core.custom import indexing
from models.core.custom.custom_field import COMING, CustomField
from models.core.custom.indexed import CustomValue
from models.core.errors import Invalid
from models.core.search.query import list_records
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.handlers.admin.test_custom_fields import ADA, added, answer
from tests.handlers.kit import found, told
from tests.many import many_leads
from tests.processes import ROOT, environment

pytestmark = pytest.mark.dialect
MANY, MOST = 30, 240


@pytest.fixture
def worker(works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch) -> BackgroundWorker:
    monkeypatch.setattr(module, "LEAST_REST", 0.0)
    monkeypatch.setattr(module, "LONGEST_REST", 0.0)
    monkeypatch.setattr(indexing, "AT_ONCE", 5)
    return create_background(works)


def filled(works: UnitOfWorkFactory, codes: dict[int, str], count: int = MANY) -> list[int]:
    """So many leads with a code each, of which some are chosen; returns their ids."""
    ids = many_leads(works, count)
    added(works, "lead", "Code")
    with works("T1", ADA) as work:
        for at, id in enumerate(ids):
            work.get(Lead, id).x_code = codes.get(at, f"C{at}")
    return ids


def wanted(works: UnitOfWorkFactory, **texts: str) -> None:
    """An admin wants something else of the field."""
    with works("T1", ADA, "command") as work:
        records.update(work, work.find(CustomField, 1), texts)


def pieces(worker: BackgroundWorker, count: int) -> None:
    """Do some pieces of the next task, and let it go."""
    claim = worker.claim("T1")
    assert claim
    assert worker.prepare(claim)
    for _ in range(count):
        worker.piece(claim)
    worker.give_back(claim)


def rows(works: UnitOfWorkFactory) -> int:
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.count(CustomValue.id))) or 0


def last_task(works: UnitOfWorkFactory) -> BackgroundTask:
    with works("T1", writes=False) as work:
        return queue.latest(work, 1)[0]


def leads_with(works: UnitOfWorkFactory, asked: str) -> list[int]:
    with works("T1", ADA, writes=False) as work:
        return sorted(each.id for each in list_records(work, Lead, asked).records)


def code(works: UnitOfWorkFactory, id: int, text: str) -> None:
    """Somebody gives a lead a code."""
    with works("T1", ADA) as work:
        records.update(work, work.get(Lead, id), {"x_code": text})


def kind(works: UnitOfWorkFactory) -> Any:
    with works("T1", writes=False):
        return Lead.fields()["x_code"]


def test_a_filter_is_right_before_and_after_the_index_is_there(
    works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = filled(works, {3: "same", 20: "same"})
    wanted(works, filterable="yes")
    assert rows(works) == 0
    pieces(worker, 1)
    code(works, ids[4], "same")  # before what is filled by now, and after it
    code(works, ids[25], "same")
    assert 0 < rows(works) < MANY
    assert (kind(works).filling, kind(works).filterable) == (True, False)
    assert leads_with(works, "code = same") == [ids[at] for at in (3, 4, 20, 25)]
    worker.drain()
    assert (kind(works).filling, kind(works).filterable) == (False, True)
    assert rows(works) == MANY
    assert leads_with(works, "code = same") == [ids[at] for at in (3, 4, 20, 25)]
    assert last_task(works).state == TaskState.DONE


def test_a_field_is_unique_only_when_all_records_were_looked_through(
    slack: SlackDriver, works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = filled(works, {})
    slack.command("/crm field edit FD-1 unique=yes", user=ADA)
    assert f"Unique: no → {COMING}" in told(slack)
    pieces(worker, 1)
    code(works, ids[4], "C25")  # nobody is refused wrongly: it is not unique yet
    code(works, ids[25], "free again")
    worker.drain()
    slack.command("/crm FD-1", user=ADA)
    assert "*Unique:* yes" in slack.last.words
    assert COMING not in slack.last.words
    with pytest.raises(Invalid, match="There is already"):
        code(works, ids[7], "c25")
    code(works, ids[7], "C7")


def test_doubles_are_named_and_the_field_stays_not_unique(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    worker: BackgroundWorker,
    courier: DeliveryDispatcher,
) -> None:
    ids = filled(works, {3: "same", 20: "SAME"})
    slack.command("/crm field edit FD-1 unique=yes", user=ADA)
    pieces(worker, 1)
    code(works, ids[22], "C1")
    worker.drain()
    courier.drain()
    said = slack.posted(ADA)[-1].text
    for part in (
        "Stopped. Looked through",
        "Code stays not unique: LD-2 and LD-23 both have “C1”.",
        "LD-4 and LD-21 both have “same”.",
        "field edit FD-1 unique=yes",
    ):
        assert part in said, said
    assert found(works, CustomField).is_unique is False
    code(works, ids[5], "same")
    for at in (5, 20, 22):
        code(works, ids[at], f"other {at}")
    slack.command("/crm field edit FD-1 unique=yes", user=ADA)
    worker.drain()
    assert kind(works).unique
    with pytest.raises(Invalid, match="There is already"):
        code(works, ids[7], "same")


def test_what_was_unique_once_and_changed_since_is_looked_at_again(
    works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = filled(works, {at + 20: f"mine {at}" for at in range(7)})
    wanted(works, is_unique="yes")
    worker.drain()
    wanted(works, is_unique="no")
    for at in range(7):
        code(works, ids[at + 20], f"another {at}")
        code(works, ids[at], f"mine {at}")
    wanted(works, is_unique="yes")
    worker.drain()
    assert kind(works).unique
    with pytest.raises(Invalid, match="There is already"):
        code(works, ids[8], "mine 1")


def test_what_is_cancelled_leaves_the_field_as_it_was(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    worker: BackgroundWorker,
    courier: DeliveryDispatcher,
) -> None:
    ids = filled(works, {3: "same", 20: "same"})
    slack.command("/crm field edit FD-1 unique=yes filterable=yes", user=ADA)
    pieces(worker, 1)
    courier.drain()
    message = slack.posted(ADA)[-1]
    assert "Looking through 30 leads: Code" in message.text
    slack.click("crm.background", message, user=ADA)
    worker.drain()
    courier.drain()
    assert "is not unique" in slack.posted(ADA)[-1].text
    field = found(works, CustomField)
    assert (field.is_unique, field.filterable, field.filling) == (False, False, None)
    assert leads_with(works, "code = same") == [ids[3], ids[20]]
    wanted(works, filterable="yes")
    worker.drain()
    assert kind(works).filterable
    assert leads_with(works, "code = same") == [ids[3], ids[20]]


def test_what_an_admin_changes_meanwhile_counts(
    slack: SlackDriver, works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    filled(works, {3: "same", 20: "same"})
    wanted(works, is_unique="yes")
    pieces(worker, 1)
    wanted(works, is_unique="no")
    worker.drain()
    assert last_task(works).state == TaskState.CANCELLED
    wanted(works, is_unique="yes", filterable="yes")
    pieces(worker, 1)
    wanted(works, is_unique="no")  # it is to be quick to filter by all the same
    worker.drain()
    assert last_task(works).state == TaskState.DONE
    assert (kind(works).unique, kind(works).filterable) == (False, True)
    wanted(works, filterable="no")
    wanted(works, filterable="yes")
    slack.command("/crm field delete FD-1 --yes", user=ADA)
    assert "Deleted" in told(slack), answer(slack)
    worker.drain()
    assert last_task(works).state == TaskState.CANCELLED
    slack.command("/crm restore FD-1", user=ADA)
    worker.drain()
    assert kind(works).filterable
    assert len(leads_with(works, "code = same")) == 2


def test_a_process_that_is_killed_leaves_the_rest_to_another(
    works: UnitOfWorkFactory,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 5)
    filled(works, {}, MOST)
    wanted(works, is_unique="yes")
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.bot.background.killed", url]
    with subprocess.Popen(command, cwd=ROOT, env=environment()) as process:
        try:
            while not last_task(works).done and process.poll() is None:
                time.sleep(0.01)
        finally:
            process.kill()
    done = last_task(works).done
    assert 0 < done < MOST
    assert rows(works) == done
    assert not kind(works).unique
    later = Clock()
    later.forward(queue.LEASE + timedelta(seconds=1))
    create_background(UnitOfWorkFactory(engine, later)).drain()
    assert (last_task(works).done, last_task(works).state) == (MOST, TaskState.DONE)
    assert rows(works) == MOST
    assert kind(works).unique
