"""Find the verb of a line and run it.

Commands, buttons, forms, mentions and the terminal share this one path.
"""

from collections.abc import Sequence
from dataclasses import replace

from handlers.core import gates, proposal
from handlers.core.commandline import binding, subjects
from handlers.core.commandline.arguments import filled
from handlers.core.commandline.named_records import (
    with_numbers,
    with_numbers_of_begun,
    with_saved_filter,
)
from handlers.core.commandline.parser import Line, Ref
from handlers.core.commandline.suggestions import (
    OFFERED,
    candidates,
    not_understood,
    puzzled,
    several_lines,
    slipped,
)
from handlers.core.drafts import forget, with_draft
from handlers.core.duplicates import must_be_new, use
from handlers.core.pipes import unknown as unknown_pipe
from handlers.core.proposal import Proposal
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.router import Catalogue
from handlers.core.ui.forms import form
from handlers.core.ui.receipts import because, choices, echoed, listed, plainly, question, together
from handlers.core.vanishing import must_stay_visible
from handlers.core.verb import Verb
from models.core import entering, sources
from models.core.entity.base import Entity
from models.core.errors import Ambiguous, Conflict, Invalid
from models.core.fields import LongText, Text
from models.core.fields.base import read_all
from models.core.identity.channel import Channel
from models.core.outbox.current_record import standing_here, stands_in
from models.core.outbox.delivery import answer, deliver
from models.core.unit_of_work import UnitOfWork

WILL = "I will post it here. If Slack refuses it, I will tell you."
"""The answer to --here: the message is posted afterwards."""
TO_YOU = "I will send it to you in a message."
"""The answer to --here on the Home tab, which holds less than a message does."""


WHICH_BEGUN = "Which one do you mean{}? Nothing was done yet."
WHICH = "Several records have that name{}. Nothing was done yet. Which one?"


class Decided(Exception):
    """Signal that nothing is left to ask: the verb can run, in a unit of work that writes."""


def perform(request: Request) -> Response:
    """Do what the line says; every line gets an answer."""
    request = with_saved_filter(placed(request))
    request, question = numbered(request)
    if question:
        return question
    verb = request.verb
    if verb is None or slipped(request.line, verb, request.catalogue):
        return unknown(request)
    proposal.check(request, verb, verb.about)
    request.work.reason = request.reason
    if pasted := several_lines(request, verb):
        return pasted
    records: list[Entity] = []
    used: list[Ref] = []
    try:
        if verb.record:
            records, used = binding.targets(request, verb)
            for record in records:
                proposal.check(request, verb, record)
        found = filled(request, verb, used, [record.title for record in records])
        if found.left:
            return not_understood(request, verb, found.left, found.shorter())
        texts = found.texts | subjects.spoken_of(request, verb, found.texts)
        texts |= (
            {} if verb.record or request.surface == "form" else entering.above(verb.asks, texts)
        )
        request = request.but(texts={**request.texts, **texts})
        return run(request, gates.gated(request, verb, records), records)
    except Ambiguous as error:
        return candidates(request.line, verb, error, in_field=bool(records) or not verb.record)


def unknown(request: Request) -> Message:
    """Return what a line may have meant that is not understood."""
    return unknown_pipe(request) if request.line.piped else puzzled(request)


def numbered(request: Request) -> tuple[Request, Message | None]:
    """Return a line with a number in place of a name, or the question which record is meant."""
    ways, question = with_numbers(request), WHICH
    if len(ways) == 1:
        return request.but(command=ways[0][1]), None
    if not ways:
        ways, question = with_numbers_of_begun(request)[:OFFERED], WHICH_BEGUN
    offers = [(str(record), found.line.raw) for record, found in ways]
    named = f": {', '.join(label for label, _ in offers)}"
    asked = choices(question.format(""), offers, question.format(named))
    return request, asked if offers else None


