"""An act for every verb that changes records, and what a workspace holds, to compare before and
after.
"""

from collections.abc import Callable
from functools import cache
from string import ascii_lowercase
from typing import Any

from sqlalchemy import Select, select

from handlers.core.interaction import Interaction
from handlers.core.router import Catalogue
from handlers.core.verb import Verb
from handlers.registry import ROUTERS
from models.core.db.engine import everywhere
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Choice, Text
from models.core.identity.rights import MARKS
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWorkFactory
from models.support.case import CaseComment
from tests.samples import texts_for

VERBS = {
    verb.id: verb
    for router in Catalogue(ROUTERS).routers.values()
    for verb in router.verbs.values()
    if verb.writes
}
NO_RECORDS = {
    "deliveries.retry": "what Slack is told is no record",
    "deliveries.drop": "what Slack is told is no record",
    "role.decline": "says no",
    "audit.verify": "reads",
    "activity.sort": "opens a list, in which other verbs do something",
    "crm.request": "asks the admins",
    "crm.propose": "asks who may do it, and is tried with approvals",
    "approval.approve": "answers somebody else, and is tried with approvals",
    "approval.amend": "answers somebody else, and is tried with approvals",
    "approval.refuse": "answers somebody else, and is tried with approvals",
    "crm.keep": "keeps a line for one person, which is no record",
    "crm.layout": "shows layouts, or does what the verbs of layouts do",
    "crm.word": "shows words, or does what the verbs of words do",
    "crm.lists": "shows lists, and forgets one",
    "crm.previews": "is a setting",
    "crm.background": "shows tasks, and ends or begins one",
    "rule.replay": "is done by the rule, later",
    "crm.undo": "is what is tried here",
    "crm.redo": "is what is tried here",
    **{
        name: "says what one person wants to hear, and has a verb that ends it"
        for name, verb in VERBS.items()
        if verb.record and verb.name in MARKS
    },
}
"""Verbs that change no record, and why."""
UNDOABLE = {name: verb for name, verb in VERBS.items() if name not in NO_RECORDS}

