"""What a rule tells a program: what happened to a record, as far as the rule may see it.

The form is that of standardwebhooks.com, version 1: a type, a moment, and the data.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from models.automation import runner
from models.automation.conditions import reading_as
from models.automation.language import Action, Does
from models.automation.rule import Rule
from models.automation.run import RuleRun
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.fields import Reference
from models.core.fields.base import Field
from models.core.outbox.delivery import Delivery
from models.core.permissions import policy
from models.core.records import absent

PURPOSE = "webhook"


class Over(Exception):
    """There is nothing to tell any more; the text says why."""


@dataclass(frozen=True)
class Call:
    """What is sent to a program.

    Attributes:
        url: Where the program is.
        body: What it is told.
        secrets: The keys that sign it, the newest first.
    """

    url: str
    body: bytes
    secrets: list[bytes]


def call_of(work: Context, delivery: Delivery) -> Call:
    """Return what a delivery tells a program now.

    Raises:
        Over: The rule, or its right to tell it, is gone.
    """
    rule = work.get(Rule, delivery.about["rule"])
    run = work.session.get(RuleRun, delivery.about["run"])
    owner = rule.runs_as(work)
    if not rule.active:
        raise Over("the rule is paused" if rule.paused else "the rule is gone")
    if not rule.is_readable:
        raise Over("the line of the rule speaks of what is no more")
    if run is None or owner is None or absent(owner) or rule.lacks_role(work):
        raise Over("nobody is there with whose rights it could be told")
    action = action_of(rule, delivery.about["action"])
    with reading_as(work, owner, rule.role or ""):
        told = json.dumps(message(work, rule, run), ensure_ascii=False, allow_nan=False)
    return Call(action.whom, told.encode(), secrets(work, rule))


def action_of(rule: Rule, number: int) -> Action:
    """Return the webhook in a rule's line.

    Raises:
        Over: The line has it no more.
    """
    found = rule.read.actions[number : number + 1]
    if not found or found[0].does != Does.WEBHOOK:
        raise Over("the line of the rule has changed")
    return found[0]


def secrets(work: Context, rule: Rule) -> list[bytes]:
    """Return the keys that sign what a rule tells; none where the settings have no keys at all."""
    return work.signer.derived(f"{PURPOSE}:{work.workspace.id}:{rule.id}".encode())


def message(work: Context, rule: Rule, run: RuleRun) -> dict[str, Any]:
    """Return what happened, for the actor, as values of JSON."""
    about: dict[str, Any] = {"rule": rule.ref, "workspace": work.workspace.id}
    record = run.about(work)
    if run.entity and record is None:
        raise Over("what it is about is no more")
    if record is not None:
        about |= of_record(work, run, record)
    noun = record.usual_noun() if record is not None else "rule"  # programs know it by this
    happened = rule.read.trigger.when
    return {
        "type": f"{noun.replace(' ', '_')}.{happened}",
        "timestamp": run.at.isoformat(),
        "data": about,
    }


def of_record(work: Context, run: RuleRun, record: Entity) -> dict[str, Any]:
    """Return what a record holds now, and what the cause of a run changed.

    Raises:
        Over: The actor may not see the record.
    """
    if not policy.shows(work, record):
        raise Over("the rule may not see the record any more")
    kinds = policy.fields(work, record)
    with policy.beyond(work.session):
        event = runner.event_of(work, run, record)
    before, after = (event.before, event.after) if event else (None, {})
    moved = {
        name: {
            "from": value(work, kind, (before or {}).get(name)),
            "to": value(work, kind, after.get(name)),
        }
        for name, kind in kinds.items()
        if event and before is not None and before.get(name) != after.get(name)
    }
    return {
        "record": {
            "ref": record.ref,
            "type": record.usual_noun(),
            "deleted": record.deleted_at is not None,
            "fields": held(work, kinds, record),
        },
        "changed": moved,
        "by": work.ref("user", run.by) if run.by else None,
    }


def held(work: Context, kinds: Mapping[str, Field], record: Entity) -> dict[str, Any]:
    return {name: value(work, kind, getattr(record, name)) for name, kind in kinds.items()}


def value(work: Context, kind: Field, held: Any) -> Any:
    """Return a value of a field as one of JSON; a record by its reference, as far as it is seen."""
    if isinstance(kind, Reference) and held is not None:
        return work.ref(kind.to, held) if policy.names_seen(work, kind, held) else None
    if held is None or isinstance(held, bool | int | str):
        return held
    if isinstance(held, Decimal):
        return str(held)
    if isinstance(held, datetime | date):
        return held.isoformat()
    if isinstance(held, list | tuple):
        return [str(each) for each in held]
    return kind.dump(held)
