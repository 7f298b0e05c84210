"""The state of the Slack emulator: who is there, what was said, and which forms are open."""

import copy
import itertools
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any

from bot.sandbox.entities import Channel, Clock, Group, Json, Member, find_channel, find_member
from bot.sandbox.rate_limits import TIERS, Rates

from .failures import Failure, Failures
from .inputs import unfolded
from .messages import EARLIER, Message, Timeline
from .mrkdwn import encode
from .tickets import Tickets
from .transport import Answer, Envelope, Nobody, Transport
from .views import View, Views

BOT_ID, BOT_USER, APP_ID = "B0BOT", "U0BOT", "A0BOT"
Listener = Callable[[Json], None]


class Slack:
    """A workspace with one app installed; every method may be called from any thread."""

    bot_token = "xoxb-sandbox"
    app_token = "xapp-sandbox"
    signing_secret = "sandbox"
    client_id, client_secret = "1.2", "sandbox"

    def __init__(
        self,
        manifest: Json,
        people: Sequence[Member],
        channels: Sequence[Channel],
        clock: Clock,
        team: tuple[str, str] = ("T1", "Sandbox"),
        *,
        groups: Sequence[Group] = (),
        trigger_seconds: float = 3.0,
        ack_seconds: float = 3.0,
    ) -> None:
        self.manifest, self.clock = manifest, clock
        self.team_id, self.team_name = team
        self.ack_seconds = ack_seconds
        self.url = ""  # where the Web API is served, once it is
        self.transport: Transport = Nobody()
        self.lock = RLock()
        self._trigger_seconds = trigger_seconds
        self._people, self._channels, self._groups = tuple(people), tuple(channels), tuple(groups)
        self._listeners: list[tuple[str, Listener]] = []
        self.reset()

    def reset(self) -> None:
        """Go back to the first day: the same people and channels, and nothing said or done."""
        with self.lock:
            bot = Member(BOT_USER, self.bot_name, self.app_name, is_bot=True)
            self.members = {
                m.id: replace(m, team=m.team or self.team_id) for m in (*self._people, bot)
            }
            self.channels: dict[str, Channel] = {}
            self.groups = {group.id: copy.deepcopy(group) for group in self._groups}
            self.timeline, self.views = Timeline(), Views()
            self.tickets, self.failures = Tickets(self._trigger_seconds), Failures()
            self.rates = Rates()
            self.files: dict[str, Json] = {}
            self.calls: deque[tuple[str, Json]] = deque(maxlen=20_000)
            self.sent: deque[Envelope] = deque(maxlen=100)
            self.problems: list[str] = []
            self.read: dict[tuple[str, str], str] = {}
            self.numbers, self.turns = itertools.count(1), itertools.count(1)
            self.company = uuid.uuid4().hex  # a page that sees another one opens again
            self.kept = ""  # the file that keeps the company, where one does
            self._last_ts = 0
            self.distributed = False  # whether many companies install the app: Slack lets it read little history then
            self.latency = 0.0  # seconds the Web API takes for an answer
            self.retry_after = [
                0.0
            ]  # seconds until an unacknowledged event is sent again; Slack's own: 0, 60, 300
            for channel in copy.deepcopy(self._channels):
                self._settle(channel)

    @property
    def app_name(self) -> str:
        return str(self.manifest.get("display_information", {}).get("name", "App"))

    @property
    def bot_name(self) -> str:
        """Return the handle by which people mention the bot."""
        user = self.manifest.get("features", {}).get("bot_user", {})
        return str(user.get("display_name", self.app_name)).lower().replace(" ", "-")

    @property
    def bot(self) -> Member:
        return self.members[BOT_USER]

    @property
    def people(self) -> list[Member]:
        """Return everybody but the bot."""
        return [member for member in self.members.values() if not member.is_bot]

    # ── members and channels ──────────────────────────────────────────────────────────────────────

    def _settle(self, channel: Channel) -> None:
        if channel.members is None:
            channel.members = [
                m.id for m in self.members.values() if m.belongs(self.team_id) and not m.deleted
            ]
        else:
            channel.members = list(channel.members)
        self.channels[channel.id] = channel

    def member(self, said: str) -> Member | None:
        return self.members.get(said) or find_member(self.members.values(), said)

    def channel(self, said: str) -> Channel | None:
        """Return the channel with this id or name.

        A person's id means the direct messages with the bot.
        """
        if said in self.members:
            return self.im(said)
        return self.channels.get(said) or find_channel(self.channels.values(), said)

    def im(self, user: str) -> Channel:
        """Return the direct messages between this person and the bot."""
        with self.lock:
            channel_id = "D" + user[1:]
            if channel_id not in self.channels:
                self._settle(
                    Channel(channel_id, self.bot.name, members=[user, BOT_USER], user=user)
                )
            return self.channels[channel_id]

    def members_of(self, channel_id: str) -> list[str]:
        return list(self.channels[channel_id].members or ())

    def join(self, channel_id: str, user: str) -> None:
        with self.lock:
            members = self.members_of(channel_id)
            if user not in members:
                self.channels[channel_id].members = [*members, user]

    def channels_of(self, user: str) -> list[Channel]:
        self.im(user)
        return [
            channel
            for channel in list(self.channels.values())
            if user in self.members_of(channel.id)
        ]

    def encode(self, text: str, with_names: bool = False) -> str:
        people, rooms = list(self.members.values()), list(self.channels.values())
        return encode(text, people, rooms, with_names, list(self.groups.values()))

    # ── messages ──────────────────────────────────────────────────────────────────────────────────

    def stamp(self) -> str:
        """Return the next `ts`: the time in microseconds, never repeated and never going back."""
        with self.lock:
            self._last_ts = max(int(self.clock().timestamp() * 1_000_000), self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def go_on_after(self, stamps: Sequence[str]) -> None:
        """Let no new `ts` come before these."""
        known = [int(stamp.replace(".", "")) for stamp in stamps]
        self._last_ts = max([self._last_ts, *known])

    def post(
        self, channel: str, user: str, text: str, blocks: list[Json] | None = None, **more: Any
    ) -> Message:
        """Post a new message, for all members of the channel or with `only_for` for one."""
        with self.lock:
            message = Message(
                channel, self.stamp(), user, text, self.named(blocks), turn=next(self.turns), **more
            )
            self.timeline.add(message)
        self._tell_of("message", message)
        return message

    def change(self, message: Message, **fields: Any) -> None:
        """Change a message, and let clients render it again."""
        with self.lock:
            if "blocks" in fields:
                message.earlier = [message.blocks, *message.earlier][:EARLIER]
            for name, value in fields.items():
                setattr(message, name, value)
            message.blocks = self.named(message.blocks)
            message.edited_at, message.turn = self.stamp(), next(self.turns)
        self._tell_of("message_changed", message)

    def remove(self, message: Message) -> None:
        with self.lock:
            self.timeline.remove(message)
        self.tell(
            {"type": "message_deleted", "channel": message.channel, "ts": message.ts},
            self.audience(message),
        )

    def audience(self, message: Message) -> list[str]:
        return [message.only_for] if message.only_for else self.members_of(message.channel)

    def visible(self, user: str) -> list[Message]:
        """Return every message this person can see, the one rendered last at the end."""
        with self.lock:
            seen = [
                m
                for channel in self.channels_of(user)
                for m in self.timeline.of(channel.id)
                if m.seen_by(user)
            ]
        return sorted(seen, key=lambda message: message.turn)

    def named(self, blocks: list[Json] | None) -> list[Json] | None:
        """Return the blocks with the ids that Slack gives to those that came without."""
        named = copy.deepcopy(blocks)
        for block in unfolded(named):
            block.setdefault("block_id", f"b{next(self.numbers)}")
            parts = [*block.get("elements", ()), block.get("element"), block.get("accessory")]
            for part in parts if block["type"] in ("actions", "section", "input") else ():
                if part and part["type"] != "image":
                    part.setdefault("action_id", f"a{next(self.numbers)}")
        return named

    # ── views ─────────────────────────────────────────────────────────────────────────────────────

    def show(self, user: str, content: Json, previous: View | None = None) -> View:
        """Show a modal on top of the person's stack.

        This begins a new stack, unless the modal is pushed onto `previous`.
        """
        with self.lock:
            view = self._new_view(user, content)
            if previous:
                view.root_id, view.previous_id = previous.root_id, previous.id
            else:
                self.views.stack(user).clear()
            self.views.stack(user).append(view)
        return view

    def show_home(self, user: str, content: Json) -> View:
        with self.lock:
            view = self.views.homes.get(user)
            if view:
                self.redraw(view, content)
            else:
                view = self.views.homes[user] = self._new_view(user, content)
        return view

    def redraw(self, view: View, content: Json) -> None:
        with self.lock:
            blocks = self.named(content["blocks"])
            view.become(content | {"blocks": blocks}, self.new_hash())
            view.turn = next(self.turns)

    def _new_view(self, user: str, content: Json) -> View:
        view_id = f"V{next(self.numbers):04d}"
        content = content | {"blocks": self.named(content["blocks"])}
        return View(view_id, user, content, self.new_hash(), view_id, turn=next(self.turns))

    def new_hash(self) -> str:
        return f"{self.stamp()[:10]}.{next(self.numbers):08x}"

    # ── what happens, for those who watch, and what went wrong ────────────────────────────────────

    def listen(self, user: str, listener: Listener) -> Callable[[], None]:
        """Inform `listener` of what this person's client would render; return how to stop."""
        entry = (user, listener)
        with self.lock:
            self._listeners.append(entry)

        def stop() -> None:
            with self.lock:
                if entry in self._listeners:
                    self._listeners.remove(entry)

        return stop

    def tell(self, event: Json, users: Sequence[str] | None = None) -> None:
        for user, listener in list(self._listeners):
            if users is None or user in users:
                listener(event)

    def _tell_of(self, kind: str, message: Message) -> None:
        self.tell({"type": kind, "message": message}, self.audience(message))

    def deliver(self, envelope: Envelope) -> Answer:
        """Deliver to the app what a person did, and return what it acknowledged."""
        self.sent.append(envelope)
        return self.transport.send(envelope, self.ack_seconds)

    def fail(
        self,
        method: str,
        times: int = 1,
        with_: str = "500",
        seconds: float = 1,
        channel: str | None = None,
        rate: float = 0,
    ) -> None:
        """Let the next calls of a method fail, or a share of all.

        See failures.Failure for what `with_` may be.
        """
        self.failures.add(Failure(method, with_, times, seconds, channel, rate))

    def distribute(self) -> None:
        """Treat the app as one that many companies install: little history, once a minute."""
        self.distributed = True
        for method in ("conversations.history", "conversations.replies"):
            self.rates.limit(method, *TIERS[1])

    def problem(self, sentence: str) -> None:
        """Note something Slack would refuse or show as an error; tests fail on it."""
        self.problems.append(sentence)

    def now(self) -> datetime:
        return self.clock()
