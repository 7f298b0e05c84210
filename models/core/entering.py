"""Whether a record may enter the option of a choice to which it was moved, through any door."""

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.errors import Invalid
from models.core.fields import Choice


def check(work: Context, record: Entity, changes: Changes) -> None:
    """Raise Invalid where a record came to an option that nobody chooses any more.

    What becomes what it was, by undo or from another database, may be where it was.
    """
    if work.restores or work.repeats:
        return
    kinds = record.fields()
    errors = {
        name: f"{kind.name(option)} is retired. Choose one of: {offered(kind)}."
        for name, (_, option) in changes.items()
        if isinstance(kind := kinds.get(name), Choice) and option in kind.retired
    }
    if errors:
        raise Invalid(errors)


def offered(kind: Choice) -> str:
    """Return the options that can be chosen, for a sentence."""
    return ", ".join(map(kind.name, kind.offered))
