"""The courier on a small Slack, and what people of it see."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.run import main
from bot.config import Settings
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.logging_config import CHATTY
from bot.scheduler.scheduler import Scheduler
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.unit_of_work import UnitOfWorkFactory
from tests.handlers.conftest import client, clients, slack, world  # noqa: F401

Crm = Callable[..., Result]


@pytest.fixture
def courier(works: UnitOfWorkFactory, clients: Clients, slack: object) -> DeliveryDispatcher:  # noqa: F811
    """Sends only when a test says so, without a pause."""
    return DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0)


@pytest.fixture
def scheduler(works: UnitOfWorkFactory) -> Scheduler:
    return Scheduler(works)


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crm:
    """Runs `crm` in an empty folder; settings are given by name."""
    monkeypatch.chdir(tmp_path)
    for name in (each.name.upper() for each in fields(Settings)):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str, **settings: str) -> Result:
        return CliRunner().invoke(main, words, env=settings, catch_exceptions=False)

    return run


@pytest.fixture
def kept_logging() -> Iterator[None]:
    """Logging as it was, afterwards."""
    loggers = [logging.getLogger(name) for name in ("", *CHATTY)]
    levels, handlers = [logger.level for logger in loggers], list(logging.root.handlers)
    hooks = sys.excepthook, threading.excepthook
    yield
    logging.root.handlers[:], logging.raiseExceptions = handlers, True
    sys.excepthook, threading.excepthook = hooks
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def signals() -> Iterator[None]:
    """What Ctrl-C did before the test it does again after it."""
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGTERM, signal.SIGINT)}
    yield
    for sign, handler in before.items():
        signal.signal(sign, handler)
