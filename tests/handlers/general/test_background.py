"""What is done in the background: one message that says how far it is, and who may end it."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from bot.app import create_background
from bot.background.worker import BackgroundWorker
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.background import progress, queue, undo
from models.core.background.task import BackgroundTask, TaskState
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.sales.purchase import Purchase
from tests.ground import StoppedClock, given
from tests.handlers.kit import told
from tests.many import asked, fields_of, many_leads, task_of
from tests.samples import given_sample

MANY = 36


@pytest.fixture
def worker(works: UnitOfWorkFactory) -> BackgroundWorker:
    return create_background(works)


@pytest.fixture
def task(works: UnitOfWorkFactory) -> BackgroundTask:
    """A task of Rita's that nobody has begun."""
    return asked(works, Lead, many_leads(works, MANY), source="fair")


def piece(worker: BackgroundWorker) -> None:
    """Do one piece of the next task, and let it go."""
    claim = worker.claim("T1")
    assert claim
    worker.prepare(claim)
    worker.piece(claim)
    worker.give_back(claim)


def test_one_message_follows_a_task_from_its_beginning_to_its_end(
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    worker: BackgroundWorker,
    task: BackgroundTask,
    clock: StoppedClock,
) -> None:
    seen = []

    def look() -> None:
        courier.drain()
        (message,) = slack.posted("U_RITA")
        seen.append((message.text.splitlines(), message.buttons))

    look()
    for _ in range(2):
        clock.forward(progress.EVERY)
        piece(worker)
        look()
    worker.drain()
    look()
    first = "Changing 36 leads: Source → fair"
    assert seen == [
        ([first, "It waits for its turn."], ["Cancel"]),
        ([first, "▓▓▓▓▓░░░░░░░░░░░░░░░ 10 of 36"], ["Cancel"]),
        ([first, "▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░░ 20 of 36"], ["Cancel"]),
        (["Changed 36 leads: Source"], ["Undo"]),
    ]


def test_it_says_how_long_it_will_take(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    worker: BackgroundWorker,
    task: BackgroundTask,
    clock: StoppedClock,
) -> None:
    piece(worker)
    clock.forward(timedelta(minutes=1))
    slack.command("/crm background")
    assert told(slack).endswith("10 of 36, about 2 min to go")


def test_a_task_that_is_over_before_its_message_arrives_is_told_all_the_same(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    worker: BackgroundWorker,
    task: BackgroundTask,
) -> None:
    worker.drain()
    assert not task_of(works, task).told
    assert queue.workspaces_due(works) == ["T1"]
    courier.drain()
    worker.drain()
    assert task_of(works, task).told
    assert queue.workspaces_due(works) == []
    courier.drain()
    assert [each.text for each in slack.posted("U_RITA")] == ["Changed 36 leads: Source"]


def test_its_button_cancels_it_and_undo_takes_back_what_was_done(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    worker: BackgroundWorker,
    task: BackgroundTask,
) -> None:
    piece(worker)
    courier.drain()
    (message,) = slack.posted("U_RITA")
    slack.click("crm.background", message)
    worker.drain()
    courier.drain()
    (message,) = slack.posted("U_RITA")
    assert message.text.splitlines() == [
        "Cancelled. Changed 10 of 36 leads: Source",
        "The others are as they were.",
    ]
    slack.click("crm.undo", message)
    assert told(slack).startswith("Undone: ")
    assert fields_of(works, Lead, "source") == {None: MANY}
    slack.command(f"/crm background cancel {queue.code(task)}")
    assert told(slack) == "This is over already: it is cancelled."


def test_nobody_sees_or_ends_what_somebody_else_asked_for_but_admins(
    slack: SlackDriver, works: UnitOfWorkFactory, task: BackgroundTask
) -> None:
    code = queue.code(task)
    slack.user = "U_MONA"
    slack.command("/crm background")
    assert told(slack) == "Nothing was done in the background lately."
    slack.command(f"/crm background cancel {code}")
    assert told(slack) == "No task has this code. The list says which there are: background"
    slack.command("/crm background index leads")
    assert told(slack).startswith("Your role (manager) does not allow “status”.")
    slack.user = "U_ADA"
    slack.command("/crm status")
    assert "Background: 0 at work, 1 wait, see /crm background" in told(slack)
    slack.command("/crm background")
    assert told(slack).splitlines()[0].startswith(f"#{code} for Rita Reyes Changing 36 leads")
    slack.command(f"/crm background cancel {code}")
    assert task_of(works, task).state == TaskState.CANCELLED
    slack.command("/crm status")
    assert "Background:" not in told(slack)


