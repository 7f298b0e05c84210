"""Follow a record, or mute it: what one person wants to hear of it."""

from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from models.core.entity.base import Entity
from models.core.notifications import marks
from models.core.unit_of_work import UnitOfWork

VERBS = ("follow", "unfollow", "mute", "unmute")
"""What a person says of a record for themselves."""
SAID = {
    ("follow", True): "You follow {} now: you hear when somebody else changes it.",
    ("follow", False): "You follow {} already.",
    ("unfollow", True): "You follow {} no longer.",
    ("unfollow", False): "You do not follow {}.",
    ("mute", True): "{} is muted: no more messages about it. You find it here as before.",
    ("mute", False): "{} is muted already.",
    ("unmute", True): "{} is no longer muted.",
    ("unmute", False): "{} is not muted.",
}
"""The answer to each verb, by whether it changed something."""
BACK = {"follow": "unfollow", "unfollow": "follow", "mute": "unmute", "unmute": "mute"}


def act(work: UnitOfWork, verb: str, record: Entity) -> bool:
    """Do what a verb says for the actor, and return whether that changed something."""
    if verb in ("follow", "mute"):
        return marks.set_mark(work, record, muted=verb == "mute")
    return marks.remove_mark(work, record, muted=verb == "unmute")


def answered(request: Request, verb: str, record: Entity) -> Message:
    """Do what a verb says, and return what came of it, with the way back."""
    work = request.work
    changed = act(work, verb, record)
    said = SAID[verb, changed].format(record)
    back = cards.ways(record, work, (BACK[verb], BACK[verb].capitalize()))
    drawn: list[Block] = [blocks.section(escape(said))]
    drawn += [blocks.actions(*back)] if back and changed else []
    return Message(said, drawn)


HELP = {
    "follow": "Hear when somebody else changes it, though it is not yours: `follow OP-4`.",
    "unfollow": "Hear no more of what others do to it.",
    "mute": "Get no messages about it, nor about its tasks: `mute OP-4`.",
    "unmute": "Get messages about it again.",
}


def ways(record: Entity, work: UnitOfWork, tab: str = "") -> list[Block]:
    """Return the buttons by which the reader follows or mutes a record, or ends that.

    Args:
        record: The record.
        work: The unit of work.
        tab: The tab of the modal in which they are, which is drawn again.
    """
    if not work.actor or len(work.viewers) > 1:
        return []
    marked = marks.mark_of(work, work.actor.id, record)
    offers = {None: ("follow", "mute"), False: ("unfollow", "mute"), True: ("unmute",)}[marked]
    drawn = cards.ways(record, work, *((verb, verb.capitalize()) for verb in offers))
    return [each | {"value": f"{record.ref} --tab={tab}"} for each in drawn] if tab else drawn
