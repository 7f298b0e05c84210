"""Change every record of a list: `deal list open | set stage=stalled`.

Nothing is changed before the person has seen how many records it is about and what becomes of some
of them. Which records are changed is decided when the person says yes.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, func, not_, or_, select

from handlers.core.pipes import Bulk, bulk
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks, receipts
from handlers.core.ui.blocks import escape
from handlers.core.ui.left_out import left_out
from handlers.core.ui.receipts import plainly, small, way_back, who_hears
from handlers.core.vanishing import LINE
from models.core import records
from models.core.background.bulk_change import MOST, Outcome, bulk_change
from models.core.background.task import BackgroundTask
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.wholes import divided
from models.core.errors import Ambiguous, Conflict, CRMError, Invalid
from models.core.fields import Day, Moment
from models.core.permissions import filling, policy
from models.core.search.expression import Filter
from models.core.unit_of_work import UnitOfWork

SAMPLE = 5
"""Records of which the change is shown before it is made."""
IN_A_MESSAGE = "I do it in the background. A message tells you how far it is."
LATER = "It is done in the background as soon as the bot runs."


def set_all(request: Request) -> Response:
    """Give every record of a list the same values; ask first, with a sample of what changes."""
    asked = bulk(request)
    entity, work = ENTITIES[asked.noun], request.work
    must_be_understood(asked, entity)
    filling.may_fill(work, entity, asked.texts)
    fitting = fitting_of(work, entity, asked.filter)
    some = work.session.scalars(fitting.order_by(entity.id.desc()).limit(SAMPLE)).all()
    if not some:
        return nothing(entity)
    lines = sample(work, some, asked.texts)
    if not request.flag("yes"):
        return preview(request, lines, entity, fitting)
    ids = work.session.scalars(fitting.with_only_columns(entity.id).limit(MOST + 1)).all()
    found = bulk_change(work, entity, ids, fixed(work, entity, asked.texts))
    if isinstance(found, BackgroundTask):
        return begun(request)
    return changed(work, entity, found, len(ids))


def begun(request: Request) -> Message:
    """Return that something is done in the background."""
    return plainly(IN_A_MESSAGE if request.work.actor else LATER)


def must_be_understood(asked: Bulk, entity: type[Entity]) -> None:
    """Raise CRMError where something behind the bar names no field, or nothing does."""
    if asked.left:
        words = " ".join(asked.left)[:60]
        raise Conflict(f"“{words}” is not understood behind | set. Nothing was done yet.")
    if not asked.texts:
        raise Conflict(
            f"Which field? Write it such as: {entity.noun()} list … | set {example(entity)}"
        )


def example(entity: type[Entity]) -> str:
    """Return a field of an entity as people set it."""
    names = [name for name in entity.line if not entity.fields()[name].readonly]
    return f"{entity.spoken_names()[names[0] if names else entity.named[0]]}=…"


def fitting_of(work: UnitOfWork, entity: type[Entity], text: str) -> "Select[Any]":
    """Return the statement for the records of a list.

    Raises:
        CRMError: What is wrong with its filter.
    """
    try:
        return Filter.read(work, entity, text).fitting(work)
    except Ambiguous:
        raise
    except ValueError as error:
        raise CRMError(str(error)) from None


def fixed(work: UnitOfWork, entity: type[Entity], texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts in which days are dates: tomorrow is the same day for all records."""
    kinds, found = entity.fields(), dict(texts)
    for name, text in texts.items():
        if name in kinds and text:
            alone: Any = SimpleNamespace(**dict.fromkeys(kinds))
            is_day = isinstance(kinds[name], Day | Moment)
            value = entity.parse({name: text}, work, alone).get(name) if is_day else None
            found[name] = kinds[name].write(value, work) if isinstance(value, date) else text
    return found


def nothing(entity: type[Entity]) -> Message:
    return plainly(f"No {entity.plural()} match. Nothing was done.")


# ── before ────────────────────────────────────────────────────────────────────────────────────────


