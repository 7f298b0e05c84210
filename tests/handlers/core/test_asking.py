"""What only asks disturbs nobody: forms and questions come without a writer's turn, and are not
remembered as done.
"""

import pytest
from sqlalchemy import func, select

from bot.sandbox.client import SlackDriver
from models.core.outbox.delivery import IdempotencyKey
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.kit import SQLITE, found, told

ASKS = [
    "lead new",
    "lead edit LD-1",
    "lead assign LD-1",
    "lead set LD-1 source=Web --form",
    "customer new Ada --form",
]


def acts_seen(works: UnitOfWorkFactory) -> int:
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.count(IdempotencyKey.id))) or 0


@pytest.mark.parametrize("line", ASKS)
def test_a_form_opens_and_nothing_is_written(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    given(works, Lead, first_name="Bob")
    before = acts_seen(works)
    slack.command(f"/crm {line}")
    assert slack.modal
    assert acts_seen(works) == before


@SQLITE
def test_a_form_opens_while_somebody_else_has_the_turn_to_write(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm help")  # who is known is not looked up again
    with works.queue():
        slack.command("/crm lead new")
    assert slack.modal


def test_a_question_before_destruction_writes_nothing_and_its_answer_does(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Bob")
    before = acts_seen(works)
    slack.command("/crm lead delete LD-1")
    assert "Delete LD-1 Bob?" in told(slack)
    assert acts_seen(works) == before
    slack.command("/crm lead delete LD-1 --yes")
    assert found(works, Lead).deleted_at
    assert acts_seen(works) == before + 1


def test_what_turns_out_to_need_no_form_is_done(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command('/crm customer new "Ada Lovelace"')
    assert found(works, Customer).title == "Ada Lovelace"
