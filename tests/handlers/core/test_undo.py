"""Undo and redo as people use them; and for every verb, on random histories: taking it back leaves
no trace.

By default two histories are lived through; `COMPANIES=10` makes it ten.
"""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from bot.app import create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.responses import Message
from models.core import denormalize, records
from models.core.entity.base import ENTITIES
from models.core.errors import CRMError
from models.core.history import last_change, undo
from models.core.outbox import queue
from models.core.outbox.delivery import NAMES
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given
from tests.handlers import undoable
from tests.handlers.kit import SQLITE, assert_inert, begin_with, count, found, told
from tests.handlers.undoable import UNDOABLE, VERBS, acts, command, held
from tests.samples import given_sample

HISTORIES = settings(
    max_examples=int(os.environ.get("COMPANIES", "2")),
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def fill(works: UnitOfWorkFactory) -> Callable[[], None]:
    """Brings the database to where it holds two records of every entity, again and again."""

    def made() -> None:
        for nth in range(2):
            for entity in (entity for slug, entity in ENTITIES.items() if f"{slug}.new" in VERBS):
                act = undoable.made(entity, nth)
                given_sample(works, entity) if nth == 0 else create_dispatcher(works).do(act)

    return lambda: begin_with(works, "two records of every entity", made)


def do(dispatcher: Dispatcher, line: str | Interaction) -> str:
    reply = dispatcher.do(command(line) if isinstance(line, str) else line)
    assert isinstance(reply, Message), reply
    return reply.text


def pass_on(works: UnitOfWorkFactory) -> None:
    """What the courier does: records that show the name of another learn of its new one."""
    for _ in range(50):
        with works("T1") as work:
            if NAMES not in queue.inside_due(work):
                return
            denormalize.settle(work)
    raise AssertionError("there is no end to it")


def test_no_verb_that_changes_something_is_forgotten() -> None:
    assert {name for name in VERBS if name not in UNDOABLE} == set(undoable.NO_RECORDS)


@SQLITE
@pytest.mark.parametrize("noun", dict.fromkeys(verb.noun for verb in UNDOABLE.values()))
def test_every_verb_is_undone_without_a_trace_and_done_again(
    works: UnitOfWorkFactory, fill: Callable[[], None], noun: str
) -> None:
    dispatcher = create_dispatcher(works)
    for name in (name for name, verb in UNDOABLE.items() if verb.noun == noun):
        fill()
        *first, act = acts(name, lambda options: options[0], nth=9)
        for each in first:
            do(dispatcher, each)
        before = held(works)
        do(dispatcher, act)
        after = held(works)
        assert after != before, name
        assert do(dispatcher, "undo --yes").startswith("Undone: ")
        assert held(works) == before, name
        assert do(dispatcher, "redo --yes").startswith("Done again: ")
        assert held(works) == after, name


@SQLITE
def test_undo_and_redo_know_what_was_last(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm redo")
    assert told(slack) == "There is nothing to do again: the last thing you did was no undo."
    slack.command("/crm lead new Bob")
    slack.command("/crm undo")
    assert told(slack) == "Undone: LD-1 Bob was removed"
    assert slack.last.buttons == ["Redo"]
    slack.command("/crm undo")
    assert told(slack) == "This was undone already."
    slack.command("/crm redo")
    assert told(slack) == "Done again: LD-1 Bob is back"
    slack.command("/crm redo")
    assert told(slack).startswith("There is nothing to do again")
    slack.command("/crm undo")
    assert found(works, Lead).deleted_at


@pytest.mark.parametrize("said", ["", " that", " my last change", " the last change.", " it again"])
def test_the_last_change_may_be_called_so(
    slack: SlackDriver, works: UnitOfWorkFactory, said: str
) -> None:
    slack.command("/crm lead new Grace Hopper")
    slack.command(f"/crm undo{said}")
    assert told(slack).startswith("Undone: LD-1 Grace Hopper was removed")


def test_undo_of_something_else_says_what_it_does(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm lead new Grace Hopper")
    slack.command("/crm undo LD-1")
    assert told(slack) == (
        "I undo the last thing you did, and “LD-1” is something else. Nothing was done yet."
    )
    assert slack.last.buttons == ["Undo the last", "History of LD-1"]
    slack.click("crm.run#2")
    assert told(slack).startswith("History of LD-1 Grace Hopper")


def test_more_than_ten_records_are_undone_after_a_look(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    with works("T1", "U_RITA") as work:
        for number in range(12):
            records.create(work, Lead, {"first_name": f"Ada {number}"})
    slack.command("/crm undo")
    asked = "what changed LD-1 Ada 0, LD-2 Ada 1, LD-3 Ada 2, LD-4 Ada 3, LD-5 Ada 4, 7 more?"
    assert told(slack) == f"Undo {asked}"
    assert count(works, Lead) == 12
    slack.click("crm.run")
    assert told(slack).startswith("Undone: LD-1 Ada 0, LD-2 Ada 1")
    assert count(works, Lead) == 0
    slack.click("crm.redo")
    assert told(slack) == f"Redo {asked}"
    slack.click("crm.run")
    assert count(works, Lead) == 12


def test_a_note_is_undone_with_the_button_and_the_thread_hears_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    eve = given(works, Customer, first_name="Eve")
    given(works, Case, subject="Broken mast", customer=eve.ref)
    courier.drain()
    [card] = slack.posted("C_SUPPORT")
    slack.command("/crm note CS-1 <!channel> Angry")
    assert slack.last.buttons == ["Undo", "Edit", "Show"]
    courier.drain()
    slack.click("crm.undo")
    assert told(slack) == "Undone: CS-1 Broken mast"
    courier.drain()
    said = [line.words for line in slack.thread(card) if line.user == "U0BOT"]
    assert said[-1] == "Rita Reyes undid this: Rita Reyes noted: <!channel> Angry"
    assert_inert(slack)
    slack.command("/crm history CS-1")
    assert "by undo: Note: <!channel> Angry → empty" in told(slack)


@SQLITE
@HISTORIES
@for_all(data=st.data())
def test_undoing_leaves_no_trace_whatever_happened_before(
    works: UnitOfWorkFactory, fill: Callable[[], None], data: st.DataObject
) -> None:
    fill()
    dispatcher = create_dispatcher(works)
    names = data.draw(st.lists(st.sampled_from(sorted(UNDOABLE)), min_size=8, max_size=14))
    for nth, name in enumerate(names, 10):
        *first, act = acts(name, lambda options: data.draw(st.sampled_from(options)), nth)
        for each in first:
            attempt(dispatcher, each)
        before = held(works)
        if not attempt(dispatcher, act):
            assert held(works) == before
            continue
        after = held(works)
        if after == before:
            continue
        do(dispatcher, "undo --yes")
        pass_on(works)
        assert held(works) == before, name
        if data.draw(st.booleans()):
            do(dispatcher, "redo --yes")
            pass_on(works)
            assert held(works) == after, name


def attempt(dispatcher: Dispatcher, act: Interaction) -> bool:
    """Whether it could be done."""
    try:
        dispatcher.do(act)
    except CRMError:
        return False
    pass_on(dispatcher.works)
    return True


@SQLITE
def test_what_slack_would_not_wait_for_is_named_with_the_command(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher = create_dispatcher(works)
    monkeypatch.setattr(undo, "MOST", 2)
    do(dispatcher, "customer new Ada King ada@example.org")
    with works("T1", "U_ADA", writes=False) as work:
        unit = last_change.last_unit(work)
    with pytest.raises(
        CRMError, match=f"in a terminal: `crm undo {unit} --workspace T1`. It shows how far it is"
    ):
        dispatcher.do(command("undo"))
