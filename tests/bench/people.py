"""A hundred people at once, each sending the next act when the last was answered: to us, and to
Bolt's defaults.
"""

import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode

from sqlalchemy import Engine

from bot.sandbox.transport import INTERACTIVE, SLASH
from models.core.identity.rights import Preset
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bench.company import named
from tests.bench.dispatching import command, submission
from tests.bench.distant import TAKES, Distant, distant, within
from tests.bench.figures import Figure
from tests.bench.served import SECRET
from tests.processes import ROOT

Send = Callable[[int, str, str], Awaitable[str]]
"""Takes an act of a person to the bot: its kind and JSON. Brings why it failed, or nothing."""
CROWD = 100
TIMES, LONGEST = 5.0, 3.0
"""The bars: times the acts a second of Bolt's default settings, and the seconds of the slowest
answer.
"""
WARM, SECONDS = 2.0, 5.0
GIVE_UP = 20.0
SIGNED = "POST /slack/events HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded\r\n"


@dataclass
class Counted:
    """What became of the acts of a run. done: in the time that counts; seconds: of all that were on
    their way in it.
    """

    done: int = 0
    failed: int = 0
    seconds: list[float] = field(default_factory=list)
    whys: set[str] = field(default_factory=set)

    @property
    def rate(self) -> float:
        """Acts a second."""
        return self.done / SECONDS

    def at(self, share: float) -> float:
        """The seconds within which this share of the answers came, also of those that say that it
        failed.
        """
        ordered = sorted(self.seconds) or [GIVE_UP]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        milliseconds = [f"{name} {1000 * self.at(share):,.0f}" for name, share in PLACES.items()]
        failed = f", {self.failed} failed ({'; '.join(sorted(self.whys))})" if self.failed else ""
        return f"{self.rate:.0f} acts a second, {', '.join(milliseconds)} ms{failed}"


PLACES = {"p50": 0.5, "p99": 0.99, "worst": 1.0}


@dataclass
class Crowd:
    """People who open a form and send it, and open the next. send: takes one act to the bot and
    brings its answer.
    """

    slack: Distant
    send: Send
    form: str
    counted: Counted = field(default_factory=Counted)

    async def come(self) -> Counted:
        """Everybody begins within the first second, and what is answered once they are warm
        counts.
        """
        began = time.perf_counter()
        await asyncio.gather(*(self.sit(person, began) for person in range(CROWD)))
        return self.counted

    async def sit(self, person: int, began: float) -> None:
        await asyncio.sleep(person / CROWD)
        while time.perf_counter() < began + WARM + SECONDS:
            await self.one_form(person, began)

    async def one_form(self, person: int, began: float) -> None:
        trigger = uuid.uuid4().hex
        asked = command("lead new").payload | {"user_id": name(person), "trigger_id": trigger}
        await self.act(person, SLASH, json.dumps(asked), began, opens=trigger)
        if (view := self.slack.opened.pop(trigger, None)) is None:
            return
        filled = {
            "U_RITA": name(person),
            "VIEW": f"V{trigger}",
            "Lovelace": f"Lovelace {trigger[:8]}",
            "ada@x.org": f"{trigger[:8]}@x.org",
        }
        text = self.form
        for old, new in (filled | {'"META"': json.dumps(view["private_metadata"])}).items():
            text = text.replace(old, new)
        await self.act(person, INTERACTIVE, text, began)

    async def act(
        self, person: int, kind: str, payload: str, began: float, opens: str = ""
    ) -> None:
        sent = time.perf_counter()
        try:
            why = await asyncio.wait_for(self.send(person, kind, payload), GIVE_UP)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            why = type(error).__name__
        if opens and opens not in self.slack.opened:
            why = why or "no form was opened"
        now = time.perf_counter()
        if now >= (start := began + WARM) and sent < (end := start + SECONDS):
            self.counted.seconds.append(now - sent)
            self.counted.failed += bool(why)
            self.counted.done += not why and now < end
            self.counted.whys |= {why} - {""}


def name(person: int) -> str:
    return f"U_{person:03}"


def filled_form(spare: Engine) -> str:
    """What Slack sends for a new lead, with VIEW and META where each sent form differs."""
    about = {"name": "Ada Lovelace", "email": "ada@x.org", "company": "Acme"}
    payload = submission(spare, "/crm lead new", **about).payload
    payload["view"] |= {"id": "VIEW", "private_metadata": "META"}
    return json.dumps(payload)


