"""What rights and the audit trail cost: a command with both, beside the same code with both
switched off.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from slack_bolt import App
from sqlalchemy import Engine

from bot.app import create_app, create_dispatcher
from bot.sandbox.transport import Envelope
from bot.slack.clients import Clients
from handlers.core import router
from models.core.audit import entries
from models.core.entity.base import Entity
from models.core.permissions import filling, policy, visibility
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bench.company import SIZE, named
from tests.bench.dispatching import (
    SECRET,
    again,
    answered,
    changing,
    command,
    reading,
    sign,
    silence,
    submission,
)
from tests.bench.figures import Figure, in_turn, timed

SHARE = 1.35
"""The bar: times the same without."""
ROUNDS = SIZE - 20
READS = ("OP-1", "deal list")


def everything(work: Any, record: Entity) -> Mapping[str, Any]:
    return record.fields()


OFF: tuple[tuple[Any, str, Any], ...] = (
    (policy, "can", lambda *_: True),
    (router, "can", lambda *_: True),
    (policy, "check", lambda *_: None),
    (policy, "shows", lambda *_: True),
    (policy, "hides", lambda *_: False),
    (policy, "legible", lambda *_: True),
    (policy, "fields", everything),
    (filling, "may_fill", lambda *_: None),
    (visibility, "of", lambda _: ()),
    (entries, "entries", lambda *_: []),
)
"""What asks who may, what narrows statements, and what writes down changes: where it stands, and
what does nothing.
"""


@contextmanager
def unguarded() -> Iterator[None]:
    """Everybody may do and see everything, and nobody writes it down."""
    with ExitStack() as stack:
        for place, name, nothing in OFF:
            stack.callback(setattr, place, name, getattr(place, name))
            setattr(place, name, nothing)
        yield


def app_on(engine: Engine) -> App:
    clients = Clients()
    clients.add("T1", "xoxb-bench")
    return create_app(clients, create_dispatcher(UnitOfWorkFactory(engine)), SECRET)


def measured(engines: list[Engine], spare: Engine) -> list[Figure]:
    """Commands and forms, with and without, in turn. spare: a database to draw the forms from."""
    lead = submission(
        spare,
        "/crm lead new",
        name="Ada Lovelace",
        email="ada@x.org",
        company="Acme",
    )
    deal = submission(spare, f"/crm edit OP-{SIZE}", amount="15k EUR", next_step="Call them")
    acts: dict[str, Callable[[int], Envelope]] = {
        f"/crm {text}": partial(reading, text) for text in READS
    }
    acts["/crm lead new Ada Lovelace"] = lambda number: command(
        f"lead new Ada Lovelace{number} ada{number}@x.org"
    )
    acts["form: a new lead"] = lambda number: again(lead, f"VG{number}")
    acts["form: a deal changed"] = partial(changing, deal)
    with silence():
        apps = [app_on(engine) for engine in engines[:2]]
        return [
            compared(name, envelope, *apps, where=named(engines[0]))
            for name, envelope in acts.items()
        ]


def compared(
    name: str, envelope: Callable[[int], Envelope], guarded: App, bare: App, where: str
) -> Figure:
    def ours(number: int) -> float:
        request = sign(envelope(number))
        return timed(lambda: answered(guarded, request))

    def floor(number: int) -> float:
        request = sign(envelope(number))
        with unguarded():
            return timed(lambda: answered(bare, request))

    mine, least = (1000 * seconds for seconds in in_turn(ROUNDS, ours, floor))
    note = f"with rights and the audit trail, and without both; median of {ROUNDS}"
    return Figure(f"{name}, guarded, on {where}", mine, least, "ms", SHARE, note)
