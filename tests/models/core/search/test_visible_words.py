"""What is hidden from somebody cannot be guessed letter by letter either: in no filter, by no
shortcut, in no order.
"""

import pytest
from sqlalchemy import select

from models.activities.activity import Activity
from models.core import records
from models.core.entity.base import Entity
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.search.query import find_records, suggestions
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.models.marks import SQLITE

REP, OTHER = "U_JULE", "U_OLGA"
"""A rep, who sees her own leads and the tasks of her team; and somebody of another team."""
WAYS = (
    "{0} created >= 2020-01-01",
    "created >= 2020-01-01 {0}",
    "{0} OR (open {0})",
    "NOT NOT {0}",
    "{0}",
)
"""How a word may stand in a filter, beside what fits everything or nothing."""


def allow(works: UnitOfWorkFactory, rights: str, role: str = "rep") -> None:
    """Let a role say this."""
    with works("T1", "U_ADA") as work:
        found = work.session.scalars(select(Role).where(Role.key == role)).one()
        records.update(work, found, {"rights": rights})


def fitting(works: UnitOfWorkFactory, entity: type[Entity], text: str, by: str = REP) -> list[str]:
    with works("T1", by, writes=False) as work:
        return sorted(record.title for record in find_records(work, entity, text).records)


def refused(works: UnitOfWorkFactory, entity: type[Entity], text: str, by: str = REP) -> str:
    with pytest.raises(ValueError, match="Your role does not show you") as error:
        fitting(works, entity, text, by)
    return str(error.value)


def task_about_a_hidden_lead(works: UnitOfWorkFactory) -> None:
    lead = given(
        works, Lead, OTHER, first_name="Quentin", last_name="Zamora", company="Secret Looms"
    )
    task = given(
        works, Activity, OTHER, description="Call back", lead=lead.ref, due_date="today 18:00"
    )
    with works("T1", "U_ADA") as work:
        records.assign(work, work.find(Activity, task.number), work.lookup("user", f"<@{REP}>"))


@pytest.mark.parametrize("way", WAYS)
def test_the_name_of_a_hidden_lead_is_not_read_off_a_task(
    works: UnitOfWorkFactory, way: str
) -> None:
    task_about_a_hidden_lead(works)
    assert fitting(works, Activity, "created >= 2020-01-01") == ["Call back"]
    for guess in ("quentin", "que", "qu", "q", "zamora", '"quentin zamora"'):
        assert fitting(works, Activity, way.format(guess)) == [], guess
    assert fitting(works, Activity, way.format("back")) == ["Call back"]
    assert (
        fitting(works, Activity, way.format("quentin"), by=OTHER)
        == fitting(works, Lead, "xyz", by=OTHER)
        == []
    )
    assert (
        fitting(works, Activity, "lead ~ quentin")
        == fitting(works, Activity, "lead ~ hidden")
        == []
    )
    assert fitting(works, Activity, "NOT quentin") == ["Call back"]
    assert fitting(works, Activity, "lead != empty") == [
        "Call back"
    ]  # the card says that there is one


@pytest.mark.parametrize("way", WAYS)
def test_a_hidden_phone_number_is_not_read_digit_by_digit(
    works: UnitOfWorkFactory, way: str
) -> None:
    given(works, Customer, first_name="Ada", phone="030 1234567", city="London", tags="vip")
    allow(works, "everything: look\ncustomer: look, hide phone")
    way = way.replace("(open {0})", "{0}")  # a customer is never open
    for guess in ("4930", "1234567", "0301234567", '"030 1234567"', "49", "4"):
        assert fitting(works, Customer, way.format(guess)) == [], guess
    for word in ("london", "lon", "vip", "cu-1"):
        assert fitting(works, Customer, way.format(word)) == ["Ada"], word
    assert fitting(works, Customer, way.format("4930"), by="U_ADA") == ["Ada"]


@SQLITE
def test_a_word_that_is_nearly_so_is_not_found_by_one_that_is_hidden(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Customer, first_name="Dünen", city="Dünen40")
    given(works, Customer, first_name="Dünen", city="Lyon")
    allow(works, "everything: look\ncustomer: look, hide city")
    for guess in ("dünen4", "dunen4", "dünen40", "xünen dünen4"):
        found = fitting(works, Customer, guess)
        assert len(found) in (0, 2), f"{guess}: the hidden city tells the two apart"


