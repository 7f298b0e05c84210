"""Programs hear what rules say: signed, in order, at least once under one id, and no more."""

import base64
import hmac
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.outside import Allowed
from bot.sandbox.client import SlackDriver
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.automation import runner
from models.automation.rule import Rule
from models.core import records
from models.core.custom.noun_word import NounWord
from models.core.identity.role import Role
from models.core.outbox.delivery import DeliveryState
from models.core.outbox.queue import LEASE, claim
from models.core.secrets import Signer, new_key
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.bot.outgoing import deal, rows
from tests.bot.programs import Program, program
from tests.ground import StoppedClock, given
from tests.handlers.automation.test_rule import say
from tests.handlers.kit import count, found
from tests.models.automation.test_runner import change, rule, tick


@pytest.fixture
def receiver() -> Iterator[Program]:
    with program() as made:
        yield made


@pytest.fixture
def courier(works: UnitOfWorkFactory, clients: Clients, slack: SlackDriver) -> DeliveryDispatcher:
    """Sends what waits when a test says so; webhooks may reach this machine."""
    allowed = Allowed.read("127.0.0.0/8")
    return DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0, allowed=allowed)


def work_on(works: UnitOfWorkFactory, courier: DeliveryDispatcher) -> None:
    runner.run_all(works, "T1")
    courier.drain()


def test_a_program_reads_what_happened_to_which_record(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, receiver: Program
) -> None:
    rule(works, f"when deal changes stage to proposal then webhook {receiver.url}")
    sails = deal(works, amount="60k")
    change(works, sails, stage="proposal")
    work_on(works, courier)
    [told] = receiver.told
    assert (told["type"], told["timestamp"]) == ("deal.changed", "2026-03-10T10:00:00+00:00")
    data = told["data"]
    assert (data["rule"], data["workspace"], data["by"]) == ("RU-1", "T1", "US-1")
    assert data["changed"]["stage"] == {"from": "qualification", "to": "proposal"}
    held = data["record"]["fields"]
    assert (data["record"]["ref"], data["record"]["deleted"]) == ("OP-1", False)
    assert (held["name"], held["customer"], held["owner"]) == ("Sails", "CU-1", "US-1")
    assert float(held["amount"]) == 60000
    [row] = rows(works, kind="webhook")
    assert (row.state, row.error, row.about) == (
        DeliveryState.SENT,
        None,
        {"rule": 1, "run": 1, "action": 0},
    )


def test_a_program_knows_a_noun_by_its_usual_word(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, receiver: Program
) -> None:
    rule(works, f"when deal changes stage to proposal then webhook {receiver.url}")
    given(works, NounWord, by="U_ADA", about="opportunity", one="Auftrag", many="Aufträge")
    change(works, deal(works), stage="proposal")
    work_on(works, courier)
    [told] = receiver.told
    assert (told["type"], told["data"]["record"]["type"]) == ("deal.changed", "deal")


def test_it_is_signed_with_each_key_in_the_standard_form(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, receiver: Program
) -> None:
    works.signer = Signer(f"{new_key()},{new_key()}")
    rule(works, f"when lead is created then webhook {receiver.url}")
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    [(headers, body)] = receiver.heard
    at = headers["webhook-timestamp"]
    assert int(at) == works.clock().timestamp()
    keys = works.signer.derived(b"webhook:T1:1")
    signed = f"{headers['webhook-id']}.{at}.".encode() + body
    assert headers["webhook-signature"].split() == [
        f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}" for key in keys
    ]
    assert len(set(keys)) == 2


def test_its_secret_is_for_who_may_change_the_rule(
    slack: SlackDriver, works: UnitOfWorkFactory, receiver: Program
) -> None:
    works.signer = Signer(new_key())
    rule(works, f"when lead is created then webhook {receiver.url}")
    secret = base64.b64encode(works.signer.derived(b"webhook:T1:1")[0]).decode()
    slack.command("/crm rule secret RU-1", user="U_ADA")
    assert slack.last.text.startswith(f"whsec_{secret}\n")
    slack.command("/crm rule secret RU-1", user="U_RITA")
    assert "does not allow “rule secret”" in slack.last.text
    slack.command("/crm rule secret RU-1 --here", user="U_ADA")
    assert "Leave --here out" in slack.last.text
    seen = [each for each in slack.slack.timeline.of("C_GENERAL") if each.only_for is None]
    assert secret not in str(seen)


