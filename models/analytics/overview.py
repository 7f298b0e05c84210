"""What is happening around a person, a company, a deal, a lead or a case.

The last talk, what is next, and what is open; the cards say it, and the modal with everything about
a record says more.
"""

from collections.abc import Sequence
from functools import cache
from textwrap import shorten
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select, union_all

from models.activities.activity import Activity, ActivityType
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.entity.facts import Ago, Facts
from models.core.entity.finding import KEPT
from models.core.fields.shape import by_shape
from models.core.names import kept, learn
from models.core.permissions import policy, visibility
from models.core.related import Found, page_at
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.opportunity import Opportunity
from models.support.case import Case

TALKS = (ActivityType.CALL, ActivityType.MEETING, ActivityType.EMAIL)
QUOTE = 80
"""Letters of what was said that a card quotes."""
QUOTES = "\"'“”„«» "
"""Signs around a text that is quoted with signs of our own."""
FEW = 3
"""The talks and the tasks that are read for all readers of a record's cards at once."""
LATEST = (Activity.done_at.desc(), Activity.id.desc())
SOONEST = (Activity.due_date, Activity.id)
COUNTED = 50
"""Open records that are counted; more than these are “50+”."""


@cache
def activities_about(entity: type[Entity]) -> ColumnElement[bool]:
    """Return the condition for the activities about a record, whose id is the parameter `about`.

    Those with the people of an account, and about its deals, are about the account. They are one
    list of ids, because PostgreSQL finds nothing by an index where such ways are joined by OR.
    """
    id = bindparam("about", type_=Integer)
    about: ColumnElement[bool] = getattr(Activity, entity.slug()) == id
    if entity is not Account:
        return about
    people = select(Membership.customer).where(Membership.account == id)
    deals = select(Opportunity.id).where(Opportunity.account == id)
    ways = (about, Activity.customer.in_(people), Activity.opportunity.in_(deals))
    return Activity.id.in_(union_all(*(select(Activity.id).where(way) for way in ways)))


