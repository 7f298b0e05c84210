"""Two workspaces full of records that look alike: whatever the one shows of the other has a word in
it that tells.
"""

from hashlib import sha256
from typing import Any

from sqlalchemy import select

from models.core.db.engine import everywhere
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import LongText, Reference, Text
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import copy
from tests.ground import PEOPLE, given
from tests.samples import texts_for

OURS, THEIRS = "T1", "T2"
TYPED, TELLTALE = "zyzz", "zyzzyx"
"""What is typed to find theirs, and what must not come of it."""


def fill_ours(works: UnitOfWorkFactory) -> None:
    """One record of each entity in T1."""
    for slug in kinds():
        given(works, ENTITIES[slug], by="U_ADA", workspace=OURS, **texts_of(ENTITIES[slug]))


def fill_theirs(works: UnitOfWorkFactory) -> None:
    """The same people in T2 and one more, and of each entity two records: they go one number
    further.
    """
    for slack_id, profile in PEOPLE.items():
        works.welcome(THEIRS, slack_id, **{**profile, "name": f"{profile['name']} {TELLTALE}"})
    works.welcome(THEIRS, "U_ZED", name=f"Zed {TELLTALE}")
    works.settle(
        THEIRS, sales_channel="C_SALES", support_channel="C_SUPPORT"
    )  # with the teams of its people
    for number in ("one", "two"):
        for slug in kinds():
            given(
                works,
                ENTITIES[slug],
                by="U_ADA",
                workspace=THEIRS,
                **telling(ENTITIES[slug], number),
            )


def kinds() -> list[str]:
    """Every entity people make records of, after those its records point at."""
    found: list[str] = []

    def add(slug: str) -> None:
        if slug in found or slug == "user":
            return
        for kind in ENTITIES[slug].fields().values():
            if isinstance(kind, Reference) and kind.to != slug:
                add(kind.to)
        found.append(slug)

    for slug in ENTITIES:
        add(slug)
    return found


def texts_of(entity: type[Entity]) -> dict[str, str]:
    """A text for every field of the form, but for those that would point at a record of the same
    kind.
    """
    own = [
        name
        for name, kind in entity.fields().items()
        if isinstance(kind, Reference) and kind.to == entity.slug()
    ]
    return {name: text for name, text in texts_for(entity).items() if name not in own}


UNLIKE = {
    "custom_object": {
        "one": {"name": f"Sail {TELLTALE}", "plural_name": f"Sails {TELLTALE}", "starts": "VA"},
        "two": {"name": f"Mast {TELLTALE}", "plural_name": f"Masts {TELLTALE}", "starts": "VB"},
    },
    "noun_word": {
        "one": {"one": f"Prow {TELLTALE}", "many": f"Prows {TELLTALE}"},
        "two": {"about": "deal", "one": f"Stern {TELLTALE}", "many": f"Sterns {TELLTALE}"},
    },
    "field_layout": {"two": {"about": "deal", "card": "owner", "form": "owner"}},
    "pack": {"two": {"name": "Sample two"}},
}
"""What keeps two records of an entity apart."""


def telling(entity: type[Entity], number: str) -> dict[str, str]:
    """The texts of ours with the telling word in each that takes any."""
    texts = texts_of(entity) | UNLIKE.get(entity.slug(), {}).get(number, {})
    for name, kind in entity.fields().items():
        if (
            name in texts
            and type(kind) in (Text, LongText)
            and texts[name].startswith(("Sample", "A sample"))
        ):
            texts[name] = f"{texts[name]} {TELLTALE} {number}"
    return {
        name: text.replace("sample@", f"sample.{TELLTALE}.{number}@")
        for name, text in texts.items()
    }


def rows_of(works: UnitOfWorkFactory, workspace: str) -> str:
    """A fingerprint of every row of a workspace, in whatever table."""
    found: list[Any] = []
    with everywhere(works.engine).connect() as connection:
        for table in guarded_tables():
            mine = select(table).where(table.c.workspace == workspace).order_by(*table.primary_key)
            found += [(table.name, *row) for row in connection.execute(mine)]
    return sha256(repr(found).encode()).hexdigest()


def guarded_tables() -> list[Any]:
    return [table for table in copy.tables() if "workspace" in table.columns]
