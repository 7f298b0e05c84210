"""Nouns that admins make: a project, a contract, a site, with fields of their own."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Index, func, select, text
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.custom.custom_record import entity_of
from models.core.custom.kinds import code_of
from models.core.custom.shape_lock import reshape
from models.core.entity.base import ENTITIES, Changes, Entity, plural
from models.core.errors import Invalid
from models.core.fields import Text, field
from models.core.fields.base import Reader
from models.core.identity import rights
from models.core.parsing import values
from models.core.permissions import policy

PREFIX = re.compile(r"[A-Z]{2}")
LETTERS = re.compile(r"[A-Z]")


class CustomObject(Entity):
    """A noun of your own, such as Project: it has commands, forms, cards, lists and rights."""

    prefix = "OB"
    icon = ":package:"
    nouns = ("object", "custom object")
    line = ("starts", "about")
    makers = False
    governing = frozenset({"name", "plural_name", "starts", "emoji", "room", "about", "deleted_at"})

    name: Mapped[str] = field(
        Text("Name", 40, required=True, search=True, hint="One of them: Project", also=("called",))
    )
    plural_name: Mapped[str | None] = field(
        Text("Plural", 40, hint="Several of them, where it is not Projects", also=("plural",))
    )
    starts: Mapped[str | None] = field(
        Text("Numbers begin with", 2, hint="Two letters: PJ for PJ-1", also=("prefix", "letters"))
    )
    emoji: Mapped[str | None] = field(Text("Emoji", 40, hint="Such as :construction:"))
    room: Mapped[str | None] = field(
        Text("Cards come to", 80, hint="A channel, such as #projects", also=("channel", "in"))
    )
    about: Mapped[str | None] = field(
        Text("Description", 255, hint="What it is, in one sentence", also=("description", "help"))
    )
    slot: Mapped[str | None] = field(Text("Key", 40, form=False, card=False, readonly=True))

    @classmethod
    def indexes(cls) -> list[Any]:
        there = text("deleted_at IS NULL")
        return [
            Index(
                "ix_custom_object_slot",
                "workspace",
                "slot",
                unique=True,
                sqlite_where=there,
                postgresql_where=there,
            )
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        """Return the fields that words fill: `Project`."""
        return {"name": words.strip().strip("\"“”'")} if words.strip() else {}

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep the words and the letters of nouns apart."""
        reshape(work)
        self.slot = self.slot or code_of(self.name)[:40]
        self.starts = (self.starts or self.free_letters()).upper()
        self.room = (self.room or "").strip() or None
        if errors := dict(self.problems(work, changes)):
            raise Invalid(errors)

    def problems(self, work: Context, changes: Changes) -> Iterator[tuple[str, str]]:
        """Yield what is wrong: field and sentence."""
        if self.deleted_at:
            return
        stands = self.id is not None and "deleted_at" not in changes
        mine = self.slot if stands else None
        taken = rights.nouns()
        words = [values.fold(self.name), values.fold(self.plural_name or plural(self.name))]
        verbs = rights.VERBS.get("crm", ())
        clash = [word for word in words if taken.get(word, mine) != mine or word in verbs]
        if clash:
            yield "name", f"“{clash[0]}” means something else already. Choose another name."
        if not values.fold(self.name).replace(" ", "").isalpha():
            yield "name", "The name of a noun has letters only, such as Project or Service visit."
        others = {each.prefix for slug, each in ENTITIES.items() if slug != mine}
        if not PREFIX.fullmatch(self.starts or ""):
            yield "starts", "Numbers begin with two letters from A to Z, such as PJ."
        elif self.starts in others:
            yield "starts", f"{self.starts}-1 is something else already. Choose two other letters."
        elif self.id is not None and "starts" in changes and self.count(work):
            yield "starts", "There are records with these letters already; they stay."

    def free_letters(self) -> str:
        """Return two letters of the name with which no other numbers begin."""
        letters = LETTERS.findall(values.fold(self.name).upper()) or ["X"]
        others = {each.prefix for slug, each in ENTITIES.items() if slug != self.slot}
        pairs = [letters[0] + second for second in [*letters[1:], *"XYZQWK"]]
        return next((pair for pair in pairs if pair not in others), "")

    def count(self, work: Context) -> int:
        """Return how many records there are."""
        entity = entity_of(self.slot or "")
        with policy.beyond(work.session), work.session.no_autoflush:
            return work.session.scalar(select(func.count(entity.id))) or 0
