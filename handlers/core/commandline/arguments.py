"""Assign every word of a line: to the text of a field, or to what is not understood."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from handlers.core.commandline import subjects
from handlers.core.commandline.binding import (
    heard,
    legible,
    named,
    names_of,
    people_asked,
    pointed,
    tells,
)
from handlers.core.commandline.lexer import QUOTED, value_of
from handlers.core.commandline.line import EMAIL, REFERENCE
from handlers.core.commandline.named_fields import (
    BETWEEN,
    fields_behind,
    fields_named,
    option_named,
    options_behind,
)
from handlers.core.commandline.parser import Ref, Value
from handlers.core.request import Request
from handlers.core.verb import Verb, takes_prose
from models.core.entity.name_reference import Named
from models.core.errors import Ambiguous
from models.core.fields import LongText, Reference, Tags, Text
from models.core.fields.base import Field
from models.core.parsing import values
from models.core.parsing.texts import from_slack

Place = tuple[int, int]
GLUE = frozenset(("and", "&", "to", "please", "pls", "thanks"))
"""Words between others that say nothing by themselves."""
EMPTY = frozenset(
    ("none", "nobody", "noone", "no one", "empty", "nothing", "null", "-", "--", "n/a")
)
"""What people write for a value that is not there."""
LEADING = re.compile(rf"(?<=\s)(?:{'|'.join(subjects.LEADING)}) +$", re.IGNORECASE)
PLACE = re.compile(r"(?:(?:is |works |now )*(?:at|with) )(\S.*)", re.IGNORECASE)
"""How people say where somebody works."""
NAME = 3
"""The most words of a colleague's name."""
JOINING = re.compile(r"(?<=\s)(?:and|&|&amp;) +$", re.IGNORECASE)
"""What joins a record to the one before it."""
TOWARDS = re.compile(r"\A(?:to|until|till|as)\s+(?=\S)", re.IGNORECASE)
"""How people lead to a value: to discovery, until friday."""


