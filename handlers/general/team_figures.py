"""What people ask of the figures besides the report: whose they are, what is stuck, who won."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import choices
from handlers.general.focus import may
from handlers.general.sections import my_records, rows, team
from handlers.notifications import news
from handlers.notifications.report import figures, money, of_pipeline, pipeline_lines, report
from models.analytics.dashboard import me, my_pipeline
from models.core.fields.words import said as in_our_words
from models.core.identity.user import User
from models.core.parsing.dates import show_day
from models.core.parsing.periods import read_period
from models.sales.opportunity import Opportunity
from models.sales.pipeline import StageRow, by_owner, closed_by_owner
from models.sales.stage import Stage
from models.support.case import Case, Priority
from models.support.open_cases import PriorityRow, cases_by_assignee

PEOPLE = 20
"""The most people of one answer."""
USUAL = "this quarter"
"""The period of what was won and lost, where none is said."""
BY_OWNER = re.compile(r"(?:by|per) (?:owner|person|people|rep|colleague|seller)s?", re.IGNORECASE)
BY_STAGE = re.compile(r"(?:by|per) stages?", re.IGNORECASE)
CASES = re.compile(r"cases(?: (?:by|per) (?:assignee|owner|person)s?)?", re.IGNORECASE)
MINE = re.compile(r"mine|of mine|me", re.IGNORECASE)
STUCK = re.compile(r"stuck", re.IGNORECASE)
CHANGES = re.compile(r"changes", re.IGNORECASE)
NAMED = re.compile(r"(?:the |pipeline )*(?P<name>.+?)(?: pipeline)?", re.IGNORECASE)
CLOSED = re.compile(
    r"closed(?: (?:by|per) (?:owner|person|rep)s?)?(?: (?P<period>.+))?", re.IGNORECASE
)
Owned = Mapping[int | None, Sequence[StageRow]]
"""The deals of each person, as figures."""


def answer(request: Request, said: str) -> Message:
    """Return the figures that these words ask for, or what may be asked where they say nothing."""
    for pattern, asked in ASKED:
        if found := pattern.fullmatch(said):
            return asked(request, found)
    if pipeline := pipeline_called(request, said):
        return of_pipeline(request.work, pipeline)
    return unread(request, said)


def pipeline_called(request: Request, said: str) -> str:
    """Return the pipeline that words name, "" where they name none."""
    kind = Opportunity.choice_of("pipeline")
    try:
        return kind.read((NAMED.fullmatch(said) or {"name": said})["name"], request.work)
    except ValueError:
        return ""


def unread(request: Request, said: str) -> Message:
    """Return that the words were not understood, with what may have been meant."""
    offers = [("report", "report"), ("By owner", "report by owner"), ("Stuck", "report stuck")]
    if period(request, said):
        offers.insert(1, (f"Closed {said}", f"report closed {said}"))
    return choices(
        f"I didn't understand “{said[:200]}”. Nothing was done yet.", [*offers, ("Help", "help")]
    )


def stuck(request: Request, _: re.Match[str]) -> Message:
    """Return the deals and leads that need a look, and why each does."""
    drawn = team.looks(request, by_owner(request.work))
    return Message("\n".join(texts(drawn)), blocks.distinct(drawn))


def texts(drawn: Iterable[Block]) -> list[str]:
    """Return what blocks say, for those who read no blocks."""
    return [block["text"]["text"].replace("*", "") for block in drawn if "text" in block]


def pipeline(request: Request, _: re.Match[str]) -> Message:
    """Return what each person has open, who has most first."""
    asked = (Opportunity.stage, Opportunity.owner)
    found = by_owner(request.work)
    told = [(id, [figures(theirs), weighted(request, theirs)]) for id, theirs in in_order(found)]
    every = [row for theirs in found.values() for row in theirs]
    total = (
        f"Total: {figures(every)}; {weighted(request, every)}"
        if every
        else in_our_words("No open deals.")
    )
    return drawn(request, "Open pipeline by owner", asked, told, total, "deal list open")


def mine(request: Request, _: re.Match[str]) -> Message:
    """Return what is open of one's own, by stage, and what was won and lost this quarter."""
    work, title = request.work, "Your pipeline"
    if secret := cards.concealed(work, Opportunity.stage, Opportunity.owner):
        return Message(f"{title}\n{secret}", [blocks.header(title), blocks.section(secret)])
    days = read_period(USUAL, work.today)
    ended = closed_by_owner(work, *midnights(request, days)).get(me(work), [])
    lately = rows.DASH.join(outcomes(ended)) if ended else "nothing won or lost yet"
    said = "\n".join([*pipeline_lines(my_pipeline(work)), f"*This quarter:* {lately}"])
    ways = (
        rows.run(request, "My deals", "deal list mine open"),
        rows.run(request, "By owner", "report by owner"),
    )
    drawn = [blocks.header(title), blocks.section(said), blocks.actions(*filter(None, ways))]
    return Message("\n".join(texts(drawn)), blocks.distinct(drawn))


