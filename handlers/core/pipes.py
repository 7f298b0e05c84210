"""What can become of a list, behind a bar: `deal list open | count`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from sqlalchemy import ColumnElement, and_, func, select

from handlers.core.commandline.arguments import filled
from handlers.core.commandline.parser import suggest
from handlers.core.commandline.pipe import Piped
from handlers.core.payloads import GLOBAL
from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.router import Router
from handlers.core.ui import blocks
from handlers.core.ui.receipts import choices, plainly
from models.core.entity.base import Entity
from models.core.errors import Ambiguous, CRMError
from models.core.outbox.delivery import answer
from models.core.permissions import policy, visibility
from models.core.saved_filters import spelt_out
from models.core.search.list_words import Listing
from models.core.search.query import read_list
from models.core.unit_of_work import UnitOfWork

SET = "set"


@dataclass(frozen=True)
class Bulk:
    """The same change of every record of a list: `deal list open | set stage=proposal`.

    Attributes:
        noun: The entity of the records.
        filter: The words of the list, as they were typed, or those of the saved filter it names.
        texts: Field → the text that it is to hold; "" empties it.
        left: What was typed behind the bar and is no field.
    """

    noun: str
    filter: str
    texts: Mapping[str, str]
    left: Sequence[str]


def taken(request: Request) -> tuple[Router, Piped]:
    """Return the noun of a line with a bar, and what is behind the bar."""
    line = request.line
    assert line.piped
    return request.catalogue.routers[line.noun or GLOBAL], line.piped


def words(request: Request) -> str:
    """Return the words of the list of a line, those of a saved filter where they name one.

    Raises:
        CRMError: Says what is wrong with a filter.
    """
    router, _ = taken(request)
    assert router.entity
    try:
        saved = spelt_out(request.work, router.entity, request.line.rest)
    except Ambiguous:
        raise
    except ValueError as error:
        raise CRMError(str(error)) from None
    return saved or request.line.rest


def bulk(request: Request) -> Bulk:
    """Return the change that a line makes to every record of its list.

    What is behind the bar is read as the words of the noun's own `set` are.
    """
    router, piped, catalogue = *taken(request), request.catalogue
    verb = router.verbs[SET]
    command = catalogue.command(f"{router.word} {SET} {piped.text}")
    alone = request.but(command=command, texts={}, state={})
    found = filled(alone, verb, [ref for ref in command.line.refs if ref.start < 0])
    texts = {name: text for name, text in found.texts.items() if name in verb.asks}
    return Bulk(router.noun, words(request), texts, tuple(found.left))


def unknown(request: Request) -> Message:
    """Return what can be behind a bar, where something else is."""
    router, piped = taken(request)
    taking = (verb.piped for _, verb in request.catalogue.behind)
    there = [*filter(None, taking), *router.pipes]
    front = request.line.raw.rpartition("|")[0].strip()
    typed = f"“{piped.word}”" if piped.word else "Nothing"
    said = f"{typed} cannot follow | after a list. Nothing was done yet. These can: "
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


MOST = 20_000
"""Records of one file; more are written in a terminal."""
EXPORT = "export"
"""The kind of the delivery with the file of a list."""


def export(request: Request) -> Message:
    """Have the records of a list come as a CSV file in a direct message; in a terminal, show it.

    Raises:
        CRMError: What is wrong with the list, or they are too many for a file.
    """
    must_say_nothing(request)
    router, _ = taken(request)
    assert router.entity
    entity, said, work = router.entity, words(request), request.work
    policy.check(work, "export", entity)
    where = and_(visibility.only(work, entity, "export"), condition_of(request, said))
    if request.surface == "say" or not work.actor:
        return in_terminal(work, entity, where)
    count = work.session.scalar(select(func.count(entity.id)).where(where)) or 0
    counted = f"{count:,} {entity.noun() if count == 1 else entity.plural()}"
    if not count:
        return plainly(f"No {entity.plural()} match that you may export. No file was written.")
    if count > MOST:
        plural, typed = entity.plural().replace(" ", "-"), said.replace('"', "'")
        raise CRMError(
            f"{counted} are more than a file here holds ({MOST:,}). Narrow the list, or in a "
            f'terminal: crm export {plural} FILE --filter "{typed}"'
        )
    about = {"noun": entity.slug(), "typed": said}
    answer(work, EXPORT, work.actor.slack_id, f"{EXPORT}:{work.unit}", about=about)
    return plainly(f"{counted}. The CSV file comes in a direct message in a moment.")


def in_terminal(work: UnitOfWork, entity: type[Entity], where: ColumnElement[bool]) -> Message:
    """Return the records of a list as CSV in the answer itself."""
    from models.exchange.exporter import export as write_csv

    file = StringIO(newline="")
    count = write_csv(work, entity, file, where)
    heading = f"{count:,} {entity.noun() if count == 1 else entity.plural()} as CSV"
    text = file.getvalue()
    return Message(f"{heading}\n{text}", [blocks.section(f"*{heading}*")])


def condition_of(request: Request, text: str) -> ColumnElement[bool]:
    """Return the condition for the records of a list.

    Raises:
        CRMError: Says what is wrong with the filter; or the words are only a search.
    """
    router, _ = taken(request)
    assert router.entity
    try:
        asked = read_list(request.work, router.entity, text)
        if asked is not None and not asked.is_search:
            return asked.condition(request.work)
    except Ambiguous:
        raise
    except ValueError as error:
        raise CRMError(str(error)) from None
    raise CRMError(
        f"“{text[:60]}” is only searched for, which finds what is nearly written so. Nothing was "
        f"done yet. Write a filter, such as {nearest_to(request, text)}."
    )


def nearest_to(request: Request, text: str) -> str:
    """Return the filter that is nearest to words that are searched for."""
    router, _ = taken(request)
    assert router.entity
    return Listing(request.work, router.entity).nearest(text)
