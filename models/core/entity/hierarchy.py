"""Records below others of their kind, such as teams and accounts: never in a circle."""

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import Entity


def is_above_itself(work: Context, record: Entity, field: str) -> bool:
    """Return whether a record would be above itself, at any level.

    What counts is what the database holds now, with what this unit of work is about to write: two
    changes that are good one by one may make a circle together, in one file as well as by two
    people at once.

    Args:
        work: the unit of work.
        record: the record.
        field: the field with the record above.
    """
    entity, above, seen = type(record), getattr(record, field), {record.id}
    ours = {
        each.id: getattr(each, field)
        for each in (*work.session.new, *work.session.dirty)
        if type(each) is entity
    }
    column = getattr(entity, field)
    while above is not None:
        if above in seen:
            return True
        seen.add(above)
        asked = select(column).where(entity.id == above).execution_options(with_deleted=True)
        above = ours[above] if above in ours else work.session.scalar(asked)
    return False
