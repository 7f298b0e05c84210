"""A short power failure on real processes: what was promised is there, and nothing comes twice."""

import pytest

from tests.chaos import kill
from tests.chaos.databases import Database


@pytest.mark.parametrize(("kind", "replicas", "kills"), [("sqlite", 1, 2), ("postgres", 2, 1)])
def test_killed_processes_lose_nothing_and_double_nothing(
    request: pytest.FixtureRequest, kind: str, replicas: int, kills: int
) -> None:
    database: Database = request.getfixturevalue(kind)
    figure = kill.run(database, replicas, kills, seed=4, people=8)
    assert figure.good, str(figure)
    assert figure.other["kills"] >= kills
    assert figure.other["posts"] > 0
