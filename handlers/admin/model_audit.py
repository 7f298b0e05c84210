"""Show admins what is amiss with the model, with one tap to mend each thing."""

from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from models.core.custom.custom_field import CustomField
from models.core.errors import Forbidden
from models.core.model.findings import Finding, findings
from models.core.model.sample import NEWEST
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

SHOWN = 18
"""Findings in one message, each with its buttons: Slack takes fifty blocks."""
LOOKED = f"Counted in the newest {NEWEST:,} records of each noun at most."


def may_mend(work: UnitOfWork) -> bool:
    """Return whether all who read may change the fields of the workspace."""
    about = CustomField.slug()
    return bool(work.viewers) and all(policy.can(each, "edit", about) for each in work.viewers)


def audit(request: Request) -> Message:
    """Return what is amiss with the model, for those who may mend it.

    Raises:
        Forbidden: Somebody who reads may not.
    """
    policy.check(request.work, "edit", CustomField)
    if not may_mend(request.work):
        raise Forbidden("Not everybody here may change the fields of the workspace. Ask me alone.")
    found = findings(request.work)
    if not found:
        said = f"Nothing is amiss with the model. {LOOKED}"
        return Message(said, [blocks.section(escape(said))])
    one = len(found) == 1
    head = f"{len(found)} {'thing is' if one else 'things are'} amiss with the model"
    drawn, told, before = [blocks.section(f"*{head}*"), blocks.context(LOOKED)], [head], ""
    for each in found[:SHOWN]:
        told += [each.fault.value] if each.fault != before else []
        drawn += shown(each, begins=each.fault != before)
        told.append(each.said)
        before = each.fault
    if len(found) > SHOWN:
        told.append(f"and {len(found) - SHOWN} more: mend these first")
        drawn.append(blocks.context(told[-1]))
    return Message("\n".join([*told, LOOKED]), blocks.distinct(drawn))


def shown(each: Finding, begins: bool) -> list[Block]:
    """Return a finding with a button for each way to mend it."""
    head = f"*{each.fault.value}*\n" if begins else ""
    ways = [blocks.button(label, "crm.run", line) for label, line in each.mends.items() if line]
    return [
        blocks.section(f"{head}{escape(each.said)}"),
        *([blocks.actions(*ways)] if ways else []),
    ]
