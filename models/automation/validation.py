"""Refuse what does not hold what the rules of the workspace say it must, at every door.

What somebody else has to approve is refused as well, with who that is, so that it can be proposed.
"""

from collections.abc import Sequence

from models.automation import checks, conditions, people, triggers
from models.automation.conditions import Question
from models.automation.triggers import Known
from models.core.audit import entries
from models.core.context import IMPORT, REPEATS, Context
from models.core.entity.base import Entity
from models.core.errors import Invalid, NeedsApproval
from models.core.identity.rights import Preset
from models.core.parsing.texts import with_article
from models.core.permissions import policy

NOTHING = (None, "", ())


def check(work: Context, records: Sequence[Entity]) -> None:
    """Raise Invalid, with a sentence for each field, where records lack what rules say.

    A record is asked when it is new and when a field changes that the rule speaks of: what was
    there before the rule came does not keep anybody from changing something else. What brings back
    an earlier state is asked nothing.
    """
    musts = triggers.index_of(work).musts if records else {}
    if not musts or work.restores or (work.door in REPEATS and work.door != IMPORT):
        return
    for record in records:
        if record.deleted_at is None and (table := musts.get(record.slug())):
            new = record.id is None
            if known := table.concerned(new, () if new else entries.changes_of(record)):
                must_hold(work, record, known)


def must_hold(work: Context, record: Entity, known: Sequence[Known]) -> None:
    """Raise Invalid where a record lacks what some rules say."""
    entity, values = type(record), conditions.held(record)
    asked = [question(work, entity, each, values) for each in known]
    questions = [each for pair in asked for each in pair if each is not None]
    with policy.beyond(work.session):
        found = iter(conditions.answers(work, entity, questions))
    errors: dict[str, str] = {}
    gates: list[Known] = []
    for each, (applies, holds) in zip(known, asked, strict=True):
        is_due = next(found) if applies is not None else True
        is_held = next(found) if holds is not None else True
        if is_due:
            errors |= missing(entity, each, values) | ({} if is_held else unmet(entity, each))
        if is_due and each.sentence.approval:
            gates.append(each)
    if errors:
        raise Invalid(errors)
    must_be_approved(work, record, gates)


def must_be_approved(work: Context, record: Entity, gates: Sequence[Known]) -> None:
    """Raise NeedsApproval where somebody else has to approve what a record is to hold.

    Who may approve it does it without asking, and so does the program itself.
    """
    actor = work.actor
    if not gates or not actor or actor.role == Preset.ADMIN:
        return
    errors: dict[str, str] = {}
    allowed: set[int] | None = None
    for each in gates:
        may = approvers(work, each, record)
        allowed = may if allowed is None else allowed & may
        if actor.id not in may:
            errors |= waits_for(type(record), each)
    if errors:
        admins = {admin.id for admin in policy.admins(work.session)}
        raise NeedsApproval(errors, sorted((allowed or set()) | admins))


def approvers(work: Context, known: Known, record: Entity) -> set[int]:
    """Return the ids of those who may approve something; nobody's where they are no more."""
    try:
        return {each.id for each in people.approvers(work, known.sentence.approval, record)}
    except ValueError:
        return set()


def waits_for(entity: type[Entity], known: Known) -> dict[str, str]:
    """Return the sentence that says who has to approve what a record is to hold."""
    name, _ = asked_field(entity, known)
    said = f"{with_article(entity.noun()).capitalize()} with {known.sentence.where} needs the approval of {called(known)}"
    return {name: f"{said}, says the rule {known.ref}."}


def called(known: Known) -> str:
    """Return who has to approve something, in words: a manager, its owner, the team emea."""
    whom = known.sentence.approval
    if whom.startswith(people.TEAM):
        return f"the team {whom.removeprefix(people.TEAM)}"
    if whom == people.OWNER:
        return "its owner"
    return whom if whom[:1] in "<@" else f"{'an' if whom[:1] in 'aeiou' else 'a'} {whom}"


def asked_field(entity: type[Entity], known: Known) -> tuple[str, str]:
    """Return the field that a rule speaks of first, with its label."""
    names = known.fields and [each for each in entity.fields() if each in known.fields]
    name = names[0] if names else entity.named[0]
    return name, entity.fields()[name].label


def question(
    work: Context, entity: type[Entity], known: Known, values: conditions.Values
) -> tuple[Question | None, Question | None]:
    """Return whether a rule applies to some values, and whether they hold what it says.

    A filter that cannot be read any more refuses nothing.
    """
    with policy.beyond(work.session):
        try:
            found = [
                Question(conditions.condition(work, entity, text), values) if text else None
                for text in (known.sentence.where, known.sentence.holds)
            ]
        except ValueError:
            return Question(conditions.condition(work, entity, "not ()"), values), None
    return found[0], found[1]


def missing(entity: type[Entity], known: Known, values: conditions.Values) -> dict[str, str]:
    """Return a sentence for each field that is empty and must not be."""
    found = {}
    for word in known.sentence.must:
        name, kind = checks.own_field(entity, word)
        if values.get(name) in NOTHING:
            found[name] = f"{kind.label} is missing{because(known)}"
    return found


def unmet(entity: type[Entity], known: Known) -> dict[str, str]:
    """Return the sentence that a record does not hold what it must."""
    name, label = asked_field(entity, known)
    return {
        name: f"{label} does not fit: a {entity.noun()} must {known.sentence.holds}{because(known)}"
    }


def because(known: Known) -> str:
    """Return when a rule applies and which one it is, as the end of a sentence."""
    applies = f" if {known.sentence.where}" if known.sentence.where else ""
    return (
        f": it must be there{applies}, says the rule {known.ref}."
        if known.sentence.must
        else (f"{applies}, says the rule {known.ref}.")
    )
