"""People at work: they type commands, fill in forms, mention the bot and press buttons, and try again what failed."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from bot.sandbox import filling
from bot.sandbox.inputs import VALUE_KEYS, interactive
from bot.sandbox.people import Json
from bot.sandbox.person import Outcome, Person
from bot.sandbox.views import View
from models.activity import Activity
from models.core.base import Entity
from models.customer import Customer
from tests.chaos.witness import Witness

if TYPE_CHECKING:
    from tests.chaos.floor import Floor

TRIES = 3
ROOM = "C_GENERAL"
DONE = "activity.done"


@dataclass
class Act:
    """One thing a person wants done. token: the word by which its effect is known; a task's reference for a press."""

    kind: str
    token: str
    makes: type[Entity] | None = None
    person: str = ""
    outcomes: list[Outcome] = field(default_factory=list)

    def promised(self, witness: Witness) -> bool:
        """Whether the person may rely on it; whoever mentioned the bot, unless they are told otherwise."""
        sights = witness.about(self.token) if self.makes else witness.pressed(self.token)
        return any(sight.promised for sight in sights)

    def __str__(self) -> str:
        return f"{self.kind} {self.token}"


@dataclass
class Crowd:
    """Threads that act as people, so many times a second in all, until they are told to stop."""

    floor: "Floor"
    seed: int = 1
    pace: float = 12.0
    hands: int = 8
    kinds: tuple[str, ...] = ("command", "command", "form", "mention", "press")
    acts: list[Act] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = count(1)
        self.hands = min(self.hands, len(self.floor.people))
        self.pressed: set[str] = set()
        self.threads = [threading.Thread(target=self.live, args=(hand,), daemon=True) for hand in range(self.hands)]

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
        while not self.ended.is_set():
            act: Callable[[str], None] = getattr(self, chance.choice(self.kinds))
            try:
                act(chance.choice(people))
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}")
                return
            self.ended.wait(chance.random() * 2 * self.hands / self.pace)

    def begun(self, kind: str, makes: type[Entity], person: str) -> Act:
        act = Act(kind, f"Zq{self.seed}x{next(self.numbers)}z", makes, person)
        self.acts.append(act)
        return act

    def person(self, id: str) -> Person:
        return Person(self.floor.slack, id)

    # ── what they do ────────────────────────────────────────────────────────────────────────────────────

    def command(self, id: str) -> None:
        act = self.begun("command", Customer, id)
        act.outcomes.append(self.person(id).command(f"/crm customer new Ada {act.token}", ROOM))

    def look(self, id: str) -> None:
        """Ask for something that changes nothing."""
        self.person(id).command("/crm customer list", ROOM)

    def mention(self, id: str) -> None:
        act = self.begun("mention", Activity, id)
        line = f"<@{self.floor.slack.bot.id}> task new Call {act.token} customer=CU-1 due=+9d"
        act.outcomes.append(self.person(id).message(line, ROOM))

    def form(self, id: str) -> None:
        """Open it, fill it in, and submit the same form again as long as Slack says that it had trouble."""
        person = self.person(id)
        if not person.command("/crm customer new", ROOM).ok or not (view := self.floor.slack.views.top(id)):
            return
        act = self.begun("form", Customer, id)
        values = filled(self.floor, view, {"first_name": "Ada", "last_name": act.token})
        for _ in range(TRIES):
            act.outcomes.append(person.submit(view.id, values))
            if act.outcomes[-1].ok or act.outcomes[-1].errors:
                return
            time.sleep(0.1)

    def press(self, id: str) -> None:
        """Tick off the newest reminder that nobody ticked off, again as long as Slack says that it had trouble."""
        person = self.person(id)
        for message in reversed(self.floor.slack.timeline.of(self.floor.slack.im(id).id)):
            for block, element in interactive(message.blocks):
                ref = str(element.get("value"))
                if element["action_id"].partition("#")[0] == DONE and ref not in self.pressed:
                    self.pressed.add(ref)
                    self.tick(person, message.channel, message.ts, block, element)
                    return

    def tick(self, person: Person, channel: str, ts: str, block: Json, element: Json) -> None:
        act = Act("press", str(element["value"]), person=person.member.id)
        self.acts.append(act)
        container = {"type": "message", "channel": channel, "ts": ts}
        for _ in range(TRIES):
            done = {"block_id": block["block_id"], "action_id": element["action_id"]}
            act.outcomes.append(person.act(container, done))
            if act.outcomes[-1].ok:
                return
            time.sleep(0.1)


def filled(floor: "Floor", view: View, texts: dict[str, str]) -> Json:
    """The values of a form after somebody typed these texts."""
    values: Json = {}
    for block, element in interactive(view.blocks):
        if element["type"] in VALUE_KEYS and block["block_id"] in texts:
            typed = filling.entry(floor.slack, element, texts[block["block_id"]], lambda *_: {})
            values[block["block_id"]] = {element["action_id"]: typed}
    return values
