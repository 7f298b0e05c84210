"""What somebody may not see is in no list, no notice and no sentence that they are told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core import records
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.permissions import masking, policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.drawings import buttons, drawn, said
from tests.handlers.kit import SQLITE, told

pytestmark = SQLITE


def allow(works: UnitOfWorkFactory, role: str, *lines: str) -> None:
    with works("T1", "U_ADA") as work:
        found = work.get(Role, work.lookup("role", role))
        records.update(work, found, {"rights": "\n".join(lines)})


ABOUT = {"customer": "Zqcustomer", "opportunity": "Zqdeal", "case": "Zqcase"}
"""What a task points at, by the field, and the word that tells it."""


@pytest.fixture
def due(works: UnitOfWorkFactory, clock: StoppedClock) -> Activity:
    """A task of Rita's about a customer, a deal and a case, overdue since yesterday."""
    customer = given(works, Customer, first_name="Zqcustomer")
    deal = given(works, Opportunity, name="Zqdeal", customer=customer.ref)
    case = given(works, Case, subject="Zqcase", customer=customer.ref)
    about = {"customer": customer.ref, "opportunity": deal.ref, "case": case.ref}
    task = given(works, Activity, description="Call", due_date="+1h", owner="me", **about)
    clock.forward(timedelta(days=1))
    return task


@pytest.mark.parametrize("hidden", ABOUT)
def test_a_reminder_says_nothing_of_a_field_that_is_hidden(
    works: UnitOfWorkFactory, due: Activity, hidden: str
) -> None:
    for word in ABOUT.values():
        assert word in said(drawn(works, "due", "U_RITA"))
    allow(works, "senior rep", "everything: look, new, change", f"task: everything, hide {hidden}")
    reminder = drawn(works, "due", "U_RITA", about={"ids": [due.id]})
    assert reminder
    for name, word in ABOUT.items():
        assert (word in said(reminder) + reminder.text) is (name != hidden)


def test_a_reminder_names_no_record_that_is_not_to_be_seen(
    works: UnitOfWorkFactory, due: Activity
) -> None:
    allow(works, "senior rep", "everything: look, new, change", "deal: none")
    assert "Zqdeal" not in said(drawn(works, "due", "U_RITA", about={"ids": [due.id]}))


WAITING = {"priority": "Urgent", "resolve_by": "overdue since"}


@pytest.mark.parametrize("hidden", WAITING)
def test_the_list_of_cases_says_nothing_of_a_field_that_is_hidden(
    works: UnitOfWorkFactory, clock: StoppedClock, hidden: str
) -> None:
    customer = given(works, Customer, first_name="Ada")
    case = given(
        works, Case, subject="Mast", customer=customer.ref, priority="urgent", resolve_by="+1h"
    )
    clock.forward(timedelta(hours=2))
    for word in WAITING.values():
        assert word in said(drawn(works, "cases", "U_SAM", about={"ids": [case.id]}))
    allow(works, "support", "everything: look", f"case: everything, hide {hidden}")
    message = drawn(works, "cases", "U_SAM", about={"ids": [case.id]})
    if message:
        assert WAITING[hidden].lower() not in (said(message) + message.text).lower()


def test_who_is_given_what_they_may_not_see_reads_its_reference_alone(
    works: UnitOfWorkFactory,
) -> None:
    allow(works, "rep", "lead: none")
    lead = given(works, Lead, first_name="Zqlead", owner="me")
    with works("T1", "U_RITA") as work:
        records.assign(work, work.get(Lead, lead.id), work.lookup("user", "U_JULE"))
        by = work.lookup("user", "U_RITA")
    notice = drawn(works, "assigned", "U_JULE", about={"by": by}, entity="lead", record_id=lead.id)
    assert notice
    assert notice.text == "Somebody gave you LD-1"
    assert "Zqlead" not in said(notice)


def test_who_claims_what_they_may_not_see_learns_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    """A rep may claim any lead, and looks at their own: the presets are like that."""
    given(works, Lead, by="U_OLGA", first_name="Zqlead", company="Zqcompany", owner="me")
    slack.command("/crm lead claim LD-1", user="U_JULE")
    assert told(slack) == "There is no LD-1."
    customer = given(works, Customer, first_name="Ada")
    given(works, Case, by="U_SAM", subject="Zqcase", customer=customer.ref, assignee="me")
    allow(works, "rep", "lead: look own, claim", "case: look own, claim")
    slack.command("/crm case claim CS-1", user="U_JULE")
    assert told(slack) == "There is no CS-1."


