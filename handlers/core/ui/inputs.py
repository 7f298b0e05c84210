"""Draw the input for each kind of field, with what it contains already."""

from functools import singledispatch
from typing import Any

from handlers.core.ui.blocks import VALUE, Block, option, plain
from models.core.custom.field_names import FieldNames
from models.core.entity.base import ENTITIES
from models.core.entity.name_reference import Named
from models.core.fields import (
    Choice,
    Day,
    Decimal,
    Email,
    Flag,
    Joined,
    Link,
    LongText,
    Match,
    Moment,
    Number,
    Person,
    Reference,
    References,
    Text,
)
from models.core.fields.base import Field, Reader
from models.core.fields.several import Several
from models.core.identity.channel import IDENTITY, Room
from models.core.joins import ADDED
from models.core.permissions import policy
from models.core.search.query import suggestions
from models.core.unit_of_work import UnitOfWork

OFFERED = 3
"""The number of records that are named to a person who named none."""
INPUT = 3000
"""Characters a text input holds at most."""
DESCRIPTION = 75
"""Characters that an option has below its name."""


@singledispatch
def element(kind: Field, text: str, reader: Reader) -> Block:
    """Return the input for a kind of field.

    Args:
        kind: The kind of field.
        text: What the input contains already, as `parse` reads it.
        reader: The person who types and reads.
    """
    return written(text, INPUT)


def written(text: str, length: int, **more: Any) -> Block:
    """Return an input that holds `length` characters.

    A text that is longer already stays, to be shortened by hand.
    """
    text = text[:INPUT]
    most = max(min(length, INPUT), len(text))
    return {"type": "plain_text_input", "max_length": most} | more | initial("initial_value", text)


def initial(key: str, value: Any) -> Block:
    return {key: value} if value else {}


@element.register
def _(kind: Text, text: str, reader: Reader) -> Block:
    return written(text, kind.length)


@element.register
def _(kind: Room, text: str, reader: Reader) -> Block:
    if text and not IDENTITY.fullmatch(text):
        return written(text, kind.length)  # a name, of which Slack's list needs the id
    places = {"include": ["public", "private"], "exclude_bot_users": True}
    return {"type": "conversations_select", "filter": places} | initial(
        "initial_conversation", text
    )


@element.register
def _(kind: LongText, text: str, reader: Reader) -> Block:
    return written(text, kind.length, multiline=True)


@element.register
def _(kind: Email, text: str, reader: Reader) -> Block:
    return {"type": "email_text_input"} | initial("initial_value", text)


@element.register
def _(kind: Link, text: str, reader: Reader) -> Block:
    return {"type": "url_text_input"} | initial("initial_value", text)


@element.register
def _(kind: Number, text: str, reader: Reader) -> Block:
    decimals = isinstance(kind, Decimal) and kind.places > 0
    return {"type": "number_input", "is_decimal_allowed": decimals} | initial(
        "initial_value", text and kind.write(kind.read(text, reader), reader)
    )


@element.register
def _(kind: Day, text: str, reader: Reader) -> Block:
    return {"type": "datepicker"} | initial(
        "initial_date", text and kind.write(kind.read(text, reader), reader)
    )


@element.register
def _(kind: Moment, text: str, reader: Reader) -> Block:
    return {"type": "datetimepicker"} | initial(
        "initial_date_time", text and int(kind.read(text, reader).timestamp())
    )


@element.register
def _(kind: Choice, text: str, reader: Reader) -> Block:
    chosen = kind.read(text, reader) if text else ""
    shown = [each for each in kind.options if each in kind.offered or each == chosen]
    options = [option(kind.name(value), value) for value in shown]
    return {"type": "static_select", "options": options} | initial(
        "initial_option", next((each for each in options if each["value"] == chosen), None)
    )


@element.register
def _(kind: Several, text: str, reader: Reader) -> Block:
    labels = {
        each: kind.labels.get(each, (kind.name(each).capitalize(), "")) for each in kind.options
    }
    options = [
        option(label, each) | ({"description": plain(more, DESCRIPTION)} if more else {})
        for each, (label, more) in labels.items()
    ]
    chosen = kind.read(text, reader) if text else ()
    ticked = [each for each in options if each["value"] in chosen]
    kind_of = "multi_static_select" if kind.menu else "checkboxes"
    return {"type": kind_of, "options": options} | initial("initial_options", ticked)


@element.register
def _(kind: FieldNames, text: str, reader: Reader) -> Block:
    if not kind.listed:
        return written(text, INPUT)
    chosen = [name for name in kind.read(text, reader) if name in kind.listed]
    names = dict.fromkeys((*chosen, *kind.listed))
    options = [option(kind.listed[name], name) for name in names]
    drawn = {"type": "multi_static_select", "options": options}
    return drawn | initial("initial_options", options[: len(chosen)])


