"""Nobody types what only the program sets, at no door; and what is computed stays right, whatever
people do.

The properties are about every entity that declares such a field, and about two of the tests.
"""

import csv
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from slack_sdk import WebClient
from sqlalchemy import Engine, select

from bot.app import create_app
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Direct
from handlers.core.crud import Records
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.router import Catalogue, Router
from handlers.general.home import home
from handlers.registry import ROUTERS
from models.core import records
from models.core.context import Context
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.entity.readonly import why_readonly
from models.core.errors import CRMError, Invalid
from models.core.history import as_of, last_change, undo
from models.core.unit_of_work import UnitOfWorkFactory
from models.exchange import exporter, importer
from models.exchange.answers import Answers
from models.exchange.cells import Reader
from models.exchange.prefetch import PrefetchingUnitOfWork
from tests import computed
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, found, told
from tests.handlers.undoable import command
from tests.installed import installed
from tests.models.core.computed import voyages
from tests.models.core.computed.voyages import Cargo, Voyage
from tests.models.marks import tried
from tests.samples import given_references, texts_for

PRICE = (
    "Price is kept by Rapport: it follows from Quantity, Rate and Discount. Change those instead."
)
SEAL = "Seal is kept by Rapport, and nobody types it. Leave it out."
FREIGHT = "Freight is kept by Rapport: it follows from its cargos. Change those instead."


@pytest.fixture
def works(engine: Engine, clock: StoppedClock) -> Iterator[UnitOfWorkFactory]:
    """Units of work in a product that has voyages and cargo."""
    with voyages.declared(engine):
        yield UnitOfWorkFactory(engine, clock)


@pytest.fixture
def dispatcher(works: UnitOfWorkFactory) -> Dispatcher:
    routers = [*ROUTERS, Records(Voyage), Records(Cargo)]
    return Dispatcher(works, Catalogue(routers), home)


@pytest.fixture
def slack(
    world: Slack, client: WebClient, dispatcher: Dispatcher, clock: StoppedClock
) -> SlackDriver:
    """Ada, who may do everything, at her desk."""
    world.reset()
    world.clock = clock
    world.rates.on = False
    app = create_app(installed(world), dispatcher, world.signing_secret)
    transport = Direct(app, world.signing_secret, time.time)
    return SlackDriver(world, transport, user="U_ADA", channel="C_GENERAL")


# ── each door by itself ───────────────────────────────────────────────────────────────────────────


@SQLITE
def test_no_form_asks_for_it_and_every_view_shows_it(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Voyage, name="Cutty")
    slack.command("/crm cargo new")
    assert slack.modal
    assert not slack.modal.values.keys() & {"price", "tax", "seal"}
    slack.submit(name="Tea", voyage="VY-1", quantity="3", rate="10", discount="50")
    assert told(slack).startswith("Created CG-1 Tea")
    slack.command("/crm edit CG-1")
    assert slack.modal
    assert not slack.modal.values.keys() & {"price", "tax", "seal"}
    slack.close()
    slack.command("/crm show CG-1")
    assert "Price" in slack.last.words
    assert "€15" in slack.last.words
    slack.command("/crm voyage find freight > 10")
    assert "VY-1 Cutty" in slack.last.words
    slack.command("/crm voyage find freight > 15")
    assert "VY-1" not in slack.last.words
    slack.command("/crm history VY-1")
    assert "Freight" in slack.last.words


