"""What a role may do: entity × verb × scope and the fields it never sees, as people write it.

    lead: look own, new, claim, change own
    deal: everything team, delete none, hide competitor
    everything: look

There is a line for each entity; `everything` is for those without one. It lists the verbs, each
with whose records it is for: own, team, all, or none; without a word, all. What nobody owns may be
looked at and taken (claim, assign) by those who may do that with their own, and may be changed only
by those who may change all. `look` and `change` mean the verbs that read and those that write,
`everything` all of them; the verb's own name counts before these. What no line allows is refused.

Two kinds of entity take less from the line about everything: those that say how people work
together, and catalogues, which everybody looks at.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Money
from models.core.fields.shape import ENTERED, Catalogued, by_shape
from models.core.fields.spoken import LONGEST, underscored
from models.core.parsing.texts import leading, with_article


class Scope(StrEnum):
    """Whose records a right is for."""

    NONE = "none"
    OWN = "own"
    TEAM = "team"
    ALL = "all"


class Preset(StrEnum):
    """The names of the roles that every workspace begins with; `PRESETS` says what each may do."""

    REP = "rep"
    SENIOR = "senior rep"
    MANAGER = "manager"
    EXECUTIVE = "executive"
    SUPPORT = "support"
    SUPPORT_LEAD = "support lead"
    MARKETING = "marketing"
    PRIVACY = "privacy officer"
    ADMIN = "admin"


SCOPES = frozenset(map(str, Scope))
WIDTH = tuple(Scope)
EVERYTHING, LOOK, CHANGE, HIDE, SHOW = "everything", "look", "change", "hide", "show"
MARKS = frozenset({"follow", "unfollow", "mute", "unmute"})
"""The verbs by which a person says what they want to hear of a record that they see."""
LOOKS = frozenset({"show", "list", "find", "more", "history", "as"}) | MARKS
"""The verbs that leave a record as it is."""
GROUPS = (LOOK, CHANGE, EVERYTHING)
MADE = "custom_record"
"""What the verbs of nouns that admins make are registered as."""


class Verbs(Catalogued[set[str]]):
    """The verbs by what they are about; nouns that admins made have those of `MADE`."""

    def more(self) -> Mapping[str, set[str]]:
        return dict.fromkeys(ENTERED.get().objects, dict.get(self, MADE, set()))


VERBS = Verbs()
"""Every verb there is, by what it is about, so that a typing slip in a right is found."""
EXPORT = "export"
IN_BULK = {"import", EXPORT}
"""The verbs of every entity that are typed in a terminal."""
NOBODY = 0
"""The owner of what nobody owns."""


@dataclass(frozen=True)
class Rights:
    """What a role may do.

    Attributes:
        scopes: Entity → verb or group → scope.
        hidden: Entity → fields.
    """

    scopes: Mapping[str, Mapping[str, Scope]] = field(default_factory=dict)
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def scope(self, about: str, verb: str) -> Scope:
        """Return whose records of an entity a verb is for.

        Args:
            about: The entity, or a noun that is no entity, such as `audit`.
            verb: The verb.
        """
        line, entity = self.line(about), ENTITIES.get(about)
        verb = SHOW if entity and verb in entity.answers else verb
        if verb in line and verb != CHANGE:  # of what one does not see, one changes nothing
            return line[verb]
        group = LOOK if verb in LOOKS else CHANGE
        found = next((line[word] for word in (group, EVERYTHING) if word in line), Scope.NONE)
        return (
            found
            if verb == SHOW or about not in ENTITIES
            else min(found, self.scope(about, SHOW), key=WIDTH.index)
        )

    def line(self, about: str) -> Mapping[str, Scope]:
        """Return what is said about an entity or else about its whole, or else about everything.

        Unless it is everything of all, the line about everything gives only the right to look at
        entities that govern how people work together, and no right for what has no records.
        """
        about = about if about in self.scopes else whole(about)
        if about in self.scopes:
            return self.scopes[about]
        shared, entity = self.scopes.get(EVERYTHING, {}), ENTITIES.get(about)
        if shared.get(EVERYTHING) == Scope.ALL:
            return shared
        if entity and entity.catalogue:
            return self.of_catalogues
        if entity and not entity.governing:
            return shared
        looks = {verb: scope for verb, scope in shared.items() if verb == LOOK or verb in LOOKS}
        return (
            ({LOOK: shared[EVERYTHING]} if EVERYTHING in shared else {}) | looks if entity else {}
        )

    @cached_property
    def of_catalogues(self) -> Mapping[str, Scope]:
        """What a role may do with a catalogue that it has no line about.

        Who may look at anything looks at all of it. Only who may see and change all of everything
        changes it: the right to make new records, or to change one's own, is not meant for it.
        Where the line about everything shows nothing, nothing else in it counts.
        """
        if all(self.scope(about, SHOW) == Scope.NONE for about in self.scopes):
            return {}
        shared = self.scopes.get(EVERYTHING, {})
        said = (shared[word] for word in (SHOW, LOOK, EVERYTHING) if word in shared)
        if (seen := next(said, Scope.NONE)) == Scope.NONE:
            return {LOOK: Scope.ALL}
        refused = {verb for verb in LOOKS - {SHOW} if shared.get(verb) == Scope.NONE}
        looks = {LOOK: Scope.ALL, **dict.fromkeys(sorted(refused), Scope.NONE)}
        others = {verb: scope for verb, scope in shared.items() if verb not in LOOKS | {LOOK}}
        if seen == Scope.ALL and shared.get(CHANGE) == Scope.ALL:
            return looks | others
        said = (others[word] for word in (EXPORT, CHANGE, EVERYTHING) if word in others)
        export = min(next(said, Scope.NONE), seen, key=WIDTH.index)
        return looks if export == Scope.NONE else {**looks, EXPORT: export}

    def hides(self, about: str, name: str) -> bool:
        return name in self.hidden.get(about, ())

    def beyond(self, others: "Rights", held: "Rights") -> str:
        """Return the first right here that neither of the others gives, as it is typed, or ""."""
        for about in dict.fromkeys([*ENTITIES, *VERBS]):
            for verb in sorted(verbs_of(about) | LOOKS | {CHANGE}):
                most = max(others.scope(about, verb), held.scope(about, verb), key=WIDTH.index)
                if WIDTH.index(self.scope(about, verb)) > WIDTH.index(most):
                    return f"{noun(about)} {verb} {self.scope(about, verb)}"
            for name in sorted(others.hidden.get(about, ())):
                if self.reads(about, name) and not held.reads(about, name):
                    return f"{noun(about)} show {name}"
        return ""

    def reads(self, about: str, name: str) -> bool:
        """Return whether a field of any record may be seen."""
        return self.scope(about, SHOW) != Scope.NONE and not self.hides(about, name)

    def but(self, about: str, verb: str, scope: Scope) -> "Rights":
        """Return the same rights with another scope for one verb."""
        return Rights({**self.scopes, about: {**self.line(about), verb: scope}}, self.hidden)

    def hiding(self, about: str, names: Iterable[str]) -> "Rights":
        """Return the same rights with these fields hidden, and no others of this entity."""
        return Rights(
            {**self.scopes, about: self.line(about)}, {**self.hidden, about: frozenset(names)}
        )

    def __str__(self) -> str:
        return "\n".join(
            f"{usual_noun(about)}: {', '.join(self.written(about)) or 'none'}"
            for about in self.scopes
        )

    def written(self, about: str) -> list[str]:
        """Return what is allowed and what is hidden, as it is stored."""
        return [*self.granted(about), *self.kept(about)]

    def granted(self, about: str) -> list[str]:
        return [
            verb if scope == Scope.ALL else f"{verb} {scope}"
            for verb, scope in self.scopes[about].items()
        ]

    def kept(self, about: str) -> list[str]:
        """Return what is hidden, by names that stay when a field is called something else."""
        hidden = sorted(self.hidden.get(about, ()))
        return [f"{HIDE} {' '.join(hidden)}"] if hidden else []

    def told(self, about: str) -> list[str]:
        """Return what is allowed and what is hidden, as people read it."""
        hidden = labels(about, self.hidden.get(about, ()))
        return [*self.granted(about), *([f"{HIDE} {' and '.join(hidden)}"] if hidden else [])]


def labels(about: str, names: Collection[str]) -> list[str]:
    """Return what people call fields of an entity."""
    kinds = ENTITIES[about].fields() if names else {}
    return sorted(kinds[name].label.lower() if name in kinds else name for name in names)


def legible(text: str) -> str:
    """Return rights as people read them; a text with what is no more stays as it is."""
    try:
        found = read(text)
    except ValueError:
        return text
    return "\n".join(
        f"{noun(about)}: {', '.join(found.told(about)) or 'none'}" for about in found.scopes
    )


def register(verbs: Iterable[tuple[str, str]]) -> None:
    """Make verbs known, each as (what it is about, its name)."""
    for about, name in verbs:
        VERBS.setdefault(about, set()).add(name)


def read(text: str) -> Rights:
    """Return the rights that a text describes; ValueError says which line or word is wrong."""
    scopes: dict[str, dict[str, Scope]] = {}
    hidden: dict[str, frozenset[str]] = {}
    for line in filter(None, (line.strip() for line in text.casefold().splitlines())):
        word, colon, granted = line.partition(":")
        if not colon:
            raise ValueError(
                f"“{line[:60]}” needs a colon behind what it is about, such as lead: look own, new."
            )
        about = slug(word.strip())
        if about in scopes:
            raise ValueError(f"There are two lines about {noun(about)}. Write one.")
        scopes[about] = {}
        for part in filter(None, (part.split() for part in granted.split(","))):
            if part[0] == HIDE:
                hidden[about] = hidden.get(about, frozenset()) | fields(about, part[1:])
            elif part != [Scope.NONE]:
                scopes[about] |= grant(about, part)
    return Rights(scopes, hidden)


@by_shape
def stored(text: str) -> Rights:
    """Return the rights of a text that was read before.

    Nobody may do what it says about things that no longer exist.
    """
    found = NOTHING
    for line in text.casefold().splitlines():
        word, _, granted = line.partition(":")
        if is_known(f"{word}: {Scope.NONE}"):
            more = read(
                f"{word}: {', '.join(part for part in parts(granted) if is_known(f'{word}: {part}'))}"
            )
            found = Rights({**found.scopes, **more.scopes}, {**found.hidden, **more.hidden})
    return found


def said_to_hide(text: str) -> dict[str, set[str]]:
    """Return the names of the fields that a text hides, by entity, also of those that are gone."""
    words, found = nouns(), dict[str, set[str]]()
    for line in text.casefold().splitlines():
        word, _, granted = line.partition(":")
        said = (part.partition(" ") for part in parts(granted))
        names = {name for verb, _, name in said if verb == HIDE}
        if names and (about := words.get(word.strip())):
            found.setdefault(about, set()).update(names)
    return found


def parts(granted: str) -> list[str]:
    """Return the parts of a line, each hidden field as one of its own.

    What is hidden stays hidden when another field is gone.
    """
    found = []
    for words in filter(None, map(str.split, granted.split(","))):
        found += [f"{HIDE} {name}" for name in words[1:]] if words[0] == HIDE else [" ".join(words)]
    return found


def is_known(line: str) -> bool:
    """Return whether everything that a line speaks of exists."""
    try:
        read(line)
    except ValueError:
        return False
    return True


def slug(word: str) -> str:
    """Return what a line is about, by any word for it."""
    words = nouns()
    if word in words:
        return words[word]
    if word == EVERYTHING or word in VERBS or not VERBS:
        return word
    raise ValueError(
        f"There is nothing called “{word[:40]}”. Rights are about {', '.join(known())} or {EVERYTHING}."
    )


def whole(about: str) -> str:
    """Return the entity with which records of this one are deleted and restored, or this one."""
    entity = ENTITIES.get(about)
    if entity is None or not entity.part_of:
        return about
    found = str(getattr(entity.fields()[entity.part_of], "to", ""))
    return found if about in ENTITIES[found].children else about


def begun(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return what words begin with, and the words after that: purchase line edit own.

    Raises:
        ValueError: They begin with nothing that a right can be about.
    """
    length = len(leading(words, nouns()).split()) or 1
    return slug(" ".join(words[:length])), list(words[length:])