Pick = Callable[[list[str]], str]
"""Chooses one of several; a test that wants no choice takes the first."""
APPLIED = "pack apply retail --yes"
BEFORE = {
    "lead.claim": ["lead set {} owner="],
    "case.claim": ["case set {} assignee="],
    "case.reopen": ["case close {}"],
    "opportunity.reopen": ["deal lost {} too dear"],
    "activity.reopen": ["task done {}"],
    "opportunity.sell": ["sale set PU-1 opportunity=", "sale set PU-2 opportunity="],
    "restore": ["delete {} --yes"],
    "rule.resume": ["rule pause {}"],
    "revert": ["{edit}"],
    **dict.fromkeys(("pack.edit", "pack.set", "pack.delete", "pack.remove"), [APPLIED]),
    "pack.restore": [APPLIED, "delete {} --yes"],
    "pack.revert": [APPLIED, "{edit}"],
}
"""What has to be done first, by the verb's whole name or its last word."""
ARGUMENTS = {
    "assign": ["<@U_MONA>", "<@U_ADA>", "<@U_RITA>"],
    "delete": ["--yes"],
    "revert": ["to v1 --yes"],
    "lead.convert": ["deal=Sails amount=12k", "", "deal=Ropes"],
    "opportunity.stage": ["proposal", "won", "lost", "discovery", "negotiation"],
    "opportunity.lost": ["too dear", "reason=slow competitor=Lark"],
    "opportunity.sell": ["2 × Oar @ 90", "1 × Mast @ 12k -5% +19%; 3 × Rope @ 9"],
    "case.reply": ["We are on it", "A mast is on its way"],
    "case.note": ["She called", "Angry"],
    "case.resolve": ["A new mast is on its way", ""],
    "activity.done": ["signed", ""],
    "activity.snooze": ["+3d", "fri"],
    "activity.drop": [""],
    "rule.line": ["when lead is created then dm owner", "case must description"],
    "team.join": ["<@U_JULE>", "<@U_OLGA>"],
    "pack.restore": ["--yes"],
}
LINES = {
    "pack.apply": ["pack apply software --yes", "pack apply retail --yes"],
    "pack.remove": ["pack remove retail --yes"],
    "option.change": ["option change deal stage discovery probability=30"],
    "log.new": ["log new type=call customer=CU-1 description=Talked"],
    "log.call": ["log call CU-1 Talked minutes=20"],
    "log.meeting": ["log meeting OP-1 Showed the product"],
    "log.email": ["log email CU-1 Sent the offer"],
    "log.note": ["log note CU-1 Moving in May"],
    "role.allow": ["role allow rep lead delete own", "role allow support deal new"],
    "role.refuse": ["role refuse rep lead claim", "role refuse manager case edit"],
    "role.hide": ["role hide rep customer notes", "role hide support deal amount"],
    "role.reveal": ["role reveal executive customer notes", "role reveal marketing customer notes"],
    "role.give": ["role give <@U_RAVI> manager", "role give <@U_MONA> rep"],
    "role.grant": ["role grant RO-1 US-8 lead delete all", "role grant RO-2 US-1 case delete own"],
    "crm.notify": ["notify home", "notify off"],
    "channel.notify": ["notify <#C_ROPES|ropes> won", "notify <#C_SAILS|sails> off"],
    "crm.less": ["less digest", "less changes"],
    "crm.mute": ["mute digest", "mute due"],
    "crm.unmute": ["unmute own"],
    "crm.handover": ["handover AC-1 OP-1 <@U_MONA>", "handover LD-1 <@U_RAVI>"],
    "rule.build": ['rule build about=lead when=is_created then="dm me"'],
    "rule.stop": ["rule stop --yes"],
    "crm.subscribe": ["subscribe deal is created", "subscribe deal enters (amount > 5k)"],
    "crm.unsubscribe": ["unsubscribe RU-1", "unsubscribe RU-2"],
    "crm.hours": ["hours from=8:00 until=16:00", "hours from=07:15 until=15:00"],
}
EDITED = {
    "user": {
        "role": ["manager", "support", "rep"],
        "team": ["north", "sales"],
        "starts_at": ["07:15", "08:30"],
    },
    "custom_field": {"hint": ["Something new", "Else"], "on_card": ["yes", "no"]},
    "noun_word": {"one": ["Prow", "Stern"], "many": ["Prows", "Sterns"]},
    "option": {"name": ["Something new", "Else"], "probability": ["30", "60"]},
    "saved_filter": {"name": ["Something new", "Else"], "typed": ["open", "mine"]},
}
"""Other texts for the fields of an entity than its kinds suggest."""


NUMBERS = {"role": ["10", "11"], "team": ["4", "5", "1"], "pack": ["1"]}
"""Roles and teams that nobody has; every workspace begins with some that people do have."""


APART = {
    "field_layout": [("about", ["lead", "deal", "customer", "account", "sale"])],
    "noun_word": [
        ("about", ["lead", "deal", "customer", "account", "sale"]),
        ("one", [f"Vessel {letter}" for letter in ascii_lowercase]),
        ("many", [f"Vessels {letter}" for letter in ascii_lowercase]),
    ],
    "custom_object": [
        ("name", [f"Voyage {letter}" for letter in ascii_lowercase]),
        ("plural_name", [f"Voyages {letter}" for letter in ascii_lowercase]),
        ("starts", [f"Z{letter}" for letter in ascii_lowercase]),
    ],
}
"""What keeps the records of an entity apart, where there is one for each: field → texts."""


def record_of(verb: Verb, pick: Pick) -> str:
    """One of the first records."""
    return f"{ENTITIES[verb.noun].prefix}-{pick(NUMBERS.get(verb.noun, ['1', '2']))}"


