"""Who looks like a new record is named at the door, before anything is saved."""

import re

import pytest
from sqlalchemy import select

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told

GRACE = {"first_name": "Grace", "last_name": "Okafor"}
NORTHWIND = "Northwind Traders"


def grace(works: UnitOfWorkFactory, **texts: str) -> Customer:
    return given(works, Customer, **GRACE, email="grace@northwind.example", **texts)


def newest(works: UnitOfWorkFactory) -> Customer:
    """The customer who was made last; PostgreSQL leaves out the numbers of what was not saved."""
    with works("T1", writes=False) as work:
        return work.session.scalars(select(Customer).order_by(Customer.id.desc())).first()  # type: ignore[return-value]


def test_a_line_is_answered_with_who_looks_alike_and_has_done_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works, account=NORTHWIND)
    slack.command("/crm customer new Grace Okafor grace@northwind.example job=Buyer")
    assert told(slack) == (
        "Not saved yet: Grace Okafor (CU-1) has the same e-mail address and name. "
        "Northwind Traders, grace@northwind.example, owner Rita Reyes."
    )
    assert slack.last.buttons == ["Use Grace Okafor (CU-1)", "Save anyway"]
    assert count(works, Customer) == 1


def test_save_anyway_saves_all_that_the_line_said(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    slack.command("/crm customer new Grace Okafor grace@northwind.example job=Buyer")
    slack.click("crm.run#2")
    assert re.match(r"Created CU-\d+ Grace Okafor", told(slack))
    assert newest(works).job_title == "Buyer"


def test_use_this_adds_what_was_typed_and_is_not_known_yet(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    slack.command("/crm customer new Grace Okafor grace@northwind.example job=Buyer")
    slack.click("crm.run")
    slack.submit()
    assert count(works, Customer) == 1
    assert found(works, Customer).job_title == "Buyer"


@SQLITE
def test_use_this_shows_the_card_where_nothing_is_to_be_added(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    slack.command("/crm customer new grace@northwind.example")
    slack.click("crm.run")
    assert slack.modal is None
    assert told(slack).startswith("CU-1 Grace Okafor")


def test_a_form_stays_and_names_who_looks_alike_until_it_is_saved_anyway(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    slack.command("/crm customer new")
    slack.submit(name="Grace", email="grace@northwind.example", job_title="Buyer")
    assert slack.modal is not None
    assert slack.modal.blocks[0]["type"] == "alert"
    assert "*Grace Okafor* (CU-1) has the same e-mail address." in str(slack.modal.blocks[0])
    assert slack.modal.raw.content["submit"]["text"] == "Save anyway"  # type: ignore[union-attr]
    assert count(works, Customer) == 1
    slack.submit()
    assert slack.modal is None
    assert newest(works).job_title == "Buyer"


@SQLITE
def test_another_duplicate_is_named_before_the_form_is_saved_anyway(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    given(works, Customer, first_name="Ada", email="ada@x.org")
    slack.command("/crm customer new")
    slack.submit(name="Eve", email="grace@northwind.example")
    slack.submit(email="ada@x.org")
    assert "*Ada* (CU-2)" in str(slack.modal and slack.modal.blocks[0])
    assert count(works, Customer) == 2
    slack.submit()
    assert count(works, Customer) == 3


@SQLITE
def test_in_a_form_use_this_turns_it_into_the_form_of_who_is_here(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    slack.command("/crm customer new")
    slack.submit(name="Grace", email="grace@northwind.example", job_title="Buyer")
    slack.click("form.use")
    slack.submit()
    assert slack.modal is None
    assert count(works, Customer) == 1
    assert found(works, Customer).job_title == "Buyer"


@SQLITE
def test_in_a_form_use_this_shows_the_card_where_nothing_is_to_be_added(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    slack.command("/crm customer new")
    slack.submit(email="grace@northwind.example")
    slack.click("form.use")
    assert slack.modal is not None
    assert "CU-1" in slack.modal.words
    assert "customer.edit" in slack.modal.actions


@SQLITE
def test_a_person_at_another_company_is_another_person(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, **GRACE, account=NORTHWIND)
    slack.command("/crm customer new Grace Okafor account=Southwind")
    assert re.match(r"Created CU-\d+ Grace Okafor", told(slack))
    slack.command("/crm customer new Grace Okafor")
    assert told(slack).startswith("Not saved yet: Grace Okafor (CU-1) has the same name.")


ALIKE = [
    ("customer new Okafor, Grace", "the same name"),
    ("customer new first_name=Okafor last_name=Grace", "a similar name"),
    ("customer new Grace Okavor account=Northwind Traders", "a similar name"),
    ("customer new Eve Adams phone=+44 20 7946 0111", "the same phone number"),
    ("lead new Grace Okafor company=Northwind", "the same name"),
    ("lead new Eve Adams grace@northwind.example", "the same e-mail address"),
    ("lead new Eve Adams tel=+4420 79460111", "the same phone number"),
]


@SQLITE
@pytest.mark.parametrize(("line", "what"), ALIKE)
def test_who_is_here_is_known_by_name_address_and_number(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, what: str
) -> None:
    grace(works, account=NORTHWIND, phone="+442079460111")
    slack.command(f"/crm {line}")
    assert told(slack).startswith(f"Not saved yet: Grace Okafor (CU-1) has {what}.")
    assert count(works, Customer) == 1
    assert count(works, Lead) == 0


@SQLITE
def test_a_further_address_of_somebody_is_theirs(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    given(works, Contact, customer="CU-1", type="email", value="grace@home.example")
    slack.command("/crm customer new Eve Adams grace@home.example")
    assert told(slack).startswith("Not saved yet: Grace Okafor (CU-1) has the same e-mail address.")
    given(works, Customer, first_name="Ada")
    slack.command("/crm contact new email grace@home.example customer=CU-2")
    assert told(slack).startswith("Not saved yet: Grace Okafor (CU-1) has the same e-mail address.")
    assert count(works, Contact) == 1


COMPANIES = [
    ("account new Northwind Traders Ltd", "the same name"),
    ("account new Nortwind Traders", "a similar name"),
    ("account new Other domain=https://www.northwind.example/about", "the same web domain"),
]


@SQLITE
@pytest.mark.parametrize(("line", "what"), COMPANIES)
def test_a_company_is_known_by_name_and_domain(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, what: str
) -> None:
    given(works, Account, name=NORTHWIND, domain="northwind.example")
    slack.command(f"/crm {line}")
    assert told(slack).startswith(f"Not saved yet: Northwind Traders (AC-1) has {what}.")
    assert count(works, Account) == 1


@SQLITE
def test_the_company_that_a_new_customer_brings_may_be_here_already(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Account, name=NORTHWIND)
    slack.command("/crm customer new Ada King account=Northwind Trader")
    assert told(slack).startswith("Not saved yet: Northwind Traders (AC-1) has a similar name.")
    assert (count(works, Customer), count(works, Account)) == (0, 1)
    slack.click("crm.run")
    assert "Created CU-1 Ada King" in told(slack)
    assert count(works, Account) == 1


@SQLITE
def test_in_a_form_the_company_that_is_here_takes_the_place_of_the_new_one(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Account, name=NORTHWIND)
    slack.command('/crm customer new Ada account="Northwind Tradres" --form')
    slack.submit()
    slack.click("form.use")
    slack.submit()
    assert slack.modal is None
    assert (count(works, Customer), count(works, Account)) == (1, 1)


@SQLITE
def test_nothing_is_said_of_who_may_not_be_seen(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, by="U_OLGA", **GRACE, email="grace@northwind.example")
    slack.command("/crm lead new Grace Okafor grace@northwind.example", user="U_JULE")
    assert told(slack).startswith("Created LD-2 Grace Okafor")


UNLIKE = [
    ("Grace Okafor", "Grace Okoye"),
    ("Grace Okafor", "Grace"),
    ("Ada", "Ida"),
    ("Customer 12", "Customer 13"),
]


@SQLITE
def test_other_names_are_other_people(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    for at, (one, other) in enumerate(UNLIKE):
        given(works, Customer, first_name=one)
        before = count(works, Customer)
        slack.command(f"/crm customer new first_name=“{other}”")
        assert count(works, Customer) == before + 1, (at, told(slack))


@SQLITE
def test_a_line_that_no_button_holds_is_written_back(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    grace(works)
    notes = "long " * 400
    slack.command(f'/crm customer new grace@northwind.example notes="{notes}"')
    assert "write the same with --yes" in told(slack)
    assert slack.last.buttons == ["Use Grace Okafor (CU-1)"]
    slack.command(f'/crm customer new grace@northwind.example notes="{notes}" --yes')
    assert count(works, Customer) == 2
