"""What filters mean."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.activities.activity import Activity
from models.core import records
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Ambiguous
from models.core.identity.rights import Preset
from models.core.search import filter_fields, filter_nodes, filter_parser, filter_sql
from models.core.search.query import list_records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import StoppedClock, given
from tests.models.marks import SQLITE
from tests.plans import listening
from tests.tables import table

pytestmark = pytest.mark.dialect

NOTHING: list[str] = []
BY_INDEX = "SELECT search_text.record_id"
"""How the question begins that the index of words answers."""


def read(text: str, entity: type[Entity]) -> filter_nodes.Node:
    return filter_parser.parse(text, filter_fields.vocabulary(entity))


def fitting(
    works: UnitOfWorkFactory, entity: type[Entity], text: str, by: str = "U_RITA"
) -> list[str]:
    """The names of the records that a filter fits, in the order of their numbers."""
    with works("T1", by, writes=False) as work:
        found = select(entity).where(filter_sql.condition(read(text, entity), entity, work))
        return [record.title for record in work.session.scalars(found.order_by(entity.number))]


def refused(works: UnitOfWorkFactory, entity: type[Entity], text: str) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  its sentence is what the tests look at
        fitting(works, entity, text)
    return str(caught.value)


DEALS: dict[str, list[str]] = {
    "stage = won": ["Large"],
    "stage=Won": ["Large"],
    'stage = "closed won"': ["Large"],
    "stage != won": ["Small", "Medium", "None"],
    "amount > 10k": ["Medium", "Large"],
    "amount >= 12000": ["Medium", "Large"],
    "amount > 12k": ["Large"],
    "amount < 12k": ["Small"],
    "amount <= $12k": ["Medium"],
    "amount = 5000": ["Small"],
    "amount != 5k": ["Medium", "Large", "None"],
    "amount = empty": ["None"],
    "amount != none": ["Small", "Medium", "Large"],
    "probability >= 50": ["Medium", "Large"],
    "probability < 10%": NOTHING,
    "close_date = yesterday": ["Small"],
    "close = yesterday": ["Small"],
    "close_date < eom": ["Small"],
    "close_date <= eom": ["Small", "Medium"],
    "close_date > today": ["Medium"],
    "customer = CU-1": ["Small"],
    'customer = "ada lovelace"': ["Small"],
    "customer != CU-1": ["Medium", "Large", "None"],
    "customer = empty": ["Large", "None"],
    "customer ~ LOVE": ["Small"],
    "customer ~ muller": ["Medium"],
    "account = acme": ["Large", "None"],
    "owner = me": ["Small", "Medium"],
    "owner = <@U_RAVI>": ["Large"],
    "owner = Ravi": ["Large"],
    "owner = my-team": ["Small", "Medium", "Large"],
    "owner != my-team": ["None"],
    "name = small": ["Small"],
    "name ~ A": ["Small", "Large"],
    "name ~ all": ["Small"],
    "next_step ~ 100%": ["None"],
    'next_step ~ "0% o"': ["None"],
    "next_step ~ 1%0": NOTHING,
    "competitor = STRASSE_1": ["None"],
    "competitor ~ e_1": ["None"],
    "competitor ~ ex1": NOTHING,
    "stage ~ pro": ["Medium"],
    "currency = usd": ["Medium"],
    "open": ["Small", "Medium", "None"],
    "closed": ["Large"],
    "is = open": ["Small", "Medium", "None"],
    "is != open": ["Large"],
    "NOT open": ["Large"],
    "overdue": ["Small"],
    "is = overdue": ["Small"],
    "mine": ["Small", "Medium"],
    "mine open small": ["Small"],
    "small": ["Small"],
    "ada": ["Small"],
    "s": ["Small", "None"],
    "se": NOTHING,
    "name ~ al": ["Small"],
    "&": ["Small", "Medium", "Large", "None"],
    "": ["Small", "Medium", "Large", "None"],
    "NOT (stage = won OR amount < 10k)": ["Medium", "None"],
    "NOT amount > 10k": ["Small", "None"],
    "stage = won OR owner = me amount < 10k": ["Small", "Large"],
    "(stage = won OR owner = me) amount > 10k": ["Medium", "Large"],
    "stage in (won, proposal)": ["Medium", "Large"],
    "stage not in (won, proposal)": ["Small", "None"],
    'owner in (me, "ravi rao")': ["Small", "Medium", "Large"],
    "amount in (5k, empty)": ["Small", "None"],
    "account empty": ["Small", "Medium"],
    "stage in won, proposal": ["Medium", "Large"],
    "stage is not won": ["Small", "Medium", "None"],
    "account is not empty": ["Large", "None"],
    'next_step has "of them"': ["None"],
    "close in (yesterday, eom)": ["Small", "Medium"],
    "close < +60d": ["Small", "Medium"],
    "close >= -2w close <= today": ["Small"],
    "close < eoq": ["Small"],
    "close <= eoq": ["Small", "Medium"],
    'close = "this quarter"': ["Small", "Medium"],
    "account.annual_revenue > 500k": ["Large", "None"],
    "account.name = ACME": ["Large", "None"],
    "account.name != acme": ["Small", "Medium"],
    "account.name ~ cm OR customer.city = london": ["Small", "Large", "None"],
    "account.name empty": ["Small", "Medium"],
    "account.industry empty": ["Small", "Medium", "Large", "None"],
    "account.name not empty": ["Large", "None"],
    "account.name in (acme, looms)": ["Large", "None"],
    "account.name not in (acme, looms)": ["Small", "Medium"],
    "NOT customer.tags has vip": ["Medium", "Large", "None"],
    "customer.owner = me": ["Small", "Medium"],
    "owner.team = sales": ["Small", "Medium", "Large"],
    "customer.account.name = acme": ["Medium"],
    "customer.account.name != acme": ["Small", "Large", "None"],
    "customer.account.owner empty": ["Small", "Large", "None"],
    "customer.company.name = acme": ["Medium"],
    "count(tasks) = 1": ["Small"],
    "count(tasks where due < today) > 0": NOTHING,
    "count(tasks where owner.name has rita) >= 1": ["Small"],
    "count(tasks) = 0": ["Medium", "Large", "None"],
    "NOT count(task) > 0 open": ["Medium", "None"],
}
PEOPLE: dict[str, list[str]] = {
    "tags = vip": ["Ada Lovelace"],
    'tags = "vip, math"': ["Ada Lovelace"],
    "tags ~ vip": ["Ada Lovelace", "Zoë Müller"],
    "tags != vip": ["Zoë Müller", "Bo"],
    "tags = empty": ["Bo"],
    "city = munchen": ["Zoë Müller"],
    "city = MÜNCHEN": ["Zoë Müller"],
    "city ~ on": ["Ada Lovelace"],
    "last_name = müller": ["Zoë Müller"],
    "country = germany": ["Zoë Müller"],
    "email = empty": ["Ada Lovelace", "Zoë Müller"],
    "mail ~ example": ["Bo"],
    "email = BO@example.org": ["Bo"],
    'phone = "030 1234567"': ["Bo"],
    "first_name = bo": ["Bo"],
    "tags has vip": ["Ada Lovelace"],
    "tags in (math, vips)": ["Ada Lovelace", "Zoë Müller"],
    "account.name = acme": ["Zoë Müller"],
    "count(deals) > 0": ["Ada Lovelace", "Zoë Müller"],
    "count(deals where open amount > 10k) = 1": ["Zoë Müller"],
    "count(works at where until empty) = 1": ["Zoë Müller"],
    "count(deals by customer where customer.city = london) = 1": ["Ada Lovelace"],
}
"""Filters, and the names of the deals or of the people that they fit."""
DAYS = {
    "due_date = today": True,
    "due = today": True,
    "due < today": False,
    "due <= today": True,
    "due > today": False,
    "due >= today": True,
    "due < tomorrow": True,
    "due > yesterday": True,
    'due = "today 23:30"': True,
    'due = "today 23:31"': False,
    'due < "today 23:31"': True,
    'due > "today 23:30"': False,
    'due <= "today 23:30"': True,
    "due != today": False,
    "created = today": True,
    "created_at < today": False,
    "updated >= yesterday": True,
    "done_at = empty": True,
}
"""Filters, and whether they fit what is due today at 23:30."""
SENSELESS = {
    "stag = won": "A deal has no field “stag”. Did you mean stage",
    "xyzzy = 1": "A deal has no field “xyzzy”. Try one of account, amount, ",
    "stage > won": "Stage can be compared with = != ~, not with >. Try stage = …",
    "amount ~ 3": "Amount can be compared with = != < <= > >=, not with ~. Try amount = …",
    "stage = foo": "Stage cannot be “foo”. Try one of: Qualification, ",
    "amount > lots": "“lots” is not an amount. Try ",
    "close_date > someday": "“someday” is not a day. Try ",
    "created > someday": "“someday” is not a day. Try ",
    "customer = lovelace": "There is no customer “lovelace”. Try a reference such as CU-1",
    "customer = Nobody": "There is no customer “Nobody”. Try a reference such as CU-1",
    "owner = <@U_OTTO>": "This is nobody of this workspace",
    "is = purple": "A deal is never “purple”. Try is = open or is = closed or is = overdue or is = mine.",
    "is > open": "A deal is never “open”. Try",
    "stage = wonn": "Stage cannot be “wonn”. Try one of: Qualification, Discovery, Proposal, "
    "Negotiation, Won, Lost. Did you mean won?",
    "stage = wno": "Stage cannot be “wno”. Try one of: ",
    "acount.name = x": "A deal leads to no “acount”. Did you mean account",
    "amount.name = x": "“amount” of a deal is no other record, so nothing can follow its dot. These",
    "account.nmae = x": "An account has no field “nmae”. Did you mean name",
    "account.owner.team.lead = x": "“account.owner.team.lead” goes over more than 2 records.",
    "open acount.name = x": "A deal leads to no “acount” (word 2). Did you mean account",
    "open stag in (won)": "A deal has no field “stag” (word 2). Did you mean stage",
    "open amount > lots": "“lots” is not an amount. Try ",
    "count(tsks) > 2": "No “tsks” (word 1) refer to a deal. Try count(tasks) > 2.",
    "open count(deals) > 2": "No “deals” (word 2) refer to a deal. Try count(",
    "count(tasks by owner) > 2": "A task does not refer to a deal by “owner”. Try count(",
    "count(tasks) > many": "A count (word 1) is compared with a whole number, not “> many”",
    "count(tasks) ~ 2": "A count (word 1) is compared with a whole number, not “~ 2”",
    "count(tasks where stag = won) > 2": "A task has no field “stag” (word 4). Try one of a",
}
"""Filters that cannot be, and the beginning of the sentence that says so."""


@pytest.fixture
def deals(works: UnitOfWorkFactory) -> UnitOfWorkFactory:
    works.welcome("T1", "U_RITA", role=Preset.ADMIN)  # who sees everything
    works.welcome("T1", "U_ELI", role=Preset.ADMIN)
    made: list[tuple[type[Entity], dict[str, str]]] = [
        (
            Customer,
            {"first_name": "Ada", "last_name": "Lovelace", "city": "London", "tags": "vip, math"},
        ),
        (
            Customer,
            {
                "first_name": "Zoë",
                "last_name": "Müller",
                "city": "München",
                "country": "DE",
                "tags": "vips",
            },
        ),
        (Account, {"name": "Acme", "annual_revenue": "1m"}),
        (
            Opportunity,
            {"name": "Small", "customer": "CU-1", "amount": "5k", "close_date": "2026-03-09"},
        ),
        (
            Opportunity,
            {
                "name": "Medium",
                "customer": "CU-2",
                "amount": "$12k",
                "close_date": "2026-03-31",
                "stage": "proposal",
            },
        ),
    ]
    with works("T1", "U_RITA") as work:
        for entity, texts in made:
            records.create(work, entity, texts)
    given(works, Opportunity, "U_RAVI", name="Large", account="AC-1", amount="1.2m", stage="won")
    given(
        works,
        Opportunity,
        "U_ELI",
        name="None",
        account="AC-1",
        next_step="Call 100% of them",
        competitor="Straße_1",
    )
    return works


@pytest.fixture
def related(deals: UnitOfWorkFactory) -> UnitOfWorkFactory:
    given(deals, Activity, description="Call", customer="CU-1", opportunity="OP-1", due_date="fri")
    gone = given(deals, Activity, description="Old", customer="CU-1", opportunity="OP-2")
    with deals("T1", "U_RITA") as work:
        records.delete(work, work.get(Activity, gone.id))
    given(deals, Membership, customer="CU-2", account="AC-1", since="2020-01-01")
    given(deals, Membership, customer="CU-1", account="AC-1", until="2025-01-01")
    return deals


def test_a_filter_fits(related: UnitOfWorkFactory) -> None:
    deals = related
    assert {text: fitting(deals, Opportunity, text) for text in DEALS} == DEALS


def test_a_filter_fits_people(related: UnitOfWorkFactory) -> None:
    deals = related
    given(deals, Customer, first_name="Bo", email="bo@example.org", phone="030 1234567")
    assert {text: fitting(deals, Customer, text) for text in PEOPLE} == PEOPLE


def test_a_day_is_the_whole_day_where_the_reader_lives(deals: UnitOfWorkFactory) -> None:
    """Half past eleven at night in Berlin is half past ten in UTC, and already tomorrow in
    Kolkata.
    """
    given(deals, Activity, description="Call", customer="CU-1", due_date="today 23:30")
    assert {text: bool(fitting(deals, Activity, text)) for text in DAYS} == DAYS


def test_each_reader_has_their_own_day(deals: UnitOfWorkFactory) -> None:
    given(deals, Activity, description="Call", customer="CU-1", due_date="today 23:30")
    assert fitting(deals, Activity, "due = tomorrow", by="U_RAVI") == ["Call"]
    assert fitting(deals, Activity, "due = today", by="U_RAVI") == []
    assert fitting(deals, Activity, "due = today", by="U_MONA") == ["Call"]


def test_the_day_the_clocks_change_is_still_one_day(
    deals: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    clock.forward(timedelta(days=19))  # the 29th, of 23 hours in Berlin
    given(deals, Activity, description="Last minute", customer="CU-1", due_date="today 23:59")
    given(deals, Activity, description="Next day", customer="CU-1", due_date="tomorrow 0:00")
    assert fitting(deals, Activity, "due = today") == ["Last minute"]
    assert fitting(deals, Activity, "due > today") == ["Next day"]


def test_flags_are_yes_or_no(deals: UnitOfWorkFactory) -> None:
    given(deals, Contact, customer="CU-1", type="email", value="a@b.org", primary="yes")
    given(deals, Contact, customer="CU-1", type="email", value="c@d.org")
    assert fitting(deals, Contact, "primary = yes") == ["email a@b.org"]
    assert fitting(deals, Contact, "primary = no") == ["email c@d.org"]
    assert fitting(deals, Contact, "primary != yes") == ["email c@d.org"]


@SQLITE
def test_what_makes_no_sense_is_told_with_what_does(deals: UnitOfWorkFactory) -> None:
    told = {
        text: refused(deals, Opportunity, text)[: len(sentence)]
        for text, sentence in SENSELESS.items()
    }
    assert told == SENSELESS


@SQLITE
def test_an_ambiguous_name_is_not_guessed(deals: UnitOfWorkFactory) -> None:
    given(deals, Customer, first_name="Ada", last_name="Byron")
    with pytest.raises(Ambiguous, match="could be CU-3 Ada Byron, CU-1 Ada Lovelace"):
        fitting(deals, Opportunity, "customer = ada")


@SQLITE
def test_only_entities_that_can_be_open_have_a_word_for_it(deals: UnitOfWorkFactory) -> None:
    assert filter_fields.shortcuts(Customer) == ["mine"]
    assert filter_fields.shortcuts(Contact) == []
    assert fitting(deals, Customer, "open") == []
    assert filter_fields.shortcuts(Opportunity)[:2] == ["open", "closed"]


@table("text", ["ada", "ada lovelace", "", "100%", "not", "open", "(x", '"', "R&D", "a or b"])
def test_words_alone_are_a_search_for_those_who_know_no_shortcut(text: str) -> None:
    assert filter_sql.read(text, Account) is None or text in ("", "a or b")


@table("text", ["stage = won", "open", "acme mine", "NOT acme", "acme OR looms", ""])
def test_whatever_else_is_a_filter(text: str) -> None:
    assert filter_sql.read(text, Opportunity) is not None


def test_a_broken_filter_is_not_taken_for_words() -> None:
    with pytest.raises(ValueError, match="needs a value"):
        filter_sql.read("stage =", Opportunity)


def test_filters_see_only_their_own_workspace(deals: UnitOfWorkFactory) -> None:
    given(deals, Lead, first_name="Ada")
    given(deals, Lead, "U_OTTO", "T2", first_name="Ada", company="Theirs")
    assert fitting(deals, Lead, "first_name = ada") == ["Ada"]
    assert fitting(deals, Lead, "NOT company = ours") == ["Ada"]
    assert fitting(deals, Lead, "theirs") == []


@table(
    ("text", "asked", "found"),
    [
        ("name = small acme", 1, NOTHING),
        ("acme ltd", 1, NOTHING),
        ("lovelace name ~ small", 1, ["Small"]),
        ("name ~ small amount < 10k", 1, ["Small"]),
        ("s NOT small", 1, ["None"]),
        ("name ~ small OR name ~ large", 2, ["Small", "Large"]),
        ("amount < 10k", 0, ["Small"]),
    ],
)
def test_the_index_is_asked_once_for_the_words_of_all_that_must_hold_together(
    deals: UnitOfWorkFactory, text: str, asked: int, found: list[str]
) -> None:
    with listening(deals.engine) as heard:
        names = fitting(deals, Opportunity, text)
    assert (len([each for each, _ in heard if each.startswith(BY_INDEX)]), names) == (asked, found)


@pytest.mark.parametrize("text", ["small", "name ~ small", "s small", "small name ~ mall"])
def test_words_that_many_records_hold_are_looked_through(
    deals: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(filter_sql, "MANY", 0)
    assert fitting(deals, Opportunity, text) == ["Small"]


@table("entity", ENTITIES.values())
def test_every_field_of_every_entity_can_be_asked_whether_it_is_there(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    with works("T1", "U_RITA", writes=False) as work:
        for name in entity.fields():
            for op in ("=", "!="):
                asked = filter_sql.condition(filter_nodes.Term(name, op, "empty"), entity, work)  # type: ignore[arg-type]
                work.session.scalars(select(entity.id).where(asked)).all()


@pytest.mark.parametrize("text", ["owner = my-team", 'owner = "our team"'])
def test_people_without_a_team_are_together_one(works: UnitOfWorkFactory, text: str) -> None:
    for person, name in (("U_ADA", "Admin's"), ("U_RITA", "Rep's")):
        given(works, Lead, by="U_ADA", first_name=name, owner=f"<@{person}>")
    with works("T1", "U_ADA", writes=False) as work:
        assert work.actor
        assert work.actor.team is None
        found = list_records(work, Lead, text).records
        assert [lead.title for lead in found] == ["Admin's"]
        assert list_records(work, Lead, "my team").note == "Read as Owner: people without a team."
