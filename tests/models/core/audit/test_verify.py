"""Whoever tampers with the audit trail, having the database to himself, is found out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from models.core.audit import append_only, verify
from models.core.audit import chain as trail
from models.core.audit.entries import AuditEntry, AuditHead
from models.core.db.engine import everywhere
from models.core.errors import Unusable
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.models.marks import SQLITE, tried
from tests.models.tampering import COPIED, complaints, run, run_all, sealed_trail, tamper, tampered

Tampering = Callable[[UnitOfWork], None]


def value_changed(work: UnitOfWork) -> None:
    run(work, "UPDATE audit_entry SET new = 'Eve' WHERE workspace = 'T1' AND place = 5")


def author_changed(work: UnitOfWork) -> None:
    run(work, "UPDATE audit_entry SET actor = 4711 WHERE workspace = 'T1' AND place = 5")


def deleted_in_the_middle(work: UnitOfWork) -> None:
    run(work, "DELETE FROM audit_entry WHERE workspace = 'T1' AND place = 5")


def deleted_at_the_beginning(work: UnitOfWork) -> None:
    run(work, "DELETE FROM audit_entry WHERE workspace = 'T1' AND place = 1")


def deleted_at_the_end(work: UnitOfWork) -> None:
    last = "(SELECT max(place) FROM audit_entry WHERE workspace = 'T1')"
    run(work, f"DELETE FROM audit_entry WHERE workspace = 'T1' AND place = {last}")


def swapped(work: UnitOfWork) -> None:
    for old, new in ((5, -1), (9, 5), (-1, 9)):
        run(work, f"UPDATE audit_entry SET place = {new} WHERE workspace = 'T1' AND place = {old}")


def put_in_between(work: UnitOfWork) -> None:
    run_all(work, "UPDATE audit_entry SET place = place + 1 WHERE workspace = 'T1' AND place > 5")
    run(
        work,
        f"INSERT INTO audit_entry ({COPIED}, place) SELECT {COPIED}, 6 FROM audit_entry"
        " WHERE workspace = 'T1' AND place = 5",
    )
    run(work, "UPDATE audit_head SET place = place + 1 WHERE workspace = 'T1'")


def put_in_at_a_place_that_is_taken(work: UnitOfWork) -> None:
    run(
        work,
        f"INSERT INTO audit_entry ({COPIED}, place) SELECT {COPIED}, place FROM audit_entry"
        " WHERE workspace = 'T1' AND place = 5",
    )


def put_in_at_the_end(work: UnitOfWork) -> None:
    run(
        work,
        f"INSERT INTO audit_entry ({COPIED}, place) SELECT {COPIED}, (SELECT max(place) + 1 FROM audit_entry"
        " WHERE workspace = 'T1') FROM audit_entry WHERE workspace = 'T1' AND place = 5",
    )


def sealed_anew(work: UnitOfWork) -> None:
    """As somebody does who knows how a seal is made, but leaves what follows as it is."""
    run(work, "UPDATE audit_entry SET new = 'Eve' WHERE workspace = 'T1' AND place = 5")
    here = select(*verify.SEALED).where(trail.TABLE.c.workspace == "T1")
    before = work.session.execute(here.where(trail.TABLE.c.place == 4)).one()
    entry = work.session.execute(here.where(trail.TABLE.c.place == 5)).one()
    words = trail.wording(entry)
    digest = trail.fingerprint(words, entry.salt, entry.old, entry.new)
    seal = {"digest": digest, "hash": trail.link(before.hash, 5, words, digest), "id": entry.id}
    run(work, "UPDATE audit_entry SET digest = :digest, hash = :hash WHERE id = :id", **seal)


def seal_taken_away(work: UnitOfWork) -> None:
    run(work, "UPDATE audit_entry SET hash = NULL WHERE workspace = 'T1' AND place = 5")


def place_taken_away(work: UnitOfWork) -> None:
    run(work, "UPDATE audit_entry SET place = NULL WHERE workspace = 'T1' AND place = 5")


def erased_and_rewritten(work: UnitOfWork) -> None:
    run(
        work, "UPDATE audit_entry SET salt = NULL, new = 'Eve' WHERE workspace = 'T1' AND place = 5"
    )


def author_of_what_was_erased_changed(work: UnitOfWork) -> None:
    gone = "salt = NULL, old = NULL, new = NULL"
    run(work, f"UPDATE audit_entry SET {gone}, actor = 4711 WHERE workspace = 'T1' AND place = 5")


def head_taken_away(work: UnitOfWork) -> None:
    run(work, "DELETE FROM audit_head WHERE workspace = 'T1'")


def head_put_back(work: UnitOfWork) -> None:
    run(work, "UPDATE audit_head SET place = 3 WHERE workspace = 'T1'")


def head_changed(work: UnitOfWork) -> None:
    run(work, "UPDATE audit_head SET hash = 'x' WHERE workspace = 'T1'")


def moved_to_others(work: UnitOfWork) -> None:
    run(work, "UPDATE audit_entry SET workspace = 'T2' WHERE workspace = 'T1' AND place = 5")


FOUND: dict[Tampering, tuple[int, str]] = {
    done: (place, sentence)
    for done, place, sentence in [
        (value_changed, 5, "was changed"),
        (author_changed, 5, "was changed"),
        (deleted_in_the_middle, 5, "the entry is missing"),
        (deleted_at_the_beginning, 1, "the entry is missing"),
        (deleted_at_the_end, 0, "the entry is missing"),
        (swapped, 5, "does not follow"),
        (put_in_between, 6, "put in later"),
        (put_in_at_a_place_that_is_taken, 5, "the same place"),
        (put_in_at_the_end, 0, "put in later"),
        (sealed_anew, 6, "does not follow"),
        (seal_taken_away, 5, "its seal was taken away"),
        (place_taken_away, 5, "the entry is missing"),
        (erased_and_rewritten, 5, "says something all the same"),
        (author_of_what_was_erased_changed, 5, "does not follow"),
        (head_taken_away, 0, "the end of the chain is not known"),
        (head_put_back, 0, "the chain should end at 3"),
        (head_changed, 0, "is not the entry the chain ended with"),
        (moved_to_others, 5, "the entry is missing"),
    ]
}
"""Where the trail is said to be wrong first, if that matters, and how."""


def test_what_was_done_to_the_trail_is_found(works: UnitOfWorkFactory) -> None:
    sealed_trail(works)
    for done, (place, sentence) in FOUND.items():
        name = done.__name__
        with tampered(works) as work:
            assert complaints(work) == [], name
            done(work)
            found = verify.verify(work)
            assert found.count > 0, name
            assert place in (0, found.problems[0].place), name
            assert sentence in found.problems[0].sentence, name
            assert str(found).startswith("The audit trail was tampered with"), name
        with works("T1", writes=False) as work:
            assert complaints(work) == [], name


def test_one_change_is_one_problem_and_many_are_counted(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "LISTED", 3)
    count = sealed_trail(works)
    with tampered(works) as work:
        value_changed(work)
        assert len(complaints(work)) == 1
        run_all(work, "UPDATE audit_entry SET actor = 4711 WHERE workspace = 'T1'")
        found = verify.verify(work)
        assert (len(found.problems), found.count) == (3, count)


def test_what_is_found_does_not_depend_on_how_much_is_read_at_a_time(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_trail(works)
    with tampered(works) as work:
        swapped(work)
        put_in_at_a_place_that_is_taken(work)
        at_once = complaints(work)
        monkeypatch.setattr(verify, "CHUNK", 1)
        assert complaints(work) == at_once


TEXTS = (
    "unit",
    "door",
    "action",
    "entity",
    "field",
    "old",
    "new",
    "reason",
    "salt",
    "digest",
    "hash",
)
NUMBERS = ("id", "actor", "record_id", "version", "place")


@tried(40)
@for_all(
    st.sampled_from((*TEXTS, *NUMBERS, "at", "workspace", "DELETE")),
    st.integers(1, 19),
    st.text("abc", max_size=3),
    st.integers(100_000, 2**31 - 1),
)
def test_any_single_change_is_found(
    chain: UnitOfWorkFactory, column: str, place: int, letters: str, number: int
) -> None:
    others = {"at": "2020-01-01 00:00:00", "workspace": "T2"}
    value: object = number if column in NUMBERS else others.get(column, letters)
    where = "WHERE workspace = 'T1' AND place = :there"
    with tampered(chain) as work:
        if column == "DELETE":
            run(work, f"DELETE FROM audit_entry {where}", there=place)
        else:
            run(work, f"UPDATE audit_entry SET {column} = :value {where}", value=value, there=place)
        assert verify.verify(work).count > 0


@pytest.fixture
def chain(works: UnitOfWorkFactory) -> UnitOfWorkFactory:
    assert sealed_trail(works) > 19
    return works


@SQLITE
def test_a_trail_whose_entries_and_head_are_all_gone_is_only_seen_from_outside(
    works: UnitOfWorkFactory,
) -> None:
    """Therefore the log hears where it ended."""
    sealed_trail(works)
    with tampered(works) as work:
        for table in (AuditEntry, AuditHead):
            run_all(work, f"DELETE FROM {table.__tablename__}")
        assert (
            str(verify.verify(work))
            == "The audit trail is whole: 0 entries, 0 not sealed yet, 0 erased."
        )


# ── what keeps the trail append-only ──────────────────────────────────────────────────────────────

TRIGGERS = {
    "sqlite": append_only.sqlite_triggers(),
    "postgresql": dict.fromkeys(append_only.postgresql_triggers(), ""),
}


def lasting(works: UnitOfWorkFactory, *statements: str) -> list[str]:
    """What is wrong with the trail of T1 after this was done to the database for good."""
    with everywhere(works.engine).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    with works("T1", writes=False) as work:
        return complaints(work)


@pytest.mark.parametrize("number", range(6))
def test_a_trigger_that_was_taken_away_is_missed(settled: Engine, number: int) -> None:
    works = UnitOfWorkFactory(settled)
    name = list(TRIGGERS[settled.dialect.name])[number]
    of = "" if works.sqlite else f" ON {name.partition('_')[2]}"
    (complaint,) = lasting(works, f"DROP TRIGGER {name}{of}")
    assert (
        complaint == f"The trigger {name} is missing or was changed. Put it back: crm audit guard"
    )
    assert lasting(works, *append_only.statements(settled.dialect.name)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER grows_audit_entry",
        "ALTER TABLE audit_entry ENABLE REPLICA TRIGGER grows_audit_entry",
        "CREATE OR REPLACE TRIGGER grows_audit_entry BEFORE UPDATE ON audit_entry FOR EACH ROW WHEN (false)"
        " EXECUTE FUNCTION grows_audit_entry()",
        "CREATE OR REPLACE TRIGGER grows_audit_entry BEFORE UPDATE OF reason ON audit_entry FOR EACH ROW"
        " EXECUTE FUNCTION grows_audit_entry()",
        "CREATE OR REPLACE TRIGGER grows_audit_entry AFTER UPDATE ON audit_entry FOR EACH ROW"
        " EXECUTE FUNCTION grows_audit_entry()",
        "CREATE OR REPLACE FUNCTION grows_audit_entry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_trigger_that_no_longer_does_its_work_is_missed_on_postgresql(
    settled_postgres: Engine, statement: str
) -> None:
    (complaint,) = lasting(UnitOfWorkFactory(settled_postgres), statement)
    assert "The trigger grows_audit_entry is missing or was changed" in complaint


def test_a_trigger_that_no_longer_does_its_work_is_missed_on_sqlite(settled_sqlite: Engine) -> None:
    (complaint,) = lasting(
        UnitOfWorkFactory(settled_sqlite),
        "DROP TRIGGER stays_audit_entry",
        "CREATE TRIGGER stays_audit_entry BEFORE DELETE ON audit_entry WHEN 0 BEGIN SELECT 1; END",
    )
    assert "The trigger stays_audit_entry is missing or was changed" in complaint


# ── what only somebody outside knows ──────────────────────────────────────────────────────────────


def cut_tail(works: UnitOfWorkFactory, workspace: str = "T1") -> str:
    """Take away the newest entries and set the end back, as if they had never been; returns the end
    there was.
    """
    with works(workspace, writes=False) as work:
        before = verify.verify(work)
    last = f"workspace = '{workspace}' AND place = {before.place - 3}"
    tamper(
        works,
        f"DELETE FROM audit_entry WHERE workspace = '{workspace}' AND place > {before.place - 3}",
        f"UPDATE audit_head SET place = {before.place - 3}, hash = (SELECT hash FROM audit_entry WHERE {last})"
        f" WHERE workspace = '{workspace}'",
    )
    return f"{before.place} {before.hash}"


def test_a_tail_that_was_cut_off_is_missed_by_who_kept_the_end(works: UnitOfWorkFactory) -> None:
    sealed_trail(works)
    end = cut_tail(works)
    with works("T1", writes=False) as work:
        assert complaints(work) == []
        for told in (end, end.replace(" ", ":"), end.partition(" ")[2], f" {end}\n"):
            (complaint,) = (str(problem) for problem in verify.verify(work, told).problems)
            assert complaint.startswith("It does not have the end you gave")


def test_an_end_that_was_kept_is_found_also_when_the_trail_has_gone_on(
    works: UnitOfWorkFactory,
) -> None:
    sealed_trail(works)
    with works("T1", writes=False) as work:
        kept = verify.verify(work)
    given(works, Lead, first_name="Next")
    trail.seal_all(works)
    with works("T1", writes=False) as work:
        assert verify.verify(work, f"{kept.place} {kept.hash}").count == 0
        assert verify.verify(work, f"{kept.place + 1} {kept.hash}").count == 1
    with works("T2", writes=False) as work:
        assert verify.verify(work, kept.hash).count == 1


@pytest.mark.parametrize("end", ["12", "abc", "12 abc", "x" * 64, "-1 " + "a" * 64])
@SQLITE
def test_what_is_no_end_is_refused(works: UnitOfWorkFactory, end: str) -> None:
    with works("T1", writes=False) as work, pytest.raises(Unusable, match="no end of a trail"):
        verify.verify(work, end)


def test_a_running_process_notices_that_the_end_it_saw_is_gone(
    works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    sealed_trail(works)
    end = cut_tail(works)
    given(works, Lead, first_name="Next")
    trail.seal_all(works)
    assert (
        f"The audit trail of T1 ended at {end}, and now has no such entry: it was cut off or made anew"
        in (caplog.messages)
    )


# ── what somebody puts in ─────────────────────────────────────────────────────────────────────────

LATER = COPIED.replace(", digest, salt, hash", "")
AGO = f"INSERT INTO audit_entry ({LATER}) SELECT {LATER.replace('at,', '{},')} FROM audit_entry WHERE place = 1"


@pytest.mark.parametrize("sealed", [True, False])
def test_an_entry_that_says_it_is_older_than_what_was_sealed_before_it_is_found(
    works: UnitOfWorkFactory, sealed: bool
) -> None:
    sealed_trail(works)
    tamper(works, AGO.format("'2026-02-03 10:00:00+00:00'"))
    if sealed:
        trail.seal_all(works)
        given(works, Lead, first_name="Next")
        trail.seal_all(works)
    with works("T1", writes=False) as work:
        (complaint,) = complaints(work)
    assert (
        "it says it is from 2026-02-03 10:00 UTC, long before what was written before it"
        in complaint
    )
    assert complaint.startswith("Place " if sealed else "Not in the chain: ")


def test_an_entry_from_the_future_is_found_when_the_next_is_written(
    works: UnitOfWorkFactory,
) -> None:
    sealed_trail(works)
    tamper(works, AGO.format("'2027-02-03 10:00:00+00:00'"))
    trail.seal_all(works)
    given(works, Lead, first_name="Next")
    trail.seal_all(works)
    with works("T1", writes=False) as work:
        assert len(complaints(work)) == 1


def test_clocks_that_differ_and_acts_that_take_long_are_no_tampering(
    works: UnitOfWorkFactory,
) -> None:
    sealed_trail(works)
    works.clock.ahead = timedelta(minutes=-50)
    given(works, Lead, first_name="Slow")
    trail.seal_all(works)
    with works("T1", writes=False) as work:
        assert complaints(work) == []
