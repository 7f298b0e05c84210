"""Find fields that are named in words, without a sign.

Examples are `amount 20k`, `next step: call Eva` and `priority to high`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from models.core.fields import Choice, LongText, Person, Reference, Tags, Text
from models.core.fields.base import Field
from models.core.fields.synonyms import squeezed

Reads = Callable[[Field, str], bool]
"""A function that returns whether a text is a value of a kind."""

MOST, WIDEST = 60, 12
"""How many last words of a line are searched for fields, and how many words a value may have.

The second limit is for values that are no text: to read a value is a question to the database where
it is a record.
"""
TO = r"(?::|=|->|=>|→|–>|(?:(?:back|moved|goes|went|put) )?(?:to|into|in)\b|(?:is|as|now|at)\b)"
LEADING = re.compile(rf"(?:{TO}\s*)+", re.IGNORECASE)
BETWEEN = re.compile(r"(?:[,;]|and\b|&)\s*", re.IGNORECASE)


@lru_cache
def opening(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for one of the names at the beginning of words, the longest first.

    `phone number` is a phone, `due date` is due.
    """
    words = "|".join(
        re.escape(name).replace("_", "[ _]") for name in sorted(names, key=len, reverse=True)
    )
    return re.compile(
        rf"(?:the |its |is |are )?(?P<name>{words})(?: (?:number|address|date))?(?=$|\s|:|=|,)\s*(?:{TO}\s*)*",
        re.IGNORECASE,
    )


def begins_with_field(names: Mapping[str, str], words: str) -> bool:
    """Return whether words begin with the name of a field and go on."""
    found = opening(tuple(names)).match(words) if names else None
    return bool(found and words[found.end() :].strip())


def fields_named(
    asks: Mapping[str, Field],
    names: Mapping[str, str],
    words: str,
    given: Mapping[str, str],
    reads: Reads,
) -> dict[str, str] | None:
    """Return the fields that words name one after the other, with their texts.

    Args:
        asks: The fields that the verb asks for.
        names: Every word for a field → the field.
        words: The words.
        given: What was read already; the name of such a field may come without a value.
        reads: Returns whether a text is a value of a kind.

    Returns:
        Field → its text; None where not all the words belong to a field.
    """
    texts: dict[str, str] = {}
    rest = words.strip()
    while rest:
        found = opening(tuple(names)).match(rest) if names else None
        name = names.get(found["name"].lower().replace(" ", "_"), "") if found else ""
        if found is None or not name or name in texts:
            return None
        value, rest = value_at(asks[name], rest[found.end() :], names, reads)
        if not value and name not in given:
            return None
        texts |= {name: value} if value else {}
        rest = BETWEEN.sub("", rest, count=1) if BETWEEN.match(rest) else rest
    return texts


def fields_behind(
    asks: Mapping[str, Field], names: Mapping[str, str], words: str, prose: bool, reads: Reads
) -> tuple[str, dict[str, str]]:
    """Return words without the fields that are named after them, and these: Renewal stage proposal.

    Args:
        asks: The fields that the verb asks for.
        names: Every word for a field → the field.
        words: The words.
        prose: The words are a sentence, in which only a name with a sign is a field: owner: Ravi.
        reads: Returns whether a text is a value of a kind.
    """
    running = (Text, LongText, Tags, Reference)
    plain = {
        word: name
        for word, name in names.items()
        if isinstance(asks[name], Person) or not isinstance(asks[name], running)
    }
    starts = (
        [found for found in re.finditer(r"[\s,;]+(?=\S)", words) if found.start()] if plain else []
    )
    named = [(found, opening(tuple(plain)).match(words, found.end())) for found in starts[-MOST:]]
    for found, name in named:
        if name is None or (prose and ":" not in name[0] and "=" not in name[0]):
            continue
        texts = fields_named(asks, plain, words[found.end() :], {}, reads)
        if texts and all(reads(asks[field], text) for field, text in texts.items()):
            return words[: found.start()], texts
    return words, {}


def options_behind(asks: Mapping[str, Field], words: str) -> tuple[str, dict[str, str]]:
    """Return words without the options after their last commas, and these options.

    An example is `Printer broken, urgent`.
    """
    texts: dict[str, str] = {}
    free = dict(asks)
    while (found := re.fullmatch(r"(.*\S)\s*[,;]\s*([^,;]+)", words, re.DOTALL)) and (
        option := option_named(free, found[2], others=False)
    ):
        words, texts = found[1], texts | dict([option])
        free.pop(option[0])
    return words, texts


def value_at(kind: Field, words: str, names: Mapping[str, str], reads: Reads) -> tuple[str, str]:
    """Return the value that words begin with, and what follows it.

    Another field may follow where the value is no text itself.
    """
    if isinstance(kind, LongText):
        return words.strip(), ""
    if isinstance(kind, Text | Tags):
        signs = (found.start() for found in re.finditer(r"[,;] ", words))
        end = next((at for at in signs if begins_with_field(names, words[at + 2 :])), len(words))
        return words[:end].strip(), words[end + 2 :]
    spaces = [found.start() for found in islice(re.finditer(r"\s+", words), WIDEST)]
    for place in [*([len(words)] if len(spaces) < WIDEST else []), *reversed(spaces), 0]:
        value, rest = words[:place].strip(" ,;"), words[place:].strip()
        if (not rest or begins_with_field(names, BETWEEN.sub("", rest, count=1))) and (
            reads(kind, value) or not value
        ):
            return value, rest
    return words.strip(), ""


def option_named(
    asks: Mapping[str, Field], words: str, others: bool = True
) -> tuple[str, str] | None:
    """Return the one field that can hold what the words say, and the option: discovery, to high.

    Args:
        asks: The fields that the verb asks for.
        words: The words.
        others: Also accept the names that other systems have for an option: on hold.
    """
    said = squeezed(LEADING.sub("", words.strip(), count=1))
    found = [(name, option) for name, option, options in offered(asks) if said in options]
    found = found or [
        (name, str(kind.others[said]))
        for name, kind in asks.items()
        if others and isinstance(kind, Choice) and kind.required and said in kind.others
    ]
    return found[0] if len(found) == 1 else None


def offered(asks: Mapping[str, Field]) -> Iterator[tuple[str, str, tuple[str, str]]]:
    for name, kind in asks.items():
        if isinstance(kind, Choice):
            yield from (
                (name, each.value, (squeezed(each), squeezed(kind.name(each))))
                for each in kind.options
            )
