"""What is typed at each real door of the bot, by people of the small Slack: answered in words,
inert, nobody pinged.
"""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import SQLITE, WRONG, deliver, sent
from tests.hostile import HOSTILE, Hostile, sample
from tests.inert import pings
from tests.models.exchange.steps import exported, imported

pytestmark = SQLITE
LINES = (
    "lead new {text}",
    'lead set LD-1 company="{text}"',
    "lead set LD-1 company={text}",
    "{text}",
    "find {text}",
    "lead {text}",
    "deal list name ~ {text}",
    'deal list name = "{text}"',
    "help {text}",
    "case reply CS-1 {text}",
    "case note CS-1 {text}",
    "deal lost OP-1 {text}",
    "log note CU-1 {text}",
    "assign LD-1 {text}",
    "undo {text}",
    "LD-1 as of {text}",
    "history LD-1 --page={text}",
    "delete LD-1 --reason {text}",
    "task new {text} CU-1",
    "won {text}",
)
ALL = os.environ.get("HOSTILE") == "all"


def texts(door: str, share: int = 3) -> list[Hostile]:
    """What is tried at a door: of one family in three a text, other ones for each door, or
    everything.
    """
    return list(HOSTILE) if ALL else sample(door)[len(door) % share :: share]


@pytest.fixture
def desk(slack: SlackDriver, works: UnitOfWorkFactory) -> SlackDriver:
    """An admin's, with a record of each kind at hand."""
    given(works, Lead, first_name="Bob")
    customer = given(works, Customer, first_name="Ada")
    given(works, Case, customer=customer.ref, subject="On fire")
    given(works, Opportunity, customer=customer.ref, name="Sails")
    slack.user = "U_ADA"
    return slack


@pytest.fixture
def told(desk: SlackDriver, courier: DeliveryDispatcher) -> Iterator[list[Any]]:
    """All that the bot said to Slack; at the end none of it may have been refused, be alive, or be
    at a loss.
    """
    said: list[Any] = []
    yield said
    courier.drain()
    calls = [args for name, args in desk.slack.calls if name.startswith(("chat.", "views."))]
    shown = [
        {"text": message.text, "blocks": message.blocks}
        for message in desk.slack.timeline
        if message.user == desk.slack.bot.id
    ]
    assert shown
    assert [found for each in [*calls, *shown, *said] for found in pings(each)] == []
    assert not any(WRONG in str(each) for each in [*calls, *shown, *said])
    desk.check()


def typed(text: str) -> str:
    """As a person's client would hand it over: a line of at most so many characters, in letters
    that exist.
    """
    return text.encode("utf-8", "ignore").decode()[:3000]


def close_all(desk: SlackDriver) -> None:
    while desk.modal:
        desk.close()


def tries(lines: Iterable[str]) -> Iterator[tuple[str, Hostile]]:
    """Each line, with each of the texts that are its own."""
    for line in lines:
        yield from ((line, each) for each in texts(line, 18))


@pytest.mark.parametrize("lines", [LINES[at::5] for at in range(5)], ids=lambda lines: lines[0])
def test_a_hostile_line_is_answered(
    desk: SlackDriver, told: list[Any], lines: tuple[str, ...]
) -> None:
    for line, each in tries(lines):
        before, calls = len(desk.seen), len(desk.slack.calls)
        desk.command("/crm " + line.format(text=typed(each.text)).replace("\n", " "))
        assert len(desk.seen) > before or len(desk.slack.calls) > calls, f"{line}, {each}"
        close_all(desk)


def test_a_hostile_mention_and_message_are_answered(desk: SlackDriver, told: list[Any]) -> None:
    for each in texts("mention"):
        before = len(desk.slack.calls)
        desk.say(f"@crm case reply CS-1 {typed(each.text)}")
        desk.dm(f"lead new {typed(each.text)}")
        assert len(desk.slack.calls) >= before + 2, str(each)


