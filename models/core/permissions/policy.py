"""Who may do what, and see what.

There is one answer, `can`, which every door asks; `sight` is the same in SQL.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, object_session

from models.core.context import SYSTEM, Context, System
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.finding import by_id, held
from models.core.entity.sharing import Shared
from models.core.errors import Forbidden, NotFound
from models.core.fields import Reference
from models.core.fields.base import Field
from models.core.fields.shape import by_shape
from models.core.identity import rights
from models.core.identity.rights import LOOKS, NOBODY, PRESETS, Preset, Rights, Scope
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.permissions.cache import roster_of
from models.core.permissions.derived import rights_said

log = logging.getLogger(__name__)

STRICT = False
"""Whether it is an error that nobody decided who reads; tests set it."""
UNDECIDED = "Nobody decided who reads this, so nothing is shown."
CRM = "crm"
"""What the verbs are about that need no noun."""
EVERYONE = (
    frozenset(("find", "help", "home", "undo", "redo", "hours", "keep", "lists", "background"))
    | frozenset(("subscribe", "unsubscribe", "less", "notify", "mute", "unmute", "request"))
    | frozenset(("propose", "handover", "layout", "model"))
)
"""The verbs of `CRM` that everyone in the workspace may use; what they do is checked further on."""
TAKES = frozenset({"claim", "assign"})
"""The verbs by which a person takes a record that nobody owns."""
ACTS_AS = "acts_as"
"""Where a session keeps who acts with the rights of another role than their own: id → role."""
READS = LOOKS | {"export"}
"""The verbs that leave a record as it is."""
Owners = frozenset[int] | None
"""Whose records: the ids of people and `NOBODY` for what nobody owns, or None for everyone's."""


def can(
    actor: User | System | None, verb: str, what: Entity | type[Entity] | str, name: str = ""
) -> bool:
    """Return whether someone may use a verb on a record, an entity, a noun or a field.

    For an entity or noun it is whether they may use it on some record at all. The program itself
    may do everything; nobody (None), guests, people of other workspaces and those who left,
    nothing.
    """
    return bool(allowed(actor, (verb,), what, name))


def allowed(
    actor: User | System | None,
    verbs: Iterable[str],
    what: Entity | type[Entity] | str,
    name: str = "",
) -> list[str]:
    """Return those of the verbs for which `can` is true; who owns a record is found out once."""
    if not actor:
        return [] if actor is None else list(verbs)
    record = what if isinstance(what, Entity) else None
    about = what if isinstance(what, str) else what.slug()
    if (
        actor.guest
        or actor.left
        or (record is not None and record.workspace not in (None, actor.workspace))
    ):
        return []
    owner: int | None = None
    found, hidden = [], bool(name) and rights_of(actor).hides(about, name)
    known = reaches(actor)
    for verb in verbs:
        if about == CRM and verb in EVERYONE:
            found.append(verb)
            continue
        theirs = known[about, verb] if (about, verb) in known else reach(actor, about, verb)
        if hidden or (theirs is not None and not theirs):
            continue
        if theirs is not None and record is not None:
            owner = whose(record) if owner is None else owner
            if owner not in theirs:
                continue
        found.append(verb)
    return found if not found or record is None or knows_names(actor, record) else []


def check(work: Context, verb: str, what: Entity | type[Entity] | str) -> None:
    """Raise Forbidden unless the actor may use a verb.

    Raises:
        Forbidden: the actor may not use the verb; it says which right is missing and who can give
            it.
        NotFound: the actor may not even see the record, as if there were none.
    """
    actor = work.actor
    if can(actor, verb, what):
        return
    if actor is None:
        raise Forbidden("Nobody asks for this, so nobody may.")
    if actor.guest or actor.left:
        raise Forbidden("Guests cannot use the CRM. Ask someone of the workspace to do it for you.")
    if isinstance(what, Entity) and not can(actor, "show", what):
        raise NotFound(f"There is no {what.ref}.")
    about = what if isinstance(what, str) else what.slug()
    line = f"{rights.noun(about)} {verb}".removeprefix(f"{CRM} ")
    raise Forbidden(
        f"{refusal(actor, verb, what, line)} {helpers(work)}", f"request {line}{ref_of(what)}"
    )


