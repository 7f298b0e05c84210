"""The floor of the figures does what ours does: a recorded unit of work, done again without ours,
says the same.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, select

from models.core import records
from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bench.replay import recording, replayed_sql


def test_a_recorded_unit_says_the_same_when_it_is_done_again(
    clean_sqlite: Engine, tmp_path: Path
) -> None:
    shutil.copyfile(clean_sqlite.url.database or "", tmp_path / "twin.db")
    twin = open_engine(f"sqlite:///{tmp_path / 'twin.db'}")
    with (
        recording(clean_sqlite) as recorded,
        UnitOfWorkFactory(clean_sqlite)("T1", "U_RITA") as work,
    ):
        lead = records.create(
            work, Lead, {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@x.org"}
        )
        work.session.flush()
        records.update(work, lead, {"company": "Acme"})
    assert {line.split()[2] for line in recorded.sql if line.startswith("INSERT")} >= {
        "lead",
        "audit_entry",
    }
    assert replayed_sql(recorded, twin, writes=True) == recorded.sql
    twin.dispose()


def test_what_another_thread_does_meanwhile_is_not_recorded(clean_sqlite: Engine) -> None:
    works = UnitOfWorkFactory(clean_sqlite)

    def look() -> None:
        with works("T1", "U_RITA", writes=False) as work:
            work.session.scalars(select(Lead)).all()

    with recording(clean_sqlite) as recorded:
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(look).result()
        assert (recorded.steps, recorded.sql) == ([], [])
        look()
    assert recorded.steps
    assert recorded.sql
