"""A filter is read once, and says of one record what it says of all."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from models.core import records
from models.core.identity.role import Role
from models.core.search.expression import Filter
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.tables import table

FILTERS = (
    "open",
    "stage in (proposal, won) amount > 10k",
    "account.industry = retail",
    "customer.account.industry = retail or not account.name has acme",
    "count(tasks) = 0 sails",
    "mine closing this quarter",
    "close < eoq",
    "next step empty",
)


@pytest.fixture
def deals(works: UnitOfWorkFactory) -> UnitOfWorkFactory:
    given(works, Account, by="U_ADA", name="Acme", industry="Retail")
    given(works, Account, by="U_ADA", name="Looms", industry="Crafts")
    given(works, Customer, by="U_ADA", first_name="Ada", company="Acme")
    made = (
        ("Sails", {"account": "AC-1", "amount": "12k", "stage": "proposal"}),
        ("Oars", {"account": "AC-2", "amount": "5k", "stage": "won"}),
        ("Masts", {"customer": "CU-1", "close_date": "2026-03-20", "next_step": "Call"}),
    )
    for name, texts in made:
        given(works, Opportunity, by="U_ADA", name=name, **texts)
    return works


def names(work: UnitOfWork, asked: Filter) -> set[str]:
    return {deal.title for deal in work.session.scalars(asked.fitting(work))}


def test_it_says_of_each_record_what_it_says_of_all(deals: UnitOfWorkFactory) -> None:
    with deals("T1", "U_ADA") as work:
        every = list(work.session.scalars(select(Opportunity)))
        for text in FILTERS:
            asked = Filter.read(work, Opportunity, text)
            assert {deal.title for deal in every if asked.matches(work, deal)} == names(
                work, asked
            ), text
            again = Filter.read(work, Opportunity, asked.typed)
            assert (again.node, again.order, again.group) == (
                asked.node,
                asked.order,
                asked.group,
            ), text


def test_what_was_just_changed_counts(deals: UnitOfWorkFactory) -> None:
    with deals("T1", "U_ADA") as work:
        asked = Filter.read(work, Opportunity, "amount > 10k account.industry = retail")
        deal = work.find(Opportunity, 2)
        assert not asked.matches(work, deal)
        deal.amount = Decimal(20_000)
        assert not asked.matches(work, deal)
        work.find(Account, 2).industry = "retail"
        assert asked.matches(work, deal)


@table(
    ("text", "fields"),
    [
        ("open", {("opportunity", "stage")}),
        ("overdue", {("opportunity", "stage"), ("opportunity", "close_date")}),
        ("amount > 10k", {("opportunity", "amount")}),
        (
            "amount > 10k USD or stage not in (won)",
            {("opportunity", name) for name in ("amount", "currency", "stage")},
        ),
        ("account.industry = retail", {("opportunity", "account"), ("account", "industry")}),
        (
            "count(tasks where done_at empty) > 1",
            {("activity", "opportunity"), ("activity", "done_at")},
        ),
        (
            "customer.account.country = DE",
            {
                ("opportunity", "customer"),
                ("membership", "customer"),
                ("membership", "account"),
                ("membership", "until"),
                ("account", "country"),
            },
        ),
    ],
)
def test_it_knows_the_fields_that_decide(works: UnitOfWorkFactory, text, fields):
    with works("T1", "U_ADA", writes=False) as work:
        assert Filter.read(work, Opportunity, text).fields(work) == fields


def test_words_are_in_every_field_that_is_searched(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_ADA", writes=False) as work:
        found = Filter.read(work, Opportunity, "zqx").fields(work)
        assert ("opportunity", "name") in found
        kinds = Opportunity.fields().items()
        assert {name for slug, name in found if slug == "opportunity"} >= {
            name for name, kind in kinds if kind.search
        }


def test_what_is_hidden_from_one_reader_is_no_condition_even_through_others(
    deals: UnitOfWorkFactory,
) -> None:
    given(deals, Case, by="U_ADA", subject="Torn", customer="CU-1", account="AC-1")
    with deals("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "rep"))
        rights = "everything: look\naccount: look, hide industry\ncase: look, hide account"
        records.update(work, role, {"rights": rights})
    with deals("T1", "U_JULE", writes=False) as work:
        for entity, text, label in (
            (Opportunity, "account.industry = retail", "Industry"),
            (Opportunity, "not customer.account.industry empty", "Industry"),
            (Account, "count(cases) > 0", "Account"),
            (Customer, "count(deals where account.industry = retail) > 0", "Industry"),
            (Case, "account.name = acme", "Account"),
        ):
            with pytest.raises(ValueError, match=f"does not show you {label}"):
                Filter.read(work, entity, text).condition(work)
