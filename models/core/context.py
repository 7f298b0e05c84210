"""What code may know of the unit of work that it runs in, and of the factory that opens units.

`models.core.unit_of_work` implements both. Everything below it is annotated with these protocols,
so that no module needs to import the one that puts all of them together.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.core.secrets import Signer

T = TypeVar("T")


class System:
    """The program itself, which acts and reads where no person does; it may do and see everything.

    It is false, so that `work.actor.id if work.actor else None` is the id of a person or nothing.
    """

    guest = left = False
    id = 0
    name = "Rapport"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = System()
"""The actor and reader where no person acts or reads.

None, or no reader at all, is nobody and may do nothing.
"""
NO_DOOR = "system"
"""The door of what nobody asked for: the program itself does it."""
HIDDEN = "hidden"
"""Shown in place of what a reader may not see."""
IMPORT = "import"
"""The door through which files come."""
IN_BULK, IN_PIECES = "in bulk", "in pieces"
"""Where a session keeps that it changes many records at once, for which nobody celebrates and for
whose cards nobody waits: record → whether Slack shows it; and that other sessions go on with the
same act, so that people are told of it when it is over.
"""
RULE = "rule"
"""The door of what rules do: the owner of a rule acts, though not by hand."""
REPEATS = (IMPORT, "undo", "redo")
"""The doors through which a record becomes what it was, here or elsewhere."""


@dataclass(frozen=True)
class RenderContext:
    """What something that is rendered later refers to.

    Attributes:
        at: The moment (UTC) that it is about; now, where none is named.
        unit: The unit of work whose changes it shows.
        changes: The audit rows of that unit of work.
    """

    at: datetime | None = None
    unit: str = ""
    changes: Sequence[dict[str, Any]] = ()


class Reader(Protocol):
    """The person who types and reads.

    It is what a kind must know to understand a text and to show a value. The unit of work is one.
    """

    now: datetime

    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def today(self) -> date: ...
    @property
    def currency(self) -> str: ...
    @property
    def region(self) -> str: ...
    def lookup(self, entity: str, text: str) -> int: ...
    def ref(self, entity: str, id: int) -> str: ...
    def name(self, entity: str, id: int) -> str: ...
    def value(self, entity: str, id: int, name: str) -> Any: ...
    def mention(self, id: int) -> str: ...


class Context(Reader, Protocol):
    """A unit of work: one session, one actor, one moment. `UnitOfWork` documents each member.

    The workspace and the people are not typed here: their classes are above this module.
    """

    session: Session
    door: str
    reason: str
    restores: bool
    tentative: bool
    unit: str
    changes: list[dict[str, Any]]
    made: list[Any]
    signer: Signer

    @property
    def workspace(self) -> Any: ...
    @property
    def actor(self) -> Any: ...
    @property
    def viewers(self) -> tuple[Any, ...]: ...
    @property
    def can_ask(self) -> bool: ...
    @property
    def from_file(self) -> bool: ...
    @property
    def repeats(self) -> bool: ...
    @property
    def me(self) -> str: ...
    def add(self, record: T) -> T: ...
    def get(self, entity: type[T], id: int) -> T: ...
    def lock(self, record: Any) -> None: ...
    def hold(self, *keys: str) -> None: ...
    def govern(self) -> None: ...
    def find(self, entity: type[T], number: int, deleted: bool = False) -> T: ...
    def once(self, key: str) -> bool: ...
    def forget(self, key: str) -> None: ...
    def regroup(self) -> None: ...
    def shows(self, record: Any) -> bool: ...
    def who(self, id: int | None) -> str: ...
    def tell(self, record: Any, did: str, **about: int) -> None: ...
    def rendering(self, render: RenderContext) -> AbstractContextManager[None]: ...
    def deliver(self, kind: str, channel: str, key: str, **columns: Any) -> None: ...


class Units(Protocol):
    """Opens units of work. `UnitOfWorkFactory` documents each member."""

    engine: Engine
    signer: Signer
    ends: dict[str, tuple[int, str]]
    sqlite: bool

    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def queue(self) -> Callable[[], AbstractContextManager[Any]]: ...
    def __call__(
        self, workspace: str, actor: str = "", door: str = NO_DOOR, writes: bool = True
    ) -> AbstractContextManager[Context]: ...
    def everywhere(self) -> AbstractContextManager[Session]: ...
    def workspaces(self) -> list[str]: ...
