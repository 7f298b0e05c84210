"""Nothing crosses workspaces: beside others full of records that look alike, people see and can do
what they could alone. On SQLite, where no database helps; what PostgreSQL adds is in
tests/models/core/test_isolation.py.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app import create_dispatcher
from handlers.core import payloads
from handlers.core.interaction import Interaction
from handlers.core.responses import Response
from handlers.registry import ROUTERS
from models.core.audit.entries import AuditEntry
from models.core.db.engine import everywhere
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Invalid
from models.core.fields import Person, Reference
from models.core.outbox.delivery import Delivery, DeliveryState
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.handlers.kit import SQLITE, WRONG
from tests.neighbours import OURS, TELLTALE, THEIRS, TYPED, fill_ours, fill_theirs, kinds, rows_of

pytestmark = SQLITE

Theirs = Mapping[Any, Any]
"""Of what they made last the keys by table and the references by entity; under `units` the units
they did it in.
"""

VERBS = {router.noun: router.verbs for router in ROUTERS}
FILLED = [ENTITIES[slug] for slug in kinds()]
SENDER = {"team": {"id": OURS}, "user": {"id": "U_ADA", "team_id": OURS}}
"""Ada, who may do everything in her own workspace."""
CHANCE = re.compile(r"[0-9a-f]{32}| at 0x[0-9a-f]+")
"""How units are named, and objects."""


class Told:
    """What a person is told, word by word and block by block."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def reply(self, reply: Response) -> None:
        self.words.append(CHANCE.sub("", repr(reply)))

    def invalid(self, error: Invalid) -> None:
        self.words.append(repr(error.errors))

    def refused(self, sentence: str, request: str = "", propose: str = "") -> None:
        self.words.append(f"{sentence} {request}")

    def profile(self, person: str) -> Mapping[str, Any]:
        return {}


def typed(line: str) -> Interaction:
    return Interaction("command", OURS, "U_ADA", line)


def about_one(entity: type[Entity]) -> list[str]:
    """The verbs about a record."""
    return [verb.name for verb in VERBS[entity.slug()].values() if verb.record]


def references(entity: type[Entity]) -> list[tuple[str, type[Entity]]]:
    """The fields in which another record is named, and of what entity."""
    found = [
        (name, kind)
        for name, kind in entity.fields().items()
        if isinstance(kind, Reference) and kind.form
    ]
    return [(name, ENTITIES[kind.to]) for name, kind in found if not isinstance(kind, Person)]


def by_number(theirs: Theirs) -> list[Interaction]:
    """Every verb about a record, about the last they have of its kind: its number is one further
    than ours.
    """
    lines = [
        f"{entity.noun()} {verb} {theirs[entity]} --yes"
        for entity in FILLED
        for verb in about_one(entity)
    ]
    lines += [f"{entity.prefix}-1" for entity in FILLED]
    lines += [f"{theirs[entity]} as of 2026-03-10" for entity in FILLED]
    return [typed(line) for line in lines]


def by_words(theirs: Theirs) -> list[Interaction]:
    """Names, lists with how many there are, filters, and words that are in theirs and in ours."""
    lines = []
    for entity in FILLED:
        noun, many = entity.noun(), entity.plural()
        lines += [
            many,
            f"{noun} {TYPED}",
            f"{many} {TYPED}",
            f"{many} sample",
            f"{noun} sample",
            f"{noun} find two",
        ]
        for name, to in references(entity):
            lines += [f"{many} {name} = {theirs[to]}", f"{many} {name} = {to.prefix}-1"]
    return [typed(line) for line in lines]


def by_what_covers_all(theirs: Theirs) -> list[Interaction]:
    """What counts, sums and lists over everything."""
    lines = (
        f"find {TYPED}",
        "find sample",
        "report",
        "digest",
        "status",
        "audit verify",
        "deliveries",
        "users",
        f"user {TYPED}",
        "undo",
        "tasks",
        "home",
        "role list",
        "team list",
    )
    return [
        *map(typed, lines),
        Interaction("home", OURS, "U_ADA"),
        Interaction("home", OURS, "U_RITA"),
    ]


def by_reference(theirs: Theirs) -> list[Interaction]:
    """Their records as values of our fields: by number, by name, and by the key the database keeps
    them under.
    """
    lines = ["set CU-1 owner=<@U_ZED>", "assign LD-1 <@U_ZED>", f"assign LD-1 {TYPED}"]
    for entity in FILLED:
        for name, to in references(entity):
            values = (theirs[to], f'"Sample {TYPED}"', TYPED, theirs[to.slug()])
            lines += [f"set {entity.prefix}-1 {name}={value}" for value in values]
    return [typed(line) for line in lines]


