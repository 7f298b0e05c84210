"""A field of every kind that an admin adds to a noun is there at every door at once."""

import csv
import io
from typing import Any

import pytest

from bot.sandbox.client import MORE, SlackDriver
from handlers.notifications import filter_sections
from models.core import records
from models.core.approval import Approval
from models.core.custom.kinds import CustomKind
from models.core.entity.base import ENTITIES, Entity
from models.core.history.as_of import as_of
from models.core.history.undo import undo
from models.core.identity.rights import Preset
from models.core.saved_filters import SavedFilter, called
from models.core.search.filter_sql import signs
from models.core.search.list_order import ways_to_sort
from models.core.search.query import find_records, list_records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.exchange import load
from models.exchange.exporter import export
from tests.ground import given
from tests.handlers.custom_kinds import TYPED, WORKED_OUT, add_every_kind, label, slot, texts
from tests.handlers.kit import told
from tests.models.exchange.steps import exported
from tests.samples import given_references, texts_for

OWN = [entity for entity in ENTITIES.values() if not entity.governing]
EACH = pytest.mark.parametrize("entity", OWN, ids=lambda entity: entity.slug())
SEEN = [entity for entity in OWN if entity is not Approval]
"""Those of which colleagues see records; an approval is seen by who is asked."""


def held(work: Any, record: Entity) -> dict[str, str]:
    """What the fields that were added hold, as a file has it."""
    kinds = record.fields()
    return {n: kinds[n].write(getattr(record, n), work) for n in (*texts(), *worked_out())}


def worked_out(at: int = 0) -> dict[str, str]:
    """What the fields that nobody fills hold."""
    return {slot(kind): both[at] for kind, both in WORKED_OUT.items()}


def made(works: UnitOfWorkFactory, entity: type[Entity]) -> Any:
    """A record with all its own fields and all that were added filled."""
    given_references(works, entity)
    for name in ("First", "Second"):
        given(works, Account, name=f"{name} of ours")
    add_every_kind(works, entity)
    return given(works, entity, by="U_ADA", **texts_for(entity), **texts())


@EACH
def test_it_is_stored_read_listed_sorted_changed_and_undone(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = made(works, entity)
    with works("T1", "U_ADA") as work:
        record = work.find(entity, record.number)
        before = held(work, record)
        assert before == worked_out() | {
            name: record.fields()[name].write(record.fields()[name].parse(text, work), work)
            for name, text in texts().items()
        }
        for kind in CustomKind:
            name = slot(kind)
            asked = f'{name} = "{before[name]}"' if kind != "long_text" else f"{name} ~ lines"
            listed = list_records(work, entity, asked).records
            assert listed == [record] or (kind in WORKED_OUT and record in listed), asked
            assert record in list_records(work, entity, f"{name} != empty").records, kind
            assert record not in list_records(work, entity, f"{name} = empty").records, kind
            if "<" in signs(record.fields()[name]):
                other = {**TYPED, **WORKED_OUT}[kind][1]
                at = entity.fields()[name].parse(other, work)
                smaller = getattr(record, name) < at
                found = list_records(work, entity, f'{name} < "{other}"').records
                assert found == ([record] if smaller else []), kind
            if name in ways_to_sort(entity):
                assert list_records(work, entity, f"sort by {name}").records, kind
        assert find_records(work, entity, "data lake").records == [record]
        assert find_records(work, entity, "fine good").records == [record]
    with works("T1", "U_ADA") as work:
        record = work.find(entity, record.number)
        records.update(work, record, texts(1))
        changed, unit = held(work, record), work.unit
        assert {row["field"] for row in work.changes} == {*texts(), slot("formula")}
    assert all(changed[name] != before[name] for name in (*texts(), slot("formula")))
    with works("T1", "U_ADA") as work:
        record = work.find(entity, record.number)
        assert held(work, record) == changed
        then = as_of(work, record, record.version - 1)
        assert {n: record.fields()[n].write(then.values[n], work) for n in before} == before
        undo(work, unit)
        assert held(work, record) == before


@EACH
def test_it_is_on_the_form_the_card_and_in_the_receipt(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = made(works, entity)
    slack.command(f"/crm edit {record.ref} --form", user="U_ADA")
    assert slack.modal
    if MORE in slack.modal.actions:
        slack.click(MORE, user="U_ADA")
    assert texts().keys() <= slack.modal.values.keys()
    slack.submit({slot("text"): "By the form"}, user="U_ADA")
    assert "Own text: Fine & <good> → By the form" in told(slack)
    slack.command(f"/crm edit {record.ref} own_number=13 own_choice=annual", user="U_ADA")
    assert "Own number: 12 → 13" in told(slack)
    assert "Own choice: Pre-paid → Annual" in told(slack)
    slack.command(f"/crm more {record.ref} --tab=details", user="U_ADA")
    assert slack.modal
    assert all(label(kind) in slack.modal.words for kind in CustomKind)
    slack.command(f"/crm history {record.ref}", user="U_ADA")
    assert "Own choice: Pre-paid → Annual" in slack.last.words


@EACH
def test_it_leaves_and_comes_back_in_a_file(works: UnitOfWorkFactory, entity: type[Entity]) -> None:
    record = made(works, entity)
    header, *_ = csv.reader(io.StringIO(exported(works, entity)))
    assert texts().keys() <= set(header)
    fields = texts(1)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["ref", *fields], [record.ref, *fields.values()]])
    outcome = load(works, "T1", "U_ADA", entity, io.BytesIO(text.getvalue().encode()))
    assert (outcome.updated, outcome.rejected) == (1, 0)
    with works("T1", "U_ADA") as work:
        kinds = entity.fields()
        wanted = {n: kinds[n].write(kinds[n].parse(said, work), work) for n, said in fields.items()}
        assert held(work, work.find(entity, record.number)) == wanted | worked_out(1)


