"""Whether a record may enter the option of a choice to which it was moved, through any door."""

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.errors import Incomplete, Invalid
from models.core.fields import Choice
from models.core.parsing.texts import enumerated

NOTHING = (None, "", ())


def check(work: Context, record: Entity, changes: Changes) -> None:
    """Refuse that a record comes to an option that is retired, or lacks what the option needs.

    What becomes what it was, by undo, may be where it was.

    Raises:
        Invalid: The option is retired.
        Incomplete: The fields that are empty.
    """
    if work.restores or (work.repeats and not work.from_file):
        return
    kinds = record.fields()
    for name, (_, option) in changes.items():
        kind = kinds.get(name)
        if not isinstance(kind, Choice) or option is None:
            continue
        if option in kind.retired:
            among = ", ".join(map(kind.name, kind.offered))
            raise Invalid({name: f"{kind.name(option)} is retired. Choose one of: {among}."})
        needed = (each for each in kind.needs.get(option, ()) if each in kinds)
        if missing := [each for each in needed if getattr(record, each) in NOTHING]:
            labels = enumerated([kinds[each].label for each in missing], "and")
            raise Incomplete(f"{kind.name(option)} needs {labels}: fill that in first.", missing)
