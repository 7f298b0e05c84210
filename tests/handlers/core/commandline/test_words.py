"""Every word of a line becomes a value that the receipt shows, is named as not understood, or waits
in a form.
"""

import pytest

from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case, CaseComment
from tests.handlers.kit import SQLITE, count, found, told

pytestmark = SQLITE


def answers(works: UnitOfWorkFactory) -> list[str]:
    with works("T1", writes=False) as work:
        return [reply.text for reply in work.session.query(CaseComment).order_by(CaseComment.id)]


# ── what is said is kept to the letter ────────────────────────────────────────────────────────────


TEXTS = [
    "This should work now",
    "this is what she meant",
    '"Reset" the router',
    "“We see it too”",
    "“Reset” the „router“",
    "eva@s.example is wrong",
    "see https://x.example/a?b=1 or eva@s.example",
    "priority=high is set, amount=5 too",
    "amount=5",
    "CS-2 is a duplicate of this",
    "name=“x” and y",
    "use --dry or --here now",
    "-- \nRegards,\n\n  Sam",
    "#general is down",
    "and to you",
    "CU-1",
    "5 < 6 & 7 > 3",
    "O'Brien's = 'fine'",
]


@pytest.mark.parametrize("verb", ["reply", "note", "resolve"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_kept_from_its_first_letter(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case, verb: str, text: str
) -> None:
    slack.command(f"/crm case {verb} CS-1 {text}", user="U_SAM")
    assert answers(works) == [text]
    assert " ".join(text.split()) in " ".join(told(slack).split())


@pytest.mark.parametrize(
    "line", ["CS-1 reply {}", "reply CS-1 {}", "case CS-1 reply {}", "reply case CS-1 {}"]
)
def test_a_text_is_kept_in_every_order_of_words(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case, line: str
) -> None:
    slack.command(f"/crm {line.format('“Reset” this = that')}", user="U_SAM")
    assert answers(works) == ["“Reset” this = that"]


def test_a_colleague_at_the_beginning_is_a_part_of_the_text(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case
) -> None:
    slack.command("/crm case reply CS-1 @rita will help", user="U_SAM")
    assert answers(works) == ["@Rita Reyes will help"]


def test_flags_at_the_end_are_flags_and_within_a_text_words(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case
) -> None:
    slack.command(
        "/crm case note CS-1 run it with --yes and --form here --reason she asked", user="U_SAM"
    )
    assert answers(works) == ["run it with --yes and --form here"]
    slack.command("/crm history CS-1", user="U_SAM")
    assert "Why: she asked" not in answers(works)[0]


def test_a_text_may_be_given_as_a_field(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case
) -> None:
    slack.command("/crm case reply CS-1 text=Look at priority=high", user="U_SAM")
    slack.command('/crm case reply CS-1 text="All of it"', user="U_SAM")
    assert answers(works) == ["Look at priority=high", "All of it"]


def test_what_a_refused_answer_said_is_in_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory, case: Case
) -> None:
    slack.command("/crm case resolve CS-1 “fixed”", user="U_SAM")
    assert answers(works) == ["“fixed”"]
    slack.command('/crm case resolve CS-1 "fixed" again', user="U_SAM")
    assert slack.modal
    assert "CS-1 Broken mast is already resolved." in slack.modal.words
    assert slack.modal.values["text"] == '"fixed" again'
    assert answers(works) == ["“fixed”"]
    slack.submit(user="U_SAM")
    assert slack.errors == {"text": "CS-1 Broken mast is already resolved."}


def test_the_reason_of_a_deal_that_is_lost_already_is_in_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: object
) -> None:
    slack.command("/crm deal lost OP-1 too expensive")
    slack.command("/crm deal lost OP-1 the other one was “nicer”")
    assert slack.modal
    assert slack.modal.values["reason"] == "the other one was “nicer”"


@pytest.mark.parametrize("line", ["case reply CS-9 Dear Ada", "case reply CS-1 Dear Ada"])
def test_a_text_for_what_is_not_there_or_not_allowed_is_said_again(
    slack: SlackDriver, case: Case, line: str
) -> None:
    slack.command(f"/crm {line}", user="U_RITA")
    assert told(slack).endswith("You wrote: Dear Ada")


