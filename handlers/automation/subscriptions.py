"""Subscriptions: a rule that tells a person, or a channel, when something happens."""

import re
from typing import Any

from sqlalchemy import select

from handlers.automation.rule import said_back
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import plainly, receipt
from models.automation import language
from models.automation.language import By, Does
from models.automation.rule import Rule
from models.core import records, saved_filters
from models.core.errors import Conflict, CRMError
from models.core.fields import LongText
from models.core.permissions import policy
from models.core.search.lookup import REFERENCE
from models.core.unit_of_work import UnitOfWork

ASKS = {
    "what": LongText("What", 900, hint="Such as: deal enters (amount > 50k), or #sales case is new")
}
CHANNEL = re.compile(r"(<#\w+(?:\|[^<>]*)?>|#[^\s#]+)\s+", re.I)
SECTION = re.compile(
    r'digest\s+["“„«](?P<name>[^"“”»]+)["”“»](?:\s+(?P<at>every\s+.+))?', re.I | re.S
)
"""A filter for a digest, and when that comes."""
ME = "me"
MOST = 40
"""Subscriptions that one answer lists."""
HOW = "Subscribe to something: subscribe deal enters (amount > 50k)"


def subscribe(request: Request, _: Any) -> Response:
    """Hear when something happens, though it is not yours: `subscribe deal enters (amount > 50k)`,
    `subscribe #sales case is new`; alone, it lists what you hear of. It leaves out what you do
    yourself and what rules do, unless you say by anyone. Digest and the name of a saved filter in
    quotes adds what it finds to your digest, with a channel before it to that of the channel.
    """  # noqa: D205
    work, said = request.work, (request["what"] or "").strip()
    if not work.actor:
        raise Conflict("Only people subscribe. Say who with --as.")
    if not said:
        return listed(request, mine(work))
    channel = CHANNEL.match(said)
    if channel:
        policy.check(work, "new", Rule)
    what, where = said[channel.end() :] if channel else said, channel[1] if channel else ""
    if section := SECTION.fullmatch(what):
        if not where:
            return with_own_digest(request, section["name"])
        at = section["at"] or f"every weekday at {work.workspace.remind_at}"
        sentence = f'{at} then digest {where} "{section["name"]}"'
    else:
        sentence = composed(what, where)
    made = records.create(work, Rule, {"sentence": sentence, Rule.owned: work.actor.ref})
    return receipt(request, made, "Subscribed", more=said_back(work, made))


def with_own_digest(request: Request, name: str) -> Response:
    """Have the digest of a person tell what a filter of theirs finds."""
    work = request.work
    saved = saved_filters.own(work, name)
    if saved is None:
        raise CRMError(f'You have no saved filter “{name}”. Save one: deal list … | save "{name}"')
    records.update(work, saved, {"in_digest": "yes"})
    return receipt(request, saved, more=["Your digest tells what it finds, when that changed."])


def composed(what: str, channel: str) -> str:
    """Return the line of the rule that tells of something: a person, or a channel.

    Raises:
        CRMError: It is nothing that can be told.
    """
    try:
        _, trigger, _ = language.read_watch(what)
        whose = "" if channel or trigger.by or language.BY.search(what) else f" by {By.OTHERS}"
        sentence = f"when {what}{whose} then {f'post {channel}' if channel else f'dm {ME}'}"
        if is_subscription(sentence):
            return sentence
    except ValueError as error:
        raise CRMError(str(error)) from None
    raise CRMError(f"Say only what you want to hear of. {HOW}")


def is_subscription(sentence: str) -> bool:
    """Return whether a rule does nothing but tell its owner, or a channel."""
    try:
        does = [(each.does, each.whom) for each in language.read(sentence).actions]
    except ValueError:
        return False  # it speaks of what is no more
    told = does[0] == (Does.DM, ME) or does[0][0] in (Does.POST, Does.DIGEST) if does else False
    return len(does) == 1 and told


def unsubscribe(request: Request, _: Any) -> Response:
    """Hear of something no more: `unsubscribe RU-1`, as `subscribe` lists them."""
    work, said = request.work, (request["what"] or "").strip()
    named = REFERENCE.fullmatch(said)
    if not named or named[1].upper() != Rule.prefix:
        return listed(request, mine(work))
    rule = work.find(Rule, int(named[2]))
    own = work.actor and rule.owner == work.actor.id and is_subscription(rule.sentence)
    if not own:
        policy.check(work, "delete", rule)
    records.delete(work, rule)
    return receipt(request, rule, f"Not subscribed any more: {rule}", replace=True)


def mine(work: UnitOfWork) -> list[Rule]:
    """Return the subscriptions of the actor."""
    theirs = select(Rule).where(Rule.owner == (work.actor.id if work.actor else 0))
    found = work.session.scalars(theirs.order_by(Rule.id))
    return [rule for rule in found if is_subscription(rule.sentence)]


def listed(request: Request, found: list[Rule]) -> Message:
    """Return subscriptions, each with a button that ends it."""
    if not found:
        return plainly(f"You have no subscriptions. {HOW}")
    said = [cards.texts(rule, request.work, "sentence")["sentence"] for rule in found]
    texts = [f"{rule.ref} {text}" for rule, text in zip(found, said, strict=True)]
    drawn = [
        blocks.section(escape(text), blocks.button("End", "crm.run", f"unsubscribe {rule.ref}"))
        for rule, text in zip(found, texts, strict=True)
    ]
    return Message("\n".join(texts), blocks.distinct(drawn[:MOST]))