@dataclass
class Filling:
    """A line on its way into the fields of a verb.

    Attributes:
        texts: Field → its text.
        left: Words that could not be used.
        cuts: The places in the line that are not words.
    """

    request: Request
    verb: Verb
    used: Sequence[Ref]
    """The references that named the records the line is about."""
    titles: Sequence[str] = ()
    """The names of those records."""
    texts: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    cuts: list[Place] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    """Names that come before the verb."""
    again: list[Place] = field(default_factory=list)
    """The places of fields that were given before."""
    loose: bool = False
    """Whether the words are for no field."""
    amid: list[str] = field(default_factory=list)
    """People and records in the middle of the words."""

    def fill(self) -> None:
        line = self.request.line
        self.cuts += line.cuts
        self.cut(*self.used)
        self.take_fields()
        self.take_people()
        self.take_references()
        self.take_words()
        self.left += [f"--{name}" for name in self.idle]

    def take_all(self) -> None:
        """Give all words behind the verb, and behind the records, to one field."""
        line = self.request.line
        begins = max([line.begins, *(ref.end for ref in self.used if ref.start >= line.begins)])
        first = len(line.raw) - len(line.raw[begins:].lstrip())
        if any(value.start == first for value in line.values):
            self.fill()  # each field has its name
            return
        self.cuts += line.cuts
        if words := self.words_between(begins, len(line.raw)).strip():
            self.texts[self.verb.whole] = words
        self.left += [f"--{name}" for name in self.idle]

    @property
    def idle(self) -> list[str]:
        """Return the flags that the verb does not use."""
        return [name for name in self.request.line.flags if name not in accepted(self.verb)]

    def shorter(self) -> str:
        """Return the line without the parts that could not be used."""
        line = self.request.line
        idle = [
            place
            for place in line.cuts
            if any(
                line.raw[slice(*place)].lower().lstrip("-—–").startswith(name) for name in self.idle
            )
        ]
        out = [*self.again, *idle]
        if self.loose:
            kept = [line.raw[start:end].strip() for start, end in sorted(set(self.cuts) - set(out))]
            return " ".join([line.raw[: line.begins].strip(), *kept])
        parts, at = [], 0
        for start, end in sorted(out):
            parts.append(line.raw[at:start].strip())
            at = end
        return " ".join(filter(None, [*parts, line.raw[at:].strip()]))

    def cut(self, *parts: Ref) -> None:
        line = self.request.line
        for part in parts:
            if part.start >= line.begins:
                led = LEADING.fullmatch(line.raw, line.free, part.start) or JOINING.search(
                    line.raw, line.begins, part.start
                )  # history of OP-1, OP-1 and OP-2
                self.cuts.append((led.start() if led else part.start, part.end))

    def take_fields(self) -> None:
        """Take each `field=value` once; what does not belong to the value is read as words."""
        known = names_of(self.request.catalogue, self.verb)
        self.texts |= named(self.request, self.verb)
        seen: set[str] = set()
        for value in self.request.line.values:
            name = known[value.name]
            if name in seen:
                self.left.append(self.request.line.raw[value.start : value.end])
                self.again.append((value.start, value.end))
                self.cuts.append((value.start, value.end))
                continue
            seen.add(name)
            end = ends(self.verb.asks[name], value, self.request)
            text = (
                value.text
                if end == value.end
                else value_of(self.request.line.raw[value.begins : end].strip())
            )
            running = isinstance(self.verb.asks[name], Text | LongText)
            self.texts[name] = legible(self.request, text) if running else text
            self.cuts.append((value.start, end))

    def take_people(self) -> None:
        people = [token for token in self.request.line.named if token.kind == "person"]
        asked = people_asked(self.verb, self.texts)
        for name, person in zip(asked, people, strict=False):
            self.texts[name] = person.text
            self.take_out(person.start, person.end)

    def take_references(self) -> None:
        """Put a reference to another record into the first free field that holds such records."""
        for ref in self.request.line.refs:
            if any(ref is each for each in self.used):
                continue
            if points := pointed(self.request, self.verb, ref, self.texts):
                self.texts |= points
                self.take_out(ref.start, ref.end)
            elif ref.start < self.request.line.begins:
                self.head.append(self.request.line.raw[ref.start : ref.end])

    def take_out(self, start: int, end: int) -> None:
        """Take a person or a record out of the words, unless it is in the middle of prose."""
        line = self.request.line
        if start < line.begins:
            return
        if start > line.free and takes_prose(self.verb):
            return
        if (
            start > line.free
            and tells(self.request.catalogue, self.verb)
            and self.words_between(end, len(line.raw))
        ):
            self.amid.append(from_slack(line.raw[start:end]))
            return
        ends = start > line.free and not self.words_between(end, len(line.raw))
        begins = not tells(self.request.catalogue, self.verb)
        led = LEADING.search(line.raw, line.begins, start) if ends or begins else None
        self.cuts.append((led.start() if led else start, end))

    def take_words(self) -> None:
        """Give what is left to the field that words are for."""
        words = self.words_between(self.request.line.begins, len(self.request.line.raw))
        for ref in self.used:
            if ref.start < 0:  # the words are its name
                words = re.sub(
                    rf"(?<!\S){re.escape(ref.text)}(?!\S)", "", words, count=1, flags=re.IGNORECASE
                ).strip()
        for ref in self.request.line.refs:
            if ref.kind == "email" and not takes_prose(self.verb):  # without the brackets around it
                words = words.replace(
                    from_slack(self.request.line.raw[ref.start : ref.end]), ref.text
                )
        words = self.take_colleague(" ".join([*self.head, words]).strip())
        if not words:
            return
        found = dict(self.meant(legible(self.request, words)))
        if not found and self.takes_named(words):
            return
        words = words if found else self.without_titles(words)
        if (
            any(name in self.texts and self.texts[name] != text for name, text in found.items())
            or not found
        ):
            self.loose = True
            self.left += [] if set(re.findall(r"[\w&]+", words.casefold())) <= GLUE else [words]
            return
        self.texts = found | self.texts

    def take_colleague(self, words: str) -> str:
        """Take the name of a colleague who is asked for besides the words, and return the others.

        It is at their beginning or at their end: give sam manager, give manager to sam.
        """
        verb = self.verb
        asked = [name for name in people_asked(verb, self.texts) if verb.asks[name].required]
        if not words or not asked or asked[0] == verb.text:
            return words
        said = words.split(" ")
        for size in range(min(len(said), NAME), 0, -1):
            for name, others in ((said[:size], said[size:]), (said[-size:], said[:-size])):
                if reads(verb.asks[asked[0]], " ".join(name), self.request):
                    self.texts[asked[0]] = " ".join(name)
                    return re.sub(r" (?:to|for)$", "", " ".join(others))
        return words

    def takes_named(self, words: str) -> bool:
        """Take the fields that words name themselves, and return whether there are any.

        The words may also contain the names of the records.
        """
        bare = self.without_titles(words)
        named = next(
            (each for each in map(self.named, dict.fromkeys((words, bare))) if each is not None),
            None,
        )
        self.texts |= named or {}
        return named is not None

    def named(self, words: str) -> dict[str, str] | None:
        """Return the fields that words for no field name themselves; None where they name none.

        Examples are `amount 20k` and `priority to high`.
        """
        asks, names = self.verb.asks, names_of(self.request.catalogue, self.verb)
        words = BETWEEN.sub("", words, count=1) if BETWEEN.match(words) else words
        option = option_named(asks, words, others=not self.texts) or self.place(words)
        found = (
            dict([option])
            if option
            else fields_named(
                asks, names, words, self.texts, lambda kind, text: reads(kind, text, self.request)
            )
        )
        return None if found is None or found.keys() & self.texts.keys() else found

    def place(self, words: str) -> tuple[str, str] | None:
        """Return where a person works, as its field and its name: at Kaiser GmbH."""
        entity = self.request.catalogue.routers[self.verb.noun].entity
        joins = [name for name in entity.joins if name in self.verb.asks] if entity else []
        found = PLACE.fullmatch(words) if joins else None
        return (joins[0], found[1]) if found else None

    def without_titles(self, words: str) -> str:
        """Return the words without the names of the records that are meant.

        People copy these names with their references.
        """
        for title in self.titles:
            words = (
                re.sub(rf"(?<!\S){re.escape(title)}(?!\w)", "", words, count=1, flags=re.IGNORECASE)
                if title
                else words
            )
        return words.strip()

    def meant(self, words: str) -> Iterator[tuple[str, str]]:
        """Yield the fields that words without a name fill.

        They are the entity's own fields when the record is new, else the first field the verb asks
        for.
        """
        verb, entity = self.verb, self.request.catalogue.routers[self.verb.noun].entity
        if verb.name == "new" and entity and not takes_prose(verb):
            if len(entity.named) > 1:  # the name has parts of its own
                words = re.sub(QUOTED, lambda quoted: quoted[0][1:-1], words)
            words, behind = self.behind(words)
            found = entity.texts_of(words, self.request.work) | behind
            if len(entity.named) == 1 and any(name in self.texts for name in found):
                found = {entity.named[0]: words}  # what their end could mean was given separately
            yield from ((name, unquoted(self.without_end(text))) for name, text in found.items())
        elif verb.text:
            prose = isinstance(verb.asks[verb.text], LongText)
            yield verb.text, words if prose else unquoted(leading_to(verb.asks[verb.text], words))

    def behind(self, words: str) -> tuple[str, dict[str, str]]:
        """Return the words of a new record without the fields named after them, and the fields."""
        catalogue, verb = self.request.catalogue, self.verb
        names = {
            word: name for word, name in names_of(catalogue, verb).items() if name not in self.texts
        }
        prose = tells(catalogue, verb)
        free = (
            {}
            if prose
            else {name: kind for name, kind in verb.asks.items() if name not in self.texts}
        )
        words, options = options_behind(free, words)
        words, fields = fields_behind(
            verb.asks, names, words, prose, lambda kind, text: reads(kind, text, self.request)
        )
        return words, options | fields

    def without_end(self, text: str) -> str:
        """Return a name without the people and records at its end.

        What followed them is read already.
        """
        ends = [legible(self.request, each) for each in self.amid]
        while end := next((each for each in ends if text.endswith(f" {each}")), ""):
            text = LEADING.sub("", f"{text.removesuffix(end).rstrip()} ").rstrip()
        return text

    def words_between(self, start: int, end: int) -> str:
        """Return the line between two places as the person saw it, without what was taken out."""
        line, parts = self.request.line.raw, []
        for begin, until in sorted(self.cuts):
            if begin >= start and until <= end:
                parts.append(line[start:begin].strip(" "))
                start = until
        parts.append(line[start:end].strip(" "))
        return from_slack(" ".join(part for part in parts if part).strip())


