"""Do something to many records at once, and find those that refuse it by halving."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from models.core import uniqueness
from models.core.background.task import why
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.errors import Busy, CRMError

R = TypeVar("R", bound=Entity)


def attempt(
    work: Context, found: Sequence[R], act: Callable[[Sequence[R]], object]
) -> list[tuple[R, str]]:
    """Do something to all records, or to all but those that refuse it.

    Args:
        work: The unit of work.
        found: The records.
        act: Does it to some of them, and raises where one of them refuses.

    Returns:
        The records that refuse, each with the reason.

    Raises:
        Busy: The database did not let us in.
    """
    if not found:
        return []
    changes, made = len(work.changes), len(work.made)
    try:
        with work.session.begin_nested():
            act(found)
        return []
    except Busy:
        raise
    except IntegrityError as error:
        clash = uniqueness.taken(error)
        reason = why(clash, found) if clash else "It clashes with another record."
    except CRMError as error:
        reason = why(error, found)
    del work.changes[changes:], work.made[made:]
    if len(found) == 1:
        return [(found[0], reason)]
    middle = len(found) // 2
    return attempt(work, found[:middle], act) + attempt(work, found[middle:], act)
