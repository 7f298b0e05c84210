"""Rules and subscriptions add what saved filters find to the digest of a channel."""

from datetime import timedelta
from typing import Any

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.automation.rule import Rule
from models.core.saved_filters import SavedFilter
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.automation.test_rule import deal_of, say
from tests.handlers.kit import count, found
from tests.models.automation.test_runner import tick


def digests(slack: SlackDriver, channel: str = "C_SALES") -> list[str]:
    return [each.words for each in slack.posted(channel) if "Digest, " in each.words]


def next_day(works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: Any) -> None:
    clock.forward(timedelta(days=1))
    tick(works)
    courier.drain()


def test_a_channel_gets_one_digest_of_all_filters_for_it_when_something_changed(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: Any
) -> None:
    say(slack, 'deal list amount > 50k | save "big"')
    say(slack, 'lead list status = new | save "fresh"')
    line = 'when weekday at 9:00 then digest <#C_SALES|sales> "big"'.replace("when", "every")
    assert "I add “big” to the digest of #sales." in say(slack, f"rule new {line}")
    say(slack, 'subscribe <#C_SALES|sales> digest "fresh" every weekday at 9:00')
    deal_of(works, "Sails", amount="60k")
    given(works, Lead, first_name="Ann")
    next_day(works, courier, clock)
    [digest] = digests(slack)
    assert "*big, 1 deal*" in digest
    assert "Sails" in digest
    assert "*fresh, 1 lead*" in digest
    assert "Added by the rules RU-1 of Ada Abel, RU-2 of Ada Abel." in digest
    next_day(works, courier, clock)
    assert len(digests(slack)) == 1
    given(works, Lead, first_name="Bea")
    next_day(works, courier, clock)
    assert "*fresh, 2 leads*" in digests(slack)[-1]
    say(slack, "unsubscribe RU-2")
    given(works, Lead, first_name="Cid")
    deal_of(works, "Oars", amount="70k")
    clock.forward(timedelta(days=2))
    next_day(works, courier, clock)
    assert "fresh" not in digests(slack)[-1]
    assert "*big, 2 deals*" in digests(slack)[-1]


def test_a_channel_reads_no_more_than_all_in_it_may(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: Any
) -> None:
    say(slack, 'lead list notes != empty | save "noted"')
    say(slack, 'deal list amount > 50k | save "big"')
    say(slack, 'rule new every weekday at 9:00 then digest <#C_SUPPORT|support> "noted"')
    say(slack, 'rule new every weekday at 9:00 then digest <#C_SUPPORT|support> "big"')
    given(works, Lead, first_name="Ann", notes="secret")
    deal_of(works, "Sails", amount="60k")
    next_day(works, courier, clock)
    [digest] = digests(slack, "C_SUPPORT")
    assert "It asks what not everybody here may see" in digest
    assert "Ann" not in digest
    assert "secret" not in digest


def test_a_filter_comes_with_the_digest_of_a_person_who_subscribes_to_it(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    say(slack, 'deal list amount > 50k | save "big"', "U_RITA")
    answer = say(slack, 'subscribe digest "big"', "U_RITA")
    assert "Your digest tells what it finds, when that changed." in answer
    assert found(works, SavedFilter).in_digest
    assert "You have no saved filter “small”" in say(slack, 'subscribe digest "small"', "U_RITA")
    assert "does not allow “rule new”" in say(
        slack, 'subscribe <#C_SALES|sales> digest "big"', "U_RITA"
    )
    assert count(works, Rule) == 0


def test_what_is_no_section_is_said(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    say(slack, 'deal list amount > 50k | save "big"')
    for line, why in {
        'when deal is created then digest #sales "big"': "A digest comes at a time",
        'every day at 9:00 deal where open then digest #sales "big"': "about no record",
        'every day at 9:00 then digest #sales "none"': "There is no saved filter “none”",
        "every day at 9:00 then digest #sales": "Which filter, in the digest of which channel?",
        'every day at 9:00 then digest "big"': "Which filter, in the digest of which channel?",
    }.items():
        assert why in say(slack, f"rule new {line}"), line
    assert count(works, Rule) == 0
