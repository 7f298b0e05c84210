"""Fields with decimals and amounts in another record's currency, at every door in Slack."""
# ruff: noqa: F811 — the fixture keeps its name here

from typing import Any

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import given
from tests.handlers.kit import found, told
from tests.made_up import sold  # noqa: F401


@pytest.fixture
def fare(works: UnitOfWorkFactory, sold: tuple[Any, ...]) -> Any:
    given(works, sold[0], name="Atlantic", currency="USD")
    return sold[1]


def test_a_line_makes_and_changes_them(
    fare: Any, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command(
        "/crm fare new Deck voyage=Atlantic weight=1,5 tax=7,7% price=90.50", user="U_ADA"
    )
    assert "Weight: 1.5" in told(slack)
    assert "Tax: 7.7 %" in told(slack)
    assert "Price: $90.50" in told(slack)
    slack.command("/crm fare set FR-1 price=90 EUR", user="U_ADA")
    assert slack.modal
    assert "Price is in USD, the currency of VY-1, not in EUR." in slack.modal.words
    slack.command("/crm fare set FR-1 price=100 kg=2.0", user="U_ADA")
    assert "Price: $90.50 → $100" in told(slack)
    assert "Weight: 1.5 → 2" in told(slack)
    slack.click("crm.undo", user="U_ADA")
    assert "Price: $100 → $90.50" in told(slack)
    slack.command("/crm fare find weight > 1.4", user="U_ADA")
    assert "FR-1 Deck" in told(slack)
    slack.command("/crm FR-1", user="U_ADA")
    assert "$90.50" in told(slack)


def test_a_form_takes_decimals_and_says_below_an_input_what_is_wrong(
    fare: Any, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm fare new", user="U_ADA")
    assert slack.modal
    drawn = {
        block["block_id"]: block["element"]
        for block in slack.modal.blocks
        if block["type"] == "input"
    }
    assert drawn["weight"]["is_decimal_allowed"] is drawn["tax"]["is_decimal_allowed"] is True
    wrong = {"name": "Deck", "voyage": "VY-1", "weight": "1.2345", "price": "9 EUR"}
    slack.submit(wrong, user="U_ADA")
    assert slack.errors == {
        "weight": "“1.2345” has more than 3 decimals. Try 1.2340.",
        "price": "Price is in USD, the currency of VY-1, not in EUR.",
    }
    right = {"weight": "1.125", "price": "9", "tax": "7.7"}
    slack.submit(wrong | right, user="U_ADA")
    assert slack.errors == {}
    assert str(found(works, fare).weight) == "1.125"
    slack.command("/crm edit FR-1", user="U_ADA")
    assert slack.modal.values["weight"] == "1.1250"
    slack.submit(user="U_ADA")
    assert told(slack) == "FR-1 Deck: nothing changed"