def sample(work: UnitOfWork, some: Sequence[Entity], texts: Mapping[str, str]) -> list[str]:
    """Return a line for each of some records: what becomes of it, or why nothing does.

    Raises:
        Invalid: All of them refuse it, and so the text is wrong rather than a record.
    """
    lines, errors = list[str](), list[Invalid]()
    for record in some:
        try:
            lines.append(f"{record}: {difference(work, record, texts)}")
        except Invalid as error:
            errors.append(error)
            lines.append(f"{record} stays as it is: {' '.join(str(error).split())}")
    if len(errors) == len(some):
        raise errors[0]
    return lines


def preview(
    request: Request, lines: list[str], entity: type[Entity], fitting: "Select[Any]"
) -> Response:
    """Return how many records it is about, what becomes of some of them, and the button for it.

    Args:
        request: The request.
        lines: What becomes of some records.
        entity: The entity of the records.
        fitting: The statement for all of them.
    """
    work = request.work
    ids = fitting.with_only_columns(entity.id)
    total = work.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    lines = [*lines, *([f"and {total - len(lines):,} more"] if total > len(lines) else [])]
    if others := others_of(work, entity, ids):
        lines.append(f"{others:,} of them are not yours to change, and stay as they are.")
    counted = f"{total:,} {entity.noun() if total == 1 else entity.plural()}"
    heading, line = f"Change {counted}? Nothing was done yet.", f"{request.line.raw} --yes"
    if len(line) > LINE or request.surface == "say":
        lines.append("To do it, write the same with --yes.")
        return Message("\n".join([heading, *lines]), drawn(heading, lines), asks=True)
    yes = blocks.button(f"Change {counted}", "crm.run", line, "danger")
    return Message(
        "\n".join([heading, *lines]),
        [*drawn(heading, lines), blocks.actions(yes)],
        asks=True,
    )


def drawn(heading: str, lines: Sequence[str]) -> list[blocks.Block]:
    return [blocks.section(escape(heading)), *small(lines)]


def others_of(work: UnitOfWork, entity: type[Entity], ids: "Select[Any]") -> int:
    """Return how many of the records belong to people whose records the actor may not change."""
    theirs = policy.reach(work.actor, entity.slug(), "edit") if work.actor else None
    if theirs is None or not entity.owned:
        return 0
    owner = getattr(entity, entity.owned)
    others = ids.where(or_(owner.is_(None), not_(owner.in_(theirs))))
    return work.session.scalar(select(func.count()).select_from(others.subquery())) or 0


def difference(work: UnitOfWork, record: Entity, texts: Mapping[str, str]) -> str:
    """Return what becomes of a record: `Stage: Proposal → Won`.

    Raises:
        Invalid: A text cannot be read, or the record lacks something for it.
    """
    entity, kinds = type(record), record.fields()
    divisions = divided(entity, texts, work, record)
    parsed = entity.parse({n: t for n, t in divisions.items() if n in kinds}, work, record)
    records.must_lack_nothing(work, record, parsed)
    now: Any = SimpleNamespace(**{name: getattr(record, name) for name in kinds})
    told = []
    for name, value in parsed.items():
        old, new = (kinds[name].dump(each) for each in (getattr(now, name), value))
        row = {"field": name, "old": old, "new": new}
        said = f"{kinds[name].label}: as before" if old == new else ""
        told.append(said or receipts.difference(work, record, now, row))
    told += [f"{name}: {text}" for name, text in divisions.items() if name not in kinds]
    return ", ".join(told)


# ── after ─────────────────────────────────────────────────────────────────────────────────────────


def changed(work: UnitOfWork, entity: type[Entity], found: Outcome, total: int) -> Message:
    """Return what became of the records, with the button that takes it back."""
    many = f"{total:,} {entity.noun() if total == 1 else entity.plural()}"
    done = len(found.changed)
    heading = f"Changed {many}" if done == total else f"Changed {done:,} of {many}"
    lines = [f"{found.same:,} had it already."] if found.same else []
    lines += [*left_out(found.skips), *who_hears(work)]
    buttons = way_back(work)
    return Message(
        "\n".join([heading, *lines]),
        [*drawn(heading, lines), *([blocks.actions(*buttons)] if buttons else [])],
        replace=True,
    )
