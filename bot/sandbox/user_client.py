"""What a person can do in Slack's client: type, click, choose, submit, close and open."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bot.sandbox import events, payloads
from bot.sandbox.api import answer_command
from bot.sandbox.api import views as views_api
from bot.sandbox.entities import Channel, Json
from bot.sandbox.inputs import VALUE_KEYS, complaints, interactive
from bot.sandbox.messages import Message
from bot.sandbox.slack import Slack
from bot.sandbox.tickets import Refused
from bot.sandbox.transport import INTERACTIVE, SLASH, Answer, Envelope
from bot.sandbox.validation import options_problems
from bot.sandbox.views import View, content_of

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Outcome:
    """The outcome of an act: done, or the sentence Slack's client shows."""

    ok: bool = True
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    ts: str = ""
    options: Json = field(default_factory=dict)


class Person:
    """One person at Slack's client."""

    def __init__(self, slack: Slack, user_id: str) -> None:
        self.slack, self.member = slack, slack.members[user_id]

    # ── the composer ──────────────────────────────────────────────────────────────────────────────

    def command(self, line: str, channel: str, thread_ts: str | None = None) -> Outcome:
        """Type a slash command in a channel."""
        name, _, text = line.strip().partition(" ")
        declared = {one["command"]: one for one in self._features().get("slash_commands", ())}
        if name not in declared:
            return self._shown(f"{name} is not a valid command.")
        if thread_ts:
            return self._shown(f"{name} is not supported in threads. Sorry!")
        if not self.member.belongs(self.slack.team_id):
            return self._shown(f"{name} failed: people of other workspaces cannot use this app.")
        room = self._room(channel)
        if declared[name].get("should_escape"):
            text = self.slack.encode(text, with_names=True)
        answer = self._deliver(
            SLASH, payloads.command(self.slack, self.member, room, name, text.strip())
        )
        if not answer.acknowledged:
            return self._failed(f"{name} failed because the app did not respond", answer)
        if answer.body.get("text") or answer.body.get("blocks"):
            self._answer(room, answer.body)
        return Outcome()

    def message(self, text: str, channel: str, thread_ts: str | None = None) -> Outcome:
        """Say something in a channel, a thread, or to the bot alone."""
        room = self._room(channel)
        if room.is_archived or self.member.id not in self.slack.members_of(room.id):
            return self._shown(f"You cannot post in {room.name}.")
        if room.is_im and not self._features().get("app_home", {}).get(
            "messages_tab_enabled", True
        ):
            return self._shown("Sending messages to this app has been turned off.")
        message = self.slack.post(
            room.id, self.member.id, self.slack.encode(text), thread_ts=thread_ts or None
        )
        for inner in self._events(message, room):
            events.send(self.slack, payloads.event(self.slack, inner, room))
        return Outcome(ts=message.ts)

    def _events(self, message: Message, room: Channel) -> Iterator[Json]:
        """Yield the events of a message that the app gets, if its manifest subscribes to them."""
        if self.slack.bot.id not in self.slack.members_of(room.id):
            return
        mentioned = not room.is_im and f"<@{self.slack.bot.id}>" in message.text
        kind = {"im": "message.im", "group": "message.groups"}.get(room.kind, "message.channels")
        if events.subscribed(self.slack, kind):
            yield payloads.said(self.slack, message, "message")
        if mentioned and events.subscribed(self.slack, "app_mention"):
            yield payloads.said(self.slack, message, "app_mention")

    # ── buttons and selects ───────────────────────────────────────────────────────────────────────

    def act(self, container: Json, action: Json, state: Json | None = None) -> Outcome:
        """Use an element: click a button, choose in a select or a menu, tick a box."""
        surface = self._surface(container)
        block_id, action_id = str(action.get("block_id")), str(action.get("action_id"))
        element = self._element(surface, block_id, action_id)
        values: Json = dict((state or {}).get("values") or {})
        if element["type"] in VALUE_KEYS:
            key = VALUE_KEYS[element["type"]][0]
            values[block_id] = values.get(block_id, {}) | {
                action_id: {"type": element["type"], key: action.get(key)}
            }
        self.keep(surface, values)
        done = payloads.action_of(element, block_id, action)
        payload = payloads.actions(self.slack, self.member, self._place(surface), [done])
        answer = self._deliver(INTERACTIVE, payload)
        return Outcome() if answer.acknowledged else self._failed(f"{action_id}: {TROUBLE}", answer)

    def options(self, container: Json, action_id: str, block_id: str, value: str) -> Outcome:
        """Type in a select whose options come from the app."""
        place = self._place(self._surface(container))
        payload = payloads.suggestion(self.slack, self.member, place, block_id, action_id, value)
        answer = self._deliver(INTERACTIVE, payload)
        if not answer.acknowledged:
            return self._failed(f"{action_id}: the options could not be loaded", answer)
        found = options_problems(answer.body)
        if found:
            self.slack.problem(f"options of {action_id}: " + "; ".join(found))
            return self._shown(f"{action_id}: the options could not be loaded")
        return Outcome(options=answer.body)

    # ── modals ────────────────────────────────────────────────────────────────────────────────────

    def submit(self, view_id: str, values: Json) -> Outcome:
        """Press the submit button of the modal on top."""
        view = self._open_view(view_id)
        view.typed(values)
        errors = complaints(view.blocks, view.state())
        if errors:
            return Outcome(ok=False, errors=errors)
        answer = self._deliver(INTERACTIVE, payloads.submission(self.slack, self.member, view))
        if not answer.acknowledged:
            return self._failed(TROUBLE, answer)
        try:
            return self._answered(view, answer.body)
        except Refused as refused:
            self.slack.problem(f"the answer to the submission was refused: {refused.error}")
            return self._shown(TROUBLE)

    def close(self, view_id: str) -> Outcome:
        """Press Cancel or ×: the view closes, and with `clear_on_close` all below it."""
        view = self._open_view(view_id)
        cleared = bool(view.content["clear_on_close"])
        gone = list(self.slack.views.stack(self.member.id)) if cleared else [view]
        for one in reversed(gone):
            self._drop(one)
            if one.content["notify_on_close"]:
                self._deliver(INTERACTIVE, payloads.closing(self.slack, self.member, one, cleared))
        return Outcome()

    def _answered(self, view: View, body: Json) -> Outcome:
        """Do what the acknowledgement of a submission asks for."""
        match body.get("response_action"):
            case "errors":
                return self._errors(view, dict(body.get("errors") or {}))
            case "update":
                self.slack.redraw(view, views_api.checked(self.slack, "modal", body.get("view")))
                views_api.told(self.slack, "view_updated", view)
            case "push":
                content = content_of(views_api.checked(self.slack, "modal", body.get("view")))
                views_api.told(
                    self.slack, "view_pushed", views_api.push(self.slack, self.member.id, content)
                )
            case "clear":
                for one in reversed(list(self.slack.views.stack(self.member.id))):
                    self._drop(one)
            case None if not body:
                self._drop(view)
            case other:
                self.slack.problem(f"a submission was acknowledged with {other or body!r}")
                return self._shown(TROUBLE)
        return Outcome()

    def _errors(self, view: View, errors: dict[str, str]) -> Outcome:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        strangers = sorted(set(errors) - inputs)
        if strangers or not errors:
            self.slack.problem(
                f"errors must name inputs of the view by block_id, not {', '.join(strangers) or 'none'}"
            )
            return self._shown(TROUBLE)
        return Outcome(ok=False, errors=errors)

    # ── shortcuts and the home tab ────────────────────────────────────────────────────────────────

    def shortcut(self, callback_id: str, message: Message | None = None) -> Outcome:
        """Choose a shortcut, from the composer's menu or from a message's."""
        kind = "message" if message else "global"
        declared = [
            (one["type"], one["callback_id"]) for one in self._features().get("shortcuts", ())
        ]
        if (kind, callback_id) not in declared:
            return self._shown(f"There is no {kind} shortcut {callback_id}.")
        if message:
            payload = payloads.message_action(self.slack, self.member, callback_id, message)
        else:
            payload = payloads.shortcut(self.slack, self.member, callback_id)
        answer = self._deliver(INTERACTIVE, payload)
        return (
            Outcome() if answer.acknowledged else self._failed(f"{callback_id}: {TROUBLE}", answer)
        )

    def open_home(self) -> Outcome:
        """Look at the app's home tab."""
        has_home = self._features().get("app_home", {}).get("home_tab_enabled")
        if has_home and events.subscribed(self.slack, "app_home_opened"):
            events.send(
                self.slack,
                payloads.event(self.slack, payloads.home_opened(self.slack, self.member)),
            )
        return Outcome()

    def again(self) -> Answer:
        """Send the last thing again, as Slack does when the first answer was lost on the way."""
        return self.slack.deliver(
            replace(self.slack.sent[-1], retry=1, retry_reason="http_timeout")
        )

    # ── what all of them need ─────────────────────────────────────────────────────────────────────

    def _deliver(self, kind: str, payload: Json) -> Answer:
        return self.slack.deliver(Envelope(kind, payload))

    def _answer(self, room: Channel, body: Json) -> None:
        try:
            answer_command(self.slack, self.member.id, room.id, body)
        except Refused as refused:
            self.slack.problem(f"the answer to the command was refused: {refused.error}")

    def _failed(self, sentence: str, answer: Answer) -> Outcome:
        self.slack.problem(f"{sentence} ({answer.why})")
        return self._shown(sentence)

    def _shown(self, sentence: str) -> Outcome:
        """Show Slack's own error on the person's screen."""
        self.slack.tell({"type": "error", "text": sentence}, [self.member.id])
        return Outcome(ok=False, error=sentence)

    def _features(self) -> Json:
        return dict(self.slack.manifest.get("features", {}))

    def _room(self, said: str) -> Channel:
        channel = self.slack.channel(said)
        if channel is None:
            raise LookupError(f"there is no channel {said}")
        return channel

    def _surface(self, container: Json) -> Message | View:
        if container.get("type") == "view":
            return self._open_view(str(container.get("view_id")))
        message = self.slack.timeline.find(str(container.get("channel")), str(container.get("ts")))
        if message is None or not message.seen_by(self.member.id):
            raise LookupError("this message is gone")
        return message

    def _open_view(self, view_id: str) -> View:
        view = self.slack.views.find(view_id)
        if view is None or view.user != self.member.id:
            raise LookupError("this view is closed")
        return view

    def _element(self, surface: Message | View, block_id: str, action_id: str) -> Json:
        """Return the element as the person saw it, also when it changed a moment ago."""
        for blocks in (surface.blocks, *surface.earlier):
            for block, element in interactive(blocks):
                if (block["block_id"], element["action_id"]) == (block_id, action_id):
                    return element
        raise LookupError(f"there is no {action_id} in {block_id}")

    def keep(self, surface: Message | View, values: Json) -> None:
        """Remember what was typed in a surface, as the client does until it is submitted."""
        if isinstance(surface, View):
            surface.typed(values)
        else:
            for block_id, entries in values.items():
                surface.values.setdefault(block_id, {}).update(entries)

    def _place(self, surface: Message | View) -> Json:
        if isinstance(surface, View):
            return payloads.in_view(self.slack, surface)
        return payloads.in_message(self.slack, self.member, surface)

    def _drop(self, view: View) -> None:
        with self.slack.lock:
            self.slack.views.pop(view)
        self.slack.tell({"type": "view_closed", "view_id": view.id}, [self.member.id])
