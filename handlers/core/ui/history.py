"""Show what became of a record, and lead back to an earlier state.

It shows who changed what, when and why, and how the record was at any moment.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks, card_text, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import because, receipt
from models.core import records
from models.core.audit.entries import AuditEntry
from models.core.entity.base import Entity
from models.core.entity.custom_values import PREFIX, with_values
from models.core.errors import CRMError
from models.core.fields.base import Field
from models.core.history import as_of as past
from models.core.history.point_in_time import EXAMPLE, Past, Point
from models.core.history.since import Difference
from models.core.parsing import values
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

ACTS = 15
"""Acts on one page."""
TOLD = 4
"""Changes of an act that are listed; the others are counted."""
PREVIEWED = 8
SHORT, LINE = 60, 240
"""Letters of a value and of an act."""
WHEN = {"when": Past("As of", required=True, hint=f"Such as {EXAMPLE}")}
TO = {"when": Past("Back to", required=True, hint=f"Such as {EXAMPLE}")}
DOORS = {
    "command": "by command",
    "button": "with a button",
    "form": "in a form",
    "message": "by message",
    "shortcut": "with a shortcut",
    "say": "in a terminal",
    "import": "by import",
    "undo": "by undo",
    "redo": "by redo",
    "home": "on the home tab",
    "rule": "by a rule",
}
"""The words for each door; what happens without anybody needs no words."""


def history(request: Request, record: Entity) -> Response:
    """Who changed what, when, through which door and why, the newest first: `history OP-42`."""
    work = request.work
    must_be_visible(work, record)
    newest = list(reversed(records.history(work, record)))
    after = str(request.line.flags.get("page") or "")
    past_acts = [list(act) for _, act in groupby(newest, key=lambda entry: entry.unit)]
    units = [act[0].unit for act in past_acts]
    if after in units:
        past_acts = past_acts[units.index(after) + 1 :]
    shown, rest = past_acts[:ACTS], past_acts[ACTS:]
    states = unwound(record, newest)
    heading = f"History of {blocks.cut(str(record), LINE)}"
    lines = [(act, blocks.cut(told(work, record, act, states), LINE)) for act in shown]
    drawn = [blocks.section(f"*{escape(heading)}*")]
    drawn += [
        blocks.section(f"{card_text.moment(act[0].at)} · {escape(line)}") for act, line in lines
    ]
    if rest:
        line = f"{record.slug()} history {record.ref} --page={shown[-1][0].unit}"
        drawn.append(blocks.actions(blocks.button(f"More ({len(rest)})", "crm.run", line)))
    texts = [
        f"{values.show_moment(act[0].at, work.now, work.zone)} · {line}" for act, line in lines
    ]
    return Message("\n".join([heading, *(texts or ["Nothing was changed yet."])]), drawn)


States = dict[int, tuple[SimpleNamespace, SimpleNamespace]]
"""The record before and after each entry, by the entry's id.

