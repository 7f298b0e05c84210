"""Every verb that changes something, for everyone, through every door: allowed or refused as the
rights say.

By default each verb meets everyone and each door, though not everyone at each door; `MATRIX=1`
tries all of that.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from handlers.core import payloads
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.router import Catalogue
from handlers.core.verb import Verb
from handlers.general.home import home
from handlers.registry import ROUTERS
from models.automation.run import RuleRun, RunState
from models.core import records
from models.core.audit.entries import AuditEntry
from models.core.entity.base import ENTITIES, Entity
from models.core.history import last_change, undo
from models.core.identity.rights import MARKS
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery, DeliveryState, deliver
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.handlers.kit import SQLITE, begin_with
from tests.handlers.samples import REFUSED, SAID, first_text, told
from tests.handlers.telltales import Heard
from tests.samples import given_references, given_sample

WHOLE = bool(os.environ.get("MATRIX"))
"""Whether everyone goes through every door; else everyone through one of them, and whoever may by a
command, too.
"""
PEOPLE = {
    "owner": ("T1", "U_RITA", "T1"),
    "mate": ("T1", "U_RAVI", "T1"),
    "outsider": ("T1", "U_OLGA", "T1"),
    "admin": ("T1", "U_ADA", "T1"),
    "guest": ("T1", "U_GUS", "T1"),
    "stranger": ("T1", "U_XENA", "T9"),
    "elsewhere": ("T2", "U_OTTO", "T2"),
}
"""Who acts: the workspace whose token answers, the person, and where the person comes from."""
DOORS = ("command", "message", "button", "form")
CATALOGUE = Catalogue(ROUTERS)
WRITING = [
    verb for router in CATALOGUE.routers.values() for verb in router.verbs.values() if verb.writes
]

# ── the doors ─────────────────────────────────────────────────────────────────────────────────────


def act(verb: Verb, ref: str, door: str, who: str) -> Interaction:
    """Somebody uses a verb through a door, read from a payload as Slack would send it."""
    workspace, person, home = PEOPLE[who]
    texts, rest = told(verb), " ".join(filter(None, (ref, SAID.get(verb.id, ""))))
    typed = " ".join([rest, *(f'{name}="{text}"' for name, text in texts.items())])
    sender = {"user": {"id": person, "team_id": home}, "team": {"id": workspace}, "trigger_id": ""}
    if door == "button":
        pressed = {"action_id": verb.id, "value": f"{typed} --yes", "action_ts": f"{who}"}
        return payloads.action({**sender, "actions": [pressed], "container": {"type": "message"}})
    if door == "form":
        values = {name: {name: {"value": text}} for name, text in texts.items()}
        view = {
            "callback_id": verb.id,
            "private_metadata": json.dumps({"r": f"{rest} --yes"}),
            "id": who,
            "hash": "1",
        }
        return payloads.submission({**sender, "view": view | {"state": {"values": values}}})
    line = f"{payloads.line_of(verb.noun, verb.name)} {typed} --yes"
    if door == "message":
        event = {"user": person, "text": f"<@BOT> {line}", "channel": "C1", "user_team": home}
        return payloads.message({"team_id": workspace, "event_id": who, "event": event}, "BOT")
    return Interaction("command", workspace, person, line, key=who, home_team=home)


# ── what is there ─────────────────────────────────────────────────────────────────────────────────


def nobodys(work: UnitOfWork, record: Entity) -> None:
    setattr(record, record.owned, None)


def ended(work: UnitOfWork, record: Any) -> None:
    if "stage" in record.fields():
        record.stage, record.lost_reason = "lost", "too dear"
    elif "status" in record.fields():
        record.status = "resolved"
    else:
        record.done_at = work.now


def changed(work: UnitOfWork, record: Entity) -> None:
    setattr(record, first_text(type(record)), "Changed")


def paused(work: UnitOfWork, record: Any) -> None:
    record.paused = True


def failed(work: UnitOfWork, record: Entity) -> None:
    """Something came to nothing, and can be tried again."""
    why = {"cause": "test", "state": RunState.FAILED, "at": work.now}
    work.session.add(RuleRun(id=1, rule=record.id, **why))


def put_to_all(work: UnitOfWork, record: Entity) -> None:
    """Rita and the others are asked to do something."""
    people = ",".join(str(id) for id in work.session.scalars(select(User.id)))
    asked = {"asked": f",{people},", "does": "account edit AC-1", "texts": {"name": "Changed"}}
    mine = update(type(record)).where(type(record).id == record.id)
    work.session.execute(mine.values(**asked))


def asked_by_another(work: UnitOfWork, record: Entity) -> None:
    sam = {record.owned: work.lookup("user", "U_SAM")}
    work.session.execute(update(type(record)).where(type(record).id == record.id).values(**sam))


AMONG: Mapping[str, Callable[[UnitOfWork, Entity], None]] = {"approval": put_to_all}
"""What makes the sample of an entity one that concerns those who act."""


READY: Mapping[str, Callable[[UnitOfWork, Entity], None]] = {
    "claim": nobodys,
    "reopen": ended,
    "restore": records.delete,
    "revert": changed,
    "resume": paused,
    "replay": failed,
    "approve": asked_by_another,
    "amend": asked_by_another,
    "refuse": asked_by_another,
}
"""What a record must be for a verb to make sense."""


def prepare(works: UnitOfWorkFactory, verb: Verb) -> str:
    """A record of Rita's on which the verb makes sense; returns its reference."""
    ref = furnish(works, verb.about)
    if verb.name == "redo":
        with works("T1", "U_RITA") as work:
            undo.undo(work, last_change.last_unit(work))
    entity = ENTITIES.get(verb.about)
    if entity is None or not verb.record:
        return ""
    number = int(ref.partition("-")[2])
    if verb.about in AMONG:
        with works("T1") as work:
            AMONG[verb.about](work, work.find(entity, number))
    if verb.name in READY:
        with works("T1", "U_ADA") as work:
            READY[verb.name](work, work.find(entity, number))
    return ref


