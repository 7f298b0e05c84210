"""What people type without the signs of the command line, and what the answer says that it was read
as.
"""

import re

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import SQLITE, found, standing, told

pytestmark = SQLITE

SHORT = ((r"\b(OP|AT)-\d+", r"\1-n"), ("Created ", "+ "), ("Customer: CU-2 Henrik Dahl", "CU-2"))
"""How answers are written here."""
NEW = """
deal new Renewal 12k Henrik Dahl = + OP-n Renewal Henrik Dahl; CU-2; Amount: €12,000
deal new Renewal €12.500,00 Henrik Dahl = + OP-n Renewal Henrik Dahl; CU-2; Amount: €12,500
deal new Renewal 12k for Kaiser GmbH = + OP-n Renewal for Kaiser GmbH; Account: AC-1 Kaiser GmbH; Amount: €12,000
deal new Renewal 12,500.00 CU-2 = + OP-n Renewal; CU-2; Amount: €12,500
deal new Renewal 12.500,00 CU-2 = + OP-n Renewal; CU-2; Amount: €12,500
deal new Renewal 12k for CU-2 = + OP-n Renewal; CU-2; Amount: €12,000
deal new Renewal worth 12k with CU-2 = + OP-n Renewal; CU-2; Amount: €12,000
deal new Renewal 12k "Henrik Dahl" = + OP-n Renewal "Henrik Dahl"; CU-2; Amount: €12,000
deal new Pilot 12k closing 30 june CU-2 = + OP-n Pilot; CU-2; Amount: €12,000; Close date: Tue 30 Jun
deal new Pilot by friday CU-2 = + OP-n Pilot; CU-2; Close date: Fri 13 Mar
deal new Campaign december CU-2 = + OP-n Campaign december; CU-2
deal: Pilot 12k CU-2 = + OP-n Pilot; CU-2; Amount: €12,000
task new call Henrik half past nine tomorrow = + AT-n call Henrik; Due: Wed 11 Mar (tomorrow) 09:30; CU-2
task new call tomorrow with Henrik Dahl = + AT-n call with Henrik Dahl; Due: Wed 11 Mar (tomorrow) 09:00; CU-2
task new call tomorrow with CU-2 = + AT-n call; Due: Wed 11 Mar (tomorrow) 09:00; CU-2
task new call Henrik before christmas = + AT-n call Henrik; Due: Thu 24 Dec 09:00; CU-2
task new call Henrik asap = + AT-n call Henrik asap; CU-2; Due: no date yet · `task edit AT-n due=fri`
task: call Henrik tomorrow = + AT-n call Henrik; Due: Wed 11 Mar (tomorrow) 09:00; CU-2
log call Kaiser talked = Logged: call with Anna Kaiser (CU-3) · AT-n; “Kaiser talked”
log call Anna at Kaiser GmbH met = Logged: call with Anna Kaiser (CU-3) · AT-n; “Anna at Kaiser GmbH met”; Account: AC-1 Kaiser GmbH
log call Henrik talked = Logged: call with Henrik Dahl (CU-2) · AT-n; “Henrik talked”
case new Printer broken, CU-2, urgent = + CS-2 Printer broken; CU-2; Priority: Urgent
deal new Pilot, proposal CU-2 = + OP-n Pilot; CU-2; Stage: Proposal
OP-1 note: wants a discount = Logged: note about Ada Lovelace (CU-1) · AT-n; “wants a discount”; Deal: OP-n Sails
CU-2 call: talked = Logged: call with Henrik Dahl (CU-2) · AT-n; “talked”
"""
CHANGES = """
OP-1 amount 20k = Amount: empty → €20,000
deal edit OP-1 amount: 21k = Amount: €20,000 → €21,000
deal edit OP-1 amount to 22k = Amount: €21,000 → €22,000
set amount of OP-1 to 23k = Amount: €22,000 → €23,000
OP-1 amount 24k stage proposal = Amount: €23,000 → €24,000; Stage: Qualification → Proposal
OP-1 next step: call Eva on friday = Next step: empty → call Eva on friday
OP-1 close date end of april = Close date: empty → Thu 30 Apr
OP-1 customer CU-2 = Customer: Ada Lovelace → CU-2 Henrik Dahl
OP-1 to discovery = Stage: Proposal → Discovery
OP-1 negotiation = Stage: Discovery → Negotiation
OP-1 to Ravi = Owner: Rita Reyes → Ravi Rao
OP-1 -> Mona = Owner: Ravi Rao → Mona Meyer
OP-1 owner <@U_RITA|rita> = Owner: Mona Meyer → Rita Reyes
CU-2 phone number: 030 888888 = Phone: empty → +49 30 888888
CU-2 email new@dahl.example = E-mail: empty → new@dahl.example
CU-2 city Berlin, country DE = City: empty → Berlin; Country: empty → DE
CS-1 priority high = Priority: Normal → High
CS-1 is urgent = Priority: High → Urgent
CS-1 to waiting = Status: New → Waiting
AT-1 due friday = Due: empty → Fri 13 Mar 09:00
AT-1 is done = Done: empty → today 11:00
OP-1 is won = Stage: Negotiation → Won
"""
LISTS = """
case list older than 3 days = Created: before Sat 7 Mar
case list older than 2 hours = Created: before today 09:00
case list older than 99999999999999 hours = Created: before Sun 4 Apr 1926 11:00
case list unassigned for more than 30 minutes = Assignee: nobody, Created: before today 10:30
case list newer than 3 days = Created: since Sat 7 Mar
case list not updated in 2 weeks = Updated: before Tue 24 Feb
case list open for more than 3 days = open, Created: before Sat 7 Mar
case list priority above normal = Priority: above normal
case list priority high = Priority: High
deal list created before march = Created: before Sun 1 Mar
deal list created more than 3 days ago = Created: before Sat 7 Mar
deal list closing between 1 april and 30 april = Close date: Wed 1 Apr – Thu 30 Apr
deal list closing between 1 and 15 april = Close date: Wed 1 Apr – Wed 15 Apr
deal list closing within 2 weeks = Close date: today – Tue 24 Mar
deal list closed before friday = closed, Close date: before Fri 13 Mar
deal list won since monday = Stage: Won, Close date: since Mon 9 Mar
deal list > 10k = Amount: more than 10k
deal list open >= 10k = open, Amount: at least 10k
deal list 10k+ = Amount: at least 10k
deal list 5k-20k = Amount: 5k – 20k
deal list between 5 and 20k = Amount: 5k – 20k
deal list not over 10k = Amount: at most 10k
deal list open over 10k = open, Amount: over 10k
deal list probability over 50 = Probability: over 50
deal list stage proposal = Stage: Proposal
deal list owner ravi = Owner: Ravi Rao
deal list mine = Owner: Rita Reyes
deal list of my team = Owner: team sales
deal list team sales open = Owner: team sales, open
deal list of the sales team's = Owner: team sales
deal list no close date = Close date: empty
deal list without next step = Next step: empty
customer list with phone = Phone: filled
customer list missing email = E-mail: empty
task list overdue by more than 3 days = overdue, Due: before Sat 7 Mar
"""
OFFERS = {
    "task Call Henrik Dahl tomorrow": "task new Call Henrik Dahl tomorrow",
    "deal Renewal 12k CU-1": "deal new Renewal 12k CU-1",
    "case Printer broken": "case new Printer broken",
    "OP-1 amout 20k": "OP-1 amount 20k",
    "OP-1 blubb": "stage OP-1",
    "OP-1 closed": "won OP-1",
    "Henrik wants a quote": "task new Henrik wants a quote",
    "forecast q2": "report",
    "pipeline for Ravi": "report",
    "note: Henrik": "log note: Henrik",
}
"""Lines that are not understood, and one that is offered for each."""


