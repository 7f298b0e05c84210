"""Whoever installs the app is its first admin, and an admin only where there is none."""

import pytest
from sqlalchemy import select

from bot.config import Settings
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Member
from bot.slack.clients import Clients
from bot.slack.oauth import Installs
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.secrets import Vault, new_key
from models.core.unit_of_work import UnitOfWorkFactory
from tests.handlers.kit import SQLITE

pytestmark = SQLITE


@pytest.fixture
def installs(works: UnitOfWorkFactory, clients: Clients, slack: SlackDriver) -> Installs:
    return Installs(Settings(), works, clients, Vault(new_key()))


def install(installs: Installs, slack: SlackDriver, by: str) -> None:
    granted = {
        "team": {"id": "T1", "name": "Acme"},
        "access_token": slack.slack.bot_token,
        "bot_id": "B0BOT",
    }
    installs.store({**granted, "authed_user": {"id": by}})


def role(works: UnitOfWorkFactory, slack_id: str) -> str:
    with works("T1", writes=False) as work:
        return work.session.scalars(select(User.role).where(User.slack_id == slack_id)).one()


def test_who_installs_the_app_becomes_admin_where_there_is_none(
    installs: Installs, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    install(installs, slack, "U_RITA")
    assert role(works, "U_RITA") == Preset.SENIOR
    works.welcome("T1", "U_ADA", left=True)
    install(installs, slack, "U_RITA")
    assert role(works, "U_RITA") == Preset.ADMIN


def test_somebody_new_who_installs_it_is_looked_up(
    installs: Installs, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_ADA", left=True)
    slack.slack.members["U_NEW"] = Member("U_NEW", "new", "Nora New", team="T1")
    install(installs, slack, "U_NEW")
    with works("T1", "U_NEW", writes=False) as work:
        assert (work.me, work.actor.role if work.actor else "") == ("Nora New", Preset.ADMIN)


@pytest.mark.parametrize("failure", ["500", "user_not_found", "drop_before"])
def test_an_installer_whom_slack_does_not_describe_is_nobody(
    installs: Installs, slack: SlackDriver, works: UnitOfWorkFactory, failure: str
) -> None:
    works.welcome("T1", "U_ADA", left=True)
    for installer in ("U_NEW", "U_RITA"):
        slack.slack.fail("users.info", with_=failure)
        install(installs, slack, installer)
    assert works.unknown("T1", {"U_NEW"})
    assert role(works, "U_RITA") == Preset.SENIOR


def test_an_installer_from_another_company_is_nobody(
    installs: Installs, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_ADA", left=True)
    slack.slack.members["U_XENIA"] = Member("U_XENIA", "xenia", "Xenia", team="T_OTHER")
    slack.slack.join("C_SALES", "U_XENIA")
    install(installs, slack, "U_XENIA")
    assert works.unknown("T1", {"U_XENIA"})


def test_a_guest_who_installs_it_is_no_admin(
    installs: Installs, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_ADA", left=True)
    install(installs, slack, "U_GUS")
    assert role(works, "U_GUS") == Preset.REP
