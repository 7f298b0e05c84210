"""What people do with leads, as they see it."""

import pytest

from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead, LeadStatus
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, found


@SQLITE
def test_a_lead_is_made_with_the_form(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm lead new")
    slack.submit(
        name="Ada Lovelace",
        email="ADA@x.org",
        company="Analytical",
        source="Fair",
    )
    assert (
        slack.last.text
        == "Created LD-1 Ada Lovelace\nFirst name: Ada · Last name: Lovelace\nCompany: Analytical\nE-mail: ada@x.org\nSource: Fair"
    )
    with works("T1") as work:
        lead = work.find(Lead, 1)
        assert (lead.first_name, lead.email, lead.source, lead.status) == (
            "Ada",
            "ada@x.org",
            "Fair",
            LeadStatus.NEW,
        )
        assert lead.owner == work.lookup("user", "U_RITA")


@SQLITE
def test_a_lead_is_made_in_one_line(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm new lead Bob Jones bob@x.org company=Acme")
    assert slack.last.text == "Created LD-1 Bob Jones\nCompany: Acme\nE-mail: bob@x.org"
    with works("T1") as work:
        assert work.find(Lead, 1).company == "Acme"


@SQLITE
def test_errors_stand_under_the_fields_and_nothing_is_saved(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm lead new")
    slack.submit(name="Ada", phone="call me", email="a@b.c..d")
    assert set(slack.errors) == {"phone", "email"}
    with works("T1") as work:
        assert work.session.query(Lead).count() == 0


def test_converting_makes_a_customer_an_account_and_a_deal(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    lead = given(works, Lead, first_name="Ada", last_name="Lovelace", company="Analytical")
    slack.command(f"/crm {lead.ref}")
    slack.click("lead.convert")
    slack.submit()
    assert slack.last.text.startswith("Ada Lovelace is now CU-1, with the deal OP-1 Analytical")
    with works("T1") as work:
        assert work.find(Opportunity, 1).customer == work.lookup("customer", "Ada Lovelace")


def test_converting_twice_is_refused(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada", company="Analytical")
    slack.command("/crm lead convert LD-1")
    slack.command("/crm lead convert LD-1")
    assert slack.last.text == "Ada is already converted: see CU-1 and OP-1"


def test_a_conversion_is_undone_as_a_whole(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada", company="Analytical")
    slack.command("/crm lead convert LD-1")
    slack.click("crm.undo")
    assert slack.last.text.startswith("Undone: ")
    with works("T1") as work:
        assert work.find(Lead, 1).status == LeadStatus.NEW
        assert work.session.query(Opportunity).count() == 0


@SQLITE
def test_a_claimed_lead_is_not_claimed_again(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    slack.command("/crm lead claim LD-1", user="U_RAVI")
    assert slack.last.text == "Rita Reyes has already taken LD-1 Ada."


@SQLITE
@pytest.mark.parametrize(
    "line",
    ["lead claim LD-1", "claim LD-1", "LD-1 claim", "lead qualify LD-1", "lead convert LD-1"],
)
def test_of_a_lead_that_one_may_not_see_nothing_is_said(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    lead = given(works, Lead, by="U_OLGA", first_name="Zoe", last_name="Zed")
    slack.command(f"/crm {line}", user="U_JULE")
    assert slack.last.text == "There is no LD-1."
    assert found(works, Lead).version == lead.version


def test_converting_carries_over_what_was_planned_and_done(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Ada", company="Analytical")
    given(works, Activity, description="Call Ada", lead="LD-1", due_date="fri")
    given(works, Activity, by="U_MONA", description="Spoke with Ada", lead="LD-1", type="call")
    slack.command("/crm lead convert LD-1")
    for number in (1, 2):
        activity = found(works, Activity, number)
        assert (activity.lead, activity.customer) == (None, 1)
    slack.command("/crm undo")
    assert (found(works, Activity).lead, found(works, Activity).customer) == (1, None)


def test_converting_fills_what_is_empty_of_a_customer_who_is_known(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada", email="ada@x.example", job_title="Countess")
    given(
        works,
        Lead,
        first_name="Ada",
        last_name="Lovelace",
        email="ada@x.example",
        phone="+4930123456",
        job_title="Engineer",
        tags="vip",
    )
    slack.command("/crm lead convert LD-1")
    customer = found(works, Customer)
    assert (customer.phone, customer.job_title, customer.tags) == (
        "4930123456",
        "Countess",
        ("vip",),
    )
    assert customer.title == "Ada"
    assert "CU-1 Phone: empty → +49 30 123456" in slack.last.words


def test_converting_fills_the_name_of_one_who_was_only_an_address(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, email="ada@x.example")
    given(works, Lead, first_name="Ada", last_name="Lovelace", email="ada@x.example")
    slack.command("/crm lead convert LD-1")
    assert found(works, Customer).title == "Ada Lovelace"


def test_converting_changes_no_customer_whom_one_may_not_change(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, by="U_OLGA", first_name="Ada", email="ada@x.example")
    given(works, Lead, by="U_JULE", first_name="Ada", email="ada@x.example", phone="+4930123456")
    slack.command("/crm lead convert LD-1", user="U_JULE")
    assert found(works, Customer).phone is None
