"""What people paste, how they address the bot, and how they talk to it."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case, CaseStatus
from tests.ground import given
from tests.handlers.core.commandline.test_words import answers
from tests.handlers.kit import SQLITE, count, found, standing, told

pytestmark = SQLITE


# ── what was pasted ───────────────────────────────────────────────────────────────────────────────


def values(slack: SlackDriver) -> list[str]:
    return [
        each["value"]
        for block in slack.last.blocks
        for each in block.get("elements", [])
        if "value" in each
    ]


@pytest.mark.parametrize(
    ("pasted", "offered"),
    [
        ("lead new Ada Byron\nlead new Bob Jones", ["lead new Ada Byron", "lead new Bob Jones"]),
        ("lead new Ada Byron\nBob Jones", ["lead new Ada Byron", "lead new Bob Jones"]),
        (
            "lead new Ada Byron\r\n\r\n  new lead Bob Jones",
            ["lead new Ada Byron", "new lead Bob Jones"],
        ),
        ("deal list\ntask list", ["deal list", "task list"]),
    ],
)
def test_lines_that_were_pasted_together_are_offered_one_by_one(
    slack: SlackDriver, works: UnitOfWorkFactory, pasted: str, offered: list[str]
) -> None:
    slack.command(f"/crm {pasted}")
    assert told(slack).startswith("These are 2 lines")
    assert values(slack) == offered
    assert count(works, Lead) == 0


def test_of_many_pasted_lines_the_first_five_are_offered(slack: SlackDriver) -> None:
    slack.command("/crm " + "\n".join(f"lead new Ada {number}" for number in range(7)))
    assert told(slack).startswith("These are 7 lines")
    assert "Here are the first 5; many records are better imported from a file." in told(slack)
    assert values(slack) == [f"lead new Ada {number}" for number in range(5)]


def test_each_of_the_pasted_lines_can_be_done(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm lead new Ada Byron\nBob Jones")
    slack.click("crm.run")
    slack.command("/crm lead new Ada Byron\nBob Jones")
    slack.click("crm.run#2")
    assert [found(works, Lead, number).title for number in (1, 2)] == ["Ada Byron", "Bob Jones"]


def test_a_command_within_a_reply_is_asked_about(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case
) -> None:
    slack.command("/crm case reply CS-1 Hello\ncase resolve CS-1", user="U_SAM")
    assert values(slack) == [
        "case reply CS-1 Hello",
        "case resolve CS-1",
        "case reply CS-1 Hello\ncase resolve CS-1 --form",
    ]
    slack.click("crm.run#3", user="U_SAM")
    assert slack.modal
    assert slack.modal.values["text"] == "Hello\ncase resolve CS-1"
    assert found(works, Case).status == CaseStatus.NEW


def test_the_row_of_a_table_opens_the_form(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm lead new Ada\tByron\tbyron@x.example")
    assert told(slack).startswith("This looks like the row of a table")
    assert count(works, Lead) == 0
    slack.click("crm.run")
    assert slack.modal
    assert slack.modal.values["email"] == "byron@x.example"


# ── how the bot is addressed ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "spoken",
    [
        "@crm: lead list",
        "@crm, lead list",
        "@crm lead list",
        "@crm - lead list",
        "@crm; lead list",
        "lead list @crm",
    ],
)
def test_a_mention_may_be_followed_by_any_sign(slack: SlackDriver, spoken: str) -> None:
    slack.say(spoken)
    assert told(slack) == "There is no lead yet"


@pytest.mark.parametrize(
    "spoken",
    [
        "/crm lead list",
        "/crm-lead list",
        "/crm: lead list",
        "lead list",
        ": lead list",
        "@crm lead list",
        "/CRM lead list",
        "crm lead list",
        "hey crm, lead list",
        "`lead list`",
        "`/crm lead list`",
        "lead list.",
        "please lead list!",
    ],
)
def test_a_command_is_understood_in_the_direct_message(slack: SlackDriver, spoken: str) -> None:
    slack.dm(spoken)
    assert told(slack) == "There is no lead yet"


# ── talk ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("spoken", ["hi", "Hello!", "hey there", "good morning", "Hi."])
def test_a_greeting_is_answered(slack: SlackDriver, spoken: str) -> None:
    slack.dm(spoken)
    assert told(slack).startswith("Hello Rita")


@pytest.mark.parametrize("spoken", ["thanks", "Thank you!", "thanks a lot", "thx", "ok", "bye"])
def test_thanks_are_answered(slack: SlackDriver, spoken: str) -> None:
    slack.dm(spoken)
    assert told(slack).startswith("You are welcome")


@pytest.mark.parametrize(
    "spoken", ["what can you do?", "What can I do", "help", "help me", "commands", "help?"]
)
def test_what_it_can_do_is_the_help(slack: SlackDriver, spoken: str) -> None:
    slack.dm(spoken)
    assert told(slack).startswith("What do you want to do?")


@pytest.mark.parametrize(
    "topic", ["filters", "filter", "dates", "amounts", "flags", "undo", "import", "convert", "deal"]
)
def test_there_is_help_on_topics_and_verbs(slack: SlackDriver, topic: str) -> None:
    slack.dm(f"help {topic}")
    assert "There is no help" not in told(slack)
    assert topic.removesuffix("s") in told(slack).casefold()


@pytest.mark.parametrize(
    ("spoken", "line"),
    [
        ("my deals", "deal list mine"),
        ("show my deals", "deal list mine"),
        ("show me my open deals", "deal list open mine"),
        ("all deals", "deal list"),
        ("how many open cases", "case list open"),
        ("how many deals do we have?", "deal list"),
        ("count leads this week", "lead list this week"),
        ("list my cases?", "case list mine"),
        ("pipeline", "report"),
        ("forecast", "report"),
        ("show me the pipeline", "report"),
        ("my day", "home"),
        ("overdue", "task list mine overdue"),
        ("who owns OP-1?", "show OP-1"),
        ("who is responsible for OP-1", "show OP-1"),
        ("who owns Ada?", "find Ada"),
        ("my week", "task list mine due this week"),
        ("how much did I close this month?", "deal list mine won this month"),
        ("how much did we win last quarter", "deal list won last quarter"),
        ("+44 20 7946 0018", "find +44 20 7946 0018"),
        ("how do I convert a lead", "help convert a lead"),
        ("search sails", "find sails"),
    ],
)
def test_a_phrase_is_the_line_it_means(
    slack: SlackDriver, deals: object, spoken: str, line: str
) -> None:
    slack.dm(line)
    meant = told(slack)
    slack.dm(spoken)
    assert told(slack) == meant


@pytest.mark.parametrize(
    ("spoken", "change"),
    [
        ("move OP-1 to discovery", "Stage: Qualification → Discovery"),
        ("please move OP-1 to discovery", "Stage: Qualification → Discovery"),
        ("move deal OP-1 to proposal", "Stage: Qualification → Proposal"),
        ("deal move OP-1 proposal", "Stage: Qualification → Proposal"),
        ("deal give OP-1 to @ravi", "Owner: Rita Reyes → Ravi Rao"),
        ("mark OP-1 as won", "Stage: Qualification → Won"),
        ("OP-1 is won", "Stage: Qualification → Won"),
        ("mark OP-1 as lost too expensive", "Lost because: empty → too expensive"),
        ("give OP-1 to @ravi", "Owner: Rita Reyes → Ravi Rao"),
        ("update OP-1 next=Call Eva", "Next step: empty → Call Eva"),
        ("can you move OP-1 to negotiation", "Stage: Qualification → Negotiation"),
        ("win OP-1", "Stage: Qualification → Won"),
        ("lose OP-1 too expensive", "Lost because: empty → too expensive"),
        ("lost OP-1 because too expensive", "Lost because: empty → too expensive"),
        ("lost OP-1 reason: too expensive", "Lost because: empty → too expensive"),
        ("lost OP-1 reasons are unknown", "Lost because: empty → reasons are unknown"),
        ("hand OP-1 over to @ravi", "Owner: Rita Reyes → Ravi Rao"),
        ("assign OP-1 and OP-2 to Ravi", "OP-2 Owner: Rita Reyes → Ravi Rao"),
        ("give OP-1 & OP-2 to Ravi", "OP-2 Owner: Rita Reyes → Ravi Rao"),
        ("unassign OP-1", "Owner: Rita Reyes → unassigned"),
        ("give OP-1 back", "Owner: Rita Reyes → unassigned"),
        ("edit OP-1 owner=nobody", "Owner: Rita Reyes → unassigned"),
        ("edit OP-1 next=none", "Next step: empty → none"),
        ("amount OP-1 20k", "Amount: empty → €20,000"),
    ],
)
def test_a_phrase_is_the_verb_it_means(
    slack: SlackDriver, deals: object, spoken: str, change: str
) -> None:
    slack.dm(spoken)
    assert change in told(slack)


def test_a_case_is_escalated(slack: SlackDriver, case: Case) -> None:
    slack.command("/crm escalate CS-1", user="U_SAM")
    assert "Priority: Normal → Urgent" in told(slack)


@pytest.mark.parametrize(
    ("spoken", "change"),
    [
        ("wait for CS-1", "Status: New → Waiting"),
        ("priority CS-1 to high", "Priority: Normal → High"),
        ("CS-1 waiting for vendor", "Status: New → Waiting"),
        ("respond CS-1 We send a new one.", "Answer to the customer: We send a new one."),
        ("tell the customer in CS-1 that it is fixed", "Answer to the customer: it is fixed"),
        ("let the customer of CS-1 know it is fixed", "Answer to the customer: it is fixed"),
        ("internal note CS-1 check the logs", "Note for colleagues: check the logs"),
        ("add an internal note to CS-1: check the logs", "Note for colleagues: check the logs"),
    ],
)
def test_a_case_waits_and_presses(slack: SlackDriver, case: Case, spoken: str, change: str) -> None:
    slack.command(f"/crm {spoken}", user="U_SAM")
    assert change in told(slack)


@pytest.mark.parametrize(
    ("subject", "line"),
    [
        ("Printer is dead urgent", "priority=urgent"),
        ("Printer is dead (high)", "priority=high"),
        ("Printer has low prio", "priority=low"),
    ],
)
def test_a_priority_in_a_subject_is_not_set_and_how_to_set_it_is_said(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case, subject: str, line: str
) -> None:
    slack.command(f"/crm case new CU-1 {subject}", user="U_SAM")
    assert f"Priority: Normal · `case edit CS-2 {line}`" in slack.last.words
    assert found(works, Case, 2).subject == subject


def test_the_word_before_an_address_goes_with_it(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case
) -> None:
    customer = found(works, Customer)
    slack.command(f"/crm case new Login fails for {customer.email} since monday", user="U_SAM")
    assert found(works, Case, 2).subject == "Login fails since monday"


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("which cases are open", "open"),
        ("what cases are still open", "open"),
        ("won this month", "Stage: Won, Close date: Sun 1 Mar – Tue 31 Mar"),
        ("deal lost last week", "Stage: Lost, Close date: Mon 2 Mar – Sun 8 Mar"),
        ("Rita's tasks", "Owner: Rita Reyes"),
        ("who has overdue tasks", "overdue"),
        ("what are my overdue tasks", "overdue, Owner: Rita Reyes"),
        ("what did I do last week", "Owner: Rita Reyes, Done: Mon 2 Mar – Sun 8 Mar"),
        ("oldest open cases", "open"),
        ("what is urgent?", "open, Priority: Urgent"),
        ("cases waiting for customer", "Status: Waiting"),
        ("how many cases did we close", "closed"),
        ("Rita's pipeline", "open, Owner: Rita Reyes"),
        ("pipeline of Rita", "open, Owner: Rita Reyes"),
        ("forecast this quarter", "open, Close date: Thu 1 Jan – Tue 31 Mar"),
        ("what did Rita do last week", "Owner: Rita Reyes, Done: Mon 2 Mar – Sun 8 Mar"),
        ("won this month by amount", "Stage: Won, Close date: Sun 1 Mar – Tue 31 Mar"),
        ("revenue this month", "Stage: Won, Close date: Sun 1 Mar – Tue 31 Mar"),
        ("deals closing in december", "Close date: Tue 1 Dec – Thu 31 Dec"),
        ("deals closing in january", "Close date: Fri 1 Jan 2027 – Sun 31 Jan 2027"),
        ("deals closed in april", "Close date: Tue 1 Apr 2025 – Wed 30 Apr 2025"),
        ("deals won in june", "Stage: Won, Close date: Sun 1 Jun 2025 – Mon 30 Jun 2025"),
        ("deals in june", "Close date: Mon 1 Jun – Tue 30 Jun"),
        ("show me my biggest open deals", "open, Owner: Rita Reyes"),
        ("what are the biggest open deals", "open"),
        ("which deals has Rita won this year", "Owner: Rita Reyes, Stage: Won"),
        ("how many leads came in this week", "Created: Mon 9 Mar"),
        ("deals over 50k without a task", "Amount: over 50k, open tasks: none."),
        ("customers with open cases", "open cases: some."),
        ("deals expected to close this quarter", "Close date: Thu 1 Jan – Tue 31 Mar."),
        ("cases waiting for the customer", "Status: Waiting."),
        ("urgent cases nobody has taken", "Priority: Urgent, Assignee: nobody."),
        ("cases resolved last week by Rita", "Resolved: Mon 2 Mar – Sun 8 Mar, Assignee: Rita"),
        ("deals without a close date", "Close date: empty."),
        ("deals with no next step", "Next step: empty."),
    ],
)
def test_a_question_is_a_list(slack: SlackDriver, case: Case, asked: str, read: str) -> None:
    slack.command(f"/crm {asked}")
    assert f"Read as {read}" in slack.last.words


@pytest.mark.parametrize(
    ("spoken", "type", "text"),
    [
        ("had lunch with Ada yesterday", "meeting", "lunch with Ada yesterday"),
        ("left a voicemail for Ada", "call", "left a voicemail for Ada"),
        ("no answer from Ada", "call", "no answer from Ada"),
        ("tried calling Ada twice", "call", "tried calling Ada twice"),
        ("add a note to CU-1: on leave", "note", "on leave"),
        ("note on Ada Lovelace: on leave", "note", "Ada Lovelace on leave"),
    ],
)
def test_what_people_tell_is_logged(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, spoken: str, type: str, text: str
) -> None:
    slack.dm(spoken)
    done = found(works, Activity)
    assert (done.type, done.description, done.customer) == (type, text, ada.id)
    assert done.done_at is not None


@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ("schedule a demo with Ada next tuesday at 3pm", "demo with Ada"),
        ("set up a meeting with Ada on tuesday 15:00", "meeting with Ada"),
        ("book a table for lunch with Ada tuesday 3pm", "table for lunch with Ada"),
        ("I will call Ada tuesday 15:00", "call Ada"),
        ("i'll call Ada on tuesday at 3pm", "call Ada"),
    ],
)
def test_what_people_plan_is_a_task(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, spoken: str, text: str
) -> None:
    slack.dm(spoken)
    task = found(works, Activity)
    assert (task.description, task.customer, task.done_at) == (text, ada.id, None)
    assert f"{task.due_date:%Y-%m-%d %H:%M}" == "2026-03-17 14:00"


@pytest.mark.parametrize("spoken", ["new task for Ravi: call Ada", "ask Ravi to call Ada"])
def test_a_task_for_a_colleague_is_theirs(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, spoken: str
) -> None:
    slack.command(f"/crm {spoken}", user="U_MONA")
    task = found(works, Activity)
    with works("T1", writes=False) as work:
        assert (task.description, work.name("user", task.owner or 0)) == ("call Ada", "Ravi Rao")


def test_a_task_for_a_customer_keeps_its_words(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new for Ada: call the printer")
    assert found(works, Activity).description == "for Ada: call the printer"


def test_several_words_before_a_noun_are_the_name_of_a_company(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    account = given(works, Account, name="Blue Fjord Shipping")
    given(works, Opportunity, name="Tracking", account=account.ref)
    given(works, Opportunity, name="Other", account=given(works, Account, name="Oakline").ref)
    slack.command("/crm Blue Fjord deals")
    assert "Read as Account: AC-1 Blue Fjord Shipping." in slack.last.words
    assert "Tracking" in slack.last.words
    assert "Other" not in slack.last.words


def test_what_is_not_understood_can_be_searched_for_as_a_whole(slack: SlackDriver) -> None:
    slack.command("/crm wibble wobble 47")
    assert "Search for “wibble wobble 47”" in slack.last.buttons
    slack.click("crm.run#2")
    assert "“wibble wobble 47”" in told(slack)


def test_another_name_of_an_option_may_have_several_words(slack: SlackDriver, case: Case) -> None:
    slack.command("/crm cases waiting for vendor")
    assert "Read as Status: Waiting." in slack.last.words
    assert "searched for" not in slack.last.words


@pytest.mark.parametrize("line", ["history of CU-1", "history of Ada", "history for Ada Lovelace"])
def test_a_word_may_lead_to_the_record(slack: SlackDriver, case: Case, line: str) -> None:
    slack.command(f"/crm {line}")
    assert "History of CU-1" in slack.last.words


def test_what_an_escalation_says_more_is_named(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case
) -> None:
    slack.command("/crm escalate CS-1 she is angry", user="U_SAM")
    assert told(slack).startswith("I didn't understand “she is angry”.")
    assert found(works, Case).version == 1


@pytest.mark.parametrize(
    ("spoken", "type"),
    [
        ("call CU-1 talked about the pilot", "call"),
        ("CU-1 call talked about the pilot", "call"),
        ("called CU-1 talked about the pilot", "call"),
        ("note CU-1 talked about the pilot", "note"),
        ("email CU-1 talked about the pilot", "email"),
        ("meeting CU-1 talked about the pilot", "meeting"),
        ("met with CU-1 talked about the pilot", "meeting"),
    ],
)
def test_what_happened_is_logged_without_its_noun(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, spoken: str, type: str
) -> None:
    slack.dm(spoken)
    activity = found(works, Activity)
    assert (activity.type, activity.description, activity.customer) == (
        type,
        "talked about the pilot",
        ada.id,
    )


def test_a_note_on_a_case_stays_one(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case
) -> None:
    slack.command("/crm note CS-1 “call” her", user="U_SAM")
    assert answers(works) == ["“call” her"]


def test_in_a_thread_this_at_the_beginning_of_a_sentence_is_a_word(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, case: Case
) -> None:
    card = standing(slack, works, courier, case, "C_SUPPORT")
    slack.say(
        "@crm reply This should work now", channel="C_SUPPORT", thread_ts=card.ts, user="U_SAM"
    )
    slack.say("@crm reply this Hello", channel="C_SUPPORT", thread_ts=card.ts, user="U_SAM")
    assert answers(works) == ["This should work now", "Hello"]


@pytest.mark.parametrize(
    ("spoken", "title", "due"),
    [
        ("plan call Ada tomorrow 10:00", "call Ada", "Wed 11 Mar (tomorrow) 10:00"),
        ("plan a call with Ada tomorrow 10:00", "call with Ada", "Wed 11 Mar (tomorrow) 10:00"),
        ("schedule a meeting with Ada on friday", "meeting with Ada", "Fri 13 Mar 09:00"),
        ("please arrange a demo for Ada next week", "demo for Ada", "Mon 16 Mar 09:00"),
    ],
)
def test_a_talk_is_planned_by_name(
    slack: SlackDriver, works: UnitOfWorkFactory, spoken: str, title: str, due: str
) -> None:
    given(works, Customer, first_name="Ada", last_name="Byron")
    slack.dm(spoken)
    said = told(slack).splitlines()
    assert said == [f"Created AT-1 {title}", f"Due: {due}", "Customer: CU-1 Ada Byron"]
