"""What admins do with options: see those of a choice in order, and change built-in ones."""

from dataclasses import replace
from typing import Any

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks
from handlers.core.ui.receipts import receipt
from models.core import records
from models.core.custom.option import Option, divided, named_field, noun_of
from models.core.custom.option_lists import described
from models.core.entity.base import Entity
from models.core.errors import CRMError
from models.core.fields import Choice, Text
from models.core.fields.shape import Shaped
from models.core.unit_of_work import UnitOfWork

router = Records(Option)
every = router.verbs["list"]
CHANGED = ("name", "after", "probability", "forecast", "conditions", "retired")
"""What is asked for an option that is there already."""
ASKS = Shaped(
    lambda: {
        "what": Text("Option", required=True, hint="Such as deal stage proposal"),
        **{name: replace(Option.fields()[name], required=False) for name in CHANGED},
    }
)
WHAT = "Say what is to change, such as name=Offer, after=discovery, probability=40 or retired=yes."
WHICH = "Say of which choice: option list deal stage"


def choice_in(words: str) -> tuple[type[Entity], str, Choice, str] | None:
    """Return the entity, the field and its kind that words begin with, and the words behind."""
    said = divided(words)
    if not (said["about"] and said["choice"]):
        return None
    entity = noun_of(said["about"])
    name = named_field(entity, said["choice"])
    kind = entity.fields()[name]
    return (entity, name, kind, said["name"]) if isinstance(kind, Choice) else None


@router.verb("list", record=False, writes=False, words=True, common=True)
def listed(request: Request, _: Any) -> Response:
    """List the options of a choice in their order: `option list deal stage`."""
    found = choice_in(request.line.rest)
    if found is None or found[3]:
        return every.run(request, None)
    entity, name, kind, _rest = found
    heading = f"{kind.label} of a {entity.noun()}"
    lines = [described(request.work, entity, name, kind, each.value) for each in kind.options]
    return Message(
        "\n".join([heading, *lines]),
        [blocks.header(heading), blocks.section("\n".join(map(blocks.escape, lines)))],
    )


@router.verb("change", bound=True, record=False, asks=ASKS, text="what", title="Change an option")
def change(request: Request, _: Any) -> Response:
    """Change an option, also a built-in one: `option change deal stage proposal name=Offer`."""
    texts = {n: text for n, text in request.texts.items() if n in CHANGED and text.strip()}
    if not texts:
        raise CRMError(WHAT)
    row = option_called(request.work, request.texts["what"])
    records.update(request.work, row, texts)
    return receipt(request, row, f"Changed {row}")


def option_called(work: UnitOfWork, words: str) -> Option:
    """Return the record of the option that words name; a built-in one gets its record now.

    Raises:
        CRMError: There is no such option.
    """
    found = choice_in(words)
    if found is None:
        raise CRMError(WHICH)
    entity, name, kind, said = found
    try:
        code = kind.read(said, work)
    except ValueError as error:
        raise CRMError(str(error)) from None
    if own := Option.id_of(work, entity.slug(), name, code):
        return work.get(Option, own)
    return work.add(
        Option(about=entity.slug(), choice=name, name=kind.name(code), slot=code, like=code)
    )
