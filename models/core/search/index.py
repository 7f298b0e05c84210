"""The search text of every record: one folded column, updated with each change."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.engine import insert_rows, inserting
from models.core.entity.base import ENTITIES, Entity, Row
from models.core.fields import Phone, Reference
from models.core.parsing import values
from models.core.permissions import policy


class SearchText(Row):
    """Everything a record can be found by, folded, in one text."""

    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)

    @classmethod
    def indexes(cls) -> list[UniqueConstraint]:
        return [UniqueConstraint("workspace", "entity", "record_id")]


def text_of(record: Entity, work: Context) -> str:
    """Return the folded words of a record, each once.

    They are its reference, its name, the fields that are searched, and phones in digits too. Only
    what the viewers may see is included; the index itself is written without that limit.
    """
    texts = [record.ref, record.title]
    for name, kind in policy.fields(work, record).items():
        if kind.search:
            texts.append(kind.show(value := getattr(record, name), work, record))
            texts += [value] if isinstance(kind, Phone) and value else []
    return " ".join(dict.fromkeys(values.fold(" ".join(texts)).split()))


def index(work: Context, records: Iterable[Entity]) -> None:
    """Store the search texts of records; a deleted record gets an empty one and is not found."""
    rows = [
        {
            "workspace": work.workspace.id,
            "entity": record.slug(),
            "record_id": record.id,
            "text": "" if record.deleted_at else text_of(record, work),
        }
        for record in records
    ]
    if rows:
        insert_rows(work.session, keeping(work.session.get_bind().dialect.name), rows)


@cache
def keeping(dialect: str) -> Any:
    """Return the statement that inserts a search text or updates the existing one.

    It is made once, because every change of a record runs it.
    """
    statement = inserting(SearchText.__table__, dialect)
    new = statement.excluded.text
    keys = ["workspace", "entity", "record_id"]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={"text": new}, where=SearchText.text != new
    )


def referring(slug: str) -> list[tuple[type[Entity], str]]:
    """Return the fields of other entities that show or search this one's names.

    They are given as (entity, field name).
    """
    fields = [
        (entity, name, kind)
        for entity in ENTITIES.values()
        for name, kind in entity.fields().items()
    ]
    ours = [each for each in fields if isinstance(each[2], Reference) and each[2].to == slug]
    return [(entity, name) for entity, name, kind in ours if kind.search or name in entity.named]


INDEX = "search_index"
"""The trigram index over the texts, made by the first migration.

It is an FTS5 table on SQLite and a GIN index on PostgreSQL.
"""


def is_search_index(name: str) -> bool:
    """Return whether a table or index is the search index, or one of the tables that FTS5 keeps."""
    return name == INDEX or name.startswith(f"{INDEX}_")
