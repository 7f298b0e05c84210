"""What a command line means, in every order and spelling people use."""

from hypothesis import example, given
from hypothesis import strategies as st

from handlers.core.commandline.parser import Line, Ref, Words, parse, suggest
from tests.tables import table

COMMON = frozenset({"new", "show", "edit", "set", "list", "find", "delete", "restore", "assign"})
WORDS = Words(
    nouns={
        "deal": "opportunity",
        "deals": "opportunity",
        "opportunity": "opportunity",
        "case": "case",
        "ticket": "case",
        "task": "activity",
        "lead": "lead",
        "customer": "customer",
        "note": "activity",
    },
    verbs={
        "opportunity": COMMON | {"won", "lost", "note"},
        "case": COMMON | {"reply", "note", "merge", "claim"},
        "activity": COMMON | {"done", "snooze", "drop", "sort"},
        "lead": COMMON | {"convert"},
        "customer": COMMON,
    },
    globals=frozenset({"help", "home", "find", "log", "undo", "status"}),
    prefixes={"OP": "opportunity", "CS": "case", "CU": "customer", "LD": "lead", "AT": "activity"},
    fields={
        "opportunity": {"name", "amount", "stage", "close_date", "owner"},
        "case": {"subject", "priority"},
    },
)

OP42 = Ref("number", "OP-42", "opportunity", 42)
CS9 = Ref("number", "CS-9", "case", 9)


def read(line: str) -> Line:
    return parse(line, WORDS)


def outline(line: str) -> tuple[str | None, str | None, list[str]]:
    found = read(line)
    return found.noun, found.verb, [ref.text for ref in found.refs]


@table(
    ("line", "noun", "verb", "refs"),
    [
        ("deal new", "opportunity", "new", []),
        ("new deal", "opportunity", "new", []),
        ("DEAL New", "opportunity", "new", []),
        ("opportunity list", "opportunity", "list", []),
        ("deal won OP-42", "opportunity", "won", ["OP-42"]),
        ("deal OP-42 won", "opportunity", "won", ["OP-42"]),
        ("won deal OP-42", "opportunity", "won", ["OP-42"]),
        ("OP-42 won", "opportunity", "won", ["OP-42"]),
        ("won OP-42", "opportunity", "won", ["OP-42"]),
        ("show OP-42", "opportunity", "show", ["OP-42"]),
        ("OP-42", "opportunity", "show", ["OP-42"]),
        ("deal OP-42", "opportunity", "show", ["OP-42"]),
        ("OP-42 amount=50k", "opportunity", "edit", ["OP-42"]),
        ("case CS-9 merge CS-12", "case", "merge", ["CS-9", "CS-12"]),
        ("merge CS-9 CS-12", "case", "merge", ["CS-9", "CS-12"]),
        ("this won", None, "won", ["this"]),
        ("won this", None, "won", ["this"]),
        ("this", None, "show", ["this"]),
        ("deal this won", "opportunity", "won", ["this"]),
        ('"Acme rollout" won', None, "won", ["Acme rollout"]),
        ('deal "Acme rollout" won', "opportunity", "won", ["Acme rollout"]),
        ("show ada@example.org", None, "show", ["ada@example.org"]),
        (
            "customer <mailto:Ada@Example.org|Ada@Example.org>",
            "customer",
            "show",
            ["ada@example.org"],
        ),
        ("deal", "opportunity", None, []),
        ("deals --csv", "opportunity", None, []),
        ("deal acme", "opportunity", "find", []),
        ("deal stage=won", "opportunity", "find", []),
        ("help", None, "help", []),
        ("help deal", None, "help", []),
        ("find acme", None, "find", []),
        ("find deal acme", "opportunity", "find", []),
        ("log OP-42 call", None, "log", ["OP-42"]),
        ("new", None, "new", []),
        ("note OP-42 hello", "opportunity", "note", ["OP-42"]),
        ("note new", "activity", "new", []),
        ('task "call Ada"', "activity", "show", ["call Ada"]),
        ("", None, None, []),
        ("   ", None, None, []),
    ],
)
def test_noun_verb_and_reference_are_found_in_any_order(line, noun, verb, refs):
    assert outline(line) == (noun, verb, refs)


@table("typed", ["OP-42", "op-42", "OP42", "op42", "#OP-42", "OP-042", "(OP-42),", "OP–42"])
def test_a_reference_is_read_in_any_spelling(typed):
    assert read(typed).refs == (OP42,)


