"""Draw the fields a verb asks for as a modal, filled with what is known and what was typed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Form
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, plain
from handlers.core.ui.form_state import WHY
from handlers.core.ui.inputs import INPUT, field_block, written
from handlers.core.verb import Verb
from models.core import joins, part_lines
from models.core.audit.entries import REASON
from models.core.entity import wholes
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.wholes import joined_names, kind_of
from models.core.errors import Conflict
from models.core.fields import Choice, Match, Reference, Whole
from models.core.fields.base import Field
from models.core.fields.choices import NOBODY
from models.core.parsing.texts import enumerated
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

FEW = 6
"""The most inputs of a form before somebody wants more of them."""


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
    kinds = asked(request, verb, record)
    now = asked_now(request, verb, record, kinds)
    inputs, notes = inputs_of(request, verb, record, {name: kinds[name] for name in now})
    notes = [*note.splitlines(), *(each for each in notes if each not in note.splitlines())]
    state = remembered(request, verb, record, others)
    inputs += [why(request.reason)] if request.reason or request.proposes else []
    foot = [*below(request, verb, record, kinds, now), *verb.footer(request)]
    told = [blocks.section(f":warning: {blocks.escape(text)}") for text in notes]
    if verb.opens and record and not others:
        said = f"{record.noun().capitalize()} {cards.summary(record, request.work)}"
        told.insert(0, blocks.section(blocks.escape(said)))
    metadata = json.dumps({key: value for key, value in state.items() if value})
    drawn = [*request.state.get("top", ()), *told, *inputs, *foot]
    named = state["r"] if others else record.spoken if record else ""
    title = f"{verb.heading} {named}".strip()
    save = "Save anyway" if state["d"] else "Save" if verb.saves else verb.button or "Save"
    save = "Propose" if request.proposes else "Approve" if request.proposal else save
    return Form(blocks.modal(title, verb.id, drawn, metadata, save) | {"notify_on_close": True})


def refilled(request: Request, texts: Mapping[str, str], **state: Any) -> Request:
    """Return the request to draw a form again with other texts than those that were typed.

    Slack keeps what was typed in an input as long as it has its name, so all get new names.

    Args:
        request: The request.
        texts: The texts, by field.
        **state: What the form remembers from now on.
    """
    state = {**request.state, **state, "s": int(request.state.get("s", 0)) + 1}
    return request.but(texts={**request.texts, **texts}, state=state)


def remembered(
    request: Request, verb: Verb, record: Entity | None, others: Sequence[Entity]
) -> dict[str, Any]:
    """Return what a form remembers.

    A form that is drawn again while a person fills it remembers which version they saw, and that
    what its inputs begin with is theirs (k).
    """
    state, version = request.state, record.version if record else 0
    marks = seen(request, verb, record)
    if request.pressed:
        marks |= {name: state[name] for name in marks if name in state}
        version = state.get("v", version)
    return marks | {
        "c": request.channel,
        "p": "home" if "home" in (request.container, state.get("p")) else "",
        "t": request.thread,
        "q": state.get("q", ""),
        "d": state.get("d", ""),
        "k": int(bool(request.pressed or request.surface == "form" or state.get("k"))),
        "m": int(is_whole(request)),
        "g": state.get("g", ""),
        "a": state.get("a", ""),
        "s": state.get("s", 0),
        "r": " ".join(each.ref for each in (record, *others) if each),
        "v": version,
    }


def is_whole(request: Request) -> bool:
    """Return whether the form asks for all fields, because the person wants more of them."""
    return request.pressed == "more" or bool(request.state.get("m"))


def asked(request: Request, verb: Verb, record: Entity | None) -> dict[str, Field]:
    """Return what a form can ask for, ordered by use: the fields that the person may fill."""
    kinds: dict[str, Field] = {
        name: kind
        for name, kind in verb.asks.items()
        if fillable(request.work, verb, record, name) and is_asked(request, verb, record, kind)
    }
    parts = {part for kind in kinds.values() if isinstance(kind, Whole) for part in kind.of}
    names = (name for name in (*first_asked(verb), *kinds) if name in kinds)
    return {name: kinds[name] for name in names if name not in parts}


def first_asked(verb: Verb) -> tuple[str, ...]:
    """Return the fields that a form asks for at once, ordered by use.

    They are those of the layout that admins made. Where neither that nor the entity says, they are
    those without which there is no record, its name, and what lists show of it; where there is no
    entity, the first ones that the verb asks for.
    """
    entity = ENTITIES.get(verb.about) if verb.saves else None
    if entity is None:
        return tuple(verb.asks)[:FEW]
    if laid := laid_out(verb):
        return laid
    usual = (*entity.needed(), *entity.named, *entity.line_fields(), *entity.line)
    names = entity.asked_first or tuple(dict.fromkeys(usual))
    return with_above(verb, tuple(name for name in names if name in verb.asks)[:FEW])


def with_above(verb: Verb, names: Sequence[str]) -> tuple[str, ...]:
    """Return fields with the choice above each that depends on one: a pipeline before a stage."""
    kinds = {name: verb.asks[name] for name in names}
    above = {n: k.under for n, k in kinds.items() if isinstance(k, Choice) and k.under in verb.asks}
    pairs = ((above.get(name, name), name) for name in names)
    return tuple(dict.fromkeys(each for pair in pairs for each in pair))


def laid_out(verb: Verb) -> tuple[str, ...]:
    """Return the fields that admins chose for the form of a verb, in their order; () for none."""
    entity = ENTITIES.get(verb.about) if verb.saves else None
    laid = joined_names(entity, entity.layout().form) if entity else ()
    return tuple(name for name in laid if name in verb.asks)


def asked_now(
    request: Request, verb: Verb, record: Entity | None, kinds: Mapping[str, Field]
) -> list[str]:
    """Return the fields that a form asks for now; a button asks for the others.

    What was typed is always there, and what nothing can be saved without.
    """
    few = len(kinds) <= FEW and not laid_out(verb)
    if not verb.saves or few or is_whole(request):
        return list(kinds)
    first = first_asked(verb)
    return [
        name
        for name, kind in kinds.items()
        if name in first
        or kind.when
        or typed(request, verb, name) is not None
        or (kind.required and not stands(request, verb, record, name))
    ]


def below(
    request: Request,
    verb: Verb,
    record: Entity | None,
    kinds: Mapping[str, Field],
    now: Sequence[str],
) -> list[Block]:
    """Return what a form has below its inputs: the button for more of them, and what is enough."""
    left = [kind.label for name, kind in kinds.items() if name not in now]
    drawn: list[Block] = []
    if left:
        more = blocks.button("More fields", "form.more", verb.about)
        more["accessibility_label"] = blocks.cut(f"Show {', '.join(left)}", blocks.BUTTON)
        drawn.append(blocks.actions(more) | {"block_id": "more"})
    entity = ENTITIES.get(verb.about) if verb.saves and record is None else None
    hints = enough(entity, now, request.texts) if entity else []
    return drawn + ([blocks.context(" ".join(hints)) | {"block_id": "hint"}] if hints else [])


def enough(entity: type[Entity], now: Sequence[str], texts: Mapping[str, str]) -> list[str]:
    """Return what a new record needs although none of its fields is required, and whose it will be.

    Where one of several fields is enough, each of them is optional. Nothing is needed where a field
    holds one of them, or a record that brings one along.
    """
    names = joined_names(entity, (*entity.named, *entity.stand_ins) if entity.stand_ins else ())
    names = [name for name in names if kind_of(entity, name).form]
    hints = [
        f"{one_of(entity, each)} is {what}."
        for each, what in ((names, "enough"), (needed(entity, texts), "needed"))
        if len(each) > 1
    ]
    owner = entity.fields()[entity.owned].label if entity.owned and entity.makers else ""
    return hints + ([f"{owner}: you."] if owner and entity.owned not in now else [])


def needed(entity: type[Entity], texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields of which one must be filled; none where what is filled brings one along."""
    whose, kinds = entity.whose, entity.fields()
    filled = [name for name, text in texts.items() if name in kinds and text.strip()]
    targets = [ENTITIES[kind.to] for name in filled if isinstance(kind := kinds[name], Reference)]
    brought = any(each.fields().keys() & set(whose) for each in targets)
    return () if brought or set(filled) & set(whose) else whose


