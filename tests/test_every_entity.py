"""What every entity can do the day it is added: these tests ask only for its declaration."""
# ruff: noqa: F811 — the fixtures of the handlers keep their names here

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import MORE, SlackDriver
from handlers.core.interaction import Interaction
from handlers.core.responses import Message, Options
from handlers.core.ui import cards
from handlers.core.verb import Verb
from handlers.registry import ROUTERS
from models.core import part_lines, records
from models.core.audit.entries import AuditEntry
from models.core.custom.custom_object import CustomObject
from models.core.custom.custom_record import CustomRecord, entity_of
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.entity.wholes import divided, joined_names, typed, wholes, written
from models.core.errors import CRMError
from models.core.fields import Choice, Joined, Moment, Reference, Text
from models.core.fields.shape import entered
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery
from models.core.parts import is_child
from models.core.unit_of_work import UnitOfWorkFactory
from tests.handlers.conftest import client, clients, courier, slack, world  # noqa: F401
from tests.handlers.custom_kinds import add_fields
from tests.handlers.kit import SQLITE, count, found, height, standing, told
from tests.samples import given_first, given_references, given_sample, text_for, texts_for

PROJECT = entity_of("project")
"""A noun that an admin makes, with a field of every kind: it can do all that the others can."""
VERBS = {router.noun: router.verbs for router in ROUTERS}
VERBS["project"] = VERBS[CustomRecord.slug()]
HELD = ("starts_at", "ends_at", "slack_id", "one", "many")
"""Texts that are not any text: a time of day, an id, a word for a noun."""
BESIDES = {"custom_object": {"fields"}, "option": {"below"}}
"""What the form of a new record asks for that is no field of its own."""
EVERY: list[type[Entity]] = [*ENTITIES.values(), PROJECT]
ALL = pytest.mark.parametrize("entity", EVERY, ids=[*ENTITIES, "project"])
MADE = [entity for entity in EVERY if "new" in VERBS[entity.slug()]]
MADE_HERE = pytest.mark.parametrize("entity", MADE, ids=lambda entity: entity.slug())
GUESTS = "Guests cannot use the CRM. Ask someone of the workspace to do it for you."


@pytest.fixture(autouse=True)
def noun_of_ones_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """In two workspaces an admin made the noun, where a test is about it."""
    callspec = getattr(request.node, "callspec", None)
    if callspec is None or callspec.params.get("entity") is not PROJECT:
        yield
        return
    works = request.getfixturevalue("works")
    for workspace, admin in (("T1", "U_ADA"), ("T2", "U_OTTO")):
        with works(workspace, admin) as work:
            records.create(work, CustomObject, {"name": "Project", "starts": "PJ"})
            add_fields(work, PROJECT)
    with works("T1", writes=False) as work:
        shape = work.session.info["shape"]
    with entered(shape):
        yield


def form_fields(entity: type[Entity]) -> set[str]:
    kinds = {**entity.fields(), **entity.line_fields()}
    return set(joined_names(entity, [name for name, kind in kinds.items() if kind.form]))


def as_typed(entity: type[Entity], texts: dict[str, str]) -> dict[str, str]:
    """These texts as the form asks for them: a name in one input."""
    whole = {name: typed(entity, name, texts) or "" for name in wholes(entity)}
    parts = {part for kind in wholes(entity).values() for part in kind.of}
    return whole | {name: text for name, text in texts.items() if name not in parts}


def holds(work: Any, record: Entity, name: str) -> Any:
    """What a field holds; of lines, their text."""
    if lines := record.line_fields().get(name):
        return part_lines.write(work, record, lines)
    if name in wholes(type(record)):
        return written(record, name, work)
    value = getattr(record, name)
    return None if value in ("", (), False) else value


KEPT: dict[type[Entity], tuple[int, bytes]] = {}
"""The number of the sample of each entity, and the SQLite file in which it was just made."""


def sample(works: UnitOfWorkFactory, entity: type[Entity]) -> Any:
    """A record with every field filled; a person is there already. The next test finds it in a copy
    of the file.
    """
    if entity.are_people:
        return found(works, entity)
    assert works.sqlite, "on PostgreSQL there is no file to keep"
    path = Path(works.engine.url.database or "")
    if entity not in KEPT:
        number = given_sample(works, entity).number
        works.engine.dispose()
        KEPT[entity] = number, path.read_bytes()
    works.engine.dispose()
    number, kept = KEPT[entity]
    path.write_bytes(kept)
    return found(works, entity, number)


