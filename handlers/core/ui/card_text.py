"""The words of a card: its lines as the entity declares them, and what is happening around it."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from handlers.core.ui import blocks
from handlers.core.ui.blocks import escape
from models.core.custom.field_names import label_of
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.custom_values import PREFIX
from models.core.entity.facts import Ago, Facts, Told
from models.core.fields import Day, Email, Moment, Person, Reference
from models.core.fields.base import Field
from models.core.names import learn, seen
from models.core.parsing.dates import plain_day
from models.core.permissions import masking, policy
from models.core.unit_of_work import UnitOfWork

SHORT = 60
"""Letters of a value on a card."""
QUOTED = 120
"""Letters of a line that tells what is happening around a record."""
BESIDE = 2
"""Fields of a layout in one line of a card."""
ADDED = 6
"""Fields that admins added which a card shows."""
PIECE = re.compile(r"([^{}]*)\{(\w+)(?:\|([^{}]*))?\}(\*?)")
"""A field in a line of a card: the words before it, its name, what is said where it is empty."""
Place = tuple[str, str]
"""A record that a card leads to: the entity and the reference."""


def marked(kind: Field, value: object, work: UnitOfWork, record: Entity) -> str:
    """Return a value as mrkdwn.

    What people typed is inert, Slack shows a moment in each reader's own zone, and a day is named
    in a way that stays true: a card is there tomorrow, too.
    """
    if isinstance(kind, Day) and isinstance(value, date):
        return escape(plain_day(value, work.today))
    if isinstance(kind, Moment) and isinstance(value, datetime):
        return moment(value)
    return escape(blocks.cut(" ".join(kind.show(value, work, record).split()), SHORT))


def moment(value: datetime) -> str:
    return stamp(value, "{date_short_pretty} {time}")


def stamp(value: datetime, form: str) -> str:
    """Return a moment that Slack draws for each reader, in a form such as `{date_short} {time}`."""
    return f"<!date^{int(value.timestamp())}^{form}|{value:%Y-%m-%d %H:%M UTC}>"


def is_link(kind: Field) -> bool:
    """Return whether a field names a record that has a card of its own, and is no person."""
    return isinstance(kind, Reference) and not isinstance(kind, Person)


class CardText:
    """What a card says, and the records that it leads to, for all who read it.

    Attributes:
        places: The records named on it, each once, in their order.
    """

    def __init__(self, record: Entity, work: UnitOfWork) -> None:
        self.record, self.work = record, work
        self.kinds = policy.fields(work, record)
        self.places: list[Place] = []
        self.laid = record.layout().card
        self.lines = declared(record, work)

    def paragraphs(self) -> list[str]:
        """Return the paragraphs of the card below its name; the first one may be empty.

        The last paragraph also tells the facts about the record. Where admins laid the card out,
        it has the fields of the layout, each with its label.
        """
        if self.laid:
            return self.arranged()
        names = [found[1] for line in self.lines for found in PIECE.findall(line)]
        names = [name for name in names if name in self.kinds]
        learn(self.work, [self.record], [*names, *self.added_names()])
        found: list[list[str]] = [[]]
        for line in self.lines:
            if not line:
                found.append([])
            elif text := self.filled(line):
                found[-1].append(text)
        if len(found) == 1:
            found.append([])
        found[-1] += [self.added(), *(f"*{label}:* {text}" for label, text in self.told())]
        return ["\n".join(filter(None, lines)) for lines in found]

    def arranged(self) -> list[str]:
        """Return the paragraphs of a card that admins laid out, the facts in the last one."""
        learn(self.work, [self.record], [name for name in self.laid if name in self.kinds])
        entity = type(self.record)
        known = [n for n in self.laid if n in self.kinds or n in self.record.joins]
        said = ((label_of(entity, name), self.value(name)) for name in known)
        filled = [f"*{escape(label)}:* {text}" for label, text in said if text]
        lines = [" · ".join(filled[at : at + BESIDE]) for at in range(0, len(filled), BESIDE)]
        facts = [f"*{label}:* {text}" for label, text in self.told()]
        return ["", "\n".join(lines), "\n".join(facts)]

    def added(self) -> str:
        """Return a line with the first few fields that admins added and that hold something."""
        said = ((self.kinds[name].label, self.value(name)) for name in self.added_names())
        filled = [f"*{escape(label)}:* {text}" for label, text in said if text]
        return " · ".join(filled[:ADDED])

    def added_names(self) -> list[str]:
        """Return the fields that admins added which may be on a card and hold something."""
        added = [n for n, kind in self.kinds.items() if kind.card and n.startswith(PREFIX)]
        return [name for name in added if getattr(self.record, name) not in (None, False, ())]

    def told(self) -> Iterator[tuple[str, str]]:
        """Yield the facts about the record as (label, mrkdwn), without those of hidden fields."""
        hidden = {
            kind.label for name, kind in self.record.fields().items() if name not in self.kinds
        }
        for label, told in self.facts():
            if label not in hidden and (text := self.spoken(told)):
                yield label, text

    def facts(self) -> Facts:
        return self.record.facts(self.work) if self.kinds else []

    def spoken(self, told: Told) -> str:
        """Return a fact as mrkdwn; the records in it become places of the card."""
        if isinstance(told, str):
            return escape(blocks.cut(told, SHORT))
        return "".join(map(self.part, told))

    def part(self, part: Any) -> str:
        if isinstance(part, Entity):
            self.lead_to(part.slug(), part.ref)
            return part.ref
        if isinstance(part, Ago):
            return stamp(part.at, "{ago}")
        if isinstance(part, datetime):
            return stamp(part, "{date_short_pretty}")
        return escape(blocks.cut(" ".join(part.split(" ")), QUOTED))

    def filled(self, line: str) -> str:
        """Return a line of the card with the values of its fields, without what is empty."""
        return " · ".join(filter(None, map(self.phrase, line.split(" · "))))

    def phrase(self, said: str) -> str:
        """Return a part of a line with its values and the words around them; "" without values.

        The words that join a value to the one before it are left out where that is empty.
        """
        found = ""
        for piece in PIECE.findall(said):
            before, *rest = piece
            joins = before.startswith(" ") and not found
            found += self.piece(("" if joins else before, *rest))
        return f"{found}{PIECE.sub('', said)}".strip() if found else ""

    def piece(self, found: tuple[str, str, str, str]) -> str:
        """Return the words before a field and its value; nothing where it is empty or hidden."""
        before, name, empty, after = found
        text = self.value(name)
        if text == "" and empty and name in self.kinds:
            text = empty
        return f"{before}{text}{after}" if text else ""

    def value(self, name: str) -> str:
        if name in self.record.joins:
            return self.joined(name)
        if name not in self.kinds:
            return ""
        kind, value = self.kinds[name], getattr(self.record, name)
        if is_link(kind):
            return self.link(kind, value)
        if isinstance(kind, Email) and value and "|" not in value:
            return f"<mailto:{escape(value)}|{escape(value)}>"
        return marked(kind, value, self.work, self.record)

    def link(self, kind: Any, id: int | None) -> str:
        """Return the name of another record with its number; it becomes a place of the card."""
        if id is None:
            return ""
        name = self.work.name(kind.to, id)
        if not seen(self.work, kind.to, id):
            return escape(name)
        ref = self.work.ref(kind.to, id)
        self.lead_to(kind.to, ref)
        return f"{escape(blocks.cut(name, SHORT))} ({ref})"

    def joined(self, name: str) -> str:
        """Return what the record is joined to, such as the company where a person works."""
        there, between = self.record.joins[name]
        entity: Any = ENTITIES[between]
        kinds = entity.fields()
        found = entity.current(self.work, self.record)
        if found is None or there not in policy.fields(self.work, found):
            return ""
        return self.link(kinds[there], getattr(found, there))

    def lead_to(self, slug: str, ref: str) -> None:
        if (slug, ref) not in self.places:
            self.places.append((slug, ref))


def declared(record: Entity, work: UnitOfWork) -> tuple[str, ...]:
    """Return the lines that the entity declares for a record as its readers see it.

    There are none where they depend on a field that is hidden from a reader: then the card shows
    what may be seen with its labels, and reveals nothing by its form.
    """
    try:
        lines = type(record).card_lines(masking.veiled(work, record))  # type: ignore[arg-type]
    except masking.Unseen:
        return ()
    return tuple(lines)
