"""Admins apply, upgrade and remove packs; what people typed and what they changed stays theirs."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import create_background
from bot.background import worker
from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.automation import clock as time_of_rules
from models.automation import runner
from models.automation.rule import Rule
from models.core.audit.entries import AuditEntry
from models.core.background import reshaping
from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.custom.custom_record import entity_of
from models.core.custom.shaping import rows_of
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.packs.files import shipped
from models.packs.pack import Pack
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, count, found

ADA = "U_ADA"
CONTRACT: Any = entity_of("contract")
PATIENCE = 6
SUPPORT = (
    'contract new "Support" account=AC-1 customer=CU-1 yearly_value=12k renews_on=+61d '
    "status=active"
)


def say(slack: SlackDriver, line: str, user: str = ADA) -> str:
    """What somebody reads when they type a line: the answer, or the form that it opens."""
    for _ in range(PATIENCE):  # a busy machine is no answer to what is asked here
        slack.command(f"/crm {line}", user=user)
        if slack.modal or "did not finish this in time" not in slack.last.words:
            break
    if slack.modal:
        read = slack.modal.words
        slack.close(user)
        return read
    return slack.last.words


@pytest.fixture
def company(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Grace", last_name="Hopper")
    given(works, Account, name="Lark")


def agree(slack: SlackDriver) -> str:
    """Press the button that says yes to what is shown."""
    slack.click("crm.run", user=ADA, value=offered(slack))
    return slack.last.words


def offered(slack: SlackDriver) -> str:
    """The line of the button that says yes."""
    return next(line for line in buttons(slack).values() if "--plan=" in line)


def buttons(slack: SlackDriver) -> dict[str, str]:
    """The buttons of the last answer, with their lines."""
    found = [each for block in slack.last.blocks for each in block.get("elements", [])]
    return {b["text"]["text"]: b.get("value", "") for b in found if b["type"] == "button"}


def shape(works: UnitOfWorkFactory) -> list[Any]:
    """What the workspace says of its nouns, fields, options and layouts, and its rules."""
    with works("T1", writes=False) as work:
        rules = work.session.execute(select(Rule.sentence, Rule.paused).order_by(Rule.id)).all()
        deleted = [each for each in rows_of(work.session, "T1")[2] if each.deleted_at is None]
        fields, nouns, _, layouts, _ = rows_of(work.session, "T1")
        return [fields, nouns, deleted, layouts, rules]


def done(works: UnitOfWorkFactory, action: str = "create") -> Counter[str]:
    """How many records of each entity the last act made, or deleted."""
    with works("T1", writes=False) as work:
        unit = work.session.scalar(select(AuditEntry.unit).order_by(AuditEntry.id.desc()).limit(1))
        mine = select(AuditEntry.entity, AuditEntry.record_id).where(AuditEntry.unit == unit)
        what = (AuditEntry.field == "deleted_at", AuditEntry.new.is_not(None))
        mine = mine.where(AuditEntry.action == action, *(what if action == "update" else ()))
        return Counter(row.entity for row in work.session.execute(mine.distinct()))


def steps(words: str) -> list[str]:
    """What a look at a pack says of each of its things."""
    heads = ("New: ", "Comes back: ", "Changes: ", "Goes: ", "Is retired: ", "Stays", "In the way")
    return [line for line in words.splitlines() if line.startswith(heads)]


# ── each pack ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("slot", list(shipped()))
def test_a_pack_does_what_its_preview_says_and_one_undo_leaves_the_shape_as_before(
    slack: SlackDriver, works: UnitOfWorkFactory, slot: str
) -> None:
    before, file = shape(works), shipped()[slot]
    look = steps(say(slack, f"pack show {slot}"))
    assert look == [f"New: {item}" for item in file.items]
    assert steps(say(slack, f"pack apply {slot}")) == look
    assert (shape(works), count(works, Pack)) == (before, 0), "a look changes nothing"
    agree(slack)
    assert f"Applied PK-1 {file.name}" in slack.last.words
    things = Counter([*(item.kind.entity.slug() for item in file.items), "pack"])
    assert done(works) == things
    after = shape(works)
    assert after != before
    say(slack, "undo --yes")
    assert shape(works) == before
    say(slack, "redo --yes")
    assert shape(works) == after
    assert "applied already" in say(slack, f"pack apply {slot}")
    goes = steps(say(slack, f"pack remove {slot}"))
    assert sorted(goes) == sorted(f"Goes: {item}" for item in file.items)
    agree(slack)
    assert done(works, "update") == things
    assert shape(works) == before


@pytest.mark.parametrize("slot", list(shipped()))
def test_the_lines_with_which_a_pack_says_to_begin_work(
    slack: SlackDriver, works: UnitOfWorkFactory, company: None, slot: str
) -> None:
    say(slack, f"pack apply {slot} --yes")
    for line in shipped()[slot].begin:
        words = say(slack, line, "U_ADA")
        assert any(word in words for word in ("Created", "Changed", "match")), (line, words)


def test_contracts_add_up_on_the_account_and_a_task_comes_before_they_renew(
    slack: SlackDriver, works: UnitOfWorkFactory, clock: StoppedClock, company: None
) -> None:
    say(slack, "pack apply software --yes")
    words = say(slack, SUPPORT)
    assert "Created CN-1 Support" in words
    assert "AC-1 ARR: €0 → €12,000" in words
    assert "AC-1 Next renewal: empty → Sun 10 May" in words
    assert "Support" in say(slack, "contract list renews_on < +90d")
    assert "No contract matches" in say(slack, "contract list renews_on < +30d")
    assert "Lark" in say(slack, "account list arr > 10k")
    assert "Support" in say(slack, "contract list Renewals in 90 days")
    say(slack, "set CN-1 status=cancelled")
    assert "AC-1 ARR: €12,000 → €0" in slack.last.words
    say(slack, "set CN-1 status=active")
    for _ in range(3):
        with works("T1") as work:
            time_of_rules.look(work)
        runner.run_all(works, "T1")
        clock.forward(timedelta(days=1))
    with works("T1", writes=False) as work:
        task = work.session.scalars(select(Activity)).one()
        assert (task.description, task.customer) == ("Talk about the renewal", 1)
        assert getattr(task, "x_contract") == 1  # noqa: B009 — the field was added
    assert "Talk about the renewal" in say(slack, "CN-1")


def test_milestones_add_up_to_hours_fees_and_utilisation(
    slack: SlackDriver, works: UnitOfWorkFactory, company: None
) -> None:
    say(slack, "pack apply consulting --yes")
    say(slack, "engagement new Harbour account=AC-1 status=running")
    say(slack, "milestone new Report engagement=EG-1 planned_hours=40 fee=8k")
    say(slack, "milestone new Talk engagement=EG-1 planned_hours=10 fee=2k")
    say(slack, "set MS-1 worked_hours=30 billable_hours=24")
    assert "EG-1 Utilisation: empty → 80" in slack.last.words
    say(slack, "set MS-2 worked_hours=10 billable_hours=2")
    card = say(slack, "EG-1")
    assert "*Utilisation:* 65" in card
    assert "*Hours left:* 10" in card
    assert "*Fees:* €10,000" in card
    assert "Harbour" in say(slack, "engagement list utilisation < 75")
    assert "*Engaged fees:* €10,000" in say(slack, "AC-1")


def test_points_come_of_sales_and_of_the_ledger(
    slack: SlackDriver, works: UnitOfWorkFactory, company: None
) -> None:
    say(slack, "pack apply retail --yes")
    say(slack, 'sale new customer=CU-1 lines="3 × Widget @ 90"')
    say(slack, "loyalty entry new Welcome customer=CU-1 points=50")
    say(slack, "loyalty entry new Voucher customer=CU-1 points=20 kind=redeemed")
    assert "CU-1 Points balance: 77 → 57" in slack.last.words
    with works("T1", writes=False) as work:
        grace: Any = work.find(Customer, 1)
        assert (grace.x_points_from_sales, grace.x_points_booked) == (27, 30)
        assert grace.x_loyalty_level == "Basic"
    assert "Grace" in say(slack, "customer list points_balance > 20")
    say(slack, "delete LO-1 --yes")
    assert "CU-1 Points balance: 57 → 7" in slack.last.words


@SQLITE
def test_a_large_company_gets_its_points_a_part_at_a_time(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    company: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the fields of a pack amount to is worked out together within what one act may take."""
    for _ in range(3):
        say(slack, 'sale new customer=CU-1 lines="3 × Widget @ 90" --yes')
    monkeypatch.setattr(reshaping, "AT_ONCE", 4)
    monkeypatch.setattr(worker, "LEAST_REST", 0.0)
    monkeypatch.setattr(worker, "LONGEST_REST", 0.0)
    say(slack, "pack apply retail --yes")
    with works("T1", writes=False) as work:
        grace: Any = work.find(Customer, 1)
        assert grace.x_last_sale is None
    create_background(works).drain()
    with works("T1", writes=False) as work:
        grace = work.find(Customer, 1)
        assert (grace.x_points_from_sales, grace.x_points_balance) == (81, 81)
        assert (grace.x_bought_so_far, grace.x_last_sale) == (810, work.today)
        assert grace.x_loyalty_level == "Basic"


