"""What people do with cases, as they see it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.support.case import Case, CaseComment, CaseStatus
from tests.ground import given
from tests.handlers.kit import SQLITE, found, standing, told


@pytest.fixture
def broken(works: UnitOfWorkFactory) -> Case:
    """Ada's mast is broken, and nobody has taken it."""
    ada = given(works, Customer, first_name="Ada")
    return given(works, Case, subject="Broken mast", customer=ada.ref)


@pytest.fixture
def sam(slack: SlackDriver) -> SlackDriver:
    """Sam of support, in #support."""
    slack.user, slack.channel = "U_SAM", "C_SUPPORT"
    return slack


def replies(works: UnitOfWorkFactory) -> list[tuple[str, bool]]:
    with works("T1", writes=False) as work:
        return [
            (reply.text, reply.public)
            for reply in work.session.query(CaseComment).order_by(CaseComment.id)
        ]


@SQLITE
@pytest.mark.parametrize(
    "line",
    ["/crm case claim CS-1", "/crm claim ticket CS-1", "/crm-case claim CS-1", "@crm CS-1 claim"],
)
def test_a_case_is_claimed(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case, line: str
) -> None:
    sam.command(line) if line.startswith("/") else sam.say(line)
    assert (
        told(sam)
        == "Changed CS-1 Broken mast\nStatus: New → Open\nAssignee: unassigned → Sam Silva"
    )


@SQLITE
def test_a_claimed_case_cannot_be_claimed_again(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    sam.command("/crm claim CS-1", user="U_SOFIA")
    sam.command("/crm claim CS-1")
    assert told(sam) == "Sofia Stein has already taken CS-1 Broken mast."
    sam.command("/crm claim CS-1", user="U_SOFIA")
    assert told(sam) == "CS-1 Broken mast is already yours."


def test_of_two_who_claim_at_once_one_gets_it_and_the_other_is_told(
    sam: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, broken: Case
) -> None:
    card = standing(sam, works, courier, broken, "C_SUPPORT")
    desks = [
        SlackDriver(sam.slack, user=user, channel="C_SUPPORT") for user in ("U_SAM", "U_SOFIA")
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda desk: desk.click("case.claim", card), desks))
    answers = sorted(told(desk).splitlines()[0] for desk in desks)
    winner = {"U_SAM": "Sam Silva", "U_SOFIA": "Sofia Stein"}
    with works("T1", writes=False) as work:
        mine = found(works, Case).assignee
        name = winner[work.mention(mine)]
    assert answers == sorted(
        ["Changed CS-1 Broken mast", f"{name} has already taken CS-1 Broken mast."]
    )


@SQLITE
@pytest.mark.parametrize(
    "line", ["case reply CS-1 We are on it", "reply CS-1 We are on it", "CS-1 reply We are on it"]
)
def test_a_customer_is_answered(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case, line: str
) -> None:
    sam.command(f"/crm {line}")
    assert told(sam).startswith(
        "Replied on CS-1 Broken mast\nStatus: New → Open\nFirst response: empty → today"
    )
    assert replies(works) == [("We are on it", True)]


@SQLITE
def test_an_answer_is_kept_as_it_was_typed(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    sam.command('/crm reply CS-1 He said "now", a=b & <tags> -- see CU-1, @rita')
    assert replies(works) == [('He said "now", a=b & <tags> -- see CU-1, @Rita Reyes', True)]


@SQLITE
def test_replying_and_noting_open_a_form_when_nothing_is_said(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    sam.command("/crm CS-1")
    sam.click("case.reply")
    sam.submit(text="On it")
    sam.command("/crm CS-1")
    sam.click("case.note")
    sam.submit(text="Angry")
    assert told(sam) == "Noted on CS-1 Broken mast\nNote for colleagues: Angry"
    assert replies(works) == [("On it", True), ("Angry", False)]


def test_what_is_said_on_a_case_goes_into_the_thread_of_its_card(
    sam: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, broken: Case
) -> None:
    courier.drain()
    [card] = sam.posted("C_SUPPORT")
    sam.say("@crm reply this We are on it", thread_ts=card.ts)
    assert told(sam).startswith("Replied on CS-1")
    sam.say("@crm claim", thread_ts=card.ts)
    assert "Assignee: unassigned → Sam Silva" in told(sam)
    courier.drain()
    said = [line.words for line in sam.thread(card) if not line.ephemeral and line.user == "U0BOT"]
    assert said == ["Sam Silva replied: We are on it", "Sam Silva took it."]


@SQLITE
def test_a_case_is_resolved_with_its_answer_closed_and_reopened(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    sam.command("/crm resolve CS-1 A new mast is on its way")
    assert "Status: Open → Resolved" in told(sam) or "Status: New → Resolved" in told(sam)
    assert replies(works) == [("A new mast is on its way", True)]
    sam.command("/crm resolve CS-1")
    assert told(sam) == "CS-1 Broken mast is already resolved."
    sam.command("/crm close CS-1")
    assert found(works, Case).status == CaseStatus.CLOSED
    sam.command("/crm CS-1")
    sam.click("case.reopen")
    case = found(works, Case)
    assert (case.status, case.resolved_at, case.closed_at) == (CaseStatus.OPEN, None, None)


@SQLITE
def test_what_makes_no_sense_is_not_offered(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    sam.command("/crm CS-1")
    assert "case.claim" in sam.last.actions
    assert "case.reopen" not in sam.last.actions
    sam.command("/crm claim CS-1")
    sam.command("/crm close CS-1")
    sam.command("/crm CS-1")
    assert not {"case.claim", "case.resolve", "case.reply", "case.close"} & set(sam.last.actions)


@SQLITE
def test_priorities_are_set_and_listed(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    sam.command("/crm CS-1 priority=urgent due=+3d")
    assert "Priority: Normal → Urgent" in told(sam)
    sam.command("/crm case list priority = urgent")
    assert told(sam).startswith("1 case matches “priority = urgent”")


@SQLITE
def test_a_case_needs_its_customer(
    sam: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    sam.command("/crm case new Lost oar")
    assert sam.modal
    assert sam.modal.values["subject"] == "Lost oar"
    sam.submit(customer="ada", priority="High")
    assert told(sam) == "Created CS-2 Lost oar\nCustomer: CU-1 Ada\nPriority: High"


@SQLITE
def test_a_rep_may_open_cases_and_note_but_not_close(
    slack: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    slack.command("/crm case new Lost oar CU-1")
    assert told(slack) == "Created CS-2 Lost oar\nCustomer: CU-1 Ada"
    slack.command("/crm note CS-1 She called")
    assert told(slack) == "Noted on CS-1 Broken mast\nNote for colleagues: She called"
    for verb in ("close", "resolve", "delete", "reply"):
        slack.command(f"/crm case {verb} CS-1 x --yes")
        refusal = f"Your role (senior rep) does not allow “case {verb}”. Ada Abel can give it."
        assert told(slack).splitlines()[0] == refusal


@SQLITE
@pytest.mark.parametrize(("verb", "state"), [("resolve", "resolved"), ("close", "closed")])
def test_a_case_that_is_over_is_not_claimed(
    slack: SlackDriver, works: UnitOfWorkFactory, verb: str, state: str
) -> None:
    given(works, Case, subject="Leak", customer=given(works, Customer, first_name="Ada").ref)
    slack.command(f"/crm case {verb} CS-1", user="U_SAM")
    slack.command("/crm case claim CS-1", user="U_SOFIA")
    assert told(slack) == f"CS-1 Leak is already {state}."
    assert found(works, Case).assignee is None
