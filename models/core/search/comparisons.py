"""Read what list words compare: `older than 3 days`, `between 5k and 20k`, `no phone`."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.errors import Ambiguous
from models.core.fields import Choice, Country, Day, Flag, Moment, Money, Number, Reference, Text
from models.core.fields.base import Field
from models.core.parsing import values
from models.core.parsing.dates import english
from models.core.parsing.periods import read_period
from models.core.search.filter_fields import referring, shortcuts
from models.core.search.filter_nodes import And, Count, Node, Op, Term, Word
from models.core.search.filter_periods import Span, read_span


def phrases(lines: str) -> dict[str, Op]:
    """Return each phrase of `over above=>; …` with its sign, longest phrases first."""
    entries = [
        entry.rpartition("|") for entry in lines.replace("\n", " ").split(";") if entry.strip()
    ]
    found = {
        word.replace("_", " "): sign.strip() for words, _, sign in entries for word in words.split()
    }
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))  # type: ignore[arg-type]


AMOUNTS: Mapping[str, Op] = phrases("""
    over above more_than bigger_than greater_than larger_than higher_than exceeding mehr_als uber plus_de mas_de |>;
    at_least minimum min no_less_than not_less_than not_under from mindestens ab au_moins al_menos |>=;
    under below less_than fewer_than smaller_than lower_than weniger_als unter moins_de menos_de |<;
    at_most up_to maximum max no_more_than not_more_than not_over hochstens bis_zu au_plus como_maximo |<=
""")
"""Words before an amount, and the sign that they mean."""
DAYS: Mapping[str, Op] = phrases("""
    before earlier_than prior_to older_than vor avant antes_de antes_del |<;
    until till by up_to no_later_than not_later_than not_after on_or_before bis jusqu'au hasta |<=;
    after later_than newer_than younger_than nach apres despues_de despues_del |>;
    since from starting starting_from as_of not_before no_earlier_than on_or_after seit ab depuis desde |>=
""")
"""Words before a day or a period, and the sign that they mean."""
SINCE = frozenset(("since", "seit", "depuis", "desde"))
"""Words that speak of the past."""
BETWEEN = frozenset(("between", "from", "zwischen", "entre"))
AND = frozenset(("and", "to", "until", "till", "-", "–", "und", "bis", "et", "y", "a", "through"))
OLDER: Mapping[str, Op] = phrases("""
    older_than alter_als plus_vieux_que mas_antiguos_que |<;
    newer_than younger_than junger_als |>=
""")
UNTOUCHED = re.compile(
    r"(?:not (?:updated|touched|changed|modified)|untouched|unchanged|inactive|stale|no (?:updates?|activity|changes?))"
    r" (?:in|for|since|within) (?:(?:over|more than|at least|the|the last|last) )*(.+)"
)
AGO = re.compile(r"(?:(more than|over|longer than|at least|less than|within|under) )(.+) (ago|old)")
AGE = re.compile(
    r"(?:for |since )?(more than|over|longer than|at least|less than|under) (.+?)(?: old)?"
)
FOR = re.compile(
    r"(open|overdue) (?:(?:for|by|since) )?(?:(?:more|longer) than |over |at least )(.+)|(overdue) (?:by|for) (.+)"
)
AHEAD = re.compile(
    r"(?:in (?:(more than|less than|under|over) )|(within|in the next|in the coming) )(.+)"
)
LENGTH = re.compile(
    r"(?:last |next )?(\d+) (?:(business) )?(minute|hour|day|week|month|quarter|year)s?"
)
LONGEST = timedelta(days=36_500)
WITH = frozenset(("with", "has", "have", "having", "mit", "avec", "con"))
WITHOUT = frozenset(
    (
        "no",
        "without",
        "missing",
        "lacking",
        "lacks",
        "empty",
        "w/o",
        "ohne",
        "sans",
        "sin",
        "kein",
        "keine",
    )
)
BOTH = re.compile(r"(?:with|that have|which have|having|have|has) (?=(?:no|without) )")
ARTICLES = re.compile(r"(?:an?|any|the|its?|their|some) ")
UNSET = re.compile(r"(.+?) (?:is |are )?(?:missing|empty|unset|not set)")
FILLERS = frozenset(("is", "are", "of", "worth", "that", "date", "the", "was", "were"))
LEADING = frozenset(("worth", "valued", "that", "which", "are", "is"))
"""Words that say nothing in front of a condition."""
PLAIN = (Choice, Country, Flag, Money, Number, Reference)
"""Kinds whose values are distinguished from any other word after the name of a field."""
WIDEST, NEAR = 10, 4
"""Limits on the words of one comparison.

