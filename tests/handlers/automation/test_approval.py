"""Approvals: who may not do something proposes it, and who may answers."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from bot.app import create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from handlers.core.interaction import Interaction
from handlers.core.responses import Message
from models.automation import runner
from models.core import approval as approvals
from models.core.approval import Approval
from models.core.audit.entries import AuditEntry
from models.core.custom.custom_field import CustomField
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.sales.purchase import Purchase
from tests.ground import StoppedClock, given, together
from tests.handlers.kit import count, found, told


@pytest.fixture(autouse=True)
def everybody_is_at_work(clock: StoppedClock) -> None:
    """Also Mona in New York, who is told nothing before her day begins."""
    clock.forward(timedelta(hours=5))


@pytest.fixture
def account(works: UnitOfWorkFactory) -> Account:
    """An account that Rita owns; Sam of support may change it, and not delete it."""
    return given(works, Account, name="Acme", owner="me")


@pytest.fixture
def deal(works: UnitOfWorkFactory) -> Opportunity:
    """Rita's deal of 10,000 euros."""
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    return given(works, Opportunity, name="Sails", customer=ada.ref, amount="10000", owner="me")


def say(slack: SlackDriver, line: str, user: str = "U_RITA") -> str:
    slack.command(f"/crm {line}", user=user)
    return told(slack)


def direct(slack: SlackDriver, courier: DeliveryDispatcher, person: str) -> list[Shown]:
    """What the bot has told somebody in direct messages, oldest first."""
    courier.drain()
    return slack.posted(slack.slack.im(person).id)


def words(messages: list[Shown]) -> str:
    return "\n".join(each.words for each in messages)


def proposes(slack: SlackDriver) -> str:
    """Sam proposes to delete the account, which Mona and Rita may."""
    return say(slack, "propose account delete AC-1", "U_SAM")


def states(works: UnitOfWorkFactory) -> list[str]:
    with works("T1", writes=False) as work:
        every = select(Approval).order_by(Approval.id).execution_options(with_deleted=True)
        return [each.state for each in work.session.scalars(every)]


# ── asking ────────────────────────────────────────────────────────────────────────────────────────


def test_a_refusal_offers_to_propose_it_and_it_is_done_when_somebody_approves(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, account: Account
) -> None:
    refusal = say(slack, "account delete AC-1 --yes", "U_SAM")
    assert refusal == "Your role (support) does not allow “account delete”. Ada Abel can give it."
    assert slack.last.buttons == ["Request", "Propose it"]
    slack.click("crm.run#2", user="U_SAM")
    assert told(slack).splitlines()[0] == (
        "Proposed: Delete account AC-1 (AP-1). Rita Reyes, Ravi Rao or Mona Meyer can approve it "
        "until Fri 13 Mar 16:00."
    )
    assert not found(works, Account).deleted_at
    card = direct(slack, courier, "U_MONA")[-1]
    assert "Sam Silva asks you to approve: Delete account AC-1 (AP-1)" in card.words
    assert "Deletes AC-1 Acme" in card.words
    assert card.buttons == ["Approve", "Refuse", "Mute"]
    slack.click("approval.approve", card, user="U_MONA")
    assert told(slack).startswith("Approved AP-1: Delete account AC-1")
    assert found(works, Account).deleted_at
    assert "Mona Meyer approved it." in direct(slack, courier, "U_SAM")[-1].words
    assert direct(slack, courier, "U_RITA")[0].buttons == ["Mute"]
    assert "Mona Meyer approved it." in direct(slack, courier, "U_RITA")[0].words


