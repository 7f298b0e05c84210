"""Draw records: a card in a channel, a row in a list, everything in a modal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from handlers.core.responses import Message
from handlers.core.router import Catalogue, Router
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.card_text import SHORT, CardText, Place, marked, moment
from handlers.core.verb import Verb
from models.core import part_lines
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Choice
from models.core.fields.base import Field
from models.core.identity import rights
from models.core.names import learn
from models.core.permissions import masking, policy, visibility
from models.core.search.list_groups import MOST as GROUPS
from models.core.search.list_groups import Group
from models.core.search.list_menus import ListMenu
from models.core.search.query import amounts
from models.core.unit_of_work import UnitOfWork

LINES = 12
"""The maximum height of a card."""
ROWS = 8
OWN, PLACES = 3, 4
"""The entity's own verbs that have a button beside ⋮, and the records that a card leads to."""
MORE, ASSIGN = "more", "assign"
"""The verbs of every noun that have a place of their own on a card."""
PAGE = 10
NAMES = 3
PARTS, WIDE = 3, 38
"""The lines of parts on a card, and their letters."""
LEFT_OUT = "Not everything is shown here, because not everybody here may see it"


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
    facts = CardText(record, work).told()
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
        lines, left = part_lines.first(work, record, kind, most)
        if lines:
            yield kind, [*lines, *([f"and {left} more"] if left else [])]


def card(record: Entity, work: UnitOfWork, catalogue: Catalogue) -> Message:
    """Return the card of a record: its name, what matters, and the buttons.

    There is a button for each verb that makes sense now, and for each record that it names.
    """
    if record.deleted_at:
        name = str(record)
        return Message(
            f"{name} was deleted", [blocks.section(f":wastebasket: ~{escape(name)}~ was deleted.")]
        )
    text = CardText(record, work)
    drawn = [*worded(text), *noted(record, work)]
    return Message(
        summary(record, work), [*drawn, *buttons(record, work, catalogue, text.places)], card=record
    )


def worded(text: CardText) -> list[Block]:
    """Return what a card says as blocks: the declared lines, else every field with its label."""
    record, work = text.record, text.work
    name = escape(blocks.cut(str(record).removeprefix(record.ref).strip(), 150))
    head = f"{record.icon} *{name}* · {record.ref}" if name else f"{record.icon} *{record.ref}*"
    if not (text.lines or text.laid):
        lines = [f"*{label}:*{between(said)}{said}" for label, said in shown(record, work)[:ROWS]]
        return [blocks.section(head), *([blocks.columns(lines)] if lines else [])]
    first, *others = text.paragraphs()
    said = [f"{head}\n{first}" if first else head, *filter(None, others)]
    parts = [
        f"*{kind.label}:*\n{escape(chr(10).join(blocks.cut(line, WIDE) for line in lines))}"
        for kind, lines in parts_listed(record, work, PARTS)
    ]
    return [blocks.section(each) for each in [*said, *parts]]


def noted(record: Entity, work: UnitOfWork) -> list[Block]:
    """Return the note that something is left out for some of the readers, if it is."""
    note = masked(record, work)
    return [blocks.context(escape(note))] if note else []


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


def buttons(
    record: Entity, work: UnitOfWork, catalogue: Catalogue, places: Sequence[Place] = ()
) -> list[Block]:
    """Return the two rows of a card: what can be done with the record, and where it leads.

    The verbs that come last are behind ⋮. What destroys something is not among them: it is in the
    modal with everything about the record.

    Args:
        record: The record.
        work: The unit of work.
        catalogue: All verbs, by noun.
        places: The records that the card names.
    """
    router = catalogue.routers[record.slug()]
    verbs = [
        verb
        for verb in offered(router.verbs.values(), record, work)
        if verb.style != "danger" and verb.name not in (MORE, ASSIGN)
    ]
    own = [verb for verb in verbs if not verb.common]
    first, rest = own[:OWN], [*own[OWN:], *(verb for verb in verbs if verb.common)]
    done = [*menus(record, work, router), *(button(verb, record, work) for verb in first)]
    done += [blocks.button(v.on_cards, v.id, record.ref) for v in about(record, work, catalogue)]
    if len(rest) == 1:
        done.append(button(rest[0], record, work))
    elif rest:
        options = [blocks.option(verb.button, f"{verb.name} {record.ref}") for verb in rest]
        done.append(blocks.overflow(f"{record.slug()}.menu", options))
    given = owner_menu(record, work) if ASSIGN in router.verbs else []
    leading = [*given, *ways(record, work, (MORE, "More"))]
    leading += [place(slug, ref) for slug, ref in places[:PLACES] if slug in catalogue.routers]
    rows = {"work": done, "places": leading}
    return blocks.distinct(
        [
            blocks.actions(*row, block_id=f"{record.ref}:{name}:{record.version}")
            for name, row in rows.items()
            if row
        ]
    )


def menus(record: Entity, work: UnitOfWork, router: Router) -> list[Block]:
    """Return the menus that change a field of the record: its stage, its priority.

    A menu shows what the field holds, so it is drawn where all readers may see that.
    """
    seen, drawn = policy.fields(work, record), []
    for name, among in router.menus.items():
        kind, value = seen.get(name), getattr(record, name)
        verb, before = (name, "") if name in router.verbs else ("set", f"{name}=")
        if not isinstance(kind, Choice) or not usable([verb], record, work):
            continue
        offered = {*kind.offered, value}
        options = {
            each: blocks.option(kind.bare(each), f"{record.ref} {before}{each}")
            for each in (kind.like(*among) if among else kind.options)
            if (each in offered and kind.belongs(each, getattr(record, kind.under or name)))
            or each == value
        }
        if value in options:
            action = f"{record.slug()}.{verb}"
            drawn.append(blocks.select(kind.label, action, list(options.values()), options[value]))
    return drawn


