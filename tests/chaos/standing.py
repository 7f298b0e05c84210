"""What stands in the channels against the records: one card each that shows what they are now, a
line for each thing that happened, and lists that follow.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import select

from bot.sandbox.messages import Message
from models.activities.activity import Activity
from models.core.entity.base import Entity
from models.core.outbox import results
from models.sales.opportunity import Opportunity, StageChange
from models.sales.stage import Stage
from models.support.case import Case, CaseComment
from tests.chaos.books import TOKEN, Books, key_of, posts, rows, texts, words_of
from tests.chaos.crowd import SALES, SUPPORT, heading
from tests.chaos.floor import TEAM, Floor

HOMES: dict[type[Entity], str] = {Opportunity: SALES, Case: SUPPORT}
"""Where the cards of records stand."""
TASK = re.compile(r"\*(AT-\d+)\* .*\n([^·]*[^· ])")
"""A task in a list: its reference, and when it is due or what came of it."""
MOVED = " moved it from "


def check_standing(floor: Floor, books: Books, gone: Collection[str] = (), since: str = "") -> None:
    """Cards, thread lines and lists. gone: channels whose cards were taken away · since: the ts
    before which what stands there may be about records of which nobody knows any more.
    """
    with floor.works(TEAM, writes=False) as work:
        deals = list(work.session.scalars(select(Opportunity)))
        cases = list(work.session.scalars(select(Case)))
        notes = list(work.session.scalars(select(CaseComment).order_by(CaseComment.id)))
        moves = list(
            work.session.scalars(select(StageChange).where(StageChange.before.is_not(None)))
        )
    asked = {results.fingerprint(row): row for row in rows(floor)}
    taken = {
        (row.entity, row.record_id)
        for row in asked.values()
        if (row.error or "").endswith("its card is gone")
    }
    said = {case.id: [note.text for note in notes if note.case == case.id] for case in cases}
    parties = Counter(
        row.record_id
        for row in asked.values()
        if row.kind == "won" and floor.slack.timeline.find(HOMES[Opportunity], row.ts or "")
    )
    records: Sequence[Opportunity | Case] = [*deals, *cases]
    for record in records:
        home = HOMES[type(record)]
        if home in gone and (record.slug(), record.id) in taken:
            continue
        books.trials += 1
        card = the_card(floor, record, books, since)
        if card is None:
            continue
        wanted = words_of_case(record) if isinstance(record, Case) else words_of_deal(record)
        if missing := [word for word in wanted if word not in words_of(card)]:
            books.wrong.append(f"the card of {record.ref} does not show {', '.join(missing)}")
        if home in gone:
            continue  # while there was no card, there was no thread
        replies = floor.slack.timeline.replies(card.channel, card.ts)
        thread = [
            one for one in replies if key_of(one) in asked or (key_of(one) and one.ts > since)
        ]
        if isinstance(record, Case):
            check_notes(record, said[record.id], thread, books)
        else:
            check_moves(record, sum(move.opportunity == record.id for move in moves), thread, books)
            if not gone and not since:
                check_won(record, parties[record.id], books)
    check_thread_order(floor, books)
    check_lists(floor, books)


def the_card(floor: Floor, record: Entity, books: Books, since: str) -> Message | None:
    """The one card of a record."""
    home = HOMES[type(record)]
    there = [
        one
        for one in floor.slack.timeline.of(home)
        if heading(one)[0] == record.ref and one.only_for is None
    ]
    ours = [one for one in there if one.ts > since or record.title in heading(one)[1]]
    if not ours:
        books.lost.append(f"the card of {record.ref} in {home}")
    elif len(ours) > 1:
        books.doubled.append(f"the card of {record.ref} stands {len(ours)} times in {home}")
    return ours[-1] if ours else None


def words_of_deal(deal: Opportunity) -> list[str]:
    coming = [deal.next_step] if deal.next_step and not deal.closed else []
    return [deal.name, *line_of_deal(deal), *coming]


def line_of_deal(deal: Opportunity) -> list[str]:
    return [deal.stage.capitalize(), *([f"{deal.amount:,.0f}"] if deal.amount else [])]


def words_of_case(case: Case) -> list[str]:
    return [case.subject, case.status.capitalize(), case.priority.capitalize()]


def check_notes(case: Case, said: Sequence[str], thread: Sequence[Message], books: Books) -> None:
    """Each note is quoted once in the thread of the card."""
    counted = Counter(token for one in thread for token in TOKEN.findall(one.text))
    for token in said:
        books.trials += 1
        if counted[token] != 1:
            found = books.doubled if counted[token] else books.lost
            found.append(
                f"the line about {token} stands {counted[token]} times in the thread of {case.ref}"
            )


def check_moves(deal: Opportunity, count: int, thread: Sequence[Message], books: Books) -> None:
    """Each move to another stage is told once in the thread of the card."""
    books.trials += count
    told = sum(MOVED in one.text for one in thread)
    if told != count:
        found = books.doubled if told > count else books.lost
        found.append(f"{deal.ref} was moved {count} times, and {told} lines in its thread say so")


def check_won(deal: Opportunity, parties: int, books: Books) -> None:
    """A deal that is won is celebrated once; one that was won for a moment once or never."""
    books.trials += deal.stage == Stage.WON
    if deal.stage == Stage.WON and not parties:
        books.lost.append(f"nobody heard that {deal.ref} is won")
    elif parties > 1:
        books.doubled.append(f"that {deal.ref} is won was said {parties} times")


def check_thread_order(floor: Floor, books: Books) -> None:
    """What happened stands in each thread in the order in which it happened."""
    events = {key: row for row in rows(floor) if (key := row.ts) and row.kind == "event"}
    threads: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for ts, row in events.items():
        threads[row.channel, row.thread or ""].append((ts, int(row.key.split(":")[1])))
    for (channel, thread), lines in threads.items():
        numbers = [number for _, number in sorted(lines)]
        if numbers != sorted(numbers):
            books.wrong.append(
                f"the lines of the thread {thread} in {channel} came in another order than all happened"
            )


def check_lists(floor: Floor, books: Books) -> None:
    """The reminders, each a list, say of every task that they name whether it is done by now."""
    with floor.works(TEAM, writes=False) as work:
        done = {task.ref: bool(task.done_at) for task in work.session.scalars(select(Activity))}
    for message in (
        one for each in posts(floor).values() for one in each if one.channel.startswith("D")
    ):
        for text in texts(message.blocks or []):
            found = TASK.match(text)
            if found and found[1] in done:
                books.trials += 1
                if (found[2] == "done") is not done[found[1]]:
                    books.wrong.append(f"a reminder says of {found[1]}: {found[2]}")
