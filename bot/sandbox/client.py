"""A driver for the people of the Slack emulator.

Tests and the conversation docs act and look through it.
"""

from collections.abc import Mapping

from bot.sandbox import form_filler
from bot.sandbox.entities import Json
from bot.sandbox.inputs import VALUE_KEYS, interactive
from bot.sandbox.messages import Message
from bot.sandbox.mrkdwn import words
from bot.sandbox.slack import Slack
from bot.sandbox.surface_text import Shown, shown
from bot.sandbox.transport import Answer, Transport
from bot.sandbox.user_client import Outcome, Person
from bot.sandbox.views import View

MORE = "form.more"
"""The button of a form that shows the inputs that are used less."""


class SlackDriver:
    """Acts as people and sees what they see; what Slack would have refused fails the test.

    An act that names nobody is done by `user`, in `channel`. What is read afterwards (`last`,
    `modal`, `errors`) is what the person who acted last sees.
    """

    def __init__(
        self,
        slack: Slack,
        transport: Transport | None = None,
        user: str | None = None,
        channel: str | None = None,
    ) -> None:
        self.slack = slack
        if transport is not None:
            slack.transport = transport
        self.user = user or slack.people[0].id
        self.channel = channel or next(one.id for one in slack.channels.values() if not one.is_im)
        self.actor = self.user
        self.errors: dict[str, str] = {}
        self.asked = ""  # the confirmation dialog that came up last

    # ── acts ──────────────────────────────────────────────────────────────────────────────────────

    def command(self, line: str, user: str | None = None, channel: str | None = None) -> Outcome:
        """Type a slash command."""
        return self._done(self._person(user).command(line, channel or self.channel))

    def say(
        self,
        text: str,
        channel: str | None = None,
        thread_ts: str | None = None,
        user: str | None = None,
    ) -> Outcome:
        """Say something in a channel or thread; `@crm` mentions the bot."""
        return self._done(self._person(user).message(text, channel or self.channel, thread_ts))

    def dm(self, text: str, user: str | None = None) -> Outcome:
        """Say something to the bot alone."""
        person = self._person(user)
        return self._done(person.message(text, self.slack.im(person.member.id).id))

    def click(
        self,
        action_id: str,
        where: Shown | None = None,
        user: str | None = None,
        *,
        value: str | None = None,
        confirm: bool = True,
    ) -> Outcome:
        """Press the button on the newest surface that has it.

        `confirm=False` answers its dialog with no.
        """
        person = self._person(user)
        surface, block, element = self._find(action_id, where, value)
        if element["type"] != "button":
            raise AssertionError(f"{action_id} is a {element['type']}: use pick")
        if not self._confirmed(element, confirm):
            return Outcome()
        return self._act(person, surface, {"block_id": block["block_id"], "action_id": action_id})

    def pick(
        self,
        action_id: str,
        text: str,
        where: Shown | None = None,
        user: str | None = None,
        *,
        confirm: bool = True,
    ) -> Outcome:
        """Choose in a select, menu, picker or group of boxes, or type in an input."""
        person = self._person(user)
        surface, block, element = self._find(action_id, where, None)
        if not self._confirmed(element, confirm):
            return Outcome()
        if element["type"] == "overflow":
            chosen: Json = {"selected_option": form_filler.listed(element, text)}
        else:
            chosen = self._entry(person, surface, block, element, text)
        if block["type"] == "input" and not block.get("dispatch_action"):
            person.keep(surface, {block["block_id"]: {action_id: chosen}})
            return Outcome()
        return self._act(
            person, surface, {"block_id": block["block_id"], "action_id": action_id, **chosen}
        )

    def options(self, action_id: str, text: str, user: str | None = None) -> list[str]:
        """Return what is offered to somebody who types this in a select."""
        person = self._person(user)
        surface, block, element = self._find(action_id, None, None)
        offered = self._options(person, surface, block, element, text)
        return [option["text"]["text"] for option in form_filler.choices(offered)]

    def submit(
        self, texts: Mapping[str, str] | None = None, /, *, user: str | None = None, **more: str
    ) -> Outcome:
        """Fill the modal on top, block by block, leave the rest as it is, and submit.

        A field that it does not show is looked for behind *More fields*, as a person does.
        """
        person = self._person(user)
        typed = {**(texts or {}), **more}
        if MORE in shown(self._top()).actions and typed.keys() - self._inputs().keys():
            self.click(MORE, user=user)
        view, elements = self._top(), self._inputs()
        values: Json = {}
        for name, text in typed.items():
            if name not in elements:
                raise AssertionError(f"the form has no {name!r}, it has {', '.join(elements)}")
            block, element = elements[name]
            values[name] = {element["action_id"]: self._entry(person, view, block, element, text)}
        outcome = person.submit(view.id, values)
        self.errors = outcome.errors
        return self._done(outcome)

    def close(self, user: str | None = None) -> Outcome:
        """Cancel the modal on top."""
        person = self._person(user)
        return self._done(person.close(self._top().id))

    def shortcut(
        self, callback_id: str, where: Shown | None = None, user: str | None = None
    ) -> Outcome:
        """Choose a global shortcut, or one on a message."""
        message = where.raw if where and isinstance(where.raw, Message) else None
        return self._done(self._person(user).shortcut(callback_id, message))

    def home(self, user: str | None = None) -> Shown:
        """Open the app's home tab and look at it."""
        person = self._person(user)
        self._done(person.open_home())
        view = self.slack.views.homes.get(person.member.id)
        if view is None:
            raise AssertionError(f"{person.member.name} has no home tab")
        return shown(view)

    def again(self, user: str | None = None) -> Answer:
        """Send the last thing a second time, as Slack does."""
        answer = self._person(user).again()
        self.check()
        return answer

    # ── sights ────────────────────────────────────────────────────────────────────────────────────

    @property
    def seen(self) -> list[Shown]:
        """Return all that the bot said to the person who acted last.

        The newest, or the one rendered last, is at the end.
        """
        visible = self.slack.visible(self.actor)
        return [shown(message) for message in visible if message.user == self.slack.bot.id]

    @property
    def last(self) -> Shown:
        """Return the newest thing that the bot said to the person who acted last."""
        seen = self.seen
        if not seen:
            raise AssertionError(f"{self.actor} was told nothing")
        return seen[-1]

    @property
    def modal(self) -> Shown | None:
        """Return the modal on top, if one is open."""
        view = self.slack.views.top(self.actor)
        return shown(view) if view else None

    def posted(self, channel: str | None = None) -> list[Shown]:
        """Return what the bot posted in a channel for all to see, oldest first."""
        room = self.slack.channel(channel or self.channel)
        messages = self.slack.timeline.of(room.id) if room else []
        return [
            shown(one) for one in messages if one.user == self.slack.bot.id and one.only_for is None
        ]

    def thread(self, of: Shown) -> list[Shown]:
        """Return the replies under a message."""
        return [shown(reply) for reply in self.slack.timeline.replies(of.channel, of.ts)]

    def check(self) -> None:
        """Fail on anything Slack refused or showed as an error since the last look."""
        found = list(self.slack.problems)
        self.slack.problems.clear()
        if found:
            raise AssertionError("\n".join(found))

    # ── how ───────────────────────────────────────────────────────────────────────────────────────

    def _person(self, user: str | None) -> Person:
        member = self.slack.member(user or self.user)
        if member is None:
            raise AssertionError(f"there is nobody called {user}")
        self.actor = member.id
        return Person(self.slack, member.id)

    def _done(self, outcome: Outcome) -> Outcome:
        self.check()
        return outcome

    def _act(self, person: Person, surface: Message | View, action: Json) -> Outcome:
        return self._done(person.act(shown(surface).container, action))

    def _inputs(self) -> dict[str, tuple[Json, Json]]:
        """Return the inputs of the modal on top, each as its block and element, by block_id."""
        return {
            block["block_id"]: (block, element)
            for block, element in interactive(self._top().blocks)
            if element["type"] in VALUE_KEYS
        }

    def _top(self) -> View:
        view = self.slack.views.top(self.actor)
        if view is None:
            raise AssertionError(f"{self.actor} has no modal open")
        return view

    def _surfaces(self) -> list[Message | View]:
        """Return what the person could act on.

        The open modal is first, then the newest of messages and home tab.
        """
        modal, home = self.slack.views.top(self.actor), self.slack.views.homes.get(self.actor)
        behind: list[Message | View] = [*self.slack.visible(self.actor), *([home] if home else [])]
        behind.sort(key=lambda surface: surface.turn, reverse=True)
        return [*([modal] if modal else []), *behind]

    def _find(
        self, action_id: str, where: Shown | None, value: str | None
    ) -> tuple[Message | View, Json, Json]:
        surfaces = [where.raw] if where and where.raw else self._surfaces()
        for surface in surfaces:
            for block, element in interactive(surface.blocks):
                if element["action_id"] == action_id and value in (None, element.get("value")):
                    return surface, block, element
        there = [name for surface in surfaces[:3] for name in shown(surface).actions]
        raise AssertionError(
            f"{self.actor} sees no {action_id} {value or ''}; the newest are {', '.join(there)}"
        )

    def _confirmed(self, element: Json, answer: bool) -> bool:
        self.asked = words(element.get("confirm") or {})
        return answer or "confirm" not in element

    def _entry(
        self, person: Person, surface: Message | View, block: Json, element: Json, text: str
    ) -> Json:
        return form_filler.entry(
            self.slack,
            element,
            text,
            lambda asked, typed: self._options(person, surface, block, asked, typed),
        )

    def _options(
        self, person: Person, surface: Message | View, block: Json, element: Json, text: str
    ) -> Json:
        container = shown(surface).container
        return self._done(
            person.options(container, element["action_id"], block["block_id"], text)
        ).options
