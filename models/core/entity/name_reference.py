"""A kind of field that points at a record by its name.

It stays readable where the record is gone.
"""

from dataclasses import dataclass

from sqlalchemy import Index, select, text

from models.core.context import Context
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.errors import Conflict, Invalid
from models.core.fields.base import Field, Reader
from models.core.parsing import values


@dataclass(frozen=True)
class Named(Field):
    """A record by its name, which stays readable where the record is gone."""

    length: int = 50
    to: str = ""

    def read(self, text: str, reader: Reader) -> str:
        return values.fold(reader.name(self.to, reader.lookup(self.to, text)))[: self.length]


def must_stand(work: Context, record: Entity, changes: Changes, *fields: str) -> None:
    """Raise Conflict where a field was given a name that nothing has any more.

    The record was deleted or renamed just now.
    """
    for name in fields:
        kind, key = record.fields()[name], changes.get(name, (None, None))[1]
        if not key or not isinstance(kind, Named):
            continue
        entity = ENTITIES[kind.to]
        known = {
            values.fold(each.called(work))
            for each in work.session.dirty
            if isinstance(each, entity)
        }
        if (
            key not in known
            and work.session.scalar(select(entity.id).where(entity.key == key).limit(1)) is None
        ):
            raise Conflict(
                f"There is no {entity.noun()} {key} any more. Choose another one: {entity.noun()} list"
            )


def follow_name(work: Context, record: Entity, new: str) -> None:
    """Update a record that is renamed wherever others point at it by its name.

    Args:
        work: The unit of work.
        record: The record, which still has its former key.
        new: The key of its new name.
    """
    for entity in ENTITIES.values():
        for name, kind in entity.fields().items():
            if isinstance(kind, Named) and kind.to == record.slug():
                theirs = select(entity).where(getattr(entity, name) == record.key)
                theirs = theirs.execution_options(with_deleted=True)
                for each in work.session.scalars(theirs):
                    setattr(each, name, new)


def one_of_each_name(entity: type[Entity]) -> Index:
    """Return the index that lets no two records have one name, but for deleted ones."""
    there, name = text("deleted_at IS NULL"), f"ix_{entity.slug()}_name"
    return Index(name, "workspace", "key", unique=True, sqlite_where=there, postgresql_where=there)


def must_be_unique(work: Context, record: Entity, name: str) -> None:
    """Raise Invalid where another record has this name.

    A record that points at it by its name must know which is meant.
    """
    entity = type(record)
    same = (
        select(entity)
        .where(entity.key == values.fold(name), entity.id != (record.id or 0))
        .limit(1)
    )
    if other := work.session.scalar(same):
        raise Invalid({"name": f"There is a {entity.noun()} {name} already: {other.ref}."})
