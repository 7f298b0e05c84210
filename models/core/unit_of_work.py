"""The unit of work: one session, one actor, one moment, one commit.

It is the only place that reads the clock and commits.
"""

import random
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models.core import listeners, names, uniqueness
from models.core.context import HIDDEN, IMPORT, NO_DOOR, REPEATS, SYSTEM, RenderContext, System
from models.core.custom.shaping import renew
from models.core.db.advisory_locks import hold
from models.core.db.deadline import PERSON, within
from models.core.db.engine import everywhere
from models.core.db.errors import told, worth_another
from models.core.db.locks import WriteQueue
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.beside import beside
from models.core.entity.bulk import insert_once
from models.core.entity.finding import by_number
from models.core.errors import Busy, Conflict, NotFound, Outrun, Taken
from models.core.fields.shape import entered
from models.core.identity.defaults import furnish
from models.core.identity.user import User, Workspace, newcomer
from models.core.opening import opening
from models.core.outbox import delivery
from models.core.permissions import policy
from models.core.permissions.cache import Rosters, forget
from models.core.search.lookup import lookup
from models.core.secrets import Signer

E = TypeVar("E")
"""An entity; `Context` cannot say so."""
T = TypeVar("T")
W = TypeVar("W", bound="UnitOfWork")

PAUSES = (0.02, 0.1, 0.3)
"""Seconds between two attempts of what may succeed the next time, at most."""


