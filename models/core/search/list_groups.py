"""Lists under headings: `deal list open group by owner`, with counts and sums."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.entity.name_reference import Named
from models.core.fields import Choice, Country, Flag, LongText, Reference, Text
from models.core.fields.base import Field
from models.core.permissions import visibility
from models.core.search.filter_nodes import Term
from models.core.search.filter_parser import write
from models.core.search.list_order import SORT
from models.core.search.similarity import nearest

GROUPED = (Choice, Reference, Named, Country, Flag, Text)
"""The kinds of fields by which a list is grouped."""
MOST, SHOWN = 12, 3
"""The most groups that one answer shows, and the records below each heading."""
ASKED = re.compile(
    rf"(?:^|(?<=\s))group(?:ed)? by (?P<field>[^\s,]+(?: [^\s,]+)?)(?=$|,?\s+{SORT}\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Group:
    """The records of a list that hold the same in a field.

    Attributes:
        label: What they hold, as people read it.
        total: How many there are.
        sums: What they amount to, by currency.
        words: The words of the list of them alone.
        records: The first of them.
    """

    label: str
    total: int
    sums: Mapping[str, Decimal]
    words: str
    records: Sequence[Entity] = ()


def take_group(text: str, entity: type[Entity], work: Context) -> tuple[str, str]:
    """Return the words of a list without those that group it, and the field; "" for none.

    Raises:
        ValueError: The list is to be grouped by what it cannot be grouped by, or what is hidden.
    """
    found = ASKED.search(text)
    if found is None:
        return text, ""
    known = groupable(entity, work)
    word = re.sub("[ -]", "_", found["field"].strip().lower())
    name = entity.field_names().get(word, word)
    if name not in known:
        labels = ", ".join(kind.label.lower() for kind in known.values())
        raise ValueError(
            f"{entity.plural().capitalize()} are not grouped by “{found['field'][:60]}”. "
            f"Group by one of these: {labels}.{meant(word, known)}"
        )
    return f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip(', ')}".strip(), name


def meant(word: str, known: Collection[str]) -> str:
    """Return what somebody may have meant who wrote a field a little wrong."""
    near = nearest(word, list(known), limit=1, least=60)
    return f" Did you mean {near[0].replace('_', ' ')}?" if near else ""


def groupable(entity: type[Entity], work: Context) -> Mapping[str, Field]:
    """Return the fields by which a list can be grouped, without what is hidden from a reader."""
    kinds = entity.fields().items()
    return {
        name: kind
        for name, kind in kinds
        if isinstance(kind, GROUPED)
        and not isinstance(kind, LongText)
        and not visibility.hidden(work, getattr(entity, name))
    }


def groups_of(
    work: Context,
    entity: type[Entity],
    name: str,
    fitting: "Select[Any]",
    figure: str,
    order: Sequence[Any],
) -> list[Group]:
    """Return the groups of the records that fit: options in their order, else the largest first.

    Args:
        work: Who reads, and the session.
        entity: The kind of record.
        name: The field with what they have in common.
        fitting: The statement for the records.
        figure: The field with an amount that is added up, "" for none.
        order: What the records of a group are ordered by.
    """
    column, kind = getattr(entity, name), entity.fields()[name]
    totals, sums = added_up(work, entity, column, fitting, figure)
    found: list[Group] = []
    for value in sorted(totals, key=lambda value: place(kind, value, totals[value])):
        told = shown(work, kind, value), totals[value], sums.get(value, {})
        records: Sequence[Any] = ()
        if len(found) < MOST:
            theirs = column.is_(None) if value is None else column == value
            first = fitting.where(theirs).order_by(*order).limit(SHOWN)
            records = work.session.scalars(first).all()
        found.append(Group(*told, said(work, name, kind, value), records))
    return found


def added_up(
    work: Context, entity: type[Entity], column: Any, fitting: "Select[Any]", figure: str
) -> tuple[dict[Any, int], dict[Any, dict[str, Decimal]]]:
    """Return how many records hold each value, and the sums of a figure of theirs by currency."""
    there: Any = entity
    unit = [there.currency, func.sum(getattr(there, figure))] if figure else []
    asked = fitting.with_only_columns(column, func.count(there.id), *unit)
    rows = work.session.execute(asked.group_by(column, *unit[:1])).all()
    totals: dict[Any, int] = {}
    sums: dict[Any, dict[str, Decimal]] = {}
    for value, count, *amount in rows:
        totals[value] = totals.get(value, 0) + count
        if amount and amount[1]:
            sums.setdefault(value, {})[amount[0] or ""] = amount[1]
    return totals, sums


def place(kind: Field, value: Any, total: int) -> tuple[Any, ...]:
    """Return what groups are sorted by; records without a value come last."""
    if value in (None, ""):
        return (2, 0, "")
    if isinstance(kind, Choice):
        return (0, options(kind).get(value, 0), "")
    return (1, -total, str(value))


@lru_cache(maxsize=64)
def options(kind: Choice) -> Mapping[str, int]:
    return {option.value: at for at, option in enumerate(kind.options)}


def shown(work: Context, kind: Field, value: Any) -> str:
    """Return what a group has in common, as people read it."""
    if value in (None, ""):
        return f"No {kind.label.lower()}"
    return kind.show(value, work)


def said(work: Context, name: str, kind: Field, value: Any) -> str:
    """Return the condition for the records of a group."""
    if value in (None, ""):
        return write(Term(name, "=", "empty"))
    text = work.ref(kind.to, value) if isinstance(kind, Reference) else kind.write(value, work)
    return write(Term(name, "=", text))


def narrowed(words: str) -> str:
    """Return the words of a list so that a further condition holds for all of them."""
    words = words.strip()
    return f"({words}) " if " or " in words.casefold() else f"{words} " if words else ""
