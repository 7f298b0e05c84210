"""Modals in their stacks and home tabs, as a person has them open."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.entities import Json

from .inputs import state_of
from .messages import EARLIER

DEEPEST = 3
CONTENT = (
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "callback_id",
    "external_id",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
)
DEFAULTS: Json = {
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
    "title": None,
    "submit": None,
    "close": None,
}


@dataclass
class View:
    """One modal or home tab, in the version its hash names, with what was typed so far."""

    id: str
    user: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Json = field(default_factory=dict)
    turn: int = 0
    earlier: list[list[Json]] = field(default_factory=list)  # as in a message

    @property
    def blocks(self) -> list[Json]:
        return list(self.content["blocks"])

    def typed(self, values: Json) -> None:
        """Keep what the person typed, over what was there."""
        for block_id, entries in values.items():
            self.values.setdefault(block_id, {}).update(entries)

    def become(self, content: Json, new_hash: str) -> None:
        """Show other blocks; an element that keeps its ids keeps what was typed, as in Slack."""
        self.earlier = [self.blocks, *self.earlier][:EARLIER]
        self.content, self.hash = content, new_hash

    def state(self) -> Json:
        return state_of(self.content["blocks"], self.values)


class Views:
    """Every person's stack of modals (three at most) and home tab."""

    def __init__(self) -> None:
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        return self.stacks.setdefault(user, [])

    def top(self, user: str) -> View | None:
        stack = self.stack(user)
        return stack[-1] if stack else None

    def all(self) -> list[View]:
        return [view for stack in self.stacks.values() for view in stack] + list(
            self.homes.values()
        )

    def find(self, view_id: str | None = None, external_id: str | None = None) -> View | None:
        for view in self.all():
            if view.id == view_id or (
                external_id and view.content.get("external_id") == external_id
            ):
                return view
        return None

    def pop(self, view: View) -> None:
        """Close a view, and those it pushed with it."""
        stack = self.stack(view.user)
        if view in stack:
            del stack[stack.index(view) :]


def content_of(view: Any) -> Json:
    """Return the part of a view that its author decides."""
    return DEFAULTS | {key: view[key] for key in CONTENT if view.get(key) is not None}
