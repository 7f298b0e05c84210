"""What each verb is told when every one of them is tried."""

from collections.abc import Mapping

from handlers.core.verb import Verb
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Text
from models.core.outbox import results
from models.core.outbox.delivery import Delivery
from tests.samples import needed

REFUSED = "old"
"""The key of a delivery that is there to be sent again or dropped."""

ASKED: Mapping[str, Mapping[str, str]] = {
    "assign": {"to": "U_MONA"},
    "revert": {"when": "v1"},
    "stage": {"stage": "proposal"},
    "lost": {"reason": "Too dear"},
    "sell": {"lines": "2 × Oar @ 90"},
    "reply": {"text": "Thanks"},
    "note": {"text": "Hmm"},
    "snooze": {"until": "+3d"},
    "join": {"person": "U_OLGA"},
    "allow": {"right": "rep lead delete all"},
    "refuse": {"right": "rep lead show"},
    "hide": {"fields": "rep customer notes"},
    "reveal": {"fields": "executive customer notes"},
    "give": {"person": "U_RAVI", "role": "manager"},
    "crm.notify": {"where": "home_only"},
    "channel.notify": {"channel": "C_SALES", "what": "day"},
    "hours": {"starts_at": "07:00", "ends_at": "15:00"},
    "handover": {"records": "AC-1", "to": "U_RAVI"},
    "rule.line": {"sentence": "when lead is created then dm owner"},
    "rule.build": {"about": "lead", "when": "is_created", "then": "dm me"},
    "rule.replay": {"run": "1"},
    "crm.subscribe": {"what": "deal is created"},
    "crm.unsubscribe": {"what": "mine"},
    "approval.new": {"reason": "Fly to Oslo"},
    "approval.refuse": {"why": "Too much"},
    "keep": {"name": "Open deals", "line": "deal list open"},
    **dict.fromkeys(("call", "meeting", "email"), {"description": "Spoke", "customer": "CU-1"}),
    "log.note": {"description": "Spoke", "customer": "CU-1"},
    "log.new": {"description": "Spoke", "customer": "CU-1", "type": "call"},
    "field_layout.new": {"about": "deal", "card": "owner", "form": "owner"},
    "custom_object.new": {"name": "Voyage", "starts": "ZY"},
    "noun_word.new": {"about": "deal", "one": "Bargain"},
    "option.new": {"about": "deal", "choice": "stage", "name": "Pilot", "like": "proposal"},
    "option.change": {"what": "deal stage discovery", "probability": "30"},
    "pack.apply": {"pack": "software"},
    "pack.remove": {"pack": "PK-1"},
    "pack.show": {"pack": "PK-1"},
    "user.edit": {"starts_at": "07:00"},
    "user.set": {"starts_at": "07:00"},
}
"""What a verb is told, by its id or else by its name."""
SAID = {
    "role.grant": "RO-2 US-1 lead delete all",
    "role.decline": "US-1 lead delete all",
    "crm.request": "role edit",
    "crm.propose": "option new about=deal choice=stage name=Pilot like=proposal",
    "crm.previews": "off",
    "crm.lists": "",
    "crm.background": "",
    "crm.layout": "",
    "crm.word": "deal Bargain",
    "crm.model": "deal",
    "activity.sort": "overdue",
    "crm.mute": "digest",
    "crm.less": "digest",
    "crm.unmute": "own",
    "deliveries.retry": results.code(Delivery(key=REFUSED)),
    "deliveries.drop": results.code(Delivery(key=REFUSED)),
}
"""What stands behind a verb that asks for nothing."""
BARE = {
    "convert",
    "claim",
    "qualify",
    "disqualify",
    "won",
    "resolve",
    "close",
    "reopen",
    "done",
    "drop",
    "skip",
    "delete",
    "restore",
    "verify",
    "undo",
    "redo",
    "pause",
    "resume",
    "stop",
    "follow",
    "unfollow",
    "mute",
    "unmute",
    "approve",
    "amend",
    "withdraw",
}
"""The verbs that need nothing besides their record."""


def told(verb: Verb) -> dict[str, str]:
    """The texts a verb is given, by what it asks for."""
    known = ASKED.get(verb.id, ASKED.get(verb.name))
    if known is not None and set(known) <= set(verb.asks):
        return dict(known)
    assert verb.saves or verb.id in SAID or verb.name in BARE, f"{verb.id} has no sample here"
    entity = ENTITIES[verb.about] if verb.saves else None
    if entity and verb.name == "new":
        return needed(entity) | ({"name": "Something new"} if "name" in verb.asks else {})
    return {first_text(entity): "Something new"} if entity else {}


def first_text(entity: type[Entity]) -> str:
    return next(name for name, kind in entity.fields().items() if type(kind) is Text and kind.form)
