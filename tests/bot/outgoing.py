"""Deals, wishes and sights that the tests of deliveries share."""

import math

from sqlalchemy import select

from bot.delivery.worker import DeliveryTask
from bot.sandbox.client import SlackDriver
from models.core.outbox.delivery import Delivery, Post, deliver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given


def deal(works: UnitOfWorkFactory, name: str = "Sails", **texts: str) -> Opportunity:
    customer = given(works, Customer, first_name="Ada")
    return given(works, Opportunity, name=name, customer=customer.ref, **texts)


def rows(works: UnitOfWorkFactory, **columns: object) -> list[Delivery]:
    """The deliveries of T1 with these values, in the order they were asked for."""
    with works("T1", writes=False) as work:
        return list(
            work.session.scalars(select(Delivery).filter_by(**columns).order_by(Delivery.id))
        )


def posts(works: UnitOfWorkFactory) -> list[Post]:
    with works("T1", writes=False) as work:
        return list(work.session.scalars(select(Post).order_by(Post.id)))


def say(works: UnitOfWorkFactory, channel: str, text: str, key: str = "") -> None:
    with works("T1") as work:
        deliver(work, "message", channel, key or text, about={"text": text})


def texts(slack: SlackDriver, channel: str) -> list[str]:
    return [message.text for message in slack.posted(channel)]


def errand(delivery: Delivery) -> DeliveryTask:
    """A delivery that was taken, with all the time in the world."""
    return DeliveryTask(delivery, math.inf)