`WIDEST` is the most words that it may take. Among the first `NEAR` words there is one that shows
that it is a comparison.
"""
RANGE = re.compile(r"(?=.*[km€$£+])([^\s-]*\d[^\s-]*)(?:[-–]([^\s-]*\d[^\s-]*)|\+)")
SCALE = re.compile(r"[\d.,]+ ?(k|m)\b", re.IGNORECASE)

Found = tuple[Node, str]
"""A condition, and the text that describes it."""


@dataclass
class Bounds:
    """Reads what words compare, among the fields that a viewer may ask.

    Attributes:
        kinds: field → kind.
        days: the words for fields with a day.
        usual: the field that is meant where none is named.
    """

    work: Context
    entity: type[Entity]
    kinds: Mapping[str, Field]
    days: Mapping[str, str]
    usual: str
    words: Mapping[str, str]
    """Every word or words for a field, folded → the field."""
    states: Collection[str] = ()
    """Words that are conditions by themselves: closed before friday."""

    def read(self, words: Sequence[str]) -> tuple[Node, str, int] | None:
        """Return the condition that the first words form, its description and their number.

        The longest match counts.
        """
        folded = [values.fold(word) for word in words[:WIDEST]]
        led = next((at for at, word in enumerate(folded) if word not in LEADING), 0)
        if led and (behind := self.read(words[led:])):
            return behind[0], behind[1], behind[2] + led
        if not any(
            word in STARTS or word in self.starts or RANGE.fullmatch(word) for word in folded[:NEAR]
        ):
            return None
        for length in range(len(folded), 0, -1):
            if found := self.meaning(folded[:length], " ".join(words[:length])):
                return *found, length
        return None

    @cached_property
    def starts(self) -> set[str]:
        return {word.split()[0] for word in (*self.words, *self.days)}

    def meaning(self, run: Sequence[str], said: str) -> Found | None:
        text = " ".join(run)
        return self.held(text) or self.aged(text) or self.named(run, said) or self.bare(text, said)

    # ── whether there is one ──────────────────────────────────────────────────────────────────────

    def held(self, text: str) -> Found | None:
        """Return the condition of `with phone`, `without next step` or `close date missing`."""
        text = BOTH.sub("", text)
        first, _, rest = text.partition(" ")
        rest = ARTICLES.sub("", rest)
        unset = UNSET.fullmatch(text)
        if first in WITH | WITHOUT and (counted := self.counted(rest, first in WITH)):
            return counted
        name = (
            self.field(rest) if first in WITH | WITHOUT else self.field(unset[1]) if unset else ""
        )
        if not name:
            return None
        there = first in WITH
        told = f"{self.kinds[name].label}: {'filled' if there else 'empty'}"
        return Term(name, "!=" if there else "=", "empty"), told

    def counted(self, text: str, there: bool) -> Found | None:
        """Return the condition that records refer to this one: without a task, with open cases.

        Of those that can be open, the open ones count.
        """
        noun = text.removeprefix("open ")
        child = next((each for each in referring(self.entity) if noun in each.words()), None)
        if child is None or len(referring(self.entity)[child]) > 1 or self.field(text):
            return None
        is_open = "open" in shortcuts(child)
        where: Node = Word("open") if is_open else And(())
        said = f"{'open ' if is_open else ''}{child.plural()}: {'some' if there else 'none'}"
        return Count(noun, "", where, ">" if there else "=", "0"), said

    def field(self, text: str) -> str:
        """Return the field that words name: close date, phone number, tags."""
        if text in ("date", "day"):
            return self.usual
        for said in (
            text,
            text.removesuffix("s"),
            re.sub(r" (?:number|address|date)s?$", "", text),
        ):
            if name := self.words.get(said) or self.words.get(f"{said}s"):
                return name
        return ""

    # ── how old ───────────────────────────────────────────────────────────────────────────────────

    def aged(self, text: str) -> Found | None:
        """Return the condition of an age: older than 3 days, not updated in 2 weeks.

        Another example is `open for more than a week`.
        """
        if older := starting(text, OLDER):
            return self.since("created_at", OLDER[older], text[len(older) :].strip())
        if found := UNTOUCHED.fullmatch(text):
            return self.since("updated_at", "<", found[1])
        if (found := AGE.fullmatch(text)) and LENGTH.fullmatch(english(found[2])):
            return self.since(
                "created_at", ">=" if found[1] in ("less than", "under") else "<", found[2]
            )
        if found := FOR.fullmatch(text):
            state = found[1] or found[3]
            name = "created_at" if state == "open" else self.entity.dated
            aged = self.since(name, "<", found[2] or found[4])
            return aged and (And((Word(state), aged[0])), f"{state}, {aged[1]}")
        return None

    def since(self, name: str, op: Op, text: str) -> Found | None:
        """Return a field compared with a length of time ago, or with a day in the past."""
        if name not in self.kinds:
            return None
        length = LENGTH.fullmatch(english(text))
        if length is None:
            period = read_span(text, self.work.today, past=True)
            return self.told(name, op, period, "") if period else None
        if length[3] in ("minute", "hour"):
            unit = timedelta(**{f"{length[3]}s": 1})
            age = unit * min(int(length[1]), LONGEST // unit)
            return None if length[2] else self.since_moment(name, op, age)
        day = values.read_day(f"{length[1]} {length[2] or ''} {length[3]} ago", self.work.today)
        return self.told(name, op, (day, day), "")

    def since_moment(self, name: str, op: Op, age: timedelta) -> Found | None:
        """Return a field with a time compared with the moment that long ago."""
        kind, moment = self.kinds[name], self.work.now - age
        if not isinstance(kind, Moment):
            return None
        word = "before" if op == "<" else "since"
        typed = moment.astimezone(self.work.zone).strftime("%Y-%m-%dT%H:%M")
        return Term(name, op, typed), f"{kind.label}: {word} {kind.show(moment, self.work)}"

    def told(self, name: str, op: Op, period: Span, side: str) -> Found:
        """Return a field compared with a period, and the description of that."""
        day = period[0] if op in ("<", ">=") else period[1]
        word = side or {"<": "before", "<=": "until", ">": "after", ">=": "since"}[op]
        shown = values.show_day(day, self.work.today)
        return Term(name, op, day.isoformat()), f"{self.kinds[name].label}: {word} {shown}"

    # ── a field that is named ─────────────────────────────────────────────────────────────────────

    def named(self, run: Sequence[str], said: str) -> Found | None:
        """Return the condition of words that begin with the name of a field.

        Examples: `amount over 10k`, `closing between 1 and 30 april`, `created more than 3 days
        ago`, `priority above normal`.
        """
        for count in range(min(3, len(run) - 1), 0, -1):
            name = self.words.get(" ".join(run[:count])) or self.days.get(" ".join(run[:count]), "")
            if not name:
                continue
            rest = run[count:]
            while len(rest) > 1 and rest[0] in FILLERS:
                rest = rest[1:]
            value = " ".join(said.split(" ")[len(run) - len(rest) :])
            if found := self.of(name, " ".join(rest), value):
                state = Word(run[0])
                return (
                    (And((state, found[0])), f"{run[0]}, {found[1]}")
                    if count == 1 and run[0] in self.states
                    else found
                )
        return None

    def of(self, name: str, text: str, said: str) -> Found | None:
        kind = self.kinds[name]
        if isinstance(kind, Day | Moment):
            return self.dated(name, text)
        if found := self.compared(name, text, said):
            return found
        if isinstance(kind, Text) and said and " " not in said:
            return Term(name, "~", said), f"{kind.label}: {said}"
        if isinstance(kind, PLAIN) and not isinstance(kind, Flag) and self.reads(kind, said):
            return Term(name, "=", said), f"{kind.label}: {self.shown(kind, said)}"
        return None

    def shown(self, kind: Field, value: str) -> str:
        """Return a value as it was understood, or as it was typed where it can be several."""
        with suppress(ValueError):
            return kind.show(kind.read(value, self.work), self.work)
        return value

    def dated(self, name: str, text: str) -> Found | None:
        """Return a field with a day compared with a day, a period, or its distance from today."""
        if found := AGO.fullmatch(text):
            return self.since(
                name, ">=" if found[1] in ("less than", "within", "under") else "<", found[2]
            )
        if found := AHEAD.fullmatch(text):
            return self.ahead(name, found[1] or "within", found[3])
        return self.between_days(name, text) or self.side(name, text)

    def ahead(self, name: str, how: str, text: str) -> Found | None:
        """Return the condition of `in more than 3 days` or `within 2 weeks`."""
        length = LENGTH.fullmatch(english(text))
        if length is None or length[3] in ("minute", "hour"):
            return None
        day = values.read_day(f"in {length[1]} {length[2] or ''} {length[3]}", self.work.today)
        if how in ("more than", "over"):
            return self.told(name, ">", (day, day), "")
        return self.span(name, (self.work.today, day))

    def side(self, name: str, text: str) -> Found | None:
        side = starting(text, DAYS)
        if not side or not name:
            return None
        rest = text[len(side) :].strip()
        past = side in SINCE or not self.kinds[name].form or name.endswith("_at")
        period = read_span(rest, self.work.today, past)
        if period is None:
            must_be_clear(rest, self.work.today)
            return None
        if side in ("from", "ab") and period[0] != period[1]:
            return self.span(name, period)  # from last week: in it, not since
        return self.told(name, DAYS[side], period, side)

    # ── without a field ───────────────────────────────────────────────────────────────────────────

    def bare(self, text: str, said: str) -> Found | None:
        """Return the condition of words without a field.

        Examples: `over 10k`, `10k+`, `between 5k and 20k`. It is about the first amount of money,
        else about the usual day.
        """
        money = next((name for name, kind in self.kinds.items() if isinstance(kind, Money)), "")
        found = (self.compared(money, text, said) if money else None) or self.between_days(
            self.usual, text
        )
        return found or self.side(self.usual, text)

    def compared(self, name: str, text: str, said: str) -> Found | None:
        """Return a field that has an order compared with one value or with two."""
        kind = self.kinds[name]
        if not (kind.ordered or (isinstance(kind, Choice) and kind.ranked)) or isinstance(
            kind, Day | Moment
        ):
            return None
        if found := self.between_values(name, kind, said):
            return found
        if text.endswith("+") and self.reads(kind, text[:-1]):
            return Term(name, ">=", text[:-1]), f"{kind.label}: at least {said[:-1]}"
        words = starting(text, AMOUNTS)
        value = " ".join(said.split(" ")[len(words.split()) :])
        if not words or not self.reads(kind, value):
            return None
        return Term(name, AMOUNTS[words], value), f"{kind.label}: {words} {value}"

    def between_values(self, name: str, kind: Field, text: str) -> Found | None:
        for low, high in pairs(text):
            if (scale := SCALE.fullmatch(high)) and low.isdigit():
                low += scale[1]
            if self.reads(kind, low) and self.reads(kind, high):
                return And(
                    (Term(name, ">=", low), Term(name, "<=", high))
                ), f"{kind.label}: {low} – {high}"
        return None

    def between_days(self, name: str, text: str) -> Found | None:
        if not name or text.partition(" ")[0] not in BETWEEN:
            return None
        past = not self.kinds[name].form or name.endswith("_at")
        for low, high in pairs(text):
            begin = f"{low} {high.partition(' ')[2]}" if low.isdigit() else low
            for sides in (
                (past, past),
                (True, False),
                (False, False),
            ):  # from the last monday to the next friday
                first, last = (
                    read_span(begin, self.work.today, sides[0]),
                    read_span(high, self.work.today, sides[1]),
                )
                if first and last and first[0] <= last[1]:
                    return self.span(name, (first[0], last[1]))
        return None

    def span(self, name: str, period: Span) -> Found:
        shown = " – ".join(dict.fromkeys(values.show_day(day, self.work.today) for day in period))
        first, last = (day.isoformat() for day in period)
        return And(
            (Term(name, ">=", first), Term(name, "<=", last))
        ), f"{self.kinds[name].label}: {shown}"

    def reads(self, kind: Field, value: str) -> bool:
        if not value:
            return False
        try:
            kind.read(value, self.work)
        except ValueError as error:
            return isinstance(error, Ambiguous)
        return True


def must_be_clear(text: str, today: date) -> None:
    """Raise Ambiguous where a day could be read in two ways."""
    try:
        read_period(text, today)
    except Ambiguous:
        raise
    except (ValueError, OverflowError):
        return


def starting(text: str, known: Mapping[str, Op]) -> str:
    """Return the longest of the phrases that a text begins with and continues after."""
    return next((words for words in known if text.startswith(f"{words} ")), "")


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the two values that words may give: between 5k and 20k, from 5k to 20k, 5k-20k."""
    if (found := RANGE.fullmatch(text)) and found[2]:
        yield found[1], found[2]
    words = text.split()
    led = words[0].lower() in BETWEEN
    words = words[1:] if led else words
    for at in sorted(range(1, len(words)), key=lambda at: abs(2 * at - len(words))):
        joined = words[at].lower() in AND
        if joined or led:
            low, high = " ".join(words[:at]), " ".join(words[at + joined :])
            if high:
                yield low, high


STARTS = frozenset(
    phrase.split()[0]
    for known in (AMOUNTS, DAYS, OLDER, BETWEEN, WITH, WITHOUT, AND)
    for phrase in known
).union(
    (
        "untouched",
        "unchanged",
        "inactive",
        "stale",
        "not",
        "open",
        "overdue",
        "missing",
        "empty",
        "unset",
    )
)
"""Words of which one is among the first words of every condition that is read here."""
