"""Find records: while a name is being typed, by words, by a filter, among everything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Integer, Select, bindparam, func, select

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.finding import KEPT
from models.core.fields import Money
from models.core.identity.user import with_names
from models.core.parsing import values
from models.core.parsing.values import show_amount
from models.core.permissions import masking, visibility
from models.core.search import filter_sql, list_menus
from models.core.search.expression import Filter
from models.core.search.full_text import CANDIDATES, best, by_reference, records_of
from models.core.search.idle_words import FILLERS
from models.core.search.list_groups import Group, groups_of, narrowed, take_group
from models.core.search.list_menus import ListMenu
from models.core.search.list_order import Order, take
from models.core.search.list_parts import parsed
from models.core.search.list_words import Listing

E = TypeVar("E", bound=Entity)

PAGE = 10
COUNTED = 100
"""The most matches that are counted; a filter that fits more is not counted to the end."""


@dataclass(frozen=True)
class Page(Generic[E]):
    """Up to ten records and a heading that says what they are.

    Attributes:
        more: the number of the next page, empty on the last.
        before: the number of the page before, empty on the first.
        note: what the words of a list were read as.
        searched: the words that were none of its conditions.
        menus: the other lists that are one choice away.
        sums: what the records of all pages amount to together.
        groups: the headings of the list, where they were asked for.
    """

    records: list[E]
    heading: str
    more: str = ""
    before: str = ""
    note: str = ""
    searched: str = ""
    menus: Sequence[ListMenu] = ()
    sums: str = ""
    groups: Sequence[Group] = ()


def suggestions(work: Context, entity: type[E], text: str, limit: int = 20) -> list[E]:
    """Return what a picker offers for the letters typed so far, the likeliest first.

    Before anything is typed, return the newest records.
    """
    if not text.strip():
        return list(
            work.session.scalars(select(entity).order_by(entity.number.desc()).limit(limit))
        )
    return records_of(work, entity, best(work, text, [entity])[:limit])


def find_everywhere(work: Context, text: str, limit: int = 10) -> list[Entity]:
    """Return records of every entity that a text finds, the likeliest first.

    A reference finds only the record that it names.
    """
    named = by_reference(work, text, ENTITIES.values())
    hits = (named or best(work, text, list(ENTITIES.values())))[:limit]
    loaded = {
        (slug, record.id): record
        for slug in {hit.entity for hit in hits}
        for record in records_of(work, ENTITIES[slug], [hit for hit in hits if hit.entity == slug])
    }
    return [loaded[key] for hit in hits if (key := (hit.entity, hit.record_id)) in loaded]


def find_records(
    work: Context, entity: type[E], text: str, page: str | bool | None = None
) -> Page[E]:
    """Return ten records of one entity: all, those that a filter fits, or those that words find.

    Args:
        work: who reads, and the session.
        entity: the kind of record.
        text: empty, `stage = won AND amount > 10k`, or words.
        page: "2" for the second ten.

    Raises:
        ValueError: says what is wrong with a filter.
    """
    number = place_of(page)
    if filter_sql.read(text, entity) is None:
        return found_by_words(work, entity, text, number)
    return found_by_filter(work, Filter.read(work, entity, text, plain=True), number)


def list_records(
    work: Context,
    entity: type[E],
    text: str,
    page: str | bool | None = None,
    people: bool = True,
) -> Page[E]:
    """Return ten records of one entity like `find_records`, reading words as conditions first.

    Examples are `won last month`, `rita`, `due today`. The note says which words were searched for.

    Args:
        work: who reads, and the session.
        entity: the kind of record.
        text: the words of the list.
        page: "2" for the second ten.
        people: whether the bare name of a colleague means the records' owner.

    Raises:
        Ambiguous: several colleagues have that name.
    """
    number = place_of(page)
    asked = read_list(work, entity, text, people)
    if asked is None:
        return find_records(work, entity, text, page)
    if asked.group:
        found = found_in_groups(work, asked)
    elif not asked.is_search:
        found = found_by_filter(work, asked, number)
    else:
        found = found_by_words(work, entity, asked.asked, number)
        searched = asked.reader.searched
        telling = [word for word in searched if values.fold(word) not in FILLERS]
        if not found.records and 0 < len(telling) < len(searched):
            found = found_by_words(work, entity, " ".join(telling), number)
    reader = asked.reader
    menus = list_menus.offered(reader, asked.node, asked.order)
    return replace(found, note=noted(reader), searched=" ".join(reader.searched), menus=menus)


def read_list(work: Context, entity: type[Entity], text: str, people: bool = True) -> Filter | None:
    """Return the filter that the words of a list are; None where they are only words to look for.

    Raises:
        ValueError: says what is wrong with a filter, or by what the list cannot be sorted.
    """
    asked, _ = take(take_group(text, entity, work)[0], entity, work)
    try:
        parsed(asked, entity)
    except ValueError:
        return None
    return Filter.read(work, entity, text, people)


def counted_wholly(work: Context, entity: type[Entity], text: str) -> str:
    """Return how many records a list has, all of them, and what was read: 214 deals match “open”.

    Raises:
        ValueError: says what is wrong with the filter.
    """
    asked = read_list(work, entity, text)
    if asked is None or asked.is_search:
        page = list_records(work, entity, text)
        return " ".join(filter(None, [f"{page.heading}.", page.note]))
    ids = asked.fitting(work).with_only_columns(entity.id).subquery()
    total = work.session.scalar(select(func.count()).select_from(ids)) or 0
    said = heading(entity, with_names(work, asked.asked), total, total)
    return " ".join(filter(None, [f"{said}.", noted(asked.reader)]))


def noted(reader: Listing) -> str:
    """Describe what the words of a list were read as.

    It also gives the filter that is near the words that were only searched for.
    """
    said = [f"Read as {', '.join(reader.told)}."] if reader.told else []
    if reader.searched:
        words = " ".join(reader.searched)[:60]
        said.append(
            f"“{words}” was searched for as words; the nearest filter: {reader.nearest(words)}"
        )
    return " ".join(said)


def found_by_filter(work: Context, asked: Filter, number: int) -> Page[Any]:
    """Return the records that a filter finds, in its order or newest first."""
    entity, order, fitting = asked.entity, asked.order, asked.fitting(work)
    first, everything = (number - 1) * PAGE, not asked.asked.strip()
    if everything and not order:
        records = list(work.session.scalars(all_of(entity), {"first": first}))
    else:
        newest = entity.number if everything else entity.id  # the column an index gives in order
        columns = order.columns(entity) if order else (newest.desc(),)
        found = fitting.order_by(*columns).offset(first).limit(PAGE + 1)
        records = list(work.session.scalars(found))
    figure = "" if everything else figure_of(work, entity)
    if number == 1 and len(records) <= PAGE:
        total, sums = len(records), added_up(records, figure)
    elif everything:
        total, sums = work.session.scalar(number_of_all(entity)) or 0, {}
    else:
        total, sums = counted(work, entity, fitting, figure)
    some_seen = wholly_seen(work, records)
    said = heading(entity, with_names(work, asked.asked), total, COUNTED, some_seen, order)
    turns, told = pages(number, bool(records[PAGE:])), together(total, sums)
    return Page(records[:PAGE], said, *turns, sums=told)


def found_in_groups(work: Context, asked: Filter) -> Page[Any]:
    """Return the records that a filter finds under headings, with what they amount to."""
    entity, order = asked.entity, asked.order
    columns = order.columns(entity) if order else (entity.id.desc(),)
    figure = figure_of(work, entity)
    found = groups_of(work, entity, asked.group, asked.fitting(work), figure, columns)
    records = [record for group in found for record in group.records]
    total = sum(group.total for group in found)
    some_seen = wholly_seen(work, records)
    text = with_names(work, asked.asked)
    said = heading(entity, text, total, total, some_seen, order)
    label = entity.fields()[asked.group].label.lower()
    begin, end = narrowed(asked.asked), f" {order.text}" if order else ""
    groups = [replace(group, words=f"{begin}{group.words}{end}") for group in found]
    return Page(records, f"{said}, by {label}" if found else said, groups=groups)


@cache
def all_of(entity: type[E]) -> "Select[E]":
    """Return the statement for a page of all records, the newest first; `first` is a parameter.

    It is made once, as is `number_of_all`: to make the two takes a fifth of a list.
    """
    page = select(entity).order_by(entity.number.desc()).limit(PAGE + 1)
    return page.offset(bindparam("first", type_=Integer)).execution_options(**{KEPT: True})


@cache
def number_of_all(entity: type[Entity]) -> "Select[int]":
    """Return the statement for how many records there are, up to one more than are counted."""
    some = select(entity.id).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(some).execution_options(**{KEPT: True})


def counted(
    work: Context, entity: type[Entity], fitting: "Select[Any]", figure: str
) -> tuple[int, Mapping[str, Decimal]]:
    """Return how many records a filter finds, and the sums of a figure by currency.

    More than `COUNTED` are not counted to the end.
    """
    summed = [getattr(entity, each) for each in ("currency", figure) if figure]
    some = fitting.with_only_columns(entity.id, *summed).limit(COUNTED + 1).subquery()
    if not figure:
        return work.session.scalar(select(func.count()).select_from(some)) or 0, {}
    sums = select(some.c.currency, func.count(), func.sum(some.c[figure]))
    found = work.session.execute(sums.group_by(some.c.currency)).all()
    total = sum(count for _, count, _ in found)
    return total, {currency or "": amount for currency, _, amount in found if amount}


def added_up(records: Sequence[Any], figure: str) -> Mapping[str, Decimal]:
    """Return the sums of a figure of some records by currency."""
    sums: dict[str, Decimal] = {}
    for record in records if figure else ():
        if amount := getattr(record, figure):
            sums[record.currency or ""] = sums.get(record.currency or "", Decimal(0)) + amount
    return sums


def together(total: int, sums: Mapping[str, Decimal]) -> str:
    """Return what several records amount to; a part of them is not summed up."""
    return f"Total: {amounts(sums)}." if sums and 1 < total <= COUNTED else ""


def amounts(sums: Mapping[str, Decimal]) -> str:
    """Return sums by currency, as people read them."""
    return " + ".join(show_amount(amount, currency) for currency, amount in sorted(sums.items()))


def figure_of(work: Context, entity: type[Entity]) -> str:
    """Return the field with the amount that is in the lines of a list, "" where there is none.

    There is none where it is hidden from a reader.
    """
    kinds = ((name, entity.fields()[name]) for name in entity.line)
    amounts = (name for name, kind in kinds if isinstance(kind, Money) and kind.currency)
    name = next(amounts, "")
    own = name and "currency" in entity.fields()
    return name if own and not visibility.hidden(work, getattr(entity, name)) else ""


def found_by_words(work: Context, entity: type[E], text: str, number: int) -> Page[E]:
    """Return the records that words find, likeliest first."""
    hits = best(work, text, [entity])
    first = (number - 1) * PAGE
    records = records_of(work, entity, hits[first : first + PAGE])
    some = wholly_seen(work, records)
    said = heading(entity, with_names(work, text), len(hits), CANDIDATES - 1, some)
    return Page(records, said, *pages(number, bool(hits[first + PAGE :])))


def place_of(page: str | bool | None) -> int:
    """Return the number of a page that was asked for; it is the first where that is no number."""
    if isinstance(page, str) and page.isdecimal() and 0 < int(page) < 10_000:
        return int(page)
    return 1


def pages(number: int, more: bool) -> tuple[str, str]:
    """Return the numbers of the next page and of the one before, "" where there is none."""
    return str(number + 1) if more else "", str(number - 1) if number > 1 else ""


def wholly_seen(work: Context, records: Sequence[Entity]) -> Iterator[Entity]:
    """Yield the records if all of each may be seen, else none: a word for them would tell more.

    Most entities have one word for all records and do not ask.
    """
    if all(masking.is_open(work, each) for each in records):
        yield from records


def heading(
    entity: type[Entity],
    text: str,
    total: int,
    most: int,
    some: Iterable[Entity] = (),
    order: Order | None = None,
) -> str:
    """Return a heading: 3 deals match “stage = won”.

    Args:
        entity: the kind of record.
        text: the filter or words.
        total: how many records match.
        most: a total beyond it is not known exactly.
        some: the first of them, which say what they are called.
        order: the order they are in, where one was asked for.
    """
    text, (one, several) = " ".join(text.split()), entity.called_together(some)
    count = f"More than {most:,} {several}" if total > most else f"{total:,} {several}"
    count = f"1 {one}" if total == 1 else count
    if not text:
        told = order.told if order else "newest first"
        return f"{count}, {told}" if total else f"There is no {entity.noun()} yet"
    if not total:
        return f"No {entity.noun()} matches “{text}”"
    told = f", {order.told}" if order else ""
    return f"{count} {'matches' if total == 1 else 'match'} “{text}”{told}"