# ── values ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("name=Big new deal", "Name: Sails → Big new deal"),
        ("name=“Big new deal”", "Name: Sails → Big new deal"),
        ("next=Call Eva on friday", "Next step: empty → Call Eva on friday"),
        ("next=Call @ravi about CU-1", "Next step: empty → Call @Ravi Rao about CU-1"),
        ("amount=12 000 EUR", "Amount: empty → €12,000"),
        ("amount=12 000 EUR next=Call Eva", "Amount: empty → €12,000"),
        ("next=Call Eva amount=12 000 EUR", "Next step: empty → Call Eva"),
        ("close=15 april name=New one", "Close date: empty → Wed 15 Apr"),
        ("stage=closed won", "Stage: Qualification → Won"),
        ("next=Call Eva --reason she asked", "Next step: empty → Call Eva"),
        ("owner=Ravi Rao", "Owner: Rita Reyes → Ravi Rao"),
        ("probability=40 %", "Probability: 10 % → 40 %"),
        ("name = Big new deal", "Name: Sails → Big new deal"),
        ("next = Call Eva amount = 12 000 EUR", "Amount: empty → €12,000"),
        ("next =Call Eva amount= 12 000 EUR", "Next step: empty → Call Eva"),
    ],
)
def test_a_value_reaches_to_the_next_field_or_flag(
    slack: SlackDriver, deals: object, typed: str, shown: str
) -> None:
    slack.command(f"/crm deal edit OP-1 {typed}")
    assert shown in told(slack).splitlines()


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("amount=12k at last", "at last"),
        ("stage=proposal OP-2 soon", "soon"),
        ("owner=me @ravi", "@Ravi Rao"),
        ("owner=@ravi soon", "soon"),
        ('name="Big" new deal', "new deal"),
        ("name=Big name=Small", "name=Small"),
        ("next=Call Eva --csv", "--csv"),
        ("next=Call Eva --here now", "now"),
    ],
)
def test_what_follows_a_value_and_is_none_is_named(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: object, typed: str, left: str
) -> None:
    slack.command(f"/crm deal edit OP-1 {typed}")
    assert told(slack).startswith(f"I didn't understand “{left}”. Nothing was done yet.")
    assert found(works, Opportunity).version == 1


def test_neither_half_of_a_value_that_cannot_be_is_taken(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: object
) -> None:
    slack.command("/crm deal edit OP-1 amount=12k 5 EUR")
    assert slack.modal
    assert "12k 5 EUR" in slack.modal.words
    assert found(works, Opportunity).version == 1


@pytest.mark.parametrize(
    ("line", "name", "amount"),
    [
        ("Acme renewal 12 000 EUR CU-1", "Acme renewal", 12000),
        ("CU-1 Acme renewal 12.000,50 EUR", "Acme renewal", 12000.5),
        ("Acme renewal CU-1 €1.2m", "Acme renewal", 1_200_000),
        ("Coffee machines 12 cup CU-1", "Coffee machines 12 cup", None),
        ("Upgrade phase 2 all CU-1", "Upgrade phase 2 all", None),
        ("HDMI cable 5m CU-1", "HDMI cable 5m", None),
        ("Rope 5 ft CU-1", "Rope 5 ft", None),
        ("HDMI cable amount=5m CU-1", "HDMI cable", 5_000_000),
        ("amount=12k Acme renewal CU-1", "Acme renewal", 12000),
        ("CU-1 amount=5k Acme renewal 12k", "Acme renewal 12k", 5000),
        ("“Acme renewal” 12k CU-1", "Acme renewal", 12000),
        ("Acme “Big” renewal CU-1", "Acme “Big” renewal", None),
        ("name=Big new deal customer=CU-1", "Big new deal", None),
        ("Nightly build for Ada and Bob CU-1", "Nightly build for Ada and Bob", None),
    ],
)
def test_a_deal_has_the_name_and_the_amount_that_were_typed(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    ada: Customer,
    line: str,
    name: str,
    amount: float | None,
) -> None:
    slack.command(f"/crm deal new {line}")
    deal = found(works, Opportunity)
    assert (deal.name, deal.amount, deal.customer) == (name, amount, ada.id)


def test_an_amount_below_zero_is_refused_with_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm deal new Credit note -500 EUR CU-1")
    assert slack.modal
    assert "“-500 EUR” is below zero." in slack.modal.words
    assert slack.modal.values["name"] == "Credit note"
    assert slack.modal.values["amount"] == "-500 EUR"
    assert count(works, Opportunity) == 0


