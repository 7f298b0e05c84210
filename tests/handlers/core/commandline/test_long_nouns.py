"""Nouns of two words: the longest counts, in any spelling, wherever a noun may stand."""

import time
from pathlib import Path

import pytest

from bot.app import create_app
from bot.cli.console import entity_named
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Direct
from handlers.core.crud import Records
from handlers.core.dispatcher import Dispatcher
from handlers.core.payloads import command
from handlers.core.router import Catalogue
from handlers.general.home import home
from handlers.registry import ROUTERS
from models.core.identity import rights
from models.core.identity.role import Role
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from tests.bot.conftest import Crm
from tests.bot.conftest import crm as crm
from tests.ground import given
from tests.handlers.kit import SQLITE, count, told
from tests.installed import installed
from tests.tables import table

NOUNS = {Account: ("price list", "tariff sheet"), Contact: ("price",)}


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """Accounts are called price lists, and contacts prices, for one test."""
    for entity, nouns in NOUNS.items():
        monkeypatch.setattr(entity, "nouns", nouns)
    here = {entity.slug(): Records(entity) for entity in NOUNS}
    return Catalogue([here.get(router.noun, router) for router in ROUTERS])


@pytest.fixture
def slack(world: Slack, works: UnitOfWorkFactory, clock, catalogue: Catalogue) -> SlackDriver:
    world.reset()
    world.clock = clock
    world.rates.on = False
    app = create_app(installed(world), Dispatcher(works, catalogue, home), world.signing_secret)
    return SlackDriver(
        world, Direct(app, world.signing_secret, time.time), user="U_ADA", channel="C_GENERAL"
    )


LINES = [
    ("price list new Retail", "account", "new", "Retail"),
    ("new price list Retail", "account", "new", "Retail"),
    ("Price List: Retail", "account", "new", "Retail"),
    ("price-list new Retail", "account", "new", "Retail"),
    ("price_list new Retail", "account", "new", "Retail"),
    ("tariff sheet new Retail", "account", "new", "Retail"),
    ("price  list  new  Retail", "account", "new", "Retail"),
    ("create a price list Retail", "account", "new", "Retail"),
    ("price lists", "account", None, ""),
    ("price lists find retail", "account", "find", "retail"),
    ("find price lists retail", "account", "find", "retail"),
    ("price list retail", "account", "find", "retail"),
    ("my price lists", "account", "list", "mine"),
    ("show me all price-lists", "account", "list", ""),
    ("how many price lists are there", "account", "list", ""),
    ("price list AC-1", "account", "show", ""),
    ("price list edit AC-1 name=Whole sale", "account", "edit", ""),
    ("edit price list AC-1 name=Whole sale", "account", "edit", ""),
    ("AC-1 name=Whole sale", "account", "edit", ""),
    ("price list AC-1 name Whole sale", "account", "edit", "name Whole sale"),
    ("price lists help", None, "help", "account"),
    ("help price list", None, "help", "price list"),
    ("@crm, price list new Retail", "account", "new", "Retail"),
    ("/crm-price-list new Retail", "account", "new", "Retail"),
    ("price new 0301", "contact", "new", "0301"),
    ("price of list", "contact", "find", "of list"),
    ("new price list", "account", "new", ""),
    ("deal new price list for Acme", "opportunity", "new", "price list for Acme"),
    ("note CU-1 price  list is late", "log", "note", "price list is late"),
]


@table(("line", "noun", "verb", "text"), LINES)
def test_a_noun_of_two_words_stands_where_a_noun_stands(
    catalogue: Catalogue, line: str, noun: str | None, verb: str | None, text: str
) -> None:
    found = catalogue.command(line).line
    assert (found.noun, found.verb) == (noun, verb)
    assert found.text == text or found.rest == text


def test_a_text_is_kept_as_it_was_typed(catalogue: Catalogue) -> None:
    assert (
        catalogue.command("price list new price  list of  May").line.rest == "price  list of  May"
    )
    assert (
        catalogue.command("case note CS-1 price  list is late").line.said == "price  list is late"
    )
    assert catalogue.command("new price list Retail").line.rest == "Retail"


def test_the_words_for_it_are_singular_and_plural_in_every_spelling() -> None:
    assert Account.plural() == "price lists"
    assert {"price list", "price lists", "price-list", "price_lists", "tariff-sheets"} <= set(
        Account.words()
    )
    assert Account.words()[0] == Account.noun() == "price list"


def test_an_alias_of_the_root_may_have_such_a_noun() -> None:
    body = {
        "command": "/crm-price-list",
        "text": "new Retail",
        "team_id": "T1",
        "user_id": "U_ADA",
        "channel_id": "C1",
        "trigger_id": "x",
    }
    assert command(body, "/crm").line.split() == ["price-list", "new", "Retail"]