@SQLITE
def test_a_line_that_names_it_is_refused_and_says_what_to_change_instead(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    voyage = given(works, Voyage, name="Cutty")
    given(works, Cargo, name="Tea", voyage=voyage.ref, quantity="3", rate="10")
    for line, said in (
        ("set CG-1 price=5", PRICE),
        ("edit CG-1 rate=5 price=5", PRICE),
        ("cargo new Silk price=5", PRICE),
        ("set CG-1 tax=5", PRICE.replace("Price is", "Tax is")),
        ("set CG-1 stamp=A7", SEAL),
        ("set VY-1 freight=5", FREIGHT),
    ):
        slack.command(f"/crm {line}")
        assert told(slack) == said, line
    cargo = found(works, Cargo)
    assert (cargo.price, cargo.rate, cargo.version) == (30, 10, 1)


@SQLITE
def test_a_forged_form_and_a_program_cannot_fill_it(
    works: UnitOfWorkFactory, dispatcher: Dispatcher
) -> None:
    given(works, Cargo, name="Tea", quantity="3", rate="10")
    for line in ("cargo edit CG-1", "cargo set CG-1", "cargo new"):
        texts = {"name": "Rum", "price": "5", "seal": "A7"}
        with pytest.raises(Invalid) as refused:
            dispatcher.do(Interaction("form", "T1", "U_ADA", line, texts=texts))
        assert refused.value.errors == {"price": PRICE, "seal": SEAL}
    with works("T1", "U_ADA") as work, pytest.raises(Invalid, match="Seal is kept by Rapport"):
        records.update(work, work.get(Cargo, 1), {"seal": "A7"})
    with works("T1", "U_ADA") as work, pytest.raises(Invalid, match="Seal is kept by Rapport"):
        Cargo.parse({"seal": "A7"}, work)
    assert found(works, Cargo).title == "Tea"


def test_a_verb_that_asks_for_it_is_an_error_of_its_author(works: UnitOfWorkFactory) -> None:
    router = Router("cargo", entity=Cargo)

    def weigh(request: Any, record: Any) -> Any:
        """Weigh it."""

    with pytest.raises(TypeError, match="cargo weigh asks for price, which is readonly"):
        router.verb("weigh", asks=("price",), saves=True)(weigh)
    with pytest.raises(TypeError, match="cargo new asks for seal, which is readonly"):
        Records(Cargo, besides=("seal",))


def test_an_export_that_is_brought_back_works_and_changes_nothing(
    works: UnitOfWorkFactory,
) -> None:
    Cargo.rule = sealed
    voyage = given(works, Voyage, name="Cutty")
    tea = {"name": "Tea", "quantity": "3", "rate": "10.05", "ready_on": "2026-04-01"}
    given(works, Cargo, voyage=voyage.ref, **tea)
    for entity, kept in (
        (Cargo, {"price", "tax", "seal"}),
        (Voyage, set(Voyage.rollups()) | {"toll"}),
    ):
        text = exported(works, entity)
        for answers in (Answers(), Answers(rest=True)):
            outcome = importer.load(
                works, "T1", "U_ADA", entity, io.BytesIO(text.encode()), answers
            )
            assert (outcome.unchanged, outcome.updated, outcome.created) == (1, 0, 0)
            left = {
                header
                for header, why in outcome.mapping.left_out.items()
                if why == "kept by Rapport"
            }
            assert left == kept
    changed = exported(works, Cargo).replace(",30.15,", ",99.00,").replace(",3,", ",4,")
    outcome = importer.load(works, "T1", "U_ADA", Cargo, io.BytesIO(changed.encode()))
    assert (outcome.updated, found(works, Cargo).price, found(works, Voyage).freight) == (
        1,
        found(works, Cargo).rate * 4,
        found(works, Cargo).rate * 4,
    )


def sealed(cargo: Any, work: Context, changes: Changes) -> None:
    cargo.seal = cargo.seal or "A7"


def test_a_file_cannot_be_mapped_to_it(works: UnitOfWorkFactory) -> None:
    body = io.BytesIO(b"id,name,Cost\n1,Tea,5")
    with pytest.raises(Invalid, match="Price is kept by Rapport: it follows from Quantity, Rate"):
        importer.load(works, "T1", "U_ADA", Cargo, body, Answers(columns={"Cost": "price"}))


def test_a_cell_for_it_is_not_read(works: UnitOfWorkFactory) -> None:
    """However it came to be meant for the field: an entity may translate what a file says."""
    with works("T1", "U_ADA") as work:
        desk = PrefetchingUnitOfWork(**vars(work))
        read = Reader(Cargo).read({"name": "Tea", "seal": "A7"}, desk)
    assert read == ({"name": "Tea"}, {"seal": SEAL})


def exported(works: UnitOfWorkFactory, entity: type[Entity]) -> str:
    text = io.StringIO()
    with works("T1", "U_ADA", writes=False) as work:
        exporter.export(work, entity, text)
    return text.getvalue()


# ── all of them together ──────────────────────────────────────────────────────────────────────────


@dataclass
class Crew:
    """Somebody who does one thing after the other to records with parts, through every door."""

    works: UnitOfWorkFactory
    dispatcher: Dispatcher
    whole: type[Entity]
    part: Any
    by: str
    done: list[str] = field(default_factory=list)

    def do(self, act: str, first: int, second: int, number: str) -> None:
        """Do something, unless it is refused."""
        try:
            getattr(self, act)(first, second, number)
            self.done.append(act)
        except CRMError:
            pass

    def new_by_form(self, first: int, second: int, number: str) -> None:
        texts = texts_for(self.part) | {self.by: self.one(self.whole, first)}
        texts |= dict.fromkeys(computed.numbers(self.part)[second % 2 :], number)
        self.dispatcher.do(
            Interaction("form", "T1", "U_ADA", f"{self.part.slug()} new", texts=texts)
        )

    def set_by_line(self, first: int, second: int, number: str) -> None:
        names = computed.numbers(self.part)
        self.say(f"set {self.one(self.part, first)} {names[second % len(names)]}={number}")

    def move_by_line(self, first: int, second: int, number: str) -> None:
        to = self.one(self.whole, second) if second % 3 else ""
        self.say(f"set {self.one(self.part, first)} {self.by}={to}")

    def delete(self, first: int, second: int, number: str) -> None:
        self.say(f"delete {self.one(self.part, first)} --yes")

    def restore(self, first: int, second: int, number: str) -> None:
        self.say(f"restore {self.one(self.part, first)}")

    def delete_whole(self, first: int, second: int, number: str) -> None:
        self.say(f"delete {self.one(self.whole, first)} --yes")

    def restore_whole(self, first: int, second: int, number: str) -> None:
        self.say(f"restore {self.one(self.whole, first)}")

    def undo(self, first: int, second: int, number: str) -> None:
        with self.works("T1", "U_ADA", "command") as work:
            undo.undo(work, last_change.last_unit(work))

    def redo(self, first: int, second: int, number: str) -> None:
        with self.works("T1", "U_ADA", "command") as work:
            undo.redo(work, last_change.last_undo(work))

    def revert(self, first: int, second: int, number: str) -> None:
        entity = self.part if second % 2 else self.whole
        with self.works("T1", "U_ADA", "command") as work:
            number_of = self.one(entity, first).partition("-")[2]
            as_of.revert(work, work.find(entity, int(number_of)), 1 + second)

    def import_file(self, first: int, second: int, number: str) -> None:
        """Some rows are new, others change what an earlier file brought."""
        texts = texts_for(self.part) | dict.fromkeys(computed.numbers(self.part), number)
        with self.works("T1", writes=False) as work:  # other systems know records by their names
            ref = self.one(self.whole, second)
            texts[self.by] = work.find(self.whole, int(ref.partition("-")[2]), deleted=True).title
        rows = [["id", *texts], *([f"x{n}", *texts.values()] for n in range(first, 4 + second))]
        body = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
        importer.load(self.works, "T1", "U_ADA", self.part, io.BytesIO(body.encode()))

    def say(self, line: str) -> None:
        self.dispatcher.do(command(line))

    def one(self, entity: Any, place: int) -> str:
        with self.works("T1", writes=False) as work:
            every = select(entity.number).order_by(entity.number.desc()).limit(4)
            numbers = work.session.scalars(every.execution_options(with_deleted=True)).all()
        return f"{entity.prefix}-{numbers[place % len(numbers)] if numbers else 1}"


ACTS = (
    "new_by_form",
    "set_by_line",
    "move_by_line",
    "delete",
    "restore",
    "undo",
    "redo",
    "import_file",
    "revert",
    "delete_whole",
    "restore_whole",
)
ACT = st.tuples(
    st.sampled_from(ACTS),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["0", "1", "3", "7", "33", "99", ""]),
)


