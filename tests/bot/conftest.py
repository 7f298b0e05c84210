"""The courier on a small Slack, and what people of it see."""

import pytest
from slack_sdk import WebClient

from bot.delivery import Courier
from handlers import ROUTERS
from handlers.core.routes import Catalogue
from models.core.work import Works
from tests.handlers.conftest import client, slack, world  # noqa: F401


@pytest.fixture
def courier(works: Works, client: WebClient, slack: object) -> Courier:  # noqa: F811
    """Sends only when a test says so, without a pause."""
    return Courier(works, client, Catalogue(ROUTERS), pace=0)
