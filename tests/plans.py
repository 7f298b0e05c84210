"""How a database means to find what a piece of code asks it for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.maintenance import statistics


@contextmanager
def listening(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is executed in the block, with its parameters."""
    heard: list[tuple[str, Any]] = []

    def hear(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        heard.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def plans(
    works: UnitOfWorkFactory,
    run: Callable[[UnitOfWork], Any],
    about: str,
    kind: type[UnitOfWork] = UnitOfWork,
) -> list[str]:
    """The plan of each statement with the words `about` in it that `run` executes in a unit of work
    of T1.

    With what the database knows of its tables by our own doing, as it is after an import and every
    night.
    """
    statistics.renew(works.engine)
    with listening(works.engine) as heard, works.open(kind, "T1") as work:
        run(work)
    explain = "EXPLAIN QUERY PLAN " if works.sqlite else "EXPLAIN "
    wanted = [(statement, parameters) for statement, parameters in heard if about in statement]
    with works.engine.execution_options(workspace="T1").begin() as connection:
        return [
            str(connection.exec_driver_sql(explain + said, given).all()) for said, given in wanted
        ]
