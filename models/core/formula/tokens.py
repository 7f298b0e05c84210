"""Cut a formula into words, each with its place, and say what is wrong with one of them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

LONGEST = 1000
"""The letters of a formula."""
MOST = 150
"""The words of a formula."""
Kind = Literal["day", "number", "text", "label", "name", "sign", "stray", "end"]
TOKEN = re.compile(
    r"""\s*(?:
      (?P<day>\d{4}-\d\d-\d\d)(?![\w.])
    | (?P<number>\d+(?:\.\d+)?)(?![\w.])
    | ['‘’‚](?P<single>[^'‘’‚]*)['‘’‚]
    | ["“”„«»](?P<double>[^"“”„«»]*)["“”„«»]
    | \[(?P<label>[^\[\]]+)\]
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>!=|<>|>=|<=|==|[=<>≠≤≥+\-−*×/÷(),.])
    | (?P<stray>[\d][\w.]*|\S)
    )""",
    re.VERBOSE,
)
SAME = {"<>": "!=", "≠": "!=", "==": "=", "≤": "<=", "≥": ">=", "−": "-", "×": "*", "÷": "/"}
"""Signs that mean another one."""


@dataclass(frozen=True)
class Token:
    """A word of a formula.

    Attributes:
        kind: What it is.
        value: What it says: the text without its quotes, the sign in its plain form.
        said: The word as it was typed.
        start: The number of letters before it.
    """

    kind: Kind
    value: str
    said: str
    start: int

    @property
    def word(self) -> str:
        """Return a name in small letters; "" for anything else."""
        return self.value.casefold() if self.kind == "name" else ""

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.value in signs


class FormulaError(ValueError):
    """What is wrong with a formula, at which word, as a sentence."""


def wrong(token: Token, why: str) -> FormulaError:
    """Return the error about a word: “amont” (letter 5) is no field."""
    if token.kind == "end":
        return FormulaError(f"The formula ends too early: its last word {why}")
    return FormulaError(f"“{token.said[:60]}” (letter {token.start + 1}) {why}")


def meant(word: str, known: Collection[str]) -> str:
    """Return the question whether another word is meant, "" where none is near."""
    near = get_close_matches(word.casefold(), known, 1, 0.6)
    return f" Did you mean “{near[0]}”?" if near else ""


def scan(text: str) -> list[Token]:
    """Return the words of a formula, and a last one that is its end.

    Raises:
        FormulaError: It is too long, or has something else in it.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"A formula has at most {LONGEST} letters; this has {len(text)}.")
    found = [token_of(each) for each in TOKEN.finditer(text)]
    if len(found) > MOST:
        raise FormulaError(f"A formula has at most {MOST} words; this has {len(found)}.")
    return [*found, Token("end", "", "", len(text))]


def token_of(found: "re.Match[str]") -> Token:
    """Return the word that was found.

    Raises:
        FormulaError: It is nothing that a formula can have.
    """
    kind = str(found.lastgroup)
    value, end = found[kind], found.end()
    said = found[0].strip()
    start = end - len(said)
    if kind in ("single", "double"):
        return Token("text", value, said, start)
    if kind == "stray":
        raise wrong(Token("stray", said, said, start), stray(said))
    if kind == "sign":
        value = SAME.get(value, value)
    return Token(kind, value, said, start)  # type: ignore[arg-type]


def stray(said: str) -> str:
    """Return why a word cannot be in a formula."""
    if said[0] in "'‘’‚\"“”„«»":
        return "has no second quote. Write a text as 'big'."
    if said[0].isdigit():
        return "is no number. Write it as 12000 or 0.5."
    if said == "%":
        return "is not known here. Divide by 100."
    return "is not known here. Try + - * / = < > and parentheses."
