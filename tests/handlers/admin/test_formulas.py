"""Admins add fields that are worked out: formulas, and roll-ups of what refers to a record."""

from typing import Any

import pytest
from sqlalchemy import update

from bot.app import create_background
from bot.background import worker
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.background import reshaping
from models.core.custom.custom_field import CustomField
from models.core.search.query import list_records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.admin.test_custom_fields import ADA, added, answer, deal
from tests.handlers.kit import found, told
from tests.models.exchange.steps import imported
from tests.tables import table

pytestmark = pytest.mark.dialect
WEIGHTED = {"formula": "amount * probability / 100"}


def formula(works: UnitOfWorkFactory, name: str, said: str, about: str = "opportunity") -> Any:
    kind = "rollup" if any(said.startswith(f"{each}(deals") for each in WAYS) else "formula"
    return added(works, about, name, kind, formula=said)


def held(works: UnitOfWorkFactory, entity: Any, name: str, number: int = 1) -> Any:
    """What a record holds in a field that was added."""
    with works("T1", writes=False) as work:
        return getattr(work.find(entity, number, deleted=True), name)


WAYS = ("sum", "count", "min", "max", "average")


def test_lines_say_what_a_field_is_worked_out_from(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    account = given(works, Account, name="Acme")
    deal(
        works,
        "Oars",
        amount="60000",
        account=account.ref,
        probability="50",
        close_date="2026-03-31",
    )
    deal(works, "Ropes", amount="100", account=account.ref, stage="won")
    for line in (
        'deal "Weighted" formula "amount * probability / 100"',
        'deal "Days open" formula "days(close_date - created_at)"',
        "deal “Size” formula “if(amount > 50000, ‘big’, ‘small’)”",
        'account "Won so far" rollup "sum(deals.amount where stage = won)"',
        'account "Deals" roll-up "count(deals)"',
        'account Average kind=rollup formula="average(deals.weighted)"',
    ):
        slack.command(f"/crm field new {line}", user=ADA)
        assert "Created FD-" in told(slack), answer(slack)
    slack.command("/crm OP-1")
    for line in ("*Weighted:* €30,000", "*Days open:* 21", "*Size:* big"):
        assert line in slack.last.words, slack.last.words
    slack.command(f"/crm {account.ref}")
    for line in ("*Won so far:* €100", "*Deals:* 2", "*Average:* €15,050"):
        assert line in slack.last.words, slack.last.words
    slack.command("/crm set OP-1 amount=40k")
    assert "Weighted: €30,000 → €20,000" in told(slack)
    slack.command("/crm deal list size = small sort by weighted")
    assert "OP-1" in slack.last.words
    slack.command("/crm set OP-1 weighted=5")
    assert "it follows from Amount and Probability. Change those instead." in answer(slack)
    slack.command(f"/crm set {account.ref} deals=5")
    assert "it follows from its deals. Change those instead." in answer(slack)


@pytest.fixture
def others(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    """A field in another currency, one that is retired, and one that is deleted."""
    added(works, "opportunity", "Bonus", "money")
    for name in ("Retired one", "Deleted one"):
        added(works, "opportunity", name, "number")
    slack.command("/crm field edit FD-2 retired=yes", user=ADA)
    slack.command("/crm field delete FD-3 --yes", user=ADA)


@table(
    ("line", "why"),
    [
        ('deal "W" formula "amont * 2"', "“amont” (letter 1) is no field of a deal. Did you mean"),
        ('deal "W" formula', "It needs what it is worked out from"),
        ('deal "W" formula "amount" required', "Required is for what people fill"),
        ('deal "W" formula "amount" unique', "Unique is for what people fill"),
        ('deal "W" number formula="amount"', "Only a field of the kind Formula or Roll-up"),
        ('deal "W" formula "w + 1"', "W would be worked out from itself: W → W."),
        ('deal "W" formula "retired_one + 1"', "“retired_one” (letter 1) is retired."),
        ('deal "W" formula "deleted_one + 1"', "“deleted_one” (letter 1) is no field of a deal."),
        ('deal "W" formula "days(close_date - today())"', "depends on the day on which"),
        ('deal "W" formula "amount + bonus"', "is an amount in another currency"),
        ('account "W" rollup "sum(deals)"', "“deals” (letter 5) needs a field of theirs."),
        (
            'account "W" rollup "sum(deals.name)"',
            "“name” (letter 11) is a text, and sum needs a num",
        ),
        ('account "W" rollup "max(deals.stage)"', "is a choice, and max needs a number or a day."),
        ('account "W" rollup "total_of(deals.amount)"', "“total_of” (letter 1) is nothing that a"),
        ('account "W" rollup "sum(dels.amount)"', "Did you mean “deals”?"),
        ('account "W" rollup "sum(users.amount)"', "are no records that refer to an account."),
        ('account "W" rollup "count(deals.amount)"', "is not needed: write count(deals)."),
        ('account "W" rollup "sum(deals.amont)"', "is no field of a deal. Did you mean “amount”?"),
        ('account "W" rollup "sum(deals.amount where stage)"', "is a choice, not a condition"),
        ('account "W" rollup "sum(deals.amount where stage = wonn)"', "is no Stage. Did you mean"),
        ('account "W" rollup "sum(deals.amount by customer)"', "does not refer to an account."),
        ('account "W" rollup "sum(deals.amount"', "ends too early"),
        ('product "W" rollup "sum(sale lines.total)"', "has the currency of another record"),
    ],
)
def test_a_formula_that_cannot_be_is_refused_in_words(
    slack: SlackDriver, others: None, line: str, why: str
) -> None:
    slack.command(f"/crm field new {line}", user=ADA)
    read = answer(slack)
    assert why in read, read


def test_formulas_go_in_no_circle_however_they_are_changed(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    formula(works, "First", "amount * 2")
    formula(works, "Second", "first + 1")
    formula(works, "Whole", "max(deals.second)", "account")
    slack.command('/crm field edit FD-1 formula="second * 2"', user=ADA)
    assert "First would be worked out from itself: First → Second → First." in answer(slack)
    slack.command("/crm field edit FD-1 formula=\"if(amount > 3, 'x', 'y')\"", user=ADA)
    assert "A formula cannot change from money to text" in answer(slack)
    slack.command('/crm field edit FD-1 formula="amount * 3"', user=ADA)
    assert "Formula: amount * 2 → amount * 3" in told(slack)


def test_what_a_formula_uses_is_not_deleted_without_a_word(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works)
    added(works, "opportunity", "Seats", "number")
    formula(works, "Places", "seats * 2")
    formula(works, "Most", "max(deals.seats where seats > 1)", "account")
    slack.command("/crm field delete FD-1 --yes", user=ADA)
    assert "FD-2 Places and FD-3 Most are worked out from Seats." in answer(slack)
    slack.command("/crm field edit FD-1 name=Licences", user=ADA)
    slack.command("/crm set OP-1 licences=4")
    assert "Places: empty → 8" in told(slack)
    slack.command("/crm FD-2", user=ADA)
    assert "licences * 2" in slack.last.words
    for number in (2, 3, 1):
        slack.command(f"/crm field delete FD-{number} --yes", user=ADA)
        assert "Deleted" in told(slack), answer(slack)
    slack.command("/crm restore FD-2", user=ADA)
    assert "“x_seats” (letter 1) is no field of a deal." in answer(slack)
    slack.command("/crm restore FD-1", user=ADA)
    slack.command("/crm restore FD-2", user=ADA)
    assert held(works, Opportunity, "x_places") == 8


def test_who_does_not_see_a_source_does_not_see_the_formula(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    account = given(works, Account, name="Acme")
    deal(works, amount="1000", probability="40", account=account.ref)
    formula(works, "Weighted", "amount * probability / 100")
    formula(works, "Twice", "weighted * 2")
    formula(works, "Sum", "sum(deals.twice)", "account")
    formula(works, "Likely", "count(deals where probability > 10)", "account")
    shown = ("Weighted", "Twice", "Sum", "Likely")
    for ref in ("OP-1", account.ref):
        slack.command(f"/crm {ref}")
        assert any(f"*{label}:*" in slack.last.words for label in shown)
    slack.command('/crm role hide "senior rep" deal probability', user=ADA)
    for ref in ("OP-1", account.ref):
        slack.command(f"/crm {ref}")
        assert not any(f"*{label}:*" in slack.last.words for label in shown), slack.last.words
    slack.command("/crm deal list weighted > 1")
    assert "OP-1" not in slack.last.words
    with works("T1", "U_RITA", writes=False) as work, pytest.raises(ValueError, match="Weighted"):
        list_records(work, Opportunity, "weighted > 1")


def test_who_does_not_see_the_records_does_not_see_what_they_amount_to(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    account = given(works, Account, name="Acme")
    formula(works, "Deals", "count(deals)", "account")
    deal(works, account=account.ref)
    slack.command(f"/crm {account.ref}")
    assert "*Deals:* 1" in slack.last.words
    slack.command('/crm role refuse "senior rep" deal show', user=ADA)
    slack.command(f"/crm {account.ref}")
    assert "*Deals:*" not in slack.last.words


def test_what_names_a_field_that_is_gone_is_empty_and_keeps_nobody_from_saving(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    """Nobody can delete such a field; a database that was mended by hand may lack it."""
    account = given(works, Account, name="Acme")
    added(works, "opportunity", "Seats", "number")
    formula(works, "Twice", "seats * 2")
    formula(works, "Most", "max(deals.seats)", "account")
    formula(works, "Some", "count(deals where seats > 1)", "account")
    with works("T1") as work:
        gone = update(CustomField.__table__).where(CustomField.__table__.c.name == "Seats")
        work.session.connection().execute(gone.values(deleted_at=work.now))
        work.regroup()
    deal(works, account=account.ref, amount="5")
    slack.command("/crm set OP-1 amount=6")
    assert "Amount: €5 → €6" in told(slack)
    assert held(works, Opportunity, "x_twice") is None
    assert [held(works, Account, name) for name in ("x_most", "x_some")] == [None, 0]


def test_nobody_writes_a_formula_with_what_they_do_not_see(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command('/crm role allow "senior rep" field everything', user=ADA)
    slack.command('/crm role hide "senior rep" deal probability', user=ADA)
    slack.command('/crm field new deal W formula "amount * probability"')
    assert "“probability” (letter 10) is not shown to your role" in answer(slack)


def test_amounts_in_several_currencies_are_not_added_up(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    account = given(works, Account, name="Acme")
    formula(works, "Total", "sum(deals.amount)", "account")
    formula(works, "Open", "sum(deals.amount where stage != won)", "account")
    deal(works, "Oars", amount="100", account=account.ref)
    deal(works, "Ropes", amount="USD 100", account=account.ref, stage="won")
    assert [held(works, Account, name) for name in ("x_total", "x_open")] == [None, 100]


def test_what_is_too_large_to_keep_is_empty_and_keeps_nobody_from_saving(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    formula(works, "Huge", "probability * 1000000000000000")
    formula(works, "Long", "concat(name, name, name)")
    deal(works, "x" * 200, probability="90")
    assert held(works, Opportunity, "x_huge") is None
    assert held(works, Opportunity, "x_long") == "x" * 255


def test_a_label_that_a_formula_shows_is_brought_up_to_date(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "opportunity", "Contract", "choice", options="Annual, Pre-paid")
    formula(works, "Text", "concat(contract, '!')")
    deal(works, x_contract="pre_paid")
    assert held(works, Opportunity, "x_text") == "Pre-paid!"
    slack.command('/crm field edit FD-1 options="Annual, Pre paid"', user=ADA)
    assert held(works, Opportunity, "x_text") == "Pre paid!"


def test_a_file_fills_what_formulas_say_and_their_indexes(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    given(works, Account, name="Acme")
    added(works, "opportunity", "Weighted", "formula", **WEIGHTED, filterable="yes")
    formula(works, "Sum", "sum(deals.weighted)", "account")
    rows = [f"Deal {at},Acme,{at}00,50,2026-04-01" for at in range(1, 9)]
    text = "name,account,amount,probability,close_date\n" + "\n".join(rows)
    assert imported(works, Opportunity, text).created == 8
    with works("T1", ADA, writes=False) as work:
        assert len(list_records(work, Opportunity, "weighted > 200").records) == 4
    assert held(works, Account, "x_sum") == 1800


def test_many_records_are_worked_out_in_the_background(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    ada: Customer,
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = given(works, Account, name="Acme")
    for at in range(7):
        deal(works, f"Deal {at}", amount="100", probability="50", account=account.ref)
    monkeypatch.setattr(reshaping, "AT_ONCE", 5)
    monkeypatch.setattr(worker, "MOST", 3)
    background = create_background(works)
    added(works, "opportunity", "Weighted", "formula", **WEIGHTED, filterable="yes")
    formula(works, "Sum", "sum(deals.weighted)", "account")
    assert [held(works, Opportunity, "x_weighted", at) for at in (1, 7)] == [None, None]
    background.drain()
    assert [held(works, Opportunity, "x_weighted", at) for at in (1, 7)] == [50, 50]
    assert held(works, Account, "x_sum") == 350
    with works("T1", ADA, writes=False) as work:
        assert len(list_records(work, Opportunity, "weighted = 50").records) == 7
    slack.command('/crm field edit FD-1 formula="amount * 2"', user=ADA)
    slack.command("/crm undo", user=ADA)
    assert "This is still being done in the background." in answer(slack)
    slack.command("/crm set OP-1 probability=60")
    background.drain()
    courier.drain()
    done = slack.posted(ADA)[-1]
    assert "Worked out 8 values: Weighted: 7 held something else" in done.text
    assert [held(works, Opportunity, "x_weighted", at) for at in (1, 7)] == [200, 200]
    assert held(works, Account, "x_sum") == 1400
    slack.click("crm.undo", done, user=ADA)
    background.drain()
    assert held(works, Account, "x_sum") == 350 + 10


def test_a_computation_that_is_cancelled_leaves_the_others_and_is_undone_for_all(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    ada: Customer,
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for at in range(7):
        deal(works, f"Deal {at}", amount="100", probability="50")
    added(works, "opportunity", "Weighted", "formula", **WEIGHTED)
    monkeypatch.setattr(reshaping, "AT_ONCE", 5)
    background = create_background(works)
    slack.command('/crm field edit FD-1 formula="amount * 2"', user=ADA)
    claim = background.claim("T1")
    assert claim
    claim.limit = 3
    assert background.prepare(claim)
    assert background.piece(claim)
    courier.drain()
    slack.click("crm.background", slack.posted(ADA)[-1], user=ADA)
    background.drain()
    courier.drain()
    told_so = slack.posted(ADA)[-1]
    assert "The others hold what they held." in told_so.text
    assert [held(works, Opportunity, "x_weighted", at) for at in (1, 3, 4, 7)] == [200, 200, 50, 50]
    slack.click("crm.undo", told_so, user=ADA)
    background.drain()
    assert [held(works, Opportunity, "x_weighted", at) for at in (1, 3, 4, 7)] == [50] * 4


def test_who_changed_a_record_before_its_formula_was_there_tries_again(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    """What is worked out again raises the version, so that nobody writes over it unseen."""
    deal(works, amount="100", probability="50")
    before = found(works, Opportunity).version
    added(works, "opportunity", "Weighted", "formula", **WEIGHTED)
    assert held(works, Opportunity, "x_weighted") == 50
    assert found(works, Opportunity).version == before + 1
