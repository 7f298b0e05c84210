"""What admins do with the nouns that they make: with the fields of a new one in the same line."""

import re
from typing import Any

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui.receipts import receipt
from handlers.core.verb import Verb
from models.core import records
from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.errors import Invalid
from models.core.fields import LongText
from models.core.unit_of_work import UnitOfWork

BETWEEN = re.compile(r"[\n;]|,(?![^(]*\))")
OPTIONS = re.compile(r"\s*\(([^()]*)\)\s*")
FIELDS = LongText(
    "Fields",
    hint="One a line, with its kind: Budget money, Starts on day, Stage choice (plan, run, done)",
    also=("with",),
)

router = Records(CustomObject, without=("new",))
edit: Verb = router.verbs["edit"]


@router.verb(
    "new",
    record=False,
    asks={**{name: edit.asks[name] for name in edit.asks}, "fields": FIELDS},
    saves=True,
    common=True,
    text="name",
    title="New object",
)
def new(request: Request, _: Any) -> Response:
    """Make a noun with records, commands, forms and rights of its own:
    `object new Project prefix=PJ fields="Budget money, Starts on day"`.
    """  # noqa: D205
    work, texts = request.work, dict(request.texts)
    said = texts.pop("fields", "")
    made = records.create(work, CustomObject, texts, asks=True)
    work.session.flush()
    for line in filter(None, (part.strip() for part in BETWEEN.split(said))):
        add_field(work, made.slot or "", line)
    root, noun = request.catalogue.root, made.name.casefold()
    return receipt(request, made, more=[f"Make the first one: {root} {noun} new"])


def add_field(work: UnitOfWork, about: str, line: str) -> None:
    """Add the field that a line says: `Stage choice (plan, run, done)`.

    Raises:
        Invalid: What is wrong with it, under the fields of the form.
    """
    options = OPTIONS.search(line)
    texts = CustomField.texts_of(OPTIONS.sub(" ", line).strip(), work) | {"about": about}
    texts |= {"options": options[1]} if options else {}
    try:
        records.create(work, CustomField, texts)
    except Invalid as error:
        raise Invalid({"fields": f"“{line}”: {error}"}) from None