def weighted(request: Request, found: Sequence[StageRow]) -> str:
    """Return the sum of deals, each times its probability, where that may be read."""
    asked = (Opportunity.amount, Opportunity.probability)
    secret = cards.concealed(request.work, *asked)
    return "" if secret else f"weighted {money(found, 'weighted')}"


def closed(request: Request, found: re.Match[str]) -> Message:
    """Return what each person won and lost in a period, who won most first."""
    said = found["period"] or USUAL
    days = period(request, said)
    if days is None:
        return unread(request, said)
    work = request.work
    theirs = closed_by_owner(work, *midnights(request, days))
    told = [(id, outcomes(each)) for id, each in in_order(theirs)]
    every = [row for each in theirs.values() for row in each]
    span = " – ".join(dict.fromkeys(show_day(day, work.today) for day in days))
    total = f"Total: {rows.DASH.join(outcomes(every))}" if every else "Nothing was won or lost."
    asked = (Opportunity.stage, Opportunity.owner)
    title = f"Won and lost {said}, by owner ({span})"
    return drawn(request, title, asked, told, total, f"deal list won {said}")


def cases(request: Request, _: re.Match[str]) -> Message:
    """Return how many open cases each person has, who has most first."""
    found = cases_by_assignee(request.work)
    order = sorted(found, key=lambda id: (id is None, -counted_of(found[id], "count"), id or 0))
    told = [(id, in_hand(found[id])) for id in order]
    every = [row for theirs in found.values() for row in theirs]
    total = f"Total: {rows.DASH.join(in_hand(every))}" if every else in_our_words("No open cases.")
    asked = (Case.priority, Case.status, Case.assignee)
    return drawn(
        request, in_our_words("Open cases by assignee"), asked, told, total, "case list open"
    )


def in_hand(found: Sequence[PriorityRow]) -> list[str]:
    """Return how many cases these are, and how many of them are urgent or past their deadline."""
    urgent = sum(row.count for row in found if row.priority == Priority.URGENT)
    late = counted_of(found, "overdue")
    told = [rows.counted(counted_of(found, "count"), "case")]
    told += [f"{urgent} urgent"] if urgent else []
    return [*told, *([f"{late} overdue"] if late else [])]


def counted_of(found: Iterable[PriorityRow], figure: str) -> int:
    return sum(getattr(row, figure) for row in found)


def midnights(request: Request, days: tuple[date, date]) -> tuple[datetime, datetime]:
    """Return when the first of two days begins, and when the last one ends, for who asks."""
    first, last = days
    zone = request.work.zone
    after = last + timedelta(days=1)
    return datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)


def period(request: Request, said: str) -> tuple[date, date] | None:
    """Return the first and the last day of a period that people say, None for other words."""
    try:
        return read_period(said, request.work.today, past=True)
    except ValueError:
        return None


