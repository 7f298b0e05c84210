"""Rules as people make them, hear of them and look after them."""

from datetime import timedelta
from typing import Any

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.mrkdwn import unescape
from models.activities.activity import Activity
from models.automation import runner
from models.automation.rule import Rule
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import found, standing, told


def say(slack: SlackDriver, line: str, user: str = "U_ADA") -> str:
    """What somebody reads when they type a line: the answer, or the form that it opens."""
    slack.command(f"/crm {line}", user=user)
    if slack.modal:
        read = slack.modal.words
        slack.close(user)
        return read
    return told(slack)


def deal_of(works: UnitOfWorkFactory, name: str = "Sails", **texts: str) -> Opportunity:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    return given(works, Opportunity, name=name, customer=ada.ref, **texts)


def work_on(works: UnitOfWorkFactory, courier: DeliveryDispatcher) -> None:
    runner.run_all(works, "T1")
    courier.drain()


def test_a_rule_is_said_back_in_words_with_how_often_it_would_have_fired(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Ann")
    line = 'when lead is created then assign round-robin team:support, dm owner, task "Call" +1d'
    assert say(slack, f"rule new {line}").splitlines() == [
        f"Created RU-1 {line}",
        "When a lead is new, I give it to whoever is next of Sam Silva and Sofia Stein, those at work "
        'first, tell its owner and make a task for it: "Call" +1d.',
        "In the last 30 days it would have done this once.",
    ]
    assert "crm.undo" in slack.last.actions


def test_what_somebody_types_wrong_is_said_and_no_rule_is_made(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for line, why in {
        "when lead is created then jump": "“jump” is nothing that a rule does.",
        "when lead is created then dm @nobody": "There is no user “nobody”",
        "when lead is created then assign round-robin team:emea": "There is no team “emea”.",
        "when deal enters (stge = won) then dm owner": "A deal has no field “stge”. Did you mean stage",
        "when deal enters (big ones) then dm owner": "“big” is no condition.",
        'when deal enters "big" then dm owner': "There is no saved filter “big”.",
        "when deal changes stage to wun then dm owner": "wun",
        "deal must closing_time": "A deal has no field “closing time”.",
        "do something": "A rule begins with when or every.",
    }.items():
        assert why in say(slack, f"rule new {line}"), line
    with works("T1", writes=False) as work:
        assert work.session.query(Rule).count() == 0


def test_people_and_channels_may_be_mentioned_and_are_shown_by_name(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    line = 'when deal changes stage to proposal then dm <@U_RAVI|ravi>, post <#C_SALES|sales> "{name}: {amount}"'
    answer = say(slack, f"rule new {line}")
    assert "I tell Ravi Rao and post in #sales: “{name}: {amount}”." in answer
    assert "<@" not in say(slack, "RU-1")
    deal = deal_of(works, amount="5k")
    say(slack, f"deal set {deal.ref} stage=proposal", "U_RITA")
    work_on(works, courier)
    assert "Sails: €5,000 · Sails (OP-1)" in slack.posted("C_SALES")[-1].words
    assert "By the rule RU-1 of Ada Abel" in slack.posted("C_SALES")[-1].words
    heard = slack.posted("U_RAVI")[-1]
    assert "Sails (OP-1) changed: Stage is Proposal now" in heard.words
    assert "You get this because of the rule RU-1." in heard.words
    assert "rule.mute" in heard.actions


def test_whoever_mutes_a_rule_hears_no_more_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "rule new when lead is created then dm @ravi")
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    slack.click("rule.mute", slack.posted("U_RAVI")[-1], user="U_RAVI")
    given(works, Lead, first_name="Bea")
    work_on(works, courier)
    assert len(slack.posted("U_RAVI")) == 1


def test_the_thread_of_the_card_hears_what_a_rule_says(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, 'rule new when deal changes amount then say "Mind the margin of {name}"')
    deal = deal_of(works, amount="5k")
    card = standing(slack, works, courier, deal)
    say(slack, f"deal set {deal.ref} amount=6k", "U_RITA")
    work_on(works, courier)
    assert [each.words for each in slack.thread(card)][-1:] == [
        "Mind the margin of Sails · Sails (OP-1). By the rule RU-1 of Ada Abel"
    ]


def test_a_rule_is_paused_resumed_deleted_and_all_are_stopped_at_once(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "rule new when lead is created then dm @ravi")
    say(slack, 'rule new when lead is created then set notes="new"')
    assert "RU-1 is paused: it does nothing now." in say(slack, "rule pause RU-1")
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    assert "it has done nothing yet" in say(slack, "rule log RU-1")
    assert "set Notes" in say(slack, "rule log RU-2")
    assert "RU-1 works again." in say(slack, "rule resume RU-1")
    assert "2 rules are paused." in say(slack, "rule stop --yes")
    assert found(works, Rule, 1).paused
    say(slack, "undo")
    assert not found(works, Rule, 1).paused
    say(slack, "rule delete RU-1 --yes")
    given(works, Lead, first_name="Bea")
    work_on(works, courier)
    assert slack.posted("U_RAVI") == []


def test_a_person_without_the_right_makes_no_rule(slack: SlackDriver) -> None:
    assert "Your role (senior rep) does not allow “rule new”." in say(
        slack, "rule new when lead is created then dm me", "U_RITA"
    )


def test_nobody_gets_the_rights_of_somebody_else_through_a_rule(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    say(slack, "rule new when lead is created then dm me")
    answer = say(slack, 'rule line RU-1 when lead is created then set notes="x"', "U_MONA")
    assert "It runs with the rights of Ada Abel" in answer
    say(slack, "rule new when lead is created then dm me", "U_MONA")
    assert "It runs with the rights of Ada Abel" in say(slack, "rule assign RU-2 @ada", "U_MONA")


def test_undo_of_a_person_leaves_what_their_rule_did(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, 'rule new when deal changes amount then set next_step="Ask"')
    deal = deal_of(works, amount="5k")
    say(slack, f"deal set {deal.ref} amount=6k", "U_ADA")
    work_on(works, courier)
    say(slack, "undo", "U_ADA")
    deal = found(works, Opportunity)
    assert (int(deal.amount), deal.next_step) == (5000, "Ask")
    say(slack, "rule log RU-1")
    slack.click("crm.undo", user="U_ADA")
    assert found(works, Opportunity).next_step is None


def test_a_rule_that_cannot_do_what_it_says_tells_its_owner_and_can_try_again(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "rule new when lead is created then set status=working, assign @sam")
    works.welcome("T1", "U_SAM", left=True)
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    trouble = slack.posted("U_ADA")[-1].words
    assert "Your rule RU-1 did nothing about LD-1 Ann: Sam Silva has left Slack." in trouble
    assert found(works, Lead).status == "new"
    works.welcome("T1", "U_SAM", left=False)
    say(slack, "rule log RU-1")
    slack.click("crm.run", user="U_ADA")
    work_on(works, courier)
    assert "gave it to Sam Silva" in say(slack, "rule log RU-1")


def test_a_validation_rule_is_a_sentence_under_the_input(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    answer = say(slack, "rule new deal must close_date if stage >= proposal")
    assert "No deal where stage >= proposal is saved without Close date." in answer
    deal = deal_of(works)
    why = "Close date is missing: it must be there if stage >= proposal, says the rule RU-1."
    assert why in say(slack, f"deal set {deal.ref} stage=proposal", "U_RITA")
    slack.command(f"/crm deal edit {deal.ref}", user="U_RITA")
    slack.submit({"stage": "proposal"}, user="U_RITA")
    assert slack.errors == {"close_date": why}


def test_a_dry_run_says_what_a_line_would_have_done(
    slack: SlackDriver, works: UnitOfWorkFactory, clock: Any
) -> None:
    deal = deal_of(works, amount="60k")
    with works("T1", "U_RITA") as work:
        records.update(work, work.get(Opportunity, deal.id), {"stage": "proposal"})
    answer = say(
        slack, "rule test when deal enters (amount > 50k and stage = proposal) then dm owner"
    )
    assert answer.splitlines() == [
        "When a deal begins to fit (amount > 50k and stage = proposal), I tell its owner.",
        "In the last 30 days it would have done this once.",
        "today 11:00 · OP-1 Sails",
    ]


def test_a_rule_is_built_in_a_form(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm rule build", user="U_ADA")
    assert slack.modal
    filled = {"about": "deal", "when": "begins_to_fit", "detail": "amount > 50k", "then": "dm bob"}
    slack.submit(filled, user="U_ADA")
    assert slack.errors == {
        "then": "There is no user “bob”. Try a reference such as US-1, or a name."
    }
    slack.submit(filled | {"where": "owner = me", "then": "dm owner"}, user="U_ADA")
    assert slack.errors == {}
    line = "when deal enters (amount > 50k) where owner = me then dm owner"
    assert f"Created RU-1 {line}" in told(slack)
    slack.command("/crm rule build", user="U_ADA")
    filled = {"about": "deal", "when": "is_saved", "where": "stage = won", "then": "amount"}
    slack.submit(filled, user="U_ADA")
    assert "No deal where stage = won is saved without Amount." in told(slack)


def test_posts_of_a_quiet_rule_wait_for_the_working_hours_of_its_owner(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: Any
) -> None:
    say(slack, "rule new when lead is created then post #sales")
    say(slack, "rule edit RU-1 quiet=yes")
    clock.forward(timedelta(hours=10))
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    assert "Ann (LD-1) is new" not in [each.text for each in slack.posted("C_SALES")]
    clock.forward(timedelta(hours=14))
    courier.drain()
    assert "Ann (LD-1) is new" in [each.text for each in slack.posted("C_SALES")]


def test_a_line_is_said_anew_and_its_versions_are_kept(slack: SlackDriver) -> None:
    say(slack, "rule new when lead is created then dm me")
    assert "I tell its owner." in say(slack, "rule line RU-1 when lead is created then dm owner")
    history = say(slack, "history RU-1")
    assert "Rule: when lead is created then dm me → when lead is created then dm owner" in history
    assert "Rule:" in say(slack, "rule revert RU-1 v1")


def test_what_a_person_does_with_the_rule_of_another_is_written_as_theirs(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    say(slack, "rule new when lead is created then dm me", "U_MONA")
    say(slack, "rule pause RU-1")
    say(slack, "rule resume RU-1")
    assert "Ada Abel by command: Paused: yes → no" in say(slack, "history RU-1")


def test_a_record_that_enters_a_kept_list_is_given_told_and_planned(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "lead list status = qualified keep as hot")
    line = 'when lead enters "hot" then assign round-robin team:support, dm owner, task "Call" +1d'
    assert "When a lead begins to fit “hot”, I give it to whoever is next" in say(
        slack, f"rule new {line}"
    )
    lead = given(works, Lead, by="U_ADA", first_name="Ann", company="Acme")
    work_on(works, courier)
    assert slack.posted("U_SAM") == []
    say(slack, f"lead edit {lead.ref} status=qualified")
    work_on(works, courier)
    heard = [unescape(each.text) for each in slack.posted("U_SAM")]
    assert "Ann (LD-1) fits “hot” now" in heard
    assert any(text.startswith("Rapport gave you") for text in heard)
    assert found(works, Activity).description == "Call"
    assert found(works, Activity).owner == found(works, Lead).owner


def test_a_rule_of_a_person_who_left_does_nothing_until_somebody_takes_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "rule new when lead is created then dm owner", "U_MONA")
    works.welcome("T1", "U_MONA", left=True)
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    assert "It runs with the rights of Mona Meyer. Mona Meyer has left Slack." in say(
        slack, "rule log RU-1"
    )
    say(slack, "rule assign RU-1 me")
    say(slack, "rule log RU-1")
    slack.click("crm.run", user="U_ADA")
    work_on(works, courier)
    assert [each.text for each in slack.posted("U_RITA")] == ["Ann (LD-1) is new"]


def test_a_log_tells_nothing_of_a_record_that_its_reader_may_not_see(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, "rule new when lead is created then dm me")
    given(works, Lead, by="U_ADA", first_name="Ann")
    work_on(works, courier)
    assert "LD-1 Ann: told Ada Abel" in say(slack, "rule log RU-1")
    read = say(slack, "rule log RU-1", "U_MONA")
    assert "LD-1: done" in read
    assert "Ann" not in read
