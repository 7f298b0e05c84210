"""What stands in a file and fits no field, kept in the notes of its record until the field can be
filled.
"""

from collections.abc import Mapping

HEADING = "Not read from the file:"


def compose(notes: str, kept: Mapping[str, str]) -> str:
    """Return notes with the texts that are kept below them, one a line. kept: label → text."""
    if not kept:
        return notes
    lines = [f"{label}: {' '.join(text.split())}" for label, text in kept.items()]
    return "\n".join([*([notes, ""] if notes else []), HEADING, *lines])


def split(notes: str | None) -> tuple[str, dict[str, str]]:
    """Return what people wrote, and what is kept below it."""
    above, heading, below = f"\n{notes or ''}".rpartition(f"\n{HEADING}\n")
    if not heading:
        return notes or "", {}
    pairs = [line.partition(": ") for line in below.splitlines()]
    if not all(colon for _, colon, _ in pairs):
        return notes or "", {}  # somebody wrote on below it: it is theirs now
    return above.strip("\n"), {label: text for label, _, text in pairs}
