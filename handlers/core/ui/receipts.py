"""Answers in words: what changed, what there is to choose from, what needs a yes."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace as replaced
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.verb import Verb
from models.core import joins, parts
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.custom_values import with_values
from models.core.entity.wholes import wholes
from models.core.fields import Choice, Email, Lines, LongText, Moment, Reference, Text
from models.core.fields.base import Field
from models.core.history.undo import UNDO
from models.core.history.undo_rights import is_reversible
from models.core.identity.user import User
from models.core.notifications import notify, retract
from models.core.parsing import values
from models.core.parsing.calendar import name_day
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

TOLD = 8
"""Changes a receipt lists; the rest is behind Show."""
LONG, SAID = 80, 300
"""Letters of a value, and of a text that was said."""
NAMED, MOST, TEXTS = 5, 45, 10
"""The limits for the records named in one sentence, blocks of an answer, and texts of a block."""


def receipt(
    request: Request,
    record: Entity,
    said: str = "",
    replace: bool = False,
    more: Sequence[str] = (),
) -> Message:
    """Return what this act changed, old → new, with Undo, Edit and Show.

    Args:
        request: The request.
        record: The record that the act is about.
        said: A sentence in place of the headline.
        replace: Whether the receipt replaces the message whose button was pressed.
        more: Lines that come before what changed.
    """
    work = request.work
    work.session.flush()
    lines = told(work, record, filled_in(request), request.surface)
    first = said or headline(work, record)
    lines = [line for line in lines if not said or not is_said(line, said)]
    lines = [*more, *lines, *who_hears(work)]
    drawn = [blocks.section(f"{record.icon} {escape(first)}")]
    drawn += small(lines)
    buttons = offered(work, record)
    drawn += [blocks.actions(*buttons)] if buttons else []
    return Message("\n".join([first, *lines]), drawn, replace)


def who_hears(work: UnitOfWork) -> list[str]:
    """Return the line that says which colleagues are told of this act, and who of them later.

    Nobody is disturbed outside their working hours.
    """
    heard = [(work.who(each.person.id), each.at) for each in notify.told(work)]
    now = [name for name, at in heard if at <= work.now]
    later = [
        f"{name} ({values.show_moment(at, work.now, work.zone)})"
        for name, at in heard
        if at > work.now
    ]
    lines = [f"Told: {', '.join(now)}"] if now else []
    lines += [f"Told when at work: {', '.join(later)}"] if later else []
    undone = work.session.info.get(retract.PEOPLE)
    back = [work.who(person) for person in retract.people(work)] if undone else []
    return lines + ([f"What {' and '.join(back)} read of it says so."] if back else [])


def filled_in(request: Request) -> list[str]:
    """Return the names of the fields that the person gave a text for."""
    return [name for name, text in request.texts.items() if text.strip()]


def small(lines: Sequence[str]) -> list[Block]:
    """Return lines below a sentence as blocks; one block holds ten."""
    return [
        blocks.context(*map(escape, lines[at : at + TEXTS])) for at in range(0, len(lines), TEXTS)
    ]


def offered(work: UnitOfWork, record: Entity) -> list[Block]:
    """Return what can be done next, as cards offer it.

    A person who reads alone is offered only what they may do.
    """
    back = way_back(work)
    if record.deleted_at:
        return back or cards.ways(record, work, ("restore", "Restore"))
    return [*back, *cards.ways(record, work, ("edit", "Edit"), ("show", "Show"))]


def way_back(work: UnitOfWork) -> list[Block]:
    """Return the button that takes this act back; after an undo, the one that does it again."""
    if not work.changes or (
        len(work.viewers) == 1 and any(work.viewers) and not is_reversible(work)
    ):
        return []
    undone = work.door == UNDO
    return [
        blocks.button("Redo" if undone else "Undo", "crm.redo" if undone else "crm.undo", work.unit)
    ]


def headline(work: UnitOfWork, record: Entity) -> str:
    mine = [
        row
        for row in work.changes
        if row["entity"] == record.slug() and row["record_id"] == record.id
    ]
    if any(row["action"] == "create" for row in mine):
        return f"Created {record}"
    if any(row["field"] == "deleted_at" for row in mine):
        return (
            f"Deleted {record}. It can be restored for 30 days."
            if record.deleted_at
            else f"Restored {record}"
        )
    if mine and not record.is_seen:
        return f"Handed over {record.ref}. You no longer see it."
    changed = mine or (record.joins and work.changes)
    return f"Changed {record}" if changed else f"{record}: nothing changed"


def told(
    work: UnitOfWork, record: Entity | None, typed: Collection[str] = (), surface: str = ""
) -> list[str]:
    """Return a line for every field that changed on older records, and one for every new record.

    Args:
        work: The unit of work.
        record: The record that the act is about, None where it is about several.
        typed: The fields that the person filled; they are shown as they were understood, and for a
            new record as well.
        surface: The surface of the request.
    """
    lines: list[str] = []
    new: list[str] = []
    for key, rows in grouped(work.changes).items():
        other = work.get(ENTITIES[key[0]], key[1])
        if rows[0]["action"] == "create":
            new += (
                [
                    *filled(work, other, rows, typed, surface),
                    *awaited(work, other),
                    *other.beside(work),
                ]
                if other is record
                else []
            )
            lines += [] if other is record else [added(work, other)]
            continue
        seen = policy.fields(work, other)
        if other is not record and (news := other.news(work, {row["field"] for row in rows})):
            lines.append(news)
            continue
        if is_removed(work, other, record):
            lines.append(f"Removed {other}")
        name = "" if other is record else f"{other.ref} "
        was = before(other, rows)
        lines += [
            f"{name}{difference(work, other, was, row, record in (other, None) and row['field'] in typed)}"
            for row in rows
            if row["field"] in seen and row["field"] != "deleted_at"
        ]
    lines += (
        unchanged(work, record, typed) if record and surface != "form" else []
    )  # a form holds all of it
    return new + lines[:TOLD] + ([f"and {len(lines) - TOLD} more"] if len(lines) > TOLD else [])


def added(work: UnitOfWork, other: Entity) -> str:
    """Return the line about a new record: of a part, what it says."""
    if not parts.is_child(type(other)):
        return other.news(work)
    seen = all(policy.legible(work, other, name) for name in other.fields())
    return f"{other.ref} {blocks.cut(other.write_line(work), LONG)}" if seen else other.ref


def is_removed(work: UnitOfWork, other: Entity, record: Entity | None) -> bool:
    """Return whether a part of a record was deleted that stays itself."""
    whole = parts.whole_of(work, other) if other.deleted_at else None
    return whole is not None and whole is record and not whole.deleted_at


def unchanged(work: UnitOfWork, record: Entity, typed: Collection[str]) -> list[str]:
    """Return a line for every field of an older record that was filled with its present value."""
    rows = grouped(work.changes).get((record.slug(), record.id), [])
    if any(row["action"] == "create" for row in rows):
        return []
    seen, changed = policy.fields(work, record), {row["field"] for row in rows}
    values = {name: getattr(record, name) for name in typed if name in seen and name not in changed}
    places = [] if work.changes else [name for name in typed if name in record.joins]
    return [f"{kind.label}: {text}, as before" for kind, text in joined(work, record, places)] + [
        f"{seen[name].label}: {blocks.cut(echo(seen[name], value, work, record), LONG)}, as before"
        for name, value in values.items()
        if value not in (None, "", ())
    ]


def joined(work: UnitOfWork, record: Entity, names: Iterable[str]) -> Iterator[tuple[Field, str]]:
    """Yield what a record is joined to now, as its field and a text."""
    for name in names:
        now, slug = joins.current(work, record, name), record.joins[name][0]
        if now is not None and joins.is_legible(work, record, name):
            yield record.joining()[name], str(work.get(ENTITIES[slug], getattr(now, slug)))


def divided(
    work: UnitOfWork, record: Entity, seen: Mapping[str, Field], typed: Collection[str]
) -> list[str]:
    """Return a line for each name that was typed as one text: how it was divided into fields."""
    lines = []
    for name, whole in wholes(type(record)).items():
        parts = [(seen[part], getattr(record, part)) for part in whole.of if part in seen]
        said = [f"{kind.label}: {kind.show(value, work, record)}" for kind, value in parts if value]
        lines += [" · ".join(said)] if name in typed and len(said) > 1 else []
    return lines


def filled(
    work: UnitOfWork,
    record: Entity,
    rows: Iterable[dict[str, Any]],
    typed: Collection[str],
    surface: str,
) -> list[str]:
    """Return a line for every field of a new record that the person filled.

    A form is already filled with the usual values.
    """
    seen, kinds = policy.fields(work, record), record.fields()
    lines = divided(work, record, seen, typed)
    usual = {**record.defaults(), record.owned: work.actor and work.actor.id}
    for row in rows:
        name, kind = row["field"], kinds[row["field"]]
        value = kind.load(row["new"])
        told = name in typed or type(kind) is Reference  # a deal also brings its customer
        whole = not told and bool(wholes(type(record)).keys() & set(typed))  # a name, and more
        usually = (whole or surface == "form") and usual.get(name) == value
        if not (told or whole) or name not in seen or usually:
            continue
        shown = echo(kind, value, work, record)
        if isinstance(kind, Text | LongText | Email | Choice) and has_words(record.title, shown):
            continue
        shown += there(work, record, value) if isinstance(kind, Moment) else ""
        lines.append(f"{kind.label}: {blocks.cut(' '.join(shown.split()), LONG)}")
    return lines


def there(work: UnitOfWork, record: Entity, moment: datetime) -> str:
    """Return what the clock of the owner of a record says at a moment, where it differs."""
    owner = getattr(record, record.owned) if record.owned else None
    if owner is None or not work.actor or owner == work.actor.id:
        return ""
    person = work.get(User, owner)
    local, here = moment.astimezone(person.tz), moment.astimezone(work.zone)
    if local.utcoffset() == here.utcoffset() or not work.shows(person):
        return ""
    day = "" if local.date() == here.date() else f"{name_day(local.date())} "
    return f" ({day}{local:%H:%M} where {person.name} is)"


def awaited(work: UnitOfWork, record: Entity) -> list[str]:
    """Return a line for every field of a new record that people may want to fill.

    It contains the line that fills the field; people who may not edit the record get none.
    """
    if not policy.can(work.actor, "edit", record):
        return []
    seen, waiting = policy.fields(work, record), record.awaited().items()
    edit = f"{record.noun()} edit {record.ref}"
    return [
        f"{seen[name].label}: {said} · `{edit} {example}`"
        for name, (said, example) in waiting
        if name in seen
    ]


def echo(kind: Field, value: Any, work: UnitOfWork, record: Entity) -> str:
    """Return a value as it was understood.

    A record has its number, so that the person sees which one it is.
    """
    if type(kind) is Reference and value is not None:
        return str(work.get(ENTITIES[kind.to], value))
    return kind.echo(value, work, record)


def is_said(line: str, said: str) -> bool:
    """Return whether a sentence has all the words of the value in a line such as `Type: Call`."""
    words, value = (
        set(re.findall(r"\w+", each.casefold())) for each in (said, line.partition(": ")[2])
    )
    return "→" not in line and bool(value) and value <= words


def has_words(text: str, words: str) -> bool:
    """Return whether a text says these words already, no matter which signs are between them."""
    one, other = (" ".join(re.findall(r"\w+", each.casefold())) for each in (text, words))
    return other in one or other.replace(" ", "") in one.replace(" ", "")


def echoed(request: Request, verb: Verb, reply: Message) -> Message:
    """Return the answer with what was typed for the verb and is not in it.

    Examples are the text of a reply and the name of a deal.
    """
    lines: list[str] = []
    fields = request.catalogue.routers[verb.noun].fields()
    if verb.words or verb.whole:
        return reply
    for name, value in request.values.items():
        kind = verb.asks.get(name)
        if kind is None or name in fields or value in (None, "", ()) or isinstance(kind, Lines):
            continue
        shown = kind.echo(value, request.work, SimpleNamespace(**request.values))
        if not (
            has_words(reply.text, shown)
            if isinstance(kind, Text | LongText)
            else shown in reply.text
        ):
            lines.append(f"{kind.label}: {blocks.cut(shown, SAID)}")
    if not lines:
        return reply
    *drawn, last = reply.blocks
    more = small(lines)
    ordered = [*drawn, *more, last] if last["type"] == "actions" else [*drawn, last, *more]
    return replaced(reply, text="\n".join([reply.text, *lines]), blocks=ordered)


def together(request: Request, records: Sequence[Entity], replies: Sequence[Response]) -> Response:
    """Return one answer for what was done to several records, or asked of them."""
    messages = [reply for reply in replies if isinstance(reply, Message)]
    if not request.work.changes:
        drawn = [block for message in messages for block in message.blocks]
        return Message(
            "\n".join(message.text for message in messages), blocks.distinct(drawn[:MOST])
        )
    first = "\n".join(message.text.partition("\n")[0] for message in messages)
    lines = [*told(request.work, None, filled_in(request)), *who_hears(request.work)]
    drawn = [blocks.section(escape(first))]
    drawn += small(lines)
    buttons = way_back(request.work)
    return Message(
        "\n".join([first, *lines]), [*drawn, *([blocks.actions(*buttons)] if buttons else [])]
    )


def listed(records: Sequence[Entity]) -> str:
    """Return the first few records by name; the others are counted."""
    names = [str(record) for record in records[:NAMED]]
    more = [f"{len(records) - NAMED} more"] if len(records) > NAMED else []
    return ", ".join([*names, *more])


def grouped(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["entity"], row["record_id"]), []).append(row)
    return found


def before(record: Entity, rows: Sequence[dict[str, Any]]) -> SimpleNamespace:
    """Return the record as it was: an old amount is shown in its old currency."""
    kinds = record.fields()
    old = {
        row["field"]: kinds[row["field"]].load(row["old"]) for row in rows if row["field"] in kinds
    }
    return SimpleNamespace(**with_values(record) | old)


def difference(
    work: UnitOfWork, record: Entity, was: SimpleNamespace, row: dict[str, Any], typed: bool = False
) -> str:
    """Return a change as `Stage: Proposal → Won`.

    Args:
        work: The unit of work.
        record: The record as it is now.
        was: The record as it was.
        row: The change.
        typed: Whether the person wrote the value, and wants to see how it was understood.
    """
    kind = record.fields()[row["field"]]
    old = kind.show(kind.load(row["old"]), work, was)
    value = kind.load(row["new"])
    new = echo(kind, value, work, record) if typed else kind.show(value, work, record)
    old, new = blocks.apart(old, new, LONG)
    return f"{kind.label}: {old or kind.nothing} → {new or kind.nothing}"


def choices(sentence: str, offers: Sequence[tuple[str, str]], text: str = "") -> Message:
    """Return a sentence and a button for each thing it might have meant.

    Args:
        sentence: The sentence.
        offers: (label, line) for each button.
        text: What is read aloud, or in a notification, where no button is seen.
    """
    drawn = [blocks.section(escape(sentence))]
    if offers:
        drawn.append(
            blocks.actions(*(blocks.button(label, "crm.run", line) for label, line in offers))
        )
    return Message(text or sentence, blocks.distinct(drawn), asks=True)


def question(sentence: str, yes: str, line: str) -> Message:
    """Return a sentence and the one button that says yes to it."""
    agree = blocks.button(yes, "crm.run", line, "danger")
    return Message(sentence, [blocks.section(escape(sentence)), blocks.actions(agree)], asks=True)


def because(request: Request) -> str:
    """Return the reason that was given, for the line of a button."""
    said = request.reason.replace('"', "'")
    return f' --reason="{said}"' if said else ""


def plainly(sentence: str) -> Message:
    """Return just a sentence."""
    return Message(sentence, [blocks.section(escape(sentence))])
