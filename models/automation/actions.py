"""Do what a rule says, with the rights of its owner, as a person would by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from models.automation import checks, mailing, outward, people
from models.automation.language import Action, Does
from models.automation.rule import Rule
from models.automation.run import RuleRun
from models.core import approval, records
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Invalid
from models.core.fields import Reference
from models.core.identity.channel import WRITTEN
from models.core.identity.notices import Notice
from models.core.identity.user import User
from models.core.identity.working_hours import reachable_from
from models.core.notifications import marks
from models.core.notifications.notify import notify
from models.core.outbox.delivery import CARDS, deliver
from models.core.permissions import policy
from models.core.records import absent

HOUR = timedelta(hours=1)
MESSAGE, POST, EVENT = "rule", "rule_post", "event"
"""The kinds of deliveries: to a person, in a channel, in a thread."""
WEBHOOK, MAIL, SECTIONS = "webhook", "mail", "rule_digest"
"""To a program; to the owner of the rule, who sends the mail; in the digest of a channel."""


@dataclass(frozen=True)
class Doing:
    """A rule on its way.

    Attributes:
        work: The unit of work, in which its owner acts.
        rule: The rule.
        run: The row of its log.
        record: The record that it is about, where there is one.
        collapses: Whether its messages are told together with others.
    """

    work: Context
    rule: Rule
    run: RuleRun
    record: Entity | None
    collapses: bool = False

    @property
    def about(self) -> Entity:
        """Return the record of an action that is about one."""
        if self.record is None:
            raise Invalid({"sentence": "This rule is about no record."})
        return self.record


def perform(doing: Doing) -> list[str]:
    """Do all that a rule says, and return that in words.

    Raises:
        CRMError: What cannot be done; then nothing of it is.
    """
    said = []
    for number, action in enumerate(doing.rule.read.actions):
        said += [told] if (told := DOING[action.does](doing, action, number)) else []
    doing.work.session.flush()
    return said


def fill(doing: Doing, action: Action, number: int) -> str:
    """Set fields of the record."""
    work, record = doing.work, doing.about
    policy.check(work, "edit", record)
    texts = checks.named(type(record), action.texts)
    records.update(work, record, texts)
    labels = [record.fields()[name].label for name in texts]
    return f"set {' and '.join(labels)}"


def assign(doing: Doing, action: Action, number: int) -> str:
    """Give the record to a person, or to one of a team."""
    work, record = doing.work, doing.about
    policy.check(work, "assign", record)
    person = chosen(doing, action, record)
    people.must_be_there(person)
    if getattr(record, record.owned) != person.id:
        records.assign(work, record, person.id)
    return f"gave it to {person.name}"


def chosen(doing: Doing, action: Action, record: Entity) -> User:
    """Return who gets a record; whose turn it was is written down."""
    work, team = doing.work, action.whom.startswith(people.TEAM)
    if not team:
        return people.person(work, action.whom)
    if not action.turns:
        return people.lead(work, action.whom)
    person, turn = people.next_of(work, doing.rule.id, action.whom, action.turns, type(record))
    doing.run.given, doing.run.turn = person.id, turn
    return person


def create(doing: Doing, action: Action, number: int) -> str:
    """Make a record that is about the one of the rule: a task."""
    work, about, made = doing.work, doing.about, ENTITIES[action.noun]
    policy.check(work, "new", made)
    texts = made.texts_of(without_quotes(action.text), work)
    texts[checks.link(made, type(about))] = about.ref
    texts |= whom(work, made, about, texts)
    owner = getattr(about, about.owned) if about.owned else None
    if made.owned and made.owned not in texts and owner:
        texts[made.owned] = work.ref(User.slug(), owner)
    record = records.create(work, made, texts)
    return f"made {record.ref}"


def whom(
    work: Context, made: type[Entity], about: Entity, texts: Mapping[str, str]
) -> dict[str, str]:
    """Return whom a new record is about, where nothing says so: the one that the other one names.

    A task about a contract is about the customer of the contract.
    """
    if not made.whose or any(name in texts for name in made.whose):
        return {}
    for name in made.whose:
        to = getattr(made.fields()[name], "to", "")
        named = [
            n for n, kind in about.fields().items() if type(kind) is Reference and kind.to == to
        ]
        if ids := [id for each in named if (id := getattr(about, each))]:
            return {name: work.ref(to, ids[0])}
    return {}


def tell(doing: Doing, action: Action, number: int) -> str:
    """Send people a message about the record, when they may be disturbed."""
    heard = people.hearers(doing.work, action.whom, doing.record)
    for person in heard:
        people.must_be_there(person)
        send(doing, number, person)
    return (
        f"told {' and '.join(person.name for person in heard)}"
        if heard
        else "told nobody: it has no owner"
    )


def post(doing: Doing, action: Action, number: int) -> str:
    """Post about the record in a channel."""
    channel, name = channel_of(action.whom)
    send(doing, number, None, channel)
    return f"posted in {name}"


def say(doing: Doing, action: Action, number: int) -> str:
    """Write into the threads of the record's cards."""
    send(doing, number, None, CARDS)
    return "wrote in the thread of its card"


