"""A workspace has several pipelines; a deal is in one, and each has stages of its own."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.custom.option import Option
from models.core.errors import CRMError, Invalid
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given, together
from tests.handlers.admin.test_options import ADA, admin, answer, deal
from tests.handlers.kit import count, found, told
from tests.models.exchange.steps import exported, imported, rejected
from tests.tables import table

NEW = 'pipeline new Renewals stages="Due 20%, Negotiation 60%, Renewed like won"'
STANDARD = "Qualification, Discovery, Proposal, Negotiation, Won and Lost"


@pytest.fixture
def renewals(slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer) -> None:
    made = admin(slack, NEW)
    assert "Created OT-1 Renewals" in made, made
    assert "Stages: Due, Negotiation, Renewed" in made
    assert "Due · Probability: 20 % · Forecast category: Pipeline · in Renewals" in admin(
        slack, "option list deal stage"
    )


def where(works: UnitOfWorkFactory, number: int = 1) -> tuple[str, str]:
    record = found(works, Opportunity, number)
    return record.pipeline, record.stage


@pytest.mark.dialect
@pytest.mark.usefixtures("renewals")
def test_a_deal_moves_to_another_pipeline_with_a_stage_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works, amount="100")
    assert where(works) == ("standard", "qualification")
    slack.command("/crm deal edit OP-1 pipeline=renewals stage=due")
    assert "Pipeline: Standard → Renewals" in told(slack)
    record = found(works, Opportunity, 1)
    assert (record.stage, record.probability, record.forecast) == ("due", 20, "pipeline")
    slack.command("/crm deal stage OP-1 negotiation")
    assert where(works) == ("renewals", "negotiation_2")
    slack.command("/crm history OP-1")
    assert "Pipeline: Standard → Renewals" in slack.last.words
    slack.command("/crm undo")
    slack.command("/crm undo")
    assert where(works) == ("standard", "qualification")


@pytest.mark.usefixtures("renewals")
def test_moving_it_without_a_stage_asks_for_one_of_that_pipeline(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works)
    slack.command("/crm deal edit OP-1 pipeline=renewals")
    assert slack.modal
    assert "Choose the one to move to" in slack.modal.words
    assert "Due" in slack.modal.words
    assert "Proposal" not in slack.modal.words
    slack.submit(stage="due")
    assert where(works) == ("renewals", "due")


@table(
    ("line", "why"),
    [
        ("deal stage OP-1 due", "Due belongs to the pipeline Renewals"),
        ("deal stage OP-1 due", f"The stages of Standard are {STANDARD}."),
        ("deal edit OP-1 stage=due", f"The stages of Standard are {STANDARD}."),
        ("deal edit OP-1 pipeline=renewals stage=proposal", "The stages of Renewals are Due,"),
        ("deal edit OP-1 pipeline=partners", "Try one of: Standard, Renewals"),
        ("deal new Sails customer=CU-1 pipeline=standard stage=due", "belongs to the pipeline"),
    ],
)
@pytest.mark.usefixtures("renewals")
def test_a_stage_of_another_pipeline_is_refused_with_those_that_there_are(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, why: str
) -> None:
    if not count(works, Opportunity):
        deal(works)
    slack.command(f"/crm {line}")
    said = answer(slack)
    assert why in said, said
    assert where(works) == ("standard", "qualification")
    assert count(works, Opportunity) == 1


@pytest.mark.usefixtures("renewals")
def test_a_new_deal_begins_where_its_stage_or_its_pipeline_says(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm deal new Sails customer=CU-1 pipeline=renewals")
    slack.command("/crm deal new Oars customer=CU-1 stage=due")
    assert "Pipeline: Renewals" in told(slack)
    slack.command("/crm deal new Ropes customer=CU-1")
    assert [where(works, at)[0] for at in (1, 2, 3)] == ["renewals", "renewals", "standard"]
    assert [where(works, at)[1] for at in (1, 2)] == ["due", "due"]


@pytest.mark.usefixtures("renewals")
def test_cards_and_forms_offer_the_stages_of_its_pipeline(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works, pipeline="renewals")
    slack.command("/crm OP-1")
    assert "Due · Renewals" in slack.last.words
    assert "Negotiation" in slack.last.words
    assert "Proposal" not in slack.last.words
    slack.command("/crm deal new Oars --form")
    assert slack.modal
    assert "Proposal" in slack.modal.words
    assert "Due" not in slack.modal.words
    slack.pick("pipeline", "Renewals")
    assert "Proposal" not in slack.modal.words
    slack.submit(name="Oars", customer="CU-1", stage="negotiation_2")
    assert where(works, 2) == ("renewals", "negotiation_2")


def test_with_one_pipeline_nobody_is_asked_for_it(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works)
    slack.command("/crm OP-1")
    assert "Standard" not in slack.last.words
    slack.command("/crm deal new --form")
    assert "pipeline" not in slack.modal.values
    slack.close(slack.actor)
    slack.command("/crm deal list pipeline = standard")
    assert "OP-1" in slack.last.words


@pytest.mark.dialect
@pytest.mark.usefixtures("renewals")
def test_lists_and_reports_are_of_one_pipeline(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works, "Oars", amount="100", stage="negotiation")
    deal(works, "Sails", amount="50", pipeline="renewals", stage="negotiation")
    assert where(works, 2) == ("renewals", "negotiation_2")
    slack.command("/crm deal list pipeline = renewals")
    assert "OP-2" in slack.last.words
    assert "OP-1" not in slack.last.words
    for line in ("deal list stage = negotiation", "deal list negotiation"):
        slack.command(f"/crm {line}")
        assert "2 deals" in slack.last.words, line
    for line in ("pipeline renewals", "report renewals", "report pipeline Renewals"):
        slack.command(f"/crm {line}")
        assert "Pipeline Renewals" in slack.last.words, line
        assert "Total: 1 deal, €50; weighted €30" in slack.last.words, line
    slack.command("/crm pipeline")
    assert "Total: 2 deals, €150" in slack.last.words
    slack.command("/crm deal won OP-2")
    slack.command("/crm report renewals")
    assert "Won: 1 deal, €50" in slack.last.words
    slack.command("/crm report standard")
    assert "Won: none" in slack.last.words


@pytest.mark.usefixtures("renewals")
def test_won_and_open_again_keep_to_its_pipeline(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works, pipeline="renewals", stage="due")
    slack.command("/crm deal won OP-1")
    assert where(works) == ("renewals", "renewed")
    slack.command("/crm deal reopen OP-1")
    assert where(works) == ("renewals", "due")
    slack.command("/crm deal lost OP-1 Too late")
    assert where(works) == ("renewals", "lost")
    slack.command("/crm deal edit OP-1 pipeline=standard")
    slack.command("/crm deal reopen OP-1")
    assert where(works) == ("standard", "qualification")


@pytest.mark.usefixtures("renewals")
def test_files_bring_deals_into_pipelines(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    text = "name,customer,pipeline,stage\nOars,CU-1,Renewals,Due\nSails,CU-1,,Due\n"
    text += "Ropes,CU-1,Renewals,Negotiation\n"
    imported(works, Opportunity, text)
    assert [where(works, at)[0] for at in (1, 2, 3)] == ["renewals"] * 3
    assert where(works, 3)[1] == "negotiation_2"
    left = exported(works, Opportunity)
    assert imported(works, Opportunity, left).unchanged == 3
    [why] = rejected(works, Opportunity, "name,customer,pipeline,stage\nNets,CU-1,Standard,Due\n")
    assert f"The stages of Standard are {STANDARD}." in why


@pytest.mark.usefixtures("renewals")
def test_many_are_moved_at_once(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    deal(works)
    slack.command("/crm deal list | set pipeline=renewals stage=due")
    slack.click("crm.run")
    assert where(works) == ("renewals", "due")


@pytest.mark.dialect
@pytest.mark.usefixtures("renewals")
def test_one_that_deals_hold_stays_and_is_retired(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works, pipeline="renewals", stage="due")
    said = admin(slack, "option delete OT-1 --yes")
    assert "1 deal holds Renewals. Retire it: option edit OT-1 retired=yes" in said
    assert "Due" in admin(slack, "option list deal stage")
    said = admin(slack, "option edit OT-1 retired=yes")
    assert "1 deal holds Renewals, and it stays there." in said
    slack.command("/crm deal stage OP-1 negotiation")
    assert where(works) == ("renewals", "negotiation_2")
    slack.command("/crm deal new Oars customer=CU-1 pipeline=renewals")
    assert "Renewals is retired. Choose one of: Standard." in answer(slack)


@pytest.mark.dialect
@pytest.mark.usefixtures("renewals")
def test_one_that_no_deal_holds_goes_and_comes_back_with_its_stages(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for gone, back in (("option delete OT-1 --yes", "restore OT-1"), ("", "")):
        admin(slack, gone or "option delete OT-1 --yes")
        assert "Due" not in admin(slack, "option list deal stage")
        assert "OT-1 Renewals is deleted" in admin(slack, "restore OT-2")
        if back:
            admin(slack, back)
        else:
            slack.command("/crm deal new Oars customer=CU-1")
            admin(slack, "undo")
        assert "Negotiation (Renewals)" in admin(slack, "option list deal stage")


@pytest.mark.usefixtures("renewals")
def test_making_it_is_undone_with_its_stages(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    admin(slack, "undo")
    assert count(works, Option) == 0
    slack.command("/crm deal new Oars customer=CU-1 pipeline=renewals")
    assert "Pipeline cannot be “renewals”" in answer(slack)


@table(
    ("line", "why"),
    [
        ("pipeline new", "Of a pipeline its stages"),
        ("pipeline new Partners", "Say each stage of Partners, in their order"),
        ('pipeline new Partners stages="Won, Lost"', "Say each stage of Partners"),
        ('pipeline new Partners stages="A, A"', "“A”: There is an option “A” already."),
        ('pipeline new Partners stages="A like x"', "“A like x”"),
        ('pipeline new Partners stages="A 120%"', "“A 120%”"),
        ('pipeline new Standard stages="A, B"', "There is an option “Standard” already."),
        ('pipeline new renewals stages="A, B"', "There is an option “renewals” already."),
        ("option new deal stage Due in=renewals", "There is an option “Due” already."),
        ("option new deal stage Later in=partners", "Pipeline cannot be “partners”."),
        ("option new case status Later like=open in=renewals", "belongs to nothing else"),
        ("option new deal lost reason Later in=renewals", "belongs to nothing else"),
        ('option new deal stage Later like=won stages="A"', "Nothing belongs to a stage."),
        ("option edit OT-2 in=standard", "What an option belongs to stays."),
        ("option change deal pipeline standard retired=yes", "is set by Rapport itself"),
    ],
)
@pytest.mark.usefixtures("renewals")
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_left(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, why: str
) -> None:
    said = admin(slack, line)
    assert why in said, said
    assert count(works, Option) == 4


@pytest.mark.usefixtures("renewals")
def test_a_pipeline_without_stages_takes_no_deals(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works)
    for number in (2, 3, 4):
        admin(slack, f"option delete OT-{number} --yes")
    for line in ("deal edit OP-1 pipeline=renewals", "deal new X customer=CU-1 pipeline=renewals"):
        slack.command(f"/crm {line}")
        assert "Renewals has no stages yet." in answer(slack), line
    assert where(works) == ("standard", "qualification")
    assert count(works, Opportunity) == 1


def test_two_admins_make_the_same_at_once(works: UnitOfWorkFactory, ada: Customer) -> None:
    def make() -> None:
        with works("T1", ADA) as work:
            texts = {"about": "deal", "choice": "pipeline", "name": "Renewals"}
            records.create(work, Option, texts)

    results = together([make, make])
    assert sum(isinstance(each, CRMError) for each in results) == 1
    with works("T1", writes=False) as work:
        assert len(work.session.scalars(select(Option)).all()) == 1


@pytest.mark.usefixtures("renewals")
def test_a_deal_comes_while_the_pipeline_goes(works: UnitOfWorkFactory) -> None:
    deal(works)

    def move() -> None:
        with works("T1", ADA) as work:
            texts = {"pipeline": "renewals", "stage": "due"}
            records.update(work, work.find(Opportunity, 1), texts)

    def remove() -> None:
        with works("T1", ADA) as work:
            records.delete(work, work.find(Option, 1))

    acts: list[Callable[[], object]] = [move, remove]
    together(acts)
    pipeline, _ = where(works)
    with works("T1", writes=False) as work:
        there = work.session.scalars(select(Option.slot).where(Option.choice == "pipeline")).all()
    assert pipeline in ("standard", *there)


@pytest.mark.usefixtures("renewals")
def test_who_does_not_see_the_pipeline_does_not_see_the_stage(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works, pipeline="renewals", stage="due")
    admin(slack, 'role hide "senior rep" deal pipeline')
    slack.command("/crm OP-1")
    assert "Due" not in slack.last.words
    assert "Renewals" not in slack.last.words
    slack.command("/crm report renewals")
    assert "1 deal" not in slack.last.words
    slack.command("/crm deal list pipeline = renewals")
    assert "OP-1" not in slack.last.words


@pytest.mark.usefixtures("renewals")
def test_reps_make_none(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command('/crm pipeline new Partners stages="A, B"')
    assert "Created" not in told(slack)
    assert count(works, Option) == 4


def test_a_stage_of_another_pipeline_has_its_gate(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    admin(slack, NEW)
    admin(slack, "option edit OT-3 needs=amount")
    deal(works, pipeline="renewals", stage="due")
    slack.command("/crm deal stage OP-1 negotiation")
    assert slack.modal
    assert "Negotiation (Renewals) needs Amount" in slack.modal.words
    slack.submit(amount="100")
    assert where(works) == ("renewals", "negotiation_2")


def test_the_program_says_it_as_well(works: UnitOfWorkFactory, ada: Customer) -> None:
    with works("T1", ADA) as work:
        renewals = {"about": "deal", "choice": "pipeline", "name": "Renewals"}
        records.create(work, Option, renewals)
        work.session.flush()
        due = {"about": "deal", "choice": "stage", "name": "Due", "home": "renewals"}
        records.create(work, Option, due | {"like": "qualification"})
    given(works, Opportunity, name="Oars", customer="CU-1", stage="due")
    assert where(works) == ("renewals", "due")
    with pytest.raises(Invalid, match="belongs to the pipeline Standard"), works("T1", ADA) as work:
        records.update(work, work.find(Opportunity, 1), {"stage": "proposal"})
