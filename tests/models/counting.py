"""What figures and lists tell of what people see, counted over plain lists."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from models.activities import reminders
from models.activities.reminders import Tasks
from models.analytics import dashboard as mine
from models.core.unit_of_work import UnitOfWork
from models.sales import pipeline
from models.support import open_cases, triage
from tests.ground import START
from tests.models.filtering import OPEN
from tests.models.plainly import Eyes, Row

URGENCY = ["urgent", "high", "normal", "low"]
LONG = 100


def told(work: UnitOfWork) -> dict[str, Any]:
    """What the product says."""
    me = work.actor.id if work.actor else 0
    rows = pipeline.by_stage(work)
    stages = {row.stage for row in rows}
    return {
        "stages": {
            (row.stage, row.currency): (row.count, row.amount, round(row.weighted, 1))
            for row in rows
            if row.amount
        },
        "deals": {stage: sum(row.count for row in rows if row.stage == stage) for stage in stages},
        "cases": [
            (row.priority, row.count, row.unclaimed, row.overdue)
            for row in open_cases.cases_by_priority(work)
        ],
        "pressing": [row.number for row in triage.pressing(work, [], LONG)[0]],
        "day": [row.number for row in mine.my_day(work, LONG)],
        "my deals": [row.number for row in mine.my_deals(work, LONG)],
        "my cases": [row.number for row in mine.my_cases(work, LONG)],
        "due": [row.number for row in reminders.due(work, me, None, LONG)[0]],
        "overdue": [row.number for row in reminders.overdue(work, me, LONG).first],
        "tasks": reminders.on_day(work, START.date(), ZoneInfo("UTC")) or Tasks(0, 0),
        "my leads": [row.number for row in mine.my_leads(work, LONG)],
        "owners": {
            owner: sum(row.count for row in theirs)
            for owner, theirs in pipeline.by_owner(work).items()
        },
        "unassigned": sorted(row.number for row in open_cases.unassigned(work, LONG)[0]),
    }


def expected(eyes: Eyes) -> dict[str, Any]:
    """What it should say, one record after the other."""
    figures = {
        "stages": stages(eyes),
        "deals": deals(eyes),
        "cases": cases(eyes),
        "pressing": pressing(eyes),
    }
    return figures | theirs(eyes)


def open_ones(eyes: Eyes, slug: str, *names: str) -> list[Row]:
    """The open records that they see, the oldest first; none where it is hidden which they are."""
    asked, is_open = OPEN[slug]
    rows = [] if eyes.blind(slug, *asked, *names) else eyes.records(slug)
    return [row for row in reversed(rows) if is_open(row)]


def stages(eyes: Eyes) -> dict[tuple[str, str], tuple[int, Decimal, Decimal]]:
    """By stage and currency: how many, their sum, and that times the probability."""
    found: dict[tuple[str, str], tuple[int, Decimal, Decimal]] = {}
    for row in [] if eyes.blind("opportunity", "amount") else open_ones(eyes, "opportunity"):
        count, amount, weighted = found.get(
            (row["stage"], row["currency"]), (0, Decimal(0), Decimal(0))
        )
        more, chance = row["amount"] or 0, row["probability"] or 0
        sums = (amount + more, weighted + Decimal(more * chance) / 100)
        found[row["stage"], row["currency"]] = (count + 1, *sums)
    vague = eyes.blind("opportunity", "probability")
    return {
        key: (count, amount, round(Decimal(0) if vague else weighted, 1))
        for key, (count, amount, weighted) in found.items()
        if amount
    }


def deals(eyes: Eyes) -> Counter[str]:
    return Counter(row["stage"] for row in open_ones(eyes, "opportunity"))


def cases(eyes: Eyes) -> list[tuple[str, int, int, int]]:
    rows, blind = open_ones(eyes, "case", "priority"), eyes.blind("case", "resolve_by")

    def late(row: Row) -> bool:
        return not blind and bool(row["resolve_by"]) and bool(row["resolve_by"] < START)

    kinds = {each: [row for row in rows if row["priority"] == each] for each in URGENCY}
    return [
        (priority, len(them), sum(row["assignee"] is None for row in them), sum(map(late, them)))
        for priority, them in kinds.items()
        if them
    ]


def pressing(eyes: Eyes) -> list[int]:
    rows = open_ones(eyes, "case", "priority", "resolve_by")
    nobodys = [
        row for row in rows if row["priority"] in ("urgent", "high") and row["assignee"] is None
    ]
    late = [
        row
        for row in rows
        if row["resolve_by"] and row["resolve_by"] < START and row not in nobodys
    ]
    ordered = sorted(
        nobodys + late,
        key=lambda row: (URGENCY.index(row["priority"]), row["created_at"], row["id"]),
    )
    return [row["number"] for row in ordered]


def theirs(eyes: Eyes) -> dict[str, Any]:
    """What is on the plate of who asks, and on everybody's."""
    me, zone = eyes.me["id"], ZoneInfo(eyes.me["zone"])
    midnight = datetime.combine(
        START.astimezone(zone).date() + timedelta(days=1), time(), zone
    ).astimezone(UTC)
    tasks = sorted(open_ones(eyes, "activity"), key=lambda row: (row["due_date"], row["id"]))
    mine = [row for row in tasks if row["owner"] == me]
    by_date = not eyes.blind("opportunity", "close_date")
    deals = [row for row in open_ones(eyes, "opportunity") if row["owner"] == me]
    deals.sort(
        key=lambda row: ((row["close_date"] or date.max) if by_date else date.max, row["id"])
    )
    early = midnight - timedelta(days=1)
    today = datetime.combine(START.date(), time(), UTC)
    late = sum(row["due_date"] < today for row in tasks)
    soon = sum(row["due_date"] < today + timedelta(days=1) for row in tasks)
    leads = [] if eyes.blind("lead", "status") else [*reversed(eyes.records("lead"))]
    leads = [row for row in leads if row["status"] in ("new", "working", "qualified")]
    return {
        "day": [row["number"] for row in mine if row["due_date"] < midnight],
        "my deals": [row["number"] for row in deals],
        "my cases": [row["number"] for row in open_ones(eyes, "case") if row["assignee"] == me],
        "my leads": [row["number"] for row in leads if row["owner"] == me],
        "owners": Counter(row["owner"] for row in open_ones(eyes, "opportunity")),
        "unassigned": sorted(
            row["number"] for row in open_ones(eyes, "case") if row["assignee"] is None
        ),
        "due": [row["number"] for row in mine if row["due_date"] <= START],
        "overdue": [row["number"] for row in mine if row["due_date"] < early],
        "tasks": Tasks(soon - late, late),
    }
