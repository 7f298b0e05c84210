"""Companies full of words that occur nowhere else, so that a word in an answer tells which field it
was taken from.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from handlers.core.responses import Form, Home, Message, Options, Response
from models.activities.activity import Activity
from models.core import fields
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Invalid
from models.core.fields.base import Field
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.contact import Contact
from tests.models.companies import OTHERS, SEEN, anything, organise

RECORDS = 3
"""Of each entity."""
LETTERS = 8
WORD = re.compile(rf"zq[a-z]{{2,{LETTERS}}}")
Secret = tuple[str, int, str]
"""Entity, number and field of a word."""


def word(entity: type[Entity], number: int, name: str) -> str:
    """The word that stands in one field of one record and is like no other, so that no slip of a
    finger finds it.
    """
    drawn = random.Random(f"{entity.slug()}:{number}:{name}")
    return "zq" + "".join(drawn.choices("abcdefghijklmnoprstuvwxy", k=LETTERS))


def values_of(entity: type[Entity], number: int) -> dict[str, Any]:
    """Something in every field that holds a text."""
    kinds = {name: kind for name, kind in entity.fields().items() if type(kind) in SAYING}
    return {
        name: SAYING[type(kind)].format(word(entity, number, name)) for name, kind in kinds.items()
    }


SAYING: dict[type[Field], str] = {
    fields.Text: "{}",
    fields.LongText: "{}",
    fields.Email: "{}@example.org",
    fields.Domain: "{}.example.org",
}


def words_of(entity: type[Entity]) -> list[str]:
    return [name for name, kind in entity.fields().items() if type(kind) in SAYING]


def company(works: UnitOfWorkFactory, luck: random.Random) -> None:
    """People of random roles, and records of anyone's which point at random other ones."""
    organise(works, luck)
    with works("T1") as work:
        people = [None, *work.session.scalars(select(User.id))]
        made: dict[str, list[int]] = {}
        for entity in SEEN:  # in an order in which each finds the records that it points at
            for number in range(1, RECORDS + 1):
                about = {
                    name: luck.choice(made[to]) for name, to in pointing(entity) if made.get(to)
                }
                owner = {entity.owned: luck.choice(people)} if entity.owned else {}
                new: Entity = work.add(
                    entity(
                        **needed(luck, entity)
                        | values_of(entity, number)
                        | about
                        | owner
                        | BESIDES.get(entity, {})
                    )
                )
                made.setdefault(entity.slug(), []).append(new.id)


BESIDES: dict[type[Entity], dict[str, Any]] = {Contact: {"type": "other"}, Activity: {"lead": None}}
"""What an entity needs besides: an activity is about a customer or a lead, not both."""


def needed(luck: random.Random, entity: type[Entity]) -> dict[str, Any]:
    """Any value for what an entity of which nothing is known here cannot be without."""
    kinds = entity.fields() if entity in OTHERS else {}
    return {name: anything(luck, kind, {}) for name, kind in kinds.items() if kind.required}


def pointing(entity: type[Entity]) -> Iterator[tuple[str, str]]:
    """The fields that name other records, and of which entity."""
    for name, kind in entity.fields().items():
        if isinstance(kind, fields.Reference) and not isinstance(kind, fields.Person) and kind.form:
            yield name, kind.to


@dataclass
class Sight:
    """What one person may see, as `can` and the fields of the records say, asked one by one."""

    records: set[str] = field(default_factory=set)
    """References."""
    fields: set[Secret] = field(default_factory=set)
    words: dict[str, set[str]] = field(default_factory=dict)
    """Reference → what the person may read there: its own words, and the names of what it points
    at.
    """

    def finds(self, typed: str) -> set[str]:
        """The references of the records where a word that begins so may be read."""
        return {
            ref
            for ref, words in self.words.items()
            if any(each.startswith(typed) for each in words)
        }


def sight(works: UnitOfWorkFactory, person: str) -> Sight:
    found = Sight()
    with works("T1", person, writes=False) as work:
        assert work.actor
        with policy.beyond(work.session):
            there = [
                record for entity in SEEN for record in work.session.scalars(everything(entity))
            ]
        for record in [record for record in there if policy.can(work.actor, "show", record)]:
            found.records.add(record.ref)
            seen = [
                name
                for name in words_of(type(record))
                if policy.can(work.actor, "show", record, name)
            ]
            found.fields |= {(record.slug(), record.number, name) for name in seen}
            held = {name: word(type(record), record.number, name) for name in seen}
            found.words[record.ref] = {
                each for name, each in held.items() if each in (getattr(record, name) or "")
            }
            found.words[record.ref] |= set(names_at(work, record))
    return found


def names_at(work: UnitOfWork, record: Entity) -> Iterator[str]:
    """The words by which the records are called that this one points at, as far as the person may
    see them.
    """
    for name, to in pointing(type(record)):
        id, kind = getattr(record, name), ENTITIES[to]
        if (
            id
            and policy.can(work.actor, "show", record, name)
            and policy.can(work.actor, "show", work.get(kind, id))
        ):
            yield from (
                word(kind, work.get(kind, id).number, each)
                for each in kind.named
                if each in words_of(kind)
            )


def everything(entity: type[Entity]) -> Any:
    return select(entity).execution_options(with_deleted=True)


SECRETS: Mapping[str, Secret] = {
    word(entity, number, name): (entity.slug(), number, name)
    for entity in SEEN
    for number in range(1, RECORDS + 1)
    for name in words_of(entity)
}


@dataclass
class Heard:
    """The way back to a person who writes everything down that reaches their screen, or Slack on
    its way there.
    """

    said: list[Any] = field(default_factory=list)

    def reply(self, reply: Response) -> None:
        match reply:
            case Message():
                self.said.append([reply.text, reply.blocks])
            case Form() | Home():
                self.said.append(reply.view)
            case Options():
                self.said.append(reply.options)

    def invalid(self, error: Invalid) -> None:
        self.said.append(error.errors)

    def refused(self, sentence: str, request: str = "", propose: str = "") -> None:
        self.said.append([sentence, request])

    def profile(self, person: str) -> Mapping[str, Any]:
        return {}

    @property
    def text(self) -> str:
        return json.dumps(self.said, ensure_ascii=False).casefold()

    def secrets(self, line: str = "") -> set[Secret]:
        """The fields whose words are in it, without those that the person typed."""
        found = set(WORD.findall(self.text)) - set(WORD.findall(line.casefold()))
        return {secret for token in found for secret in meant(token)}


def meant(token: str) -> Iterator[Secret]:
    """The fields that a word, perhaps cut short, was taken from."""
    if token in SECRETS:
        yield SECRETS[token]
    else:
        yield from (secret for whole, secret in SECRETS.items() if whole.startswith(token))
