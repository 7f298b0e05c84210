"""The assembly of the application: database, catalogue and Bolt.

It is the one place that knows all the parts.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import App

from bot.background.worker import BackgroundWorker
from bot.config import Settings
from bot.slack.clients import AuthorizeKnown, Clients
from bot.slack.request_verification import Signature
from handlers.core.dispatcher import Dispatcher
from handlers.core.listeners import Listeners
from handlers.core.router import Catalogue
from handlers.general.home import home
from handlers.general.talk import greet
from handlers.registry import ROUTERS
from models.core.background import bulk_change, rebuild, reshaping, undo
from models.core.background.task import TaskKind
from models.core.db.engine import THREADS, open_engine
from models.core.identity.user import LOCAL
from models.core.secrets import Vault
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.maintenance import adoption

log = logging.getLogger(__name__)

TASKS: tuple[TaskKind, ...] = (bulk_change.KIND, undo.KIND, *rebuild.KINDS, *reshaping.KINDS)
"""Every kind of background task."""

STRANGER = "Rapport is not installed in this workspace, or was removed. Ask an admin to install it (again)."


def create_works(settings: Settings, clock: Clock | None = None) -> UnitOfWorkFactory:
    """Return the units of work over the database of the settings."""
    return UnitOfWorkFactory(open_engine(settings.database_url), clock, settings.encryption_keys)


def create_dispatcher(works: UnitOfWorkFactory, root: str = "/crm", **more: Any) -> Dispatcher:
    """Return the dispatcher of everything people can do.

    Args:
        works: Begins units of work.
        root: The root command.
        **more: What watches it, and the health checks of the running bot.
    """
    return Dispatcher(works, Catalogue(ROUTERS, root), home, greet=greet, **more)


def create_background(works: UnitOfWorkFactory) -> BackgroundWorker:
    """Return the worker that does every kind of background task."""
    return BackgroundWorker(works, TASKS)


def create_clients(settings: Settings, works: UnitOfWorkFactory) -> Clients:
    """Return the Web API clients of every workspace that installed the app."""
    return Clients(
        settings.slack_api_url,
        works,
        Vault(settings.encryption_keys) if settings.encryption_keys else None,
    )


def create_app(clients: Clients, dispatcher: Dispatcher, signing_secret: str = "") -> App:
    """Return the Bolt app, with one listener for each payload type.

    Args:
        clients: The clients of the workspaces.
        dispatcher: Answers the interactions.
        signing_secret: Needed where requests come over HTTP.
    """
    bolt = logging.getLogger("slack_bolt")
    bolt.setLevel(logging.ERROR)  # below, it logs parts of bodies and advice for developers
    app = App(
        name="rapport",  # without one Bolt reads the whole call stack with its sources: 25 ms
        logger=bolt,
        client=clients.client(),
        process_before_response=True,
        request_verification_enabled=False,
        before_authorize=Signature(signing_secret),
        authorize=AuthorizeKnown(clients),  # type: ignore[arg-type]  # Bolt's own base class may answer None
        user_facing_authorize_error_message=STRANGER,
        listener_executor=ThreadPoolExecutor(THREADS, thread_name_prefix="listener"),
        attaching_function_token_enabled=False,  # it would write what a payload carries into the client that all share
    )
    logging.getLogger("slack_bolt.MultiTeamsAuthorization").setLevel(
        logging.CRITICAL
    )  # `AuthorizeKnown` logs it, counted
    Listeners(dispatcher, clients.removed).open(app)
    return app


def move_in(works: UnitOfWorkFactory, settings: Settings, team: str, name: str) -> None:
    """Make the workspace of the token in the settings ready.

    A new one gets what was imported before there was any.
    """
    known = works.workspaces()
    if LOCAL in known and team not in known:
        adoption.move(works, team)
    works.settle(team, name=name, **settings.workspace)
    mention_local(works)


def mention_local(works: UnitOfWorkFactory) -> None:
    """Log where records that were imported earlier still wait for a workspace."""
    if LOCAL in works.workspaces():
        log.warning(
            "What was imported before Slack was connected waits. Give it to a workspace with: crm adopt T0123"
        )
