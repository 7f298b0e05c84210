"""Parse filters as people write them into a tree.

An example is `stage = won AND (amount > 10k OR owner = me) NOT acme`.

    filter := field (= != > >= < <= ~) value, joined by AND OR NOT and parentheses; adjacency is AND

Which fields there are and what their values mean is up to the module that compiles the tree to SQL.
"""

import re
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Literal, cast

from models.core.parsing.texts import clean

LONGEST = 2000
MOST_WORDS = 200
DEEPEST = 20
MOST_CONDITIONS = 40
MOST_CONTAINED = 8
"""The most conditions with ~, because each of them looks through every record."""
EXAMPLE = "stage=won or amount>10k"

Op = Literal["=", "!=", ">", ">=", "<", "<=", "~"]


@dataclass(frozen=True)
class Term:
    """A field compared with a value, both as texts; `~` is “contains”.

    Attributes:
        exact: the value was in quotes.
        word: the term was made of a word without a field.
    """

    field: str
    op: Op
    value: str
    exact: bool = attribute(default=False, compare=False, repr=False)
    word: bool = attribute(default=False, compare=False, repr=False)


@dataclass(frozen=True)
class Word:
    """A word or a quotation to search for.

    Attributes:
        exact: the text was in quotes, so it is only a text.
    """

    text: str
    exact: bool = attribute(default=False, compare=False, repr=False)


@dataclass(frozen=True)
class And:
    """All of the parts; without parts it is the filter that lets everything through."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    part: "Node"


Node = Term | Word | And | Or | Not

QUOTES = '"“”„«»'
QUOTED = rf"[{QUOTES}](?P<%s>(?:\\.|[^\\{QUOTES}])*)[{QUOTES}]"
MENTION = r"<[@\#]\w+(?:\|[^<>]*)?>"
SIGN = r"!=|<>|>=|<=|==|[=><~≠≥≤]"
SIGNS = {"≠": "!=", "<>": "!=", "≥": ">=", "≤": "<=", "==": "="}
TOKEN = re.compile(
    rf"""
    \s*(?:
      (?P<paren>[()])
    | (?P<field>[^\W\d][\w.-]*)\s*(?!{MENTION})(?P<op>{SIGN})\s*(?:
          {QUOTED % "quoted_value"}
        | (?P<value>{MENTION}|(?!{SIGN})[^\s(){QUOTES}]+)
        | (?P<missing>)
      )
    | {QUOTED % "quoted"}
    | (?P<word>(?:{MENTION}|(?!{SIGN})[^\s(){QUOTES}])+)
    | (?P<stray>\S)
    )""",
    re.VERBOSE | re.DOTALL,
)


def parse(text: str) -> Node:
    """Return the tree of a filter; an empty text lets everything through.

    Raises:
        ValueError: says what is wrong and at which word.
    """
    text = clean(text)
    if len(text) > LONGEST:
        raise ValueError(
            f"A filter holds at most {LONGEST} characters; this has {len(text)}. Try {EXAMPLE}."
        )
    reader = Reader(list(TOKEN.finditer(text)))
    if len(reader.tokens) > MOST_WORDS:
        raise ValueError(
            f"A filter holds at most {MOST_WORDS} words; this has {len(reader.tokens)}. Try {EXAMPLE}."
        )
    signs = [token["op"] for token in reader.tokens if token["op"]]
    for most, what, count in (
        (MOST_CONTAINED, "conditions with ~ (contains)", signs.count("~")),
        (MOST_CONDITIONS, "conditions", len(signs)),
    ):
        if count > most:
            raise ValueError(
                f"A filter holds at most {most} {what}; this has {count}. Try fewer, or {EXAMPLE}."
            )
    node = reader.read_any() if reader.tokens else And(())
    if reader.next:
        raise reader.wrong("closes what was never opened")
    return node


def write(node: Node) -> str:
    """Return a text that `parse` reads as the same tree, in its plainest form."""
    match node:
        case Term(name, op, value):
            return f"{name} {op} {quote(value)}"
        case Word(word):
            return quote(word)
        case Not(part):
            return f"NOT {within(part)}"
        case Or(parts):
            return " OR ".join(within(part) for part in parts)
        case And(parts):
            return " ".join(within(part) for part in parts)


def within(part: Node) -> str:
    return f"({write(part)})" if isinstance(part, And | Or) else write(part)


def quote(text: str) -> str:
    """Return the text as it is where it would be read as one word, else in quotes."""
    found = TOKEN.fullmatch(text)
    if found and found["word"] and not keyword(found):
        return text
    return '"' + re.sub(r'([\\"“”„«»])', r"\\\1", text) + '"'


def keyword(found: re.Match[str] | None) -> str:
    """Return AND, OR or NOT if the token is one, in any case, else ""."""
    word = (found["word"] or "").upper() if found else ""
    return word if word in ("AND", "OR", "NOT") else ""


class Reader:
    """Goes through the tokens from left to right; `or` binds loosest, `not` tightest."""

    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> re.Match[str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def read_any(self) -> Node:
        """Return one part, or several joined by OR."""
        parts = [self.read_all()]
        while keyword(self.next) == "OR":
            self.at += 1
            parts.append(self.read_all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def read_all(self) -> Node:
        """Return one part, or several side by side or joined by AND."""
        parts = [self.read_one()]
        while self.next and self.next["paren"] != ")" and keyword(self.next) != "OR":
            if keyword(self.next) == "AND":
                self.at += 1
            parts.append(self.read_one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def read_one(self) -> Node:
        if keyword(self.next) == "NOT":
            return Not(self.read_inside())
        if self.next and self.next["paren"] == "(":
            node = self.read_inside()
            if self.next is None:
                raise self.wrong("is missing a closing parenthesis", "(stage=won or amount>10k)")
            self.at += 1
            return node
        return self.read_leaf()

    def read_inside(self) -> Node:
        """Return the part after NOT or after an opening parenthesis."""
        negated = keyword(self.next) == "NOT"
        self.at += 1
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong("is nested too deep")
        node = self.read_one() if negated else self.read_any()
        self.depth -= 1
        return node

    def read_leaf(self) -> Node:
        found = self.next
        if found is None or keyword(found) or found["paren"]:
            raise self.wrong("needs a field or a word here")
        if found["stray"]:
            raise self.wrong("needs a field in front and a value behind, or a quote that closes")
        if found["missing"] is not None:
            name = found["field"]
            raise self.wrong(
                "needs a value, and a quotation both its quotes",
                f'{name}{found["op"]}12 or {name}=""',
            )
        self.at += 1
        return leaf(found)

    def wrong(self, problem: str, example: str = EXAMPLE) -> ValueError:
        """Return an error at the next token: “)” (word 3) closes what was never opened. Try …."""
        here = (
            f"“{self.next[0].strip()[:40]}” (word {self.at + 1})"
            if self.next
            else f"The end (after word {self.at})"
        )
        return ValueError(f"{here} {problem}. Try {example}.")


def leaf(found: re.Match[str]) -> Term | Word:
    if not found["field"]:
        quoted = found["word"] is None
        return Word(unescape(found["quoted"]) if quoted else found["word"], quoted)
    quoted = found["value"] is None
    value = unescape(found["quoted_value"]) if quoted else found["value"]
    op = SIGNS.get(found["op"], found["op"])
    return Term(found["field"].lower().replace("-", "_"), cast(Op, op), value, quoted)


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
