"""Opportunities: possible sales, and every move they make through the pipeline."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ForeignKey, Index, Integer, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from models.core import part_lines
from models.core.context import IN_BULK, Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import Changes, Entity, Row
from models.core.entity.bulk import insert_later
from models.core.entity.facts import Facts
from models.core.errors import Conflict, Invalid
from models.core.fields import (
    Choice,
    Currency,
    Day,
    Listed,
    LongText,
    Money,
    Percent,
    Person,
    Reference,
    Text,
    field,
)
from models.core.fields.base import Reader
from models.core.fields.synonyms import STAGES
from models.core.fields.trailing import take_amount, take_close
from models.core.outbox.delivery import deliver
from models.core.parsing import values
from models.core.permissions import policy
from models.sales.close_dates import NOON, when_open_again
from models.sales.closed_deals import ClosedDeals
from models.sales.collisions import colleagues_with
from models.sales.purchase import Purchase
from models.sales.purchase_line import PurchaseLine
from models.sales.stage import (
    CLOSED,
    ENTRIES,
    HOMES,
    OPEN,
    OTHER_FORECASTS,
    OUTCOMES,
    PIPELINES,
    Forecast,
    Pipeline,
    Stage,
)

FIGURE = re.compile(
    r"(?<![\w.,'])(?!(?:19|20)\d\d\b)(?:\d[\d.,']*k\b|\d[\d.,']*\d{2})", re.IGNORECASE
)
"""What may be an amount in the name of a deal, and is no year."""
SUMMED = (
    "workspace",
    "stage",
    "deleted_at",
    "stage_since",
    "currency",
    "owner",
    "amount",
    "probability",
)
"""The columns from which figures of deals are summed; an index of them saves reading each deal."""
CELEBRATED_AFTER = timedelta(minutes=1)
"""How long the news of a won deal waits."""
SALES = 2
"""The sales that the card of a deal names."""
WHY_LOST = "Why is it lost? Say it with the reason: deal lost {} too expensive"


class Opportunity(Entity):
    """A possible sale to a customer, usually at an account."""

    prefix = "OP"
    icon = ":moneybag:"
    nouns = ("deal", "opportunity", "opp")
    line = ("stage", "amount", "close_date", "owner")
    owned = "owner"
    whose = ("customer", "account")
    dated = "close_date"
    asked_first = ("name", "customer", "account", "amount", "close_date", "stage")
    channel = "sales_channel"
    besides = ("status", "is_won", "is_closed")
    remarks = "notes"
    shown_on = ("customer", "account")
    summaries = (ClosedDeals,)

    name: Mapped[str] = field(Text("Name", required=True, search=True))
    customer: Mapped[int | None] = field(Reference("Customer", to="customer", search=True))
    account: Mapped[int | None] = field(
        Reference("Account", to="account", search=True, also=("company",))
    )
    stage: Mapped[str] = field(
        Choice(
            "Stage",
            options=Stage,
            required=True,
            others=STAGES,
            watched=True,
            deeds={Stage.WON: "won", Stage.LOST: "lost"},
            yours=True,
            kept=(Stage.QUALIFICATION, *CLOSED),
            takes=("probability", "forecast"),
            entries=ENTRIES,
            under="pipeline",
            homes=HOMES,
        ),
        default=Stage.QUALIFICATION,
    )
    pipeline: Mapped[str] = field(
        Listed(
            "Pipeline",
            options=Pipeline,
            required=True,
            others=PIPELINES,
            names={Pipeline.STANDARD: "Standard"},
            length=50,
            yours=True,
            kept=(Pipeline.STANDARD,),
            sole=True,
            form=False,
            card=False,
        ),
        default=Pipeline.STANDARD,
        server_default=Pipeline.STANDARD,
    )
    amount: Mapped[Decimal | None] = field(
        Money(
            "Amount",
            currency="currency",
            also=("value", "worth"),
            hint="Such as 12k or €1.2m",
            watched=True,
        )
    )
    currency: Mapped[str | None] = field(Currency("Currency", form=False, card=False))
    close_date: Mapped[date | None] = field(
        Day("Close date", also=("close", "closes", "closing"), watched=True)
    )
    probability: Mapped[int | None] = field(
        Percent("Probability", hint="Leave empty for the stage's own")
    )
    forecast: Mapped[str | None] = field(
        Choice("Forecast category", options=Forecast, others=OTHER_FORECASTS, also=("category",))
    )
    next_step: Mapped[str | None] = field(Text("Next step", also=("next",)))
    next_touch_on: Mapped[date | None] = field(Day("Next touch on", also=("touch",)))
    owner: Mapped[int | None] = field(Person("Owner"))
    lost_reason: Mapped[str | None] = field(
        Text(
            "Lost because",
            form=False,
            also=("reason",),
            when=("stage", Stage.LOST),
            watched=True,
            yours=True,
        )
    )
    competitor: Mapped[str | None] = field(Text("Competitor", search=True, card=False))
    notes: Mapped[str | None] = field(LongText("Notes", card=False))
    stage_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the deal came to its stage, as its last move says; None where nobody knows."""

    def card_lines(self) -> tuple[str, ...]:
        whose = "{customer} at {account}"
        if self.closed:
            now = "*{stage}* on {close_date} · {amount} · {owner|unassigned}"
            return (now, whose, "", "*Why:* {lost_reason}", "*Competitor:* {competitor}")
        stage = "{stage} · {pipeline}" if self.fields()["pipeline"].card else "{stage}"
        now = f"*{{amount}}* · {stage} · closes {{close_date}} · {{owner|unassigned}}"
        return (now, whose, "", "*Next step:* {next_step}")

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            Index(None, "workspace", "stage", "close_date"),
            Index(None, "workspace", "owner", "stage"),
            Index(None, "workspace", "customer"),
            Index(None, "workspace", "account"),
            Index(None, "workspace", "updated_at"),
            Index("ix_opportunity_pipeline", *SUMMED),
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        name, amount = take_amount(words)
        name, close = take_close(name, reader)
        if close and not amount:
            name, amount = take_amount(name)
        return (
            {"name": name}
            | ({"amount": amount} if amount else {})
            | ({"close_date": close} if close else {})
        )

    @classmethod
    def translate(cls, texts: dict[str, str]) -> dict[str, str]:
        """Translate a separate flag for whether a deal is won into a stage.

        Other systems have such a flag beside the stage, and move no stage for it.
        """
        status = values.fold(texts.get("status", ""))
        flags = {name: values.fold(texts.get(name, "")) for name in ("is_won", "is_closed")}
        if status in OUTCOMES:
            texts = {name: text for name, text in texts.items() if name != "status"} | OUTCOMES[
                status
            ]
        if all(text in values.YES | values.NO | {""} for text in flags.values()):
            won, closed = (flags[name] in values.YES for name in flags)
            stage = (
                {"stage": Stage.WON}
                if won
                else {"stage": Stage.LOST}
                if closed and flags["is_won"]
                else {}
            )
            texts = {name: text for name, text in texts.items() if name not in flags} | stage
        return texts

    @classmethod
    def open(cls) -> ColumnElement[bool]:
        """Return the filter for deals that are neither won nor lost."""
        return cls.stage.in_(cls.options_like("stage", *OPEN))

    @classmethod
    def overdue(cls, work: Context) -> ColumnElement[bool]:
        """Return the filter for deals that should have closed by now."""
        return cls.open() & (cls.close_date < work.today)

    @property
    def closed(self) -> bool:
        return self.meaning_of("stage", self.stage) in CLOSED

    @property
    def won(self) -> bool:
        return self.meaning_of("stage", self.stage) == Stage.WON

    @property
    def lost(self) -> bool:
        return self.meaning_of("stage", self.stage) == Stage.LOST

    def settle(self, work: Context, changes: Changes) -> None:
        """Give the deal the probability and category of its stage."""
        if not (self.customer or self.account) and self.decides(
            work, changes, "customer", "account"
        ):
            raise Invalid({"customer": "Name the customer, or at least the account, of this deal."})
        if self.amount is not None and not self.currency:
            self.currency = work.currency
        if "stage" not in changes:
            return
        self.take_on("stage", changes)
        if not self.lost:
            self.lost_reason = None
        if changes["stage"][0] and not (work.restores or work.repeats):
            self.settle_close(work, changes)
        self.stage_since = self.moved_at(work, changes["stage"][0])

    def settle_close(self, work: Context, changes: Changes) -> None:
        """Set the close date of an existing deal that is closed or opened again, through any door.

        It is today, or the day that is given with the change; of a deal that is open again it is
        the day that was expected before. A deal is never lost without a reason.
        """
        if self.lost and not self.lost_reason and work.can_ask:
            raise Invalid({"lost_reason": WHY_LOST.format(self.ref)})
        if "close_date" in changes:
            return
        if self.closed:
            self.close_date = work.today
        elif changes["stage"][0] in CLOSED and not work.from_file:
            self.close_date = when_open_again(work, self)

    def awaited(self) -> Mapping[str, tuple[str, str]]:
        """Return a figure in the name, which may be an amount that was not read as one."""
        figure = FIGURE.search(self.name)
        return (
            {"amount": ("none yet", f"amount={figure[0]}")}
            if figure and self.amount is None
            else {}
        )

    def beside(self, work: Context) -> list[str]:
        """Return who of the colleagues has an open deal with the same customer or account."""
        return colleagues_with(work, self)

    def lacks(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return that a reason is missing, where a person loses a deal without one."""
        loses = self.meaning_of("stage", values.get("stage")) == Stage.LOST and not self.lost
        example = self.ref if self.number else f"{self.prefix}-1"
        return (
            {"lost_reason": WHY_LOST.format(example)}
            if loses and not values.get("lost_reason")
            else {}
        )

    @property
    def lacking(self) -> str:
        return (
            ""
            if self.customer or self.account
            else "came without customer and account. Their cards say so."
        )

    def facts(self, work: Context) -> Facts:
        """Return the sales of a deal that is won, and that it names nobody where it does not."""
        sold = self.sales().limit(SALES) if self.won else None
        told: Facts = []
        if sold is not None:
            told = [("Sold", str(sale)) for sale in work.session.scalars(sold)]
        if not (self.customer or self.account):
            whose = (
                f"It names neither customer nor account. Name one: edit {self.ref} customer=CU-1"
            )
            told.append(("Nobody's deal", whose))
        return [*told, *super().facts(work)]

    def follow(self, work: Context, changes: Changes) -> None:
        """Record every move whose day is known."""
        if "stage" not in changes:
            return
        before, after = changes["stage"]
        if self.stage_since:
            by = work.actor.id if work.actor else None
            move = {"before": before, "after": after, "at": self.stage_since, "by": by}
            insert_later(work, StageChange, opportunity=self.id, **move)
        if (
            self.meaning_of("stage", self.stage) == Stage.WON
            and work.actor
            and not (work.from_file or work.repeats)
        ):
            self.celebrate(work)

    def celebrate(self, work: Context) -> None:
        """Ask that colleagues read that the deal is won, a minute later.

        Whoever takes it back within the minute leaves no party behind. Nobody reads of each of many
        that are set to won at once.
        """
        if IN_BULK in work.session.info:
            return
        about = {"by": work.actor.id if work.actor else None}
        subject = {"entity": self.slug(), "record_id": self.id, "about": about}
        key, at = f"won:{self.ref}:{work.unit}", work.now + CELEBRATED_AFTER
        deliver(work, "won", work.workspace.sales_channel, key, not_before=at, **subject)

    def moved_at(self, work: Context, before: str | None) -> datetime | None:
        """Return when the deal moved to its stage.

        A deal that a file calls closed was closed on its close date. Another one took its first
        step when it was made. Return None where a file has a closed deal and no day.
        """
        if not (work.from_file and self.closed):
            return work.now if before else self.created_at
        if self.close_date and self.close_date < work.today:
            return datetime.combine(
                self.close_date, NOON, ZoneInfo(work.workspace.zone)
            ).astimezone(UTC)
        if before or self.close_date == work.today:
            return work.now
        return self.created_at if self.created_at < work.now else None

    def move(self, work: Context, stage: str, reason: str | None = None) -> None:
        """Take the deal to another stage.

        Args:
            work: The unit of work.
            stage: The other stage.
            reason: Why the deal is lost.

        Raises:
            Conflict: The deal is at that stage already.
        """
        stage = self.option_here("stage", stage)
        if self.stage == stage:
            raise Conflict(f"{self} is already {self.stage_name(stage)}.")
        if work.can_ask and (errors := self.lacks({"stage": stage, "lost_reason": reason})):
            raise Invalid(errors)
        before, self.stage = self.stage, stage
        self.lost_reason = reason or self.lost_reason
        work.tell(self, f"moved it from {self.stage_name(before)} to {self.stage_name(stage)}.")

    def stage_name(self, stage: str) -> str:
        """Return what a stage is called in a sentence."""
        return self.choice_of("stage").name(stage).lower()

    def win(self, work: Context) -> None:
        """Close the deal as won today."""
        self.move(work, self.first_of("stage", Stage.WON))

    def reopen(self, work: Context) -> None:
        """Take the deal back to the stage at which it was closed.

        Raises:
            Conflict: The deal is open.
        """
        if not self.closed:
            raise Conflict(f"{self} is open, at {self.stage_name(self.stage)}.")
        still_open = StageChange.before.in_(self.options_like("stage", *OPEN))
        closing = (StageChange.opportunity == self.id, still_open)
        latest = select(StageChange.before).where(*closing).order_by(StageChange.id.desc())
        before = work.session.scalar(latest.limit(1))
        fits = before and self.choice_of("stage").belongs(before, self.pipeline)
        self.move(work, before if before and fits else self.first_of("stage", *OPEN))

    def as_line(self, work: Context) -> str:
        """Return the line of a sale of just this deal, "" where there is no amount to read."""
        if self.amount is None or not policy.legible(work, self, "amount"):
            return ""
        line = PurchaseLine(name=self.name, quantity=1, price=self.amount)
        return line.write_line(work)

    def sell(
        self,
        work: Context,
        lines: str,
        sold_on: date | None = None,
        notes: str | None = None,
    ) -> Purchase:
        """Make a sale of the deal, once, and close the deal as won if it is open.

        Of two people who sell it at once, the second finds what the first made.

        Args:
            work: The unit of work.
            lines: What is sold, a line for each thing.
            sold_on: The day of the sale, by default today.
            notes: The notes of the sale.

        Raises:
            Conflict: The deal is sold already, or lost.
            Invalid: Which line was not understood.
            Forbidden: The right that is missing.
        """
        work.lock(self)
        self.must_be_unsold(work)
        policy.check(work, "new", Purchase)
        wanted = part_lines.read_all(work, Purchase, {"lines": lines}, {"currency": self.currency})
        if not self.closed:
            policy.check(work, "won", self)
            self.win(work)
        sale = work.add(
            Purchase(
                name=self.name,
                customer=self.customer,
                account=self.account,
                opportunity=self.id,
                currency=self.currency,
                owner=self.owner or (work.actor.id if work.actor else None),
                sold_on=sold_on,
                notes=notes,
            )
        )
        part_lines.store(work, sale, "lines", wanted["lines"])
        work.tell(self, f"sold it: {sale.ref}.")
        return sale

    def must_be_unsold(self, work: Context) -> None:
        """Raise Conflict where there is a sale of the deal, or the deal is lost."""
        with policy.beyond(work.session):
            sale = work.session.scalar(self.sales().limit(1))
        if sale is not None:
            raise Conflict(f"{self.spoken} is already sold: see {sale.ref}")
        if self.lost:
            raise Conflict(f"{self} is lost. To take that back: deal stage {self.ref} won")

    def sales(self) -> Select[Purchase]:
        """Return the statement that finds the sales of the deal, the oldest first."""
        return select(Purchase).where(Purchase.opportunity == self.id).order_by(Purchase.id)

    def lose(self, work: Context, reason: str, competitor: str | None = None) -> None:
        """Close the deal as lost today, with the reason.

        Settling clears a reason only when a deal is reopened.
        """
        self.move(work, self.first_of("stage", Stage.LOST), reason)
        self.competitor = competitor or self.competitor


class StageChange(Row):
    """One move of a deal: written on every move, never edited."""

    opportunity: Mapped[int] = mapped_column(Integer, ForeignKey("opportunity.id"))
    before: Mapped[str | None] = mapped_column("from", String(50))
    after: Mapped[str] = mapped_column("to", String(50))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[int | None] = mapped_column(Integer, ForeignKey("user.id"))

    @classmethod
    def indexes(cls) -> list[Any]:
        return [Index(None, "workspace", "opportunity", "at"), Index(None, "workspace", "at")]
