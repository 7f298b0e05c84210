"""The responses that a handler can return."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from handlers.core.ui.blocks import Block
from models.core.entity.base import Entity


@dataclass(frozen=True)
class File:
    """A file that accompanies an answer.

    Attributes:
        name: Its name, with the ending that says what it is.
        title: What it is called in Slack.
        content: What is in it.
    """

    name: str
    title: str
    content: bytes


def no_files() -> Sequence[File]:
    return ()


@dataclass(frozen=True)
class Message:
    """An answer for the person alone.

    Attributes:
        text: The answer in words.
        blocks: The answer as blocks.
        replace: It takes the place of the message whose button was pressed.
        card: The record whose card it is; posted with --here, that card is in the channel from then
            on and is kept up to date.
        asks: It asks back, and nothing was done yet.
        named: The records of a list that follows them.
        done: It reports what was done here and now, so nothing else reports it.
        files: Returns the files that come with it in a direct message; it is called when the unit
            of work has ended, because pictures take their time.
        figures: The numbers of a list that is not posted again while all of them stay.
    """

    text: str
    blocks: list[Block] = field(default_factory=list)
    replace: bool = False
    card: Entity | None = None
    asks: bool = False
    named: Sequence[Entity] = field(default=(), compare=False)
    files: Callable[[], Sequence[File]] = field(default=no_files, compare=False)
    done: bool = field(default=False, compare=False)
    figures: Sequence[int | None] = field(default=(), compare=False)


@dataclass(frozen=True)
class Form:
    """A modal to open.

    Attributes:
        view: The modal.
        update: It takes the place of the modal that was submitted.
    """

    view: Block
    update: bool = False


@dataclass(frozen=True)
class Home:
    """The App Home tab of the person."""

    view: Block


@dataclass(frozen=True)
class Options:
    """The options of a picker."""

    options: list[Block]


@dataclass(frozen=True)
class Nothing:
    """No answer: the interaction was already handled, or is answered elsewhere."""


Response = Message | Form | Home | Options | Nothing
