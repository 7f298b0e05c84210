"""How a command line is cut into tokens."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.core.commandline.lexer import scan, take_flags
from tests.tables import table

KNOWN = {"here": False, "every": True}


def kinds(line: str) -> list[tuple[str, str, str]]:
    return [(token.kind, token.name, token.text) for token in scan(line)]


@table(
    ("line", "token"),
    [
        ("Acme", ("word", "", "Acme")),
        ("R&amp;D", ("word", "", "R&D")),
        ("it's", ("word", "", "it's")),
        ('5"', ("word", "", '5"')),
        ("<https://x.org/a|our page>", ("word", "", "https://x.org/a")),
        ("<mailto:a@b.co|Ada L>,", ("word", "", "Ada L,")),
        ("<!here>", ("word", "", "<!here>")),
        ('"Acme Corp"', ("quoted", "", "Acme Corp")),
        ("„Acme Corp“", ("quoted", "", "Acme Corp")),
        ("name=Acme", ("field", "name", "Acme")),
        ("Customer.Name=Acme", ("field", "customer.name", "Acme")),
        ('name="Acme Corp"', ("field", "name", "Acme Corp")),
        ("name=<mailto:a@b.co|a@b.co>", ("field", "name", "a@b.co")),
        ("name=", ("field", "name", "")),
        ("--here", ("flag", "here", "")),
        ("—Here", ("flag", "here", "")),
        ('--every="mon 9:00"', ("flag", "every", "mon 9:00")),
        ("<@U1|ada>", ("person", "", "U1")),
        ("<#C1>", ("channel", "", "C1")),
    ],
)
def test_every_kind_of_token_is_known(line, token):
    assert kinds(line) == [token]


def test_a_quotation_that_never_closes_is_words():
    assert kinds('"Acme Corp') == [("word", "", '"Acme'), ("word", "", "Corp")]


def test_a_mention_typed_letter_by_letter_is_a_word_and_nobody():
    assert kinds("&lt;@U1&gt;") == [("word", "", "<@U1>")]


def test_only_a_word_can_be_a_keyword():
    assert [token.word for token in scan('Deal "new" a=b --here <@U1>')] == ["deal", "", "", "", ""]


def test_the_known_flags_are_taken_out_with_the_places_they_stood_in():
    line = "deal --every mon 9:00 acme --hree --here"
    others, flags = take_flags(scan(line), KNOWN)
    assert [token.text or token.name for token in others] == ["deal", "acme", "hree"]
    assert [(flag.name, flag.value) for flag in flags] == [("every", "mon 9:00"), ("here", True)]
    assert [line[flag.start : flag.end] for flag in flags] == ["--every mon 9:00", "--here"]


def test_a_flag_does_not_swallow_a_field_or_a_person():
    others, flags = take_flags(scan("--every stage=won --every <@U1>"), KNOWN)
    assert [(flag.name, flag.value) for flag in flags] == [("every", True), ("every", True)]
    assert [token.kind for token in others] == ["field", "person"]


@given(st.text(max_size=400))
def test_every_visible_character_is_in_exactly_one_token(line):
    left = list(line)
    for token in scan(line):
        left[token.start : token.end] = [" "] * (token.end - token.start)
    assert "".join(left).strip() == ""
    ends = [0, *(token.end for token in scan(line))]
    assert all(token.start >= end for token, end in zip(scan(line), ends, strict=False))