def test_what_does_not_arrive_is_told_again_under_the_same_id(
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    receiver: Program,
    clock: StoppedClock,
) -> None:
    rule(works, f"when lead is created then webhook {receiver.url}")
    given(works, Lead, first_name="Ann")
    receiver.answers = [500, 429]
    work_on(works, courier)
    [row] = rows(works, kind="webhook")
    assert row.error == f"127.0.0.1:{receiver.port} answered 500"
    assert row.not_before == works.clock() + timedelta(seconds=5)
    clock.forward(timedelta(seconds=5))
    courier.drain()
    [row] = rows(works, kind="webhook")
    assert row.not_before == works.clock() + timedelta(seconds=10)
    courier.drain()
    clock.forward(timedelta(seconds=10))
    courier.drain()
    clock.forward(timedelta(minutes=10))
    courier.drain()
    assert len(receiver.heard) == 3
    assert len(set(receiver.ids)) == 1


def test_a_sender_that_is_killed_tells_it_again_under_the_same_id(
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    receiver: Program,
    clock: StoppedClock,
) -> None:
    rule(works, f"when lead is created then webhook {receiver.url}")
    given(works, Lead, first_name="Ann")
    runner.run_all(works, "T1")
    with works("T1") as work:
        taken = {each.kind: each for each in claim(work, 10)}
    courier.carrier.senders["webhook"](
        taken["webhook"]
    )  # and it is gone before it writes that down
    clock.forward(LEASE)
    courier.drain()
    assert len(receiver.heard) == 2
    assert len(set(receiver.ids)) == 1
    assert [row.state for row in rows(works, kind="webhook")] == [DeliveryState.SENT]


def test_a_program_hears_everything_in_order_and_each_once(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, receiver: Program
) -> None:
    rule(works, f"when lead is created then webhook {receiver.url}")
    for number in range(8):
        given(works, Lead, first_name=f"Ann {number}")
    work_on(works, courier)
    names = [told["data"]["record"]["ref"] for told in receiver.told]
    assert names == [f"LD-{number}" for number in range(1, 9)]
    assert len(set(receiver.ids)) == 8


@pytest.mark.parametrize(
    ("status", "why"),
    [(404, "answered 404."), (302, "answered 302. I follow no redirects: name the last address.")],
)
def test_a_program_that_refuses_is_asked_once_and_the_owner_hears_why(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    receiver: Program,
    status: int,
    why: str,
) -> None:
    rule(works, f"when lead is created then webhook {receiver.url}")
    receiver.answers, receiver.headers = [status, status], {"location": receiver.url}
    for name in ("Ann", "Bea"):
        given(works, Lead, first_name=name)
    work_on(works, courier)
    assert len(receiver.heard) == 2
    heard = [each.text for each in slack.posted("U_ADA") if "Your rule" in each.text]
    assert len(heard) == 1
    assert "Your rule RU-1 did not tell all about LD-1 Ann: " in heard[0]
    assert why in heard[0]
    assert {row.state for row in rows(works, kind="webhook")} == {DeliveryState.REFUSED}


def test_nothing_inside_is_reached_unless_the_settings_name_it(
    works: UnitOfWorkFactory, clients: Clients, slack: SlackDriver, receiver: Program
) -> None:
    courier = DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0)
    rule(works, f"when lead is created then webhook {receiver.url}")
    given(works, Lead, first_name="Ann")
    work_on(works, courier)
    assert receiver.heard == []
    assert "it leads into the network of Rapport" in slack.posted("U_ADA")[-1].words


