"""Whether the person who did something may undo it, so that nobody is offered what is refused."""

from types import SimpleNamespace
from typing import Any

from models.core.context import Context
from models.core.errors import CRMError
from models.core.history.undo import allow, by_record, step_back


def is_reversible(work: Context) -> bool:
    """Return whether the actor may do the reverse of all that this unit of work has done so far."""
    entries: list[Any] = [SimpleNamespace(**row, erased=False) for row in work.changes]
    try:
        allow(work, [step_back(work, mine) for mine in by_record(entries)], mine=True)
    except CRMError:
        return False
    return True
