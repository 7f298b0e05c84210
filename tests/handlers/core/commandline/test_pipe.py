"""What follows a list after a bar."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.manifest import SCOPES, manifest
from bot.sandbox.client import SlackDriver
from handlers.core.commandline import pipe
from handlers.core.commandline.line import FLAGS
from handlers.core.pipes import Bulk, bulk
from handlers.core.request import Request
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.identity.rights import Preset
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.handlers.kit import SQLITE, told
from tests.tables import table

CATALOGUE = Catalogue(ROUTERS)


@table(
    ("line", "front", "word", "text"),
    [
        ("deal list open | count", "deal list open", "count", ""),
        ('deal list | save "A | b"', "deal list", "save", '"A | b"'),
        ('deal list name="a | b"', None, "", ""),
        ("deal list | SET stage=won", "deal list", "set", "stage=won"),
        ("deal list |", "deal list", "", ""),
        ("deal list <@U1|Rita Reyes>", None, "", ""),
        ("deal list a|b", None, "", ""),
        ("deal list | save a | set stage=won --yes", "deal list | save a", "set", "stage=won"),
    ],
)
def test_a_bar_stands_alone_and_outside_of_quotes(line, front, word, text):
    found = pipe.cut(line, FLAGS)
    assert (found and (found[0], found[1].word, found[1].text)) == (
        (front, word, text) if front else None
    )


@SQLITE
@table(
    ("line", "filter", "texts", "left"),
    [
        ("deal list open | set stage=proposal", "open", {"stage": "proposal"}, ()),
        (
            "deals won last month | set owner=<@U_RITA> next step=call her --yes",
            "won last month",
            {"owner": "<@U_RITA>", "next_step": "call her"},
            (),
        ),
        ("deal list open | set stage proposal", "open", {"stage": "proposal"}, ()),
        ("deal list open | set owner=none", "open", {"owner": ""}, ()),
        ("deal list open | set close=+7d", "open", {"close_date": "+7d"}, ()),
        ("deal list open | set quickly", "open", {}, ("quickly",)),
        ("deal list open | set", "open", {}, ()),
    ],
)
def test_a_change_of_a_list_is_read_as_that_of_a_record(
    works: UnitOfWorkFactory, line, filter, texts, left
):
    with works("T1", "U_RITA", writes=False) as work:
        found = bulk(Request(work, CATALOGUE, CATALOGUE.command(line)))
    assert found == Bulk("opportunity", filter, texts, left)


@SQLITE
@pytest.mark.parametrize("line", ["deal list | count", "deals | count", "/crm-deal list | count"])
def test_a_list_is_counted(slack: SlackDriver, deals: list[Opportunity], line: str) -> None:
    slack.command(line if line.startswith("/") else f"/crm {line}")
    assert told(slack).startswith(f"{len(deals)} deals")


@SQLITE
def test_a_word_that_nobody_knows_is_said_and_nothing_is_done(
    slack: SlackDriver, deals: list[Opportunity]
) -> None:
    slack.command("/crm deal list open | cuont")
    assert told(slack).startswith(
        "“cuont” cannot follow | after a list. Nothing was done yet. "
        "These can: save, count, set, export."
    )
    slack.click("crm.run")
    assert told(slack).startswith("3 deals match “open”.")
    slack.command("/crm deal list open | count all")
    assert told(slack) == "“all” is not understood behind | count. Nothing was done yet."


def test_a_list_is_exported_as_a_file_in_a_direct_message(
    slack: SlackDriver, deals: list[Opportunity], courier: DeliveryDispatcher
) -> None:
    slack.command('/crm deal list name ~ a | save "With an a"', user="U_ADA")
    for line in ("deal list name ~ a | export", 'deal list "with an a" | export'):
        slack.command(f"/crm {line}", user="U_ADA")
        assert told(slack).endswith("The CSV file comes in a direct message in a moment.")
        courier.drain()
        lines = files(slack)[-1].splitlines()
        assert lines[0].startswith("ref,name,")
        names = [deal.name for deal in deals if "a" in deal.name.lower()]
        assert [line.split(",")[1] for line in lines[1:]] == names
    assert slack.posted("U_ADA")[-1].text == f"{len(names)} deals as CSV: name ~ a"


def files(slack: SlackDriver) -> list[str]:
    """The files that Slack has, the last one last."""
    return [each["bytes"].decode() for each in slack.slack.files.values()]


@SQLITE
def test_a_file_holds_what_its_reader_may_see_when_it_is_sent(
    slack: SlackDriver, deals: list[Opportunity], courier: DeliveryDispatcher
) -> None:
    slack.command("/crm deal list open | export", user="U_RITA")
    slack.command('/crm role hide "senior rep" deal amount', user="U_ADA")
    courier.drain()
    header, *rows = files(slack)[-1].splitlines()
    assert "amount" not in header.split(",")
    assert len(rows) == len(deals)
    slack.command("/crm deal list open | export", user="U_RITA")
    slack.command('/crm role refuse "senior rep" deal export', user="U_ADA")
    before = len(files(slack))
    courier.drain()
    assert len(files(slack)) == before
    assert slack.posted("U_RITA")[-1].text.startswith("The file could not be written.")


@SQLITE
def test_without_the_scope_for_files_the_person_hears_why_none_came(
    slack: SlackDriver,
    deals: list[Opportunity],
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    granted = [scope for scope in SCOPES if scope != "files:write"]
    asked = manifest(CATALOGUE) | {"oauth_config": {"scopes": {"bot": granted}}}
    monkeypatch.setattr(slack.slack, "manifest", asked)
    slack.command("/crm deal list open | export", user="U_ADA")
    courier.drain()
    why = "The files were not sent: Slack says “missing_scope”."
    assert slack.posted("U_ADA")[-1].text.startswith(why)


@SQLITE
def test_an_export_takes_its_right_a_filter_and_room(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    deals: list[Opportunity],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    works.welcome("T1", "U_RAVI", role=Preset.EXECUTIVE)
    slack.command("/crm deal list open | export", user="U_RAVI")
    assert "does not allow “deal export”" in told(slack)
    slack.command("/crm deal list wibble | export", user="U_ADA")
    assert told(slack).startswith("“wibble” is only searched for")
    monkeypatch.setattr("handlers.core.pipes.MOST", 2)
    slack.command("/crm deal list open | export", user="U_ADA")
    assert told(slack).endswith('in a terminal: crm export deals FILE --filter "open"')
