"""Suggest what a line may have meant that is not understood, or not completely."""

import re
from collections.abc import Sequence

from handlers.core.commandline.arguments import reads
from handlers.core.commandline.binding import legible, names_of, tells
from handlers.core.commandline.parser import LIKELY, SURE, Line, Ref, suggest
from handlers.core.payloads import GLOBAL
from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks
from handlers.core.ui.receipts import choices
from handlers.core.verb import Verb
from models.core.entity.base import ENTITIES
from models.core.errors import Ambiguous, CRMError
from models.core.fields import Day, Email, Moment, Money, Percent, Phone
from models.core.identity.user import with_names
from models.core.parsing import values
from models.core.permissions import policy
from models.core.search import mentions
from models.core.search.similarity import slips_between

OFFERED = 5
TELLING = (Money, Day, Moment, Percent, Email, Phone)
"""Kinds whose values are hardly values of another kind."""
FEW = 2
"""A line with at most so many words is hardly something to do."""
SEARCHED = 40
"""Letters on the button of a search."""
LONGEST, LINE = 200, 1900
"""Letters of what was not understood, and of a line that a button holds."""


def slipped(line: Line, verb: Verb, catalogue: Catalogue) -> bool:
    """Return whether an unknown word is rather a mistyped verb.

    The verb is one of a record, or one with a record named next to it.
    """
    if not line.unknown or verb.name not in ("show", "find") or line.verb == line.unknown:
        return False
    return (
        verb.name == "show"
        or slipped_noun(line, catalogue)
        or bool(line.refs and suggest(line.unknown, catalogue.words.verbs[verb.noun]))
    )


def slipped_noun(line: Line, catalogue: Catalogue) -> bool:
    """Return whether a line begins with a mistyped noun of several words and a verb of that noun.

    An example is `price lst new`, where price is a noun as well.
    """
    words = catalogue.words
    for noun, typed in long_nouns(line, catalogue):
        rest = line.raw.removeprefix(typed)
        verb = "" if rest == line.raw else "".join(rest.casefold().split()[:1])
        if verb in words.verbs[words.nouns[noun]]:
            return True
    return False


