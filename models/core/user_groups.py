"""Who belongs to which team according to Slack's user groups, and who is the first admin."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from models.core.context import Context
from models.core.identity.rights import Preset
from models.core.identity.team import Group, Team, ask_who_is_in
from models.core.identity.user import User, newcomer
from models.core.outbox import results
from models.core.outbox.delivery import Delivery, DeliveryState, deliver
from models.core.permissions import policy

MEMBERS = "members"
"""The kind of delivery that asks Slack who belongs to the workspace."""


def appoint(work: Context, slack_id: str) -> None:
    """Make a known person an admin, if there is none.

    The person who installs the app gives the others their rights.
    """
    work.govern()
    person = work.session.scalar(
        select(User).where(User.slack_id == slack_id, ~User.left, ~User.guest)
    )
    if person is not None and not policy.admins(work.session):
        person.role = Preset.ADMIN


def meet(work: Context, profiles: Mapping[str, Mapping[str, Any]]) -> None:
    """Add the people whom Slack names and who are not here yet.

    Reading along makes nobody an admin.

    Args:
        work: The unit of work.
        profiles: What Slack says about each, by Slack id: columns of User.
    """
    there = set(work.session.scalars(select(User.slack_id).where(User.slack_id.in_(profiles))))
    for person in sorted(profiles.keys() - there):
        user = newcomer(work.workspace, person)
        for name, value in profiles[person].items():
            setattr(user, name, value)
        work.session.add(user)


def is_governed(work: Context) -> bool:
    """Return whether anybody has ever been an admin, including people who have left since."""
    ever = (
        select(User.id)
        .where(User.role == Preset.ADMIN)
        .limit(1)
        .execution_options(with_deleted=True)
    )
    return work.session.scalar(ever) is not None


def begin(work: Context, slack_id: str) -> None:
    """Make the first full member who uses the CRM its admin.

    Where there has been an admin, nobody becomes one this way.
    """
    work.govern()
    if not is_governed(work):
        appoint(work, slack_id)


def gather(work: Context, delivery: Delivery, members: Collection[str]) -> None:
    """Let a team consist of the people in its user group.

    A person in a team that has a group of its own stays there until that group lets them go, so
    that nobody goes to and fro between two. Guests and people who left Slack belong to no team this
    way.

    Args:
        work: The unit of work.
        delivery: The delivery that asked for it.
        members: The Slack ids of those in the group.
    """
    team = work.session.get(Team, delivery.record_id)
    if team is None or team.deleted_at or Group.id_of(team.group) != delivery.about.get("group"):
        results.drop(work, delivery, "the team follows another group, or none")
        return
    work.reason = f"Slack user group {Group.name_of(team.group)}"
    for person in work.session.scalars(select(User).where(User.team == team.key)):
        if person.slack_id not in members:
            person.team = None
    work.session.flush()
    following = set(work.session.scalars(select(Team.key).where(Team.group.is_not(None))))
    theirs = (
        select(User).where(User.slack_id.in_(members), ~User.left, ~User.guest).order_by(User.id)
    )
    for person in work.session.scalars(theirs):
        if person.team not in following:
            team.take(person)
    results.mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now)


def look_again(work: Context, group: str = "") -> None:
    """Ask who is in the user groups that teams follow.

    Args:
        work: The unit of work.
        group: Ask only about the group with this id, "" for all.
    """
    for team in work.session.scalars(select(Team).where(Team.group.is_not(None)).order_by(Team.id)):
        if group in ("", Group.id_of(team.group)):
            ask_who_is_in(work, team)


def ask_who_belongs(work: Context) -> None:
    """Ask Slack who belongs to the workspace; everybody else may do nothing from then on."""
    deliver(work, MEMBERS, MEMBERS, f"{MEMBERS}:{work.unit}")


def ours(work: Context) -> set[str]:
    """Return the Slack ids of those who may do something here."""
    return set(work.session.scalars(select(User.slack_id).where(~User.left, ~User.guest)))


def shut_out(work: Context, delivery: Delivery, outsiders: Collection[str]) -> None:
    """Take every right from people who do not belong to the workspace.

    Args:
        work: The unit of work.
        delivery: The delivery that asked for it.
        outsiders: The Slack ids of those people.
    """
    work.reason = "Slack says that they belong to another company"
    theirs = select(User).where(User.slack_id.in_(outsiders), ~User.guest).order_by(User.id)
    for person in work.session.scalars(theirs):
        person.guest = True
    results.mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now)
