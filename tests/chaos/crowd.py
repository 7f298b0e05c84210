"""People at work: they type commands, fill in forms, mention the bot, press buttons and work on
what stands in the channels, and try again what failed.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from bot.sandbox import form_filler
from bot.sandbox.entities import Json
from bot.sandbox.inputs import VALUE_KEYS, interactive
from bot.sandbox.messages import Message
from bot.sandbox.user_client import Outcome, Person
from bot.sandbox.views import View
from tests.chaos.witness import Sight, Witness

if TYPE_CHECKING:
    from tests.chaos.floor import Floor

TRIES = 3
ROOM, SALES, SUPPORT = "C_GENERAL", "C_SALES", "C_SUPPORT"
DONE = "activity.done"
STAGES = ("discovery", "proposal", "negotiation", "won")
HEADING = re.compile(r"\*([^*\n]*)\* · ((?:OP|CS)-\d+)")
"""How a card begins: with what it is called, and its reference."""
USUAL = (
    *["command"] * 10,
    *["form"] * 6,
    *["mention"] * 6,
    *["press"] * 5,
    *["edit"] * 4,
    "note",
    "deal",
    "case",
    "move",
    "here",
)
"""What they do, in the shares in which they do it: a channel takes one post a second."""
FIRST = ("deal", "case")
"""What they do first, so that cards stand."""


@dataclass
class Act:
    """One thing a person wants done. token: the word by which its effect is known; a task's
    reference for a press.
    """

    kind: str
    token: str
    person: str = ""
    outcomes: list[Outcome] = field(default_factory=list)

    def sights(self, witness: Witness) -> list[Sight]:
        looks = {"press": witness.pressed, "mention": witness.mentions}
        return looks.get(self.kind, witness.about)(self.token)

    def promised(self, witness: Witness) -> bool:
        """Whether the person may rely on it; whoever mentioned the bot, unless they are told
        otherwise.
        """
        return any(sight.promised for sight in self.sights(witness))

    def __str__(self) -> str:
        return f"{self.kind} {self.token}"


@dataclass
class Crowd:
    """Threads that act as people, so many times a second in all, until they are told to stop."""

    floor: "Floor"
    seed: int = 1
    pace: float = 12.0
    hands: int = 8
    kinds: tuple[str, ...] = USUAL
    acts: list[Act] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = count(1)
        self.hands = min(self.hands, len(self.floor.people))
        self.pressed: set[str] = set()
        self.threads = [
            threading.Thread(target=self.live, args=(hand,), daemon=True)
            for hand in range(self.hands)
        ]

    def __enter__(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()
        if self.errors:
            raise AssertionError(self.errors[0])

    def live(self, hand: int) -> None:
        """One pair of hands: each has people of its own, so that nobody does two things at once."""
        chance = Random(f"{self.seed}:{hand}")
        people = self.floor.people[hand :: self.hands]
        first = [kind for kind in FIRST[hand % 2 :][:1] if kind in self.kinds]
        while not self.ended.is_set():
            act: Callable[[str], None] = getattr(
                self, first.pop() if first else chance.choice(self.kinds)
            )
            try:
                act(chance.choice(people))
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}")
                return
            self.ended.wait(chance.random() * 2 * self.hands / self.pace)

    def begun(self, kind: str, person: str) -> Act:
        act = Act(kind, f"Zq{self.seed}x{next(self.numbers)}z", person)
        self.acts.append(act)
        return act

    def person(self, id: str) -> Person:
        return Person(self.floor.slack, id)

    def typed(self, kind: str, person: str, line: str) -> None:
        """Type a line. token: stands in it for the word of the act."""
        act = self.begun(kind, person)
        act.outcomes.append(self.person(person).command(line.format(token=act.token), ROOM))

    def cards(self, channel: str) -> list[tuple[str, str]]:
        """The cards one sees in a channel, the latest first: the reference of the record, and what
        it is called.
        """
        found = [heading(message) for message in reversed(self.floor.slack.timeline.of(channel))]
        return [card for card in found if card[0]]

    def own_deal(self, id: str, number: int) -> tuple[str, str] | None:
        """A deal whose card one sees, of somebody with the same hands: its owner, and its
        reference.
        """
        hand = self.floor.people.index(id) % self.hands
        acts = [act for act in list(self.acts) if act.kind == "deal"]
        owners = {
            act.token: act.person
            for act in acts
            if self.floor.people.index(act.person) % self.hands == hand
        }
        deals = [(owners[name], ref) for ref, name in self.cards(SALES) if name in owners]
        return deals[number % len(deals)] if deals else None

    # ── what they do ──────────────────────────────────────────────────────────────────────────────

    def command(self, id: str) -> None:
        self.typed("command", id, "/crm customer new Ada {token}")

    def deal(self, id: str) -> None:
        self.typed("deal", id, "/crm deal new {token} customer=CU-1 owner=me")

    def case(self, id: str) -> None:
        self.typed("case", id, "/crm case new {token} customer=CU-1")

    def edit(self, id: str) -> None:
        """Change one of their own deals."""
        number = next(self.numbers)
        if own := self.own_deal(id, number):
            self.typed(
                "edit", own[0], f"/crm deal set {own[1]} next={{token}} amount={1000 + number}"
            )

    def move(self, id: str) -> None:
        """Take one of their own deals to another stage, or to where it is already."""
        number = next(self.numbers)
        if own := self.own_deal(id, number):
            self.person(own[0]).command(
                f"/crm deal stage {own[1]} {STAGES[number % len(STAGES)]}", ROOM
            )

    def note(self, id: str) -> None:
        """Leave a note on one of the cases that stand in the channel."""
        if cases := self.cards(SUPPORT)[:5]:
            ref, _ = cases[next(self.numbers) % len(cases)]
            self.typed("note", id, f"/crm case note {ref} {{token}}")

    def here(self, id: str) -> None:
        """Post the list of deals for all to see."""
        self.typed("here", id, "/crm deal list name != {token} --here")

    def look(self, id: str) -> None:
        """Ask for something that changes nothing."""
        self.person(id).command("/crm customer list", ROOM)

    def mention(self, id: str) -> None:
        act = self.begun("mention", id)
        line = f"<@{self.floor.slack.bot.id}> task new Call {act.token} customer=CU-1 due=+9d"
        act.outcomes.append(self.person(id).message(line, ROOM))

    def form(self, id: str) -> None:
        """Open it, fill it in, and submit the same form again as long as Slack says that it had
        trouble.
        """
        person = self.person(id)
        if not person.command("/crm customer new", ROOM).ok or not (
            view := self.floor.slack.views.top(id)
        ):
            return
        act = self.begun("form", id)
        values = filled(self.floor, view, {"name": f"Ada {act.token}"})
        for _ in range(TRIES):
            act.outcomes.append(person.submit(view.id, values))
            if act.outcomes[-1].ok or act.outcomes[-1].errors:
                return
            time.sleep(0.1)

    def press(self, id: str) -> None:
        """Tick off the newest reminder that nobody ticked off, again as long as Slack says that it
        had trouble.
        """
        person = self.person(id)
        for message in reversed(self.floor.slack.timeline.of(self.floor.slack.im(id).id)):
            for block, element in interactive(message.blocks):
                ref = str(element.get("value"))
                if element["action_id"].partition("#")[0] == DONE and ref not in self.pressed:
                    self.pressed.add(ref)
                    self.tick(person, message.channel, message.ts, block, element)
                    return

    def tick(self, person: Person, channel: str, ts: str, block: Json, element: Json) -> None:
        """Press a button until Slack has no trouble with it, or until the message was redrawn
        without it.
        """
        act = Act("press", str(element["value"]), person=person.member.id)
        self.acts.append(act)
        container = {"type": "message", "channel": channel, "ts": ts}
        for _ in range(TRIES):
            done = {"block_id": block["block_id"], "action_id": element["action_id"]}
            try:
                act.outcomes.append(person.act(container, done))
            except LookupError:
                return
            if act.outcomes[-1].ok:
                return
            time.sleep(0.1)


def heading(message: Message) -> tuple[str, str]:
    """What the card of which record a message is: its reference, and what it is called; empty where
    it is none.
    """
    first = str(((message.blocks or [{}])[0].get("text") or {}).get("text", ""))
    found = HEADING.search(first)
    return (found[2], found[1].strip()) if found else ("", "")


def filled(floor: "Floor", view: View, texts: dict[str, str]) -> Json:
    """The values of a form after somebody typed these texts."""
    values: Json = {}
    for block, element in interactive(view.blocks):
        if element["type"] in VALUE_KEYS and block["block_id"] in texts:
            typed = form_filler.entry(floor.slack, element, texts[block["block_id"]], lambda *_: {})
            values[block["block_id"]] = {element["action_id"]: typed}
    return values
