"""What people say about a file, as they type it and as a file keeps it."""

import pytest

from models.core.errors import Invalid
from models.exchange import answers
from models.exchange.answers import Answers
from tests.tables import table


def test_columns_and_words_are_said_in_one_way() -> None:
    heard = answers.said(
        ["SITE=website", "Notes=", "Stage:Engaging=qualification", "Type:A=B=task"]
    )
    assert heard.columns == {"SITE": "website", "Notes": ""}
    assert heard.words == {("Stage", "Engaging"): "qualification", ("Type", "A=B"): "task"}


def test_people_are_named() -> None:
    assert answers.said([], ["Jane Doe=@jane"]).people == {"Jane Doe": "@jane"}


@table(("mapped", "people"), [(["Stage"], []), ([], ["Jane Doe"]), ([], ["=@jane"])])
def test_half_an_answer_is_refused_with_an_example(mapped: list[str], people: list[str]) -> None:
    with pytest.raises(Invalid, match="Write it as"):
        answers.said(mapped, people)


def test_only_what_can_be_is_an_answer() -> None:
    with pytest.raises(Invalid, match="dmy"):
        Answers(dates="ymd")
    with pytest.raises(Invalid, match="before decimals"):
        Answers(decimal=";")


def test_what_a_file_keeps_is_read_back() -> None:
    kept = Answers({"SITE": ""}, {("Stage", "Größe"): "won"}, {"Jane": "U1"}, "dmy", ",", "cp1252")
    assert answers.read(answers.written(kept)) == kept


def test_what_is_said_now_counts_more_than_what_was_kept() -> None:
    kept = Answers({"A": "name", "B": "city"}, dates="dmy", people={"Jane": "U1"})
    now = Answers({"A": "industry"}, dates="mdy")
    assert now.over(kept) == Answers({"A": "industry", "B": "city"}, {}, {"Jane": "U1"}, "mdy")


@table("text", ["", "[]", "{", '{"words": 1}'])
def test_a_file_that_no_import_wrote_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="not one that an import wrote"):
        answers.read(text)
