"""What happens around every flush and before every statement: scope, numbers, names, rules, audit, cards to redraw."""

from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, with_loader_criteria
from sqlalchemy.orm.session import ORMExecuteState
from sqlalchemy.types import Integer, String

from models.core import audit, outbox, values
from models.core.base import Base, Entity, Row
from models.core.database import insert_into
from models.core.search import index


class Counter(Base):
    """The last number given to an entity in a workspace."""

    __tablename__ = "counter"

    workspace: Mapped[str] = mapped_column(String(20), primary_key=True)
    entity: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


def take_numbers(session: Session, entity: type[Entity], count: int = 1) -> int:
    """Reserve `count` consecutive numbers for new records; returns the first of them."""
    workspace = session.info["work"].workspace.id
    statement = (
        insert_into(session, Counter)
        .values(workspace=workspace, entity=entity.slug(), last=count)
        .on_conflict_do_update(index_elements=["workspace", "entity"], set_={"last": Counter.last + count})
        .returning(Counter.last)
    )
    return int(session.execute(statement).scalar_one()) - count + 1


@event.listens_for(Session, "do_orm_execute")
def only_ours(state: ORMExecuteState) -> None:
    """Every ORM statement sees the rows of its own workspace, and what is deleted only when it asks."""
    work = state.session.info.get("work")
    if work is None or state.is_column_load or state.is_relationship_load:
        return
    here = work.workspace.id
    criteria: list[Any] = [with_loader_criteria(Row, lambda cls: cls.workspace == here, include_aliases=True)]
    if not state.execution_options.get("with_deleted"):
        criteria.append(with_loader_criteria(Entity, lambda cls: cls.deleted_at.is_(None), include_aliases=True))
    state.statement = state.statement.options(*criteria)


@event.listens_for(Session, "before_flush")
def settle(session: Session, context: UOWTransaction, instances: Any) -> None:
    """Give new rows their workspace and number, let entities keep their rules, and keep names in step."""
    work = session.info.get("work")
    if work is None:
        return
    for record in [row for row in (*session.new, *session.dirty) if isinstance(row, Entity)]:
        if record.number is None:
            begin(session, record)
        changes = audit.changes_of(record)
        if changes or record in session.new:
            record.settle(work, changes)
            record.updated_at = work.now
            record.title = record.called(work)[:255]
            record.key = values.fold(record.title)[:255]
    for row in session.new:
        if isinstance(row, Row):
            row.workspace = work.workspace.id


def begin(session: Session, record: Entity) -> None:
    """What a new record has before anyone looks at it: defaults, a number, its birthday."""
    for name in record.fields():
        default = record.__table__.columns[name].default
        if getattr(record, name) is None and default is not None and default.is_scalar:
            setattr(record, name, default.arg)  # type: ignore[attr-defined]
    record.number = take_numbers(session, type(record))
    record.created_at = session.info["work"].now


@event.listens_for(Session, "after_flush")
def record_changes(session: Session, context: UOWTransaction) -> None:
    """Write the audit rows, the search text and the wish to redraw cards for what was just written."""
    work = session.info.get("work")
    if work is None:
        return
    touched = [(row, "create") for row in session.new if isinstance(row, Entity)]
    touched += [(row, "update") for row in session.dirty if isinstance(row, Entity) and session.is_modified(row)]
    rows = audit.entries(work, touched)
    if rows:
        session.execute(insert(audit.AuditEntry), rows)
        work.changes += rows
    for record, action in touched:
        index(work, record)
        if action == "update":
            outbox.redraw(work, record)
