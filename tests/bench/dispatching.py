"""What people wait for: a signed request through Bolt and the database, beside Bolt and the same
SQL without us.
"""

import copy
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web import SlackResponse
from sqlalchemy import Engine

from bot.app import create_app, create_dispatcher
from bot.manifest import manifest
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Channel, Member
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.transport import SLASH, Direct, Envelope, form_of
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from tests.bench.company import SIZE, named
from tests.bench.figures import Figure, in_turn, timed
from tests.bench.replay import Recording, recording, replay, seen
from tests.installed import installed

Json = dict[str, Any]
READ, SAVE = 3.0, 4.0
"""The bars: times the floor, for a command that reads and for a form that saves."""
ROUNDS = SIZE - 20
WARM = 10
READS = ("OP-1", "deal list", "find acme")
SECRET = "bench"


@contextmanager
def silence() -> Iterator[None]:
    """Slack answers at once while the block runs: its time, and that of HTTP, is in neither
    figure.
    """
    spoken = WebClient.api_call
    data = {
        "ok": True,
        "team_id": "T1",
        "user_id": "U0BOT",
        "bot_id": "B0BOT",
        "user": "crm",
        "team": "Acme",
    }

    def answer(client: WebClient, api_method: str, **_: Any) -> SlackResponse:
        about: Json = {
            "api_url": api_method,
            "req_args": {},
            "headers": {"x-oauth-scopes": "commands"},
        }
        return SlackResponse(client=client, http_verb="POST", data=data, status_code=200, **about)

    WebClient.api_call = answer  # type: ignore[method-assign,assignment]  # Bolt makes clients of its own
    try:
        yield
    finally:
        WebClient.api_call = spoken  # type: ignore[method-assign]


@dataclass
class Bench:
    """Three databases alike: ours answers there, is recorded there, and is replayed there by a
    program without ours.
    """

    engines: list[Engine]

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.ours, self.watched = (self.app(engine) for engine in self.engines[:2])
        self.recorded, self.writes = Recording(), False
        self.empty = self.plain(lambda: None)
        self.floor = self.plain(lambda: replay(self.recorded, self.engines[2], self.writes))
        self.where = named(self.engines[0])

    def app(self, engine: Engine) -> App:
        clients = Clients()
        clients.add("T1", "xoxb-bench")
        return create_app(clients, create_dispatcher(UnitOfWorkFactory(engine, self.clock)), SECRET)

    def plain(self, act: Callable[[], None]) -> App:
        """A Bolt app with the settings of ours whose one listener does this and acknowledges."""
        app = App(
            client=WebClient(token="xoxb-bench"),
            signing_secret=SECRET,
            process_before_response=True,
        )

        def listen(ack: Ack) -> None:
            act()
            ack()

        app.command("/crm")(listen)
        app.view({"type": "view_submission", "callback_id": "lead.new"})(listen)
        app.view({"type": "view_submission", "callback_id": "opportunity.edit"})(listen)
        return app

    def measure(
        self, name: str, envelope: Callable[[int], Envelope], writes: bool, bar: float
    ) -> Figure:
        """Ours, the floor, and Bolt alone, in turn. What ours does is recorded and replayed afresh
        in every round.
        """
        self.writes = writes

        def ours(number: int) -> float:
            request = sign(envelope(number))
            return timed(lambda: answered(self.ours, request))

        def floor(number: int) -> float:
            request = sign(envelope(number))
            with recording(self.engines[1]) as self.recorded:
                answered(self.watched, sign(envelope(number)))
            if number != WARM - 1:
                return timed(lambda: answered(self.floor, request))
            sql: list[str] = []
            with seen(self.engines[2], sql):
                answered(self.floor, request)
            assert sql == self.recorded.sql, "the floor does not do what ours does"
            return 0.0

        def empty(number: int) -> float:
            request = sign(envelope(number))
            return timed(lambda: answered(self.empty, request))

        mine, least, bolt = (
            1000 * seconds for seconds in in_turn(ROUNDS, ours, floor, empty, unheeded=WARM)
        )
        note = f"{len(self.recorded.sql)} statements; of the floor, Bolt is {bolt:.2f} ms; median of {ROUNDS}"
        return Figure(f"{name} on {self.where}", mine, least, "ms", bar, note)


def sign(envelope: Envelope) -> BoltRequest:
    body, stamp = urlencode(form_of(envelope)), str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    headers: dict[str, str | Sequence[str]] = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
    }
    return BoltRequest(body=body, headers=headers | {"x-slack-signature": signature or ""})


def answered(app: App, request: BoltRequest) -> None:
    assert app.dispatch(request).status == 200


def command(text: str) -> Envelope:
    place = {
        "team_id": "T1",
        "team_domain": "acme",
        "channel_id": "C_SALES",
        "channel_name": "sales",
    }
    person = {
        "user_id": "U_RITA",
        "user_name": "rita",
        "trigger_id": "",
        "response_url": "http://127.0.0.1:9/none",
    }
    return Envelope(
        SLASH, {"command": "/crm", "text": text, "api_app_id": "A0BOT", **place, **person}
    )


def submission(engine: Engine, line: str, **texts: str) -> Envelope:
    """What Slack sends when Rita opens a form with this line, fills it with these texts and saves
    it.
    """
    people = [Member("U_RITA", "rita", "Rita Reyes", tz="Europe/Berlin")]
    slack = Slack(
        manifest(Catalogue(ROUTERS)), people, [Channel("C_SALES", "sales")], Clock(), ("T1", "Acme")
    )
    with serve(slack, port=0):
        app = create_app(
            installed(slack), create_dispatcher(UnitOfWorkFactory(engine)), slack.signing_secret
        )
        desk = SlackDriver(slack, Direct(app, slack.signing_secret, time.time), "U_RITA", "C_SALES")
        desk.command(line)
        desk.submit(texts)
        return next(
            each for each in reversed(slack.sent) if each.payload.get("type") == "view_submission"
        )


def again(sent: Envelope, view_id: str, ref: str = "") -> Envelope:
    """The same form once more: another view, and another record or another new person."""
    payload = copy.deepcopy(sent.payload)
    if not ref:
        said = json.dumps(payload).replace("Lovelace", f"Lovelace {view_id}")
        payload = json.loads(said.replace("ada@x.org", f"{view_id}@x.org"))
    view = payload["view"]
    view["id"] = view_id
    if ref:
        view["private_metadata"] = json.dumps(json.loads(view["private_metadata"]) | {"r": ref})
    return Envelope(sent.kind, payload)


def measured(engines: list[Engine], spare: Engine) -> list[Figure]:
    """Commands that read and forms that save. spare: a fourth database alike, to draw the forms
    from.
    """
    lead = submission(
        spare,
        "/crm lead new",
        name="Ada Lovelace",
        email="ada@x.org",
        company="Acme",
    )
    deal = submission(spare, f"/crm edit OP-{SIZE}", amount="15k EUR", next_step="Call them")
    with silence():
        bench = Bench(engines)
        figures = [
            bench.measure(f"/crm {text}", partial(reading, text), False, READ) for text in READS
        ]
        figures.append(
            bench.measure("form: a new lead", lambda round: again(lead, f"VL{round}"), True, SAVE)
        )
        figures.append(bench.measure("form: a deal changed", partial(changing, deal), True, SAVE))
    return figures


def reading(text: str, _: int) -> Envelope:
    return command(text)


def changing(sent: Envelope, number: int) -> Envelope:
    """A round changes a deal of its own."""
    return again(sent, f"VD{number}", f"OP-{number + 1}")
