"""A batch of rows in one unit of work: new rows, rows that change a record, and rejected rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.core import listeners, rules, uniqueness
from models.core.audit.entries import AuditEntry
from models.core.context import REPEATS
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.custom_values import packed
from models.core.entity.wholes import wholes
from models.core.errors import Conflict, CRMError, Forbidden, Invalid, NotFound
from models.core.fields import Country, Money, Reference
from models.core.parsing import values
from models.core.permissions import filling, policy
from models.core.records import may_give, stands, verbs_of
from models.exchange import account_links, contact_points, leftovers, part_rows
from models.exchange.cells import Reader
from models.exchange.look_alikes import Alike, look_alikes
from models.exchange.mapping import BESIDES, CREATED_AT, EXTERNAL_ID
from models.exchange.new_references import Maker, Missing
from models.exchange.prefetch import PrefetchingUnitOfWork, gather
from models.exchange.rows import COPIED, FileRow

DONE = "done"
"""What an entity makes of a row's words for whether something is done: `yes`, or nothing."""

Values = dict[str, Any]
Cells = dict[str, str]
New = tuple[FileRow, Entity]
Change = tuple[FileRow, Entity, Values]
Taken = TypeVar("Taken", New, Change)


class Waits(Exception):
    """A row names a record of its own kind that may come further down the file."""


