"""The books: what Slack holds against what the database holds, and both against what people were
promised.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import func, select

from bot.delivery.worker import CHORES
from bot.sandbox.messages import Message
from models.activities.activity import Activity
from models.core.audit.entries import AuditEntry
from models.core.entity.base import Entity
from models.core.outbox import results
from models.core.outbox.arrivals import SHOWING
from models.core.outbox.delivery import Delivery, DeliveryState
from models.core.outbox.statements import INSIDE
from models.customers.customer import Customer
from models.maintenance import statistics
from models.sales.opportunity import Opportunity
from models.support.case import Case, CaseComment
from tests.chaos.books import TOKEN, Books, posts, rows, words_of
from tests.chaos.crowd import ROOM, Act
from tests.chaos.floor import TEAM, Floor
from tests.chaos.history import check_sums, check_trail
from tests.chaos.standing import check_standing
from tests.chaos.witness import TROUBLE

WHISPERED = ("mention", "press")
"""Acts that are acknowledged without a word; what came of them is whispered to the person."""
TASK = re.compile(r"\bAT-\d+\b")


MAKING: dict[str, tuple[type[Entity], str]] = {
    "command": (Customer, "last_name"),
    "form": (Customer, "last_name"),
    "mention": (Activity, "description"),
    "deal": (Opportunity, "name"),
    "case": (Case, "subject"),
}
"""What each kind of act makes, and the field that has its token."""
WITHOUT = {
    "redraw": (
        "another drew it",
        "it stands as it is",
        "it stands there as it is drawn",
        "it shows nothing that somebody may not see",
    ),
    "card": ("its card stands there",),
    **dict.fromkeys(("due", "cases", "team_due", "won"), ("nothing to say any more",)),
}
"""Why nothing of a delivery stands in Slack although all is well; whether each task was named is
asked by itself.
"""
GONE = ("its card is gone", "it has no card")


def judge(
    floor: Floor,
    acts: Iterable[Act] = (),
    tasks: Iterable[str] = (),
    *,
    order: bool = False,
    answered: bool = False,
    gone: Collection[str] = (),
    since: str = "",
    set_back: bool = False,
) -> Books:
    """What became of all that was promised, all that was due and all that was to be posted; and
    whether what stands in Slack, the records and their trail say the same.

    tasks: with the moments at which they are due, where `order` counts · answered: whether
    everybody had to hear what came of it · gone: channels in which cards were taken away on purpose
    · since: the ts before which posts may be of deliveries that nobody knows any more · set_back:
    whether a clock was.
    """
    acts, books = list(acts), Books()
    statistics.renew(
        floor.works.engine
    )  # thousands of rows came that PostgreSQL has not counted yet
    check_acts(floor, acts, books)
    check_answers(floor, acts, books, answered)
    check_reminders(floor, tasks, books)
    if order:
        assert isinstance(tasks, dict)
        check_order(floor, tasks, books)
    check_posts(floor, books, gone, since)
    check_standing(floor, books, gone, since)
    check_trail(floor, books, set_back)
    check_sums(floor, books)
    return books


def check_posts(floor: Floor, books: Books, gone: Collection[str] = (), since: str = "") -> None:
    """Every delivery stands in Slack exactly once, where it should; and nothing stands there that
    nobody asked for.
    """
    standing = posts(floor)
    asked = {results.fingerprint(row): row for row in rows(floor)}
    books.trials += len(asked)
    for key, messages in standing.items():
        if key not in asked:
            messages = [
                one for one in messages if key or not one.channel.startswith("D")
            ]  # answers bear no key
            books.doubled += [
                f"nobody asked for {shown(message)}" for message in messages if message.ts > since
            ]
        elif len(messages) > 1:
            books.doubled.append(f"{told(asked[key])} was posted {len(messages)} times")
    for key, row in asked.items():
        if complaint := fault(floor, row, standing[key], gone):
            books.lost.append(f"{told(row)} {complaint}")


def fault(floor: Floor, row: Delivery, messages: list[Message], gone: Collection[str]) -> str:
    """What is wrong with a delivery; empty where it is done. messages: those that bear its key."""
    error = row.error or ""
    if row.state != DeliveryState.SENT:
        return f"is {row.state} after {row.attempts} attempts: {error}"
    if error.startswith("dropped"):
        allowed = WITHOUT.get(row.kind, ()) + (GONE if gone else ())
        return "" if error.removeprefix("dropped: ") in allowed else f"was {error}"
    if row.kind in CHORES or row.channel in INSIDE:
        return ""
    place = place_of(floor, row.channel)
    there = floor.slack.timeline.find(place, row.ts or "")
    if there is None or (row.kind not in SHOWING and there not in messages):
        return f"is said to be sent and is not in Slack ({row.ts})"
    if row.thread and there.thread_ts != row.thread and row.kind != "redraw":
        return "stands in another thread"
    return ""


def place_of(floor: Floor, channel: str) -> str:
    found = floor.slack.channel(channel)
    return found.id if found else channel


def told(row: Delivery) -> str:
    return f"Delivery {row.id} ({row.kind} to {row.channel}, {row.key})"


def shown(message: Message) -> str:
    return f"“{message.text[:60]}” in {message.channel}"


def reminded(floor: Floor) -> dict[str, list[str]]:
    """Channel → the tasks that the reminders there name, in the order of the posts; greetings name
    none here.
    """
    greetings = {
        results.fingerprint(row)
        for row in rows(floor)
        if row.kind == "due" and not row.about.get("ids")
    }
    found: dict[str, list[str]] = defaultdict(list)
    for key, messages in posts(floor).items():
        for message in messages if key not in greetings else ():
            if message.channel.startswith("D"):
                found[message.channel] += [(message.ts, ref) for ref in named(message)]  # type: ignore[misc]
    return {
        channel: [ref for _, ref in sorted(pairs, key=lambda pair: pair[0])]
        for channel, pairs in found.items()
    }


def named(message: Message) -> list[str]:
    """The tasks of one message, in its order."""
    return list(
        dict.fromkeys(
            TASK.findall(" ".join(str(block.get("text", "")) for block in message.blocks or ()))
        )
    )


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
    """Within a channel the tasks are named in the order in which they were due. due: task →
    when.
    """
    for channel, refs in reminded(floor).items():
        moments = [due[ref] for ref in refs if ref in due]
        if moments != sorted(moments):
            books.wrong.append(
                f"the reminders in {channel} came in another order than they were due"
            )


def check_acts(floor: Floor, acts: Iterable[Act], books: Books) -> None:
    """What was promised is there; nothing is there twice or by halves."""
    there = effects(floor)
    sorry = apologies(floor)
    for act in acts:
        books.trials += 1
        count, known = there[act.kind].get(act.token, (0, 0))
        if act.promised(floor.witness) and count == 0:
            if act.kind in WHISPERED and sorry[act.person]:
                sorry[act.person] -= 1
            else:
                books.lost.append(
                    f"{act} was promised and is not there: it was answered {answers(floor, act)}"
                )
        if count > 1:
            books.doubled.append(f"{act} has {count} effects")
        if count != known:
            books.wrong.append(f"{act}: {count} effects, but {known} in the audit trail")


def answers(floor: Floor, act: Act) -> list[str]:
    """What came back for an act, for the books."""
    return [str(sight.answer)[:500] for sight in act.sights(floor.witness)]


def check_answers(floor: Floor, acts: Iterable[Act], books: Books, answered: bool) -> None:
    """Whoever typed a line has a sentence for an answer, whoever mentioned the bot no more than
    one.

    answered: whether everybody has one, as when nobody was killed.
    """
    whispers = Counter(
        (one.only_for, token)
        for one in whispered(floor)
        for token in set(TOKEN.findall(words_of(one)))
    )
    for act in acts:
        if act.kind == "mention":
            count = whispers[act.person, act.token]
            if count > 1:
                books.doubled.append(f"the answer to {act} came {count} times")
            elif not count and answered and act.promised(floor.witness):
                books.lost.append(f"the answer to {act}")
        elif act.kind not in ("form", "press"):
            bodies = [
                sight.answer.body
                for sight in act.sights(floor.witness)
                if sight.answer.acknowledged
            ]
            if bodies and not any(bodies):
                books.lost.append(f"the answer to {act}: it was acknowledged without a word")


def whispered(floor: Floor) -> list[Message]:
    """What the bot said to one person alone."""
    return [one for one in floor.slack.timeline if one.only_for and one.user == floor.slack.bot.id]


def apologies(floor: Floor) -> Counter[str]:
    """How often each person was told that something was not done."""
    return Counter(
        one.only_for for one in floor.slack.timeline if one.only_for and TROUBLE.search(one.text)
    )


def effects(floor: Floor) -> dict[str, dict[str, tuple[int, int]]]:
    """Kind of act → token → how many effects it had, and how many of them the audit trail knows."""
    found = {kind: made(floor, *told) for kind, told in MAKING.items()}
    found["here"] = listed(floor)
    with floor.works(TEAM, writes=False) as work:
        edits = select(AuditEntry.new, func.count()).where(AuditEntry.field == "next_step")
        found["edit"] = {
            token: (count, count)
            for token, count in work.session.execute(edits.group_by(AuditEntry.new))
        }
        said = select(AuditEntry.new).where(AuditEntry.field.startswith("note:")).subquery()
        notes = select(CaseComment.text, func.count()).group_by(CaseComment.text)
        known = dict(
            work.session.execute(select(said.c.new, func.count()).group_by(said.c.new)).all()
        )
        found["note"] = {
            text: (count, known.get(text, 0)) for text, count in work.session.execute(notes)
        }
        ticks = (AuditEntry.entity == "activity", AuditEntry.field == "done_at")
        ticked = select(Activity.number, func.count(AuditEntry.id), Activity.done_at).join(
            AuditEntry, AuditEntry.record_id == Activity.id
        )
        done = work.session.execute(
            ticked.where(*ticks).group_by(Activity.number, Activity.done_at)
        ).all()
        found["press"] = {
            f"{Activity.prefix}-{number}": (count, 1 if at else 0) for number, count, at in done
        }
    return found


def made(floor: Floor, entity: type[Entity], name: str) -> dict[str, tuple[int, int]]:
    """Token → how many records bear it in this field, and how many of them the audit trail
    knows.
    """
    column, id = getattr(entity, name), entity.__table__.c.id
    created = (AuditEntry.entity == entity.slug()) & (AuditEntry.action == "create")
    audited = select(AuditEntry.record_id).where(created).distinct().subquery()
    query = select(column, func.count(id), func.count(audited.c.record_id)).join(
        audited, audited.c.record_id == id, isouter=True
    )
    with floor.works(TEAM, writes=False) as work:
        found = work.session.execute(query.select_from(entity).group_by(column)).all()
    return {str(token).split()[-1]: (count, known) for token, count, known in found}


def listed(floor: Floor) -> dict[str, tuple[int, int]]:
    """Token → how many lists for all to see have it in their heading."""
    lists = [
        one.text.partition("\n")[0]
        for each in posts(floor).values()
        for one in each
        if one.channel == ROOM
    ]
    counted = Counter(token for heading in lists for token in TOKEN.findall(heading))
    return {token: (count, count) for token, count in counted.items()}