def test_what_is_not_understood_is_said(slack: SlackDriver) -> None:
    slack.user = "U_ADA"
    slack.command("/crm background dance")
    assert told(slack).startswith("“dance” is not understood. Say background,")
    slack.command("/crm background index dreams")
    assert told(slack).startswith("Of which records? Name them, such as leads or deals.")
    slack.command("/crm background compute leads")
    assert told(slack) == "Leads have no fields that are worked out."


def test_a_new_index_is_the_same_as_the_one_that_changes_kept(
    slack: SlackDriver, works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    ids = many_leads(works, MANY)
    with works("T1", "U_RITA") as work:
        work.get(Lead, ids[0]).deleted_at = work.now
    before = fields_of(works, SearchText, "text")
    with works("T1") as work:
        ours = SearchText.entity == "lead"
        work.session.execute(update(SearchText).where(ours).values(text="nothing"))
    slack.user = "U_ADA"
    slack.command("/crm background index leads")
    worker.drain()
    assert before[""] == 1
    assert fields_of(works, SearchText, "text") == before
    slack.command("/crm background")
    assert told(slack).endswith("Indexed 36 leads")
    assert slack.last.buttons == []


def test_values_that_follow_from_others_are_worked_out_again(
    slack: SlackDriver, works: UnitOfWorkFactory, worker: BackgroundWorker
) -> None:
    sale = given_sample(works, Purchase)
    slack.user = "U_ADA"
    before = fields_of(works, Purchase, "total")
    with works.engine.begin() as connection:
        connection.execute(
            text("SET rapport.workspace = 'T1'") if not works.sqlite else text("SELECT 1")
        )
        connection.execute(text("UPDATE purchase SET total = 7"))
    assert fields_of(works, Purchase, "total") != before
    slack.command("/crm background compute sales")
    worker.drain()
    assert fields_of(works, Purchase, "total") == before
    slack.command("/crm background")
    assert told(slack).endswith("Worked out 1 sale: 1 held something else")
    slack.command(f"/crm history {sale.ref}")
    assert "Rapport" in told(slack)


def test_an_undo_that_was_cancelled_goes_on_with_a_button(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    worker: BackgroundWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(undo, "AT_ONCE", 5)
    asked(works, Lead, many_leads(works, MANY), source="fair")
    worker.drain()
    slack.command("/crm undo --yes")
    piece(worker)
    slack.command("/crm background")
    slack.click("crm.background")
    assert told(slack).startswith("Cancelled. Set back 10 of 36 leads")
    assert slack.last.buttons == ["Go on"]
    slack.click("crm.undo")
    worker.drain()
    assert fields_of(works, Lead, "source") == {None: MANY}
    courier.drain()
    worker.drain()
    courier.drain()
    (*_, message) = slack.posted("U_RITA")
    assert (message.text, message.buttons) == ("Set back 26 of 36 leads", ["Redo"])
    slack.click("crm.redo", message)
    assert told(slack) == "Redo what changed 36 records?"


def test_the_owner_hears_once_of_all_when_it_is_over(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    worker: BackgroundWorker,
    ada: Customer,
) -> None:
    ids = [given(works, Opportunity, name="Sails", customer=ada.ref).id for _ in range(12)]
    asked(works, Opportunity, ids, by="U_MONA", stage="proposal")
    piece(worker)
    courier.drain()
    assert slack.posted("U_RITA") == []
    worker.drain()
    courier.drain()
    (message,) = slack.posted("U_RITA")
    assert message.text.count("Mona Meyer changed Sails") == 5
    assert "and 7 more" in message.text


def test_the_new_owner_hears_once_of_all_when_it_is_over(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    worker: BackgroundWorker,
) -> None:
    asked(works, Lead, many_leads(works, MANY), owner="<@U_RAVI>")
    piece(worker)
    courier.drain()
    assert slack.posted("U_RAVI") == []
    worker.drain()
    courier.drain()
    (message,) = slack.posted("U_RAVI")
    assert message.text.startswith("Rita Reyes gave you 36 records: LD-1 Ada 0, ")
