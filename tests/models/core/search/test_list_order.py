"""The order of a list, and the menus that lead to other lists."""

from datetime import timedelta

import pytest

from models.core import records
from models.core.entity.base import Entity
from models.core.identity.role import Role
from models.core.search import query
from models.core.search.query import Page, list_records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given

pytestmark = pytest.mark.dialect

DEALS = {
    "Oar": {"amount": "12k", "close_date": "+30d", "stage": "proposal"},
    "Keel": {"amount": "90k", "close_date": "+5d", "stage": "discovery"},
    "Mast": {"amount": "", "close_date": "+60d", "stage": "negotiation"},
    "Sail": {"amount": "40k", "close_date": "", "stage": "qualification"},
}
BIGGEST, SMALLEST = "Keel Sail Oar Mast", "Oar Sail Keel Mast"
SOONEST, LATEST = "Keel Oar Mast Sail", "Mast Oar Keel Sail"
NAMED, STAGED = "Keel Mast Oar Sail", "Sail Keel Oar Mast"
ORDERS = {
    "": ("Sail Mast Keel Oar", "4 deals, newest first"),
    "newest": ("Sail Mast Keel Oar", "4 deals, newest first"),
    "oldest first": ("Oar Keel Mast Sail", "4 deals, oldest first"),
    "biggest": (BIGGEST, "4 deals, biggest amount first"),
    "Largest First": (BIGGEST, "4 deals, biggest amount first"),
    "smallest": (SMALLEST, "4 deals, smallest amount first"),
    "sort amount": (BIGGEST, "4 deals, biggest amount first"),
    "sorted by value": (BIGGEST, "4 deals, biggest amount first"),
    "order by amount asc": (SMALLEST, "4 deals, smallest amount first"),
    "by amount, smallest first": (SMALLEST, "4 deals, smallest amount first"),
    "soonest": (SOONEST, "4 deals, soonest close date first"),
    "by close date": (SOONEST, "4 deals, soonest close date first"),
    "sort close_date desc": (LATEST, "4 deals, latest close date first"),
    "latest close date first": (LATEST, "4 deals, latest close date first"),
    "by name": (NAMED, "4 deals, by name, A to Z"),
    "sort name descending": ("Sail Oar Mast Keel", "4 deals, by name, Z to A"),
    "by stage": (STAGED, "4 deals, by stage, qualification first"),
    "sort created asc": ("Oar Keel Mast Sail", "4 deals, earliest created first"),
    "biggest open": (BIGGEST, "4 deals match “open”, biggest amount first"),
    "open sort amount": (BIGGEST, "4 deals match “open”, biggest amount first"),
    "amount > 20k by close date": (
        "Keel Sail",
        "2 deals match “amount > 20k”, soonest close date first",
    ),
    "proposal oldest": ("Oar", "1 deal matches “proposal”, oldest first"),
    "keel biggest": ("Keel", "1 deal matches “keel”, biggest amount first"),
}


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada", last_name="Lovelace")


@pytest.fixture
def deals(works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer) -> UnitOfWorkFactory:
    for name, texts in DEALS.items():
        clock.forward(timedelta(minutes=1))
        filled = {field: text for field, text in texts.items() if text}
        given(works, Opportunity, name=name, customer=ada.ref, owner="me", **filled)
    return works


def listed(
    works: UnitOfWorkFactory, text: str, entity: type[Entity] = Opportunity, by: str = "U_RITA"
) -> Page[Entity]:
    with works("T1", by, writes=False) as work:
        return list_records(work, entity, text)


@pytest.mark.parametrize("text", ORDERS)
def test_a_list_is_in_the_order_that_is_said(deals: UnitOfWorkFactory, text: str) -> None:
    page = listed(deals, text)
    assert (" ".join(deal.title for deal in page.records), page.heading) == ORDERS[text]


def test_leads_have_no_figure_and_no_day_of_their_own(works: UnitOfWorkFactory) -> None:
    for name in ("Grace", "Ada"):
        given(works, Lead, first_name=name)
    assert [lead.title for lead in listed(works, "by name", Lead).records] == ["Ada", "Grace"]
    assert listed(works, "biggest", Lead).searched == "biggest"
    assert listed(works, "soonest", Lead).searched == "soonest"


def test_what_is_ranked_begins_with_the_highest(works: UnitOfWorkFactory, ada: Customer) -> None:
    for subject, priority in (("Leak", "high"), ("Rust", "low"), ("Fire", "urgent")):
        given(works, Case, subject=subject, customer=ada.ref, priority=priority)
    page = listed(works, "sort by priority", Case)
    assert [case.title for case in page.records] == ["Fire", "Leak", "Rust"]
    assert page.heading == "3 cases, highest priority first"
    lowest = listed(works, "lowest priority first", Case)
    assert [case.title for case in lowest.records] == ["Rust", "Leak", "Fire"]


