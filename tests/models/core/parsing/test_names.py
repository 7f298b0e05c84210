"""How names are taken apart."""

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from models.core.parsing.names import read_name, split_name, with_name
from tests.tables import table


@table(
    ("text", "first", "last"),
    [
        ("Ada Byron", "Ada", "Byron"),
        ("Byron, Ada", "Ada", "Byron"),
        ("Byron,Ada", "Ada", "Byron"),
        ("Byron, Ada King", "Ada King", "Byron"),
        ("van der Berg, Jan", "Jan", "van der Berg"),
        ("Jan van der Berg", "Jan", "van der Berg"),
        ("von Goethe, Johann Wolfgang", "Johann Wolfgang", "von Goethe"),
        ("de Gaulle, Charles", "Charles", "de Gaulle"),
        ("St. John, Jill", "Jill", "St. John"),
        ("Ada King Lovelace", "Ada", "King Lovelace"),
        ("Gabriel García Márquez", "Gabriel", "García Márquez"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset"),
        ("Martin Luther King Jr.", "Martin", "Luther King Jr."),
        ("Ada Byron, PhD", "Ada", "Byron PhD"),
        ("Dean Martin", "Dean", "Martin"),
        ("King Lee", "King", "Lee"),
        ("Prince", "Prince", ""),
        ("Jack Ma", "Jack", "Ma"),
        ("Van Morrison", "Van", "Morrison"),
        ("O’Brien Kate", "O’Brien", "Kate"),
        ("李小龙", "李小龙", ""),
        ("Ada Byron, Kaiser GmbH", "Ada", "Byron, Kaiser GmbH"),
    ],
)
def test_a_name_has_a_first_and_a_last_part(text: str, first: str, last: str) -> None:
    texts = read_name(text)
    assert (texts.get("first_name", ""), texts.get("last_name", "")) == (first, last)


@table(
    ("text", "first", "last", "title"),
    [
        ("Dr. Ada Byron", "Ada", "Byron", "Dr."),
        ("Byron, Dr. Ada", "Ada", "Byron", "Dr."),
        ("Prof. Dr. Max Muster", "Max", "Muster", "Prof. Dr."),
        ("Frau Dr. Eva Kühn", "Eva", "Kühn", "Frau Dr."),
        ("Mr. Smith", "", "Smith", "Mr."),
        ("Sra. Ana Díaz", "Ana", "Díaz", "Sra."),
    ],
)
def test_a_title_is_no_part_of_the_name_and_is_kept(
    text: str, first: str, last: str, title: str
) -> None:
    texts = read_name(text)
    assert (texts.get("first_name", ""), texts["last_name"], texts["notes"]) == (
        first,
        last,
        f"Title: {title}",
    )


@table(
    ("typed", "texts"),
    [
        (
            "Ada Lovelace <ada@x.example>",
            {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@x.example"},
        ),
        (
            "Max Muster max@m.example Muster AG +49 30 123456",
            {
                "first_name": "Max",
                "last_name": "Muster",
                "email": "max@m.example",
                "phone": "+49 30 123456",
                "company": "Muster AG",
            },
        ),
        (
            "Byron, Ada ada@x.example Jones & Co",
            {
                "first_name": "Ada",
                "last_name": "Byron",
                "email": "ada@x.example",
                "company": "Jones & Co",
            },
        ),
        (
            "Ada ada@x.example Lovelace",
            {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@x.example"},
        ),
        (
            "Eva Stein from web, budget 20k",
            {"first_name": "Eva", "last_name": "Stein", "notes": "from web, budget 20k"},
        ),
        (
            "Anna Müller, Kaiser GmbH, anna@k.example, 0171 2345678",
            {
                "first_name": "Anna",
                "last_name": "Müller",
                "company": "Kaiser GmbH",
                "email": "anna@k.example",
                "phone": "0171 2345678",
            },
        ),
        (
            "Anna Schmidt (Bosch AG) (555) 123-4567",
            {
                "first_name": "Anna",
                "last_name": "Schmidt",
                "company": "Bosch AG",
                "phone": "(555) 123-4567",
            },
        ),
        (
            "Tom Ford - Ford Motors - tom@f.example",
            {
                "first_name": "Tom",
                "last_name": "Ford",
                "company": "Ford Motors",
                "email": "tom@f.example",
            },
        ),
        (
            "Tom Ford from Ford Motors met at Hannover Messe",
            {
                "first_name": "Tom",
                "last_name": "Ford",
                "company": "Ford Motors",
                "notes": "met at Hannover Messe",
            },
        ),
        (
            "Tom Ford, CEO of Ford Motors",
            {
                "first_name": "Tom",
                "last_name": "Ford",
                "job_title": "CEO",
                "company": "Ford Motors",
            },
        ),
        ("Tom Ford, buyer", {"first_name": "Tom", "last_name": "Ford", "job_title": "buyer"}),
        (
            "Ada Lovelace ada@x.example Analytical Engines",
            {
                "first_name": "Ada",
                "last_name": "Lovelace",
                "email": "ada@x.example",
                "company": "Analytical Engines",
            },
        ),
        (
            "Ada Lovelace ada@x.example wants the pilot by 01.02.2026",
            {
                "first_name": "Ada",
                "last_name": "Lovelace",
                "email": "ada@x.example",
                "notes": "wants the pilot by 01.02.2026",
            },
        ),
        (
            "Dr. Eva Klein e@k.example, account Klein KG, likes tea",
            {
                "first_name": "Eva",
                "last_name": "Klein",
                "email": "e@k.example",
                "company": "Klein KG",
                "notes": "Title: Dr.\nlikes tea",
            },
        ),
        (
            "Ada ada@x.example Lovelace at Kaiser GmbH",
            {
                "first_name": "Ada",
                "last_name": "Lovelace",
                "email": "ada@x.example",
                "company": "Kaiser GmbH",
            },
        ),
        (
            "Ada Byron a@x.example met at Ford",
            {
                "first_name": "Ada",
                "last_name": "Byron",
                "email": "a@x.example",
                "company": "Ford",
                "notes": "met",
            },
        ),
        ("ada lovelace", {"first_name": "ada", "last_name": "lovelace"}),
        ("Jürgen von der Heide", {"first_name": "Jürgen", "last_name": "von der Heide"}),
        (
            "a@x.example Ada Byron",
            {"first_name": "Ada", "last_name": "Byron", "email": "a@x.example"},
        ),
        (
            "John Smith, Ford Motors",
            {"first_name": "John", "last_name": "Smith", "company": "Ford Motors"},
        ),
        ("Ada (ada@x.example)", {"first_name": "Ada", "email": "ada@x.example"}),
        ("Ada +49 30 123456", {"first_name": "Ada", "phone": "+49 30 123456"}),
        ("Karl at Kaiser GmbH", {"first_name": "Karl", "company": "Kaiser GmbH"}),
        ("k@x.example at Kaiser GmbH", {"email": "k@x.example", "company": "Kaiser GmbH"}),
        ("Karl bei Müller & Söhne", {"first_name": "Karl", "company": "Müller & Söhne"}),
        (
            "Karl Kaiser, Kaiser Inc.",
            {"first_name": "Karl", "last_name": "Kaiser", "company": "Kaiser Inc."},
        ),
        ("Pat Attwood", {"first_name": "Pat", "last_name": "Attwood"}),
        ("a@x.example b@x.example", {"email": "a@x.example b@x.example"}),
        ("", {}),
    ],
)
def test_what_is_typed_beside_a_name_is_told_apart(typed: str, texts: dict[str, str]) -> None:
    assert split_name(typed, company="company", loosely=True) == texts


def test_a_title_joins_the_notes_of_a_row() -> None:
    row = {"notes": "Likes tea", "last_name": "King"}
    notes = "Title: Dr.\nLikes tea"
    assert with_name(row, "Dr. Ada Byron") == {
        "first_name": "Ada",
        "last_name": "King",
        "notes": notes,
    }


def test_a_name_alone_makes_no_company_where_one_would_be_made() -> None:
    """Behind a customer's name an account is made, so it takes a sign: at, a comma and GmbH."""
    assert split_name("Maria Garcia +34 600 123 456 Madrid", company="account") == {
        "first_name": "Maria",
        "last_name": "Garcia",
        "phone": "+34 600 123 456",
        "notes": "Madrid",
    }
    assert (
        split_name("Maria Garcia, at Garcia Motors", company="account")["account"]
        == "Garcia Motors"
    )


WORDS = st.sampled_from(
    [
        "Ada",
        "Byron",
        "Dr.",
        "van",
        "de",
        "Jr.",
        "Byron,",
        "(Bob)",
        "y",
        "&",
        "King",
        "PhD",
        "al-Hassan",
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_no_word_of_a_name_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    said = " ".join(read_name(text).values()).replace("Title: ", "").replace(",", "").split()
    assert Counter(said) == Counter(text.replace(",", "").split())


PARTS = st.sampled_from(
    [
        "Ada",
        "Byron",
        "van",
        "Dr.",
        "ada@x.example",
        "+49 30 123456",
        "0171 2345678",
        "at",
        "from",
        "of",
        "CEO",
        "Ford",
        "GmbH",
        "wants",
        "a",
        "pilot",
        ",",
        "-",
        "(",
        ")",
        "account",
        "20k",
    ]
)


@given(st.lists(PARTS, min_size=1, max_size=9))
def test_no_word_beside_a_name_is_lost(parts: list[str]) -> None:
    text = " ".join(parts)
    said = " ".join(split_name(text, company="company", loosely=True).values()).replace(
        "Title: ", ""
    )
    typed, kept = (Counter(re.findall(r"[\w@.+]+", each)) for each in (text, said))
    assert not typed - kept - Counter({"at": 9, "from": 9, "of": 9, "account": 9}), said
    assert not kept - typed, said