def acts(name: str, pick: Pick, nth: int = 0) -> list[Interaction]:
    """What does one thing, the last of these, and what must come first. nth: makes names unique."""
    verb = VERBS[name]
    if name in LINES:
        return [*map(command, BEFORE.get(name, [])), command(pick(LINES[name]))]
    if verb.name == "new":
        return [made(ENTITIES[verb.noun], nth)]
    ref = record_of(verb, pick)
    edit = edited(ENTITIES[verb.noun], ref, pick, nth)
    before = BEFORE.get(name, BEFORE.get(verb.name, []))
    first = [edit if line == "{edit}" else command(line.format(ref)) for line in before]
    if verb.name in ("edit", "set"):
        return [*first, edit]
    arguments = pick(ARGUMENTS.get(name, ARGUMENTS.get(verb.name, [""])))
    return [*first, command(f"{verb.noun} {verb.name} {ref} {arguments}".strip())]


def command(line: str, by: str = "U_ADA") -> Interaction:
    return Interaction("command", "T1", by, line)


def made(entity: type[Entity], nth: int) -> Interaction:
    """A new record with every field filled, through its form, whoever looks like it."""
    kinds = entity.fields()
    unique = {name: f"Sample {nth}" for name, kind in kinds.items() if kind.unique}
    unique |= {"name": f"Sample {nth}"} if "name" in kinds else {}
    unique |= {name: several[nth % len(several)] for name, several in APART.get(entity.slug(), ())}
    return Interaction(
        "form", "T1", "U_ADA", f"{entity.slug()} new --yes", texts=texts_for(entity) | unique
    )


def edited(entity: type[Entity], ref: str, pick: Pick, nth: int) -> Interaction:
    """A few fields of a record changed, through its form: words, choices, and whether it is the
    primary one.
    """
    texts: dict[str, list[str]] = {}
    for name, kind in entity.fields().items():
        if kind.form and isinstance(kind, Choice) and entity.slug() != "lead":
            texts[name] = [option.value for option in kind.options]
        elif kind.form and type(kind) is Text and kind.length >= 50:
            texts[name] = [
                f"Something new {nth}",
                *([] if kind.required or name in entity.named else [""]),
            ]
    texts = EDITED.get(entity.slug(), texts)
    if "primary" in entity.fields():
        texts["primary"] = ["yes", "no"]
    if entity.slug() == "contact":
        texts["type"] = ["other"]  # which takes any value
    chosen = {name: pick(options) for name, options in texts.items()}
    return Interaction("form", "T1", "U_ADA", f"{entity.slug()} edit {ref}", texts=chosen)


# ── what a workspace holds ────────────────────────────────────────────────────────────────────────


GROWING = ("version", "updated_at", "former")


@cache
def looks() -> dict[str, Select[Any]]:
    """The questions of `held`, made once, by what they ask for."""
    asked: dict[str, Select[Any]] = {}
    for slug, entity in ENTITIES.items():
        table: Any = entity.__table__
        columns = [column for column in table.c if column.name not in GROWING]
        asked[slug] = select(*columns).where(table.c.deleted_at.is_(None))
    asked["reply"] = select(CaseComment.__table__).where(CaseComment.taken_back_at.is_(None))
    asked["found by"] = select(SearchText.__table__).where(SearchText.text != "")
    return asked


def held(works: UnitOfWorkFactory) -> dict[str, Any]:
    """Every record that is not hidden with everything it holds, what it is found by, and what was
    said about it.

    Left out: versions, times of change, and the words that a noun once had, which only grow; what
    records keep for added fields that were deleted, which comes back with them; the trail and the
    moves of deals, which are history; and what Slack is told, which follows from the records.
    """
    with everywhere(works.engine).connect() as connection:
        found = {
            f"{name} {row.id}": row._asdict()
            for name, look in looks().items()
            for row in connection.execute(look)
        }
    slots = {row["slot"] for name, row in found.items() if name.startswith("custom_field ")}
    for row in found.values():
        if "custom" in row:
            row["custom"] = {n: text for n, text in row["custom"].items() if n in slots}
    return found