def test_a_task_keeps_signs_and_people_within_its_sentence(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Ask @ravi about x=5 and CU-1 again due=fri")
    task = found(works, Activity)
    assert task.description == "Ask @Ravi Rao about x=5 and CU-1 again"
    assert told(slack).splitlines()[1:] == [
        "Due: Fri 13 Mar 09:00 (13:30 where Ravi Rao is)",
        "Customer: CU-1 Ada Lovelace",
        "Owner: Ravi Rao",
        "Told: Ravi Rao",
    ]


def test_a_field_that_was_mistyped_is_no_part_of_a_sentence(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Call Ada CU-1 deu=fri")
    assert told(slack) == "There is no “deu” here. Did you mean due?"
    assert count(works, Activity) == 0


@pytest.mark.parametrize(
    "typed",
    [
        "Ada Byron <byron@x.example>",
        "Ada Byron byron@x.example,",
        "Ada Byron (byron@x.example)",
        '"Ada Byron" <byron@x.example>',
        "byron@x.example Ada Byron",
    ],
)
@pytest.mark.parametrize("noun", ["customer", "lead"])
def test_a_name_with_its_address_is_both(
    slack: SlackDriver, works: UnitOfWorkFactory, typed: str, noun: str
) -> None:
    slack.command(f"/crm {noun} new {typed}")
    made = found(works, Customer if noun == "customer" else Lead)
    assert (made.first_name, made.last_name, made.email) == ("Ada", "Byron", "byron@x.example")


# ── words that are left over ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "left", "shorter"),
    [
        ("deal won OP-1 at 12k", "at 12k", "deal won OP-1"),
        ("won OP-1 at 12k", "at 12k", "won OP-1"),
        ("OP-1 won yesterday", "yesterday", "OP-1 won"),
        ("report last week", "last week", "report"),
        ("home tomorrow", "tomorrow", "home"),
        ("show OP-1 in full", "in full", "show OP-1"),
        ("deal assign OP-1 @ravi @mona", "", ""),
        ("assign OP-1 @ravi @mona", "@Mona Meyer", "assign OP-1 <@U_RAVI|ravi>"),
        ("deal won OP-1 CU-1", "CU-1", "deal won OP-1"),
        ("deal won OP-1 #sales", "#sales", "deal won OP-1"),
        ("deal won OP-1 --csv", "--csv", "deal won OP-1"),
        ("deal won OP-1 --nope", "--nope", "deal won OP-1"),
        ("deal delete OP-1 forever", "forever", "deal delete OP-1"),
    ],
)
def test_words_that_mean_nothing_are_named_before_anything_is_done(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: object, line: str, left: str, shorter: str
) -> None:
    slack.command(f"/crm {line}", user="U_MONA")
    assert found(works, Opportunity).version == 1
    if left:
        assert told(slack).startswith(f"I didn't understand “{left}”. Nothing was done yet.")
        buttons = [element for block in slack.last.blocks for element in block.get("elements", [])]
        assert buttons[0]["value"] == shorter


def test_the_line_without_them_is_a_button(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: object
) -> None:
    slack.command("/crm deal won OP-1 at 12k")
    slack.click("crm.run")
    assert "Stage: Qualification → Won" in told(slack)


@pytest.mark.parametrize(
    "line",
    [
        "deal won OP-1 please",
        "deal won OP-1 Sails",
        "won OP-1, Sails, please",
        "assign OP-1 to @ravi",
        "deal stage OP-1 to discovery",
    ],
)
def test_words_between_others_are_no_riddle(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: object, line: str
) -> None:
    slack.command(f"/crm {line}")
    assert found(works, Opportunity).version == 2


# ── several records ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "line",
    [
        "deal assign OP-1 OP-3 @ravi",
        "assign OP-1, OP-3 to @ravi",
        "OP-1 and OP-3 assign @ravi",
        "deal edit OP-1 OP-3 owner=Ravi Rao",
        "assign OP-1 & OP-3 @ravi",
    ],
)
def test_several_records_are_changed_and_taken_back_at_once(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: list[Opportunity], line: str
) -> None:
    slack.command(f"/crm {line}")
    assert told(slack).splitlines() == [
        "Changed OP-1 Sails",
        "Changed OP-3 Ropes",
        "OP-1 Owner: Rita Reyes → Ravi Rao",
        "OP-3 Owner: Rita Reyes → Ravi Rao",
        "Told: Ravi Rao",
    ]
    slack.click("crm.undo")
    assert told(slack).startswith("Undone: OP-1 Sails, OP-3 Ropes")
    assert found(works, Opportunity, 3).owner == deals[0].owner


def test_of_several_records_all_are_changed_or_none(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: object
) -> None:
    slack.command("/crm deal won OP-2")
    slack.command("/crm deal won OP-1 OP-2")
    assert (
        told(slack)
        == "OP-2 Oars is already won. Nothing was done to the others: a line changes all or none."
    )
    assert found(works, Opportunity).stage == "qualification"
    slack.command("/crm deal won OP-1 OP-9")
    assert "OP-9" in told(slack)
    assert found(works, Opportunity).stage == "qualification"


def test_several_records_are_asked_about_in_one_question_and_one_form(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: object
) -> None:
    slack.command("/crm deal delete OP-1 OP-2", user="U_MONA")
    assert told(slack) == "Delete OP-1 Sails, OP-2 Oars? It can be restored for 30 days."
    slack.click("crm.run", user="U_MONA")
    assert found(works, Opportunity).deleted_at
    assert found(works, Opportunity, 2).deleted_at
    slack.command("/crm undo", user="U_MONA")
    slack.command("/crm deal lost OP-1 OP-2", user="U_MONA")
    slack.submit(reason="too expensive", user="U_MONA")
    assert [found(works, Opportunity, number).lost_reason for number in (1, 2, 3)] == [
        "too expensive"
    ] * 2 + [None]


def test_several_records_are_shown_together(slack: SlackDriver, deals: object) -> None:
    slack.command("/crm show OP-1 OP-3")
    assert "OP-1 Sails" in told(slack)
    assert "OP-3 Ropes" in told(slack)
