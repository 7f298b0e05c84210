"""Formulas and roll-ups that admins write: what they say, and what they may not."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Day, Flag, Moment, Money, Number, Percent, Reference, Text
from models.core.fields import Decimal as WithDecimals
from models.core.fields.base import Field
from models.core.fields.computed import Formula, Rollup, bound
from models.core.fields.operands import CREATED, operands_of, type_of
from models.core.formula.syntax import EXAMPLE, RollupText, fields_in, parse, parse_rollup
from models.core.formula.tokens import FormulaError, Token, meant, wrong
from models.core.formula.types import DECIMAL, WHOLE, Basic, Figure, Type
from models.core.parsing import values
from models.core.parsing.texts import with_article
from models.core.permissions import policy

Key = tuple[str, str]
"""A field of an entity: (entity, field)."""
Kinds = Mapping[str, Mapping[str, Field]]
"""The fields of all entities as they are now: entity → field → kind."""
FIGURES = {
    Figure.WHOLE: Number("Result"),
    Figure.DECIMAL: WithDecimals("Result"),
    Figure.MONEY: Money("Result"),
    Figure.PERCENT: Percent("Result", places=2),
}
OTHERS: Mapping[Basic, Field] = {
    Basic.TEXT: Text("Result"),
    Basic.DAY: Day("Result"),
    Basic.MOMENT: Moment("Result"),
    Basic.YES_NO: Flag("Result"),
}
RESULTS: Mapping[str, Field] = {
    **{str(figure): kind for figure, kind in FIGURES.items()},
    **{basic.name.lower(): kind for basic, kind in OTHERS.items()},
}
"""The kinds that a formula may have as its result, by the word that is kept for them."""
COMPARED = (Basic.NUMBER, Basic.DAY, Basic.MOMENT)


@dataclass(frozen=True)
class Said:
    """What a formula or a roll-up says.

    Attributes:
        text: The same with the names of fields as they are kept, so that a field may be renamed.
        result: What it amounts to, as a word of `RESULTS`, for an amount with its currency.
        sources: The fields that it is worked out from, with the word that names each.
    """

    text: str
    result: str
    sources: Mapping[Key, Token]


# ── what is said ──────────────────────────────────────────────────────────────────────────────────


def formula_said(text: str, about: str, kinds: Kinds) -> Said:
    """Return what a formula of an entity says.

    Raises:
        FormulaError: says what is wrong and at which word.
    """
    entity = ENTITIES[about]
    found = bound(parse(text), operands_of(entity.noun(), kinds[about]))
    checked = found.checked
    assert checked
    sources = {(about, name): token for token, name in checked.fields.items()}
    return Said(kept(text, checked.fields), result_of(checked.type), sources)


def rollup_said(text: str, about: str, kinds: Kinds) -> Said:
    """Return what a roll-up of an entity says.

    Raises:
        FormulaError: says what is wrong and at which word.
    """
    read = parse_rollup(text)
    part = part_of(read, about, kinds)
    theirs = kinds[part.slug()]
    operands = operands_of(part.noun(), theirs)
    by, name = link_of(read, part, about, theirs), field_named(read, part, operands.scope.words)
    fields: Mapping[Token, str] = {}
    if read.where:
        condition = bound(read.where, operands, is_condition=True)
        fields = condition.checked.fields if condition.checked else {}
    kind = theirs[name] if name else None
    at = read.field or read.at
    sources = {name: at, by: read.by or read.at, currency_beside(kind): at}
    sources |= {each: token for token, each in fields.items()}
    inner = kept(
        read.condition, {replace(t, start=t.start - read.start): f for t, f in fields.items()}
    )
    what = f"{read.noun}{f'.{name}' if name else ''} by {by}{f' where {inner}' if inner else ''}"
    result = result_of(rolled(read, by, kind))
    return Said(
        f"{read.does}({what})", result, {(part.slug(), n): t for n, t in sources.items() if n}
    )


def part_of(read: RollupText, about: str, kinds: Kinds) -> type[Entity]:
    """Return the entity that a roll-up is about, whose records refer to those of another."""
    found = named(read)
    if found is None or not links(kinds[found.slug()], about):
        near = [word for word, each in nouns().items() if links(kinds[each.slug()], about)]
        noun = with_article(ENTITIES[about].noun())
        raise wrong(read.at, f"are no records that refer to {noun}.{meant(read.noun, near)}")
    return found


def named(read: RollupText) -> type[Entity] | None:
    """Return the entity that the words of a roll-up name."""
    return nouns().get(values.fold(read.noun))


def nouns() -> dict[str, type[Entity]]:
    """Return the words for records that a roll-up can be about."""
    own = (entity for entity in ENTITIES.values() if not entity.governing)
    return {word: entity for entity in own for word in entity.words()}


def links(kinds: Mapping[str, Field], about: str) -> list[str]:
    """Return the fields that name a record of an entity."""
    return [n for n, each in kinds.items() if isinstance(each, Reference) and each.to == about]


def link_of(read: RollupText, part: type[Entity], about: str, kinds: Mapping[str, Field]) -> str:
    """Return the field by which the parts refer to a record.

    Raises:
        FormulaError: There are several.
    """
    found = links(kinds, about)
    if read.by:
        word = "_".join(values.fold(read.by.value).split())
        name = operands_of(part.noun(), kinds).scope.words.get(word, "")
        if name not in found:
            raise wrong(
                read.by,
                f"does not refer to {with_article(ENTITIES[about].noun())}. Try {' or '.join(found)}.",
            )
        return name
    if len(found) > 1:
        ways = " or ".join(f"by {name}" for name in found)
        raise wrong(
            read.at,
            f"can refer to {with_article(ENTITIES[about].noun())} in several ways. Say {ways}.",
        )
    return found[0]


def field_named(read: RollupText, part: type[Entity], words: Mapping[str, str]) -> str:
    """Return the field of the parts that a roll-up looks at, "" where it only counts them."""
    if read.does == "count":
        if read.field:
            raise wrong(read.field, f"is not needed: write count({part.plural()}).")
        return ""
    if read.field is None:
        raise wrong(read.at, f"needs a field of theirs. Try {EXAMPLE}.")
    name = words.get("_".join(values.fold(read.field.value).split()), "")
    if not name or name == CREATED:
        near = meant(read.field.value, words)
        raise wrong(read.field, f"is no field of {with_article(part.noun())}.{near}")
    return name


def rolled(read: RollupText, by: str, kind: Field | None) -> Type:
    """Return what a roll-up amounts to.

    Raises:
        FormulaError: What it looks at cannot be added up, or compared.
    """
    if kind is None or read.field is None:
        return WHOLE
    found = type_of(kind)
    adds = read.does in ("sum", "average")
    if found.basic != Basic.NUMBER and (adds or found.basic not in COMPARED):
        needed = "a number" if adds else "a number or a day"
        raise wrong(read.field, f"is {found.basic}, and {read.does} needs {needed}.")
    if found.is_money:
        return Type(Basic.NUMBER, Figure.MONEY, currency_of_whole(read.field, by, kind))
    whole = read.does == "average" and found.figure == Figure.WHOLE
    return DECIMAL if whole else found


def currency_beside(kind: Field | None) -> str:
    """Return the field of the same record with the currency of an amount, "" for none."""
    return kind.currency if isinstance(kind, Money) and not kind.beside else ""


def currency_of_whole(token: Token, by: str, kind: Field) -> str:
    """Return the field of the whole with the currency of what its parts amount to.

    "" is the currency of the workspace.
    """
    if not kind.beside:
        return ""
    if kind.beside != by:
        raise wrong(
            token, "has the currency of another record, so that it cannot be added up here."
        )
    return str(getattr(kind, "currency", "")).rpartition(".")[2]


def result_of(type: Type) -> str:
    """Return the word for what a formula amounts to: `money:currency`."""
    if type.basic == Basic.NUMBER:
        return f"{type.figure}:{type.currency}" if type.currency else str(type.figure)
    return type.basic.name.lower()


def kept(text: str, fields: Mapping[Token, str]) -> str:
    """Return a formula with the names of its fields in the place of the words for them."""
    for token in sorted(fields, key=lambda token: -token.start):
        end = token.start + len(token.said)
        text = f"{text[: token.start]}{fields[token]}{text[end:]}"
    return text


def spoken(text: str, kinds: Mapping[str, Field]) -> str:
    """Return a formula with the words that people use for its fields."""
    labels: dict[Token, str] = {}
    for token in fields_in(text):
        if kind := kinds.get(token.value):
            word = "_".join(values.fold(kind.label).split())
            plain = word.isidentifier() and word.isascii()
            labels[token] = word if plain else f"[{kind.label}]"
    return kept(text, labels)


def whose(text: str, about: str, is_rollup: bool) -> str:
    """Return the entity whose fields a formula names; "" where it is not understood any more."""
    if not is_rollup:
        return about
    try:
        found = named(parse_rollup(text))
    except FormulaError:
        return ""
    return found.slug() if found else ""


def sources_of(text: str, about: str, is_rollup: bool) -> set[Key]:
    """Return the fields that a formula names that is kept as a text."""
    there = whose(text, about, is_rollup)
    return {(there, token.value) for token in fields_in(text)} if there else set()


# ── what it may not say ───────────────────────────────────────────────────────────────────────────


def must_be_known(work: Context, said: Said, added: Mapping[Key, Any]) -> None:
    """Raise FormulaError where a formula names a field that is retired, or hidden from the actor.

    Args:
        work: The unit of work.
        said: What the formula says.
        added: The fields that were added, as records.
    """
    mine = policy.rights_of(work.actor)
    for (about, name), token in said.sources.items():
        row = added.get((about, name))
        if row is not None and row.retired:
            raise wrong(token, "is retired. Take it into use again first, or name another field.")
        if name in ENTITIES[about].fields() and not mine.reads(about, name):
            raise wrong(token, "is not shown to your role, so you cannot write a formula with it.")


def circle(mine: Key, said: Said, uses: Mapping[Key, Collection[Key]]) -> list[Key]:
    """Return the way on which a field is worked out from itself, [] where there is none."""

    def ways(key: Key, way: tuple[Key, ...]) -> Iterator[list[Key]]:
        if key == mine:
            yield [*way, key]
        elif key not in way:
            for other in uses.get(key, ()):
                yield from ways(other, (*way, key))

    found = (way for key in said.sources for way in ways(key, (mine,)))
    return next(found, [])


# ── the kind of field that it is ──────────────────────────────────────────────────────────────────


@lru_cache(maxsize=512)
def formula_of(text: str) -> Formula | None:
    """Return the formula that is kept as a text, None where it is not understood any more."""
    try:
        return Formula(text, must_fit=False)
    except TypeError:
        return None


@lru_cache(maxsize=512)
def rollup_of(text: str) -> Rollup | None:
    """Return the roll-up that is kept as a text, None where it is not understood any more."""
    try:
        read = parse_rollup(text)
    except FormulaError:
        return None
    part = named(read)
    if part is None or read.by is None:
        return None
    does: dict[str, Any] = {read.does: read.field.value if read.field else True}
    return Rollup(part.slug(), read.by.value, **does, where=read.condition, must_fit=False)


def result_kind(result: str) -> Field:
    """Return the kind of field that holds what a formula amounts to."""
    word, _, currency = result.partition(":")
    kind = RESULTS[word]
    return replace(kind, currency=currency) if isinstance(kind, Money) else kind


def result_name(result: str) -> str:
    """Return what people call what a formula amounts to."""
    return result.partition(":")[0].replace("_", " or " if result == "yes_no" else " ")
