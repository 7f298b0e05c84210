"""Draw the fields a verb asks for as a modal, and read the modal back as texts."""

import json
from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Form
from handlers.core.router import Verb
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, option, plain
from handlers.core.ui.form_state import WHY
from models.core import part_lines
from models.core.audit.entries import REASON
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.errors import Conflict
from models.core.fields import (
    Choice,
    Day,
    Decimal,
    Email,
    Flag,
    Link,
    LongText,
    Moment,
    Number,
    Person,
    Reference,
    Text,
)
from models.core.fields.base import Field, Reader
from models.core.permissions import policy
from models.core.search.query import suggestions
from models.core.unit_of_work import UnitOfWork

OFFERED = 3
"""The number of records that are named to a person who named none."""
INPUT = 3000
"""Characters a text input holds at most."""


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
    options = [option(kind.name(value), value) for value in kind.options]
    chosen = kind.read(text, reader) if text else ""
    return {"type": "static_select", "options": options} | initial(
        "initial_option", next((each for each in options if each["value"] == chosen), None)
    )


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
def _(kind: Named, text: str, reader: Reader) -> Block:
    return picker() | initial("initial_option", text and option(text, text))


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
    block["optional"] = not kind.required
    return block | ({"hint": plain(kind.hint, 150)} if kind.hint else {}), problem


def likely(kind: Field, text: str, reader: Reader) -> str:
    """Return the records that a name may mean when no record has it."""
    if not isinstance(kind, Reference) or not isinstance(reader, UnitOfWork):
        return ""
    near = [str(record) for record in suggestions(reader, ENTITIES[kind.to], text, OFFERED)]
    return f" Did you mean {' or '.join(near)}?" if near else ""


def form(
    request: Request,
    verb: Verb,
    record: Entity | None,
    note: str = "",
    others: Sequence[Entity] = (),
) -> Form:
    """Return the modal of a verb, filled with the record's values and then with what was typed.

    Args:
        request: The request.
        verb: The verb.
        record: The record that the form is about.
        note: What is shown above the inputs.
        others: More records that it is about; one form is sent for all of them.

    Raises:
        Conflict: The form is for several records and would fill their fields.
    """
    if others and verb.saves:
        raise Conflict(
            f"Name what to change of all of them, such as: {verb.name} {record and record.ref} field=value."
        )
    note = note or request.state.get("note", "")
    inputs, notes = inputs_of(request, verb, record)
    notes = [*note.splitlines(), *(each for each in notes if each not in note.splitlines())]
    state = seen(request, verb, record) | {
        "c": request.channel,
        "p": request.container if request.container == "home" else "",
        "t": request.thread,
        "r": " ".join(each.ref for each in (record, *others) if each),
        "v": record.version if record else 0,
    }
    inputs += [why(request.reason)] if request.reason else []
    told = [blocks.section(f":warning: {blocks.escape(text)}") for text in notes]
    title = f"{verb.title or verb.name.capitalize()} {state['r']}".strip()
    metadata = json.dumps({key: value for key, value in state.items() if value})
    return Form(blocks.modal(title, verb.id, [*told, *inputs], metadata, "Save"))


def inputs_of(request: Request, verb: Verb, record: Entity | None) -> tuple[list[Block], list[str]]:
    """Return the inputs of a form, and what must be said above them."""
    inputs: list[Block] = []
    notes: list[str] = []
    for name, kind in verb.asks.items():
        if not fillable(request.work, verb, record, name) or not is_asked(
            request, verb, record, kind
        ):
            continue
        text = request.texts.get(name, stands(request, verb, record, name))
        if len(text) > INPUT and name not in request.texts:
            notes.append(f"{kind.label} is too long for a form and stays as it is.")
            continue
        if len(text) > INPUT:
            notes.append(
                f"{kind.label} is longer than a form holds: only its first {INPUT:,} characters are here."
            )
        block, problem = field_block(name, kind, text, request.work)
        inputs.append(block)
        notes += [problem] if problem and problem not in notes else []
    return inputs, notes


def seen(request: Request, verb: Verb, record: Entity | None) -> dict[str, Any]:
    """Return the marks of the lines that the form shows, so that nobody's change is lost later."""
    if record is None or not verb.saves:
        return {}
    names = verb.asks.keys() & record.line_fields().keys()
    return {name: part_lines.mark_of(current(record, name, request.work)) for name in names}


def stands(request: Request, verb: Verb, record: Entity | None, name: str) -> str:
    """Return what an input contains before anyone types."""
    if record is None:
        return verb.defaults.get(name, "")
    begun = verb.begins(request.work, record)
    return begun[name] if name in begun else current(record, name, request.work)


def is_asked(request: Request, verb: Verb, record: Entity | None, kind: Field) -> bool:
    """Return whether a field is asked for with what the other fields contain."""
    if kind.when is None:
        return True
    name, value = kind.when
    text = request.texts.get(name, stands(request, verb, record, name))
    try:
        return bool(text) and verb.asks[name].read(text, request.work) == value
    except ValueError:
        return False


def why(reason: str) -> Block:
    """Return the input for the reason that was given before the form opened.

    The person sees the reason there and may change it.
    """
    drawn = written(reason[:REASON], REASON) | {"action_id": WHY}
    told = {"label": plain("Reason"), "hint": plain("Kept in the history of what you change.")}
    return {"type": "input", "block_id": WHY, "element": drawn, "optional": True, **told}


def fillable(work: UnitOfWork, verb: Verb, record: Entity | None, name: str) -> bool:
    """Return whether the person may see what a field holds: what they cannot see stays as it is."""
    if record and verb.saves and name in (lines := record.line_fields()):
        return part_lines.legible(work, record, lines[name])
    if record and name in record.fields():
        return policy.legible(work, record, name)
    return not verb.saves or policy.can(work.actor, verb.name, verb.about, name)


def current(record: Entity, name: str, work: UnitOfWork) -> str:
    """Return what a field holds now, as a text that the same field reads."""
    if lines := record.line_fields().get(name):
        return part_lines.write(work, record, lines)
    kind = record.fields().get(name)
    return kind.write(getattr(record, name), work) if kind else ""
