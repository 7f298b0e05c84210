"""Who comes into a channel reads its history: what was told there says no more than they may see,
too.
"""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import events
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from handlers.core.ui.cards import LEFT_OUT
from handlers.notifications.rerender import MASKED
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery, deliver
from models.core.outbox.posted import PostedMessage
from models.core.saved_filters import SavedFilter
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.bot.outgoing import rows
from tests.bot.rooms import ada_lovelace, broken, room, secret, shown
from tests.ground import StoppedClock, given, task
from tests.handlers.kit import SQLITE, assert_inert

HINT = "CS-1 has news. Not everybody here may see it."


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return ada_lovelace(works)


def updates(slack: SlackDriver) -> int:
    """How often something that stands was drawn anew."""
    return [name for name, _ in slack.slack.calls].count("chat.update")


def noted(slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher) -> Shown:
    """A case in a channel of support, in whose thread a note is told."""
    card = shown(slack, works, courier, broken(works), "U_SAM", "U_SOFIA")
    slack.command("/crm case note CS-1 The password is swordfish", user="U_SAM")
    courier.drain()
    assert "swordfish" in slack.thread(card)[-1]
    return card


def come(slack: SlackDriver, courier: DeliveryDispatcher, *people: str) -> None:
    for person in people:
        events.join(slack.slack, "C_ROOM", person)
    courier.drain()


def go(slack: SlackDriver, courier: DeliveryDispatcher, *people: str) -> None:
    for person in people:
        events.leave(slack.slack, "C_ROOM", person)
    courier.drain()


def listed(
    slack: SlackDriver, courier: DeliveryDispatcher, *people: str, line: str = "lead list"
) -> Shown:
    """A list that Rita has posted in a channel with these people."""
    room(slack, *people)
    slack.command(f"/crm {line} --here", channel="C_ROOM")
    courier.drain()
    return slack.posted("C_ROOM")[0]


# ── lines in threads ──────────────────────────────────────────────────────────────────────────────


