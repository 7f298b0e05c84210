"""Finding the one record that a text names."""

from contextlib import suppress

import pytest

from models.core import records
from models.core.errors import Ambiguous
from models.core.identity.user import User
from models.core.search.lookup import lookup
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.exchange.prefetch import PrefetchingUnitOfWork
from tests.ground import given
from tests.models.marks import SQLITE
from tests.plans import plans

NAMES = [
    "CU-1",
    "cu-1",
    "cu1",
    "#CU-1",
    " CU-1 ",
    "Ada Lovelace",
    "ada lovelace",
    "ADA LOVELACE",
    '"Ada Lovelace"',
    "“Ada Lovelace”",
    "Ada",
    "ada love",
    "ada@example.org",
    "ADA@example.org",
    "Áda Lovelace",
]


def test_a_reference_a_name_its_beginning_or_an_address_name_a_record(
    works: UnitOfWorkFactory,
) -> None:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace", email="ada@example.org")
    given(works, Customer, first_name="Grace", last_name="Hopper")
    with works("T1", "U_RITA") as work:
        assert {text: lookup(work, Customer, text) for text in NAMES} == dict.fromkeys(
            NAMES, ada.id
        )


@pytest.mark.parametrize("text", ["CU-9", "LD-1", "Nobody", "", "%", "_da", "a%", "Lovelace"])
def test_what_names_nothing_is_said_so_with_an_example(works: UnitOfWorkFactory, text: str) -> None:
    given(works, Customer, first_name="Ada", last_name="Lovelace")
    with works("T1", "U_RITA") as work, pytest.raises(ValueError, match="There is no"):
        lookup(work, Customer, text)


def test_an_ambiguous_name_offers_the_candidates(works: UnitOfWorkFactory) -> None:
    for name in ("Lovelace", "Byron"):
        given(works, Customer, first_name="Ada", last_name=name)
    with works("T1", "U_RITA") as work, pytest.raises(Ambiguous) as caught:
        lookup(work, Customer, "ada")
    assert (
        str(caught.value)
        == "“ada” could be CU-2 Ada Byron, CU-1 Ada Lovelace. Please say which one."
    )
    assert caught.value.candidates == [("CU-2", "Ada Byron"), ("CU-1", "Ada Lovelace")]


def test_at_most_five_candidates_are_offered(works: UnitOfWorkFactory) -> None:
    for name in "ABCDEFG":
        given(works, Customer, first_name="Ada", last_name=name)
    with works("T1", "U_RITA") as work, pytest.raises(Ambiguous) as caught:
        lookup(work, Customer, "ada")
    assert len(caught.value.candidates) == 5


def test_the_whole_name_wins_over_longer_ones(works: UnitOfWorkFactory) -> None:
    acme = given(works, Account, name="Acme")
    given(works, Account, name="Acme Labs")
    with works("T1", "U_RITA") as work:
        assert lookup(work, Account, "acme") == acme.id


def test_when_only_the_whole_name_will_do_its_beginning_does_not(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Acme Labs")
    with works("T1", "U_RITA") as work, pytest.raises(ValueError, match="There is no account"):
        lookup(work, Account, "acme", whole=True)


def test_a_deleted_record_is_not_named(works: UnitOfWorkFactory) -> None:
    ada = given(works, Customer, first_name="Ada")
    with works("T1", "U_RITA") as work:
        records.delete(work, work.get(Customer, ada.id))
    for text in ("Ada", "CU-1"):
        with works("T1", "U_RITA") as work, pytest.raises(ValueError, match="There is no"):
            lookup(work, Customer, text)


@pytest.mark.parametrize(
    "text", ["me", "Me", "<@U_RITA>", "<@U_RITA|rita>", "U_RITA", "Rita Reyes", "US-1"]
)
def test_people_are_named_by_mention_and_as_me(works: UnitOfWorkFactory, text: str) -> None:
    with works("T1", "U_RITA") as work:
        assert work.actor is not None
        assert lookup(work, User, text) == work.actor.id


@SQLITE
@pytest.mark.parametrize(
    "text", ["ada@example.org", "Ada Lovelace", "Ada", "AC-1", "nobody@example.org"]
)
def test_whoever_types_a_name_is_served_by_an_index(works: UnitOfWorkFactory, text: str) -> None:
    """However many customers there are: the statement has no order that would lead SQLite to
    another one.
    """
    given(works, Customer, first_name="Ada", last_name="Lovelace", email="ada@example.org")

    def look(work: UnitOfWork) -> None:
        with suppress(ValueError):
            lookup(work, Customer, text)

    found = plans(works, look, "FROM customer")
    assert found
    assert all("SEARCH customer USING INDEX" in plan and "SCAN" not in plan for plan in found)


@SQLITE
def test_a_batch_of_names_takes_a_few_statements_each_served_by_an_index(
    works: UnitOfWorkFactory,
) -> None:
    for number in range(40):
        given(
            works,
            Customer,
            first_name="Ada",
            last_name=f"Nr{number}",
            email=f"ada.{number}@example.org",
        )
    names = [
        f"Ada Nr{number}" if number % 2 else f"ada.{number}@example.org" for number in range(50)
    ]

    def meet(work: UnitOfWork) -> None:
        assert isinstance(work, PrefetchingUnitOfWork)
        work.meet(Customer, names)
        assert len(work.found) == 40

    found = plans(works, meet, "FROM customer", PrefetchingUnitOfWork)
    assert len(found) <= 4
    assert all("SEARCH customer USING" in plan for plan in found)
