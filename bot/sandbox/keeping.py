"""What a kept sandbox remembers beside its database: what was said, and its clock."""

import base64
import copy
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from math import ceil
from pathlib import Path
from threading import Event, Thread
from typing import Any

from bot.sandbox.entities import Channel, Json
from bot.sandbox.messages import Message
from bot.sandbox.slack import Slack
from models.core.unit_of_work import Clock

EVERY = 2.0
"""Seconds between two looks whether there is something new to write down."""
LEAP = 1000
"""By how much the counters go on, in case the last of what happened was not written down."""


def beside(database: Path) -> Path:
    """Return the file that keeps the emulator's side of a company."""
    return database.with_name(f"{database.name}.slack.json")


def wind(clock: Clock, file: Path) -> None:
    """Let the clock go on from where it stood ahead of the real time when the file was written."""
    if file.exists():
        clock.ahead = timedelta(seconds=json.loads(file.read_text(encoding="utf-8"))["ahead"])


@contextmanager
def kept(slack: Slack, clock: Clock, file: Path) -> Iterator[None]:
    """Bring back what the file holds, and write down what happens while the block runs.

    What only one person saw, open forms and Home tabs are not kept, as in Slack.
    """
    if file.exists():
        restore(slack, json.loads(file.read_text(encoding="utf-8")))
    done = Event()

    def watch() -> None:
        last = ""
        while True:
            ended = done.wait(EVERY)
            now = json.dumps(state(slack, clock))
            if now != last:
                write(file, now)
            if ended:
                return
            last = now

    thread = Thread(target=watch, name="keeping", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def write(file: Path, text: str) -> None:
    """Replace the file as a whole, so that it is never half written."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def state(slack: Slack, clock: Clock) -> Json:
    """Return what is kept, as JSON holds it."""
    with slack.lock:
        said = [
            asdict(replace(message, earlier=[]))
            for message in slack.timeline
            if message.only_for is None
        ]
        files = {
            id: {key: value for key, value in about.items() if key != "bytes"}
            | {"bytes": base64.b64encode(about["bytes"] or b"").decode()}
            for id, about in slack.files.items()
        }
        return {
            "company": slack.company,
            "ahead": ceil(clock.ahead.total_seconds()),  # a clock never goes back
            "channels": [asdict(channel) for channel in slack.channels.values()],
            "messages": said,
            "files": files,
            "read": [[*key, ts] for key, ts in slack.read.items()],
            "numbers": following(slack.numbers),
            "turns": following(slack.turns),
            "tickets": following(slack.tickets.numbers),
        }


def restore(slack: Slack, known: Json) -> None:
    """Put the emulator into a state that was kept."""
    with slack.lock:
        slack.company = known["company"]
        for channel in known["channels"]:
            slack.channels[channel["id"]] = Channel(**channel)
        for message in known["messages"]:
            slack.timeline.add(Message(**message))
        for id, about in known["files"].items():
            slack.files[id] = about | {"bytes": base64.b64decode(about["bytes"])}
        slack.read = {(user, channel): ts for user, channel, ts in known["read"]}
        slack.go_on_after([message.ts for message in slack.timeline])
        slack.numbers = itertools.count(known["numbers"] + LEAP)
        slack.turns = itertools.count(known["turns"])
        slack.tickets.numbers = itertools.count(known["tickets"] + LEAP)


def following(counter: Any) -> int:
    """Return what a counter would count next, without counting."""
    return int(next(copy.copy(counter)))
