"""Tell people what others did to their records, and to those that they follow."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select

from models.core.audit.entries import Written
from models.core.context import RULE, Context
from models.core.entity.base import Changes, Entity
from models.core.identity.notices import Notice
from models.core.identity.user import User
from models.core.notifications import marks
from models.core.notifications.notify import notify

KIND: Mapping[Notice, str] = {
    Notice.MINE: "changed",
    Notice.FOLLOWED: "followed",
    Notice.OWN: "own",
    Notice.GIVEN: "mentioned",
}
"""The kind of the delivery by which people hear of a change."""
HIDDEN = "deleted_at"


def follow_changes(work: Context, written: Sequence[Written]) -> None:
    """Ask that people hear of what was just written, as far as it concerns them.

    Who gets a record hears that, whoever gave it. Files and undo tell nobody: undo takes back what
    was said.
    """
    if work.repeats:
        return
    changed = [(record, changes) for record, action, changes in written if action == "update"]
    for record, changes in changed:
        give(work, record, changes)
    if not work.actor:
        return
    for record, action, changes in written:
        if action == "create":
            hand_new(work, record, changes)
    news = [(record, changes) for record, changes in changed if watched(record, changes)]
    tell(
        work, [record for record, _ in news], {key_of(record): changes for record, changes in news}
    )


def watched(record: Entity, names: Collection[str]) -> list[str]:
    """Return those fields of which the owner of a record hears when somebody else changes them."""
    kinds = record.fields()
    return [
        name
        for name in names
        if name in (record.owned, HIDDEN) or (name in kinds and kinds[name].watched)
    ]


def give(work: Context, record: Entity, changes: Changes) -> None:
    """Ask that whoever got a record hears from whom."""
    if not record.owned or record.owned not in changes:
        return
    new = changes[record.owned][1]
    if new and new != actor_of(work):
        hand(work, record, new)


def hand_new(work: Context, record: Entity, changes: Changes) -> None:
    """Ask that whoever got a new record of somebody else's making hears of it, once in an act."""
    owner = changes.get(record.owned, (None, None))[1] if record.owned else None
    if owner and owner != actor_of(work):
        hand(work, record, owner)


def hand(work: Context, record: Entity, owner: int) -> None:
    """Ask that a person hears what they are given: one message for all that one act gives them."""
    key = f"assigned:{work.unit}:{owner}"
    about = {"by": actor_of(work), "unit": work.unit}
    notify(work, Notice.GIVEN, "assigned", work.get(User, owner), key, record, about=about)


def tell(
    work: Context,
    records: Sequence[Entity],
    changes: Mapping[marks.Key, Changes] | None = None,
    said: str = "",
) -> None:
    """Ask that the owners and followers of records hear that the actor did something to them.

    Args:
        work: The unit of work.
        records: The records.
        changes: What changed of each record: who had a record before hears as well.
        said: What the actor said of them: who is named in it with @ hears that.
    """
    theirs = marks.followers(work, records) if records else {}
    for record in records:
        owned = (changes or {}).get(key_of(record), {}).get(record.owned, ())
        before, after = owned or (None, None)
        owner = getattr(record, record.owned) if record.owned else None
        people = dict.fromkeys(named_in(work, said), Notice.GIVEN)
        for person in filter(None, (owner, before)):
            people.setdefault(person, Notice.MINE)
        for person in theirs.get(key_of(record), ()):
            people.setdefault(person, Notice.FOLLOWED)
        if after and after != actor_of(work):
            people.pop(after, None)  # they hear that it was given to them
        inform(work, record, people.items())


def named_in(work: Context, text: str) -> list[int]:
    """Return the ids of the colleagues whom a text names with @."""
    if "@" not in text:
        return []
    here = select(User.id, User.name, User.slack_id).where(~User.left, ~User.guest)
    found = work.session.execute(here.order_by(User.id))
    return [id for id, name, code in found if f"@{name}" in text or f"<@{code}" in text]


def inform(work: Context, record: Entity, people: Iterable[tuple[int, Notice]]) -> None:
    """Ask that these people hear of what this unit of work does: one message for each of them."""
    me = actor_of(work)
    for id, notice in people:
        own = id == me
        kind = KIND[Notice.OWN if own else notice]
        key = f"{kind}:{work.unit}:{id}"
        about = {"by": me, "unit": work.unit}
        notify(work, notice, kind, work.get(User, id), key, record, own, about=about)


def key_of(record: Entity) -> marks.Key:
    return record.slug(), record.id


def actor_of(work: Context) -> int | None:
    """Return the id of the person who acts; None where the program does, as for a rule."""
    return work.actor.id if work.actor and work.door != RULE else None
