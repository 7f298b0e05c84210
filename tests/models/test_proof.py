"""Whoever tampers with the audit trail, having the database to himself, is found out."""

from collections.abc import Callable

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import select, text

from models.core.audit import AuditEntry, AuditHead
from models.core.work import Work, Works
from models.operations import proof, trail
from tests.models.marks import SQLITE, tried
from tests.models.tampering import COPIED, complaints, run, sealed_trail, tampered

Tampering = Callable[[Work], None]


def value_changed(work: Work) -> None:
    run(work, "UPDATE audit_entry SET new = 'Eve' WHERE workspace = 'T1' AND place = 5")


def author_changed(work: Work) -> None:
    run(work, "UPDATE audit_entry SET actor = 4711 WHERE workspace = 'T1' AND place = 5")


def deleted_in_the_middle(work: Work) -> None:
    run(work, "DELETE FROM audit_entry WHERE workspace = 'T1' AND place = 5")


def deleted_at_the_beginning(work: Work) -> None:
    run(work, "DELETE FROM audit_entry WHERE workspace = 'T1' AND place = 1")


def deleted_at_the_end(work: Work) -> None:
    last = "(SELECT max(place) FROM audit_entry WHERE workspace = 'T1')"
    run(work, f"DELETE FROM audit_entry WHERE workspace = 'T1' AND place = {last}")


def swapped(work: Work) -> None:
    for old, new in ((5, -1), (9, 5), (-1, 9)):
        run(work, f"UPDATE audit_entry SET place = {new} WHERE workspace = 'T1' AND place = {old}")


def put_in_between(work: Work) -> None:
    work.session.connection().execute(
        text("UPDATE audit_entry SET place = place + 1 WHERE workspace = 'T1' AND place > 5")
    )
    run(work, f"INSERT INTO audit_entry ({COPIED}, place) SELECT {COPIED}, 6 FROM audit_entry"
              " WHERE workspace = 'T1' AND place = 5")  # fmt: skip
    run(work, "UPDATE audit_head SET place = place + 1 WHERE workspace = 'T1'")


def put_in_at_a_place_that_is_taken(work: Work) -> None:
    run(work, f"INSERT INTO audit_entry ({COPIED}, place) SELECT {COPIED}, place FROM audit_entry"
              " WHERE workspace = 'T1' AND place = 5")  # fmt: skip


def put_in_at_the_end(work: Work) -> None:
    run(work, f"INSERT INTO audit_entry ({COPIED}, place) SELECT {COPIED}, (SELECT max(place) + 1 FROM audit_entry"
              " WHERE workspace = 'T1') FROM audit_entry WHERE workspace = 'T1' AND place = 5")  # fmt: skip


def sealed_anew(work: Work) -> None:
    """As somebody does who knows how a seal is made, but leaves what follows as it is."""
    run(work, "UPDATE audit_entry SET new = 'Eve' WHERE workspace = 'T1' AND place = 5")
    here = select(*proof.SEALED).where(trail.TABLE.c.workspace == "T1")
    before = work.session.execute(here.where(trail.TABLE.c.place == 4)).one()
    entry = work.session.execute(here.where(trail.TABLE.c.place == 5)).one()
    words = trail.wording(entry)
    digest = trail.fingerprint(words, entry.salt, entry.old, entry.new)
    seal = {"digest": digest, "hash": trail.link(before.hash, 5, words, digest), "id": entry.id}
    run(work, "UPDATE audit_entry SET digest = :digest, hash = :hash WHERE id = :id", **seal)


def seal_taken_away(work: Work) -> None:
    run(work, "UPDATE audit_entry SET hash = NULL WHERE workspace = 'T1' AND place = 5")


def place_taken_away(work: Work) -> None:
    run(work, "UPDATE audit_entry SET place = NULL WHERE workspace = 'T1' AND place = 5")


