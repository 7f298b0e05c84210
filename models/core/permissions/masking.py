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


def may_hold(work: Context, condition: Callable[[Any], bool], record: Entity) -> bool:
    """Return whether a condition holds, as far as all viewers may know.

    It is True where the condition asks for a hidden field. So a button that is shown or not does
    not reveal what a field holds that its reader may not see.
    """
    shown = policy.fields(work, record)
    if len(shown) == len(record.fields()):
        return condition(record)
    try:
        return condition(Veiled(record, shown))
    except Unseen:
        return True
