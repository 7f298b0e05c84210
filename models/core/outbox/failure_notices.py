"""Notify the person who asked for a message that is not sent.

They get one notice, which says why and what to do about it.
"""

import hashlib

from models.core.context import Context
from models.core.entity.base import ENTITIES
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery, answer

POSTED = ("card", "line", "receipt")
"""What somebody has posted in a channel with --here."""
MISSED = {
    "card": "I did not post the card of {ref}.",
    "line": "I did not post the answer that you wanted everybody to see.",
    "receipt": "I did not post what you changed about {ref}.",
    "assigned": "I could not tell the new owner of {ref}.",
    "wish": "Your request did not reach an admin.",
    "answer": "I could not tell a person how you answered their request.",
    "approval": "I could not tell a person that you ask for {ref}.",
}
"""What was asked for, by the kind of the delivery."""
AGAIN = {**dict.fromkeys(POSTED, "Then ask for it again."), "assigned": "Tell them yourself."}
AGAIN |= {"wish": "Ask an admin yourself.", "answer": "Tell them yourself."}
AGAIN |= {"approval": "Tell them yourself."}
HIDDEN = (
    "Not everybody who reads <#{channel}> may see what you asked for, or nothing is left of it. "
    "Ask without --here, and you alone see the answer."
)


def asker(work: Context, delivery: Delivery) -> str:
    """Return the Slack id of the person who waits for a delivery that somebody else is to read.

    Return "" where nobody waits.
    """
    if delivery.kind not in MISSED:
        return ""
    by = delivery.about.get("by")
    person = work.session.get(User, by) if isinstance(by, int) else None
    return str(delivery.about.get("person", "")) or (person.slack_id if person else "")


def apologise(work: Context, delivery: Delivery, why: str, advice: str = "") -> str:
    """Notify the person who asked for a delivery that it is not sent, once for each.

    Return the Slack id of that person, or "" if there is none.

    Args:
        work: the unit of work.
        delivery: the delivery that is not sent.
        why: a sentence.
        advice: what they can do in addition.
    """
    person = asker(work, delivery)
    if person:
        record = (
            work.session.get(ENTITIES[delivery.entity], delivery.record_id or 0)
            if delivery.entity
            else None
        )
        missed = MISSED[delivery.kind].format(ref=record.ref if record else "it")
        said = " ".join(each for each in (missed, why, advice) if each)
        digest = hashlib.sha256(delivery.key.encode()).hexdigest()[:16]
        answer(work, "message", person, f"refused:{person}:{digest}", about={"text": said})
    return person
