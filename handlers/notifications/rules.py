"""Draw what rules say: to a person, in a channel, in a thread, and to their owner in trouble.

A delivery holds ids. The words are read from the rule and the record when it is drawn, for those
who read it.
"""

from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import func, select

from handlers.automation.wording import filled, why, worded
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import plainly
from handlers.notifications import record_events
from models.automation import mailing
from models.automation.language import Action, Does
from models.automation.rule import Rule
from models.automation.run import RuleRun
from models.core.entity.base import ENTITIES, Entity
from models.core.outbox.delivery import Delivery
from models.core.permissions import masking, policy
from models.core.unit_of_work import UnitOfWork

NAMED = 5
HOUR = timedelta(hours=1)


def message(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what a rule says of a record, or of all records of an hour together.

    `delivery.about` has `rule`, `run`, `action`, the place of the action in its line, and for a
    person `entity` and `record_id`; `since` where many are told together.
    """
    rule = work.get(Rule, delivery.about["rule"])
    if rule.deleted_at or not rule.is_readable:
        return None
    if "since" in delivery.about:
        return together(work, rule, datetime.fromisoformat(delivery.about["since"]))
    record = record_of(work, delivery)
    if record is not None and not masking.is_open(work, record):
        return record_events.hint(record)
    if record is not None and record.deleted_at:
        return None
    text = worded(work, rule, record, delivery.about.get("action", 0))
    if text is None:
        return None
    drawn = [blocks.section(escape(text), opened(record) if record else None)]
    if record is not None and (line := cards.summary(record, work)):
        drawn.append(blocks.context(line))
    if not work.actor or len(work.viewers) > 1:
        drawn.append(blocks.context(escape(why(work, rule))))
    return Message(text, drawn)


def mail(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return a mail that a rule wrote, for its owner, who sends it.

    `delivery.about` is as that of a message.
    """
    rule, record = work.get(Rule, delivery.about["rule"]), record_of(work, delivery)
    if "since" in delivery.about:
        return message(work, catalogue, delivery)
    action = action_of(rule, delivery.about["action"]) if rule.is_readable else None
    if rule.deleted_at or record is None or record.deleted_at or action is None:
        return None
    if not masking.is_open(work, record):
        return record_events.hint(record)
    address, why = mailing.receiver(work, record, action.whom)
    if not address:
        return plainly(f"{rule.ref} wrote no mail: {why}.")
    subject, text = (filled(work, record, each) for each in (action.texts[0][1], action.text))
    said = f"A mail about {record} is ready. To: {address}"
    href = f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body={quote(text)}"
    drawn = [
        blocks.section(f"{escape(said)}\n*{escape(subject)}*\n{escape(text)}", opened(record)),
        blocks.context(f"<{escape(href)}|Open it in your mail program> · Rapport sends no mail."),
    ]
    return Message(f"{said}\n{subject}\n{text}", drawn)


def action_of(rule: Rule, number: int) -> Action | None:
    """Return the action of a mail in a rule's line; None where the line has it no more."""
    found = rule.read.actions[number : number + 1]
    return found[0] if found and found[0].does == Does.MAIL else None


def record_of(work: UnitOfWork, delivery: Delivery) -> Entity | None:
    """Return the record that a message is about; None for one about no record."""
    slug = delivery.about.get("entity") or delivery.entity
    id = delivery.about.get("record_id") or delivery.record_id
    return work.get(ENTITIES[slug], id) if slug and id and slug != Rule.slug() else None


def opened(record: Entity) -> blocks.Block:
    return blocks.button("Open", f"{record.slug()}.{cards.MORE}", record.ref)


def together(work: UnitOfWork, rule: Rule, since: datetime) -> Message | None:
    """Return what a rule had to say in an hour, beyond what it may send one by one."""
    these = (RuleRun.rule == rule.id, RuleRun.done_at >= since, RuleRun.done_at < since + HOUR)
    runs = select(RuleRun).where(*these, RuleRun.collapsed, RuleRun.told > 0)
    total = work.session.scalar(select(func.count()).select_from(runs.subquery())) or 0
    some = work.session.scalars(runs.order_by(RuleRun.id.desc()).limit(NAMED)).all()
    found = [record for run in some if (record := run.about(work)) is not None]
    named = [str(each) for each in found if policy.shows(work, each)]
    if not total:
        return None
    times = "once" if total == 1 else f"{total:,} times"
    said = f"{rule.spoken}: {times} more in this hour"
    rest = f"and {total - len(named):,} more" if total > len(named) else ""
    listed = [*named, rest] if rest else named
    drawn = [blocks.section(escape(said)), blocks.context(*map(escape, listed))]
    return Message("\n".join([said, *listed]), drawn)


def trouble(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return that a rule could not do what it says, for its owner.

    `delivery.about` has `rule` and `run`, and `why` where it did only a part.
    """
    rule, run = (
        work.get(Rule, delivery.about["rule"]),
        work.session.get(RuleRun, delivery.about["run"]),
    )
    if run is None or rule.deleted_at:
        return None
    record = run.about(work)
    about = f" about {record}" if record is not None else ""
    said = f"Your rule {rule.ref} did nothing{about}: {run.said}"
    if why := delivery.about.get("why"):
        said = f"Your rule {rule.ref} did not tell all{about}: {why}"
    buttons = [
        blocks.button("See its log", "rule.log", rule.ref),
        *([] if not rule.active else [blocks.button("Pause", "rule.pause", rule.ref)]),
    ]
    hint = "I say this once an hour at most."
    return Message(
        said, [blocks.section(escape(said)), blocks.context(hint), blocks.actions(*buttons)]
    )
