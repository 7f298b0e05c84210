"""What people do with customers, as they see it."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told


@SQLITE
@pytest.mark.parametrize(
    "line", ["new customer Ada King Lovelace ada@x.org", "customer new ada@x.org Ada King Lovelace"]
)
def test_a_customer_is_made_in_one_line(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    slack.command(f"/crm {line} phone=030/1234567 country=germany tags=vip,fair")
    created, *values = told(slack).splitlines()
    assert created == "Created CU-1 Ada King Lovelace"
    assert values == [
        "E-mail: ada@x.org",
        "Phone: +49 30 1234567",
        "Tags: vip, fair",
        "Country: DE",
    ]
    ada = found(works, Customer)
    assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "King Lovelace", "ada@x.org")
    assert (ada.phone, ada.country, ada.tags) == ("49301234567", "DE", ("vip", "fair"))


@SQLITE
def test_a_phone_number_may_be_written_with_all_its_punctuation_in_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm new customer")
    slack.submit(name="Ada", phone="+49 (0) 30 / 123 45 67", country="Germany")
    assert slack.errors == {}
    assert (found(works, Customer).phone, found(works, Customer).country) == ("49301234567", "DE")


@SQLITE
def test_a_customer_needs_a_name_or_an_address(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm customer new")
    slack.submit(city="Berlin")
    assert slack.errors == {"name": "Name or e-mail is enough, but one of them is needed."}
    assert count(works, Customer) == 0
    slack.submit(email="ada@x.org")
    assert told(slack) == "Created CU-1 ada@x.org\nCity: Berlin"


@SQLITE
@pytest.mark.parametrize(
    "name", ["ada@x.org", "ADA@x.org", '"Ada Lovelace"', "ada", "lovelace", "Lovelace, Ada", "cu1"]
)
def test_a_customer_is_found_by_what_people_call_her(
    slack: SlackDriver, works: UnitOfWorkFactory, name: str
) -> None:
    given(works, Customer, first_name="Ada", last_name="Lovelace", email="ada@x.org")
    slack.command(f"/crm customer {name}")
    assert "CU-1 Ada Lovelace" in told(slack)


@SQLITE
def test_an_ambiguous_name_offers_the_candidates_and_each_button_works(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for last in ("Lovelace", "King"):
        given(works, Customer, first_name="Ada", last_name=last)
    slack.command("/crm customer set Ada job=Countess city=“New York”")
    assert told(slack) == (
        "Several records have that name: CU-2 Ada King, CU-1 Ada Lovelace. Nothing was done yet. "
        "Which one?"
    )
    assert slack.last.buttons == ["CU-2 Ada King", "CU-1 Ada Lovelace"]
    slack.click("crm.run#2")
    ada = found(works, Customer, 1)
    assert (ada.job_title, ada.city) == ("Countess", "New York")
    assert found(works, Customer, 2).job_title is None


@SQLITE
def test_deleting_asks_first_with_a_button_too(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    slack.command("/crm more CU-1 --tab=details")
    slack.click("customer.delete", confirm=False)
    assert count(works, Customer) == 1
    assert "Delete CU-1 Ada? It can be restored for 30 days." in slack.asked
    slack.click("customer.delete")
    assert count(works, Customer) == 0
    slack.click("crm.undo")
    assert count(works, Customer) == 1


@SQLITE
def test_her_lifecycle_follows_from_her_deals(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    slack.command("/crm more CU-1")
    assert slack.modal
    assert "Lead (no deals yet)" in slack.modal.words
    slack.command("/crm deal new Sails CU-1")
    slack.command("/crm more CU-1")
    assert "Prospect (1 open deal)" in slack.modal.words
