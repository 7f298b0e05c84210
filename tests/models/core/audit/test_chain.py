"""How the audit trail is sealed into a chain, whoever does it and when."""

import logging
import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from models.core import records
from models.core.audit import chain as trail
from models.core.audit import verify
from models.core.db.engine import everywhere
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from models.sales.lead import Lead
from tests.ground import StoppedClock, given
from tests.models.tampering import sealed_trail
from tests.plans import plans

pytestmark = pytest.mark.dialect


def verdict(works: UnitOfWorkFactory, workspace: str = "T1") -> verify.Verdict:
    with works(workspace, writes=False) as work:
        return verify.verify(work)


# ── sealing ───────────────────────────────────────────────────────────────────────────────────────


def test_entries_wait_unsealed_and_are_sealed_in_the_order_they_were_written(
    works: UnitOfWorkFactory,
) -> None:
    lead = given(works, Lead, first_name="Ada")
    before = verdict(works)
    assert (before.sealed, before.count) == (0, 0)
    assert before.waiting > 3
    while trail.seal_all(works, 4):
        pass
    after = verdict(works)
    assert (after.sealed, after.waiting, after.count) == (before.waiting, 0, 0)
    with works("T1", "U_RITA") as work:
        entries = records.history(work, work.get(Lead, lead.id))
        assert [entry.place for entry in entries] == sorted(entry.place or 0 for entry in entries)
        assert (after.place, after.hash) == (entries[-1].place, entries[-1].hash)


def test_what_comes_later_follows_what_is_sealed(works: UnitOfWorkFactory) -> None:
    count = sealed_trail(works)
    first = verdict(works)
    given(works, Lead, first_name="Next")
    assert trail.seal_all(works) > 0
    second = verdict(works)
    assert second.count == 0
    assert second.sealed > count
    assert second.hash != first.hash


def test_every_workspace_has_a_chain_of_its_own(works: UnitOfWorkFactory) -> None:
    sealed_trail(works)
    given(works, Lead, "U_OTTO", "T2", first_name="Mine")
    assert trail.unsealed(works) == ["T2"]
    trail.seal_all(works)
    assert (verdict(works).count, verdict(works, "T2").count) == (0, 0)
    assert verdict(works, "T2").sealed < verdict(works).sealed


def test_nothing_to_seal_is_nothing_done(works: UnitOfWorkFactory) -> None:
    sealed_trail(works)
    before = verdict(works)
    assert trail.seal_all(works) == 0
    assert verdict(works) == before


def test_several_who_seal_at_once_seal_each_entry_once(works: UnitOfWorkFactory) -> None:
    for number in range(12):
        given(works, Lead, first_name=f"Ada {number}")
    gate, done = threading.Barrier(4), []

    def seal() -> None:
        gate.wait()
        for _ in range(12):
            done.append(trail.seal_all(works, 5))

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [verdict(works, workspace) for workspace in ("T1", "T2")]
    assert [each.count for each in found] == [0, 0]
    assert sum(done) == sum(each.sealed for each in found)


def test_who_comes_second_does_not_wait(clean_postgres: Engine) -> None:
    works = UnitOfWorkFactory(clean_postgres)
    sealed_trail(works)
    given(works, Lead, first_name="Next")
    with works("T1") as first, works("T1") as second:
        assert trail.seal(first) > 0
        assert trail.seal(second) == 0


def test_an_entry_that_is_committed_late_is_sealed_after_its_younger_ones(
    clean_postgres: Engine,
) -> None:
    works = UnitOfWorkFactory(clean_postgres)
    sealed_trail(works)
    with works("T1", "U_RITA") as slow:
        slow.add(Lead(first_name="Slow", title="Slow", key="slow"))
        given(works, Lead, "U_OTTO", "T2", first_name="Other")
        with works("T1", "U_MONA") as work:
            work.find(Lead, 1).company = "Acme"
        trail.seal_all(works)
    assert trail.seal_all(works) > 0
    assert str(verdict(works)).startswith("The audit trail is whole")


def test_the_log_hears_once_a_minute_where_the_chain_ends(
    works: UnitOfWorkFactory, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "models.core.audit.chain")
    for seconds in (0, 1, 1, 60):
        clock.forward(timedelta(seconds=seconds))
        given(works, Lead, first_name="Ada")
        trail.seal_all(works)
    ours = [line for line in caplog.messages if "of T1 ends at" in line]
    assert len(ours) == 2
    assert ours[-1].endswith(f" {verdict(works).place} {verdict(works).hash}")


def test_what_waits_and_what_is_sealed_are_found_through_an_index(works: UnitOfWorkFactory) -> None:
    sealed_trail(works)
    given(works, Lead, first_name="Ada")
    (waiting,) = [plan for plan in plans(works, trail.seal, "ORDER BY audit_entry.id")]
    chain = plans(works, verify.verify, "audit_entry.place, audit_entry.id")
    if works.sqlite:  # PostgreSQL rightly reads so few rows as they come
        assert "ix_audit_entry_unsealed" in waiting
        assert all("ix_audit_entry_place" in plan for plan in chain)


# ── what the release before left ──────────────────────────────────────────────────────────────────


def test_entries_of_the_release_before_are_sealed_like_any_other(settled: Engine) -> None:
    works = UnitOfWorkFactory(settled)
    given(works, Lead, first_name="Ada")
    schema.downgrade(settled, "0004")
    insert = (
        "INSERT INTO audit_entry (workspace, unit, at, door, action, entity, record_id, version, field, new)"
        " VALUES ('T1', 'u', CURRENT_TIMESTAMP, 'command', 'update', 'lead', 1, 2, 'company', 'Acme')"
    )
    with settled.begin() as connection:
        connection.execute(text(insert))
    schema.upgrade(settled)
    with everywhere(settled).begin() as connection:  # it goes on writing while the new one runs
        connection.execute(text(insert.replace("Acme", "Zenith")))
    assert trail.seal_all(works) > 5
    assert (verdict(works).count, verdict(works).waiting) == (0, 0)
