"""A filter as people type it, read once: what it asks for, in which order, and of which fields."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.sql import visitors

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.permissions import policy, visibility
from models.core.search import filter_parser, filter_sql
from models.core.search.filter_fields import shortcuts, vocabulary
from models.core.search.filter_nodes import And, Node, Not, Or, Word
from models.core.search.list_groups import take_group
from models.core.search.list_order import Order, take
from models.core.search.list_parts import parsed
from models.core.search.list_words import Listing


@dataclass(frozen=True)
class Filter:
    """A filter of the records of an entity.

    Lists, counts, exports, bulk changes, digests and rules use the same one: in SQL with the rights
    of those who read inside, for all records or for one.

    Attributes:
        entity: The entity.
        typed: The text as it was typed; read again, it is the same filter.
        asked: The text without its order and its groups.
        node: The conditions, with words replaced by what they mean to those who read.
        order: The order that was asked for, None for the newest first.
        reader: What read the words, and knows what it read them as.
        group: The field whose values are the headings of the list, "" for none.
    """

    entity: type[Entity]
    typed: str
    asked: str
    node: Node
    order: Order | None
    reader: Listing
    group: str = ""

    @classmethod
    def read(
        cls,
        work: Context,
        entity: type[Entity],
        text: str,
        people: bool = True,
        plain: bool = False,
    ) -> "Filter":
        """Return the filter that a text is.

        Args:
            work: Who reads, and the session.
            entity: The kind of record.
            text: The words of a list: `stage = won AND amount > 10k`, `won last month`, `rita`.
            people: Whether the bare name of a colleague means the records' owner.
            plain: Whether words without a field are only searched for.

        Raises:
            ValueError: Says what is wrong with the filter, and where.
            Ambiguous: Several colleagues have that name.
        """
        ungrouped, group = take_group(text, entity, work)
        asked, order = take(ungrouped, entity, work)
        node = filter_parser.parse(asked, vocabulary(entity)) if plain else parsed(asked, entity)
        reader = Listing(work, entity, alone=not plain, people=people)
        return cls(entity, text.strip(), asked, reader.read(node), order, reader, group)

    @property
    def is_search(self) -> bool:
        """Whether it is nothing but words to search for, which are found by how like they are."""
        alone = self.reader.searched and not (self.reader.told or self.order or self.group)
        return bool(alone) and filter_sql.is_words(self.node, self.entity)

    def condition(self, work: Context) -> ColumnElement[bool]:
        """Return the condition in SQL, with the rights of those who read inside.

        Raises:
            ValueError: Says which field, sign or value is wrong, or hidden from who reads.
        """
        return filter_sql.condition(self.node, self.entity, work)

    def fitting(self, work: Context) -> "Select[Any]":
        """Return the statement for the records that fit, in no order."""
        return select(self.entity).where(self.condition(work))

    def matches(self, work: Context, record: Entity) -> bool:
        """Return whether a record fits, as those who read see it, and as the database holds it."""
        work.session.flush()
        one = select(self.entity.id).where(and_(self.entity.id == record.id, self.condition(work)))
        return work.session.scalar(one.limit(1)) is not None

    def fields(self, work: Context) -> frozenset[tuple[str, str]]:
        """Return the fields that decide whether a record fits, each as (entity, field).

        Words that are searched for are in every field that is searched.
        """
        with policy.beyond(work.session):
            parts = visitors.iterate(select(self.condition(work)))
            asked = {(of.slug(), name) for part in parts for of, name in visibility.fields_in(part)}
        if any(words_in(self.node, self.entity)):
            kinds = self.entity.fields().items()
            asked |= {(self.entity.slug(), name) for name, kind in kinds if kind.search}
        return frozenset(asked)


def words_in(node: Node, entity: type[Entity]) -> Iterator[str]:
    """Yield the words of a filter that are searched for."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from words_in(part, entity)
        case Not(part):
            yield from words_in(part, entity)
        case Word(text) if text.casefold() not in shortcuts(entity):
            yield text
