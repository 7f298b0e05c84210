"""Channels with people of one's choice, and what can be read there."""

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Channel
from bot.sandbox.slack import BOT_USER
from bot.sandbox.surface_text import Shown
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import standing

ELSEWHERE = "guests or people from elsewhere"


def ada_lovelace(works: UnitOfWorkFactory) -> Lead:
    return given(
        works,
        Lead,
        first_name="Ada",
        last_name="Lovelace",
        company="Analytical",
        phone="+4930123456",
    )


def room(slack: SlackDriver, *members: str, name: str = "C_ROOM") -> str:
    """A channel with the bot and these people."""
    slack.slack.channels[name] = Channel(name, name.lower(), members=[*members, BOT_USER])
    return name


def shown(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    record: Lead | Case,
    *members: str,
) -> Shown:
    """The card of a record in a channel with these people."""
    return standing(slack, works, courier, record, room(slack, *members))


def now(slack: SlackDriver, courier: DeliveryDispatcher, channel: str = "C_ROOM") -> str:
    """Everything that can be read in the first message of a channel by now."""
    courier.drain()
    return slack.posted(channel)[0].words


def broken(works: UnitOfWorkFactory) -> Case:
    customer = given(works, Customer, first_name="Grace")
    return given(works, Case, by="U_SAM", subject="Broken", priority="low", customer=customer.ref)


def secret(card: str | Shown) -> bool:
    return not any(word in card for word in ("Ada", "Lovelace", "Analytical", "4930"))
