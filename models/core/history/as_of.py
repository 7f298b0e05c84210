"""Read from the audit trail how a record was at any moment since it came, and revert it to that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from models.core.audit.entries import AuditEntry
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.entity.custom_values import with_values
from models.core.errors import Conflict, NotFound
from models.core.fields import Money, Reference
from models.core.fields.base import Field
from models.core.fields.computed import Formula
from models.core.parsing.values import show_moment
from models.core.permissions import granting, policy
from models.core.records import history, must_be_here


@dataclass(frozen=True)
class State:
    """What the fields of a record held at a version, which was valid from `since` on.

    Attributes:
        values: Field → value; `deleted_at` says whether the record was deleted.
        erased: Fields whose value nobody knows any more, by name.
    """

    version: int
    since: datetime
    values: Mapping[str, Any]
    erased: frozenset[str] = frozenset()

    def of(self, record: Entity) -> SimpleNamespace:
        """Return the record with these values, to show them.

        An amount has the currency that it had then.
        """
        return SimpleNamespace(**with_values(record) | dict(self.values))


@dataclass(frozen=True)
class Change:
    """What reverting one field does."""

    field: str
    kind: Field
    now: Any
    then: Any


@dataclass(frozen=True)
class Plan:
    """What reverting a record to a state would change.

    Attributes:
        stays: The labels of the fields that differ and stay.
    """

    state: State
    changes: Sequence[Change]
    stays: Sequence[str]


def as_of(work: Context, record: Entity, at: datetime | int) -> State:
    """Return how a record was at a moment (UTC) or a version.

    Raises:
        NotFound: The record did not exist yet, or has no such version.
    """
    entries = history(work, record)
    version = version_at(work, record, entries, at)
    kinds = record.fields()
    values = {name: getattr(record, name) for name in kinds}
    erased: set[str] = set()
    for entry in reversed(entries):
        if entry.version <= version:
            break
        if entry.field in kinds:
            values[entry.field] = kinds[entry.field].load(entry.old)
            (erased.add if entry.erased else erased.discard)(entry.field)
    since = next(
        (entry.at for entry in reversed(entries) if entry.version <= version), record.created_at
    )
    return State(version, since, values, frozenset(erased))


def version_at(
    work: Context, record: Entity, entries: Sequence[AuditEntry], at: datetime | int
) -> int:
    """Return the version that was valid then.

    A version that was written later counts as later, no matter what the clocks of its writers said.
    """
    if isinstance(at, int):
        known = [entry.version for entry in entries if entry.version <= at <= record.version]
        if not known:
            raise NotFound(
                f"There is no v{at} of {record}. Its newest is v{record.version}: history {record.ref}"
            )
        return known[-1]
    known = [entry.version for entry in entries if entry.at <= at]
    if not known:
        came = show_moment(entries[0].at if entries else record.created_at, work.now, work.zone)
        raise NotFound(f"{record} was not there yet. It came {came}.")
    return max(known)


def plan(work: Context, record: Entity, to: datetime | int) -> Plan:
    """Return what `revert` would do.

    Raises:
        Conflict: Nothing differs, or other records came from what would have to go.
    """
    state = as_of(work, record, to)
    if state.values["deleted_at"]:
        raise Conflict(f"{record} was deleted then. To hide it: delete {record.ref}")
    changes: list[Change] = []
    stays: list[str] = []
    sums = {kind.currency for kind in record.fields().values() if isinstance(kind, Money)}
    for name, kind in policy.fields(work, record).items():
        now, then = getattr(record, name), state.values[name]
        if kind.dump(now) == kind.dump(then) or isinstance(kind.computed, Formula):
            continue
        known = all(policy.names_seen(work, kind, value) for value in (now, then))
        if (
            name in state.erased
            or not known
            or kind.readonly
            or not (kind.form or name in sums or refillable(record, kind, now))
        ):
            stays.append(kind.label)
        else:
            changes.append(Change(name, kind, now, then))
    must_be_allowed(work, record, changes)
    if not changes:
        told = f" but for {', '.join(stays)}, which cannot be set back" if stays else ""
        raise Conflict(f"{record} is as it was then{told}.")
    return Plan(state, changes, stays)


def must_be_allowed(work: Context, record: Entity, changes: Sequence[Change]) -> None:
    """Raise what giving the record away, or changing how people work together, raises as a verb."""
    values = {each.field: each.then for each in changes}
    if record.owned in values:
        policy.check(work, "assign", record)
    granting.check_needs(work, record, {each.field: (each.now, each.then) for each in changes})
    must_be_here(work, type(record), values)


def refillable(record: Entity, kind: Field, now: Any) -> bool:
    """Return whether a field that only rules and verbs fill can be filled again: it is empty now.

    That something happened is never undone, so what the field holds stays.

    Raises:
        Conflict: The field names another record, which came from it or went with it.
    """
    if isinstance(kind, Reference):
        raise Conflict(
            f"{kind.label} of {record} changed since then, together with other records. That stays."
        )
    return now in (None, "", ())


def revert(work: Context, record: Entity, to: datetime | int) -> Plan:
    """Set a record back to what it was at a moment (UTC) or a version.

    Its rules apply, and its history goes on.
    """
    made = plan(work, record, to)
    work.restores = True
    work.reason = work.reason or f"set back to v{made.state.version}"
    for _ in range(
        2
    ):  # rules that follow one field, as the probability follows the stage, do not get the last word
        for change in made.changes:
            if getattr(record, change.field) != change.then:
                setattr(record, change.field, change.then)
        work.session.flush()
    work.tell(record, f"set it back to v{made.state.version}.")
    return made
