"""Whoever an earlier release took in although they belong to another company has no rights from the
first look on.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Member
from bot.scheduler.scheduler import Scheduler
from bot.slack import channel_members, gateway
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bot.outgoing import rows
from tests.ground import StoppedClock
from tests.handlers.kit import SQLITE

KIND = "members"


@pytest.fixture
def xenia(slack: SlackDriver, works: UnitOfWorkFactory) -> str:
    """A person of another company who is among our people, with a role."""
    slack.slack.members["U_XENIA"] = Member("U_XENIA", "xenia", "Xenia", team="T_OTHER")
    slack.slack.join("C_SUPPORT", "U_XENIA")
    works.welcome("T1", "U_XENIA", name="Xenia", zone="UTC")
    return "U_XENIA"


def shut_out(works: UnitOfWorkFactory) -> set[str]:
    with works("T1", writes=False) as work:
        return set(work.session.scalars(select(User.slack_id).where(User.guest)))


def test_who_belongs_to_another_company_is_shut_out_and_nobody_else(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, scheduler: Scheduler, xenia: str
) -> None:
    before = shut_out(works)
    scheduler.tick()
    courier.drain()
    assert shut_out(works) - before == {xenia}


@SQLITE
def test_it_is_looked_at_once_a_day(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, scheduler: Scheduler, xenia: str
) -> None:
    scheduler.tick()
    scheduler.tick()
    courier.drain()
    assert len(rows(works, kind=KIND)) == 1
    assert {row.state for row in rows(works, kind=KIND)} == {"sent"}


@SQLITE
def test_a_long_list_of_people_is_read_to_its_end_first(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    scheduler: Scheduler,
    clock: StoppedClock,
    xenia: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gateway, "PAGE", 2)
    monkeypatch.setattr(channel_members, "PAGES", 1)
    scheduler.tick()
    for _ in range(len(slack.slack.members)):
        clock.forward(timedelta(seconds=2))
        courier.drain()
    assert xenia in shut_out(works)


@SQLITE
def test_an_admin_from_elsewhere_is_one_no_more(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, scheduler: Scheduler, xenia: str
) -> None:
    with works("T1") as work:
        work.session.execute(update(User).values(role=Preset.REP))
        work.session.execute(update(User).where(User.slack_id == xenia).values(role=Preset.ADMIN))
    scheduler.tick()
    courier.drain()
    assert xenia in shut_out(works)
