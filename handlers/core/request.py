"""The request that a handler takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from handlers.core.commandline.parser import Line
from handlers.core.router import Catalogue, Command
from handlers.core.telemetry import Check
from handlers.core.verb import Verb
from models.core.unit_of_work import UnitOfWork

PROPOSES = "propose"
"""What `state` says of a form whose texts are only proposed."""


@dataclass(frozen=True)
class Request:
    """What a person did, without Slack.

    It holds who and when (`work`), the line, the texts of a form, and where it happened.
    """

    work: UnitOfWork
    catalogue: Catalogue
    command: Command
    """What the line says, and the verb it names."""
    surface: str = "command"
    """The surface: command, message, button, form, shortcut or home."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Field name → text, typed in the line or filled in a form."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The texts that a verb asks for, as values."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """What a form remembers: r (reference), v (version), c (channel), t (thread), d (duplicates),
    g (the fields that the record needs where it is to go), a (that it proposes what it says, or
    which approval it answers).

    It also holds w (why), which is an input; x, what was done in the form that only draws it again,
    and u, to what; and what is drawn on top of it.
    """
    channel: str = ""
    thread: str = ""
    container: str = ""
    """Where a button was, or where the form was opened from: home, view, message or ephemeral."""
    asking: bool = False
    """Whether only forms and questions are allowed: nothing may be written."""
    checks: Callable[[], Sequence[Check]] = tuple
    """A function that returns what the running bot finds of itself.

    It returns nothing where no bot runs in this process.
    """

    @property
    def line(self) -> Line:
        return self.command.line

    @property
    def verb(self) -> Verb | None:
        return self.command.verb

    def __getitem__(self, name: str) -> Any:
        """Return the value of something the verb asks for, or None where it was left empty."""
        return self.values.get(name)

    @property
    def reason(self) -> str:
        """Return the reason that the person gave with --reason.

        It was given in this line, or in the form that such a line opened.
        """
        said = self.line.flags.get("reason") or self.state.get("w")
        return said.strip("' ") if isinstance(said, str) else ""

    @property
    def proposes(self) -> bool:
        """Return whether what the line says is not done, but proposed to those who may do it."""
        return self.state.get("a") == PROPOSES

    @property
    def proposal(self) -> str:
        """Return the reference of the approval that is answered by doing this, "" for none."""
        said = str(self.state.get("a", ""))
        return said if said != PROPOSES else ""

    @property
    def pressed(self) -> str:
        """Return what was done in a form without submitting it, so that it is drawn again."""
        return str(self.state.get("x", ""))

    def flag(self, name: str) -> bool:
        return name in self.line.flags

    def but(self, **changes: Any) -> "Request":
        return replace(self, **changes)
