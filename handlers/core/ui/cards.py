"""Draw records: a card in a channel, a row in a list, everything in a modal."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from handlers.core.responses import Form, Message
from handlers.core.router import Catalogue, Verb
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from models.core import part_lines
from models.core.entity.base import Entity
from models.core.fields import LongText, Moment
from models.core.fields.base import Field
from models.core.names import learn
from models.core.permissions import masking, policy, visibility
from models.core.unit_of_work import UnitOfWork

LINES = 12
"""The maximum height of a card."""
SHORT = 60
ROWS = 8
BUTTONS = 4
PAGE = 10
NAMES = 3
PARTS, WIDE, ALL_PARTS = 3, 38, 50
"""The lines of parts on a card and their letters, and the lines among everything about a record."""
LEFT_OUT = "Not everything is shown here, because not everybody here may see it"


def marked(kind: Field, value: object, work: UnitOfWork, record: Entity) -> str:
    """Return a value as mrkdwn.

    What people typed is inert, and Slack shows a moment in each reader's own zone.
    """
    if isinstance(kind, Moment) and isinstance(value, datetime):
        return moment(value)
    return escape(blocks.cut(" ".join(kind.show(value, work, record).split()), SHORT))


def moment(value: datetime) -> str:
    stamp, fallback = int(value.timestamp()), value.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{stamp}^{{date_short_pretty}} {{time}}|{fallback}>"


def texts(record: Entity, work: UnitOfWork, *names: str) -> dict[str, str]:
    """Return the texts of these fields of a record by their names, for all readers.

    What is hidden from one of the readers, or empty, is not included. This is the only way by which
    a value gets into a line.
    """
    kinds = policy.fields(work, record)
    found = {
        name: kinds[name].show(getattr(record, name), work, record)
        for name in names
        if name in kinds
    }
    return {name: text for name, text in found.items() if text}


def moments(record: Entity, work: UnitOfWork, *names: str) -> dict[str, str]:
    """Return the moments in these fields as mrkdwn, with the same rules as `texts`.

    Slack shows them in each reader's own zone.
    """
    return {name: moment(getattr(record, name)) for name in texts(record, work, *names)}


def aside(record: Entity, work: UnitOfWork, name: str) -> str:
    """Return a record with one word about it, for the middle of a sentence.

    An example is `CS-9 Lost oar (urgent)`.
    """
    return " ".join(
        [str(record), *(f"({text.lower()})" for text in texts(record, work, name).values())]
    )


def shown(record: Entity, work: UnitOfWork) -> list[tuple[str, str]]:
    """Return the (label, mrkdwn) pairs of a card that hold something, what matters first.

    The first ones are a list's fields and the facts.
    """
    seen = policy.fields(work, record)
    kinds = {name: kind for name, kind in seen.items() if kind.card and name not in record.named}
    learn(work, [record], kinds)
    pairs = {
        name: (kind.label, marked(kind, getattr(record, name), work, record))
        for name, kind in kinds.items()
    }
    hidden = {kind.label for name, kind in record.fields().items() if name not in seen}
    told = record.facts(work) if seen else []
    facts = [
        (label, escape(blocks.cut(text, SHORT))) for label, text in told if label not in hidden
    ]
    first = [pairs.pop(name) for name in record.line if name in pairs]
    lines = [
        (kind.label, "\n".join(escape(blocks.cut(line, WIDE)) for line in listed))
        for kind, listed in parts_listed(record, work, PARTS)
    ]
    return [pair for pair in [*first, *lines, *facts, *pairs.values()] if pair[1]]


def parts_listed(record: Entity, work: UnitOfWork, most: int) -> Iterator[tuple[Field, list[str]]]:
    """Yield each field of lines with its first lines, and how many more there are.

    Lines that some of the readers may not see in full are left out.

    Args:
        record: The record.
        work: The unit of work.
        most: The lines that are listed.
    """
    for kind in record.line_fields().values():
        lines = part_lines.write(work, record, kind).splitlines()
        more = [f"and {len(lines) - most} more"] if len(lines) > most else []
        if lines:
            yield kind, [*lines[:most], *more]


def card(record: Entity, work: UnitOfWork, catalogue: Catalogue) -> Message:
    """Return the card of a record: its name, what matters, and the buttons.

    There is a button for each verb that makes sense now.
    """
    if record.deleted_at:
        name = str(record)
        return Message(
            f"{name} was deleted", [blocks.section(f":wastebasket: ~{escape(name)}~ was deleted.")]
        )
    lines = [f"*{label}:*{between(text)}{text}" for label, text in shown(record, work)[:ROWS]]
    name = escape(blocks.cut(str(record).removeprefix(record.ref), 150))
    drawn = [blocks.section(f"{record.icon} *{record.ref}*{name}")]
    drawn += [blocks.columns(lines)] if lines else []
    drawn += [blocks.context(escape(note))] if (note := masked(record, work)) else []
    drawn.append(blocks.context(f"Updated {moment(record.updated_at)}"))
    return Message(summary(record, work), [*drawn, *buttons(record, work, catalogue)], card=record)


def between(text: str) -> str:
    """Return what is between a label and its text: several lines begin below it."""
    return "\n" if "\n" in text else " "


def masked(record: Entity, work: UnitOfWork) -> str:
    """Return the sentence that something is left out for some of the readers, and for whom.

    It is empty for a person who reads alone.
    """
    if len(work.viewers) < 2 and not any(viewer.guest for viewer in work.viewers):
        return ""
    drawn = {name for name, kind in record.fields().items() if kind.card}
    blind = [viewer for viewer in work.viewers if drawn - policy.seen_by(viewer, record).keys()]
    names = [viewer.name for viewer in blind if not viewer.guest][:NAMES]
    names += ["guests or people from elsewhere"] if any(viewer.guest for viewer in blind) else []
    return f"{LEFT_OUT}, among them {', '.join(names)}." if names else ""


def summary(record: Entity, work: UnitOfWork) -> str:
    """Return a record in one line: OP-42 Acme renewal · Proposal · €12,000."""
    told = texts(record, work, *record.line).values()
    return " · ".join([str(record), *(blocks.cut(text, SHORT) for text in told)])


def buttons(record: Entity, work: UnitOfWork, catalogue: Catalogue) -> list[Block]:
    """Return the verbs of the card: the first few as buttons, the others behind ⋮.

    There is no block where there are no verbs.
    """
    verbs = offered(catalogue.routers[record.slug()].verbs.values(), record, work)
    verbs.sort(key=lambda verb: verb.common)
    first, rest = verbs[:BUTTONS], verbs[BUTTONS : BUTTONS + 5]
    drawn = [button(verb, record, work) for verb in first]
    if rest:
        drawn.append(
            blocks.overflow(
                f"{record.slug()}.menu",
                [blocks.option(v.button, f"{v.name} {record.ref}") for v in rest],
            )
        )
    return [blocks.actions(*drawn)] if drawn else []


def offered(verbs: Iterable[Verb], record: Entity, work: UnitOfWork) -> list[Verb]:
    """Return the verbs that have a button now, as far as the readers may know."""
    seen = masking.veiled(work, record)
    fitting = [verb for verb in verbs if verb.button and masking.may_hold(seen, verb.when)]
    names = usable([verb.name for verb in fitting], record, work)
    return [verb for verb in fitting if verb.name in names]


def usable(verbs: Sequence[str], what: Entity | str, work: UnitOfWork) -> Sequence[str]:
    """Return those of the verbs for which a button is drawn, in any place.

    A person who reads alone sees what they may do; in a channel everyone sees all buttons, and
    pressing one is checked.
    """
    viewers = work.viewers if verbs else ()
    return policy.allowed(viewers[0], verbs, what) if len(viewers) == 1 else verbs


def ways(record: Entity, work: UnitOfWork, *offers: tuple[str, ...]) -> list[Block]:
    """Return the buttons of these verbs that are drawn.

    Args:
        record: The record that the buttons are about.
        work: The unit of work.
        *offers: (verb, label) or (verb, label, style).
    """
    names = usable([verb for verb, *_ in offers], record, work)
    return [
        blocks.button(label, f"{record.slug()}.{verb}", record.ref, "".join(style))
        for verb, label, *style in offers
        if verb in names
    ]


def button(verb: Verb, record: Entity, work: UnitOfWork) -> Block:
    ask = None
    if verb.confirm:
        ask = blocks.confirm(
            f"{verb.button}?", verb.confirm.format(record=str(record)), verb.button
        )
    value = f"{record.ref} --yes" if verb.confirm else record.ref
    return blocks.button(verb.button, verb.id, value, verb.style, ask)


def row(record: Entity, work: UnitOfWork, *verbs: Verb, line: str = "") -> list[Block]:
    """Return a record as one line of a list.

    It has a button to show the record or to do the one thing that is next.

    Args:
        record: The record.
        work: The unit of work.
        *verbs: The verbs that may be next.
        line: The summary of the record, where it is known already.
    """
    text = f"{record.icon} {escape(line or summary(record, work))}"
    show = blocks.button("Show", f"{record.slug()}.show", record.ref)
    names = usable([verb.name for verb in verbs], record, work)
    first = next((verb for verb in verbs if verb.name in names), None)
    return [blocks.section(text, button(first, record, work) if first else show)]


def listing(
    records: Sequence[Entity], work: UnitOfWork, heading: str, more: str = "", note: str = ""
) -> Message:
    """Return up to ten records, one line each.

    Args:
        records: The records.
        work: The unit of work.
        heading: The line above them.
        more: The line that shows the next ones.
        note: How the words were interpreted.
    """
    learn(work, records, records[0].line if records else ())
    lines = [summary(record, work) for record in records]
    drawn = [blocks.section(f"*{escape(heading)}*")]
    drawn += [blocks.context(escape(note))] if note else []
    for record, line in zip(records, lines, strict=True):
        drawn += row(record, work, line=line)
    if more:
        drawn.append(blocks.actions(blocks.button("Next ten", "crm.run", more)))
    return Message("\n".join(filter(None, [heading, note, *lines])), blocks.distinct(drawn))


def details(record: Entity, work: UnitOfWork) -> Form:
    """Return everything there is about a record, in a modal."""
    name = str(record).removeprefix(record.ref)
    drawn = [blocks.section(f"{record.icon} *{record.ref}*{escape(name)}")]
    held = {
        name: kind
        for name, kind in policy.fields(work, record).items()
        if getattr(record, name) not in (None, "", ())
    }
    learn(work, [record], held)
    short = [
        f"*{kind.label}*\n{marked(kind, getattr(record, name), work, record)}"
        for name, kind in held.items()
        if not isinstance(kind, LongText)
    ]
    drawn += [blocks.columns(short[start : start + 10]) for start in range(0, len(short), 10)]
    for lines, listed in parts_listed(record, work, ALL_PARTS):
        drawn += [blocks.section(f"*{lines.label}*"), blocks.said("\n".join(listed))]
    for name, kind in held.items():
        if isinstance(kind, LongText):
            drawn += [blocks.section(f"*{kind.label}*"), blocks.said(getattr(record, name))]
    return Form(blocks.modal(record.ref, "crm.details", drawn))


def concealed(work: UnitOfWork, *asked: Any) -> str:
    """Return the line in place of records or figures that depend on hidden fields.

    The fields are hidden from some of the readers; the line is empty where all readers may see
    them.

    Args:
        work: The unit of work.
        *asked: The columns or conditions that find the records or figures.
    """
    hidden = visibility.hidden(work, *asked)
    are = "are" if len(hidden) > 1 else "is"
    return (
        f"Not shown, because {' and '.join(hidden)} {are} hidden from who reads this."
        if hidden
        else ""
    )
