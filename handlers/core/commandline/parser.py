"""The grammar of the command line: it parses what a person typed.

The result has a noun, a verb, references, fields and free text.

    line := noun verb args | verb noun args | ref [verb] args | verb ref args | global

Nothing here knows the product: `Words` says which nouns, verbs, prefixes, fields and flags there
are.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from handlers.core.commandline.lexer import Flag, Token, scan, take_flags, value_of
from handlers.core.commandline.line import Line, Prose, Ref, Value, Words, read_ref
from models.core.fields.spoken import LONGEST, underscored
from models.core.parsing.texts import WIDEST, from_slack, leading

__all__ = ["Line", "Prose", "Ref", "Value", "Words", "parse", "suggest"]

AND = ("and", "&")
LONGEST_SUGGESTED = 60


def parse(line: str, words: Words) -> Line:
    """Parse a line as Slack sends it. There is no line that this refuses."""
    tokens, flags = take_flags(scan(line), words.flags)
    tokens = joined(tokens, words.named) if "=" in line else tokens
    tokens = with_nouns(tokens, words) if words.long else tokens
    head = Head(words, tokens)
    head.read()
    spoken = tokens[head.spoken - 1].end if head.spoken else 0
    after = tokens[head.at - 1].end if head.at else 0
    prose = words.prose.get((head.noun or "", head.verb or ""))
    if prose:
        flags = around(line, flags, after)
    cuts = [(flag.start, flag.end) for flag in flags]
    body = Body(words, head.noun, prose, line, cuts)
    for token in tokens[head.at :]:
        body.take(token)
    values = tuple(body.values)
    return Line(
        raw=line,
        noun=head.noun,
        verb=head.verb,
        refs=(*head.refs, *body.refs),
        fields={value.name: value.text for value in reversed(values)},
        people=tuple(token.text for token in body.named if token.kind == "person"),
        channels=tuple(token.text for token in body.named if token.kind == "channel"),
        flags={flag.name: flag.value for flag in flags},
        text=" ".join(body.free),
        rest=verbatim(line, spoken, cuts),
        said=verbatim(line, after, cuts),
        unknown=head.unknown or body.unknown,
        begins=spoken,
        free=len(line) if body.first is None else body.first,
        values=values,
        named=tuple(body.named),
        cuts=tuple(cuts),
    )


def joined(tokens: list[Token], known: Set[str]) -> list[Token]:
    """Return the tokens with `name = value` as `name=value`, and `next touch on=value` as one.

    This is done for the names of fields.
    """
    found: list[Token] = []
    for token in tokens:
        before = found[-1] if found else None
        sign = (
            token.kind == "word" and token.text.startswith("=") and not token.text.startswith("==")
        )
        if before and sign and (words := words_of_name(found, "", known)):
            value, name = token.text.removeprefix("="), named_by(words)
            found[-len(words) :] = [Token("field", value, words[0].start, token.end, name)]
        elif token.kind == "field" and (words := words_of_name(found, token.name, known)):
            name = underscored(f"{named_by(words)} {token.name}")
            whole = Token("field", token.text, words[0].start, token.end, name, token.closed)
            found[-len(words) :] = [whole]
        else:
            found.append(token)
    return found


def words_of_name(tokens: list[Token], last: str, known: Set[str]) -> list[Token]:
    """Return the words at the end that with a last one name a field, as many as do."""
    for length in range(min(len(tokens), LONGEST), 0, -1):
        words = tokens[-length:]
        if length == 1 and not last and words[0].kind == "quoted":
            return words if named_by(words) in known else []
        if all(word.word for word in words) and underscored(f"{named_by(words)} {last}") in known:
            return words
    return []


def named_by(words: list[Token]) -> str:
    return underscored(" ".join(word.text for word in words))


def with_nouns(tokens: list[Token], words: Words) -> list[Token]:
    """Return the tokens with a noun of several words as one, where a line says what it is about.

    That is at its beginning, and after its first word: new purchase line.
    """
    for at in (0, 1):
        said = [token.word for token in tokens[at : at + WIDEST]]
        length = len(leading(said, words.nouns).split())
        if length > 1:
            text = " ".join(token.text for token in tokens[at : at + length])
            end = tokens[at + length - 1].end
            whole = Token("word", text, tokens[at].start, end)
            return [*tokens[:at], whole, *tokens[at + length :]]
    return tokens


def around(line: str, flags: list[Flag], start: int) -> list[Flag]:
    """Return the flags before a text that begins at `start`, and those at its end.

    Flags in the middle are a part of the text.
    """
    kept: list[Flag] = []
    end = len(line.rstrip())
    for flag in reversed(flags):
        if flag.start < start or flag.end == end:
            kept.insert(0, flag)
            end = len(line[: flag.start].rstrip())
    return kept


LIKELY, SURE = 0.78, 0.9
"""How near a word is to one that may be meant, and to one that is most likely meant."""


def suggest(word: str, known: Iterable[str], near: float = LIKELY) -> list[str]:
    """Return the words that a person may have meant with this one, nearest first, at most three."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    word = word.lower()[:LONGEST_SUGGESTED]
    found = process.extract(
        word,
        sorted(set(known)),
        scorer=JaroWinkler.normalized_similarity,
        limit=3,
        score_cutoff=near,
    )
    return [match[0] for match in found]