def test_a_hostile_form_is_kept_or_refused_under_its_fields(
    desk: SlackDriver, told: list[Any]
) -> None:
    names = ("name", "company", "phone", "source", "tags")
    for each in texts("form"):
        desk.command("/crm lead new")
        assert desk.modal
        desk.submit(dict.fromkeys(names, typed(each.text)))
        told.append({"errors": desk.errors})
        assert set(desk.errors) <= set(names), str(each)
        close_all(desk)
        desk.command("/crm undo")


def test_a_hostile_value_of_a_button_and_a_picker_is_answered(
    desk: SlackDriver, told: list[Any]
) -> None:
    desk.command("/crm LD-1")
    desk.click("lead.qualify")
    pressed = sent(desk)
    desk.command("/crm deal new")
    desk.options("pick.customer.customer", "ada")
    picked = sent(desk)
    close_all(desk)
    for each in texts("button"):
        for action in ("lead.show", "crm.run"):
            press = {
                **pressed["actions"][0],
                "action_id": action,
                "value": each.text[:2000],
                "action_ts": str(each),
            }
            where = pressed["container"] | {"message_ts": f"{each} {action}"}
            payload = pressed | {"actions": [press], "container": where}
            assert deliver(desk, "interactive", payload).acknowledged, str(each)
        answer = deliver(desk, "interactive", picked | {"value": each.text})
        assert isinstance(answer.body["options"], list), str(each)


def test_hostile_names_are_inert_wherever_they_are_shown(
    desk: SlackDriver, told: list[Any], courier: DeliveryDispatcher
) -> None:
    """On cards, in threads and direct messages, in receipts and their undoing, in the history and
    on the home tab.
    """
    desk.command("/crm OP-1 --here")
    desk.say("@crm home")
    heard = desk.slack.sent[-1]
    for each in texts("profile"):
        text = " ".join(typed(each.text).split())[:200].replace('"', "") or "x"
        user = {
            "id": "U_ADA",
            "real_name": each.text,
            "tz": each.text,
            "profile": {"email": each.text},
        }
        event = {"type": "user_change", "user": user}
        deliver(desk, heard.kind, heard.payload | {"event": event, "event_id": str(each)})
        desk.command(f'/crm deal set OP-1 name="{text}"')
        desk.command("/crm OP-1 --here")
        courier.drain()
    for line in (
        "undo",
        "OP-1",
        "more OP-1",
        "history OP-1",
        "assign OP-1 @ravi",
        "deal list",
        "report",
    ):
        desk.command(f"/crm {line}")
        close_all(desk)
    desk.home()


# ── files ─────────────────────────────────────────────────────────────────────────────────────────


def file_of(texts: Iterable[Hostile]) -> str:
    """A CSV file with a row for each."""
    file = io.StringIO(newline="")
    lines = csv.writer(file)
    lines.writerow(["Id", "First name", "Company", "Notes"])
    for number, each in enumerate(texts):
        text = each.text.encode("utf-8", "ignore").decode()
        lines.writerow([f"X{number}", f"N{number}", text, text])
    return file.getvalue()


def test_a_hostile_file_is_taken_row_by_row(works: UnitOfWorkFactory) -> None:
    rejected = io.StringIO(newline="")
    outcome = imported(
        works, Customer, file_of(HOSTILE), rejected=rejected, encoding="utf-8", strict=True
    )
    assert (outcome.read, outcome.created + outcome.rejected) == (len(HOSTILE), len(HOSTILE))
    _, *rows = csv.reader(io.StringIO(rejected.getvalue(), newline=""))
    assert len(rows) == outcome.rejected
    assert all(row[-1] for row in rows)


def test_what_is_written_is_no_formula_and_comes_back_as_it_was(works: UnitOfWorkFactory) -> None:
    imported(works, Customer, file_of(HOSTILE), encoding="utf-8", strict=True)
    written = exported(works, Customer)
    cells = [cell for row in csv.reader(io.StringIO(written, newline="")) for cell in row]
    assert len(cells) > 1000
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    again = imported(works, Customer, written, encoding="utf-8", strict=True)
    assert (again.unchanged, again.rejected) == (again.read, 0)
