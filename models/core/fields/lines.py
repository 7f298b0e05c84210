"""The kind of what is written in lines, each a record of its own."""

from dataclasses import dataclass

from models.core.fields.kinds import LongText


@dataclass(frozen=True)
class Lines(LongText):
    """The parts of a record as a text with a line for each: `3 × Widget @ 90`.

    It is no column: the parts are records, and `models.core.part_lines` reads and writes them. A
    class declares it without `field`: `lines = Lines("Lines", of="purchase_line")`.
    """

    of: str = ""