def refusal(actor: User, verb: str, what: Entity | type[Entity] | str, line: str) -> str:
    """Return which right is missing."""
    about = what if isinstance(what, str) else what.slug()
    scope = rights_of(actor).scope(about, verb)
    if scope == Scope.NONE or not isinstance(what, Entity):
        return f"Your role ({role_of(actor)}) does not allow “{line}”."
    theirs = "your own" if scope == Scope.OWN else "your team's"
    above = holder(what)
    free = (above.owned or above.part_of) and whose(above) == NOBODY
    isnt = f"{what.ref} is nobody's" if free else f"{what.ref} is not"
    take = free and above.owned and can(actor, "assign", above)
    hint = f" Take {above.ref} first: assign {above.ref} to=me." if take else ""
    return f"Your role ({role_of(actor)}) allows “{line}” only for {theirs} {what.plural()}, and {isnt}.{hint}"


def ref_of(what: Entity | type[Entity] | str) -> str:
    return f" {what.ref}" if isinstance(what, Entity) and what.number else ""


def helpers(work: Context, what: str = "give it") -> str:
    """Return who can give a right."""
    names = [admin.name for admin in admins(work.session)]
    nobody = f"Nobody here can {what}: there is no admin. {way(work)}"
    return f"{' or '.join(names[:3])} can {what}." if names else nobody


def way(work: Context) -> str:
    """Return how to get an admin again, or the first one."""
    ref = work.actor.ref if work.actor else "US-1"
    return f'Whoever runs the bot can make one, in a terminal: crm say "role give {ref} admin"'


def admins(session: Session) -> Sequence[User]:
    """Return the people who can give rights, the longest here first."""
    there = select(User).where(User.role == Preset.ADMIN, ~User.left, ~User.guest).order_by(User.id)
    with beyond(session):
        return session.scalars(there).all()


# ── what a person's role says ─────────────────────────────────────────────────────────────────────


def rights_of(actor: User | System) -> Rights:
    """Return what the role of a person allows; nothing where there is no such role any more."""
    if not actor:
        return rights.stored(PRESETS[Preset.ADMIN])
    return rights_in(session_of(actor), role_of(actor))


def role_of(actor: User) -> str:
    """Return the role with whose rights a person acts: theirs, or the one of a rule."""
    session = object_session(actor)
    other = session.info.get(ACTS_AS, {}) if session else {}
    return str(other.get(actor.id, actor.role))


class acting_as(AbstractContextManager[None]):  # noqa: N801 — it is used like a function
    """Let people act in the block with the rights of these roles; of their own, where it is none.

    Args:
        session: The session.
        roles: The ids of people → the keys of roles.
    """

    def __init__(self, session: Session, roles: Mapping[int, str]) -> None:
        self.info, self.roles = session.info, roles

    def __enter__(self) -> None:
        self.before = self.info.get(ACTS_AS, {})
        self.info[ACTS_AS] = self.roles

    def __exit__(self, *_: object) -> None:
        self.info[ACTS_AS] = self.before


def rights_in(session: Session, role: str) -> Rights:
    """Return what a role allows, by its key.

    A deleted role allows nothing, no matter what it said when the workspace began.
    """
    if role == Preset.ADMIN:
        return rights.stored(PRESETS[Preset.ADMIN])
    found = roster_of(session).rights.get(role)
    if found is None:
        with beyond(session):
            text = session.scalar(select(Role.rights).where(Role.key == role))
        found = roster_of(session).rights[role] = rights_said(text or "")
    return found


def session_of(actor: User) -> Session:
    session = object_session(actor)
    assert session, "what people may do is known only within a unit of work"
    return session


def reach(actor: User | System, about: str, verb: str) -> Owners:
    """Return whose records someone may use a verb on.

    It is found out once while nobody changes roles or teams.
    """
    if not actor:
        return None
    known = reaches(actor)
    if (about, verb) not in known:
        known[about, verb] = found_reach(actor, about, verb)
    return known[about, verb]


