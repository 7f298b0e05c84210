"""Rules at work while replicas are killed: each cause sets its rule off once."""

import time
from random import Random

from sqlalchemy import func, select

from models.activities.activity import Activity
from models.automation.rule import Rule
from models.automation.run import RuleRun, RunState
from models.core import records
from models.core.db.deadline import at_leisure
from models.core.errors import Busy
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWork
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.chaos.books import Books
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import TEAM, Floor, floor
from tests.chaos.kill import strike

NAME = "rules"
RULE = 'when deal enters (amount > 50k) then task "Look" +9d'
AMOUNTS = ("10k", "49k", "51k", "90k")
WORTH = {"10k": False, "49k": False, "51k": True, "90k": True}
AT_ONCE = 20
"""Deals that change in one unit of work."""


def run(database: Database, replicas: int, causes: int, kills: int, seed: int) -> Figure:
    """So many changes of deals, while so many processes are killed; then the rest is done."""
    chance = Random(seed)
    with floor(database, 12, replicas) as ground:
        owner = furnish(ground)
        big: dict[int, bool] = {}
        expected: dict[int, int] = {}
        killed = done = 0
        while done < causes or killed < kills:
            if done < causes:
                done += change(ground, chance, owner, big, expected)
            if killed < kills and done * kills >= killed * causes:
                victims = strike(ground, chance)
                killed += len(victims)
                for victim in victims:
                    victim.start()
        began = time.monotonic()
        ground.settle(within=120 + causes / 5, calm=2, done=lambda: waiting(ground) == 0)
        books = compared(ground, expected)
        other = {
            "causes": done,
            "fired": sum(expected.values()),
            "kills": killed,
            "then": round(time.monotonic() - began, 1),
        }
        found = (books.trials, books.lost, books.doubled, books.wrong + ground.problems())
        return Figure(NAME, database.name, replicas, *found, other)


def furnish(ground: Floor) -> str:
    """A rule of an admin; returns who that is."""
    with ground.works(TEAM) as work:
        person = work.session.scalars(select(User).order_by(User.id)).first()
        assert person
        person.role = Preset.ADMIN
    with ground.works(TEAM, person.slack_id) as work:
        records.create(work, Rule, {"sentence": RULE})
    return person.slack_id


def change(
    ground: Floor, chance: Random, owner: str, big: dict[int, bool], expected: dict[int, int]
) -> int:
    """Make or change some deals in one unit of work, and note when the rule should fire."""
    with at_leisure(), ground.works(TEAM, owner) as work:
        found: dict[int, str] = {}
        for id in chance.sample(sorted(big), min(len(big), AT_ONCE // 2)):
            found[id] = chance.choice(AMOUNTS)
            records.update(work, work.get(Opportunity, id), {"amount": found[id]})
        while len(found) < AT_ONCE:
            amount = chance.choice(AMOUNTS)
            found[new(work, amount)] = amount
    for id, amount in found.items():
        expected[id] = expected.get(id, 0) + (WORTH[amount] and not big.get(id, False))
        big[id] = WORTH[amount]
    return AT_ONCE


def new(work: UnitOfWork, amount: str) -> int:
    customer = work.find(Customer, 1).ref
    texts = {"name": "Deal", "customer": customer, "amount": amount}
    return records.create(work, Opportunity, texts).id


def waiting(ground: Floor) -> int:
    """How many causes nobody has worked on, as far as the database says so at all."""
    try:
        with ground.works(TEAM, writes=False) as work:
            left = select(func.count(RuleRun.id)).where(RuleRun.state == RunState.WAITING)
            return work.session.scalar(left) or 0
    except Busy:
        return 1


def compared(ground: Floor, expected: dict[int, int]) -> Books:
    """What the rule did, beside what it should have done."""
    books = Books()
    with at_leisure(), ground.works(TEAM, writes=False) as work:
        tasks = select(Activity.opportunity, func.count()).group_by(Activity.opportunity)
        made = {deal: count for deal, count in work.session.execute(tasks) if deal is not None}
        states = work.session.scalars(select(RuleRun.state).distinct()).all()
    for deal, times in expected.items():
        books.trials += 1
        found = made.get(deal, 0)
        if found < times:
            books.lost.append(f"the rule fired {found} times for deal {deal}, and not {times}")
        elif found > times:
            books.doubled.append(f"the rule fired {found} times for deal {deal}, and not {times}")
    books.wrong += [f"a run is {state}" for state in states if state != RunState.DONE]
    return books