def filled(
    request: Request, verb: Verb, used: Sequence[Ref], titles: Sequence[str] = ()
) -> Filling:
    """Return the texts of a line by the field they are for, and the words that are for none.

    Args:
        request: The request.
        verb: The verb of the line.
        used: The references that named the records, which therefore say nothing else.
        titles: The names of these records.
    """
    filling = Filling(request, verb, used, titles)
    if verb.whole:
        filling.take_all()
        return filling
    if verb.asks or not verb.words:
        filling.fill()
    if verb.words:
        filling.left = [f"--{name}" for name in filling.idle]
    filling.texts = heard(request, verb) | filling.texts
    if verb.record:
        for name in [name for name in filling.texts if name in verb.asks]:
            if is_emptied(verb.asks[name], filling.texts[name], request):
                filling.texts[name] = ""
    return filling


def is_emptied(kind: Field, text: str, request: Request) -> bool:
    """Return whether a value says that there is none: owner=none. A free text may be that word."""
    said = values.fold(text.strip()) in EMPTY and not isinstance(kind, Text | LongText | Tags)
    return said and not reads(kind, text, request)


def accepted(verb: Verb) -> set[str]:
    """Return the flags that a verb uses."""
    changing = {"yes", "reason"} if verb.writes else {"page"}
    return {"here", "form", *changing, *verb.flags}


