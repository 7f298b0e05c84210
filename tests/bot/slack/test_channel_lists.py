"""What is told to a channel besides cards: thread lines, lists, receipts and the team's day."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import events
from bot.sandbox.client import SlackDriver
from handlers.core.executor import WILL
from models.core.outbox.delivery import deliver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.bot.outgoing import rows
from tests.bot.rooms import ada_lovelace, broken, room, secret, shown
from tests.ground import given, task
from tests.handlers.conftest import SALES
from tests.handlers.kit import SQLITE, assert_inert, told


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return ada_lovelace(works)


@SQLITE
def test_what_happens_is_told_word_for_word_only_where_everybody_may_see_the_record(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    case = broken(works)
    card = shown(slack, works, courier, case, "U_SAM", "U_SOFIA")
    slack.command("/crm case note CS-1 The password is swordfish", user="U_SAM")
    courier.drain()
    assert "swordfish" in slack.thread(card)[-1]
    events.join(slack.slack, "C_ROOM", "U_GUS")
    slack.command("/crm case note CS-1 Now it is trout", user="U_SAM")
    courier.drain()
    assert slack.thread(card)[-1].text == "CS-1 has news. Not everybody here may see it."
    assert "trout" not in str([line.blocks for line in slack.thread(card)])


@SQLITE
def test_a_list_shows_a_channel_what_all_may_see_and_says_that_there_is_more(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    given(works, Lead, by="U_JULE", first_name="Joan")
    room(slack, "U_RITA", "U_JULE")
    slack.command("/crm lead list --here", channel="C_ROOM", user="U_JULE")
    courier.drain()
    assert secret(slack.posted("C_ROOM")[0])
    assert "Not everything is shown here" not in slack.posted("C_ROOM")[0]
    slack.command("/crm lead list --here", channel="C_ROOM")
    courier.drain()
    [_, whole] = slack.posted("C_ROOM")
    assert "Not everything is shown here" in whole
    assert secret(whole)


@SQLITE
def test_a_question_that_some_may_not_ask_is_answered_to_nobody_and_that_is_said(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Customer, first_name="Grace", city="Bonn")
    slack.command("/crm role hide executive customer city", user="U_ADA")
    room(slack, "U_RITA", "U_ELI")
    slack.command("/crm customer find city = Bonn --here", channel="C_ROOM")
    courier.drain()
    [said] = slack.posted("C_ROOM")
    assert said.words == "Not everything is shown here, because not everybody here may see it."


@SQLITE
def test_nothing_of_a_record_is_kept_in_what_waits_to_be_posted(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    for line in ("/crm lead list --here", "/crm lead set LD-1 company=Babbage --here"):
        slack.command(line)
        assert told(slack) == WILL
    assert not [
        row.about for row in rows(works, channel="C_GENERAL") if "Lovelace" in str(row.about)
    ]
    assert [row.kind for row in rows(works, channel="C_GENERAL")] == ["line", "receipt"]


@SQLITE
def test_a_receipt_is_posted_for_those_who_may_see_the_record(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    room(slack, *SALES)
    slack.command("/crm lead set LD-1 company=Babbage --here", channel="C_ROOM")
    courier.drain()
    [receipt] = slack.posted("C_ROOM")
    assert "Company: Analytical → Babbage" in receipt
    assert receipt.buttons == ["Undo", "Edit", "Show"]
    events.join(slack.slack, "C_ROOM", "U_GUS")
    slack.command("/crm lead set LD-1 company=Byron --here", channel="C_ROOM")
    courier.drain()
    assert "Byron" not in slack.posted("C_ROOM")[1]
    assert "LD-1 has news" in slack.posted("C_ROOM")[1]
    assert_inert(slack)


@SQLITE
def test_who_is_alone_with_the_bot_reads_the_answer_itself(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.dm("lead list --here")
    assert "Ada Lovelace" in slack.last
    assert rows(works, kind="line") == []


@SQLITE
def test_a_teams_day_is_told_with_a_word_on_what_is_left_out(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    customer = given(works, Customer, first_name="Ada")
    task(works, customer, "+1h", "Call Ada")
    task(works, customer, "+1h", "Write to Grace", by="U_OLGA")
    for members, seen, all_of_it in (
        (("U_RITA", "U_MONA"), ["1 task"], False),
        (("U_ADA",), ["2 tasks"], True),
    ):
        name = room(slack, *members, name=f"C_{len(members)}{members[-1]}")
        with works("T1") as work:
            deliver(work, "team_due", name, name)
        courier.drain()
        [day] = slack.posted(name)
        assert all(word in day for word in seen), day
        assert "Ada" not in day
        assert ("Not everything is shown here" in day) != all_of_it
