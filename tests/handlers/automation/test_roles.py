"""Rules that run with the rights of a role in place of their owner's."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.automation import runner
from models.automation.rule import Rule
from models.core import records
from models.core.errors import Forbidden
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given
from tests.handlers.automation.test_rule import deal_of, say, work_on
from tests.handlers.kit import count, found

LINE = 'when case is created then set subject="seen" as role support'


def case_of(works: UnitOfWorkFactory, subject: str = "Mast") -> Case:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    return given(works, Case, by="U_SAM", subject=subject, customer=ada.ref)


def test_a_rule_does_what_its_role_may_and_its_owner_may_not(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    answer = say(slack, f"rule new {LINE}")
    assert 'Created RU-1 when case is created then set subject="seen"' in answer
    assert "I do so with the rights of the role support." in answer
    say(slack, "rule assign RU-1 @eli")
    assert say(slack, "RU-1").endswith("Eli East · support")
    case_of(works)
    work_on(works, courier)
    assert found(works, Case).subject == "seen"
    assert "set Subject" in say(slack, "rule log RU-1")
    say(slack, "rule edit RU-1 role=")
    case_of(works)
    work_on(works, courier)
    assert "Your role (executive) does not allow “case edit”" in say(slack, "rule log RU-1")


def test_a_rule_does_no_more_than_its_role_may_though_its_owner_may(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "rule new when case is created then dm @sam")
    say(slack, "rule edit RU-1 role=executive")
    case_of(works)
    with works("T1", "U_ADA") as work:
        texts = {"sentence": 'when case is created then set subject="seen"'}
        records.update(work, work.find(Rule, 1), texts)
    work_on(works, courier)
    assert found(works, Case).subject == "Mast"
    assert "Your role (executive) does not allow “case edit”" in say(slack, "rule log RU-1")


def test_what_the_role_may_not_see_sets_nothing_off(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Role, by="U_ADA", name="Blind", rights="rule: look")
    say(slack, 'rule new when lead is created then post #sales "new" as role blind')
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    assert "it has done nothing yet" in say(slack, "rule log RU-1")
    say(slack, "rule edit RU-1 role=admin")
    given(works, Lead, first_name="Bea")
    work_on(works, courier)
    assert "LD-2 Bea: posted in #sales" in say(slack, "rule log RU-1")


def test_only_who_may_give_the_role_names_it(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    for line in (
        "rule new when lead is created then dm me as role admin",
        "rule new when lead is created then dm me as role support",
        "rule test when lead is created then dm me as role support",
    ):
        assert "does not allow “role give”, which this takes" in say(slack, line, "U_MONA"), line
    assert count(works, Rule) == 0
    say(slack, "rule new when lead is created then dm me", "U_MONA")
    assert "“role give”" in say(slack, "rule edit RU-1 role=admin", "U_MONA")
    assert found(works, Rule).role is None


def test_nobody_gets_the_rights_of_a_role_by_changing_a_rule_of_their_own(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    say(slack, "rule new when lead is created then dm me", "U_MONA")
    assert "As the role: empty → admin" in say(slack, "rule edit RU-1 role=admin")
    answer = say(slack, "rule line RU-1 when lead is created then assign me", "U_MONA")
    assert "It runs with the rights of the role admin, which may" in answer
    assert "paused" in say(slack, "rule pause RU-1", "U_MONA")
    with pytest.raises(Forbidden, match="the role admin"), works("T1", "U_MONA") as work:
        records.update(work, work.find(Rule, 1), {"sentence": "when case is created then dm me"})


def test_a_rule_whose_role_is_gone_does_nothing_and_tells_its_owner(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Role, by="U_ADA", name="Sales ops", rights="lead: look all, change all")
    say(slack, 'rule new when lead is created then set notes="x" as role "sales ops"')
    say(slack, "role edit RO-10 name=Revenue")
    assert found(works, Rule).role == "revenue"
    say(slack, "role delete revenue --yes")
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    assert found(works, Lead).notes is None
    heard = slack.posted("U_ADA")[-1].words
    assert "There is no role revenue any more, with whose rights it runs." in heard
    say(slack, "rule edit RU-1 role=admin")
    say(slack, "rule log RU-1")
    slack.click("crm.run", user="U_ADA")
    work_on(works, courier)
    assert found(works, Lead).notes == "x"


def test_its_owner_hears_only_of_what_they_see_themselves(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "rule new when deal is created then dm me as role admin")
    given(works, Role, by="U_ADA", name="Blind", rights="rule: look")
    say(slack, "rule assign RU-1 @eli")
    say(slack, "role give @eli blind --yes")
    deal_of(works, "Secret")
    runner.run_all(works, "T1")
    courier.drain()
    assert [each.words for each in slack.posted("U_ELI") if "Secret" in each.words] == []


def test_bad_roles_are_said_and_no_rule_is_made(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for line, why in {
        'when lead is created then dm me as role "nobody"': "There is no role “nobody”",
        "when lead is created as role rep then dm me as role admin": "A rule runs as one role.",
        "deal must amount as role manager": "runs as no role",
        "when lead is created as role then dm me": "“is created as role” is no trigger",
    }.items():
        assert why in say(slack, f"rule new {line}"), line
    assert count(works, Rule) == 0
