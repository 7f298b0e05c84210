"""Whoever runs Rapport as a superuser of PostgreSQL is told that row-level security does not hold
then.
"""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine

from bot.app import create_dispatcher
from bot.runner import warn
from handlers.core.interaction import Interaction
from handlers.core.responses import Message
from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import StoppedClock

TOLD = "Row-level security does not hold for the role"


@pytest.fixture
def as_superuser(server: URL, clean_postgres: Engine) -> Iterator[UnitOfWorkFactory]:
    url = server.set(database=clean_postgres.url.database)
    works = UnitOfWorkFactory(
        open_engine(url.render_as_string(hide_password=False)), StoppedClock()
    )
    yield works
    works.close()


def status(works: UnitOfWorkFactory) -> str:
    answer = create_dispatcher(works).do(Interaction("command", "T1", "U_ADA", "status"))
    assert isinstance(answer, Message)
    return answer.text


def test_the_log_and_the_status_say_so(
    as_superuser: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    warn(as_superuser)
    assert [record.levelno for record in caplog.records if TOLD in record.message] == [
        logging.WARNING
    ]
    assert f"NOT OK {TOLD}" in status(as_superuser)


def test_nobody_else_is_told(works: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture) -> None:
    warn(works)
    assert TOLD not in caplog.text
    assert TOLD not in status(works)
