"""A kind of field that points at a record by its name, which stays readable where the record is gone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.core import values
from models.core.base import Entity
from models.core.errors import Invalid
from models.core.field import Field, Reader

if TYPE_CHECKING:
    from models.core.work import Work


@dataclass(frozen=True)
class Named(Field):
    """A record by its name. to: the entity."""

    length: int = 50
    to: str = ""

    def read(self, text: str, reader: Reader) -> str:
        return values.fold(reader.name(self.to, reader.lookup(self.to, text)))[: self.length]


def must_be_unique(work: "Work", record: Entity, name: str) -> None:
    """Raise Invalid where another record has this name: who points at it by its name must know which is meant."""
    entity = type(record)
    same = select(entity).where(entity.key == values.fold(name), entity.id != (record.id or 0)).limit(1)
    if other := work.session.scalar(same):
        raise Invalid({"name": f"There is a {entity.noun()} {name} already: {other.ref}."})
