"""Work on the causes that wait: each in a unit of work that also does what its rule says.

A run is marked as done in the transaction of what it does. So it happens once: what crashes before
the commit has done nothing, and is worked on again by whoever comes next; what is committed waits
no more. A row that somebody works on is left to them.
"""

import logging
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from models.automation import actions, events, triggers
from models.automation.actions import Doing
from models.automation.conditions import acting, held
from models.automation.events import Event
from models.automation.rule import Rule
from models.automation.run import WAITING, RuleRun, RunState
from models.core import uniqueness
from models.core.context import RULE, Context
from models.core.entity.base import Entity
from models.core.errors import Busy, CRMError
from models.core.identity.user import User
from models.core.outbox.delivery import answer
from models.core.permissions import policy
from models.core.records import absent
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory

log = logging.getLogger(__name__)

DEEPEST = 5
"""How many rules may set each other off, one after the other."""
TROUBLE = "rule_trouble"
"""The kind of the message by which the owner of a rule hears that it could not do what it says."""

UNEXPECTED = "it failed unexpectedly; the log of the bot says more"


class Trouble(Exception):
    """A run that cannot be done; the sentence is its text."""

    def __init__(self, run: int, why: str) -> None:
        super().__init__(why)
        self.run = run


def run_all(works: UnitOfWorkFactory, workspace: str, most: int | None = None) -> int:
    """Work on what waits in a workspace, and return how many causes that were.

    Args:
        works: Begins units of work.
        workspace: The workspace.
        most: Where to stop; None to work on everything.
    """
    with works(workspace, writes=False) as work:
        waits = select(RuleRun.id).where(WAITING).limit(1)
        if work.session.scalar(waits) is None:
            return 0
    count = 0
    while (most is None or count < most) and run_next(works, workspace):
        count += 1
    return count


def run_next(works: UnitOfWorkFactory, workspace: str) -> bool:
    """Work on the oldest cause that nobody else works on; return whether there was one.

    Where it fails, nothing of it is done, and the log says why.
    """
    try:
        return works.attempt(take, workspace, door=RULE)
    except Trouble as trouble:
        works.attempt(partial(fail, id=trouble.run, why=str(trouble)), workspace, door=RULE)
        return True


def take(work: UnitOfWork) -> bool:
    """Work on the oldest cause that nobody else works on; return whether there was one."""
    waiting = select(RuleRun).where(WAITING).order_by(RuleRun.id).limit(1)
    run = work.session.scalar(waiting.with_for_update(skip_locked=True))
    if run is None:
        return False
    try:
        work_on(work, run)
    except (IntegrityError, DataError, ProgrammingError) as error:
        clash = uniqueness.taken(error) if isinstance(error, IntegrityError) else None
        if clash is None:
            log.exception("The rule of run %s failed", run.id)
        raise Trouble(run.id, str(clash or UNEXPECTED)) from error
    except (Trouble, Busy, SQLAlchemyError):
        raise  # what was said already; or the database has a bad moment, and the cause waits
    except (CRMError, ValueError) as error:
        raise Trouble(run.id, str(error)) from error
    except Exception as error:
        log.exception("The rule of run %s failed", run.id)
        raise Trouble(run.id, UNEXPECTED) from error
    return True


def work_on(work: UnitOfWork, run: RuleRun) -> None:
    """Do what a rule says about a cause, and write down what came of it."""
    rule = work.get(Rule, run.rule)
    if rule.paused or rule.deleted_at:
        end(
            work, run, RunState.STOPPED, "the rule is paused" if rule.paused else "the rule is gone"
        )
        return
    owner = rule.runs_as(work)
    if owner is None:
        end(work, run, RunState.STOPPED, "nobody owns the rule, with whose rights it could run")
        return
    if why := absent(owner):
        raise Trouble(run.id, f"It runs with the rights of {owner.name}. {why}")
    if why := rule.lacks_role(work):
        raise Trouble(run.id, why)
    with acting(work, owner, rule.role or ""):
        record = record_of(work, run)
        if not fires(work, rule, run, record, owner):
            work.session.execute(delete(RuleRun).where(RuleRun.id == run.id))
            work.session.expunge(run)
            return
        if circle := goes_round(run):
            stop(work, run, rule, circle)
            return
        work.reason = f"rule {rule.ref}"
        work.session.info[triggers.CAUSE] = run
        run.collapsed = actions.is_full(work, rule)
        run.rule_version, run.did = rule.version, work.unit
        said = actions.perform(Doing(work, rule, run, record, run.collapsed))
    end(work, run, RunState.DONE, ", ".join(said))


