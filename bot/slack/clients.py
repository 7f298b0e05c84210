"""Slack's Web API for each workspace, with its token from the settings or from an installation."""

import logging
import re
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from slack_bolt import BoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot.slack.connection_pool import Connections, KeptClient
from bot.slack.errors import UNTRUSTED
from models.core.errors import CRMError, NotFound
from models.core.identity import installation
from models.core.identity.installation import Installation
from models.core.secrets import Locked, Vault
from models.core.unit_of_work import UnitOfWorkFactory

log = logging.getLogger(__name__)

AGAIN = 5.0
"""Seconds for which a missing workspace is remembered: another replica may be installing it."""
SAY_AGAIN = 60.0
"""Seconds between two log lines about unknown workspaces."""
MANY, NAMED = 1000, 3
"""How many unknown workspaces are counted separately, and how many the log names.

As many others are remembered as missing.
"""
TEAM = re.compile(r"[TE][A-Z0-9]{2,19}")
"""The id of a workspace as Slack writes it; anything else in its place does not go into the log."""
LIST_AGAIN = 15.0
"""Seconds for which the list of workspaces is remembered."""


@dataclass(frozen=True)
class WorkspaceClient:
    """The access to a workspace.

    It has the client, the bot's ids there, and the sealed token as it is in the database.
    """

    client: KeptClient
    bot_id: str = ""
    bot_user: str = ""
    sealed: str = ""


class Clients:
    """One client for each workspace.

    No client repeats a call by itself: Slack has no key that makes a second post harmless.

    Args:
        base_url: The address of the Web API; empty for Slack's own.
        works: Where installations are found; without it only the workspaces that were added are
            known.
        vault: What opens their tokens; without it only the workspaces that were added are known.
    """

    def __init__(
        self, base_url: str = "", works: UnitOfWorkFactory | None = None, vault: Vault | None = None
    ) -> None:
        self.base_url = base_url or WebClient.BASE_URL
        self.connections = Connections(self.base_url)
        self.works, self.vault = works, vault
        self.doors: dict[str, WorkspaceClient] = {}
        self.missed: dict[str, float] = {}
        self.locked: set[str] = set()
        self.listed: tuple[list[str], float] = ([], 0.0)
        self.lock = RLock()

    def client(self, token: str | None = None) -> KeptClient:
        """Return a client for this token.

        Without one it is for calls that need no token, or bring their own.
        """
        return KeptClient(self.connections, token)

    def add(
        self, workspace: str, token: str, bot_id: str = "", bot_user: str = "", sealed: str = ""
    ) -> KeptClient:
        """Remember the token of a workspace and the bot's ids there, and return its client."""
        door = WorkspaceClient(self.client(token), bot_id, bot_user, sealed)
        with self.lock:
            self.doors[workspace] = door
            self.missed.pop(workspace, None)
        return door.client

    def workspaces(self) -> list[str]:
        """Return the workspaces where the app may speak."""
        return sorted({*self.doors, *self.installed()})

    def installed(self) -> list[str]:
        """Return the workspaces that installed the app, as far as their tokens can be read."""
        if self.works is None or self.vault is None:
            return []
        known, until = self.listed
        if time.monotonic() >= until:
            known = [each for each in installation.installed(self.works) if self.find(each)]
            self.listed = (known, time.monotonic() + LIST_AGAIN)
        return known

    def of(self, workspace: str) -> KeptClient:
        """Return the client of a workspace; raise NotFound where there is none."""
        door = self.find(workspace)
        if door is None:
            raise NotFound("The app is not installed in this workspace.")
        return door.client

    def is_distributed(self, workspace: str) -> bool:
        """Return whether the workspace has the app as one that many companies install.

        Slack allows such an app less.
        """
        door = self.find(workspace)
        return bool(door and door.sealed)

    def find(self, workspace: str) -> WorkspaceClient | None:
        """Return the access to a workspace.

        The database is asked once, and now and then for those that are not there.
        """
        door = self.doors.get(workspace)
        if door is None and self.missed.get(workspace, 0.0) <= time.monotonic():
            self.look(workspace)
            door = self.doors.get(workspace)
        return door

    def look(self, workspace: str) -> None:
        """Read what the database knows of a workspace."""
        if len(self.missed) >= MANY:
            self.missed.clear()
        self.missed[workspace] = time.monotonic() + AGAIN
        there = self.stored(workspace)
        if there is None or self.vault is None:
            return
        try:
            token = self.vault.open(there.token)
        except Locked as locked:
            if workspace not in self.locked:  # once is enough
                log.error(
                    "Nothing is done in the workspace %s: its token stays closed. %s",
                    workspace,
                    locked,
                )
            self.locked.add(workspace)
            return
        self.add(workspace, token, there.bot_id, there.bot_user, there.token)

    def stored(self, workspace: str) -> Installation | None:
        """Return the installation of a workspace, unless it has ended."""
        if self.works is None or self.vault is None:
            return None
        try:
            with self.works(workspace, writes=False) as work:
                there = Installation.here(work)
        except NotFound:
            return None
        return there if there and there.ended_at is None else None

    def ended(self, workspace: str) -> None:
        """Send nothing more to a workspace whose token Slack refuses.

        It waits until the app is installed again.
        """
        door = self.drop(workspace)
        if door is None:
            return
        remedy = (
            "Install the app there again."
            if door.sealed
            else "Set a new SLACK_BOT_TOKEN and restart."
        )
        log.error(
            "Slack refuses the token of workspace %s. What is to be sent there waits. %s",
            workspace,
            remedy,
        )
        if door.sealed and self.works:
            with self.works(workspace) as work:
                installation.end(work, token=door.sealed)

    def removed(self, workspace: str, at: int) -> None:
        """Drop a workspace of which Slack says that the app was removed, or its token revoked.

        Events may come late: one that is older than the installation says nothing about it.

        Args:
            workspace: The id of the workspace.
            at: When it happened, in seconds since 1970.
        """
        door = self.find(workspace)
        if door is None or (not door.sealed and answers(door.client)):
            return
        if door.sealed and self.works:
            with self.works(workspace) as work:
                if not installation.end(work, before=datetime.fromtimestamp(at + 1, UTC)):
                    return
        self.drop(workspace)
        log.warning(
            "The app was removed from the workspace %s. What is to be sent there waits.", workspace
        )

    def drop(self, workspace: str) -> WorkspaceClient | None:
        with self.lock:
            self.listed = ([], 0.0)
            return self.doors.pop(workspace, None)


