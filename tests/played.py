"""Working days of the company of the sandbox, played without a browser.

People do what they do all day, the clock goes on, and every message that Slack got is kept.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import seed
from bot.sandbox.client import SlackDriver
from bot.sandbox.messages import Message
from bot.sandbox.surface_text import shown
from bot.scheduler.jobs import JOBS
from bot.scheduler.scheduler import Scheduler
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead, LeadStatus
from models.sales.opportunity import Opportunity
from models.sales.stage import Stage
from models.support.case import Case, CaseStatus
from tests.ground import StoppedClock

BERLIN = ZoneInfo("Europe/Berlin")
OPENS, CLOSES, STEP = time(8), time(18), timedelta(hours=1)
FRIDAY, NOON = 4, 12
DESK = "C_GENERAL"
"""Where everybody types."""
REPS, SUPPORT = (seed.RITA, seed.RAVI, seed.ROSA), (seed.SAM, seed.SOFIA)
FORWARD = {
    Stage.QUALIFICATION: Stage.DISCOVERY,
    Stage.DISCOVERY: Stage.PROPOSAL,
    Stage.PROPOSAL: Stage.NEGOTIATION,
}
FIRSTS = ("Nora", "Emil", "Ines", "Luca", "Maja", "Anton", "Lea", "Oskar", "Zoe", "Felix")
LASTS = ("Brandt", "Costa", "Duval", "Engel", "Farkas", "Greco", "Holm", "Ivanov", "Janssen")
TALKED = ("went through the offer", "wants it before summer", "asked about delivery", "is unsure")
TODO = ("Call back", "Send the offer", "Ask about the date", "Prepare the visit", "Check the stock")
WRONG = ("arrived broken", "shows the wrong place", "was billed twice", "does not switch on")
ANSWERS = ("We send a new one today.", "Please try it once more.", "It is corrected.")


@dataclass(frozen=True)
class Said:
    """A message that the bot posted.

    Attributes:
        at: When.
        channel: Where.
        text: What a notification says.
        about: The records that it names, and in a thread those of its card.
        reply: Whether it stands in a thread.
    """

    at: datetime
    channel: str
    text: str
    about: frozenset[str]
    reply: bool

    @property
    def day(self) -> str:
        return f"{self.at.astimezone(BERLIN):%Y-%m-%d}"


@dataclass
class Player:
    """Plays the days, one after the other.

    Args:
        slack: The emulator, with the bot connected to it.
        works: Begins units of work.
        clock: The clock of both.
        courier: Sends what waits.
        chance: What people happen to do; the same days come of the same seed.
    """

    slack: SlackDriver
    works: UnitOfWorkFactory
    clock: StoppedClock
    courier: DeliveryDispatcher
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    days: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    acts: int = 0
    _known: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.works)

    def play(self, days: int) -> None:
        """Play so many working days."""
        while len(self.days) < days:
            self.to_next(OPENS)
            if self.now.weekday() <= FRIDAY:
                self.days.append(f"{self.now:%Y-%m-%d}")
                self.day()

    @property
    def now(self) -> datetime:
        return self.clock().astimezone(BERLIN)

    def to_next(self, at: time) -> None:
        """Move the clock to this hour, today or tomorrow."""
        then = datetime.combine(self.now.date(), at, BERLIN)
        then += timedelta(days=1) if then <= self.now else timedelta()
        self.clock.forward(then - self.now)

    def day(self) -> None:
        """Everybody does what they have to do today, spread over the hours."""
        slots = int((CLOSES.hour - OPENS.hour) * timedelta(hours=1) / STEP)
        plan: list[list[Callable[[], None]]] = [[] for _ in range(slots)]
        for act in self.plan():
            plan[self.chance.randrange(slots)].append(act)
        for acts in plan:
            for act in acts:
                act()
            self.go_on()
            self.clock.forward(STEP)

    def go_on(self) -> None:
        """Let the bot do what is due, and send what waits; what is daily is due before noon."""
        for job in JOBS:
            if job.every == 1 and (job.worth is None or self.now.hour < NOON):
                self.scheduler.run(job)
        self.courier.drain()
        self.slack.check()
        self.listen()

    def plan(self) -> Iterator[Callable[[], None]]:
        """Yield what everybody does today, in no order."""
        for rep in REPS:
            yield from self.times(1, 2, self.calls, rep)
            yield from self.times(0, 1, self.plans, rep)
            yield from self.times(1, 2, self.ticks_off, rep)
            yield from self.sometimes(0.3, self.moves, rep)
            yield from self.sometimes(0.2, self.adds_a_lead, rep)
            yield from self.sometimes(0.15, self.converts, rep)
            yield from self.sometimes(0.2, self.adds_a_deal, rep)
            yield from self.sometimes(0.15, self.wins, rep)
            yield from self.sometimes(0.1, self.loses, rep)
        for agent in SUPPORT:
            yield from self.times(0, 1, self.opens_a_case, agent)
            yield from self.times(0, 2, self.answers, agent)
            yield from self.sometimes(0.4, self.resolves, agent)
            yield from self.sometimes(0.3, self.ticks_off, agent)
        yield from self.sometimes(0.5, self.hands_over, seed.MONA)
        yield from self.sometimes(0.5, self.changes_a_deal, seed.MONA)

    def times(
        self, least: int, most: int, act: Callable[[str], None], who: str
    ) -> Iterator[Callable[[], None]]:
        for _ in range(self.chance.randint(least, most)):
            yield lambda: act(who)

    def sometimes(
        self, chance: float, act: Callable[[str], None], who: str
    ) -> Iterator[Callable[[], None]]:
        if self.chance.random() < chance:
            yield lambda: act(who)

    # ── what people do ────────────────────────────────────────────────────────────────────────────

    def calls(self, rep: str) -> None:
        """Log a call about a deal of theirs; of every third, something follows."""
        if deal := self.one(self.deals(rep)):
            self.type(rep, f"log call {deal.ref} {self.chance.choice(TALKED)}")
            if self.chance.random() < 0.3:
                self.task(rep, deal.ref)

    def plans(self, rep: str) -> None:
        """Plan a task about a deal or a lead."""
        if about := self.one([*self.deals(rep), *self.leads(rep)]):
            self.task(rep, about.ref)

    def task(self, rep: str, about: str) -> None:
        day = self.chance.choice(("today", "tomorrow", "tomorrow", "+2d", "+3d", "+7d"))
        hour = self.chance.randint(self.now.hour + 1 if day == "today" else 9, 17 + 2)
        what = f"{self.chance.choice(TODO)} {self.acts}"
        self.type(rep, f'task new "{what}" {about} due="{day} {min(hour, 23)}:00"')

    def ticks_off(self, rep: str) -> None:
        """Do what is due first; one of five is put off."""
        until = self.clock() + timedelta(hours=2)
        due = self.read(
            select(Activity).where(Activity.open(), Activity.due_date < until), Activity.owner, rep
        )
        if due and self.chance.random() < 0.2:
            self.type(rep, f'snooze {due[0].ref} "tomorrow 9:00"')
        elif due:
            self.type(rep, f"task done {due[0].ref}")

    def moves(self, rep: str) -> None:
        if deal := self.one([deal for deal in self.deals(rep) if deal.stage in FORWARD]):
            self.type(rep, f"deal stage {deal.ref} {FORWARD[Stage(deal.stage)]}")

    def adds_a_lead(self, rep: str) -> None:
        company = f"{self.chance.choice(LASTS)} Works {self.acts}"
        self.type(rep, f'lead new {self.name()} company="{company}" source=Website owner=me')

    def converts(self, rep: str) -> None:
        if lead := self.one(self.leads(rep)):
            self.type(rep, f'lead convert {lead.ref} deal="{lead.company} start" amount=€9k')

    def adds_a_deal(self, rep: str) -> None:
        amount, days = self.chance.randint(5, 60), self.chance.randint(10, 60)
        customer = f"CU-{self.chance.randint(1, 8)}"
        self.type(rep, f'deal new "Order {self.acts}" {customer} amount=€{amount}k close=+{days}d')

    def wins(self, rep: str) -> None:
        late = [deal for deal in self.deals(rep) if deal.stage == Stage.NEGOTIATION]
        if deal := self.one(late):
            self.type(rep, f"deal won {deal.ref}")

    def loses(self, rep: str) -> None:
        if len(self.deals(rep)) > 2 and (deal := self.one(self.deals(rep))):
            self.type(rep, f"deal lost {deal.ref} Too expensive")

    def opens_a_case(self, agent: str) -> None:
        priority = self.chance.choice(("low", "normal", "normal", "high", "urgent"))
        subject = f"Order {self.acts} {self.chance.choice(WRONG)}"
        customer = f"CU-{self.chance.randint(1, 8)}"
        self.type(agent, f'case new "{subject}" {customer} priority={priority} origin=email')

    def answers(self, agent: str) -> None:
        """Answer a case of theirs, or take one that nobody has first."""
        mine = [case for case in self.cases() if case.status == CaseStatus.NEW]
        free = [case for case in mine if case.assignee is None]
        if free:
            self.type(agent, f"case claim {free[0].ref}")
        if case := self.one(self.cases(agent)):
            self.type(agent, f"case reply {case.ref} {self.chance.choice(ANSWERS)}")

    def resolves(self, agent: str) -> None:
        if cases := self.cases(agent):
            self.type(agent, f"case resolve {cases[0].ref}")

    def hands_over(self, manager: str) -> None:
        """Give a deal to somebody else."""
        giver, taker = self.chance.sample(REPS, 2)
        if len(self.deals(giver)) > 2 and (deal := self.one(self.deals(giver))):
            self.type(manager, f"deal assign {deal.ref} <@{taker}>")

    def changes_a_deal(self, manager: str) -> None:
        if deal := self.one(self.deals(self.chance.choice(REPS))):
            days = self.chance.randint(5, 40)
            self.type(manager, f'deal edit {deal.ref} next="Talk with me" close=+{days}d')

    def name(self) -> str:
        return f"{self.chance.choice(FIRSTS)} {self.chance.choice(LASTS)}{self.acts}"

    def type(self, person: str, line: str) -> None:
        """Type a command in #general; the answer to it must not be a refusal."""
        self.acts += 1
        self.slack.command(f"/crm {line}", user=person, channel=DESK)
        answer = shown(self.slack.slack.timeline.of(DESK)[-1])
        assert "Undo" in answer.buttons, f"{person}: {line}: {answer.words}"

    # ── what there is ─────────────────────────────────────────────────────────────────────────────

    def deals(self, rep: str) -> list[Opportunity]:
        return self.read(select(Opportunity).where(Opportunity.open()), Opportunity.owner, rep)

    def leads(self, rep: str) -> list[Lead]:
        ended = (LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED)
        return self.read(select(Lead).where(Lead.status.not_in(ended)), Lead.owner, rep)

    def cases(self, agent: str = "") -> list[Case]:
        return self.read(select(Case).where(Case.open()), Case.assignee, agent)

    def read(self, wanted: Any, owner: Any, person: str) -> list[Any]:
        """Return records, of this person or of everybody, the oldest first."""
        with self.works(seed.TEAM[0], person or None, writes=False) as work:
            if person and work.actor:
                wanted = wanted.where(owner == work.actor.id)
            return list(work.session.scalars(wanted.order_by("id")))

    def one(self, found: Sequence[Any]) -> Any:
        return self.chance.choice(found) if found else None

    # ── what Slack got ────────────────────────────────────────────────────────────────────────────

    def listen(self) -> None:
        """Keep what the bot posted since the last time."""
        slack = self.slack.slack
        for message in list(slack.timeline):
            key = (message.channel, message.ts)
            if message.user != slack.bot.id or message.only_for or key in self._known:
                continue
            self._known.add(key)
            at, words = self.clock(), self.named(message)
            self.said.append(Said(at, message.channel, message.text, words, message.is_reply))

    def named(self, message: Message) -> frozenset[str]:
        root = self.slack.slack.timeline.find(message.channel, str(message.thread_ts))
        texts = [shown(each).words for each in (message, root) if each]
        return frozenset(re.findall(r"\b[A-Z]{2}-\d+\b", " ".join(texts)))
