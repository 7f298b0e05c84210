"""What was won and lost in each month: the sums of a person's deals, by stage and currency."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, String, UniqueConstraint, cast, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.dialects import month_of
from models.core.entity.base import ENTITIES
from models.core.identity.rights import NOBODY
from models.core.permissions import visibility
from models.core.summaries import Held, Share, Summary
from models.sales.stage import CLOSED


class ClosedDeals(Summary):
    """The deals of one person that came to be won, or lost, in one month, in one currency.

    Attributes:
        stage: won or lost, whatever the workspace calls its stages.
        month: The month in UTC, such as 2026-03.
        owner: The id of the person, 0 for deals that nobody owns.
        currency: Their currency, "" where they have none.
        count: How many there are.
        cents: Their amounts together, in hundredths.
    """

    about = ("stage", "stage_since", "owner", "currency", "amount", "deleted_at")
    keyed = ("stage", "month", "owner", "currency")
    sums = ("count", "cents")

    stage: Mapped[str] = mapped_column(String(50))
    month: Mapped[str] = mapped_column(String(7))
    owner: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    count: Mapped[int] = mapped_column(Integer)
    cents: Mapped[int] = mapped_column(BigInteger)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", *cls.keyed)]

    @classmethod
    def share(cls, held: Held) -> Share | None:
        stage = ENTITIES["opportunity"].meaning_of("stage", held["stage"])
        since = held["stage_since"]
        if stage not in CLOSED or since is None or held["deleted_at"]:
            return None
        key = (stage, month(since), held["owner"] or NOBODY, held["currency"] or "")
        cents = ((held["amount"] or Decimal(0)) * 100).to_integral_value(ROUND_HALF_UP)
        return key, {"count": 1, "cents": int(cents)}

    @classmethod
    def live(cls) -> Select[Any]:
        deal: Any = ENTITIES["opportunity"]
        owner = func.coalesce(deal.owner, NOBODY)
        currency = func.coalesce(deal.currency, "")
        stage = deal.meant_by("stage")
        key = (stage, month_of(deal.stage_since), owner, currency)
        cents = func.coalesce(func.sum(cast(func.round(deal.amount * 100), BigInteger)), 0)
        counted = (stage.in_(CLOSED), deal.stage_since.is_not(None))
        return select(*key, func.count(), cents).where(*counted).group_by(*key)


def month(at: datetime) -> str:
    """Return the month of a moment in UTC: 2026-03."""
    return at.astimezone(UTC).strftime("%Y-%m")


def since(work: Context, first: str) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Return the deals won and lost from a month on that the readers may see.

    Return:
        (stage, currency) → how many, and their amounts together.
    """
    wanted = [ClosedDeals.month >= first]
    seen = dict(visibility.of(work.session)).get("opportunity")
    if seen is not None:
        wanted.append(ClosedDeals.owner.in_(sorted(seen)))
    key = (ClosedDeals.stage, ClosedDeals.currency)
    sums = (func.sum(ClosedDeals.count), func.sum(ClosedDeals.cents))
    rows = work.session.execute(select(*key, *sums).where(*wanted).group_by(*key))
    return {
        (stage, currency): (count, Decimal(int(cents)) / 100)
        for stage, currency, count, cents in rows
        if count
    }
