"""Draw what somebody did to a person's records, or to those that they follow."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards, receipts
from handlers.core.ui.blocks import Block, escape
from handlers.notifications.record_events import is_undone, quoted
from models.core.audit.entries import AuditEntry
from models.core.comments import COMMENTS
from models.core.entity.base import Entity
from models.core.history.undo_many import read
from models.core.notifications import marks
from models.core.notifications.changes import HIDDEN, watched
from models.core.outbox.delivery import Delivery
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

Rows = Sequence[dict[str, Any]]
"""The audit entries of one record."""
TAKEN_BACK = "Taken back"
"""Begins what people read of something that was undone since."""
NAMED = 5
"""The records that one message names."""
SAID = 300
"""Letters of a quotation."""
REMARKS: Mapping[str, str] = {"reply": "replied on", "note": "wrote a note on"}
"""What somebody did who made a remark, by its verb."""


def changed(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what a person did, in one act, to records of the reader's or that the reader follows.

    What the reader may not see is left out; a record that they had, and see no more, is named by
    its number alone. `delivery.about` has `by`, who did it, and `unit`, the unit of work.
    """
    told = []
    for record, rows in concerned(work, delivery):
        said = told_of(work, record, rows, delivery.about["by"])
        told += [(record, *said)] if said else []
    if not told:
        return None
    undone = is_undone(work, delivery)
    drawn, texts = [], []
    for record, first, lines in told[:NAMED]:
        drawn += row_of(work, record, first, lines, undone)
        texts.append("\n".join([first, *lines]))
    if more := len(told) - NAMED if len(told) > NAMED else 0:
        drawn.append(blocks.context(f"and {more} more"))
        texts.append(f"and {more} more")
    text = "\n".join(texts)
    return Message(f"{TAKEN_BACK}: {text}" if undone else text, blocks.distinct(drawn))


def records_of(work: UnitOfWork, delivery: Delivery) -> list[Entity]:
    """Return the records that a message about a unit of work concerns its reader with."""
    return [record for record, _ in concerned(work, delivery)]


def concerned(work: UnitOfWork, delivery: Delivery) -> list[tuple[Entity, Rows]]:
    """Return the records that the reader has, had, or follows, each with what was done to it."""
    mine = select(AuditEntry).where(AuditEntry.unit == delivery.about["unit"])
    names = ("entity", "record_id", "action", "field", "old", "new")
    rows = [
        {name: getattr(entry, name) for name in names}
        for entry in work.session.scalars(mine.order_by(AuditEntry.id))
        if not entry.erased
    ]
    person = work.actor.id if work.actor else 0
    muted, followed = marks.muted_by(work, person), marks.followed_by(work, person)
    found: list[tuple[Entity, Rows]] = []
    grouped = receipts.grouped(rows)
    known = {(record.slug(), record.id): record for record in read(work, list(grouped))}
    for key, theirs in grouped.items():
        record = known.get(key)
        if record is None or theirs[0]["action"] == "create" or marks.is_muted(record, muted):
            continue
        named = delivery.kind == "mentioned" and bool(remarks(record, theirs))
        if (named or is_about(record, theirs, person, followed)) and worth_telling(record, theirs):
            found.append((record, theirs))
    return found


def is_made(work: UnitOfWork, delivery: Delivery, record: Entity) -> bool:
    """Return whether a record was made by the act that a message tells of."""
    mine = (AuditEntry.unit == delivery.about["unit"], AuditEntry.action == "create")
    its = (AuditEntry.entity == record.slug(), AuditEntry.record_id == record.id)
    return work.session.scalar(select(AuditEntry.id).where(*mine, *its).limit(1)) is not None


def is_about(record: Entity, rows: Rows, person: int, followed: Collection[marks.Key]) -> bool:
    """Return whether a record is a person's, was theirs before, or is followed by them."""
    if record.owned:
        held = {str(getattr(record, record.owned))}
        held |= {row["old"] for row in rows if row["field"] == record.owned}
        if str(person) in held:
            return True
    return (record.slug(), record.id) in followed