@table("typed", ["XX-42", "OP-", "OP-x", "OP-4-2", "42", "OP-1234567890123"])
def test_what_only_looks_like_a_reference_is_a_word(typed):
    assert read(typed).refs == ()
    assert read(typed).unknown == typed


@table(
    ("line", "fields"),
    [
        ("deal new name=Acme amount=12k", {"name": "Acme", "amount": "12k"}),
        ('deal new name="Acme rollout"', {"name": "Acme rollout"}),
        ("deal new name=“Acme rollout”", {"name": "Acme rollout"}),
        ("deal new NAME=Acme", {"name": "Acme"}),
        ("deal new close-date=fri", {"close_date": "fri"}),
        ("deal new amount=€1.2m", {"amount": "€1.2m"}),
        ("deal new name=A&amp;B", {"name": "A&B"}),
        ("deal edit OP-42 stage=", {"stage": ""}),
        ('deal edit OP-42 stage=""', {"stage": ""}),
        ("deal new owner=<@U1|ada>", {"owner": "<@U1>"}),
        ("lead new email=<mailto:a@b.co|a@b.co>", {"email": "a@b.co"}),
        ("lead new phone=<tel:+4930123456|030 123456>", {"phone": "+4930123456"}),
        (
            "lead new website=<https://x.org/?a=1&amp;b=2|click here>",
            {"website": "https://x.org/?a=1&b=2"},
        ),
        ("deal list amount&gt;=10k stage!=won", {}),
        ("deal new name==x", {}),
    ],
)
def test_fields_are_read_with_their_values(line, fields):
    assert read(line).fields == fields


def test_a_field_nobody_knows_stays_in_the_text_and_is_named():
    line = read("deal new Acme stge=won")
    assert (line.fields, line.text, line.unknown) == ({}, "Acme stge=won", "stge")


def test_an_entity_whose_fields_are_not_told_takes_any():
    assert read("lead new colour=red").fields == {"colour": "red"}


@table(
    ("line", "flags"),
    [
        ("deal list --here", {"here": True}),
        ("deal list —here", {"here": True}),
        ("deal list –here --CSV", {"here": True, "csv": True}),
        ("--dm deal list", {"dm": True}),
        ('deal list --every "mon 9:00"', {"every": "mon 9:00"}),
        ("deal list --every “mon 9:00” --here", {"every": "mon 9:00", "here": True}),
        ("deal list --every mon 9:00", {"every": "mon 9:00"}),
        ("deal list --every mon acme", {"every": "mon"}),
        ("deal list --every=mon", {"every": "mon"}),
        ('deal list --every="mon 9:00"', {"every": "mon 9:00"}),
        ("deal list --every", {"every": True}),
        ("deal list -here here-- a--here", {}),
    ],
)
def test_flags_are_read_wherever_they_stand(line, flags):
    found = read(line)
    assert found.flags == flags
    assert (found.noun, found.verb) == ("opportunity", "list")


def test_a_flag_nobody_knows_stays_in_the_text_and_is_named():
    line = read("deal list --hree")
    assert (line.flags, line.text, line.unknown) == ({}, "--hree", "hree")


def test_flags_are_in_neither_text_nor_rest():
    line = read('deal list stage = open --every "mon 9:00" and amount &gt; 10k --here')
    assert line.rest == "stage = open and amount > 10k"
    assert (line.text, line.fields) == ("and amount > 10k", {"stage": "open"})


def test_people_and_channels_are_ids():
    line = read("assign CS-9 <@U1|ada> <#C2|sales>")
    assert (line.people, line.channels, line.refs, line.text) == (("U1",), ("C2",), (CS9,), "")


def test_who_and_what_is_named_within_a_sentence_stays_in_it_too():
    line = read('log OP-42 call with <@U1|ada> about CU-12, "the plan" and this')
    assert line.people == ("U1",)
    assert [ref.text for ref in line.refs] == ["OP-42", "CU-12"]
    assert line.text == 'call with <@U1> about CU-12, "the plan" and this'


def test_a_quotation_after_a_noun_and_verb_is_a_name():
    line = read('deal new "Big one" amount=5k')
    assert (line.refs, line.text, line.fields) == ((Ref("name", "Big one"),), "", {"amount": "5k"})


def test_what_is_said_keeps_its_lines_quotes_and_signs():
    line = read('case CS-9 reply  Dear "Ada",\n\n1 &lt; 2 &amp; x=5\nsee CS-12')
    assert line.said == 'Dear "Ada",\n\n1 < 2 & x=5\nsee CS-12'
    assert line.verb == "reply"


