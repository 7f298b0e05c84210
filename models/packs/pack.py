"""Which packs were applied to a workspace, and what each of them brought."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.custom.kinds import code_of
from models.core.entity.base import Changes, Entity
from models.core.errors import Invalid
from models.core.fields import LongText, Number, Text, field
from models.core.fields.base import Reader
from models.core.permissions import policy


@dataclass(frozen=True)
class Part:
    """One record that a pack brought.

    Attributes:
        key: What it is in the pack, in every version of it.
        entity: The entity of the record.
        id: The record.
        texts: What the pack said of it: field → text.
        held: What the record held when the pack had brought it: field → text.
    """

    key: str
    entity: str
    id: int
    texts: dict[str, str]
    held: dict[str, str]


@dataclass(frozen=True)
class Parts(LongText):
    """The records that a pack brought, kept as one text."""

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        count = len(read(value))
        return "1 thing" if count == 1 else f"{count} things"


class Pack(Entity):
    """Nouns, fields, filters and rules for one kind of business, as they were applied here."""

    prefix = "PK"
    icon = ":gift:"
    nouns = ("pack",)
    line = ("edition",)
    makers = False
    governing: ClassVar[frozenset[str]] = frozenset({"edition", "deleted_at"})

    name: Mapped[str] = field(Text("Name", 60, required=True, search=True))
    slot: Mapped[str | None] = field(Text("Key", 40, form=False, card=False, readonly=True))
    """The name of the file that it came from."""
    edition: Mapped[int | None] = field(Number("Version", form=False, readonly=True))
    brought: Mapped[str | None] = field(Parts("Brought", form=False, readonly=True))

    @classmethod
    def indexes(cls) -> list[Any]:
        there = text("deleted_at IS NULL")
        name, same = "ix_pack_slot", ("workspace", "slot")
        return [Index(name, *same, unique=True, sqlite_where=there, postgresql_where=there)]

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep one pack of each file."""
        self.slot = self.slot or code_of(self.name)[:40]
        self.edition, self.brought = self.edition or 1, self.brought or "[]"
        there = applied(work, self.slot)
        if there is not None and there is not self and not (there.deleted_at or self.deleted_at):
            raise Invalid({"name": f"There is a pack of that name already: {there.ref}."})

    @property
    def parts(self) -> list[Part]:
        """What it brought, in the order in which it did."""
        return read(self.brought)

    def keep(self, parts: Sequence[Part]) -> None:
        """Remember what it brought."""
        told = [asdict(each) for each in parts]
        self.brought = json.dumps(told, ensure_ascii=False, sort_keys=True)


def read(brought: str | None) -> list[Part]:
    """Return the records that a text says a pack brought."""
    return [Part(**each) for each in json.loads(brought or "[]")]


def applied(work: Context, slot: str) -> Pack | None:
    """Return the pack of a file as it was applied here last; it is deleted where it was removed."""
    mine = select(Pack).where(Pack.slot == slot)
    last = mine.order_by(Pack.deleted_at.is_not(None), Pack.id.desc()).limit(1)
    with policy.beyond(work.session), work.session.no_autoflush:
        return work.session.scalars(last.execution_options(with_deleted=True)).first()
