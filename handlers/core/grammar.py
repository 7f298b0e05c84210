"""The grammar of the command line: what a person typed, as noun, verb, references, fields and free text.

    line := noun verb args | verb noun args | ref [verb] args | verb ref args | global

Nothing here knows the product: `Words` says which nouns, verbs, prefixes, fields and flags there are.
"""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Literal

from handlers.core.tokens import Token, scan, take_flags
from models.core.texts import from_slack

REFERENCE = re.compile(r"#?([a-z]{1,8})[-‐‑–—]?([0-9]{1,12})", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@<>\"=,;()]+@[^\s@<>\"=,;()]+\.[^\s@<>\"=,;().]+")
AROUND = ".,;:!?()"
FLAGS: Mapping[str, bool | str] = {
    "here": False, "dm": False, "csv": False, "dry": False, "yes": False, "form": False, "every": True, "page": True,
    "reason": "words",
}  # fmt: skip
LONGEST_SUGGESTED = 60


@dataclass(frozen=True)
class Words:
    """What the parser knows. Everything is lower case except entities and prefixes."""

    nouns: Mapping[str, str]
    """Any spelling of a noun → its entity: deal, deals, opportunity → opportunity."""
    verbs: Mapping[str, Set[str]]
    """Entity → its verbs."""
    globals: Set[str] = frozenset()
    """Words that make a line on their own: help, home, find, undo."""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    """Prefix of a reference → entity: OP → opportunity."""
    fields: Mapping[str, Set[str]] = field(default_factory=dict)
    """Entity → the names and aliases of its fields; an entity that is missing takes any."""
    flags: Mapping[str, bool | str] = field(default_factory=lambda: FLAGS)
    """Flag → whether it takes a value: every → True; "words" are all up to the next flag or field."""


