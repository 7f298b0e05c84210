"""Starting and standing still: the help, the sandbox, and the memory of an idle bot."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil

from bot.manifest import manifest
from bot.sandbox.entities import Channel, Member
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.unit_of_work import Clock
from tests.bench.figures import Figure, in_turn, timed
from tests.processes import ROOT, Process, read_until, started

HELP, READY, CONNECTED, IDLE = 0.15, 3.0, 1.0, 90.0
BOT = "import alembic.command, apscheduler, phonenumbers, slack_bolt.adapter.socket_mode, sqlalchemy.orm"
SANDBOX = f"{BOT}, starlette.applications, uvicorn, websockets, yaml"
IDLE_FOR = 5.0
HELPS, RUNS, SANDBOXES = 15, 7, 5
"""How often each is started."""


def python(*words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def help_() -> Figure:
    crm = (
        [str(script)]
        if (script := Path(sys.executable).with_name("crm")).exists()
        else [sys.executable, "-m", "bot"]
    )
    ours, floor = in_turn(
        HELPS,
        lambda _: timed(
            lambda: subprocess.run(
                [*crm, "--help"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
            )
        ),
        lambda _: timed(lambda: python("-c", "pass")),
        unheeded=2,
    )
    return Figure(
        "crm --help", ours, floor, "s", HELP, "the floor is python -c pass", absolute=True
    )


def sandbox_ready() -> float:
    """Seconds from the start of the process until the page answers and the bot is connected."""
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder), "sandbox", "--port", "0") as process,
    ):
        url = read_until(process, "The sandbox is ready: ").split()[-1]
        with urlopen(url) as page, urlopen(f"{url}/page/state?user=U_RITA") as state:
            assert page.status == 200
            assert b'"connected":true' in state.read()
        taken = time.perf_counter() - began
        process.terminate()
        process.communicate()
    return taken


def sandbox() -> Figure:
    least = lambda _: timed(lambda: python("-c", SANDBOX))  # noqa: E731
    ours, floor = in_turn(SANDBOXES, lambda _: sandbox_ready(), least, unheeded=1)
    return Figure(
        "the sandbox is ready",
        ours,
        floor,
        "s",
        READY,
        "the floor imports the libraries",
        absolute=True,
    )


def resident(process: int) -> float:
    """Megabytes."""
    return float(psutil.Process(process).memory_info().rss) / 1e6


@contextmanager
def served() -> Iterator[Callable[[], AbstractContextManager[Process]]]:
    """A small Slack; what is yielded connects the bot to it, on the same database each time."""
    slack = Slack(
        manifest(Catalogue(ROUTERS)),
        [Member("U_RITA", "rita")],
        [Channel("C_SALES", "sales")],
        Clock(),
    )
    tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    with tempfile.TemporaryDirectory() as folder, serve(slack, port=0) as url:

        @contextmanager
        def bot() -> Iterator[Process]:
            with started(Path(folder), "run", **tokens, SLACK_API_URL=f"{url}/api/") as process:
                read_until(process, "Rapport is running")
                yield process
                process.terminate()
                process.communicate()

        yield bot


def run_ready(bot: Callable[[], AbstractContextManager[Process]]) -> float:
    """Seconds from the start of the process until the bot is connected."""
    began = time.perf_counter()
    with bot():
        return time.perf_counter() - began


def run() -> Figure:
    with served() as bot:
        least = lambda _: timed(lambda: python("-c", BOT))  # noqa: E731
        ours, floor = in_turn(RUNS, lambda _: run_ready(bot), least, unheeded=1)
    note = "on a database that is migrated; the floor imports the libraries"
    return Figure("the bot is connected", ours, floor, "s", CONNECTED, note, absolute=True)


def idle() -> Figure:
    """The bot against a small Slack in another process, where an earlier start made the tables."""
    with served() as bot:
        with bot():
            pass
        with bot() as process:
            time.sleep(IDLE_FOR)
            ours = resident(process.pid)
    note = f"{IDLE_FOR:g} s after it is connected, on a database that is migrated; the floor imports the libraries"
    return Figure("memory of an idle bot", ours, least_memory(), "MB", IDLE, note, absolute=True)


def least_memory() -> float:
    code = f"{BOT}; import sys; print('there', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        return resident(process.pid)


def measured() -> list[Figure]:
    return [help_(), run(), sandbox(), idle()]