class Clock:
    """The time; the sandbox moves it forward, so that reminders arrive while somebody watches."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, by: timedelta) -> None:
        self.ahead += by


@dataclass
class UnitOfWork:
    """What a verb gets: the session, who acts, through which door, and what time it is for them."""

    session: Session
    """The session, with a transaction that is open."""
    workspace: Workspace
    """The workspace that all rows belong to."""
    now: datetime
    """The moment of the act, in UTC; nothing else reads the clock."""
    actor: User | System = SYSTEM
    """The person who acts, or the program itself."""
    door: str = NO_DOOR
    """The way in which the act came: command, button, form, import and others."""
    reason: str = ""
    """Why, in the words of the person who acts."""
    restores: bool = False
    """Whether it brings back an earlier state.

    Rules that ask for more, or set what follows, were applied at that time.
    """
    tentative: bool = False
    """Whether what it stores may well be taken back, and its numbers with it.

    This is so for an import, or the trial of one.
    """
    unit: str = field(default_factory=lambda: uuid.uuid4().hex)
    """The id of the act, which all its audit entries carry."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    """The audit rows of this unit of work so far."""
    made: list[Entity] = field(default_factory=list)
    """The records that this unit of work has made so far, one by one."""
    signer: Signer = field(default_factory=Signer, repr=False)
    """Signs where the audit trail ends."""

    @property
    def viewers(self) -> tuple[User | System, ...]:
        """Return who will read the result: no statement finds what some of them may not see.

        SYSTEM sees everything, nobody (an empty tuple) nothing.
        """
        return policy.viewers_of(self.session)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the person who acts."""
        return self.actor.tz if self.actor else ZoneInfo("UTC")

    @property
    def today(self) -> date:
        """The day that it is for the person who acts."""
        return self.now.astimezone(self.zone).date()

    @property
    def currency(self) -> str:
        """The currency of the workspace, ISO 4217."""
        return self.workspace.currency

    @property
    def region(self) -> str:
        """The country (ISO 3166) that phone numbers without a country code are from."""
        return self.workspace.region

    @property
    def can_ask(self) -> bool:
        """Return whether a person came through a door and can be asked for what is missing.

        The program itself cannot be asked.
        """
        return self.door != NO_DOOR and not (self.restores or self.repeats)

    @property
    def from_file(self) -> bool:
        """Return whether what is stored comes from a file, about things that happened elsewhere."""
        return self.door == IMPORT

    @property
    def repeats(self) -> bool:
        """Return whether records become what they were, here or elsewhere.

        Then nobody is asked to say more about them.
        """
        return self.door in REPEATS

    @property
    def me(self) -> str:
        """Return the actor's name in sentences."""
        return self.actor.name if self.actor else "Rapport"

    def add(self, record: E) -> E:
        """Store a new record of any entity; it has its number, defaults and id when this returns.

        Its card will be posted in the channel of its entity.
        """
        stored: Any = record
        self.session.add(stored)
        self.session.flush()
        if channel := stored.posted_in(self.workspace):
            delivery.stand(self, stored, channel)
        return record

    def get(self, entity: type[E], id: int) -> E:
        """Return the record with this key, even if it is deleted or hidden from those who read."""
        wanted = cast(type[Entity], entity)
        record = policy.load(self.session, wanted, id)
        if record is None:
            raise NotFound(f"There is no such {wanted.noun()}.")
        return cast(E, record)

    def lock(self, record: Entity) -> None:
        """Read the record again and keep others from changing it until this unit of work ends."""
        self.session.refresh(record, with_for_update=True)

    def hold(self, *keys: str) -> None:
        """Keep others from acting on the same keys until this unit of work ends.

        What is looked for next, and made where it does not exist, is made once. On SQLite nobody
        else writes meanwhile.
        """
        hold(self.session, self.workspace.id, keys)

    def govern(self) -> None:
        """Take the lock on how people work together, until this unit of work ends.

        Rules such as that there is an admin then hold for the present state.

        Raises:
            Busy: Somebody changed that since the actor was let in; what the actor may do is asked
                again with the next attempt.
        """
        if self.session.info.get("governs"):
            return
        here = select(Workspace.roster).where(Workspace.id == self.workspace.id)
        now = self.session.scalar(here.with_for_update(key_share=True))
        if self.actor and now != self.workspace.roster:
            raise Outrun
        self.session.info["governs"] = True

    def find(self, entity: type[E], number: int, deleted: bool = False) -> E:
        """Return the record with this number, if the actor may see it and somebody reads.

        Args:
            entity: The entity of the record.
            number: The number of the record.
            deleted: Find a hidden record as well.

        Raises:
            NotFound: What is missing.
        """
        wanted: Any = entity
        with policy.beyond(self.session):
            asked = 0 < number < 2**31
            record = self.session.scalar(by_number(wanted), {"number": number}) if asked else None
        if record is None or not self.viewers or not policy.can(self.actor, "show", record):
            raise NotFound(f"There is no {wanted.prefix}-{number}.")
        if record.deleted_at and not deleted:
            raise NotFound(f"{record} was deleted. Bring it back with: restore {record.ref}")
        return cast(E, record)

    def lookup(self, entity: str, text: str) -> int:
        """Return the id of the one record that `text` names.

        Raises:
            ValueError: It names none.
            Ambiguous: It names several.
        """
        return lookup(self, ENTITIES[entity], text)

    def ref(self, entity: str, id: int) -> str:
        """Return the reference of a record, such as LD-5."""
        if found := names.known(self, entity, id):
            return f"{ENTITIES[entity].prefix}-{found.number}"
        return self.get(ENTITIES[entity], id).ref

    def name(self, entity: str, id: int) -> str:
        """Return what a record is called, for those who may see it."""
        if found := names.known(self, entity, id):
            return found.title if found.seen else HIDDEN
        record = self.get(ENTITIES[entity], id)
        return record.title if policy.shows(self, record) else HIDDEN

    def value(self, entity: str, id: int, name: str) -> Any:
        """Return what a field of another record holds, on which fields of many records depend."""
        return getattr(beside(self, ENTITIES[entity], id), name)

    def mention(self, id: int) -> str:
        """Return the Slack id of a user."""
        return self.get(User, id).slack_id

    def once(self, key: str) -> bool:
        """Return True the first time this key is used, in this and every other committed unit."""
        return insert_once(self, delivery.IdempotencyKey, key=key[:200], at=self.now) is not None

    def forget(self, key: str) -> None:
        """Let `once` answer True again: nothing was done after all."""
        seen: Any = delivery.IdempotencyKey.__table__
        ours = (seen.c.workspace == self.workspace.id, seen.c.key == key[:200])
        self.session.connection().execute(delete(seen).where(*ours))

    def regroup(self) -> None:
        """Forget what was known about who may see what, because it has changed.

        This unit of work forgets it at once, and then every process does.
        """
        forget(self.session, self.workspace.id)
        renew(self.session, self.workspace.id)

    def shows(self, record: Entity) -> bool:
        """Return whether all who will read the answer may see a record.

        This also holds while the program looks at what they may not see.
        """
        readers = self.session.info.get("readers") or ()
        return bool(readers) and all(policy.can(reader, "show", record) for reader in readers)

    def who(self, id: int | None) -> str:
        """Return the name of a person who did something, for those who may see it.

        Without an id it was the CRM itself.
        """
        if id is None:
            return "Rapport"
        person = self.get(User, id)
        return person.name if self.shows(person) else "Somebody"

    def tell(self, record: Entity, did: str, **about: int) -> None:
        """Say in the threads of a record's cards what the actor did.

        Args:
            record: The record.
            did: What the actor did: took it.
            about: The id of a remark, or of an activity, to quote.
        """
        delivery.tell(
            self, record, {"by": self.actor.id if self.actor else None, "did": did, **about}
        )

    @contextmanager
    def rendering(self, render: RenderContext) -> Iterator[None]:
        """Let the unit of work refer to another moment, or to another unit, within the block."""
        before = self.now, self.unit, self.changes
        self.now = render.at or self.now
        if render.unit:
            self.unit, self.changes = render.unit, list(render.changes)
        try:
            yield
        finally:
            self.now, self.unit, self.changes = before

    def deliver(self, kind: str, channel: str, key: str, **columns: Any) -> None:
        """Request one delivery, once per key, as `models.core.outbox.delivery.deliver` says."""
        delivery.deliver(self, kind, channel, key, **columns)


