"""The figures of the benchmark: taken in turn, compared with their floor, printed and kept."""

import json
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One thing measured. The bar is for the ratio, or with `absolute` for `ours` itself.

    It is the most that is allowed, or with `least` the least: more is better.
    """

    name: str
    ours: float
    floor: float
    unit: str
    bar: float
    note: str
    absolute: bool = False
    least: bool = False

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.floor else math.inf

    @property
    def met(self) -> bool:
        value = self.ours if self.absolute else self.ratio
        return value >= self.bar if self.least else value <= self.bar


def in_turn(count: int, *things: Callable[[int], float], unheeded: int = 10) -> list[float]:
    """The median of each thing's seconds, done one after the other, so that a busy moment strikes
    them alike.

    The first `unheeded` rounds warm up. Each thing is told the number of the round and returns what
    it took.
    """
    rounds = [[thing(number) for thing in things] for number in range(count + unheeded)][unheeded:]
    return [statistics.median(taken) for taken in zip(*rounds, strict=True)]


def timed(act: Callable[[], object]) -> float:
    """The seconds something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def table(figures: Sequence[Figure]) -> str:
    lines = [f"{'':42} {'ours':>9} {'floor':>9} {'':4} {'ratio':>6} {'bar':>9}  met"]
    for each in figures:
        sign, unit = ">" if each.least else "", each.unit if each.absolute else "x"
        bar = f"{sign}{each.bar:g} {unit}"
        numbers = f"{each.ours:9.3f} {each.floor:9.3f} {each.unit:4} {each.ratio:6.2f} {bar:>9}"
        lines.append(f"{each.name:42} {numbers}  {'yes' if each.met else 'NO'}")
    return "\n".join([*lines, "", *(f"{each.name}: {each.note}" for each in figures)])


def keep(
    figures: Sequence[Figure], path: Path, broken: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write the figures as JSON. broken: what could not be measured, and why."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for each in figures:
        row = asdict(each) | {
            "ratio": round(each.ratio, 3) if each.floor else None,
            "met": each.met,
        }
        rows.append(row | {"ours": round(each.ours, 4), "floor": round(each.floor, 4)})
    rows += [{"name": name, "broken": why, "met": False} for name, why in broken.items()]
    path.write_text(json.dumps(rows, indent=1) + "\n")