@pytest.mark.parametrize("entity", SEEN, ids=lambda entity: entity.slug())
def test_a_saved_filter_and_the_digest_tell_by_it_and_a_role_that_does_not_see_it_learns_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = made(works, entity)
    works.welcome("T1", "U_MONA", role=Preset.MANAGER)
    with works("T1", "U_MONA") as work:
        for kind in CustomKind:
            typed = f"{slot(kind)} != empty"
            records.create(
                work, SavedFilter, {"name": label(kind), "about": entity.slug(), "typed": typed}
            )
    with works("T1", "U_MONA", writes=False) as work:
        for kind in CustomKind:
            found = filter_sections.section(work, saved(work, kind))
            assert record.ref in " ".join(found.lines) or found.left, kind
    for kind in CustomKind:
        slack.command(f"/crm role hide manager {entity.words()[0]} own_{kind}", user="U_ADA")
        assert "No manager sees" in told(slack)
    with works("T1", "U_MONA", writes=False) as work:
        file = io.StringIO(newline="")
        export(work, entity, file)
        assert not texts().keys() & set(file.getvalue().splitlines()[0].split(","))
        for kind in CustomKind:
            found = filter_sections.section(work, saved(work, kind))
            assert found.left == 0, kind
            assert label(kind) in found.lines[0], kind
            assert record.ref not in found.lines[0], kind
    slack.command(f"/crm {record.ref}", user="U_MONA")
    assert "Own " not in slack.last.words


def saved(work: Any, kind: CustomKind) -> SavedFilter:
    found = called(work, label(kind))
    assert found
    return found


@EACH
def test_another_process_knows_it_at_its_next_act(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    given_references(works, entity)
    record = given(works, entity, by="U_ADA", **texts_for(entity))
    other = UnitOfWorkFactory(works.engine, works.clock)
    with other("T1", "U_ADA", writes=False):
        assert not texts().keys() & entity.fields().keys()
    for name in ("First", "Second"):
        given(works, Account, name=f"{name} of ours")
    add_every_kind(works, entity)
    with other("T1", "U_ADA") as work:
        records.update(work, work.find(entity, record.number), texts())
    with works("T1", "U_ADA", writes=False) as work:
        kinds = entity.fields()
        wanted = {n: kinds[n].write(kinds[n].parse(t, work), work) for n, t in texts().items()}
        assert held(work, work.find(entity, record.number)) == wanted | worked_out()
