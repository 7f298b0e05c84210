"""From a line to its verb: the one path that commands, buttons, forms, mentions and the terminal share."""

import re

from handlers.core import reading
from handlers.core.acts import GLOBAL
from handlers.core.blocks import escape
from handlers.core.forms import form
from handlers.core.grammar import Line, suggest
from handlers.core.receipts import choices, plainly, question
from handlers.core.replies import Message, Reply, Request
from handlers.core.routes import Catalogue, Verb
from models.core import access
from models.core.base import Entity
from models.core.errors import Ambiguous
from models.core.field import read_all
from models.core.outbox import deliver
from models.operations.records import stand


def perform(request: Request) -> Reply:
    """Do what the line says; every line gets an answer."""
    verb = verb_of(request.line, request.catalogue)
    if verb is None or slipped(request.line, verb, request.catalogue):
        return puzzled(request)
    access.check(request.work, verb.about, verb.name)
    record: Entity | None = None
    used = None
    try:
        if verb.record:
            record, used = reading.target(request, verb)
        return run(request.but(texts={**request.texts, **reading.texts(request, verb, used)}), verb, record)
    except Ambiguous as error:
        return candidates(request.line, verb, error, in_field=record is not None or not verb.record)


def slipped(line: Line, verb: Verb, catalogue: Catalogue) -> bool:
    """Whether an unknown word is rather a verb that was mistyped: of a record, or with one named beside it."""
    if not line.unknown or verb.name not in ("show", "find") or line.verb == line.unknown:
        return False
    return verb.name == "show" or bool(line.refs and suggest(line.unknown, catalogue.words.verbs[verb.noun]))


def candidates(line: Line, verb: Verb, error: Ambiguous, in_field: bool) -> Message:
    """What an ambiguous name may mean: for each the same line, with its reference in the place of the name."""
    name = rf'["“„]?{re.escape(error.text)}["”]?'
    ways = (rf"(?<=[=]){name}", rf"(?<!\w){name}(?!\w)")
    flags = "".join(f" --{flag}" + ("" if value is True else f'="{value}"') for flag, value in line.flags.items())

    def naming(ref: str) -> str:
        for way in ways if in_field else reversed(ways):
            rest, count = re.subn(way, ref, line.rest, count=1, flags=re.IGNORECASE)
            if count:
                return f"{verb.noun} {verb.name} {rest}{flags}"
        return f"{verb.noun} {verb.name} {ref} {line.rest}{flags}"

    return choices(str(error), [(f"{ref} {title}", naming(ref)) for ref, title in error.candidates])


def verb_of(line: Line, catalogue: Catalogue) -> Verb | None:
    """The verb a line names; a bare reference is shown, a bare noun listed, words after a noun are a search."""
    if not line.raw.strip():
        return catalogue.find(GLOBAL, "help")
    noun = line.noun or next((ref.entity for ref in line.refs if ref.entity), None)
    if noun is None and line.verb is None:
        return None
    if line.verb or noun is None:
        return catalogue.find(noun, line.verb)
    default = "show" if line.refs else "find" if line.text else "list"
    return catalogue.find(noun, default) or catalogue.find(noun, "new")


def run(request: Request, verb: Verb, record: Entity | None) -> Reply:
    """Open the form where something is missing, ask before destruction; then do it."""
    if request.surface != "form" and wants_form(request, verb):
        return form(request, verb, record)
    if verb.confirm and request.surface != "form" and not request.flag("yes"):
        line = f"{verb.noun} {verb.name} {record.ref if record else ''} --yes"
        return question(verb.confirm.format(record=record), verb.button or verb.name.capitalize(), line)
    values = {} if verb.saves else read_all(verb.asks, request.texts, request.work)
    reply = verb.run(request.but(values=values), record)
    return here(request, reply) if request.flag("here") and isinstance(reply, Message) else reply


def here(request: Request, message: Message) -> Message:
    """With --here the channel sees it: a record's card stands there from now on, anything else is posted as it is."""
    work, channel = request.work, request.channel
    if not channel:
        return message
    if message.card:
        stand(work, message.card, channel)
    else:
        drawn = {"text": escape(message.text), "blocks": message.blocks}
        deliver(work, "message", channel, f"here:{work.unit}", about=drawn, thread=request.thread or None)
    return plainly("Posted in the channel.")


def wants_form(request: Request, verb: Verb) -> bool:
    """Whether the form has to open: asked for, nothing typed, or something required missing."""
    filled = {name for name, text in request.texts.items() if text.strip()}
    needed = {name for name, kind in verb.asks.items() if kind.required and name not in verb.defaults}
    missing = bool(needed - filled) and not verb.partial
    wished = request.surface == "shortcut" or request.flag("form")
    return bool(verb.asks) and (wished or missing or (verb.saves and not filled))


def puzzled(request: Request) -> Message:
    """Nobody knows this word: what it may have meant, and the search for it."""
    line, offers = request.line, meant(request)
    word = unknown(line)
    sentence = f"I do not know “{word[:60]}”." + (" Did you mean one of these?" if offers else "")
    search = (f"Search for “{word[:40]}”", f"find {line.raw}"[:2000])
    return choices(sentence, [*offers, search, ("Help", "help")])


def meant(request: Request) -> list[tuple[str, str]]:
    """What a word nobody knows may have meant: (word, the line with it), the nearest first, each noun once."""
    line, words, word = request.line, request.catalogue.words, unknown(request.line)
    noun = line.noun or next((ref.entity for ref in line.refs if ref.entity), None)
    known = words.verbs.get(noun, set()) if noun else {*words.nouns, *words.globals}
    near = {words.nouns.get(other, other): other for other in reversed(suggest(word, sorted(known)))}
    return [(other, instead(line.raw, word, other)) for other in reversed(near.values())]


def unknown(line: Line) -> str:
    return line.unknown or line.verb or (line.raw.split() or ["that"])[0]


def instead(line: str, word: str, other: str) -> str:
    """The line with one word in the place of another."""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: other, line, count=1, flags=re.IGNORECASE)