def test_what_is_said_begins_after_the_references_in_front():
    assert read("reply CS-9 Hello").said == "Hello"
    assert read("reply CS-9 Hello").rest == "CS-9 Hello"
    assert read("case note CS-9 <@U1> please look --here").said == "<@U1> please look"


def test_the_rest_begins_after_noun_and_verb():
    assert read('deal find "acme corp" stage=won').rest == '"acme corp" stage=won'
    assert read("find acme").rest == "acme"
    assert read("deal acme corp").rest == "acme corp"
    assert read("acme corp").rest == "acme corp"


@table(
    ("line", "unknown"),
    [
        ("deal new Acme", None),
        ("deal acme corp", "acme"),
        ("deal nwe", "nwe"),
        ("OP-42 wno", "wno"),
        ("convert OP-42", "convert"),
        ("convert deal OP-42", "convert"),
        ("dael new", "dael"),
        ("new dael", "dael"),
        ("OP-42 won", None),
        ("find acme", None),
        ("help dael", None),
    ],
)
def test_the_first_word_nobody_knows_is_named(line, unknown):
    assert read(line).unknown == unknown


def test_a_verb_of_another_noun_is_not_taken():
    assert outline("convert OP-42") == ("opportunity", None, ["OP-42"])


PIECES = st.lists(
    st.sampled_from(
        [
            "deal",
            "new",
            "won",
            "OP-42",
            "CS-9",
            "this",
            "find",
            "help",
            "name=",
            "amount=12k",
            '"',
            "“",
            "”",
            "«a b»",
            "—here",
            "--every",
            "--",
            "=",
            "<@U1|ada>",
            "<@U1",
            "<#C1|x>",
            "<mailto:a@b.co|a@b.co>",
            "<http://x|",
            "a@b.co",
            "&amp;",
            "&lt;@U1&gt;",
            "9:00",
            "\n",
            "\x00",
            "\u202e",
            "🎉",
            "((",
            "#OP1",
            "x=<",
            "|",
            "-",
            "—",
        ]
    ),
    max_size=30,
)
LIKELY = PIECES.map(" ".join) | PIECES.map("".join)


@given(st.text(max_size=4000) | LIKELY)
@example("<" * 4000)
@example('"' * 4000)
@example("<@" * 2000)
@example("a=" * 2000)
@example("—" * 4000)
@example("OP" + "9" * 3998)
def test_there_is_no_line_that_is_refused(text):
    line = read(text)
    assert line.raw == text
    assert line.noun in {None, *WORDS.nouns.values()}
    assert line.verb in {
        None,
        *WORDS.globals,
        *(verb for verbs in WORDS.verbs.values() for verb in verbs),
    }
    assert all(ref.number is None or ref.number >= 0 for ref in line.refs)
    assert line.rest.endswith(line.said)


@given(st.lists(st.sampled_from(["deal", "new", "OP-42", "acme", "amount=12k", '"a b"', "<@U1>"])))
def test_a_flag_changes_nothing_else(pieces):
    plain, marked = read(" ".join(pieces)), read(" ".join([*pieces, "--here"]))
    assert marked.flags == {"here": True}
    assert (plain.noun, plain.verb, plain.refs, plain.text) == (
        marked.noun,
        marked.verb,
        marked.refs,
        marked.text,
    )
    assert (plain.rest, plain.said) == (marked.rest, marked.said)


@given(st.sampled_from(["won", "lost", "show", "assign"]), st.integers(1, 10**9))
def test_both_word_orders_mean_the_same(verb, number):
    orders = [
        f"{verb} OP-{number}",
        f"OP-{number} {verb}",
        f"deal {verb} OP-{number}",
        f"deal OP-{number} {verb}",
    ]
    assert {outline(order)[:2] for order in orders} == {("opportunity", verb)}
    assert {read(order).refs for order in orders} == {
        (Ref("number", f"OP-{number}", "opportunity", number),)
    }


@table(
    ("typed", "meant"),
    [
        ("dael", "deal"),
        ("stge", "stage"),
        ("shwo", "show"),
        ("conv", "convert"),
        ("Custmer", "customer"),
    ],
)
def test_the_nearest_words_are_suggested(typed, meant):
    near = suggest(typed, ["deal", "stage", "show", "convert", "customer", "case", "lead"])
    assert near[0] == meant
    assert len(near) <= 3


def test_nothing_is_suggested_for_what_is_near_to_nothing():
    assert suggest("zzz", ["deal", "case"]) == []
    assert suggest("", ["deal"]) == []
    assert suggest("deal", []) == []
