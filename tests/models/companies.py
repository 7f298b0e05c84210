"""Companies made up by chance: people of random roles in random teams, and records that belong to
anyone.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.activities.activity import Activity
from models.automation.rule import RuleLine
from models.core import fields
from models.core.custom.custom_field import Coming
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.errors import Invalid
from models.core.fields.base import Field
from models.core.fields.repeats import Repeats
from models.core.identity.rights import Preset
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.registry import ENTITIES as KNOWN
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case

BY_HAND: tuple[type[Entity], ...] = (
    Customer,
    Account,
    Lead,
    Opportunity,
    Case,
    Activity,
    Contact,
    Membership,
)


def depth(entity: type[Entity]) -> int:
    """How many records there must be before one of this entity, one behind the other."""
    kinds = entity.fields().values()
    needed = (kind.to for kind in kinds if isinstance(kind, fields.Reference) and kind.required)
    return max((depth(ENTITIES[to]) + 1 for to in needed), default=0)


OTHERS: tuple[type[Entity], ...] = tuple(
    sorted((each for each in KNOWN if not each.governing and each not in BY_HAND), key=depth)
)
"""The entities whose records are made from their declaration alone."""
SEEN = (*BY_HAND, *OTHERS)
"""All that do not say how people work together."""
TEAMS = ("sales", "north", "south", "support")
SCOPES = ("none", "own", "team", "all")
"""From the narrowest on."""
RECORDS = 4
HIDEABLE: Mapping[type[Entity], str] = {
    Lead: "source status",
    Customer: "notes phone city",
    Account: "industry",
    Opportunity: "next_step",
    Case: "description",
    Activity: "outcome",
    Contact: "verified",
    Membership: "role",
}


@dataclass(frozen=True)
class Line:
    """What a role says of one entity."""

    look: str
    export: str
    hidden: Sequence[str] = ()


@dataclass(frozen=True)
class Rules:
    """What a role says: of everything, and of the entities (by table name) that have a line of
    their own.
    """

    look: str
    change: str
    lines: Mapping[str, Line] = field(default_factory=dict)

    def __str__(self) -> str:
        said = [f"everything: look {self.look}, change {self.change}"]
        for slug, line in self.lines.items():
            hide = f", hide {' '.join(line.hidden)}" if line.hidden else ""
            said.append(f"{slug}: look {line.look}, export {line.export}{hide}")
        return "\n".join(said)


def rules(luck: random.Random, hideable: Mapping[type[Entity], str], share: float) -> Rules:
    """The rights of a random role: a line for some entities, with scopes, and fields hidden in so
    large a share.
    """
    lines = {}
    for entity in luck.sample(list(hideable), luck.randrange(2, len(hideable))):
        names = hideable[entity].split()
        hidden = (
            luck.sample(names, min(len(names), luck.randrange(1, 4)))
            if luck.random() < share
            else []
        )
        lines[entity.slug()] = Line(luck.choice(SCOPES), luck.choice(SCOPES), hidden)
    return Rules(luck.choice(SCOPES), luck.choice(SCOPES), lines)


def company(works: UnitOfWorkFactory, luck: random.Random) -> Mapping[str, Rules]:
    """People of random roles in random teams, some led and some below others, and records that
    belong to anyone, some of them deleted. Returns what the roles say, by their names.
    """
    roles = organise(works, luck)
    for _ in range(RECORDS):
        records_of(works, luck)
    delete_some(works, luck)
    return roles


def organise(
    works: UnitOfWorkFactory,
    luck: random.Random,
    hideable: Mapping[type[Entity], str] | None = None,
    share: float = 0.3,
) -> Mapping[str, Rules]:
    """Give the people random roles and teams."""
    hideable = hideable or {
        entity: HIDEABLE.get(entity) or may_be_hidden(entity) for entity in SEEN
    }
    roles = {f"role {number}": rules(luck, hideable, share) for number in range(4)}
    with works("T1") as work:
        for name, said in roles.items():
            work.add(Role(name=name.capitalize(), rights=str(said)))
        people = list(work.session.scalars(select(User).order_by(User.id)))
        for place, name in enumerate(TEAMS):
            lead = luck.choice([*people, None])
            team = work.session.scalar(select(Team).where(Team.key == name)) or work.add(
                Team(name=name)
            )
            above = work.session.scalar(
                select(Team.id).where(Team.key == luck.choice(TEAMS[: place + 1]))
            )
            team.lead, team.parent = lead and lead.id, above if above != team.id else None
        for person in people:
            if person.role != Preset.ADMIN:
                person.role, person.team = luck.choice(list(roles)), luck.choice([*TEAMS, None])
    return roles


def records_of(works: UnitOfWorkFactory, luck: random.Random) -> None:
    """One record of each entity, of a random owner, about the random ones before."""
    with works("T1") as work:
        people = [None, *work.session.scalars(select(User.id).order_by(User.id))]
        customer = work.add(
            Customer(first_name="Acme", last_name="Ada", notes="acme", owner=luck.choice(people))
        )
        account = work.add(Account(name="Acme", owner=luck.choice(people)))
        lead = work.add(Lead(first_name="Acme", company="Acme", owner=luck.choice(people)))
        work.add(
            Opportunity(
                name="Acme", customer=customer.id, next_step="acme", owner=luck.choice(people)
            )
        )
        work.add(Case(subject="Acme", customer=customer.id, assignee=luck.choice(people)))
        work.add(Activity(type="call", description="Acme", lead=lead.id, owner=luck.choice(people)))
        work.add(Contact(type="other", value="Acme", customer=customer.id))
        work.add(Membership(customer=customer.id, account=account.id))
        made = {each.slug(): list(work.session.scalars(select(each.id))) for each in BY_HAND}
        for entity in OTHERS:
            values = least(luck, entity, made | {"user": people})
            made[entity.slug()] = [work.add(entity(**values)).id]


def least(
    luck: random.Random, entity: type[Entity], made: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    """What a record called Acme cannot be without, and a random owner."""
    kinds = entity.fields()
    values = {
        name: anything(luck, kind, made)
        for name, kind in kinds.items()
        if kind.required or name in (entity.owned, *entity.whose[:1])
    }
    named = (name for name in entity.named if not isinstance(kinds[name], fields.Reference))
    return values | dict.fromkeys(named, "Acme")


def delete_some(works: UnitOfWorkFactory, luck: random.Random) -> None:
    """Delete some records and leave those that are parts of them, name them, or are called after
    them.
    """
    with works("T1") as work:
        for entity in SEEN:
            there = list(work.session.scalars(select(entity).order_by(entity.id)))
            for record in luck.sample(there, len(there) // 4):
                record.deleted_at = work.now


# ── with something in every field ─────────────────────────────────────────────────────────────────

WORDS = (
    "amber",
    "Birch",
    "cobalt",
    "Dünen",
    "ember",
    "fjord",
    "granite",
    "Hazel",
    "indigo",
    "Jasmin",
    "kelp",
    "Łódź",
)
HOSTS = ("amber", "birch", "cobalt", "ember", "fjord", "granite", "hazel", "indigo", "kelp")
MORNING = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)


def may_be_hidden(entity: type[Entity]) -> str:
    """The fields of an entity that a role can hide."""
    known = (*entity.named, *entity.stand_ins, entity.owned)
    return " ".join(name for name in entity.fields() if name not in known)


def stocked(works: UnitOfWorkFactory, luck: random.Random, records: int) -> Mapping[str, Rules]:
    """A company whose records hold something in every field: random words, days, amounts, and each
    other.

    records: how many of each entity. Any field may be hidden from a role.
    """
    roles = organise(works, luck, {entity: may_be_hidden(entity) for entity in (*SEEN, User)}, 0.8)
    with works("T1") as work:
        made: dict[str, list[int]] = {
            "user": list(work.session.scalars(select(User.id).order_by(User.id)))
        }
        for entity in SEEN:
            for _ in range(records):
                made.setdefault(entity.slug(), []).append(stock(work, luck, entity, made).id)
    delete_some(works, luck)
    return roles


def stock(
    work: UnitOfWork, luck: random.Random, entity: type[Entity], made: Mapping[str, Sequence[int]]
) -> Entity:
    """A record with random values, as its rules allow them."""
    kinds = {name: kind for name, kind in entity.fields().items() if kind.form}
    values = {
        name: anything(luck, kind, made)
        for name, kind in kinds.items()
        if kind.required or luck.random() < 0.7
    }
    named = [name for name in (*entity.named, *entity.stand_ins) if name in kinds]
    for name in (*entity.whose[:1], *named[:1]):
        values.setdefault(name, anything(luck, kinds[name], made))
    if entity is Activity:
        values |= {
            "done_at": luck.choice([None, MORNING]),
            "lead": None,
            "customer": luck.choice(made["customer"]),
        }
        values |= (
            {"lead": luck.choice(made["lead"]), "customer": None} if luck.random() < 0.5 else {}
        )
    if entity is Opportunity:
        values["currency"] = luck.choice(["EUR", "USD"])
        values.setdefault("customer", luck.choice(made["customer"]))
    if entity is Contact:
        values["type"] = "other"
    if entity is Lead:
        values |= {
            "status": luck.choice(["new", "working", "qualified"]),
            "last_name": luck.choice(WORDS),
        }
    if entity is Customer:
        values.setdefault("last_name", luck.choice(WORDS))
    if entity is Membership:
        values = {name: value for name, value in values.items() if name not in ("since", "until")}
    return kept(work, entity, distinct(entity, values, len(made.get(entity.slug(), ()))))


def kept(work: UnitOfWork, entity: type[Entity], values: Mapping[str, Any]) -> Entity:
    """The record, without the values that its rules refuse beside the others."""
    try:
        with work.session.begin_nested():
            return work.add(entity(**values))
    except Invalid as error:
        fitting = {name: value for name, value in values.items() if name not in error.errors}
        if len(fitting) == len(values):
            raise
        return kept(work, entity, fitting)


def distinct(entity: type[Entity], values: Mapping[str, Any], nth: int) -> dict[str, Any]:
    """The values of the nth record, of which those that must be unique are."""
    kinds = entity.fields()
    return {
        name: f"{nth} {value}" if kinds[name].unique else value for name, value in values.items()
    }


def anything(luck: random.Random, kind: Field, made: Mapping[str, Sequence[int]]) -> Any:
    """A random value of a kind."""
    if isinstance(kind, fields.Reference):
        return luck.choice(made.get(kind.to) or [None])
    if isinstance(kind, fields.Choice):
        return luck.choice(list(kind.options)).value
    return VALUES.get(type(kind), some_words)(luck)


def some_words(luck: random.Random) -> str:
    word, other = luck.choice(WORDS), luck.choice(WORDS)
    return luck.choice([word, f"{word} {other}", f"{word}{luck.randrange(60)}"])


VALUES: Mapping[type[Field], Callable[[random.Random], Any]] = {
    RuleLine: lambda luck: "when account is created then post #sales",
    Named: lambda luck: luck.choice([None, Preset.ADMIN]),
    fields.Money: lambda luck: Decimal(luck.randrange(1, 60) * 100),
    fields.Number: lambda luck: luck.randrange(1, 60),
    fields.Decimal: lambda luck: Decimal(luck.randrange(1, 600)) / 10,
    fields.Percent: lambda luck: luck.randrange(100),
    fields.Day: lambda luck: date(2026, 3, 10) + timedelta(days=luck.randrange(-30, 30)),
    fields.Moment: lambda luck: MORNING + timedelta(hours=luck.randrange(-200, 200)),
    fields.Flag: lambda luck: luck.random() < 0.5,
    Coming: lambda luck: luck.random() < 0.5,
    Repeats: lambda luck: luck.choice(["every week on Monday", "every month on the 31st"]),
    fields.Tags: lambda luck: tuple(luck.sample([each.lower() for each in WORDS], 2)),
    fields.Email: lambda luck: f"{luck.choice(HOSTS)}{luck.randrange(60)}@example.org",
    fields.Domain: lambda luck: f"{luck.choice(HOSTS)}.example.org",
    fields.Phone: lambda luck: f"4930{luck.randrange(1_000_000, 9_999_999)}",
    fields.Country: lambda luck: luck.choice(["DE", "FR"]),
    fields.Zone: lambda luck: luck.choice(["Europe/Berlin", "Asia/Kolkata"]),
    fields.Currency: lambda luck: luck.choice(["EUR", "USD"]),
}