# ── removing ──────────────────────────────────────────────────────────────────────────────────────


def test_what_people_typed_comes_back_when_a_pack_is_applied_again(
    slack: SlackDriver, works: UnitOfWorkFactory, company: None
) -> None:
    before = shape(works)
    say(slack, "pack apply software --yes")
    say(slack, SUPPORT)
    say(slack, "task new Ring customer=CU-1 contract=CN-1 type=business_review")
    card, full = say(slack, "CN-1"), shape(works)
    look = steps(say(slack, "pack remove software"))
    assert any("noun Contract" in line and "with 1 contract" in line for line in look)
    assert any(
        "field Contract of a task" in line and "with what 1 task holds" in line for line in look
    )
    assert any(line.startswith("Is retired: option Business review") for line in look)
    assert shape(works) == full, "a look changes nothing"
    agree(slack)
    assert "Removed PK-1 B2B software" in slack.last.words
    assert "didn't understand" in say(slack, "contract list")
    gone = shape(works)
    assert (gone[0], gone[1], gone[3], gone[4]) == (before[0], before[1], before[3], before[4])
    say(slack, "undo --yes")
    assert shape(works) == full
    say(slack, "redo --yes")
    back = steps(say(slack, "pack apply software"))
    assert {line.partition(":")[0] for line in back} == {"Comes back"}
    agree(slack)
    assert say(slack, "CN-1") == card
    assert shape(works) == full
    assert count(works, Pack) == 1


