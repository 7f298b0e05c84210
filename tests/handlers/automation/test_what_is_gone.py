"""Rules about nouns, fields and filters that are deleted, and rules that fire again and again."""

from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.automation import runner
from models.automation.run import RuleRun, RunState
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.handlers.automation.test_rule import say, work_on

OBJECT = 'object new Parcel prefix=PA fields="Weight decimal, Whose customer"'


def test_rules_about_a_noun_that_is_deleted_stop_and_nothing_breaks(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, OBJECT)
    say(slack, "rule new when parcel is created then dm @ravi")
    say(slack, "rule new every day at 9:00 parcel where weight > 3 then dm me")
    say(slack, "rule new parcel must weight if whose != empty")
    say(slack, "parcel new One weight=1")
    say(slack, "parcel new Two weight=2")
    runner.run_next(works, "T1")
    say(slack, "object delete OB-1 --yes")
    work_on(works, courier)
    assert slack.posted("U_RAVI") == []
    log = say(slack, "rule log RU-1")
    assert "what it is about is no more" in log
    assert "told Ravi Rao" in log
    heard = slack.posted("U_ADA")[-1].words
    assert "Your rule RU-1 did nothing: what it is about is no more" in heard
    for line in ("RU-1", "rule list", "rule log RU-3", "history RU-1", "rule pause RU-2"):
        assert "Something went wrong" not in say(slack, line), line
    assert "begins with nothing that rules are about" in say(slack, "rule test RU-1")
    assert "Created LD-1" in say(slack, "lead new Ann")
    assert "You have no subscriptions" in say(slack, "subscribe")


def test_a_rule_about_a_field_that_is_deleted_stops_and_says_why(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "field new Weight about=lead kind=number")
    say(slack, "rule new when lead enters (weight > 3) then dm me")
    say(slack, "field delete FD-1 --yes")
    assert "Created LD-1" in say(slack, "lead new Ann")
    work_on(works, courier)
    assert "“weight” is no condition" in say(slack, "rule log RU-1")
    assert "“weight” is no condition" in say(slack, "rule test RU-1")


def test_a_rule_that_fires_for_hundreds_sends_no_more_than_it_may_and_one_that_says_the_rest(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "rule new when lead is created then dm @ravi, post <#C_SALES|sales>")
    say(slack, "rule edit RU-1 most=10")
    with works("T1", "U_RITA") as work:
        for number in range(120):
            work.add(Lead(first_name=f"Ann {number}"))
    runner.run_all(works, "T1")
    with works("T1", writes=False) as work:
        sent = list(
            work.session.scalars(select(Delivery).where(Delivery.kind.in_(("rule", "rule_post"))))
        )
        runs = list(work.session.scalars(select(RuleRun.state)))
    assert len(runs) == 120
    assert set(runs) == {RunState.DONE}
    assert [
        len([each for each in sent if each.kind == kind]) for kind in ("rule", "rule_post")
    ] == [6, 6]
