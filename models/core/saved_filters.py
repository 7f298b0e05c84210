"""Saved filters: a filter of one noun under a name, for its owner, their team, or everyone.

The same one is a list, a view on Home, an export, a section of a digest and a scope of rules.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Index, case, false, select
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.custom.noun_choice import NounChoice, Nouns
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.entity.sharing import OTHERS, Audience, Shared
from models.core.errors import Ambiguous, Conflict, Invalid
from models.core.fields import Choice, Flag, LongText, Person, Text, field
from models.core.parsing import values
from models.core.search.expression import Filter
from models.core.search.lookup import REFERENCE
from models.core.search.query import read_list

NAME, TYPED = 60, 1000
"""Letters of a name, and of a filter."""
MOST = 100
"""Filters that a person saves."""


SEEN_BY = Choice("Seen by", options=Audience, others=OTHERS, required=True, also=("for",))


class SavedFilter(Shared, Entity):
    """A filter that somebody saved under a name: big and stuck deals, my cases this week."""

    prefix = "SF"
    proposed = False
    icon = ":mag:"
    nouns = ("saved filter", "filter", "saved list")
    line = ("about", "typed", "shared")
    owned = "owner"

    name: Mapped[str] = field(Text("Name", NAME, required=True, search=True))
    about: Mapped[str] = field(
        NounChoice(
            "Records",
            length=40,
            required=True,
            also=("noun", "nouns"),
            options=Nouns(every=True),
            several=True,
        )
    )
    typed: Mapped[str] = field(
        LongText(
            "Filter",
            TYPED,
            required=True,
            also=("words", "text", "where"),
            hint="As after list: open amount > 10k, won last month, unassigned",
        )
    )
    shared: Mapped[str] = field(SEEN_BY, default=Audience.ME)
    owner: Mapped[int | None] = field(Person("Owner"))
    in_digest: Mapped[bool] = field(
        Flag(
            "In the digest",
            also=("digest",),
            hint="Its owner's digest tells how many there are, and the first, when that changed",
        ),
        default=False,
        server_default=false(),
    )

    @classmethod
    def indexes(cls) -> list[Any]:
        return [Index(None, "workspace", "owner", "key")]

    def card_lines(self) -> tuple[str, ...]:
        return ("{about}: {typed}", "Seen by {shared} · {owner}")

    @property
    def entity(self) -> type[Entity]:
        """The entity of the records that it filters.

        Raises:
            Conflict: There are no such records any more.
        """
        if self.about not in ENTITIES:
            raise Conflict(f"{self.name} is about {self.about}, which is no more.")
        return ENTITIES[self.about]

    def as_list(self, noun: str) -> str:
        """Return the line of the list that it shows, with a word for its records."""
        return f"{noun} list {self.typed}"

    def is_for(self) -> Audience:
        return Audience(self.shared)

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep only filters that can be read."""
        if {"about", "typed"} & changes.keys() and not work.repeats:
            try:
                Filter.read(work, self.entity, self.typed).condition(work)
            except Ambiguous:
                raise
            except ValueError as error:
                raise Invalid({"typed": str(error)}) from None

    def read(self, work: Context) -> Filter:
        """Return the filter, as it is for those who read.

        Raises:
            ValueError: It asks what is hidden from them, or what is no more.
        """
        return Filter.read(work, self.entity, self.typed)


def save(work: Context, name: str, about: str, typed: str, shared: str = "") -> tuple[Any, bool]:
    """Save a filter for the actor under a name, in the place of their own one of that name.

    Returns:
        The saved filter, and whether it took the place of what it said before.

    Raises:
        Conflict: The actor has too many already.
    """
    from models.core import records

    there = own(work, name)
    texts = {"name": name, "about": about, "typed": typed, "shared": shared or Audience.ME}
    if there is not None:
        del texts["name"]
        texts = texts if shared else {k: v for k, v in texts.items() if k != "shared"}
        records.update(work, there, texts)
        return there, True
    if len(mine(work)) >= MOST:
        raise Conflict(f"You have {MOST} saved filters already. Delete one: filter delete NAME.")
    return records.create(work, SavedFilter, {**texts, "owner": "me"}), False


def own(work: Context, name: str) -> SavedFilter | None:
    """Return the actor's own filter of a name."""
    key = values.fold(name)[:255]
    return next((each for each in mine(work) if each.key == key), None)


def mine(work: Context) -> Sequence[SavedFilter]:
    """Return the filters of the actor, by name."""
    theirs = SavedFilter.owner == (work.actor.id if work.actor else 0)
    return work.session.scalars(select(SavedFilter).where(theirs).order_by(SavedFilter.key)).all()


def offered(work: Context, limit: int = MOST) -> Sequence[SavedFilter]:
    """Return the filters that the actor may use: their own, then those that others share."""
    own_first = case((SavedFilter.owner == (work.actor.id if work.actor else 0), 0), else_=1)
    found = select(SavedFilter).order_by(own_first, SavedFilter.key, SavedFilter.id)
    return work.session.scalars(found.limit(limit)).all()


def called(work: Context, name: str, about: str = "") -> SavedFilter | None:
    """Return the filter that a name means, the actor's own before those that others share.

    Args:
        work: Who asks.
        name: The name, or the reference.
        about: The entity that it must be about, "" for any.

    Raises:
        Ambiguous: Several that others share have the name.
    """
    key = values.fold(name.strip(" \"“”„'"))[:255]
    if not key:
        return None
    if number := REFERENCE.fullmatch(key):
        there = work.find(SavedFilter, int(number[2])) if number[1] == "sf" else None
        return there if there is not None and about in ("", there.about) else None
    named = select(SavedFilter).where(SavedFilter.key == key)
    named = named.where(SavedFilter.about == about) if about else named
    found = work.session.scalars(named.order_by(SavedFilter.id).limit(5)).all()
    me = work.actor.id if work.actor else 0
    found = [each for each in found if each.owner == me] or found
    if len(found) > 1:
        listed = ", ".join(f"{each} ({work.who(each.owner or 0)})" for each in found)
        offers = [(each.ref, each.title) for each in found]
        raise Ambiguous(f"“{name[:60]}” could be {listed}. Please say which one.", name, offers)
    return found[0] if found else None


def spelt_out(work: Context, entity: type[Entity], words: str) -> str:
    """Return the words of a list with those of the saved filter that they name in its place.

    An order, or what it is grouped by, may stand behind the name. They are "" where the words name
    none, because they are conditions themselves.
    """
    asked = read_list(work, entity, words) if words.strip() else None
    if not words.strip() or (asked is not None and not asked.reader.searched):
        return ""
    name = asked.asked if asked is not None and words.startswith(asked.asked) else words
    saved = called(work, name, entity.slug()) or called(work, words, entity.slug())
    if saved is None:
        return ""
    return f"{saved.typed}{words[len(name) :]}" if saved.key != values.fold(words) else saved.typed
