"""Everything twice, to two bots on one SQLite file: one effect each."""

from tests.chaos import twice
from tests.chaos.databases import Database
from tests.chaos.replicas import Inside


def test_what_comes_twice_to_two_bots_has_one_effect(sqlite: Database) -> None:
    repeated, together = twice.run(
        sqlite, replicas=2, seconds=0.5, forms=1, seed=2, people=8, kind=Inside
    )
    assert repeated.good, str(repeated)
    assert together.good, str(together)
    assert repeated.trials > 0
    assert together.trials == 16
