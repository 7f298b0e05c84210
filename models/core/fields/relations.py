"""A field that names several records of one entity."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.types import TypeEngine

from models.core.db.types import IdList
from models.core.fields.base import Reader
from models.core.fields.kinds import Tags

BETWEEN = re.compile(r"\s*[,;&\n]\s*|\s+and\s+")
MOST = 50
"""The records that one field names."""


@dataclass(frozen=True)
class Relations(Tags):
    """Several records, by their numbers or names with commas between them."""

    to: str = ""
    back: str = ""
    """What the other record calls the list of those that name it."""

    def column(self) -> TypeEngine[Any]:
        return IdList()

    def read(self, text: str, reader: Reader) -> tuple[Any, ...]:
        parts = list(filter(None, BETWEEN.split(text.strip())))
        if len(parts) > MOST:
            raise ValueError(f"{self.label} names at most {MOST} records; these are {len(parts)}.")
        return tuple(dict.fromkeys(reader.lookup(self.to, part) for part in parts))

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return ", ".join(reader.name(self.to, id) for id in value or ())

    def write(self, value: Any, reader: Reader) -> str:
        return ", ".join(reader.ref(self.to, id) for id in value or ())

    def dump(self, value: Any) -> str | None:
        return ", ".join(map(str, value)) if value else None

    def load(self, text: str | None) -> Any:
        return tuple(map(int, text.split(", "))) if text else ()