def test_what_was_changed_since_stays_and_is_named(
    slack: SlackDriver, works: UnitOfWorkFactory, company: None
) -> None:
    say(slack, "pack apply software --yes")
    say(slack, "field edit FD-4 name=Worth")
    say(slack, 'field new contract "Half" formula "renews_on - 10"')
    say(slack, "rule new when deal enters (stage = won) then set new_arr=1")
    look = say(slack, "pack remove software")
    assert "field Yearly value of a contract (Money) · Name was changed since" in look
    assert "field Renews on of a contract (Day) · FD-16 Half needs it" in look
    assert "field New ARR of a deal (Money) · RU-3" in look
    assert "Stays as you have it: noun Contract (CN-1)" in look
    say(slack, "pack remove software --yes")
    assert "Stays as you have it: noun Contract" in slack.last.words
    with works("T1", writes=False) as work:
        left = set(work.session.scalars(select(CustomField.name)))
    assert left == {"Worth", "Renews on", "Half", "New ARR"}
    assert "Created CN-1" in say(slack, "contract new Own worth=5k renews_on=+3d")
    say(slack, "pack apply software --yes")
    with works("T1", writes=False) as work:
        assert "Worth" in work.session.scalars(select(CustomField.name)).all()
        assert "Yearly value" not in work.session.scalars(select(CustomField.name)).all()


def test_a_person_who_deleted_a_thing_of_a_pack_does_not_get_it_back_by_looking(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    say(slack, "pack apply software --yes")
    say(slack, "rule delete RU-2 --yes")
    look = say(slack, "pack show software")
    assert "rule Contract is cancelled" in look
    assert "RU-2 was deleted since" in look
    assert "applied already" in say(slack, "pack apply software")


# ── what is in the way ────────────────────────────────────────────────────────────────────────────


IN_THE_WAY = [
    ("object new Pact prefix=CN", "CN-1 is something else already"),
    ("object new Agreement plural=Contract prefix=AG", "“contract” means something else"),
    ("object new Contract prefix=CO", "OB-1 says otherwise: Numbers begin with is CO, not CN"),
    ("field new account ARR text", "FD-1 says otherwise: Kind is Text, not rollup"),
    ('field new deal "New ARR" number', "FD-1 says otherwise: Kind is Number, not money"),
    ('option new task type "Business review" like=call', "OT-1 says otherwise: Behaves like"),
]


@SQLITE
@pytest.mark.parametrize(("first", "why"), IN_THE_WAY)
def test_what_is_in_the_way_stops_all_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, first: str, why: str
) -> None:
    assert "Created" in say(slack, first)
    before = shape(works)
    for line in ("pack apply software", "pack apply software --yes"):
        words = say(slack, line)
        assert "B2B software cannot be applied as things are; nothing was done." in words
        assert why in words
        assert shape(works) == before
    assert why in say(slack, "pack show software")
    assert "Remove" not in buttons(slack)


