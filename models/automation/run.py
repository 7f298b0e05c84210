"""The log of what rules did: a row for each cause that concerned a rule."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import ENTITIES, Entity, Row
from models.core.errors import NotFound
from models.core.outbox.delivery import partial


class RunState(StrEnum):
    """What became of a cause."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class RuleRun(Row):
    """A rule and something that may set it off, once for each cause.

    It is written in the transaction of the cause, and worked on in a unit of work that also does
    what the rule says: so it happens once, whatever crashes. A cause that turns out not to fit the
    rule leaves no row.

    Attributes:
        rule: The rule.
        cause: What happened: the unit of work and the record, or a slot of the clock.
        entity: The entity of the record; None where a rule is about no record.
        record_id: The record.
        unit: The unit of work that changed it; "" where the clock is the cause.
        by: The person who did it.
        door: The door through which they did it.
        depth: How many rules led here, one after the other.
        trail: Which rules these were, each with its record.
        at: When it happened.
        state: What became of it.
        said: That in words.
        done_at: When that was.
        did: The unit of work in which the rule did what it says.
        rule_version: The version of the rule that did so.
        given: The person to whom it gave the record.
        turn: The place of that among the turns of the rule.
        told: How many messages it asked for.
        collapsed: Whether these are told together with others.
    """

    rule: Mapped[int] = mapped_column(Integer, ForeignKey("rule.id"))
    cause: Mapped[str] = mapped_column(String(120))
    entity: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(32), default="")
    by: Mapped[int | None] = mapped_column(Integer)
    door: Mapped[str] = mapped_column(String(20), default="")
    depth: Mapped[int] = mapped_column(Integer, default=0)
    trail: Mapped[list[Any]] = mapped_column(JSON, default=list)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(10), default=RunState.WAITING)
    said: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    did: Mapped[str | None] = mapped_column(String(32))
    rule_version: Mapped[int | None] = mapped_column(Integer)
    given: Mapped[int | None] = mapped_column(Integer)
    turn: Mapped[int | None] = mapped_column(Integer)
    told: Mapped[int] = mapped_column(Integer, default=0)
    collapsed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    def about(self, work: Context) -> Entity | None:
        """Return the record that it is about; None where there is none, or none any more."""
        if self.entity is None or self.entity not in ENTITIES:
            return None
        try:
            found: Entity = work.get(ENTITIES[self.entity], self.record_id or 0)
        except NotFound:
            return None
        return found

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            UniqueConstraint("workspace", "rule", "cause"),
            partial("ix_rule_run_waiting", "workspace", "id", where="state = 'waiting'"),
            Index(None, "workspace", "rule", "done_at"),
            partial("ix_rule_run_given", "workspace", "rule", "turn", where="given IS NOT NULL"),
        ]


WAITING: Any = RuleRun.state == literal_column("'waiting'")
"""A literal, because no planner proves from a parameter that the partial index serves it."""
