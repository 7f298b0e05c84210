"""The step that says of deals since when they are in their stage: as their last move there says."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.maintenance import schema
from models.sales.opportunity import Opportunity, StageChange
from models.sales.pipeline import closed_between
from tests.ground import START, StoppedClock

pytestmark = pytest.mark.dialect


def test_deals_that_are_here_know_since_when(settled: Engine) -> None:
    works = UnitOfWorkFactory(settled, clock := StoppedClock())
    works.settle("T1", name="Acme")
    with works("T1") as work:
        account = work.add(Account(name="Acme"))
        for name in ("Won twice", "Open", "No move"):
            work.add(Opportunity(name=name, account=account.id, amount=Decimal(100)))
    for stage in ("won", "proposal", "won"):
        clock.forward(timedelta(days=1))
        with works("T1") as work:
            work.find(Opportunity, 1).move(work, stage)
    with works("T1") as work:
        records.update(work, work.find(Opportunity, 3), {"amount": "200"})
        for move in work.session.scalars(select(StageChange).where(StageChange.opportunity == 3)):
            work.session.delete(move)
    before = [START + timedelta(days=3), START, None]
    schema.downgrade(settled, "0025")
    schema.upgrade(settled)
    with works("T1", writes=False) as work:
        assert [work.find(Opportunity, n).stage_since for n in (1, 2, 3)] == before
        (row,) = closed_between(work, before[0], work.now + timedelta(days=1))
        assert (row.stage, row.count) == ("won", 1)
        assert closed_between(work, START, before[0]) == []
