"""What became of a record, how it was, and the way back: as people ask for it and see it."""

from datetime import timedelta

import pytest

from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.audit import chain
from models.core.db.engine import everywhere
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, assert_inert, found, told

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def deal(works: UnitOfWorkFactory, clock: StoppedClock, slack: SlackDriver) -> Opportunity:
    """Made on Tuesday at 11:00 in Berlin for 10,000; proposed an hour later for 12,000; won by Mona
    two days later.
    """
    given(works, Account, name="Acme")
    made = given(works, Opportunity, name="Sails", account="AC-1", amount="10k")
    clock.forward(HOUR)
    slack.command("/crm set OP-1 stage=proposal amount=12k")
    clock.forward(2 * DAY)
    slack.say('@crm OP-1 won --reason "they signed"', user="U_MONA")
    clock.forward(2 * DAY)
    return made


# ── history ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "line",
    ["/crm history OP-1", "/crm OP-1 history", "/crm deal history Sails", "@crm op1 history"],
)
def test_every_act_is_one_line_the_newest_first(
    slack: SlackDriver, deal: Opportunity, line: str
) -> None:
    slack.command(line) if line.startswith("/") else slack.say(line)
    heading, *lines = told(slack).splitlines()
    assert heading == "History of OP-1 Sails"
    assert lines == [
        "Thu 12 Mar 12:00 · v3 · Mona Meyer by message: Stage: Proposal → Won; Close date: empty → Thu 12 Mar;"
        " Probability: 50 % → 100 %; Forecast category: Best → Commit. Why: they signed",
        "Tue 10 Mar 12:00 · v2 · Rita Reyes by command: Stage: Qualification → Proposal; Amount: €10,000 → €12,000;"
        " Probability: 10 % → 50 %; Forecast category: Pipeline → Best",
        "Tue 10 Mar 11:00 · v1 · Rita Reyes: Created: Name: Sails; Account: Acme; Stage: Qualification;"
        " Amount: €10,000; and 4 more",
    ]
    assert slack.last.ephemeral


@SQLITE
def test_an_amount_is_shown_in_its_currency_of_then(slack: SlackDriver, deal: Opportunity) -> None:
    slack.command("/crm set OP-1 amount=$15k")
    slack.command("/crm history OP-1")
    assert "Amount: €12,000 → $15,000" in told(slack)


@SQLITE
def test_deleting_restoring_and_undoing_are_told(slack: SlackDriver, deal: Opportunity) -> None:
    for line in ("delete OP-1 --yes", "restore OP-1", "undo", "restore OP-1"):
        slack.command(f"/crm {line}")
    slack.command("/crm history OP-1")
    acts = [line.partition(" · ")[2].partition(" · ")[2] for line in told(slack).splitlines()[1:5]]
    assert acts == [
        "Rita Reyes by command: Restored",
        "Rita Reyes by undo: Deleted",
        "Rita Reyes by command: Restored",
        "Rita Reyes by command: Deleted",
    ]


