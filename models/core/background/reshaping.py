"""What follows for the records that are there when admins change the fields of a noun.

An index is filled, and computed fields are worked out again: for few records in the act itself,
for many as a background task. The audit trail has the field that was changed, not each record.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from models.core import recompute
from models.core.audit.entries import Written
from models.core.background import queue
from models.core.background.task import BackgroundTask, TaskKind, TaskState
from models.core.context import Context, Units
from models.core.custom import indexed, indexing
from models.core.custom.custom_field import CustomField
from models.core.custom.indexing import Filling
from models.core.custom.kinds import COMPUTED as COMPUTED_KINDS
from models.core.custom.kinds import kind_of
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.computed import Key, following
from models.core.errors import Invalid
from models.core.fields.base import Field
from models.core.permissions import policy

FILL, WORK_OUT = "fill", "work_out"
AT_ONCE = 2000
"""The records whose computed fields are worked out in the act that changes a formula."""
SPENT = "worked out"
"""Where a session keeps how many records were worked out in its act, by all its changes."""
SEARCHED = 4
"""How much longer it takes to write the words by which a record is found as well."""
NAMED = 5
"""The doubles that are named; when so many are found, nobody looks for more."""
DECIDING = frozenset({"formula", "options", "deleted_at", "kind"})
"""The fields of an added field from which the values of others follow."""
FIELD, MARK, FIELDS, LABELS = "field", "mark", "fields", "labels"
"""The keys in the `about` of a task: the added field, and what its `filling` was as it was asked
for; the computed fields that are left to work out; what the fields are called.
"""


def follow(work: Context, written: Iterable[Written]) -> None:
    """Fill the indexes and work out the fields that follow from added ones, or ask for it."""
    fields = [(each, changes) for each, _, changes in written if isinstance(each, CustomField)]
    for field, changes in fields:
        if field.about in ENTITIES and (asked := indexing.due(field, changes)):
            fill_or_ask(work, field, asked)
    changed = [field for field, changes in fields if is_followed(field, changes.keys())]
    if changed:
        work_out_or_ask(work, changed)


# ── indexes ───────────────────────────────────────────────────────────────────────────────────────


def fill_or_ask(work: Context, field: CustomField, asked: Filling) -> None:
    """Fill the index of a field that has one from now on.

    Raises:
        Invalid: Two records hold the same in a field that is to be unique.
    """
    entity, kind = ENTITIES[field.about], kind_of(field)
    if field.filling:
        about = {FIELD: field.id, MARK: field.filling, LABELS: [field.name]}
        queue.ask(work, FILL, entity=entity, about=about)
        return
    indexed.fill(work, entity, field.slot, kind, 0, indexing.AT_ONCE + 1)
    if kind.unique and (sentence := named_doubles(work, entity, field.slot, kind)):
        raise Invalid({"is_unique": f"{sentence} Change one of each first."})


def named_doubles(work: Context, entity: type[Entity], name: str, kind: Field) -> str:
    """Return which records hold the same in a field, "" where no two do."""
    found = indexed.doubles(work, entity, name, kind, NAMED)
    if not found:
        return ""
    ids = {id for _, *both in found for id in both}
    asked = select(entity).where(entity.id.in_(ids)).execution_options(with_deleted=True)
    with policy.beyond(work.session), work.session.no_autoflush:
        there = {each.id: each for each in work.session.scalars(asked)}
    return " ".join(
        f"{there[one].ref} and {there[other].ref} both have "
        f"“{kind.show(getattr(there[one], name), work, there[one])}”."
        for _, one, other in sorted(found, key=lambda each: each[1:])
    )


def fill(work: Context, task: BackgroundTask, limit: int) -> bool:
    """Write the rows of the next records, and return whether there are more.

    After the last one the field has its index, or is unique. Where two records hold the same, it
    stays as it was, and the task says which.
    """
    field = filled_by(work, task)
    if field is None:
        queue.end(work, task, TaskState.CANCELLED, "The field was changed meanwhile.")
        return False
    entity, kind = task.noun, kind_of(field)
    last, looked = indexed.fill(work, entity, field.slot, kind, task.cursor, limit)
    task.done, task.cursor = task.done + looked, last or task.cursor
    with_doubles = kind.becoming_unique and len(
        indexed.doubles(work, entity, field.slot, kind, NAMED)
    )
    if last and with_doubles < NAMED:
        return True
    work.govern()
    if with_doubles:
        sentence = named_doubles(work, entity, field.slot, kind)
        finish(work, field, is_unique=False, is_whole=not last)
        queue.end(work, task, TaskState.FAILED, not_unique(field, sentence))
        return False
    finish(work, field, is_unique=field.is_unique, is_whole=True)
    return False


def filled_by(work: Context, task: BackgroundTask) -> CustomField | None:
    """Return the field that a task is about, None where something else is due for it by now."""
    asked = select(CustomField).where(CustomField.id == task.about[FIELD])
    with policy.beyond(work.session):
        field = work.session.scalar(asked.with_for_update(key_share=True))
    return field if field is not None and field.filling == task.about[MARK] else None


def finish(work: Context, field: CustomField, is_unique: bool, is_whole: bool) -> None:
    """Let a field have what was looked through for, and everybody know.

    Args:
        work: The unit of work.
        field: The field.
        is_unique: Whether no two records hold the same.
        is_whole: Whether all records are in its index.
    """
    if is_whole or indexing.is_done(field):
        field.filling = None
    else:
        field.filterable = False
    field.is_unique = is_unique
    work.session.flush()
    work.regroup()


def not_unique(field: CustomField, sentence: str) -> str:
    """Return why a field stays not unique, and what to do next."""
    return (
        f"{field.name} stays not unique: {sentence} "
        f"Change one of each, then say it again: field edit {field.ref} unique=yes"
    )


def stop_filling(work: Context, task: BackgroundTask) -> None:
    """Leave a field without what was not looked through to the end."""
    field = filled_by(work, task)
    if field is not None:
        finish(work, field, is_unique=False, is_whole=False)


def count(works: Units, task: BackgroundTask, actor: str) -> int:
    """Return how many records there are, also deleted ones."""
    with works(task.workspace, writes=False) as work:
        return there_are(work, task.noun)


def there_are(work: Context, entity: type[Entity]) -> int:
    asked = select(func.count(entity.id)).execution_options(with_deleted=True)
    return work.session.scalar(asked) or 0


# ── computed fields ───────────────────────────────────────────────────────────────────────────────


def is_followed(field: CustomField, changed: Iterable[str]) -> bool:
    """Return whether values follow from what changed of an added field."""
    names = DECIDING & set(changed)
    return bool(names and field.deleted_at is None) and (
        field.kind in COMPUTED_KINDS or "options" in names
    )


def work_out_or_ask(work: Context, fields: Sequence[CustomField]) -> None:
    """Work out what follows from added fields, or ask for it where that takes long."""
    with policy.beyond(work.session):
        due = following(frozenset((field.about, field.slot) for field in fields))
        spent = work.session.info.get(SPENT, 0) + sum(effort(work, *key) for key in due)
        if not due or spent <= AT_ONCE:
            work.session.info[SPENT] = spent
            for slug, name in due:
                recompute.recompute(work, ENTITIES[slug], name, 0, AT_ONCE)
            return
    about = {FIELDS: [list(each) for each in due], LABELS: [field.name for field in fields]}
    queue.ask(work, WORK_OUT, entity=ENTITIES[due[0][0]], about=about)


def effort(work: Context, slug: str, name: str) -> int:
    """Return how many records a field is worked out for; those that are found by it count more."""
    entity = ENTITIES[slug]
    return there_are(work, entity) * (SEARCHED if entity.fields()[name].search else 1)


def work_out(work: Context, task: BackgroundTask, limit: int) -> bool:
    """Work out a computed field of the next records, and return whether there is more to do.

    What follows from the field is worked out after it, also what admins added meanwhile.
    """
    due: Sequence[Key] = [(slug, name) for slug, name in task.about[FIELDS]]
    (slug, name), last = due[0], 0
    if slug in ENTITIES and name in ENTITIES[slug].fields():
        with policy.beyond(work.session):
            last, looked, changed = recompute.recompute(
                work, ENTITIES[slug], name, task.cursor, limit
            )
        task.done, task.same = task.done + changed, task.same + looked - changed
    task.cursor = last
    if not last:
        due = [key for key in following(frozenset(due)) if key != (slug, name)]
        task.about = {**task.about, FIELDS: [list(each) for each in due]}
    return bool(due)


def count_fields(works: Units, task: BackgroundTask, actor: str) -> int:
    """Return how many values there are to work out."""
    with works(task.workspace, writes=False) as work:
        nouns = [slug for slug, _ in task.about[FIELDS] if slug in ENTITIES]
        return sum(there_are(work, ENTITIES[slug]) for slug in nouns)


KINDS = (
    TaskKind(
        FILL,
        "Fill the index of a field that admins added, or look whether it can be unique.",
        fill,
        personal=False,
        prepare=count,
    ),
    TaskKind(
        WORK_OUT,
        "Work out the fields that follow from one that admins added or changed.",
        work_out,
        personal=False,
        prepare=count_fields,
    ),
)
