"""What formulas and roll-ups hold is what another program works out, whatever people do.

The other program is a few lines of Python for each field, and reads the records once more.
"""

import io
from dataclasses import dataclass, field
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import select

from bot.app import create_dispatcher
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from models.core import records
from models.core.custom.custom_field import CustomField
from models.core.errors import CRMError
from models.core.history import as_of, last_change, undo
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.exchange import importer
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.undoable import command
from tests.models.marks import tried

pytestmark = pytest.mark.dialect
FIELDS = (
    ("opportunity", "Seats", "number", ""),
    ("opportunity", "Twice", "formula", "coalesce(weighted, 0) * 2 + coalesce(seats, 0)"),
    ("opportunity", "Weighted", "formula", "amount * probability / 100"),
    ("opportunity", "Days open", "formula", "days(close_date - created_at)"),
    ("opportunity", "Size", "formula", "if(amount > 50000, concat(stage, ' big'), 'small')"),
    ("opportunity", "Hot", "formula", "stage = won or weighted > 100 and not empty(seats)"),
    ("account", "Won so far", "rollup", "sum(deals.amount where stage = won)"),
    ("account", "Number", "rollup", "count(deals where not empty(seats))"),
    ("account", "Mean", "rollup", "average(deals.seats where hot)"),
    ("account", "First close", "rollup", "min(deals.close_date)"),
    ("account", "Best", "rollup", "max(deals.twice)"),
    ("account", "Share", "formula", "round(coalesce(won_so_far, 0) / max(number_of_deals, 1), 1)"),
    ("account", "Number of deals", "rollup", "count(deals)"),
)
CENT = Decimal("0.01")


def add_fields(works: UnitOfWorkFactory) -> None:
    """Add the fields, each after those that it names."""
    order = [0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 11]
    for about, name, kind, said in (FIELDS[at] for at in order):
        texts = {"about": about, "name": name, "kind": kind, **({"formula": said} if said else {})}
        with works("T1", "U_ADA") as work:
            records.create(work, CustomField, texts)


# ── the other program ─────────────────────────────────────────────────────────────────────────────


def cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(CENT, ROUND_HALF_UP)


def of_deal(deal: Any) -> dict[str, Any]:
    both = deal.amount is not None and deal.probability is not None
    weighted = Decimal(deal.amount) * deal.probability / 100 if both else None
    kept, seats = cents(weighted), deal.x_seats
    begun = deal.created_at.astimezone(UTC).date()
    big = f"{deal.stage.capitalize()} big"
    warm = kept is not None and kept > 100 and seats is not None
    return {
        "x_twice": cents((kept or Decimal(0)) * 2 + (seats or 0)),
        "x_weighted": kept,
        "x_days_open": (deal.close_date - begun).days if deal.close_date else None,
        "x_size": None if deal.amount is None else big if deal.amount > 50000 else "small",
        "x_hot": deal.stage == "won" or warm,
    }


def of_account(deals: list[Any]) -> dict[str, Any]:
    def total(values: list[Any], held: list[Any]) -> Any:
        foreign = any(
            d.currency not in (None, "EUR")
            for d, v in zip(held, values, strict=True)
            if v is not None
        )
        return None if foreign else sum((v for v in values if v is not None), Decimal(0))

    won = [deal for deal in deals if deal.stage == "won"]
    hot = [d.x_seats for d in deals if of_deal(d)["x_hot"] and d.x_seats is not None]
    twice = [of_deal(deal)["x_twice"] for deal in deals]
    foreign = any(deal.currency not in (None, "EUR") for deal in deals)
    so_far = total([deal.amount for deal in won], won)
    share = cents(so_far or Decimal(0))
    return {
        "x_won_so_far": cents(so_far),
        "x_number": sum(deal.x_seats is not None for deal in deals),
        "x_mean": cents(Decimal(sum(hot)) / len(hot)) if hot else None,
        "x_first_close": min((d.close_date for d in deals if d.close_date), default=None),
        "x_best": None if foreign else max(twice, default=None),
        "x_share": ((share or Decimal(0)) / max(len(deals), 1)).quantize(
            Decimal("0.1"), ROUND_HALF_UP
        ),
        "x_number_of_deals": len(deals),
    }


