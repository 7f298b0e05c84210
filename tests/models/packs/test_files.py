"""The data files of packs: all of them are shipped, and a slip in one is found."""

import tomllib
from pathlib import Path

import pytest

from models.packs import files
from models.packs.files import read, shipped
from tests.tables import table

HEAD = 'name = "Boats"\nversion = 1\nabout = "Boats."\n'


def test_every_file_is_read_and_shipped_with_the_program() -> None:
    assert set(shipped()) == {"software", "consulting", "retail"}
    assert [each.slot for each in shipped().values()] == ["software", "consulting", "retail"]
    root = Path(files.__file__).parents[2]
    said = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = said["tool"]["setuptools"]["package-data"]["models"]
    data = {path for pattern in patterns for path in (root / "models").glob(pattern)}
    assert set(files.FOLDER.glob("*")) <= data


@table(
    ("said", "why"),
    [
        ('[[noun]]\nname = "Boat"\nsails = "2"', "A noun has no sails"),
        ('[[vessel]]\nname = "Boat"', "says what no pack makes: vessel"),
        ('[[noun]]\nname = "Boat"\n[[noun]]\nname = "boat"', "makes something twice: noun: boat"),
        ('[[noun]]\nprefix = "BO"', "A noun needs name"),
        ('[[field]]\nof = "boat"', "A field needs name"),
        ("[[noun]]\nname = 7", "is no text"),
    ],
)
def test_a_slip_in_a_file_is_found_when_it_is_read(said: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read("boats", f"{HEAD}{said}\n")


def test_a_file_without_its_head_is_refused() -> None:
    with pytest.raises(ValueError, match="The pack boats needs version, about"):
        read("boats", 'name = "Boats"')