def nouns() -> dict[str, str]:
    """Return every word for records → the entity that it means."""
    return {word: about for about, entity in ENTITIES.items() for word in entity.words()}


def known() -> list[str]:
    return [noun(about) for about in dict.fromkeys([*ENTITIES, *VERBS]) if about != MADE]


def noun(about: str) -> str:
    return ENTITIES[about].noun() if about in ENTITIES else about


def usual_noun(about: str) -> str:
    """Return the word by which rights are kept, whatever the workspace calls it meanwhile."""
    return ENTITIES[about].usual_noun() if about in ENTITIES else about


def grant(about: str, words: list[str]) -> dict[str, Scope]:
    """Return `edit own` as a verb and its scope."""
    verb, *rest = words
    if verb in SCOPES or len(rest) > 1 or (rest and rest[0] not in SCOPES):
        raise ValueError(
            f"“{' '.join(words)[:60]}” should be a verb and own, team, all or none, such as edit team."
        )
    if VERBS and verb not in GROUPS and verb not in (there := verbs_of(about)):
        what = "anything" if about == EVERYTHING else f"a {noun(about)}"
        raise ValueError(
            f"Nobody can {verb[:40]} {what}. The verbs are {', '.join(sorted(there))}."
        )
    return {verb: Scope(rest[0]) if rest else Scope.ALL}


