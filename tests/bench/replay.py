"""The floor of a unit of work: the same statements in a plain Session, without a line of ours
between them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CursorResult, Engine, Executable, event, inspect
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.session import ORMExecuteState

from models.core.entity.base import Base

Step = Callable[[Session, list[Any]], None]


@dataclass
class Recording:
    """What one unit of work did to the database, as steps that do it again. sql: the statements the
    database saw.
    """

    steps: list[Step] = field(default_factory=list)
    sql: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


def executed(state: ORMExecuteState) -> Step:
    statement, parameters = state.statement, state.parameters

    def step(session: Session, held: list[Any]) -> None:
        result = session.execute(statement, parameters)
        if not (isinstance(result, CursorResult) and not result.returns_rows):
            held.append(result.all())

    return step


def ran(statement: Executable, many: list[Any], one: dict[str, Any]) -> Step:
    """What went round the ORM goes round it again."""

    def step(session: Session, held: list[Any]) -> None:
        result = session.connection().execute(statement, many or one)
        if result.returns_rows:
            held.append(result.all())

    return step


def drove(sql: str, parameters: Any) -> Step:
    """What went straight to the driver goes there again."""

    def step(session: Session, held: list[Any]) -> None:
        session.connection().exec_driver_sql(sql, parameters)

    return step


def driving(kept: Recording) -> Callable[..., None]:
    """Notices what goes straight to the driver."""

    def before_cursor_execute(
        _: Any, __: Any, sql: str, parameters: Any, context: Any, ___: bool
    ) -> None:
        if context.compiled is None and not sql.startswith("BEGIN"):
            kept.steps.append(drove(sql, parameters))

    return before_cursor_execute


class Flush:
    """One flush: the rows it inserted and the changes it wrote."""

    def __init__(self) -> None:
        self.inserted: list[tuple[type[Any], dict[str, Any]]] = []
        self.updated: list[tuple[type[Any], Any, dict[str, Any]]] = []

    def __call__(self, session: Session, held: list[Any]) -> None:
        for entity, values in self.inserted:
            held.append(record := entity(**values))
            session.add(record)
        for entity, key, values in self.updated:
            record = session.get(entity, key)
            for name, value in values.items():
                setattr(record, name, value)
        session.flush()

    def insert(self, mapper: Mapper[Any], target: Any) -> None:
        values = {name: getattr(target, name) for name in columns_of(mapper)}
        self.inserted.append(
            (mapper.class_, {name: value for name, value in values.items() if value is not None})
        )

    def update(self, mapper: Mapper[Any], target: Any) -> None:
        attributes = inspect(target).attrs
        values = {
            name: getattr(target, name)
            for name in columns_of(mapper)
            if attributes[name].history.has_changes()
        }
        self.updated.append((mapper.class_, inspect(target).identity, values))


def columns_of(mapper: Mapper[Any]) -> list[str]:
    """The columns a program sets, without those the ORM sets itself."""
    return [name for name in dict(mapper.columns) if name not in ("id", "version")]


@contextmanager
def listening(*hooks: tuple[Any, str, Callable[..., None], dict[str, Any]]) -> Iterator[None]:
    """Calls the hooks while the block runs, for what its own thread does.

    SQLAlchemy's events are of all sessions of the process; what another thread does meanwhile is
    no part of the block.
    """
    thread = threading.get_ident()

    def of_the_block(hook: Callable[..., None]) -> Callable[..., None]:
        def heard(*arguments: Any) -> None:
            if threading.get_ident() == thread:
                hook(*arguments)

        return heard

    kept = [(target, name, of_the_block(hook), options) for target, name, hook, options in hooks]
    for target, name, hook, options in kept:
        event.listen(target, name, hook, **options)
    try:
        yield
    finally:
        for target, name, hook, _ in kept:
            event.remove(target, name, hook)


@contextmanager
def seen(engine: Engine, sql: list[str]) -> Iterator[None]:
    """Keeps the statements the database sees while the block runs."""

    def see(_: Any, __: Any, statement: str, *___: Any) -> None:
        sql.append(statement)

    with listening((engine, "before_cursor_execute", see, {})):
        yield


@contextmanager
def recording(engine: Engine) -> Iterator[Recording]:
    """Records the one unit of work that runs in the block."""
    kept = Recording()

    of_the_orm: set[str] = set()

    def execute(state: ORMExecuteState) -> None:
        kept.steps.append(executed(state))
        of_the_orm.add("statement")

    def before_flush(*_: Any) -> None:
        kept.steps.append(Flush())
        of_the_orm.add("flush")

    def after_flush(*_: Any) -> None:
        of_the_orm.discard("flush")

    def before_execute(
        _: Any, statement: Executable, many: list[Any], one: dict[str, Any], __: Any
    ) -> None:
        if not of_the_orm:
            kept.steps.append(ran(statement, many, one))
        of_the_orm.discard("statement")

    def flush() -> Flush:
        return next(step for step in reversed(kept.steps) if isinstance(step, Flush))

    hooks: tuple[tuple[Any, str, Callable[..., None], dict[str, Any]], ...] = (
        (Session, "do_orm_execute", execute, {}),
        (Session, "before_flush", before_flush, {}),
        (Session, "after_flush", after_flush, {"insert": True}),
        (engine, "before_execute", before_execute, {}),
        (engine, "before_cursor_execute", driving(kept), {}),
        (
            Base,
            "after_insert",
            lambda mapper, _, target: flush().insert(mapper, target),
            {"propagate": True},
        ),
        (
            Base,
            "after_update",
            lambda mapper, _, target: flush().update(mapper, target),
            {"propagate": True},
        ),
    )
    with listening(*hooks), seen(engine, kept.sql):
        yield kept


def replay(recorded: Recording, engine: Engine, writes: bool) -> None:
    """Do it again in a plain Session, from the first statement to the commit."""
    readonly = {} if writes or engine.dialect.name == "sqlite" else {"postgresql_readonly": True}
    held: list[Any] = []
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.connection(execution_options={"workspace": "T1", "writes": writes, **readonly})
        for step in recorded.steps:
            step(session, held)


def replayed_sql(recorded: Recording, engine: Engine, writes: bool) -> list[str]:
    """Return the statements that the database sees in the replay."""
    sql: list[str] = []
    with seen(engine, sql):
        replay(recorded, engine, writes)
    return sql
