"""The base of every table and of every CRM entity."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    UniqueConstraint,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, object_session

from models.core.context import Context
from models.core.db.types import SortKey, UTCDateTime
from models.core.entity.declared import Declared
from models.core.entity.facts import EVERY, FACTS, Facts
from models.core.entity.unique import add_columns, field_indexes
from models.core.fields import Joined, Moment, field
from models.core.fields.base import Field, Reader, read_all
from models.core.fields.shape import ENTERED, Catalogued
from models.core.parsing import values
from models.core.parsing.texts import summary

Changes = dict[str, tuple[Any, Any]]
"""Field name → (old, new)."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def plural(word: str) -> str:
    invariable = word.endswith(" at")  # works at: how one says it of several, too
    return word if invariable else word[:-1] + "ies" if word.endswith("y") else word + "s"


class Row(Base):
    """Anything that belongs to a workspace; statements see only the rows of their own."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(String(20), ForeignKey("workspace.id"))

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return snake(cls.__name__)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return tuple(cls.indexes())

    @classmethod
    def indexes(cls) -> list[Any]:
        """Return the unique keys and indexes of the table, each beginning with the workspace."""
        return []


ENTITIES: Catalogued[type["Entity"]] = Catalogued()
"""Every entity by its slug, in the order of their import; then those that admins made."""


class Entity(Row, Declared):
    """A record people create, edit, find and export."""

    __abstract__ = True

    prefix: ClassVar[str]
    """The letters of its references: LD in LD-5."""
    icon: ClassVar[str] = ":card_index:"
    """The emoji before its name."""
    nouns: ClassVar[tuple[str, ...]] = ()
    """Other words people use for it in commands; the first is the one that we use ourselves."""
    named: ClassVar[tuple[str, ...]] = ("name",)
    """The fields that together are its name."""
    stand_ins: ClassVar[tuple[str, ...]] = ()
    """The fields that are its name where those are empty: the first that holds something."""
    line: ClassVar[tuple[str, ...]] = ()
    """The fields that follow the name in a list."""
    owned: ClassVar[str] = ""
    """The field that says who owns it."""
    makers: ClassVar[bool] = True
    """Whether it belongs to the person who makes it, until it is given to someone."""
    part_of: ClassVar[str] = ""
    """The field with the record that it is a part of, where that record's owner is its owner."""
    children: ClassVar[tuple[str, ...]] = ()
    """The entities of its parts, which are deleted and restored with it.

    Each of them names it by its `part_of`.
    """
    whose: ClassVar[tuple[str, ...]] = ()
    """The fields of which a new record needs one, to be about somebody."""
    are_people: ClassVar[bool] = False
    """Whether each of its records is a person, who belongs to themselves."""
    needs: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """The fields that only a person with another right may change, in every way.

    It maps field → (entity, verb).
    """
    governing: ClassVar[frozenset[str]] = frozenset()
    """The fields that say who may see what.

    A change of one counts at once everywhere, and on every card. An entity that has any says how
    people work together: only a person with the right by its name may change it.
    """
    catalogue: ClassVar[bool] = False
    """Whether it is master data, such as a price list.

    Who may look at anything looks at all of it, and only who is named for it, or may change
    everything, changes it.
    """
    title_of_new: ClassVar[str] = ""
    """The title of the form of a new one, where it is not New with the noun."""
    in_talk: ClassVar[bool] = False
    """Whether people name it in the middle of a sentence: somebody, or a company."""
    told_apart: ClassVar[str | None] = None
    """The field or join that tells namesakes apart; "" for nothing, None where names vary."""
    also_as: ClassVar[tuple[str, ...]] = ()
    """The entities as which somebody may be here already: a lead, as a customer."""
    asked_first: ClassVar[tuple[str, ...]] = ()
    """The fields that a form asks for at once, ordered by use; the others come when asked for."""
    in_timeline: ClassVar[bool] = False
    """Whether timelines of what it is about tell of it, and no lists."""
    dated: ClassVar[str] = "created_at"
    """The field with a day that is meant where people name just a period: deals this month."""
    besides: ClassVar[tuple[str, ...]] = ()
    """What a file may say about it that is not a field; `translate` says what that amounts to."""
    either: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Entries of `besides` that name one record → the fields that it may fill.

    It fills the one that knows it.
    """
    joins: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """What a new record may be joined to by its name: (entity, the one between, with `current`)."""
    reached_by: ClassVar[str] = ""
    """The entity of the further ways to reach a record.

    A file may have several numbers and addresses.
    """
    asked_as: ClassVar[str] = ""
    """The name that a form uses when it asks for a record to join: Company."""
    remarks: ClassVar[str] = ""
    """The field that takes what a file says and no field can hold."""
    channel: ClassVar[str] = ""
    """The workspace setting with the channel where its card is posted."""
    shown_on: ClassVar[tuple[str, ...]] = ()
    """The fields that name records whose cards tell of this one, and are drawn again with it."""
    proposed: ClassVar[bool] = True
    """Whether who may not do something to a record can propose it to those who may."""
    answers: ClassVar[Mapping[str, frozenset[str]]] = {}
    """The verbs for which it is enough to see a record → the fields that they set.

    What else they take is asked as they are done.
    """
    is_template: ClassVar[bool] = False
    """Whether it is no noun by itself: admins make nouns that are like it."""
    summaries: ClassVar[tuple[Any, ...]] = ()
    """The tables of sums over its records, which every change of one brings up to date."""

    number: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer, default=1)
    title: Mapped[str] = mapped_column(String(255), default="")
    key: Mapped[str] = mapped_column(SortKey, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    external_id: Mapped[str | None] = mapped_column(String(255))
    deleted_at: Mapped[datetime | None] = field(Moment("Deleted", form=False, card=False))
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "__abstract__" not in vars(cls):
            add_columns(cls)
        super().__init_subclass__(**kwargs)
        if "__abstract__" not in vars(cls):
            if not cls.is_template:
                ENTITIES[cls.slug()] = cls
            cls.formulas()  # what is wrong with them is said at once

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("workspace", "number"),
            UniqueConstraint("workspace", "external_id"),
            Index(None, "workspace", "key"),
            *field_indexes(cls),
            *cls.indexes(),
        )

    @classmethod
    @cache
    def slug(cls) -> str:
        return snake(cls.__name__)

    @classmethod
    def noun(cls) -> str:
        """Return the word for it in commands and sentences: deal, task, customer."""
        found = ENTERED.get().called.get(cls.slug())
        return found.one if found and found.one else cls.usual_noun()

    @classmethod
    def usual_noun(cls) -> str:
        """Return the word for it where the workspace says no other; it is always understood."""
        return cls.nouns[0] if cls.nouns else cls.slug()

    @classmethod
    def described(cls) -> str:
        """Return the sentence that says what it is."""
        return summary(cls.__doc__)

    @classmethod
    def plural(cls) -> str:
        """Return the word for several of them."""
        found = ENTERED.get().called.get(cls.slug())
        return found.many if found and found.one else plural(cls.usual_noun())

    @classmethod
    def called_together(cls, some: Iterable[Any]) -> tuple[str, str]:
        """Return the words for one and for several, for a list of which these are some."""
        return cls.noun(), cls.plural()

    @classmethod
    def words(cls) -> tuple[str, ...]:
        """Return every word that people may use for it, singular and plural.

        Of a noun of two words there are three spellings: price list, price-list and price_list.
        """
        words = (*cls.usual_words(), *cls.own_words())
        spelt = (word.replace(" ", sign) for word in words for sign in "-_")
        return tuple(dict.fromkeys((*words, *spelt)))

    @classmethod
    def usual_words(cls) -> tuple[str, ...]:
        """Return the words that Rapport has for it, whatever the workspace calls it."""
        single = dict.fromkeys((*cls.nouns, cls.slug()))
        return (*single, *(plural(word) for word in single))

    @classmethod
    def own_words(cls) -> tuple[str, ...]:
        """Return the words of the workspace for it, as people may type them, also earlier ones."""
        found = ENTERED.get().called.get(cls.slug())
        words = (found.one, found.many, *found.before) if found else ()
        return tuple(form(word) for word in words if word for form in (str.casefold, values.fold))

    @classmethod
    def read_line(cls, text: str, reader: Reader) -> dict[str, str]:
        """Return the fields of a part that one line of its whole says: field → text.

        A field that the line could say and does not is "".

        Raises:
            ValueError: What was not understood.
        """
        return cls.texts_of(text, reader)

    def write_line(self, reader: Reader) -> str:
        """Return the line that `read_line` reads as this part."""
        return self.called(reader)

    @classmethod
    def joining(cls) -> dict[str, Field]:
        """Return what a record is asked for beside its fields: what it is joined to."""
        return {name: ENTITIES[there].joined_by() for name, (there, _) in cls.joins.items()}

    @classmethod
    def joined_by(cls) -> Field:
        """Return the kind of a text that names a record of this entity, or a new one to make."""
        word = cls.asked_as or cls.noun().capitalize()
        return Joined(word, to=cls.slug(), also=(values.fold(word), *cls.words()))

    @classmethod
    def parse(cls, texts: Mapping[str, str], reader: Reader, record: Any = None) -> dict[str, Any]:
        """Turn typed texts into values; see `read_all`."""
        return read_all(cls.fields(), texts, reader, record)

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        """Return the fields that words without `field=` fill.

        They are the name, and what an entity can read off its end.
        """
        return {cls.named[0]: words} if words else {}

    @classmethod
    def heard(cls, message: str) -> dict[str, str]:
        """Return the fields that a message of a person fills: its first line is the name."""
        return {cls.named[0]: message.strip().partition("\n")[0][:255]} if message else {}

    @classmethod
    def recognise(cls, work: Context, text: str) -> int | None:
        """Return the id of the record that `text` names in a way of this entity's own."""
        return None

    @classmethod
    def meant(cls) -> ColumnElement[bool]:
        """Return the condition for records that are still meant by their names.

        A record that has become something else is not.
        """
        return true()

    @classmethod
    def unknown(cls, text: str) -> str:
        """Return the sentence that says that `text` names no record."""
        return f"There is no {cls.noun()} “{text[:60]}”. Try a reference such as {cls.prefix}-1, or a name."

    def fold(self) -> None:
        """Bring the columns by which it is found up to date with its name and its unique texts."""
        self.key = values.fold(self.title)[:255]
        for name, column in self.unique().items():
            if name != column:
                setattr(self, column, values.fold(getattr(self, name) or "")[:255] or None)

    @property
    def ref(self) -> str:
        return f"{self.prefix}-{self.number}"

    def called(self, reader: Reader) -> str:
        """Return its name in lists and sentences."""
        kinds = self.fields()
        texts = [kinds[name].show(getattr(self, name), reader, self) for name in self.named]
        others = (kinds[name].show(getattr(self, name), reader, self) for name in self.stand_ins)
        return " ".join(filter(None, texts)) or next(filter(None, others), "")

    def lacks(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return what a person must say before these values become its own: field → sentence."""
        return {}

    @classmethod
    def translate(cls, texts: dict[str, str]) -> dict[str, str]:
        """Return the texts of a row with what is not a field put into fields, as far as it fits."""
        return texts

    @classmethod
    def when_done(cls, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Return the values of a record that a file calls done, in addition to the file's own."""
        return {}

    def arrive(self, work: Context) -> None:
        """Prepare a record from a file before it is stored: what is long ago keeps its day."""

    def joined(self) -> dict[str, Any]:
        """Return what the record between this new one and the one it is joined to says."""
        return {}

    def decides(self, work: Context, changes: Changes, *names: str) -> bool:
        """Return whether somebody now decides what these fields hold.

        They do when they make the record, or change one of the fields. A file does not, and neither
        does what sets a record back.
        """
        return not work.repeats and (self.id is None or bool(changes.keys() & set(names)))

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep what follows from the changes before every flush, and refuse what cannot be.

        The changes come through any door.
        """

    def follow(self, work: Context, changes: Changes) -> None:
        """Make what follows from the change, after the record was written and has its id."""

    def news(self, work: Context, changed: Collection[str] = ()) -> str:
        """Return the sentence about it in the receipt of another record: it is new, or changed."""
        return "" if changed else f"Created {self}"

    def card_lines(self) -> tuple[str, ...]:
        """Return the lines below its name on its card, such as `{amount} · closes {close_date}`.

        A phrase without a value is left out, or says it: `{owner|unassigned}`. An empty line begins
        another block. Without lines, each field has its label.
        """
        return ()

    @classmethod
    def posted_in(cls, workspace: Any) -> str:
        """Return the channel where the cards of new ones come, "" for none."""
        return str(getattr(workspace, cls.channel)) if cls.channel else ""

    def facts(self, work: Context) -> Facts:
        """Return the lines of the card that are not fields."""
        knowing = (*FACTS.get(self.slug(), ()), *EVERY)
        return [line for more in knowing for line in more(work, self)]

    def awaited(self) -> Mapping[str, tuple[str, str]]:
        """Return what people may want to say of a new record that they did not.

        It maps field → (what is said instead, an example).
        """
        return {}

    def beside(self, work: Context) -> list[str]:
        """Return sentences about other records that somebody who makes this one should know of."""
        return []

    @property
    def lacking(self) -> str:
        """What it came without in a file, as the end of a sentence about it; "" for nothing."""
        return ""

    @property
    def is_seen(self) -> bool:
        """Whether all viewers of the answer may see it; outside of a unit of work nobody reads."""
        session = object_session(self)
        work: Context | None = session.info.get("work") if session else None
        return work is None or work.shows(self)

    def __str__(self) -> str:
        """Return its reference and name, in any sentence: OP-42 Acme renewal.

        It is only the reference where a viewer may not see the record.
        """
        return f"{self.ref} {self.title}".rstrip() if self.is_seen else self.ref

    @property
    def spoken(self) -> str:
        """Its name: Acme renewal; its reference where a viewer may not see it or it has no name."""
        return self.title if self.title and self.is_seen else self.ref
