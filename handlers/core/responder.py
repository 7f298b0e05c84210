"""The way back to the person.

An answer becomes an acknowledgement, a modal, a message or the Home tab.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from handlers.core import members
from handlers.core.admission import ELSEWHERE
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import ID, Interaction
from handlers.core.payloads import CLOSED, Payload
from handlers.core.responses import Form, Home, Message, Options, Response
from handlers.core.telemetry import reference
from handlers.core.ui import blocks
from handlers.core.ui.receipts import choices, plainly
from models.core.errors import CRMError, Forbidden, Invalid

log = logging.getLogger(__name__)
BUTTON_VALUE = 1900
"""Characters of a line that a button carries: Slack's limit is 2,000."""
TEXT = 3500
"""Characters of the text that accompanies the blocks, for notifications and screen readers."""
NO_HOME = "Your Home tab cannot be drawn: Slack says “{}”. Commands work all the same; tell whoever runs the bot."
NO_FILES = "The files were not sent: Slack says “{}”. For missing_scope, an admin adds files:write to the app and installs it again."
FULL = "push_limit_reached"
"""Slack's error where three modals lie on each other already."""
UNDRAWN = ("invalid_arguments", "invalid_blocks", "view_too_large", "invalid_view")
"""Slack's errors for a Home tab that is itself at fault: a plainer one may work."""
NOBODY = ("user_not_found", "user_not_visible", "users_not_found")
"""Slack's errors for a person whom it does not know, or does not show to us."""


def look_up(client: WebClient, person: str) -> Payload | None:
    """Return what Slack says of a person.

    The mapping is empty for a person whom Slack does not know; the result is None where Slack does
    not answer.
    """
    try:
        user: Payload = client.users_info(user=person)["user"]
        return user
    except SlackApiError as error:
        log.info("Slack does not tell who somebody is: %s", error.response["error"])
        return {} if error.response["error"] in NOBODY else None
    except (SlackClientError, OSError, HTTPException) as error:
        log.info("Slack does not tell who somebody is: %s", type(error).__name__)
        return None


