"""What can be done to a record of any entity."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.activities.activity import Activity
from models.core import records
from models.core.errors import Conflict, Invalid, NotFound, Stale
from models.core.outbox.delivery import Delivery, stand
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import START, StoppedClock, given
from tests.models.marks import SQLITE


def change(works: UnitOfWorkFactory, by: str, version: int | None = None, **texts: str) -> str:
    """Edit LD-1 as a person does; returns the unit."""
    with works("T1", by) as work:
        records.update(work, work.find(Lead, 1), texts, version)
        return work.unit


def test_texts_become_values(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Acme")
    deal = given(
        works,
        Opportunity,
        name=" Acme  renewal ",
        account="acme",
        amount="€12.5k",
        close_date="eom",
        owner="<@U_RAVI>",
    )
    assert (deal.name, deal.amount, deal.currency) == ("Acme renewal", Decimal("12500.00"), "EUR")
    assert str(deal.close_date) == "2026-03-31"
    with works("T1") as work:
        assert work.name("user", deal.owner or 0) == "Ravi Rao"


@SQLITE
def test_who_makes_a_record_owns_it(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, "U_RAVI", first_name="Ada")
    with works("T1") as work:
        assert work.name("user", lead.owner or 0) == "Ravi Rao"


@SQLITE
def test_a_case_waits_for_someone_to_take_it(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    assert given(works, Case, "U_SAM", customer="CU-1", subject="Broken").assignee is None


@SQLITE
def test_every_bad_or_missing_text_is_told_at_once(works: UnitOfWorkFactory) -> None:
    with pytest.raises(Invalid) as caught:
        given(works, Opportunity, amount="lots", close_date="someday", customer="Nobody")
    assert set(caught.value.errors) == {"name", "amount", "close_date", "customer"}
    assert caught.value.errors["name"] == "Name is required."


@SQLITE
def test_a_required_field_cannot_be_emptied(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Acme")
    with works("T1", "U_RITA") as work, pytest.raises(Invalid, match="Name is required"):
        records.update(work, work.find(Account, 1), {"name": " "})


@SQLITE
def test_an_empty_text_empties_a_field(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada", company="Analytical", tags="vip, new")
    change(works, "U_RITA", company="", tags="")
    with works("T1") as work:
        lead = work.find(Lead, 1)
        assert (lead.company, lead.tags, lead.version) == (None, (), 2)


def test_two_who_change_different_fields_both_have_their_way(works: UnitOfWorkFactory) -> None:
    seen = given(works, Lead, first_name="Ada", company="Analytical").version
    change(works, "U_RITA", seen, first_name="Ada", company="Engines")
    change(works, "U_RAVI", seen, first_name="Grace", company="Analytical")
    with works("T1") as work:
        lead = work.find(Lead, 1)
        assert (lead.first_name, lead.company, lead.version) == ("Grace", "Engines", 3)


def test_two_who_change_the_same_field_are_told_and_nothing_is_lost(
    works: UnitOfWorkFactory,
) -> None:
    seen = given(works, Lead, first_name="Ada", company="Analytical").version
    change(works, "U_RITA", seen, company="Engines")
    with pytest.raises(Stale) as caught:
        change(works, "U_RAVI", seen, company="Looms", score="7")
    assert str(caught.value) == (
        "While you were editing LD-1, Rita Reyes changed Company from Analytical to Engines. Save again to keep yours."
    )
    with works("T1") as work:
        assert (work.find(Lead, 1).company, work.find(Lead, 1).score) == ("Engines", None)
    change(works, "U_RAVI", caught.value.version, company="Looms", score="7")
    with works("T1") as work:
        assert (work.find(Lead, 1).company, work.find(Lead, 1).score) == ("Looms", 7)


def test_two_who_want_the_same_agree(works: UnitOfWorkFactory) -> None:
    seen = given(works, Lead, first_name="Ada").version
    change(works, "U_RITA", seen, company="Engines")
    change(works, "U_RAVI", seen, company="Engines")
    with works("T1") as work:
        assert (work.find(Lead, 1).company, work.find(Lead, 1).version) == ("Engines", 2)


@SQLITE
def test_several_changes_since_are_told_from_first_to_last(works: UnitOfWorkFactory) -> None:
    seen = given(works, Lead, first_name="Ada", company="A").version
    for company in ("B", "C"):
        change(works, "U_MONA", company=company)
    with pytest.raises(Stale, match="Mona Meyer changed Company from A to C"):
        change(works, "U_RITA", seen, company="D")


def test_deleting_hides_and_restoring_brings_back(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    given(works, Lead, first_name="Ada")
    with works("T1", "U_RITA") as work:
        records.delete(work, work.find(Lead, 1))
        with pytest.raises(Conflict, match="LD-1 Ada is already deleted"):
            records.delete(work, work.find(Lead, 1, deleted=True))
    clock.forward(timedelta(days=1))
    with works("T1", "U_RITA") as work:
        with pytest.raises(NotFound):
            work.find(Lead, 1)
        lead = work.find(Lead, 1, deleted=True)
        assert lead.deleted_at == START
        records.restore(work, lead)
        with pytest.raises(Conflict, match="is not deleted"):
            records.restore(work, lead)
    with works("T1") as work:
        assert work.find(Lead, 1).deleted_at is None


@SQLITE
def test_assigning_changes_the_owner_and_refuses_the_same_one(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    with works("T1", "U_MONA") as work:
        lead, ravi = work.find(Lead, 1), work.lookup("user", "U_RAVI")
        records.assign(work, lead, ravi)
        with pytest.raises(Conflict, match="LD-1 Ada already belongs to Ravi Rao"):
            records.assign(work, lead, ravi)
        assert lead.owner == ravi


def test_history_tells_every_change_from_the_first(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    change(works, "U_RITA", first_name="Grace")
    change(works, "U_RITA", first_name="Edith")
    with works("T1") as work:
        told = [
            entry.new
            for entry in records.history(work, work.find(Lead, 1))
            if entry.field == "first_name"
        ]
        assert told == ["Ada", "Grace", "Edith"]


def test_a_card_stands_where_it_is_asked_for_once(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    with works("T1", "U_RITA") as work:
        for _ in range(2):
            stand(work, work.find(Lead, 1), "C_OTHER")
    with works("T1") as work:
        channels = work.session.scalars(
            select(Delivery.channel).where(Delivery.kind == "card")
        ).all()
        assert sorted(channels) == ["C_OTHER", "C_SALES"]


@SQLITE
def test_a_task_without_a_channel_has_no_card(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    given(works, Activity, description="Call", customer="CU-1")
    with works("T1") as work:
        assert (
            work.session.scalars(select(Delivery.id).where(Delivery.entity == "activity")).all()
            == []
        )


# ── people who are not here ───────────────────────────────────────────────────────────────────────

GUEST = "Gus Grant is a guest, and guests cannot use the CRM. Choose somebody else."
GONE = "Ravi Rao has left Slack. Choose somebody else."


@SQLITE
@pytest.mark.parametrize(("person", "why"), [("<@U_GUS>", GUEST), ("<@U_RAVI>", GONE)])
def test_nothing_is_given_to_who_may_do_nothing_here(
    works: UnitOfWorkFactory, person: str, why: str
) -> None:
    lead = given(works, Lead, first_name="Ada")
    works.welcome("T1", "U_RAVI", left=True)
    with pytest.raises(Invalid) as caught:
        given(works, Lead, first_name="Grace", owner=person)
    assert caught.value.errors == {"owner": why}
    with works("T1", "U_MONA") as work:
        mine = work.find(Lead, lead.number)
        with pytest.raises(Invalid) as caught:
            records.update(work, mine, {"owner": person})
        assert caught.value.errors == {"owner": why}
        with pytest.raises(Conflict, match=why):
            records.assign(work, mine, work.lookup("user", person))


@SQLITE
def test_what_belongs_to_who_left_is_changed_and_given_away_as_before(
    works: UnitOfWorkFactory,
) -> None:
    lead = given(works, Lead, "U_RAVI", first_name="Ada")
    works.welcome("T1", "U_RAVI", left=True)
    with works("T1", "U_MONA") as work:
        theirs = work.find(Lead, lead.number)
        records.update(work, theirs, {"company": "Analytical", "owner": "<@U_RAVI>"})
        assert theirs.company == "Analytical"
        records.assign(work, theirs, work.lookup("user", "<@U_RITA>"))
