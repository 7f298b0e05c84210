"""A time zone of our own in which it is a working day now, whatever day the machine thinks it
is.
"""

import os
import struct
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.core.parsing import values

NAME = "Chaos/Weekday"
STEP = timedelta(minutes=15)
FURTHEST = timedelta(days=1) - STEP
"""Python allows less than a day."""
IDEAL = timedelta(hours=11)
FRIDAY = 4


@contextmanager
def weekday(folder: Path) -> Iterator[dict[str, str]]:
    """Make the zone known here; yields the environment that makes it known to a process."""
    file = folder / NAME
    file.parent.mkdir(parents=True)
    file.write_bytes(written(offset_at(datetime.now(UTC))))
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(folder), *before])
    values.zones.cache_clear()  # they are remembered
    try:
        yield {"PYTHONTZPATH": os.pathsep.join(zoneinfo.TZPATH)}
    finally:
        zoneinfo.ZoneInfo.clear_cache(only_keys=[NAME])
        zoneinfo.reset_tzpath(before)
        values.zones.cache_clear()


def offset_at(now: datetime) -> timedelta:
    """The offset that makes it a working day, and the time of day as near to eleven as can be."""
    furthest = FURTHEST // STEP
    offsets = [number * STEP for number in range(-furthest, furthest + 1)]
    return min(offsets, key=lambda offset: unfitness(now + offset))


def unfitness(local: datetime) -> tuple[bool, timedelta]:
    """First whether it is the weekend, then how far from the ideal time of day."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return is_weekend(local), abs(local - midnight - IDEAL)


def is_weekend(local: datetime) -> bool:
    """Whether it is, or will be within the hour."""
    return any(moment.weekday() > FRIDAY for moment in (local, local + timedelta(hours=1)))


def local_now() -> datetime:
    return datetime.now(zoneinfo.ZoneInfo(NAME))


def written(offset: timedelta) -> bytes:
    """A zone file (RFC 8536, version 1) with one offset for ever."""
    head = b"TZif" + bytes(16) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    return head + struct.pack(">lbb", int(offset.total_seconds()), 0, 0) + b"WKD\0"
