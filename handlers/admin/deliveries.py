"""Show an admin what Slack refused and what is late; the admin sends it again or drops it."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.router import Router
from handlers.core.ui import blocks, card_text, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import plainly
from models.automation.actions import WEBHOOK
from models.core.entity.base import ENTITIES
from models.core.errors import CRMError, NotFound
from models.core.identity.user import User
from models.core.outbox import results
from models.core.outbox.delivery import CARDS, NAMES, Delivery, DeliveryState
from models.core.unit_of_work import UnitOfWork

router = Router(
    "deliveries", words=("delivery",), doc="What the bot has to tell, and what Slack refused."
)

SHOWN = 8
BUTTONS = {"retry": "Retry", "drop": "Drop"}
CODE = re.compile("[0-9a-f]{8}")
CHANNEL = re.compile("[CG][A-Z0-9_]+")
SAID = {
    "card": "the card",
    "redraw": "the card anew",
    "event": "a line in the thread",
    "assigned": "the news for a new owner",
    "together": "what others changed in a day",
    "won": "the news of a won deal",
    "message": "a message",
    "due": "a reminder",
    "team_due": "what the team has to do",
    "cases": "the cases that need someone",
    "digest": "a digest",
    "verdict": "the verdict on the audit trail",
    "wish": "a request for a right",
    "answer": "the answer to a request",
    "progress": "how far a background task is",
    "line": "an answer for all to see",
    "receipt": "a receipt for all to see",
    "rule": "a message of a rule",
    "rule_post": "a message of a rule in a channel",
    "mail": "a mail that a rule wrote",
    "webhook": "what a rule tells a program",
    "rule_digest": "the digest of a channel",
    "rule_trouble": "the news that a rule did nothing",
    "approval": "what somebody asks to be approved",
    "approval_decided": "what came of an approval",
    "audience": "the cards anew for other readers",
    "gathering": "who is in a user group",
    "members": "who belongs to the workspace",
}
"""What each kind of delivery is called for people."""


@router.verb("list", record=False, writes=False, title="Deliveries")
def list_(request: Request, _: Any) -> Response:
    """What Slack refused and why, what is late, and how much waits: `deliveries`."""
    work = request.work
    refused, count = results.refused(work, SHOWN)
    late, behind = results.late(work, SHOWN)
    heading = f"{count} refused, {results.depth(work)} waiting, {behind} of them late or in doubt"
    if not count and not behind:
        return plainly(f"Nothing was refused and nothing is late. {results.depth(work)} waiting.")
    drawn = [blocks.section(f"*Deliveries: {heading}*")]
    for delivery in refused:
        drawn += [blocks.section(told(work, delivery)), *buttons(work, delivery)]
    drawn += [blocks.section(told(work, delivery)) for delivery in late]
    drawn.append(after(request, count))
    lines = [line for delivery in (*refused, *late) for line in facts(work, delivery)]
    return Message("\n".join([heading, *lines]), blocks.distinct(drawn))


@router.verb("retry", record=False, words=True)
def retry(request: Request, _: Any) -> Response:
    """Send again what was refused, when its reason is mended: `deliveries retry 3f9a1c2e`,
    `deliveries retry all`.
    """  # noqa: D205
    if request.line.rest.strip().lower() == "all":
        count = results.retry_all(request.work)
        return plainly(f"I will send {count} {'delivery' if count == 1 else 'deliveries'} again.")
    delivery = chosen(request, "retry")
    results.retry(request.work, delivery)
    told = f"I will send delivery {results.code(delivery)} again."
    return plainly(f"{told} If it is refused again, it shows up here again.")


@router.verb("drop", record=False, words=True)
def drop(request: Request, _: Any) -> Response:
    """Let go of what was refused or is late: `deliveries drop 3f9a1c2e`."""
    delivery = chosen(request, "drop")
    results.give_up(request.work, delivery)
    return plainly(f"Delivery {results.code(delivery)} is dropped: I will not send it.")


def chosen(request: Request, verb: str) -> Delivery:
    """Return the delivery whose code was typed."""
    named = request.line.rest.strip().removeprefix("#").lower()
    if not CODE.fullmatch(named):
        raise NotFound(
            f"Which delivery? Give what stands before it, such as: deliveries {verb} 3f9a1c2e"
        )
    return results.find(request.work, named)


def buttons(work: UnitOfWork, delivery: Delivery) -> list[Block]:
    """Return what the viewer may do about a delivery."""
    drawn = [
        blocks.button(BUTTONS[verb], f"{router.noun}.{verb}", results.code(delivery))
        for verb in cards.usable(list(BUTTONS), router.noun, work)
    ]
    return [blocks.actions(*drawn)] if drawn else []


def after(request: Request, count: int) -> Block:
    """Return what can be done with all deliveries."""
    if count > 1 and cards.usable(["retry"], router.noun, request.work):
        return blocks.actions(blocks.button("Retry all", "deliveries.retry", "all"))
    return blocks.context(
        f"To let go of one: `{request.catalogue.root} deliveries drop` and what stands before it"
    )


def told(work: UnitOfWork, delivery: Delivery) -> str:
    """Return a delivery as mrkdwn, with a link to its channel."""
    first, second = (escape(text) for text in facts(work, delivery))
    if CHANNEL.fullmatch(delivery.channel):
        first, second = (
            text.replace(delivery.channel, f"<#{delivery.channel}>") for text in (first, second)
        )
    return f"*{first}* {card_text.moment(delivery.created_at)}\n{second}"


def facts(work: UnitOfWork, delivery: Delivery) -> Sequence[str]:
    """Return a delivery in two lines: what it is about and where it goes, and its state."""
    said = SAID.get(delivery.kind, delivery.kind)
    what = f"#{results.code(delivery)} {said}{about(work, delivery)} for {place(work, delivery)}"
    why = (delivery.error or "").replace(f"<#{delivery.channel}>", delivery.channel)
    why = why.replace(f"<@{delivery.channel}>", place(work, delivery))
    if delivery.state == DeliveryState.REFUSED:
        return what, blocks.cut(why, 300)
    state = (
        "In doubt: it is looked for in Slack"
        if delivery.state == DeliveryState.UNKNOWN
        else "Late: not sent yet"
    )
    return what, f"{state}, tried {delivery.attempts}×. {blocks.cut(why, 200)}".strip()


def about(work: UnitOfWork, delivery: Delivery) -> str:
    """Return the record a delivery is about, if there is one."""
    if not delivery.entity or not delivery.record_id:
        return ""
    try:
        return f" of {work.ref(delivery.entity, delivery.record_id)}"
    except CRMError:
        return f" of a {ENTITIES[delivery.entity].noun()} that is gone"


def place(work: UnitOfWork, delivery: Delivery) -> str:
    """Return where a delivery goes: a person by name, a channel as it was given."""
    if delivery.channel == CARDS:
        return "wherever its card stands"
    if delivery.channel == NAMES:
        return "wherever its name is shown"
    if delivery.kind == WEBHOOK:
        return f"the program of {delivery.channel.split(':')[1]}"
    person = work.session.scalar(select(User.name).where(User.slack_id == delivery.channel))
    return person or delivery.channel
