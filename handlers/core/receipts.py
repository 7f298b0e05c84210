"""Answers in words: what changed, what there is to choose from, what needs a yes."""

from collections.abc import Collection, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from handlers.core import blocks, cards
from handlers.core.blocks import Block, escape
from handlers.core.replies import Message, Request
from models.core import access
from models.core.base import ENTITIES, Entity
from models.core.work import Work
from models.operations.reversible import is_reversible
from models.operations.undoing import UNDO

TOLD = 8
"""Changes a receipt lists; the rest is behind Show."""
LONG = 80
"""Letters of a value."""


def receipt(request: Request, record: Entity, said: str = "", replace: bool = False) -> Message:
    """What this act changed, old → new, with Undo, Edit and Show. said: a sentence instead of the list of changes."""
    work = request.work
    work.session.flush()
    lines = told(work, record, [name for name, text in request.texts.items() if text.strip()])
    first = said or f"{headline(work, record)}"
    drawn = [blocks.section(f"{record.icon} {escape(first)}")]
    drawn += [blocks.context(*(escape(line) for line in lines))] if lines else []
    buttons = offered(work, record)
    drawn += [blocks.actions(*buttons)] if buttons else []
    return Message("\n".join([first, *lines]), drawn, replace)


def offered(work: Work, record: Entity) -> list[Block]:
    """What can be done next, as cards offer it: by one who reads alone, if they may."""
    back = way_back(work)
    if record.deleted_at:
        return back or cards.ways(record, work, ("restore", "Restore"))
    return [*back, *cards.ways(record, work, ("edit", "Edit"), ("show", "Show"))]


def way_back(work: Work) -> list[Block]:
    """The button that takes this act back; after an undo, the one that does it again."""
    if not work.changes or (len(work.viewers) == 1 and not is_reversible(work)):
        return []
    undone = work.door == UNDO
    return [blocks.button("Redo" if undone else "Undo", "crm.redo" if undone else "crm.undo", work.unit)]


def headline(work: Work, record: Entity) -> str:
    mine = [row for row in work.changes if row["entity"] == record.slug() and row["record_id"] == record.id]
    if any(row["action"] == "create" for row in mine):
        return f"Created {record}"
    if any(row["field"] == "deleted_at" for row in mine):
        return f"Deleted {record}. It can be restored for 30 days." if record.deleted_at else f"Restored {record}"
    return f"Changed {record}" if mine else f"{record}: nothing changed"


def told(work: Work, record: Entity, typed: Collection[str] = ()) -> list[str]:
    """A line for every field that changed on records that stood before, and one for every record that is new.

    typed: the fields of the record that somebody filled, which are told as they were understood.
    """
    lines = []
    for key, rows in grouped(work.changes).items():
        other = work.get(ENTITIES[key[0]], key[1])
        if rows[0]["action"] == "create":
            lines += [] if other is record else [f"Created {other}"]
            continue
        seen = access.fields(work, other)
        name = "" if other is record else f"{other.ref} "
        was = before(other, rows)
        lines += [
            f"{name}{difference(work, other, was, row, other is record and row['field'] in typed)}"
            for row in rows
            if row["field"] in seen and row["field"] != "deleted_at"
        ]
    return lines[:TOLD] + ([f"and {len(lines) - TOLD} more"] if len(lines) > TOLD else [])


def grouped(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["entity"], row["record_id"]), []).append(row)
    return found


def before(record: Entity, rows: Sequence[dict[str, Any]]) -> SimpleNamespace:
    """The record as it was: an old amount is shown in its old currency."""
    kinds = record.fields()
    old = {row["field"]: kinds[row["field"]].load(row["old"]) for row in rows if row["field"] in kinds}
    return SimpleNamespace(**vars(record) | old)


def difference(work: Work, record: Entity, was: SimpleNamespace, row: dict[str, Any], typed: bool = False) -> str:
    """Stage: Proposal → Won. typed: whether somebody wrote it, and wants to see how it was understood."""
    kind = record.fields()[row["field"]]
    old = kind.show(kind.load(row["old"]), work, was)
    new = (kind.echo if typed else kind.show)(kind.load(row["new"]), work, record)
    old, new = blocks.apart(old, new, LONG)
    return f"{kind.label}: {old or 'empty'} → {new or 'empty'}"


def choices(sentence: str, offers: Sequence[tuple[str, str]]) -> Message:
    """A sentence and a button for each thing it might have meant. offers: (label, line)."""
    drawn = [blocks.section(escape(sentence))]
    if offers:
        drawn.append(blocks.actions(*(blocks.button(label, "crm.run", line) for label, line in offers)))
    return Message(sentence, blocks.distinct(drawn), asks=True)


def question(sentence: str, yes: str, line: str) -> Message:
    """A sentence and the one button that says yes to it."""
    agree = blocks.button(yes, "crm.run", line, "danger")
    return Message(sentence, [blocks.section(escape(sentence)), blocks.actions(agree)], asks=True)


def because(request: Request) -> str:
    """The reason that was given, for the line of a button."""
    said = request.reason.replace('"', "'")
    return f' --reason="{said}"' if said else ""


def plainly(sentence: str) -> Message:
    """Just a sentence."""
    return Message(sentence, [blocks.section(escape(sentence))])