@element.register
def _(kind: Flag, text: str, reader: Reader) -> Block:
    yes = option("Yes", "yes")
    ticked = bool(text) and kind.read(text, reader)
    return {"type": "checkboxes", "options": [yes]} | initial(
        "initial_options", [yes] if ticked else None
    )


@element.register
def _(kind: Reference, text: str, reader: Reader) -> Block:
    if not text:
        return picker()
    id = reader.lookup(kind.to, text)
    ref = reader.ref(kind.to, id)
    return picker() | {"initial_option": option(f"{ref} {reader.name(kind.to, id)}", ref)}


@element.register
def _(kind: Joined, text: str, reader: Reader) -> Block:
    """Return a picker that also takes a name which is not there yet: its record is made."""
    if is_written(kind, text, reader):
        return written(text, kind.length)
    drawn = picker() | {"placeholder": plain("Type a name; a new one is added")}
    return drawn | initial("initial_option", text and option(of_joined(kind, text, reader), text))


def of_joined(kind: Joined, text: str, reader: Reader) -> str:
    """Return how a picker shows what a text names: a record with its number, or a new name."""
    if text.startswith(ADDED):
        return f"Add “{text.removeprefix(ADDED)}”"
    try:
        id = reader.lookup(kind.to, text)
    except ValueError:
        return text
    ref = reader.ref(kind.to, id)
    return f"{reader.name(kind.to, id)} ({ref})" if text == ref else text


def is_written(kind: Joined, text: str, reader: Reader) -> bool:
    """Return whether a name is typed in full: no picker holds it, or it would offer nothing."""
    actor = reader.actor if isinstance(reader, UnitOfWork) else None
    return len(text) > VALUE or not policy.can(actor, "find", kind.to)


@element.register
def _(kind: Named, text: str, reader: Reader) -> Block:
    return picker() | initial("initial_option", text and option(text, text))


@element.register
def _(kind: Match, text: str, reader: Reader) -> Block:
    if not kind.listed:
        return written(text, INPUT)
    options = [
        option(each.name, each.value)
        | ({"description": plain(each.why, DESCRIPTION)} if each.why else {})
        for each in kind.listed
    ]
    chosen = next((each for each in options if each["value"] == text), options[0])
    return {"type": "radio_buttons", "options": options, "initial_option": chosen}


@element.register
def _(kind: References, text: str, reader: Reader) -> Block:
    if not kind.listed:
        return written(text, INPUT)
    options = [option(f"{each.name} {each.why}".rstrip(), each.value) for each in kind.listed]
    asked = [f"{prefix}-{number}" for prefix, number in kind.read(text, reader)]
    chosen = [each for each in options if each["value"] in asked]
    drawn = {"type": "multi_static_select", "options": options[:100]}
    return drawn | initial("initial_options", chosen or None)


def picker() -> Block:
    placeholder = plain("Type a name or a reference")
    return {"type": "external_select", "min_query_length": 1, "placeholder": placeholder}


@element.register
def _(kind: Person, text: str, reader: Reader) -> Block:
    slack_id = reader.mention(reader.lookup("user", text)) if text else ""
    return {"type": "users_select"} | initial("initial_user", slack_id)


def action_of(name: str, kind: Field) -> str:
    """Return the action_id of an input.

    Pickers say in it what they pick, so that one handler serves them all.
    """
    if isinstance(kind, Joined):
        return f"join.{kind.to}.{name}"
    return (
        f"pick.{kind.to}.{name}"
        if isinstance(kind, Reference | Named) and not isinstance(kind, Person)
        else name
    )


def field_block(name: str, kind: Field, text: str, reader: Reader) -> tuple[Block, str]:
    """Return the input block of a field, and the sentence about a text that does not fit it.

    The sentence is '' when the text fits.
    """
    problem = ""
    try:
        drawn = element(kind, text, reader)
    except ValueError as error:
        drawn, problem = element(kind, "", reader), f"{error}{likely(kind, text, reader)}"
    drawn["action_id"] = action_of(name, kind)
    block: Block = {"type": "input", "block_id": name, "label": plain(kind.label), "element": drawn}
    chooses = isinstance(kind, Match) and not isinstance(kind, References)
    block["optional"] = not (kind.required or chooses)
    if chooses:  # what else is asked follows from it
        block["dispatch_action"] = True
    return block | ({"hint": plain(kind.hint, 150)} if kind.hint else {}), problem


def likely(kind: Field, text: str, reader: Reader) -> str:
    """Return the records that a name may mean when no record has it."""
    if not isinstance(kind, Reference) or not isinstance(reader, UnitOfWork):
        return ""
    near = [str(record) for record in suggestions(reader, ENTITIES[kind.to], text, OFFERED)]
    return f" Did you mean {' or '.join(near)}?" if near else ""