def changeable(entity: type[Entity]) -> tuple[str, str, str]:
    """A field of the form, its label, and a text that fits it: any, except for people."""
    if entity is User:
        return "starts_at", "Working from", "07:15"
    kinds = entity.fields().items()
    name, kind = next(
        (name, kind)
        for name, kind in kinds
        if kind.form and type(kind) is Text and kind.length >= 50
    )
    return name, kind.label, "Something new"


def every_input(slack: SlackDriver) -> dict[str, Any]:
    """What the inputs of the form hold, also of those that are used less."""
    assert slack.modal
    if MORE in slack.modal.actions:
        slack.click(MORE, user="U_ADA")
    return slack.modal.values


@MADE_HERE
def test_the_form_has_every_field_and_saves_them_all(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    given_references(works, entity)
    texts, before = texts_for(entity), count(works, entity)
    slack.command(f"/crm {entity.noun()} new", user="U_ADA")
    besides = BESIDES.get(entity.slug(), set())
    assert set(every_input(slack)) == form_fields(entity) | entity.joins.keys() | besides
    asked = as_typed(entity, texts)
    slack.submit(asked, user="U_ADA")
    assert slack.errors == {}
    if slack.modal:  # it looks like one that is here already
        slack.submit(user="U_ADA")
    made = re.match(rf"Created {entity.prefix}-(\d+) ", told(slack))
    assert made
    assert "crm.undo" in slack.last.actions
    assert count(works, entity) == before + 1
    record = found(works, entity, int(made[1]))
    with works("T1", "U_ADA", writes=False) as work:
        texts = divided(entity, asked, work)
        parsed = record.parse(texts, work)
        assert {
            name: value for name, value in parsed.items() if getattr(record, name) != value
        } == {}
        written = select(AuditEntry.field).where(
            AuditEntry.entity == entity.slug(), AuditEntry.record_id == record.id
        )
        assert set(texts) - entity.line_fields().keys() <= set(work.session.scalars(written))
        assert {name: holds(work, record, name) for name in entity.line_fields()} == {
            name: texts[name] for name in entity.line_fields()
        }


@SQLITE
@ALL
def test_the_form_to_edit_holds_what_stands_and_saving_it_unchanged_changes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    slack.command(f"/crm {record.ref}", user="U_ADA")
    slack.command(f"/crm edit {record.ref}", user="U_ADA")
    with works("T1", "U_ADA", writes=False) as work:
        record = work.find(entity, record.number)
        filled = {name for name in form_fields(entity) if holds(work, record, name)}
    assert {name for name, value in every_input(slack).items() if value} == filled
    slack.submit(user="U_ADA")
    assert told(slack) == f"{record}: nothing changed"
    assert found(works, entity, record.number).version == record.version


@SQLITE
@ALL
def test_a_change_is_told_undone_and_written_down(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    name, label, new = changeable(entity)
    before = getattr(record, name) or ""
    slack.command(f'/crm set {record.ref} {name}="{new}"', user="U_ADA")
    assert f"{label}: {before or 'empty'} → {new}" in told(slack)
    assert slack.last.buttons == ["Undo", "Edit", "Show"]
    with works("T1", writes=False) as work:
        last = work.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last
        assert (last.field, last.old or "", last.new) == (name, before, new)
        assert last.actor == work.lookup("user", "U_ADA")
    slack.click("crm.undo", user="U_ADA")
    assert f"{label}: {new} → {before or 'empty'}" in told(slack)
    assert (getattr(found(works, entity, record.number), name) or "") == before


def headline(slack: SlackDriver, entity: type[Entity]) -> str:
    """What is said, without who is told of it; of a part its first line, because what follows for
    the whole comes below.
    """
    lines = [line for line in told(slack).splitlines() if not line.startswith("Told")]
    return lines[0] if is_child(entity) else "\n".join(lines)


@SQLITE
@MADE_HERE
def test_what_is_deleted_is_hidden_and_comes_back(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    before = count(works, entity)
    slack.command(f"/crm delete {record.ref}", user="U_ADA")
    assert told(slack) == f"Delete {record}? It can be restored for 30 days."
    assert count(works, entity) == before
    slack.click("crm.run", user="U_ADA")
    assert headline(slack, entity) == f"Deleted {record}. It can be restored for 30 days."
    assert count(works, entity) == before - 1
    slack.command(f"/crm {record.ref}", user="U_ADA")
    assert told(slack) == f"{record} was deleted. Bring it back with: restore {record.ref}"
    slack.command(f"/crm restore {record.ref}", user="U_ADA")
    assert headline(slack, entity) == f"Restored {record}"
    slack.command(f"/crm delete {record.ref} --yes", user="U_ADA")
    slack.click("crm.undo", user="U_ADA")
    assert headline(slack, entity) == f"Undone: {record} is back"
    assert count(works, entity) == before


@SQLITE
@ALL
def test_the_card_shows_what_matters_and_stays_small(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    with works("T1", "U_ADA", writes=False) as work:
        record = work.find(entity, record.number)
        must = {
            name: record.fields()[name].show(getattr(record, name), work, record)
            for name in entity.line
        }
    slack.command(f"/crm {record.ref}", user="U_ADA")
    assert {value for value in must.values() if value not in told(slack)} == set()
    moments = {name for name in must if isinstance(record.fields()[name], Moment)}
    assert {
        value
        for name, value in must.items()
        if name not in moments and value not in slack.last.words
    } == set()
    assert height(slack.last.blocks) <= cards.LINES


@SQLITE
@ALL
def test_the_card_stays_small_however_much_was_typed(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    with works("T1", "U_ADA") as work:
        record = work.find(entity, record.number)
        for name, kind in entity.fields().items():
            if type(kind) is Text and name not in HELD:
                setattr(record, name, ("word " * 60)[: kind.length - 1] + "x")
    slack.command(f"/crm {record.ref}", user="U_ADA")
    assert height(slack.last.blocks) <= cards.LINES


def test_the_height_of_a_card_is_estimated_well() -> None:
    text = {"text": "x" * 81}
    fields = [{"text": "x" * 41}, {"text": "x"}, {"text": "x"}]
    drawn = [
        {"type": "section", "text": text},
        {"type": "section", "fields": fields},
        {"type": "actions"},
    ]
    assert height(drawn) == 2 + 3 + 1


@SQLITE
@ALL
def test_it_is_found_in_lists_searches_and_pickers(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    word = record.title.split()[0]
    for line in (
        f"{entity.noun()} list",
        f"find {entity.plural()} {word}",
        f"find {record.ref}",
        f"find {word}",
    ):
        slack.command(f"/crm {line}", user="U_ADA")
        assert record.ref in told(slack), line
        assert record.ref in slack.last.words
    dispatcher = create_dispatcher(works)
    for text in (record.ref, word):
        offered = dispatcher.do(
            Interaction("options", "T1", "U_ADA", text, state={"noun": entity.slug()})
        )
        assert isinstance(offered, Options)
        assert record.ref in [option["value"] for option in offered.options]


@SQLITE
@ALL
def test_everything_about_it_is_behind_more(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    slack.command(f"/crm more {record.ref} --tab=details", user="U_ADA")
    assert slack.modal
    held = {
        name: kind
        for name, kind in entity.fields().items()
        if getattr(record, name) not in (None, "", ())
    }
    assert {kind.label for kind in held.values() if kind.label not in slack.modal.words} == set()


@SQLITE
@ALL
def test_its_card_is_drawn_anew_on_every_change(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    courier.drain()
    card = standing(slack, works, courier, record, "C_GENERAL")
    name, _, new = changeable(entity)
    slack.command(f'/crm set {record.ref} {name}="{new}"', user="U_ADA")
    with works("T1", writes=False) as work:
        wishes = list(work.session.scalars(select(Delivery).where(Delivery.kind == "redraw")))
    assert ("C_GENERAL", card.ts) in [(wish.channel, wish.ts) for wish in wishes]
    courier.drain()
    assert [shown.ts for shown in slack.posted("C_GENERAL") if record.ref in shown.words] == [
        card.ts
    ]


@SQLITE
@ALL
def test_help_says_what_it_is_and_what_can_be_done(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    slack.command(f"/crm help {entity.plural()}", user="U_ADA")
    assert entity.described() in told(slack)
    assert [
        v.name
        for v in VERBS[entity.slug()].values()
        if not v.hidden and v.name not in slack.last.words
    ] == []
    slack.command("/crm help words", user="U_ADA")
    assert entity.noun() in slack.last.words


@SQLITE
@ALL
def test_nobody_of_another_workspace_sees_it(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = found(works, User, 2) if entity is User else sample(works, entity)
    dispatcher, word = create_dispatcher(works), record.title.split()[0]
    for verb in VERBS[entity.slug()].values():
        if verb.record:
            with pytest.raises(CRMError, match=f"There is no {record.ref}"):
                dispatcher.do(
                    Interaction(
                        "command", "T2", "U_OTTO", f"{entity.noun()} {verb.name} {record.ref} --yes"
                    )
                )
    for line in (
        f"{entity.noun()} list",
        f"find {word}",
        f"find {record.ref}",
        f"{entity.noun()} find {word}",
    ):
        reply = dispatcher.do(Interaction("command", "T2", "U_OTTO", line))
        assert isinstance(reply, Message)
        assert f"show {record.ref}" not in str(reply.blocks)
        assert record.title not in str(reply.blocks).replace(f"“{word}”", "")
    offered = dispatcher.do(
        Interaction("options", "T2", "U_OTTO", word, state={"noun": entity.slug()})
    )
    assert isinstance(offered, Options)
    assert offered.options == []


@SQLITE
@ALL
def test_a_guest_is_refused_at_every_verb_and_door(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    noun = entity.noun()
    for verb in VERBS[entity.slug()].values():
        slack.command(f"/crm {line_of(noun, verb, record)}", user="U_GUS")
        assert told(slack).partition("\nYou wrote: ")[0] == GUESTS, verb.id
        assert slack.modal is None
    slack.say(f"@crm {noun} show {record.ref}", user="U_GUS")
    assert told(slack) == GUESTS
    slack.dm(f"{noun} list", user="U_GUS")
    assert told(slack) == GUESTS
    card = standing(slack, works, courier, record, "C_GENERAL")
    for action in [name for name in card.actions if not name.endswith(".menu")]:
        slack.click(action, card, user="U_GUS")
        assert told(slack) == GUESTS
    with pytest.raises(CRMError, match="Guests"):
        create_dispatcher(works).do(
            Interaction("options", "T1", "U_GUS", "a", state={"noun": entity.slug()})
        )
    assert found(works, entity, record.number).version == record.version


def line_of(noun: str, verb: Verb, record: Entity) -> str:
    """A line with everything the verb could ask for."""
    asks = {name: text_for(kind) for name, kind in verb.asks.items() if not verb.saves}
    typed = " ".join(f'{name}="{text}"' for name, text in asks.items())
    return f"{noun} {verb.name} {record.ref if verb.record else ''} {typed}".strip()


@SQLITE
@ALL
def test_its_pickers_offer_what_was_typed_and_its_choices_are_all_there(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = sample(works, entity)
    slack.command(f"/crm edit {record.ref}", user="U_ADA")
    assert slack.modal
    elements = {
        block["block_id"]: block["element"]
        for block in slack.modal.blocks
        if block["type"] == "input"
    }
    kinds = {
        **entity.fields(),
        **entity.line_fields(),
        **entity.joining(),
        **wholes(entity),
    }
    for name, element in elements.items():
        kind = kinds[name]
        if isinstance(kind, Choice):
            assert [option["value"] for option in element["options"]] == list(kind.options)
        if element["type"] == "external_select":
            assert isinstance(kind, Reference | Named | Joined)
            if isinstance(
                kind, Reference | Joined
            ):  # it need not be filled together with the others
                given_first(works, ENTITIES[kind.to])
            offered = slack.options(
                element["action_id"], f"{ENTITIES[kind.to].prefix}-1", user="U_ADA"
            )
            assert offered[0].startswith(f"{ENTITIES[kind.to].prefix}-1 ")
