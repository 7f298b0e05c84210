"""Cleaning, folding and unwrapping what people type."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from models.core.parsing.texts import clean, fold, from_slack, plain, target, unquote_smart, wrong
from tests.tables import table

FAMILY = "👩\u200d👩\u200d👧"
PERSIAN = "می\u200cخواهم"
HEBREW = "שלום \u200fעולם"


@table(
    ("typed", "kept"),
    [
        ("  Ada  ", "Ada"),
        ("a\x00b\x07c", "abc"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\tb", "a\tb"),
        ("pay\u200bpal\ufeff", "paypal"),
        ("pay\u200dpal", "paypal"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u2066b", "ab"),
        ("Cafe\u0301", "Café"),
        ("broken \ud800 half", "broken  half"),
        (FAMILY, FAMILY),
        (PERSIAN, PERSIAN),
        (HEBREW, HEBREW),
        ("❤\ufe0f", "❤\ufe0f"),
        ("👩\u200d", "👩"),
        ("\u200d\u200d👩", "👩"),
    ],
)
def test_a_text_keeps_what_can_be_seen(typed, kept):
    assert clean(typed) == kept


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet="ae\u0301\u0302\u200b\u200c\u200d👩\u05d0\u202e \n"))
def test_joiners_and_accents_in_any_order_settle_at_once(text):
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_a_clean_text_can_be_stored_anywhere(text):
    kept = clean(text)
    assert "\x00" not in kept
    assert not {
        unicodedata.category(letter) for letter in kept.replace("\n", "").replace("\t", "")
    } & {"Cc", "Cs"}
    assert kept.encode("utf-8").decode("utf-8") == kept


@table(
    ("text", "folded"),
    [
        ("  Ada   LOVELACE ", "ada lovelace"),
        ("Müller", "muller"),
        ("Straße", "strasse"),
        ("Łódź Ørsted Ægir", "lodz orsted aegir"),
        ("İstanbul ışık", "istanbul isik"),
        ("ﬁne", "fine"),
        ("Tiếng Việt", "tieng viet"),
        ("Йод", "иод"),
        ("한국", "한국"),
        ("がくせい", "がくせい"),
        ("हिन्दी", "हिन्दी"),
        ("שָׁלוֹם", "שלום"),
        ("O’Brien", "o'brien"),
        ("O`Brien", "o'brien"),
        ("O´Brien", "o'brien"),
        ("L‘Oréal", "l'oreal"),
        ("Meyer – Sons", "meyer - sons"),
        ("Meyer—Sons", "meyer-sons"),
        ("“Acme” „Bolt“", '"acme" "bolt"'),
    ],
)
def test_folding_forgets_case_and_diacritics_but_not_letters(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F)))
def test_upper_and_lower_case_of_latin_fold_alike(text):
    assert fold(text.upper()) == fold(text.upper().lower())


@table(
    ("typed", "meant"),
    [
        ("“Acme” and ‘Bolt’", "\"Acme\" and 'Bolt'"),
        ("«Acme» „Bolt“", '"Acme" "Bolt"'),
        ("—here", "--here"),
        ("note –dm", "note --dm"),
        ("–3d", "-3d"),
        ("now — or never", "now - or never"),
        ("2020–2024", "2020-2024"),
        ("−5", "-5"),
    ],
)
def test_smart_punctuation_becomes_plain(typed, meant):
    assert unquote_smart(typed) == meant


def test_a_value_is_made_regular_for_matching():
    assert plain("  ３ Dec —  ٢٠٢٦ ") == "3 dec - 2026"


@table(
    ("sent", "typed"),
    [
        ("A &amp; B &lt;C&gt;", "A & B <C>"),
        ("&amp;lt;", "&lt;"),
        ("<mailto:a@b.co|a@b.co>", "a@b.co"),
        ("<mailto:a@b.co>", "a@b.co"),
        ("call <tel:+4930123456|030 123456> now", "call 030 123456 now"),
        ("<http://x.org|x.org>", "x.org"),
        ("<https://x.org/?a=1&amp;b=2>", "https://x.org/?a=1&b=2"),
        ("<@U1|ada> and <@U2>", "<@U1> and <@U2>"),
        ("<#C1|sales>", "<#C1|sales>"),
        ("<!here>", "<!here>"),
        ("a < b > c", "a < b > c"),
    ],
)
def test_slacks_spelling_is_undone(sent, typed):
    assert from_slack(sent) == typed


def test_a_single_link_leads_to_its_target_and_not_to_its_words():
    assert target("<https://x.org/?a=1&amp;b=2|click here>") == "https://x.org/?a=1&b=2"
    assert target("<tel:+4930123456|030 123456>") == "+4930123456"
    assert target("see <https://x.org>") == "see <https://x.org>"


def test_an_error_quotes_what_was_typed_and_ends_with_an_example():
    assert str(wrong("abc", "is not a day", "fri")) == "“abc” is not a day. Try fri."


def test_an_error_quotes_no_more_than_a_line():
    sentence = str(wrong("word\n" * 100, "is not a day", "fri"))
    assert sentence.startswith("“word word")
    assert sentence.endswith("…” is not a day. Try fri.")
    assert len(sentence) < 80