def owner_menu(record: Entity, work: UnitOfWork) -> list[Block]:
    """Return the menu that gives the record to somebody, where all readers may see whose it is."""
    kind = policy.fields(work, record).get(record.owned) if record.owned else None
    if kind is None or not usable([ASSIGN], record, work):
        return []
    owner = getattr(record, record.owned)
    slack_id = work.mention(owner) if owner and policy.names_seen(work, kind, owner) else ""
    return [blocks.people(kind.label, f"{record.slug()}.{ASSIGN}", slack_id)]


def about(record: Entity, work: UnitOfWork, catalogue: Catalogue) -> list[Verb]:
    """Return the verbs of other nouns that make something about the record: log, task."""
    verbs = catalogue.on_cards.get(record.slug(), ())
    return [verb for verb in verbs if usable([verb.name], verb.about, work)]


def place(slug: str, ref: str) -> Block:
    """Return the button that opens everything about another record."""
    word = ENTITIES[slug].asked_as or ENTITIES[slug].noun().capitalize()
    return blocks.button(f"{word} ›", f"{slug}.{MORE}", ref)


def offered(verbs: Iterable[Verb], record: Entity, work: UnitOfWork) -> list[Verb]:
    """Return the verbs that have a button now, as far as the readers may know."""
    seen = masking.veiled(work, record)
    fitting = [verb for verb in verbs if verb.button and masking.may_hold(seen, verb.when)]
    names = usable([verb.name for verb in fitting], record, work)
    return [verb for verb in fitting if verb.name in names]


def usable(verbs: Sequence[str], what: Entity | str, work: UnitOfWork) -> Sequence[str]:
    """Return those of the verbs for which a button is drawn, in any place.

    A person who reads alone sees what they may do; in a channel everyone sees all buttons, and
    pressing one is checked. There is none for a verb that a noun lacks.
    """
    about = what if isinstance(what, str) else what.slug()
    verbs = [verb for verb in verbs if verb in rights.VERBS.get(about, verbs)]
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
    records: Sequence[Entity],
    work: UnitOfWork,
    heading: str,
    pages: Sequence[Block] = (),
    note: str = "",
    keep: str = "",
    menus: Sequence[Block] = (),
) -> Message:
    """Return up to ten records, one line each.

    Args:
        records: The records.
        work: The unit of work.
        heading: The line above them.
        pages: The buttons that show the ones before and after them.
        note: How the words were interpreted.
        keep: The line of the list, which the reader may keep under a name.
        menus: The menus that lead to other lists of such records.
    """
    learn(work, records, records[0].line if records else ())
    lines = [summary(record, work) for record in records]
    save = blocks.button("Save list", "crm.keep", keep) if keep else None
    drawn = [blocks.section(f"*{escape(heading)}*", save)]
    drawn += [blocks.context(escape(note))] if note else []
    drawn += [blocks.actions(*menus)] if menus else []
    for record, line in zip(records, lines, strict=True):
        drawn += row(record, work, line=line)
    drawn += [blocks.actions(*pages)] if pages else []
    return Message("\n".join(filter(None, [heading, note, *lines])), blocks.distinct(drawn))


def grouped(
    noun: str, work: UnitOfWork, heading: str, groups: Sequence[Group], note: str
) -> Message:
    """Return the records of a list under headings, each with its count, its sum and all of it.

    Args:
        noun: The noun of the records.
        work: The unit of work.
        heading: The line above them.
        groups: The groups.
        note: How the words were interpreted.
    """
    drawn, told = [blocks.section(f"*{escape(heading)}*")], [heading]
    drawn += [blocks.context(escape(note))] if note else []
    told += [note] if note else []
    for group in groups[:GROUPS]:
        title = " · ".join(filter(None, [group.label, f"{group.total:,}", amounts(group.sums)]))
        lines = [summary(record, work) for record in group.records]
        left = group.total - len(lines)
        lines += [f"and {left:,} more"] if left else []
        line = f"{noun} list {group.words} --page=1"
        button = blocks.button("All", "crm.run", line) if len(line) <= blocks.VALUE else None
        text = "\n".join([f"*{escape(title)}*", *(f"• {escape(each)}" for each in lines)])
        drawn.append(blocks.section(text, button))
        told += [title, *lines]
    if len(groups) > GROUPS:
        said = f"{len(groups) - GROUPS} more groups with {sum(g.total for g in groups[GROUPS:]):,}."
        drawn.append(blocks.context(said))
        told.append(said)
    return Message("\n".join(told), blocks.distinct(drawn))


def list_menus(noun: str, menus: Sequence[ListMenu]) -> list[Block]:
    """Return the menus above a list; none where the words of one are too long for an option."""
    drawn = []
    for menu in menus:
        lines = {shown: f"{words} --page=1" for shown, words in menu.options.items()}
        if any(len(line) > blocks.VALUE for line in lines.values()):
            return []
        options = [blocks.option(shown, line) for shown, line in lines.items()]
        chosen = options[list(lines).index(menu.chosen)]
        drawn.append(blocks.select(menu.label, f"{noun}.list", options, chosen))
    return drawn


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
