"""A person keeps lists under names, for themselves alone."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core import saved_lists
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.handlers.kit import SQLITE, count, told


@pytest.mark.parametrize(
    "line",
    [
        'deal list stage=qualification keep as "First ones"',
        "deal list stage=qualification save as First ones",
        "keep name=“First ones” deal list stage=qualification",
    ],
)
def test_a_list_is_kept_by_the_end_of_its_line(
    slack: SlackDriver, deals: list[Opportunity], line: str
) -> None:
    slack.command(f"/crm {line}")
    assert told(slack).startswith("Kept: First ones is “deal list stage=qualification”.")
    slack.command("/crm lists first ones")
    assert told(slack).startswith("3 deals match “stage=qualification”")
    slack.command("/crm my lists")
    assert "First ones" in slack.last
    slack.click("crm.lists")
    assert told(slack).startswith("3 deals match")


def test_a_list_has_a_button_that_keeps_it_and_home_has_one_that_shows_it(
    slack: SlackDriver, deals: list[Opportunity]
) -> None:
    slack.command("/crm deal list")
    assert "Save list" not in slack.last.buttons
    slack.command("/crm deals open mine")
    slack.click("crm.keep")
    slack.submit(name="My open deals")
    assert "My open deals" in slack.home().buttons
    slack.click("crm.lists")
    assert "3 deals" in slack.home().words or "3 deals" in told(slack)
    slack.command("/crm lists", user="U_MONA")
    assert told(slack).startswith("You keep no lists yet.")
    slack.command("/crm lists My open deals", user="U_MONA")
    assert told(slack).startswith("You keep no list “My open deals”.")


@SQLITE
def test_a_name_is_used_once_and_can_be_dropped(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    slack.command("/crm deals open mine keep as Mine")
    slack.command("/crm deals won keep as MINE")
    assert told(slack).startswith("Kept anew: MINE is “deals won”.")
    with works("T1", "U_RITA", writes=False) as work:
        assert [each.line for each in saved_lists.mine(work)] == ["deals won"]
    slack.command("/crm lists drop mine")
    assert told(slack) == "The list mine is not kept any more."
    slack.command("/crm lists mine")
    assert told(slack).startswith("You keep no list “mine”.")


@SQLITE
def test_only_lists_are_kept_and_words_of_a_text_stay_its_own(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity], ada: Customer
) -> None:
    slack.command('/crm keep name="Won" deal won OP-1')
    assert slack.modal
    assert "“deal won OP-1” is no list." in slack.modal.words
    slack.close()
    slack.command("/crm log note CU-1 a list to keep as reference")
    assert "keep as reference" in told(slack)
    slack.command("/crm deal new Sails keep as spare CU-1")
    assert count(works, Opportunity) == 4


@SQLITE
def test_a_person_keeps_so_many_and_no_more(
    slack: SlackDriver, works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_lists, "MOST", 2)
    for name in ("One", "Two", "Three"):
        slack.command(f"/crm deals open keep as {name}")
    assert told(slack) == "You keep 2 lists already. Drop one: lists drop NAME."
    slack.command(f"/crm deals open keep as {'x' * 61}")
    assert "at most 60" in told(slack) or (slack.modal and "at most 60" in slack.modal.words)


@SQLITE
def test_the_name_of_a_list_alone_shows_it(
    slack: SlackDriver, deals: list[Opportunity], ada: Customer
) -> None:
    slack.command("/crm deals open mine keep as My list")
    assert told(slack).endswith("It is on your Home and under /crm My list, for you alone.")
    slack.command("/crm deals amount > 1k keep as Big deals")
    slack.command("/crm deals stage=won keep as won")
    assert told(slack).endswith("It is on your Home and under /crm lists, for you alone.")
    for line in ("My list", "my list", "show my list", "open My list!", "my list --here"):
        slack.command(f"/crm {line}")
        assert told(slack).startswith(("3 deals match “open mine”", "I will post it here")), line
    slack.dm("My list")
    assert told(slack).startswith("3 deals match “open mine”")
    slack.command("/crm big deals")  # what else would be words to search for
    assert "amount > 1k" in told(slack)
    slack.command("/crm My list", user="U_MONA")
    assert told(slack).startswith("I didn't understand")
