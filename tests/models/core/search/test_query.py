"""Finding records."""

import pytest
from sqlalchemy import insert, update

from models.activities.activity import Activity
from models.core import records
from models.core.entity.base import ENTITIES
from models.core.search.full_text import CANDIDATES
from models.core.search.index import SearchText
from models.core.search.query import COUNTED, PAGE, find_everywhere, find_records, suggestions
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import START, given
from tests.models.exchange.steps import imported
from tests.models.marks import SQLITE

pytestmark = pytest.mark.dialect

LIKELIEST = {
    "ada": "Ada Lovelace",
    "ada lovelace": "Ada Lovelace",
    "lovelace ada": "Ada Lovelace",
    "LOVE": "Ada Lovelace",
    "lace": "Ada Lovelace",
    "cu-1": "Ada Lovelace",
    "CU1": "Ada Lovelace",
    "1": "Ada Lovelace",
    "ada@example.org": "Ada Lovelace",
    "+49 30 1234567": "Ada Lovelace",
    "030/1234567": "Ada Lovelace",
    "london": "Ada Lovelace",
    "zoe": "Zoë Müller",
    "ZOË": "Zoë Müller",
    "muller munchen": "Zoë Müller",
    "hop": "Grace Hopper",
    "ho": "Grace Hopper",
    "g": "Grace Hopper",
    "l": "Li Wei",
    "li we": "Li Wei",
    "петров": "Иван Петров",
    "navy.mil": "Grace Hopper",
}
SLIPS = {
    "lovlace": "Ada Lovelace",
    "lovelcae": "Ada Lovelace",
    "lovellace": "Ada Lovelace",
    "lovepace": "Ada Lovelace",
    "jonson": "Adam Johnson",
    "johnsen": "Adam Johnson",
    "grace hoper": "Grace Hopper",
    "muler": "Zoë Müller",
}


@pytest.fixture
def people(works: UnitOfWorkFactory) -> UnitOfWorkFactory:
    """A few customers whose names have something in common."""
    named = [
        ("Ada", "Lovelace", {"email": "ada@example.org", "phone": "030 1234567", "city": "London"}),
        ("Grace", "Hopper", {"email": "grace@navy.mil"}),
        ("Zoë", "Müller", {"city": "München"}),
        ("Adam", "Johnson", {}),
        ("Li", "Wei", {"notes": "not searched"}),
        ("Иван", "Петров", {}),
    ]
    for first, last, texts in named:
        given(works, Customer, first_name=first, last_name=last, **texts)
    return works


def offered(works: UnitOfWorkFactory, text: str, limit: int = 20) -> list[str]:
    with works("T1", "U_RITA", writes=False) as work:
        return [record.title for record in suggestions(work, Customer, text, limit)]


def everywhere(works: UnitOfWorkFactory, text: str, limit: int = 10) -> list[str]:
    with works("T1", "U_RITA", writes=False) as work:
        return [str(record) for record in find_everywhere(work, text, limit)]


def headed(
    works: UnitOfWorkFactory,
    entity: type[Opportunity | Customer],
    text: str,
    page: str | bool | None = None,
) -> str:
    with works("T1", "U_RITA", writes=False) as work:
        return find_records(work, entity, text, page).heading


def test_the_likeliest_comes_first(people: UnitOfWorkFactory) -> None:
    found = {typed: offered(people, typed)[0] for typed in LIKELIEST}
    assert found == LIKELIEST


def test_what_nothing_fits_finds_nothing(people: UnitOfWorkFactory) -> None:
    for typed in [
        "xyz",
        "cu-99",
        "999",
        "%",
        "___",
        '"',
        "'; --",
        "searched",
        "OR",
        "NEAR(",
        "*",
        "\x00",
    ]:
        assert offered(people, typed) == [], typed


def test_a_slip_of_the_finger_is_forgiven(people: UnitOfWorkFactory) -> None:
    found = {typed: offered(people, typed) for typed in SLIPS}
    assert found == {typed: [name] for typed, name in SLIPS.items()}


def test_two_slips_in_a_short_word_are_another_word(people: UnitOfWorkFactory) -> None:
    assert offered(people, "hupperz") == []


