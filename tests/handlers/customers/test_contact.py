"""What people do with the ways to reach a customer, as they see it."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.contact import Contact
from models.customers.customer import Customer
from tests.ground import given
from tests.handlers.kit import SQLITE, found, told


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


@SQLITE
@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("email ADA@x.org", "ada@x.org", "email ada@x.org"),
        ("mobile 0171 1234567", "491711234567", "mobile +49 171 1234567"),
        (
            "linkedin linkedin.com/in/ada",
            "https://linkedin.com/in/ada",
            "linkedin https://linkedin.com/in/ada",
        ),
        (
            "address 12 St James's Square, London",
            "12 St James's Square, London",
            "address 12 St James's Square, London",
        ),
    ],
)
def test_a_contact_is_read_as_its_type_asks(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, typed: str, kept: str, shown: str
) -> None:
    slack.command(f"/crm contact new CU-1 {typed}")
    assert told(slack) == f"Created CT-1 {shown}\nCustomer: CU-1 Ada"
    assert (found(works, Contact).value, found(works, Contact).customer) == (kept, ada.id)


@SQLITE
def test_a_value_that_does_not_fit_its_type_is_told_under_the_field(
    slack: SlackDriver, ada: Customer
) -> None:
    slack.command("/crm new contact")
    slack.submit(customer="ada", type="Email", value="nowhere")
    assert slack.errors == {"value": "“nowhere” is not an e-mail address. Try ada@example.org."}
    slack.submit(value="ada@x.org")
    assert told(slack) == "Created CT-1 email ada@x.org\nCustomer: CU-1 Ada"


@SQLITE
def test_a_box_that_is_no_longer_ticked_says_no(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    given(works, Contact, customer="CU-1", type="other", value="Pigeon", primary="yes")
    slack.command("/crm edit CT-1")
    slack.submit(primary="no")
    assert "Primary: yes → no" in told(slack)
    assert found(works, Contact).primary is False


@SQLITE
def test_one_contact_of_a_type_is_the_primary_one(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    for value in ("Pigeon", "Smoke"):
        slack.command(f"/crm contact new CU-1 other {value} primary=yes")
    assert [found(works, Contact, number).primary for number in (1, 2)] == [False, True]
