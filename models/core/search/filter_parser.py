"""Parse filters as people write them into a tree.

An example is `stage = won AND (amount > 10k OR owner = me) NOT acme`.

    filter  := part, joined by AND OR NOT and parentheses; adjacency is AND
    part    := path (= != > >= < <= ~) value | path in (value, …) | path has value
             | path [not] empty | count(noun [by field] [where filter]) sign number | word
    path    := field, or the fields that lead to one of another record: account.industry

Which fields there are and what their values mean is up to the module that compiles the tree to SQL.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import cast

from models.core.parsing.texts import clean
from models.core.search.filter_nodes import EMPTY, And, Count, Node, Not, OneOf, Op, Or, Term, Word

LONGEST = 2000
LONGEST_NAME = 5
"""The most words of a field's name without quotation marks."""
MOST_WORDS = 200
DEEPEST = 20
MOST_CONDITIONS = 40
MOST_CONTAINED = 8
"""The most conditions with ~, because each of them looks through every record."""
EXAMPLE = "stage=won or amount>10k"

MOST_RELATED = 8
"""The most conditions on other records, because each of them looks at these for every record."""


@dataclass(frozen=True)
class Vocabulary:
    """What the parser knows of a noun: only the names of fields make `has` and `empty` a condition.

    Attributes:
        names: The words that name a field.
        of: Returns the vocabulary of another noun.
    """

    names: Collection[str] = ()
    of: "Callable[[str], Vocabulary]" = attribute(
        default=lambda noun: Vocabulary(), compare=False, repr=False
    )