def test_what_is_spelt_right_comes_before_what_is_nearly_so(works: UnitOfWorkFactory) -> None:
    for last in ("Johnson", "Jonson"):
        given(works, Customer, first_name="Adam", last_name=last)
    assert offered(works, "jonson") == ["Adam Jonson", "Adam Johnson"]
    assert offered(works, "johnson") == ["Adam Johnson", "Adam Jonson"]


def test_before_anything_is_typed_the_newest_are_offered(people: UnitOfWorkFactory) -> None:
    assert offered(people, " ", limit=2) == ["Иван Петров", "Li Wei"]


@SQLITE
def test_never_more_than_asked_for(people: UnitOfWorkFactory) -> None:
    assert len(offered(people, "a", limit=1)) == 1
    assert offered(people, "ada", limit=1) == ["Ada Lovelace"]


def test_a_name_beats_a_mention_of_it(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Grace", email="grace@acme.org")
    given(works, Customer, first_name="Acme", last_name="Smith")
    given(works, Customer, first_name="Edith", email="edith@acme.org")
    assert offered(works, "acme")[0] == "Acme Smith"


def test_the_one_that_is_meant_is_found_among_thousands_with_the_same_word(
    works: UnitOfWorkFactory,
) -> None:
    """More than the candidates taken from the index, and it is the oldest."""
    meant = given(works, Account, name="Group")
    common = {
        "workspace": "T1",
        "version": 1,
        "created_at": START,
        "updated_at": START,
        "custom": {},
    }
    with works("T1") as work:
        rows = [
            common
            | {
                "number": n,
                "name": f"Alpha {n} Group",
                "title": f"Alpha {n} Group",
                "key": f"alpha {n} group",
            }
            for n in range(2, CANDIDATES * 2)
        ]
        work.session.execute(insert(Account.__table__), rows)
        ids = dict(
            work.session.execute(
                update(Account).values(version=1).returning(Account.number, Account.id)
            ).all()
        )
        texts = [
            {
                "workspace": "T1",
                "entity": "account",
                "record_id": ids[n],
                "text": f"ac-{n} alpha {n} group",
            }
            for n in range(2, CANDIDATES * 2)
        ]
        work.session.execute(insert(SearchText.__table__), texts)
    with works("T1", writes=False) as work:
        assert suggestions(work, Account, "group")[0].id == meant.id
        assert suggestions(work, Account, "ac-7")[0].number == 7
        assert find_records(work, Account, "group").heading.startswith(
            "More than 199 accounts match"
        )


def test_pages_go_on_to_the_last_record_although_not_all_are_counted(
    works: UnitOfWorkFactory,
) -> None:
    file = "\n".join(["Name,Industry", *(f"Alpha {n},Trade" for n in range(COUNTED + 15))])
    assert imported(works, Account, file).created == COUNTED + 15
    page, found = "1", list[str]()
    with works("T1", writes=False) as work:
        while page:
            shown = find_records(work, Account, "industry = Trade", page)
            assert shown.heading.startswith("More than 100 accounts match")
            page, found = shown.more, found + [record.name for record in shown.records]
    assert sorted(found) == sorted(f"Alpha {n}" for n in range(COUNTED + 15))


def test_renamed_and_deleted_records_are_found_as_they_are_now(people: UnitOfWorkFactory) -> None:
    with people("T1", "U_RITA") as work:
        records.update(work, work.find(Customer, 1), {"last_name": "King"})
        records.delete(work, work.find(Customer, 2))
    assert offered(people, "lovelace") == []
    assert offered(people, "king") == ["Ada King"]
    assert offered(people, "hopper") == offered(people, "cu-2") == offered(people, "g") == []


def test_other_workspaces_are_never_searched(people: UnitOfWorkFactory) -> None:
    given(people, Customer, "U_OTTO", "T2", first_name="Ada", last_name="Other")
    assert offered(people, "ada") == ["Ada Lovelace", "Adam Johnson"]
    assert offered(people, "other") == []
    with people("T2", "U_OTTO", writes=False) as work:
        assert [record.title for record in suggestions(work, Customer, "ada")] == ["Ada Other"]
        assert [record.title for record in find_everywhere(work, "cu-1")] == ["Ada Other"]


def test_everything_is_searched_at_once(people: UnitOfWorkFactory) -> None:
    given(people, Lead, first_name="Adele")
    given(people, Account, name="Ada Works")
    given(people, Opportunity, name="Engine", customer="CU-1")
    found = everywhere(people, "ada")
    assert {"CU-1 Ada Lovelace", "AC-1 Ada Works", "US-7 Ada Abel", "OP-1 Engine"} <= set(found)
    assert "LD-1 Adele" not in found
    assert found.index("OP-1 Engine") > found.index("AC-1 Ada Works")
    assert everywhere(people, "ada", limit=1) == found[:1]


def test_a_reference_finds_just_the_one_it_names(people: UnitOfWorkFactory) -> None:
    given(people, Opportunity, name="Engine", customer="CU-1")
    given(people, Lead, first_name="About", company="OP-1")
    for typed in ["OP-1", "op1", "#op-1", " OP-1 "]:
        assert everywhere(people, typed) == ["OP-1 Engine"]
    assert everywhere(people, "ZZ-1") == []
    assert offered(people, "OP-1") == []


def test_an_address_finds_who_has_it(people: UnitOfWorkFactory) -> None:
    given(people, Contact, customer="CU-2", type="email", value="amazing@navy.mil")
    assert everywhere(people, "ada@example.org") == ["CU-1 Ada Lovelace"]
    assert everywhere(people, "amazing@navy.mil") == ["CT-1 email amazing@navy.mil"]


@SQLITE
def test_a_number_alone_means_nothing_among_everything(people: UnitOfWorkFactory) -> None:
    assert everywhere(people, "1") == []


def test_every_entity_can_be_found_by_its_reference(people: UnitOfWorkFactory) -> None:
    with people("T1", "U_RITA", writes=False) as work:
        for entity in ENTITIES.values():
            assert suggestions(work, entity, f"{entity.prefix}-99") == []


@SQLITE
def test_words_after_a_noun_are_a_search(people: UnitOfWorkFactory) -> None:
    assert headed(people, Customer, "ada") == "2 customers match “ada”"
    assert headed(people, Customer, "lovelace") == "1 customer matches “lovelace”"
    assert headed(people, Customer, "nobody") == "No customer matches “nobody”"


@SQLITE
def test_nothing_after_a_noun_lists_the_newest(people: UnitOfWorkFactory) -> None:
    assert headed(people, Customer, "") == "6 customers, newest first"
    assert headed(people, Opportunity, " ") == "There is no deal yet"
    with people("T1", writes=False) as work:
        assert find_records(work, Customer, "").records[0].title == "Иван Петров"


def test_a_filter_after_a_noun_filters(people: UnitOfWorkFactory) -> None:
    for amount in ("5k", "15k", "25k"):
        given(people, Opportunity, name=f"Deal of {amount}", customer="CU-1", amount=amount)
    assert headed(people, Opportunity, "amount > 10k") == "2 deals match “amount > 10k”"
    assert headed(people, Opportunity, "amount > 50k") == "No deal matches “amount > 50k”"
    with people("T1", "U_RITA", writes=False) as work:
        found = find_records(work, Opportunity, "amount > 10k").records
        assert [record.title for record in found] == ["Deal of 25k", "Deal of 15k"]


@SQLITE
def test_a_filter_that_makes_no_sense_is_refused_and_an_odd_name_is_not(
    people: UnitOfWorkFactory,
) -> None:
    with people("T1", "U_RITA", writes=False) as work:
        with pytest.raises(ValueError, match="needs a value"):
            find_records(work, Customer, "first_name =")
        assert (
            find_records(work, Customer, "lovelace (ada").heading
            == "1 customer matches “lovelace (ada”"
        )
        assert find_records(work, Customer, "not").records == []


def test_ten_to_a_page(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_RITA") as work:
        for number in range(PAGE * 2 + 5):
            records.create(work, Account, {"name": f"Acme {number}", "industry": "Steel"})
    with works("T1", "U_RITA", writes=False) as work:
        for text in ("", "acme", "industry = steel"):
            pages = [find_records(work, Account, text, page) for page in (None, "2", "3", "4")]
            assert [len(page.records) for page in pages] == [10, 10, 5, 0]
            assert [page.more for page in pages] == ["2", "3", "", ""]
            assert len({record.id for page in pages for record in page.records}) == 25


@SQLITE
def test_an_odd_page_is_the_first(people: UnitOfWorkFactory) -> None:
    with people("T1", "U_RITA", writes=False) as work:
        for page in [True, False, None, "", "0", "-1", "x", "1", "99999999999999999999", "²"]:
            assert len(find_records(work, Customer, "", page).records) == 6, page


@SQLITE
def test_the_heading_shows_what_was_typed_on_one_line(people: UnitOfWorkFactory) -> None:
    assert headed(people, Customer, "ada \n  lovelace") == "1 customer matches “ada lovelace”"


def test_a_case_is_found_by_its_customer_and_description(people: UnitOfWorkFactory) -> None:
    given(
        people,
        Case,
        "U_SAM",
        customer="CU-2",
        subject="Does not start",
        description="The compiler hangs",
    )
    with people("T1", "U_SAM", writes=False) as work:
        for text in ("hopper", "compiler", "start"):
            assert [case.ref for case in suggestions(work, Case, text)] == ["CS-1"]


def test_people_are_found_before_all_that_carries_their_name(works: UnitOfWorkFactory) -> None:
    """There may be far more tasks about a customer than a search looks at."""
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    with works("T1", "U_RITA") as work:
        for number in range(CANDIDATES + 10):
            records.create(work, Activity, {"description": f"Call {number}", "customer": ada.ref})
    with works("T1", "U_RITA", writes=False) as work:
        assert str(find_everywhere(work, "lovelace")[0]) == str(ada)


def test_who_is_named_comes_before_what_is_about_them(works: UnitOfWorkFactory) -> None:
    """Also where half a word is typed, and the task begins like it."""
    henrik = given(works, Customer, first_name="Henrik", last_name="Dahl")
    given(works, Activity, description="Call Henrik", customer=henrik.ref)
    given(works, Opportunity, name="Pilot for Henrik", customer=henrik.ref)
    about_him = ("henrik dal", "henrik", "dahl", "hendrik")
    with works("T1", "U_RITA", writes=False) as work:
        found = {typed: find_everywhere(work, typed)[0].ref for typed in about_him}
        assert found == dict.fromkeys(about_him, henrik.ref)
        assert find_everywhere(work, "call henrik")[0].ref == "AT-1"


NAMES = ["Henrik Dahl", "Jan van der Berg", "李 小龙", "Ada Lovelace", "Bo"]


FOUND = dict(
    [
        ("henrik dal", ["Henrik Dahl"]),
        ("henrick dal", ["Henrik Dahl"]),
        ("henr dah", ["Henrik Dahl"]),
        ("hnerik dahl", ["Henrik Dahl"]),
        ("dahl henric", ["Henrik Dahl"]),
        ("Henrick", ["Henrik Dahl"]),
        ("henrik dole", []),
        ("vanderberg", ["Jan van der Berg"]),
        ("Vandenberg", ["Jan van der Berg"]),
        ("vandrberg", ["Jan van der Berg"]),
        ("henrikdhal", ["Henrik Dahl"]),
        ("vandamme", []),
        ("van der berg", ["Jan van der Berg"]),
        ("derberg", ["Jan van der Berg"]),
        ("李小龙", ["李 小龙"]),
        ("小龙李", ["李 小龙"]),
        ("小龙", ["李 小龙"]),
        ("龙", []),
        ("李", ["李 小龙"]),
        ("🚀", ["🚀 Rocket", "Launch 🚀"]),
        ("🚀 rocket", ["🚀 Rocket"]),
        ("lauch", ["Launch 🚀"]),
        ("🛸", []),
        ("&", []),
    ]
)


def test_half_words_and_slips_and_names_written_as_one_are_found(works: UnitOfWorkFactory) -> None:
    for name in NAMES:
        first, _, last = name.partition(" ")
        given(works, Customer, first_name=first, **({"last_name": last} if last else {}))
    for name in ("🚀 Rocket", "Launch 🚀"):
        given(works, Account, name=name)
    with works("T1", "U_RITA", writes=False) as work:
        found = {
            typed: sorted(each.title for each in find_everywhere(work, typed)) for typed in FOUND
        }
    assert found == {typed: sorted(titles) for typed, titles in FOUND.items()}


def test_who_is_found_by_the_whole_name_is_no_slip_of_the_finger(works: UnitOfWorkFactory) -> None:
    for last in ("Johnson", "Johnsen"):
        given(works, Customer, first_name="Jon", last_name=last)
    with works("T1", writes=False) as work:
        assert [each.title for each in find_everywhere(work, "jon johnson")] == ["Jon Johnson"]
        assert len(find_everywhere(work, "jon johnsan")) == 2
