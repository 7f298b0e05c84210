"""The greeting of who comes for the first time: once, and never for strangers or guests."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Member
from bot.sandbox.surface_text import Shown
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.general.test_home_of_roles import rights
from tests.handlers.kit import SQLITE

pytestmark = SQLITE
NORA = Member("U_NORA", "nora", "Nora New", team="T1")


@pytest.fixture
def nora(slack: SlackDriver) -> str:
    """Somebody whom the bot has never met."""
    slack.slack.members["U_NORA"] = replace(NORA)
    return "U_NORA"


@pytest.fixture
def filled(works: UnitOfWorkFactory) -> None:
    henrik = given(works, Customer, first_name="Henrik", last_name="Dahl")
    given(works, Opportunity, name="Sails", customer=henrik.ref, owner="")
    given(works, Case, by="U_SAM", subject="Leak", customer=henrik.ref)


def greetings(slack: SlackDriver, courier: DeliveryDispatcher, person: str) -> list[Shown]:
    courier.drain()
    direct = slack.slack.im(person).id
    return [each for each in slack.posted(direct) if each.text.startswith("Hello ")]


@pytest.mark.usefixtures("filled")
def test_who_comes_for_the_first_time_is_greeted_once(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, nora: str
) -> None:
    slack.command("/crm help", user=nora)
    (hello,) = greetings(slack, courier, nora)
    assert "*Hello Nora.* I keep Acme’s customers, deals and tasks, here in Slack." in hello.words
    assert "Nothing you try is final" in hello.words
    slack.command("/crm lead list", user=nora)
    slack.home(nora)
    assert len(greetings(slack, courier, nora)) == 1


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("role", ["rep", "support", "manager", "executive", "admin"])
def test_the_three_things_to_try_succeed_with_what_there_is(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, nora: str, role: str
) -> None:
    works.welcome("T1", nora, name="Nora New", role=role, team="sales")
    slack.home(nora)
    (hello,) = greetings(slack, courier, nora)
    lines = [part for part in hello.words.split("`")[1::2] if part != "/crm help"]
    assert len(lines) == 3
    for line in lines:
        slack.command(line, user=nora)
        if slack.modal:
            slack.close(nora)
            continue
        for refused in ("Your role", "I didn't understand", "There is no ", "Which "):
            assert not slack.last.text.startswith(refused), line
    for action in hello.actions:
        slack.click(action, hello, user=nora)
        if slack.modal:
            slack.close(nora)


def test_who_was_named_first_is_greeted_when_they_come(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, nora: str
) -> None:
    given(works, Customer, first_name="Ada")
    slack.command("/crm customer assign CU-1 <@U_NORA>")
    assert greetings(slack, courier, nora) == []
    slack.dm("hi", user=nora)
    assert len([each for each in greetings(slack, courier, nora) if "Three things" in each]) == 1


def test_no_guest_and_no_stranger_is_greeted(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    works.welcome("T1", "U_GUS", greeted=False)
    for person, team in (("U_GUEST", "T1"), ("U_AWAY", "T2")):
        guest = Member(person, person.lower(), "Somebody", team=team, is_restricted=team == "T1")
        slack.slack.members[person] = guest
    for person in ("U_GUS", "U_GUEST", "U_AWAY"):
        slack.command("/crm help", user=person)
    courier.drain()
    with works("T1", writes=False) as work:
        asked = select(Delivery.key).where(Delivery.key.like("welcome:%"))
        assert work.session.scalars(asked).all() == []


def test_who_was_here_before_is_not_greeted(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.command("/crm help")
    assert greetings(slack, courier, "U_RITA") == []


def test_years_later_nobody_is_greeted_again(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    nora: str,
) -> None:
    slack.home(nora)
    assert len(greetings(slack, courier, nora)) == 1
    with works("T1") as work:
        for sent in work.session.scalars(select(Delivery)):
            work.session.delete(sent)  # as housekeeping does after a month
        person = work.session.scalars(select(User).where(User.slack_id == nora)).one()
        assert person.greeted
    slack.home(nora)
    assert len(greetings(slack, courier, nora)) == 1


def test_who_may_do_nothing_is_greeted_without_things_to_try(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, nora: str
) -> None:
    rights(works, "rep", "everything: none")
    slack.home(nora)
    (hello,) = greetings(slack, courier, nora)
    assert "Hello Nora." in hello.words
