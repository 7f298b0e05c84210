"""Whether a record may enter the option of a choice to which it was moved, through any door."""

from collections.abc import Mapping
from contextlib import suppress

from models.core.context import Context
from models.core.entity.base import Changes, Entity, plural
from models.core.errors import Incomplete, Invalid
from models.core.fields import Choice
from models.core.fields.base import Field
from models.core.fields.choices import NOBODY
from models.core.parsing.texts import enumerated

NOTHING = (None, "", ())


def above(kinds: Mapping[str, Field], texts: Mapping[str, str]) -> dict[str, str]:
    """Return what is above the options that were typed for a new record, where nobody said it."""
    found: dict[str, str] = {}
    for name, kind in kinds.items():
        unsaid = isinstance(kind, Choice) and kind.under in kinds and not texts.get(kind.under)
        if unsaid and texts.get(name):
            with suppress(ValueError):
                home = kind.homes.get(kind.read(texts[name], NOBODY), "")  # type: ignore[attr-defined]
                found |= {kind.under: home} if home else {}  # type: ignore[attr-defined]
    return {name: home for name, home in found.items() if home != kinds[name].first}  # type: ignore[attr-defined]


def begin(record: Entity) -> None:
    """Give a new record the option above the one that it has, or the first one below it."""
    for name, kind in record.below().items():
        option, home = getattr(record, name), getattr(record, kind.under)
        if option and not home and option in kind.homes:
            setattr(record, kind.under, kind.homes[option])
        if home and not option:
            setattr(record, name, next((each for each in kind.own(home)), None))


def arrange(record: Entity, changes: Changes) -> None:
    """Take the option of the same name that is the record's, where one has that name elsewhere."""
    for name in record.below():
        if name in changes and changes[name][1] is not None:
            before, option = changes[name]
            setattr(record, name, record.option_here(name, option))
            changes[name] = (before, getattr(record, name))
            if before == changes[name][1]:
                del changes[name]


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
    must_belong(record, changes)
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


def must_belong(record: Entity, changes: Changes) -> None:
    """Refuse that a record has an option that belongs to another one than it has above it.

    Raises:
        Invalid: The option was chosen.
        Incomplete: What is above it was chosen, and an option that belongs there is needed.
    """
    for name, kind in record.below().items():
        option, home = getattr(record, name), getattr(record, kind.under)
        if not {name, kind.under} & changes.keys():
            continue
        above, offered = kind.above, [each for each in kind.offered if kind.belongs(each, home)]
        if not kind.own(home) and kind.under in changes:
            none = (
                f"{above.name(home)} has no {plural(kind.label.lower())} yet. Choose another one."
            )
            raise Invalid({kind.under: none})
        if kind.belongs(option, home):
            continue
        known = f"The {plural(kind.label.lower())} of {above.name(home)} are"
        known = f"{known} {enumerated([kind.name(each) for each in offered], 'and')}."
        if name not in changes:
            raise Incomplete(f"{known} Choose the one to move to.", [name])
        its = above.name(kind.homes[option])
        raise Invalid(
            {name: f"{kind.name(option)} belongs to the {above.label.lower()} {its}. {known}"}
        )
