"""Whether the person who did something may undo it, so that nobody is offered what is refused."""

from models.core.audit.entries import AuditEntry
from models.core.context import Context
from models.core.errors import CRMError
from models.core.history.undo import allow, by_record, step_back


def is_reversible(work: Context) -> bool:
    """Return whether the actor may do the reverse of all that this unit of work has done so far."""
    entries = [AuditEntry(**row) for row in work.changes]
    try:
        allow(work, [step_back(work, mine) for mine in by_record(entries)], mine=True)
    except CRMError:
        return False
    return True