def test_what_was_approved_is_one_undo_with_both_names_in_the_history(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, account: Account
) -> None:
    proposes(slack)
    assert say(slack, "approval approve AP-1", "U_MONA").startswith("Approved AP-1")
    with works("T1", writes=False) as work:
        of_account = select(AuditEntry).where(AuditEntry.entity == "account")
        last = list(work.session.scalars(of_account.order_by(AuditEntry.id)))[-1]
        assert (work.who(last.actor), last.reason) == ("Mona Meyer", "asked by Sam Silva (AP-1)")
        asked = select(AuditEntry).where(AuditEntry.entity == "approval").order_by(AuditEntry.id)
        actors = {work.who(entry.actor) for entry in work.session.scalars(asked)}
        assert actors == {"Sam Silva", "Mona Meyer"}
    assert "Mona Meyer approved it." in direct(slack, courier, "U_SAM")[-1].words
    slack.command("/crm undo", user="U_MONA")
    assert not found(works, Account).deleted_at
    assert states(works) == ["waiting"]
    assert "It waits again" in direct(slack, courier, "U_SAM")[-1].words
    assert say(slack, "approval refuse AP-1 They still buy", "U_RITA").startswith("Refused AP-1")
    assert "Rita Reyes refused it: They still buy" in direct(slack, courier, "U_SAM")[-1].words


def test_who_may_do_it_is_told_so_and_nothing_is_asked(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account
) -> None:
    assert say(slack, "propose account delete AC-1", "U_RITA") == (
        "You may do that yourself: account delete AC-1"
    )
    assert count(works, Approval) == 0


def test_what_is_typed_wrong_is_said_and_nobody_is_asked(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account, deal: Opportunity
) -> None:
    rows = {
        "propose": "What do you propose?",
        "propose nonsense": "What do you propose?",
        "propose account list": "“account list” cannot be proposed.",
        "propose role give @sam admin": "“role give” cannot be proposed. Ask for the right: request role give",
        "propose user edit US-4 role=admin": "“user edit” cannot be proposed.",
        "propose account delete AC-9": "There is no AC-9.",
        "propose deal set OP-1 amount=much": "Amount",
        "propose rule new when lead is created then dm me": "cannot be proposed",
        "propose approval approve AP-1": "cannot be proposed",
        "approval approve AP-7": "There is no AP-7.",
    }
    for line, said in rows.items():
        answer = say(slack, line, "U_SAM")
        if slack.modal:
            answer = slack.modal.words
            slack.close("U_SAM")
        assert said in answer, line
    assert count(works, Approval) == 0


def test_the_same_is_not_asked_twice_and_a_repeated_press_does_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account
) -> None:
    proposes(slack)
    assert "AP-1 asks for exactly that already." in proposes(slack)
    assert count(works, Approval) == 1


def test_me_and_tomorrow_mean_what_they_meant_to_who_asked(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity, clock: StoppedClock
) -> None:
    say(slack, "propose deal set OP-1 owner=me close_date=tomorrow", "U_SAM")
    clock.forward(timedelta(days=1))
    asked = "You'll no longer see OP-1. Hand it over?"
    assert say(slack, "approval approve AP-1", "U_MONA") == asked
    slack.click("crm.run", user="U_MONA")
    assert told(slack).startswith("Approved AP-1")
    now = found(works, Opportunity)
    with works("T1", writes=False) as work:
        assert (work.who(now.owner), str(now.close_date)) == ("Sam Silva", "2026-03-11")


# ── answering ─────────────────────────────────────────────────────────────────────────────────────


def test_one_who_asked_cannot_answer_and_others_see_nothing_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account
) -> None:
    proposes(slack)
    own = say(slack, "approval approve AP-1", "U_SAM")
    assert own.startswith("You asked for it yourself, so somebody else decides.")
    for line in ("approval show AP-1", "approval approve AP-1", "approval refuse AP-1 no"):
        for person in ("U_ADA", "U_SOFIA", "U_ELI"):
            assert say(slack, line, person).startswith("There is no AP-1."), (line, person)
    assert "There is no approval" in say(slack, "approval list", "U_SOFIA")
    assert states(works) == ["waiting"]


def test_it_is_refused_with_a_reason_once(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, account: Account
) -> None:
    proposes(slack)
    slack.command("/crm approval refuse AP-1", user="U_MONA")
    assert slack.modal
    slack.submit(why="", user="U_MONA")
    assert slack.errors == {"why": "Why is required."} or slack.errors
    slack.submit(why="They still buy", user="U_MONA")
    assert told(slack).startswith("Refused AP-1: Delete account AC-1")
    again = "Mona Meyer refused AP-1 already."
    assert say(slack, "approval approve AP-1", "U_RITA") == again
    assert say(slack, "approval refuse AP-1 me too", "U_RITA") == again
    assert say(slack, "approval withdraw AP-1", "U_SAM") == again
    heard = [each.words for each in direct(slack, courier, "U_SAM")]
    assert len([each for each in heard if "refused it: They still buy" in each]) == 1
    assert not found(works, Account).deleted_at


