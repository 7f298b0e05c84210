"""Two workspaces behind one address, as Slack has many."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.routing import Mount

from bot.http.server import Web
from bot.manifest import manifest
from bot.sandbox.entities import Channel, Clock, Member
from bot.sandbox.server import application
from bot.sandbox.slack import BOT_USER, Slack
from bot.sandbox.socket_mode import Sockets
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS

PUBLIC = "https://crm.example.com"


def workspace(team: str, clock: Clock) -> Slack:
    """A workspace whose first person is Rita; people of different workspaces may have the same
    id.
    """
    people = [
        Member("U_RITA", "rita", f"Rita of {team}"),
        Member("U_MONA", "mona", f"Mona of {team}"),
    ]
    sales = Channel("C_SALES", "sales", members=["U_RITA", BOT_USER])
    slack = Slack(manifest(Catalogue(ROUTERS), PUBLIC), people, [sales], clock, (team, team))
    slack.bot_token = f"xoxb-{team}"
    return slack


class Front:
    """Hands each request to the workspace that its token, its code or its address names."""

    def __init__(self, *slacks: Slack) -> None:
        self.slacks = [
            (slack, application(slack, Sockets(), lambda request: None)) for slack in slacks
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = bytearray()
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        parts = [iter([{"type": "http.request", "body": bytes(body)}])]

        async def again() -> Any:
            return next(parts[0], None) or await receive()

        token = dict(scope["headers"]).get(b"authorization", b"").decode()
        said = body.decode()
        wanted = [
            app
            for slack, app in self.slacks
            if slack.bot_token in token or f"code={slack.team_id}." in said
        ]
        await (wanted or [self.slacks[0][1]])[0](scope, again, send)


@contextmanager
def teams(clock: Clock) -> Iterator[tuple[Slack, Slack]]:
    """T_ONE and T_TWO, being served."""
    both = workspace("T_ONE", clock), workspace("T_TWO", clock)
    web = Web([Mount("/", Front(*both))], "127.0.0.1", 0)
    web.start()
    for slack in both:
        slack.url = f"http://127.0.0.1:{web.port}"
    yield both
    web.server.should_exit = True  # nobody waits for it
