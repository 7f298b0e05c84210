"""Replicas: `crm run` as real processes that are started, killed and started again."""

import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.config import load
from bot.runner import Bot, never, prepare
from tests.processes import command, environment

READY = "Rapport is running"
PATIENCE = 120.0
"""Seconds; machines may be slow, and starting is not what is looked at."""


@dataclass
class Replica:
    """One process of the bot at a time. settings: its environment; log: the file all its lives
    write to.
    """

    folder: Path
    settings: dict[str, str]
    number: int
    process: subprocess.Popen[bytes] | None = None
    lives: int = 0
    start_times: list[float] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / f"replica{self.number}.log"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def command(self) -> list[str]:
        return command("run")

    def start(self) -> None:
        self.lives += 1
        self.began = time.monotonic()
        with self.log.open("ab") as log:
            log.write(f"── life {self.lives} ──\n".encode())
            log.flush()
            self.told = log.tell()
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=environment(**self.settings),
                stdout=log,
                stderr=log,
            )

    @property
    def code(self) -> int | None:
        """With which it ended; None while it runs."""
        return self.process.poll() if self.process else None

    @property
    def ready(self) -> bool:
        """Whether it is connected and has said so."""
        with self.log.open("rb") as log:
            log.seek(self.told)
            return READY.encode() in log.read()

    def wait_until_ready(self) -> None:
        while not self.ready:
            if not self.alive or time.monotonic() - self.began > PATIENCE:
                raise AssertionError(f"A replica did not start:\n{self.words[-3000:]}")
            time.sleep(0.01)
        self.start_times.append(time.monotonic() - self.began)

    @property
    def words(self) -> str:
        """Everything it has logged."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """As a power failure does."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self) -> float:
        """As an operator does; returns the seconds it took. One that does not end is killed, and
        that is an error.
        """
        if not self.process or not self.alive:
            return 0.0
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"A replica did not stop:\n{self.words[-3000:]}") from None
        return time.monotonic() - began


@dataclass
class Inside(Replica):
    """A bot in this process, with connections and threads of its own, where it does not matter what
    a process is.
    """

    bot: Bot | None = None

    @property
    def alive(self) -> bool:
        return self.bot is not None

    @property
    def ready(self) -> bool:
        return self.bot is not None and self.bot.connected()

    def start(self) -> None:
        self.lives += 1
        self.began = time.monotonic()
        settings = load(self.settings)
        self.bot = Bot(settings, prepare(settings))
        self.bot.start(never)

    def kill(self) -> None:
        self.stop()

    def stop(self) -> float:
        if not self.bot:
            return 0.0
        began = time.monotonic()
        self.bot.stop()
        self.bot.works.close()
        self.bot = None
        return time.monotonic() - began
