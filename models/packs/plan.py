"""What applying or removing a pack would change here, step by step; nothing is changed by it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from models.automation.rule import Rule
from models.core.context import Context
from models.core.custom.custom_field import CustomField
from models.core.entity.base import ENTITIES, Entity
from models.core.parsing import values
from models.core.parsing.texts import enumerated
from models.core.permissions import policy
from models.packs.files import Item, PackFile
from models.packs.kinds import OF, Need
from models.packs.pack import Pack, Part, applied


class Does(StrEnum):
    """What a step does, in the words with which it is told."""

    NEW = "New"
    BACK = "Comes back"
    CHANGE = "Changes"
    SAME = "There already, and the same"
    KEPT = "Stays as you have it"
    CONFLICT = "In the way"
    DELETE = "Goes"
    RETIRE = "Is retired"


DOES_NOTHING = (Does.SAME, Does.KEPT)
VERBS = {
    Does.NEW: "new",
    Does.BACK: "restore",
    Does.CHANGE: "edit",
    Does.DELETE: "delete",
    Does.RETIRE: "edit",
}
"""The right that a step takes."""


@dataclass(frozen=True)
class Step:
    """What becomes of one thing.

    Attributes:
        does: What the step does.
        item: What the pack says.
        record: The record, where there is one.
        texts: What changes: field → text.
        why: Why it stays or is in the way, or what goes with it.
        part: What is remembered of it, where the pack brought it before.
    """

    does: Does
    item: Item
    record: Any = None
    texts: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    part: Part | None = None

    def __str__(self) -> str:
        more = "".join(f" · {name}: {text}" for name, text in self.changes())
        return f"{self.does}: {self.item}{more}{f' · {self.why}' if self.why else ''}"

    def changes(self) -> Iterator[tuple[str, str]]:
        """Yield what changes of a record that stays: the label and the new text."""
        if self.does == Does.CHANGE:
            kinds = self.item.kind.entity.fields()
            yield from ((kinds[name].label, text or "empty") for name, text in self.texts.items())


@dataclass(frozen=True)
class Plan:
    """All that applying, upgrading or removing a pack would do.

    Attributes:
        file: The pack.
        pack: The pack as it was applied here, None where it never was.
        steps: The steps, in the order in which they are done.
    """

    file: PackFile
    pack: Pack | None
    steps: tuple[Step, ...]

    @property
    def is_applied(self) -> bool:
        return self.pack is not None and self.pack.deleted_at is None

    @property
    def conflicts(self) -> list[Step]:
        return [each for each in self.steps if each.does == Does.CONFLICT]

    @property
    def acts(self) -> list[Step]:
        """The steps that change something."""
        idle = (*DOES_NOTHING, Does.CONFLICT)
        return [each for each in self.steps if each.does not in idle]

    @property
    def mark(self) -> str:
        """A few letters that are others as soon as the plan is another one."""
        return sha256("\n".join(map(str, self.steps)).encode()).hexdigest()[:10]


# ── applying ──────────────────────────────────────────────────────────────────────────────────────


def of_applying(work: Context, file: PackFile) -> Plan:
    """Return what applying a pack here would do; where it is applied, bringing it up to date."""
    pack = applied(work, file.slot)
    brought = {part.key: part for part in pack.parts} if pack else {}
    on = pack is not None and pack.deleted_at is None
    steps = [step_of(work, item, brought.get(item.key), on) for item in file.items]
    if on and pack:
        wanted = {item.key for item in file.items}
        gone = [part for part in pack.parts if part.key not in wanted]
        steps = [*removals(work, gone), *steps]
    return Plan(file, pack, tuple(steps))


def step_of(work: Context, item: Item, part: Part | None, on: bool) -> Step:
    """Return what becomes of one thing that a pack says.

    Args:
        work: The unit of work.
        item: What the pack says.
        part: What is remembered of it, where the pack brought it before.
        on: Whether the pack is applied now.
    """
    if part is None:
        return first_step(work, item)
    record: Any = work.get(item.kind.entity, part.id)
    if record.deleted_at is None and not on and getattr(record, "retired", False):
        return Step(Does.BACK, item, record, {"retired": "no"}, part=part)
    if record.deleted_at is None:
        return updating(item, part, record)
    if on:
        return Step(Does.KEPT, item, record, why=f"{record.ref} was deleted since", part=part)
    if why := in_the_way(work, item):
        return Step(Does.CONFLICT, item, record, why=why, part=part)
    return Step(Does.BACK, item, record, told(item, part), part=part)


def told(item: Item, part: Part) -> dict[str, str]:
    """Return the texts that a pack says otherwise than when it was applied."""
    names = dict.fromkeys((*item.texts, *part.texts))
    said = {name: item.texts.get(name, "") for name in names}
    return {name: text for name, text in said.items() if text != part.texts.get(name, "")}


def first_step(work: Context, item: Item) -> Step:
    """Return what becomes of a thing that the pack did not bring here before."""
    there = standing(work, item)
    if there is None:
        why = " ".join(item.kind.problems(work, item.texts))
        return Step(Does.CONFLICT if why else Does.NEW, item, texts=item.texts, why=why)
    if not (others := differing(work, item, there)):
        return Step(Does.SAME, item, there)
    return Step(Does.CONFLICT, item, there, why=f"{there.ref} says otherwise: {others}")


def in_the_way(work: Context, item: Item) -> str:
    """Return what was made since that has the place of a thing which is to come back."""
    there = standing(work, item)
    return f"{there} was made since" if there else " ".join(item.kind.problems(work, item.texts))


def standing(work: Context, item: Item) -> Entity | None:
    """Return the record that is here already and is what a pack says, as its name tells."""
    entity: Any = item.kind.entity
    where = []
    for name in item.kind.identity:
        kind, text = entity.fields()[name], item.texts[name]
        if name in entity.named:
            where.append(entity.key == values.fold(text)[:255])
            continue
        try:
            where.append(getattr(entity, name) == kind.parse(text, work))
        except ValueError:
            return None  # it is about a noun that comes with the same pack
    found: Entity | None = work.session.scalars(select(entity).where(*where)).first()
    return found


def differing(work: Context, item: Item, record: Entity) -> str:
    """Return what a record says otherwise than a pack does: Kind is Text, not money."""
    kinds = record.fields()
    found = []
    for name, text in item.texts.items():
        now = kinds[name].show(getattr(record, name), work, record)
        if not is_same(work, record, name, text, now):
            found.append(f"{kinds[name].label} is {now or 'empty'}, not {text}")
    return ", ".join(found)


def is_same(work: Context, record: Entity, name: str, text: str, now: str) -> bool:
    """Return whether a field of a record says what a text does."""
    if plain(now) == plain(text):
        return True
    try:
        parsed = type(record).parse({name: text}, work, record)
    except (ValueError, KeyError):
        return False
    return bool(parsed.get(name) == getattr(record, name))


def plain(text: str) -> str:
    return " ".join(values.fold(text.replace('"', "")).split())


def updating(item: Item, part: Part, record: Entity) -> Step:
    """Return what becomes of a record that the pack brought and that is still here."""
    mine, new = changed(part, record), told(item, part)
    labels = {name: record.fields()[name].label for name in mine}
    clash = [label for name, label in labels.items() if name in new]
    texts = {name: text for name, text in new.items() if name not in mine}
    if clash:
        why = f"{were_changed(clash)}, and this version says otherwise"
        return Step(Does.CHANGE if texts else Does.KEPT, item, record, texts, why, part)
    if texts:
        return Step(Does.CHANGE, item, record, texts, part=part)
    if labels:
        return Step(Does.KEPT, item, record, why=were_changed(list(labels.values())), part=part)
    return Step(Does.SAME, item, record, part=part)


def were_changed(labels: Sequence[str]) -> str:
    return (
        f"{enumerated(list(labels), 'and')} {'was' if len(labels) == 1 else 'were'} changed since"
    )


def changed(part: Part, record: Entity) -> list[str]:
    """Return the fields of a record that people changed since the pack brought it."""
    now = holds(record)
    names = dict.fromkeys((*part.held, *now))
    loose = OF[part.entity].loose
    return [n for n in names if n not in loose and part.held.get(n) != now.get(n)]


def holds(record: Entity) -> dict[str, str]:
    """Return what a record holds that people can change: field → text."""
    kinds = {name: kind for name, kind in record.fields().items() if not kind.readonly}
    found = {name: kind.dump(getattr(record, name)) for name, kind in kinds.items()}
    return {n: text for n, text in found.items() if text not in (None, "") and n != "deleted_at"}


# ── removing ──────────────────────────────────────────────────────────────────────────────────────


def of_removing(work: Context, file: PackFile, pack: Pack) -> Plan:
    """Return what removing a pack would do: what people made their own stays, and is named."""
    return Plan(file, pack, tuple(removals(work, pack.parts)))


def removals(work: Context, parts: Sequence[Part]) -> list[Step]:
    """Return what becomes of things that a pack brought and that are to go, the last ones first."""
    there = [(part, work.get(ENTITIES[part.entity], part.id)) for part in reversed(parts)]
    there = [(part, record) for part, record in there if record.deleted_at is None]
    reasons = staying(work, there)
    return [removal(work, part, record, reasons.get(part.key, "")) for part, record in there]


def removal(work: Context, part: Part, record: Entity, why: str) -> Step:
    """Return what becomes of one record that is to go."""
    kind = OF[part.entity]
    item = Item(kind, part.texts)
    if why:
        return Step(Does.KEPT, item, record, why=why, part=part)
    if not kind.goes(work, record):
        return Step(Does.RETIRE, item, record, {"retired": "yes"}, "records hold it", part)
    return Step(Does.DELETE, item, record, why=kind.held(work, record), part=part)


def staying(work: Context, there: Sequence[tuple[Part, Entity]]) -> dict[str, str]:
    """Return why some of the things that are to go stay: key → the reason.

    People changed them, or something that stays cannot do without them.
    """
    reasons: dict[str, str] = {}
    for part, record in there:
        if names := changed(part, record):
            labels = [record.fields()[name].label for name in names]
            reasons[part.key] = were_changed(labels)
    going = {(part.entity, part.id) for part, _ in there}
    users = {need: str(each) for each in others(work, going) for need in needs(work, each)}
    more = True
    while more:
        users |= {
            need: str(record)
            for part, record in there
            if part.key in reasons
            for need in needs(work, record)
        }
        found = {
            part.key: f"{users[given]} needs it"
            for part, record in there
            if part.key not in reasons and (given := OF[part.entity].gives(record)) in users
        }
        reasons |= found
        more = bool(found)
    return reasons


def others(work: Context, going: set[tuple[str, int]]) -> list[Entity]:
    """Return the fields and rules that people made, which may need what is to go."""
    with policy.beyond(work.session):
        found: Iterable[Entity] = [
            *work.session.scalars(select(CustomField).order_by(CustomField.id)),
            *work.session.scalars(select(Rule).order_by(Rule.id)),
        ]
    return [each for each in found if (each.slug(), each.id) not in going]


def needs(work: Context, record: Entity) -> set[Need]:
    """Return the nouns and fields that a record cannot do without."""
    return set(OF[record.slug()].needs(work, record))
