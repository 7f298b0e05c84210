"""A short power failure on a real process: what was promised is there, and nothing comes twice."""

from tests.chaos import kill
from tests.chaos.databases import Database


def test_a_killed_process_loses_nothing_and_doubles_nothing(sqlite: Database) -> None:
    figure = kill.run(sqlite, replicas=1, kills=1, seed=6, people=8)
    assert figure.good, str(figure)
    assert figure.other["kills"] == 1
    assert figure.other["posts"] > 0