def rows(table: str) -> dict[str, str]:
    return dict(row.split(" = ", 1) for row in table.strip().splitlines())  # type: ignore[misc]


@pytest.fixture
def records(works: UnitOfWorkFactory) -> None:
    for first, last in (("Ada", "Lovelace"), ("Henrik", "Dahl"), ("Anna", "Kaiser")):
        given(works, Customer, first_name=first, last_name=last)
    given(works, Account, name="Kaiser GmbH")
    given(works, Opportunity, name="Sails", customer="CU-1")
    given(works, Case, by="U_ADA", subject="Broken mast", customer="CU-1")


def test_a_new_record_has_what_was_said_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None
) -> None:
    answers = {}
    for line in rows(NEW):
        slack.command(f"/crm {line}")
        said = "; ".join(told(slack).splitlines())
        for long, short in SHORT:
            said = re.sub(long, short, said)
        answers[line] = said
    assert answers == rows(NEW)


def test_a_field_is_changed_by_its_name(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None
) -> None:
    slack.command("/crm task new Write to CU-1")
    lost = {}
    for line, changes in rows(CHANGES).items():
        slack.command(f"/crm {line}")
        if not {*changes.split("; ")} <= {*told(slack).splitlines()}:
            lost[line] = told(slack)
    assert lost == {}


