"""Some of a few words are read as people write them."""

from typing import Any

import pytest

from models.core.fields.several import Several
from models.core.identity.notices import DAYS, NOTICES, SPANS, Notice, Weekday
from tests.tables import table

ON = Several("On", options=Weekday, names=DAYS, groups=SPANS)
ABOUT = Several("About", options=Notice, names=NOTICES)
READER: Any = None


@table(
    ("text", "days"),
    [
        ("mon", "mon"),
        ("Monday", "mon"),
        ("mondays", "mon"),
        ("wed, mon", "mon wed"),
        ("mon wed", "mon wed"),
        ("mon and wed", "mon wed"),
        ("mon-fri", "mon tue wed thu fri"),
        ("Mon – Wed; sat", "mon tue wed sat"),
        ("mon to thu", "mon tue wed thu"),
        ("sat-mon", "mon sat sun"),
        ("weekdays", "mon tue wed thu fri"),
        ("weekend and mon", "mon sat sun"),
        ("daily", "mon tue wed thu fri sat sun"),
        ("all", "mon tue wed thu fri sat sun"),
        ("none", ""),
    ],
)
def test_days_are_read_as_people_write_them(text: str, days: str) -> None:
    assert ON.read(text, READER) == tuple(days.split())


@pytest.mark.parametrize("text", ["zebu", "mon, zebu", "mon-zebu", "t", "s"])
def test_what_is_no_day_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="On cannot have “.+”. Try some of: Monday, Tuesday"):
        ON.read(text, READER)


@table(
    ("text", "kinds"),
    [
        ("due, mine", "due mine"),
        ("the digest, due tasks", "due digest"),
        ("what I am given, asked or named in", "given"),
        ("own", "own"),
    ],
)
def test_names_of_several_words_are_read_too(text: str, kinds: str) -> None:
    assert ABOUT.read(text, READER) == tuple(kinds.split())


def test_what_is_written_is_read_again() -> None:
    for value in ((), ("mon",), ("sat", "sun"), tuple(DAYS)):
        assert ON.read(ON.write(value, READER), READER) == value
        assert ON.load(ON.dump(value)) == value
    assert ON.show((), READER) == "none"
    assert ON.show(("mon", "sat"), READER) == "Monday, Saturday"
