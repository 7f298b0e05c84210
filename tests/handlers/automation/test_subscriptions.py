"""People and channels hear of what they subscribe to."""

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.mrkdwn import unescape
from models.automation.rule import Rule
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.automation.test_rule import deal_of, say, work_on
from tests.handlers.kit import count


def test_a_person_hears_what_others_do_and_not_what_they_or_rules_do(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    answer = say(slack, "subscribe deal enters (amount > 50k)", "U_RAVI")
    assert answer.splitlines() == [
        "Subscribed",
        "When a deal begins to fit (amount > 50k), and another person did it, I tell Ravi Rao.",
        "In the last 30 days it would never have done anything.",
    ]
    say(slack, "rule new when deal changes next_step then set amount=90k")
    ours, mine, of_rule = deal_of(works, "Ours"), deal_of(works, "Mine"), deal_of(works, "Rule")
    say(slack, f"deal set {ours.ref} amount=60k", "U_RITA")
    say(slack, f"deal set {mine.ref} amount=60k", "U_RAVI")
    say(slack, f"deal set {of_rule.ref} next_step=ask", "U_RITA")
    work_on(works, courier)
    heard = [unescape(each.text) for each in slack.posted("U_RAVI")]
    assert heard == ["Ours (OP-1) fits (amount > 50k) now"]
    assert (
        say(slack, "subscribe", "U_RAVI")
        == "RU-1 when deal enters (amount > 50k) by others then dm me"
    )
    assert "Not subscribed any more" in say(slack, "unsubscribe RU-1", "U_RAVI")
    assert count(works, Rule) == 1


def test_a_channel_hears_of_it_where_somebody_may_make_rules(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    assert "does not allow “rule new”" in say(slack, "subscribe #sales lead is created", "U_RITA")
    assert "I post in #sales." in say(slack, "subscribe #sales lead is created")
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    assert "Ann (LD-1) is new" in [each.text for each in slack.posted("C_SALES")]


def test_a_subscription_does_nothing_but_tell(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    for line in (
        "subscribe deal changes then set next_step=mine",
        "subscribe deal is created then dm me, assign me",
        "subscribe nothing at all",
    ):
        assert say(slack, line, "U_RITA")
    assert "does not allow" in say(slack, "rule new lead must phone", "U_RITA")
    assert count(works, Rule) == 0