# ── in Slack ──────────────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_it_is_made_listed_found_and_changed(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm price list new Retail")
    assert told(slack).startswith("Created AC-1 Retail")
    slack.command("/crm price lists")
    assert "1 price list" in told(slack)
    slack.command("/crm price list find retail")
    assert "AC-1" in slack.last.words
    slack.command("/crm find price lists retail")
    assert "AC-1" in slack.last.words
    slack.command("/crm price list edit AC-1 industry=Toys")
    assert "Industry: empty → Toys" in told(slack)
    slack.click("crm.undo")
    assert "Industry: Toys → empty" in told(slack)
    slack.command("/crm price list find whole")
    assert told(slack).startswith("No price list matches “whole”")
    slack.command("/crm price list edit")
    assert told(slack).startswith("Which price list? Name it, for example: price list edit AC-1")
    slack.command("/crm price list new")
    assert slack.modal
    assert slack.modal.text == "New price list"
    slack.submit(name="Whole sale")
    assert count(works, Account) == 2


@SQLITE
def test_its_buttons_and_pickers_know_it(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Retail")
    slack.command("/crm price list AC-1")
    slack.click("account.edit")
    assert slack.modal
    slack.click("form.more")
    parent = next(each for each in slack.modal.actions if each.endswith("parent"))
    assert slack.options(parent, "ret") == ["AC-1 Retail"]
    slack.submit(name="Retail 2")
    assert "Name: Retail → Retail 2" in told(slack)


@SQLITE
def test_help_tells_of_it(slack: SlackDriver) -> None:
    slack.command("/crm help words")
    assert "price list" in slack.last.words
    for line in ("help price list", "help price-lists", "price list help", "help with price lists"):
        slack.command(f"/crm {line}")
        assert "`/crm price list new`" in told(slack), line
        assert "An organisation" in told(slack)
    slack.command("/crm help price")
    assert "`/crm price new`" in told(slack)


@table(
    ("typed", "meant"),
    [
        ("prise list new Retail", "price list new Retail"),
        ("price lst new Retail", "price list new Retail"),
        ("new prise list Retail", "new price list Retail"),
        ("tarif sheet list", "tariff sheet list"),
    ],
)
@SQLITE
def test_a_misspelt_one_is_offered_as_it_should_be(
    slack: SlackDriver, works: UnitOfWorkFactory, typed: str, meant: str
) -> None:
    slack.command(f"/crm {typed}")
    assert "Did you mean one of these?" in told(slack), typed
    offered = [
        element["value"]
        for block in slack.last.blocks
        for element in block.get("elements", ())
        if "value" in element
    ]
    assert offered[0] == meant
    assert len(offered) == len(set(offered))
    assert not any("list list" in each or "-list" in each for each in offered)
    assert count(works, Account) == 0


@SQLITE
def test_a_search_for_one_noun_beside_the_other_is_a_search(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm price lost")
    assert told(slack).startswith("No price matches “lost”")


# ── rights ────────────────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_rights_are_about_it(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm role allow executive price list edit own")
    assert told(slack).startswith("Every executive may “price list edit (own)”.")
    slack.command("/crm role hide executive price-list industry")
    assert told(slack).startswith("No executive sees industry of a price list any more.")
    slack.command("/crm role refuse executive price list edit")
    assert told(slack).startswith("No executive may “price list edit” any more.")
    slack.command("/crm role allow executive price list")
    assert slack.modal
    assert "Say the record and then what" in slack.modal.words
    with works("T1", writes=False) as work:
        kept = work.get(Role, work.lookup("role", "executive")).rights
    assert kept.splitlines()[-1] == "price list: look, edit none, hide industry"
    assert str(rights.stored(kept)) == kept


@SQLITE
def test_a_right_to_it_is_asked_for_and_granted(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm price list delete AC-1", user="U_ELI")
    assert "does not allow “price list delete”" in told(slack)
    slack.command("/crm request price list delete", user="U_ELI")
    assert "that you ask for “price list delete (own)”" in told(slack)
    with works("T1", writes=False) as work:
        eli, role = work.lookup("user", "U_ELI"), work.lookup("role", "executive")
        line = f"{work.ref('role', role)} {work.ref('user', eli)} price list delete own"
    slack.command(f"/crm role grant {line}")
    assert told(slack).startswith("Every executive may “price list delete (own)”.")
    with works("T1", "U_ELI", writes=False) as work:
        assert work.actor
        assert policy.can(work.actor, "delete", Account)


# ── files ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["price lists", "price-lists", "price_list", "Tariff Sheets"])
def test_a_file_of_them_is_imported(crm: Crm, tmp_path: Path, word: str) -> None:
    file = tmp_path / "lists.csv"
    file.write_text("Price list name,Price list industry\nRetail,Toys\nWhole sale,Toys\n")
    done = crm("import", word, str(file))
    assert (done.exit_code, "2 new" in done.output) == (0, True), done.output
    exported = crm("export", word)
    assert "Whole sale" in exported.output
    assert entity_named(word) is Account