class Missed:
    """Counts the requests of workspaces without the app, and logs them now and then."""

    def __init__(self) -> None:
        self.workspaces: Counter[str] = Counter()
        self.next = 0.0
        self.lock = RLock()

    def count(self, workspace: str) -> None:
        with self.lock:
            is_named = len(self.workspaces) < MANY and TEAM.fullmatch(workspace)
            self.workspaces[workspace if is_named else ""] += 1
            if time.monotonic() < self.next:
                return
            log.warning(
                "Refused %d requests from workspaces where the app is not installed: %s",
                self.workspaces.total(),
                ", ".join(sorted(filter(None, self.workspaces))[:NAMED]),
            )
            self.workspaces.clear()
            self.next = time.monotonic() + SAY_AGAIN


class AuthorizeKnown(Authorize):
    """Gives Bolt the bot's identity in the workspace of a request, without asking Slack.

    For an unknown workspace it gives None.
    """

    def __init__(self, clients: Clients) -> None:
        self.clients, self.missed = clients, Missed()

    def __call__(
        self,
        *,
        context: BoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_: Any,
    ) -> AuthorizeResult | None:
        try:
            door = self.clients.find(team_id) if team_id else None
        except (CRMError, SQLAlchemyError) as error:
            log.warning("A workspace could not be looked up: %s", type(error).__name__)
            return None
        if door is None:
            self.missed.count(team_id or "")
            return None
        context["client"] = (
            door.client
        )  # for Bolt's own client would open a connection for each call
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_id=door.bot_id,
            bot_user_id=door.bot_user,
            bot_token=door.client.token,
        )


def answers(client: WebClient) -> bool:
    """Return whether Slack still accepts the token; in doubt it does."""
    try:
        client.auth_test()
    except SlackApiError as error:
        return str(error.response.get("error", "")) not in UNTRUSTED
    except OSError:
        return True
    return True
