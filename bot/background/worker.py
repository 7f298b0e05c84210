"""The worker: it does background tasks piece by piece, in a thread of its own.

Each piece is a short unit of work. After each the worker rests for as long as the piece took, so
that people who want to write come in between.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from handlers.core.telemetry import referred
from models.core.background import progress, queue
from models.core.background.task import BackgroundTask, TaskKind, TaskState
from models.core.context import NO_DOOR
from models.core.errors import Busy, CRMError
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory

log = logging.getLogger(__name__)

IDLE, LATE = 1.0, 5.0
"""Seconds between two looks at the queue, and after an error."""
SLICE = 5.0
"""Seconds after which another task has its turn."""
PIECE = 0.15
"""Seconds that a piece should take: for so long, on SQLite, nobody else writes."""
FIRST, MOST = 10, 200
"""Records of the first piece, and of any."""
LEAST_REST, LONGEST_REST = 0.01, 0.5
"""Seconds of rest after a piece."""
PATIENCE = 10.0
"""Seconds for the piece in hand at the end."""
AGAIN = timedelta(seconds=1)
"""How long a task waits when a piece of it failed."""


class Lost(Exception):
    """The task was cancelled, or another worker has it."""


@dataclass
class Claim:
    """A task that this worker has taken.

    Attributes:
        id: Its id.
        workspace: The workspace.
        claims: How often it was taken by then; nobody else has it as long as that is so.
        kind: What is done.
        actor: The Slack id of the person whose rights count, "" for the program.
        door: The door of its changes.
        total: How many records there are, once they were counted.
        limit: Records of the next piece.
    """

    id: int
    workspace: str
    claims: int
    kind: TaskKind
    actor: str
    door: str
    total: int | None = None
    limit: int = FIRST


class BackgroundWorker:
    """Does the background tasks of all workspaces; several may share a database.

    Args:
        works: Begins units of work.
        kinds: The kinds of tasks.
        idle: Seconds between two looks at the queue.
    """

    def __init__(
        self, works: UnitOfWorkFactory, kinds: Sequence[TaskKind], idle: float = IDLE
    ) -> None:
        self.works, self.idle = works, idle
        self.kinds: Mapping[str, TaskKind] = {kind.name: kind for kind in kinds}
        self.bell, self.ended = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None
        self.failures = 0
        """Looks in a row that the database refused."""

    # ── its thread ────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        self.ended.clear()
        self.thread = threading.Thread(target=self.work, name="background", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Finish the piece in hand; the task goes on when a worker runs again."""
        self.ended.set()
        self.bell.set()
        if self.thread:
            self.thread.join(PATIENCE)

    def wake(self) -> None:
        """Look at the queue now."""
        self.bell.set()

    def work(self) -> None:
        while not self.ended.is_set():
            self.bell.clear()
            self.bell.wait(self.look())

    def look(self) -> float:
        """Do what is due, handle any error, and return the seconds until the next look."""
        try:
            busy = self.round()
        except (Busy, SQLAlchemyError) as error:
            self.failures += 1
            if self.failures == 2:
                log.error("Background tasks wait for the database: %s", error.__cause__ or error)
            return self.idle
        except Exception:
            log.exception("The worker of background tasks stumbled; it goes on")
            return LATE
        self.failures = 0
        return 0.0 if busy else self.idle

    def round(self) -> bool:
        """Give a task of each workspace a turn, and return whether there was any."""
        busy = False
        for workspace in queue.workspaces_due(self.works):
            if self.ended.is_set():
                break
            if claim := self.claim(workspace):
                self.turn(claim)
                busy = True
            self.tell_ends(workspace)
        return busy

    def drain(self) -> None:
        """Do all that is due now, without the thread."""
        while self.round():
            pass

    # ── a task ────────────────────────────────────────────────────────────────────────────────────

    def claim(self, workspace: str) -> Claim | None:
        """Take a task of a workspace, or return None where none can be done."""
        with self.works(workspace) as work:
            task = queue.claim(work, self.kinds)
            if task is None:
                return None
            kind = self.kinds[task.kind]
            person = work.get(User, task.person) if task.person else None
            if kind.personal and person and (person.left or person.guest):
                sentence = f"{person.name} may do nothing here any more."
                queue.end(work, task, TaskState.FAILED, sentence)
                return None
            actor = person.slack_id if person and kind.personal else ""
            door = task.door if kind.personal else NO_DOOR
            return Claim(task.id, workspace, task.claims, kind, actor, door, task.total)

    def turn(self, claim: Claim) -> None:
        """Work on a task for a while, piece by piece."""
        until = time.monotonic() + SLICE
        with referred() as reference:
            try:
                if not self.prepare(claim):
                    return
                while self.piece(claim) and time.monotonic() < until and not self.ended.is_set():
                    pass
                self.give_back(claim)
            except Lost:
                return
            except (Busy, SQLAlchemyError):
                self.give_back(claim, AGAIN)
            except CRMError as error:
                self.failed(claim, str(error))
            except Exception:
                log.exception("A background task failed. Reference %s", reference)
                self.failed(claim, f"Something went wrong. Reference {reference}")

    def prepare(self, claim: Claim) -> bool:
        """Count what there is to do, where nobody has; return whether it can be done at all."""
        if claim.total is not None or claim.kind.prepare is None:
            return True
        with self.works(claim.workspace, writes=False) as work:
            task = work.session.get_one(BackgroundTask, claim.id)
        try:
            claim.total = claim.kind.prepare(self.works, task, claim.actor)
        except Busy:
            raise
        except CRMError as error:
            self.failed(claim, str(error), most=1)
        return claim.total is not None

    def piece(self, claim: Claim) -> bool:
        """Do the next piece in a unit of work of its own, and return whether there is more."""
        with self.works(claim.workspace, claim.actor, claim.door) as work:
            began = time.monotonic()
            more = self.advance(work, claim)
        took = time.monotonic() - began
        claim.limit = fitting(claim.limit, took)
        self.ended.wait(min(max(took, LEAST_REST), LONGEST_REST) if more else 0)
        return more

    def advance(self, work: UnitOfWork, claim: Claim) -> bool:
        """Do the next piece and write down how far the task is, in the same transaction."""
        task = queue.hold(work, claim.id, claim.claims)
        if task is None:
            raise Lost
        work.unit, work.reason, task.total = task.unit, task.reason, claim.total
        limit = claim.limit if task.failures == 0 else 1
        more = claim.kind.advance(work, task, limit)
        queue.advanced(work, task, more)
        progress.follow(work, task)
        return more

    def give_back(self, claim: Claim, pause: timedelta = timedelta()) -> None:
        with self.works(claim.workspace) as work:
            queue.give_back(work, claim.id, claim.claims, pause)

    def failed(self, claim: Claim, why: str, most: int = queue.FAILURES) -> None:
        with self.works(claim.workspace) as work:
            queue.failed(work, claim.id, claim.claims, why, AGAIN, most)

    # ── what is told ──────────────────────────────────────────────────────────────────────────────

    def tell_ends(self, workspace: str) -> None:
        """Have the messages of tasks that are over say so."""
        with self.works(workspace, writes=False) as work:
            ids = progress.untold(work)
        if ids:
            with self.works(workspace) as work:
                progress.tell_ends(work, ids)


def fitting(limit: int, took: float) -> int:
    """Return the records of the next piece, by how long one of so many took."""
    wanted = limit * PIECE / max(took, 0.001)
    return max(1, min(int(wanted), limit * 2, MOST))
