"""The database itself refuses to change the audit trail, whoever asks."""

from hashlib import sha256

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from models.core.audit import append_only, chain, verify
from models.core.db.engine import everywhere
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import adoption, copy
from models.sales.lead import Lead
from tests.ground import given
from tests.models.tampering import sealed_trail
from tests.tables import table

pytestmark = pytest.mark.dialect

REFUSED = "The audit trail is append-only"
ENTRY = "UPDATE audit_entry SET {} WHERE id = (SELECT max(id) FROM audit_entry)"


def refused(engine: Engine, statement: str) -> bool:
    with pytest.raises(DBAPIError, match=REFUSED), everywhere(engine).begin() as connection:
        connection.execute(text(statement))
    return True


CHANGES = (
    "new = 'Eve'",
    "old = NULL, new = NULL",
    "actor = NULL",
    "at = '2020-01-01 00:00:00'",
    "reason = 'because'",
    "record_id = 99",
    "version = 9",
    "field = 'x'",
    "unit = 'x'",
    "door = 'x'",
    "action = 'x'",
    "entity = 'x'",
    "workspace = 'T2'",
    "id = id + 1000",
    "salt = NULL",
    "place = 1000",
    "digest = 'x'",
)


@pytest.mark.parametrize("sealed", [True, False])
def test_no_entry_is_changed(works: UnitOfWorkFactory, sealed: bool) -> None:
    given(works, Lead, first_name="Ada")
    if sealed:
        sealed_trail(works)
    for change in CHANGES:  # what is refused leaves the trail as it was
        assert refused(works.engine, ENTRY.format(change))


def test_a_seal_is_neither_broken_nor_put_on_together_with_a_change(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Lead, first_name="Ada")
    seal = "hash = 'x', digest = 'x', salt = 'x', place = 1000"
    assert refused(works.engine, ENTRY.format(f"{seal}, new = 'Eve'"))
    sealed_trail(works)
    assert refused(works.engine, ENTRY.format(seal))
    assert refused(
        works.engine, ENTRY.format("hash = NULL, digest = NULL, salt = NULL, place = NULL")
    )


def test_no_entry_is_deleted_sealed_or_not(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    assert refused(works.engine, "DELETE FROM audit_entry")
    sealed_trail(works)
    assert refused(
        works.engine, "DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)"
    )


def test_the_whole_trail_is_not_emptied_at_once(clean_postgres: Engine) -> None:
    assert refused(clean_postgres, "TRUNCATE audit_entry")
    assert refused(clean_postgres, "TRUNCATE audit_head")


def test_an_entry_is_not_replaced_by_inserting_another(clean_sqlite: Engine) -> None:
    works = UnitOfWorkFactory(clean_sqlite)
    sealed_trail(works)
    with clean_sqlite.connect() as connection:
        known = (
            connection.execute(text("SELECT * FROM audit_entry ORDER BY place DESC LIMIT 1"))
            .mappings()
            .one()
        )
    columns, values = ", ".join(f'"{name}"' for name in known), ", ".join("?" for _ in known)
    for spoilt in ({"new": "Eve"}, {"new": "Eve", "id": 10_000}):
        row = tuple(dict(known, **spoilt).values())
        with pytest.raises(DBAPIError, match=REFUSED), clean_sqlite.begin() as connection:
            connection.exec_driver_sql(
                f"INSERT OR REPLACE INTO audit_entry ({columns}) VALUES ({values})", row
            )


def test_the_end_of_the_chain_only_goes_on(works: UnitOfWorkFactory) -> None:
    sealed_trail(works)
    assert refused(works.engine, "DELETE FROM audit_head")
    assert refused(works.engine, "UPDATE audit_head SET place = place - 1, hash = 'x'")
    assert refused(works.engine, "UPDATE audit_head SET hash = 'x'")
    assert refused(works.engine, "UPDATE audit_head SET workspace = 'T9'")


def test_what_a_sealed_entry_says_of_a_person_can_be_erased_and_nothing_else(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Lead, first_name="Ada")
    erasing = "old = NULL, new = NULL, salt = NULL"
    assert refused(works.engine, ENTRY.format(erasing))
    sealed_trail(works)
    assert refused(works.engine, ENTRY.format(f"{erasing}, actor = NULL"))
    with everywhere(works.engine).begin() as connection:
        assert connection.execute(text(ENTRY.format(erasing))).rowcount == 1
    with works("T1", writes=False) as work:
        verdict = verify.verify(work)
    assert (verdict.count, verdict.erased) == (0, 1)


def test_what_was_filled_before_slack_was_connected_moves_in_with_its_trail(
    works: UnitOfWorkFactory,
) -> None:
    works.settle("LOCAL", name="This computer")
    works.welcome("LOCAL", "U_EVE", name="Eve")
    given(works, Lead, "U_EVE", "LOCAL", first_name="Ada")
    sealed_trail(works)
    given(works, Lead, "U_EVE", "LOCAL", first_name="Grace")
    adoption.move(works, "T_NEW")
    assert chain.seal_all(works) > 0
    with works("T_NEW", writes=False) as work:
        verdict = verify.verify(work)
    assert (verdict.count, verdict.waiting) == (0, 0)
    assert verdict.sealed > 6
    assert refused(
        works.engine, "UPDATE audit_entry SET workspace = 'T2' WHERE workspace = 'T_NEW'"
    )


def test_a_copy_of_the_database_has_the_same_trail_and_the_same_guards(
    works: UnitOfWorkFactory, blank: Engine
) -> None:
    count = sealed_trail(works)
    copy.copy(works.engine, blank, lambda *_: None)
    with UnitOfWorkFactory(blank)("T1", writes=False) as work:
        verdict = verify.verify(work)
    assert (verdict.sealed, verdict.count) == (count, 0)
    assert refused(blank, "DELETE FROM audit_entry")


@table(("dialect", "digest"), [("sqlite", "b3ced9bdd3c4c4e4"), ("postgresql", "cc7e113eaf041984")])
def test_what_a_released_migration_makes_is_never_edited(dialect: str, digest: str) -> None:
    """Another text takes another module, and a migration that makes it."""
    made = "\n".join(append_only.statements(dialect))
    assert sha256(made.encode()).hexdigest()[:16] == digest
