"""Help by what one wants, with one's own records, a page a role, and what is talk."""

import pytest

from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.core.commandline.test_talk import values
from tests.handlers.kit import SQLITE, count, told

pytestmark = SQLITE


@pytest.fixture
def henrik(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Henrik", last_name="Dahl")


@pytest.fixture
def filled(works: UnitOfWorkFactory, henrik: Customer) -> None:
    given(works, Customer, by="U_RAVI", first_name="Grace")
    given(works, Opportunity, name="Sails", customer=henrik.ref)
    given(works, Opportunity, by="U_RAVI", name="Oars", customer=henrik.ref)
    given(works, Lead, first_name="Eve", owner="me")
    given(works, Case, by="U_SAM", subject="Leak", customer=henrik.ref)


@pytest.mark.usefixtures("filled")
def test_the_help_says_what_one_wants_with_records_of_ones_own(slack: SlackDriver) -> None:
    slack.command("/crm help")
    for said in (
        "*Log a call*\n`/crm log call Henrik Dahl wants a discount`",
        "*See what is due*\n`/crm my day`",
        "*Know everything about somebody*\n`/crm more CU-1`",
        "*Turn a lead into a deal*\n`/crm lead convert LD-1`",
        "*Move, win or lose a deal*\n`/crm deal stage OP-1 negotiation`",
        "*Hand over a deal*\n`/crm deal assign OP-1 @ravi`",
    ):
        assert said in slack.last.words, said
    assert "Grace" not in slack.last.words


PAGES = ["sales", "support", "managers", "admins", "figures"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("page", PAGES)
def test_every_example_of_every_page_can_be_done(
    slack: SlackDriver, works: UnitOfWorkFactory, page: str
) -> None:
    slack.command(f"/crm help for {page}", user="U_ADA")
    lines = [line.split("`")[1] for line in slack.last.words.splitlines() if line.startswith("`")]
    assert len(lines) > 2
    runs = [each for each in values(slack) if not each.startswith("help for")]
    accessories = [block["accessory"] for block in slack.last.blocks if "accessory" in block]
    runs += [each["value"] for each in accessories if "value" in each]
    for line in [*lines, *(f"/crm {each}" for each in runs)]:
        slack.command(line, user="U_ADA")
        if slack.modal:
            slack.close("U_ADA")
            continue
        for puzzled in ("I didn't understand", "There is no", "Did you mean", "Your role"):
            assert not told(slack).startswith(puzzled), line


def test_where_there_are_no_records_nothing_is_made_up(slack: SlackDriver) -> None:
    slack.command("/crm help")
    assert "*Add a customer*" in slack.last.words
    assert "Log a call" not in slack.last.words
    assert "None" not in slack.last.words


@pytest.mark.usefixtures("filled")
def test_each_opens_the_page_of_what_they_do_and_may_turn_to_another(slack: SlackDriver) -> None:
    for person, said in (
        ("U_RITA", "Move, win or lose a deal"),
        ("U_SAM", "Take a case"),
        ("U_MONA", "See the deals of the team"),
        ("U_ADA", "Give somebody a role"),
        ("U_ELI", "See the figures"),
    ):
        slack.command("/crm help", user=person)
        assert said in slack.last.words
    slack.command("/crm help")
    slack.pick("crm.menu", "For support")
    assert "Plan a task" in slack.last.words
    assert "Take a case" not in slack.last.words  # a rep may not


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("help rep", "For sales"),
        ("help sales rep", "For sales"),
        ("help support rep", "For support"),
        ("help manager", "For managers"),
        ("help for the admin", "For admins"),
        ("help executive", "For readers of figures"),
    ],
)
def test_each_role_has_a_page(slack: SlackDriver, typed: str, page: str) -> None:
    slack.command(f"/crm {typed}", user="U_ADA")
    menu = slack.last.blocks[0]["accessory"]
    assert menu["initial_option"]["text"]["text"] == page


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("help hand over", "Hand over a deal: /crm deal assign OP-1 @ravi"),
        ("help due", "See what is due: /crm my day"),
        ("help to plan", "Plan a task: /crm task new Call Henrik Dahl fri 9:30"),
    ],
)
def test_a_part_of_what_one_wants_is_enough(slack: SlackDriver, typed: str, title: str) -> None:
    slack.command(f"/crm {typed}")
    assert title in told(slack)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("spoken", "example"),
    [
        ("help log a call", "/crm log call Henrik Dahl wants a discount"),
        ("how do I hand over a deal?", "/crm deal assign OP-1 @ravi"),
        ("how can I plan a task", "/crm task new Call Henrik Dahl fri 9:30"),
        ("how do i add a customer", "/crm customer new Ada Byron ada@example.org"),
    ],
)
def test_who_says_what_they_want_reads_how_it_is_done(
    slack: SlackDriver, spoken: str, example: str
) -> None:
    slack.dm(spoken)
    assert example in told(slack)
    assert len(told(slack).splitlines()) == 1


def test_filters_are_shown_by_examples_that_run(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm help filters")
    runs = [block["accessory"]["value"] for block in slack.last.blocks if "accessory" in block]
    assert len(runs) > 4
    for line in runs:
        slack.command(f"/crm {line}")
        assert "was searched for as words" not in slack.last.words, line
        assert told(slack).startswith(("No ", "There is no ")), line


def test_what_people_are_called_does_not_break_the_example(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="<!here> `x`", last_name="& Co")
    slack.command("/crm help")
    assert "log call <!here> 'x' & Co wants" in slack.last.words
    assert "&lt;!here&gt;" in str(slack.last.blocks)


# ── talk ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_greeting_says_in_a_sentence_what_is_due(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    slack.dm("hi")
    assert told(slack) == "Hello Rita. Nothing is due today."
    given(works, Activity, description="Call", customer=henrik.ref, due_date="today 15:00")
    slack.dm("good morning")
    assert told(slack) == "Hello Rita. 1 task is due today."
    slack.dm("thank you!")
    assert told(slack) == "You are welcome, Rita."


@pytest.mark.parametrize(
    ("spoken", "line"),
    [
        ("what's next?", "home"),
        ("what should I do today", "home"),
        ("who should I call next?", "home"),
        ("tell me about Henrik", "find Henrik"),
        ("everything about Henrik", "find Henrik"),
    ],
)
def test_common_phrasings_are_verbs(
    slack: SlackDriver, henrik: Customer, spoken: str, line: str
) -> None:
    slack.dm(line)
    meant = told(slack)
    slack.dm(spoken)
    assert told(slack) == meant


def test_a_call_is_logged_as_one_says_it(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    slack.dm("log a call with Henrik about the budget")
    assert count(works, Activity) == 1
    assert "Henrik Dahl" in told(slack)