def one_of(entity: type[Entity], names: Sequence[str]) -> str:
    """Return the labels of fields as a choice: First name, last name or e-mail."""
    first, *others = (kind_of(entity, name).label for name in names)
    return enumerated([first, *(label.lower() for label in others)], "or")


def inputs_of(
    request: Request, verb: Verb, record: Entity | None, kinds: Mapping[str, Field]
) -> tuple[list[Block], list[str]]:
    """Return the inputs of these fields, and what must be said above them."""
    inputs: list[Block] = []
    notes: list[str] = []
    above = {kind.under for kind in kinds.values() if isinstance(kind, Choice)}
    for name, kind in kinds.items():
        said = typed(request, verb, name)
        text = stands(request, verb, record, name) if said is None else said
        if len(text) > INPUT and name not in request.texts:
            notes.append(f"{kind.label} is too long for a form and stays as it is.")
            continue
        if len(text) > INPUT:
            notes.append(
                f"{kind.label} is longer than a form holds: only its first {INPUT:,} characters are here."
            )
        block, problem = input_of(request, record, name, kind, text)
        if name in above:  # what else can be chosen follows from it
            block["dispatch_action"] = True
        inputs.append(block)
        notes += [problem] if problem and problem not in notes else []
    return inputs, notes


def input_of(
    request: Request, record: Entity | None, name: str, kind: Field, text: str
) -> tuple[Block, str]:
    """Return the input of a field, and the sentence about a text that does not fit it."""
    if isinstance(kind, Match):
        kind = replace(kind, listed=tuple(kind.offers(request.work, record, request.texts)))
    every, kind = kind, kind.within(request.texts, record)
    if every is not kind and reads(every, text) and not reads(kind, text):
        text = ""  # it belongs to another one than what the form says above
    block, problem = field_block(name, kind, text, request.work)
    if isinstance(kind, Choice) and kind.under:
        block["element"]["action_id"] += f"~{kind.home(request.texts, record)}"
    if filled := request.state.get("s"):
        block["element"]["action_id"] += f"~{filled}"
    return block, problem


