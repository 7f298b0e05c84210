"""Records on which fields of many others depend, as the currency of an order for its lines."""

from typing import Any

from models.core.context import Context

KEPT = 1000
"""How many of them a unit of work keeps, because a session forgets what nobody holds."""


def beside(work: Context, entity: type[Any], id: int) -> Any:
    """Return a record, which is looked up once for all that depend on it.

    Args:
        work: The unit of work.
        entity: The entity of the record.
        id: Its key.
    """
    kept = work.session.info.setdefault("beside", {})
    if (entity, id) not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[entity, id] = work.get(entity, id)
    return kept[entity, id]