def long_nouns(line: Line, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return the nouns of several words that a line may mean, as (the noun, what was typed for it).

    It stands at the beginning of the line, or after its first word. The nearest comes first, and
    each entity comes once.
    """
    nouns = catalogue.words.nouns
    found: dict[str, tuple[int, str, str]] = {}
    for noun in nouns if catalogue.words.long else ():
        length = len(noun.split())
        for at in (0, 1) if length > 1 else ():
            typed = " ".join(line.raw.split(" ")[at : at + length])
            slips = slips_between(typed.casefold(), noun)
            if slips <= length and typed.casefold() not in nouns:
                near = (slips, noun, typed)
                found[nouns[noun]] = min(near, found.get(nouns[noun], near))
    return [(noun, typed) for _, noun, typed in sorted(found.values())]


def candidates(line: Line, verb: Verb, error: Ambiguous, in_field: bool) -> Message:
    """Return the choices for an ambiguous name.

    Each is the same line with the reference of one record in place of the name.
    """
    name = rf'["“„]?{re.escape(error.text)}["”]?'
    ways = (rf"(?<=[=]){name}", rf"(?<!\w){name}(?!\w)") if error.text else ()
    flags = "".join(
        f" --{flag}" + ("" if value is True else f'="{value}"')
        for flag, value in line.flags.items()
    )

    def naming(ref: str) -> str:
        for way in ways if in_field else reversed(ways):
            rest, count = re.subn(way, ref, line.rest, count=1, flags=re.IGNORECASE)
            if count:
                return f"{verb.noun} {verb.name} {rest}{flags}"
        return f"{verb.noun} {verb.name} {ref} {line.rest}{flags}"

    offers = [(f"{ref} {title}", naming(ref)) for ref, title in error.candidates]
    return choices(
        str(error), [offer for offer in offers if len(offer[1]) <= LINE]
    )  # a line that is cut off would say less


def not_understood(request: Request, verb: Verb, left: Sequence[str], shorter: str) -> Message:
    """Return a message about words that could not be used, before anything is done.

    Args:
        request: The request.
        verb: The verb of the line.
        left: The words.
        shorter: The line without them.
    """
    words = legible(request, " ".join(left))
    sentence = f"I didn't understand “{words[:LONGEST]}”. Nothing was done yet."
    noun = request.catalogue.routers[verb.noun].word
    asks = [kind.label for kind in verb.asks.values()]
    if asks:
        sentence += f" “{verb.name}” takes: {', '.join(asks)}."
    return choices(
        sentence,
        [(shorter, shorter[:LINE]), ("Help", "help" if noun == GLOBAL else f"help {noun}")],
    )


def several_lines(request: Request, verb: Verb) -> Message | None:
    """Return what is offered for lines that were pasted together, or for the row of a table.

    The result is None where it is one line.
    """
    line, catalogue = request.line, request.catalogue
    if request.flag("form") or request.surface == "form":
        return None
    lines = [each.strip() for each in line.raw.splitlines() if each.strip()]
    begins = line.raw[: line.begins]
    if len(lines) > 1 and (
        not tells(catalogue, verb) or any(is_command(each, catalogue) for each in lines[1:])
    ):
        whole = [
            each if at == 0 or is_command(each, catalogue) else f"{begins} {each}"
            for at, each in enumerate(lines)
        ]
        sentence = f"These are {len(lines)} lines, and I do one at a time. Nothing was done yet. Which one?"
        if len(lines) > OFFERED:
            sentence += (
                f" Here are the first {OFFERED}; many records are better imported from a file."
            )
        offers = [(with_names(request.work, each), each[:LINE]) for each in whole[:OFFERED]]
        if tells(catalogue, verb):
            offers.append(("All of it as one text", f"{line.raw[:LINE]} --form"))
        return choices(sentence, offers)
    if verb.saves and "\t" in line.raw[line.begins :] and not tells(catalogue, verb):
        form = f"{' '.join(line.raw.split())[:LINE]} --form"
        sentence = (
            "This looks like the row of a table, and I cannot tell which cell is which. Nothing was done yet. "
            "Look it over in the form, or name the cells, such as company=Acme. A whole table is imported from a file."
        )
        return choices(sentence, [("Open the form", form)])
    return None


def is_command(text: str, catalogue: Catalogue) -> bool:
    """Return whether a line begins with a noun and its verb, or with a reference and its verb.

    Noun and verb may come in either order.
    """
    line = catalogue.command(text).line
    return bool(
        line.noun
        and line.verb
        and not line.unknown
        and len(text[: line.begins].split()) >= (1 if line.refs else 2)
    )


def puzzled(request: Request) -> Message:
    """Return a message about an unknown word, with what it may have meant and a search for it."""
    line, offers = request.line, meant(request)
    word = unknown(line)
    said = word if offers or word == line.verb or line.refs else line.raw
    sentence = (
        f"I didn't understand “{blocks.cut(with_names(request.work, said), SEARCHED + 20)}”."
        if word != line.verb
        else f"“{with_names(request.work, word)}” goes with more than one thing."
    )
    offers = [*offers, *ways_on(request)][:OFFERED]
    sentence += " Did you mean one of these?" if offers else ""
    if is_sentence(line) and policy.can(request.work.actor, "new", "activity"):
        offers += about_somebody(request)
        offers.append(("Make it a task", f"task new {line.raw}"[:LINE]))
    search = (
        f"Search for “{blocks.cut(with_names(request.work, line.raw), SEARCHED)}”",
        f"find {line.raw}"[:2000],
    )
    return choices(sentence, [*offers, search, ("Help", "help")])


def is_sentence(line: Line) -> bool:
    """Return whether a line says something at some length, and names no record by its number."""
    return len(line.raw.split()) > FEW and not line.refs


def about_somebody(request: Request) -> list[tuple[str, str]]:
    """Return what can be done with a sentence that names one person or company: log it, open it."""
    work, raw = request.work, request.line.raw
    actor = work.actor
    kinds = [each for each in ENTITIES.values() if each.in_talk and policy.can(actor, "show", each)]
    text = values.from_slack(raw) if len(raw) <= LINE else ""
    found = mentions.named_in(work, text, kinds, leading=True) if text else []
    if len(found) != 1:
        return []
    name = blocks.cut(found[0].title, SEARCHED)
    return [(f"Log it: {name}", f"log note {raw}"[:LINE]), (f"Show {name}", f"show {found[0].ref}")]


def meant(request: Request) -> list[tuple[str, str]]:
    """Return what an unknown word may have meant, as (word, the line with it).

    The nearest comes first, and each noun comes once.
    """
    line, catalogue, word = request.line, request.catalogue, unknown(request.line)
    about = next((ref.entity for ref in line.refs if ref.entity), None)
    nouns = [] if about else catalogue.nouns_with(word.casefold())
    offers = [(noun, instead(line.raw, typed, noun)) for noun, typed in long_nouns(line, catalogue)]
    if line.raw.casefold().startswith(word.casefold()) and nouns:
        said = [catalogue.routers[noun].word for noun in nouns]
        return [*offers, *((f"{each} {word}", f"{each} {line.raw}") for each in said[:OFFERED])]
    noun = line.noun or about
    single = {noun for noun in catalogue.words.nouns if noun.isalpha()}
    known = catalogue.words.verbs.get(noun, set()) if noun else {*single, *catalogue.words.globals}
    edit = catalogue.find(about, "edit") if about else None
    fields = names_of(catalogue, edit) if edit else {}
    if len(line.said.split()) < 2 or values.fold(line.said).replace(" ", "_") in fields:
        fields = {}  # without a value
    same = {**fields, **catalogue.words.nouns}
    least = SURE if is_sentence(line) and line.noun is None else LIKELY
    close = suggest(word, {*known, *fields}, least)
    near = {same.get(other, other): other for other in reversed(close)}
    offers += [
        (other.replace("_", " "), instead(line.raw, word, other))
        for other in reversed(near.values())
        if other != word.casefold()
    ]
    once: dict[str, str] = {}
    for other, meaning in offers:
        once.setdefault(meaning, other)
    return [(other, meaning) for meaning, other in once.items()]


def ways_on(request: Request) -> list[tuple[str, str]]:
    """Return what can be done with the record of a line that is not understood.

    It is what the card of the record offers.
    """
    line, work = request.line, request.work
    ref = next((ref for ref in line.refs if ref.entity and ref.number), None)
    router = request.catalogue.routers.get(ref.entity or "") if ref else None
    if ref is None or router is None or router.entity is None:
        return []
    try:
        record = work.find(router.entity, ref.number or 0)
    except CRMError:
        return []
    own = [
        verb
        for verb in router.verbs.values()
        if verb.button and verb.name not in ("delete", "more")
    ]
    own.sort(key=lambda verb: verb.common)
    able = [verb for verb in own if verb.when(record) and policy.can(work.actor, verb.name, record)]
    ways = [(f"{verb.button} {ref.text}", f"{verb.name} {ref.text}") for verb in able]
    menus = [name for name in router.menus if name in router.verbs]
    moves = [(f"{name.capitalize()} {ref.text}", f"{name} {ref.text}") for name in menus]
    return [*values_of(request, ref), *moves, *ways][:OFFERED]


def values_of(request: Request, ref: Ref) -> list[tuple[str, str]]:
    """Return the fields of a record that may hold what was typed with it: OP-3 20k, AT-5 friday."""
    edit, said = request.catalogue.find(ref.entity, "edit"), request.line.said
    if edit is None or not said:
        return []
    kinds = {
        type(kind): (name, kind)
        for name, kind in reversed([*edit.asks.items()])
        if isinstance(kind, TELLING)
    }
    fitting = [name for name, kind in kinds.values() if reads(kind, said, request)]
    return [
        (f"{edit.asks[name].label} {said}"[:LONGEST], f"edit {ref.text} {name}={said}"[:LINE])
        for name in fitting
    ]


def unknown(line: Line) -> str:
    """Return the word that is not understood, or a verb where its noun is not clear."""
    return (
        (line.verb if not line.noun else None)
        or line.unknown
        or line.verb
        or (line.raw.split() or ["that"])[0]
    )


def instead(line: str, word: str, other: str) -> str:
    """Return the line with one word in place of another."""
    return re.sub(
        rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: other, line, count=1, flags=re.IGNORECASE
    )
