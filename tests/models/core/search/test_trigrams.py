"""Finding texts by their trigrams."""

import string

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from sqlalchemy import select, text

from models.core.search.index import SearchText
from models.core.search.trigrams import (
    MOST_WORDS,
    contains,
    find,
    found,
    matches,
    piece,
    served,
    slips,
    switch,
    telling,
    trigrams,
    ways_of,
    words_of,
)
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.tables import table

pytestmark = pytest.mark.dialect

WORDS = st.text(string.ascii_lowercase, min_size=4, max_size=12)


def put(work: UnitOfWork, *texts: str) -> None:
    for number, words in enumerate(texts, 1000):
        work.session.add(SearchText(entity="thing", record_id=number, text=words))
    work.session.flush()


def texts_with(work: UnitOfWork, *pieces: str) -> set[str]:
    statement = found(work.session, [pieces]).where(SearchText.entity == "thing")
    return {row.text for row in work.session.execute(statement)}


@table(
    ("typed", "words"),
    [
        ("Ada  LOVELACE", ["ada", "lovelace"]),
        ("“Zoë” & Söhne", ["zoe", "sohne"]),
        ('"Ada Lovelace" (London), C++!', ["ada", "lovelace", "london", "c++"]),
        ("a\x00da", ["ada"]),
        ("CU-12", ["cu-12"]),
        ("ada@example.org", ["ada@example.org"]),
        ("- & !", []),
        ("", []),
        ("李 明", ["李", "明"]),
        (" ".join("abcdefghijkl"), list("abcdefgh")),
    ],
)
def test_a_query_becomes_folded_words(typed: str, words: list[str]) -> None:
    assert words_of(typed) == words
    assert len(words) <= MOST_WORDS


@table("typed", ["+49 30 123456", "030 123456", "030/123456", "(030) 12 34 56", "030123456"])
def test_a_phone_number_is_also_looked_for_by_its_digits(typed: str) -> None:
    assert ways_of(typed)[-1] in (["30123456"], ["4930123456"])


@table("typed", ["12", "CU-12", "2026", "a 030 123456"])
def test_what_is_no_phone_number_is_looked_for_as_it_is(typed: str) -> None:
    assert len(ways_of(typed)) == 1


def test_short_words_are_looked_for_where_words_begin() -> None:
    assert (piece("ada"), piece("al"), piece("a")) == ("ada", " al", " a")


def test_trigrams_cover_every_letter_of_the_pieces() -> None:
    assert trigrams(["lovelace", " al", "a"]) == ["lov", "ela", "ace", " al"]
    assert trigrams(["abc", "abc"]) == ["abc"]


@for_all(WORDS)
def test_trigrams_are_of_the_word_and_leave_nothing_out(word: str) -> None:
    parts = trigrams([word])
    assert all(part in word for part in parts)
    assert set(word) == set("".join(parts))


def test_only_what_has_a_trigram_is_served() -> None:
    assert served([["ada"], [" al"]])
    assert not served([["ada"], [" a"]])
    assert not served([[]])