def worth_telling(record: Entity, rows: Rows) -> bool:
    """Return whether people hear of what was done to a record of theirs."""
    return bool(watched(record, [row["field"] for row in rows]) or remarks(record, rows))


def remarks(record: Entity, rows: Rows) -> list[tuple[str, int]]:
    """Return the verb and the id of each remark that was made about a record."""
    said = [row["field"].partition(":") for row in rows if row["new"] is not None]
    return [
        (verb, int(id))
        for verb, colon, id in said
        if colon and id.isdecimal() and record.slug() in COMMENTS
    ]


def told_of(
    work: UnitOfWork, record: Entity, rows: Rows, by: int | None
) -> tuple[str, list[str]] | None:
    """Return the sentence about what was done to one record, and a line for each change.

    The result is None where the reader may not know of it.
    """
    who, seen = work.who(by), policy.fields(work, record)
    name = f"{record.spoken} ({record.ref})" if record.spoken != record.ref else record.ref
    if not seen:
        owned = next((row for row in rows if row["field"] == record.owned), None)
        return (f"{who} handed {record.ref} over. You no longer see it.", []) if owned else None
    visible = [row for row in rows if row["field"] in seen and watched(record, [row["field"]])]
    said = remarks(record, rows)
    if not visible and not said:
        return None
    deed, field = deed_of(work, record, visible, by, said)
    first = f"{who} {deed.format(name)}" if "{}" in deed else f"{who} {deed} {name}"
    was = receipts.before(record, rows)
    brief = record.line if field and field not in (HIDDEN, record.owned) else ()
    lines = [
        receipts.difference(work, record, was, row)
        for row in visible
        if row["field"] not in (field, HIDDEN, *brief)
    ]
    if now := list(cards.texts(record, work, *brief).values()):
        lines.insert(0, " · ".join(now))
    quotes = [blocks.cut(quoted(work, record, id), SAID) for _, id in said]
    return first, [*lines, *(f"“{text}”" for text in quotes)]


def deed_of(
    work: UnitOfWork,
    record: Entity,
    rows: Rows,
    by: int | None,
    said: Sequence[tuple[str, int]],
) -> tuple[str, str]:
    """Return the verb for what was done to a record, and the field that says so.

    Args:
        work: The unit of work.
        record: The record.
        rows: What was changed of it.
        by: The id of the person who did it.
        said: The remarks that were made about it.
    """
    new = {row["field"]: row["new"] for row in rows}
    if HIDDEN in new:
        return ("deleted" if new[HIDDEN] else "restored"), HIDDEN
    for name, value in new.items():
        deeds = record.fields()[name].deeds
        if value is not None and (deed := deeds.get(value) or deeds.get("*")):
            return deed, name
    if record.owned and record.owned in new:
        return handed(work, new[record.owned], by), record.owned
    if said:
        return REMARKS.get(said[0][0], "wrote on"), ""
    return "changed", ""


def handed(work: UnitOfWork, to: str | None, by: int | None) -> str:
    """Return what somebody did who changed whose a record is; {} stands for the record."""
    if to is None:
        return "gave back {}: it is nobody's now"
    return "took" if by is not None and to == str(by) else f"gave {{}} to {work.who(int(to))}"


def row_of(
    work: UnitOfWork, record: Entity, first: str, lines: Sequence[str], undone: bool
) -> list[Block]:
    """Return a record of a message, with the button that opens it where the reader may see it."""
    said = escape(first)
    text = "\n".join([f"~{said}~ {TAKEN_BACK.lower()}" if undone else said, *map(escape, lines)])
    names = cards.usable([cards.MORE], record, work) if not record.deleted_at else ()
    opened = blocks.button("Open", f"{record.slug()}.{cards.MORE}", record.ref) if names else None
    return [blocks.section(text, opened)]
