"""One box for the name of a person, divided when it is saved."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.kit import SQLITE, found, told


@SQLITE
@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Ada King Lovelace", ["First name: Ada · Last name: King Lovelace"]),
        ("Lovelace, Ada", ["First name: Ada · Last name: Lovelace"]),
        ("Ada", []),
        (
            "Dr. Jan van der Berg",
            ["First name: Jan · Last name: van der Berg", "Notes: Title: Dr."],
        ),
        (
            "Eva Low eva@low.example, Low GmbH",
            [
                "First name: Eva · Last name: Low",
                "E-mail: eva@low.example",
                "Created AC-1 Low GmbH",
                "Works at Low GmbH (AC-1)",
            ],
        ),
        ("Ada a@b@c.de", ["First name: Ada · Last name: a@b@c.de"]),
        ("Ada; DROP TABLE leads", ["First name: Ada; · Last name: DROP TABLE leads"]),
    ],
)
def test_the_receipt_says_how_a_name_was_divided(
    slack: SlackDriver, name: str, lines: list[str]
) -> None:
    slack.command("/crm customer new")
    slack.submit(name=name)
    assert told(slack).splitlines()[1:] == lines


@SQLITE
def test_what_stands_in_the_form_is_not_divided_again(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Ada King", last_name="Lovelace")
    slack.command("/crm edit LD-1")
    assert slack.modal
    assert slack.modal.values["name"] == "Ada King Lovelace"
    slack.submit(source="Fair")
    assert found(works, Lead).first_name == "Ada King"
    slack.command("/crm edit LD-1")
    slack.submit(name="Ada Byron")
    assert told(slack).splitlines()[1:] == [
        "First name: Ada King → Ada",
        "Last name: Lovelace → Byron",
    ]


@SQLITE
def test_a_line_has_a_name_too_and_its_parts_count_more(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command('/crm customer new name="Ada King" last_name=Lovelace')
    ada = found(works, Customer)
    assert (ada.first_name, ada.last_name) == ("Ada", "Lovelace")
    slack.command('/crm customer set CU-1 name=""')
    assert slack.modal
    assert "Name or e-mail is enough, but one of them is needed." in slack.modal.words
    slack.command("/crm customer new Bob Low phone=xx")
    assert slack.modal
    assert slack.modal.values["name"] == "Bob Low"