def test_a_text_is_found_by_any_part_of_it(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        put(work, "ld-1 ada lovelace", "ld-2 grace hopper")
        assert texts_with(work, "lovelace") == {"ld-1 ada lovelace"}
        assert texts_with(work, "ovel") == {"ld-1 ada lovelace"}
        assert texts_with(work, "ace") == {"ld-1 ada lovelace", "ld-2 grace hopper"}
        assert texts_with(work, "grace", "opp") == {"ld-2 grace hopper"}
        assert texts_with(work, "grace", "love") == set()
        assert texts_with(work, " ho") == {"ld-2 grace hopper"}
        assert texts_with(work, " op") == set()


def test_the_same_trigrams_in_another_order_are_another_word(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        put(work, "abcd bcda")
        assert texts_with(work, "abcda") == set()


@pytest.mark.parametrize(
    "odd",
    ['say "hi" now', "100% sure", "snake_case", "back\\slash", "it's", "a*b*c", "x OR y", "(z)"],
)
def test_signs_mean_nothing_but_themselves(works: UnitOfWorkFactory, odd: str) -> None:
    with works("T1") as work:
        put(work, odd, "100x sure snakeXcase")
        assert texts_with(work, odd) == {odd}


def test_scripts_without_latin_letters_are_found(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        put(work, "ld-1 иван петров", "ld-2 山田太郎")
        assert texts_with(work, "петр") == {"ld-1 иван петров"}
        assert texts_with(work, "田太郎") == {"ld-2 山田太郎"}


def test_one_of_several_ways_is_enough(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        put(work, "adele", "grace", "edith")
        rows = work.session.execute(found(work.session, [["adele"], ["edi", "dith"]]))
        assert {row.text for row in rows} == {"adele", "edith"}


def test_the_index_follows_every_change_of_a_text(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        put(work, "ada lovelace", "grace hopper")
    with works("T1") as work:
        row = work.session.scalars(
            select(SearchText).where(SearchText.text == "ada lovelace")
        ).one()
        row.text = "edith clarke"
        work.session.execute(text("DELETE FROM search_text WHERE text = 'grace hopper'"))
    with works("T1") as work:
        assert [texts_with(work, word) for word in ("ada", "grace", "clarke")] == [
            set(),
            set(),
            {"edith clarke"},
        ]


def test_texts_of_other_workspaces_are_not_found(works: UnitOfWorkFactory) -> None:
    with works("T2") as work:
        put(work, "ada lovelace")
    with works("T1") as work:
        assert texts_with(work, "ada") == set()


def test_an_index_serves_the_search(works: UnitOfWorkFactory) -> None:
    """Asked of the database itself."""
    with works("T1") as work:
        statement = found(work.session, [["lovelace"]]).limit(200)
        compiled = statement.compile(
            work.session.connection(), compile_kwargs={"literal_binds": True}
        )
        if works.sqlite:
            plan = work.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
            told = " ".join(str(row) for row in plan)
            assert "VIRTUAL TABLE INDEX" in told
            assert "SEARCH search_text USING INTEGER PRIMARY KEY" in told
            assert "USE TEMP B-TREE" not in told
        else:
            switch(work.session, "off")
            plan = work.session.connection().exec_driver_sql(
                f"EXPLAIN {compiled}".replace("%", "%%")
            )
            assert "Bitmap Index Scan on search_index" in " ".join(row[0] for row in plan)


def test_like_never_touches_the_trigram_table(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        statement = str(
            found(work.session, [["lovelace"], ["ada", "grace"]]).compile(work.session.connection())
        )
        assert ("LIKE" in statement) is not works.sqlite
        assert ("MATCH" in statement) is works.sqlite
    assert matches([["ada", "gra"], ["ada", "ace"]], ["cu-"]) == (
        '"ada" AND (("gra") OR ("ace")) AND (("cu-"))'
    )


def test_no_pieces_are_in_every_text(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        put(work, "ada")
        assert work.session.scalars(
            select(SearchText.text).where(contains([[]]), SearchText.entity == "thing")
        ).all() == ["ada"]


def test_a_slip_leaves_pieces_that_the_right_word_has() -> None:
    assert all(len(part) >= 3 for way in slips("jonson") for part in way)
    assert any(all(part in " johnson" for part in way) for way in slips("jonson"))
    assert slips("cu-12") == slips("0301234") == []


@for_all(WORDS, WORDS)
def test_pieces_left_by_a_slip_are_enough_to_find_something_by(word: str, other: str) -> None:
    assert all(telling(way) for way in slips(word))
    assert len(slips(word)) <= len(word)


@for_all(st.text(string.ascii_lowercase, min_size=8, max_size=14), st.data())
def test_one_slip_anywhere_in_a_long_word_is_forgiven(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    wrong = data.draw(st.sampled_from(string.ascii_lowercase))
    typed = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + wrong + word[at:],
                word[:at] + wrong + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
    )
    assert OSA.distance(word, typed) <= 1
    assert any(all(part in f" {word}" for part in way) for way in slips(typed))


def test_a_search_leaves_the_database_as_free_to_plan_as_before(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        put(work, "ada lovelace")
        assert [row.text for row in find(work.session, [["lovelace"]], ["thing"], 5)] == [
            "ada lovelace"
        ]
        assert find(work.session, [["lovelace"]], ["other"], 5) == []
        if not works.sqlite:
            assert work.session.scalar(text("SHOW enable_seqscan")) == "on"
            assert work.session.scalar(text("SHOW enable_indexscan")) == "on"