def test_who_asked_takes_it_back(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, account: Account
) -> None:
    proposes(slack)
    card = direct(slack, courier, "U_MONA")[-1]
    assert say(slack, "approval withdraw AP-1", "U_MONA").startswith("Only Sam Silva can withdraw")
    assert say(slack, "approval withdraw AP-1", "U_SAM").startswith("Withdrew AP-1")
    slack.click("approval.approve", card, user="U_MONA")
    assert told(slack) == "AP-1 was withdrawn."
    assert "It was withdrawn." in direct(slack, courier, "U_MONA")[-1].words


def test_it_expires_and_who_asked_is_told_once(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    account: Account,
    clock: StoppedClock,
) -> None:
    proposes(slack)
    clock.forward(timedelta(days=3, minutes=-1))
    works.attempt(approvals.expire, "T1")
    assert states(works) == ["waiting"]
    clock.forward(timedelta(minutes=1))
    assert "AP-1 expired" in say(slack, "approval approve AP-1", "U_MONA")
    for _ in range(3):
        works.attempt(approvals.expire, "T1")
    assert states(works) == ["expired"]
    heard = [each.words for each in direct(slack, courier, "U_SAM")]
    assert len([each for each in heard if "It expired" in each]) == 1
    assert "It expired" in direct(slack, courier, "U_MONA")[-1].words
    assert not found(works, Account).deleted_at


def test_what_was_typed_is_forgotten_a_month_after_it_came_to_an_end(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account, clock: StoppedClock
) -> None:
    say(slack, "propose account set AC-1 owner=me name=Secret", "U_SAM")
    proposes(slack)
    say(slack, "approval refuse AP-1 no", "U_MONA")
    for days, kept in ((30, True), (1, False)):
        clock.forward(timedelta(days=days))
        works.attempt(approvals.forget, "T1")
        ended, waits = found(works, Approval, 1), found(works, Approval, 2)
        assert (bool(ended.texts), bool(ended.changes)) == (kept, kept)
        assert waits.changes
    assert "Secret" not in say(slack, "approval show AP-1", "U_MONA")


def test_three_working_days_skip_the_weekend(works: UnitOfWorkFactory, clock: StoppedClock) -> None:
    with works("T1", "U_SAM", writes=False) as work:
        thursday = clock() + timedelta(days=2)
        until = approvals.working_days_later(work.actor, thursday)
    assert until == thursday + timedelta(days=5)


def test_what_changed_meanwhile_is_shown_and_asked_about(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account
) -> None:
    proposes(slack)
    say(slack, "account set AC-1 industry=Boats", "U_RITA")
    asked = say(slack, "approval approve AP-1", "U_MONA")
    assert asked.splitlines() == [
        "AC-1 Acme changed since Sam Silva asked.",
        "Industry: empty → Boats",
    ]
    assert not found(works, Account).deleted_at
    again = slack.last
    say(slack, "account set AC-1 industry=Ships", "U_RITA")
    slack.click("crm.run", again, user="U_MONA")
    assert "Industry: empty → Ships" in told(slack)
    slack.click("crm.run", user="U_MONA")
    assert told(slack).startswith("Approved AP-1")
    assert found(works, Account).deleted_at


def test_nothing_is_done_where_the_right_the_record_or_the_person_is_gone(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account
) -> None:
    proposes(slack)
    say(slack, "role refuse manager account delete", "U_ADA")
    lost = say(slack, "approval approve AP-1", "U_MONA")
    assert lost.startswith("AP-1 cannot be done now: Your role (manager) does not allow")
    assert states(works) == ["waiting"]
    say(slack, "account delete AC-1 --yes", "U_RITA")
    gone = say(slack, "approval approve AP-1", "U_RAVI")
    assert "AC-1 Acme was deleted." in gone
    say(slack, "restore AC-1", "U_RITA")
    with works("T1") as work:
        sam = work.session.scalars(select(User).where(User.slack_id == "U_SAM")).one()
        sam.left = True
    left = say(slack, "approval approve AP-1 --now=3", "U_RAVI")
    assert "Sam Silva has left Slack, so nothing is done for them." in left
    assert not found(works, Account).deleted_at
    assert states(works) == ["waiting"]