def must_agree(works: UnitOfWorkFactory, after: str) -> None:
    with works("T1", writes=False) as work:
        deals: list[Any] = list(work.session.scalars(select(Opportunity)))
        wrong = [
            f"{record.ref}.{name} is {getattr(record, name)}, not {wanted}"
            for record, found in (
                *((deal, of_deal(deal)) for deal in deals),
                *(
                    (account, of_account([deal for deal in deals if deal.account == account.id]))
                    for account in work.session.scalars(select(Account))
                ),
            )
            for name, wanted in found.items()
            if getattr(record, name) != wanted
        ]
    assert not wrong, f"after {after}: {wrong}"


# ── what people do ────────────────────────────────────────────────────────────────────────────────


@dataclass
class Person:
    """Somebody who does one thing after the other to deals, through every door."""

    works: UnitOfWorkFactory
    dispatcher: Dispatcher
    done: list[str] = field(default_factory=list)

    def do(self, act: str, first: int, second: int, text: str) -> None:
        """Do something, unless it is refused."""
        try:
            getattr(self, act)(first, second, text)
            self.done.append(act)
        except CRMError:
            pass

    def form(self, first: int, second: int, text: str) -> None:
        texts = {"name": "Oars", "account": f"AC-{1 + first % 2}", "amount": text, "x_seats": "3"}
        more = {"amount": f"USD {text}"} if second == 3 and text else {"close_date": "2026-05-01"}
        texts |= {"customer": "CU-1", **more}
        self.dispatcher.do(Interaction("form", "T1", "U_ADA", "opportunity new", texts=texts))

    def line(self, first: int, second: int, text: str) -> None:
        name = ("amount", "seats", "probability", "close_date")[second]
        said = {"seats": text[:2], "close_date": text and f"2026-0{1 + first}-11"}.get(name, text)
        self.say(f'set OP-{1 + first} {name}="{said}"')

    def stage(self, first: int, second: int, text: str) -> None:
        self.say(f"set OP-{1 + first} stage={('won', 'proposal', 'discovery', 'won')[second]}")

    def move(self, first: int, second: int, text: str) -> None:
        self.say(f"set OP-{1 + first} account=AC-{1 + second % 2}")

    def delete(self, first: int, second: int, text: str) -> None:
        self.say(f"delete {('OP-1', 'OP-2', 'AC-1', 'OP-3')[second]} --yes")

    def restore(self, first: int, second: int, text: str) -> None:
        self.say(f"restore {('OP-1', 'OP-2', 'AC-1', 'OP-3')[second]}")

    def undo(self, first: int, second: int, text: str) -> None:
        with self.works("T1", "U_ADA", "command") as work:
            undo.undo(work, last_change.last_unit(work))

    def redo(self, first: int, second: int, text: str) -> None:
        with self.works("T1", "U_ADA", "command") as work:
            undo.redo(work, last_change.last_undo(work))

    def revert(self, first: int, second: int, text: str) -> None:
        with self.works("T1", "U_ADA", "command") as work:
            as_of.revert(work, work.find(Opportunity, 1 + first), 1 + second)

    def file(self, first: int, second: int, text: str) -> None:
        """Some rows are new, others change what an earlier file brought."""
        rows = [f"x{n},Row {n},Acme {1 + n % 2},{text},{n},won" for n in range(first, 3 + second)]
        body = "\n".join(["id,name,account,amount,Seats,stage", *rows])
        importer.load(self.works, "T1", "U_ADA", Opportunity, io.BytesIO(body.encode()))

    def say(self, said: str) -> None:
        self.dispatcher.do(command(said))


ACTS = ("form", "line", "stage", "move", "delete", "restore", "undo", "redo", "revert", "file")
ACT = st.tuples(
    st.sampled_from(ACTS),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["0", "1", "33", "70", "99", "60000", "1234.55", ""]),
)


@tried(40)
@for_all(acts=st.lists(ACT, min_size=3, max_size=12))
def test_what_is_worked_out_is_right_after_whatever_people_do(
    works: UnitOfWorkFactory, ada: Customer, acts: list[tuple[str, int, int, str]]
) -> None:
    with works("T1", writes=False) as work:
        begun = work.session.scalar(select(CustomField.id).limit(1))
    if begun is None:
        for name in ("Acme 1", "Acme 2"):
            given(works, Account, name=name)
        for name in ("First", "Second"):
            given(works, Opportunity, name=name, account="AC-1", amount="60000", probability="40")
        add_fields(works)
        must_agree(works, "the fields were added")
    person = Person(works, create_dispatcher(works))
    person.do("form", 1, 0, "100")
    for act in acts:
        person.do(*act)
        must_agree(works, str(act))
    assert begun is not None or "form" in person.done