@dataclass
class Head:
    """The start of a line: noun, verb and the references next to them, in any order people use."""

    words: Words
    tokens: list[Token]
    noun: str | None = None
    verb: str | None = None
    refs: list[Ref] = field(default_factory=list)
    unknown: str | None = None
    at: int = 0
    """The first token that is not part of the head."""
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
        """Take the noun, verb or global the line begins with; return True if it is a global."""
        word = keyword(self.next)
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
        """Return whether word and what follows are verb and noun, or verb and reference."""
        second = self.tokens[1] if len(self.tokens) > 1 else None
        if second is None:
            return False
        ref = read_ref(second, self.words)
        entity = ref.entity if ref else self.words.nouns.get(keyword(second))
        if entity:
            return word in self.words.verbs.get(entity, ())
        return ref is not None and word in self.verbs() and word not in self.words.nouns

    def take_noun(self) -> bool:
        entity = self.words.nouns.get(keyword(self.next))
        if entity:
            self.say(noun=entity)
        return entity is not None

    def take_refs(self) -> None:
        while ref := self.ref_at(self.at) or self.ref_after_and():
            self.refs.append(ref)
            self.at += 1

    def ref_at(self, at: int) -> Ref | None:
        """Return the reference at a token, if there is one.

        There is none where the text of a verb has begun that is kept to the letter.
        """
        ref = read_ref(self.tokens[at], self.words) if at < len(self.tokens) else None
        prose = self.prose
        if ref is None or prose is None:
            return ref
        if ref.kind == "this" and self.tokens[at].text != "this":
            return None  # a sentence begins with it
        return None if self.refs and (prose.one or ref.kind != "number") else ref

    def ref_after_and(self) -> Ref | None:
        """Return the reference after `OP-1 and`, where all of them are meant."""
        if not (self.refs and self.next and self.next.word in AND) or self.prose:
            return None
        ref = self.ref_at(self.at + 1)
        if ref is None or ref.kind != "number":
            return None
        self.at += 1
        return ref

    @property
    def prose(self) -> Prose | None:
        noun = self.noun or (self.refs[0].entity if self.refs else None)
        return self.words.prose.get((noun or "", self.verb or ""))

    def take_verb(self) -> None:
        """Take the verb after a noun or a reference, or the one that is meant without one."""
        word = keyword(self.next)
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
        """Return the verbs that are possible here: the noun's, else the reference's, else all."""
        entity = self.noun or (self.refs[0].entity if self.refs else None)
        if entity:
            return self.words.verbs.get(entity, frozenset())
        return self.words.free

    def say(self, noun: str | None = None, verb: str | None = None) -> None:
        self.noun, self.verb = noun or self.noun, verb or self.verb
        self.at += 1
        self.spoken = self.at

    @property
    def next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None


