"""The parts of a formula that were checked, and how one is turned into another kind of thing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.core.formula import exact
from models.core.formula.tokens import Token, wrong
from models.core.formula.types import DECIMAL, EMPTY, Basic, Figure, Run, Type, Values


@dataclass(frozen=True)
class Part:
    """A part of a formula: what it is, what works it out, and the word that errors name."""

    type: Type
    run: Run
    token: Token


def joined(act: Callable[..., Any], runs: Sequence[Run]) -> Run:
    """Return a function that does something with all parts, or nothing where one is empty."""

    def run(held: Values) -> Any:
        found = [each(held) for each in runs]
        return None if None in found else act(*found)

    return run


def as_kind(part: Part, wanted: Type) -> Part:
    """Return a part as another kind of thing, where it can be that.

    Raises:
        FormulaError: It is something else.
    """
    have, want = part.type.basic, wanted.basic
    if have == want:
        return part
    if have == Basic.EMPTY:
        return Part(wanted, part.run, part.token)
    if (have, want) == (Basic.CHOICE, Basic.TEXT):
        return Part(wanted, joined(part.type.choice.name, [part.run]), part.token)
    if (have, want) == (Basic.MOMENT, Basic.DAY):
        return Part(wanted, joined(exact.day_of, [part.run]), part.token)
    raise wrong(part.token, f"is {have}, and {want} is needed here.")


def same(parts: Sequence[Part]) -> Type:
    """Return what several parts have in common, of which one is taken or that are added up.

    Raises:
        FormulaError: They have nothing in common, or are amounts in different currencies.
    """
    found: Type = EMPTY
    for part in parts:
        if part.type.basic == Basic.EMPTY or part.type == found:
            continue
        if found.basic == Basic.EMPTY:
            found = part.type
        elif part.type.basic != found.basic or found.basic == Basic.RECORD:
            raise wrong(part.token, f"is {part.type.basic}, and {found.basic} comes before it.")
        elif found.basic == Basic.NUMBER:
            found = number_of(found, part)
    return found


def number_of(found: Type, part: Part) -> Type:
    """Return what a number is that may be one of two."""
    if found.is_money and part.type.is_money:
        raise wrong(part.token, "is an amount in another currency than the one before it.")
    for each in (found, part.type):
        if each.is_money:
            return each
    figures = {found.figure, part.type.figure}
    return (
        Type(Basic.NUMBER, Figure.PERCENT) if figures == {Figure.WHOLE, Figure.PERCENT} else DECIMAL
    )


def runs_of(parts: Sequence[Part], wanted: Type) -> list[Run]:
    """Return the functions of parts, each as the same kind of thing."""
    return [as_kind(part, wanted).run for part in parts]
