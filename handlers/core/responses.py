"""What a handler can answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from handlers.core.ui.blocks import Block
from models.core.entity.base import Entity


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


Response = Message | Form | Home | Options | Nothing
