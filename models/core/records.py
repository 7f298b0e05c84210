"""What can be done to a record of any entity: create, update, delete, restore, assign."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import select

from models.core import joins, names, part_lines
from models.core.audit import entries
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.entity.wholes import divided, joined_names, kind_of
from models.core.errors import Conflict, Invalid, Stale
from models.core.fields import Person
from models.core.identity.user import User
from models.core.parsing.texts import enumerated, with_article
from models.core.permissions import filling, policy

E = TypeVar("E", bound=Entity)
Lines = dict[str, list[part_lines.Line]]
"""The lines that were read, by their field."""
NOTHING_SEEN: Mapping[str, Any] = MappingProxyType({})


def create(work: Context, entity: type[E], texts: Mapping[str, str], asks: bool = False) -> E:
    """Create a record from texts.

    Fields not named take their default; the actor becomes the owner.

    Args:
        work: The unit of work.
        entity: The entity of the record.
        texts: Field → text.
        asks: Whether a person is there who can say what the record lacks.

    Raises:
        Invalid: A sentence for every bad or missing field.
    """
    texts = divided(entity, texts, work)
    given = {name: text for name, text in texts.items() if text.strip()}
    filling.may_fill(work, entity, given)
    needed = [*entity.needed(), *(n for n, kind in entity.line_fields().items() if kind.required)]
    parsed, lines = read(work, entity, dict.fromkeys(needed, "") | given)
    must_be_here(work, entity, parsed)
    must_say_something(entity, parsed)
    may_give(work, entity, parsed)
    if asks:
        must_lack_nothing(work, entity(), parsed)
    if entity.owned and entity.makers and work.actor and entity.owned not in texts:
        parsed[entity.owned] = work.actor.id
    wanted = joins.read(work, entity, given)
    record = work.add(entity(**parsed))
    joins.store(work, record, wanted, create)
    for name, each in lines.items():
        part_lines.store(work, record, name, each)
    return record


def read(
    work: Context, entity: type[Entity], texts: Mapping[str, str], record: Entity | None = None
) -> tuple[dict[str, Any], Lines]:
    """Return the values of texts, and the lines of those that have a line for each part.

    Args:
        work: The unit of work.
        entity: The entity of the record.
        texts: Field → text.
        record: The record that the values are for, where it exists.

    Raises:
        Invalid: A sentence for every text that cannot be read.
    """
    errors: dict[str, str] = {}
    parsed: dict[str, Any] = {}
    lines: Lines = {}
    try:
        parsed = entity.parse(texts, work, record)
    except Invalid as error:
        errors |= error.errors
    try:
        lines = part_lines.read_all(work, entity, texts, parsed, record)
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid(errors)
    return parsed, lines


def may_give(work: Context, entity: type[Entity], values: Mapping[str, Any]) -> None:
    """Raise Forbidden where a new record gets another owner and the actor may give none away."""
    if values.get(entity.owned) not in (None, work.actor and work.actor.id):
        policy.check(work, "assign", entity)


def verbs_of(record: Entity, names: Iterable[str]) -> list[str]:
    """Return the verbs that changing these fields of a record amounts to."""
    changed = set(names)
    answers = [verb for verb, fields in record.answers.items() if changed & fields]
    others = changed.difference({record.owned}, *record.answers.values())
    return [
        *(["assign"] if record.owned in changed else []),
        *(["edit"] if others else []),
        *answers,
    ]


def update(
    work: Context,
    record: Entity,
    texts: Mapping[str, str],
    version: int | None = None,
    seen: Mapping[str, Any] = NOTHING_SEEN,
) -> None:
    """Change fields of a record from texts; an empty text empties the field.

    Where others have changed other fields since, both changes are kept.

    Args:
        work: The unit of work.
        record: The record.
        texts: Field → text.
        version: The version that the person saw.
        seen: The mark of the lines that the person saw, by their field.

    Raises:
        Stale: Others changed the same field since, and what they did; nothing is changed.
    """
    texts = divided(type(record), texts, work, record)
    filling.may_fill(work, type(record), texts)
    texts = part_lines.changed(work, record, texts, seen)
    names.learn(work, [record], texts)
    same = {name for name, text in texts.items() if text and stands(work, record, name, text)}
    others = {name: text for name, text in texts.items() if name not in same}
    parsed, lines = read(work, type(record), others, record)
    parsed |= {name: getattr(record, name) for name in same}
    must_be_here(
        work, type(record), {n: value for n, value in parsed.items() if value != getattr(record, n)}
    )
    must_lack_nothing(work, record, parsed)
    if record.owned in parsed and parsed[record.owned] != getattr(record, record.owned):
        policy.check(work, "assign", record)
    if version is not None and version != record.version:
        parsed = merge(work, record, parsed, version)
    wanted = joins.read(work, type(record), texts)
    for name, value in parsed.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
    work.session.flush()
    joins.store(work, record, wanted, create)
    for name, each in lines.items():
        part_lines.store(work, record, name, each)


def stands(work: Context, record: Entity, name: str, text: str) -> bool:
    """Return whether a text is how the present value of a field is written."""
    kind = record.fields().get(name)
    return kind is not None and text == kind.write(getattr(record, name), work)


def must_say_something(entity: type[Entity], values: Mapping[str, Any]) -> None:
    """Raise Invalid where nothing is known about a new record.

    Its owner and what every new record begins with do not count.
    """
    usual = {**entity.defaults(), entity.owned: values.get(entity.owned)}
    if all(value in (None, "", usual.get(name)) for name, value in values.items()):
        names = joined_names(entity, (*entity.named, *entity.stand_ins))
        choice = enumerated((kind_of(entity, name).label for name in names), "or")
        raise Invalid(
            {
                names[
                    0
                ]: f"Nothing is filled in yet. {with_article(entity.noun()).capitalize()} needs at least: {choice}."
            }
        )


def must_lack_nothing(work: Context, record: Entity, values: Mapping[str, Any]) -> None:
    """Raise Invalid, with a sentence for each field that a person must fill for these values."""
    if work.can_ask and (errors := record.lacks(values)):
        raise Invalid(errors)


def must_be_here(work: Context, entity: type[Entity], values: Mapping[str, Any]) -> None:
    """Raise Invalid, with a sentence for each field that names a person who may do nothing here."""
    people = {
        name: work.get(User, values[name])
        for name, kind in entity.fields().items()
        if isinstance(kind, Person) and values.get(name) is not None
    }
    if errors := {name: why for name, person in people.items() if (why := absent(person))}:
        raise Invalid(errors)


def absent(person: User) -> str:
    """Return why nothing can be given to a person, "" where it can."""
    if person.left:
        return f"{person.name} has left Slack. Choose somebody else."
    return (
        f"{person.name} is a guest, and guests cannot use the CRM. Choose somebody else."
        if person.guest
        else ""
    )


def merge(work: Context, record: Entity, parsed: dict[str, Any], version: int) -> dict[str, Any]:
    """Return what a person wants that differs from the version they saw.

    Raises:
        Stale: Someone else changed the same.
    """
    since: dict[str, entries.AuditEntry] = {}
    seen: dict[str, Any] = {}
    for entry in history(work, record):
        if entry.version > version and entry.field in record.fields():
            seen.setdefault(entry.field, record.fields()[entry.field].load(entry.old))
            since[entry.field] = entry
    wanted = {
        name: value
        for name, value in parsed.items()
        if value != seen.get(name, getattr(record, name))
    }
    if clash := [
        name for name in wanted if name in since and wanted[name] != getattr(record, name)
    ]:
        kinds = record.fields()
        told = []
        for name in clash:
            old, new = (
                kinds[name].show(each, work, record) or "nothing"
                for each in (seen[name], getattr(record, name))
            )
            told.append(f"{who(work, since[name])} changed {kinds[name].label} from {old} to {new}")
        raise Stale(
            f"While you were editing {record.ref}, {'; '.join(told)}. Save again to keep yours.",
            record.version,
        )
    return wanted


def who(work: Context, entry: entries.AuditEntry) -> str:
    return work.who(entry.actor)


def history(work: Context, record: Entity) -> list[entries.AuditEntry]:
    """Return every change of a record, oldest first."""
    mine = (entries.AuditEntry.entity == record.slug(), entries.AuditEntry.record_id == record.id)
    return list(
        work.session.scalars(
            select(entries.AuditEntry).where(*mine).order_by(entries.AuditEntry.id)
        )
    )


def delete(work: Context, record: Entity) -> None:
    """Hide a record; it can be restored for 30 days."""
    if record.deleted_at:
        raise Conflict(f"{record} is already deleted.")
    record.deleted_at = work.now
    work.session.flush()


def restore(work: Context, record: Entity) -> None:
    """Bring a hidden record back."""
    if not record.deleted_at:
        raise Conflict(f"{record} is not deleted.")
    record.deleted_at = None
    work.session.flush()


def assign(work: Context, record: Entity, user: int) -> None:
    """Give a record to a person.

    Args:
        work: The unit of work.
        record: The record.
        user: The id of a User.
    """
    person = work.get(User, user)
    if why := absent(person):
        raise Conflict(why)
    if getattr(record, record.owned) == user:
        raise Conflict(f"{record} already belongs to {person.name}.")
    setattr(record, record.owned, user)
    work.session.flush()