def reads(kind: Field, text: str) -> bool:
    """Return whether a text names one of the options of a choice."""
    try:
        return isinstance(kind, Choice) and bool(text) and bool(kind.read(text, NOBODY))
    except ValueError:
        return False


def typed(request: Request, verb: Verb, name: str) -> str | None:
    """Return what was typed for an input, None where nothing was."""
    if isinstance(verb.asks[name], Whole):
        return wholes.typed(ENTITIES[verb.about], name, request.texts)
    return request.texts.get(name)


def seen(request: Request, verb: Verb, record: Entity | None) -> dict[str, Any]:
    """Return the marks of the lines that the form shows, so that nobody's change is lost later."""
    if record is None or not verb.saves:
        return {}
    names = verb.asks.keys() & record.line_fields().keys()
    return {name: part_lines.mark_of(current(record, name, request.work)) for name in names}


def stands(request: Request, verb: Verb, record: Entity | None, name: str) -> str:
    """Return what an input contains before anyone types."""
    if record is None:
        begun = {} if verb.record else verb.begins(request.work, None)
        return begun.get(name, verb.defaults.get(name, ""))
    begun = verb.begins(request.work, record)
    return begun[name] if name in begun else current(record, name, request.work)


def is_asked(request: Request, verb: Verb, record: Entity | None, kind: Field) -> bool:
    """Return whether a field is asked for with what the other fields contain."""
    if kind.when is None:
        return True
    name, value = kind.when
    decides = verb.asks[name]
    text = request.texts.get(name, stands(request, verb, record, name))
    try:
        found = decides.read(text, request.work) if text else ""
        return (decides.meaning(found) if isinstance(decides, Choice) else found) == value
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
    if isinstance(kind := verb.asks.get(name), Whole):
        return all(fillable(work, verb, record, part) for part in kind.of)
    if record and name in record.joins:
        return joins.is_legible(work, record, name)
    if record and name in record.fields():
        return policy.legible(work, record, name)
    entity = ENTITIES.get(verb.about) if verb.saves else None
    return entity is None or not policy.hides(work, entity, name)


def current(record: Entity, name: str, work: UnitOfWork) -> str:
    """Return what a field holds now, as a text that the same field reads."""
    if lines := record.line_fields().get(name):
        return part_lines.write(work, record, lines)
    if name in wholes.wholes(type(record)):
        return wholes.written(record, name, work)
    if name in record.joins:
        return joins.write(work, record, name)
    kind = record.fields().get(name)
    return kind.write(getattr(record, name), work) if kind else ""
