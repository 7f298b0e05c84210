"""What was answered already: Slack sends again what it thinks was lost, and nobody wants to be told
twice.

Who did something tells it in any case. This decides about what each attempt says alike: what one
reads, and refusals.
"""

import hashlib
from collections import OrderedDict
from contextlib import suppress
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from handlers.core.payloads import Interaction
from models.core.errors import CRMError
from models.core.unit_of_work import UnitOfWorkFactory

KEPT = 2_000
"""Acts that are remembered in this process: Slack sends one again within seconds, an event within
minutes.
"""


class AnswerCache:
    """Decides whether an act is answered; what writes is not done twice anyway.

    An event may come again to any replica, so the database knows it. Everything else comes again at
    once, if at all.
    """

    def __init__(self, works: UnitOfWorkFactory) -> None:
        self.works, self.lock = works, Lock()
        self.known: OrderedDict[tuple[str, ...], None] = OrderedDict()

    def first(self, act: Interaction) -> bool:
        """Return whether nobody has answered this act yet; from now on somebody has."""
        if not act.key or act.surface in ("options", "form", "home"):
            return True  # the acknowledgement is the answer, or drawing it again is
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
    """What tells an answer from the next: a message that was edited is answered again, for what it
    says now.
    """
    words = hashlib.sha256(act.line.encode()).hexdigest()[:16] if act.edited else ""
    return ":".join(filter(None, (act.key, words)))
