"""Nothing of anybody stands where only machines look: not in what forms and messages carry, not in
what waits.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app import create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import seed
from bot.sandbox.client import SlackDriver
from handlers.core.interaction import Interaction
from handlers.core.responses import Options
from models.core.entity.base import ENTITIES
from models.core.outbox.delivery import Delivery, DeliveryState, IdempotencyKey
from models.core.outbox.results import code
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import given
from tests.handlers.kit import SQLITE
from tests.models.tampering import unguarded
from tests.neighbours import fill_theirs, guarded_tables

KEYS = ("private_metadata", "callback_id", "block_id", "action_id", "external_id", "metadata")
KINDS = {"card", "redraw", "event", "assigned", "message", "line", "receipt", "wish", "answer"}
"""The kinds of deliveries that the story makes: those that say what somebody said or did, besides
cards.
"""
FAR_NUMBER = re.compile(r".{40}7000\d{4}.{20}")
OURS = ("bot", "handlers", "models")
LINES = (
    "find sundaram",
    "customer show a",
    "request audit verify",
    "deal edit OP-2 amount=never",
    "report",
)
LOOKS = ("show", "more", "edit", "history", "revert")


def live(slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher) -> None:
    """The weeks of the sandbox's company, typed by its people, and what an admin and others look at
    afterwards.
    """
    slack.slack.members[seed.ROSA] = seed.PEOPLE[2]
    seed.settle(works)
    dispatcher = create_dispatcher(works)
    for days, person, line in seed.STORY:
        dispatcher.do(Interaction("say", "T1", person, seed.dated(line, days)))
    courier.drain()
    for entity in ENTITIES.values():
        for look in LOOKS:
            slack.command(f"/crm {entity.noun()} {look} {entity.prefix}-2", user=seed.ADA)
            while slack.modal:
                slack.close(user=seed.ADA)
    for person in (seed.RITA, seed.SAM):
        slack.home(person)
    for line in LINES:
        slack.command(f"/crm {line}", user=seed.RITA)
    pass_on(slack, works, courier)


def pass_on(slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher) -> None:
    """What is told of people: in channels, in threads, to who was given something, asked for it or
    is out of reach.
    """
    slack.command("/crm note CS-1 Meera Sundaram called", user=seed.SAM, channel="C_SUPPORT")
    courier.drain()
    slack.command("/crm undo", user=seed.SAM, channel="C_SUPPORT")
    slack.command("/crm assign OP-4 @ravi", user=seed.MONA)
    slack.command('/crm edit LD-2 --reason "Silva asked for it"', user=seed.RITA)
    slack.submit(source="Silva", user=seed.RITA)
    slack.command("/crm set CU-4 notes=Silva --here", user=seed.ADA, channel="C_SALES")
    slack.command("/crm role give @ravi manager", user=seed.ADA)
    works.settle("T1", support_channel="C_GONE")
    slack.command("/crm case new Sundaram again CU-4", user=seed.SAM)
    assert telling(works, waiting(works)) == []
    slack.command("/crm find Sundaram --here", user=seed.ADA, channel="C_SALES")
    slack.command("/crm history CU-4 --here", user=seed.ADA, channel="C_SALES")
    slack.command("/crm delete CU-4 --yes", user=seed.ADA)
    courier.drain()
    slack.command("/crm deliveries", user=seed.ADA)
    slack.command(f"/crm deliveries drop {refused(works)}", user=seed.ADA)
    courier.drain()


def refused(works: UnitOfWorkFactory) -> str:
    with works("T1", writes=False) as work:
        return code(
            work.session.scalars(
                select(Delivery).where(Delivery.state == DeliveryState.REFUSED)
            ).one()
        )


def personal(works: UnitOfWorkFactory) -> set[str]:
    """The names, addresses and numbers of everyone there is or was."""
    found: set[str] = set()
    with works("T1", writes=False) as work:
        for entity in ENTITIES.values():
            told = [
                name
                for name, kind in entity.fields().items()
                if kind.personal and name != "job_title"
            ]
            everyone = select(entity).execution_options(with_deleted=True)
            for record in work.session.scalars(everyone) if told else ():
                found |= {str(getattr(record, name)) for name in told if getattr(record, name)}
    return {word for text in found for word in (text, *text.split()) if len(word) > 3}


def machinery(part: Any) -> Iterator[str]:
    """What is carried along in a message or view and shown to nobody. A button may repeat the line
    a person typed.
    """
    if isinstance(part, dict):
        for key, value in part.items():
            if key in KEYS:
                yield f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
            elif key == "value" and not str(part.get("action_id", "")).startswith("crm.run"):
                yield f"value: {value}"
            else:
                yield from machinery(value)
    elif isinstance(part, list):
        for each in part:
            yield from machinery(each)
    elif isinstance(part, str) and part[:1] in "[{":
        yield from machinery(loaded(part))


def loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def telling(works: UnitOfWorkFactory, texts: Iterable[str]) -> list[str]:
    """The texts in which somebody's name, address or number stands."""
    words = personal(works)
    assert {"Sundaram", "grace@northwind.example", "4721000001", "Silva"} <= words
    return [text for text in texts if any(word in text for word in words)]


