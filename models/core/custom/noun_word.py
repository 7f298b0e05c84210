"""What a workspace calls its nouns, where that is not what Rapport calls them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Index, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.custom.noun_choice import NounChoice
from models.core.entity.base import ENTITIES, Changes, Entity, plural
from models.core.errors import Invalid
from models.core.fields import Text, field
from models.core.fields.shape import ENTERED
from models.core.identity import rights
from models.core.parsing import values
from models.core.parsing.texts import WIDEST
from models.core.permissions import policy

TAKEN = "“{}” means something else already: {}. Choose another word."


@dataclass(frozen=True)
class UsualNoun(NounChoice):
    """A noun by any of its words, shown as Rapport calls it."""

    def name(self, option: str) -> str:
        return ENTITIES[option].usual_noun().capitalize() if option in ENTITIES else option


class NounWord(Entity):
    """What your workspace calls a noun, such as Auftrag for a deal."""

    prefix = "NW"
    icon = ":speech_balloon:"
    nouns = ("noun word",)
    line = ("one", "many")
    makers = False
    asked_first = ("about", "one", "many")
    governing: ClassVar[frozenset[str]] = frozenset({"about", "one", "many", "deleted_at"})

    about: Mapped[str] = field(UsualNoun("Noun", required=True, also=("noun", "of")))
    """The noun that is called so."""
    name: Mapped[str | None] = field(Text("Name", 60, search=True, also=("called",)))
    """What the record is called: Words for deals, where nobody says otherwise."""
    one: Mapped[str] = field(
        Text("Word", 40, required=True, search=True, hint="One of them: Auftrag")
    )
    many: Mapped[str | None] = field(
        Text("Plural", 40, hint="Several of them: Aufträge", also=("several",))
    )
    former: Mapped[str | None] = mapped_column(String(1000))
    """The words of before, which are still understood."""

    @classmethod
    def indexes(cls) -> list[Any]:
        there = text("deleted_at IS NULL")
        name, same = "ix_noun_word_about", ("workspace", "about")
        return [Index(name, *same, unique=True, sqlite_where=there, postgresql_where=there)]

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep one word for each noun, which means nothing else."""
        if self.deleted_at:
            return
        self.name = self.name or f"Words for {plural(ENTITIES[self.about].usual_noun())}"
        if "one" in changes and "many" not in changes:
            self.many = None
        self.many = self.many or plural(self.one)
        if errors := dict(self.problems(work, changes)):
            raise Invalid(errors)
        said = [self.former, *(changes.get(name, (None,))[0] for name in ("one", "many"))]
        words = dict.fromkeys(", ".join(filter(None, said)).split(", "))
        self.former = ", ".join(filter(None, words))[-1000:] or None

    def problems(self, work: Context, changes: Changes) -> Iterator[tuple[str, str]]:
        """Yield what is wrong: field and sentence."""
        other = word_of(work, self.about)
        if other is not None and other.id != self.id:
            yield "about", f"There is a word for it already: {other.ref} {other.title}."
        if self.id is not None and "about" in changes:
            yield "about", "The noun stays. Give the other one a word of its own."
        if ENTITIES[self.about].governing or self.about not in ENTITIES.built_in():
            yield "about", "Give it another name with: object edit, and its number."
        for name in ("one", "many"):
            word = getattr(self, name)
            folded = values.fold(word)
            if not folded.replace(" ", "").isalpha() or len(folded.split()) > WIDEST:
                yield name, "The word for a noun has letters only, such as Auftrag."
            elif taken := meaning(folded, self.about) or meaning(word.casefold(), self.about):
                yield name, TAKEN.format(word, taken)


def meaning(word: str, about: str) -> str:
    """Return what a word means beside a noun, "" where it means nothing else."""
    other = rights.nouns().get(word, about)
    if other != about and not is_former(word, other):
        return f"it stands for {plural(ENTITIES[other].usual_noun())}"
    commands = {about for about in rights.VERBS if about not in ENTITIES}.union(
        *rights.VERBS.values()
    )
    if word in commands:
        return "it is a command"
    if word.replace(" ", "_") in ENTITIES[about].field_names():
        return f"it is a field of a {ENTITIES[about].noun()}"
    return ""


def is_former(word: str, about: str) -> bool:
    """Return whether a word stood for a noun once, and no longer does but for those who know it."""
    found = ENTERED.get().called.get(about)
    now = {values.fold(each) for each in (found.one, found.many)} if found else set()
    return word not in (*now, *ENTITIES[about].usual_words())


def word_of(work: Context, about: str) -> NounWord | None:
    """Return the word that the workspace gave a noun."""
    with policy.beyond(work.session), work.session.no_autoflush:
        found = select(NounWord).where(NounWord.about == about).order_by(NounWord.id)
        return work.session.scalars(found.limit(1)).first()
