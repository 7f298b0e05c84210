"""What people do with deals, as they see it."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity, StageChange
from models.sales.stage import Stage
from tests.ground import START, StoppedClock, given
from tests.handlers.kit import SQLITE, count, found, standing, told
from tests.models.exchange.steps import imported


@pytest.fixture
def sails(works: UnitOfWorkFactory) -> Opportunity:
    """A deal with Ada over sails, for 12,000 euros."""
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    return given(works, Opportunity, name="Sails", customer=ada.ref, amount="12k")


LINES = [
    "/crm deal won OP-1",
    "/crm won deal OP-1",
    "/crm OP-1 won",
    "/crm won OP-1",
    "/crm-deal won op1",
    "@crm won OP-1",
]


@SQLITE
@pytest.mark.parametrize(
    "line", [*LINES, "/crm deal won Sails", '/crm deal won "sails"', "/crm opportunity won #OP-01"]
)
def test_a_deal_is_won_in_whatever_order_one_says_it(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity, line: str
) -> None:
    slack.command(line) if line.startswith("/") else slack.say(line)
    assert told(slack) == (
        "Changed OP-1 Sails\nStage: Qualification → Won\nClose date: empty → today\n"
        "Probability: 10 % → 100 %\nForecast category: Pipeline → Commit"
    )
    assert slack.last.ephemeral
    assert found(works, Opportunity).stage == Stage.WON


@SQLITE
def test_a_deal_is_won_in_a_direct_message(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.dm("deal won OP-1")
    assert told(slack).startswith("Changed OP-1 Sails")
    assert slack.last.channel == slack.slack.im("U_RITA").id


def test_a_deal_is_won_with_the_button_of_its_card(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    card = standing(slack, works, courier, sails)
    slack.click("opportunity.won", card)
    assert told(slack).startswith("Changed OP-1 Sails")
    assert slack.last.ephemeral
    courier.drain()
    card, event = slack.posted("C_SALES")
    assert event.words == "Rita Reyes moved it from qualification to won."
    assert "Won" in card.words
    assert "opportunity.won" not in card.actions
    moves = select(StageChange).order_by(StageChange.id)
    with works("T1", writes=False) as work:
        assert [move.after for move in work.session.scalars(moves)] == ["qualification", "won"]


@SQLITE
def test_winning_twice_is_refused(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command("/crm deal won OP-1")
    slack.command("/crm deal won OP-1")
    assert told(slack) == "OP-1 Sails is already won."


@SQLITE
def test_losing_asks_why_and_writes_it_down(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command("/crm deal lost OP-1")
    assert slack.modal
    assert slack.modal.text == "Lost Sails"
    slack.submit(reason="Too expensive", competitor="Oars Inc")
    assert "Lost because: empty → Too expensive" in told(slack)
    deal = found(works, Opportunity)
    assert (deal.stage, deal.lost_reason, deal.competitor) == (
        Stage.LOST,
        "Too expensive",
        "Oars Inc",
    )


@SQLITE
def test_a_deal_is_lost_in_one_line(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command("/crm deal lost OP-1 too expensive competitor=Oars")
    deal = found(works, Opportunity)
    assert (deal.lost_reason, deal.competitor) == ("too expensive", "Oars")


@SQLITE
@pytest.mark.parametrize("words", ["proposal", "Proposal Made", "stage=proposal"])
def test_a_deal_moves_to_a_stage_by_any_of_its_names(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity, words: str
) -> None:
    slack.command(f"/crm deal stage OP-1 {words}")
    assert "Stage: Qualification → Proposal" in told(slack)
    assert "Probability: 10 % → 50 %" in told(slack)


@SQLITE
def test_moving_asks_where_to(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command("/crm deal stage OP-1")
    slack.submit(stage="Negotiation")
    assert found(works, Opportunity).stage == Stage.NEGOTIATION


@SQLITE
def test_a_stage_that_does_not_exist_opens_the_form_with_the_reason(
    slack: SlackDriver, sails: Opportunity
) -> None:
    slack.command("/crm deal stage OP-1 sideways")
    assert slack.modal
    assert "Stage cannot be “sideways”. Try one of: Qualification," in slack.modal.words
    slack.close()
    slack.say("@crm deal stage OP-1 sideways")
    assert "Stage cannot be “sideways”" in told(slack)
    slack.click("crm.run")
    assert slack.modal
    assert slack.modal.text == "Stage Sails"


@SQLITE
@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("amount=13,5k", "Amount: €12,000 → €13,500"),
        ("amount=$9k", "Amount: €12,000 → $9,000"),
        ("close=fri", "Close date: empty → Fri 13 Mar"),
        ("closes=+3d", "Close date: empty → Fri 13 Mar"),
        ("close=eom", "Close date: empty → Tue 31 Mar"),
        ("close_date=2026-12-01", "Close date: empty → Tue 1 Dec"),
        ("owner=@ravi", "Owner: Rita Reyes → Ravi Rao"),
        ("next=“Send the offer”", "Next step: empty → Send the offer"),
        ("probability=70%", "Probability: 10 % → 70 %"),
        ("category=best", "Forecast category: Pipeline → Best"),
    ],
)
def test_values_are_read_as_people_write_them(
    slack: SlackDriver, sails: Opportunity, typed: str, shown: str
) -> None:
    slack.command(f"/crm OP-1 {typed}")
    assert shown in told(slack)
    assert slack.last.buttons == ["Undo", "Edit", "Show"]


@SQLITE
@pytest.mark.parametrize(
    "line",
    [
        "Sails 12k CU-1",
        "CU-1 Sails 12k",
        "Sails CU-1 €12,000.00",
        "Sails customer=ada amount=12000",
    ],
)
def test_a_deal_is_made_in_one_line(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    ada = given(works, Customer, first_name="Ada")
    slack.command(f"/crm deal new {line} close=fri")
    deal = found(works, Opportunity)
    assert (deal.name, deal.customer, deal.amount) == ("Sails", ada.id, 12000)
    assert (
        told(slack)
        == "Created OP-1 Sails\nCustomer: CU-1 Ada\nAmount: €12,000\nClose date: Fri 13 Mar"
    )


@SQLITE
def test_a_deal_without_a_customer_opens_the_form_with_what_was_typed(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    slack.command("/crm new deal Sails 12k")
    assert slack.modal
    assert "Name the customer, or at least the account, of this deal." in slack.modal.words
    assert (slack.modal.values["name"], slack.modal.values["amount"]) == ("Sails", "12k")
    slack.submit(customer="ada")
    assert told(slack) == "Created OP-1 Sails\nCustomer: CU-1 Ada\nAmount: €12,000"


@SQLITE
def test_an_unknown_word_after_the_noun_is_a_search(slack: SlackDriver, sails: Opportunity) -> None:
    slack.command("/crm deal sails")
    assert told(slack).splitlines()[0] == "1 deal matches “sails”"
    slack.click("opportunity.show")
    assert slack.last.text.startswith("OP-1 Sails · Qualification · €12,000")


@SQLITE
def test_deals_are_filtered_and_paged(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    for number in range(12):
        given(works, Opportunity, name=f"Oars {number}", customer="CU-1", amount=f"{number}k")
    slack.command("/crm deal find amount > 10k")
    assert told(slack).splitlines()[0] == "2 deals match “amount > 10k”"
    slack.command("/crm deal list")
    assert told(slack).splitlines()[0] == "13 deals, newest first"
    assert slack.last.actions.count("crm.run") == 1
    slack.click("crm.run")  # Next ten
    assert "OP-1 Sails" in slack.last
    assert "OP-13 " not in slack.last, "the first ten are still there"
    slack.click("crm.run")  # Previous ten
    assert "OP-13 " in slack.last
    assert "OP-1 Sails" not in slack.last


@SQLITE
def test_the_menus_of_a_list_turn_it_in_place(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    given(works, Opportunity, name="Oars", customer="CU-1", amount="90k", by="U_RAVI", owner="me")
    slack.command("/crm deal list")
    count = len(slack.seen)
    whose, which, order = menus(slack)
    assert [each["initial_option"]["text"]["text"] for each in (whose, which, order)] == [
        "Everybody’s",
        "All deals",
        "Newest first",
    ]
    slack.pick(order["action_id"], "Biggest amount first")
    assert told(slack).splitlines()[0] == "2 deals, biggest amount first"
    slack.pick(whose["action_id"], "Mine")
    assert told(slack).splitlines()[0] == "1 deal matches “mine”, biggest amount first"
    assert len(slack.seen) == count


def menus(slack: SlackDriver) -> list[dict[str, Any]]:
    """The menus of the last message."""
    rows = [block["elements"] for block in slack.last.blocks if block["type"] == "actions"]
    return [each for row in rows for each in row if each["type"] == "static_select"]


@SQLITE
def test_a_deal_is_given_to_someone_who_is_told(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, sails: Opportunity
) -> None:
    slack.command("/crm assign OP-1 @ravi")
    assert "Owner: Rita Reyes → Ravi Rao" in told(slack)
    courier.drain()
    slack.command("/crm help", user="U_RAVI")
    assert [shown.text for shown in slack.seen if shown.channel.startswith("D")] == [
        "Rita Reyes gave you OP-1 Sails"
    ]
    slack.command("/crm assign OP-1 @ravi")
    assert told(slack) == "OP-1 Sails already belongs to Ravi Rao."
    given(works, Opportunity, name="Masts", customer="CU-1")
    slack.command("/crm assign OP-2 OP-1 @ravi")
    rest = "Nothing was done to the others: a line changes all or none."
    assert told(slack) == f"OP-1 Sails already belongs to Ravi Rao. {rest}"
    assert found(works, Opportunity, 2).owner != found(works, Opportunity, 1).owner


@SQLITE
def test_support_may_look_at_deals_but_not_change_them(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command("/crm OP-1", user="U_SAM")
    assert "opportunity.won" not in slack.last.actions
    slack.command("/crm won OP-1", user="U_SAM")
    assert told(slack) == "Your role (support) does not allow “deal won”. Ada Abel can give it."
    slack.command("/crm deal new Oars CU-1", user="U_SAM")
    assert told(slack) == "Your role (support) does not allow “deal new”. Ada Abel can give it."
    assert count(works, Opportunity) == 1


# ── the same rules through every door ─────────────────────────────────────────────────────────────


@SQLITE
@pytest.mark.parametrize(
    "line",
    [
        "deal edit OP-1 stage=lost",
        "deal set OP-1 stage=lost",
        "OP-1 stage=lost",
        "deal stage OP-1 lost",
        'deal stage OP-1 "closed lost"',
    ],
)
def test_a_deal_is_never_lost_without_a_reason(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity, line: str
) -> None:
    slack.command("/crm deal set OP-1 close=2026-05-01")
    slack.command(f"/crm {line}")
    assert found(works, Opportunity).stage == Stage.QUALIFICATION
    assert slack.modal
    assert "Why is it lost?" in slack.modal.words
    slack.submit(lost_reason="Too expensive")
    deal = found(works, Opportunity)
    assert (deal.stage, deal.lost_reason, deal.close_date) == (
        Stage.LOST,
        "Too expensive",
        START.date(),
    )


@SQLITE
def test_a_reason_may_be_said_with_the_stage_and_the_day_too(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command('/crm deal edit OP-1 stage=lost reason="Too dear" close=2026-02-01')
    deal = found(works, Opportunity)
    assert (deal.stage, deal.lost_reason, str(deal.close_date)) == (
        Stage.LOST,
        "Too dear",
        "2026-02-01",
    )


@SQLITE
def test_the_form_asks_for_the_reason_once_lost_is_chosen(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command("/crm deal edit OP-1")
    assert slack.modal
    assert "lost_reason" not in slack.modal.values
    slack.submit(stage="Lost", name="Sails and oars")
    assert slack.modal
    assert "Why is it lost?" in slack.modal.words
    assert found(works, Opportunity).stage == Stage.QUALIFICATION
    slack.submit(lost_reason="Too dear")
    deal = found(works, Opportunity)
    assert (deal.stage, deal.lost_reason, deal.name) == (Stage.LOST, "Too dear", "Sails and oars")


@SQLITE
def test_a_mention_that_loses_a_deal_is_asked_for_the_reason(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.say("@crm deal edit OP-1 stage=lost")
    assert told(slack).startswith(
        "Why is it lost? Say it with the reason: deal lost OP-1 too expensive"
    )
    assert found(works, Opportunity).stage == Stage.QUALIFICATION


@SQLITE
def test_a_new_deal_that_is_lost_has_a_reason_too(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command("/crm deal new Oars CU-1 stage=lost")
    assert count(works, Opportunity) == 1
    slack.submit(lost_reason="Too dear")
    assert found(works, Opportunity, 2).lost_reason == "Too dear"


@SQLITE
def test_a_deal_that_is_won_by_its_stage_is_closed_today(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    slack.command("/crm deal set OP-1 close=2026-05-01")
    slack.command("/crm deal edit OP-1 stage=won")
    assert found(works, Opportunity).close_date == START.date()
    slack.click("crm.undo")
    deal = found(works, Opportunity)
    assert (deal.stage, str(deal.close_date)) == (Stage.QUALIFICATION, "2026-05-01")


@SQLITE
def test_what_is_set_back_asks_nothing_again(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    with works("T1") as work:
        work.find(Opportunity, 1).stage = Stage.LOST  # as an import of long ago left it
        work.session.flush()
        work.find(Opportunity, 1).close_date = date(2026, 1, 1)
    slack.command("/crm deal edit OP-1 stage=proposal")
    slack.command("/crm undo")
    deal = found(works, Opportunity)
    assert (deal.stage, deal.lost_reason, deal.close_date) == (Stage.LOST, None, date(2026, 1, 1))


def test_a_file_tells_what_was_and_is_not_asked_why(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    head = "Id,Name,Customer,Stage,Close date\n"
    imported(works, Opportunity, f"{head}X1,Sails,CU-1,proposal,2026-02-01\n")
    imported(works, Opportunity, f"{head}X1,Sails,CU-1,lost,2026-02-01\n")
    deal = found(works, Opportunity)
    assert (deal.stage, deal.lost_reason, str(deal.close_date)) == (Stage.LOST, None, "2026-02-01")


@SQLITE
@pytest.mark.parametrize(
    ("ended", "to"), [("lost OP-1 too dear", "proposal"), ("won OP-1", "proposal")]
)
def test_a_closed_deal_is_reopened_at_its_stage_of_before(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity], ended: str, to: str
) -> None:
    slack.command("/crm deal stage OP-1 proposal")
    slack.command(f"/crm deal {ended}")
    slack.command("/crm OP-1")
    slack.click("opportunity.reopen")
    assert (found(works, Opportunity).stage, found(works, Opportunity).lost_reason) == (to, None)
    slack.command("/crm reopen OP-1")
    assert told(slack) == "OP-1 Sails is open, at proposal."
    slack.command("/crm reopen OP-2")
    assert told(slack) == "OP-2 Oars is open, at qualification."


def test_a_deal_that_is_opened_again_closes_on_the_day_that_was_expected(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity], clock: StoppedClock
) -> None:
    slack.command("/crm deal edit OP-1 close=+20d")
    expected = found(works, Opportunity).close_date
    for ended, opened in (("won OP-1", "reopen OP-1"), ("lost OP-1 dear", "stage OP-1 discovery")):
        slack.command(f"/crm deal {ended}")
        assert found(works, Opportunity).close_date != expected
        slack.command(f"/crm deal {opened}")
        assert found(works, Opportunity).close_date == expected
        assert re.search("Close date: today → .+", told(slack))
    slack.command("/crm deal won OP-1")
    clock.forward(timedelta(days=30))
    slack.command("/crm reopen OP-1")
    assert found(works, Opportunity).close_date is None
    assert "When will it close? `deal edit OP-1 close=fri`" in told(slack)
    slack.command("/crm undo")
    assert found(works, Opportunity).stage == Stage.WON
    slack.command("/crm deal edit OP-1 stage=proposal close=fri")
    assert found(works, Opportunity).close_date is not None


def test_a_deal_keeps_the_close_date_of_a_file_that_opens_it_again(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Customer, first_name="Ada")
    head = "Id,Name,Customer,Stage,Close date\n"
    imported(works, Opportunity, f"{head}X1,Sails,CU-1,lost,2026-02-01\n")
    imported(works, Opportunity, f"{head}X1,Sails,CU-1,proposal,2026-02-01\n")
    assert str(found(works, Opportunity).close_date) == "2026-02-01"


# ── colleagues with the same customer ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("about", ["CU-1", "AC-1"])
def test_who_makes_a_deal_hears_of_colleagues_with_one(
    slack: SlackDriver, works: UnitOfWorkFactory, about: str
) -> None:
    given(works, Customer, first_name="Ada", last_name="Lovelace")
    given(works, Account, name="Engines")
    who = "customer" if about == "CU-1" else "account"
    given(works, Opportunity, **{"name": "Sails", who: about, "owner": "U_RAVI"})
    slack.command(f"/crm deal new Ropes {about}")
    assert f"Ravi Rao has an open deal with the same {who}: OP-1 Sails" in told(slack)


@SQLITE
def test_nobody_hears_of_their_own_or_closed_or_hidden_deals(
    slack: SlackDriver, works: UnitOfWorkFactory, sails: Opportunity
) -> None:
    given(works, Opportunity, name="Masts", customer="CU-1", owner="U_RITA")
    given(works, Opportunity, name="Oars", customer="CU-1", owner="U_RAVI", stage="won")
    slack.command("/crm deal new Ropes CU-1")
    assert "has an open deal" not in told(slack)
    given(works, Opportunity, name="Nets", customer="CU-1", owner="U_RAVI")
    slack.command("/crm deal new Lines CU-1")
    assert "Ravi Rao has an open deal with the same customer: OP-5 Nets" in told(slack)
    slack.command("/crm role allow senior rep deal show own", user="U_ADA")
    slack.command("/crm deal new Knots CU-1", user="U_RITA")
    assert "has an open deal" not in told(slack)
