"""Every record of a list is changed at once: first a sample, then all, then one undo for all."""

from bot.app import create_background
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.background import bulk_change
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import CELEBRATED_AFTER, Opportunity
from models.sales.product import Product
from models.sales.purchase import Purchase
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, assert_inert, told
from tests.handlers.undoable import held
from tests.many import fields_of, many_leads
from tests.tables import table

CHANGE = "/crm deal list open | set stage=proposal"


def test_a_list_is_changed_after_a_sample_and_undone_at_once(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    before = held(works)
    slack.command(CHANGE)
    assert told(slack).splitlines() == [
        "Change 3 deals? Nothing was done yet.",
        "OP-3 Ropes: Stage: Qualification → Proposal",
        "OP-2 Oars: Stage: Qualification → Proposal",
        "OP-1 Sails: Stage: Qualification → Proposal",
    ]
    assert held(works) == before
    assert slack.last.buttons == ["Change 3 deals"]
    slack.click("crm.run")
    assert told(slack) == "Changed 3 deals"
    assert fields_of(works, Opportunity, "stage") == {"proposal": 3}
    slack.click("crm.undo")
    assert told(slack).startswith("Undone: ")
    assert held(works) == before


def test_only_five_are_shown_and_the_others_counted(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    many_leads(works, 8)
    slack.command('/crm lead list | set source="fair *1*" tags=vip')
    lines = told(slack).splitlines()
    assert lines[0] == "Change 8 leads? Nothing was done yet."
    assert lines[1] == "LD-8 Ada 7: Tags: empty → vip, Source: empty → fair *1*"
    assert lines[6:] == ["and 3 more"]
    assert_inert(slack)


def test_what_already_holds_the_value_stays_as_it_is(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    slack.command("/crm deal edit OP-1 stage=proposal")
    slack.command(CHANGE)
    assert "OP-1 Sails: Stage: as before" in told(slack)
    slack.click("crm.run")
    assert told(slack).splitlines() == ["Changed 2 of 3 deals", "1 had it already."]


def test_what_belongs_to_others_is_counted_before_and_left_out(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    for by in ("U_RITA", "U_MONA", "U_MONA", "U_JULE"):
        given(works, Opportunity, by, name="Sails", customer=ada.ref)
    slack.user = "U_JULE"
    slack.command("/crm deal list | set next_step=call")
    assert "3 of them are not yours to change, and stay as they are." in told(slack)
    slack.click("crm.run")
    first, second, third = told(slack).splitlines()
    assert (first, second) == ("Changed 1 of 4 deals", "3 left out:")
    assert third.startswith("• OP-1, OP-2, OP-3: Your role (rep) allows “deal edit” only for your")
    assert fields_of(works, Opportunity, "next_step") == {"call": 1, None: 3}


def test_what_all_lack_is_said_before_anything_is_done(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    slack.command("/crm deal list | set stage=lost --yes")
    assert told(slack) == "Why is it lost? Say it with the reason: deal lost OP-3 too expensive"
    assert fields_of(works, Opportunity, "stage") == {"qualification": 3}


def test_a_record_that_refuses_leaves_the_others_alone(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    for currency in ("USD", "EUR"):
        given(works, Purchase, customer=ada.ref, currency=currency, lines="1 × Oar @ 90")
    slack.command('/crm sale line list | set price="7 USD"')
    first, other, mine = told(slack).splitlines()
    assert first == "Change 2 sale lines? Nothing was done yet."
    assert other.startswith("PL-2 Oar stays as it is: ")
    assert mine == "PL-1 Oar: Price: $90 → $7"
    slack.click("crm.run")
    first, second, third = told(slack).splitlines()
    assert (first, second) == ("Changed 1 of 2 sale lines", "1 left out:")
    assert third.startswith("• PL-2: ")


def test_what_may_be_there_only_once_is_given_to_one(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for name in ("Mast", "Oar", "Rope"):
        given(works, Product, "U_ADA", name=name)
    slack.user = "U_ADA"
    slack.command("/crm product list | set sku=W-1 --yes")
    assert told(slack).splitlines() == [
        "Changed 1 of 3 products",
        "2 left out:",
        "• PR-2, PR-3: There is already PR-1 Mast with SKU “W-1”.",
    ]


@SQLITE
@table(
    ("line", "answer"),
    [
        ("deal list | set stage=sideways", "Stage cannot be “sideways”. Try one of"),
        ("deal list | set", "Which field? Write it such as: deal list … | set stage=…"),
        ("deal list | set quickly", "“quickly” is not understood behind | set. Nothing was done"),
        ("deal list amount > lots | set stage=won", "“lots” is not an amount."),
        ("deal list name = Anchors | set stage=won", "No deals match. Nothing was done."),
        ("lead list | set status=working --yes", "No leads match. Nothing was done."),
        ("deal list | set number=7", "There is no “number” here."),
    ],
)
def test_nothing_is_done_where_something_is_not_understood(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity], line: str, answer: str
) -> None:
    before = held(works)
    slack.command(f"/crm {line}")
    assert told(slack).startswith(answer), told(slack)
    assert held(works) == before


def test_only_who_may_change_any_is_asked(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    slack.user = "U_ELI"
    slack.command(CHANGE)
    assert told(slack).startswith("Your role (executive) does not allow “deal edit”.")


def test_people_hear_once_of_what_happened_to_many_and_nobody_celebrates(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    ada: Customer,
) -> None:
    for _ in range(12):
        given(works, Opportunity, name="Sails", customer=ada.ref)
    courier.drain()
    slack.user = "U_MONA"
    slack.command("/crm deal list | set stage=won --yes")
    clock.forward(CELEBRATED_AFTER)
    courier.drain()
    assert not [each for each in slack.posted("C_SALES") if ":tada:" in each.text]
    heard = slack.posted("U_RITA")
    assert len(heard) == 1
    assert "Mona Meyer won Sails (OP-1)" in heard[0].text
    assert "and 7 more" in heard[0].text


def test_many_are_changed_in_the_background_and_undone_there(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    many_leads(works, bulk_change.AT_ONCE + 1)
    before = held(works)
    slack.command("/crm lead list | set source=fair --yes")
    assert told(slack) == "I do it in the background. A message tells you how far it is."
    courier.drain()
    slack.command("/crm undo")
    assert told(slack).startswith("This is still being done in the background.")
    create_background(works).drain()
    courier.drain()
    assert fields_of(works, Lead, "source") == {"fair": 201}
    assert [each.text for each in slack.posted("U_RITA")] == ["Changed 201 leads: Source"]
    slack.command("/crm undo")
    assert told(slack) == "Undo what changed 201 records?"
    slack.click("crm.run")
    create_background(works).drain()
    courier.drain()
    assert held(works) == before
    first, second = (each.text.splitlines() for each in slack.posted("U_RITA"))
    assert first == ["Changed 201 leads: Source", "It was undone since."]
    assert second == ["Set back 201 leads"]