def record_of(work: UnitOfWork, run: RuleRun) -> Entity | None:
    """Return the record of a cause, which nobody else changes until this unit of work ends."""
    if run.entity is None:
        return None
    record = run.about(work)
    if record is None:
        raise Trouble(run.id, "what it is about is no more")
    with policy.beyond(work.session):
        work.session.refresh(record, with_for_update=True)
    return record


def fires(work: UnitOfWork, rule: Rule, run: RuleRun, record: Entity | None, owner: User) -> bool:
    """Return whether a cause sets a rule off; what its owner may not see never does."""
    if record is None:
        return True
    if not policy.can(owner, "show", record):
        return False
    with policy.beyond(work.session):
        event = event_of(work, run, record)
    if event is None:
        return False
    return events.set_off(work, type(record), rule.read, [event], owner.id)[0]


def event_of(work: Context, run: RuleRun, record: Entity) -> Event | None:
    """Return what happened to the record."""
    if run.unit:
        return events.of_unit(work, record, run.unit)
    now = held(record)
    return Event(record, now, now, run.at, by=run.by, door=run.door)


def goes_round(run: RuleRun) -> str:
    """Return why a rule would go on for ever, "" where it does not."""
    if triggers.step(run) in run.trail:
        return "it would go round in a circle: what it does sets it off again"
    if run.depth >= DEEPEST:
        return f"{DEEPEST} rules have set each other off already"
    return ""


def stop(work: UnitOfWork, run: RuleRun, rule: Rule, why: str) -> None:
    """Write down that a rule was stopped, and tell its owner once an hour."""
    end(work, run, RunState.STOPPED, why)
    tell_owner(work, run, rule)


def fail(work: UnitOfWork, id: int, why: str) -> None:
    """Write down that a rule could not do what it says, and tell its owner once an hour."""
    waiting = select(RuleRun).where(RuleRun.id == id, RuleRun.state == RunState.WAITING)
    run = work.session.scalar(waiting.with_for_update(skip_locked=True))
    if run is None:
        return
    rule = work.get(Rule, run.rule)
    run.rule_version = rule.version
    end(work, run, RunState.FAILED, why)
    tell_owner(work, run, rule)


def end(work: UnitOfWork, run: RuleRun, state: RunState, said: str) -> None:
    """Write down what came of a cause."""
    run.state, run.said, run.done_at = state, said, work.now
    work.session.flush()


def tell_owner(work: UnitOfWork, run: RuleRun, rule: Rule, why: str = "") -> None:
    """Ask that the owner of a rule hears that it is in trouble, once an hour.

    Args:
        work: The unit of work.
        run: What it could not do.
        rule: The rule.
        why: A sentence, where the run itself does not say it.
    """
    owner = rule.runs_as(work)
    if owner is None or absent(owner):
        return
    key = f"{TROUBLE}:{rule.id}:{work.now:%Y%m%d%H}"
    about: dict[str, Any] = {"rule": rule.id, "run": run.id, **({"why": why} if why else {})}
    answer(work, TROUBLE, owner.slack_id, key, about=about)


def again(work: UnitOfWork, run: RuleRun) -> None:
    """Ask that a cause that came to nothing be worked on again."""
    run.state, run.said, run.done_at, run.depth, run.trail = RunState.WAITING, None, None, 0, []
    work.session.flush()
