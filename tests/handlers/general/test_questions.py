"""What people ask of the figures, in their own words, and what they are told."""

from datetime import timedelta

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, told
from tests.tables import table


def buttons(slack: SlackDriver) -> dict[str, str]:
    """The buttons of the last answer, with the lines that they run."""
    found = [each for block in slack.last.blocks for each in block.get("elements", [])]
    return {each["text"]["text"]: each["value"] for each in found}


@pytest.fixture
def company(slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer) -> None:
    """Deals of Rita, of Ravi and of nobody, open, won and lost."""
    rows = (("Sails", "20k", "@rita"), ("Oars", "5k", "@rita"), ("Ropes", "40k", "@ravi"))
    for name, amount, owner in rows:
        slack.command(f'/crm deal new "{name}" CU-1 {amount} owner={owner}', user="U_MONA")
    for name, amount, owner in rows:
        slack.command(f'/crm deal new "Old {name}" CU-1 {amount} owner={owner}', user="U_MONA")
    slack.command("/crm deal won OP-4 OP-6", user="U_MONA")
    slack.command("/crm deal lost OP-5 too dear", user="U_MONA")


@table(
    ("spoken", "line"),
    [
        ("pipeline by owner", "report by owner"),
        ("show me the deals per rep", "report by owner"),
        ("who has the most deals?", "report by owner"),
        ("stuck deals", "report stuck"),
        ("which deals are at risk", "report stuck"),
        ("deals without a call", "report stuck"),
        ("untouched leads", "report stuck"),
        ("who closed the most", "report closed"),
        ("who sold the most last month?", "report closed last month"),
        ("top reps this year", "report closed this year"),
        ("what's our win rate", "report closed"),
        ("how much did Rita win this quarter", "deal list of Rita won this quarter"),
        ("what closes this month?", "deal list open closing this month"),
        ("show me the charts", "report"),
        ("what changed since yesterday", "report changes"),
        ("what's new", "report changes"),
        ("what's on my plate today", "home"),
        ("who do I need to call", "home"),
        ("deadlines today", "case list open by due"),
        ("last talk with Ada", "show CU-1"),
        ("what did Ada say last?", "show CU-1"),
        ("why did we lose OP-5", "show OP-5"),
        ("show my pipeline", "report mine"),
        ("how am I doing?", "report mine"),
        ("how many deals do I have", "deal list mine"),
        ("where does Ada work", "show CU-1"),
        ("status of OP-5", "show OP-5"),
        ("who changed OP-5", "history OP-5"),
        ("how was last month?", "report closed last month"),
        ("what will we close this quarter", "deal list open closing this quarter"),
        ("top 5 deals", "deal list open biggest"),
        ("how many deals did we lose this quarter", "deal list lost this quarter"),
        ("new deals this week", "deal list created this week"),
        ("pipeline by stage", "report"),
        ("cases by assignee", "report cases"),
        ("what can a rep do", "role show rep"),
        ("who has no role", "user list without role"),
        ("people", "user list"),
        ("channels", "channel list"),
        ("what failed", "deliveries list"),
        ("what did we win this quarter", "deal list won this quarter"),
        ("what did we lose last month", "deal list lost last month"),
        ("what did I win this year", "deal list mine won this year"),
        ("what happened with OP-5", "history OP-5"),
        ("deals that slipped", "report changes"),
        ("who is behind on tasks", "task list overdue group by owner"),
        ("how is Ravi doing", "report by owner"),
        ("what is Ravi working on", "deal list open of Ravi"),
        ("anything due today?", "task list mine due today"),
        ("show me Rita's deals", "deal list of Rita"),
        ("pipeline of the sales team", "deal list open of the sales team"),
        ("next case", "case list open unassigned"),
        ("which deals have no activity", "report stuck"),
        ("leads I have not called", "report stuck"),
        ("how is the quarter going?", "report closed this quarter"),
        ("what is the pipeline worth", "report"),
        ("who did I talk to yesterday", "task list mine done yesterday"),
        ("who is the customer of OP-5", "show OP-5"),
        ("who is our contact at Acme", "account more Acme"),
    ],
)
def test_a_question_is_the_line_it_means(
    slack: SlackDriver, company: None, spoken: str, line: str
) -> None:
    slack.dm(line, user="U_MONA")
    meant = told(slack)
    slack.dm(spoken, user="U_MONA")
    assert told(slack) == meant


