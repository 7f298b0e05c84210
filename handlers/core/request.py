"""What a handler takes and what it can answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from handlers.core.commandline.parser import Line
from handlers.core.telemetry import Check
from handlers.core.ui.blocks import Block
from models.core.entity.base import Entity
from models.core.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from handlers.core.router import Catalogue


@dataclass(frozen=True)
class Message:
    """An answer for the person alone. replace: it takes the place of the message whose button was
    pressed.

    card: the record it is the card of; posted with --here, that card stands in the channel and is
    kept up to date. asks: it asks back, and nothing was done yet. named: the records of a list that
    follows them. done: it tells what was done here and now, so nobody else tells it.
    """

    text: str
    blocks: list[Block] = field(default_factory=list)
    replace: bool = False
    card: Entity | None = None
    asks: bool = False
    named: Sequence[Entity] = field(default=(), compare=False)
    done: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Form:
    """A modal to open. update: it takes the place of the one that was submitted."""

    view: Block
    update: bool = False


@dataclass(frozen=True)
class Home:
    """The App Home tab of the person."""

    view: Block


@dataclass(frozen=True)
class Options:
    """What a picker offers."""

    options: list[Block]


@dataclass(frozen=True)
class Nothing:
    """Nothing to say: it was already worked on, or happens elsewhere."""


Reply = Message | Form | Home | Options | Nothing


@dataclass(frozen=True)
class Request:
    """What a person did, without Slack: who and when (work), the line, the texts of a form, where
    it happened.
    """

    work: UnitOfWork
    catalogue: "Catalogue"
    line: Line
    surface: str = "command"
    """command, message, button, form, shortcut or home."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Field name → text, typed in the line or filled in a form."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The texts a verb asks for, read."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """What a form remembers: r (reference), v (version), c (channel), t (thread). And w (why),
    which is an input.
    """
    channel: str = ""
    thread: str = ""
    container: str = ""
    """Where a button stood, or the form was opened from: home, view, message or ephemeral."""
    asking: bool = False
    """Only forms and questions: nothing may be written."""
    checks: Callable[[], Sequence[Check]] = tuple
    """What the running bot finds of itself; nothing where none runs in this process."""

    def __getitem__(self, name: str) -> Any:
        """The value of something the verb asks for, None where it was left empty."""
        return self.values.get(name)

    @property
    def reason(self) -> str:
        """Why, as the person said it with --reason, in this line or in the form that such a line
        opened.
        """
        said = self.line.flags.get("reason") or self.state.get("w")
        return said.strip("' ") if isinstance(said, str) else ""

    def flag(self, name: str) -> bool:
        return name in self.line.flags

    def but(self, **changes: Any) -> "Request":
        return replace(self, **changes)
