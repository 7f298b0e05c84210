"""Histories of deals and tasks that are played while rules are at work."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select

from models.activities.activity import Activity
from models.automation import clock as time_of_rules
from models.automation import runner
from models.automation.rule import Rule
from models.automation.run import WAITING, RuleRun
from models.core import records
from models.core.errors import CRMError
from models.core.history.last_change import last_unit
from models.core.history.undo import undo
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.ground import StoppedClock

SENTENCES = (
    "when deal is created then say",
    "when deal is created by others where amount > 50k then say",
    "when deal changes then say",
    "when deal changes amount by people then say",
    "when deal changes stage from qualification to proposal then say",
    "when deal changes stage to negotiation where amount > 10k then say",
    "when deal changes close_date by others then say",
    "when deal enters (amount > 50k and stage >= proposal) then say",
    "when deal enters (close_date < +7d) by others then say",
    "when deal enters (open and next_step = empty) then say",
    "when deal leaves (amount > 50k) then say",
    "when deal leaves (stage = proposal or close_date = empty) by people then say",
    "when deal is 2d before close_date then say",
    "when deal is 1d after close_date at 14:30 where amount > 10k then say",
    "when deal is on close_date where stage = proposal then say",
    "when task is 2h before due_date where open then say",
    "when task is 1d after due_date then say",
)
"""Rules that change nothing, so that what they follow is what was played."""
PEOPLE = ("U_RITA", "U_RAVI", "U_ADA")
DAYS = ("", "-1d", "today", "+1d", "+2d", "+3d", "+9d")
DAY = 23 * 60
"""Minutes in which a time of day comes once at most."""
PAST = timedelta(days=40)
"""How long after a play the next one begins, so that no dry run reads both."""

texts = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.sampled_from(("", "10k", "49k", "51k", "90k")),
        "stage": st.sampled_from(("qualification", "proposal", "negotiation")),
        "close_date": st.sampled_from(DAYS),
        "next_step": st.sampled_from(("", "Ask")),
    },
)
dues = st.sampled_from(("-3h", "-1h", "+1h", "+3h", "+5h", "+23h", "+2d"))
people, which = st.sampled_from(PEOPLE), st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("deal"), people, texts),
    st.tuples(st.just("task"), people, dues),
    st.tuples(st.just("change"), people, which, st.lists(texts, min_size=1, max_size=2)),
    st.tuples(st.just("change"), people, which, st.lists(texts, min_size=1, max_size=2)),
    st.tuples(st.just("due"), people, which, dues),
    st.tuples(st.just("delete"), people, which),
    st.tuples(st.just("restore"), people, which),
    st.tuples(st.just("undo"), people),
    st.tuples(st.just("wait"), st.sampled_from((1, 25, 61, 5 * 60 + 7, DAY))),
    st.tuples(st.just("work")),
)


@dataclass
class Play:
    """A history, played step by step.

    Attributes:
        works: Begins units of work.
        clock: What tells them the time.
        customer: The customer of all deals and tasks.
        deals: The deals that were made.
        tasks: The tasks.
    """

    works: UnitOfWorkFactory
    clock: StoppedClock
    customer: str
    rules: list[Rule] = field(default_factory=list)
    deals: list[int] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """Have an admin make the rules."""
        with self.works("T1", "U_ADA") as work:
            self.rules = [records.create(work, Rule, {"sentence": each}) for each in SENTENCES]
        self.wait(DAY)
        self.wait(DAY)

    def go_on(self, steps: Sequence[tuple[Any, ...]]) -> None:
        """Let all of this happen, each a minute after the last; at the end nothing waits."""
        for name, *about in steps:
            getattr(self, name)(*about)
            if name != "wait":
                self.wait(1)
        self.wait(1)
        self.work()

    def end(self) -> None:
        with self.works("T1", "U_ADA") as work:
            for each in self.rules:
                work.get(Rule, each.id).paused = True
        self.clock.forward(PAST)

    def wait(self, minutes: int) -> None:
        """Let some time pass; rules look at the clock once then, and what is due is done at once.

        What was changed may wait longer: it is looked at as it was.
        """
        self.clock.forward(timedelta(minutes=minutes))
        with self.works("T1") as work:
            time_of_rules.look(work)
            work.session.flush()
            due = work.session.scalar(select(RuleRun.id).where(WAITING, RuleRun.unit == ""))
        if due is not None:
            self.work()

    def work(self) -> None:
        runner.run_all(self.works, "T1")

    def deal(self, by: str, texts: dict[str, str]) -> None:
        with self.works("T1", by, "command") as work:
            found = {"name": "Deal", "customer": self.customer, **texts}
            self.deals.append(records.create(work, Opportunity, found).id)

    def task(self, by: str, due: str) -> None:
        with self.works("T1", by, "command") as work:
            found = {"description": "Call", "customer": self.customer, "due_date": due}
            self.tasks.append(records.create(work, Activity, found).id)

    def change(self, by: str, which: int, several: Sequence[dict[str, str]]) -> None:
        """Change a deal in one unit of work, perhaps to and fro."""
        if self.deals:
            self.act(by, Opportunity, self.deals[which % len(self.deals)], several)

    def due(self, by: str, which: int, due: str) -> None:
        if self.tasks:
            self.act(by, Activity, self.tasks[which % len(self.tasks)], [{"due_date": due}])

    def act(self, by: str, entity: type[Any], id: int, several: Sequence[dict[str, str]]) -> None:
        with self.works("T1", "U_ADA" if by == "U_RAVI" else by, "command") as work:
            record = work.get(entity, id)
            if record.deleted_at is None:
                for texts in several:
                    records.update(work, record, texts)
                    work.session.flush()

    def delete(self, by: str, which: int) -> None:
        if self.deals:
            with self.works("T1", "U_ADA", "command") as work:
                record = work.get(Opportunity, self.deals[which % len(self.deals)])
                if record.deleted_at is None:
                    records.delete(work, record)

    def restore(self, by: str, which: int) -> None:
        if self.deals:
            with self.works("T1", "U_ADA", "command") as work:
                record = work.get(Opportunity, self.deals[which % len(self.deals)])
                if record.deleted_at is not None:
                    records.restore(work, record)

    def undo(self, by: str) -> None:
        """Undo what somebody did last, if there is anything that can be undone."""
        try:
            with self.works("T1", by, "undo") as work:
                undo(work, last_unit(work))
        except CRMError:
            pass

    def fired(self, rule: Rule) -> list[tuple[int, Any]]:
        """Return what set a rule off: the record, and the unit of work or the moment."""
        with self.works("T1", writes=False) as work:
            runs = work.session.scalars(select(RuleRun).where(RuleRun.rule == rule.id))
            return sorted((run.record_id or 0, run.unit or str(run.at)) for run in runs)
