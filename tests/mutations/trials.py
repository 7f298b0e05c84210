"""Try a mutant: put the mistake into a copy of the tree and run tests there until one fails."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.mutations import relevant
from tests.mutations.mutants import Mutant

FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/\S.*?)(?: - .*)?$", re.MULTILINE)
NEAR, WIDE = 600.0, 3600.0
"""Seconds for the tests of a module, and for all; a mutant that takes longer hangs, which is
noticed, too.
"""
PARTING = 30.0
"""Seconds for tests that we stop to take their servers down."""
LEFT_OUT = ("tests/bench", "tests/chaos", "tests/browser", "tests/mutations")


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant. by: the test that failed, or "time" where none came to an end."""

    caught: bool
    by: str
    seconds: float


class Trials:
    """Two copies of the tree: one for mistakes, one to make sure that a test which failed there
    passes without them.

    near: whether only the tests nearest to a module are run.
    """

    def __init__(self, root: Path, folder: Path, workers: int, near: bool = False) -> None:
        self.root, self.workers, self.near = root, workers, near
        self.mutated, self.clean = folder / "mutated", folder / "clean"
        for place in (self.mutated, self.clean):
            copy_tree(root, place)
            found = run([sys.executable, "-c", "import models; print(models.__file__)"], place, 60)
            assert str(place) in found.text, f"The copy is not what runs in {place}: {found.text}"

    def judge(self, mutant: Mutant) -> Verdict:
        """Run the tests of the module, then all of them, until one notices."""
        began = time.monotonic()
        file = self.mutated / mutant.path
        source = file.read_bytes()
        file.write_bytes(mutant.apply(source))
        try:
            by = self.noticed(relevant.near(self.root, mutant.path), NEAR)
            if not by and not self.near:
                by = self.noticed(relevant.wide(mutant.path), WIDE)
        finally:
            file.write_bytes(source)
        return Verdict(bool(by), by, time.monotonic() - began)

    def noticed(self, tests: list[str], seconds: float) -> str:
        """The first of these tests that fails on the mutant and passes without it; empty where none
        does.
        """
        doubtful: list[str] = []
        while tests:
            done = self.test(self.mutated, tests, seconds, doubtful)
            if done.late:
                return "time"
            if done.code in (0, 5):
                return ""
            failed = list(dict.fromkeys(FAILED.findall(done.text)))
            if not failed:
                return "collection"  # the mutant cannot even be imported
            if self.test(self.clean, failed[:1], NEAR, []).code == 0:
                return failed[0]
            doubtful += failed[:1]
        return ""

    def test(self, place: Path, tests: list[str], seconds: float, without: list[str]) -> "Done":
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-n",
            str(self.workers),
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
            "--no-header",
            "--tb=no",
            "-rfE",
        ]
        ignored = [f"--ignore={name}" for name in LEFT_OUT]
        deselected = [word for name in without for word in ("--deselect", name)]
        alone = "::" in tests[0]
        return run(
            [*(words if not alone else [*words, "-n", "0"]), *ignored, *deselected, *tests],
            place,
            seconds,
        )


@dataclass(frozen=True)
class Done:
    """How a command ended. late: whether it had to be stopped."""

    code: int
    text: str
    late: bool = False


def run(words: list[str], place: Path, seconds: float) -> Done:
    """Run a command there in a group of its own, which ends with it."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(place),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DATABASES": "both",
    }
    environment.pop("PYTEST_XDIST_TESTRUNUID", None)
    with subprocess.Popen(
        words,
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            text, _ = process.communicate(timeout=seconds)
            return Done(process.returncode, text)
        except subprocess.TimeoutExpired:
            stop(process)
            return Done(-1, "", late=True)
        except BaseException:
            stop(process)
            raise


def stop(process: "subprocess.Popen[str]") -> None:
    """As Ctrl-C does, so that servers are taken down; what then still runs of its group is
    killed.
    """
    os.kill(process.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=PARTING)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def copy_tree(root: Path, place: Path) -> None:
    """Copy what git knows or would take in, as it stands now."""
    shutil.rmtree(place, ignore_errors=True)
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        words, cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in listed:
        if (root / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, place / name)
