"""Read a formula into a tree.

    or > and > not > = != < <= > >= > + - > * / > minus > a value

The language has nothing that repeats: a formula takes as many steps as it has words.
"""

from dataclasses import dataclass

from models.core.formula.tokens import FormulaError, Token, meant, scan, wrong

DEEPEST = 20
"""How deep parentheses may be nested."""
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
CONSTANTS = ("yes", "no", "true", "false", "empty")
"""Words that are values."""
AGGREGATES = {
    "sum": "sum",
    "total": "sum",
    "count": "count",
    "min": "min",
    "max": "max",
    "average": "average",
    "avg": "average",
    "mean": "average",
}
"""The words for what a roll-up does."""
EXAMPLE = "sum(deals.amount where stage = won)"


@dataclass(frozen=True)
class Node:
    """A part of a formula, with the word that is named where something is wrong with it."""

    token: Token


@dataclass(frozen=True)
class Literal(Node):
    """A number, a text, a day, yes, no, or empty."""


@dataclass(frozen=True)
class Name(Node):
    """A field by one of its words."""


@dataclass(frozen=True)
class Call(Node):
    """A function with the parts in its parentheses."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Sign(Node):
    """A sign, or a word such as and, with the parts on both sides; `not` and minus have one."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class RollupText:
    """A roll-up as it is written: `sum(deals.amount by account where stage = won)`.

    Attributes:
        does: One of sum, count, min, max, average.
        noun: The words for the records that are counted.
        at: The first of these words.
        field: The field that is looked at; None where they are only counted.
        by: The field of theirs that refers to this record; None where only one can.
        where: Which of them count.
        condition: The same as a text.
        start: The letters before it.
    """

    does: str
    noun: str
    at: Token
    field: Token | None
    by: Token | None
    where: Node | None
    condition: str
    start: int


def parse(text: str) -> Node:
    """Return the tree of a formula.

    Raises:
        FormulaError: says what is wrong and at which word.
    """
    reader = Reader(text)
    found = reader.read_or()
    reader.must_end()
    return found


def parse_rollup(text: str) -> RollupText:
    """Return what a roll-up says.

    Raises:
        FormulaError: says what is wrong and at which word.
    """
    reader = Reader(text)
    word = reader.take()
    if word.word not in AGGREGATES:
        why = f"is nothing that a roll-up does.{meant(word.value, AGGREGATES)} Try {EXAMPLE}."
        raise wrong(word, why)
    reader.must_take("(")
    at, noun, name = reader.next, [], None
    while reader.next.kind == "name" and reader.next.word not in ("by", "where"):
        noun.append(reader.take().value)
    if not noun:
        raise wrong(at, f"should name records, such as deals. Try {EXAMPLE}.")
    if reader.takes("."):
        name = reader.take_name()
    by = reader.take_name() if reader.takes_word("by") else None
    where, start = None, reader.next.start
    if reader.takes_word("where"):
        start = reader.next.start
        where = reader.read_or()
    end = reader.next.start
    reader.must_take(")")
    reader.must_end()
    does = AGGREGATES[word.word]
    condition = text[start:end].strip() if where else ""
    return RollupText(does, " ".join(noun), at, name, by, where, condition, start)


class Reader:
    """Goes through the words from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = scan(text)
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        found = self.next
        self.at += found.kind != "end"
        return found

    def takes(self, *signs: str) -> Token | None:
        """Take the next word if it is one of these signs."""
        return self.take() if self.next.is_sign(*signs) else None

    def takes_word(self, *words: str) -> Token | None:
        """Take the next word if it is one of these."""
        return self.take() if self.next.word in words else None

    def must_take(self, sign: str) -> None:
        if self.takes(sign):
            return
        if self.over:
            raise wrong(self.next, f"should be followed by “{sign}”.")
        raise wrong(self.next, f"is here in place of “{sign}”.")

    @property
    def over(self) -> bool:
        return self.next.kind == "end"

    def take_name(self) -> Token:
        """Take the next word, which has to be a field."""
        if self.next.kind not in ("name", "label"):
            raise wrong(self.next, "should be a field.")
        return self.take()

    def must_end(self) -> None:
        if not self.over:
            raise wrong(self.next, "is not expected here. A sign such as + is missing before it.")

    def read_or(self) -> Node:
        found = self.read_and()
        while sign := self.takes_word("or"):
            found = Sign(sign, (found, self.read_and()))
        return found

    def read_and(self) -> Node:
        found = self.read_not()
        while sign := self.takes_word("and"):
            found = Sign(sign, (found, self.read_not()))
        return found

    def read_not(self) -> Node:
        if sign := self.takes_word("not"):
            self.deeper(sign)
            found = Sign(sign, (self.read_not(),))
            self.depth -= 1
            return found
        return self.read_comparison()

    def read_comparison(self) -> Node:
        found = self.read_sum()
        if sign := self.takes(*COMPARISONS):
            found = Sign(sign, (found, self.read_sum()))
            if self.next.is_sign(*COMPARISONS):
                raise wrong(self.next, "compares a third value. Join two comparisons with “and”.")
        return found

    def read_sum(self) -> Node:
        found = self.read_product()
        while sign := self.takes("+", "-"):
            found = Sign(sign, (found, self.read_product()))
        return found

    def read_product(self) -> Node:
        found = self.read_minus()
        while sign := self.takes("*", "/"):
            found = Sign(sign, (found, self.read_minus()))
        return found

    def read_minus(self) -> Node:
        if sign := self.takes("-"):
            self.deeper(sign)
            found = Sign(sign, (self.read_minus(),))
            self.depth -= 1
            return found
        return self.read_value()

    def read_value(self) -> Node:
        token = self.take()
        if token.is_sign("("):
            self.deeper(token)
            found = self.read_or()
            self.must_take(")")
            self.depth -= 1
            return found
        if token.kind in ("number", "text", "day"):
            return Literal(token)
        if token.kind == "name" and self.takes("("):
            return self.read_call(token)
        if token.word in CONSTANTS:
            return Literal(token)
        if token.kind in ("name", "label") and token.word not in ("and", "or", "not"):
            return Name(token)
        raise wrong(token, "needs a field, a number or a text here.")

    def read_call(self, token: Token) -> Node:
        self.deeper(token)
        parts: list[Node] = []
        if not self.takes(")"):
            parts.append(self.read_or())
            while self.takes(","):
                parts.append(self.read_or())
            self.must_take(")")
        self.depth -= 1
        return Call(token, tuple(parts))

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise wrong(token, "is nested too deep.")


def fields_in(text: str) -> list[Token]:
    """Return the words of a formula that may be fields."""
    try:
        return [token for token in scan(text) if token.kind in ("name", "label")]
    except FormulaError:
        return []
