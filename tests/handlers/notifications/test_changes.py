"""People hear what others do to their records and to those that they follow, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from bot.scheduler.jobs import near_deadlines
from models.core.notifications.notify import QUIET
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, assert_inert, told

pytestmark = SQLITE
WHY = "You get this because OP-1 is yours. Change what reaches you: `/crm notify`"


@pytest.fixture
def sails(works: UnitOfWorkFactory) -> Opportunity:
    given(works, Account, name="Acme")
    return given(works, Opportunity, name="Sails", account="AC-1", amount="12k")


def heard(slack: SlackDriver, courier: DeliveryDispatcher, person: str) -> list[Shown]:
    courier.drain()
    return slack.posted(person)


@pytest.mark.parametrize(
    ("line", "first", "more"),
    [
        (
            "deal edit OP-1 amount=20k",
            "Ravi Rao changed Sails (OP-1)",
            "Amount: €12,000 → €20,000",
        ),
        ("deal won OP-1", "Ravi Rao won Sails (OP-1)", "Won · €12,000"),
        ("deal lost OP-1 too dear", "Ravi Rao lost Sails (OP-1)", "too dear"),
        ("assign OP-1 me", "Ravi Rao took Sails (OP-1)", ""),
        ("assign OP-1 @mona", "Ravi Rao gave Sails (OP-1) to Mona Meyer", ""),
        ("deal delete OP-1 --yes", "Ravi Rao deleted Sails (OP-1)", ""),
    ],
)
def test_the_owner_hears_what_a_colleague_does_and_why_they_hear_it(
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    sails: Opportunity,
    line: str,
    first: str,
    more: str,
) -> None:
    slack.command(f"/crm {line}", user="U_RAVI")
    assert "Told: Rita Reyes" in told(slack) or "assign" in line or "deleted" in first
    [message] = heard(slack, courier, "U_RITA")
    assert message.text.startswith(first)
    assert more in message.words
    assert "You get this because OP-1" in message.words
    assert message.buttons[-1] == "Mute"
    assert_inert(slack)


def test_what_nobody_watches_and_what_one_does_oneself_is_no_news(
    slack: SlackDriver, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    slack.command("/crm deal edit OP-1 competitor=Lark", user="U_RAVI")
    slack.command("/crm deal edit OP-1 amount=9k")
    assert heard(slack, courier, "U_RITA") == []
    slack.command("/crm unmute own")
    slack.command("/crm deal edit OP-1 amount=8k")
    [message] = heard(slack, courier, "U_RITA")
    assert "what you did yourself" in message.words


def test_one_act_on_many_records_is_one_message(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    given(works, Opportunity, name="Oars", account="AC-1")
    slack.command("/crm assign OP-1 OP-2 @mona", user="U_RAVI")
    [message] = heard(slack, courier, "U_RITA")
    assert message.text.splitlines() == [
        "Ravi Rao gave Sails (OP-1) to Mona Meyer",
        "Ravi Rao gave Oars (OP-2) to Mona Meyer",
    ]


def test_what_is_undone_is_taken_back_and_what_still_waits_never_comes(
    slack: SlackDriver, courier: DeliveryDispatcher, sails: Opportunity, clock: StoppedClock
) -> None:
    slack.command("/crm deal lost OP-1 too dear", user="U_RAVI")
    courier.drain()
    slack.command("/crm undo", user="U_RAVI")
    assert "What Rita Reyes read of it says so." in told(slack)
    [message] = heard(slack, courier, "U_RITA")
    assert message.text.startswith("Taken back: Ravi Rao lost Sails (OP-1)")
    slack.command("/crm redo", user="U_RAVI")
    [message] = heard(slack, courier, "U_RITA")
    assert message.text.startswith("Ravi Rao lost Sails (OP-1)")
    slack.command("/crm assign OP-1 @mona")  # it is six in the morning in New York
    assert "Told when at work: Mona Meyer (today 14:00)" in told(slack)
    slack.command("/crm undo")
    clock.forward(timedelta(hours=5))
    assert heard(slack, courier, "U_MONA") == []


def test_who_is_at_home_hears_it_when_their_day_begins(
    slack: SlackDriver, courier: DeliveryDispatcher, sails: Opportunity, clock: StoppedClock
) -> None:
    slack.command("/crm assign OP-1 @mona")
    assert heard(slack, courier, "U_MONA") == []
    clock.forward(timedelta(hours=3))
    [message] = heard(slack, courier, "U_MONA")
    assert message.text == "Rita Reyes gave you OP-1 Sails"


def test_who_allows_nights_hears_it_at_once(
    slack: SlackDriver, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    slack.command("/crm notify nights=yes", user="U_MONA")
    slack.command("/crm assign OP-1 @mona")
    assert len(heard(slack, courier, "U_MONA")) == 1


def test_a_muted_record_is_silent_and_a_followed_one_speaks(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    slack.command("/crm mute OP-1")
    slack.command("/crm follow OP-1", user="U_JULE")
    slack.command("/crm deal edit OP-1 amount=20k", user="U_RAVI")
    assert heard(slack, courier, "U_RITA") == []
    [message] = heard(slack, courier, "U_JULE")
    assert message.text.startswith("Ravi Rao changed Sails (OP-1)")
    assert "You get this because you follow OP-1." in message.words
    assert message.buttons[-1] == "Unfollow"
    slack.click("opportunity.unfollow", message, user="U_JULE")
    slack.command("/crm unmute OP-1")
    slack.command("/crm deal edit OP-1 amount=21k", user="U_RAVI")
    assert len(heard(slack, courier, "U_RITA")) == 1
    assert len(heard(slack, courier, "U_JULE")) == 1
    with works("T1", writes=False) as work:
        quiet = select(Delivery.channel).where(Delivery.error == QUIET)
        assert list(work.session.scalars(quiet)) == ["U_RITA"]


def test_what_is_muted_before_it_is_sent_does_not_come(
    slack: SlackDriver, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    slack.command("/crm deal edit OP-1 amount=20k", user="U_RAVI")
    slack.command("/crm mute OP-1")
    assert heard(slack, courier, "U_RITA") == []


def test_who_may_not_see_a_record_any_more_reads_its_number_and_no_more(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Lead, by="U_JULE", first_name="Zed")
    slack.command("/crm assign LD-1 @olga", user="U_ADA")
    [message] = heard(slack, courier, "U_JULE")
    assert message.text == "Ada Abel handed LD-1 over. You no longer see it."
    assert "Zed" not in str(message.blocks)


def test_who_follows_what_they_may_not_see_any_more_hears_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Lead, by="U_OLGA", first_name="Zed")
    slack.command("/crm follow LD-1", user="U_RITA")
    assert told(slack) == "There is no LD-1."
    given(works, Lead, by="U_RITA", first_name="Yan")
    slack.command("/crm follow LD-2", user="U_RAVI")
    slack.command("/crm assign LD-2 @olga --yes", user="U_ADA")
    courier.drain()
    slack.command("/crm lead qualify LD-2", user="U_OLGA")
    assert not any("Yan" in str(each.blocks) for each in heard(slack, courier, "U_RAVI")[1:])


def test_notes_and_answers_on_ones_case_are_news_word_for_word(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    eve = given(works, Customer, first_name="Eve")
    given(works, Case, by="U_SAM", subject="Mast", customer=eve.ref, assignee="U_SOFIA")
    courier.drain()
    slack.command("/crm case note CS-1 see *here* <!channel>", user="U_SAM")
    message = heard(slack, courier, "U_SOFIA")[-1]
    assert message.text.startswith("Sam Silva wrote a note on Mast (CS-1)")
    assert "*here*" in message.words
    assert_inert(slack)


def test_a_file_and_an_owner_of_ones_own_making(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    slack.command("/crm deal new Oars AC-1 owner=@ravi")
    assert "Told: Ravi Rao" in told(slack)
    [message] = heard(slack, courier, "U_RAVI")
    assert message.text == "Rita Reyes gave you OP-2 Oars"
    slack.command("/crm deal edit OP-1 owner=@ravi")
    assert heard(slack, courier, "U_RAVI")[-1].text == "Rita Reyes gave you OP-1 Sails"


def test_who_is_named_in_a_note_hears_it_if_they_may_see_the_case(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    eve = given(works, Customer, first_name="Eve")
    given(works, Case, by="U_SAM", subject="Mast", customer=eve.ref, assignee="U_SAM")
    slack.command("/crm case note CS-1 <@U_RITA> please call, @nobody", user="U_SAM")
    assert "Told: Rita Reyes" in told(slack)
    [message] = heard(slack, courier, "U_RITA")
    assert message.text.startswith("Sam Silva wrote a note on Mast (CS-1)")
    assert "You get this because you are named in it." in message.words
    slack.command("/crm role refuse senior rep case look", user="U_ADA")
    slack.command("/crm case note CS-1 <@U_RITA> again", user="U_SAM")
    assert "Told" not in told(slack)
    assert len(heard(slack, courier, "U_RITA")) == 1


def test_who_has_a_case_hears_of_its_deadline_once_and_not_when_it_is_over(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    eve = given(works, Customer, first_name="Eve")
    for subject in ("Mast", "Sail"):
        given(
            works,
            Case,
            by="U_SAM",
            subject=subject,
            customer=eve.ref,
            assignee="U_SAM",
            resolve_by="+2h",
        )
    slack.command("/crm case resolve CS-2 Done", user="U_SAM")

    def look() -> list[str]:
        with works("T1") as work:
            near_deadlines(work)
        return [each.text for each in heard(slack, courier, "U_SAM")]

    assert look() == []
    clock.forward(timedelta(hours=1))
    assert look() == ["CS-1 Mast is due today 13:00"]
    assert look() == look()
    [message] = slack.posted("U_SAM")
    assert message.buttons == ["Reply", "Resolve", "Open", "Mute"]
    assert "You get this because CS-1 is yours and its deadline is near." in message.words


def test_a_lead_that_somebody_else_converts_is_one_message(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Lead, first_name="Zed", company="Acme")
    slack.command("/crm lead convert LD-1 deal=Sails", user="U_MONA")
    [message] = heard(slack, courier, "U_RITA")
    assert message.text.startswith("Mona Meyer converted Zed (LD-1)")


def test_all_that_one_act_gives_a_person_is_one_message(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    for name in ("Oars", "Ropes"):
        given(works, Opportunity, name=name, account="AC-1")
    slack.command("/crm assign OP-1 OP-2 OP-3 @ravi")
    [message] = heard(slack, courier, "U_RAVI")
    assert message.text == "Rita Reyes gave you 3 records: OP-1 Sails, OP-2 Oars, OP-3 Ropes"
    assert "Show" in message.buttons
    slack.click("crm.undo")
    [message] = heard(slack, courier, "U_RAVI")
    assert message.text.startswith("Taken back: Rita Reyes gave you OP-1 Sails, OP-2 Oars")


def test_who_wants_them_less_often_hears_of_all_changes_once_in_the_morning(
    slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock, sails: Opportunity
) -> None:
    slack.command("/crm deal edit OP-1 amount=13k", user="U_RAVI")
    [first] = heard(slack, courier, "U_RITA")
    slack.click("crm.less", where=first)
    slack.command("/crm deal edit OP-1 amount=20k", user="U_RAVI")
    assert "Rita Reyes (tomorrow" in told(slack)
    slack.command("/crm deal edit OP-1 amount=21k", user="U_RAVI")
    slack.command("/crm deal edit OP-1 amount=99k", user="U_RAVI")
    slack.command("/crm undo", user="U_RAVI")
    slack.command("/crm deal won OP-1", user="U_RAVI")
    clock.forward(timedelta(hours=4))
    assert len(heard(slack, courier, "U_RITA")) == 1
    clock.forward(timedelta(hours=20))
    _, morning = heard(slack, courier, "U_RITA")
    assert morning.text.splitlines() == [
        "3 changes by others on your records and those that you follow",
        "Ravi Rao changed Sails (OP-1)",
        "Amount: €13,000 → €20,000",
        "Ravi Rao changed Sails (OP-1)",
        "Amount: €20,000 → €21,000",
        "Ravi Rao won Sails (OP-1)",
        "Won · €21,000 · Tue 10 Mar · Rita Reyes",
    ]
    assert "You get this once a day, because you want to hear of changes together." in morning.words
    assert "Less often" not in morning.buttons
    clock.forward(timedelta(days=1))
    assert len(heard(slack, courier, "U_RITA")) == 2


def test_what_was_muted_or_undone_meanwhile_is_not_told_in_the_morning(
    slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock, sails: Opportunity
) -> None:
    slack.command("/crm less changes")
    slack.command("/crm deal edit OP-1 amount=20k", user="U_RAVI")
    slack.command("/crm mute OP-1")
    clock.forward(timedelta(days=1))
    assert heard(slack, courier, "U_RITA") == []
    slack.command("/crm unmute OP-1")
    slack.command("/crm deal edit OP-1 amount=30k", user="U_RAVI")
    slack.command("/crm undo", user="U_RAVI")
    clock.forward(timedelta(days=1))
    assert heard(slack, courier, "U_RITA") == []


def test_what_is_undone_after_the_morning_is_taken_back_in_its_message(
    slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock, sails: Opportunity
) -> None:
    slack.command("/crm less changes")
    clock.forward(timedelta(hours=20))  # an hour before nine in Berlin
    slack.command("/crm deal edit OP-1 amount=20k", user="U_RAVI")
    slack.command("/crm deal edit OP-1 amount=30k", user="U_RAVI")
    clock.forward(timedelta(hours=10))
    [morning] = heard(slack, courier, "U_RITA")
    assert "Taken back" not in morning.text
    slack.command("/crm undo", user="U_RAVI")
    [morning] = heard(slack, courier, "U_RITA")
    assert morning.text.count("Taken back") == 1
    assert morning.text.startswith("2 changes by others")
    slack.command("/crm redo", user="U_RAVI")
    [morning] = heard(slack, courier, "U_RITA")
    assert "Taken back" not in morning.text
