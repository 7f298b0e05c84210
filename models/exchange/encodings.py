"""Find a file's encoding: what its bytes prove, what reads like a language, what a person says."""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from models.core.errors import CRMError
from models.exchange.alphabets import LEADS, SINGLE, SPOKEN
from models.exchange.plausibility import Oddity, oddity

CHUNK = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
WORD = re.compile(r"[^\s,;|\"/()<>@&+=]*[^\x00-\x7f][^\s,;|\"/()<>@&+=]*")
LINES, LONGEST_LINE, WORDS = 2_000, 2_000, 1_500
"""How much is looked at to distinguish encodings."""
ODD, CLOSE = 0.34, 0.12
"""What reads worse than the first is no language; what reads nearly as well is a rival."""
OLD_MAC = 0.2
SHOWN = 3


class Unsure(CRMError):
    """Nobody can say which encoding a file has; the sentence says what the person can do."""


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file.

    Attributes:
        guessed: Some words of the file that show whether the guess is right; none when it is
            certain.
    """

    name: str
    guessed: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        if not self.guessed:
            return ""
        words = ", ".join(f"“{word}”" for word in self.guessed)
        return (
            f"The file is not UTF-8 and was read as {SPOKEN.get(self.name, self.name)} ({self.name}): {words}. "
            "If that is wrong, say which it is with --encoding."
        )


def encoding_of(file: BinaryIO, wanted: str = "") -> Encoding:
    """Return the encoding of a file.

    Args:
        file: The file.
        wanted: The encoding that the person named, "" to detect it.

    Raises:
        Unsure: The person must name an encoding.
    """
    if wanted:
        return Encoding(named(file, wanted))
    file.seek(0)
    start = file.read(CHUNK)
    for mark, name in MARKS:
        if start.startswith(mark):
            return Encoding(name)
    if b"\0" in start and (name := without_mark(file, start)):
        return Encoding(name)
    if b"\x1b$" in start and start.isascii():
        return Encoding(
            "iso2022_jp", tuple(WORD.findall(start.decode("iso2022_jp", "replace"))[:SHOWN])
        )
    wrong = first_not_unicode(file)
    if wrong is not None:
        return likely(file, wrong)
    must_be_whole(file)
    return Encoding("utf-8-sig")


def named(file: BinaryIO, wanted: str) -> str:
    try:
        name = codecs.lookup(wanted.strip()).name
        "".encode(name)
    except (LookupError, ValueError):
        raise Unsure(
            f"There is no encoding called “{wanted[:40]}”. Try utf-8, cp1252, cp1250, cp1251, mac-roman, gbk, "
            "shift-jis or utf-16-le."
        ) from None
    name = {"utf-8": "utf-8-sig", "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030"}.get(
        name, name
    )
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for chunk in chunks(file):
            decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeError as error:
        sentence = f"The file is not written in {wanted}: {error}. Leave --encoding out to see what it may be."
        raise Unsure(sentence) from None
    return name


def chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def without_mark(file: BinaryIO, start: bytes) -> str:
    """Return which UTF-16 a file without a mark is, by the side on which its zeros are.

    Return "" where it is UTF-8 with a few zeros in it.

    Raises:
        Unsure: The file is no text.
    """
    even, odd = start[::2].count(0), start[1::2].count(0)
    name = "utf-16-le" if odd > even * 4 else "utf-16-be" if even > odd * 4 else ""
    with suppress(UnicodeError):
        if name and not CONTROL.search(codecs.getincrementaldecoder(name)().decode(start)):
            return name
    if first_not_unicode(file) is not None:
        raise Unsure(
            "The file is not a text: there are zeros in it. Save it as CSV UTF-8 or as XLSX, and import that."
        )
    return ""


def first_not_unicode(file: BinaryIO) -> int | None:
    """Return the number of the first line that is not UTF-8, None where every line is."""
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    try:
        for chunk in chunks(file):
            part = decoder.decode(chunk)
            line += part.count("\n")
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return None


def must_be_whole(file: BinaryIO) -> None:
    """Raise Unsure where letters were lost before the file was saved.

    Also raise it where a wrong encoding turned them into other letters.
    """
    words = words_in(beyond_ascii(file), "utf-8") or []
    if lost := [word for word in words if "\ufffd" in word]:
        raise Unsure(
            f"Letters were lost before the file was saved, as in “{lost[0][:40]}”. Export it again as UTF-8, or take "
            "it as it is with --encoding utf-8"
        )
    mended = {word: better for word in words if (better := read_twice(word))}
    if len(mended) * 2 > len(words):
        word, better = next(iter(mended.items()))
        raise Unsure(
            f"The file was read in a wrong encoding before it was saved: “{word[:40]}” must be “{better[:40]}”. Export "
            "it again as UTF-8, or take it as it is with --encoding utf-8"
        )


def read_twice(word: str) -> str:
    """Return a word as it was before its UTF-8 was taken for Windows-1252 and saved as UTF-8 again.

    Return "" where that did not happen.
    """
    try:
        return word.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


def likely(file: BinaryIO, wrong: int) -> Encoding:
    """Return the encoding in which the words of a file read best.

    Args:
        file: The file.
        wrong: The number of the line that is not UTF-8.

    Raises:
        Unsure: Several encodings are possible; the message shows how the words read in each.
    """
    lines = beyond_ascii(file)
    readings = {
        name: words for name in (*SINGLE, *LEADS) if (words := words_in(lines, name)) is not None
    }
    scores = {name: oddity(words, name) for name, words in readings.items()}
    if is_from_an_old_mac(file):
        scores = {
            n: replace(each, mean=each.mean - OLD_MAC * n.startswith("mac"))
            for n, each in scores.items()
        }
    order = sorted(scores, key=lambda name: scores[name].mean)
    if not order or scores[order[0]].mean > ODD:
        raise Unsure(
            f"Line {wrong} of the file is not UTF-8, and no other encoding gives words either: "
            f"{shown(readings, order)} Save it as CSV UTF-8, or say which encoding it has with --encoding."
        )
    best, *others = order
    rivals = [
        name
        for name in others
        if readings[name] != readings[best] and is_close(scores[name], scores[best])
    ]
    if rivals and not is_decided(lines, [best, *rivals]):
        raise Unsure(
            f"The file is not UTF-8, and it could be read in several ways: {shown(readings, [best, *rivals])} "
            f"Nothing was stored. Say which one is right, such as --encoding {best}"
        )
    return Encoding(best, tuple(readings[best][:SHOWN]))


def is_close(rival: Oddity, best: Oddity) -> bool:
    return rival.mean <= best.mean + CLOSE and rival.impossible <= best.impossible


def is_from_an_old_mac(file: BinaryIO) -> bool:
    """Return whether lines end as only old Macintosh programs end them."""
    file.seek(0)
    start = file.read(CHUNK)
    return b"\r" in start and b"\n" not in start


def beyond_ascii(file: BinaryIO) -> bytes:
    """Return the first lines of a file that hold more than ASCII."""
    found: list[bytes] = []
    rest = b""
    for chunk in chunks(file):
        whole, _, rest = (
            (rest + chunk).rpartition(b"\n") if len(chunk) == CHUNK else (rest + chunk, b"", b"")
        )
        found += [line[:LONGEST_LINE] for line in whole.splitlines() if not line.isascii()]
        if len(found) >= LINES:
            break
    return b"\n".join(found[:LINES])


def words_in(lines: bytes, encoding: str) -> list[str] | None:
    """Return the words with more than ASCII in them, each once.

    Return None where a byte means nothing in this encoding.
    """
    good: list[str] = []
    for line in lines.split(b"\n"):
        try:
            good += WORD.findall(line.decode(encoding))
        except UnicodeDecodeError:
            if len(line) < LONGEST_LINE:  # else it was cut in the middle of a character
                return None
    return list(dict.fromkeys(good))[:WORDS]


def is_decided(lines: bytes, names: list[str]) -> bool:
    """Return whether a second opinion, by character frequency, agrees on two-byte characters."""
    if not all(name in LEADS for name in names):
        return False
    from charset_normalizer import from_bytes

    second = from_bytes(lines, cp_isolation=names).best()
    return second is not None and str(second) == lines.decode(names[0])


def shown(readings: dict[str, list[str]], names: list[str]) -> str:
    """Return how the words read in each encoding in which they read differently."""
    first = readings[names[0]] if names else []
    told: dict[tuple[str, ...], str] = {}
    for name in names:
        pairs = zip(readings[name], first, strict=False)
        places = [place for place, (word, other) in enumerate(pairs) if word != other] or [0]
        told.setdefault(tuple(readings[name][place] for place in places[:SHOWN]), name)
    if names and len(told) > 1:  # the first, next to what differs from it elsewhere
        pairs = zip(readings[names[1]], first, strict=False)
        place = next((place for place, (word, other) in enumerate(pairs) if word != other), 0)
        told = {tuple(first[place : place + SHOWN]): names[0]} | {
            w: n for w, n in told.items() if n != names[0]
        }
    lines = [
        f"{n} ({SPOKEN[n]}): {', '.join(f'“{w}”' for w in words)}"
        for words, n in list(told.items())[:5]
    ]
    return "; ".join(lines) + "."
