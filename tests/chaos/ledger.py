"""The books: what Slack holds against what the database holds, and both against what people were promised."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from bot.sandbox.messages import Message
from models.activity import Activity
from models.core.audit import AuditEntry
from models.core.outbox import Delivery, DeliveryState
from models.customer import Customer
from models.operations import deliveries
from tests.chaos.crowd import Act
from tests.chaos.floor import OPEN, TEAM, Floor
from tests.chaos.witness import TROUBLE

WHISPERED = ("mention", "press")
"""Acts that are acknowledged without a word; what came of them is whispered to the person."""
TASK = re.compile(r"\bAT-\d+\b")


@dataclass
class Books:
    """lost, doubled, wrong: sentences; trials: things that were looked at."""

    trials: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def posts(floor: Floor) -> dict[str, list[Message]]:
    """What the bot posted for all to see, by the key it is marked with; "" for what has none."""
    found: dict[str, list[Message]] = defaultdict(list)
    for message in floor.slack.timeline:
        if message.user == floor.slack.bot.id and message.only_for is None:
            found[key_of(message)].append(message)
    return found


def key_of(message: Message) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("key", ""))


def rows(floor: Floor) -> list[Delivery]:
    with floor.works(TEAM, writes=False) as work:
        return list(work.session.scalars(select(Delivery).order_by(Delivery.id)))


def judge(floor: Floor, acts: Iterable[Act], tasks: Iterable[str]) -> Books:
    """What became of all that was promised, all that was due, and all that was to be posted."""
    books = Books()
    check_acts(floor, acts, books)
    check_reminders(floor, tasks, books)
    check_posts(floor, books)
    return books


def check_posts(floor: Floor, books: Books) -> None:
    """Every delivery that counts as sent stands in Slack, none stands there twice, and none was left."""
    standing = posts(floor)
    asked = {deliveries.fingerprint(row): row for row in rows(floor)}
    books.trials += len(asked)
    for key, messages in standing.items():
        if key and len(messages) > 1:
            books.doubled.append(f"{told(asked.get(key))} was posted {len(messages)} times")
    for row in asked.values():
        if row.state in OPEN:
            books.lost.append(f"{told(row)} is {row.state} after {row.attempts} attempts")
        elif row.state == DeliveryState.REFUSED:
            books.lost.append(f"{told(row)} was refused: {row.error}")
        elif row.ts and not floor.slack.timeline.find(place_of(floor, row.channel), row.ts):
            books.lost.append(f"{told(row)} is said to be sent and is not in Slack")


def place_of(floor: Floor, channel: str) -> str:
    found = floor.slack.channel(channel)
    return found.id if found else channel


def told(row: Delivery | None) -> str:
    return f"Delivery {row.id} ({row.kind} to {row.channel}, {row.key})" if row else "A post nobody asked for"


def reminded(floor: Floor) -> dict[str, list[str]]:
    """Channel → the tasks that the reminders there name, in the order of the posts; greetings name none here."""
    greetings = {deliveries.fingerprint(row) for row in rows(floor) if row.kind == "due" and not row.about.get("ids")}
    found: dict[str, list[str]] = defaultdict(list)
    for key, messages in posts(floor).items():
        for message in messages if key not in greetings else ():
            if message.channel.startswith("D"):
                found[message.channel] += [(message.ts, ref) for ref in named(message)]  # type: ignore[misc]
    return {channel: [ref for _, ref in sorted(pairs, key=lambda pair: pair[0])] for channel, pairs in found.items()}


def named(message: Message) -> list[str]:
    """The tasks of one message, in its order."""
    return list(dict.fromkeys(TASK.findall(" ".join(str(block.get("text", "")) for block in message.blocks or ()))))


def check_reminders(floor: Floor, tasks: Iterable[str], books: Books) -> None:
    """Each of these tasks was named exactly once."""
    counted = Counter(ref for refs in reminded(floor).values() for ref in refs)
    for ref in tasks:
        books.trials += 1
        if counted[ref] == 0:
            books.lost.append(f"the reminder of {ref} never came")
        elif counted[ref] > 1:
            books.doubled.append(f"the reminder of {ref} came {counted[ref]} times")


def check_order(floor: Floor, due: dict[str, datetime], books: Books) -> None:
    """Within a channel the tasks are named in the order in which they were due. due: task → when."""
    for channel, refs in reminded(floor).items():
        moments = [due[ref] for ref in refs if ref in due]
        if moments != sorted(moments):
            books.wrong.append(f"the reminders in {channel} came in another order than they were due")


def check_acts(floor: Floor, acts: Iterable[Act], books: Books) -> None:
    """What was promised is there; nothing is there twice or by halves."""
    there = {Customer: effects(floor, Customer), Activity: effects(floor, Activity)}
    sorry = apologies(floor)
    for act in acts:
        books.trials += 1
        count, created = there[act.makes].get(act.token, (0, 0)) if act.makes else done(floor, act)
        if act.promised(floor.witness) and count == 0:
            if act.kind in WHISPERED and sorry[act.person]:
                sorry[act.person] -= 1
            else:
                books.lost.append(f"{act} was promised and is not there")
        if count > 1:
            books.doubled.append(f"{act} has {count} effects")
        if count != created:
            books.wrong.append(f"{act}: {count} records, but {created} in the audit trail")


def apologies(floor: Floor) -> Counter[str]:
    """How often each person was told that something was not done."""
    return Counter(one.only_for for one in floor.slack.timeline if one.only_for and TROUBLE.search(one.text))


def effects(floor: Floor, entity: type[Customer] | type[Activity]) -> dict[str, tuple[int, int]]:
    """Token → how many records bear it, and how many of them the audit trail knows."""
    column = entity.last_name if entity is Customer else entity.description  # type: ignore[union-attr]
    created = (AuditEntry.entity == entity.slug()) & (AuditEntry.action == "create")
    audited = select(AuditEntry.record_id).where(created).distinct().subquery()
    query = select(column, func.count(entity.id), func.count(audited.c.record_id)).join(
        audited, audited.c.record_id == entity.id, isouter=True
    )
    with floor.works(TEAM, writes=False) as work:
        found = work.session.execute(query.group_by(column)).all()
    return {str(token).split()[-1]: (count, known) for token, count, known in found}


def done(floor: Floor, act: Act) -> tuple[int, int]:
    """How often a task was ticked off, by the audit trail; and 1 when it is ticked off."""
    number = int(act.token.partition("-")[2])
    with floor.works(TEAM, writes=False) as work:
        task = work.find(Activity, number)
        ticked = (AuditEntry.entity == "activity", AuditEntry.record_id == task.id, AuditEntry.field == "done_at")
        count = work.session.scalar(select(func.count(AuditEntry.id)).where(*ticked)) or 0
        return count, 1 if task.done_at else 0
