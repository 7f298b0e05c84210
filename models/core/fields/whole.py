"""The kind of what is one text to people and several fields here: the name of a person."""

from dataclasses import dataclass

from models.core.fields.kinds import Text


@dataclass(frozen=True)
class Whole(Text):
    """Several fields as one text, which is divided when it is saved: Ada King Lovelace.

    It is no column: `models.core.entity.wholes` divides it and puts it together, and the entity's
    `texts_of` says what a text means, as it does for the words of a line. A class declares it
    without `field`: `name = Whole("Name", of=("first_name", "last_name"))`.
    """

    of: tuple[str, ...] = ()