@tried(24)
@for_all(acts=st.lists(ACT, min_size=4, max_size=14))
def test_what_is_computed_is_right_after_whatever_people_do(
    works: UnitOfWorkFactory, dispatcher: Dispatcher, acts: list[tuple[str, int, int, str]]
) -> None:
    assert (Voyage, Cargo, "voyage") in computed.wholes()
    for whole, part, by in computed.wholes():
        given_references(works, part)
        for _ in range(2):
            given_references(works, whole)
            given(works, whole, by="U_ADA", **texts_for(whole))
        crew = Crew(works, dispatcher, whole, part, by)
        crew.do("new_by_form", 0, 0, "3")
        crew.do("new_by_form", 1, 0, "7")
        assert crew.done == ["new_by_form"] * 2
        for act in acts:
            crew.do(*act)
            computed.must_agree(works)


def test_nothing_readonly_changes_through_any_door(
    works: UnitOfWorkFactory, dispatcher: Dispatcher
) -> None:
    entities = [entity for entity in ENTITIES.values() if computed.readonly(entity)]
    assert {Voyage, Cargo} <= set(entities)
    for entity in entities:
        given_references(works, entity)
        record = given(works, entity, by="U_ADA", **texts_for(entity))
        for name in computed.readonly(entity):
            before, text = getattr(record, name), "5"
            sentence = why_readonly(entity, name)
            assert entity.fields()[name].label in sentence
            noun = entity.slug()
            form = {"texts": {name: text}}
            acts = [
                command(f"set {record.ref} {name}={text}"),
                Interaction("form", "T1", "U_ADA", f"{noun} edit {record.ref}", **form),
            ]
            if "new" in dispatcher.catalogue.routers[noun].verbs:  # a pack is applied instead
                acts += [
                    command(f"{noun} new Something {name}={text}"),
                    Interaction("form", "T1", "U_ADA", f"{noun} new", **form),
                ]
            for act in acts:
                try:
                    said = str(getattr(dispatcher.do(act), "text", ""))
                except CRMError as error:
                    said = str(error)
                assert sentence in said, act
            with works("T1", "U_ADA") as work, pytest.raises(Invalid):
                records.update(work, work.get(entity, record.id), {name: text})
            headers, cells, *_ = csv.reader(io.StringIO(exported(works, entity)))
            cells[headers.index(name)] = text
            csv.writer(file := io.StringIO()).writerows([headers, cells])
            importer.load(works, "T1", "U_ADA", entity, io.BytesIO(file.getvalue().encode()))
            with works("T1", writes=False) as work:
                assert getattr(work.get(entity, record.id), name) == before
