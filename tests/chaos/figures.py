"""What a scenario found, as a line of a table and of build/chaos.json."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HEAD = ("scenario", "database", "replicas", "trials", "lost", "doubled", "also")
SHOWN = 8


@dataclass(frozen=True)
class Figure:
    """One scenario on one database. lost, doubled, wrong: sentences, each about one thing that
    should not be.
    """

    name: str
    database: str
    replicas: int
    trials: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    other: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return bool(self.trials) and not (self.lost or self.doubled or self.wrong)

    @property
    def kept(self) -> dict[str, Any]:
        counted = {"lost": len(self.lost), "doubled": len(self.doubled)}
        about = {
            "name": self.name,
            "database": self.database,
            "replicas": self.replicas,
            "trials": self.trials,
        }
        return {**about, **counted, "other": {**self.other, "wrong": len(self.wrong)}}

    def __str__(self) -> str:
        """The evidence: what was lost, doubled or wrong."""
        found = [("lost", self.lost), ("doubled", self.doubled), ("wrong", self.wrong)]
        lines = [
            f"{word}: {sentence}" for word, sentences in found for sentence in sentences[:SHOWN]
        ]
        left = sum(max(len(sentences) - SHOWN, 0) for _, sentences in found)
        return "\n".join(
            [f"{self.name} on {self.database}", *lines, *([f"and {left} more"] if left else [])]
        )


def table(figures: Sequence[Figure]) -> str:
    """For people to read."""
    rows = [HEAD, *(row(figure) for figure in figures)]
    widths = [max(len(each[column]) for each in rows) for column in range(len(HEAD))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(each, widths, strict=True)).rstrip()
        for each in rows
    ]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def row(figure: Figure) -> tuple[str, ...]:
    other = {**figure.other, **({"wrong": len(figure.wrong)} if figure.wrong else {})}
    said = ", ".join(f"{name} {value}" for name, value in other.items())
    counts = (figure.replicas, figure.trials, len(figure.lost), len(figure.doubled))
    return (figure.name, figure.database, *(f"{count:,}" for count in counts), said)


def keep(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps([figure.kept for figure in figures], indent=1, ensure_ascii=False) + "\n"
    )
