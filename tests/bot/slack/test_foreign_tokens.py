"""A token that comes in a payload is never the bot's own: over HTTP and over the socket nothing is
called with it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from bot.app import create_app, create_dispatcher
from bot.http.server import Events, Web
from bot.manifest import manifest
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Channel
from bot.sandbox.payloads import event
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.transport import EVENT, INTERACTIVE, Envelope
from bot.slack.clients import Clients
from bot.slack.socket_mode import DrainGate, SocketModeConnection
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.posted import Posted
from tests.bot.slack.test_socket_mode import eventually
from tests.ground import given
from tests.handlers.conftest import MEMBERS
from tests.handlers.kit import SQLITE
from tests.installed import installed

pytestmark = SQLITE
FOREIGN = "xwfp-of-somebody-else"
Way = Callable[[Clients, UnitOfWorkFactory, Slack], AbstractContextManager[None]]


@contextmanager
def over_http(clients: Clients, works: UnitOfWorkFactory, slack: Slack) -> Iterator[None]:
    gate = DrainGate()
    gate.unlock()
    app = create_app(clients, create_dispatcher(works), slack.signing_secret)
    web = Web(Events(app, slack.signing_secret, gate).routes(), "127.0.0.1", 0)
    web.start()
    slack.transport = Posted(f"http://127.0.0.1:{web.port}/slack/events", slack.signing_secret)
    yield
    assert web.stop(5)


@contextmanager
def over_the_socket(clients: Clients, works: UnitOfWorkFactory, slack: Slack) -> Iterator[None]:
    gate = DrainGate()
    gate.unlock()
    line = SocketModeConnection(
        create_app(clients, create_dispatcher(works)), slack.app_token, clients.client(), gate
    )
    line.connect()
    eventually(SlackDriver(slack), True)
    yield
    line.hang_up()
    eventually(SlackDriver(slack), False)


def with_a_token(slack: Slack) -> list[Envelope]:
    """What may carry a token: an event, with it inside or beside, and what people press."""
    slack_tells = event(
        slack, {"type": "function_executed", "bot_access_token": FOREIGN, "function": {}}
    )
    home = event(
        slack,
        {"type": "app_home_opened", "user": "U_RITA", "tab": "home", "bot_access_token": FOREIGN},
    )
    mention = event(
        slack,
        {
            "type": "app_mention",
            "user": "U_RITA",
            "text": "help",
            "channel": "C_SALES",
            "ts": "1.2",
        },
    )
    press = {
        "type": "block_actions",
        "user": {"id": "U_RITA", "team_id": "T1"},
        "team": {"id": "T1"},
        "trigger_id": "1.2",
        "actions": [{"action_id": "crm.run", "value": "help", "action_ts": "1.3"}],
        "function_data": {"execution_id": "Fx1", "inputs": {}},
        "bot_access_token": FOREIGN,
    }
    return [
        Envelope(EVENT, slack_tells),
        Envelope(EVENT, home),
        Envelope(EVENT, mention | {"bot_access_token": FOREIGN}),
        Envelope(INTERACTIVE, press),
    ]


@pytest.mark.parametrize("way", [over_http, over_the_socket])
def test_a_token_in_a_payload_is_not_used_and_the_bot_keeps_its_own(
    works: UnitOfWorkFactory, way: Way
) -> None:
    slack = Slack(
        manifest(Catalogue(ROUTERS)),
        MEMBERS,
        [Channel("C_SALES", "sales")],
        works.clock,
        ("T1", "Acme"),
    )
    given(works, Lead, first_name="Ada")
    with serve(slack, port=0):
        clients = installed(slack)
        with way(clients, works, slack):
            for envelope in with_a_token(slack):
                slack.transport.send(envelope, 3)
                assert clients.of("T1").token == slack.bot_token
            desk = SlackDriver(slack, user="U_RITA")
            desk.say("@crm lead show LD-1")
            assert "Ada" in desk.last
            assert "My day" in desk.home()
        for connection, _ in clients.connections.idle:
            connection.close()


def test_the_token_of_a_client_that_many_share_cannot_be_set(works: UnitOfWorkFactory) -> None:
    client = Clients("http://127.0.0.1:1/api/").add("T1", "xoxb-1")
    client.token = "xoxb-1"  # as Bolt does with what it was told
    for other in (FOREIGN, "", None):
        with pytest.raises(AttributeError, match="cannot be set"):
            client.token = other
    assert client.token == "xoxb-1"
