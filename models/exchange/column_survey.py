"""Survey a file before a row is stored: what each column is, how it is read, what is unclear."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Ambiguous, Invalid
from models.core.fields import (
    Choice,
    Country,
    Day,
    Email,
    Moment,
    Money,
    Number,
    Person,
    Phone,
    Reference,
)
from models.core.fields.base import Field
from models.core.identity.user import User
from models.core.parsing import values
from models.core.search.lookup import lookup
from models.exchange.answers import Answers
from models.exchange.column_evidence import BETWEEN_NAMES, SEPARATORS, Seen, look
from models.exchange.column_formats import Decider
from models.exchange.csv_files import Sheet, content
from models.exchange.empty_words import blanks_of
from models.exchange.formats import Decision, Decisions, complete
from models.exchange.mapping import (
    CREATED_AT,
    EXTERNAL_ID,
    KEPT,
    LEFT_OUT,
    PERSON_NAME,
    REASON,
    REF,
    Columns,
    goals,
    guess,
    is_last_resort,
    label_of,
    meaning,
)
from models.exchange.options import Words, listed
from models.exchange.prefetch import address_in, person_named

FLAGS = {"done_at": "status", "closed_at": "is_closed", "close_date": "is_closed"}
"""Moments for which a file may only say yes or no, and the field that this fills instead."""
YES_OR_NO = (
    values.YES
    | values.NO
    | {
        "done",
        "not done",
        "to do",
        "todo",
        "open",
        "closed",
        "completed",
        "complete",
        "not completed",
        "incomplete",
    }
)
BARE = re.compile(
    r"\d+|005[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?|[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
)
"""The ids of people in other systems."""
SAMPLE = 20
"""How many different cells of a column are looked up to see whether it names existing records."""


@dataclass
class Survey:
    """What is known about a file before a row of it is stored.

    Attributes:
        notes: What was decided, in sentences.
        questions: What must be answered first, in sentences that show how to answer.
    """

    sheet: Sheet
    columns: Columns
    decisions: Decisions
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def examine(work: Context, entity: type[Entity], sheet: Sheet, answers: Answers) -> Survey:
    """Return the survey of a file; Invalid says which of the answers do not fit it."""
    columns = guess(entity, sheet.headers, sheet.filled, chosen_in(sheet, answers))
    places = {header: place for place, header in reversed(list(enumerate(sheet.headers)))}
    prefer_known(work, entity, sheet, columns)
    if answers.rest and entity.remarks:
        keep_rest(entity, columns)
    survey = Survey(sheet, columns, Decisions(), list(sheet.notes))
    examiner = Examiner(work, entity, answers, survey, people_of(work, answers))
    seen = {places[header]: examiner.to_be_seen(target) for header, target in columns.all().items()}
    look(sheet.lines(), seen)
    prefer_several(entity, columns, {header: seen[places[header]] for header in columns.all()})
    at = {header: seen[places[header]] for header in columns.all()}
    retarget(entity, columns, at)
    choose(work, entity, columns, at)
    for header, target in columns.all().items():
        column = seen[places[header]]
        decision = Decision(
            header,
            places[header],
            target,
            empty=column.empty,
            beside=header in columns.beside,
            label=label_of(entity, header, target) if header in columns.beside else "",
        )
        survey.decisions.emptied.update(
            {(header, word): count for word, count in column.emptied.items()}
        )
        survey.decisions.columns += examiner.decided(decision, column)
    must_be_columns(survey, examiner.kinds, answers)
    decider = Decider(work, answers, survey.notes, survey.questions)
    survey.decisions.columns = decider.decide(survey.decisions.columns, examiner.kinds, seen)
    survey.questions += lacking(work, entity, sheet, columns)
    tell(survey, entity)
    return survey


def keep_rest(entity: type[Entity], columns: Columns) -> None:
    """Put what no field takes into the notes, each cell behind its header."""
    for header, why in list(columns.left_out.items()):
        if header and why not in ("empty", LEFT_OUT, KEPT) and header != REASON:
            del columns.left_out[header]
            columns.beside[header] = entity.remarks


@dataclass
class Examiner:
    """Decides about the columns of a file, one after the other.

    Attributes:
        people: What the file calls a person → who that is here, as the person importing it says.
    """

    work: Context
    entity: type[Entity]
    answers: Answers
    survey: Survey
    people: Mapping[str, str]

    def __post_init__(self) -> None:
        self.kinds: dict[str, Field] = {**self.entity.fields(), CREATED_AT: Moment("Created")}
        references = {name for name, kind in self.kinds.items() if isinstance(kind, Reference)}
        self.naming = references | {*goals(self.entity), *self.entity.either}
        """Fields that name other records."""

    def to_be_seen(self, target: str) -> Seen:
        """Return what to look at in a column that fills this target."""
        kind = self.kinds.get(target)
        told = isinstance(kind, Choice | Person | Moment | Day | Country)
        said = target in self.entity.besides and target not in self.naming
        seen = Seen(blanks_of(kind), counts_words=told or said)
        if isinstance(kind, Day | Moment):
            seen.looks = ("days",)
        elif isinstance(kind, Money | Number):
            seen.looks = ("figures",)
        if isinstance(kind, Email | Phone):
            seen.between, seen.measured = SEPARATORS, True
        elif target in self.naming and not isinstance(kind, Person):
            seen.between = BETWEEN_NAMES
        return seen

    def decided(self, decision: Decision, seen: Seen) -> list[Decision]:
        """Return the decision about a column, with what its words mean.

        The list is empty where the column is not of that kind at all.
        """
        kind = self.kinds.get(decision.target)
        if isinstance(kind, Choice):
            return self.options(decision, kind, seen)
        if isinstance(kind, Person):
            unknown = strangers(self.work, seen.words, self.people)
            self.survey.decisions.strangers.update(unknown)
            bare = {values.fold(name): "" for name in unknown if is_bare(name)}
            return [replace(decision, words={**self.people, **bare})]
        padded = seen.are_ids and (decision.target == EXTERNAL_ID or decision.target in self.naming)
        between = told_several(self.survey, self.entity, decision, seen)
        return [replace(decision, padded=padded, between=between)]

    def said(self, decision: Decision) -> bool:
        """Return whether the person says what a column fills."""
        return values.fold(decision.header) in {
            values.fold(header) for header in self.answers.columns
        }

    def options(self, decision: Decision, kind: Choice, seen: Seen) -> list[Decision]:
        words = Words(kind, decision.header, decision.target, self.answers)
        read = words.read(self.work, seen.words)
        if (
            is_last_resort(self.entity, decision.header)
            and words.are_unknown(seen.words)
            and not self.said(decision)
        ):
            self.survey.columns.leave_out(
                decision.header, f"none of its words is a {kind.label.lower()}"
            )
            return []
        words.tell(self.survey.notes, self.survey.questions, self.survey.decisions.unknown)
        return [replace(decision, words=read)]


def told_several(survey: Survey, entity: type[Entity], decision: Decision, seen: Seen) -> str:
    """Return what separates several values in the cells of a column, and add a note about it.

    Return "" where each cell holds one value.
    """
    if not seen.several:
        return ""
    sign, count = seen.several.most_common(1)[0]
    rows, more = (
        "1 row" if count == 1 else f"{count:,} rows",
        where_more(entity, decision.target, decision.beside),
    )
    survey.notes.append(f"{decision.header}: in {rows} there are several values; {more}.")
    return sign


def where_more(entity: type[Entity], target: str, beside: bool) -> str:
    """Return where the values of a cell go when its field holds only the first."""
    if target in entity.joins:
        return "each is joined"
    if entity.reached_by and beside:
        return f"each is a {entity.reached_by}"
    if entity.reached_by and target not in entity.besides:
        return f"the first is its {entity.fields()[target].label.lower()}, the others are its {entity.reached_by}s"
    return (
        "the first is read, the others go to the notes" if entity.remarks else "the first is read"
    )


def lacking(work: Context, entity: type[Entity], sheet: Sheet, columns: Columns) -> list[str]:
    """Return a question for each field that a record needs and that no column fills.

    Rows with ids that are known here need not fill any.
    """
    targets = columns.all()
    filled = {
        *targets.values(),
        *(["first_name", "last_name"] if PERSON_NAME in targets.values() else []),
    }
    filled |= {
        meaning(entity, header)[1] for header, why in columns.left_out.items() if why == "empty"
    }
    missing = [name for name in entity.needed() if name not in filled]
    if not missing or REF in filled:
        return []
    known = (EXTERNAL_ID, *entity.keys)
    header = next((header for header, target in columns.fields.items() if target in known), "")
    rows = list(islice(sheet.lines(), SAMPLE * 5))
    if header and share_known(work, entity.slug(), rows, sheet.headers.index(header)):
        return []
    usable = [header for header, why in columns.left_out.items() if why.startswith("nothing")] or [
        "HEADER"
    ]
    return [
        f"No column fills {entity.fields()[name].label}, without which there is no {entity.noun()}. "
        f'Say which one does, such as: --map "{usable[0]}={name}"'
        for name in missing
    ]


def chosen_in(sheet: Sheet, answers: Answers) -> dict[str, str]:
    """Return the columns that the person maps.

    A header with a colon in it is not read as a word of a column.
    """
    headers = {values.fold(header) for header in sheet.headers}
    whole = {f"{header}:{word}": to for (header, word), to in answers.words.items()}
    return dict(answers.columns) | {
        header: to for header, to in whole.items() if values.fold(header) in headers
    }


def prefer_known(work: Context, entity: type[Entity], sheet: Sheet, columns: Columns) -> None:
    """Take, where several columns name the same record, the one that names existing records best.

    Names, ids and addresses are compared.
    """
    rows = list(islice(sheet.lines(), SAMPLE * 5))
    for target, to in goals(entity).items():
        taken = next((header for header, name in columns.fields.items() if name == target), "")
        others = [
            each
            for each in sheet.headers
            if each != taken and may_fill(entity, columns, each, target)
        ]
        if not taken or not others:
            continue
        known = {
            each: how_known(work, to, rows, sheet.headers.index(each)) for each in (taken, *others)
        }
        best = max(known, key=lambda each: known[each])
        if known[best] > known[taken]:
            columns.swap(taken, best)


def may_fill(entity: type[Entity], columns: Columns, header: str, target: str) -> bool:
    said = columns.left_out.get(header, "")
    return target in (columns.fallback.get(header), columns.beside.get(header)) or (
        said.startswith(f"{target} comes from") and meaning(entity, header)[1] == target
    )


def how_known(work: Context, to: str, rows: list[list[str]], place: int) -> tuple[float, bool]:
    """Return how well the cells of a column name existing records.

    The second value says whether the cells mean anything to a reader.
    """
    cells = [cell for row in rows if place < len(row) and (cell := content(row[place]))]
    return share_known(work, to, rows, place), bool(cells) and not all(map(is_bare, cells))


def share_known(work: Context, to: str, rows: list[list[str]], place: int) -> float:
    """Return which share of the first different cells of a column names an existing record."""
    cells = dict.fromkeys(
        cell for row in rows if place < len(row) and (cell := content(row[place]))
    )
    some = list(cells)[:SAMPLE]
    return sum(is_known(work, to, cell) for cell in some) / max(len(some), 1)


def is_known(work: Context, to: str, cell: str) -> bool:
    here = ENTITIES[to]
    if here.are_people:
        return not strangers(work, Counter([cell]), {})
    if (
        work.session.scalar(select(here.id).where(here.external_id == complete(cell)).limit(1))
        is not None
    ):
        return True
    try:
        return bool(lookup(work, here, address_in(cell)[1] or cell, whole=True))
    except ValueError:
        return False


def must_be_columns(survey: Survey, kinds: Mapping[str, Field], answers: Answers) -> None:
    """Raise Invalid where an answer names a word of a column that is missing or has no options."""
    names = {values.fold(header) for header in survey.sheet.headers}
    options = [
        each for each in survey.decisions.columns if isinstance(kinds.get(each.target), Choice)
    ]
    known = {
        values.fold(name)
        for each in options
        for name in (each.header, each.target, kinds[each.target].label)
    }
    for header, word in answers.words:
        if values.fold(header) not in known and values.fold(f"{header}:{word}") not in names:
            held = ", ".join(each.header for each in options) or "none"
            raise Invalid(
                {
                    "map": f"No column of options is called “{header[:60]}”. Those of the file are: {held}."
                }
            )


def prefer_several(entity: type[Entity], columns: Columns, seen: Mapping[str, Seen]) -> None:
    """Take, of the columns that name what a person belongs to, the one that names several."""
    for target in entity.joins:
        taken = next((header for header, to in columns.fields.items() if to == target), "")
        others = [
            header
            for header, to in columns.fallback.items()
            if to == target and seen[header].several
        ]
        if taken and others and not seen[taken].several:
            columns.swap(taken, others[0])


def retarget(entity: type[Entity], columns: Columns, seen: Mapping[str, Seen]) -> None:
    """Let a column that could be a moment but only says yes or no fill the yes-or-no field."""
    for header, target in list(columns.fields.items()):
        flag, words = FLAGS.get(target, ""), seen[header].words
        says_whether = bool(words) and all(values.fold(word) in YES_OR_NO for word in words)
        if flag in entity.besides and says_whether and flag not in columns.fields.values():
            columns.fields[header] = flag
            if other := next((other for other, to in columns.fallback.items() if to == target), ""):
                columns.fields[other] = columns.fallback.pop(other)


def choose(work: Context, entity: type[Entity], columns: Columns, seen: Mapping[str, Seen]) -> None:
    """Let a column that says more than whether a record is open fill a choice that no column fills.

    An example is the Status of deals, with Proposal and Closed won.
    """
    for header, target in list(columns.fields.items()):
        known = target not in entity.besides or not seen[header].counts_words
        unknown = [
            word
            for word in (() if known else seen[header].words)
            if target in entity.translate({target: word})
        ]
        free = {
            name: kind
            for name, kind in entity.fields().items()
            if isinstance(kind, Choice) and name not in columns.all().values()
        }
        fits = [
            name for name, kind in free.items() if all(reads(kind, word, work) for word in unknown)
        ]
        if unknown and fits:
            columns.fields[header] = fits[0]


def reads(kind: Field, text: str, work: Context) -> bool:
    """Return whether a kind understands a text."""
    try:
        kind.read(text, work)
    except ValueError:
        return False
    return True


def people_of(work: Context, answers: Answers) -> dict[str, str]:
    """Return the people here by what the file calls them.

    Raises:
        Invalid: Some of them are not here either; the message names them.
    """
    found: dict[str, str] = {}
    for name, person in answers.people.items():
        try:
            user = work.get(User, work.lookup("user", person.removeprefix("@")))
        except ValueError as error:
            raise Invalid({"people": f"{name}: {error}"}) from None
        found[values.fold(name)] = user.slack_id
    return found


def strangers(work: Context, names: Counter[str], known: Mapping[str, str]) -> Counter[str]:
    """Return the names of people who are not here, with the number of rows that name them."""
    found: Counter[str] = Counter()
    for name, count in names.items():
        if values.fold(name) in known:
            continue
        try:
            person_named(work, User, name)
        except (ValueError, Ambiguous):
            found[name] += count
    return found


def is_bare(name: str) -> bool:
    """Return whether a name is only an id, which would mean nothing to anybody in a note."""
    return BARE.fullmatch(name) is not None


def tell(survey: Survey, entity: type[Entity]) -> None:
    """Add to the notes what does not prevent the import and yet should be known beforehand."""
    decisions, columns = survey.decisions, survey.columns
    emptied: dict[str, Counter[str]] = {}
    for (header, word), count in decisions.emptied.items():
        emptied.setdefault(header, Counter())[word] += count
    for header, words in emptied.items():
        survey.notes.append(f"{header}: {listed(words)} read as empty.")
    if decisions.strangers:
        name = next(iter(decisions.strangers))
        survey.notes.append(
            f"Not among the people here, so that their records have no owner: {listed(decisions.strangers)}. "
            f'Say who they are, now or when you import the file again: --people "{name}=@somebody"'
        )
    survey.notes += [
        f"{header}: a row whose {entity.fields()[target].label} is known changes that {entity.noun()}."
        for header, target in columns.fields.items()
        if target in entity.keys
    ]
    ids = [
        header
        for header, why in columns.left_out.items()
        if looks_like_ids(header) and why.startswith("nothing")
    ]
    if ids and not {EXTERNAL_ID, REF} & set(columns.fields.values()):
        survey.notes.append(
            f'Ids that are not used: {", ".join(ids)}. To use one: --map "{ids[0]}={EXTERNAL_ID}"'
        )


def looks_like_ids(header: str) -> bool:
    return values.fold(header).endswith((" id", "_id", "-id")) or header.endswith(("Id", "ID"))
