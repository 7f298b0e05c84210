"""A batch of rows in one unit of work: which are new, which change a record, which cannot be taken and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from models.core import access, listeners
from models.core.audit import changes_of
from models.core.base import ENTITIES, Entity
from models.core.errors import Conflict, CRMError, Invalid, NotFound
from models.core.field import read_all
from models.core.fields import Moment, Reference, Text
from models.operations.records import may_give, needed, verbs_of
from models.operations.transfer.desk import Desk
from models.operations.transfer.mapping import CREATED_AT, EXTERNAL_ID
from models.operations.transfer.rows import Line

BESIDES = {EXTERNAL_ID: Text("Id"), CREATED_AT: Moment("Created")}
"""What a file tells of a record besides its fields."""

New = tuple[Line, Entity]
Change = tuple[Line, Entity, dict[str, Any]]
Taken = TypeVar("Taken", New, Change)


@dataclass
class Batch:
    """Rows of one entity on their way into the database."""

    desk: Desk
    entity: type[Entity]
    rehearsed: frozenset[str] | set[str] = frozenset()
    """Keys that a dry run would have stored already."""
    patient: bool = True
    """A row that names a record of its own kind which is not here may wait: perhaps it stands further down."""

    created: list[New] = field(default_factory=list)
    updated: list[Change] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[tuple[Line, str]] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kinds = dict(self.entity.fields())
        self.needed = dict.fromkeys(needed(self.entity), "")
        references = {name: kind for name, kind in self.kinds.items() if isinstance(kind, Reference)}
        self.near = {name: ENTITIES[kind.to] for name, kind in references.items()}
        self.upward = {name for name, there in self.near.items() if there is self.entity}

    def take(self, lines: Sequence[Line]) -> None:
        """Sort the rows and store what can be stored."""
        if self.entity.governing:
            self.desk.govern()  # not only within what may be taken back, and the lock with it
        self.get_ready(lines)
        for line in lines:
            try:
                self.sort(line)
            except Invalid as error:
                self.put_off(line, error)
            except CRMError as error:
                self.rejected.append((line, str(error)))
        self.created = self.attempt(self.created, self.insert)
        self.updated = self.attempt(self.updated, self.change)

    def get_ready(self, lines: Sequence[Line]) -> None:
        """Load what the rows name with a few statements instead of one or more a row."""
        for name, there in self.near.items():
            if texts := {line.texts[name] for line in lines if name in line.texts}:
                self.desk.meet(there, texts)
        self.desk.meet(self.entity, [line.key for line in lines], lock=True)
        self.desk.gather(record for line in lines if (record := self.known(line)))

    def known(self, line: Line) -> Entity | None:
        return self.desk.known.get((self.entity.slug(), line.key))

    def sort(self, line: Line) -> None:
        record = self.known(line)
        if record is None and line.ours:
            raise NotFound(f"There is no {line.key}. Empty the reference to make a new {self.entity.noun()}.")
        if record is None and line.key in self.rehearsed:
            self.unchanged += 1
        elif record is None:
            self.created.append((line, self.made(line)))
        elif record.deleted_at:
            raise Conflict(f"{record} was deleted here. Bring it back first, or leave the row out.")
        elif wanted := self.wanted(line, record):
            for verb in verbs_of(record, wanted):
                access.check(self.desk, verb, record)
            self.updated.append((line, record, wanted))
        else:
            self.unchanged += 1

    def made(self, line: Line) -> Entity:
        """The new record of a row, with everything but its number and id."""
        texts = {name: text for name, text in line.texts.items() if not self.is_rehearsed(name, text)}
        access.check(self.desk, "new", self.entity)
        access.may_fill(self.desk, self.entity, texts)
        parsed = self.entity.parse(self.needed | texts, self.desk)
        may_give(self.desk, self.entity, parsed)
        birth = read_all(BESIDES, {EXTERNAL_ID: line.key, CREATED_AT: texts.get(CREATED_AT, "")}, self.desk)
        record = self.entity(**parsed, **birth)
        listeners.begin(self.desk, record)
        listeners.follow_rules(self.desk, record, changes_of(record))
        self.desk.session.info.setdefault("coming", []).append(record)
        return record

    def wanted(self, line: Line, record: Entity) -> dict[str, Any]:
        """The values of a row that differ from those of its record; what an export would write so is the same."""
        if line.copied:
            return {}
        self.must_be_the_same(line, record)
        texts = {name: text for name, text in line.texts.items() if name in self.kinds}
        texts = {n: t for n, t in texts.items() if t != self.kinds[n].write(getattr(record, n), self.desk)}
        access.may_fill(self.desk, self.entity, texts)
        parsed = self.entity.parse(texts, self.desk)
        return {name: value for name, value in parsed.items() if getattr(record, name) != value}

    def must_be_the_same(self, line: Line, record: Entity) -> None:
        """AC-4 is another account in every workspace; the moment it was made says which one a file means."""
        birth = read_all(BESIDES, {CREATED_AT: line.texts.get(CREATED_AT, "")}, self.desk)[CREATED_AT]
        if line.ours and birth and birth != record.created_at:
            raise Conflict(f"{record} is not the {record.noun()} that the file means: it was made at another moment.")

    def is_rehearsed(self, name: str, text: str) -> bool:
        return name in self.upward and text in self.rehearsed

    def put_off(self, line: Line, error: Invalid) -> None:
        if self.patient and error.errors.keys() <= self.upward:
            self.waiting.append(line)
        else:
            self.rejected.append((line, self.reason(error)))

    def reason(self, error: Invalid) -> str:
        """The sentences of an error, each with the field it is about."""
        labels = {name: kind.label for name, kind in (BESIDES | self.kinds).items()}
        told = [(labels.get(name, name), sentence) for name, sentence in error.errors.items()]
        return " ".join(sentence if sentence.startswith(label) else f"{label}: {sentence}" for label, sentence in told)

    def attempt(self, taken: list[Taken], store: Callable[[list[Taken]], None]) -> list[Taken]:
        """Store them all; where the database or a rule objects, all but those it objects to, found by halving."""
        if not taken:
            return []
        before = len(self.desk.changes)
        try:
            with self.desk.session.begin_nested():
                store(taken)
            return taken
        except IntegrityError:
            problem = "It clashes with a record that is here already."
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

    def change(self, updated: list[Change]) -> None:
        for _, record, wanted in updated:
            for name, value in wanted.items():
                if getattr(record, name) != value:  # read anew after an attempt that failed: rules and trail ask for it
                    setattr(record, name, value)
        self.desk.session.flush()
