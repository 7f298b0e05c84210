"""Where rows of a file meet the records they name, a batch at a time instead of one by one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from models.core.base import ENTITIES, Entity
from models.core.fields import Reference
from models.core.lookup import REFERENCE, lookup
from models.core.work import Work


@dataclass
class Desk(Work):
    """A unit of work that knows many records beforehand, by their reference and by the id they have elsewhere."""

    known: dict[tuple[str, str], Entity] = field(default_factory=dict)
    near: list[Entity] = field(default_factory=list)
    """Kept alive, so that the session finds their names without asking the database."""
    found: dict[tuple[str, str], int] = field(default_factory=dict)

    def lookup(self, entity: str, text: str) -> int:
        """As for a person who types, but the beginning of a name is not enough: nobody sees what it was taken for."""
        record = self.known.get((entity, text))
        if record is not None and not record.deleted_at:
            return record.id
        if (entity, text) not in self.found:
            self.found[entity, text] = lookup(self, ENTITIES[entity], text, whole=True)
        return self.found[entity, text]

    def meet(self, entity: type[Entity], names: Collection[str], lock: bool = False) -> None:
        """Know the records of an entity, hidden ones too, that these references and foreign ids stand for.

        lock: keep others from changing them until this unit ends.
        """
        matches = [match for name in names if (match := REFERENCE.fullmatch(name))]
        numbers = {int(match[2]) for match in matches if match[1].upper() == entity.prefix}
        for column, wanted in ((entity.external_id, names), (entity.number, numbers)):
            found = select(entity).where(column.in_(wanted)).execution_options(with_deleted=True)
            for record in self.session.scalars(found.with_for_update() if lock else found) if wanted else ():
                self.known[entity.slug(), record.ref] = record
                if record.external_id:
                    self.known[entity.slug(), record.external_id] = record

    def gather(self, records: Iterable[Entity]) -> None:
        """Have at hand what these records refer to, in place of what was at hand before."""
        ids: dict[str, set[int]] = {}
        for record in records:
            for name, kind in record.fields().items():
                if isinstance(kind, Reference) and (there := getattr(record, name)):
                    ids.setdefault(kind.to, set()).add(there)
        self.near = [record for to, wanted in ids.items() for record in self.everyone(ENTITIES[to], wanted)]

    def everyone(self, entity: type[Entity], ids: Collection[int]) -> Iterable[Entity]:
        return self.session.scalars(select(entity).where(entity.id.in_(ids)).execution_options(with_deleted=True))
