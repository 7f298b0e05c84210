"""Texts of a file that fit no field, kept in the notes of the record until a field takes them."""

from collections.abc import Mapping

HEADING = "Not read from the file:"


def compose(notes: str, kept: Mapping[str, str]) -> str:
    """Return notes with the kept texts below them, one per line.

    Args:
        notes: What people wrote.
        kept: Label → text.
    """
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
        return notes or "", {}  # somebody continued below it: it is theirs now
    return above.strip("\n"), {label: text for label, _, text in pairs}
