"""The installation of the app in a workspace, by OAuth.

The browser goes to Slack and back, and the token goes, sealed, into the database.
"""

import hmac
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app import mention_local
from bot.config import Settings
from bot.manifest import REDIRECT, SCOPES
from bot.slack.circuit_breaker import Limited
from bot.slack.clients import Clients
from bot.slack.gateway import Refused, Unclear, understood
from handlers.core import members
from models.core import user_groups
from models.core.errors import CRMError
from models.core.identity import installation
from models.core.secrets import Vault
from models.core.unit_of_work import UnitOfWorkFactory

log = logging.getLogger(__name__)

COOKIE = "rapport_install"
OURS = (
    "invalid_client_id",
    "bad_client_secret",
    "bad_redirect_uri",
    "oauth_authorization_url_mismatch",
)
"""What Slack says where the settings of the bot do not fit those of the app."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}}</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""


class Failed(Exception):
    """The app was not installed; the text of the error is shown in the browser."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        self.status = status
        super().__init__(sentence)


@dataclass(frozen=True)
class Installs:
    """The two addresses of an installation: its start, and where Slack sends the browser back."""

    settings: Settings
    works: UnitOfWorkFactory
    clients: Clients
    vault: Vault

    def routes(self) -> list[Route]:
        return [Route("/slack/install", self.begin), Route(REDIRECT, self.finish)]

    def begin(self, request: Request) -> Response:
        """Send the browser to Slack, with a state.

        The state is good once, for ten minutes, and in this browser.
        """
        state = secrets.token_urlsafe(32)
        try:
            installation.begin_install(self.works, state)
        except (CRMError, SQLAlchemyError) as error:
            return self.failed(error)
        asked = {
            "client_id": self.settings.slack_client_id,
            "scope": ",".join(SCOPES),
            "state": state,
            **self.back(),
        }
        slack = self.clients.base_url.removesuffix("api/")
        answer = RedirectResponse(f"{slack}oauth/v2/authorize?{urlencode(asked)}", 302, HEADERS)
        seconds = int(installation.UNDER_WAY.total_seconds())
        answer.set_cookie(
            COOKIE, state, seconds, path="/slack", secure=True, httponly=True, samesite="lax"
        )
        return answer

    def back(self) -> dict[str, str]:
        """Return where Slack sends the browser back.

        Where the address is unknown, Slack takes the first one of the app's own list.
        """
        return (
            {"redirect_uri": f"{self.settings.public_url}{REDIRECT}"}
            if self.settings.public_url
            else {}
        )

    def finish(self, request: Request) -> Response:
        """Exchange the code with which the browser came back for a token, and keep the token."""
        try:
            self.check(request)
            name = self.store(self.granted(request.query_params.get("code", "")))
        except (Failed, CRMError, SQLAlchemyError) as error:
            return self.failed(error)
        done = page(
            f"Rapport is installed in {name}",
            f"Open Slack and type {self.settings.root_command}.",
            200,
        )
        done.delete_cookie(COOKIE, path="/slack", secure=True, httponly=True, samesite="lax")
        return done

    def check(self, request: Request) -> None:
        """Raise Failed unless this installation may be finished.

        It must have begun here, in this browser, not long ago, and must not be finished yet.
        """
        state, kept = request.query_params.get("state", ""), request.cookies.get(COOKIE, "")
        if not state or not hmac.compare_digest(state.encode(), kept.encode()):
            raise Failed("This installation was not begun in this browser.")
        if not installation.finish_install(self.works, state):
            raise Failed("This installation was finished already, or took longer than ten minutes.")
        if request.query_params.get("error") == "access_denied":
            raise Failed("You did not agree at Slack, so nothing was installed.")
        if error := request.query_params.get("error"):
            raise Failed(f"Slack did not agree ({error[:100]}), so nothing was installed.")

    def granted(self, code: str) -> dict[str, Any]:
        """Return what Slack gives for the code."""
        client, app = self.clients.client(), self.settings
        try:
            with understood():
                grant: Any = client.oauth_v2_access(
                    client_id=app.slack_client_id,
                    client_secret=app.slack_client_secret,
                    code=code,
                    **self.back(),
                ).data
                if grant.get("is_enterprise_install") or not (grant.get("team") or {}).get("id"):
                    raise Failed(
                        "Rapport is installed in one workspace after the other, not in a whole organisation."
                    )
                if not str(grant.get("access_token", "")).startswith("xoxb-"):
                    raise Failed(
                        "Slack gave no token for a bot. The app needs a bot user; see its manifest."
                    )
                client = self.clients.client(grant["access_token"])
                return {**grant, "bot_id": client.auth_test().get("bot_id") or ""}
        except Refused as refused:
            if str(refused) in OURS:
                log.error(
                    "Slack refuses an installation (%s): check SLACK_CLIENT_ID and the rest of it",
                    refused,
                )
                raise Failed(
                    f"The bot is not set up for installations ({refused}). Tell who runs it.", 500
                ) from None
            raise Failed(f"Slack refuses this installation ({refused}).") from None
        except (Limited, Unclear):
            raise Failed("Slack does not answer right now.", 502) from None

    def store(self, grant: dict[str, Any]) -> str:
        """Keep the token, sealed, and return the workspace's name.

        A workspace that was here before finds everything again.
        """
        team, token = str(grant["team"]["id"]), str(grant["access_token"])
        name = str(grant["team"].get("name") or team)
        if team not in self.works.workspaces():
            self.works.settle(team, name=name, **self.settings.workspace)
        sealed, about = (
            self.vault.seal(token),
            {
                "app_id": str(grant.get("app_id") or ""),
                "bot_id": str(grant["bot_id"]),
                "bot_user": str(grant.get("bot_user_id") or ""),
                "scopes": str(grant.get("scope") or ""),
                "installed_by": str((grant.get("authed_user") or {}).get("id") or ""),
            },
        )
        installer = self.installer(team, token, about["installed_by"])
        with self.works(team) as work:
            installation.install(work, sealed, **about)
            user_groups.appoint(work, installer)
        self.clients.add(team, token, about["bot_id"], about["bot_user"], sealed)
        log.info("The app was installed in the workspace %s", team)
        mention_local(self.works)
        return name

    def installer(self, team: str, token: str, slack_id: str) -> str:
        """Store the person who installs the app, if Slack says that they are a member.

        Return their id, or an empty text.
        """
        found: members.Profile = {}
        with suppress(Refused, Limited, Unclear), understood():
            found = members.member(
                self.clients.client(token).users_info(user=slack_id)["user"], team
            )
        if found:
            self.works.welcome(team, slack_id, **found)
        return slack_id if found else ""

    def failed(self, error: Exception) -> Response:
        if isinstance(error, Failed):
            status, why = error.status, str(error)
        else:
            log.warning("An installation failed: %s", type(error).__name__)
            status, why = 503, "The database is busy right now."
        return page(
            "Rapport was not installed", f"{why} To try again, begin at /slack/install.", status
        )


def page(title: str, text: str, status: int) -> HTMLResponse:
    return HTMLResponse(PAGE.format(title=escape(title), text=escape(text)), status, HEADERS)
