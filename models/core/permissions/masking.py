"""Conditions on a record, checked for people who may not see all of it."""

from collections.abc import Callable, Collection
from typing import Any

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.permissions import policy


class Unseen(Exception):
    """A condition asks for a field that a viewer may not see."""


class Veiled:
    """A record that shows only these fields.

    Reading another one raises Unseen, also from within a property.
    """

    def __init__(self, record: Entity, shown: Collection[str]) -> None:
        self._record, self._shown = record, shown

    def __getattr__(self, name: str) -> Any:
        if name in self._record.fields() and name not in self._shown:
            raise Unseen(name)
        attribute = getattr(type(self._record), name, None)
        if isinstance(attribute, property) and attribute.fget:
            return attribute.fget(self)
        return getattr(self._record, name)


def is_open(work: Context, record: Entity) -> bool:
    """Return whether all viewers may see everything of a record."""
    return len(policy.fields(work, record)) == len(record.fields())


def veiled(work: Context, record: Entity) -> Entity | Veiled:
    """Return a record as far as all viewers may see it, for `may_hold`."""
    shown = policy.fields(work, record)
    return record if len(shown) == len(record.fields()) else Veiled(record, shown)


def may_hold(seen: Entity | Veiled, condition: Callable[[Any], bool]) -> bool:
    """Return whether a condition holds of a record, as far as all viewers may know.

    It is True where the condition asks for a hidden field. So a button that is shown or not does
    not reveal what a field holds that its reader may not see.
    """
    try:
        return condition(seen)
    except Unseen:
        return True
