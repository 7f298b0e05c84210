"""Ask before a record vanishes from the sight of the person who is about to change it.

The unit of work is taken back; a line is answered with a question, a form stays and says it on top.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.ui import blocks
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import plainly, question
from handlers.core.verb import Verb
from models.core.entity.base import ENTITIES, Entity
from models.core.parsing.texts import enumerated
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

LINE = 1900
"""Characters of a line that a button carries."""


class Vanishes(Exception):
    """The person would not see these records any more, so nothing was saved yet."""

    def __init__(self, records: Sequence[Entity], handed: bool) -> None:
        self.refs, self.handed = [record.ref for record in records], handed
        super().__init__()

    @property
    def sentence(self) -> str:
        """Return what will be out of sight: You'll no longer see OP-4."""
        return f"You'll no longer see {enumerated(self.refs)}."

    def question(self, line: str, surface: str) -> Message:
        """Return the answer to a line, with the one button that says yes.

        Args:
            line: The line, which is done with --yes.
            surface: The surface of the person, who may have no buttons.
        """
        them = "them" if len(self.refs) > 1 else "it"
        asked = f"Hand {them} over?" if self.handed else "Save it anyway?"
        said, again = f"{self.sentence} {asked}", f"{line} --yes"
        if len(again) > LINE or surface == "say":
            return plainly(f"{said} Nothing is saved yet. To do it, write the same with --yes.")
        return question(said, "Hand over" if self.handed else "Save anyway", again)

    def state(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form is drawn again with.

        Args:
            before: What the form remembered, with the references that the person has seen in it.
        """
        seen = dict.fromkeys([*str(before.get("d", "")).split(), *self.refs])
        said = f"{escape(self.sentence)} Nothing is saved yet."
        return {"x": "vanishes", "top": [blocks.alert(said, "warning")], "d": " ".join(seen)}


def must_stay_visible(request: Request, verb: Verb, records: Sequence[Entity]) -> None:
    """Raise Vanishes where a verb took records that it was about out of the person's sight.

    Args:
        request: The request.
        verb: The verb, which has run.
        records: The records that it was about, all of which the person has seen; what else it gave
            to somebody counts as well.
    """
    if not verb.writes or request.flag("yes"):
        return
    work, known = request.work, str(request.state.get("d", "")).split()
    work.session.flush()
    gone = [
        record
        for record in dict.fromkeys((*records, *given_away(work)))
        if not record.deleted_at
        and record.ref not in known
        and not policy.can(work.actor, "show", record)
    ]
    if gone:
        changed = {row["field"] for row in work.changes}
        raise Vanishes(gone, handed=any(record.owned in changed for record in gone))


def given_away(work: UnitOfWork) -> list[Entity]:
    """Return the records that this unit of work gave to somebody else, rather than back."""
    if work.repeats:
        return []
    return [
        work.get(ENTITIES[row["entity"]], row["record_id"])
        for row in work.changes
        if row["action"] == "update" and row["field"] == ENTITIES[row["entity"]].owned
    ]
