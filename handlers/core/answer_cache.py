"""Remember which interactions were answered already.

Slack sends again what it thinks was lost, and nobody wants to read the same answer twice.

An attempt that did something always reports it. This module decides about what each attempt says
alike: what a person reads, and refusals.
"""

import hashlib
from collections import OrderedDict
from contextlib import suppress
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from handlers.core.interaction import Interaction
from models.core.errors import CRMError
from models.core.unit_of_work import UnitOfWorkFactory

KEPT = 2_000
"""The number of interactions that this process remembers.

Slack sends an interaction again within seconds, an event within minutes.
"""


class AnswerCache:
    """Decide whether an interaction is answered; what writes is not done twice anyway.

    An event may come again to any replica, so the database remembers it. Everything else comes
    again at once, if at all.
    """

    def __init__(self, works: UnitOfWorkFactory) -> None:
        self.works, self.lock = works, Lock()
        self.known: OrderedDict[tuple[str, ...], None] = OrderedDict()

    def first(self, act: Interaction) -> bool:
        """Return whether this interaction was not answered before, and mark it as answered."""
        if not act.key or act.surface in ("options", "form", "home"):
            return True  # the acknowledgement is the answer, or the re-render is
        if act.surface == "message":
            with suppress(CRMError, SQLAlchemyError):
                return self.works.attempt(
                    lambda work: work.once(f"said:{key_of(act)}"), act.workspace
                )
            return True
        key = (act.surface, act.workspace, act.person, act.key, act.line)
        with self.lock:
            new = key not in self.known
            self.known[key] = None
            while len(self.known) > KEPT:
                self.known.popitem(last=False)
        return new or not act.repeated


def key_of(act: Interaction) -> str:
    """Return the key that distinguishes one answer from the next.

    A message that was edited is answered again, for what it says now.
    """
    words = hashlib.sha256(act.line.encode()).hexdigest()[:16] if act.edited else ""
    return ":".join(filter(None, (act.key, words)))
