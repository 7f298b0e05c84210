"""Say which records a bulk change left out, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.core.ui import blocks

SHOWN, LONG = 6, 300
"""Reasons that are shown, and letters of one."""


def left_out(skips: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return a line for each reason why records were left out, the most frequent first.

    Args:
        skips: The reason → [how many, the references of some].
    """
    if not skips:
        return []
    reasons = sorted(skips.items(), key=lambda item: -item[1][0])
    lines = [f"{sum(count for count, _ in skips.values()):,} left out:"]
    for reason, (count, refs) in reasons[:SHOWN]:
        more = f" and {count - len(refs):,} more" if count > len(refs) else ""
        lines.append(f"• {', '.join(refs)}{more}: {blocks.cut(reason, LONG)}")
    rest = sum(count for _, (count, _) in reasons[SHOWN:])
    return [*lines, *([f"• and {rest:,} for other reasons"] if rest else [])]