def test_a_line_in_a_thread_says_nothing_to_who_comes_and_its_words_again_when_they_go(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = noted(slack, works, courier)
    come(slack, courier, "U_GUS")
    assert slack.thread(card)[-1].text == HINT
    assert "swordfish" not in str([line.blocks for line in slack.thread(card)])
    go(slack, courier, "U_GUS")
    assert "swordfish" in slack.thread(card)[-1]
    assert_inert(slack)


@SQLITE
def test_a_line_that_who_comes_may_read_is_left_as_it_is(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = noted(slack, works, courier)
    come(slack, courier, "U_ADA")
    assert "swordfish" in slack.thread(card)[-1]
    errors = {row.error for row in rows(works, kind="redraw") if row.entity is None}
    assert errors <= {
        "dropped: another drew it",
        "dropped: it shows nothing that somebody may not see",
    }
    line = slack.thread(card)[-1].raw
    assert line
    assert line.edited_at is None


@SQLITE
def test_a_line_whose_words_were_swept_away_is_hidden_all_the_same(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = noted(slack, works, courier)
    with works("T1") as work:
        work.session.execute(delete(Delivery))
    come(slack, courier, "U_ADA")
    assert "swordfish" in slack.thread(card)[-1]
    come(slack, courier, "U_GUS")
    assert slack.thread(card)[-1].text == HINT
    go(slack, courier, "U_GUS")
    assert slack.thread(card)[-1].text == HINT


@SQLITE
def test_a_right_that_is_taken_away_is_seen_in_threads(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = noted(slack, works, courier)
    slack.command("/crm role refuse support case look", user="U_ADA")
    courier.drain()
    assert slack.thread(card)[-1].text == HINT


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_is_hidden_from_who_comes_and_may_not_see_all_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    assert not secret(listed(slack, courier, "U_RITA", "U_RAVI"))
    come(slack, courier, "U_JULE")
    [masked] = slack.posted("C_ROOM")
    assert (masked.text, masked.words) == (MASKED, MASKED)
    assert secret(str(masked.blocks))


@SQLITE
@pytest.mark.parametrize("who", ["U_ADA", "U_RAVI", "U_MONA"])
def test_a_list_stays_when_who_comes_may_see_as_much(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead, who: str
) -> None:
    before = listed(slack, courier, "U_RITA")
    given(works, Lead, first_name="Grace")
    come(slack, courier, who)
    assert slack.posted("C_ROOM")[0].text == before.text
    assert updates(slack) == 0


@SQLITE
@pytest.mark.parametrize("line", ["filters", "filter list", "find pets"])
def test_a_list_of_private_filters_is_hidden_from_who_comes_and_comes_back_when_they_go(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead, line: str
) -> None:
    given(works, SavedFilter, by="U_RITA", name="My pets", about="lead", typed="open")
    assert "My pets" in str(listed(slack, courier, "U_RITA", line=line))
    come(slack, courier, "U_RAVI")
    assert "My pets" not in str(slack.posted("C_ROOM")[0])
    go(slack, courier, "U_RAVI")
    assert ("My pets" in str(slack.posted("C_ROOM")[0])) is (line != "find pets")


@SQLITE
def test_a_list_stays_when_a_colleague_is_new_in_the_team(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    listed(slack, courier, "U_RITA", "U_RAVI")
    works.welcome("T1", "U_NEW", name="Nora New", role="senior rep", team="sales")
    with works("T1", "U_ADA") as work:
        work.session.scalars(select(User).where(User.slack_id == "U_OLGA")).one().team = "sales"
    come(slack, courier, "U_RAVI")
    assert not secret(slack.posted("C_ROOM")[0])


@SQLITE
@pytest.mark.parametrize("change", [{"role": "rep"}, {"team": "north"}, {"guest": True}])
def test_a_list_is_hidden_when_somebody_may_see_less_than_before(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    ada: Lead,
    change: dict[str, object],
) -> None:
    listed(slack, courier, "U_RITA", "U_MONA")
    works.welcome("T1", "U_MONA", **change)
    courier.drain()
    assert slack.posted("C_ROOM")[0].text == MASKED


@SQLITE
def test_a_list_is_hidden_when_its_channel_is_shared_with_another_company(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    listed(slack, courier, "U_RITA")
    events.share(slack.slack, "C_ROOM")
    courier.drain()
    assert slack.posted("C_ROOM")[0].text == MASKED


@SQLITE
def test_a_list_that_showed_nothing_shows_nothing_to_others_either_and_stands(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    assert secret(listed(slack, courier, "U_RITA", "U_GUS"))
    come(slack, courier, "U_OLGA", "U_JULE")
    assert slack.posted("C_ROOM")[0].text != MASKED
    assert updates(slack) == 0


@SQLITE
def test_the_day_of_a_team_is_drawn_again_as_of_when_it_was_told(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    customer = given(works, Customer, first_name="Grace")
    task(works, customer, "+1h", "Call Grace")
    task(works, customer, "+2d", "Write to Joan")
    task(works, customer, "+1h", "Visit Olga", by="U_OLGA")
    room(slack, "U_ADA", "U_MONA")
    with works("T1") as work:
        deliver(work, "team_due", "C_ROOM", "day")
    courier.drain()
    assert slack.posted("C_ROOM")[0].text.startswith("Sales, Tue 10 Mar: 1 task due · no deal")
    clock.forward(timedelta(days=3))
    come(slack, courier, "U_RITA")
    assert "Sales, Tue 10 Mar: 1 task due" in slack.posted("C_ROOM")[0]
    come(slack, courier, "U_OLGA")
    [day] = slack.posted("C_ROOM")
    assert "task" not in day
    come(slack, courier, "U_GUS")
    assert (
        slack.posted("C_ROOM")[0].text
        == "Not everything is shown here, because not everybody here may see it."
    )


@SQLITE
def test_a_list_of_which_who_comes_may_see_nothing_says_so(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    customer = given(works, Customer, first_name="Grace")
    case = given(
        works, Case, by="U_SAM", subject="Broken", priority="urgent", customer=customer.ref
    )
    room(slack, "U_SAM", "U_SOFIA")
    with works("T1") as work:
        deliver(work, "cases", "C_ROOM", "alarm", about={"ids": [case.id]})
    courier.drain()
    assert "Broken" in slack.posted("C_ROOM")[0]
    slack.command("/crm case claim CS-1", user="U_SAM")
    come(slack, courier, "U_GUS")
    assert slack.posted("C_ROOM")[0].text == f"Nothing is left of this list\n{LEFT_OUT}."
    assert "Broken" not in str(slack.posted("C_ROOM")[0].blocks)


@SQLITE
def test_a_receipt_says_only_that_there_is_news(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    assert "Babbage" in listed(slack, courier, "U_RITA", line="lead set LD-1 company=Babbage")
    come(slack, courier, "U_JULE")
    [receipt] = slack.posted("C_ROOM")
    assert receipt.text == "LD-1 has news. Not everybody here may see it."
    assert "Babbage" not in str(receipt.blocks)


# ── what is remembered ────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_what_is_deleted_in_slack_is_forgotten(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    message = listed(slack, courier, "U_RITA")
    assert message.raw
    slack.slack.remove(message.raw)
    come(slack, courier, "U_GUS")
    with works("T1", writes=False) as work:
        assert work.session.scalars(select(PostedMessage)).all() == []
    assert [row.state for row in rows(works, kind="redraw")] == ["sent"]


@SQLITE
def test_what_one_reads_alone_is_not_remembered(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    given(works, Lead, by="U_RAVI", first_name="Grace")
    slack.command("/crm assign LD-2 @rita", user="U_RAVI")
    courier.drain()
    with works("T1", writes=False) as work:
        assert [told.channel for told in work.session.scalars(select(PostedMessage))] == []


@SQLITE
@pytest.mark.parametrize("line", ["report", "lead list"])
def test_what_was_hidden_because_somebody_saw_less_comes_back_when_that_ends(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    ada: Lead,
    line: str,
) -> None:
    before = listed(slack, courier, "U_RITA", "U_MONA", line=line).text
    works.welcome("T1", "U_MONA", role="rep")
    courier.drain()
    assert slack.posted("C_ROOM")[0].text == MASKED
    works.welcome("T1", "U_MONA", role="manager")
    courier.drain()
    assert slack.posted("C_ROOM")[0].text == before
    works.welcome("T1", "U_MONA", role="rep")
    courier.drain()
    assert slack.posted("C_ROOM")[0].text == MASKED


@SQLITE
def test_what_somebody_typed_is_kept_nowhere_and_so_stays_hidden(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    listed(slack, courier, "U_RITA", "U_MONA", line="lead find Lovelace")
    for role in ("rep", "manager"):
        works.welcome("T1", "U_MONA", role=role)
        courier.drain()
    assert slack.posted("C_ROOM")[0].text == MASKED
    with works("T1", writes=False) as work:
        kept = [str(told.shown) for told in work.session.scalars(select(PostedMessage))]
    assert "Lovelace" not in "".join(kept)


@SQLITE
def test_the_day_of_a_team_comes_back_when_who_saw_less_goes(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    customer = given(works, Customer, first_name="Grace")
    task(works, customer, "+1h", "Call Grace")
    room(slack, "U_RITA", "U_MONA")
    with works("T1") as work:
        deliver(work, "team_due", "C_ROOM", "day")
    courier.drain()
    first = slack.posted("C_ROOM")[0].text
    come(slack, courier, "U_OLGA")
    assert "1 task" not in slack.posted("C_ROOM")[0]
    go(slack, courier, "U_OLGA")
    assert slack.posted("C_ROOM")[0].text == first