@dataclass
class Body:
    """The rest of a line.

    References, people and channels before the first free word are separate from the text.
    """

    words: Words
    noun: str | None
    prose: Prose | None
    line: str
    cuts: list[tuple[int, int]]
    refs: list[Ref] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    named: list[Token] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    first: int | None = None
    """Where the first free word begins."""
    unknown: str | None = None
    open: bool = False
    """Whether the last value continues."""

    def take(self, token: Token) -> None:
        if token.kind == "field" and self.takes_field(token):
            self.begin(token)
            return
        if self.open and self.goes_on(token):
            self.extend(token)
            return
        self.open = False
        if not self.take_named(token) or self.free:
            self.free.append(spelled(token))
            self.first = token.start if self.first is None else self.first
        if token.kind in ("field", "flag") and not self.unknown:
            self.unknown = token.name

    def takes_field(self, token: Token) -> bool:
        """Return whether the token names a field that may occur here."""
        if self.prose:
            alone = not self.free and not any(
                value.name in self.prose.text for value in self.values
            )
            known: Set[str] | None = self.prose.others | (self.prose.text if alone else frozenset())
        else:
            known = self.words.fields.get(self.noun or "")
        return known is None or bool({token.name, underscored(token.name)} & known)

    def begin(self, token: Token) -> None:
        known = self.words.fields.get(self.noun or "")
        name = token.name if known is None or token.name in known else underscored(token.name)
        begins = self.line.index("=", token.start) + 1
        self.values.append(Value(name, token.text, token.start, begins, (token.end,)))
        self.open = not token.closed

    def goes_on(self, token: Token) -> bool:
        """Return whether the token belongs to the value before it.

        A running text takes everything up to the next field or flag. Where the value is no text, a
        person or a reference is not a part of it.
        """
        last = self.values[-1]
        if token.kind in ("field", "flag") or any(
            last.end <= start < token.start for start, _ in self.cuts
        ):
            return self.prose is not None and last.name in self.prose.text
        running = self.words.running.get(self.noun or "")
        return (
            running is None
            or last.name in running
            or (token.kind == "word" and not read_ref(token, self.words))
        )

    def extend(self, token: Token) -> None:
        last = self.values.pop()
        text = value_of(self.line[last.begins : token.end].strip())
        self.values.append(Value(last.name, text, last.start, last.begins, (*last.ends, token.end)))

    def take_named(self, token: Token) -> bool:
        """Take a token that refers to a person or a thing, and return whether it does.

        A quotation or `this` among the words does not.
        """
        if token.kind in ("person", "channel"):
            self.named.append(token)
        elif (ref := read_ref(token, self.words)) and (
            ref.kind in ("number", "email") or not self.free
        ):
            if self.prose and ref.kind in ("name", "this"):
                return False
            self.refs.append(ref)
        else:
            return False
        return True


def keyword(token: Token | None) -> str:
    """Return the word of a token in the place of a noun or a verb: a colon may follow it."""
    return token.word.rstrip(":") if token else ""


def spelled(token: Token) -> str:
    """Return a token as a part of free text."""
    forms = {"person": "<@{}>", "channel": "<#{}>", "quoted": '"{}"'}
    if token.kind in ("field", "flag"):
        return f"{token.name}={token.text}" if token.kind == "field" else f"--{token.name}"
    return forms.get(token.kind, "{}").format(token.text)


def verbatim(line: str, start: int, without: Iterable[tuple[int, int]]) -> str:
    """Return the line from `start` on as the person saw it, without these places."""
    parts: list[str] = []
    for begin, end in sorted(without):
        if begin >= start:
            parts.append(line[start:begin].rstrip(" "))
            start = end
    return from_slack("".join([*parts, line[start:]]).strip())
