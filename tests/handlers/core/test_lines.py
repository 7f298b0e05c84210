"""Parts that are written as lines: in forms, in commands, on cards, and what an edit changes."""

import pytest

from bot.sandbox.client import SlackDriver
from handlers.core.ui import cards
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.sales.purchase import Purchase
from tests.ground import given
from tests.handlers.kit import height, told

THREE = "3 × Widget @ 90\n1 × Setup @ 500\n2 × Cable @ 5"


@pytest.fixture(autouse=True)
def acme(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Acme")


def lines_of(slack: SlackDriver, ref: str = "PU-1") -> str:
    slack.command(f"/crm edit {ref}")
    assert slack.modal
    return str(slack.modal.values["lines"])


def test_a_command_makes_the_record_and_its_parts(slack: SlackDriver) -> None:
    slack.command('/crm sale new Acme lines="3 × Widget @ 90; 1 x Setup @ 500"')
    first, *rest = told(slack).splitlines()
    assert first.startswith("Created PU-1 Sale of Tue 10 Mar 2026")
    assert "PL-1 3 × Widget @ 90" in rest
    assert "PL-2 1 × Setup @ 500" in rest
    assert lines_of(slack) == "3 × Widget @ 90\n1 × Setup @ 500"


def test_an_edit_keeps_changes_adds_and_removes_with_one_undo(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Purchase, account="Acme", lines=THREE)
    slack.command("/crm edit PU-1")
    slack.submit({"lines": "3 × Widget @ 80\n\n2 × Cable @ 5\n1 × Training @ 300"})
    said = told(slack)
    assert "PL-1 Price: €90 → €80" in said
    assert "Removed PL-2 Setup" in said
    assert "PL-4 1 × Training @ 300" in said
    assert "PL-3" not in said
    assert lines_of(slack) == "3 × Widget @ 80\n2 × Cable @ 5\n1 × Training @ 300"
    slack.click("crm.undo", slack.last)
    assert lines_of(slack) == THREE


def test_the_same_lines_written_in_another_way_change_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Purchase, account="Acme", lines=THREE)
    slack.command('/crm edit PU-1 lines="2*Cable @ 5,00; 3 x Widget @ 90 €;Setup @ 500"')
    assert told(slack).startswith("PU-1 Sale of Tue 10 Mar 2026: nothing changed")


def test_an_error_says_which_line_and_nothing_is_stored(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm sale new")
    slack.submit({"account": "AC-1", "lines": "3 × Widget @ 90\n2 × Setup @ cheap"})
    assert slack.errors["lines"].startswith("Line 2, “2 × Setup @ cheap”: ")
    with works("T1", writes=False) as work:
        assert work.session.query(Purchase).count() == 0
    slack.submit({"account": "AC-1", "lines": "3 × Widget @ 90\nGizmo"})
    assert slack.errors["lines"].startswith("Line 2, “Gizmo”: There is no product “Gizmo”")
    slack.submit({"account": "AC-1", "lines": "0 × Widget @ 90"})
    assert slack.errors["lines"] == "Line 1, “0 × Widget @ 90”: Quantity must be more than 0."


def test_lines_that_others_changed_meanwhile_are_not_lost(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Purchase, account="Acme", lines=THREE)
    slack.command("/crm edit PU-1")
    change(works, "3 × Widget @ 90\n4 × Setup @ 500\n2 × Cable @ 5")
    slack.submit({"name": "Spring"})
    assert lines_of(slack) == "3 × Widget @ 90\n4 × Setup @ 500\n2 × Cable @ 5"
    slack.command("/crm edit PU-1")
    change(works, "3 × Widget @ 90")
    slack.submit({"lines": "2 × Cable @ 5"})
    assert "others changed Lines. Save again to keep yours." in slack.modal.words  # type: ignore[union-attr]
    slack.submit()
    assert lines_of(slack) == "2 × Cable @ 5"


def change(works: UnitOfWorkFactory, lines: str) -> None:
    with works("T1", "U_RITA", "command") as work:
        records.update(work, work.find(Purchase, 1), {"lines": lines})


def test_card_and_details_list_the_parts(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    more = "\n".join(f"{n} × {'A very long word and another ' * 4}{n} @ 12,50" for n in range(1, 6))
    given(works, Purchase, account="Acme", lines=more)
    slack.command("/crm PU-1")
    assert "1 × A very long word" in slack.last.words
    assert "and 2 more" in slack.last.words
    assert height(slack.last.blocks) <= cards.LINES
    slack.command("/crm more PU-1")
    assert slack.modal
    assert "5 @ 12.50" in slack.modal.words


def test_who_may_not_see_a_price_sees_no_lines(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Purchase, account="Acme", lines=THREE)
    slack.command('/crm role hide "senior rep" purchase_line price', user="U_ADA")
    slack.command("/crm PU-1")
    assert "Widget" not in slack.last.words
    slack.command("/crm edit PU-1")
    assert slack.modal
    assert "lines" not in slack.modal.values
    slack.command('/crm edit PU-1 lines="1 × Widget @ 1"')
    assert "You may not see all Lines of PU-1." in slack.modal.words