def test_of_two_who_approve_at_once_one_does(
    works: UnitOfWorkFactory, slack: SlackDriver, account: Account
) -> None:
    proposes(slack)
    dispatcher = create_dispatcher(works)

    def approve(person: str) -> str:
        act = Interaction("command", "T1", person, line="approval approve AP-1", key=person)
        reply = dispatcher.do(act)
        return reply.text if isinstance(reply, Message) else ""

    answers = [*map(str, together([partial(approve, "U_MONA"), partial(approve, "U_RITA")]))]
    assert len([each for each in answers if each.startswith("Approved AP-1")]) == 1, answers
    assert len([each for each in answers if each.endswith("approved AP-1 already.")]) == 1, answers
    with works("T1", writes=False) as work:
        kinds = work.session.scalars(select(Delivery.kind)).all()
        assert kinds.count(approvals.DECIDED) == 1


def test_whoever_decides_may_do_it_in_another_way(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    say(slack, "propose deal set OP-1 amount=8k", "U_SAM")
    card = direct(slack, courier, "U_MONA")[-1]
    assert "OP-1 Amount: €10,000 → €8,000" in card.words
    assert card.buttons == ["Approve", "Change", "Refuse", "Mute"]
    slack.click("approval.amend", card, user="U_MONA")
    assert slack.modal
    assert slack.modal.values["amount"] == "8k"
    slack.submit(amount="9k", user="U_MONA")
    assert found(works, Opportunity).amount == 9000
    assert states(works) == ["approved"]
    assert "Mona Meyer approved it: With changes" in direct(slack, courier, "U_SAM")[-1].words


def test_a_form_that_answers_what_somebody_answered_meanwhile_changes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    say(slack, "propose deal set OP-1 amount=8k", "U_SAM")
    slack.click("approval.amend", direct(slack, courier, "U_MONA")[-1], user="U_MONA")
    form = slack.modal
    assert form
    with works("T1", "U_RITA") as work:
        known = work.find(Approval, 1)
        approvals.decide(work, known, approvals.ApprovalState.REFUSED, "No")
    slack.submit(amount="9k", user="U_MONA")
    assert "Rita Reyes refused AP-1 already." in "".join(slack.errors.values())
    assert found(works, Opportunity).amount == 10_000


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_discount_over_the_limit_is_proposed_and_a_manager_gives_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    said = say(slack, "rule new sale line needs approval of manager if discount > 20", "U_ADA")
    assert "A sale line where discount > 20 is saved by manager only" in said
    refused = say(slack, 'deal sell OP-1 "Sails" @ 1000 -30%')
    assert refused == (
        "A sale line with discount > 20 needs the approval of a manager, says the rule RU-1. "
        "Nothing was saved."
    )
    assert (count(works, Purchase), slack.last.buttons) == (0, ["Propose it"])
    slack.click("crm.run", user="U_RITA")
    assert told(slack).startswith("Proposed: Sale of OP-1 (AP-1). Mona Meyer can approve it")
    card = direct(slack, courier, "U_MONA")[-1]
    assert "Discount: 30" in card.words
    assert "Stage: Qualification → Won" in card.words
    slack.click("approval.approve", card, user="U_MONA")
    assert told(slack).startswith("Approved AP-1")
    assert (count(works, Purchase), found(works, Opportunity).stage) == (1, "won")
    assert say(slack, "undo", "U_MONA").startswith("Undone")
    assert (count(works, Purchase), found(works, Opportunity).stage) == (0, "qualification")


def test_what_stays_below_the_limit_and_what_a_manager_does_needs_nobody(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    say(slack, "rule new deal needs approval of manager if amount > 50k", "U_ADA")
    assert say(slack, "deal set OP-1 amount=50k").startswith("Changed OP-1")
    assert say(slack, "deal set OP-1 amount=60k", "U_MONA").startswith("Changed OP-1")
    assert say(slack, "deal set OP-1 next_step=Call").startswith("Changed OP-1")
    assert "needs the approval" in say(slack, "deal set OP-1 amount=70k")
    assert say(slack, "undo", "U_MONA").startswith("Undone")


def test_a_form_that_needs_approval_stays_and_proposes_what_is_in_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    say(slack, "rule new deal needs approval of manager if amount > 50k", "U_ADA")
    slack.command("/crm deal edit OP-1", user="U_RITA")
    slack.submit(amount="60k", user="U_RITA")
    assert slack.modal
    assert "needs the approval of a manager" in slack.modal.words
    assert "Nothing is saved yet: you can propose it." in slack.modal.words
    assert slack.modal.values["amount"] == "60k"
    assert found(works, Opportunity).amount == 10_000
    slack.submit(user="U_RITA")
    assert told(slack).startswith("Proposed: Change deal OP-1 (AP-1). Mona Meyer can approve it")
    assert say(slack, "approval approve AP-1", "U_MONA").startswith("Approved AP-1")
    assert found(works, Opportunity).amount == 60_000


def test_a_colleague_proposes_a_field_and_an_admin_makes_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    line = 'field new deal "Contract type" choice options="annual, monthly"'
    refused = say(slack, line)
    assert (refused[:24], slack.last.buttons) == (
        "Your role (senior rep) d",
        ["Request", "Propose it"],
    )
    slack.click("crm.run#2", user="U_RITA")
    assert told(slack).startswith("Proposed: New field (AP-1). Ada Abel can approve it")
    assert count(works, CustomField) == 0
    card = direct(slack, courier, "U_ADA")[-1]
    assert "New field: " in card.words
    assert "annual, monthly" in card.words
    slack.click("approval.approve", card, user="U_ADA")
    assert told(slack).startswith("Approved AP-1")
    assert count(works, CustomField) == 1
    for line, what in {
        'object new Project prefix=PJ fields="Budget money"': "New object",
        "option new deal stage Pilot like=proposal": "New option",
    }.items():
        assert say(slack, f"propose {line}").startswith(f"Proposed: {what}"), line
    assert say(slack, "approval approve AP-2", "U_ADA").startswith("Approved AP-2")
    assert say(slack, "approval approve AP-3", "U_ADA").startswith("Approved AP-3")
    assert say(slack, "project new Bridge").startswith("Created PJ-1")


def test_a_form_opens_for_what_a_proposal_lacks(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm propose field new", user="U_RITA")
    assert slack.modal
    slack.submit(about="opportunity", name="Contract", kind="text", user="U_RITA")
    assert told(slack).startswith("Proposed: New field (AP-1). Ada Abel can approve it")


# ── rules that ask ────────────────────────────────────────────────────────────────────────────────


def test_a_rule_asks_for_approval_and_sets_fields_by_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    said = say(
        slack,
        "rule new when deal changes amount then ask approval of manager to set stage=proposal "
        '"Is it worth it?"',
        "U_ADA",
    )
    assert "I ask for the approval of manager to set Stage to proposal: “Is it worth it?”." in said
    say(slack, "deal set OP-1 amount=20k")
    runner.run_all(works, "T1")
    card = direct(slack, courier, "U_MONA")[-1]
    assert "Rita Reyes asks you to approve: Change deal OP-1 (AP-1)" in card.words
    assert "OP-1 Stage: Qualification → Proposal" in card.words
    assert "Why: Is it worth it?" in card.words
    slack.click("approval.approve", card, user="U_MONA")
    assert found(works, Opportunity).stage == "proposal"
    assert "Mona Meyer approved it." in words(direct(slack, courier, "U_RITA"))


def test_a_rule_asks_for_a_bare_yes(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    say(slack, "rule new when deal changes amount to 20k then ask approval of its owner", "U_ADA")
    say(slack, "deal set OP-1 amount=20k", "U_MONA")
    runner.run_all(works, "T1")
    card = direct(slack, courier, "U_RITA")[-1]
    assert "Mona Meyer asks you to approve: Approve deal OP-1 (AP-1)" in card.words
    assert card.buttons[:2] == ["Approve", "Refuse"]
    slack.click("approval.approve", card, user="U_RITA")
    assert told(slack).startswith("Approved AP-1")
    assert "Rita Reyes approved it." in direct(slack, courier, "U_MONA")[-1].words


def test_a_rule_with_nobody_to_ask_says_so(
    slack: SlackDriver, works: UnitOfWorkFactory, deal: Opportunity
) -> None:
    for line, said in {
        "deal needs approval of its manager": "Say who approves what.",
        "deal needs approval of captain if amount > 5": "There is no user “captain”",
        "product needs approval of its owner if price > 5": "A product has no owner.",
        "when deal changes amount then ask mona": "Ask for approval of whom?",
        "when deal changes amount then ask approval of manager to set stge=won": "stge",
    }.items():
        slack.command(f"/crm rule new {line}", user="U_ADA")
        assert said in (slack.modal.words if slack.modal else told(slack)), line
        if slack.modal:
            slack.close("U_ADA")


def test_approvals_that_wait_are_on_home(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account
) -> None:
    proposes(slack)
    home = slack.home("U_MONA")
    assert "Waiting for you: 1 approval" in home.words
    assert "Delete account AC-1" in home.words
    assert "Waiting for you" not in slack.home("U_SAM").words
    slack.home("U_MONA")
    slack.click("approval.approve", user="U_MONA")
    assert found(works, Account).deleted_at
    assert "Waiting for you" not in slack.home("U_MONA").words


# ── nobody reads more than they may ───────────────────────────────────────────────────────────────


def test_what_would_change_is_shown_as_far_as_its_reader_sees_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    say(slack, "propose deal set OP-1 amount=8k next_step=Call", "U_SAM")
    say(slack, "role hide manager deal amount", "U_ADA")
    card = direct(slack, courier, "U_MONA")[-1]
    assert "OP-1 Next step: empty → Call" in card.words
    assert "8,000" not in card.words + say(slack, "approval show AP-1", "U_MONA")
    assert "8,000" in say(slack, "approval show AP-1", "U_RITA")
    refused = say(slack, "approval approve AP-1", "U_MONA")
    assert "Your role (manager) does not show you Amount." in refused
    assert found(works, Opportunity).amount == 10_000


def test_what_was_tried_for_somebody_tells_them_nothing_that_they_do_not_see(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    say(slack, "role hide support deal amount", "U_ADA")
    say(slack, "deal sell OP-1 1 × Oar @ 77")
    sold = say(slack, "propose deal lost OP-1 Too dear", "U_SAM")
    assert "PU-1" not in sold
    hidden = say(slack, "propose deal set OP-1 amount=5", "U_SAM")
    if slack.modal:
        hidden = slack.modal.words
        slack.close("U_SAM")
    assert "does not show you Amount" in hidden
    assert count(works, Approval) <= 1


def test_an_approval_stays_with_who_asked_and_its_delivery_says_no_more_than_its_record(
    slack: SlackDriver, works: UnitOfWorkFactory, account: Account
) -> None:
    proposes(slack)
    kept = "AP-1 stays with who asked for it: they can withdraw it."
    assert say(slack, "handover AP-1 to=<@U_SOFIA>", "U_SAM") == kept
    with works("T1", writes=False) as work:
        assert work.who(found(works, Approval).asker) == "Sam Silva"
        put = work.session.scalars(select(Delivery).where(Delivery.kind == approvals.PUT)).all()
        assert [set(each.about) for each in put] == [{"approval", "by"}] * 3


def test_a_proposal_that_is_deleted_is_withdrawn(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, account: Account
) -> None:
    proposes(slack)
    card = direct(slack, courier, "U_MONA")[-1]
    say(slack, "undo", "U_SAM")
    slack.click("approval.approve", card, user="U_MONA")
    assert "AP-1" in told(slack)
    assert "was deleted" in told(slack)
    assert not found(works, Account).deleted_at
    assert "It was withdrawn." in direct(slack, courier, "U_MONA")[-1].words