def test_what_the_rule_may_not_see_is_told_to_nobody(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, receiver: Program
) -> None:
    sees = "lead: look all, hide notes, hide phone\nopportunity: look all\nrule: look"
    given(works, Role, by="U_ADA", name="Narrow", rights=sees)
    made = rule(works, f"when lead changes then webhook {receiver.url} as role narrow")
    rule(works, f"when deal is created then webhook {receiver.url} as role narrow")
    ann = given(works, Lead, first_name="Ann", notes="private", phone="+4930123456")
    change(works, ann, notes="more private", company="Acme")
    deal(works)
    work_on(works, courier)
    data = {told["type"]: told["data"] for told in receiver.told}
    assert set(data["lead.changed"]["changed"]) == {"company"}
    assert data["lead.changed"]["record"]["fields"].keys().isdisjoint({"notes", "phone"})
    assert data["deal.created"]["record"]["fields"]["customer"] is None
    assert "private" not in str(receiver.heard)
    change(works, ann, company="Other")
    runner.run_all(works, "T1")
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(Role, 10))
    courier.drain()
    assert [told["type"] for told in receiver.told].count("lead.changed") == 1
    assert made.role == "narrow"


def test_a_rule_that_is_paused_or_changed_tells_nothing_that_still_waits(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, receiver: Program
) -> None:
    made = rule(works, f"when lead is created then webhook {receiver.url}")
    other = rule(works, f"when lead is created then webhook {receiver.url}")
    given(works, Lead, first_name="Ann")
    runner.run_all(works, "T1")
    with works("T1", "U_ADA") as work:
        work.get(Rule, made.id).pause()
        texts = {"sentence": "when lead is created then dm me"}
        records.update(work, work.get(Rule, other.id), texts)
    courier.drain()
    assert receiver.heard == []
    assert [row.error for row in rows(works, kind="webhook")] == [
        "dropped: the rule is paused",
        "dropped: the line of the rule has changed",
    ]


def test_a_schedule_calls_a_program_about_no_record(
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    receiver: Program,
    clock: StoppedClock,
) -> None:
    rule(works, f"every day at 9:00 then webhook {receiver.url}")
    clock.forward(timedelta(days=1))
    tick(works)
    tick(works)
    courier.drain()
    assert [told["type"] for told in receiver.told] == ["rule.schedule"]
    assert receiver.told[0]["data"] == {"rule": "RU-1", "workspace": "T1"}


def test_an_address_is_shown_without_what_may_be_a_secret(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    line = (
        "rule new when lead is created then webhook <https://x.example/T0/secret?key=1>, dm owner"
    )
    slack.command(f"/crm {line}", user="U_ADA")
    assert "I tell x.example by webhook and tell its owner." in slack.last.words
    for asked in ("RU-1", "history RU-1", "rule list", "rule log RU-1", "find x.example"):
        slack.command(f"/crm {asked}", user="U_MONA")
        assert "https://x.example/…" in slack.last.words, asked
        assert "secret" not in slack.last.words, asked
    assert found(works, Rule).read.actions[0].whom == "https://x.example/T0/secret?key=1"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("webhook", "Which program is told?"),
        ("webhook nonsense", "is no address of a program"),
        ("webhook ftp://x.example/a", "is no address of a program"),
        ("webhook javascript:alert(1)", "is no address of a program"),
        ("webhook https://", "is no address of a program"),
        ("webhook https://[::1", "is no address of a program"),
        ("webhook https://x.example:99999/", "is no address of a program"),
        ("webhook http://x.example/a", "A webhook goes over https"),
        ("webhook http://10.0.0.1/a", "A webhook goes over https"),
        ("webhook https://me:pass@x.example/a", "Leave the name and the password out"),
        (f"webhook https://x.example/{'a' * 500}", "at most 500 characters"),
    ],
)
def test_what_is_no_address_is_said(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, why: str
) -> None:
    assert why in say(slack, f"rule new when lead is created then {line}")
    assert count(works, Rule) == 0


def test_what_left_a_filter_because_it_was_deleted_is_told_as_deleted(
    works: UnitOfWorkFactory, courier: DeliveryDispatcher, receiver: Program
) -> None:
    sails = deal(works, amount="60k")
    rule(works, f"when deal leaves (amount > 50k) then webhook {receiver.url}")
    with works("T1", "U_RITA") as work:
        records.delete(work, work.get(Opportunity, sails.id))
    work_on(works, courier)
    assert [told["data"]["record"]["deleted"] for told in receiver.told] == [True]
