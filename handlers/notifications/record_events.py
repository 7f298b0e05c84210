"""Say what happened, to those it concerns.

This is done in lines in the threads of a record's cards, and in a message that a person was given a
record.

Deliveries contain ids: the person who did it is named, and what they said is quoted, only now, from
where it is stored.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from handlers.automation import wording
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards, receipts
from handlers.core.ui.blocks import escape
from models.activities.activity import Activity
from models.core.audit.entries import AuditEntry
from models.core.comments import COMMENTS
from models.core.entity.base import ENTITIES, Entity
from models.core.history.undo import latest
from models.core.history.undo_many import read
from models.core.outbox.delivery import Delivery
from models.core.permissions import masking, policy
from models.core.unit_of_work import UnitOfWork
from models.sales.opportunity import Opportunity

TAKEN_BACK = {"undone": "undid this", "redone": "did this again"}
"""What became of it since, by the name under which `about` says who did that."""


def event(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what happened to a record, for the thread of its card.

    It is word for word where everybody there may see all of the record, since colleagues write what
    they like. `delivery.about` has `by`, `did`, `remark`, `activity`, `undone` and
    `redone`, or `rule`.
    """
    record = record_of(work, delivery)
    if not masking.is_open(work, record):
        return hint(record)
    text = told(work, record, delivery.about)
    return Message(text, [blocks.said(text)])


def told(work: UnitOfWork, record: Entity, about: Mapping[str, Any]) -> str:
    """Return the line: Rita Reyes undid this: Sam Stone replied: We are looking into it."""
    if "rule" in about:
        text = wording.in_thread(work, record, about)
    elif "text" in about:
        text = str(about["text"])  # written by a release that stored the words themselves
    else:
        said = (
            f": {quoted(work, record, about['remark'])}"
            if "remark" in about
            else logged(work, about)
        )
        text = f"{name_of(work, about['by'])} {about['did']}{said}"
    for taken_back, verb in TAKEN_BACK.items():
        text = f"{name_of(work, about[taken_back])} {verb}: {text}" if taken_back in about else text
    return text


def quoted(work: UnitOfWork, record: Entity, remark: int) -> str:
    """Return what a person said about a record, as far as it still exists."""
    found = work.session.get(COMMENTS[record.slug()], remark)
    return found.text if found else "…"


def logged(work: UnitOfWork, about: Mapping[str, Any]) -> str:
    """Return what was logged in this thread.

    It is word for word where all readers may see it and it still exists.
    """
    if "activity" not in about:
        return ""
    activity = work.get(Activity, about["activity"])
    shown = activity.deleted_at is None and policy.shows(work, activity, "description")
    return f": {activity.ref} {activity.description}" if shown else f": {activity.ref}"


def name_of(work: UnitOfWork, person: int | None) -> str:
    """Return who did something, by the id of a user; without an id it was the CRM itself."""
    return work.who(person)


def assigned(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return that a person was given records, unless others have them by now.

    `delivery.about` has `by`, the one who gave them, and `unit`, in which that was; where it was
    undone since, the message says so.
    """
    by, records = delivery.about["by"], given(work, delivery)
    giver = (
        by if isinstance(by, str) else name_of(work, by)
    )  # an earlier release stored the name itself
    if is_undone(work, delivery):
        said = f"{giver} gave you {receipts.listed(records)}"
        return Message(f"Taken back: {said}", [blocks.section(f"~{escape(said)}~ taken back")])
    mine = [record for record in records if is_still(work, record)]
    if not mine:
        return None
    count = f"{len(mine)} records: " if len(mine) > 1 else ""
    said = f"{giver} gave you {count}{receipts.listed(mine)}"
    rows = [row for record in mine[: receipts.NAMED] for row in cards.row(record, work)]
    return Message(said, blocks.distinct([blocks.section(escape(said)), *rows]))


def given(work: UnitOfWork, delivery: Delivery) -> list[Entity]:
    """Return the records that somebody gave to the reader in one act."""
    unit = str(delivery.about.get("unit", ""))
    if not unit or not work.actor:
        return [record_of(work, delivery)]
    mine = (AuditEntry.unit == unit, AuditEntry.new == str(work.actor.id))
    entries = work.session.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.id))
    keys = [
        (each.entity, each.record_id)
        for each in entries
        if each.field == ENTITIES[each.entity].owned
    ]
    known = {(record.slug(), record.id): record for record in read(work, keys)}
    found = [known[key] for key in dict.fromkeys(keys) if key in known]
    return found or [record_of(work, delivery)]


def is_still(work: UnitOfWork, record: Entity) -> bool:
    """Return whether a record that was given to the reader is still there and theirs."""
    mine = not work.actor or getattr(record, record.owned) == work.actor.id
    return mine and not record.deleted_at


def is_undone(work: UnitOfWork, delivery: Delivery) -> bool:
    """Return whether what a message tells of was undone since, and not done again."""
    unit = str(delivery.about.get("unit", ""))
    return bool(unit) and latest(work, unit)[1]


def won(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return that a deal is won, for the channel where deals stand, once for ever.

    It is None where the deal is not won any more, where that was said before, and where some of the
    readers may not see the deal. `delivery.about` has `by`, the person who won it.
    """
    deal = work.get(Opportunity, delivery.record_id or 0)
    is_won = "stage" in cards.texts(deal, work, "stage") and deal.won
    if deal.deleted_at or not is_won or is_known(work, delivery):
        return None
    said = cards.texts(deal, work, "amount", "customer", "account")
    whom = " at ".join(said[name] for name in ("customer", "account") if name in said)
    name = str(deal).removeprefix(deal.ref).strip()
    first = f"{name_of(work, delivery.about['by'])} won {name} ({deal.ref})"
    sum_ = " from ".join(filter(None, [said.get("amount", ""), whom]))
    drawn = blocks.section(
        f":tada: *{escape(first)}*" + (f"\n{escape(sum_)}" if sum_ else ""),
        blocks.button("Open", f"{deal.slug()}.{cards.MORE}", deal.ref),
    )
    return Message(f"{first}: {sum_}" if sum_ else first, [drawn])


def is_known(work: UnitOfWork, delivery: Delivery) -> bool:
    """Return whether the same was said about the same record in another delivery."""
    same = (
        Delivery.kind == delivery.kind,
        Delivery.entity == delivery.entity,
        Delivery.record_id == delivery.record_id,
        Delivery.id != delivery.id,
        Delivery.ts.is_not(None),
    )
    return work.session.scalar(select(Delivery.id).where(*same).limit(1)) is not None


def record_of(work: UnitOfWork, delivery: Delivery) -> Entity:
    return work.get(ENTITIES[delivery.entity or ""], delivery.record_id or 0)


def hint(record: Entity) -> Message:
    """Return that something happened to a record, and no more."""
    said = f"{record.ref} has news. Not everybody here may see it."
    return Message(
        said, [blocks.section(said, blocks.button("Show", f"{record.slug()}.show", record.ref))]
    )