@SQLITE
def test_a_long_history_has_pages(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    for number in range(34):
        with works("T1", "U_RITA") as work:
            work.find(Lead, 1).company = f"Company {number}"
    slack.command("/crm history LD-1")
    pages = [told(slack).splitlines()[1:]]
    while "crm.run" in slack.last.actions:
        slack.click("crm.run")
        pages.append(told(slack).splitlines()[1:])
    assert [len(page) for page in pages] == [15, 15, 5]
    versions = [line.split(" · ")[1] for page in pages for line in page]
    assert versions == [f"v{version}" for version in range(35, 0, -1)]


@SQLITE
def test_a_page_nobody_knows_is_the_first(slack: SlackDriver, deal: Opportunity) -> None:
    slack.command("/crm history OP-1 --page=x")
    assert told(slack).startswith("History of OP-1 Sails\nThu 12 Mar")


@SQLITE
def test_whatever_people_typed_is_inert(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    nasty = "<!channel> <@U_MONA> *x* & #general"
    slack.command(
        f'/crm set OP-1 name="{nasty}" next_step="{nasty * 5}" --reason <!here> "{nasty}"'
    )
    for line in ("history OP-1", "OP-1 as of now", "revert OP-1 to v1"):
        slack.command(f"/crm {line}")
    assert_inert(slack)


@SQLITE
def test_a_very_long_history_line_stays_within_the_limits(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="<" * 255, company="&" * 255)
    for letter in "abcdefghijklmnopq":
        slack.command(
            f'/crm set LD-1 company="{letter * 250}" source="{letter * 250}" --reason "{"<" * 250}"'
        )
    slack.command("/crm history LD-1")
    slack.check()
    assert len([block for block in slack.last.blocks if block["type"] == "section"]) == 16


@SQLITE
def test_what_was_erased_is_told_as_erased(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    while chain.seal_all(works):
        pass
    with everywhere(works.engine).begin() as connection:
        connection.exec_driver_sql(
            "UPDATE audit_entry SET old = NULL, new = NULL, salt = NULL WHERE field = 'amount'"
        )
    slack.command("/crm history OP-1")
    assert "Amount: erased" in told(slack)
    slack.command("/crm OP-1 as of v1")
    assert "Amount: erased" in told(slack)


@SQLITE
def test_whom_nobody_knows_any_more_is_named_so(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    with works("T1") as work:
        unknown = {
            "entity": "opportunity",
            "record_id": deal.id,
            "action": "update",
            "door": "rule",
            "unit": "u" * 32,
        }
        change = {
            "version": 3,
            "field": "colour",
            "old": None,
            "new": "red",
            "actor": 4711,
            "at": work.now,
        }
        work.session.add(records.entries.AuditEntry(**unknown, **change))
    slack.command("/crm history OP-1")
    assert "v3 · Someone who is gone by a rule: Colour: empty → red" in told(slack)


# ── as of ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "heading", "amount"),
    [
        (
            "of 2026-03-10 11:30",
            "OP-1 as of Tue 10 Mar 11:30: v1 since Tue 10 Mar 11:00",
            "€10,000",
        ),
        ("of 2026-03-10", "OP-1 as of Tue 10 Mar 23:59: v2 since Tue 10 Mar 12:00", "€12,000"),
        ("of tuesday", "OP-1 as of Tue 10 Mar 23:59: v2 since Tue 10 Mar 12:00", "€12,000"),
        ("of -3d", "OP-1 as of Wed 11 Mar 23:59: v2 since Tue 10 Mar 12:00", "€12,000"),
        ("of v1", "OP-1 as v1 since Tue 10 Mar 11:00", "€10,000"),
        ("of yesterday", "OP-1 as of Fri 13 Mar 23:59: v3 since Thu 12 Mar 12:00", "€12,000"),
    ],
)
@SQLITE
def test_a_record_is_shown_as_it_was(
    slack: SlackDriver, deal: Opportunity, words: str, heading: str, amount: str
) -> None:
    slack.command(f"/crm OP-1 as {words}")
    assert told(slack).splitlines()[0] == heading
    assert f"Amount: {amount}" in told(slack).splitlines()
    assert slack.last.buttons == ["Set back to this", "History", "Show today's"]


def test_a_moment_is_in_the_zone_of_who_asks(slack: SlackDriver, deal: Opportunity) -> None:
    slack.command("/crm OP-1 as of 2026-03-10 07:30", user="U_MONA")
    assert told(slack).splitlines()[0] == "OP-1 as of Tue 10 Mar 07:30: v2 since Tue 10 Mar 07:00"


@SQLITE
def test_before_it_came_a_sentence_says_so(slack: SlackDriver, deal: Opportunity) -> None:
    slack.command("/crm OP-1 as of 2026-03-01")
    assert told(slack) == "OP-1 Sails was not there yet. It came Tue 10 Mar 11:00."


@SQLITE
def test_a_moment_that_cannot_be_read_opens_the_form_that_asks_for_it(
    slack: SlackDriver, deal: Opportunity
) -> None:
    slack.command("/crm OP-1 as of tomorrow")
    assert slack.modal
    assert "is still to come. Try 2026-06-30, friday, -3d or v3" in slack.modal.words
    slack.submit(when="v2")
    assert told(slack).startswith("OP-1 as v2 since Tue 10 Mar 12:00")


@SQLITE
def test_from_what_it_was_one_click_leads_to_setting_it_back(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm OP-1 as of v2")
    slack.click("opportunity.revert")
    assert told(slack).startswith("Set OP-1 Sails back, as v2 since Tue 10 Mar 12:00?")
    slack.command("/crm OP-1 as of v2")
    slack.click("opportunity.history")
    assert told(slack).startswith("History of OP-1 Sails")


# ── revert ────────────────────────────────────────────────────────────────────────────────────────


def test_setting_back_is_shown_first_and_done_with_a_click(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm revert OP-1 to 2026-03-10 11:30")
    question, *lines = told(slack).splitlines()
    assert question == "Set OP-1 Sails back, as of Tue 10 Mar 11:30: v1 since Tue 10 Mar 11:00?"
    assert {
        "Stage: Won → Qualification",
        "Amount: €12,000 → €10,000",
        "Close date: Thu 12 Mar → empty",
    } <= set(lines)
    assert found(works, Opportunity).version == 3
    slack.click("crm.run")
    assert told(slack).startswith("OP-1 Sails is set back to v1\n")
    assert "Stage: Won → Qualification" in told(slack)
    assert slack.last.buttons == ["Undo", "Edit", "Show"]
    assert found(works, Opportunity).stage == "qualification"
    slack.command("/crm history OP-1")
    assert "v4 · Rita Reyes with a button: " in told(slack)
    assert "Why: set back to v1" in told(slack)


@SQLITE
def test_a_version_can_be_named_and_the_reason_comes_along(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command('/crm OP-1 revert to v2 --reason not signed after "all"')
    slack.click("crm.run")
    slack.command("/crm history OP-1")
    assert "Why: not signed after all" in told(slack)


@SQLITE
def test_who_was_slower_than_somebody_else_is_asked_again(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm revert OP-1 to v1")
    with works("T1", "U_MONA") as work:
        work.find(Opportunity, 1).next_step = "Call"
    slack.click("crm.run")
    assert told(slack).startswith("It has changed meanwhile. Set OP-1 Sails back")
    assert "Next step: Call → empty" in told(slack)
    assert found(works, Opportunity).stage == "won"
    slack.click("crm.run")
    assert found(works, Opportunity).stage == "qualification"


@SQLITE
def test_a_second_click_does_nothing_more(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm revert OP-1 to v1")
    slack.click("crm.run")
    version = found(works, Opportunity).version
    slack.again()
    assert found(works, Opportunity).version == version


@SQLITE
def test_what_cannot_be_set_back_says_why(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm revert OP-1 to v3")
    assert told(slack) == "OP-1 Sails is as it was then."
    slack.command("/crm revert OP-1 to v9")
    assert told(slack) == "There is no v9 of OP-1 Sails. Its newest is v3: history OP-1"


@SQLITE
def test_without_a_point_the_form_asks_and_the_preview_still_comes(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm revert OP-1 --reason oops")
    slack.submit(when="v2")
    assert told(slack).startswith("Set OP-1 Sails back, as v2")
    slack.click("crm.run")
    slack.command("/crm history OP-1")
    assert "Why: oops" in told(slack)


@SQLITE
def test_of_many_changes_eight_are_shown_and_the_others_counted(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    fields = "phone=+49301234567 job=Poet language=German street=Main city=Bonn region=NRW zip=53111 country=DE"
    given(works, Customer, first_name="Ada")
    slack.command(f"/crm set CU-1 {fields}")
    slack.command("/crm revert CU-1 to v1")
    assert [line.partition(":")[0] for line in told(slack).splitlines()[1:]] == [
        "Phone",
        "Job title",
        "Language",
        "Street",
        "City",
        "Region",
        "Postal code",
        "Country",
    ]
    slack.command("/crm set CU-1 notes=Met")
    slack.command("/crm revert CU-1 to v1")
    assert len(told(slack).splitlines()) == 10
    assert told(slack).splitlines()[-1] == "and 1 more"


@SQLITE
def test_who_may_not_change_a_record_may_not_set_it_back_but_look(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm revert OP-1 to v1", user="U_ELI")
    assert "does not allow" in told(slack)
    slack.command("/crm history OP-1", user="U_ELI")
    assert told(slack).startswith("History of OP-1 Sails")


# ── reasons ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ('--reason "they asked for it"', "they asked for it"),
        ("--reason they asked for it", "they asked for it"),
        ("--reason=asked", "asked"),
        ("--reason 'they asked'", "they asked"),
        ("--reason they asked --here", "they asked"),
    ],
)
@SQLITE
def test_any_change_takes_a_reason(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity, flag: str, reason: str
) -> None:
    slack.command(f"/crm set OP-1 next_step=Call {flag}")
    slack.command("/crm history OP-1")
    assert told(slack).splitlines()[1].endswith(f"Next step: empty → Call. Why: {reason}")


@SQLITE
def test_a_reason_outlives_the_question_and_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    slack.command("/crm delete OP-1 --reason a double")
    slack.click("crm.run")
    slack.command("/crm restore OP-1")
    slack.command("/crm edit OP-1 --reason tidying up")
    slack.submit(next_step="Call")
    slack.command("/crm history OP-1")
    lines = told(slack).splitlines()
    assert lines[1].endswith("in a form: Next step: empty → Call. Why: tidying up")
    assert lines[3].endswith("with a button: Deleted. Why: a double")
