"""Selling a deal, and sales that stand alone."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.errors import Conflict
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.sales.opportunity import Opportunity
from models.sales.product import Product
from models.sales.purchase import Purchase
from models.sales.purchase_line import PurchaseLine
from tests.ground import given, together
from tests.handlers.kit import count, found, told


@pytest.fixture
def deal(works: UnitOfWorkFactory) -> Opportunity:
    given(works, Account, name="Acme")
    return given(works, Opportunity, name="Acme renewal", account="Acme", amount="12k")


def test_the_form_begins_with_the_deal_and_its_amount(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm OP-1")
    slack.click("opportunity.sell")
    assert slack.modal
    assert slack.modal.values["lines"] == "1 × Acme renewal @ 12000"
    slack.submit({"notes": "By phone"})
    first, *rest = told(slack).splitlines()
    assert first == "Acme renewal is sold: PU-1 Acme renewal"
    assert "Stage: Qualification → Won" in rest
    assert "PL-1 1 × Acme renewal @ 12000" in rest
    sale = found(works, Purchase, 1)
    assert (sale.account, sale.opportunity, sale.owner) == (deal.account, deal.id, deal.owner)
    assert (str(sale.total), sale.notes) == ("12000.00", "By phone")
    slack.command("/crm OP-1")
    assert "*Sold:* PU-1 Acme renewal" in slack.last.words


def test_it_is_sold_in_one_line_and_taken_back_with_one_undo(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    given(works, Product, by="U_ADA", name="Oar", sku="O-1", price="45")
    slack.command("/crm deal sell OP-1 4 × Oar; 1 × Delivery @ 30 +19%")
    assert told(slack).startswith("Acme renewal is sold: PU-1")
    assert str(found(works, Purchase, 1).total) == "215.70"
    slack.click("crm.undo")
    assert count(works, Purchase) == count(works, PurchaseLine) == 0
    assert found(works, Opportunity, 1).stage == "qualification"
    slack.click("crm.redo")
    assert (count(works, Purchase), count(works, PurchaseLine)) == (1, 2)
    assert found(works, Opportunity, 1).stage == "won"


def test_its_card_in_the_channel_is_drawn_once_more(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    courier.drain()
    slack.command("/crm deal sell OP-1 4 × Oar @ 45")
    assert told(slack).startswith("Acme renewal is sold: PU-1")
    courier.drain()
    cards = [each for each in slack.posted("C_SALES") if "*Sold:* PU-1 Acme renewal" in each.words]
    assert len(cards) == 1


def test_a_deal_is_sold_once(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm deal sell OP-1 1 × Oar @ 45")
    slack.command("/crm deal sell OP-1 2 × Oar @ 45")
    assert "Acme renewal is already sold: see PU-1" in (
        slack.modal.words if slack.modal else told(slack)
    )
    assert count(works, Purchase) == 1
    slack.command("/crm delete PU-1 --yes")
    slack.command("/crm deal sell OP-1 2 × Oar @ 45")
    assert told(slack).startswith("Acme renewal is sold: PU-2")


def test_a_lost_deal_is_not_sold(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm deal lost OP-1 too dear")
    slack.command("/crm OP-1")
    assert "opportunity.sell" not in slack.last.actions
    slack.command("/crm deal sell OP-1 1 × Oar @ 45")
    assert "is lost. To take that back: deal stage OP-1 won" in (
        slack.modal.words if slack.modal else told(slack)
    )


def test_of_two_who_sell_it_at_once_one_does(works: UnitOfWorkFactory, deal: Opportunity) -> None:
    def sell() -> str:
        def act(work: object) -> str:
            found = work.find(Opportunity, 1)  # type: ignore[attr-defined]
            return str(found.sell(work, "1 × Oar @ 45").ref)

        return works.attempt(act, "T1", "U_RITA", "command")

    results = together([sell, sell])
    assert "PU-1" in results
    (refused,) = [each for each in results if isinstance(each, Conflict)]
    assert str(refused) == "Acme renewal is already sold: see PU-1"


def test_who_may_not_win_the_deal_may_not_sell_it(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    with works("T1", "U_ADA", "command") as work:
        role = work.session.query(Role).filter(Role.key == "senior rep").one()
        role.rights = "everything: look, new\ndeal: look, sell"
    slack.command("/crm deal sell OP-1 1 × Oar @ 45")
    assert "does not allow “deal won”" in (slack.modal.words if slack.modal else told(slack))
    assert count(works, Purchase) == 0
    assert found(works, Opportunity, 1).stage == "qualification"


def test_a_sale_stands_alone_and_says_its_total(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Account, name="Acme")
    given(works, Product, by="U_ADA", name="Oar", sku="O-1", price="45")
    slack.command('/crm sale new Acme lines="2 × Oar; 1 × Delivery @ 30" sold=yesterday')
    sale = found(works, Purchase, 1)
    assert (str(sale.total), str(sale.sold_on), sale.name) == (
        "120.00",
        "2026-03-09",
        "Sale of Mon 9 Mar 2026",
    )
    slack.command("/crm set PL-1 quantity=3")
    assert "PU-1 Total: €120 → €165" in told(slack)
    slack.command("/crm set PU-1 total=1")
    assert "Total is kept by Rapport" in (slack.modal.words if slack.modal else told(slack))


def test_a_product_that_is_not_sold_any_more_is_refused(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Account, name="Acme")
    given(works, Product, by="U_ADA", name="Oar", price="45", active="no")
    slack.command('/crm sale new Acme lines="2 × Oar"')
    assert slack.modal
    assert "Line 1, “2 × Oar”: Oar is not sold any more." in slack.modal.words
