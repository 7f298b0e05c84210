"""Say a rule back in words, as it was understood."""

from collections.abc import Callable, Mapping, Sequence

from models.automation import checks, outward, people, pieces
from models.automation.actions import channel_of
from models.automation.language import Action, By, Does, Sentence, Trigger, When
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.identity.notices import DAYS
from models.core.identity.user import User
from models.core.parsing.texts import enumerated, with_article
from models.core.search.filter_fields import field_of

SPANS = ((10080, "week"), (1440, "day"), (60, "hour"), (1, "minute"))
BY = {By.ANYONE: "", By.PEOPLE: ", and a person did it", By.OTHERS: ", and another person did it"}


def said(work: Context, sentence: Sentence) -> str:
    """Return what a rule does in words, for the actor."""
    if sentence.validates:
        return demanded(sentence)
    done = enumerated([done_by(work, sentence, action) for action in sentence.actions])
    rights = f" I do so with the rights of the role {sentence.role}." if sentence.role else ""
    return f"{caused(sentence)}, I {done}.{rights}"


def demanded(sentence: Sentence) -> str:
    """Return what a rule demands, in words."""
    entity = ENTITIES[sentence.noun]
    applies = f" where {sentence.where}" if sentence.where else ""
    if sentence.approval:
        return (
            f"{with_article(entity.noun()).capitalize()}{applies} is saved by {sentence.approval} only; "
            "others propose it, and one of them approves it."
        )
    if sentence.holds:
        return f"No {entity.noun()}{applies} is saved unless {sentence.holds}."
    labels = [checks.own_field(entity, word)[1].label for word in sentence.must]
    return f"No {entity.noun()}{applies} is saved without {enumerated(labels)}."


def caused(sentence: Sentence) -> str:
    """Return what sets a rule off, in words."""
    trigger = sentence.trigger
    where = f" where {sentence.where}" if sentence.where else ""
    if trigger.when == When.SCHEDULE:
        about = f", for each {ENTITIES[sentence.noun].noun()}{where}" if sentence.noun else ""
        return f"{scheduled(trigger)}{about}"
    entity = ENTITIES[sentence.noun]
    return f"When a {entity.noun()}{where} {happens(entity, trigger)}{BY[trigger.by]}"


def happens(entity: type[Entity], trigger: Trigger) -> str:
    """Return what happens to a record, as the end of a sentence about it."""
    match trigger.when:
        case When.CREATED:
            return "is new"
        case When.ENTERS:
            return f"begins to fit {quoted(trigger.filter)}"
        case When.LEAVES:
            return f"fits {quoted(trigger.filter)} no more"
        case When.MOMENT:
            label = field_of(trigger.field, entity)[1].label
            return f"is {offset(trigger)} its {label}"
    if not trigger.field:
        return "changes"
    label = checks.own_field(entity, trigger.field)[1].label
    before = f" from {trigger.before}" if trigger.before else ""
    after = f" to {trigger.after}" if trigger.after else ""
    return f"changes its {label}{before}{after}"


def quoted(text: str) -> str:
    """Return a filter as it is written, in the quotes of a name or in parentheses."""
    return f"“{pieces.unquoted(text)}”" if pieces.is_name(text) else f"({text})"


def offset(trigger: Trigger) -> str:
    """Return how long before or after a day something is."""
    minutes = abs(int(trigger.offset.total_seconds() // 60))
    if not minutes:
        return "at"
    size, unit = next((size, unit) for size, unit in SPANS if minutes % size == 0)
    count = minutes // size
    side = "before" if trigger.offset.total_seconds() < 0 else "after"
    return f"{count} {unit}{'' if count == 1 else 's'} {side}"


def scheduled(trigger: Trigger) -> str:
    """Return when a schedule comes, in words."""
    names = list(DAYS.values())
    if len(trigger.days) == 7:
        days = "Every day"
    elif trigger.days == tuple(range(5)):
        days = "Every weekday"
    else:
        days = f"Every {enumerated([names[day] for day in trigger.days])}"
    return f"{days} at {trigger.at}"


def done_by(work: Context, sentence: Sentence, action: Action) -> str:
    """Return what one action does, as a part of a sentence that begins with I."""
    return SAID[action.does](work, sentence, action)


def mailed(work: Context, sentence: Sentence, action: Action) -> str:
    whom = "its customer" if action.whom == outward.CUSTOMER else action.whom
    return f"write a mail to {whom} that you can send: “{action.texts[0][1]}”{words(action)}"


SAID: Mapping[Does, Callable[[Context, Sentence, Action], str]] = {
    Does.SET: lambda _, sentence, action: settings(sentence, action),
    Does.ASK: lambda _, sentence, action: (
        f"ask for the approval of {action.whom}{setting(sentence, action)}{words(action)}"
    ),
    Does.ASSIGN: lambda work, _, action: f"give it to {given(work, action)}",
    Does.CREATE: lambda _, __, action: (
        f"make a {ENTITIES[action.noun].noun()} for it: {action.text}"
    ),
    Does.DM: lambda work, _, action: f"tell {heard(work, action.whom)}{words(action)}",
    Does.POST: lambda _, __, action: f"post in {channel_of(action.whom)[1]}{words(action)}",
    Does.SAY: lambda _, __, action: f"write in the thread of its card{words(action)}",
    Does.WEBHOOK: lambda _, __, action: f"tell {outward.host_of(action.whom)} by webhook",
    Does.MAIL: mailed,
    Does.DIGEST: lambda _, __, action: (
        f"add “{action.text}” to the digest of {channel_of(action.whom)[1]}"
    ),
}
"""What each action does, as a part of a sentence that begins with I."""


def settings(sentence: Sentence, action: Action) -> str:
    """Return what an action sets, in words."""
    entity = ENTITIES[sentence.noun]
    pairs = (
        f"{checks.own_field(entity, word)[1].label} to {text or 'nothing'}"
        for word, text in action.texts
    )
    return f"set {enumerated(list(pairs))}"


def setting(sentence: Sentence, action: Action) -> str:
    """Return what an action sets once it is approved, as the end of a sentence; "" for nothing."""
    return f" to {settings(sentence, action)}" if action.texts else ""


def given(work: Context, action: Action) -> str:
    """Return who gets a record, in words."""
    if not action.whom.startswith(people.TEAM):
        return people.person(work, action.whom).name
    if not action.turns:
        return people.lead(work, action.whom).name
    team = people.team(work, action.whom)
    fewest = " who has the fewest" if action.turns == people.LOAD else ""
    return f"whoever is next{fewest} of {names(team)}, those at work first"


def heard(work: Context, whom: str) -> str:
    """Return who hears of something, in words."""
    return "its owner" if whom == people.OWNER else names(people.hearers(work, whom, None))


def names(found: Sequence[User]) -> str:
    """Return the names of people; of many only some."""
    some = [person.name for person in found[:5]]
    return enumerated([*some, f"{len(found) - 5} more"] if len(found) > 5 else some)


def words(action: Action) -> str:
    return f": “{action.text}”" if action.text else ""