QUOTES = '"“”„«»'
QUOTED = rf"[{QUOTES}](?P<%s>(?:\\.|[^\\{QUOTES}])*)[{QUOTES}]"
MENTION = r"<[@\#]\w+(?:\|[^<>]*)?>"
SIGN = r"!=|<>|>=|<=|==|[=><~≠≥≤]"
SIGNS = {"≠": "!=", "<>": "!=", "≥": ">=", "≤": "<=", "==": "="}
TOKEN = re.compile(
    rf"""
    (?<=\))\s*(?P<sign>{SIGN})\s*(?P<number>[^\s()]+)
    | \s*(?:
      (?P<paren>[()])
    | (?P<count>(?i:count))\s*\(
    | (?:(?P<one_of>[^\W\d][\w.-]*)|{QUOTED % "quoted_one_of"})\s+(?P<none_of>(?i:not)\s+)?(?i:in)\s*\((?P<values>(?:{QUOTED % "first"}|[^(){QUOTES}])*)\)
    | (?:(?P<field>[^\W\d][\w.-]*)|{QUOTED % "quoted_field"})\s*(?!{MENTION})(?P<op>{SIGN})\s*(?:
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


SPECIAL = ("has", "is", "are", "in", EMPTY)
"""Words that may be a part of a condition, and are only texts in quotes."""
JOINED = re.compile(r"\sor\s", re.IGNORECASE)
VALUE = re.compile(
    rf"\s*(?:{QUOTED % 'quoted'}\s*|(?P<plain>(?:(?!\sor\s)[^,])+))(?:,|\sor\s|$)",
    re.IGNORECASE | re.DOTALL,
)
STRAY = "needs a field in front and a value behind, or a quote that closes"
COUNTED = "count(cases where open) > 2"


def parse(text: str, known: Vocabulary | None = None) -> Node:
    """Return the tree of a filter; an empty text lets everything through.

    Args:
        text: The filter as it was typed.
        known: The fields of the noun it is about.

    Raises:
        ValueError: says what is wrong and at which word.
    """
    text = clean(text)
    if len(text) > LONGEST:
        raise ValueError(
            f"A filter holds at most {LONGEST} characters; this has {len(text)}. Try {EXAMPLE}."
        )
    reader = Reader(list(TOKEN.finditer(text)), known or Vocabulary())
    must_be_few(reader.tokens)
    node = reader.read_any() if reader.tokens else And(())
    if reader.next:
        raise reader.wrong(STRAY if reader.next["sign"] else "closes what was never opened")
    return node


def must_be_few(tokens: "list[re.Match[str]]") -> None:
    """Raise ValueError where a filter asks more than a database soon answers."""
    if len(tokens) > MOST_WORDS:
        raise ValueError(
            f"A filter holds at most {MOST_WORDS} words; this has {len(tokens)}. Try {EXAMPLE}."
        )
    signs = [token["op"] for token in tokens if token["op"]]
    lists = [token["values"] for token in tokens if token["values"] is not None]
    paths = [subject(token) for token in tokens]
    related = [each for each in paths if "." in each] + [each for each in tokens if each["count"]]
    for most, what, count in (
        (MOST_CONTAINED, "conditions with ~ (contains)", signs.count("~")),
        (MOST_CONDITIONS, "conditions", len(signs) + sum(len(split(each)) for each in lists)),
        (MOST_RELATED, "conditions on other records", len(related)),
    ):
        if count > most:
            raise ValueError(
                f"A filter holds at most {most} {what}; this has {count}. Try fewer, or {EXAMPLE}."
            )


def write(node: Node) -> str:
    """Return a text that `parse` reads as the same tree, in its plainest form."""
    match node:
        case Term(name, op, value):
            return f"{spoken(name)} {op} {quote(value)}"
        case OneOf(name, values):
            return f"{spoken(name)} in ({', '.join(map(quote_one, values))})"
        case Count(noun, by, where, op, value):
            said = "".join([noun, f" by {by}" if by else ""])
            inner = write(where)
            return f"count({said}{f' where {inner}' if inner else ''}) {op} {value}"
        case Word(word):
            return quoted(word) if word.lower() in SPECIAL else quote(word)
        case Not(part):
            return f"NOT {within(part)}"
        case Or(parts):
            return " OR ".join(within(part) for part in parts)
        case And(parts):
            return " ".join(within(part) for part in parts)


def spoken(name: str) -> str:
    """Return the name of a field as people type it: "close date"."""
    said = name.replace("_", " ")
    return quoted(said) if said != name and named(said) == name else name


def within(part: Node) -> str:
    return f"({write(part)})" if isinstance(part, And | Or) else write(part)


def quote(text: str) -> str:
    """Return the text as it is where it would be read as one word, else in quotes."""
    found = TOKEN.fullmatch(text)
    if found and found["word"] and not keyword(found):
        return text
    return quoted(text)


def quote_one(text: str) -> str:
    """Return a value of a list of values as it is where it is read as itself, else in quotes."""
    plain = bool(text) and text == text.strip() and not re.search(f"[(),{QUOTES}]", text)
    return text if plain and not JOINED.search(f" {text} ") else quoted(text)


def quoted(text: str) -> str:
    return '"' + re.sub(r'([\\"“”„«»])', r"\\\1", text) + '"'


def split(text: str) -> list[str]:
    """Return the values of a list of values: `won, lost`, `won or lost`."""
    found = []
    for each in VALUE.finditer(text):
        value = unescape(each["quoted"]) if each["quoted"] is not None else clean(each["plain"])
        found += [value] if value or each["quoted"] is not None else []
    return found


def keyword(found: re.Match[str] | None) -> str:
    """Return AND, OR or NOT if the token is one, in any case, else ""."""
    word = (found["word"] or "").upper() if found else ""
    return word if word in ("AND", "OR", "NOT") else ""


class Reader:
    """Goes through the tokens from left to right; `or` binds loosest, `not` tightest."""

    def __init__(self, tokens: list[re.Match[str]], known: Vocabulary) -> None:
        self.tokens = tokens
        self.known = known
        self.at = 0
        self.depth = 0
        self.counting = False

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
        if found["stray"] or found["sign"]:
            raise self.wrong(STRAY)
        if found["missing"] is not None:
            raise self.unfinished(found)
        if found["count"]:
            return self.read_count()
        if found["values"] is not None:
            return self.read_one_of(found, subject(found), self.place)
        return self.read_named() or self.read_said(found) or self.read_plain(found)

    def read_plain(self, found: re.Match[str]) -> Node:
        """Return a word, or a field compared with a value."""
        place = self.place
        self.at += 1
        return leaf(found, subject(found), place)

    def read_named(self) -> Node | None:
        """Return a condition on a field whose name has several words: close date < eom."""
        said: list[str] = []
        for at, found in enumerate(self.tokens[self.at : self.at + LONGEST_NAME]):
            name = named(" ".join([*said, subject(found)])) if subject(found) else ""
            if said and name in self.known.names:
                place, self.at = self.place, self.at + at
                return self.compared(found, name, place)
            if name or not found["word"] or keyword(found):
                return None
            said.append(found["word"])
        return None

    def compared(self, found: re.Match[str], name: str, place: int) -> Node:
        """Return the condition that the next token is, on a field of this name."""
        if found["values"] is not None:
            return self.read_one_of(found, name, place)
        if found["missing"] is not None:
            raise self.unfinished(found)
        self.at += 1
        return leaf(found, name, place)

    def unfinished(self, found: re.Match[str]) -> ValueError:
        """Return the error at a field and a sign that no value follows."""
        name = spoken(named(subject(found)))
        return self.wrong(
            "needs a value, and a quotation both its quotes",
            f'{name}{found["op"]}12 or {name}=""',
        )

    @property
    def place(self) -> int:
        """The number of the next word, 0 where it is the only one."""
        return self.at + 1 if len(self.tokens) > 1 else 0

    def read_one_of(self, found: re.Match[str], name: str, place: int) -> Node:
        """Return `stage in (won, lost)`, or its opposite."""
        values = tuple(split(found["values"]))
        if not values:
            said = spoken(named(name))
            raise self.wrong("needs values between its parentheses", f"{said} in (won, lost)")
        node = OneOf(named(name), values, place)
        self.at += 1
        return Not(node) if found["none_of"] else node

    def read_said(self, found: re.Match[str]) -> Node | None:
        """Return `tags has vip`, `phone is not empty` or `stage in won, lost`, else None."""
        name = named(found["word"] or found["quoted"] or "")
        if name.partition(".")[0] not in self.known.names:
            return None
        words = [(each["word"] or "").lower() for each in self.tokens[self.at + 1 : self.at + 4]]
        value = self.tokens[self.at + 2] if len(self.tokens) > self.at + 2 else None
        if words[:1] == ["has"] and value and not keyword(value):
            if value["word"] or value["quoted"] is not None:
                term = Term(name, "has", text_of(value), value["word"] is None, place=self.place)
                self.at += 3
                return term
            return None
        length = 1 if words[:1] in (["is"], ["are"]) else 0
        negated = words[length : length + 1] == ["not"]
        length += negated
        if words[length : length + 1] == ["in"] and (listed := self.read_listed(name, length)):
            return Not(listed) if negated else listed
        if words[length : length + 1] != [EMPTY]:
            return self.read_unlike(name, length) if length == 2 else None
        term = Term(name, "!=" if negated else "=", EMPTY, place=self.place)
        self.at += length + 2
        return term

    def read_listed(self, name: str, length: int) -> OneOf | None:
        """Return `stage in won, lost`, where commas stand between the values."""
        place, first = self.place, self.at + length + 2
        said = []
        for token in self.tokens[first:]:
            said.append(token["word"] or "")
            if not said[-1].endswith(","):
                break
        if "," not in " ".join(said).strip(","):
            return None
        self.at = first + len(said)
        return OneOf(name, tuple(split(" ".join(said))), place)

    def read_unlike(self, name: str, length: int) -> Term | None:
        """Return `stage is not won`."""
        value = self.tokens[self.at + 3] if len(self.tokens) > self.at + 3 else None
        if value is None or keyword(value) or not (value["word"] or value["quoted"] is not None):
            return None
        term = Term(name, "!=", text_of(value), value["word"] is None, place=self.place)
        self.at += length + 2
        return term

    def read_count(self) -> Count:
        """Return `count(cases where open) > 2`."""
        place = self.place
        if self.counting:
            raise self.wrong("stands inside of another count", COUNTED)
        self.at += 1
        noun = self.read_words("by", "where")
        if not noun:
            raise self.wrong("needs the word for what is counted", COUNTED)
        by = self.read_words("where") if self.take("by") else ""
        where: Node = And(())
        if self.take("where"):
            where = self.read_counted(noun)
        if self.next is None or self.next["paren"] != ")":
            raise self.wrong("is missing a closing parenthesis", COUNTED)
        self.at += 1
        if self.next is None or not self.next["sign"]:
            raise self.wrong("needs a sign and a number after the count", COUNTED)
        op, value = SIGNS.get(self.next["sign"], self.next["sign"]), self.next["number"]
        self.at += 1
        return Count(noun, named(by), where, cast(Op, op), value, place)

    def read_counted(self, noun: str) -> Node:
        """Return which of the records count, in the words of their own noun."""
        outer, self.known, self.counting = self.known, self.known.of(noun), True
        node = self.read_any()
        self.known, self.counting = outer, False
        return node

    def read_words(self, *until: str) -> str:
        """Return the words up to one of these, or up to a sign or a parenthesis."""
        found = []
        while self.next and self.next["word"] and self.next["word"].lower() not in until:
            found.append(self.next["word"])
            self.at += 1
        return " ".join(found).lower()

    def take(self, word: str) -> bool:
        """Take the next word if it is this one, and return whether it was."""
        found = bool(self.next and (self.next["word"] or "").lower() == word)
        self.at += found
        return found

    def wrong(self, problem: str, example: str = EXAMPLE) -> ValueError:
        """Return an error at the next token: “)” (word 3) closes what was never opened. Try …."""
        here = (
            f"“{self.next[0].strip()[:40]}” (word {self.at + 1})"
            if self.next
            else f"The end (after word {self.at})"
        )
        return ValueError(f"{here} {problem}. Try {example}.")


def leaf(found: re.Match[str], name: str, place: int) -> Term | Word:
    """Return a word, or what compares the field of a name with a value."""
    if not name:
        return Word(text_of(found), found["word"] is None)
    exact = found["value"] is None
    value = unescape(found["quoted_value"]) if exact else found["value"]
    op = SIGNS.get(found["op"], found["op"])
    return Term(named(name), cast(Op, op), value, exact, place=place)


def subject(found: re.Match[str]) -> str:
    """Return the field that a token compares, as it was typed; "" where it compares none."""
    said = found["field"] or found["one_of"]
    return said or unescape(found["quoted_field"] or found["quoted_one_of"] or "")


def text_of(found: re.Match[str]) -> str:
    """Return what a word or a quotation says."""
    return unescape(found["quoted"]) if found["word"] is None else found["word"]


def named(word: str) -> str:
    """Return the word for a field as fields are spelt: close_date for Close-Date."""
    return re.sub(r"[\s-]+", "_", word.strip().lower())


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
