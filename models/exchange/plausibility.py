"""How plausible a decoded word is: what no language writes was read in the wrong encoding."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from models.exchange.alphabets import (
    CYRILLIC,
    CYRILLIC_VOWELS,
    FINAL_HEBREW,
    LATIN,
    LEADS,
    NEVER_FIRST,
    RARE_CYRILLIC,
    SELDOM,
    SINGLE,
)

BESIDE_WORDS = frozenset("€£¥§°©®™…–—“”„‘’«»·•½¼¾²³µºª¿¡×№、。・「」（）【】《》：，！？～ー　")
"""Signs that occur between and next to words."""
AFTER_FIGURES = frozenset("€£¥§°²³½¼¾¿")
INSIDE_WORDS = frozenset("’–—·")
ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC")
MANY, FEW = 8, 4
"""The number of letters, and of words, from which on it means something what they all share."""
THAI_VOWELS = frozenset("ะัาำิีึืุูเแโใไ็่้์")
GREEK_ACCENTS = frozenset("άέήίόύώ")


@dataclass(frozen=True)
class Oddity:
    """How odd words are: on average, 0 to 1, and how many of them nobody can have written."""

    mean: float
    impossible: int


def oddity(words: Sequence[str], encoding: str) -> Oddity:
    """Return how odd words are if they were written in this encoding."""
    if not words:
        return Oddity(1.0, 0)
    found = [odd_in(word, encoding) for word in words]
    together = odd_together("".join(words), encoding) + odd_mixture(words, encoding)
    return Oddity(sum(found) / len(found) + together + SELDOM.get(encoding, 0), found.count(1.0))


def odd_in(word: str, encoding: str) -> float:
    if odd_signs(word):
        return 1.0
    if encoding in LEADS:
        return odd_characters(word, encoding)
    if has_odd_case(word):
        return 1.0
    parts = [part for part in split(word) if not part.isascii()]
    return max((odd_part(part, encoding) for part in parts), default=0.0)


def split(word: str) -> list[str]:
    """Return the parts of a word that are letters."""
    return "".join(
        letter if unicodedata.category(letter)[0] in "LM" else " " for letter in word
    ).split()


@cache
def script(letter: str) -> str:
    """Return the script of a letter; Chinese, Japanese and Korean count as one."""
    name = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
    return "ASIAN" if name in ASIAN else name


def odd_signs(word: str) -> bool:
    """Return whether a word holds a sign that nobody writes, or a usual one amid letters."""
    for place, sign in enumerate(word):
        if sign.isascii() or sign.isalpha() and unicodedata.category(sign) in ("Lu", "Ll", "Lo"):
            continue
        if unicodedata.category(sign) in ("Mn", "Mc") and script(sign) == script(
            word[place - 1 : place] or " "
        ):
            continue  # vowels of other scripts
        if sign not in BESIDE_WORDS:
            return True
        between = word[place - 1 : place].isalpha() and word[place + 1 : place + 2].isalpha()
        if between and sign not in INSIDE_WORDS and script(word[place - 1]) != "ASIAN":
            return True
        if sign in AFTER_FIGURES and word[max(place - 4, 0) : place].isalpha() and place > 3:
            return True
        if sign in "–—" and between and word[place - 1].islower() and word[place + 1].islower():
            return True
    return any(
        unicodedata.normalize("NFKC", letter) != letter and script(letter) == "LATIN"
        for letter in word
        if letter not in "ºª"
    )


def has_odd_case(word: str) -> bool:
    """Return whether a letter beyond ASCII is large after a small one, or small among large."""
    for before, letter, after in zip(f" {word}", word, f"{word[1:]} ", strict=False):
        if letter.isascii():
            continue
        if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
            return True
        if letter.islower() and letter not in "ßı" and before.isupper() and after.isupper():
            return True
    return False


def odd_part(part: str, encoding: str) -> float:
    scripts = {script(letter) for letter in part}
    if len(scripts) > 1:
        return 1.0
    if len(part) == 1 and part.isupper():
        return 0.4
    letters = part.lower().replace("i̇", "i")
    kinds = SINGLE[encoding]
    if scripts == {"LATIN"}:
        return odd_latin(letters, kinds)
    if scripts == {"CYRILLIC"}:
        return odd_cyrillic(letters)
    if scripts == {"HEBREW"}:
        return 1.0 if FINAL_HEBREW & set(letters[:-1]) else 0.1
    if scripts == {"GREEK"}:
        accents = sum(letter in GREEK_ACCENTS for letter in letters)
        return 1.0 if accents > 1 else 0.0 if accents or part.isupper() else 0.5
    if scripts == {"THAI"}:
        return 0.1 if THAI_VOWELS & set(letters) else 0.8
    return 0.1 if scripts == {"ARABIC"} else 0.7


def odd_latin(letters: str, languages: tuple[str, ...]) -> float:
    """Return how odd a word is in the language that fits it best."""
    special = {letter for letter in letters if not letter.isascii()}
    fitting = [
        LATIN[each][1] for each in languages if each in LATIN and special <= set(LATIN[each][0])
    ]
    if not fitting:
        return 1.0
    return max(
        min(fitting),
        odd_neighbours(letters),
        0.3 if len(letters) == 1 and letters not in "àéèáóíúyö" else 0.0,
    )


def odd_neighbours(letters: str) -> float:
    """Return how odd the neighbours of letters are that have few possible neighbours."""
    for before, letter, after in zip(f" {letters}", letters, f"{letters[1:]} ", strict=False):
        if letter == "ß" and before not in "aeiouyäöü":
            return 1.0
        if letter == "õ" and after not in "eo":
            return 0.4
        if letter in "îû" and before not in " aeoubcdfghlmnprstv":
            return 0.4
    return 0.0


def odd_cyrillic(letters: str) -> float:
    if not any(set(letters) <= set(alphabet) for alphabet in CYRILLIC) or letters[0] in NEVER_FIRST:
        return 1.0
    if len(letters) > 3 and not CYRILLIC_VOWELS & set(letters):
        return 0.8
    return sum(RARE_CYRILLIC.get(letter, 0) for letter in letters) / len(letters)


def odd_characters(word: str, encoding: str) -> float:
    """Return how odd the Chinese, Japanese and Korean characters in a word are."""
    total, count = 0.0, 0
    for before, letter, after in zip(f" {word}", word, f"{word[1:]} ", strict=False):
        if letter.isascii():
            continue
        if before.isascii() and before.islower() or after.isascii() and after.islower():
            return 1.0
        if script(letter) not in ("ASIAN", "") and letter.isalpha():
            return 1.0
        lead = letter.encode(encoding, "replace")[0]
        total += next(odd for low, high, odd in LEADS[encoding] if low <= lead <= high)
        count += 1
    return total / count if count else 0.0


def odd_together(text: str, encoding: str) -> float:
    """Return how odd the words are together, in what no single word shows.

    That is no capitals at all, or only one half of the characters.
    """
    letters = [letter for letter in text if not letter.isascii()]
    if encoding in ("gb18030", "euc_jp") and len(letters) >= MANY:
        leads = [letter.encode(encoding, "replace")[0] for letter in letters]
        high = 0xC9 if encoding == "gb18030" else 0xC0
        kana = any(lead in (0xA4, 0xA5) for lead in leads)
        return 0.3 if not kana and sum(lead >= high for lead in leads) < len(leads) / 10 else 0.0
    if "cyrillic" in SINGLE.get(encoding, ()) and len(letters) >= MANY:
        return 0.0 if any(letter.isupper() for letter in letters) else 0.3
    return 0.0


def odd_mixture(words: Sequence[str], encoding: str) -> float:
    """Return how odd it is that words belong to so many languages."""
    languages = [set(LATIN[each][0]) for each in SINGLE.get(encoding, ()) if each in LATIN]
    left = [
        special
        for word in words
        if (special := {c for c in word.lower() if c.isalpha() and not c.isascii()})
    ]
    if len(left) < FEW or not languages:
        return 0.0
    needed = 0
    while left and needed < 3:
        best = max(languages, key=lambda letters: sum(special <= letters for special in left))
        rest = [special for special in left if not special <= best]
        if len(rest) == len(left):
            break
        left, needed = rest, needed + 1
    return 0.15 * max(needed - 1, 0)