@dataclass(frozen=True)
class Ref:
    """A record somebody pointed at: `OP-42`, `this`, an e-mail address, or a quoted name."""

    kind: Literal["number", "this", "email", "name"]
    text: str
    entity: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class Line:
    """A command line, understood.

    noun: an entity; that of the first reference where none was typed · verb: a verb of the noun or a global; `show`
    where there is only a reference, `edit` with fields, `find` where unknown words follow a noun · people and channels:
    ids · text: the free words · rest: all after noun and verb as it was typed, for filters · said: the same without the
    references it starts with, for notes and replies (neither has the known flags) · unknown: the first word in the
    place of a noun, verb, field or flag that nobody knows.
    """

    raw: str
    noun: str | None = None
    verb: str | None = None
    refs: tuple[Ref, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    flags: Mapping[str, str | Literal[True]] = field(default_factory=dict)
    text: str = ""
    rest: str = ""
    said: str = ""
    unknown: str | None = None


def parse(line: str, words: Words) -> Line:
    """Understand a line as Slack sends it. There is no line that this refuses."""
    tokens, flags, spans = take_flags(scan(line), words.flags)
    head = Head(words, tokens)
    head.read()
    body = Body(words, head.noun)
    for token in tokens[head.at :]:
        body.take(token)
    return Line(
        raw=line,
        noun=head.noun,
        verb=head.verb,
        refs=(*head.refs, *body.refs),
        fields=body.fields,
        people=tuple(body.people),
        channels=tuple(body.channels),
        flags=flags,
        text=" ".join(body.free),
        rest=verbatim(line, tokens[head.spoken - 1].end if head.spoken else 0, spans),
        said=verbatim(line, body.begins or (tokens[head.at - 1].end if head.at else 0), spans),
        unknown=head.unknown or body.unknown,
    )


def suggest(word: str, known: Iterable[str]) -> list[str]:
    """The words somebody who typed this one may have meant, nearest first, at most three."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    word = word.lower()[:LONGEST_SUGGESTED]
    near = process.extract(
        word, sorted(set(known)), scorer=JaroWinkler.normalized_similarity, limit=3, score_cutoff=0.78
    )
    return [match[0] for match in near]


def read_ref(token: Token, words: Words) -> Ref | None:
    if token.kind == "quoted":
        return Ref("name", token.text.strip()) if token.text.strip() else None
    if token.kind != "word":
        return None
    text = token.text.strip(AROUND)
    if text.lower() == "this":
        return Ref("this", "this")
    found = REFERENCE.fullmatch(text)
    if found and (entity := words.prefixes.get(found[1].upper())):
        return Ref("number", f"{found[1].upper()}-{int(found[2])}", entity, int(found[2]))
    return Ref("email", text.lower()) if EMAIL.fullmatch(text) else None


@dataclass
class Head:
    """The start of a line: noun, verb and the references beside them, in any order people say them in."""

    words: Words
    tokens: list[Token]
    noun: str | None = None
    verb: str | None = None
    refs: list[Ref] = field(default_factory=list)
    unknown: str | None = None
    at: int = 0
    """The first token that is not of the head."""
    spoken: int = 0
    """The first token after noun and verb."""

    def read(self) -> None:
        is_global = self.take_opening()
        self.take_refs()
        if self.verb is None and (self.noun or self.refs):
            self.take_verb()
            self.take_refs()
        if self.refs and not self.noun and not is_global:
            self.noun = self.refs[0].entity
        if self.verb and self.noun and self.verb not in self.verbs() | {"show", "edit", "find"}:
            self.verb, self.unknown = None, self.verb

    def take_opening(self) -> bool:
        """Take the noun, verb or global the line begins with; True if it is a global."""
        word = self.next.word if self.next else ""
        if not word or read_ref(self.tokens[0], self.words):
            return False
        if self.is_verb_of_second(word):
            self.say(verb=word)
            self.take_noun()
        elif word in self.words.nouns:
            self.take_noun()
        elif word in self.words.globals:
            self.say(verb=word)
            return True
        elif word in self.verbs():
            self.say(verb=word)
            if not self.take_noun() and self.next and not read_ref(self.next, self.words):
                self.unknown = self.next.word or None
        else:
            self.unknown = self.tokens[0].text
        return False

    def is_verb_of_second(self, word: str) -> bool:
        """Whether word and what follows are verb and noun, or verb and reference."""
        second = self.tokens[1] if len(self.tokens) > 1 else None
        if second is None:
            return False
        ref = read_ref(second, self.words)
        entity = ref.entity if ref else self.words.nouns.get(second.word)
        if entity:
            return word in self.words.verbs.get(entity, ())
        return ref is not None and word in self.verbs() and word not in self.words.nouns

    def take_noun(self) -> bool:
        entity = self.words.nouns.get(self.next.word) if self.next else None
        if entity:
            self.say(noun=entity)
        return entity is not None

    def take_refs(self) -> None:
        while self.next and (ref := read_ref(self.next, self.words)):
            self.refs.append(ref)
            self.at += 1

    def take_verb(self) -> None:
        """The verb after a noun or a reference, or the one that is meant when there is none."""
        word = self.next.word if self.next else ""
        if word and word in self.verbs():
            self.say(verb=word)
            return
        if word:
            self.unknown = self.next.text if self.next else None
        if self.refs:
            self.verb = "edit" if self.next and self.next.kind == "field" else "show"
        elif self.next:
            self.verb = "find"

    def verbs(self) -> Set[str]:
        """The verbs that can stand here: the noun's, else the reference's, else all."""
        entity = self.noun or (self.refs[0].entity if self.refs else None)
        if entity:
            return self.words.verbs.get(entity, frozenset())
        return frozenset().union(*self.words.verbs.values())

    def say(self, noun: str | None = None, verb: str | None = None) -> None:
        self.noun, self.verb = noun or self.noun, verb or self.verb
        self.at += 1
        self.spoken = self.at

    @property
    def next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None


@dataclass
class Body:
    """The rest of a line. References, people and channels before the first free word stand apart from the text."""

    words: Words
    noun: str | None
    refs: list[Ref] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    unknown: str | None = None
    begins: int = 0
    """Where what is said begins: after the people and channels in front."""

    def take(self, token: Token) -> None:
        if token.kind == "field" and self.take_field(token):
            return
        apart = self.take_named(token)
        if apart and not self.free and not self.fields:
            self.begins = token.end
        if not apart or self.free:
            self.free.append(spelled(token))
        if token.kind in ("field", "flag") and not self.unknown:
            self.unknown = token.name

    def take_field(self, token: Token) -> bool:
        known = self.words.fields.get(self.noun or "")
        for name in (token.name, token.name.replace("-", "_")):
            if known is None or name in known:
                self.fields[name] = token.text
                return True
        return False

    def take_named(self, token: Token) -> bool:
        """Whether the token points at somebody or something; a quotation or `this` among the words does not."""
        if token.kind == "person":
            self.people.append(token.text)
        elif token.kind == "channel":
            self.channels.append(token.text)
        elif (ref := read_ref(token, self.words)) and (ref.kind in ("number", "email") or not self.free):
            self.refs.append(ref)
        else:
            return False
        return True


def spelled(token: Token) -> str:
    """A token as a part of free text."""
    forms = {"person": "<@{}>", "channel": "<#{}>", "quoted": '"{}"'}
    if token.kind in ("field", "flag"):
        return f"{token.name}={token.text}" if token.kind == "field" else f"--{token.name}"
    return forms.get(token.kind, "{}").format(token.text)


def verbatim(line: str, start: int, without: list[tuple[int, int]]) -> str:
    """The line from `start` on as the person saw it, without the flags."""
    parts: list[str] = []
    for begin, end in without:
        if begin >= start:
            parts.append(line[start:begin].rstrip(" "))
            start = end
    return from_slack("".join([*parts, line[start:]]).strip())