def outcomes(found: Sequence[StageRow]) -> list[str]:
    """Return what was won and what was lost, and how many of the closed deals were won."""
    won, lost = ([row for row in found if row.stage == each] for each in (Stage.WON, Stage.LOST))
    counts = [sum(row.count for row in each) for each in (won, lost)]
    told = [f"won {figures(won)}", *([f"lost {figures(lost)}"] if lost else [])]
    return [*told, f"{counts[0] / sum(counts):.0%} won".replace("%", " %")] if lost else told


def in_order(found: Owned) -> list[tuple[int | None, Sequence[StageRow]]]:
    """Return people by what they have open or won, the most first, and what nobody has at last."""

    def much(id: int | None) -> tuple[bool, Decimal, int, int]:
        mine = [row for row in found[id] if row.stage != Stage.LOST]
        amount = sum((row.amount for row in mine), Decimal(0))
        return id is None, -amount, -sum(row.count for row in mine), id or 0

    return [(id, found[id]) for id in sorted(found, key=much)]


def drawn(
    request: Request,
    title: str,
    asked: Sequence[object],
    told: Sequence[tuple[int | None, Sequence[str]]],
    total: str,
    line: str,
) -> Message:
    """Return an answer with a line for each person.

    Args:
        request: The request.
        title: What the figures are.
        asked: The columns that they are counted by.
        told: The id of each person, None for nobody, with what they have.
        total: The last line.
        line: The list of what a person has, without whose.
    """
    found: list[Block] = [blocks.header(title)]
    if secret := cards.concealed(request.work, *asked):
        return Message(f"{title}\n{secret}", [*found, blocks.section(secret)])
    for id, said in told[:PEOPLE]:
        text = rows.DASH.join(filter(None, [f"*{escape(name(request, id))}*", *said]))
        found.append(blocks.section(text, shows(request, id, line)))
    left = len(told) - PEOPLE
    found += [blocks.section(f"and {left} more")] if left > 0 else []
    found.append(blocks.section(total))
    return Message("\n".join(texts(found)), blocks.distinct(found))


def name(request: Request, id: int | None) -> str:
    return "Unassigned" if id is None else request.work.who(id)


def shows(request: Request, id: int | None, line: str) -> Block | None:
    """Return the button that lists what somebody has."""
    person = None if id is None else request.work.get(User, id)
    noun = line.partition(" ")[0]
    owner = "assignee" if noun == Case.noun() else "owner"
    whose = f"{owner} = {person.ref}" if person else "unassigned"
    button = rows.run(request, "Show", f"{line} {whose}")
    if button:
        label = (
            f"Show the {in_our_words(f'{noun}s')} of {name(request, id)}"
            if person
            else "Show what nobody has"
        )
        button["accessibility_label"] = blocks.cut(label, rows.LABEL)
    return button


def changes(request: Request, _: re.Match[str]) -> Message:
    """Return what changed: of everybody's deals for who gets the digest, else on one's records."""
    work = request.work
    if may(request, "digest"):
        return news.since_last(work, request.catalogue, news.including(work.now))
    found = my_records.news(request) or [blocks.section("Nobody changed anything of yours lately.")]
    return Message("\n".join(texts(found)), blocks.distinct(found))


def by_stage(request: Request, _: re.Match[str]) -> Message:
    """Return the report, which says the pipeline by stage anyway."""
    return report(request.work, request.catalogue)


ASKED: tuple[tuple[re.Pattern[str], Callable[[Request, re.Match[str]], Message]], ...] = (
    (BY_OWNER, pipeline),
    (BY_STAGE, by_stage),
    (CASES, cases),
    (MINE, mine),
    (STUCK, stuck),
    (CHANGES, changes),
    (CLOSED, closed),
)
"""What may follow `report`, and what answers it."""
