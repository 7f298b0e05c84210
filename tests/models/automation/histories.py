"""Random histories of deals, and when a rule about them should have fired, worked out apart."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from models.automation import runner
from models.core import records
from models.core.context import RULE
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity

LIMIT = 50_000
AMOUNTS = ("", "10k", "49k", "51k", "60k", "90k")
WORTH = {"": None, "10k": 10_000, "49k": 49_000, "51k": 51_000, "60k": 60_000, "90k": 90_000}
STAGES = ("qualification", "proposal", "negotiation")
PEOPLE = ("U_RITA", "U_RAVI", "U_ADA")
SENTENCE = f'when deal enters (amount > {LIMIT} and stage != qualification) then task "Look" +1d'


@dataclass
class History:
    """Deals change at random, in several processes, and rules are worked on now and then.

    Attributes:
        replicas: The units of work of each process.
        customer: The customer of all deals.
        chance: What decides.
        held: Deal → its amount and stage.
        expected: Deal → how often the rule should have fired.
    """

    replicas: Sequence[UnitOfWorkFactory]
    customer: str
    chance: random.Random
    held: dict[int, tuple[Decimal | None, str]] = field(default_factory=dict)
    expected: dict[int, int] = field(default_factory=dict)

    def go_on(self, steps: int) -> None:
        """Let as many things happen; at the end nothing waits."""
        ways = (self.make, self.change, self.change, self.change, self.work_on, self.crash)
        for _ in range(steps):
            self.chance.choice(ways)()
        runner.run_all(self.replicas[0], "T1")

    def works(self) -> UnitOfWorkFactory:
        return self.chance.choice(self.replicas)

    def make(self) -> None:
        amount = self.chance.choice(AMOUNTS)
        with self.works()("T1", self.chance.choice(PEOPLE)) as work:
            texts = {"name": "Deal", "customer": self.customer, "amount": amount}
            deal = records.create(work, Opportunity, texts)
        self.note(deal.id, amount, "qualification")

    def change(self) -> None:
        if not self.held:
            return
        id = self.chance.choice(list(self.held))
        amount, stage = self.chance.choice(AMOUNTS), self.chance.choice(STAGES)
        with self.works()("T1", "U_ADA") as work:
            deal = work.get(Opportunity, id)
            if self.chance.random() < 0.3:  # twice in one act, of which only the end counts
                records.update(work, deal, {"amount": self.chance.choice(AMOUNTS)})
            records.update(work, deal, {"amount": amount, "stage": stage})
        self.note(id, amount, stage)

    def note(self, id: int, amount: str, stage: str) -> None:
        """Work out whether the rule should fire, apart from how it is really found out."""
        before = id in self.held and fits(*self.held[id])
        worth = WORTH[amount]
        self.held[id] = (None if worth is None else Decimal(worth), stage)
        fires = fits(*self.held[id]) and not before
        self.expected[id] = self.expected.get(id, 0) + fires

    def work_on(self) -> None:
        runner.run_next(self.works(), "T1")

    def crash(self) -> None:
        """Work on a cause in a process that is gone before it commits."""
        try:
            with self.works()("T1", door=RULE) as work:
                runner.take(work)
                work.session.flush()
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass


def fits(amount: Decimal | None, stage: str) -> bool:
    return amount is not None and amount > LIMIT and stage != "qualification"
