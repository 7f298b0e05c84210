"""A fair share for everybody: nobody has so much done at once that others wait for it."""

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from models.core.errors import CRMError

MOST = 5
"""Things that are done for one person at the same time; everybody shares 32 threads."""


class TooMany(CRMError):
    """A person asks for more while all of their share is in use."""


class Shares:
    """Count what is being done for each person, in this process."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.guard = threading.Lock()
        self.running: Counter[Hashable] = Counter()

    @contextmanager
    def __call__(self, person: Hashable) -> Iterator[None]:
        """Run the block as a part of this person's share.

        Raises:
            TooMany: The share is used up; the error says what to do.
        """
        with self.guard:
            if self.running[person] >= self.most:
                raise TooMany(
                    f"You have {self.most} things running here already. Wait a moment, then try again."
                )
            self.running[person] += 1
        try:
            yield
        finally:
            with self.guard:
                self.running[person] -= 1
                if not self.running[person]:
                    del self.running[person]