def reaches(actor: User) -> dict[tuple[str, str], Owners]:
    """Return what is known of whose records someone may use verbs on: (noun, verb) → owners."""
    return roster_of(session_of(actor)).reaches.setdefault((actor.id, role_of(actor)), {})


def found_reach(actor: User, about: str, verb: str) -> Owners:
    """Return whose records someone may use a verb on, by what their role says.

    Everybody may look at how people work together, as far as one may look at it at all. What has no
    owner at all is nobody's own: a right to change it is for all of it, or none.
    """
    scope, entity = rights_of(actor).scope(about, verb), ENTITIES.get(about)
    if entity is not None and issubclass(entity, Shared):
        return shared_reach(actor, about, verb, scope)
    if scope in (Scope.ALL, Scope.NONE):
        return None if scope == Scope.ALL else frozenset()
    if entity is None or (entity.governing and verb in READS):
        return None
    if not (entity.owned or entity.part_of or entity.are_people):
        return frozenset({NOBODY}) if verb in READS else frozenset()
    return owners(actor, scope, verb)


def shared_reach(actor: User, about: str, verb: str, scope: Scope) -> Owners:
    """Return whose shared records someone may use a verb on: at least on their own, if on any.

    What is private is narrowed down for each record.
    """
    if rights_of(actor).scope(about, "show") == Scope.NONE:
        return frozenset()
    if verb in LOOKS or scope == Scope.ALL or verb in ENTITIES[about].answers:
        return None
    return frozenset({actor.id}) | (circle(actor) if scope == Scope.TEAM else frozenset())


def owners(actor: User, scope: Scope, verb: str) -> frozenset[int]:
    """Return the ids of the people that the scopes own and team mean.

    Anybody may look at and take what nobody owns, and no more than that.
    """
    theirs = frozenset({actor.id}) | (circle(actor) if scope == Scope.TEAM else frozenset())
    return theirs | {NOBODY} if verb in READS or verb in TAKES else theirs


def circle(actor: User) -> frozenset[int]:
    """Return the ids of the people in someone's team, in teams they lead, and in those below.

    People without a team are together one.
    """
    session = session_of(actor)
    found = roster_of(session).circles.get(actor.id)
    if found is None:
        with beyond(session):
            names = teams_of(session, actor)
            theirs: list[Any] = [
                User.team.in_(names),
                *([] if actor.team else [User.team.is_(None)]),
            ]
            ids = frozenset(session.scalars(select(User.id).where(or_(*theirs))))
        found = roster_of(session).circles[actor.id] = ids
    return found


def teams_of(session: Session, actor: User) -> set[str]:
    """Return the names of someone's team, of those they lead, and of all below these."""
    teams = session.execute(select(Team.id, Team.key, Team.parent, Team.lead)).all()
    mine = {team.id for team in teams if team.key == actor.team or team.lead == actor.id}
    while below := {team.id for team in teams if team.parent in mine} - mine:
        mine |= below
    return {team.key for team in teams if team.id in mine} | ({actor.team} if actor.team else set())


def whose(record: Entity) -> int:
    """Return the id of a record's owner, or of the owner of what it is a part of.

    A person is their own.
    """
    above = holder(record)
    return (
        above.id if above.are_people else getattr(above, above.owned) if above.owned else None
    ) or NOBODY


def holder(record: Entity) -> Entity:
    """Return the record that says whose another one is: itself, or what it is a part of."""
    above = (
        pointed(record, record.part_of, whole(type(record)))
        if record.part_of and not record.owned
        else None
    )
    return holder(above) if above else record


def pointed(record: Entity, name: str, at: type[Entity]) -> Entity | None:
    """Return the record that a field holds, no matter who reads."""
    id, session = getattr(record, name), object_session(record)
    if id is None or session is None:
        return None
    return load(session, at, id)


def load(session: Session, entity: type[Entity], id: int) -> Entity | None:
    """Return the record with this key, even if it is deleted, no matter who reads."""
    found: Entity | None = held(session, entity, id)
    if found is None:
        with beyond(session):
            found = session.scalar(by_id(entity), {"id": id})
    return found


