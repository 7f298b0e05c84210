"""The workspace that references in our own exports belong to: CU-1 is another customer in each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import quote, unquote

from models.core.identity.user import LOCAL, Workspace
from models.core.search.lookup import REFERENCE

MARK = re.compile(r"\w+\.[0-9a-f]{8}", re.ASCII)


@dataclass(frozen=True)
class Origin:
    """What an export says about a row.

    Attributes:
        mark: Its workspace.
        links: What else the records are known by to which the row refers.
    """

    mark: str = ""
    links: Mapping[str, str] = field(default_factory=dict)

    def is_here(self, workspace: Workspace) -> bool:
        """Return whether the references belong to this workspace.

        This includes what the workspace was before Slack was connected.
        """
        moved_in = workspace.adopted_at is not None and self.mark.startswith(f"{LOCAL}.")
        return moved_in or self.mark == mark_of(workspace)

    def id_of(self, ref: str) -> str:
        """Return the external id of what a reference means in that workspace."""
        return f"{self.mark} {ref.upper()}"

    def link(self, name: str, text: str) -> str:
        """Return what a cell that refers to another record means here."""
        return self.links.get(name) or (self.id_of(text) if REFERENCE.fullmatch(text) else text)


def mark_of(workspace: Workspace) -> str:
    """Return a word that no other workspace has, wherever its database is."""
    made = blake2b(workspace.created_at.isoformat().encode(), digest_size=4).hexdigest()
    return f"{workspace.id}.{made}"


def write(mark: str, links: Mapping[str, str]) -> str:
    """Return the last cell of an exported row."""
    return " ".join([mark, *(f"{name}={quote(text)}" for name, text in links.items())])


def read(text: str) -> Origin:
    """Return what `write` wrote."""
    mark, *rest = text.split() or [""]
    if not MARK.fullmatch(mark):
        return Origin()
    links = {
        name: unquote(link)
        for name, equals, link in (each.partition("=") for each in rest)
        if equals
    }
    return Origin(mark, links)
