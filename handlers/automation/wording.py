"""The words of what a rule says of a record, read from both when it is drawn."""

import re
from collections.abc import Mapping
from typing import Any

from handlers.core.ui import cards
from models.automation import checks, spoken
from models.automation.language import Sentence, When
from models.automation.rule import Rule
from models.core.entity.base import Entity
from models.core.unit_of_work import UnitOfWork

FIELD = re.compile(r"\{(\w+)\}")
"""A field in the words of a message: {name}."""


def worded(work: UnitOfWork, rule: Rule, record: Entity | None, number: int) -> str | None:
    """Return the words of an action of a rule; None where its line has no such action any more."""
    sentence = rule.read
    if number >= len(sentence.actions):
        return None
    text = sentence.actions[number].text
    if record is None:
        return text or rule.spoken
    name = f"{record.spoken} ({record.ref})" if record.spoken != record.ref else record.ref
    if text:
        said = filled(work, record, text)
        return said if record.ref in said else f"{said} · {name}"
    return " ".join(filter(None, (name, happened(work, record, sentence))))


def happened(work: UnitOfWork, record: Entity, sentence: Sentence) -> str:
    """Return what happened to a record, as the end of a sentence; "" where only a time came."""
    trigger = sentence.trigger
    if trigger.when == When.CHANGED and trigger.field:
        name, kind = checks.own_field(type(record), trigger.field)
        value = cards.texts(record, work, name).get(name, "empty")
        return f"changed: {kind.label} is {value} now"
    if trigger.when == When.ENTERS:
        return f"fits {spoken.quoted(trigger.filter)} now"
    found = {When.SCHEDULE: "", When.CHANGED: "changed"}
    return found[trigger.when] if trigger.when in found else spoken.happens(type(record), trigger)


def filled(work: UnitOfWork, record: Entity, text: str) -> str:
    """Return the words of a message with the values of fields, as far as its readers see them."""
    names = record.field_names()
    known = {word: names[word] for word in FIELD.findall(text) if word in names}
    values = cards.texts(record, work, *known.values())
    own = {"ref": record.ref, "name": record.spoken}

    def value(found: re.Match[str]) -> str:
        word = found[1]
        return values.get(known[word], "…") if word in known else own.get(word, found[0])

    return FIELD.sub(value, text)


def why(work: UnitOfWork, rule: Rule) -> str:
    """Return which rule says it, and whose it is."""
    called = f"“{rule.name}” ({rule.ref})" if rule.name else rule.ref
    return f"By the rule {called} of {work.who(rule.owner)}"


def in_thread(work: UnitOfWork, record: Entity, about: Mapping[str, Any]) -> str:
    """Return what a rule writes in the thread of a record's card.

    `about` has `rule`, and `action`, its place in the line.
    """
    rule = work.get(Rule, about["rule"])
    said = worded(work, rule, record, about["action"]) or str(record)
    return f"{said}. {why(work, rule)}"