def verbs_of(about: str) -> set[str]:
    """Return the verbs about something; about everything, all there are."""
    nouns = VERBS if about == EVERYTHING else {about}
    return {
        verb
        for noun in nouns
        for verb in VERBS.get(noun, set()) | (IN_BULK if noun in ENTITIES else set())
    }


def fields(about: str, names: list[str]) -> frozenset[str]:
    """Return the fields that words name.

    The name of a record cannot be hidden: those who may see the record must know what it is.
    """
    entity = ENTITIES.get(about)
    if entity is None:
        raise ValueError(f"{noun(about).capitalize()} has no fields that could be hidden.")
    by_word, names = entity.field_names(), named(entity, names)
    for name in names:
        if name not in by_word:
            raise ValueError(
                f"{with_article(entity.noun()).capitalize()} has no field “{name.replace('_', ' ')[:40]}”."
            )
        if by_word[name] in (*entity.named, *entity.stand_ins, entity.owned):
            raise ValueError(
                f"{with_article(entity.noun()).capitalize()} is known by its {name.replace('_', ' ')}: take the right to look away instead."
            )
    found = {by_word[name] for name in names}
    told = {
        name
        for name, kind in entity.fields().items()
        if isinstance(kind, Money) and (kind.beside or kind.currency) in found
    }
    told |= {name for name, kind in entity.below().items() if kind.under in found}
    return frozenset(found | told)  # an amount shows its currency, and a stage its pipeline


