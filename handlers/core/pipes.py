"""What can become of a list, behind a bar: `deal list open | count`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.core.commandline.arguments import filled
from handlers.core.commandline.parser import suggest
from handlers.core.commandline.pipe import Piped
from handlers.core.payloads import GLOBAL
from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.router import Router
from handlers.core.ui.receipts import choices
from models.core.errors import CRMError

SET = "set"


@dataclass(frozen=True)
class Bulk:
    """The same change of every record of a list: `deal list open | set stage=proposal`.

    Attributes:
        noun: The entity of the records.
        filter: The words of the list, as they were typed.
        texts: Field → the text that it is to hold; "" empties it.
        left: What was typed behind the bar and is no field.
    """

    noun: str
    filter: str
    texts: Mapping[str, str]
    left: Sequence[str]


def taken(request: Request) -> tuple[Router, Piped]:
    """Return the noun of a line with a bar, and what stands behind the bar."""
    line = request.line
    assert line.piped
    return request.catalogue.routers[line.noun or GLOBAL], line.piped


def bulk(request: Request) -> Bulk:
    """Return the change that a line makes to every record of its list.

    What stands behind the bar is read as the words of the noun's own `set` are.
    """
    router, piped, catalogue = *taken(request), request.catalogue
    verb = router.verbs[SET]
    command = catalogue.command(f"{router.word} {SET} {piped.text}")
    alone = request.but(command=command, texts={}, state={})
    found = filled(alone, verb, [ref for ref in command.line.refs if ref.start < 0])
    texts = {name: text for name, text in found.texts.items() if name in verb.asks}
    return Bulk(router.noun, request.line.rest, texts, tuple(found.left))


def unknown(request: Request) -> Message:
    """Return what can stand behind a bar, where something else does."""
    router, piped = taken(request)
    there = list(router.pipes)
    front = request.line.raw.rpartition("|")[0].strip()
    typed = f"“{piped.word}”" if piped.word else "Nothing"
    said = f"{typed} can not stand behind | after a list. Nothing was done yet. These can: "
    near = suggest(piped.word, there) or there
    offers = [(f"… | {word}", f"{front} | {word} {piped.text}".strip()) for word in near]
    return choices(f"{said}{', '.join(there)}.", [*offers, ("The list alone", front)])


def must_say_nothing(request: Request) -> None:
    """Raise CRMError where words follow a word behind a bar that takes none."""
    piped = request.line.piped
    if piped and piped.text:
        raise CRMError(
            f"“{piped.text[:60]}” is not understood behind | {piped.word}. Nothing was done yet."
        )