def ask(doing: Doing, action: Action, number: int) -> str:
    """Ask somebody to approve something about the record, and to set fields of it by that.

    It is asked for whoever set off the rule, else for its owner.
    """
    work, record = doing.work, doing.about
    asker = work.get(User, doing.run.by) if doing.run.by else work.actor
    if absent(asker):
        asker = work.actor
    verb = "edit" if action.texts else "show"
    asked = [
        each
        for each in people.approvers(work, action.whom, record)
        if each.id != asker.id and policy.can(each, verb, record) and not absent(each)
    ]
    texts = checks.named(type(record), action.texts)
    columns: dict[str, Any] = {"reason": reason(doing, action)}
    if texts:
        changes = wanted(work, record, texts)
        columns |= {"texts": written(work, record, texts), "changes": changes}
        columns["does"] = f"{record.slug()} edit {record.ref} --yes"
    new = approval.ask(
        work,
        asker,
        asked,
        f"{'Change' if texts else 'Approve'} {record.noun()} {record.ref}",
        about=[[record.slug(), record.id, record.version]],
        entity=record.slug(),
        **columns,
    )
    return f"asked for approval: {new.ref}"


def reason(doing: Doing, action: Action) -> str:
    """Return why a rule asks for approval: its own words, or which rule it is."""
    return (action.text or f"The rule {doing.rule.ref} asks for it")[:255]


