"""What a line that is not understood, or not quite, may have meant."""

import re

from handlers.core.grammar import Line, suggest
from handlers.core.receipts import choices
from handlers.core.replies import Message, Request
from handlers.core.routes import Catalogue, Verb
from models.core.errors import Ambiguous
from models.core.user import with_names

OFFERED = 5
VALUE = 2000
"""Characters a button holds."""


def slipped(line: Line, verb: Verb, catalogue: Catalogue) -> bool:
    """Whether an unknown word is rather a verb that was mistyped: of a record, or with one named beside it."""
    if not line.unknown or verb.name not in ("show", "find") or line.verb == line.unknown:
        return False
    return verb.name == "show" or bool(line.refs and suggest(line.unknown, catalogue.words.verbs[verb.noun]))


def candidates(line: Line, verb: Verb, error: Ambiguous, in_field: bool) -> Message:
    """What an ambiguous name may mean: for each the same line, with its reference in the place of the name."""
    name = rf'["“„]?{re.escape(error.text)}["”]?'
    ways = (rf"(?<=[=]){name}", rf"(?<!\w){name}(?!\w)") if error.text else ()
    flags = "".join(f" --{flag}" + ("" if value is True else f'="{value}"') for flag, value in line.flags.items())

    def naming(ref: str) -> str:
        for way in ways if in_field else reversed(ways):
            rest, count = re.subn(way, ref, line.rest, count=1, flags=re.IGNORECASE)
            if count:
                return f"{verb.noun} {verb.name} {rest}{flags}"
        return f"{verb.noun} {verb.name} {ref} {line.rest}{flags}"

    offers = [(f"{ref} {title}", naming(ref)) for ref, title in error.candidates]
    return choices(str(error), [offer for offer in offers if len(offer[1]) <= VALUE])  # cut off, it would say less


def puzzled(request: Request) -> Message:
    """Nobody knows this word: what it may have meant, and the search for it."""
    line, offers = request.line, meant(request)
    word = unknown(line)
    word = with_names(request.work, word)
    sentence = f"I do not know “{word[:60]}”." if word != line.verb else f"“{word}” goes with more than one thing."
    sentence += " Did you mean one of these?" if offers else ""
    search = (f"Search for “{word[:40]}”", f"find {line.raw}"[:2000])
    return choices(sentence, [*offers, search, ("Help", "help")])


def meant(request: Request) -> list[tuple[str, str]]:
    """What a word nobody knows may have meant: (word, the line with it), the nearest first, each noun once."""
    line, words, word = request.line, request.catalogue.words, unknown(request.line)
    if line.raw.casefold().startswith(word.casefold()) and (nouns := request.catalogue.nouns_with(word.casefold())):
        said = [request.catalogue.routers[noun].word for noun in nouns]
        return [(f"{each} {word}", f"{each} {line.raw}") for each in said[:OFFERED]]
    noun = line.noun or next((ref.entity for ref in line.refs if ref.entity), None)
    known = words.verbs.get(noun, set()) if noun else {*words.nouns, *words.globals}
    near = {words.nouns.get(other, other): other for other in reversed(suggest(word, sorted(known)))}
    return [(other, instead(line.raw, word, other)) for other in reversed(near.values())]


def unknown(line: Line) -> str:
    """The word that is not understood; a verb, where it is not clear of what."""
    return (line.verb if not line.noun else None) or line.unknown or line.verb or (line.raw.split() or ["that"])[0]


def instead(line: str, word: str, other: str) -> str:
    """The line with one word in the place of another."""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: other, line, count=1, flags=re.IGNORECASE)