So an amount is shown in the currency it had then.
"""


def unwound(record: Entity, newest: Sequence[AuditEntry]) -> States:
    """Go back through all changes of a record, the newest first, and return its states."""
    kinds, states, now = record.fields(), States(), SimpleNamespace(**with_values(record))
    for _, entries in groupby(newest, key=lambda entry: entry.version):
        version = list(entries)
        known = {
            each.field: kinds[each.field].load(each.old) for each in version if each.field in kinds
        }
        before = SimpleNamespace(**vars(now) | known)
        states |= {each.id: (before, now) for each in version}
        now = before
    return states


def told(work: UnitOfWork, record: Entity, act: Sequence[AuditEntry], states: States) -> str:
    """Return an act in one line, with the changes it made.

    An example is `v3 · Rita Reyes in a form: Stage: Proposal → Won; and 2 more. Why: they signed`.
    """
    first, door = act[0], DOORS.get(act[0].door, "")
    said = [
        each
        for each in map(lambda entry: change(work, record, entry, states), reversed(act))
        if each
    ]
    more = [f"and {len(said) - TOLD} more"] if len(said) > TOLD else []
    created = "Created: " if first.action == "create" else ""
    why = f". Why: {first.reason}" if first.reason else ""
    who = " ".join(filter(None, (person(work, first), door)))
    return f"v{first.version} · {who}: {created}{'; '.join([*said[:TOLD], *more])}{why}"


def unknown_label(field: str) -> str:
    """Return what people read for a field that is no more."""
    name = field.partition(":")[0].removeprefix(PREFIX).replace("_", " ")
    return f"{name[:1].upper()}{name[1:]}"


def change(work: UnitOfWork, record: Entity, entry: AuditEntry, states: States) -> str:
    """Return a change as `Stage: Proposal → Won`; nothing where it is hidden from the reader."""
    kind = record.fields().get(entry.field)
    if kind and (kind.says_nothing or entry.field not in policy.fields(work, record)):
        return ""
    label = kind.label if kind else unknown_label(entry.field)
    if entry.erased:
        return f"{label}: erased"
    if entry.field == "deleted_at":
        return "Deleted" if entry.new else "Restored"
    before, after = states[entry.id]
    if entry.action == "create":
        return f"{label}: {shown(work, kind, entry.new, after)}"
    old, new = blocks.apart(
        read(work, kind, entry.old, before), read(work, kind, entry.new, after), SHORT
    )
    nothing = kind.nothing if kind else Field.nothing
    return f"{label}: {old or nothing} → {new or nothing}"


def shown(work: UnitOfWork, kind: Field | None, text: str | None, record: Any) -> str:
    """Return a stored text, cut to what a line has room for."""
    nothing = kind.nothing if kind else Field.nothing
    return blocks.cut(read(work, kind, text, record), SHORT) or nothing


def read(work: UnitOfWork, kind: Field | None, text: str | None, record: Any) -> str:
    """Return a stored text as a person reads it.

    It is as it was stored where the field, or what it names, does not exist any more.
    """
    try:
        said = kind.show(kind.load(text), work, record) if kind else text
    except (CRMError, ValueError):
        said = text
    return " ".join((said or "").split())


def person(work: UnitOfWork, entry: AuditEntry) -> str:
    try:
        return records.who(work, entry)
    except CRMError:
        return "Someone who is gone"


def as_of(request: Request, record: Entity) -> Response:
    """How it was on a day, at a moment or at a version: `OP-42 as of 2026-06-30`, `OP-42 as of
    friday`.
    """  # noqa: D205
    work, point = request.work, request["when"]
    must_be_visible(work, record)
    state = past.as_of(work, record, point.at)
    heading = f"{record.ref} {when(work, point, state)}"
    if state.values["deleted_at"]:
        heading += ", when it was deleted"
    pairs = held(work, record, state)
    drawn = [blocks.section(f"{record.icon} *{escape(heading)}*")]
    lines = [f"*{label}:* {escape(text)}" for label, text in pairs]
    drawn += [blocks.columns(lines[start : start + 10]) for start in range(0, len(lines), 10)]
    drawn.append(blocks.actions(*onwards(work, record, state)))
    return Message("\n".join([heading, *(f"{label}: {text}" for label, text in pairs)]), drawn)


def must_be_visible(work: UnitOfWork, record: Entity) -> None:
    """Refuse a deleted record to all but those who may restore it.

    Those must know who deleted what.
    """
    if record.deleted_at:
        policy.check(work, "restore", record)


def onwards(work: UnitOfWork, record: Entity, state: past.State) -> list[Block]:
    """Return what a person who looked at an earlier state of a record can do next."""
    if record.deleted_at:
        return cards.ways(record, work, ("history", "History"), ("restore", "Restore"))
    back = [back_to(record, state)] if cards.usable(["revert"], record, work) else []
    return [*back, *cards.ways(record, work, ("history", "History"), ("show", "Show today's"))]


def back_to(record: Entity, state: past.State) -> Block:
    return blocks.button(
        "Set back to this", f"{record.slug()}.revert", f"{record.ref} to v{state.version}"
    )


def when(work: UnitOfWork, point: Point, state: past.State) -> str:
    """Return when a state was: as of Fri 6 Mar 23:59, v3 since Tue 3 Mar 10:00."""
    since = f"v{state.version} since {values.show_moment(state.since, work.now, work.zone)}"
    if isinstance(point.at, datetime):
        return f"as of {values.show_moment(point.at, work.now, work.zone)}: {since}"
    return f"as {since}"


def held(work: UnitOfWork, record: Entity, state: past.State) -> list[tuple[str, str]]:
    """Return the (label, text) of every field that held something."""
    then, pairs = state.of(record), []
    for name, kind in policy.fields(work, record).items():
        if name in state.erased:
            pairs.append((kind.label, "erased"))
        elif (
            name != "deleted_at"
            and not kind.says_nothing
            and state.values[name] not in (None, "", ())
        ):
            pairs.append((kind.label, shown(work, kind, kind.dump(state.values[name]), then)))
    return pairs


def moved(work: UnitOfWork, each: Difference[Any], name: str) -> str:
    """Return what a field held before and after: Proposal → Won.

    It is empty where the field is hidden from some of the readers.
    """
    kind = policy.fields(work, each.record).get(name)
    if kind is None:
        return ""
    old, new = (
        kind.show(getattr(state, name), work, state) if state else ""
        for state in (each.before, each.after)
    )
    old, new = blocks.apart(old or "nothing", new or "nothing", SHORT)
    return f"{old} → {new}"


def revert(request: Request, record: Entity) -> Response:
    """Set it back to what it was, after a look at what that changes: `revert OP-42 to friday`,
    `revert OP-42 to v3`.
    """  # noqa: D205
    point = request["when"]
    if request.flag("yes") and point.seen in (0, record.version):
        made = past.revert(request.work, record, point.at)
        return receipt(
            request, record, f"{record} is set back to v{made.state.version}", replace=True
        )
    return preview(request, record, past.plan(request.work, record, point.at), point)


def preview(request: Request, record: Entity, plan: past.Plan, point: Point) -> Message:
    """Return what would change, with the button that does it.

    It asks again where another person changes the record before the button is pressed.
    """
    work = request.work
    then, now = plan.state.of(record), SimpleNamespace(**with_values(record))
    lines = []
    for each in plan.changes[:PREVIEWED]:
        old = shown(work, each.kind, each.kind.dump(each.now), now)
        lines.append(
            f"{each.kind.label}: {old} → {shown(work, each.kind, each.kind.dump(each.then), then)}"
        )
    if len(plan.changes) > PREVIEWED:
        lines.append(f"and {len(plan.changes) - PREVIEWED} more")
    if plan.stays:
        lines.append(f"These stay as they are: {', '.join(plan.stays)}")
    changed = "It has changed meanwhile. " if point.seen not in (0, record.version) else ""
    question = f"{changed}Set {record} back, {when(work, point, plan.state)}?"
    line = (
        f"{record.slug()} revert {record.ref} to v{plan.state.version} from v{record.version} --yes"
    )
    drawn = [blocks.section(escape(question)), blocks.context(*(escape(line) for line in lines))]
    drawn.append(
        blocks.actions(blocks.button("Set back", "crm.run", line + because(request), "danger"))
    )
    return Message("\n".join([question, *lines]), drawn, asks=True)
