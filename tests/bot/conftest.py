"""The courier on a small Slack, and what people of it see."""

import pytest

from bot.clients import Clients
from bot.delivery import Courier
from handlers import ROUTERS
from handlers.core.routes import Catalogue
from models.core.work import Works
from tests.handlers.conftest import client, clients, slack, world  # noqa: F401


@pytest.fixture
def courier(works: Works, clients: Clients, slack: object) -> Courier:  # noqa: F811
    """Sends only when a test says so, without a pause."""
    return Courier(works, clients, Catalogue(ROUTERS), pace=0)
