"""Every record of a list is changed at once: first a sample, then all, then one undo for all."""

from bot.app import create_background
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.handlers.kit import told
from tests.many import fields_of, many_leads


def test_a_list_is_changed_after_a_sample_and_undone_at_once(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    slack.command("/crm deal list open | set stage=proposal")
    print(told(slack))
    print(slack.last.buttons)
    assert fields_of(works, Opportunity, "stage") == {"qualified": 3}
    slack.click("crm.run")
    print(told(slack))
    print(slack.last.buttons)
    assert fields_of(works, Opportunity, "stage") == {"proposal": 3}
    slack.click("crm.undo")
    print(told(slack))
    print(slack.last.buttons)


def test_big(slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher) -> None:
    many_leads(works, 240)
    slack.command("/crm lead list | set source=fair")
    print(told(slack))
    print(slack.last.buttons)
    slack.click("crm.run")
    print(told(slack))
    print(slack.last.buttons)
    courier.drain()
    slack.go("U_RITA") if hasattr(slack, "go") else None
    print([m for m in dir(slack) if not m.startswith("_")])
    create_background(works).drain()
    courier.drain()
    print(told(slack))
    print(slack.last.buttons)
    slack.command("/crm background")
    print(told(slack))
    print(slack.last.buttons)
    slack.command("/crm undo")
    print(told(slack))
    print(slack.last.buttons)
    slack.click("crm.run")
    print(told(slack))
    print(slack.last.buttons)
    create_background(works).drain()
    courier.drain()
    slack.command("/crm background")
    print(told(slack))
    print(slack.last.buttons)
