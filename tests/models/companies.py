"""Companies made up by chance: people of random roles in random teams, and records that belong to anyone."""

import random

from sqlalchemy import select

import handlers  # noqa: F401  the routes tell which verbs there are
from models.account import Account
from models.activity import Activity
from models.case import Case
from models.contact import Contact
from models.core.rights import Preset
from models.core.role import Role
from models.core.team import Team
from models.core.user import User
from models.core.work import Works
from models.customer import Customer
from models.lead import Lead
from models.membership import Membership
from models.opportunity import Opportunity

SEEN = (Lead, Customer, Account, Opportunity, Case, Activity, Contact, Membership)
TEAMS = ("sales", "north", "south", "support")
RECORDS = 4


def role_of(luck: random.Random) -> str:
    """The rights of a random role: a line for some entities, with scopes for looking and changing."""
    scopes = ("own", "team", "all", "none")
    lines = [f"everything: look {luck.choice(scopes)}, change {luck.choice(scopes)}"]
    for entity in luck.sample(SEEN, luck.randrange(len(SEEN))):
        hidden = f", hide {luck.choice(HIDEABLE[entity])}" if luck.random() < 0.3 else ""
        lines.append(f"{entity.noun()}: look {luck.choice(scopes)}, export {luck.choice(scopes)}{hidden}")
    return "\n".join(lines)


HIDEABLE = {
    Lead: "source status", Customer: "notes phone city", Account: "industry", Opportunity: "next_step",
    Case: "description", Activity: "outcome", Contact: "verified", Membership: "role",
}  # fmt: skip


def company(works: Works, luck: random.Random) -> None:
    """People of random roles in random teams, some led and some below others, and records that belong to anyone."""
    organise(works, luck)
    for _ in range(RECORDS):
        records_of(works, luck)


def organise(works: Works, luck: random.Random) -> None:
    """Give the people random roles and teams."""
    with works("T1") as work:
        for number in range(4):
            work.add(Role(name=f"Role {number}", rights=role_of(luck)))
        people = list(work.session.scalars(select(User).order_by(User.id)))
        for place, name in enumerate(TEAMS):
            lead = luck.choice([*people, None])
            team = work.session.scalar(select(Team).where(Team.key == name)) or work.add(Team(name=name))
            above = work.session.scalar(select(Team.id).where(Team.key == luck.choice(TEAMS[: place + 1])))
            team.lead, team.parent = lead and lead.id, above if above != team.id else None
        for person in people:
            if person.role != Preset.ADMIN:
                person.role, person.team = f"role {luck.randrange(4)}", luck.choice([*TEAMS, None])


def records_of(works: Works, luck: random.Random) -> None:
    """One record of each entity, of a random owner, about the random ones before."""
    with works("T1") as work:
        people = [None, *work.session.scalars(select(User.id).order_by(User.id))]
        customer = work.add(Customer(first_name="Acme", last_name="Ada", notes="acme", owner=luck.choice(people)))
        account = work.add(Account(name="Acme", owner=luck.choice(people)))
        lead = work.add(Lead(first_name="Acme", company="Acme", owner=luck.choice(people)))
        work.add(Opportunity(name="Acme", customer=customer.id, next_step="acme", owner=luck.choice(people)))
        work.add(Case(subject="Acme", customer=customer.id, assignee=luck.choice(people)))
        work.add(Activity(type="call", description="Acme", lead=lead.id, owner=luck.choice(people)))
        work.add(Contact(type="other", value="Acme", customer=customer.id))
        work.add(Membership(customer=customer.id, account=account.id))
