"""What is known about a record beyond its fields: lines of its card, and what happened around it.

Other packages know it; `models/registry.py` puts it where the record is shown.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from models.core.context import Context


class Ago(NamedTuple):
    """A moment that is told as how long ago it was."""

    at: datetime


Told = str | tuple[Any, ...]
"""What a line of a card says: a text, or its parts one after the other.

A part is a text, a moment, an `Ago`, or a record, which people open with one press.
"""
Facts = list[tuple[str, Told]]
"""Lines of a card that are no fields: (label, what it says)."""
EVERY: list[Callable[[Context, Any], Facts]] = []
"""Lines of the cards of all entities."""
FACTS: dict[str, list[Callable[[Context, Any], Facts]]] = {}
"""Lines of cards that other packages know, by the entity whose cards show them."""


class Event(NamedTuple):
    """Something that happened around a record.

    Attributes:
        at: When it happened.
        what: What happened, in a few words.
        said: What somebody said or wrote.
        record: The record that it happened to.
        icon: The emoji before it.
    """

    at: datetime
    what: str
    said: str
    record: Any
    icon: str


TIMELINES: dict[str, Callable[[Context, Any, int, int], tuple[list[Event], bool]]] = {}
"""What happened around the records of an entity, the newest first.

A function takes the unit of work, the record, the number of the page from 0 and its length, and
returns the events and whether there are older ones.
"""
DETAILS: dict[str, list[Callable[[Context, Any], Facts]]] = {}
"""The same, for the modal with everything about a record."""