class UnitOfWorkFactory:
    """Opens units of work; made once at start-up.

    Args:
        keys: ENCRYPTION_KEYS, which sign where the audit trail ends.
    """

    def __init__(self, engine: Engine, clock: Clock | None = None, keys: str = "") -> None:
        listeners.install()
        self.engine = engine
        self.signer = Signer(keys)
        self.ends: dict[str, tuple[int, str]] = {}
        """Where this process saw the audit trail of each workspace end."""
        self.clock = clock or Clock()
        self.sqlite = engine.dialect.name == "sqlite"
        self.place = Path(engine.url.database or "").absolute() if self.sqlite else None
        """The file of a SQLite database."""
        self.queue = WriteQueue(engine.url.database if self.sqlite else None)
        self.known: set[tuple[str, str]] = set()
        self.rosters = Rosters()
        self.committed: list[Any] = []
        """Called after every unit of work that wrote.

        The delivery worker listens here instead of waiting for its next look.
        """

    def __call__(
        self, workspace: str, actor: str = "", door: str = NO_DOOR, writes: bool = True
    ) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work in a workspace; commit when the block ends, roll back when it raises.

        Args:
            workspace: The id of the workspace.
            actor: The Slack id of the person who acts; without one the CRM itself acts.
            door: The door through which the person came.
            writes: False refuses changes and lets others write.
        """
        return self.open(UnitOfWork, workspace, actor, door, writes)

    @contextmanager
    def open(
        self,
        kind: type[W],
        workspace: str,
        actor: str = "",
        door: str = NO_DOOR,
        writes: bool = True,
    ) -> Iterator[W]:
        """Open a unit of work of a `kind` that knows more than others; see `__call__`."""
        options = {"workspace": workspace, "writes": writes}
        turn = self.queue() if writes and self.sqlite else nullcontext()
        saving = False
        with turn, Session(self.engine, expire_on_commit=False) as session:
            try:
                with session.begin():
                    session.connection(execution_options=options)
                    place, person = opening(session, self.rosters, workspace, actor)
                    work = kind(session, place, self.clock(), person, door, signer=self.signer)
                    session.info["work"] = work
                    with entered(session.info["shape"]):
                        yield work
                        session.flush()
                    saving = True
            except StaleDataError:
                raise Conflict(
                    "Someone changed this at the same moment. Nothing was saved; please try again."
                ) from None
            except SQLAlchemyError as error:
                if isinstance(error, IntegrityError) and (clash := uniqueness.taken(error)):
                    raise clash from error
                if sentence := told(error, writes, saving):
                    raise Busy(sentence) from error
                raise
        if writes:
            for listener in self.committed:
                listener()

    def attempt(
        self,
        act: Callable[[UnitOfWork], T],
        workspace: str,
        actor: str = "",
        door: str = NO_DOOR,
        writes: bool = True,
    ) -> T:
        """Do something in a unit of work while a person waits.

        It is done again as a whole where two units of work were in each other's way.
        """
        with within(PERSON):
            for pause in PAUSES:
                try:
                    with self(workspace, actor, door, writes) as work:
                        return act(work)
                except Busy as busy:
                    if not worth_another(busy):
                        raise
                except Taken:
                    pass  # the record of who was faster is there now, and can be named
                time.sleep(random.uniform(pause / 2, pause))
            with self(workspace, actor, door, writes) as work:
                return act(work)

    def close(self) -> None:
        """Close the connections to the database."""
        self.engine.dispose()

    def is_missing(self) -> bool:
        """Return whether this is a SQLite database whose file does not exist or is empty."""
        return self.place is not None and not (self.place.exists() and self.place.stat().st_size)

    def settle(self, workspace: str, **settings: str) -> None:
        """Make a workspace, or update its settings.

        Args:
            workspace: The id of the workspace.
            settings: Columns of Workspace.
        """
        with self.queue(), Session(everywhere(self.engine)) as session, session.begin():
            place = session.get(Workspace, workspace) or Workspace(
                id=workspace, created_at=self.clock()
            )
            for name, value in settings.items():
                setattr(place, name, value)
            session.add(place)
        try:
            with self(workspace) as work:
                furnish(work)
        except IntegrityError:
            pass  # another replica starts at the same moment, and has done it

    @contextmanager
    def everywhere(self) -> Iterator[Session]:
        """Open a session that sees every workspace, and writes nothing."""
        with Session(everywhere(self.engine), expire_on_commit=False) as session, session.begin():
            session.connection(execution_options={"writes": False})
            yield session

    def workspaces(self) -> list[str]:
        with self.everywhere() as session:
            return list(session.scalars(select(Workspace.id).order_by(Workspace.id)))

    def unknown(self, workspace: str, people: Collection[str]) -> set[str]:
        """Return those of these people, by their Slack ids, who have no User row.

        The database is asked about each person until the answer is yes.
        """
        asked = {person for person in people if (workspace, person) not in self.known}
        if asked:
            with self(workspace, writes=False) as work:
                found = set(
                    work.session.scalars(select(User.slack_id).where(User.slack_id.in_(asked)))
                )
            self.known |= {(workspace, person) for person in found}
            asked -= found
        return asked

    def welcome(self, workspace: str, slack_id: str, **profile: Any) -> None:
        """Store what Slack says about a person; a new person has the role rep.

        Args:
            workspace: The id of the workspace.
            slack_id: The Slack id of the person.
            profile: Columns of User.
        """
        try:
            self.store_profile(workspace, slack_id, profile)
        except IntegrityError:  # another replica met the person at the same moment: update its row
            self.store_profile(workspace, slack_id, profile)

    def store_profile(self, workspace: str, slack_id: str, profile: Mapping[str, Any]) -> None:
        with self(workspace) as work:
            user = work.session.scalar(select(User).where(User.slack_id == slack_id))
            if user is None:
                user = newcomer(work.workspace, slack_id)
                work.session.add(user)
            for name, value in profile.items():
                if getattr(user, name) != value:
                    setattr(user, name, value)