def named(entity: type[Entity], said: Sequence[str]) -> list[str]:
    """Return the words for fields that a text consists of: a name may have several, next step."""
    known, left, found = entity.field_names(), list(said), list[str]()
    while left:
        lengths = range(min(len(left), LONGEST), 0, -1)
        length = next((n for n in lengths if underscored(" ".join(left[:n])) in known), 1)
        name = underscored(" ".join(left[:length]))
        found += [] if name == "and" else [name]
        del left[:length]
    return found


NOTHING = Rights()
PRESETS: dict[str, str] = {
    Preset.REP: """
        everything: look, new, change own
        lead: look own, new, claim, change own
        deal: look team, new, change own
        task: look team, new, change own
        case: look, new, edit, set, assign, note
        crm: report
    """,
    Preset.SENIOR: """
        everything: look, new, change team
        lead: look team, new, claim, change team, import own, export own
        deal: look team, new, change team
        task: look team, new, change team
        case: look, new, edit, set, assign, note
        crm: report
    """,
    Preset.MANAGER: """
        everything: look, new, change
        lead: everything team, new, claim
        deal: everything team, new
        task: everything team, new
        crm: report, digest
    """,
    Preset.EXECUTIVE: """
        everything: look
        customer: look, hide notes
        lead: look, hide notes
        task: everything own
        crm: report
    """,
    Preset.SUPPORT: """
        everything: look
        case: everything
        task: look team, new, change own
        customer: look, new, change
        contact: everything
        account: look, edit, set
        membership: everything
        lead: look, new
        crm: report
    """,
    Preset.SUPPORT_LEAD: """
        everything: look
        case: everything
        task: look team, new, change team
        customer: everything
        contact: everything
        account: look, new, change
        membership: everything
        lead: look, new
        crm: report
    """,
    Preset.MARKETING: """
        everything: look
        lead: look, new, claim none, convert none, change team, import, export
        customer: look, edit, set, assign own, export, hide notes
        task: look own, new, change own
        crm: report
    """,
    Preset.PRIVACY: """
        everything: look, export
        customer: look, edit, set, delete, restore, export
        contact: look, edit, set, delete, restore, export
        lead: look, edit, set, delete, restore, export
        task: look, new, change own
        audit: verify
        crm: report
    """,
    Preset.ADMIN: "everything: everything",
}
"""The roles that every workspace begins with.

People who do the work see what the work needs, and people who count see figures.
"""