@by_shape
def namesakes(entity: type[Entity]) -> Mapping[str, type[Entity]]:
    """Return the fields with the records after which a record is named.

    Only a person who may see these sees it.
    """
    kinds = {name: entity.fields()[name] for name in entity.named}
    return {name: ENTITIES[kind.to] for name, kind in kinds.items() if isinstance(kind, Reference)}


def knows_names(actor: User | System, record: Entity) -> bool:
    """Return whether someone may see all the records after which this one is named.

    What is kept private nobody else knows.
    """
    if isinstance(record, Shared) and actor and not record.is_shared_with(actor.id, circle(actor)):
        return False
    names = namesakes(type(record))
    found = [pointed(record, name, at) for name, at in names.items()] if names else []
    return all(can(actor, "show", other) for other in found if other)


def whole(part: type[Entity]) -> type[Entity]:
    """Return the entity that records of this one are a part of."""
    return ENTITIES[part.fields()[part.part_of].to]  # type: ignore[attr-defined]


# ── what a reader sees ────────────────────────────────────────────────────────────────────────────


def viewers_of(session: Session) -> tuple[User | System, ...]:
    """Return the viewers of what comes of a session.

    Where no door decided that, it is nobody: an error while tests run, an empty answer else.
    """
    found: tuple[User | System, ...] | None = session.info.get("viewers")
    if found is None:
        assert not STRICT, UNDECIDED
        log.error(UNDECIDED)
        return ()
    return found


class among(AbstractContextManager[None]):  # noqa: N801 — it is used like a function
    """Make statements in the block find what all of these may see; nothing where there is none."""

    def __init__(self, session: Session, viewers: Sequence[User | System]) -> None:
        self.info, self.viewers = session.info, tuple(viewers)

    def __enter__(self) -> None:
        info = self.info
        self.before = info.get("viewers"), info.get("readers")
        info["viewers"] = self.viewers
        if self.viewers != (SYSTEM,) or self.before[1] is None:
            info["readers"] = self.viewers

    def __exit__(self, *_: object) -> None:
        self.info["viewers"], self.info["readers"] = self.before


def beyond(session: Session) -> AbstractContextManager[None]:
    """Make statements in the block see what the program must know, no matter who reads."""
    return among(session, (SYSTEM,))


def shows(work: Context, what: Entity | type[Entity] | str, name: str = "") -> bool:
    """Return whether all viewers of the answer may see a record, or one of its fields."""
    return bool(work.viewers) and all(can(viewer, "show", what, name) for viewer in work.viewers)


def hides(work: Context, entity: type[Entity], name: str) -> bool:
    """Return whether a field is hidden from a viewer, on any record."""
    return not work.viewers or any(
        rights_of(viewer).hides(entity.slug(), name) for viewer in work.viewers if not viewer.guest
    )


def fields(work: Context, record: Entity) -> Mapping[str, Field]:
    """Return the fields of a record that all viewers may see."""
    found = every = record.fields() if work.viewers else {}
    for viewer in work.viewers:
        theirs = seen_by(viewer, record)
        found = (
            {name: kind for name, kind in found.items() if name in theirs}
            if len(theirs) < len(every)
            else found
        )
    return found


def seen_by(viewer: User | System, record: Entity) -> Mapping[str, Field]:
    """Return the fields of a record that someone may see."""
    if not can(viewer, "show", record):
        return {}
    hidden, kinds = rights_of(viewer).hidden.get(record.slug()), record.fields()
    return {name: kind for name, kind in kinds.items() if name not in hidden} if hidden else kinds


def legible(work: Context, record: Entity, name: str) -> bool:
    """Return whether all viewers may see a field and, where it names a record, that record.

    Only then can they fill it.
    """
    return name in fields(work, record) and names_seen(
        work, record.fields()[name], getattr(record, name)
    )


def names_seen(work: Context, kind: Field, value: Any) -> bool:
    """Return whether all viewers may see the record that a value names, or it names none."""
    return (
        not isinstance(kind, Reference)
        or value is None
        or shows(work, work.get(ENTITIES[kind.to], value))
    )