def test_a_list_says_all_that_its_words_were_read_as(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None
) -> None:
    answers = {}
    for line in rows(LISTS):
        slack.command(f"/crm {line}")
        answers[line] = next(
            (each for each in told(slack).splitlines()[1:] if each.startswith("Read")), told(slack)
        )
    assert answers == {line: f"Read as {reading}." for line, reading in rows(LISTS).items()}


def test_what_is_not_understood_has_a_next_step(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None
) -> None:
    lost = {}
    for line, offer in OFFERS.items():
        slack.command(f"/crm {line}")
        actions = [
            each
            for block in slack.last.blocks
            for each in block.get("elements", [])
            if "value" in each
        ]
        if offer not in [each["value"] for each in actions]:
            lost[line] = (told(slack), actions)
    assert lost == {}


def test_who_may_make_none_is_not_offered_to_make_one(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None
) -> None:
    for person, buttons in (("U_RITA", ["deal new Renewal 12k"]), ("U_ELI", [])):
        slack.command("/crm deal Renewal 12k", user=person)
        assert told(slack).startswith("No deal matches “Renewal 12k”"), person
        assert slack.last.buttons == buttons, person


def test_a_time_of_either_half_of_the_day_is_asked_about(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None
) -> None:
    slack.command("/crm task new call CU-2 tomorrow at quarter past three")
    assert told(slack).startswith("“tomorrow at quarter past three” could be 3:15 or 15:15.")
    slack.click("crm.run#2")
    assert "Due: Wed 11 Mar (tomorrow) 15:15" in told(slack)


def test_a_company_alone_is_not_whom_a_call_is_about(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None
) -> None:
    slack.command("/crm log call Kaiser GmbH talked")
    assert slack.modal
    assert "Who is this about?" in slack.modal.words
    slack.close()
    slack.command("/crm deal new Renewal Kaiser")
    assert (
        told(slack)
        == "This could be about AC-1 Kaiser GmbH, CU-3 Anna Kaiser. Please say which one."
    )


def test_in_the_thread_of_a_card_a_field_needs_no_record(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, records: None
) -> None:
    card = standing(slack, works, courier, found(works, Opportunity))
    for line in ("@crm amount 20k", "@crm to discovery", "@crm next step: call Eva"):
        slack.say(line, channel="C_SALES", thread_ts=card.ts)
    deal = found(works, Opportunity)
    assert (deal.amount, deal.stage, deal.next_step) == (20_000, "discovery", "call Eva")
    slack.say("@crm frobnicate it", channel="C_SALES", thread_ts=card.ts)
    assert told(slack).startswith("I didn't understand “frobnicate it”.")


def test_what_is_still_to_come_is_no_call_that_was_made(
    slack: SlackDriver, works: UnitOfWorkFactory, records: None
) -> None:
    for line, task in {
        "call CU-2 tomorrow": "task new Call tomorrow CU-2",
        "log call CU-2 tomorrow": "task new Call tomorrow CU-2",
        "call Henrik tomorrow": "task new Call Henrik tomorrow CU-2",
        "CU-2 meeting friday 10:00": "task new Meeting friday 10:00 CU-2",
    }.items():
        slack.command(f"/crm {line}")
        assert "is still to come, and a log tells what has happened. Nothing was done yet." in told(
            slack
        ), line
        assert slack.last.buttons[0] == "Make it a task", line
        slack.click("crm.run")
        assert "Due: " in told(slack), (line, task)
    slack.command("/crm call Henrik today about the pilot")
    assert "Is it a task?" in told(slack), "it is a plan"
    slack.command("/crm met with Henrik today about the pilot, he wants 10% off")
    assert told(slack).startswith("Logged: meeting with Henrik Dahl (CU-2)"), "it is none"
    slack.command("/crm undo")
    slack.command("/crm log call CU-2 wants an offer by friday")
    assert told(slack).startswith(
        "Logged: call with Henrik Dahl (CU-2) · AT-6\n“wants an offer by friday”"
    )
