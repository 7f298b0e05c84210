"""Whom a rule means: a person, the owner of a record, a team, or one of its people in turn."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from models.automation.run import RuleRun
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.errors import Conflict
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.identity.working_hours import at_work
from models.core.parsing import values
from models.core.permissions import policy
from models.core.records import absent

OWNER, TEAM, LOAD = "owner", "team:", "load"
LATELY = 1000
"""Turns of a rule that are looked at."""


def person(work: Context, text: str) -> User:
    """Return the person that a text means: me, @rita, US-4 or a name.

    Raises:
        ValueError: it means nobody, or somebody who may do nothing here.
    """
    found = work.get(User, work.lookup("user", text.strip().removeprefix("@")))
    if why := absent(found):
        raise ValueError(why)
    return found


def team(work: Context, text: str) -> Sequence[User]:
    """Return the people of the team that `team:emea` means, by their ids.

    Raises:
        ValueError: there is no such team, or nobody in it.
    """
    name = text.removeprefix(TEAM)
    key = work.session.scalar(select(Team.key).where(Team.key == values.fold(name)).limit(1))
    if key is None:
        raise ValueError(f"There is no team “{name[:50]}”. See: team list")
    here = (User.team == key, ~User.left, ~User.guest)
    found = work.session.scalars(select(User).where(*here).order_by(User.id)).all()
    if not found:
        raise ValueError(f"Nobody is in the team {name}.")
    return found


def lead(work: Context, text: str) -> User:
    """Return who leads a team.

    Raises:
        ValueError: nobody does.
    """
    name = text.removeprefix(TEAM)
    id = work.session.scalar(select(Team.lead).where(Team.key == values.fold(name)).limit(1))
    if id is None:
        raise ValueError(f"Nobody leads the team {name}. Try: assign round-robin team:{name}")
    return work.get(User, id)


def hearers(work: Context, whom: str, record: Entity | None) -> Sequence[User]:
    """Return the people whom a message is for; nobody where nobody owns the record.

    Raises:
        ValueError: it means nobody.
    """
    if whom == OWNER:
        owner = getattr(record, record.owned) if record is not None and record.owned else None
        return [work.get(User, owner)] if owner else []
    return team(work, whom) if whom.startswith(TEAM) else [person(work, whom)]


def approvers(work: Context, whom: str, record: Entity | None) -> Sequence[User]:
    """Return who may approve something: those with a role, a team, a person, or the owner.

    Raises:
        ValueError: it means nobody.
    """
    key = values.fold(whom)
    roles = select(Role.key).where(Role.key.in_((key, key.removesuffix("s"))))
    with policy.beyond(work.session):
        role = work.session.scalar(roles.order_by(Role.key.desc()).limit(1))
        if role is None:
            return hearers(work, whom, record)
        there = (User.role == role, ~User.left, ~User.guest)
        return work.session.scalars(select(User).where(*there).order_by(User.id)).all()


def next_of(
    work: Context, rule: int, whom: str, turns: str, entity: type[Entity]
) -> tuple[User, int]:
    """Return who of a team is next, and the turn that this is.

    Those at work come first, then the one whose turn is longest ago. Whoever has the fewest open
    records comes first where that is asked for. Two replicas give two records to two people: the
    turns of one rule are kept by one at a time.

    Args:
        work: The unit of work.
        rule: The id of the rule, whose turns they are.
        whom: The team.
        turns: How one is chosen.
        entity: The entity of the record.
    """
    people = team(work, whom)
    people = [each for each in people if at_work(each, work.now)] or people
    last = last_given(work, rule)
    held = open_of(work, entity, [each.id for each in people]) if turns == LOAD else {}
    person = min(people, key=lambda each: (held.get(each.id, 0), last.get(each.id, 0), each.id))
    return person, max(last.values(), default=0) + 1


def last_given(work: Context, rule: int) -> dict[int, int]:
    """Return the last turn of each person whom a rule gave something, as far as it is not long ago.

    Nobody else gives anything by this rule until this unit of work ends.
    """
    work.hold(f"rule:{rule}")
    lately = select(RuleRun.given, RuleRun.turn).where(
        RuleRun.rule == rule, RuleRun.given.is_not(None)
    )
    found: dict[int, int] = {}
    for person, turn in work.session.execute(lately.order_by(RuleRun.turn.desc()).limit(LATELY)):
        found.setdefault(person or 0, turn or 0)
    return found


def open_of(work: Context, entity: Any, people: Sequence[int]) -> dict[int, int]:
    """Return how many open records of an entity each of these people has."""
    owner = getattr(entity, entity.owned)
    counted = select(owner, func.count()).where(owner.in_(people)).group_by(owner)
    if hasattr(entity, "open"):
        counted = counted.where(entity.open())
    return {person: count for person, count in work.session.execute(counted)}


def must_be_there(user: User) -> User:
    """Return a person who can be given something.

    Raises:
        Conflict: they have left, or are a guest.
    """
    if why := absent(user):
        raise Conflict(why)
    return user
