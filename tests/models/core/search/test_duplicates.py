"""Who looks like a new record, as the models say it: by index, and with a few statements."""

import pytest

from models.core import records
from models.core.search.duplicates import differ_by_a_slip, duplicates, stem
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.models.exchange.steps import imported
from tests.plans import listening, plans
from tests.tables import table

MANY = 2000
GRACE = {"first_name": "Grace", "last_name": "Okafor", "company": "Northwind"}
REACHED = {"email": "g@x.org", "phone": "+442079460111"}


def ask(work: UnitOfWork) -> None:
    duplicates(work, records.create(work, Lead, GRACE | REACHED))


@pytest.mark.dialect
def test_an_index_finds_them(works: UnitOfWorkFactory) -> None:
    rows = [f"Name{at},Same{at % 7},{at}@x.example" for at in range(MANY)]
    file = "\n".join(["First name,Last name,Email", *rows])
    for entity in (Lead, Customer):
        assert imported(works, entity, file).created == MANY
    found = [plan for about in ("FROM lead", "FROM customer") for plan in plans(works, ask, about)]
    assert len(found) >= 2
    whole = [f"{scan} {each}" for scan in ("Seq Scan on", "SCAN") for each in ("lead", "customer")]
    for plan in found:
        assert not [scan for scan in whole if scan in plan], plan


@pytest.mark.dialect
def test_a_few_statements_are_enough(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_RITA") as work:
        record = records.create(work, Lead, GRACE | REACHED)
        with listening(works.engine) as heard:
            duplicates(work, record)
    asked = [said for said, _ in heard if "LIMIT" in said or "membership" in said]
    assert len(asked) <= 3, "\n".join(asked)


SLIPS = [
    ("grace okafor", "grace okavor", True),
    ("grace okafor", "grace okafer", True),
    ("anna berg", "anne berg", False),
    ("grace okafor", "grade okavor", False),
    ("room 12345", "room 12346", False),
]


@table(("one", "other", "same"), SLIPS)
def test_one_slip_in_a_long_word_is_forgiven(one: str, other: str, same: bool) -> None:
    assert differ_by_a_slip(stem(one), stem(other)) is same


NAMES = [
    ("Grace Okafor", "grace okafor"),
    ("Acme GmbH", "ACME"),
    ("Acme & Sons Ltd.", "Acme and Sons"),
]


@table(("one", "other"), NAMES)
def test_a_name_is_compared_without_case_and_legal_form(one: str, other: str) -> None:
    assert stem(one) == stem(other)