REFS: dict[str, str] = {}
"""The reference of the sample of what a verb is about."""


def furnish(works: UnitOfWorkFactory, about: str) -> str:
    """A sample of what a verb is about, all of it Rita's; returns its reference."""

    def made() -> None:
        REFS[about] = furnished(works, about)

    begin_with(works, ("a sample", about), made)
    return REFS[about]


def furnished(works: UnitOfWorkFactory, about: str) -> str:
    ref = ""
    if entity := ENTITIES.get(about):
        given_references(works, entity)
        ref = sample(works, entity).ref
    with works("T1") as work:
        for owned in filter(lambda each: each.owned, ENTITIES.values()):
            work.session.execute(update(owned).values({owned.owned: work.lookup("user", "U_RITA")}))
        deliver(work, "message", "C1", REFUSED, about={"text": "Hello"})
        work.session.execute(update(Delivery).values(state=DeliveryState.REFUSED))
    with works("T1", "U_RITA") as work:
        work.add(ENTITIES["account"](name="Rita's last", owner=work.actor and work.actor.id))
    return ref


def sample(works: UnitOfWorkFactory, entity: type[Entity]) -> Any:
    if not entity.are_people:
        return given_sample(works, entity)
    with works("T1", writes=False) as work:
        return work.get(entity, work.lookup(entity.slug(), "U_JULE"))


class Ground:
    """A database that is what it was before each act."""

    def __init__(self, works: UnitOfWorkFactory, verb: Verb) -> None:
        self.works, self.verb, self.ref = works, verb, prepare(works, verb)
        self.path = Path(works.engine.url.database or "")
        works.engine.dispose()
        self.kept = self.path.read_bytes()
        self.dispatcher = Dispatcher(works, CATALOGUE, home)
        self.before = self.entries()

    def restore(self) -> None:
        self.works.engine.dispose()
        self.path.write_bytes(self.kept)

    def entries(self) -> int:
        with self.works("T1", writes=False) as work:
            return work.session.scalar(select(func.count(AuditEntry.id))) or 0

    def may(self) -> list[str]:
        """Who is allowed it, as the rights say of the record. What Otto does in his own workspace
        is none of ours.
        """
        prefix, _, number = self.ref.partition("-")
        entity = next((each for each in ENTITIES.values() if each.prefix == prefix), None)
        with self.works("T1", writes=False) as work:
            record = entity and work.session.scalar(numbered(entity, int(number)))
            people = {person.slack_id: person for person in work.session.scalars(select(User))}
            there = [who for who, (_, slack_id, _) in PEOPLE.items() if slack_id in people]
            about = record or self.verb.about
            return [
                who for who in there if policy.can(people[PEOPLE[who][1]], self.verb.name, about)
            ]

    def written(self, door: str, who: str) -> tuple[str, list[tuple[Any, ...]]]:
        """What became of an act, and the audit entries it left: (door, all the rest)."""
        heard = Heard()
        outcome = self.dispatcher.answer(act(self.verb, self.ref, door, who), heard)
        with self.works("T1", writes=False) as work:
            new = work.session.scalars(
                select(AuditEntry).order_by(AuditEntry.id).offset(self.before)
            ).all()
        assert {entry.door for entry in new} <= {door, "undo", "redo"}, self.verb.id
        told = [
            (e.action, e.entity, e.record_id, e.field, e.old, e.new, e.actor, e.version)
            for e in new
        ]
        assert outcome == "done" or outcome in REFUSALS, (self.verb.id, door, who, heard.said)
        return outcome, told


