"""What is told of changes to long texts, and of what was deleted."""

import pytest

from bot.sandbox.client import SlackDriver
from handlers.core.ui.blocks import apart
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.kit import SQLITE, told
from tests.tables import table

# ── long texts ────────────────────────────────────────────────────────────────────────────────────

WORDS = "one two three four five six seven eight nine ten eleven twelve"


@table(
    ("old", "new", "limit", "shown"),
    [
        ("red", "blue", 20, ("red", "blue")),
        ("", WORDS, 20, ("", "one two three four…")),
        (WORDS, "", 20, ("one two three four…", "")),
        ("other words " + WORDS, WORDS, 20, ("other words one two…", "one two three four…")),
        ("twenty " + WORDS, WORDS, 20, ("twenty one two thre…", "one two three four…")),
        (WORDS, WORDS + " thirteen", 20, ("…twelve", "…twelve thirteen")),
        (WORDS + " thirteen", WORDS, 20, ("…twelve thirteen", "…twelve")),
        (
            WORDS.replace("nine", "NINE"),
            WORDS,
            24,
            ("…eight NINE ten eleven…", "…eight nine ten eleven…"),
        ),
        ("x" * 60 + "y", "x" * 60 + "z", 12, ("…xxxxy", "…xxxxz")),
    ],
)
def test_two_texts_are_cut_to_where_they_differ(
    old: str, new: str, limit: int, shown: tuple[str, str]
) -> None:
    assert apart(old, new, limit) == shown
    assert all(len(each) <= limit for each in shown)


@SQLITE
def test_what_changed_of_a_role_is_seen_on_the_receipt_and_in_its_history(
    slack: SlackDriver,
) -> None:
    slack.command("/crm role allow rep audit verify", user="U_ADA")
    assert told(slack).splitlines()[-1].endswith("audit: verify")
    slack.command("/crm role allow rep lead delete own", user="U_ADA")
    slack.command("/crm history RO-1", user="U_ADA")
    newest, older = told(slack).splitlines()[1:3]
    assert "delete own" in newest.partition("→")[2]
    assert "delete own" not in newest.partition("→")[0]
    assert older.endswith("audit: verify")


# ── what was deleted ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def gone(works: UnitOfWorkFactory, slack: SlackDriver) -> Lead:
    """Ravi's lead, which Mona deleted."""
    lead = given(works, Lead, "U_RAVI", first_name="Ada", company="Analytical")
    slack.command("/crm delete LD-1 --yes --reason=double", user="U_MONA")
    return lead


def test_who_may_bring_it_back_reads_who_deleted_it_and_how_it_was(
    slack: SlackDriver, gone: Lead
) -> None:
    slack.command("/crm history LD-1")
    assert "Mona Meyer by command: Deleted. Why: double" in told(slack)
    slack.command("/crm LD-1 as of v1")
    assert "Company: Analytical" in told(slack)
    assert slack.last.buttons == ["History", "Restore"]
    slack.command("/crm LD-1 as of now")
    assert "when it was deleted" in told(slack).splitlines()[0]


@SQLITE
def test_from_others_what_was_deleted_is_hidden(
    slack: SlackDriver, works: UnitOfWorkFactory, gone: Lead
) -> None:
    for line in ("history LD-1", "LD-1 as of v1"):
        slack.command(f"/crm {line}", user="U_ELI")
        assert (
            told(slack)
            == "Your role (executive) does not allow “lead restore”. Ada Abel can give it."
        )
        slack.command(f"/crm {line}", user="U_OLGA")
        assert told(slack) == "There is no LD-1."


# ── what is no field ──────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_where_there_are_no_fields_none_are_offered(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    slack.command("/crm customer delete CU-1 sort=name")
    assert told(slack) == "There is no “sort” here. “delete” takes no fields."
    slack.command("/crm customer list sort=name")
    assert told(slack).startswith("A customer has no field “sort”.")


@SQLITE
def test_where_nobody_can_give_a_right_it_is_said_who_can_mend_that(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_ADA", left=True)
    slack.command("/crm role give @rita admin")
    way = 'Whoever runs the bot can make one, in a terminal: crm say "role give US-1 admin"'
    assert told(slack).endswith(f"Nobody here can give it: there is no admin. {way}")
    slack.click("crm.run")
    assert told(slack) == f"There is no admin whom I could ask. {way}"
