"""What a role does not see because it is worked out from something that the role does not see."""

from collections.abc import Iterator

from models.core.entity.computed import following, sources
from models.core.identity import rights
from models.core.identity.rights import Rights


def rights_said(text: str) -> Rights:
    """Return what a text allows: what is worked out from something hidden is hidden too."""
    found = rights.stored(text)
    hidden: dict[str, frozenset[str]] = {}
    for about, name in following(frozenset(unread(found))):
        hidden[about] = hidden.get(about, found.hidden.get(about, frozenset())) | {name}
    return Rights(found.scopes, {**found.hidden, **hidden}) if hidden else found


def unread(given: Rights) -> Iterator[tuple[str, str]]:
    """Yield the fields that are hidden, and from which others are worked out."""
    for key in {other for others in sources().values() for other in others}:
        if not given.reads(*key):
            yield key
