"""Whatever is typed, pressed or sent twice: a clear sentence, nothing twice, nothing lost, no ping,
no traceback.
"""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests import ground
from tests.handlers.kit import SQLITE, WRONG, assert_inert, count, found, standing, told

PINGS = "<!subteam^S1> @channel <@U_MONA>"
NASTY = f"{PINGS} <!channel> <!here> @here <@U_MONA> *bold* `code` <https://evil.example|click> #general &amp;"
MODEST = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────

SPOKEN = """
lead deal case task log new set edit won lost find list help undo convert assign claim delete this me LD-1 OP-1
CU-999999999 LD-99999999999 amount=12k source= owner=@ravi close=fri status=won --here --yes --form --page=2 AND OR NOT
( ) " ' = > < ~ “Ada” ada@x.org <@U_RAVI> <!channel> 12 -1 0 ½ שלום 🦄 ﷽ …
"""
WORDS = st.sampled_from([*SPOKEN.split(), "\x00", "\u202e"])
LINES = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=9).map(" ".join))


@MODEST
@example("lead new " + "x" * 2990)
@example("lead new \x00 \ud800")
@example("deal find amount >")
@example("deal find ((((((((((")
@example("find \x00")
@example("=" * 300)
@given(line=LINES)
def test_every_line_gets_an_answer(slack: SlackDriver, works: UnitOfWorkFactory, line: str) -> None:
    before, calls = len(slack.seen), len(slack.slack.calls)
    slack.command(f"/crm {line.encode('utf-8', 'ignore').decode()}")
    assert len(slack.seen) == before + 1 or len(slack.slack.calls) > calls
    if slack.modal:
        slack.close()
    assert not any(WRONG in shown.text for shown in slack.seen)
    assert_inert(slack)


@SQLITE
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("OP-99", "There is no OP-99."),
        ("won OP-99", "There is no OP-99."),
        ("deal won OP-99999999999", "There is no OP-99999999999."),
        ("deal won OP-0", "There is no OP-0."),
        ("deal won Nobody", "There is no deal “Nobody”. Try a reference such as OP-1, or a name."),
        ("deal won 5000", "There is no deal “5000”. Try a reference such as OP-1, or a name."),
        ("lead delete “”", "There is no lead “”. Try a reference such as LD-1, or a name."),
        ("help nonsense", "There is no help on “nonsense”."),
        (
            "undo nonsense",
            "I undo the last thing you did, and “nonsense” is something else. Nothing was done yet.",
        ),
    ],
)
def test_what_does_not_exist_is_said_so(slack: SlackDriver, line: str, answer: str) -> None:
    slack.command(f"/crm {line}")
    assert told(slack) == answer


NAMES = [
    "🦄 🦄",
    "שלום עולם",
    "محمد علي",
    "李 小龍",
    "O'Brien; DROP TABLE leads",
    "%_\\",
    "é" * 255,
    "\u200bAda",
    "A\x00da",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_kept_shown_and_found(
    slack: SlackDriver, works: UnitOfWorkFactory, name: str
) -> None:
    slack.command("/crm lead new")
    slack.submit(name=name, company="Engines")
    kept = found(works, Lead).title
    assert kept == name.replace("\u200b", "").replace("\x00", "")
    slack.command("/crm LD-1")
    assert kept[:100] in told(slack)
    slack.command(f"/crm find {kept}")
    assert WRONG not in slack.last.text


@SQLITE
def test_a_right_to_left_mark_cannot_turn_a_line_round(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm lead new Ada \u202egpj.exe")
    assert "\u202e" not in slack.last.text
    assert "\u202e" not in found(works, Lead).title


@SQLITE
def test_three_thousand_characters_open_the_form_and_lose_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command(f"/crm lead new {'x' * 2980}")
    assert slack.modal
    assert slack.modal.values["name"] == "x" * 2980
    slack.say(f"@crm lead new {'x' * 3000}")
    assert "First name holds at most 255 characters" in told(slack)
    slack.click("crm.run")
    assert slack.modal
    assert count(works, Lead) == 0


TYPED = ("name", "company", "phone", "source", "tags", "team")
FORM_TEXTS = st.fixed_dictionaries({}, optional={name: st.text(max_size=300) for name in TYPED})


@MODEST
@example({"name": "\x00", "phone": "<!channel>"})
@example({"tags": ",,,#,;", "source": "\ud800"})
@given(texts=FORM_TEXTS)
def test_any_text_in_a_form_is_saved_or_refused_under_its_field(
    slack: SlackDriver, works: UnitOfWorkFactory, texts: dict[str, str]
) -> None:
    texts = {name: text.encode("utf-8", "ignore").decode() for name, text in texts.items()}
    before = count(works, Lead)
    slack.command("/crm lead new")
    outcome = slack.submit(texts)
    if slack.modal and outcome.ok:
        outcome = slack.submit()  # it looks like another one
    assert count(works, Lead) == before + outcome.ok
    if slack.modal:
        slack.close()
    for name in set(slack.errors) - set(texts):  # what was typed cannot be seen, so nothing was
        assert (name, slack.errors[name].partition(".")[0]) == (
            "name",
            "Nothing is filled in yet",
        )
    assert WRONG not in str(slack.errors)
    assert_inert(slack)


# ── nothing pings ─────────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_nothing_typed_pings_anybody_anywhere(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.command("/crm customer new")
    slack.submit(name=NASTY[:255], notes=NASTY)
    ada = found(works, Customer)
    slack.command("/crm case new", user="U_SAM")
    slack.submit({"customer": "cu-1", "subject": NASTY[:255], "description": NASTY}, user="U_SAM")
    slack.say(f"@crm case reply CS-1 {NASTY}", user="U_SAM")
    slack.command("/crm deal new Sails CU-1")
    slack.command(f"/crm deal lost OP-1 {NASTY}")
    for line in (
        "CU-1",
        "more CU-1",
        "CS-1",
        "CS-1 --here",
        "case list --here",
        f"find {NASTY[:40]}",
        f"lead {NASTY}",
        NASTY,
    ):
        slack.command(f"/crm {line}", user="U_SAM")
    slack.command("/crm assign CU-1 @ravi")
    courier.drain()
    slack.home("U_SAM")
    assert ada.title.startswith(PINGS)
    assert (
        len([message for message in slack.slack.timeline if message.user == slack.slack.bot.id])
        > 12
    )
    assert_inert(slack)


# ── twice ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_double_click_on_a_choice_makes_one_record(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm laed new Bob")
    choice = slack.last
    slack.click("crm.run", choice)
    slack.click("crm.run", choice)
    assert told(slack) == "This was done already."
    assert count(works, Lead) == 1


def test_an_event_that_slack_sends_again_is_worked_on_once(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.say("@crm lead new Bob")
    assert slack.again().acknowledged
    assert count(works, Lead) == 1
    assert len([shown for shown in slack.seen if shown.text == "Created LD-1 Bob"]) == 1


@SQLITE
def test_a_button_on_a_deleted_record_says_so(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    card = standing(slack, works, courier, ground.given(works, Lead, first_name="Bob"))
    slack.command("/crm delete LD-1 --yes")
    for action in ("lead.convert", "lead.edit", "lead.qualify"):
        slack.click(action, card)
        assert told(slack) == "LD-1 Bob was deleted. Bring it back with: restore LD-1"
    courier.drain()
    assert [shown.words for shown in slack.posted("C_SALES") if shown.ts == card.ts] == [
        ":wastebasket: ~LD-1 Bob~ was deleted."
    ]
