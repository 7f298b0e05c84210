"""A filter is saved under a name, for oneself, a team, or everyone."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core import saved_filters
from models.core.identity.rights import Preset
from models.core.saved_filters import SavedFilter
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.handlers.kit import SQLITE, count, told

FIRST = "Saved: First ones is “deal list stage=qualification”"


@pytest.mark.parametrize(
    "line",
    [
        'deal list stage=qualification | save "First ones"',
        "deal list stage=qualification | save First ones for me",
        "deals stage=qualification | SAVE “First ones”",
        'deal list stage=qualification keep as "First ones"',
        "deal list stage=qualification save as First ones",
        "keep name=“First ones” deal list stage=qualification",
    ],
)
def test_a_list_is_saved_by_the_end_of_its_line(
    slack: SlackDriver, deals: list[Opportunity], line: str
) -> None:
    slack.command(f"/crm {line}")
    assert told(slack).startswith(f"{FIRST}, for you alone. It is on Home and under /crm lists.")
    slack.command("/crm lists first ones")
    assert told(slack).startswith("3 deals match “stage=qualification”")
    slack.command("/crm lists")
    assert "First ones" in slack.last
    slack.click("crm.lists")
    assert told(slack).startswith("3 deals match")


@pytest.mark.parametrize(
    "line",
    [
        'deal list "first ones"',
        "deal list First Ones",
        "deals first ones",
        "first ones",
        "lists SF-1",
    ],
)
def test_a_saved_filter_is_opened_by_its_name(
    slack: SlackDriver, deals: list[Opportunity], line: str
) -> None:
    slack.command('/crm deal list stage=qualification | save "First ones"')
    slack.command(f"/crm {line}")
    assert "3 deals match “stage=qualification”" in told(slack)


@SQLITE
def test_a_saved_filter_is_the_same_wherever_a_list_is(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    """Ordered, grouped, counted, changed, exported, and when a rule sets off."""
    slack.command('/crm deal list stage=qualification | save "First ones" for everyone')
    for words in ("sort by amount", "group by stage", "sort by name group by stage"):
        for begin in ("deal list first ones", "First ones"):
            slack.command(f"/crm {begin} {words}")
            assert told(slack).startswith("3 deals match “stage=qualification”"), words
    for line in ("deal list First ones sort by amount | count", "first ones | count"):
        slack.command(f"/crm {line}")
        assert told(slack).startswith("3 deals match"), line
    slack.command("/crm first ones | set next_step=call", user="U_ADA")
    assert told(slack).startswith("Change 3 deals? Nothing was done yet.")
    slack.command("/crm deal list first ones | export")
    assert told(slack).startswith("3 deals. The CSV file comes in a direct message")
    slack.command('/crm rule new when deal enters "first ones" then task "Look" +1d', user="U_ADA")
    assert "Created RU-1" in told(slack), told(slack)
    slack.command("/crm deal list first ones | set next_step=call", user="U_ADA")
    assert told(slack).startswith("Change 3 deals? Nothing was done yet.")
    slack.click("crm.run", user="U_ADA")
    assert told(slack).startswith("Changed 3 deals")
    slack.command("/crm deal list next_step=call | count", user="U_ADA")
    assert told(slack).startswith("3 deals")
    slack.command("/crm undo", user="U_ADA")
    slack.command("/crm deal list next_step=call | count", user="U_ADA")
    assert told(slack).startswith("No deal"), told(slack)


@SQLITE
def test_a_word_that_is_a_little_wrong_is_named(
    slack: SlackDriver, deals: list[Opportunity]
) -> None:
    for words, meant in (("sort by amuont", "amount"), ("group by stagee", "stage")):
        slack.command(f"/crm deal list {words}")
        assert f"Did you mean {meant}?" in told(slack)
    slack.command("/crm account list count(deals where opne) > 1")
    assert "“opne” in the count of deals says nothing about a deal. Did you mean open?" in told(
        slack
    )


@SQLITE
def test_its_card_leads_to_its_list(slack: SlackDriver, deals: list[Opportunity]) -> None:
    slack.command('/crm deal list stage=qualification | save "First ones"')
    slack.command("/crm filter show first ones")
    assert "Deals: stage=qualification" in slack.last
    slack.click("crm.lists")
    assert told(slack).startswith("3 deals match “stage=qualification”")


@SQLITE
def test_what_a_name_means_else_comes_first_and_two_of_a_name_are_asked_about(
    slack: SlackDriver, deals: list[Opportunity]
) -> None:
    slack.command("/crm deal list stage=won | save open for everyone", user="U_ADA")
    slack.command("/crm deal list open")
    assert told(slack).startswith("3 deals match “open”")
    slack.command('/crm deal list stage=won | save "Big ones" for everyone', user="U_ADA")
    slack.command('/crm deal list open | save "Big ones" for everyone', user="U_RAVI")
    slack.command("/crm deal list big ones")
    assert told(slack).startswith("“big ones” could be SF-2 Big ones (Ada Abel), SF-3 Big ones")
    slack.command('/crm deal list open mine | save "Big ones"')
    slack.command("/crm deal list big ones")
    assert told(slack).startswith("3 deals match “open mine”")


def test_a_filter_is_seen_by_those_it_is_for_and_by_nobody_else(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    works.welcome("T1", "U_RITA", team="sales")
    works.welcome("T1", "U_RAVI", team="sales", role=Preset.REP)
    works.welcome("T1", "U_MONA", role=Preset.MANAGER, team="support")
    for name, shared in (("Private", "me"), ("Ours", "team"), ("Public", "everyone")):
        slack.command(f"/crm deal list open | save {name} for {shared}")
    seen = {}
    for person in ("U_RITA", "U_RAVI", "U_MONA", "U_ADA"):
        slack.command("/crm lists", user=person)
        lines = told(slack).splitlines()[1:]
        names = [line.partition(":")[0].partition(" (")[0] for line in lines]
        seen[person] = [name.partition(" ")[2] for name in names]
        slack.command("/crm filter list", user=person)
        assert told(slack).startswith(f"{len(seen[person])} saved filter")
        slack.command("/crm show SF-1", user=person)
        assert told(slack).startswith("There is no SF-1") is (person != "U_RITA")
    assert seen == {
        "U_RITA": ["Ours", "Private", "Public"],
        "U_RAVI": ["Ours", "Public"],
        "U_MONA": ["Public"],
        "U_ADA": ["Public"],
    }
    slack.command("/crm filter edit SF-3 name=Mine", user="U_RAVI")
    assert "only for your own saved filters" in told(slack)
    slack.command("/crm filter edit SF-3 name=Everybodys", user="U_ADA")
    assert told(slack).startswith("Changed SF-3 Everybodys")
    slack.command("/crm deal list private", user="U_RAVI")
    assert told(slack).startswith("No deal matches")


def test_a_list_has_a_button_that_saves_it_and_home_has_one_that_shows_it(
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
    assert told(slack).startswith("There are no saved filters yet.")
    slack.command("/crm lists My open deals", user="U_MONA")
    assert told(slack).startswith("There is no saved filter “My open deals”.")


def test_a_saved_filter_is_changed_deleted_and_all_of_it_is_undone(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity]
) -> None:
    slack.command("/crm deals open mine | save Mine")
    slack.command("/crm deals won keep as MINE")
    assert told(slack).startswith("Saved anew: Mine is “deal list won”")
    slack.command("/crm undo")
    with works("T1", "U_RITA", writes=False) as work:
        assert [each.typed for each in saved_filters.mine(work)] == ["open mine"]
    slack.command("/crm filter edit SF-1 for=everyone name=“All mine”")
    assert "Seen by: Me → Everyone" in told(slack)
    slack.command("/crm lists drop all mine")
    assert told(slack).startswith("Deleted SF-1 All mine")
    slack.command("/crm lists all mine")
    assert told(slack).startswith("There is no saved filter “all mine”.")
    slack.command("/crm undo")
    slack.command("/crm lists all mine")
    assert told(slack).startswith("3 deals match")


@SQLITE
def test_only_lists_are_saved_and_words_of_a_text_stay_its_own(
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
    slack.command("/crm deal new Sails | save spare CU-1")
    assert count(works, Opportunity) == 5
    assert count(works, SavedFilter) == 0


@SQLITE
def test_what_cannot_be_read_is_not_saved(slack: SlackDriver, deals: list[Opportunity]) -> None:
    slack.command("/crm deal list stag = won | save Slip")
    assert "A deal has no field “stag”" in (slack.modal.words if slack.modal else told(slack))
    if slack.modal:
        slack.close()
    slack.command('/crm filter new Slip about=dals typed="open"')
    assert "Did you mean deals?" in (slack.modal.words if slack.modal else told(slack))


@SQLITE
def test_a_person_saves_so_many_and_no_more(
    slack: SlackDriver, works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_filters, "MOST", 2)
    for name in ("One", "Two", "Three"):
        slack.command(f"/crm deals open | save {name}")
    assert told(slack).startswith("You have 2 saved filters already.")
    slack.command(f"/crm deals open | save {'x' * 61}")
    assert "at most 60" in told(slack) or (slack.modal and "at most 60" in slack.modal.words)


@SQLITE
def test_the_name_of_a_list_alone_shows_it(
    slack: SlackDriver, deals: list[Opportunity], ada: Customer
) -> None:
    slack.command("/crm deals open mine keep as My list")
    assert told(slack).startswith("Saved: My list is “deal list open mine”, for you alone.")
    slack.command("/crm deals amount > 1k keep as Big deals")
    slack.command("/crm deals stage=won keep as won")
    for line in ("My list", "my list", "show my list", "open My list!", "my list --here"):
        slack.command(f"/crm {line}")
        assert told(slack).startswith(("3 deals match “open mine”", "I will post it here")), line
    slack.dm("My list")
    assert told(slack).startswith("3 deals match “open mine”")
    slack.command("/crm big deals")  # what else would be words to search for
    assert "amount > 1k" in told(slack)
    slack.command("/crm My list", user="U_MONA")
    assert told(slack).startswith("I didn't understand")


@SQLITE
def test_to_filter_is_also_a_verb(slack: SlackDriver, deals: list[Opportunity]) -> None:
    slack.command("/crm filter deals by stage=qualification")
    assert told(slack).startswith("3 deals match “stage=qualification”")