@dataclass
class Batch:
    """Rows of one entity on their way into the database."""

    desk: PrefetchingUnitOfWork
    reader: Reader
    rehearsed: frozenset[str] | set[str] = frozenset()
    """Keys that a dry run would already have stored."""
    patient: bool = True
    """A row may wait if it names a record of its own kind that does not exist here.

    Perhaps that record comes further down.
    """
    strict: bool = False
    """A row is refused if any of its cells cannot be read."""
    make: frozenset[str] = frozenset()
    """The entities whose missing records are made when rows name them."""
    missing: Missing = field(default_factory=Missing)

    created: list[New] = field(default_factory=list)
    updated: list[Change] = field(default_factory=list)
    same: list[New] = field(default_factory=list)
    unchanged: int = 0
    """This includes the rows that a dry run would have stored before."""
    rejected: list[tuple[FileRow, str]] = field(default_factory=list)
    waiting: list[FileRow] = field(default_factory=list)
    left: dict[int, dict[str, str]] = field(default_factory=dict)
    """The cells of each row that no field took: identity of the row → label → text."""
    again: int = 0
    """Rows with the id of an earlier row."""
    alike: Alike = field(default_factory=Counter)
    """What new records share with other records."""
    joined: int = 0
    """Memberships that were made."""
    reached: int = 0
    """Further contact points that were made."""

    def __post_init__(self) -> None:
        self.entity = self.reader.entity
        self.kinds = dict(self.entity.fields())
        asked = {**wholes(self.entity), **self.kinds, **self.entity.line_fields()}
        labelled = {**BESIDES, **asked}
        self.labels = {name: kind.label for name, kind in labelled.items()}
        self.needed = self.entity.needed()
        references = {
            name: kind for name, kind in self.kinds.items() if isinstance(kind, Reference)
        }
        self.near = {name: ENTITIES[kind.to] for name, kind in references.items()}
        self.people = {name for name, there in self.near.items() if there.are_people}
        self.upward = {name for name, there in self.near.items() if there is self.entity}
        money = {kind.currency for kind in self.kinds.values() if isinstance(kind, Money)}
        self.context = {
            name for name, kind in self.kinds.items() if isinstance(kind, Country) or name in money
        }
        """Fields that decide how other cells of a row are read."""
        self.loose = [*(name for name in self.entity.besides if name not in self.entity.joins)]
        """What a file says in addition to fields; what is left of it here was not understood."""
        self.lined = self.entity.line_fields()
        self.hidden = {
            name
            for name in self.kinds
            if not policy.can(self.desk.actor, "show", self.entity, name)
        }
        self.forbidden = missing(self.desk, "new", self.entity)
        self.before: set[int] = set()
        """The records that earlier rows have made or changed."""
        self.taken_back: set[int] = set()
        """The records that are deleted because the unit of work that made them was taken back."""

    # ── in ────────────────────────────────────────────────────────────────────────────────────────

    def take(self, lines: Sequence[FileRow]) -> None:
        """Sort the rows and store what can be stored."""
        if self.entity.governing:
            self.desk.govern()  # not only within what may be taken back, and the lock with it
        self.get_ready(lines)
        for line in lines:
            try:
                self.sort(line)
            except Waits:
                self.waiting.append(line)
            except Invalid as error:
                self.rejected.append((line, self.reason(error)))
            except CRMError as error:
                self.rejected.append((line, str(error)))
        self.created = self.free(self.created)
        self.alike = look_alikes(self.desk, self.entity, self.created)
        self.created = self.attempt(self.created, self.insert)
        self.updated = self.attempt(self.updated, self.change)
        changed = [(line, record) for line, record, _ in self.updated]
        taken = [*self.created, *changed, *self.same]
        self.joined = account_links.join(self.desk, self.entity, taken)
        self.reached = contact_points.store(self.desk, self.entity, taken)

    def get_ready(self, lines: Sequence[FileRow]) -> None:
        """Load what the rows name with a few statements instead of one or more per row."""
        refs, ids = ({line.key for line in lines if line.ours is ours} for ours in (True, False))
        self.desk.meet_rows(self.entity, refs, ids)
        for name in self.entity.keys:
            texts = {line.texts[name] for line in lines if name in line.texts}
            self.desk.meet_keys(self.entity, name, texts)
        known = [record for line in lines if (record := self.known(line))]
        self.desk.near = gather(self.desk, known)
        for name, there in self.near.items():
            self.desk.meet(there, {text for line in lines for text in line.naming(name)})
        for name, fields in self.entity.either.items():
            named = [line for line in lines if name in line.texts]
            for there in {self.near[each] for each in fields} if named else ():
                self.desk.meet(there, {text for line in named for text in line.naming(name)})
            self.prefer_known(name, {self.near[each].slug() for each in fields}, named)
            self.choose(name, fields, named)
        for name, there in self.near.items():
            self.prefer_known(name, {there.slug()}, lines)
        for name, (slug, _) in self.entity.joins.items():
            self.desk.meet(ENTITIES[slug], {text for line in lines for text in line.named(name)})
            self.prefer_known(name, {slug}, lines)
        maker = Maker(self.desk, self.entity, self.make, self.missing)
        maker.look(lines)
        if known:
            self.before = self.unit_of(known)
            self.taken_back = self.hidden_by_undo(known)

    def prefer_known(self, name: str, slugs: Iterable[str], lines: Iterable[FileRow]) -> None:
        """Choose, where a row names a record in several ways, the first way that finds a record."""
        for line in lines:
            if line.others and len(texts := line.naming(name)) > 1:
                known = (text for text in texts if any(self.found(slug, text) for slug in slugs))
                line.texts[name] = next(known, texts[0])

    def found(self, slug: str, text: str) -> int | None:
        """Return the id of the record that a text names, None where it names none."""
        try:
            return self.desk.lookup(slug, text)
        except ValueError:
            return None

    def choose(self, name: str, fields: Sequence[str], lines: Iterable[FileRow]) -> None:
        """Move a name to the field whose entity knows it.

        The name is dropped where that field already names the same record.
        """
        for line in lines:
            for each in fields:
                slug = self.near[each].slug()
                if (found := self.found(slug, line.texts[name])) is None:
                    continue
                if each not in line.texts:
                    line.texts[each] = line.texts.pop(name)
                    break
                if self.found(slug, line.texts[each]) == found:
                    line.texts.pop(name)
                    break

    def unit_of(self, known: Sequence[Entity]) -> set[int]:
        mine = (
            AuditEntry.entity == self.entity.slug(),
            AuditEntry.record_id.in_([record.id for record in known]),
        )
        rows = (
            select(AuditEntry.record_id).where(*mine, AuditEntry.unit == self.desk.unit).distinct()
        )
        return set(self.desk.session.scalars(rows))

    def hidden_by_undo(self, known: Sequence[Entity]) -> set[int]:
        hidden = [record.id for record in known if record.deleted_at]
        mine = (AuditEntry.entity == self.entity.slug(), AuditEntry.field == "deleted_at")
        doors = select(AuditEntry.record_id, AuditEntry.door).where(
            *mine, AuditEntry.record_id.in_(hidden)
        )
        last = (
            {id: door for id, door in self.desk.session.execute(doors.order_by(AuditEntry.id))}
            if hidden
            else {}
        )
        return {id for id, door in last.items() if door in REPEATS}

    def known(self, line: FileRow) -> Entity | None:
        found = self.desk.known.get((line.ours, line.key))
        return found if found or line.ours else self.known_by_key(line)

    def known_by_key(self, line: FileRow) -> Entity | None:
        """Return the record that has a key of the row, unless it has another id elsewhere."""
        for name in self.entity.keys:
            value = self.entity.key_of(name, line.texts.get(name, ""), self.desk)
            found = self.desk.keyed.get((name, value))
            if found and (line.keyed or (found.external_id or COPIED).startswith(COPIED)):
                return found
        return None

    def sort(self, line: FileRow) -> None:
        record = self.known(line)
        if record is None and line.ours:
            raise NotFound(
                f"There is no {line.key}. Empty the reference to make a new {self.entity.noun()}."
            )
        if record is None and line.key in self.rehearsed:
            self.unchanged, self.again = self.unchanged + 1, self.again + (not line.copied)
        elif record is None:
            self.created.append((line, self.made(line)))
        elif record.deleted_at and record.id not in self.taken_back:
            raise Conflict(f"{record} was deleted here. Bring it back first, or leave the row out.")
        else:
            self.again += record.id in self.before
            self.compare(line, record)

    def compare(self, line: FileRow, record: Entity) -> None:
        wanted = self.wanted(line, record) | ({"deleted_at": None} if record.deleted_at else {})
        if not wanted and not line.lines:
            self.unchanged += 1
            self.same.append((line, record))
            return
        for verb in verbs_of(record, wanted.keys() - {"deleted_at"}) + (
            ["restore"] if record.deleted_at else []
        ):
            policy.check(self.desk, verb, record)
        self.updated.append((line, record, wanted))

    # ── what a row says ───────────────────────────────────────────────────────────────────────────

    def made(self, line: FileRow) -> Entity:
        """Return the new record of a row, complete except for its number and id."""
        if self.forbidden:
            raise self.forbidden
        parsed, left = self.read(line, line.texts)
        if left and self.entity.remarks:
            parsed[self.entity.remarks] = leftovers.compose(
                parsed.get(self.entity.remarks) or "", left
            )
        if self.entity.owned in parsed:
            may_give(self.desk, self.entity, parsed)
        elsewhere = None if line.keyed else line.key
        record: Entity = bare(self.entity, parsed | {EXTERNAL_ID: elsewhere})
        rules.begin(self.desk, record)
        record.arrive(self.desk)
        rules.prepare(self.desk, record)
        return record

    def wanted(self, line: FileRow, record: Entity) -> dict[str, Any]:
        """Return the values of a row that differ from those of its record.

        A text that an export would write for the value counts as the same. A row without an id
        changes only what could not be read when the record came in, and the owner if it has none:
        people have worked on with the rest.
        """
        remarks = self.entity.remarks
        above, before = leftovers.split(getattr(record, remarks)) if remarks else ("", {})
        nobodys = {
            name for name in self.people if name in line.texts and getattr(record, name) is None
        }
        if line.copied and not (before or nobodys):
            return {}
        self.must_be_the_same(line, record)
        stood = {
            name
            for name, text in line.texts.items()
            if name == CREATED_AT or stands(self.desk, record, name, text)
        } - self.context
        texts = {name: text for name, text in line.texts.items() if name not in stood}
        parsed, left = self.read(line, texts, record)
        filled = {
            label
            for name in line.texts
            if (label := self.label(name)) in before and label not in left
        }
        if line.copied:
            parsed = {
                name: value
                for name, value in parsed.items()
                if self.label(name) in filled or name in nobodys
            }
        if remarks and (before or left):
            rest = {label: text for label, text in before.items() if label not in filled}
            notes = above if line.copied else parsed.get(remarks) or above
            parsed[remarks] = leftovers.compose(notes, rest | left) or None
        return {name: value for name, value in parsed.items() if getattr(record, name) != value}

    def read(
        self, line: FileRow, texts: Mapping[str, str], record: Entity | None = None
    ) -> tuple[Values, Cells]:
        """Return the values of the texts, and by label the cells that no field takes.

        Raises:
            Invalid: Why the row is refused.
            Waits: The row may be taken later.
        """
        if self.rehearsed:
            texts = {
                name: text for name, text in texts.items() if not self.is_rehearsed(name, text)
            }
        parsed, errors = self.reader.read(texts, self.desk, record)
        errors |= {name: why for name, why in line.unread.items() if name not in parsed}
        errors |= account_links.unknown(self.desk, self.entity, texts)
        if self.lined:
            errors |= part_rows.read(self.desk, self.entity, line, texts, parsed, record)
        errors |= {
            name: f"“{texts[name][:60]}” is not understood." for name in self.loose if name in texts
        }
        if record is None:
            absent = [name for name in self.needed if name not in parsed and name not in errors]
            errors |= {
                name: f"{self.labels[name]} is required." for name in absent if name not in line.raw
            }
        done = self.entity.when_done(parsed, self.desk.now) if DONE in texts else {}
        if self.hidden:  # also of what the record already holds, or a file could find out
            filling.may_know(
                self.desk, self.entity, dict.fromkeys((*line.texts, *parsed, *errors, *done))
            )
        parsed |= {} if getattr(record, "done_at", None) else done
        left = self.judged(line, errors, record) if errors else {}
        return parsed, left | self.beyond(line) if line.further else left

    def beyond(self, line: FileRow) -> Cells:
        """Read the further values of a row, and return by header what cannot be read."""
        line.ways, unread = contact_points.read(self.desk, self.reader, line.further, line.texts)
        if unread and self.strict:
            raise Invalid(
                {header: f"“{text[:60]}” cannot be read." for header, text in unread.items()}
            )
        if unread:
            self.left.setdefault(id(line), {}).update(unread)
        return unread

    def judged(self, line: FileRow, errors: Mapping[str, str], record: Entity | None) -> Cells:
        """Return the cells that no field takes and that are kept in the notes instead."""
        names = [name for name in (*self.labels, *self.entity.besides, *errors) if name in errors]
        if self.patient and self.upward & errors.keys():
            raise Waits
        if refused := self.refused(names):
            raise Invalid({name: errors[name] for name in refused})
        free = [
            name for name in dict.fromkeys(names) if getattr(record, name, None) in (None, "", ())
        ]
        left = {
            self.label(name): values.clean(line.raw.get(name) or line.texts[name]) for name in free
        }
        if left:
            filling.may_fill(self.desk, self.entity, [self.entity.remarks])
            self.left[id(line)] = left
        return left

    def label(self, name: str) -> str:
        return self.labels.get(name) or name.replace("_", " ").capitalize()

    def refused(self, names: Iterable[str]) -> list[str]:
        """Return those of these fields whose cells must be readable for the row to be taken."""
        return [
            name
            for name in names
            if self.strict
            or name in self.lined
            or (name in self.kinds and self.kinds[name].required)
        ]

    def must_be_the_same(self, line: FileRow, record: Entity) -> None:
        """Raise Conflict where the reference of a row means another record.

        AC-4 is another account in every workspace; the moment it was created shows which one a file
        means.
        """
        if line.ours and (text := line.texts.get(CREATED_AT)):
            birth, _ = self.reader.read({CREATED_AT: text}, self.desk)
            if birth and birth[CREATED_AT] != record.created_at:
                raise Conflict(
                    f"{record} is not the {record.noun()} that the file means: it was made at another moment."
                )

    def is_rehearsed(self, name: str, text: str) -> bool:
        return name in self.upward and text in self.rehearsed

    def reason(self, error: Invalid) -> str:
        """Return the sentences of an error, each with the field it is about."""
        told = [(self.labels.get(name, name), sentence) for name, sentence in error.errors.items()]
        return " ".join(
            sentence if sentence.startswith(label) else f"{label}: {sentence}"
            for label, sentence in told
        )

    # ── into the database ─────────────────────────────────────────────────────────────────────────

    def free(self, created: list[New]) -> list[New]:
        """Return the new rows that hold nothing that another record must not share."""
        clashes = uniqueness.clashes(self.desk, [record for _, record in created])
        self.rejected += [
            (line, self.reason(clashes[record])) for line, record in created if record in clashes
        ]
        return [(line, record) for line, record in created if record not in clashes]

    def attempt(self, taken: list[Taken], store: Callable[[list[Taken]], None]) -> list[Taken]:
        """Store all rows, or all but those to which the database or a rule objects.

        The rows that fail are found by halving.
        """
        if not taken:
            return []
        before = len(self.desk.changes)
        try:
            with self.desk.session.begin_nested():
                store(taken)
            return taken
        except IntegrityError as error:
            clash = uniqueness.taken(error)
            problem = str(clash or "It clashes with a record that is here already.")
        except CRMError as error:
            problem = self.reason(error) if isinstance(error, Invalid) else str(error)
        del self.desk.changes[before:]
        if len(taken) == 1:
            self.rejected.append((taken[0][0], problem))
            return []
        middle = len(taken) // 2
        return self.attempt(taken[:middle], store) + self.attempt(taken[middle:], store)

    def insert(self, created: list[New]) -> None:
        listeners.insert_many(self.desk, [record for _, record in created])
        if self.lined:
            for line, record in created:
                part_rows.store(self.desk, line, record)

    def change(self, updated: list[Change]) -> None:
        for line, record, wanted in updated:
            part_rows.store(self.desk, line, record)
            for name, value in wanted.items():
                if (
                    getattr(record, name) != value
                ):  # read again after an attempt that failed: rules and the audit trail ask for it
                    setattr(record, name, value)
        self.desk.session.flush()


def missing(desk: PrefetchingUnitOfWork, verb: str, entity: type[Entity]) -> Forbidden | None:
    """Return the error that says why the actor may not use a verb, None where they may."""
    try:
        policy.check(desk, verb, entity)
    except Forbidden as error:
        return error
    return None


def bare(entity: type[Entity], values: Values) -> Any:
    """Return a new record with these values, made in a fraction of the usual time.

    Nobody asks what changed in a record that comes in bulk.
    """
    record = entity.__mapper__.class_manager.new_instance()
    held = packed(entity, values)
    vars(record).update(dict.fromkeys(entity.__mapper__.column_attrs.keys()) | held)
    return record