@dataclass(frozen=True)
class Responder:
    """The way back to the person of one interaction.

    The answer goes to the surface they are on, else to a direct message.
    """

    dispatcher: Dispatcher
    act: Interaction
    ack: Ack
    client: WebClient
    body: Payload

    @property
    def outside(self) -> bool:
        """Return whether the person is of another company.

        Such a person gets an answer only where they act.
        """
        return self.dispatcher.admission.is_outsider(self.act)

    @property
    def submitted(self) -> bool:
        """Return whether a form was submitted, which has inputs to answer under."""
        return self.act.surface == "form" and self.act.container != "view"

    def profile(self, person: str) -> Mapping[str, Any] | None:
        told = look_up(self.client, person)
        if told is None:
            return None
        found = members.member(told, self.act.workspace)
        if found and person == self.act.person and not members.comes_from(told, self.act.home_team):
            raise Forbidden(ELSEWHERE)  # what was sent contradicts what Slack says of them
        return found

    def reply(self, reply: Response) -> None:
        if isinstance(reply, Form) and reply.update:
            self.update(reply)
        elif isinstance(reply, Form):
            self.open(reply)
        elif isinstance(reply, Options):
            self.ack(options=reply.options)
        elif isinstance(reply, Home):
            self.show(reply)
        elif isinstance(reply, Message):
            self.say(reply)
            self.attach(reply)
        else:
            self.ack()

    def invalid(self, error: Invalid) -> None:
        """Show sentences under the inputs they are about.

        For a line, show them with a button that opens the form.
        """
        if self.act.surface == CLOSED:
            self.ack()
            return
        drawn = self.body["view"]["blocks"] if self.submitted else []
        if inputs := [block["block_id"] for block in drawn if block["type"] == "input"]:
            elsewhere = [text for name, text in error.errors.items() if name not in inputs]
            errors = {name: text for name, text in error.errors.items() if name in inputs}
            if elsewhere:
                errors[inputs[0]] = "\n".join([*filter(None, [errors.get(inputs[0])]), *elsewhere])
            self.ack(response_action="errors", errors=errors)
        else:
            self.say(choices(str(error), [("Open the form", self.with_form())]))

    def refused(self, sentence: str, request: str = "", propose: str = "") -> None:
        if self.act.surface == CLOSED:
            self.ack()
        elif self.submitted:
            self.invalid(Invalid({"": sentence}))
        elif self.act.surface == "options":
            self.ack(options=[])
        else:
            offers = [("Request", request), ("Propose it", propose)]
            self.say(choices(sentence, [offer for offer in offers if offer[1]]))

    def open(self, form: Form) -> None:
        """Open the modal before the acknowledgement.

        Without a trigger, show a button that opens it. Where three lie on each other already, it
        takes the place of the last.
        """
        if self.act.surface == "form" and not self.act.trigger:
            self.update(form)
        elif not self.act.trigger:
            self.say(choices("This needs a form.", [("Open the form", self.with_form())]))
        else:
            method = (
                self.client.views_push if self.act.container == "view" else self.client.views_open
            )
            try:
                method(trigger_id=self.act.trigger, view=form.view)
                self.ack()
            except SlackApiError as error:
                if error.response["error"] == FULL:
                    self.update(form)
                    return
                log.warning("A form was not opened: %s", error.response["error"])
                self.say(
                    choices("The form took too long to open.", [("Try again", self.with_form())])
                )

    def update(self, form: Form) -> None:
        """Draw the modal that the person is in again; nothing where the press came too late."""
        if self.submitted:
            self.ack(response_action="update", view=form.view)
            return
        view = self.body["view"]
        try:
            self.client.views_update(view_id=view["id"], hash=view["hash"], view=form.view)
        except SlackApiError as error:
            log.warning("A form was not drawn again: %s", error.response["error"])
        self.ack()

    def with_form(self) -> str:
        """Return the same line, to open the form with; a button holds no more of it."""
        return f"{self.act.line[:BUTTON_VALUE]} --form"

    def show(self, home: Home) -> None:
        """Draw the Home tab.

        A person who asked for it elsewhere reads where it is; a person who cannot have it reads
        why.
        """
        if refusal := self.publish(home):
            self.tell(plainly(NO_HOME.format(refusal)))
        elif self.act.container == "home":
            self.ack()
        else:
            self.tell(self.way_home())

    def publish(self, home: Home) -> str:
        """Draw the Home tab, and draw it plainly where Slack refuses it as it is.

        Returns:
            Why there is no Home tab; empty where there is one.
        """
        try:
            self.client.views_publish(user_id=self.act.person, view=home.view)
        except SlackApiError as error:
            why = str(error.response["error"])
            log.warning("Slack does not take a Home tab: %s", why)
            plain = blocks.home([blocks.section(NO_HOME.format(why))])
            return self.publish(Home(plain)) if why in UNDRAWN and home.view != plain else why
        except (SlackClientError, OSError, HTTPException) as error:
            return type(error).__name__
        return ""

    def way_home(self) -> Message:
        """Return a message that says where the Home tab is, with a link that opens it in Slack."""
        said = "Your Home tab shows what is due, your open deals and your cases as they are now."
        app = self.body.get("api_app_id", "")
        if not ID.fullmatch(str(app)) or not app:
            return plainly(f"{said} It is in this app, under Home.")
        link = f"<slack://app?team={self.act.workspace}&amp;id={app}&amp;tab=home|Open it>"
        return Message(said, [blocks.section(f"{blocks.escape(said)} {link}")])

    def say(self, message: Message) -> None:
        """Show an answer to the person alone; its text is inert, like its blocks."""
        if self.act.container != "home":
            self.tell(message)
        elif self.outside:
            self.ack()
        else:
            self.show(self.home_with(message))

    def attach(self, message: Message) -> None:
        """Send the files of an answer in a direct message, with its text, or say why not."""
        files = () if self.outside else message.files()
        if not files:
            return
        sent = [
            {"filename": each.name, "title": each.title, "content": each.content} for each in files
        ]
        try:
            direct = self.client.conversations_open(users=self.act.person)["channel"]["id"]
            said = blocks.escape(blocks.cut(message.text, TEXT))
            self.client.files_upload_v2(channel=direct, file_uploads=sent, initial_comment=said)
        except SlackApiError as error:
            why = str(error.response["error"])
            log.warning("Files were not sent: %s", why)
            self.whisper(plainly(NO_FILES.format(why)))
        except (SlackClientError, OSError, HTTPException) as error:
            log.warning("Files were not sent: %s", type(error).__name__)

    def home_with(self, message: Message) -> Home:
        """Return the Home tab with an answer on top.

        It is the answer alone where the tab cannot be drawn.
        """
        try:
            return self.dispatcher.draw_home(self.act, message)
        except CRMError:
            log.info("A Home tab is drawn with nothing but an answer")
        except Exception:
            log.exception("A Home tab could not be drawn. Reference %s", reference())
        return Home(blocks.home(message.blocks))

    def tell(self, message: Message) -> None:
        """Send an answer in a message, a modal or the acknowledgement."""
        message = replace(message, text=blocks.escape(blocks.cut(message.text, TEXT)))
        back = bool(self.body.get("response_url"))
        if self.act.surface == "command" and not (back and blocks.has_native(message.blocks)):
            self.ack(response_type="ephemeral", text=message.text, blocks=message.blocks or None)
            return
        self.ack()
        if self.act.container == "view":
            self.client.views_push(
                trigger_id=self.act.trigger,
                view=blocks.modal("Rapport", "crm.answer", message.blocks),
            )
        elif self.act.surface in ("button", "command") and back:
            self.respond(message)
        else:
            self.whisper(message)

    def respond(self, message: Message) -> None:
        """Answer where the button was, or where the command was typed.

        The answer has no charts where Slack does not draw them.
        """
        refusal = self.sent_back(message)
        if blocks.INVALID in refusal and blocks.has_native(message.blocks):
            message = replace(message, blocks=blocks.plainer(message.blocks))
            refusal = self.sent_back(message)
        if refusal:
            log.info("Answered another way, because of %s", refusal)
            self.whisper(message)

    def sent_back(self, message: Message) -> str:
        """Answer in place of a message of the person's own, else next to it.

        Returns:
            Why Slack refuses the answer; empty where it does not.
        """
        answer: dict[str, Any] = {
            "response_type": "ephemeral",
            "replace_original": message.replace and self.act.container == "ephemeral",
            "text": message.text,
            "blocks": message.blocks,
        }
        thread = {"thread_ts": self.act.thread} if self.act.thread else {}
        try:
            response = WebhookClient(self.body["response_url"]).send_dict(answer | thread)
        except (OSError, ValueError, SlackClientError) as error:
            return type(error).__name__
        return (
            "" if response.status_code == 200 else str(response.body)
        )  # the response_url was used too often, or too late

    def whisper(self, message: Message) -> None:
        """Show an answer to the person alone: in their channel, else in a direct message."""
        text, drawn, thread = message.text, message.blocks or None, self.act.thread or None
        channel = self.act.channel or self.act.person
        alone = channel == self.act.person or channel.startswith("D")
        if alone and self.outside:
            return
        try:
            if alone:
                self.client.chat_postMessage(
                    channel=channel, text=text, blocks=drawn, thread_ts=thread
                )
            else:
                person = self.act.person
                self.client.chat_postEphemeral(
                    channel=channel, user=person, text=text, blocks=drawn, thread_ts=thread
                )
        except SlackApiError as error:
            why = str(error.response["error"])
            if why == blocks.INVALID and blocks.has_native(message.blocks):
                self.whisper(replace(message, blocks=blocks.plainer(message.blocks)))
                return
            if channel == self.act.person or self.outside:
                log.info("Nothing could be answered, because of %s", why)
                return
            log.info("Answered in a direct message, because of %s", why)
            self.client.chat_postMessage(channel=self.act.person, text=text, blocks=drawn)