def offered(works: UnitOfWorkFactory) -> list[Any]:
    """What pickers offer."""
    dispatcher = create_dispatcher(works)
    replies = [
        dispatcher.do(Interaction("options", "T1", seed.ADA, "", state={"noun": slug}))
        for slug in ENTITIES
    ]
    return [reply.options for reply in replies if isinstance(reply, Options)]


def waiting(works: UnitOfWorkFactory) -> list[str]:
    """What is kept until it is sent, and what tells a repetition."""
    with works("T1", writes=False) as work:
        kept = work.session.scalars(select(Delivery)).all()
        about = [
            f"{each.key} {json.dumps(each.about, ensure_ascii=False)} {each.error}" for each in kept
        ]
        return [*about, *work.session.scalars(select(IdempotencyKey.key))]


def kinds(works: UnitOfWorkFactory) -> set[str]:
    """The kinds of deliveries there were."""
    with works("T1", writes=False) as work:
        return set(work.session.scalars(select(Delivery.kind)))


@SQLITE
def test_a_whole_story_leaves_nothing_of_anybody_where_only_machines_look(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fill_far(works)
    with caplog.at_level(logging.INFO):
        live(slack, works, courier)
    carried = [text for _, args in slack.slack.calls for text in machinery(args)]
    carried += [text for message in slack.slack.timeline for text in machinery(vars(message))]
    assert {text.partition(":")[0] for text in carried} >= {
        "private_metadata",
        "callback_id",
        "action_id",
        "metadata",
    }
    assert telling(works, carried) == []
    assert telling(works, machinery(offered(works))) == []
    assert telling(works, waiting(works)) == []
    assert kinds(works) >= KINDS
    assert (
        telling(
            works,
            [record.getMessage() for record in caplog.records if record.name.startswith(OURS)],
        )
        == []
    )
    assert far(slack, works) == []


FAR = 70_000_000
"""Where the numbering of every table goes on when another workspace has filled it so far."""


def fill_far(works: UnitOfWorkFactory) -> None:
    """Another workspace has so much that whatever is stored from now on has a key beyond FAR."""
    fill_theirs(works)
    with works.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
        with connection.begin(), unguarded(connection):
            for table in guarded_tables():
                if "id" in table.columns:
                    connection.exec_driver_sql(
                        f"UPDATE \"{table.name}\" SET id = id + {FAR} WHERE workspace = 'T2'"
                    )
        raw.execute("PRAGMA foreign_keys=ON")


def customers(works: UnitOfWorkFactory) -> int:
    """The number of the newest customer."""
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.max(Customer.number))) or 0


def far(slack: SlackDriver, works: UnitOfWorkFactory) -> list[str]:
    """The numbers that are shown or carried and tell how much others have, also where a long
    history is turned over.
    """
    given(works, Customer, first_name="Long")
    for number in range(40):
        slack.command(f"/crm customer set CU-{customers(works)} notes={number}", user=seed.ADA)
    slack.command(f"/crm customer history CU-{customers(works)}", user=seed.ADA)
    told = [
        *(args for _, args in slack.slack.calls),
        *map(vars, slack.slack.timeline),
        *offered(works),
    ]
    texts = [json.dumps(each, default=str) for each in told]
    assert any("--page=" in text for text in texts)
    return [found for text in texts for found in FAR_NUMBER.findall(text)]


def test_what_is_carried_is_found_wherever_it_stands() -> None:
    view = {
        "blocks": [
            {
                "type": "input",
                "block_id": "b",
                "element": {"options": [{"text": "Ada", "value": "CU-1"}]},
            }
        ]
    }
    pressed = [
        {"action_id": "crm.run#2", "value": "find Ada"},
        {"action_id": "lead.show", "value": "LD-1"},
    ]
    carried = [
        *machinery({"view": json.dumps({**view, "private_metadata": "{}"})}),
        *machinery(pressed),
    ]
    said = [
        "block_id: b",
        "value: CU-1",
        "private_metadata: {}",
        "action_id: crm.run#2",
        "action_id: lead.show",
    ]
    assert carried == [*said, "value: LD-1"]
