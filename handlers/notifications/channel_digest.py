"""Draw the digest of a channel: what the saved filters find that rules add to it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from sqlalchemy import select

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks
from handlers.core.ui.blocks import escape
from handlers.notifications.filter_sections import MOST, FilterSection, flat, section
from models.automation.actions import channel_of
from models.automation.conditions import reading_as
from models.automation.language import Does
from models.automation.rule import Rule
from models.automation.run import RuleRun
from models.core import saved_filters
from models.core.outbox.delivery import Delivery
from models.core.parsing.calendar import name_day
from models.core.permissions import policy
from models.core.saved_filters import SavedFilter
from models.core.unit_of_work import UnitOfWork

HIDDEN = "It asks what not everybody here may see, or what is no more."


def sections(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what the filters find now that rules add to a channel's digest of a moment.

    It is left out where each says what it said the last time. `delivery.about` has `at`, the
    moment.
    """
    at = datetime.fromisoformat(delivery.about["at"])
    rules = adding(work, at)
    found = [
        (section(work, saved, HIDDEN), rule)
        for rule in rules
        for saved in filters_of(work, rule, delivery.channel)
    ][:MOST]
    if not found:
        return None
    told = list(chain.from_iterable(lines(each) for each, _ in found))
    title = f"Digest, {name_day(at.astimezone(work.zone).date())}"
    drawn = [blocks.section(f"*{escape(title)}*")]
    drawn += [blocks.section("\n".join(shown(each))) for each, _ in found]
    whose = ", ".join(f"{rule.ref} of {work.who(rule.owner)}" for _, rule in found)
    drawn.append(blocks.context(escape(f"Added by the rules {whose}. It comes when it changes.")))
    figures = tuple(flat([each for each, _ in found]))
    return Message("\n".join([title, *told]), drawn, figures=figures)


def adding(work: UnitOfWork, at: datetime) -> list[Rule]:
    """Return the rules whose time came at a moment, whether or not they were worked on by now."""
    due = select(RuleRun.rule).where(RuleRun.at == at, RuleRun.entity.is_(None))
    with policy.beyond(work.session):
        active = select(Rule).where(Rule.id.in_(due), ~Rule.paused).order_by(Rule.id)
        return [rule for rule in work.session.scalars(active) if rule.is_readable]


def filters_of(work: UnitOfWork, rule: Rule, channel: str) -> Iterator[SavedFilter]:
    """Yield the saved filters that a rule adds to a channel's digest, as its owner knows them."""
    owner, sentence = rule.runs_as(work), rule.read
    wanted = [action for action in sentence.actions if action.does == Does.DIGEST]
    for action in wanted if owner else ():
        assert owner
        if channel_of(action.whom)[0] == channel:
            with reading_as(work, owner, sentence.role):
                saved = saved_filters.called(work, action.text)
            if saved is not None:
                yield saved


def lines(each: FilterSection) -> list[str]:
    left = [f"and {each.left:,} more"] if each.left > 0 else []
    return [each.title, *each.lines, *left]


def shown(each: FilterSection) -> Iterator[str]:
    title, *rest = map(escape, lines(each))
    yield f"*{title}*"
    yield from rest