def test_the_pipeline_by_owner_says_who_has_what(slack: SlackDriver, company: None) -> None:
    slack.command("/crm pipeline by owner", user="U_MONA")
    assert told(slack).splitlines() == [
        "Open pipeline by owner",
        "Ravi Rao · 1 deal, €40,000 · weighted €4,000",
        "Rita Reyes · 2 deals, €25,000 · weighted €2,500",
        "Total: 3 deals, €65,000; weighted €6,500",
    ]
    slack.click("crm.run", user="U_MONA")
    assert told(slack).startswith("1 deal matches “open owner = US-2”")


def test_who_closed_the_most_is_said_with_what_was_lost(slack: SlackDriver, company: None) -> None:
    slack.command("/crm who closed the most", user="U_MONA")
    title, *lines = told(slack).splitlines()
    assert title.startswith("Won and lost this quarter, by owner (")
    assert lines == [
        "Ravi Rao · won 1 deal, €40,000",
        "Rita Reyes · won 1 deal, €20,000 · lost 1 deal, €5,000 · 50 % won",
        "Total: won 2 deals, €60,000 · lost 1 deal, €5,000 · 67 % won",
    ]
    slack.command("/crm report closed last year", user="U_MONA")
    assert told(slack).endswith("Nothing was won or lost.")
    slack.command("/crm report last year", user="U_MONA")
    assert told(slack).startswith("I didn't understand “last year”. Nothing was done yet.")
    assert buttons(slack)["Closed last year"] == "report closed last year"


@SQLITE
def test_ones_own_figures_are_told_apart_from_those_of_the_team(
    slack: SlackDriver, company: None
) -> None:
    slack.command("/crm my pipeline")
    assert told(slack).splitlines() == [
        "Your pipeline",
        "Qualification: 2 deals, €25,000",
        "Total: 2 deals, €25,000; weighted €2,500",
        "This quarter: won 1 deal, €20,000 · lost 1 deal, €5,000 · 50 % won",
    ]
    assert list(buttons(slack)) == ["My deals", "By owner"]


