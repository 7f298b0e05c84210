"""Ask whether what a record holds, or held, fits a filter.

The filter becomes SQL as for every list, and the values take the place of the columns: so a record
can be asked about as it was, or as it is about to be, and rules read filters as lists do.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column

from models.automation import pieces
from models.core import saved_filters
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.custom_values import packed
from models.core.fields import Choice
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.search import filter_parser, filter_sql
from models.core.search.filter_fields import field_of, shortcuts
from models.core.search.filter_nodes import And, Node, Not, OneOf, Or, Term, Word
from models.core.search.filter_values import RANKS, compare
from models.core.search.list_parts import parsed
from models.core.search.list_words import Listing

Values = Mapping[str, Any]
"""Field → what a record holds in it."""
AT_ONCE = 40
"""Questions that one statement asks."""


class Question(NamedTuple):
    """Whether some values fit a condition."""

    condition: ColumnElement[bool]
    values: Values


@contextmanager
def acting(work: Context, person: User, role: str = "") -> Iterator[None]:
    """Let a person act and read in the block, in a role, by its key, or in their own."""
    whole: Any = work
    info, before = work.session.info, (work.actor, work.session.info.get("role"))
    whole.actor, info["role"] = person, role or person.role
    roles = {person.id: role} if role else {}
    try:
        with policy.acting_as(work.session, roles), policy.among(work.session, (person,)):
            yield
    finally:
        whole.actor, info["role"] = before


@contextmanager
def reading_as(work: Context, person: User, role: str = "") -> Iterator[None]:
    """Let a person read in the block; what others changed before is not written as theirs."""
    with work.session.no_autoflush, acting(work, person, role):
        yield


def tree(work: Context, entity: type[Entity], text: str) -> Node:
    """Return the tree of a filter, or of the list that a name in quotes means.

    Raises:
        ValueError: what is wrong with it, or which of its words is no condition.
    """
    if pieces.is_name(text):
        text = kept(work, entity, pieces.unquoted(text))
    node = Listing(work, entity, alone=False).read(parsed(text, entity))
    known = shortcuts(entity)
    for word in words(node):
        if word.text.casefold() not in known:
            raise ValueError(
                f"“{word.text[:40]}” is no condition. Write a field, a sign and a value: "
                f"{filter_parser.EXAMPLE}."
            )
    return node


def kept(work: Context, entity: type[Entity], name: str) -> str:
    """Return the text of a saved filter, the actor's own or one that others share.

    Raises:
        ValueError: there is none of that name, or it is about other records.
    """
    if found := saved_filters.called(work, name, entity.slug()):
        return found.typed
    if saved_filters.called(work, name):
        raise ValueError(f"The filter “{name[:60]}” is not about {entity.plural()}.")
    how = f'{entity.noun()} list … | save "{name[:60]}"'
    raise ValueError(f"There is no saved filter “{name[:60]}”. Save one: {how}")


def words(node: Node) -> Iterator[Word]:
    """Yield the words of a tree that stand without a field."""
    match node:
        case Word():
            yield node
        case Not(part):
            yield from words(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from words(part)


def fields_of(node: Node, entity: type[Entity]) -> frozenset[str] | None:
    """Return the fields that a filter asks about; None where a change of any field may matter."""
    match node:
        case Term(named) | OneOf(named) if filter_sql.is_own(named):
            known = field_of(named, entity)[0]
            return frozenset({known}) if known in entity.fields() else None
        case Not(part):
            return fields_of(part, entity)
        case And(parts) | Or(parts):
            found = [fields_of(part, entity) for part in parts]
            whole = [each for each in found if each is not None]
            return frozenset().union(*whole) if len(whole) == len(found) else None
    return None


def compiled(node: Node, entity: type[Entity], work: Context) -> ColumnElement[bool]:
    """Return a filter in SQL that asks no index, which knows only what records hold now."""
    match node:
        case And(parts):
            return and_(True, *(compiled(part, entity, work) for part in parts))
        case Or(parts):
            return or_(False, *(compiled(part, entity, work) for part in parts))
        case Not(part):
            return filter_sql.negated(compiled(part, entity, work))
        case Term(op=op) if op in RANKS and (options := choice(node, entity)):
            name, kind = options
            column = filter_sql.visible(getattr(entity, name), work)
            return compare(kind, column, op, node.value, work)
        case Term():
            return filter_sql.term(node, entity, work, entity, by_index=False)
        case OneOf(name, texts):
            return or_(False, *(compiled(Term(name, "=", each), entity, work) for each in texts))
    return filter_sql.condition(node, entity, work)


def choice(asked: Term, entity: type[Entity]) -> tuple[str, Choice] | None:
    """Return the field with options that a term asks about: a stage is past those before it.

    The order of the options counts, also where lists have no use for it.
    """
    if not filter_sql.is_own(asked.field):
        return None
    name, kind = field_of(asked.field, entity)
    return (name, kind) if isinstance(kind, Choice) else None


def condition(work: Context, entity: type[Entity], text: str) -> ColumnElement[bool]:
    """Return a filter as a condition that `answers` takes.

    Raises:
        ValueError: what is wrong with it.
    """
    return compiled(tree(work, entity, text), entity, work)


def with_values(question: Question, entity: type[Entity]) -> ColumnElement[bool]:
    """Return a condition with values in the place of the columns of an entity."""
    values = packed(entity, question.values)
    table: Any = entity.__table__

    def replace(element: Any, **_: Any) -> Any:
        if isinstance(element, Select) and table in element.get_final_froms():
            return element  # it looks among the records that there are
        if isinstance(element, Column) and getattr(element.table, "name", "") == table.name:
            name = entity.__mapper__.get_property_by_column(table.c[element.name]).key
            return bindparam(None, values.get(name), element.type, unique=True)
        return None

    found: ColumnElement[bool] = visitors.replacement_traverse(question.condition, {}, replace)
    return found


def answers(work: Context, entity: type[Entity], questions: Sequence[Question]) -> list[bool]:
    """Return for each question whether its values fit its condition."""
    found: list[bool] = []
    for start in range(0, len(questions), AT_ONCE):
        asked = [
            with_values(each, entity).label(f"fits_{at}")
            for at, each in enumerate(questions[start : start + AT_ONCE])
        ]
        with work.session.no_autoflush:
            row = work.session.execute(select(*asked)).one()
        found += [bool(each) for each in row]
    return found


def held(record: Entity) -> dict[str, Any]:
    """Return what a record holds now."""
    names = (*record.fields(), "id", "created_at", "updated_at", "custom")
    return {name: getattr(record, name) for name in names}


def entity_of(slug: str) -> type[Entity]:
    return ENTITIES[slug]