@by_shape
def talks_about(entity: type[Entity]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the calls, meetings and e-mails about a record."""
    talks = Activity.type.in_(Activity.options_like("type", *TALKS))
    return activities_about(entity), talks, Activity.done_at.is_not(None)


@by_shape
def tasks_about(entity: type[Entity]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for what is planned about a record."""
    return activities_about(entity), Activity.open()


def last_talk(work: Context, record: Entity) -> Activity | None:
    """Return the last call, meeting or e-mail about a record, as far as its readers may know."""
    found = [each for each in nearest(work, record) if each.done_at and each.like in TALKS]
    found.sort(key=lambda each: (each.done_at, each.id), reverse=True)
    return first(work, record, found, talks_about(type(record)), LATEST)


def next_task(work: Context, record: Entity) -> Activity | None:
    """Return what is planned next about a record, as far as its readers may know."""
    found = [each for each in nearest(work, record) if each.due_date and not each.done_at]
    found.sort(key=lambda each: (each.due_date, each.id))
    return first(work, record, found, tasks_about(type(record)), SOONEST)


@by_shape
def near(entity: type[Entity]) -> Select[Any]:
    """Return the statement for the last few talks about a record and the next few tasks."""
    some = [
        select(Activity.id)
        .where(*wanted, Activity.deleted_at.is_(None))
        .order_by(*order)
        .limit(FEW)
        .subquery()
        for wanted, order in ((talks_about(entity), LATEST), (tasks_about(entity), SOONEST))
    ]
    ids = union_all(*(select(each.c.id) for each in some))
    return select(Activity).where(Activity.id.in_(ids)).execution_options(**{KEPT: True})


def nearest(work: Context, record: Entity) -> Sequence[Activity]:
    """Return the last few talks about a record and the next few tasks, read in one statement.

    A card that stands in several channels is drawn for the readers of each, so they are read once,
    whoever may see them.
    """
    known, key = kept(work.session), ("nearest", record.slug(), record.id)
    if key not in known:
        with policy.beyond(work.session):
            known[key] = work.session.scalars(near(type(record)), {"about": record.id}).all()
    found: Sequence[Activity] = known[key]
    return found


def first(
    work: Context,
    record: Entity,
    near: Sequence[Activity],
    about: tuple[ColumnElement[bool], ...],
    order: tuple[Any, ...],
) -> Activity | None:
    """Return the first activity about a record that all readers may see.

    Where they may see none of those that are near, the first one is looked for by itself.
    """
    if visibility.hidden(work, *about, *order):
        return None
    seen = next((each for each in near if policy.shows(work, each)), None)
    if seen or len(near) < FEW:
        return seen
    found = select(Activity).where(*about).order_by(*order).limit(1)
    return work.session.scalar(found, {"about": record.id})


def talk_and_next(work: Context, record: Entity) -> Facts:
    """Return the last talk and the next task about a record, as lines of its card."""
    talk, task = last_talk(work, record), next_task(work, record)
    learn(work, [each for each in (talk, task) if each], ["owner"])
    told: Facts = []
    if talk and talk.done_at:
        told.append(("Last talk", (f"{spoken(work, talk)}, ", Ago(talk.done_at), said(work, talk))))
    if task and task.due_date:
        seen = policy.fields(work, task)
        what = cut(task.title) if "description" in seen else str(task.ref)
        told.append(("Next task", (f"{what}, due ", task.due_date)))
    return told


def spoken(work: Context, talk: Activity) -> str:
    """Return a talk in a word, with the colleague who had it: call with Rita Reyes."""
    seen = policy.fields(work, talk)
    word = talk.type_name(talk.type)
    return (
        f"{word} with {work.name('user', talk.owner)}" if "owner" in seen and talk.owner else word
    )


def said(work: Context, activity: Activity) -> str:
    """Return what was said in a talk, as the end of a sentence; nothing where it is hidden."""
    if "description" not in policy.fields(work, activity):
        return ""
    return f": “{cut(activity.title.strip(QUOTES))}”"


def cut(text: str) -> str:
    return shorten(text, QUOTE, placeholder="…")


def open_work(work: Context, record: Entity) -> Facts:
    """Return the open deals and cases of a customer or an account, as a line of its card."""
    told = [*deals_told(work, record), *cases_told(work, record)]
    parts: list[Any] = []
    for each in told:
        parts += [" · ", *each] if parts else each
    return [("Open", tuple(parts))] if parts else []


def deals_told(work: Context, record: Entity) -> list[tuple[Any, ...]]:
    deals = open_of(work, Opportunity, record)
    if len(deals) == 1:
        amount = shown(work, deals[0], "amount")
        return [("deal ", deals[0], f", {amount}" if amount else "")]
    return [(f"{counted(deals)} deals{total(work, deals)}",)] if deals else []


def cases_told(work: Context, record: Entity) -> list[tuple[Any, ...]]:
    cases = open_of(work, Case, record)
    if len(cases) == 1:
        priority = shown(work, cases[0], "priority").lower()
        return [("case ", cases[0], f", {priority} priority" if priority else "")]
    return [(f"{counted(cases)} cases",)] if cases else []


def open_of(work: Context, entity: type[Entity], record: Entity) -> Sequence[Any]:
    """Return the open records of an entity about a record, the newest first, a few at most.

    There are none where the readers would learn what is hidden from one of them.
    """
    found = open_about(entity, record.slug())
    if visibility.hidden(work, found.whereclause):
        return []
    return work.session.scalars(found, {"about": record.id}).all()


@by_shape
def open_about(entity: type[Entity], by: str) -> Select[Any]:
    """Return the statement for the open records of an entity that name a record in a field."""
    them: Any = entity
    theirs = (getattr(them, by) == bindparam("about", type_=Integer), them.open())
    found = select(entity).where(*theirs).order_by(entity.id.desc()).limit(COUNTED + 1)
    return found.execution_options(**{KEPT: True})


def counted(records: Sequence[Entity]) -> str:
    return f"{COUNTED}+" if len(records) > COUNTED else str(len(records))


def shown(work: Context, record: Entity, name: str) -> str:
    kind = policy.fields(work, record).get(name)
    return kind.show(getattr(record, name), work, record) if kind else ""


def total(work: Context, deals: Sequence[Opportunity]) -> str:
    """Return what the deals are worth together.

    It is empty where one of the amounts is hidden, where there are more than are counted, and where
    they are in several currencies.
    """
    known = [deal for deal in deals if deal.amount is not None]
    kinds = [policy.fields(work, deal).get("amount") for deal in deals]
    if len(deals) > COUNTED or None in kinds or len({deal.currency for deal in known}) != 1:
        return ""
    kind = Opportunity.fields()["amount"]
    return f", {kind.show(sum(deal.amount or 0 for deal in known), work, known[0])}"


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────


def tasks(work: Context, record: Entity, length: int, page: int) -> Found:
    """Return what is planned about a record, what is due first on top and what has no date last."""
    wanted = tasks_about(type(record))
    if visibility.hidden(work, *wanted, Activity.due_date):
        return [], False
    order = (Activity.due_date.is_(None), *SOONEST)
    return page_at(work, select(Activity).where(*wanted).order_by(*order), length, page, record)


def colleagues(work: Context, record: Entity, length: int, page: int) -> Found:
    """Return the other people who work now where a customer works now."""
    now = Membership.until.is_(None) | (Membership.until >= work.today)
    if visibility.hidden(work, Membership.customer, Membership.account, now):
        return [], False
    places = select(Membership.account).where(Membership.customer == record.id, now)
    where = work.session.scalars(places).all()
    if not where:
        return [], False
    there = select(Membership.customer).where(Membership.account.in_(where), now)
    others = (Customer.id.in_(there), Customer.id != record.id)
    return page_at(work, select(Customer).where(*others).order_by(Customer.id), length, page)