def erased_and_rewritten(work: Work) -> None:
    run(work, "UPDATE audit_entry SET salt = NULL, new = 'Eve' WHERE workspace = 'T1' AND place = 5")


def author_of_what_was_erased_changed(work: Work) -> None:
    gone = "salt = NULL, old = NULL, new = NULL"
    run(work, f"UPDATE audit_entry SET {gone}, actor = 4711 WHERE workspace = 'T1' AND place = 5")


def head_taken_away(work: Work) -> None:
    run(work, "DELETE FROM audit_head WHERE workspace = 'T1'")


def head_put_back(work: Work) -> None:
    run(work, "UPDATE audit_head SET place = 3 WHERE workspace = 'T1'")


def head_changed(work: Work) -> None:
    run(work, "UPDATE audit_head SET hash = 'x' WHERE workspace = 'T1'")


def moved_to_others(work: Work) -> None:
    run(work, "UPDATE audit_entry SET workspace = 'T2' WHERE workspace = 'T1' AND place = 5")


@pytest.mark.parametrize(
    ("tamper", "place", "sentence"),
    [
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
    ],
)
def test_what_was_done_to_the_trail_is_found(works: Works, tamper: Tampering, place: int, sentence: str) -> None:
    sealed_trail(works)
    with tampered(works) as work:
        assert complaints(work) == []
        tamper(work)
        found = proof.verify(work)
        assert found.count > 0
        assert place in (0, found.problems[0].place)
        assert sentence in found.problems[0].sentence
        assert str(found).startswith("The audit trail was tampered with")
    with works("T1", writes=False) as work:
        assert complaints(work) == []


def test_one_change_is_one_problem_and_many_are_counted(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "LISTED", 3)
    count = sealed_trail(works)
    with tampered(works) as work:
        value_changed(work)
        assert len(complaints(work)) == 1
        work.session.connection().execute(text("UPDATE audit_entry SET actor = 4711 WHERE workspace = 'T1'"))
        found = proof.verify(work)
        assert (len(found.problems), found.count) == (3, count)


def test_what_is_found_does_not_depend_on_how_much_is_read_at_a_time(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_trail(works)
    with tampered(works) as work:
        swapped(work)
        put_in_at_a_place_that_is_taken(work)
        at_once = complaints(work)
        monkeypatch.setattr(proof, "CHUNK", 1)
        assert complaints(work) == at_once


TEXTS = ("unit", "door", "action", "entity", "field", "old", "new", "reason", "salt", "digest", "hash")
NUMBERS = ("id", "actor", "record_id", "version", "place")


@tried(40)
@for_all(
    st.sampled_from((*TEXTS, *NUMBERS, "at", "workspace", "DELETE")),
    st.integers(1, 19),
    st.text("abc", max_size=3),
    st.integers(100_000, 2**31 - 1),
)
def test_any_single_change_is_found(chain: Works, column: str, place: int, letters: str, number: int) -> None:
    others = {"at": "2020-01-01 00:00:00", "workspace": "T2"}
    value: object = number if column in NUMBERS else others.get(column, letters)
    where = "WHERE workspace = 'T1' AND place = :there"
    with tampered(chain) as work:
        if column == "DELETE":
            run(work, f"DELETE FROM audit_entry {where}", there=place)
        else:
            run(work, f"UPDATE audit_entry SET {column} = :value {where}", value=value, there=place)
        assert proof.verify(work).count > 0


@pytest.fixture
def chain(works: Works) -> Works:
    assert sealed_trail(works) > 19
    return works


@SQLITE
def test_a_trail_whose_entries_and_head_are_all_gone_is_only_seen_from_outside(works: Works) -> None:
    """Therefore the log hears where it ended."""
    sealed_trail(works)
    with tampered(works) as work:
        for table in (AuditEntry, AuditHead):
            work.session.connection().execute(text(f"DELETE FROM {table.__tablename__}"))
        assert str(proof.verify(work)) == "The audit trail is whole: 0 entries, 0 not sealed yet, 0 erased."
