"""What Slack has to be told."""

import pytest
from sqlalchemy import select

from models.core import records
from models.core.entity.bulk import insert_once
from models.core.outbox.delivery import Delivery, DeliveryState, JobRun, Post, deliver, redraw
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import START, given, spoil


def deliveries(work: UnitOfWork) -> list[Delivery]:
    return list(work.session.scalars(select(Delivery).order_by(Delivery.id)))


def test_a_message_is_asked_for_once_for_each_key(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        deliver(work, "digest", "C_SALES", "digest:1", about={"day": "2026-03-10"})
        deliver(work, "digest", "C_SALES", "digest:1", about={"day": "another"})
    with works("T1") as work:
        deliver(work, "digest", "C_SALES", "digest:1")
        (row,) = deliveries(work)
        assert (row.about, row.state, row.not_before, row.attempts) == (
            {"day": "2026-03-10"},
            DeliveryState.WAITING,
            START,
            0,
        )


def test_the_same_key_in_two_workspaces_is_two_messages(works: UnitOfWorkFactory) -> None:
    for workspace in ("T1", "T2"):
        with works(workspace) as work:
            deliver(work, "digest", "C_SALES", "digest:1")
    for workspace in ("T1", "T2"):
        with works(workspace) as work:
            assert len(deliveries(work)) == 1


def test_without_a_channel_nothing_is_asked(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        deliver(work, "digest", "", "digest:1")
        assert deliveries(work) == []


def test_what_is_asked_in_a_unit_that_fails_is_never_told(works: UnitOfWorkFactory) -> None:
    with pytest.raises(ZeroDivisionError):
        spoil(works, lambda work: deliver(work, "digest", "C_SALES", "digest:1"))
    with works("T1") as work:
        assert deliveries(work) == []


def test_a_slot_goes_to_who_takes_it_first(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        slot = {"job": "digest", "slot": "2026-03-10", "at": work.now}
        assert insert_once(work, JobRun, **slot) is not None
        assert insert_once(work, JobRun, **slot) is None
        assert insert_once(work, JobRun, **slot | {"slot": "2026-03-11"}) is not None


def test_a_new_lead_asks_for_its_card_in_the_sales_channel(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada")
    with works("T1") as work:
        (row,) = deliveries(work)
        assert (row.kind, row.channel, row.entity, row.record_id) == (
            "card",
            "C_SALES",
            "lead",
            lead.id,
        )


def test_every_standing_card_of_a_record_is_drawn_anew_once_a_version(
    works: UnitOfWorkFactory,
) -> None:
    lead = given(works, Lead, first_name="Ada")
    with works("T1") as work:
        record = work.get(Lead, lead.id)
        for ts in ("1.1", "1.2"):
            work.session.add(
                Post(entity="lead", record_id=lead.id, channel="C1", ts=ts, posted_at=work.now)
            )
        work.session.flush()
        redraw(work, record)
        keys = [row.key for row in deliveries(work) if row.kind == "redraw"]
        assert keys == [f"redraw:C1:1.1:LD-1:1:{work.unit}", f"redraw:C1:1.2:LD-1:1:{work.unit}"]


def test_assigning_tells_the_new_owner_but_not_oneself(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada")
    with works("T1", "U_RITA") as work:
        records.assign(work, work.get(Lead, lead.id), work.lookup("user", "U_RAVI"))
        records.assign(work, work.get(Lead, lead.id), work.lookup("user", "me"))
    with works("T1") as work:
        told = [row for row in deliveries(work) if row.kind == "assigned"]
        by = work.lookup("user", "U_RITA")
        assert [(row.channel, row.about["by"]) for row in told] == [("U_RAVI", by)]
