"""What the CRM itself has to tell: notes to people, asked for while replicas and databases come and
go.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from models.core.errors import CRMError
from models.core.outbox.delivery import deliver
from tests.chaos.floor import TEAM, Floor


def queue(floor: Floor, each: int) -> None:
    """So many notes for everybody, all at once."""
    with floor.works(TEAM) as work:
        for number in range(each):
            for person in floor.people:
                deliver(
                    work,
                    "message",
                    person,
                    f"queued:{number}:{person}",
                    about={"text": f"Queued {number}"},
                )


@contextmanager
def talking(floor: Floor, pace: float) -> Iterator[list[str]]:
    """So many notes a second, to one person after the other; yields the keys of those that were
    asked for so far.
    """
    ended, keys = threading.Event(), list[str]()

    def talk() -> None:
        while not ended.wait(1 / pace):
            key = f"note:{len(keys)}"
            try:
                with floor.works(TEAM) as work:
                    deliver(
                        work,
                        "message",
                        floor.people[len(keys) % len(floor.people)],
                        key,
                        about={"text": key},
                    )
            except CRMError:
                continue  # the database is away or too busy: then nobody has asked for it
            keys.append(key)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield keys
    finally:
        ended.set()
        thread.join()
