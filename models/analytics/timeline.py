"""What happened around a person, a company, a deal, a lead or a case, the newest first."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, select

from models.activities.activity import Activity, ActivityType
from models.analytics.overview import TALKS, activities_about
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.entity.facts import Event
from models.core.permissions import policy, visibility
from models.sales.opportunity import Opportunity, StageChange
from models.sales.stage import Stage
from models.support.case import Case, CaseComment

Source = Callable[[Context, Any, int], Iterable[Event]]
"""Returns the newest events of one kind around a record, at most as many as are asked for."""
ICONS = {
    ActivityType.CALL: ":telephone_receiver:",
    ActivityType.MEETING: ":busts_in_silhouette:",
    ActivityType.EMAIL: ":e-mail:",
    ActivityType.NOTE: ":memo:",
    ActivityType.TASK: ":spiral_calendar_pad:",
}


def about(entity: type[Any], record: Entity) -> ColumnElement[bool]:
    """Return the condition for records of an entity that are the record itself, or name it."""
    if isinstance(record, entity):
        itself: ColumnElement[bool] = entity.id == record.id
        return itself
    column: ColumnElement[Any] = getattr(entity, record.slug())
    return column == record.id


def activities(work: Context, record: Entity, limit: int) -> Iterable[Event]:
    """Yield what was said, written down and planned."""
    at = func.coalesce(Activity.done_at, Activity.created_at)
    theirs = activities_about(type(record))
    if visibility.hidden(work, theirs, Activity.type, Activity.done_at):
        return
    found = select(Activity).where(theirs).order_by(at.desc(), Activity.id.desc()).limit(limit)
    for each in work.session.scalars(found, {"about": record.id}):
        seen = policy.fields(work, each)
        kind = each.like
        by = f" with {work.who(each.owner)}" if "owner" in seen and each.owner else ""
        word = each.type_name(each.type).capitalize()
        if kind not in TALKS:
            by = by.replace(" with ", " by ")
        if kind == ActivityType.TASK:
            word = f"{word} done" if each.done_at else f"{word} planned"
        said = each.title if "description" in seen else ""
        yield Event(each.done_at or each.created_at, f"{word}{by}", said, each, ICONS[kind])


def moves(work: Context, record: Entity, limit: int) -> Iterable[Event]:
    """Yield the deals that were made, moved, won and lost."""
    theirs = about(Opportunity, record)
    if visibility.hidden(work, theirs, Opportunity.stage):
        return
    found = (
        select(StageChange, Opportunity)
        .join(Opportunity, Opportunity.id == StageChange.opportunity)
        .where(theirs)
        .order_by(StageChange.at.desc(), StageChange.id.desc())
        .limit(limit)
    )
    for move, deal in work.session.execute(found):
        stages = Opportunity.fields()["stage"]
        if move.before is None:
            what = "Deal added"
        elif Opportunity.meaning_of("stage", move.after) in (Stage.WON, Stage.LOST):
            what = f"Deal {stages.show(move.after, work).lower()}"
        else:
            before, after = (stages.show(each, work) for each in (move.before, move.after))
            what = f"Deal moved {before} → {after}"
        by = f" by {work.who(move.by)}" if move.by else ""
        yield Event(move.at, f"{what}{by}", "", deal, Opportunity.icon)


def cases(work: Context, record: Entity, limit: int) -> Iterable[Event]:
    """Yield the cases that were opened and resolved."""
    theirs = about(Case, record)
    if visibility.hidden(work, theirs, Case.resolved_at):
        return
    found = select(Case).where(theirs).order_by(Case.id.desc()).limit(limit)
    for case in work.session.scalars(found):
        yield Event(case.created_at, "Case opened", "", case, Case.icon)
        if case.resolved_at:
            yield Event(case.resolved_at, "Case resolved", "", case, Case.icon)


def replies(work: Context, record: Entity, limit: int) -> Iterable[Event]:
    """Yield the answers to the customer and the notes of the team."""
    theirs = about(Case, record)
    if visibility.hidden(work, theirs):
        return
    found = (
        select(CaseComment, Case)
        .join(Case, Case.id == CaseComment.case)
        .where(theirs, CaseComment.taken_back_at.is_(None))
        .order_by(CaseComment.at.desc(), CaseComment.id.desc())
        .limit(limit)
    )
    for reply, case in work.session.execute(found):
        what = "Answer to the customer" if reply.public else "Note for the team"
        icon = ":outbox_tray:" if reply.public else ":lock:"
        by = f" by {work.who(reply.author)}" if reply.author else ""
        yield Event(reply.at, f"{what}{by}", " ".join(reply.text.split()), case, icon)


SOURCES: dict[str, tuple[Source, ...]] = {
    "customer": (activities, moves, cases, replies),
    "account": (activities, moves, cases, replies),
    "opportunity": (activities, moves),
    "case": (activities, cases, replies),
    "lead": (activities,),
}
"""What happens around the records of each entity."""


def timeline(work: Context, record: Entity, page: int, length: int) -> tuple[list[Event], bool]:
    """Return one page of what happened around a record, and whether there is more before it.

    Args:
        work: The unit of work.
        record: The record.
        page: The number of the page, from 0.
        length: The events on a page.
    """
    end = (page + 1) * length
    found = [event for source in SOURCES[record.slug()] for event in source(work, record, end + 1)]
    found.sort(key=lambda event: (event.at, event.record.slug(), event.record.id), reverse=True)
    return found[page * length : end], len(found) > end