def written(work: Context, record: Entity, texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts of fields so that they say the same to whoever approves them later."""
    kinds, parsed = record.fields(), record.parse(texts, work, record)
    return {name: kinds[name].write(parsed[name], work) for name in texts if name in parsed}


def wanted(work: Context, record: Entity, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what texts would change of a record, as entries of the audit trail."""
    kinds, parsed = record.fields(), record.parse(texts, work, record)
    its = {"entity": record.slug(), "record_id": record.id, "action": "update"}
    return [
        {
            **its,
            "field": name,
            "old": kinds[name].dump(getattr(record, name)),
            "new": kinds[name].dump(value),
        }
        for name, value in parsed.items()
        if getattr(record, name) != value
    ]


def call(doing: Doing, action: Action, number: int) -> str:
    """Tell a program what happened, in order of what happened; each call has an id of its own."""
    rule, run = doing.rule, doing.run
    about = {"rule": rule.id, "run": run.id, "action": number}
    key = f"{WEBHOOK}:{run.id}:{number}"
    deliver(doing.work, WEBHOOK, f"{WEBHOOK}:{rule.ref}:{number}", key, about=about)
    return f"told {outward.host_of(action.whom)}"


def mail(doing: Doing, action: Action, number: int) -> str:
    """Have a mail ready for the owner of the rule, who sends it."""
    work, owner, record = doing.work, doing.rule.runs_as(doing.work), doing.about
    address, why = mailing.receiver(work, record, action.whom)
    if not address or owner is None:
        return f"wrote no mail: {why}"
    if not may_hear(work, owner, record):
        return f"wrote no mail: {owner.name} hears nothing of {record.ref}"
    send(doing, number, owner, kind=MAIL)
    return f"wrote a mail that {owner.name} can send"


def add_section(doing: Doing, action: Action, number: int) -> str:
    """Have a channel get its digest of this moment, one for all rules that add to it."""
    channel, name = channel_of(action.whom)
    at = doing.run.at.isoformat()
    deliver(doing.work, SECTIONS, channel, f"{SECTIONS}:{channel}:{at}", about={"at": at})
    return f"added “{action.text}” to the digest of {name}"


def send(
    doing: Doing, number: int, person: User | None, channel: str = "", kind: str = MESSAGE
) -> None:
    """Ask for one message of a rule, or that it be told together with others of this hour."""
    work, rule, record = doing.work, doing.rule, doing.record
    if person and record is not None and not may_hear(work, person, record):
        return
    doing.run.told += 1
    place = person.slack_id if person else channel
    if doing.collapses:
        gather(doing, person, place)
        return
    its: dict[str, Any] = {"entity": record.slug(), "record_id": record.id} if record else {}
    about: dict[str, Any] = {"rule": rule.id, "run": doing.run.id, "action": number}
    key = f"rule:{doing.run.id}:{number}:{place}"
    if person:
        notify(work, Notice.GIVEN, kind, person, key, rule, about={**about, **its})
        return
    its["not_before"] = waits_until(work, rule, work.now)
    if channel == CARDS:
        deliver(work, EVENT, CARDS, key, about={**about, "by": None, "did": ""}, **its)
    else:
        deliver(work, POST, channel, key, about=about, **its)


def waits_until(work: Context, rule: Rule, at: datetime) -> datetime:
    """Return when a post of a rule comes: at once, or when its owner is at work.

    A person is never told anything outside of their own hours.
    """
    owner = rule.runs_as(work)
    return reachable_from(owner, at) if rule.quiet and owner else at


def may_hear(work: Context, person: User, record: Entity) -> bool:
    """Return whether a person may see a record, in their own role, and has not muted it."""
    with policy.acting_as(work.session, {}):
        seen = policy.can(person, "show", record)
    return seen and not marks.is_muted(record, marks.muted_by(work, person.id))


def gather(doing: Doing, person: User | None, place: str) -> None:
    """Ask for one message about all that a rule has to say in a place in this hour.

    Nothing is said in threads: whoever looks at a record there sees what was done.
    """
    work, rule, begun = doing.work, doing.rule, hour_of(doing.work.now)
    key = f"rule:{rule.id}:{begun:%Y%m%d%H}:{place}"
    about = {"rule": rule.id, "since": begun.isoformat()}
    at = begun + HOUR if person else waits_until(work, rule, begun + HOUR)
    later: dict[str, Any] = {"about": about, "not_before": at}
    if person:
        notify(work, Notice.GIVEN, MESSAGE, person, key, rule, **later)
    elif place != CARDS:
        deliver(work, POST, place, key, **later)


def hour_of(at: datetime) -> datetime:
    """Return when the hour of a moment began."""
    return at.replace(minute=0, second=0, microsecond=0)


def is_full(work: Context, rule: Rule) -> bool:
    """Return whether a rule has sent as many messages in this hour as it may."""
    since = (RuleRun.rule == rule.id, RuleRun.done_at >= hour_of(work.now))
    sent = select(func.coalesce(func.sum(RuleRun.told), 0)).where(*since, ~RuleRun.collapsed)
    return (work.session.scalar(sent) or 0) >= rule.most


def channel_of(whom: str) -> tuple[str, str]:
    """Return a channel as Slack knows it, and as people do."""
    found = WRITTEN.fullmatch(whom)
    return (found[1], f"#{found[2] or found[1]}") if found else (whom, whom)


def without_quotes(text: str) -> str:
    """Return the words of a new record, whose name may be in quotes: "Call" +1d."""
    return text.translate(str.maketrans("", "", '"“”„«»'))


DOING: Mapping[Does, Callable[[Doing, Action, int], str]] = {
    Does.SET: fill,
    Does.ASSIGN: assign,
    Does.CREATE: create,
    Does.DM: tell,
    Does.POST: post,
    Does.SAY: say,
    Does.ASK: ask,
    Does.WEBHOOK: call,
    Does.MAIL: mail,
    Does.DIGEST: add_section,
}
