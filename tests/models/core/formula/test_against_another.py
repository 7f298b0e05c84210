"""A formula equals what another program makes of it, which works with fractions and knows no tree.

Each strategy draws a text together with the function that says what it amounts to.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from models.core.formula.tokens import FormulaError
from models.core.parsing import values
from tests.models.core.formula.test_language import KINDS, understood
from tests.models.marks import tried

Held = dict[str, Any]
Drawn = tuple[str, Callable[[Held], Any]]
"""A text and what it amounts to for a record."""
TEXTS = ["", "x", "Ärger", "big & small", "OARS"]
REFUSED = ("The formula names no field", "A formula has at most")
DAYS = st.dates(date(1999, 1, 1), date(2031, 1, 1))
MOMENTS = st.builds(
    lambda day, minute: datetime.combine(day, time(minute // 60, minute % 60), UTC),
    DAYS,
    st.integers(0, 1439),
)


def cents(most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-most, most).map(lambda number: Decimal(number).scaleb(-2))


RECORDS = st.fixed_dictionaries(
    {
        "amount": st.none() | cents(10**8),
        "fee": st.none() | cents(500),
        "probability": st.none() | st.integers(0, 100),
        "seats": st.none() | st.integers(-50, 50),
        "close_date": st.none() | DAYS,
        "since": st.none() | MOMENTS,
        "signed": st.booleans(),
        "stage": st.none() | st.sampled_from(["won", "on_hold"]),
        "name": st.none() | st.sampled_from(TEXTS),
        "x_contract_type": st.none() | st.sampled_from(TEXTS),
    }
)


def both(act: Callable[..., Any], *parts: Drawn) -> Callable[[Held], Any]:
    """Return what is empty where one part is."""

    def amounts_to(held: Held) -> Any:
        found = [part[1](held) for part in parts]
        return None if any(each is None for each in found) else act(*found)

    return amounts_to


def number(name: str) -> Drawn:
    return name, lambda held: None if held[name] is None else Fraction(held[name])


def plain(found: Fraction) -> Fraction | None:
    return found if abs(found) < 10**30 else None


def half_up(found: Fraction, digits: int) -> Fraction:
    scaled = abs(found) * 10**digits
    whole = int(scaled + Fraction(1, 2))
    return Fraction(whole if found >= 0 else -whole, 10**digits)


def infix(sign: str, act: Callable[[Any, Any], Any]) -> Callable[[Drawn, Drawn], Drawn]:
    return lambda left, right: (f"({left[0]} {sign} {right[0]})", both(act, left, right))


def known(drawn: Drawn) -> Callable[[Held], bool | None]:
    return lambda held: None if (found := drawn[1](held)) is None else bool(found)


def either(word: str, left: Drawn, right: Drawn) -> Drawn:
    """Join two conditions; what is empty may be yes or no, so both are tried."""

    def amounts_to(held: Held) -> bool | None:
        sides = [
            [True, False] if (x := each(held)) is None else [x]
            for each in (known(left), known(right))
        ]
        join = all if word == "and" else any
        found = {join([one, other]) for one in sides[0] for other in sides[1]}
        return found.pop() if len(found) == 1 else None

    return f"({left[0]} {word} {right[0]})", amounts_to


NUMBERS = st.one_of(
    st.sampled_from([number(name) for name in ("amount", "fee", "probability", "seats")]),
    st.integers(0, 99).map(lambda n: (str(n), lambda held: Fraction(n))),
    st.integers(0, 999).map(lambda n: (f"{n / 100:.2f}", lambda held: Fraction(n, 100))),
)
STRINGS = st.one_of(
    st.sampled_from(["name", "contract_type"]).map(
        lambda name: (
            name,
            lambda held: held["name" if name == "name" else "x_contract_type"] or None,
        )
    ),
    st.sampled_from(TEXTS).map(lambda text: (f"'{text}'", lambda held: text or None)),
    st.just(("lower(stage)", lambda held: {"won": "won", "on_hold": "on hold"}.get(held["stage"]))),
)
DATES = st.one_of(
    st.just(("close_date", lambda held: held["close_date"])),
    st.just(("since", lambda held: held["since"] and held["since"].date())),
    DAYS.map(lambda day: (day.isoformat(), lambda held: day)),
)


def compared(parts: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    """Draw a comparison of two numbers, two texts, or two days."""
    less = infix("<", lambda left, right: left < right)
    same = infix("=", lambda left, right: left == right)
    alike = infix("!=", lambda left, right: values.fold(left) != values.fold(right))
    return st.one_of(
        st.builds(less, parts, parts),
        st.builds(same, parts, parts),
        st.builds(alike, STRINGS, STRINGS),
        st.builds(infix(">=", lambda left, right: left >= right), DATES, DATES),
        st.builds(lambda x: (f"empty({x[0]})", lambda held: x[1](held) is None), parts | STRINGS),
        st.just(("signed", lambda held: held["signed"])),
        st.just(("stage = won", lambda held: held["stage"] and held["stage"] == "won")),
    )


def conditions(parts: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    each = compared(parts)
    return st.one_of(
        each,
        st.builds(either, st.sampled_from(["and", "or"]), each, each),
        st.builds(lambda x: (f"(not {x[0]})", both(lambda found: not found, x)), each),
    )


def chosen(condition: Drawn, yes: Drawn, no: Drawn) -> Drawn:
    def amounts_to(held: Held) -> Any:
        found = known(condition)(held)
        return None if found is None else (yes if found else no)[1](held)

    return f"if({condition[0]}, {yes[0]}, {no[0]})", amounts_to


def first(left: Drawn, right: Drawn) -> Drawn:
    def amounts_to(held: Held) -> Any:
        found = left[1](held)
        return right[1](held) if found is None else found

    return f"coalesce({left[0]}, {right[0]})", amounts_to


def larger(parts: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    """Draw a number that is made of others."""
    return st.one_of(
        st.builds(infix("+", lambda left, right: plain(left + right)), parts, parts),
        st.builds(infix("-", lambda left, right: plain(left - right)), parts, parts),
        st.builds(infix("*", lambda left, right: plain(left * right)), parts, parts),
        st.builds(lambda x: (f"-{x[0]}", both(lambda found: -found, x)), parts),
        st.builds(lambda x: (f"abs({x[0]})", both(abs, x)), parts),
        st.builds(lambda x, y: (f"max({x[0]}, {y[0]})", both(max, x, y)), parts, parts),
        st.builds(
            lambda x, n: (f"round({x[0]}, {n})", both(lambda found: half_up(found, n), x)),
            parts,
            st.integers(0, 3),
        ),
        st.builds(first, parts, parts),
        st.builds(chosen, conditions(parts), parts, parts),
        st.builds(
            lambda x, y: (
                f"days({x[0]} - {y[0]})",
                both(lambda a, b: Fraction((a - b).days), x, y),
            ),
            DATES,
            DATES,
        ),
        st.builds(lambda x: (f"len({x[0]})", both(lambda text: Fraction(len(text)), x)), STRINGS),
    )


FIGURES = st.recursive(NUMBERS, larger, max_leaves=12)
WORDS = st.recursive(
    STRINGS,
    lambda parts: st.one_of(
        st.builds(lambda x: (f"upper({x[0]})", both(str.upper, x)), parts),
        st.builds(
            lambda x, n: (f"left({x[0]}, {n})", both(lambda text: text[:n] or None, x)),
            parts,
            st.integers(0, 4),
        ),
        st.builds(
            lambda x, y: (
                f"concat({x[0]}, {y[0]})",
                lambda held: (x[1](held) or "") + (y[1](held) or "") or None,
            ),
            parts,
            parts,
        ),
        st.builds(first, parts, parts),
        st.builds(chosen, conditions(NUMBERS), parts, parts),
    ),
    max_leaves=8,
)


def answer(text: str, held: Held) -> Any:
    """What the formula amounts to; "refused" where it names no field, or is too long."""
    try:
        return understood(text).value(SimpleNamespace(**held))
    except FormulaError as error:
        return (
            "refused" if str(error).startswith(REFUSED) or "too deep" in str(error) else str(error)
        )


@tried(2000)
@for_all(drawn=FIGURES, by=FIGURES, held=RECORDS)
def test_a_number_is_what_another_program_makes_of_it(drawn: Drawn, by: Drawn, held: Held) -> None:
    found, wanted = answer(drawn[0], held), drawn[1](held)
    if found != "refused":
        assert (found is None) == (wanted is None), drawn[0]
        assert found is None or Fraction(found) == wanted, drawn[0]
    ratio = answer(f"{drawn[0]} / {by[0]}", held)
    if ratio != "refused":
        below = by[1](held)
        wanted = None if wanted is None or not below else plain(wanted / below)
        assert (ratio is None) == (wanted is None), (drawn[0], by[0])
        assert wanted is None or abs(Fraction(ratio) - wanted) < Fraction(1, 10**25)


@tried(1000)
@for_all(drawn=WORDS, held=RECORDS)
def test_a_text_is_what_another_program_makes_of_it(drawn: Drawn, held: Held) -> None:
    found = answer(drawn[0], held)
    assert found in ("refused", drawn[1](held)), drawn[0]


@tried(1000)
@for_all(drawn=conditions(FIGURES), held=RECORDS)
def test_a_condition_is_what_another_program_makes_of_it(drawn: Drawn, held: Held) -> None:
    found = answer(drawn[0], held)
    assert found in ("refused", known(drawn)(held)), drawn[0]


@tried(1000)
@for_all(
    text=st.text("amount seats name()[]'\"+-*/<>=.,0159 if not and or ", max_size=60), held=RECORDS
)
def test_whatever_is_typed_is_understood_or_refused_and_never_fails(text: str, held: Held) -> None:
    try:
        bound = understood(text)
    except FormulaError:
        return
    bound.value(SimpleNamespace(**{**dict.fromkeys(KINDS), "created_at": None, **held}))