@SQLITE
def test_what_is_there_already_and_says_the_same_is_used_and_stays(
    slack: SlackDriver, works: UnitOfWorkFactory, company: None
) -> None:
    say(slack, 'field new deal "New ARR" money hint="What it adds in a year, should it be won"')
    assert "There already, and the same: field New ARR" in say(slack, "pack show software")
    say(slack, "pack apply software --yes")
    say(slack, "pack remove software --yes")
    with works("T1", writes=False) as work:
        assert work.session.scalars(select(CustomField.name)).all() == ["New ARR"]


@SQLITE
def test_a_look_that_is_out_of_date_does_nothing_and_is_taken_again(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    say(slack, "pack apply software")
    line = offered(slack)
    hint = "What it adds in a year, should it be won"
    say(slack, f'field new deal "New ARR" money hint="{hint}"')
    before = shape(works)
    words = say(slack, line)
    assert "Meanwhile something changed here. Nothing was done yet" in words
    assert "There already, and the same: field New ARR" in words
    assert shape(works) == before
    agree(slack)
    assert "Applied PK-1" in slack.last.words


def test_two_admins_who_apply_at_once_apply_it_once(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    with works("T1", ADA) as work:
        work.get(User, work.lookup("user", "U_MONA")).role = "admin"
    desks = [SlackDriver(slack.slack, user=user, channel="C_SALES") for user in (ADA, "U_MONA")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda desk: desk.command("/crm pack apply software --yes"), desks))
    heard = sorted(desk.last.words.splitlines()[0][:40] for desk in desks)
    assert [line for line in heard if "Applied PK-1 B2B software" in line] == heard[:1]
    assert "is applied already" in heard[1] or "did not finish this in time" in heard[1], heard
    assert "is applied already" in say(slack, "pack apply software --yes", "U_MONA")
    assert (count(works, Pack), count(works, CustomObject)) == (1, 1)


# ── who may ───────────────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_only_who_may_change_the_shape_applies_or_removes_a_pack(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    before = shape(works)
    assert "does not allow “pack apply”" in say(slack, "pack apply software --yes", "U_RITA")
    assert "can apply it" in say(slack, "pack show software", "U_RITA")
    assert "New:" not in slack.last.words
    say(slack, "role allow manager pack apply")
    assert "does not allow" in say(slack, "pack apply software --yes", "U_MONA")
    assert shape(works) == before
    say(slack, "pack apply software --yes")
    assert "does not allow “pack remove”" in say(slack, "pack remove software --yes", "U_RITA")
    assert "does not allow “pack delete”" in say(slack, "delete PK-1 --yes", "U_RITA")
    assert count(works, CustomObject) == 1


@SQLITE
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("pack apply plumbing", "Try one of: B2B software, Consulting, Retail"),
        ("pack apply software retail", "Pack cannot be “software retail”"),
        ("pack apply", "Pack"),
        ("pack remove software", "B2B software is not applied here"),
        ("pack remove PK-7", "There is no PK-7"),
        ("pack show PK-7", "There is no PK-7"),
        ("pack show plumbing", "Try one of: B2B software, Consulting, Retail"),
        ("pack show <!channel>", "Try one of"),
        ("delete PK-1", "There is no PK-1"),
        ("pack restore PK-1 --yes", "There is no PK-1"),
    ],
)
def test_what_is_no_pack_is_answered_with_what_is_one(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, why: str
) -> None:
    assert why in say(slack, line)
    assert count(works, Pack) == 0


@SQLITE
def test_packs_are_listed_with_what_became_of_them(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    assert say(slack, "pack list").count("Not applied.") == len(shipped())
    say(slack, "pack apply retail --yes")
    assert "Applied as PK-1, version 1." in say(slack, "packs list")
    say(slack, "pack remove retail --yes")
    assert "Removed; apply it again and all is back." in say(slack, "pack list")
    say(slack, "restore PK-1 --yes")
    assert "Applied PK-1 Retail" in slack.last.words
    assert found(works, Pack).parts