def placed(request: Request) -> Request:
    """Complete a line that only makes sense where it was written.

    With `this` or in the thread of a card, a verb without a noun is about the record there. In a
    thread this is also so for a field that is named, and for other words that only that record
    explains: amount 20k. A verb of channels that names one is about that channel: notify #sales.
    """
    line, known = request.line, request.catalogue.nouns_with(request.line.verb or "")
    if of_channels(request):
        return request.but(command=request.catalogue.meaning(replace(line, noun=Channel.slug())))
    if in_its_thread(line, request.thread):
        here = standing_here(request.work, request.channel, request.thread)
        again = request.catalogue.command(f"{here.ref} {line.raw}") if here else request.command
        if not again.line.unknown:
            return request.but(command=again)
    if (
        line.noun
        or not known
        or not (request.thread or any(ref.kind == "this" for ref in line.refs))
    ):
        return request
    here = standing_here(request.work, request.channel, request.thread)
    if here is None and any(ref.kind == "this" for ref in line.refs):
        raise subjects.unclear()
    if here is None or here.slug() not in known:
        return request
    return request.but(command=request.catalogue.meaning(replace(line, noun=here.slug())))


def of_channels(request: Request) -> bool:
    """Return whether a line without a noun names a channel, with a verb that channels have."""
    line = request.line
    verb = request.catalogue.find(Channel.slug(), line.verb)
    named = bool(line.channels) or line.rest.startswith("#")
    return named and not line.noun and verb is not None and not verb.common


def in_its_thread(line: Line, thread: str) -> bool:
    """Return whether an incomplete line may be about the record in whose thread it is written."""
    return bool(thread and line.unknown and not line.refs and not line.noun)


def run(request: Request, verb: Verb, records: Sequence[Entity]) -> Response:
    """Run a verb for each of the records.

    Open the form first where something is missing, and ask before something is destroyed.
    """
    record = records[0] if records else None
    if request.pressed == "use":
        return use(request, verb, records)
    if request.pressed or (request.surface != "form" and wants_form(request, verb)):
        return form(with_draft(request, verb, records), verb, record, others=records[1:])
    if request.proposes:
        raise Proposal(request, verb, records)
    if verb.confirm and request.surface != "form" and not request.flag("yes"):
        sentence = verb.confirm.format(record=listed(records))
        line = f"{verb.noun} {verb.name} {' '.join(each.ref for each in records)} --yes{because(request)}"
        return question(sentence, verb.button or verb.name.capitalize(), line)
    if request.asking and not (verb.previews and not request.flag("yes")):
        raise Decided
    values = {} if verb.saves else read_all(verb.asks, request.texts, request.work)
    before = len(request.work.made)
    proposal.answered(request)
    gates.fill(request, verb, records)
    reply = done(request.but(values=values), verb, records)
    must_be_new(request, verb, records, before)
    must_stay_visible(request, verb, records)
    forget(request, verb, records)
    tell_source(request, verb, before)
    return (
        here(request, verb, reply) if request.flag("here") and isinstance(reply, Message) else reply
    )


def tell_source(request: Request, verb: Verb, before: int) -> None:
    """Say in the thread of the message that a record was made of, with a way to it, and back.

    The record keeps the link to the message.
    """
    work, url = request.work, str(request.state.get("q", ""))
    record = next(iter(work.made[before:]), None)
    if not (url and record and record.slug() == verb.about and work.actor):
        return
    sources.keep(work, record, url)
    told = {"by": work.actor.id, "person": work.actor.slack_id}
    its = {"entity": record.slug(), "record_id": record.id, "thread": request.thread}
    if request.channel and not request.channel.startswith("D"):
        deliver(work, "made", request.channel, f"made:{record.ref}", about=told, **its)


