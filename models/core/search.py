"""The search text of every record: one folded column, kept in step with each change."""

from typing import TYPE_CHECKING

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core import values
from models.core.base import Entity, Row
from models.core.database import insert_into

if TYPE_CHECKING:
    from models.core.work import Work


class SearchText(Row):
    """Everything a record can be found by, folded, in one text."""

    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)

    @classmethod
    def indexes(cls) -> list[UniqueConstraint]:
        return [UniqueConstraint("workspace", "entity", "record_id")]


def text_of(record: Entity, work: "Work") -> str:
    """The folded words of a record: its reference and every field that is searched."""
    searched = [
        kind.show(getattr(record, name), work, record) for name, kind in record.fields().items() if kind.search
    ]
    return values.fold(" ".join([record.ref, record.title, *searched]))


def index(work: "Work", record: Entity) -> None:
    """Keep the search text of a record; a deleted one is not found."""
    text = "" if record.deleted_at else text_of(record, work)
    columns = {"workspace": work.workspace.id, "entity": record.slug(), "record_id": record.id, "text": text}
    statement = insert_into(work.session, SearchText).values(**columns)
    work.session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace", "entity", "record_id"],
            set_={"text": text},
            where=SearchText.text != text,
        )
    )


INDEX = "search_index"
"""The trigram index over the texts, made by the first migration: an FTS5 table on SQLite, a GIN index on PostgreSQL."""


def is_search_index(name: str) -> bool:
    """Whether a table or index is the search index, or one of the tables in which FTS5 keeps it."""
    return name == INDEX or name.startswith(f"{INDEX}_")