SENTENCES = [
    "lead qualify LD-1",
    "lead convert LD-1",
    "lead disqualify LD-1",
    "case resolve CS-1",
    "case reply CS-1 Hello",
    "case close CS-1",
    "lead delete LD-1 --yes",
    "lead edit LD-1 source=Web",
    "deal won OP-1",
    "case note CS-1 Hello",
    "lead assign LD-1 @ravi",
    "lead delete LD-1",
    "deal edit OP-1 amount=5",
]


@pytest.mark.parametrize("line", SENTENCES)
def test_a_verb_that_reaches_what_one_does_not_see_names_it_in_no_sentence(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    """A right that names its verb reaches more than one sees: what it answers, done or refused,
    says no name.
    """
    customer = given(works, Customer, by="U_ADA", first_name="Zqcustomer")
    account = given(works, Account, by="U_ADA", name="Zqaccount")
    given(works, Lead, by="U_ADA", first_name="Zqlead", company="Zqcompany")
    given(
        works,
        Case,
        by="U_ADA",
        subject="Zqcase",
        customer=customer.ref,
        account=account.ref,
        assignee="me",
    )
    given(works, Opportunity, by="U_ADA", name="Zqdeal", customer=customer.ref)
    named = {
        "lead": "qualify, convert, disqualify, delete, edit, assign",
        "deal": "won, edit",
        "case": "resolve, reply, close, note",
    }
    allow(
        works,
        "rep",
        *(f"{noun}: look own, new, {those}" for noun, those in named.items()),
        "customer: new",
        "membership: new",
        "user: look",
    )
    for _ in range(2):
        slack.command(f"/crm {line}", user="U_JULE")
        assert told(slack)
        assert "zq" not in (told(slack) + slack.last.words).lower(), line


def test_the_buttons_of_a_card_do_not_say_what_a_hidden_field_holds(
    works: UnitOfWorkFactory,
) -> None:
    customer = given(works, Customer, first_name="Ada")
    cases = [given(works, Case, subject="Mast", customer=customer.ref) for _ in range(2)]
    with works("T1", "U_SAM") as work:
        work.get(Case, cases[1].id).close(work)

    def offered(case: Case) -> list[str]:
        message = drawn(works, "card", "U_SAM", entity="case", record_id=case.id)
        return [action for action, _ in buttons(message)]

    assert offered(cases[0]) != offered(cases[1])
    allow(works, "support", "everything: look", "case: everything, hide status")
    assert offered(cases[0]) == offered(cases[1])
    assert {"case.claim", "case.reply", "case.note"} <= set(offered(cases[1]))


def test_a_property_of_a_record_asks_for_its_hidden_fields_too(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada")
    allow(works, "senior rep", "lead: everything, hide converted_customer")
    with works("T1", "U_RITA", writes=False) as work:
        seen = masking.veiled(work, work.get(Lead, lead.id))
        assert masking.may_hold(seen, lambda one: one.converted)
        assert not masking.may_hold(seen, lambda one: one.first_name == "Bob")


def test_a_receipt_asks_for_what_is_missing_only_whom_it_can_be_told(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    """Who sees the field and may fill it is told with which line; nobody else hears of it."""
    given(works, Customer, first_name="Ada", owner="me", by="U_JULE")
    asked = []
    for rights in ("look, new, change own", "look, new, change own, hide due_date", "look, new"):
        allow(works, "rep", "customer: look", f"task: {rights}")
        slack.command("/crm task new Call Ada", user="U_JULE")
        asked.append("no date yet" in told(slack) + slack.last.words)
    assert asked == [True, False, False]


def test_of_several_who_read_what_is_hidden_from_one_is_hidden_from_all(
    works: UnitOfWorkFactory,
) -> None:
    """However much more is hidden from another one."""
    ada = given(works, Customer, first_name="Ada", city="London", notes="chess")
    allow(works, "rep", "customer: look, hide city phone")
    allow(works, "support", "customer: look, hide notes")
    for group in (["U_JULE", "U_SAM"], ["U_SAM", "U_JULE"]):
        with works("T1", writes=False) as work:
            readers = [
                work.session.scalars(select(User).where(User.slack_id == person)).one()
                for person in group
            ]
            with policy.among(work.session, readers):
                seen = policy.fields(work, work.get(Customer, ada.id)).keys()
        assert seen & {"first_name", "city", "phone", "notes"} == {"first_name"}, group
