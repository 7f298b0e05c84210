"""What was imported before Slack was connected goes to the token in the settings, never to whoever
installs first.
"""

import logging

import pytest
from sqlalchemy import Engine, select

from bot.app import move_in
from bot.config import Settings
from bot.runner import introduce, never
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from bot.slack.clients import Clients
from bot.slack.oauth import Installs
from models.core.identity.user import LOCAL
from models.core.secrets import Vault, new_key
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import adoption, schema
from models.sales.lead import Lead
from tests.ground import StoppedClock, given
from tests.handlers.kit import begin_with

WAITS = "Give it to a workspace with: crm adopt T0123"


@pytest.fixture
def works(blank_sqlite: Engine, clock: StoppedClock) -> UnitOfWorkFactory:
    """A database in which somebody imported a lead, and nothing else."""
    works = UnitOfWorkFactory(blank_sqlite, clock)
    begin_with(works, "an import before Slack", lambda: imported(works))
    return works


def imported(works: UnitOfWorkFactory) -> None:
    schema.upgrade(works.engine)
    works.settle(LOCAL, name="This computer")
    given(works, Lead, "", LOCAL, first_name="Ada")


def install(works: UnitOfWorkFactory, clients: Clients, world: Slack) -> None:
    """Somebody of the small Slack installs the app over OAuth."""
    granted = {
        "team": {"id": "T1", "name": "Acme"},
        "access_token": world.bot_token,
        "bot_id": "B0BOT",
    }
    Installs(Settings(), works, clients, Vault(new_key())).store(
        {**granted, "authed_user": {"id": "U_RITA"}}
    )


def leads(works: UnitOfWorkFactory, workspace: str) -> list[str]:
    with works(workspace, writes=False) as work:
        return [lead.title for lead in work.session.scalars(select(Lead))]


def test_whoever_installs_first_gets_nothing_of_it_until_they_are_named(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    clients: Clients,
    world: Slack,
    caplog: pytest.LogCaptureFixture,
) -> None:
    install(works, clients, world)
    assert (leads(works, "T1"), leads(works, LOCAL)) == ([], ["Ada"])
    assert WAITS in caplog.text
    slack.command("/crm find ada")
    assert "Nothing matches" in slack.last
    adoption.adopt(works, "T1")
    slack.command("/crm find ada")
    assert "LD-1" in slack.last


def test_the_workspace_of_the_token_in_the_settings_gets_it(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    clients: Clients,
    world: Slack,
    caplog: pytest.LogCaptureFixture,
) -> None:
    works.settle("T_OTHER", name="Somebody who installed it before")
    introduce(Settings(slack_bot_token=world.bot_token), works, clients, never)
    assert leads(works, "T1") == ["Ada"]
    assert works.workspaces() == ["T1", "T_OTHER"]
    assert "crm adopt" not in caplog.text


def test_one_that_was_there_before_gets_it_only_by_name(
    works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    works.settle("T1", name="Acme")
    move_in(works, Settings(), "T1", "Acme")
    assert leads(works, LOCAL) == ["Ada"]
    assert WAITS in caplog.text
