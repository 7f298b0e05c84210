"""Headers of other systems and of people are seen."""

import pytest

from models.core.entity.base import ENTITIES, Entity
from models.customers.account import Account
from models.customers.customer import Customer
from models.exchange import guess
from models.exchange.mapping import currency_in, meaning
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.files.headers import each
from tests.tables import table

SEEN = 400
"""As many headers, from a dozen systems, have to be seen."""


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.slug())
def test_headers_mean_what_their_systems_mean(entity: type[Entity]) -> None:
    headers = [(header, name) for slug, _, header, name in each() if slug == entity.slug()]
    assert {header: meaning(entity, header)[1] for header, _ in headers} == dict(headers)


def test_hundreds_of_headers_are_seen() -> None:
    assert len([name for *_, name in each() if name]) > SEEN


def test_a_second_number_stands_beside_the_first() -> None:
    columns = guess(Lead, ["Mobile", "Phone", "E-mail", "Other Email"])
    assert columns.fields == {"Phone": "phone", "E-mail": "email"}
    assert columns.beside == {"Mobile": "phone", "Other Email": "email"}


def test_the_domain_of_a_company_stands_in_for_its_name() -> None:
    columns = guess(Customer, ["Company", "Company Domain Name", "Last Name"])
    assert (columns.fields["Company"], columns.fallback) == (
        "account",
        {"Company Domain Name": "account"},
    )


def test_what_belongs_to_another_record_is_not_taken_for_this_one() -> None:
    columns = guess(Opportunity, ["Deal Name", "Account Owner", "Contact Phone", "Created By"])
    assert columns.fields == {"Deal Name": "name"}


def test_a_header_that_means_what_another_does_more_clearly_means_nothing_else() -> None:
    columns = guess(ENTITIES["activity"], ["Subject", "Due Date", "ActivityDate"])
    assert "created_at" not in columns.fields.values()
    assert columns.fallback == {"ActivityDate": "due_date"}


def test_the_subject_stands_before_the_texts_wherever_their_columns_stand() -> None:
    columns = guess(ENTITIES["activity"], ["Description", "Comments", "Subject"])
    assert columns.fields == {"Subject": "description"}
    assert columns.beside == {"Description": "description", "Comments": "description"}


@table(
    ("header", "currency"),
    [
        ("Amount (EUR)", "EUR"),
        ("Amount [$]", "USD"),
        ("Value in CHF", "CHF"),
        ("Probability (%)", ""),
        ("Amount", ""),
    ],
)
def test_a_header_may_name_the_currency(header: str, currency: str) -> None:
    assert currency_in(header) == currency


@table("header", ["имя", "名前", "Größe"])
def test_headers_in_any_script_can_be_mapped(header: str) -> None:
    assert guess(Account, [header], chosen={header: "name"}).fields == {header: "name"}
