"""Meet duplicates at the door: who looks like a new record is named before anything is saved.

It is the same for every verb that makes records, and for each record that it makes. The unit of
work is taken back; a line is answered with buttons, a form stays and says it on top.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Form, Message, Response
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.forms import current, fillable, form, refilled
from handlers.core.ui.receipts import because, choices
from handlers.core.verb import Verb
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.wholes import wholes
from models.core.fields.kinds import NEW
from models.core.parsing.texts import enumerated
from models.core.permissions import policy
from models.core.search.duplicates import NAME, SIMILAR, Duplicate, duplicates, is_met
from models.core.unit_of_work import UnitOfWork

LINE = 1900
"""Characters of a line that a button carries."""
NAMED = 50
"""Letters of a name on a button."""
MOST = 150
"""Letters of what is told of who is here already."""
QUOTES = frozenset('"“”„«»\n')
"""What cannot stand in the value of a line."""


@dataclass(frozen=True)
class Offer:
    """A record that may be used instead of a new one.

    Attributes:
        ref: Its reference.
        title: Its name.
        told: What follows the name in a sentence: what it has in common, and what it is.
        line: The line that uses it, "" where no line can say so.
        value: What its button in a form carries: the reference, or the input that it goes into.
    """

    ref: str
    title: str
    told: str
    line: str
    value: str

    @property
    def use(self) -> str:
        """The label of its button."""
        return f"Use {blocks.cut(self.title, NAMED)} ({self.ref})"


class LooksAlike(Exception):
    """Somebody who is here already looks like a new record, so nothing was saved yet."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self.offers = offers
        super().__init__()

    def question(self, line: str, surface: str) -> Message:
        """Return the answer to a line: who looks alike, with the ways to go on.

        Args:
            line: The line, which is done with --yes.
            surface: The surface of the person, who may have no buttons.
        """
        told = " ".join(f"{each.title} ({each.ref}) {each.told}" for each in self.offers)
        sentence = f"Not saved yet: {told}"
        ways = [(offer.use, offer.line) for offer in self.offers if offer.line]
        again = f"{line} --yes"
        if len(again) > LINE:
            sentence += f" To save it anyway, write the same with --yes. You wrote: {line}"
        else:
            ways.append(("Save anyway", again))
            sentence += " To save it anyway, add --yes." if surface == "say" else ""
        return choices(sentence, ways)

    def state(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form is drawn again with.

        Args:
            before: What the form remembered, with the references that the person has seen in it.
        """
        told = "\n".join(
            f"*{escape(each.title)}* ({each.ref}) {escape(each.told)}" for each in self.offers
        )
        uses = [blocks.button(offer.use, "form.use", offer.value) for offer in self.offers]
        seen = dict.fromkeys(
            [*str(before.get("d", "")).split(), *(offer.ref for offer in self.offers)]
        )
        top: list[Block] = [blocks.alert(told, "warning"), blocks.actions(*uses)]
        return {"x": "alike", "top": top, "d": " ".join(seen)}


def must_be_new(request: Request, verb: Verb, about: Sequence[Entity], before: int) -> None:
    """Raise LooksAlike where a verb made a record that looks like one that is here.

    Args:
        request: The request, with all texts.
        verb: The verb, which has run.
        about: The records that the verb was about.
        before: How many records the unit of work had made before the verb ran.
    """
    if not verb.writes or request.flag("yes"):
        return
    work, seen = request.work, str(request.state.get("d", "")).split()
    made = new_records(work, before)
    all_found = (each for record in made for each in duplicates(work, record, made))
    found = {each.record.ref: each for each in all_found if not is_wanted(request, verb, each)}
    if found.keys() - set(seen):
        raise LooksAlike([offer_of(request, verb, about, each) for each in found.values()])


def is_wanted(request: Request, verb: Verb, found: Duplicate) -> bool:
    """Return whether the person chose to make a new record, where they could choose who is here."""
    return request.texts.get(input_for(verb, found), "").casefold() == NEW


def new_records(work: UnitOfWork, before: int) -> list[Entity]:
    """Return the records that were made since then and that are compared with others."""
    work.session.flush()
    return [record for record in work.made[before:] if is_met(type(record))]


def offer_of(request: Request, verb: Verb, about: Sequence[Entity], found: Duplicate) -> Offer:
    """Return how one duplicate is offered."""
    record, work = found.record, request.work
    told = f"has {in_common(found)}."
    facts = cards.texts(record, work, *record.line)
    if record.owned in facts:
        facts[record.owned] = f"owner {facts[record.owned]}"
    listed = ", ".join(dict.fromkeys(filter(None, (found.place, *facts.values()))))
    told += f" {blocks.cut(listed, MOST)}." if listed else ""
    title = record.spoken
    if asked := input_for(verb, found):
        line = line_with(request, verb, about, {**request.texts, asked: record.ref})
        return Offer(record.ref, title, told, line, f"{asked}={record.ref}")
    more = lacking(request, record)
    edit = request.catalogue.find(record.slug(), "edit") if more else None
    line = line_with(request, edit, [record], more) if edit else ""
    return Offer(record.ref, title, told, f"{line} --form" if line else record.ref, record.ref)


def in_common(found: Duplicate) -> str:
    """Return what a duplicate has in common with the new record, for the end of a sentence."""
    same = [each for each in found.reasons if each not in (NAME, SIMILAR)]
    same += [NAME] if NAME in found.reasons else []
    said = [f"the same {enumerated(same)}"] if same else []
    similar = SIMILAR in found.reasons and NAME not in found.reasons
    return " and ".join([*said, *([f"a {SIMILAR}"] if similar else [])])


def input_for(verb: Verb, found: Duplicate) -> str:
    """Return the field of a verb that can name the duplicate in place of what it would make.

    It is "" where the duplicate is in place of the record that the verb itself is about.
    """
    slug = found.record.slug()
    if found.of.slug() == verb.about or found.of.slug() != slug:
        return ""
    return next((name for name, kind in verb.asks.items() if getattr(kind, "to", "") == slug), "")


def lacking(request: Request, record: Entity) -> dict[str, str]:
    """Return what was typed and the record does not have yet, as far as the person may add it."""
    work, texts = request.work, request.texts
    edit = request.catalogue.find(record.slug(), "edit")
    if edit is None or not policy.can(work.actor, "edit", record):
        return {}
    usual = request.verb.defaults if request.verb else {}
    free = [
        name
        for name in (*wholes(type(record)), *record.fields())
        if name in edit.asks
        and name != record.owned
        and fillable(work, edit, record, name)
        and not current(record, name, work)
    ]
    typed = {name: texts[name] for name in free if texts.get(name, "").strip()}
    return {name: text for name, text in typed.items() if text != usual.get(name)}


def line_with(request: Request, verb: Verb, about: Sequence[Entity], texts: dict[str, str]) -> str:
    """Return the line of a verb with these texts; "" where a button could not hold it."""
    said = [f'{name}="{text}"' for name, text in texts.items() if text.strip()]
    if any(QUOTES & set(text) for text in texts.values()):
        return ""
    line = " ".join([verb.noun, verb.name, *(record.ref for record in about), *said])
    line += because(request)
    return line if len(line) <= LINE else ""


def use(request: Request, verb: Verb, about: Sequence[Entity]) -> Response:
    """Return what follows in a form when a duplicate is used instead of a new record.

    Where an input of the form can name it, the form names it. Otherwise it is the form of that
    record, with what was typed and it does not have yet, or its card where there is nothing to add.
    """
    asked, _, ref = str(request.state.get("u", "")).rpartition("=")
    if asked:
        record = about[0] if about else None
        seen = " ".join(set(str(request.state.get("d", "")).split()) - {ref})
        again = refilled(request, {asked: ref}, d=seen)
        return form(again, verb, record, others=about[1:])
    command = request.catalogue.command(f"edit {ref}")
    named = command.line.refs[0]
    record = request.work.find(ENTITIES[named.entity or ""], named.number or 0)
    more = lacking(request, record)
    if more and command.verb:
        state = {name: request.state[name] for name in ("c", "t", "p") if name in request.state}
        return form(request.but(command=command, texts=more, state=state), command.verb, record)
    card = cards.card(record, request.work, request.catalogue)
    return Form(blocks.modal(record.spoken, "crm.details", card.blocks))
