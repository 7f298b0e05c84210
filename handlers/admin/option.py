"""What admins do with options: see those of a choice in order, and change built-in ones."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks
from handlers.core.ui.receipts import receipt
from handlers.core.verb import Verb
from models.core import records
from models.core.custom.option import Option, divided
from models.core.custom.option_fields import named_field, noun_of
from models.core.custom.option_lists import described
from models.core.entity.base import Entity, plural
from models.core.errors import CRMError, Invalid
from models.core.fields import Choice, LongText, Text
from models.core.fields.shape import Shaped
from models.core.fields.synonyms import squeezed
from models.core.unit_of_work import UnitOfWork

router = Records(Option, without=("new",))
every = router.verbs["list"]
edit: Verb = router.verbs["edit"]
BETWEEN = re.compile(r"[\n;,]")
LIKE = re.compile(r"\s+like\s+(?P<like>.+)", re.IGNORECASE)
SHARE = re.compile(r"\s+(?P<share>\d{1,3})\s*%")
BELOW = LongText(
    "With",
    also=("stages", "options"),
    hint="Of a pipeline its stages, in their order: Due 20%, Talking 60%, Renewed like won",
)
CHANGED = ("name", "after", "probability", "forecast", "conditions", "retired")
"""What is asked for an option that is there already."""
ASKS = Shaped(
    lambda: {
        "what": Text("Option", required=True, hint="Such as deal stage proposal"),
        **{name: replace(Option.fields()[name], required=False) for name in CHANGED},
    }
)
WHAT = "Say what is to change, such as name=Offer, after=discovery, probability=40 or retired=yes."
WITHOUT = 'Say each {} of {}, in their order, such as: stages="Due 20%, Talking 60%"'
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


@router.verb(
    "new",
    record=False,
    asks=Shaped(lambda: {**edit.asks, "below": BELOW}),
    saves=True,
    common=True,
    text="name",
    title="New option",
)
def new(request: Request, _: Any) -> Response:
    """Add an option: `option new deal stage Pilot like=proposal`, or a pipeline with its stages:
    `option new deal pipeline Renewals stages="Due 20%, Talking 60%"`.
    """  # noqa: D205
    work, texts = request.work, dict(request.texts)
    said = texts.pop("below", "")
    made = records.create(work, Option, texts, asks=True)
    work.session.flush()
    found = below(made)
    if found is None and said.strip():
        raise Invalid({"below": f"Nothing belongs to a {made.choice.replace('_', ' ')}."})
    if found is None:
        return receipt(request, made)
    name, kind = found
    if not said.strip():
        raise Invalid({"below": WITHOUT.format(kind.label.lower(), made.name)})
    named = add_below(work, made, name, kind, said)
    return receipt(request, made, more=[f"{plural(kind.label)}: {', '.join(named)}"])


def below(row: Option) -> tuple[str, Choice] | None:
    """Return the choice whose options belong to those of the choice of an option."""
    kinds = noun_of(row.about).below().items()
    return next(((name, kind) for name, kind in kinds if kind.under == row.choice), None)


def add_below(work: UnitOfWork, row: Option, name: str, kind: Choice, said: str) -> list[str]:
    """Add the options that belong to a new one, in their order, and return their names.

    Where nobody says what each behaves like, they behave like the built-in ones one after another.

    Raises:
        Invalid: What is wrong with one of them, under the field of the form.
    """
    parts = list(filter(None, (part.strip() for part in BETWEEN.split(said))))
    every = [str(each) for each in noun_of(row.about).built_in()[name].options]  # type: ignore[attr-defined]
    usual = [each for each in every if kind.homes.get(each)]
    after = [kind.bare(each) for each in map(str, kind.options) if kind.homes.get(each)][-1]
    shared = {squeezed(kind.name(each)) for each in every if each not in usual}
    made = []
    for at, part in enumerate(parts):
        texts = dict(said_of(part))
        if squeezed(texts["name"]) in shared:
            continue
        likely = usual[at * (len(usual) - 1) // max(len(parts) - 1, 1)]
        its = {"about": row.about, "choice": name, "home": row.slot, "after": after}
        try:
            new = records.create(work, Option, {"like": likely, **its, **texts})
            work.session.flush()
        except Invalid as error:
            raise Invalid({"below": f"“{part}”: {error}"}) from None
        after = new.slot
        made.append(new.name)
    if not made:
        raise Invalid({"below": WITHOUT.format(kind.label.lower(), row.name)})
    return made


def said_of(part: str) -> Iterator[tuple[str, str]]:
    """Yield what a part of a line says of an option: `Talking 60%`, `Renewed like won`."""
    for name, pattern in (("like", LIKE), ("probability", SHARE)):
        if found := pattern.search(part):
            yield name, found[1].strip()
            part = part[: found.start()] + part[found.end() :]
    yield "name", part.strip().strip("\"“”'")


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
    return receipt(request, row, f"Changed {row}", more=stays(request, row))


def edited(request: Request, row: Option) -> Response:
    """Change fields: `field=value`, or a form without them."""
    reply = edit.run(request, row)
    more = stays(request, row) if isinstance(reply, Message) else []
    return receipt(request, row, more=more) if more else reply


def stays(request: Request, row: Option) -> list[str]:
    """Return that records keep an option that nobody chooses any more."""
    its = [each for each in request.work.changes if each["field"] == "retired"]
    holds = row.held(request.work) if its and row.retired else ""
    return [f"{holds} {row.name}, and it stays there. Nobody chooses it any more."] if holds else []


for name in ("edit", "set"):
    router.verbs[name] = replace(router.verbs[name], run=edited)


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
