"""Filters, from text to tree and back."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.core.parsing.texts import clean
from models.core.search.filter_nodes import And, Count, Node, Not, OneOf, Or, Term, Word
from models.core.search.filter_parser import Vocabulary, parse, write
from tests.tables import table

pytestmark = pytest.mark.dialect

WON = Term("stage", "=", "won")
BIG = Term("amount", ">", "10k")
MINE = Term("owner", "=", "me")
STRAY = "needs a field in front and a value behind, or a quote that closes"


@table(
    "text", ["stage=won", "stage = won", "STAGE =won", 'stage="won"', "stage=“won”", "stage==won"]
)
def test_a_field_is_compared_with_a_value(text):
    assert parse(text) == WON


@table(
    ("text", "op"),
    [(op, op) for op in ("=", "!=", ">", ">=", "<", "<=", "~")]
    + [("≠", "!="), ("<>", "!="), ("≥", ">="), ("≤", "<=")],
)
def test_every_comparison_is_known(text, op):
    assert parse(f"amount{text}10k") == Term("amount", op, "10k")
    assert parse(f"amount {text} 10k") == Term("amount", op, "10k")


@table(
    ("text", "value"),
    [
        ("name=-5", "-5"),
        ("name=+3d", "+3d"),
        ("name=a@b.co", "a@b.co"),
        ("name=https://x.org?a=b", "https://x.org?a=b"),
        ("name=<@U1>", "<@U1>"),
        ("name=<@U1|Ada L>", "<@U1|Ada L>"),
        ("name=O'Brien", "O'Brien"),
        ('name="Acme (UK)"', "Acme (UK)"),
        ('name=""', ""),
        (r'name="say \"hi\""', 'say "hi"'),
        (r'name="C:\\x"', r"C:\x"),
        ("name=and", "and"),
        ("name=€1.2m", "€1.2m"),
        ("name=won,lost", "won,lost"),
    ],
)
def test_a_value_is_bare_or_quoted(text, value):
    assert parse(text) == Term("name", "=", value)


@table("text", ["close-date<fri", "Close_Date < fri", "CLOSE-DATE<fri"])
def test_a_field_may_be_spelled_with_hyphens_and_capitals(text):
    assert parse(text) == Term("close_date", "<", "fri")


@table(
    ("text", "tree"),
    [
        ("", And(())),
        ("acme", Word("acme")),
        ('"acme corp"', Word("acme corp")),
        ("acme stage=won", And((Word("acme"), WON))),
        ("stage=won and amount>10k", And((WON, BIG))),
        ("stage=won AND amount>10k owner=me", And((WON, BIG, MINE))),
        ("stage=won or amount>10k", Or((WON, BIG))),
        ("stage=won owner=me or amount>10k", Or((And((WON, MINE)), BIG))),
        ("stage=won (owner=me or amount>10k)", And((WON, Or((MINE, BIG))))),
        ("not stage=won", Not(WON)),
        ("not stage=won owner=me", And((Not(WON), MINE))),
        ("not (stage=won or owner=me)", Not(Or((WON, MINE)))),
        ("NOT NOT acme", Not(Not(Word("acme")))),
        ("((acme))", Word("acme")),
        ('acme "and" corp', And((Word("acme"), Word("and"), Word("corp")))),
        ("<@U1> open", And((Word("<@U1>"), Word("open")))),
        ("R&D 24/7", And((Word("R&D"), Word("24/7")))),
    ],
)
def test_not_binds_tighter_than_and_and_and_than_or(text, tree):
    assert parse(text) == tree


@table(
    ("text", "sentence"),
    [
        (
            "stage=",
            '“stage=” (word 1) needs a value, and a quotation both its quotes. Try stage=12 or stage="".',
        ),
        (
            "a stage= )",
            '“stage=” (word 2) needs a value, and a quotation both its quotes. Try stage=12 or stage="".',
        ),
        (
            'name="Acme',
            '“name=” (word 1) needs a value, and a quotation both its quotes. Try name=12 or name="".',
        ),
        ("stage=won )", "“)” (word 2) closes what was never opened. Try stage=won or amount>10k."),
        (
            "(stage=won",
            "The end (after word 2) is missing a closing parenthesis. Try (stage=won or amount>10k).",
        ),
        ("()", "“)” (word 2) needs a field or a word here. Try stage=won or amount>10k."),
        (
            "a or",
            "The end (after word 2) needs a field or a word here. Try stage=won or amount>10k.",
        ),
        ("and a", "“and” (word 1) needs a field or a word here. Try stage=won or amount>10k."),
        ("a and or b", "“or” (word 3) needs a field or a word here. Try stage=won or amount>10k."),
        (
            "not",
            "The end (after word 1) needs a field or a word here. Try stage=won or amount>10k.",
        ),
        ("12 > 5", f"“>” (word 2) {STRAY}. Try stage=won or amount>10k."),
        ('acme "corp', f'“"” (word 2) {STRAY}. Try stage=won or amount>10k.'),
    ],
)
def test_what_is_no_filter_is_refused_at_the_word_where_it_goes_wrong(text, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        parse(text)


KNOWN = Vocabulary({"tags", "phone", "account", "name"}, lambda noun: KNOWN)
OPEN = Word("open")


@table(
    ("text", "tree"),
    [
        ("stage in (won, lost)", OneOf("stage", ("won", "lost"))),
        ("stage IN(won or lost)", OneOf("stage", ("won", "lost"))),
        ("stage not in (won)", Not(OneOf("stage", ("won",)))),
        ('close-date in ("last quarter", 4 dec)', OneOf("close_date", ("last quarter", "4 dec"))),
        ('name in ("A, B", "or", C)', OneOf("name", ("A, B", "or", "C"))),
        ("stage in (won) owner=me", And((OneOf("stage", ("won",)), MINE))),
        ("account.country in (DE, FR)", OneOf("account.country", ("DE", "FR"))),
        ("account.industry = retail", Term("account.industry", "=", "retail")),
        ("customer.account.country=DE", Term("customer.account.country", "=", "DE")),
        ("tags has vip", Term("tags", "has", "vip")),
        ('name has "red flag" open', And((Term("name", "has", "red flag"), OPEN))),
        ("account.name has fjord", Term("account.name", "has", "fjord")),
        ("has phone", And((Word("has"), Word("phone")))),
        ("leads has phone", And((Word("leads"), Word("has"), Word("phone")))),
        ("name in ada, bo", OneOf("name", ("ada", "bo"))),
        ("name not in ada,bo open", And((Not(OneOf("name", ("ada", "bo"))), OPEN))),
        ("name in Oslo", And((Word("name"), Word("in"), Word("Oslo")))),
        ("lunch in oslo, bergen", And(tuple(map(Word, ("lunch", "in", "oslo,", "bergen"))))),
        ("name is not ada", Term("name", "!=", "ada")),
        ('account.name is not "Blue Fjord"', Term("account.name", "!=", "Blue Fjord")),
        ("phone empty", Term("phone", "=", "empty")),
        ("phone is empty", Term("phone", "=", "empty")),
        ("phone not empty", Term("phone", "!=", "empty")),
        ("account.name is not empty", Term("account.name", "!=", "empty")),
        ("count(cases) > 2", Count("cases", "", And(()), ">", "2")),
        ("count (cases where open)>=2", Count("cases", "", OPEN, ">=", "2")),
        (
            "count(works at by customer where not (phone empty or open)) = 0",
            Count("works at", "customer", Not(Or((Term("phone", "=", "empty"), OPEN))), "=", "0"),
        ),
        ("count(cases) > 2 open", And((Count("cases", "", And(()), ">", "2"), OPEN))),
    ],
)
def test_lists_of_values_other_records_and_counts_are_conditions(text, tree):
    assert parse(text, KNOWN) == tree
    assert parse(write(tree), KNOWN) == tree


@table(
    ("text", "sentence"),
    [
        ("open stage in ()", "“stage in ()” (word 2) needs values between its parentheses. Try "),
        ("count() > 2", "“)” (word 2) needs the word for what is counted. Try count(cases where"),
        (
            "count(cases where open > 2",
            "The end (after word 4) is missing a closing parenthesis. Try count(cases where",
        ),
        ("count(cases) 2", "“2” (word 4) needs a sign and a number after the count. Try count("),
        ("count(cases)", "The end (after word 3) needs a sign and a number after the count. Try "),
        (
            "count(cases where count(tasks) > 1) > 2",
            "“count(” (word 4) stands inside of another count. Try count(cases where open) > 2.",
        ),
        ("(open) > 2", "“> 2” (word 4) needs a field in front and a value behind, or a quote"),
    ],
)
def test_what_is_no_list_and_no_count_is_refused_at_the_word(text, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        parse(text, KNOWN)


def test_the_place_of_a_condition_is_that_of_its_first_word():
    tree = parse("open (tags has vip or stage in (won)) count(cases) > 2 amount > 3", KNOWN)
    assert [part.place for part in tree.parts[1].parts] == [3, 7]
    assert [part.place for part in tree.parts[2:]] == [9, 13]


def test_the_examples_in_the_sentences_work():
    assert parse("stage=won or amount>10k") == Or((WON, BIG))
    assert parse("(stage=won or amount>10k)") == Or((WON, BIG))


def test_a_filter_has_a_greatest_length_depth_and_number_of_words():
    assert parse("(" * 20 + "a" + ")" * 20) == Word("a")
    for text, problem in (
        ("a" * 2001, "2000 characters"),
        ("(" * 21 + "a", "too deep"),
        ("a " * 201, "200 words"),
    ):
        with pytest.raises(ValueError, match=problem):
            parse(text)


ODD_TEXTS = ["and", "NOT", "<@U1|a b>", 'a"b', "\\", "(", "x=y", "<", "«»"]
TEXTS = st.text(max_size=12).map(clean) | st.sampled_from(ODD_TEXTS)
FIELDS = st.from_regex(r"[a-z][a-z0-9_.]{0,8}", fullmatch=True)
OPS = st.sampled_from(["=", "!=", ">", ">=", "<", "<=", "~"])
LEAVES: st.SearchStrategy[Node] = (
    st.builds(Term, FIELDS, OPS, TEXTS)
    | st.builds(Word, TEXTS)
    | st.builds(Term, st.sampled_from(["tags", "account.name"]), st.just("has"), TEXTS)
    | st.builds(OneOf, FIELDS, st.lists(TEXTS, min_size=1, max_size=3).map(tuple))
)


@table(
    ("condition", "most"),
    [
        ("name ~ acme", 8),
        ("stage = won", 40),
        ("stage in (won)", 40),
        ("a.b = c", 8),
        ("count(a) > 1", 8),
    ],
)
def test_a_filter_holds_as_many_conditions_as_a_database_soon_answers(condition, most):
    assert parse(" or ".join([condition] * most))
    with pytest.raises(
        ValueError, match=rf"at most {most} conditions.*; this has {most + 1}\. Try fewer"
    ):
        parse(" or ".join([condition] * (most + 1)))


def grow(trees):
    several = st.lists(trees, min_size=2, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, trees)


@given(st.recursive(LEAVES, grow, max_leaves=8))
@example(Not(And((Word(""), Word("or")))))
@example(Count("cases", "owner", Or((Word("a"), OneOf("b", ("c (d)", "or")))), "<", "3"))
@example(And((Word("tags"), Word("has"), Word("is"), Word("empty"))))
@example(Term("a", "=", "<@U1"))
@example(And((Not(Word("<@U1|a b>")), Word("<@U1>"))))
def test_what_is_written_is_read_back_as_the_same_tree(tree):
    assert parse(write(tree), KNOWN) == tree


def test_a_filter_is_written_in_its_plainest_form():
    written = write(parse('STAGE="won" and (owner=me or name="A B")'))
    assert written == 'stage = won (owner = me OR name = "A B")'
    assert write(parse("")) == ""


PIECES = st.lists(
    st.sampled_from(
        [
            "a",
            "stage",
            "=",
            ">",
            "<",
            "!",
            "~",
            "(",
            ")",
            '"',
            "“",
            "»",
            "\\",
            "and",
            "or",
            "not",
            "<@U1>",
            "10k",
            "in",
            "count",
            "has",
            "where",
            "empty",
            ",",
            "a.b",
        ]
    )
)


@given(st.text(max_size=300) | PIECES.map(" ".join) | PIECES.map("".join))
@example('"' * 2000)
@example("a" * 2000)
@example("a" + " " * 1998 + "b")
@example("not " * 500)
@example("<@" * 1000)
def test_any_text_is_a_filter_or_refused_with_a_sentence(text):
    try:
        tree = parse(text, KNOWN)
    except ValueError as error:
        assert re.fullmatch(r"(?s).+\. Try .+\.", str(error))  # noqa: PT017
    else:
        assert parse(write(tree), KNOWN) == tree