def ends(kind: Field, value: Value, request: Request) -> int:
    """Return where the text of a field ends.

    Where a shorter text can be read and all of it cannot, what follows are words, unless that could
    be read as well: in `close=fri 5 dec`, which is a Saturday, neither part is meant alone.
    """
    raw = request.line.raw
    if len(value.ends) == 1 or isinstance(kind, Text | LongText | Tags):
        return value.end
    first = value_of(raw[value.begins : value.ends[0]])
    if isinstance(kind, Reference | Named):
        sure = REFERENCE.fullmatch(first) or EMAIL.fullmatch(first) or first.startswith("<@")
        return value.ends[0] if sure or first.casefold() == "me" else value.end
    if reads(kind, value.text, request):
        return value.end
    for at in reversed(range(len(value.ends) - 1)):
        begin = value.ends[at]
        if reads(kind, raw[value.begins : begin], request):
            rest = (raw[begin:end] for end in value.ends[at + 1 :])
            return value.end if any(reads(kind, text, request) for text in rest) else begin
    return value.end


def reads(kind: Field, text: str, request: Request) -> bool:
    """Return whether a text is a value of this kind, or could be one of several values."""
    try:
        kind.read(values.clean(value_of(text.strip())), request.work)
    except Ambiguous:
        return True
    except ValueError:
        return False
    return True


def leading_to(kind: Field, words: str) -> str:
    """Return the words without what leads to a value: `to`, or for a text a word for the field.

    A long text is kept to the letter.
    """
    if isinstance(kind, LongText):
        return words
    if isinstance(kind, Named):
        label = re.escape(kind.label)
        return re.sub(rf"\A(?:(?:the|an?|{label})\s+)+(?=\S)", "", words, flags=re.IGNORECASE)
    if not isinstance(kind, Text):
        return TOWARDS.sub("", words, count=1)
    names = "|".join(map(re.escape, (kind.label, *kind.label.split()[-1:], *kind.also)))
    return re.sub(rf"\A(?:{names})(?::\s*|\s+)(?=\S)", "", words, count=1, flags=re.IGNORECASE)


def unquoted(text: str) -> str:
    """Return a name without the quotation marks around all of it."""
    return text[1:-1].strip() if re.fullmatch(QUOTED, text) else text
