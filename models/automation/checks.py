"""Ask whether what a rule speaks of exists, for the person with whose rights it runs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from models.automation import conditions, mailing, people
from models.automation.language import Action, Does, Sentence, Trigger, When
from models.core import saved_filters
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError, Invalid
from models.core.fields import Day, Moment, Person, Reference
from models.core.fields.base import Field
from models.core.parsing.texts import with_article
from models.core.search.filter_fields import field_of

ALONE = (Does.DM, Does.POST, Does.WEBHOOK)
"""What can be done about no record."""


def check(work: Context, sentence: Sentence) -> None:
    """Raise ValueError where a rule speaks of what does not exist or cannot be done.

    The actor is the person with whose rights it runs.
    """
    try:
        check_about(work, sentence)
        for action in sentence.actions:
            check_action(work, sentence, action)
    except Invalid as error:
        raise ValueError(" ".join(error.errors.values())) from None
    except CRMError as error:
        raise ValueError(str(error)) from None


def check_about(work: Context, sentence: Sentence) -> None:
    """Raise ValueError where the trigger or a filter cannot be asked."""
    if not sentence.noun:
        return
    entity, trigger = ENTITIES[sentence.noun], sentence.trigger
    for text in filter(None, (sentence.where, sentence.holds, trigger.filter)):
        conditions.condition(work, entity, text)
    for name in sentence.must:
        own_field(entity, name)
    if sentence.approval:
        check_approvers(work, entity, sentence.approval)
    if trigger.field and trigger.when == When.MOMENT:
        check_moment(entity, trigger)
    elif trigger.field:
        own_field(entity, trigger.field)
        for text in filter(None, (trigger.before, trigger.after)):
            conditions.condition(work, entity, equals(trigger.field, text))


def check_moment(entity: type[Entity], trigger: Trigger) -> None:
    """Raise ValueError where a moment is relative to no day, or not to a part of one."""
    _, kind = field_of(trigger.field, entity)
    if not isinstance(kind, Day | Moment):
        raise ValueError(f"{kind.label} is no day. A moment is relative to a day.")
    if isinstance(kind, Day) and trigger.offset % timedelta(days=1):
        raise ValueError(f"{kind.label} is a day: say how many days before or after it.")


def check_action(work: Context, sentence: Sentence, action: Action) -> None:
    """Raise ValueError where an action cannot be done."""
    if action.does == Does.DIGEST:
        check_digest(work, sentence, action)
    elif sentence.noun:
        if does := CHECKS.get(action.does):
            does(work, ENTITIES[sentence.noun], action)
    elif action.does not in ALONE or action.whom == people.OWNER:
        raise ValueError(
            "Without a record a rule can only post, dm, call a webhook and add to a digest. "
            "Name one: every monday at 9:00 deal where …"
        )


def check_set(work: Context, entity: type[Entity], action: Action) -> None:
    entity.parse(named(entity, action.texts), work)


def check_ask(work: Context, entity: type[Entity], action: Action) -> None:
    """Raise ValueError where nobody could approve it, or what is asked for cannot be set."""
    check_approvers(work, entity, action.whom)
    check_set(work, entity, action)


def check_dm(work: Context, entity: type[Entity], action: Action) -> None:
    """Raise ValueError where nobody is told."""
    if action.whom != people.OWNER:
        people.hearers(work, action.whom, None)
    elif not entity.owned:
        raise ValueError(
            f"{with_article(entity.noun()).capitalize()} has no owner. Name somebody: dm @rita"
        )


def check_mail(work: Context, entity: type[Entity], action: Action) -> None:
    mailing.check(entity, action.whom)


def check_new(work: Context, entity: type[Entity], action: Action) -> None:
    link(ENTITIES[action.noun], entity)


def check_digest(work: Context, sentence: Sentence, action: Action) -> None:
    """Raise ValueError where a section of a digest has no time, or no filter."""
    if sentence.noun or sentence.trigger.when != When.SCHEDULE:
        raise ValueError(
            "A digest comes at a time, and about no record: "
            'every weekday at 9:00 then digest #sales "big"'
        )
    if saved_filters.called(work, action.text) is None:
        raise ValueError(
            f"There is no saved filter “{action.text[:60]}”. "
            f'Save one: deal list … | save "{action.text[:60]}"'
        )


def check_approvers(work: Context, entity: type[Entity], whom: str) -> None:
    """Raise ValueError where nobody is meant who could approve something of a record."""
    if whom == people.OWNER:
        if not entity.owned:
            raise ValueError(
                f"{with_article(entity.noun()).capitalize()} has no owner. Name a role, a team or somebody."
            )
    elif not people.approvers(work, whom, None):
        raise ValueError(f"Nobody has the role {whom}, so nobody could approve it.")


def check_assign(work: Context, entity: type[Entity], action: Action) -> None:
    """Raise ValueError where a record cannot be given to anybody, or not to those named."""
    if not entity.owned:
        raise ValueError(
            f"{with_article(entity.noun()).capitalize()} belongs to nobody, so it cannot be assigned."
        )
    if not action.whom.startswith(people.TEAM):
        people.person(work, action.whom)
    elif action.turns:
        people.team(work, action.whom)
    else:
        people.lead(work, action.whom)


def own_field(entity: type[Entity], word: str) -> tuple[str, Field]:
    """Return the field of an entity that a word names.

    Raises:
        ValueError: it names none, or one of those that all records have.
    """
    name, kind = field_of(word, entity)
    if name not in entity.fields():
        raise ValueError(
            f"{kind.label} is kept by Rapport. Name a field of {with_article(entity.noun())}."
        )
    return name, kind


def named(entity: type[Entity], texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return texts by the names of their fields.

    Raises:
        ValueError: a word names no field.
    """
    return {own_field(entity, word)[0]: text for word, text in texts}


def equals(word: str, text: str) -> str:
    """Return the filter that a field holds a value."""
    said = text.replace('"', "'")
    return f'{word} = "{said}"'


def link(made: type[Entity], about: type[Entity]) -> str:
    """Return the field by which a new record names the one that a rule is about.

    Raises:
        ValueError: it has none.
    """
    for name, kind in made.fields().items():
        if isinstance(kind, Reference) and not isinstance(kind, Person) and kind.to == about.slug():
            return name
    raise ValueError(
        f"{with_article(made.noun()).capitalize()} cannot be about {with_article(about.noun())}."
    )


CHECKS: Mapping[Does, Callable[[Context, type[Entity], Action], None]] = {
    Does.SET: check_set,
    Does.ASK: check_ask,
    Does.ASSIGN: check_assign,
    Does.DM: check_dm,
    Does.MAIL: check_mail,
    Does.CREATE: check_new,
}
"""What is asked of each action about a record; the others can be done to every record."""
