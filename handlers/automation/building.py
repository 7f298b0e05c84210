"""Build the line of a rule from the inputs of a form: for those who rather choose than type."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from handlers.core.request import Request
from handlers.core.ui import blocks
from models.automation.language import EXAMPLE, When
from models.automation.rule import ROLE
from models.core.fields import Choice, LongText, Text
from models.core.fields.base import Field


class Trigger(StrEnum):
    """What a rule that is built in a form can be set off by."""

    CREATED = "is_created"
    CHANGES = "changes"
    ENTERS = "begins_to_fit"
    LEAVES = "fits_no_more"
    MUST = "is_saved"


ASKS: Mapping[str, Field] = {
    "about": Text("When a", required=True, hint="lead, deal, case, task, customer …"),
    "when": Choice("What happens to it", options=Trigger, required=True),
    "detail": Text(
        "The field, or the filter", 500, hint="stage, stage to won, or amount > 50k and stage = won"
    ),
    "where": Text("Only where", 500, hint="owner = me or source = website; nothing for all"),
    "then": LongText(
        "Then", 700, required=True, hint='assign round-robin team:sales, dm owner, task "Call" +1d'
    ),
    "role": ROLE,
}
WORDS: Mapping[str, str] = {
    Trigger.CREATED: "is created",
    Trigger.CHANGES: "changes",
    Trigger.ENTERS: f"{When.ENTERS}",
    Trigger.LEAVES: f"{When.LEAVES}",
}


def composed(values: Mapping[str, Any]) -> str:
    """Return the line that the inputs of the form amount to."""
    about, detail, where = values["about"], values.get("detail") or "", values.get("where") or ""
    if values["when"] == Trigger.MUST:
        return f"{about} must {values['then']}" + (f" if {where}" if where else "")
    fits = values["when"] in (Trigger.ENTERS, Trigger.LEAVES) and not detail.startswith('"')
    detail = f"({detail})" if fits and detail else detail
    head = " ".join(filter(None, ("when", about, WORDS[values["when"]], detail)))
    return f"{head}{f' where {where}' if where else ''} then {values['then']}"


def footer(request: Request) -> Sequence[blocks.Block]:
    """Return what the form amounts to when it is typed."""
    return [blocks.context(f"The same can be typed: rule new {EXAMPLE}")]
