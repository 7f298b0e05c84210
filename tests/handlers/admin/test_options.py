"""The options of choices are the workspace's: admins rename, add, order and retire them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core import records, summaries
from models.core.custom.option import MOST, Option
from models.core.errors import Invalid
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.closed_deals import ClosedDeals
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.sales.pipeline import closed_between
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import found, told
from tests.models.exchange.steps import rejected
from tests.tables import table

ADA = "U_ADA"


def answer(slack: SlackDriver) -> str:
    """What the person reads: the form that opened, which is closed, or the message."""
    if slack.modal is None:
        return told(slack)
    read = slack.modal.words
    slack.close(slack.actor)
    return read


def deal(works: UnitOfWorkFactory, name: str = "Oars", **texts: str) -> Opportunity:
    return given(works, Opportunity, name=name, customer="CU-1", **texts)


def admin(slack: SlackDriver, line: str) -> str:
    slack.command(f"/crm {line}", user=ADA)
    return answer(slack)


def test_a_stage_of_its_own_is_everywhere(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, amount="100")
    made = admin(slack, 'option new deal stage "Pilot" after=proposal probability=60 forecast=best')
    assert "Created OT-1" in made, made
    slack.command("/crm deal stage OP-1 pilot")
    assert "Stage: Qualification → Pilot" in told(slack)
    record = found(works, Opportunity, 1)
    assert (record.stage, record.probability, record.forecast) == ("pilot", 60, "best")
    for line in ("deal list stage = pilot", "deal list pilot", "deal list open"):
        slack.command(f"/crm {line}")
        assert "OP-1" in slack.last.words, line
    slack.command("/crm OP-1")
    assert "Pilot" in slack.last.words
    slack.command("/crm pipeline")
    assert "Pilot: 1 deal" in slack.last.words
    slack.command("/crm history OP-1")
    assert "Pilot" in slack.last.words


def test_it_stands_where_it_was_put(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    admin(slack, 'option new deal stage "Pilot" after=proposal')
    admin(slack, 'option new deal stage "Trial" like=discovery')
    admin(slack, 'option new deal stage "Scoping" after=first like=qualification')
    read = admin(slack, "option list deal stage")
    order = ["Scoping", "Qualification", "Discovery", "Trial", "Proposal", "Pilot", "Negotiation"]
    places = [read.index(name) for name in order]
    assert places == sorted(places), read
    admin(slack, "option change deal stage discovery after=negotiation")
    read = admin(slack, "option list deal stage")
    assert read.index("Negotiation") < read.index("Discovery") < read.index("Won"), read


def test_a_built_in_one_gets_another_name(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, stage="proposal")
    read = admin(slack, "option change deal stage proposal name=Offer probability=40")
    assert "Proposal → Offer" in read or "Offer" in read
    slack.command("/crm OP-1")
    assert "Offer" in slack.last.words
    deal(works, "Sails")
    slack.command("/crm deal stage OP-2 offer")
    assert "Stage: Qualification → Offer" in told(slack)
    assert found(works, Opportunity, 2).probability == 40
    slack.command("/crm deal list proposal")
    assert "OP-2" in slack.last.words
    admin(slack, "undo")
    slack.command("/crm OP-1")
    assert "Proposal" in slack.last.words


def test_what_is_like_won_is_won(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, 'option new deal stage "Renewed" like=won')
    deal(works, amount="100")
    slack.command("/crm deal stage OP-1 renewed")
    with works("T1", ADA, writes=False) as work:
        record = work.find(Opportunity, 1)
        assert record.closed
        assert record.probability == 100
        assert record.close_date is not None
    slack.command("/crm deal list open")
    assert "OP-1" not in slack.last.words
    slack.command("/crm pipeline")
    assert "Won: 1 deal" in slack.last.words
    slack.command("/crm deal reopen OP-1")
    assert "Stage: Renewed → Qualification" in told(slack)


def test_what_is_like_lost_takes_a_reason(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, 'option new deal stage "No decision" like=lost')
    deal(works)
    slack.command('/crm deal stage OP-1 "no decision"')
    assert slack.modal
    slack.submit(lost_reason="They went silent")
    assert found(works, Opportunity, 1).lost_reason == "They went silent"


def test_what_records_hold_cannot_go_but_is_retired(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, 'option new deal stage "Pilot" after=proposal')
    deal(works, stage="pilot")
    read = admin(slack, "option delete OT-1 --yes")
    assert "1 deal holds Pilot. Retire it: option edit OT-1 retired=yes" in read
    admin(slack, "option edit OT-1 retired=yes")
    slack.command("/crm OP-1")
    assert "Pilot" in slack.last.words
    deal(works, "Sails")
    slack.command("/crm deal stage OP-2 pilot")
    assert "Pilot is retired" in answer(slack)
    slack.command("/crm deal list pilot")
    assert "OP-1" in slack.last.words
    slack.command("/crm set OP-1 amount=50")
    assert "Amount" in told(slack)
    slack.command("/crm deal stage OP-1 won")
    admin(slack, "option delete OT-1 --yes")
    slack.command("/crm history OP-1")
    assert "Pilot" in slack.last.words


@table(
    ("said", "why"),
    [
        ("deal stage Proposal", "There is an option “Proposal” already."),
        ("deal stage won like=lost", "There is an option “won” already."),
        ("deal stage Pilot", "Say what it behaves like"),
        ("deal stage Pilot like=nothing", "Behaves like cannot be “nothing”"),
        ("deal stage Pilot after=nothing", "Stage cannot be “nothing”"),
        ("about=deal choice=amount name=Pilot like=won", "Field cannot be “amount”"),
        ("case status Pending like=won", "Status cannot be “won”"),
        ("case status Pending like=waiting probability=5", "has no probability"),
        ("deal stage Pilot like=won forecast=never", "Forecast category cannot be “never”"),
    ],
)
def test_an_option_that_cannot_be_is_refused_in_words(
    slack: SlackDriver, works: UnitOfWorkFactory, said: str, why: str
) -> None:
    read = admin(slack, f"option new {said}")
    assert why in read, read


def test_what_rapport_sets_itself_is_not_retired(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    read = admin(slack, "option change deal stage won retired=yes")
    assert "Won is set by Rapport itself" in read
    assert "retired" in admin(slack, "option change deal stage discovery retired=yes").lower()


def test_who_has_no_right_to_it_adds_none(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command('/crm option new deal stage "Pilot" after=proposal')
    assert "does not allow “option new”" in told(slack)


def gate(slack: SlackDriver) -> None:
    read = admin(slack, 'option new deal stage "Pilot" after=proposal needs="amount, close date"')
    assert "Created OT-1" in read, read


@pytest.mark.parametrize(
    "line", ["deal stage OP-1 pilot", "set OP-1 stage=pilot", "edit OP-1 stage=pilot"]
)
def test_a_line_asks_for_exactly_what_is_missing_and_then_moves(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, line: str
) -> None:
    gate(slack)
    deal(works, amount="100")
    slack.command(f"/crm {line}")
    assert slack.modal
    assert "Pilot needs Close date: fill that in first." in slack.modal.words
    assert set(slack.modal.values) == {"stage", "close_date"}
    slack.submit(close_date="2026-06-30")
    assert "Stage: Qualification → Pilot" in told(slack)
    record = found(works, Opportunity, 1)
    assert (record.stage, str(record.close_date)) == ("pilot", "2026-06-30")


def test_a_verb_without_inputs_asks_as_well(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, "option change deal stage won needs=amount")
    deal(works)
    slack.command("/crm deal won OP-1")
    assert slack.modal
    assert set(slack.modal.values) == {"amount"}
    slack.submit(amount="5k")
    record = found(works, Opportunity, 1)
    assert (record.stage, record.amount) == ("won", 5000)
    slack.command("/crm undo")
    record = found(works, Opportunity, 1)
    assert (record.stage, record.amount) == ("qualification", None)


def test_a_form_asks_for_what_is_missing_when_it_is_sent(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    gate(slack)
    deal(works)
    slack.command("/crm deal stage OP-1")
    slack.submit(stage="pilot")
    assert slack.modal
    assert {"amount", "close_date"} <= set(slack.modal.values)
    slack.submit(amount="100", close_date="2026-06-30")
    assert found(works, Opportunity, 1).stage == "pilot"


def test_the_menu_on_the_card_asks_as_well(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    gate(slack)
    deal(works)
    slack.command("/crm OP-1")
    slack.pick("opportunity.stage", "Pilot", slack.last)
    assert slack.modal
    slack.submit(amount="100", close_date="2026-06-30")
    assert found(works, Opportunity, 1).stage == "pilot"


def test_without_a_form_it_is_refused_in_one_sentence(
    works: UnitOfWorkFactory, slack: SlackDriver, ada: Customer
) -> None:
    gate(slack)
    deal(works)
    with (
        pytest.raises(Invalid, match=r"^Pilot needs Amount and Close date: fill that in first\.$"),
        works("T1", "U_RITA") as work,
    ):
        records.update(work, work.find(Opportunity, 1), {"stage": "pilot"})
    bad = rejected(works, Opportunity, "name,customer,stage,amount\nSails,CU-1,Pilot,50\n")
    assert "Pilot needs Close date" in bad[0]


def test_a_condition_names_fields_that_there_are(slack: SlackDriver) -> None:
    read = admin(slack, 'option new deal stage "Pilot" after=proposal needs=colour')
    assert "A deal has no field “colour” to fill in." in read


def test_statuses_of_cases_follow_what_they_are_like(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, 'option new case status "With supplier" like=waiting')
    admin(slack, 'option new case status "Not reproducible" like=resolved')
    given(
        works,
        Case,
        subject="Leak",
        customer="CU-1",
        status="with supplier",
        resolve_by="2026-03-01",
    )
    given(works, Case, subject="Noise", customer="CU-1", status="not reproducible")
    slack.command("/crm case list open", user="U_SAM")
    assert "CS-1" in slack.last.words
    assert "CS-2" not in slack.last.words
    slack.command("/crm case list overdue", user="U_SAM")
    assert "CS-1" in slack.last.words
    assert found(works, Case, 2).resolved_at is not None
    slack.command("/crm case resolve CS-2", user="U_SAM")
    assert "is already not reproducible" in answer(slack)
    slack.command("/crm case reopen CS-2", user="U_SAM")
    assert found(works, Case, 2).resolved_at is None


def test_statuses_of_leads_follow_what_they_are_like(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    admin(slack, 'option new lead status "Nurture" like=unqualified')
    given(works, Lead, first_name="Bo", company="Bolt", status="nurture", owner="U_RITA")
    slack.command("/crm LD-1")
    assert "Disqualify" not in slack.last.buttons
    slack.command("/crm lead disqualify LD-1")
    assert "is already nurture" in answer(slack)


def test_types_of_activities_are_talks_or_tasks_by_what_they_are_like(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, 'option new task type "Site visit" like=meeting')
    slack.command('/crm log new CU-1 Saw the boats type="site visit"')
    slack.command("/crm CU-1")
    assert "site visit with Rita Reyes" in slack.last.words
    slack.command("/crm task list type = site_visit")
    assert "Saw the boats" in slack.last.words


def test_reasons_of_lost_deals_are_picked_and_counted(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works)
    slack.command("/crm deal lost OP-1 too dear")
    assert found(works, Opportunity, 1).lost_reason == "too dear"
    admin(slack, 'option new deal "lost reason" "Too expensive"')
    assert "Created OT-2" in admin(slack, "option new deal lost reason Timing")
    for number, name in enumerate(("Sails", "Ropes", "Masts"), start=2):
        deal(works, name)
        slack.command(f"/crm deal lost OP-{number}")
        assert slack.modal
        slack.submit(reason="Timing" if number == 3 else "Too expensive")
        assert found(works, Opportunity, number).lost_reason in ("Timing", "Too expensive")
    slack.command("/crm deal list lost group by reason")
    assert "Too expensive · 2" in slack.last.words
    assert "Timing · 1" in slack.last.words
    slack.command("/crm OP-1")
    assert "too dear" in slack.last.words
    deal(works, "Keels")
    slack.command("/crm deal lost OP-5 timing")
    assert found(works, Opportunity, 5).lost_reason == "Timing"
    deal(works, "Decks")
    slack.command("/crm deal lost OP-6 no idea")
    assert "cannot be “no idea”. Try one of: Too expensive, Timing." in answer(slack)


def test_another_process_follows_at_its_next_act(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works)
    other = UnitOfWorkFactory(works.engine, works.clock)
    with other("T1", "U_RITA") as work, pytest.raises(Invalid, match="Stage cannot be “pilot”"):
        records.update(work, work.find(Opportunity, 1), {"stage": "pilot"})
    admin(slack, "option new deal stage Pilot after=proposal")
    with other("T1", "U_RITA") as work:
        records.update(work, work.find(Opportunity, 1), {"stage": "pilot"})
    assert found(works, Opportunity, 1).stage == "pilot"
    admin(slack, "option edit OT-1 name=Trial")
    with other("T1", "U_RITA", writes=False) as work:
        record = work.find(Opportunity, 1)
        assert record.fields()["stage"].show(record.stage, work) == "Trial"


def test_sums_of_closed_deals_stay_right(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, "option new deal stage Renewed like=won")
    for name, stage in (("Oars", "renewed"), ("Sails", "won"), ("Ropes", "proposal")):
        deal(works, name, stage=stage, amount="100")
    slack.command("/crm deal won OP-3")
    with works("T1", ADA) as work:
        assert summaries.mend(work) == 0
        sums = work.session.scalars(select(ClosedDeals))
        assert sum(each.count for each in sums if each.stage == "won") == 3
        rows = closed_between(work, work.now - timedelta(days=1), work.now + timedelta(days=1))
        assert [(row.stage, row.count) for row in rows] == [("won", 3)]


def test_what_deals_are_at_is_not_undone(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, "option new deal stage Pilot after=proposal")
    deal(works, stage="pilot")
    assert "1 deal holds Pilot" in admin(slack, "undo")
    assert "Pilot" in admin(slack, "option list deal stage")


def test_a_won_deal_is_told_whatever_its_stage_is_called(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Customer
) -> None:
    admin(slack, 'option change deal stage won name="Closed and happy"')
    deal(works, amount="100")
    slack.command("/crm deal won OP-1")
    works.clock.ahead += timedelta(minutes=2)
    courier.drain()
    assert any("won Oars (OP-1)" in shown.words for shown in slack.posted("C_SALES"))


def test_a_built_in_one_is_as_it_was_without_its_record(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, stage="proposal")
    admin(slack, "option change deal stage proposal name=Offer")
    admin(slack, "option delete OT-1 --yes")
    slack.command("/crm OP-1")
    assert "Proposal" in slack.last.words
    admin(slack, "option change deal stage proposal probability=40")
    assert "There is an option “Offer” already." in admin(slack, "restore OT-1")
    read = admin(slack, "option list deal stage")
    assert "Proposal · Probability: 40 %" in read


def test_it_is_named_in_place_of_its_number(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    admin(slack, "option new deal stage Pilot after=proposal")
    admin(slack, "option new case status Pilot like=open")
    admin(slack, "option edit deal stage pilot probability=70")
    assert "Pilot · Probability: 70 %" in admin(slack, "option list deal stage")
    admin(slack, "option edit case status pilot name=Trial")
    assert "Trial · like open" in admin(slack, "option list case status")


def test_without_a_reason_to_choose_the_text_is_free_again(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, "option new deal lost reason Timing")
    admin(slack, "option edit OT-1 retired=yes")
    deal(works)
    slack.command("/crm deal lost OP-1 too dear")
    assert found(works, Opportunity, 1).lost_reason == "too dear"


def test_a_menu_holds_no_more(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    with works("T1", ADA) as work:
        for at in range(MOST):
            texts = {"about": "deal", "choice": "lost reason", "name": f"Reason {at}"}
            records.create(work, Option, texts)
    read = admin(slack, "option new deal lost reason Another")
    assert f"has {MOST} options, and no menu holds more." in read


def test_of_several_only_those_that_lack_it_are_filled(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    gate(slack)
    deal(works, amount="100", close_date="2026-05-05")
    deal(works, "Sails", amount="200")
    slack.command("/crm deal stage OP-1 OP-2 pilot")
    assert slack.modal
    slack.submit(close_date="2026-06-30")
    days = [str(found(works, Opportunity, number).close_date) for number in (1, 2)]
    assert days == ["2026-05-05", "2026-06-30"]
