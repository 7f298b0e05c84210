"""The end of the audit trail is signed with a key of the settings: who has only the database cannot
make another.
"""

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from models.core.audit import chain, verify
from models.core.audit.entries import AuditHead
from models.core.db.engine import everywhere
from models.core.replica import beat
from models.core.secrets import new_key
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import adoption
from models.sales.lead import Lead
from tests.ground import StoppedClock, given
from tests.models.tampering import run, run_all, sealed_trail, tamper, tampered

OLD, NEW = new_key(), new_key()
FOREIGN = "no key of ENCRYPTION_KEYS has signed that the chain ends here"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log has heard nothing yet."""
    monkeypatch.setattr(chain, "complained", {})


def on(engine: Engine, keys: str) -> UnitOfWorkFactory:
    """A process on this database with these ENCRYPTION_KEYS."""
    return UnitOfWorkFactory(engine, StoppedClock(), keys)


def grown(works: UnitOfWorkFactory, name: str = "Next") -> int:
    """One more lead, and its trail sealed; returns how many entries were."""
    given(works, Lead, first_name=name)
    return chain.seal_all(works)


def wrong(works: UnitOfWorkFactory) -> list[str]:
    with works("T1", writes=False) as work:
        return [str(problem) for problem in verify.verify(work).problems]


def head(works: UnitOfWorkFactory) -> AuditHead:
    with works("T1", writes=False) as work:
        return work.session.scalars(select(AuditHead)).one()


def forge(work: Any) -> None:
    """Change an entry, and make the whole chain anew as anybody can who has the code and the
    database.
    """
    run(work, "UPDATE audit_entry SET new = 'Eve' WHERE workspace = 'T1' AND place = 5")
    rows = work.session.execute(
        select(*verify.SEALED).where(chain.TABLE.c.workspace == "T1").order_by("place")
    ).all()
    last = ""
    for row in rows:
        words = chain.wording(row)
        digest = chain.fingerprint(words, row.salt, row.old, row.new)
        last = chain.link(last, row.place, words, digest)
        seal = {"digest": digest, "hash": last, "id": row.id}
        run(work, "UPDATE audit_entry SET digest = :digest, hash = :hash WHERE id = :id", **seal)
    run(work, "UPDATE audit_head SET hash = :hash WHERE workspace = 'T1'", hash=last)


def test_a_chain_made_anew_is_found_with_a_key_and_not_without(engine: Engine) -> None:
    for keys, count in (("", 0), (OLD, 1)):
        works = on(engine, keys)
        sealed_trail(works)
        with tampered(works) as work:
            forge(work)
            problems = [str(problem) for problem in verify.verify(work).problems]
            assert len(problems) == count
            assert all(FOREIGN in problem for problem in problems)


@pytest.mark.parametrize(
    "change", ["signature = 'x'", "signature = 'ä'", "since = 1", "since = NULL", "place = 3"]
)
def test_what_is_signed_cannot_be_said_otherwise(engine: Engine, change: str) -> None:
    sealed_trail(on(engine, ""))
    works = on(engine, OLD)
    grown(works)
    with tampered(works) as work:
        assert verify.verify(work).count == 0
        run(work, f"UPDATE audit_head SET {change} WHERE workspace = 'T1'")
        assert verify.verify(work).count > 0


def test_the_end_of_another_workspace_is_no_end_of_this(engine: Engine) -> None:
    works = on(engine, OLD)
    sealed_trail(works)
    given(works, Lead, "U_OTTO", "T2", first_name="Theirs")
    chain.seal_all(works)
    with tampered(works) as work:
        for column in ("place", "hash", "since", "signature"):
            theirs = f"(SELECT {column} FROM audit_head WHERE workspace = 'T2')"
            run_all(work, f"UPDATE audit_head SET {column} = {theirs} WHERE workspace = 'T1'")
        assert verify.verify(work).count > 0


def test_what_was_sealed_before_there_was_a_key_is_still_verified(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    count = sealed_trail(on(engine, ""))
    works = on(engine, OLD)
    assert grown(works) > 0
    assert (wrong(works), head(works).since) == ([], count + 1)
    with works("T1", writes=False) as work:
        assert f"signed with a key since place {count + 1}. It ends at " in str(verify.verify(work))
    assert (
        f"The audit trail of T1 is signed with a key from place {count + 1} on" in caplog.messages
    )
    with tampered(works) as work:
        run(work, "UPDATE audit_entry SET new = 'Eve' WHERE workspace = 'T1' AND place = 5")
        assert verify.verify(work).count == 1


def test_a_trail_to_which_nothing_is_added_is_signed_all_the_same(engine: Engine) -> None:
    sealed_trail(on(engine, ""))
    works = on(engine, OLD)
    assert chain.seal_all(works) == 0
    assert head(works).signature
    assert wrong(works) == []
    assert chain.unsealed(works) == []


def test_nobody_goes_on_without_the_key(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    sealed_trail(on(engine, OLD))
    for keys, sentence in (
        ("", "this process has none: nothing is sealed"),
        (NEW, "not signed by any of the"),
    ):
        caplog.clear()
        works, before = on(engine, keys), head(on(engine, OLD)).place
        assert grown(works) == grown(works) == 0
        assert head(works).place == before
        assert len([line for line in caplog.messages if sentence in line and "of T1" in line]) == 1
        assert len(wrong(works)) == 1
    works = on(engine, OLD)
    assert chain.seal_all(works) > 0  # nothing is lost meanwhile
    assert wrong(works) == []


def test_the_database_itself_takes_no_unsigned_end_after_a_signed_one(engine: Engine) -> None:
    works = on(engine, OLD)
    sealed_trail(works)
    for change in (
        "place = place + 1, hash = 'x'",
        "place = place + 1, hash = 'x', signature = NULL",
        "signature = NULL",
        "place = place + 1, hash = 'x', signature = 'x', since = 99",
        "since = 99",
        "signature = 'x', hash = 'x'",
    ):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            everywhere(engine).begin() as connection,
        ):
            connection.execute(text(f"UPDATE audit_head SET {change} WHERE workspace = 'T1'"))


def test_an_end_that_somebody_put_there_is_not_signed_by_sealing_on(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    works = on(engine, OLD)
    sealed_trail(works)
    tamper(works, "UPDATE audit_head SET signature = 'x' WHERE workspace = 'T1'")
    assert grown(works) == 0
    assert FOREIGN in wrong(works)[0]
    assert [line for line in caplog.messages if "Run: crm audit verify" in line]


def test_an_end_that_was_taken_away_is_not_begun_anew(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    works = on(engine, OLD)
    sealed_trail(works)
    tamper(works, "DELETE FROM audit_head WHERE workspace = 'T1'")
    assert grown(works) == 0
    assert "the end of the chain is not known any more" in wrong(works)[0]
    assert [line for line in caplog.messages if "lost its end" in line]


def test_the_first_key_signs_and_all_verify(engine: Engine) -> None:
    sealed_trail(on(engine, OLD))
    both = on(engine, f"{NEW},{OLD}")
    assert wrong(both) == []
    assert len(wrong(on(engine, NEW))) == 1
    assert chain.sign_anew(both) == 2  # that of T2, too
    assert chain.sign_anew(both) == 0
    assert wrong(on(engine, NEW)) == []
    assert grown(on(engine, NEW)) > 0
    assert (wrong(on(engine, NEW)), len(wrong(on(engine, OLD)))) == ([], 1)


def test_an_end_that_is_not_ours_is_not_signed_with_a_new_key_either(engine: Engine) -> None:
    works = on(engine, OLD)
    sealed_trail(works)
    tamper(works, "UPDATE audit_head SET signature = 'x' WHERE workspace = 'T1'")
    assert chain.sign_anew(on(engine, f"{NEW},{OLD}")) == 1  # that of T2
    assert head(works).signature == "x"


def test_nothing_is_signed_while_a_process_of_another_release_is_there(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It seals without a signature, which the database would refuse from then on."""
    works = on(engine, OLD)
    with monkeypatch.context() as before:
        before.setattr("models.core.replica.release", lambda: "0.0.9")
        beat(works, "old", "host", [])
    sealed_trail(works)
    assert head(works).signature is None
    works.clock.forward(timedelta(minutes=2))  # it has stopped, or was killed
    chain.seal_all(works)
    assert head(works).signature
    assert wrong(works) == []


def test_what_moves_in_when_slack_is_connected_stays_signed(engine: Engine) -> None:
    works = on(engine, OLD)
    works.settle("LOCAL", name="This computer")
    works.welcome("LOCAL", "U_EVE", name="Eve")
    given(works, Lead, "U_EVE", "LOCAL", first_name="Ada")
    chain.seal_in(works, "LOCAL", chain.BATCH)
    adoption.move(works, "T_NEW")
    given(works, Lead, "U_EVE", "T_NEW", first_name="Grace")
    assert chain.seal_all(works) > 0
    with works("T_NEW", writes=False) as work:
        assert verify.verify(work).count == 0


def test_no_key_is_shown(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    works = on(engine, OLD)
    grown(works)
    with works("T1") as work:
        assert OLD not in repr(work) + repr(work.signer) + repr(vars(works)) + caplog.text
