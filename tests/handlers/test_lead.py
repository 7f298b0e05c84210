"""What people do with leads, as they see it."""

from bot.sandbox.driver import Desk
from models.core.work import Works
from models.lead import Lead, LeadStatus
from models.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE


@SQLITE
def test_a_lead_is_made_with_the_form(slack: Desk, works: Works) -> None:
    slack.command("/crm lead new")
    slack.submit(first_name="Ada", last_name="Lovelace", email="ADA@x.org", company="Analytical", source="Fair")
    assert slack.last.text == "Created LD-1 Ada Lovelace\nCompany: Analytical\nE-mail: ada@x.org\nSource: Fair"
    with works("T1") as work:
        lead = work.find(Lead, 1)
        assert (lead.first_name, lead.email, lead.source, lead.status) == ("Ada", "ada@x.org", "Fair", LeadStatus.NEW)
        assert lead.owner == work.lookup("user", "U_RITA")


@SQLITE
def test_a_lead_is_made_in_one_line(slack: Desk, works: Works) -> None:
    slack.command("/crm new lead Bob Jones bob@x.org company=Acme")
    assert slack.last.text == "Created LD-1 Bob Jones\nCompany: Acme\nE-mail: bob@x.org"
    with works("T1") as work:
        assert work.find(Lead, 1).company == "Acme"


@SQLITE
def test_errors_stand_under_the_fields_and_nothing_is_saved(slack: Desk, works: Works) -> None:
    slack.command("/crm lead new")
    slack.submit(first_name="Ada", phone="call me", email="a@b.c..d")
    assert set(slack.errors) == {"phone", "email"}
    with works("T1") as work:
        assert work.session.query(Lead).count() == 0


def test_converting_makes_a_customer_an_account_and_a_deal(slack: Desk, works: Works) -> None:
    lead = given(works, Lead, first_name="Ada", last_name="Lovelace", company="Analytical")
    slack.command(f"/crm {lead.ref}")
    slack.click("lead.convert")
    assert slack.last.text.startswith("Ada Lovelace is now CU-1, with the deal OP-1 Analytical")
    with works("T1") as work:
        assert work.find(Opportunity, 1).customer == work.lookup("customer", "Ada Lovelace")


def test_converting_twice_is_refused(slack: Desk, works: Works) -> None:
    given(works, Lead, first_name="Ada", company="Analytical")
    slack.command("/crm lead convert LD-1")
    slack.command("/crm lead convert LD-1")
    assert slack.last.text == "Ada is already converted: see CU-1 and OP-1"


def test_a_conversion_is_undone_as_a_whole(slack: Desk, works: Works) -> None:
    given(works, Lead, first_name="Ada", company="Analytical")
    slack.command("/crm lead convert LD-1")
    slack.click("crm.undo")
    assert slack.last.text.startswith("Undone: ")
    with works("T1") as work:
        assert work.find(Lead, 1).status == LeadStatus.NEW
        assert work.session.query(Opportunity).count() == 0


@SQLITE
def test_a_claimed_lead_is_not_claimed_again(slack: Desk, works: Works) -> None:
    given(works, Lead, first_name="Ada")
    slack.command("/crm lead claim LD-1", user="U_RAVI")
    assert slack.last.text == "Rita Reyes has already taken LD-1 Ada."
