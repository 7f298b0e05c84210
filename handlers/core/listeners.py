"""Connect Bolt to the dispatcher: one listener for each type of payload."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltRequest, BoltResponse

from handlers.core import members, payloads
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.payloads import Payload
from handlers.core.responder import Responder, look_up
from models.core import user_groups
from models.core.errors import CRMError
from models.core.outbox import audience, previews
from models.core.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
ANY = re.compile("")
MOVES = (
    "member_joined_channel",
    "member_left_channel",
    "channel_shared",
    "channel_unshared",
    "channel_rename",
    "group_rename",
)
"""The events after which other people may read a channel, or a channel has another name."""

Removed = Callable[[str, int], None]
"""A function that is called with a workspace from which the app was removed, and the time of that.

The time is in seconds since 1970.
"""


def unheard(workspace: str, at: int) -> None:
    """Ignore that the app was removed."""


@dataclass(frozen=True)
class Listeners:
    """The listeners, one for each type of payload.

    The dispatcher finds the verb in its own dict.

    Attributes:
        dispatcher: Handles the interactions.
        removed: Is called when the app is removed from a workspace.
    """

    dispatcher: Dispatcher
    removed: Removed = unheard

    def open(self, app: App) -> None:
        for door, read in (
            (app.command, partial(payloads.command, root=self.dispatcher.catalogue.root)),
            (app.view, payloads.submission),
            (app.action, payloads.action),
            (app.options, payloads.options),
            (app.shortcut, payloads.shortcut),
        ):
            door(ANY)(self.listener(read))
        app.view_closed(ANY)(self.listener(payloads.closed))
        app.event("app_mention")(self.mentioned)
        app.event("message")(self.messaged)
        app.event("app_home_opened")(self.opened_home)
        app.event("user_change")(self.profile_changed)
        app.event("team_join")(self.profile_changed)
        for event in MOVES:
            app.event(event)(self.audience_changed)
        for event in ("subteam_members_changed", "subteam_updated"):
            app.event(event)(self.group_changed)
        app.event("app_uninstalled")(self.uninstalled)
        app.event("tokens_revoked")(self.revoked)
        app.error(misunderstood)

    def listener(self, read: Callable[[Payload], Interaction]) -> Callable[..., None]:
        def listen(
            ack: Ack, body: dict[str, Any], context: BoltContext, request: BoltRequest
        ) -> None:
            act = replace(read(body), repeated="x-slack-retry-num" in request.headers)
            self.handle(act, ack, context, body)

        return listen

    def handle(self, act: Interaction, ack: Ack, context: BoltContext, body: Payload) -> None:
        """Pass an interaction to the dispatcher.

        The workspace is the one whose token answers, so that nothing crosses from one to another.
        """
        act = replace(act, workspace=context.team_id or act.workspace)
        self.dispatcher.handle(act, Responder(self.dispatcher, act, ack, context.client, body))
        if (
            ack.response is None
        ):  # even the answer failed: without this Slack would show its own error, and retry
            ack()

    def mentioned(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        if payloads.is_said(body["event"]):
            self.handle(payloads.message(body, context.bot_user_id or ""), ack, context, body)
        else:
            ack()

    def messaged(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        if body["event"].get("channel_type") == "im":
            self.mentioned(ack, body, context)
        else:
            self.overheard(ack, body, context)

    def overheard(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Answer the references in what people say to each other; nothing is done for the rest."""
        known = self.dispatcher.catalogue.words.prefixes
        place = payloads.overheard(body, context.bot_user_id or "")
        if place and (named := previews.references(place.text, known)):
            ask = partial(previews.ask, channel=place.channel, thread=place.thread, named=named)
            self.heard(ask, ack, body, context)
        else:
            ack()

    def opened_home(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        if body["event"].get("tab", "home") == "home":
            self.handle(payloads.home(body), ack, context, body)
        else:
            ack()

    def profile_changed(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Update the name and time zone of a person we know from Slack.

        A person who is of another workspace now may do nothing.
        """
        ack()
        user, works, team = body["event"]["user"], self.dispatcher.works, context.team_id or ""
        try:
            if not works.unknown(team, {user["id"]}):
                told = user if "team_id" in user else look_up(context.client, user["id"])
                if told is not None:
                    works.welcome(
                        team, user["id"], **(members.member(told, team) or {"guest": True})
                    )
        except CRMError as error:
            log.warning("A profile was not brought up to date: %s", error)

    def audience_changed(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Draw the cards of a channel again when other people read it than before."""
        self.heard(
            partial(audience.moved, channel=payloads.changed_channel(body)), ack, body, context
        )

    def group_changed(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Ask again who is in the teams that follow a user group.

        A person joined or left it.
        """
        self.heard(
            partial(user_groups.look_again, group=payloads.changed_group(body)), ack, body, context
        )

    def heard(
        self,
        act: Callable[[UnitOfWork], None],
        ack: Ack,
        body: dict[str, Any],
        context: BoltContext,
    ) -> None:
        """Do what follows from an event, once however often it is sent.

        The event is acknowledged when the result is stored.
        """
        key = payloads.event_key(body)
        self.dispatcher.works.attempt(
            lambda work: act(work) if work.once(key) else None, context.team_id or ""
        )
        ack()

    def uninstalled(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record that the app was removed.

        The event is acknowledged only when that is stored, since Slack then sends it again
        otherwise.
        """
        self.removed(context.team_id or "", payloads.event_time(body))
        ack()

    def revoked(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Handle revoked tokens: a bot's means removal; people's do not concern us."""
        if (body["event"].get("tokens") or {}).get("bot"):
            self.uninstalled(ack, body, context)
        else:
            ack()


def misunderstood(error: Exception) -> BoltResponse:
    """Answer a payload that Slack would not send: a part is missing, or is of another kind.

    Nobody can be informed, and nothing was done.
    """
    log.error("What was sent could not be read", exc_info=error)
    return BoltResponse(status=400, body="malformed")
