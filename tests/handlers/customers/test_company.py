"""The company where a person works, named at every door: found or made, and joined."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.core.test_hidden import allow
from tests.handlers.kit import SQLITE, count, found, told

PICKER = "join.account.account"


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    """Ada works at Northwind Traders, MB-1."""
    given(works, Account, name="Northwind Traders")
    return given(works, Customer, first_name="Ada", job_title="Buyer", account="AC-1")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (
            'customer new Bob company="Kaiser GmbH"',
            "Created CU-2 Bob\nCreated AC-2 Kaiser GmbH\nWorks at Kaiser GmbH (AC-2)",
        ),
        (
            "customer new Bob at Northwind Traders",
            "Created CU-2 Bob\nWorks at Northwind Traders (AC-1)",
        ),
        (
            'customer new Bob company="Northwind Traders Ltd"',
            "Created CU-2 Bob\nWorks at Northwind Traders (AC-1)",
        ),
        (
            "customer set Ada company=Kaiser",
            "Changed CU-1 Ada\nNo longer at Northwind Traders (AC-1)\nCreated AC-2 Kaiser\nWorks at Kaiser (AC-2)",
        ),
        (
            'customer set Ada company="northwind traders"',
            "CU-1 Ada: nothing changed\nCompany: AC-1 Northwind Traders, as before",
        ),
        ('customer set Ada company=""', "Changed CU-1 Ada\nNo longer at Northwind Traders (AC-1)"),
        (
            "contact new CU-1 mobile +49 171 1234567 company=Kaiser",
            "Created CT-1 mobile +49 171 1234567\nCustomer: CU-1 Ada\n"
            "No longer at Northwind Traders (AC-1)\nCreated AC-2 Kaiser\nWorks at Kaiser (AC-2)",
        ),
    ],
)
def test_a_line_finds_or_makes_the_company_of_a_person(
    slack: SlackDriver, ada: Customer, line: str, answer: str
) -> None:
    slack.command(f"/crm {line}")
    assert sorted(told(slack).splitlines()) == sorted(answer.splitlines())


def test_a_new_employer_takes_the_place_of_the_old_one_and_undo_brings_it_back(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm customer set Ada company=Kaiser")
    old, new = found(works, Membership, 1), found(works, Membership, 2)
    with works("T1", "U_RITA", writes=False) as work:
        assert (old.primary, old.is_current(work)) == (False, False)
        assert (new.primary, new.role, new.is_current(work)) == (True, "Buyer", True)
    slack.click("crm.undo")
    slack.command("/crm customer CU-1")
    assert "Buyer at Northwind Traders (AC-1)" in slack.last
    assert count(works, Account) == 1


def test_the_form_of_a_person_shows_the_company_and_changes_it(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm customer edit CU-1")
    assert slack.modal
    assert slack.modal.values["account"]["text"]["text"] == "Northwind Traders (AC-1)"
    assert slack.options(PICKER, "Kaiser") == ["Add “Kaiser”"]
    assert slack.options(PICKER, "Northwind Traders") == ["AC-1 Northwind Traders"]
    slack.submit(account="Kaiser")
    assert "Works at Kaiser (AC-2)" in slack.last
    slack.command("/crm customer edit CU-1")
    slack.submit(job_title="Head of purchasing")
    assert "AC" not in told(slack)


@SQLITE
def test_the_form_of_a_way_to_reach_somebody_asks_for_the_company(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Bob")
    slack.command("/crm contact new")
    slack.submit(customer="CU-1", type="email", value="bob@x.example", account="Kaiser GmbH")
    assert found(works, Contact).customer == 1
    assert found(works, Membership).account == found(works, Account).id


@SQLITE
def test_a_deal_is_with_a_company_by_that_word_too(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command('/crm deal new Sails 12k company="Northwind Traders"')
    assert found(works, Opportunity).account == 1


def test_who_may_not_see_the_company_changes_nothing_by_saving_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    allow(works, "senior rep", "everything: look, new, change", "membership: none")
    slack.command("/crm customer edit CU-1")
    assert slack.modal
    assert not slack.modal.values["account"]
    slack.submit(job_title="Chief buyer")
    assert count(works, Membership) == 1
    assert found(works, Membership).until is None


@pytest.mark.parametrize(
    "line",
    [
        "CU-1 works at Kaiser GmbH",
        "Ada now works for Kaiser GmbH",
        'customer set CU-1 company="new: Kaiser GmbH"',
    ],
)
def test_where_somebody_works_is_said_as_people_say_it(
    slack: SlackDriver, ada: Customer, line: str
) -> None:
    slack.command(f"/crm {line}")
    assert "Works at Kaiser GmbH (AC-2)" in told(slack)


def test_the_first_words_of_a_company_mean_it_where_one_can_be_meant(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm customer new Bob company=Northwind")
    assert told(slack) == "Created CU-2 Bob\nWorks at Northwind Traders (AC-1)"
    given(works, Account, name="Northwind Travel")
    slack.command("/crm customer new Eve company=Northwind")
    assert "Northwind Traders (AC-1) has a similar name." in told(slack)
    assert "Northwind Travel (AC-2) has a similar name." in told(slack)
    [anyway] = [
        element
        for block in slack.last.blocks
        for element in block.get("elements", [])
        if element.get("text", {}).get("text") == "Save anyway"
    ]
    slack.click(anyway["action_id"])
    assert "Created AC-" in told(slack)
    slack.command("/crm customer new")
    assert slack.options(PICKER, "North")[-1] == "Add “North”"


@SQLITE
def test_a_way_to_reach_somebody_may_begin_with_their_name(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm add contact for Ada mobile 0171 2345678")
    assert "Customer: CU-1 Ada" in told(slack)
    slack.command("/crm contact new Ada email ada@x.example")
    assert found(works, Contact, 2).value == "ada@x.example"


@SQLITE
def test_the_first_words_of_a_company_are_met_at_the_door_and_name_no_parent(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm account new Northwind")
    assert told(slack).startswith("Not saved yet: Northwind Traders (AC-1) has a similar name.")
    slack.command("/crm account new Northwind Traders Norway")
    assert told(slack) == "Created AC-2 Northwind Traders Norway"
    slack.command("/crm customer edit CU-1 at Northwind Traders Norway")
    assert "Works at Northwind Traders Norway (AC-2)" in told(slack)
    slack.command("/crm CU-1 at Kaiser GmbH")
    assert "Works at Kaiser GmbH (AC-3)" in told(slack)