@SQLITE
def test_open_cases_are_told_by_who_has_them(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    given(works, Case, customer="CU-1", subject="One", by="U_SAM", priority="urgent")
    given(works, Case, customer="CU-1", subject="Two", by="U_SAM")
    given(works, Case, customer="CU-1", subject="Three", by="U_SAM")
    slack.command("/crm claim CS-2", user="U_SAM")
    slack.command("/crm claim CS-3", user="U_SAM")
    slack.command("/crm who has the most cases", user="U_SAM")
    assert told(slack).splitlines() == [
        "Open cases by assignee",
        "Sam Silva · 2 cases",
        "Unassigned · 1 case · 1 urgent",
        "Total: 3 cases · 1 urgent",
    ]
    slack.click("crm.run", user="U_SAM")
    assert "match “open assignee = US-" in told(slack)


@SQLITE
def test_what_is_stuck_is_said_with_the_reason(
    slack: SlackDriver, works: UnitOfWorkFactory, company: None, clock: StoppedClock
) -> None:
    given(works, Lead, first_name="Eva", last_name="Holm")
    clock.forward(timedelta(days=30))
    slack.command("/crm stuck deals", user="U_MONA")
    assert told(slack).startswith("Needs a look: 3 deals, 1 lead")
    assert "Sails (OP-1) · €20,000 · Rita Reyes" in told(slack)
    assert "30 days in Qualification, no talk since" in told(slack)
    assert "Eva Holm (LD-1)" in told(slack)


@SQLITE
def test_who_gets_no_digest_hears_what_changed_on_their_records(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    slack.command("/crm what changed")
    assert told(slack) == "Nobody changed anything of yours lately."
    slack.command("/crm OP-1 amount 9k", user="U_MONA")
    slack.command("/crm what changed")
    assert "Sails" in told(slack)
    assert "Mona Meyer" in told(slack)


@SQLITE
def test_hidden_stages_are_counted_for_nobody(slack: SlackDriver, company: None) -> None:
    slack.command("/crm role hide executive deal stage", user="U_ADA")
    for line in ("pipeline by owner", "who closed the most", "stuck deals"):
        slack.command(f"/crm {line}", user="U_ELI")
        assert "is hidden from who reads this." in told(slack), line
        assert "€" not in told(slack)


@table(
    "line",
    ["give sam the role manager", "role give Sam manager", "make Sam a manager",
     "give the role manager to sam", "give @sam manager"],
)  # fmt: skip
def test_a_role_is_given_as_people_say_it(slack: SlackDriver, line: str) -> None:
    slack.command("/crm role give @sam support", user="U_ADA")
    slack.command(f"/crm {line}", user="U_ADA")
    assert told(slack).endswith("Role: support → manager")


@SQLITE
def test_a_sentence_that_nobody_understands_is_named_whole_with_whom_it_is_about(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm Ada was at the fair and is interested")
    assert told(slack) == "I didn't understand “Ada was at the fair and is interested”."
    assert list(buttons(slack))[:3] == [
        f"Log it: {ada.title}",
        f"Show {ada.title}",
        "Make it a task",
    ]
    slack.click("crm.run")
    assert told(slack).startswith(f"Logged: note about {ada.title} (CU-1)")


@SQLITE
def test_channels_say_what_they_get_where_nobody_chose(slack: SlackDriver) -> None:
    slack.command("/crm channels", user="U_ADA")
    assert told(slack).startswith("Nobody chose what I post in a channel")
    assert "To choose: `notify #sales`" in told(slack)
    slack.command('/crm notify #sales what="cards, won"', user="U_ADA")
    slack.command("/crm channels", user="U_ADA")
    assert told(slack).startswith("1 channel")


@pytest.mark.parametrize(
    ("spoken", "answer"),
    [
        ("I just talked to Ada, she signs", "Logged: call with Ada Lovelace (CU-1)"),
        ("just had a call with Ada about sails", "Logged: call with Ada Lovelace (CU-1)"),
        ("Ada called, she wants to sign on friday", "Logged: call with Ada Lovelace (CU-1)"),
        ("Ada wrote me: the price is fine", "Logged: e-mail with Ada Lovelace (CU-1)"),
        ("log a 30 minute call with Ada about sails", "Minutes: 30"),
        ("don't forget to send Ada the offer by thursday", "Due: Thu 12 Mar 09:00"),
        ("I have to call Ada tomorrow 9", "Due: Wed 11 Mar (tomorrow) 09:00"),
        ("set a reminder for CU-1 tomorrow 9:00 about sails", "Customer: CU-1 Ada Lovelace"),
        ("Ada's new number is +447700900999", "→ +44 7700 900999"),
        ("change Ada's email to a@b.example", "E-mail: "),
        ("note for Ada prefers mornings", "Logged: note about Ada Lovelace (CU-1)"),
        ("OP-1 is dead, they have no money", "Lost because: empty → they have no money"),
        ("OP-1 delayed to friday", "Close date: empty → Fri 13 Mar"),
        ("I won OP-1", "Stage: Qualification → Won"),
        ("how much is OP-1 worth", "OP-1"),
        ("assign OP-1 to ravi", "Owner: Rita Reyes → Ravi Rao"),
        ("OP-1 back to Ravi", "Owner: Rita Reyes → Ravi Rao"),
        ("email of Ada", "Do you ask for it, or did it happen? Nothing was done yet."),
        ("new company Hansen AS", "Created AC-2 Hansen AS"),
        ("set the amount of OP-1 to 70k", "Amount: empty → €70,000"),
        ("work from 8 to 16", "Working until: 17:30 → 16:00"),
        ("tomorrow", "due tomorrow"),
        ("lunch with Ada, she likes the sails", "Logged: meeting with Ada Lovelace (CU-1)"),
        ("lunch with Ada tomorrow at noon", "Is it a task?"),
        ("prepare me for the call with Ada", "CU-1 Ada Lovelace"),
        ("summary of OP-1", "Sails"),
        ("hand OP-1 and OP-2 over to Ravi", "OP-2 Owner: Rita Reyes → Ravi Rao"),
        ("hand over all deals of Rita to Ravi", "This needs a form."),
        ("tag CU-1 vip", "Tags: empty → vip"),
        ("hilfe", "What do you want to do?"),
        ("ok cool", "You are welcome"),
        ("?", "What do you want to do?"),
    ],
)
def test_what_people_say_in_passing_is_done(
    slack: SlackDriver, deals: list[Opportunity], works: UnitOfWorkFactory, spoken: str, answer: str
) -> None:
    given(works, Account, name="Northwind")
    slack.dm(spoken)
    assert answer in told(slack)
