"""Records of the nouns that admins made: one table holds all of them.

Each noun is an entity of its own. What it is called, and how its numbers begin, is asked in the
shape of the workspace, because two workspaces may have a noun of the same name.
"""

from threading import Lock
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from models.core.entity.base import Entity
from models.core.entity.custom_values import PREFIX
from models.core.fields import Person, Text, field
from models.core.fields.shape import ENTERED
from models.core.parsing import values

ON_LINE = 3
"""The added fields that follow the name in a list."""


class Definition(NamedTuple):
    """What a workspace says about a noun that it made."""

    slug: str
    name: str
    plural: str
    prefix: str
    icon: str
    channel: str
    doc: str


class Said:
    """A class attribute that the definition of the noun gives.

    Args:
        name: The attribute of the definition.
        usual: What it is of the table as a whole.
    """

    def __init__(self, name: str, usual: Any) -> None:
        self.name, self.usual = name, usual

    def __get__(self, record: Any, entity: Any) -> Any:
        found = ENTERED.get().definitions.get(entity.slug())
        return getattr(found, self.name) if found else self.usual


class Nouns:
    """The words for the noun: its singular, and its plural where one adds more than an s."""

    def __get__(self, record: Any, entity: Any) -> tuple[str, ...]:
        found = ENTERED.get().definitions.get(entity.slug())
        return (found.name.casefold(),) if found else ()


class Line:
    """The fields in a list: the first few that were added, and the owner."""

    def __get__(self, record: Any, entity: Any) -> tuple[str, ...]:
        added = ENTERED.get().added.get(entity.slug(), {})
        shown = [name for name, kind in added.items() if kind.card and name.startswith(PREFIX)]
        return (*shown[:ON_LINE], "owner")


class CustomRecord(Entity):
    """Something that your workspace keeps records of."""

    prefix: ClassVar[Any] = Said("prefix", "")
    icon: ClassVar[Any] = Said("icon", ":card_index:")
    nouns: ClassVar[Any] = Nouns()
    line: ClassVar[Any] = Line()
    owned = "owner"
    is_template = True

    object: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = field(Text("Name", required=True, search=True))
    owner: Mapped[int | None] = field(Person("Owner", watched=True))

    @declared_attr.directive
    def __tablename__(cls) -> str | None:  # type: ignore[override]
        return "custom_record" if cls.__name__ == "CustomRecord" else None

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        if cls.__name__ != "CustomRecord":
            return None
        return (
            UniqueConstraint("workspace", "object", "number"),
            UniqueConstraint("workspace", "object", "external_id"),
            Index(None, "workspace", "object", "key"),
            Index(None, "workspace", "object", "owner"),
        )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        if cls.__name__ != "CustomRecord":
            return {"polymorphic_identity": cls.slug()}
        return {"version_id_col": cls.version, "polymorphic_on": cls.object}

    @classmethod
    def plural(cls) -> str:
        """Return the word for several of them."""
        found = ENTERED.get().definitions.get(cls.slug())
        return found.plural if found else super().plural()

    @classmethod
    def described(cls) -> str:
        """Return the sentence that says what it is."""
        found = ENTERED.get().definitions.get(cls.slug())
        return found.doc if found else super().described()

    @classmethod
    def words(cls) -> tuple[str, ...]:
        """Return every word that people may use for it, singular and plural."""
        said = dict.fromkeys((*super().words(), cls.plural()))
        return tuple(dict.fromkeys((*said, *map(values.fold, said))))

    @classmethod
    def posted_in(cls, workspace: Any) -> str:
        """Return the channel where the cards of new ones come, "" for none."""
        found = ENTERED.get().definitions.get(cls.slug())
        return found.channel if found else ""


MADE: dict[str, type[CustomRecord]] = {}
"""The entity of each noun that was made, in any workspace of this process."""
MAKING = Lock()


def entity_of(slug: str) -> type[CustomRecord]:
    """Return the entity of a noun that admins made; it is one class for a process."""
    with MAKING:
        if slug not in MADE:
            known = {"slug": classmethod(lambda cls: slug), "__module__": __name__}
            name = "".join(part.capitalize() for part in slug.split("_"))
            MADE[slug] = type(f"Custom{name}", (CustomRecord,), known)
        return MADE[slug]
