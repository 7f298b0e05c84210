"""The mutations keep up with the sources, and with the scenarios that have to notice them."""

import shutil
from pathlib import Path

import pytest

from tests.chaos.__main__ import ALONE, SCENARIOS
from tests.chaos.mutations import MUTATIONS, Mutation
from tests.processes import ROOT


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_breaks_what_stands_in_the_sources(mutation: Mutation, tmp_path: Path) -> None:
    for file, _, _ in mutation.edits:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    mutation.apply(tmp_path)
    for file, _, _ in mutation.edits:
        compile((tmp_path / file).read_text(), file, "exec")
        assert (tmp_path / file).read_text() != (ROOT / file).read_text()


def test_every_scenario_notices_one() -> None:
    assert {mutation.scenario for mutation in MUTATIONS} == {*SCENARIOS, *ALONE}