def test_words_are_sorted_without_case_and_accents(works: UnitOfWorkFactory) -> None:
    for name, city in (("Ada", "ärzen"), ("Bob", "Zell"), ("Cid", "Aachen"), ("Dan", "")):
        given(works, Customer, first_name=name, **({"city": city} if city else {}))
    page = listed(works, "by city", Customer)
    assert [customer.title for customer in page.records] == ["Cid", "Ada", "Bob", "Dan"]
    assert page.heading == "4 customers, by city, A to Z"


def test_a_word_in_quotes_and_one_that_nothing_is_ordered_by_are_looked_for(
    deals: UnitOfWorkFactory,
) -> None:
    assert not listed(deals, '"biggest"').records
    given(deals, Customer, name="Newest Biggest")
    found = listed(deals, "biggest", Customer)  # customers have no figure
    assert [customer.title for customer in found.records] == ["Newest Biggest"]


def test_what_a_list_is_not_sorted_by_is_said(deals: UnitOfWorkFactory) -> None:
    with pytest.raises(ValueError, match="Deals are not sorted by “colour”") as refused:
        listed(deals, "open sort by colour")
    assert "amount, close date" in str(refused.value)
    with pytest.raises(ValueError, match="not sorted by “owner”"):
        listed(deals, "sorted by owner")


def test_nothing_is_sorted_by_what_is_hidden(deals: UnitOfWorkFactory) -> None:
    hide_amounts(deals)
    with pytest.raises(ValueError, match="not sorted by “amount”") as refused:
        listed(deals, "sort by amount")
    assert "amount," not in str(refused.value)
    page = listed(deals, "biggest")
    assert page.searched == "biggest"
    assert "amount" not in str([menu.options for menu in page.menus])


def test_the_menus_lead_to_the_lists_that_they_name(deals: UnitOfWorkFactory) -> None:
    page = listed(deals, "open mine biggest")
    chosen = {menu.label: menu.chosen for menu in page.menus}
    assert chosen == {"Whose": "Mine", "Which": "All open", "Order": "Biggest amount first"}
    for menu in page.menus:
        for shown, words in menu.options.items():
            there = listed(deals, words)
            at = {each.label: each.chosen for each in there.menus}
            assert at == {**chosen, menu.label: shown}, words
            assert not there.searched, words


@pytest.mark.parametrize(
    ("text", "label", "shown"),
    [
        ("Rita", "Whose", "Rita Reyes"),
        ("unassigned", "Whose", "Unassigned"),
        ("owner = U_RITA", "Whose", "owner = @Rita Reyes"),
        ("proposal", "Which", "Proposal"),
        ("won lost", "Which", "Won, Lost"),
        ("overdue", "Which", "Overdue"),
        ("by probability", "Order", "Biggest probability first"),
    ],
)
def test_a_menu_shows_what_the_list_is(
    deals: UnitOfWorkFactory, text: str, label: str, shown: str
) -> None:
    page = listed(deals, text)
    menu = next(menu for menu in page.menus if menu.label == label)
    assert menu.chosen == shown
    there = listed(deals, menu.options[shown])
    assert [deal.id for deal in there.records] == [deal.id for deal in page.records]


def test_a_list_says_what_its_records_amount_to(deals: UnitOfWorkFactory) -> None:
    assert listed(deals, "").sums == "", "nothing is asked but a list"
    assert listed(deals, "open").sums == "Total: €142,000."
    assert listed(deals, "amount > 20k").sums == "Total: €130,000."
    assert listed(deals, "keel").sums == "", "one says it itself"
    assert listed(deals, "mast OR nothing").sums == ""
    given(deals, Opportunity, name="Rope", customer="CU-1", amount="$5.50")
    assert listed(deals, "open").sums == "Total: €142,000 + $5.50."
    assert listed(deals, "open", Customer).sums == ""
    for number in range(8):
        given(deals, Opportunity, name=f"Rope {number}", customer="CU-1", amount="$1")
    assert listed(deals, "open").sums == "Total: €142,000 + $13.50.", "also of the next pages"
    hide_amounts(deals)
    assert listed(deals, "open").sums == ""


def test_what_is_not_counted_to_the_end_is_not_summed_up(
    deals: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "COUNTED", 3)
    monkeypatch.setattr(query, "PAGE", 2)
    page = listed(deals, "open")
    assert (page.heading, page.sums) == ("More than 3 deals match “open”", "")


def hide_amounts(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "senior rep"))
        rights = {"rights": "everything: look, new, change\ndeal: everything, hide amount"}
        records.update(work, role, rights)


def test_a_menu_keeps_the_other_words_of_a_list(deals: UnitOfWorkFactory) -> None:
    page = listed(deals, "keel OR sail open")
    which = next(menu for menu in page.menus if menu.label == "Which")
    there = listed(deals, which.options["Discovery"])
    assert [deal.title for deal in there.records] == ["Keel"]
