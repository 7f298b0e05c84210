"""What happened is told by name and word for word, and yet stands nowhere in the queue: it is read
when it is sent.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.drawings import buttons, drawn, said
from tests.handlers.kit import SQLITE, standing

pytestmark = SQLITE


@pytest.fixture
def case(works: UnitOfWorkFactory) -> Case:
    ada = given(works, Customer, first_name="Ada")
    return given(works, Case, by="U_SAM", subject="Broken mast", customer=ada.ref)


def id_of(works: UnitOfWorkFactory, slack_id: str) -> int:
    with works("T1", writes=False) as work:
        return work.lookup("user", slack_id)


def told(works: UnitOfWorkFactory, record: Any, **about: Any) -> str:
    message = drawn(works, "event", about=about, entity=record.slug(), record_id=record.id)
    assert message is not None
    return message.text


def queue(works: UnitOfWorkFactory) -> str:
    """All that the queue holds of what is told of records, whatever became of it."""
    with works("T1", writes=False) as work:
        rows = work.session.scalars(
            select(Delivery).where(Delivery.kind.in_(["event", "assigned"]))
        )
        return "\n".join(f"{row.key} {row.about} {row.error}" for row in rows)


def thread(slack: SlackDriver, channel: str = "C_SALES") -> list[str]:
    return [line.words for line in slack.thread(slack.posted(channel)[0])]


# ── lines in threads ──────────────────────────────────────────────────────────────────────────────


def test_an_answer_is_told_word_for_word_and_kept_where_it_stands(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, case: Case
) -> None:
    standing(slack, works, courier, case)
    slack.command("/crm case reply CS-1 Mr Marlow, it is *mended*", user="U_SAM")
    assert "Marlow" not in queue(works)
    courier.drain()
    assert thread(slack)[-1] == "Sam Silva replied: Mr Marlow, it is *mended*"
    assert not {"Marlow", "Silva"} & set(queue(works).replace(",", " ").split())


def test_one_that_is_taken_back_names_both_and_done_again_too(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, case: Case
) -> None:
    standing(slack, works, courier, case)
    slack.command("/crm case note CS-1 Mr Marlow is cross", user="U_SAM")
    courier.drain()
    slack.command("/crm undo", user="U_SAM")
    courier.drain()
    slack.command("/crm redo", user="U_SAM")
    courier.drain()
    first = "Sam Silva noted: Mr Marlow is cross"
    whole = [first, f"Sam Silva undid this: {first}", f"Sam Silva did this again: {first}"]
    assert thread(slack) == whole
    assert "Marlow" not in queue(works)


def test_who_was_renamed_or_forgotten_is_called_as_they_are_called_now(
    works: UnitOfWorkFactory, case: Case
) -> None:
    sam = id_of(works, "U_SAM")
    with works("T1", "U_SAM") as work:
        work.get(Case, case.id).claim(work)
        work.get(User, sam).name = "Somebody"
    assert told(works, case, by=sam, did="took it.") == "Somebody took it."


def test_an_answer_that_was_erased_is_not_quoted(works: UnitOfWorkFactory, case: Case) -> None:
    with works("T1", "U_SAM") as work:
        reply = work.get(Case, case.id).reply(work, "Mr Marlow is cross")
    with works("T1") as work:
        work.session.execute(text("DELETE FROM reply"))
    assert (
        told(works, case, by=id_of(works, "U_SAM"), did="replied", remark=reply.id)
        == "Sam Silva replied: …"
    )


def test_what_the_crm_did_itself_is_told_as_its_own(works: UnitOfWorkFactory, case: Case) -> None:
    assert told(works, case, by=None, did="closed it.") == "Rapport closed it."


@pytest.mark.parametrize(
    ("about", "line"),
    [
        ({"text": "Rita Reyes qualified it."}, "Rita Reyes qualified it."),
        (
            {"text": "Ravi Rao undid this: Rita took it.", "of": "Rita took it."},
            "Ravi Rao undid this: Rita took it.",
        ),
    ],
)
def test_what_waited_when_the_crm_was_upgraded_is_told_as_it_was_written(
    works: UnitOfWorkFactory, case: Case, about: dict[str, Any], line: str
) -> None:
    assert told(works, case, **about) == line


def test_an_old_line_that_is_taken_back_after_the_upgrade_says_who_did_that(
    works: UnitOfWorkFactory, case: Case
) -> None:
    line = told(works, case, text="Rita Reyes took it.", undone=id_of(works, "U_RAVI"))
    assert line == "Ravi Rao undid this: Rita Reyes took it."


def test_who_may_not_see_all_of_a_record_is_not_told_what_was_said(
    works: UnitOfWorkFactory,
) -> None:
    lead = given(works, Lead, first_name="Ada", notes="Private")
    about = {"by": id_of(works, "U_RITA"), "did": "qualified it."}
    message = drawn(works, "event", "U_GUS", about=about, entity="lead", record_id=lead.id)
    assert message is not None
    assert message.text == "LD-1 has news. Not everybody here may see it."
    assert buttons(message) == [("lead.show", "LD-1")]


def test_the_same_is_told_once_and_something_else_as_well(
    works: UnitOfWorkFactory, case: Case
) -> None:
    with works("T1", "U_SAM") as work:
        found = work.get(Case, case.id)
        for did in ("took it.", "took it.", "closed it."):
            work.tell(found, did)
        keys = [
            row.key
            for row in work.session.scalars(select(Delivery).where(Delivery.kind == "event"))
        ]
    assert len(keys) == len(set(keys)) == 2
    assert all(key.startswith(f"event:CS-1:{work.unit}:") for key in keys)


# ── somebody was given a record ───────────────────────────────────────────────────────────────────


def test_a_new_owner_hears_who_gave_it_and_the_queue_does_not_know_the_name(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    given(works, Lead, first_name="Ada")
    slack.command("/crm assign LD-1 @ravi", user="U_MONA")
    assert "Meyer" not in queue(works)
    courier.drain()
    assert slack.posted("U_RAVI")[-1].text == "Mona Meyer gave you LD-1 Ada"


@pytest.mark.parametrize("by", ["Mona Meyer", None])
def test_it_is_told_as_it_was_written_before_the_upgrade_and_of_the_crm_itself(
    works: UnitOfWorkFactory, by: str | None
) -> None:
    lead = given(works, Lead, by="U_RAVI", first_name="Ada")
    columns = {"about": {"by": by}, "entity": "lead", "record_id": lead.id}
    assert f"{by or 'Rapport'} gave you LD-1 Ada" in said(
        drawn(works, "assigned", "U_RAVI", **columns)
    )


def test_nobody_is_told_of_what_is_somebody_elses_by_now_or_gone(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, by="U_RAVI", first_name="Ada")
    columns = {"about": {"by": None}, "entity": "lead", "record_id": lead.id}
    assert drawn(works, "assigned", "U_RITA", **columns) is None
    with works("T1", "U_RAVI") as work:
        records.delete(work, work.get(Lead, lead.id))
    assert drawn(works, "assigned", "U_RAVI", **columns) is None


def won(slack: SlackDriver) -> list[str]:
    return [each.text for each in slack.posted("C_SALES") if " won Sails" in each.text]


def test_a_won_deal_is_told_in_the_channel_once_and_a_minute_later(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: Any
) -> None:
    given(works, Account, name="Acme")
    given(works, Opportunity, name="Sails", account="AC-1", amount="12k")
    slack.command("/crm deal won OP-1")
    courier.drain()
    assert won(slack) == []
    clock.forward(timedelta(minutes=1))
    courier.drain()
    assert won(slack) == ["Rita Reyes won Sails (OP-1): €12,000 from Acme"]
    slack.command("/crm deal stage OP-1 proposal")
    slack.command("/crm deal won OP-1")
    clock.forward(timedelta(minutes=2))
    courier.drain()
    assert len(won(slack)) == 1


def test_who_takes_a_win_back_at_once_leaves_no_party_behind(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: Any
) -> None:
    given(works, Account, name="Acme")
    given(works, Opportunity, name="Sails", account="AC-1")
    slack.command("/crm deal won OP-1")
    slack.click("crm.undo")
    clock.forward(timedelta(minutes=2))
    courier.drain()
    assert won(slack) == []
    slack.command("/crm deal won OP-1")
    clock.forward(timedelta(minutes=2))
    courier.drain()
    assert won(slack) == ["Rita Reyes won Sails (OP-1): Acme"]
