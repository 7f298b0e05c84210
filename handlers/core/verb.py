"""One thing that people can do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.core.responses import Response
from models.core.entity.base import ENTITIES
from models.core.fields import LongText
from models.core.fields.base import Field

Run = Callable[[Any, Any], Response]
"""A handler: it takes a request, and the record it is about or None."""


def always(record: Any) -> bool:
    return True


def nothing(work: Any, record: Any) -> Mapping[str, str]:
    return {}


def no_blocks(request: Any) -> Sequence[Mapping[str, Any]]:
    return ()


@dataclass(frozen=True)
class Verb:
    """One thing people can do: a command, a button, a form and an `@crm` line all at once."""

    noun: str
    about: str
    """The entity whose rights it needs."""
    name: str
    run: Run
    help: str
    asks: Mapping[str, Field] = field(default_factory=dict)
    """What it needs in addition to the record: field name → kind. A required one that is missing
    opens a form.
    """
    record: bool = True
    """Whether it is about one record."""
    writes: bool = True
    """Whether it may change something."""
    button: str = ""
    """The text of its button on cards; without one it has none."""
    style: str = ""
    """The look of the button: primary or danger."""
    confirm: str = ""
    """The question that is asked first, with {record} in the place of the records."""
    when: Callable[[Any], bool] = always
    """Whether its button is offered for a record."""
    saves: bool = False
    """What it asks for are the record's own fields: a line without input opens the form too, and
    the verb gets the texts unread.
    """
    text: str = ""
    """The ask that words without a name fill; the first one, where none is named."""
    partial: bool = False
    """Required asks may be missing: only what is given changes."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What the form contains before anyone types: field name → text."""
    begins: Callable[[Any, Any], Mapping[str, str]] = nothing
    """What the form about a record contains before anyone types: a function of the unit of work and
    the record that returns field → text.
    """
    footer: Callable[[Any], Sequence[Any]] = no_blocks
    """What its form shows below the inputs: a function of the request that returns blocks."""
    opens: bool = False
    """Its button opens the form, although the verb needs nothing more."""
    common: bool = False
    """Every entity has it: its button comes after those of the entity's own verbs."""
    deleted: bool = False
    """It is also for records that are deleted."""
    hidden: bool = False
    """It is in no help and no list of verbs."""
    on_cards: str = ""
    """The text of its button on the cards of records that what it makes can be about."""
    title: str = ""
    """The title of its form, where its name does not do."""
    flags: tuple[str, ...] = ()
    """The flags that it knows besides those of every verb."""
    words: bool = False
    """It reads the words of the line by itself: `Line.rest`."""
    previews: bool = False
    """It only shows what it would do until the line says --yes."""
    bound: bool = False
    """It is meant only where its noun is named, because alone the word may say something else."""
    whole: str = ""
    """The ask that all words of the line fill, with whatever people and fields are in them; the
    answer says what they were understood as.
    """
    after: tuple[str, ...] = ()
    """What leads to it at the end of a line that shows a list: `deal list open keep as Mine`."""
    piped: str = ""
    """The word that leads to it behind a bar: `deal list open | save "Mine"`."""

    @property
    def heading(self) -> str:
        """The title of its form, in the words of the workspace: New deal, Assign."""
        about = ENTITIES[self.about].noun() if self.about in ENTITIES else self.noun
        return (self.title or self.name.capitalize()).replace("{noun}", about)

    @property
    def id(self) -> str:
        return f"{self.noun}.{self.name}"


def takes_prose(verb: Verb) -> bool:
    """Return whether the words of a line are a text of several sentences, kept to the letter."""
    return bool(verb.text) and isinstance(verb.asks[verb.text], LongText)