def test_a_word_that_many_hold_finds_no_less_and_still_nothing_hidden(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(works, "everything: look\nlead: look\ncustomer: look, hide city")
    for number in range(8):
        given(
            works,
            Customer,
            first_name=f"Ada {number}",
            city="Lyon",
            **({"tags": "lyon"} if number % 2 else {}),
        )
    for many in (1000, 4, 3, 1):
        monkeypatch.setattr("models.core.search.filter_sql.MANY", many)
        assert len(fitting(works, Customer, "lyon created >= 2020-01-01", by="U_ADA")) == 8
        assert len(fitting(works, Customer, "NOT lyon", by="U_ADA")) == 0
        assert fitting(works, Customer, "lyon created >= 2020-01-01") == [
            f"Ada {number}" for number in (1, 3, 5, 7)
        ]
        assert len(fitting(works, Customer, "NOT lyon")) == 4


@SQLITE
def test_a_shortcut_asks_for_no_hidden_field(works: UnitOfWorkFactory) -> None:
    customer = given(works, Customer, first_name="Ada")
    given(works, Opportunity, name="Sails", customer=customer.ref, close_date="2026-03-01")
    allow(works, "everything: look\ndeal: look, hide stage\ntask: look, hide due_date")
    told = (
        "Your role does not show you Stage, so you cannot look by it. Ada Abel can let you see it."
    )
    for text in ("open", "NOT closed", "is = open", "overdue", "sails OR closed"):
        assert refused(works, Opportunity, text) == told, text
    assert refused(works, Activity, "overdue").startswith("Your role does not show you Due, so")
    assert fitting(works, Opportunity, "mine OR sails") == ["Sails"]
    allow(works, "everything: look\ndeal: look, hide close_date stage")
    said = refused(works, Opportunity, "overdue")
    assert said == (
        "Your role does not show you Stage and Close date, so you cannot look by it. "
        "Ada Abel can let you see them."
    )


@SQLITE
def test_who_is_in_which_team_is_not_asked_through_my_team(works: UnitOfWorkFactory) -> None:
    given(works, Customer, "U_RAVI", first_name="Ada")
    assert fitting(works, Customer, "owner = my-team") == ["Ada"]
    allow(works, "everything: look\nuser: look, hide team")
    for text in ("owner = my-team", "owner != my-team", "NOT owner = my-team"):
        assert refused(works, Customer, text).startswith("Your role does not show you Team, so"), (
            text
        )


@SQLITE
def test_a_currency_is_hidden_with_its_amounts(works: UnitOfWorkFactory) -> None:
    customer = given(works, Customer, first_name="Ada")
    given(works, Opportunity, name="Sails", customer=customer.ref, amount="$12k")
    allow(works, "everything: look\ndeal: look, hide currency")
    for text in ("currency = USD", "amount = $12k", "amount > 1"):
        assert refused(works, Opportunity, text).startswith("Your role does not show you"), text
    with works("T1", REP, writes=False) as work:
        assert not {"amount", "currency"} & policy.fields(work, work.find(Opportunity, 1)).keys()


def test_the_order_of_a_search_tells_nothing_of_what_is_hidden(works: UnitOfWorkFactory) -> None:
    allow(works, "everything: look\ncustomer: look, hide city")
    for city in ("Acme", "Rome", "Acme"):
        given(works, Customer, first_name="Acmea", city=city)
    with works("T1", REP, writes=False) as work:
        assert [record.number for record in suggestions(work, Customer, "acme")] == [3, 2, 1]


@SQLITE
def test_a_record_named_by_its_reference_is_offered_once(works: UnitOfWorkFactory) -> None:
    task_about_a_hidden_lead(works)
    with works("T1", REP, writes=False) as work:
        assert [record.ref for record in suggestions(work, Activity, "at-1")] == ["AT-1"]


def test_several_readers_find_only_what_each_of_them_may_read(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", city="London", tags="vip")
    allow(works, "everything: look\ncustomer: look, hide city")
    with works("T1", "U_ADA", writes=False) as work:
        both = work.session.scalars(select(User).where(User.slack_id.in_([REP, "U_ADA"]))).all()
        with policy.among(work.session, both):
            assert find_records(work, Customer, "london mine OR london").records == []
            assert len(find_records(work, Customer, "vip created >= 2020-01-01").records) == 1
            with pytest.raises(ValueError, match="City"):
                find_records(work, Customer, "city = London")


def test_what_a_deleted_record_is_called_is_found_where_it_is_shown(
    works: UnitOfWorkFactory,
) -> None:
    customer = given(works, Customer, first_name="Ada")
    given(works, Opportunity, name="Sails", customer=customer.ref)
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(Customer, customer.number))
    for text in ("customer ~ ada", "ada created >= 2020-01-01", "ada"):
        assert fitting(works, Opportunity, text) == ["Sails"], text


def test_is_not_also_fits_what_is_empty(works: UnitOfWorkFactory) -> None:
    customer = given(works, Customer, first_name="Ada")
    given(works, Opportunity, name="Sails", customer=customer.ref)
    with works("T1", "U_ADA") as work:
        work.add(Opportunity(name="Oars", customer=customer.id))
    for text in ("is != mine", "NOT mine", "is != overdue mine OR NOT mine"):
        assert "Oars" in fitting(works, Opportunity, text), text