def by_picker(theirs: Theirs) -> list[Interaction]:
    """What is offered for letters that are in theirs, in both, and for a number."""
    asked = [
        (entity, text)
        for entity in FILLED
        for text in (TYPED, "sample", "a", theirs[entity], "2", "")
    ]
    return [
        payloads.options({**SENDER, "action_id": f"pick.{one.slug()}.x", "value": text})
        for one, text in asked
    ]


def by_forged_form(theirs: Theirs) -> list[Interaction]:
    """The form of our deal, sent for theirs, or with their records chosen in it."""
    forged = [
        *(
            ({"r": record, "v": 1}, {"name": "Taken"})
            for record in (theirs[Opportunity], str(theirs["opportunity"]))
        ),
        *(
            ({"r": "OP-1", "v": 1}, {"customer": to})
            for to in (theirs[Customer], str(theirs["customer"]), TYPED)
        ),
        *(
            ({"r": "OP-1", "v": 1}, {"account": to})
            for to in (theirs[Account], str(theirs["account"]), TYPED)
        ),
    ]
    return [sent(number, metadata, values) for number, (metadata, values) in enumerate(forged)]


def sent(number: int, metadata: dict[str, Any], values: dict[str, str]) -> Interaction:
    chosen = {
        name: {
            f"pick.{name}.{name}": {"type": "external_select", "selected_option": {"value": value}}
        }
        for name, value in values.items()
    }
    view = {
        "id": f"V{number}",
        "hash": "1",
        "callback_id": "opportunity.edit",
        "state": {"values": chosen},
    }
    return payloads.submission(
        {**SENDER, "view": view | {"private_metadata": json.dumps(metadata), "blocks": []}}
    )


def by_forged_button(theirs: Theirs) -> list[Interaction]:
    """Our buttons with the numbers of their records, units and deliveries."""
    values = [
        (f"{one.slug()}.{verb}", f"{theirs[one]} --yes")
        for one in FILLED
        for verb in about_one(one)
    ]
    values += [("crm.undo", unit) for unit in theirs["units"]]
    values += [(f"deliveries.{verb}", str(theirs["delivery"])) for verb in ("retry", "drop")]
    pressed = [
        {"action_id": action, "value": value, "action_ts": str(at)}
        for at, (action, value) in enumerate(values)
    ]
    return [payloads.action({**SENDER, "actions": [one]}) for one in pressed]


DOORS: list[Callable[[Theirs], list[Interaction]]] = [
    by_number,
    by_words,
    by_what_covers_all,
    by_reference,
    by_picker,
    by_forged_form,
    by_forged_button,
]


def answers(works: UnitOfWorkFactory, tried: list[Interaction]) -> list[str]:
    dispatcher, told = create_dispatcher(works), Told()
    for act in tried:
        dispatcher.handle(act, told)
    assert len(told.words) == len(tried)
    return told.words


def last_of_theirs(works: UnitOfWorkFactory) -> Theirs:
    def last(table: Any, column: str) -> Any:
        return connection.scalar(
            select(func.max(table.c[column])).where(table.c.workspace == THEIRS)
        )

    with everywhere(works.engine).connect() as connection:
        tables: list[Any] = [Delivery.__table__, *(entity.__table__ for entity in FILLED)]
        units = select(AuditEntry.unit).where(
            AuditEntry.workspace == THEIRS, AuditEntry.entity == "opportunity"
        )
        return {
            **{table.name: last(table, "id") for table in tables},
            **{entity: f"{entity.prefix}-{last(entity.__table__, 'number')}" for entity in FILLED},
            "units": list(connection.scalars(units.distinct())),
        }


@pytest.fixture
def alone(works: UnitOfWorkFactory) -> bytes:
    """The database with records in T1 only."""
    fill_ours(works)
    works.engine.dispose()
    return place(works).read_bytes()


@pytest.fixture
def theirs(works: UnitOfWorkFactory, alone: bytes) -> Theirs:
    """T2 is filled too; what Slack refused of it waits there to be sent again."""
    fill_theirs(works)
    with works(THEIRS) as work:
        for delivery in work.session.scalars(select(Delivery)):
            delivery.state, delivery.error = DeliveryState.REFUSED, TELLTALE
    return last_of_theirs(works)


def place(works: UnitOfWorkFactory) -> Path:
    return Path(works.engine.url.database or "")


def test_beside_others_everything_is_as_if_they_were_not_there(
    works: UnitOfWorkFactory, alone: bytes, theirs: Theirs
) -> None:
    before = rows_of(works, THEIRS)
    beside = {}
    for door in DOORS:
        beside[door] = answers(works, door(theirs))
        assert rows_of(works, THEIRS) == before, door.__name__
        assert TELLTALE not in "".join(beside[door])
        assert WRONG not in "".join(beside[door])
    works.engine.dispose()
    place(works).write_bytes(alone)
    for door in DOORS:
        expected = answers(works, door(theirs))
        assert [
            pair for pair in zip(beside[door], expected, strict=True) if pair[0] != pair[1]
        ] == [], door.__name__
