"""A new name reaches everything that shows it: texts to search, names made of it, and cards."""

import pytest
from sqlalchemy import select

from models.activities.activity import Activity
from models.core import denormalize, records
from models.core.outbox import queue
from models.core.outbox.delivery import NAMES, Delivery, DeliveryState, Post
from models.core.search.index import SearchText
from models.core.search.query import find_everywhere
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.opportunity import Opportunity
from tests.ground import given


def waiting(work: UnitOfWork, channel: str = NAMES) -> list[Delivery]:
    here = (Delivery.state == DeliveryState.WAITING, Delivery.channel == channel)
    return list(work.session.scalars(select(Delivery).where(*here).order_by(Delivery.id)))


def pass_on(works: UnitOfWorkFactory) -> int:
    """Do what is to be done about new names; returns in how many units of work."""
    for count in range(100):
        with works("T1", writes=False) as work:
            if not waiting(work):
                return count
            assert queue.anything(work)
        with works("T1") as work:
            denormalize.settle(work)
    raise AssertionError("it never ends")


def rename(works: UnitOfWorkFactory, customer: Customer, last_name: str) -> None:
    with works("T1", "U_RITA") as work:
        records.update(work, work.get(Customer, customer.id), {"last_name": last_name})


def test_a_deal_is_found_by_its_customers_new_name_and_not_by_the_old_one(
    works: UnitOfWorkFactory,
) -> None:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref)
    rename(works, ada, "Byron")
    pass_on(works)
    with works("T1", "U_RITA") as work:
        assert [str(found) for found in find_everywhere(work, "byron")] == [
            "CU-1 Ada Byron",
            "OP-1 Sails",
        ]
        assert find_everywhere(work, "lovelace") == []
        assert work.get(Opportunity, deal.id).version == deal.version


def test_a_membership_is_called_by_the_new_name(works: UnitOfWorkFactory) -> None:
    ada, acme = (
        given(works, Customer, first_name="Ada", last_name="Lovelace"),
        given(works, Account, name="Acme"),
    )
    member = given(works, Membership, customer=ada.ref, account=acme.ref)
    rename(works, ada, "Byron")
    pass_on(works)
    with works("T1", writes=False) as work:
        assert work.get(Membership, member.id).title == "Ada Byron at Acme"


def test_cards_that_show_the_name_are_drawn_anew(works: UnitOfWorkFactory) -> None:
    ada = given(works, Customer, first_name="Ada")
    deal = given(works, Opportunity, name="Sails", customer=ada.ref)
    with works("T1") as work:
        work.session.add(
            Post(
                entity="opportunity",
                record_id=deal.id,
                channel="C_SALES",
                ts="1.2",
                posted_at=work.now,
            )
        )
    rename(works, ada, "Byron")
    pass_on(works)
    with works("T1", writes=False) as work:
        assert [each.ts for each in waiting(work, "C_SALES") if each.kind == "redraw"] == ["1.2"]


def test_many_are_done_some_at_a_time(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denormalize, "AT_ONCE", 4)
    ada = given(works, Customer, first_name="Ada")
    count = denormalize.AT_ONCE * 2 + 1
    with works("T1", "U_RITA") as work:
        for number in range(count):
            records.create(work, Activity, {"description": f"Call {number}", "customer": ada.ref})
    rename(works, ada, "Byron")
    assert pass_on(works) > 3
    with works("T1", writes=False) as work:
        texts = work.session.scalars(
            select(SearchText.text).where(SearchText.entity == "activity")
        ).all()
        assert [text for text in texts if "byron" in text.split()] == texts
        assert len(texts) == count


def test_nothing_is_asked_where_no_name_changed_or_nobody_shows_it(
    works: UnitOfWorkFactory,
) -> None:
    ada = given(works, Customer, first_name="Ada")
    task = given(works, Activity, description="Call", customer=ada.ref)
    with works("T1", "U_RITA") as work:
        records.update(work, work.get(Customer, ada.id), {"job_title": "Countess"})
        records.update(work, work.get(Activity, task.id), {"description": "Write"})
        assert waiting(work) == []