@contextmanager
def bot(settings: str, door: str, database: str, slack: str) -> Iterator[str]:
    """The bot in a process of its own; yields where it listens."""
    command = [sys.executable, "-m", "tests.bench.served", settings, door, database, slack]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            where = process.stdout.readline().strip()
            assert where, "the bot did not start"
            yield where
        finally:
            process.kill()


class OverHTTP:
    """Signed requests, on one connection for each person, who stays with one of the replicas."""

    def __init__(self, urls: list[str]) -> None:
        self.ports = [int(url.split(":")[2].partition("/")[0]) for url in urls]
        self.lines: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

    async def __call__(self, person: int, kind: str, payload: str) -> str:
        """Send it; returns why it failed, or nothing."""
        if person not in self.lines:
            self.lines[person] = await asyncio.open_connection(
                "127.0.0.1", self.ports[person % len(self.ports)]
            )
        reader, writer = self.lines[person]
        try:
            writer.write(
                signed(
                    urlencode(json.loads(payload))
                    if kind == SLASH
                    else f"payload={quote_plus(payload)}"
                )
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].partition("\r")[0] or 0)
            return problem(await reader.readexactly(length), head.split(" ", 2)[1])
        except BaseException:
            self.lines.pop(person)[1].close()
            raise


def signed(body: str) -> bytes:
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    more = f"x-slack-request-timestamp: {stamp}\r\nx-slack-signature: v0={digest}\r\ncontent-length: {len(body)}\r\n"
    return f"{SIGNED}{more}\r\n{body}".encode()


def problem(body: bytes, status: str = "200") -> str:
    """Why an answer is none: only an empty one says that a form was opened, or saved."""
    return "" if status == "200" and body in (b"", b"{}") else f"{status} {body.decode()[:80]}"


def over_socket(slack: Distant) -> Send:
    async def send(_: int, kind: str, payload: str) -> str:
        return problem(json.dumps(await slack.sent(kind, payload)).encode())

    return send


def crowded(settings: str, door: str, engine: Engine, form: str, replicas: int = 1) -> Counted:
    """A hundred people, for some seconds."""
    url = engine.url.render_as_string(hide_password=False)
    with distant() as (slack, loop), ExitStack() as running:
        where = [
            running.enter_context(bot(settings, door, url, slack.api)) for _ in range(replicas)
        ]
        crowd = Crowd(slack, OverHTTP(where) if door == "http" else over_socket(slack), form)
        return within(loop, crowd.come())


def measured(engines: list[Engine], spare: Engine) -> list[Figure]:
    """Over HTTP and over Socket Mode; on PostgreSQL with two replicas too, as it is deployed.

    engines: ours and the default's database; spare: one to draw the form from.
    """
    form, figures = filled_form(spare), []
    for engine in engines[:2]:
        welcome(engine)
    for door, title in (("http", "HTTP"), ("socket", "Socket Mode")):
        default = crowded("default", door, engines[1], form)
        for replicas in (1, 2) if engines[0].dialect.name == "postgresql" else (1,):
            ours, more = (
                crowded("ours", door, engines[0], form, replicas),
                ", 2 replicas," if replicas == 2 else "",
            )
            figures += compared(
                f"{CROWD} people over {title}{more} on {named(engines[0])}", ours, default
            )
    return figures


def compared(where: str, ours: Counted, default: Counted) -> list[Figure]:
    slack = f"Slack takes {1000 * TAKES:g} ms"
    note = (
        f"opening a form and saving it, {slack}. Ours: {ours}. Bolt's default settings: {default}"
    )
    worst = f"the slowest of {len(ours.seconds):,} answers"
    return [
        Figure(f"{where}: acts", ours.rate, default.rate, "/s", TIMES, note, least=True),
        Figure(f"{where}: worst", ours.at(1), default.at(1), "s", LONGEST, worst, absolute=True),
    ]


def welcome(engine: Engine) -> None:
    works = UnitOfWorkFactory(engine)
    for person in range(CROWD):
        works.welcome(
            "T1",
            name(person),
            name=f"Person {person}",
            role=Preset.REP,
            zone="Europe/Berlin",
            team="sales",
        )