def numbered(entity: type[Entity], number: int) -> Any:
    return select(entity).where(entity.number == number).execution_options(with_deleted=True)


# ── the matrix ────────────────────────────────────────────────────────────────────────────────────

TABLE = {
    "lead.new": "owner mate outsider admin",
    "lead.edit": "owner mate admin",
    "lead.delete": "owner mate admin",
    "lead.claim": "owner mate outsider admin",
    "lead.convert": "owner mate admin",
    "opportunity.won": "owner mate admin",
    "opportunity.assign": "owner mate admin",
    "customer.edit": "owner mate admin",
    "contact.delete": "owner mate admin",
    "activity.done": "owner mate admin",
    "case.note": "owner mate outsider admin",
    "case.reply": "admin",
    "case.close": "admin",
    "user.edit": "admin",
    "role.allow": "admin",
    "role.grant": "admin",
    "team.join": "admin",
    "channel.notify": "admin",
    "pack.apply": "admin",
    "pack.remove": "admin",
    "deliveries.drop": "admin",
    "audit.verify": "admin",
    "crm.hours": "owner mate outsider admin",
    "crm.notify": "owner mate outsider admin",
    "crm.less": "owner mate outsider admin",
    "opportunity.follow": "owner mate admin",
    "opportunity.mute": "owner mate admin",
    "crm.previews": "admin",
    "approval.approve": "owner mate outsider admin",
    "approval.edit": "owner mate admin",
}
"""Of some verbs, who may use them on a record of Rita's, a senior rep's: said here once more, so
that a slip in `can` is not taken for the rule.
"""
REFUSALS = ("refused", "invalid")
MOOT = {
    "crm.undo",
    "crm.redo",
    "crm.request",
    "crm.propose",
    "crm.handover",
    "approval.withdraw",
    "approval.approve",
    "approval.amend",
}
"""Everyone may, but not everyone has something to take back, or to ask for."""


def doors(verb: Verb, place: int, hero: bool) -> list[str]:
    """Those that somebody goes through: another one for each person and verb, so that every verb
    meets all of them.

    The first who may goes through one more: what a verb writes down through its door is what it
    does by a command.
    """
    turn = (place + len(verb.id)) % len(DOORS)
    own = DOORS[turn] if turn or not hero else DOORS[1 + len(verb.name) % 3]
    return list(DOORS) if WHOLE else ["command", own] if hero else [own]


def test_every_verb_meets_everyone_and_every_door_whoever_may_use_it() -> None:
    for verb in WRITING:
        for first in range(len(PEOPLE)):
            through = [doors(verb, place, place == first) for place in range(len(PEOPLE))]
            assert {door for each in through for door in each} == set(DOORS), verb.id
            assert all(through), verb.id
            assert len(set(through[first])) >= 2, verb.id
    for place in range(len(PEOPLE)):
        assert {door for verb in WRITING for door in doors(verb, place, hero=False)} == set(DOORS)


@SQLITE
@pytest.mark.parametrize("verb", WRITING, ids=lambda verb: verb.id)
def test_a_verb_is_allowed_or_refused_as_the_rights_say_whichever_the_door(
    works: UnitOfWorkFactory, verb: Verb
) -> None:
    ground = Ground(works, verb)
    may = ground.may()
    assert " ".join(may) == TABLE.get(verb.id, " ".join(may))
    through: dict[str, list[tuple[Any, ...]]] = {}
    for place, who in enumerate(PEOPLE):
        hero = who == may[0]
        for door in doors(verb, place, hero):
            outcome, entries = ground.written(door, who)
            if who not in may:
                assert entries == [], (verb.id, who, door)
                assert outcome in REFUSALS or (who == "elsewhere" and not verb.record), (
                    verb.id,
                    who,
                    door,
                )
                continue
            if hero:
                through[door] = entries
            assert outcome == "done" or (verb.id in MOOT and not hero), (verb.id, who, door)
            ground.restore()
    assert all(entries == through["command"] for entries in through.values()), verb.id
    assert through["command"] or verb.id in SILENT or verb.name in MARKS


SILENT = {
    "activity.sort",
    "approval.amend",
    "audit.verify",
    "case.note",
    "deliveries.retry",
    "deliveries.drop",
    "crm.request",
    "crm.previews",
    "crm.keep",
    "crm.lists",
    "crm.background",
    "crm.unsubscribe",
    "crm.layout",
    "role.decline",
    "rule.replay",
}
"""The verbs that change no record."""
