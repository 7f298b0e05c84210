"""Say of a message that nobody asked for why it came, and how to get no more of its kind."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.notifications import changes
from handlers.notifications.record_events import given
from models.core.entity.base import ENTITIES, Entity
from models.core.identity.notices import RARELY, Notice
from models.core.notifications.notify import KINDS, LESS, is_wanted
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWork

BY_UNIT = ("changed", "followed", "own", "mentioned")
"""The kinds about all that one unit of work did to records that concern the reader."""
ABOUT_ONE = ("deadline", "rule", "mail", "approval")
"""The kinds about one record, which is the rule for what a rule says."""
BECAUSE = {
    "assigned": "You get this because {refs} was given to you.",
    "changed": "You get this because {refs} {are} yours.",
    "followed": "You get this because you follow {refs}.",
    "mentioned": "You get this because you are named in it.",
    "deadline": "You get this because {refs} is yours and its deadline is near.",
    "together": "You get this once a day, because you want to hear of changes together.",
    "own": "You get this because you want to hear of what you did yourself.",
    "wish": "You get this because you can give the right.",
    "rule": "You get this because of the rule {refs}.",
    "approval": "You get this because you may do what {refs} asks for.",
    "mail": "You get this because {refs} is yours and wrote it.",
}
"""Why a message came, by its kind; a digest says it by itself."""
STOPS = {"due": Notice.DUE, "digest": Notice.DIGEST, "own": Notice.OWN, "wish": Notice.GIVEN}
"""The kinds whose button stops all of them, rather than those about one record."""


def subjects(work: UnitOfWork, delivery: Delivery) -> list[Entity]:
    """Return the records of which a message tells its reader, who may have muted them."""
    if not work.actor or delivery.kind not in KINDS:
        return []
    if delivery.kind in BY_UNIT:
        return changes.records_of(work, delivery)
    if delivery.kind == "assigned":
        return given(work, delivery)
    if delivery.kind in ABOUT_ONE and delivery.entity:
        return [work.get(ENTITIES[delivery.entity], delivery.record_id or 0)]
    return []


def is_needless(work: UnitOfWork, delivery: Delivery) -> bool:
    """Return whether a message need not be sent: its reader muted it, or reads the same elsewhere.

    Who reads that a record of theirs was changed need not read what else was made for them by it.
    """
    if not is_wanted(work, delivery, subjects(work, delivery)):
        return True
    if delivery.kind != "assigned" or not delivery.about.get("unit"):
        return False
    made = all(changes.is_made(work, delivery, record) for record in given(work, delivery))
    return made and bool(changes.records_of(work, delivery))


def reasoned(
    work: UnitOfWork, catalogue: Catalogue, delivery: Delivery, message: Message
) -> Message:
    """Return a message with why its reader gets it, and the button that mutes what it is about.

    What people asked for, and what stands in a channel, needs no reason.
    """
    if not work.actor or len(work.viewers) > 1:
        return message
    records = subjects(work, delivery)
    why = reason(work, delivery, records)
    told = f"{why} Change what reaches you: `{catalogue.root} notify`" if why else ""
    drawn: list[Block] = [*message.blocks]
    drawn += [blocks.context(escape(told))] if told else []
    drawn += beside(ways(delivery, records, drawn), seldom(work, delivery))
    return replace(message, blocks=blocks.distinct(drawn))


def reason(work: UnitOfWork, delivery: Delivery, records: Sequence[Entity]) -> str:
    """Return the sentence that says why a message came; "" where the message says it by itself."""
    if delivery.kind == "due":
        return due_reason(delivery)
    refs = " and ".join(record.ref for record in records[:2]) or "it"
    refs = f"{refs} and more" if len(records) > 2 else refs
    mine = all(is_mine(work, record) for record in records)
    are = ("are" if len(records) > 1 else "is") if mine else "was"
    return BECAUSE.get(delivery.kind, "").format(refs=refs, are=are)


def due_reason(delivery: Delivery) -> str:
    """Return why a reminder came."""
    if delivery.about.get("ids"):
        one = len(delivery.about["ids"]) == 1
        return f"You get this because the {'task is' if one else 'tasks are'} yours and due."
    return "You get this each morning while a task of yours is overdue."


def is_mine(work: UnitOfWork, record: Entity) -> bool:
    """Return whether a record belongs to the reader now."""
    owner = getattr(record, record.owned) if record.owned else None
    return work.actor is not None and bool(work.actor) and owner == work.actor.id


def ways(delivery: Delivery, records: Sequence[Entity], drawn: Sequence[Block]) -> list[Block]:
    """Return the button that mutes what a message is about.

    Each task of a reminder has it in its menu already, where there is room for menus.
    """
    if len(records) == 1:
        record = records[0]
        word = "Unfollow" if delivery.kind == "followed" else "Mute"
        button = blocks.button(word, f"{record.slug()}.{word.lower()}", record.ref)
        said = blocks.cut(f"{word} {record}", blocks.BUTTON)
        return [blocks.actions(button | {"accessibility_label": said})]
    if delivery.kind == "due" and (has_mute(drawn) or not any(map(blocks.elements, drawn))):
        return []  # nothing is left to be done about any of them
    notice = STOPS.get(delivery.kind) or KINDS[delivery.kind][0]
    if delivery.kind == "due" and not delivery.about.get("ids", True):
        notice = Notice.DAY
    button = blocks.button("Mute", "crm.mute", notice)
    return [
        blocks.actions(button | {"accessibility_label": f"No more messages of this kind: {notice}"})
    ]


def seldom(work: UnitOfWork, delivery: Delivery) -> list[Block]:
    """Return the button by which a reader gets a kind of message less often; none where they do."""
    kind = LESS.get(delivery.kind)
    if kind is None or not work.actor or kind in (work.actor.seldom or ()):
        return []
    button = blocks.button("Less often", "crm.less", kind)
    return [button | {"accessibility_label": f"Get this less often: {RARELY[kind]}"}]


def beside(rows: Sequence[Block], buttons: Sequence[Block]) -> list[Block]:
    """Return rows of buttons with more buttons in the last of them."""
    if not (rows and buttons):
        return [*rows]
    *others, last = rows
    return [*others, {**last, "elements": [*buttons, *last["elements"]]}]


def has_mute(drawn: Sequence[Block]) -> bool:
    """Return whether a menu in a message mutes something already."""
    elements = (each for block in drawn for each in blocks.elements(block))
    return any(
        option["value"].startswith("mute ")
        for each in elements
        for option in each.get("options", ())
    )
