"""From a line to its verb, whichever way it is said: orders, places, names, slips and flags."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from handlers.core.executor import WILL
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, standing, told

pytestmark = SQLITE


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return given(works, Lead, first_name="Ada", last_name="Lovelace")


# ── slips ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("laed new Bob", "lead new Bob"),
        ("lead convrt LD-1", "lead convert LD-1"),
        ("LD-1 qualfy", "LD-1 qualify"),
        ("hlep", "help"),
        ("lead qualfy", "lead qualify"),
    ],
)
def test_a_slip_is_answered_with_what_may_have_been_meant(
    slack: SlackDriver, ada: Lead, typed: str, meant: str
) -> None:
    slack.command(f"/crm {typed}")
    assert "Did you mean one of these?" in told(slack)
    assert meant in [
        element["value"] for block in slack.last.blocks for element in block.get("elements", [])
    ]
    before = told(slack)
    slack.click("crm.run")
    assert slack.modal or told(slack) != before
    assert slack.modal or "I didn't understand" not in told(slack)


def test_a_word_nobody_knows_offers_the_search_for_it(slack: SlackDriver, ada: Lead) -> None:
    slack.command("/crm lovelac")
    assert told(slack) == "I didn't understand “lovelac”."
    assert slack.last.buttons == ["Search for “lovelac”", "Help"]
    slack.click("crm.run")
    assert "LD-1 Ada Lovelace" in told(slack)


def test_a_name_alone_is_the_record(slack: SlackDriver, ada: Lead) -> None:
    slack.command("/crm Lovelace")
    assert "LD-1 Ada Lovelace" in told(slack)


def test_a_verb_of_one_noun_needs_no_noun(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm qualify Ada")
    assert "Status: New → Qualified" in told(slack)


def test_a_verb_of_several_nouns_asks_which(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm claim somebody")
    assert told(slack) == "“claim” goes with more than one thing. Did you mean one of these?"
    assert "lead claim" in slack.last.buttons
    slack.command("/crm claim Ada")
    assert "Status: New → Working" in told(slack)


def test_without_a_record_the_answer_says_how_to_name_one(slack: SlackDriver) -> None:
    slack.command("/crm lead convert")
    assert told(slack) == "Which lead? Name it, for example: lead convert LD-1"


# ── places ────────────────────────────────────────────────────────────────────────────────────────


def test_this_is_the_card_of_the_thread(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    card = standing(slack, works, courier, ada, "C_GENERAL")
    standing(slack, works, courier, given(works, Lead, first_name="Bob"), "C_GENERAL")
    for line in ("@crm this", "@crm show this", "@crm lead show this", "@crm lead show"):
        slack.say(line, thread_ts=card.ts)
        assert told(slack).startswith("LD-1 Ada Lovelace"), line
        assert slack.last.thread_ts == card.ts
    slack.say("@crm qualify", thread_ts=card.ts)
    assert found(works, Lead).status == "qualified"
    slack.say("@crm this source=Fair", thread_ts=card.ts)
    assert told(slack) == "Changed LD-1 Ada Lovelace\nSource: empty → Fair"


def test_this_in_a_channel_is_the_newest_card_and_else_what_i_changed_last(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    standing(slack, works, courier, ada, "C_GENERAL")
    given(works, Lead, first_name="Bob")
    slack.command("/crm lead qualify this")
    assert told(slack).startswith("Changed LD-1 Ada Lovelace")
    slack.command("/crm lead set LD-2 source=Fair")
    slack.dm("lead show this")
    assert told(slack).startswith("LD-2 Bob")


def test_a_verb_of_several_nouns_is_about_the_card_of_the_thread(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    case = given(works, Case, subject="Leak", customer=given(works, Customer, first_name="Ada").ref)
    card = standing(slack, works, courier, case, "C_SUPPORT")
    slack.say("@crm claim", channel="C_SUPPORT", thread_ts=card.ts, user="U_SAM")
    assert "Assignee: unassigned → Sam Silva" in told(slack)


def test_nothing_stands_in_an_ordinary_thread(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.say("Hello")
    ts = slack.slack.timeline.of("C_GENERAL")[0].ts
    slack.say("@crm lead show this", thread_ts=ts)
    assert told(slack) == "Which lead? Name it, for example: lead show LD-1"


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_ambiguous_name_in_a_field_offers_the_same_line_with_a_reference(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for last in ("Lovelace", "King"):
        given(works, Customer, first_name="Ada", last_name=last)
    slack.command("/crm deal new Ada project 12k customer=Ada close=fri")
    assert told(slack) == "“Ada” could be CU-2 Ada King, CU-1 Ada Lovelace. Please say which one."
    slack.click("crm.run#2")
    assert (
        told(slack)
        == "Created OP-1 Ada project\nCustomer: CU-1 Ada Lovelace\nAmount: €12,000\nClose date: Fri 13 Mar"
    )
    slack.command("/crm OP-1")
    assert "Ada Lovelace" in slack.last.words


def test_the_buttons_of_an_ambiguous_line_keep_its_flags(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for last in ("Lovelace", "King"):
        given(works, Customer, first_name="Ada", last_name=last)
    slack.command("/crm customer set Ada job=Countess --form")
    buttons = [
        part
        for block in slack.last.blocks
        if block["type"] == "actions"
        for part in block["elements"]
    ]
    assert [part["value"].rpartition(" ")[2] for part in buttons] == ["--form", "--form"]
    slack.command('/crm customer set Ada job=Countess --reason="She asked"')
    slack.click("crm.run#2")
    slack.command("/crm history CU-1")
    assert "Why: She asked" in slack.last.words


@pytest.mark.parametrize("person", ["<@U_RAVI>", "@ravi", "“Ravi Rao”", "ravi"])
def test_people_are_named_in_any_way(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead, person: str
) -> None:
    slack.command(f"/crm lead set LD-1 owner={person}")
    assert "Owner: Rita Reyes → Ravi Rao" in told(slack)


def test_a_person_nobody_knows_is_said_so(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm assign LD-1 <@U_NOBODY>")
    assert slack.modal
    assert "This is nobody of this workspace. Choose one of its members." in slack.modal.words
    assert found(works, Lead).version == ada.version


def test_me_is_whoever_says_it(slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead) -> None:
    slack.command("/crm lead set LD-1 owner=me", user="U_MONA")
    assert "Owner: Rita Reyes → Mona Meyer" in told(slack)


# ── flags ─────────────────────────────────────────────────────────────────────────────────────────


def test_here_puts_the_card_into_the_channel(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    courier.drain()
    assert slack.posted("C_SUPPORT") == []
    slack.command("/crm show LD-1 --here", channel="C_SUPPORT")
    assert told(slack) == WILL
    courier.drain()
    [card] = slack.posted("C_SUPPORT")
    assert "lead.convert" in card.actions
    slack.command("/crm qualify LD-1")
    courier.drain()
    assert "Qualified" in slack.posted("C_SUPPORT")[0].words


def test_here_puts_a_list_into_the_channel_and_what_people_typed_stays_inert(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Lead, first_name="<!channel>", last_name="@here")
    slack.command("/crm lead list --here", channel="C_SALES")
    courier.drain()
    *_, shown = slack.posted("C_SALES")
    assert "<!channel>" in shown.words
    assert "<!" not in shown.text + str(shown.blocks)


def test_here_in_a_thread_posts_into_that_thread(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    courier.drain()
    slack.say("Who is new?", channel="C_GENERAL")
    ts = slack.slack.timeline.of("C_GENERAL")[-1].ts
    for line in ("lead list", "lead set LD-1 source=Fair"):
        slack.say(f"@crm {line} --here", channel="C_GENERAL", thread_ts=ts)
        assert told(slack) == WILL
        courier.drain()
        assert slack.posted("C_GENERAL")[-1].thread_ts == ts, line


def test_an_alias_is_the_root_with_its_word_typed(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm-find nothing")
    assert told(slack) == "Nothing matches “nothing”. Try fewer or other words."
    slack.command("/crm-lead")
    assert told(slack) == "There is no lead yet"


def test_only_what_one_may_do_is_in_the_help(slack: SlackDriver) -> None:
    slack.command("/crm help case", user="U_RITA")
    assert "claim" not in slack.last.words
    slack.command("/crm help case", user="U_SAM")
    assert "claim" in slack.last.words


def test_a_search_finds_everything(slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead) -> None:
    given(works, Account, name="Lovelace Ltd")
    slack.command("/crm find lovelace")
    assert told(slack).splitlines()[0] == "2 found for “lovelace”"
    slack.command("/crm find")
    assert told(slack) == "What are you looking for? Try: find acme"
    assert count(works, Lead) == 1