def done(request: Request, verb: Verb, records: Sequence[Entity]) -> Response:
    """Return the verb's response for the records, with the typed texts that it does not contain."""
    told = {
        name: text
        for name, text in request.texts.items()
        if isinstance(verb.asks.get(name), Text | LongText)
    }
    try:
        replies = [verb.run(request, record) for record in records] or [verb.run(request, None)]
    except Conflict as error:
        if len(records) > 1:
            raise Conflict(
                f"{error} Nothing was done to the others: a line changes all or none."
            ) from error
        if (
            request.surface == "form"
            or verb.words
            or not any(text.strip() for text in told.values())
        ):
            raise
        raise Invalid({next(iter(told)): str(error)}) from error  # the form opens with the text
    reply = replies[0] if len(replies) == 1 else together(request, records, replies)
    return echoed(request, verb, reply) if isinstance(reply, Message) and not reply.asks else reply


def here(request: Request, verb: Verb, message: Message) -> Message:
    """Post the response in the channel, as --here asks.

    A record's card stays in the channel and is kept up to date from now on; anything else is posted
    once, drawn for those who are there. A person who is alone with the bot has seen it already, and
    a message that asks back asks this person. On the Home tab nobody else is there: what was
    asked comes as a message.
    """
    work, channel = request.work, request.channel
    person, place = work.actor.slack_id if work.actor else "", {"thread": request.thread or None}
    if request.container == "home" and person and not (verb.writes or message.asks):
        told = {"person": person, "line": request.line.raw}
        answer(work, "line", person, f"here:{work.unit}", about=told)
        return plainly(TO_YOU)
    if not channel or channel.startswith("D") or message.asks:
        return message
    if card := message.card:
        its = {"entity": card.slug(), "record_id": card.id, "about": {"person": person}}
        deliver(work, "card", channel, f"here:{work.unit}", **its)
        if stands_in(work, card, channel):
            return plainly("The card is in this channel already. I keep it up to date.")
        return plainly(WILL)
    work.session.flush()
    if work.changes:
        place |= {name: work.changes[0][name] for name in ("entity", "record_id")}
        told = {"person": person, "unit": work.unit}
        deliver(work, "receipt", channel, f"here:{work.unit}", about=told, **place)
    elif not verb.writes:
        told = {"person": person, "line": request.line.raw}
        deliver(work, "line", channel, f"here:{work.unit}", about=told, **place)
    else:
        return message  # nothing was changed
    return plainly(WILL)


def again(
    work: UnitOfWork, catalogue: Catalogue, line: str, channel: str, thread: str
) -> Message | None:
    """Return the answer to a read-only line, drawn for the viewers of the unit of work.

    The result is None where the answer is no message.
    """
    asked = catalogue.command(line)
    if asked.verb is None or asked.verb.writes:
        return None
    flags = {name: value for name, value in asked.line.flags.items() if name != "here"}
    asked = replace(asked, line=replace(asked.line, flags=flags))
    reply = perform(Request(work, catalogue, asked, "message", channel=channel, thread=thread))
    return reply if isinstance(reply, Message) else None


def asks_first(line: Line, verb: Verb, surface: str) -> bool:
    """Return whether the line will most likely open a form or ask back.

    It is then worth a first attempt that does not block another writer.
    """
    if surface == "form" or not verb.writes:
        return False
    if verb.confirm or verb.previews:
        return "yes" not in line.flags
    typed = line.text or line.fields or line.people or (line.refs and not verb.record)
    needs = verb.saves or any(kind.required for kind in verb.asks.values())
    opens = verb.opens and surface == "button" and "yes" not in line.flags
    wished = surface == "shortcut" or "form" in line.flags or opens
    return bool(verb.asks) and (wished or (needs and not typed))


def wants_form(request: Request, verb: Verb) -> bool:
    """Return whether the form must open: on request, without input, or without required input."""
    filled = {name for name, text in request.texts.items() if text.strip() or verb.partial}
    needed = {
        name for name, kind in verb.asks.items() if kind.required and name not in verb.defaults
    }
    missing = bool(needed - filled) and not verb.partial
    opens = verb.opens and request.surface == "button" and not (filled or request.flag("yes"))
    wished = request.surface == "shortcut" or request.flag("form") or opens
    return bool(verb.asks) and (wished or missing or (verb.saves and not filled))
