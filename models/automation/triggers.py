"""Which rules a change concerns, found before anything is asked of the database.

The rules of a workspace are read once while nobody changes them: they are in its roster, which all
replicas renew by its version. What concerns no rule costs a look into a dictionary.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from models.automation import checks, conditions, language, pieces
from models.automation.language import Sentence, When
from models.automation.rule import FOLLOWED, Rule
from models.automation.run import RuleRun, RunState
from models.core.audit.entries import Written
from models.core.context import IMPORT, REPEATS, Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.bulk import insert_all
from models.core.permissions import policy
from models.core.permissions.cache import roster_of

CAUSE = "cause"
"""Where a session keeps the run of a rule that acts in it."""
CLOCKED = (When.MOMENT, When.SCHEDULE)
HIDDEN = "deleted_at"


@dataclass(frozen=True)
class Known:
    """An active rule as far as it must be known to find out whether a change concerns it.

    Attributes:
        id: The rule.
        ref: Its reference.
        sentence: What its line says.
        fields: The fields whose change may concern it; None for any.
        files: Whether records from files concern it.
    """

    id: int
    ref: str
    sentence: Sentence
    fields: frozenset[str] | None = None
    files: bool = False


@dataclass
class Table:
    """The rules about the records of one entity, by what concerns them.

    Attributes:
        made: The rules that a new record concerns.
        changed: Field → the rules that its change concerns.
        any: The rules that every change concerns.
    """

    made: list[Known] = field(default_factory=list)
    changed: dict[str, list[Known]] = field(default_factory=dict)
    any: list[Known] = field(default_factory=list)

    def add(self, known: Known, when: When) -> None:
        if when in (When.CREATED, When.ENTERS, When.SAVED):
            self.made.append(known)
        if when != When.CREATED and known.fields is None:
            self.any.append(known)
        elif when != When.CREATED:
            for name in known.fields or ():
                self.changed.setdefault(name, []).append(known)

    def concerned(self, new: bool, names: Iterable[str]) -> Sequence[Known]:
        """Return the rules that a new record, or a change of these fields, may concern."""
        if new:
            return self.made
        found = [*self.any, *(known for name in names for known in self.changed.get(name, ()))]
        return list({known.id: known for known in found}.values()) if len(found) > 1 else found


@dataclass
class Index:
    """The active rules of a workspace.

    Attributes:
        does: Entity → the rules that do something.
        musts: Entity → the rules that say what must be.
        clocked: The rules that wait for a time.
    """

    does: dict[str, Table] = field(default_factory=dict)
    musts: dict[str, Table] = field(default_factory=dict)
    clocked: list[Known] = field(default_factory=list)

    def add(self, known: Known) -> None:
        about, when = known.sentence.noun, known.sentence.trigger.when
        if when in CLOCKED:
            self.clocked.append(known)
        else:
            tables = self.musts if when == When.SAVED else self.does
            tables.setdefault(about, Table()).add(known, when)


def index_of(work: Context) -> Index:
    """Return the active rules of the workspace."""
    roster: Any = roster_of(work.session)
    found: Index | None = roster.rules
    if found is None:
        found = roster.rules = Index()
        for known in read_all(work):
            found.add(known)
    return found


def read_all(work: Context) -> Iterable[Known]:
    """Yield the active rules; one that cannot be read any more concerns nothing."""
    rows: Any = Rule.__table__
    here = (rows.c.workspace == work.workspace.id, rows.c.deleted_at.is_(None))
    columns = (rows.c.id, rows.c.number, rows.c.sentence, rows.c.files)
    active = select(*columns).where(*here, rows.c.paused.is_(False)).order_by(rows.c.id)
    for row in work.session.connection().execute(active).all():
        try:
            sentence = language.read(row.sentence)
        except ValueError:
            continue
        with policy.beyond(work.session):
            fields = watched(work, sentence)
        yield Known(row.id, f"{Rule.prefix}-{row.number}", sentence, fields, row.files)


def watched(work: Context, sentence: Sentence) -> frozenset[str] | None:
    """Return the fields whose change may concern a rule; None where any may."""
    trigger = sentence.trigger
    if not sentence.noun or trigger.when in (When.CREATED, *CLOCKED):
        return frozenset()
    entity = ENTITIES[sentence.noun]
    try:
        if trigger.when == When.CHANGED:
            return (
                frozenset({checks.own_field(entity, trigger.field)[0]}) if trigger.field else None
            )
        if trigger.when in (When.ENTERS, When.LEAVES):
            return with_hidden(asked(work, entity, trigger.filter))
        found = [asked(work, entity, text) for text in (sentence.where, sentence.holds) if text]
        found.append(frozenset(checks.own_field(entity, name)[0] for name in sentence.must))
    except ValueError:
        return None
    known = [each for each in found if each is not None]
    return frozenset().union(*known) if len(known) == len(found) else None


def asked(work: Context, entity: type[Entity], text: str) -> frozenset[str] | None:
    """Return the fields that a filter asks; None for one whose name only its owner knows."""
    if pieces.is_name(text):
        return None
    return conditions.fields_of(conditions.tree(work, entity, text), entity)


def with_hidden(names: frozenset[str] | None) -> frozenset[str] | None:
    """Return fields with the one that says that a record is deleted: it leaves all filters."""
    return None if names is None else names | {HIDDEN}


# ── what happens when records are written ─────────────────────────────────────────────────────────


def follow(work: Context, written: Sequence[Written]) -> None:
    """Write down which rules what was just written may set off, in the same transaction.

    Undo and redo set off nothing, and files only those that say so.
    """
    if any(
        isinstance(record, Rule) and FOLLOWED & changes.keys() for record, _, changes in written
    ):
        work.regroup()
    if work.door in REPEATS and work.door != IMPORT:
        return
    does = index_of(work).does
    rows = [
        row_of(work, known, record)
        for record, action, changes in written
        if (table := does.get(record.slug()))
        for known in table.concerned(action == "create", changes)
        if known.files or work.door != IMPORT
    ]
    if rows:
        insert_all(work, RuleRun, rows)


def row_of(work: Context, known: Known, record: Entity) -> Mapping[str, Any]:
    """Return the row of a rule and a record that it may be about."""
    cause: RuleRun | None = work.session.info.get(CAUSE)
    return {
        "rule": known.id,
        "cause": f"{work.unit}:{record.slug()}:{record.id}",
        "entity": record.slug(),
        "record_id": record.id,
        "unit": work.unit,
        "by": work.actor.id if work.actor else None,
        "door": work.door,
        "depth": cause.depth + 1 if cause else 0,
        "trail": [*cause.trail, step(cause)] if cause else [],
        "at": work.now,
        "state": RunState.WAITING,
        "told": 0,
        "collapsed": False,
    }


def step(run: RuleRun) -> str:
    """Return what a rule did as a step of a trail: which rule, and about which record."""
    return f"{run.rule}:{run.entity}:{run.record_id}"
