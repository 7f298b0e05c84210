"""The first full member who uses the CRM is its admin: no guest, and nobody who is only named or
met.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from bot.cli.console import answer
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import events
from bot.sandbox.client import SlackDriver
from models.core import user_groups
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from tests.ground import StoppedClock, together
from tests.handlers.kit import begin_with


@pytest.fixture
def works(blank_sqlite: Engine, clock: StoppedClock) -> UnitOfWorkFactory:
    """As on the first day: a workspace in which nobody is known."""
    works = UnitOfWorkFactory(blank_sqlite, clock)
    begin_with(works, "the first day", lambda: first_day(works))
    return works


def first_day(works: UnitOfWorkFactory) -> None:
    schema.upgrade(works.engine)
    works.settle("T1", name="Acme", sales_channel="C_SALES")


def roles(works: UnitOfWorkFactory, workspace: str = "T1") -> dict[str, str]:
    with works(workspace, writes=False) as work:
        return {user.slack_id: user.role for user in work.session.scalars(select(User))}


def admins(works: UnitOfWorkFactory, workspace: str = "T1") -> list[str]:
    return [slack_id for slack_id, role in roles(works, workspace).items() if role == Preset.ADMIN]


ACTS: dict[str, Callable[[SlackDriver], object]] = {
    "command": lambda slack: slack.command("/crm help"),
    "refused command": lambda slack: slack.command("/crm nonsense of all kinds"),
    "mention": lambda slack: slack.say("@crm help"),
    "message": lambda slack: slack.dm("help"),
    "home": lambda slack: slack.home(),
    "shortcut": lambda slack: slack.shortcut("lead.new"),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_first_member_who_does_something_is_admin(
    slack: SlackDriver, works: UnitOfWorkFactory, act: str
) -> None:
    ACTS[act](slack)
    assert admins(works) == ["U_RITA"]
    slack.command("/crm help", user="U_RAVI")
    assert roles(works) == {"U_RITA": Preset.ADMIN, "U_RAVI": Preset.REP}


def test_who_is_named_or_met_before_is_not(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.command("/crm lead new Bob <@U_MONA>", user="U_GUS")
    with works("T1") as work:
        work.workspace.sales_channel = "C_SALES"
    answer(works, "T1", "", "lead new Ada")
    events.join(slack.slack, "C_SALES", "U_ELI")
    courier.drain()
    assert len(roles(works)) > 3
    assert admins(works) == []
    slack.command("/crm help", user="U_MONA")
    assert admins(works) == ["U_MONA"]


def test_a_guest_who_comes_first_is_not(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm help", user="U_GUS")
    slack.home("U_GUS")
    assert roles(works) == {"U_GUS": Preset.REP}
    slack.command("/crm help")
    assert admins(works) == ["U_RITA"]


def test_who_became_a_guest_unnoticed_is_not(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    works.welcome("T1", "U_GUS", name="Gus", guest=False)
    slack.command("/crm help", user="U_GUS")
    assert admins(works) == []


def test_where_slack_does_not_say_who_acts_nobody_is(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_RITA", name="Rita")
    slack.slack.fail("users.info", with_="500")
    slack.command("/crm help")
    assert admins(works) == []
    slack.command("/crm help")
    assert admins(works) == ["U_RITA"]


def test_a_terminal_makes_one_and_then_nobody_becomes_it_by_acting(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_MONA", name="Mona")
    answer(works, "T1", "", "role give US-1 admin")
    slack.command("/crm help")
    assert admins(works) == ["U_MONA"]


def test_where_the_last_admin_has_left_nobody_becomes_it_by_acting(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm help")
    works.welcome("T1", "U_RITA", left=True)
    slack.command("/crm help", user="U_RAVI")
    assert roles(works)["U_RAVI"] == Preset.REP


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_of_many_at_once_one_becomes_it(
    request: pytest.FixtureRequest, engine: str, clock: StoppedClock
) -> None:
    works = UnitOfWorkFactory(request.getfixturevalue(f"clean_{engine}"), clock)
    works.settle("T9", name="New")
    everybody = [f"U_{number}" for number in range(8)]
    for slack_id in everybody:
        works.welcome("T9", slack_id, name=slack_id)

    def begin(slack_id: str) -> Callable[[], None]:
        def act() -> None:
            with works("T9") as work:
                user_groups.begin(work, slack_id)

        return act

    assert together([begin(each) for each in everybody]) == [None] * 8
    assert len(admins(works, "T9")) == 1
