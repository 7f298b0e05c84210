"""Clean, fold and unwrap what people type, and write the sentence that says what is wrong."""

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence

LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control characters, lone surrogates, zero-width spaces, and the marks that turn a whole line round
# (embeddings, overrides, isolates). The plain direction marks U+200E, U+200F and U+061C stay:
# ordinary right-to-left text has them.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\u202a-\u202e\u2066-\u2069]"
)
# The joiners build emoji and Persian and Indian words; beside Latin letters or at an end they only
# make look-alikes.
LATIN = "\x00-\u036f\u1e00-\u1eff"
STRAY_JOINERS = re.compile(f"(?<![^{LATIN}])[\u200c\u200d]+|[\u200c\u200d]++(?![^{LATIN}])")

SMART = str.maketrans(
    dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’‚‛", "'") | dict.fromkeys("‐‑‒−", "-")
)
SMART_FLAG = re.compile(r"(?<!\S)[—–](?=[^\W\d])")
DASHES = re.compile("[—–―]")

WRAPPED = re.compile(r"<(?:mailto:|tel:|(?=https?://))([^<>|\s]*)(?:\|([^<>]*))?>")
MENTION_NAME = re.compile(r"<@(\w+)\|[^<>]*>")
ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
ENTITY = re.compile("&(?:amp|lt|gt);")

TYPOGRAPHY = (
    dict.fromkeys("’‘‚‛ʼʻ′´`‹›", "'")
    | dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‐‑‒–—―−﹘", "-")
)
"""The signs that word processors and telephones put in the place of those on the keyboard."""
KEYBOARD = str.maketrans(TYPOGRAPHY)

# Letters that Unicode does not take apart although people type them without the stroke.
STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d"}
)


WIDEST = 4
"""How many words a noun has at most."""


def leading(words: Sequence[str], known: Container[str]) -> str:
    """Return the longest known noun that words begin with, or "": price list before price.

    A colon may follow it.
    """
    lengths = range(min(len(words), WIDEST), 0, -1)
    said = (" ".join(words[:length]).rstrip(":") for length in lengths)
    return next((noun for noun in said if noun in known), "")


def clean(text: str) -> str:
    """Return a text composed and stripped, without invisible signs; every text goes through it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = UNSEEN.sub("", LINE_ENDS.sub("\n", text))
    text = STRAY_JOINERS.sub("", unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", text).strip()


def fold(text: str) -> str:
    """Return the text as search compares it.

    It has no case, no diacritics, single spaces, and quotes and dashes of the keyboard.
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    text = text.translate(KEYBOARD)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    text = "".join(
        letter for letter in text.translate(STROKES).translate(KEYBOARD) if not is_diacritic(letter)
    )
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_diacritic(letter: str) -> bool:
    """Return whether a letter is an accent, a Hebrew point or an Arabic vowel sign.

    Marks that are letters of their own in India or Japan are not.
    """
    place = unicodedata.combining(letter)
    return place == 1 or 10 <= place <= 36 or place >= 200


def summary(doc: str | None) -> str:
    """Return the first paragraph of a docstring, in one line."""
    return " ".join((doc or "").strip().partition("\n\n")[0].split())


def unquote_smart(text: str) -> str:
    """Return curly quotes and long dashes as the keyboard has them.

    A long dash before a word was two hyphens.
    """
    return DASHES.sub("-", SMART_FLAG.sub("--", text.translate(SMART)))


def plain(text: str) -> str:
    """Return a short value in a regular form for matching.

    It has ASCII digits and hyphens, lower case and single spaces.
    """
    text = clean(text)
    if text.isascii():
        return " ".join(text.lower().split())
    text = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text
    )
    return " ".join(DASHES.sub("-", text.translate(SMART)).lower().split())


def from_slack(text: str) -> str:
    """Return Slack's spelling of a text as the person saw it.

    Links are shown by their words, mentions by their id, `&amp;` as &.
    """
    text = WRAPPED.sub(lambda link: link[2] or link[1], text)
    return unescape(MENTION_NAME.sub(r"<@\1>", text))


def target(text: str) -> str:
    """Return where a single link of Slack's leads; any other text as it is.

    `<mailto:a@b.co|Ada>` is a@b.co.
    """
    text = clean(text)
    link = WRAPPED.fullmatch(text)
    return unescape(link[1]) if link else text


def unescape(text: str) -> str:
    return ENTITY.sub(lambda entity: ENTITIES[entity[0]], text)


def enumerated(words: Iterable[str], joint: str = "and") -> str:
    """Return words as a sentence has them: one, two and three; "" for none.

    Args:
        words: The words.
        joint: What stands before the last of them.
    """
    *most, last = [*words] or [""]
    return f"{', '.join(most)} {joint} {last}" if most else last


def wrong(text: str, problem: str, example: str) -> ValueError:
    """Return the error that a person reads, which ends with something that works.

    An example is “abc” is not an amount. Try 1200 or 12k.
    """
    text = " ".join(clean(text).split())
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    return ValueError(f"“{shown}” {problem}. Try {example}.")


def with_article(noun: str) -> str:
    """Return a noun with its article: a deal, an account."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
