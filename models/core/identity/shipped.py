"""What a role says otherwise than the preset of its name says today, and how to take that over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.core.entity.base import ENTITIES
from models.core.identity import rights
from models.core.identity.rights import (
    CHANGE,
    EVERYTHING,
    GROUPS,
    HIDE,
    LOOK,
    LOOKS,
    SHOW,
    WIDTH,
    Rights,
    Scope,
)

ALLOW, REFUSE, REVEAL = "allow", "refuse", "reveal"
NO_LINE = "no line, so what is said about everything holds"


@dataclass(frozen=True)
class Difference:
    """One thing about which a role says something else than its preset.

    Attributes:
        about: An entity, or what else a right is about.
        now: What the role says, as rights are written.
        shipped: What the preset says.
        steps: The verbs of roles that take it over, each with what follows the role's name.
    """

    about: str
    now: str
    shipped: str
    steps: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        entity = ENTITIES.get(self.about)
        about = entity.plural() if entity else self.about
        return f"{about.capitalize()}: {self.now}. Shipped: {self.shipped}."


def differences(now: Rights, shipped: Rights) -> list[Difference]:
    """Return what a role says otherwise than its preset, with the steps that take it over.

    Whoever takes each step, in this order, has what is shipped. So has, for one entity, who takes
    only the steps for that one.
    """
    found, taken = [], now
    for about in dict.fromkeys([EVERYTHING, *shipped.scopes, *now.scopes]):
        words = steps_for(now, shipped, about) | steps_for(taken, shipped, about)
        for verb, scope in words.items():
            taken = taken.but(about, verb, scope)
        hidden = shipped.hidden.get(about, frozenset())
        fields = dict(hiding(about, now.hidden.get(about, frozenset()), hidden))
        taken = taken.hiding(about, hidden) if fields else taken
        steps = [*(granting(verb, scope) for verb, scope in words.items()), *fields.items()]
        if steps:
            typed = tuple((verb, f"{rights.noun(about)} {rest}") for verb, rest in steps)
            found.append(Difference(about, said(now, about), said(shipped, about), typed))
    return found


def said(found: Rights, about: str) -> str:
    """Return what rights say about something, in quotes."""
    if about not in found.scopes:
        return NO_LINE
    return f"“{', '.join(found.told(about)) or Scope.NONE}”"


def steps_for(now: Rights, shipped: Rights, about: str) -> dict[str, Scope]:
    """Return the words of a line that have to change, with the scope that each gets."""
    line, wanted = dict(now.line(about)), shipped.line(about)
    found: dict[str, Scope] = {}
    for word in words_of(line, wanted, about):
        if meant(line, word) != (scope := meant(wanted, word)):
            found[word] = line[word] = scope
    return found


def words_of(line: Mapping[str, Scope], wanted: Mapping[str, Scope], about: str) -> Iterator[str]:
    """Yield the words in which two lines may differ, the wider ones first.

    The word everything counts by itself only in the line about everything; elsewhere it is short
    for looking and changing.
    """
    if about == EVERYTHING or (EVERYTHING in wanted and not line.keys() & {LOOK, CHANGE}):
        yield EVERYTHING
    yield from (LOOK, CHANGE)
    there = rights.verbs_of(about)
    yield from dict.fromkeys(word for word in (*wanted, *line) if word in there)


def meant(line: Mapping[str, Scope], word: str) -> Scope:
    """Return the scope that a line gives a verb, or a group of verbs.

    A verb that is not named is for no more than one sees.
    """
    group = word if word in GROUPS else LOOK if word in LOOKS else CHANGE
    found = next((line[each] for each in (word, group, EVERYTHING) if each in line), Scope.NONE)
    if word in line or word in (*GROUPS, SHOW):
        return found
    return min(found, meant(line, SHOW), key=WIDTH.index)


def granting(verb: str, scope: Scope) -> tuple[str, str]:
    """Return the verb of roles that gives a right its scope, and the right as it is typed."""
    if scope == Scope.NONE:
        return REFUSE, verb
    return ALLOW, verb if scope == Scope.ALL else f"{verb} {scope}"


def hiding(about: str, now: frozenset[str], shipped: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the steps that hide the fields that the preset hides, and no others."""
    for verb, names in ((HIDE, shipped - now), (REVEAL, now - shipped)):
        if names:
            yield verb, " and ".join(rights.labels(about, names))
