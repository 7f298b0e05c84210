"""Admins make nouns of their own; people work with them as with any other."""

import time
from typing import Any

from bot.app import create_app, create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Direct
from handlers.core.interaction import Interaction
from handlers.core.responses import Message
from models.core import records
from models.core.custom.custom_object import CustomObject
from models.core.custom.custom_record import entity_of
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.admin.test_custom_fields import added, answer
from tests.handlers.kit import told
from tests.installed import installed
from tests.models.exchange.steps import exported, imported
from tests.tables import table

ADA = "U_ADA"
PROJECT: Any = entity_of("project")
FIELDS = "Budget money, Starts on day, Stage choice (plan, run, done)"


def project(slack: SlackDriver) -> None:
    slack.command(f'/crm object new Project prefix=PJ fields="{FIELDS}"', user=ADA)
    assert "Created OB-1 Project" in told(slack)


def test_a_line_makes_it_with_its_fields_and_it_works(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    project(slack)
    slack.command("/crm project new Bridge budget=12k stage=run starts_on=2026-04-01")
    assert "Created PJ-1 Bridge" in told(slack)
    slack.command("/crm projects")
    assert "PJ-1 Bridge" in slack.last.words
    slack.command("/crm set PJ-1 stage=done budget=15k")
    assert "Stage: run → done" in told(slack)
    slack.click("crm.undo")
    slack.command("/crm PJ-1")
    assert "*Stage:* run" in slack.last.words
    slack.command("/crm project list budget > 10k sort by budget")
    assert "PJ-1 Bridge" in slack.last.words
    slack.command("/crm find bridge")
    assert "PJ-1 Bridge" in slack.last.words
    slack.command("/crm help projects")
    assert "project" in slack.last.words


@table(
    ("said", "why"),
    [
        ("Deal", "“deal” means something else already."),
        ("deals", "“deals” means something else already."),
        ("Help", "“help” means something else already."),
        ("Site prefix=OP", "OP-1 is something else already."),
        ("Site prefix=S", "Numbers begin with two letters"),
        ("Site2", "letters only"),
        (
            'Site fields="Amount nonsense choice"',
            "“Amount nonsense choice”: A choice needs options",
        ),
        ('Site fields="Name text"', "has a field “Name” already"),
    ],
)
def test_one_that_cannot_be_is_refused_and_nothing_is_left(
    slack: SlackDriver, works: UnitOfWorkFactory, said: str, why: str
) -> None:
    slack.command(f"/crm object new {said}", user=ADA)
    read = answer(slack)
    assert why in read, read
    slack.command("/crm object list", user=ADA)
    assert "OB-" not in slack.last.words


def test_its_letters_stay_once_there_are_records(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    project(slack)
    slack.command("/crm object edit OB-1 prefix=PQ", user=ADA)
    assert "Numbers begin with: PJ → PQ" in told(slack)
    slack.command("/crm project new Bridge")
    assert "PQ-1 Bridge" in told(slack)
    slack.command("/crm object edit OB-1 prefix=PJ", user=ADA)
    assert "There are records with these letters already" in answer(slack)


def test_it_goes_and_comes_back_with_its_records(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    project(slack)
    slack.command("/crm project new Bridge budget=12k")
    added(works, "opportunity", "Project", "relation", to="project")
    given(works, Opportunity, name="Oars", customer="CU-1", x_project="PJ-1")
    slack.command("/crm object delete OB-1", user=ADA)
    assert "Delete OB-1 Project?" in told(slack)
    slack.click("crm.run", user=ADA)
    for line in ("projects", "PJ-1", "project new X", "OP-1", "history OP-1", "deal list", "help"):
        slack.command(f"/crm {line}")
        assert "Something went wrong" not in told(slack), line
    slack.command("/crm OP-1")
    assert "Oars" in slack.last.words
    slack.command("/crm find bridge")
    assert "PJ-1" not in slack.last.words
    slack.command("/crm restore OB-1", user=ADA)
    slack.command("/crm PJ-1")
    assert "Bridge" in slack.last.words
    slack.command("/crm OP-1")
    assert "*Project:* Bridge (PJ-1)" in slack.last.words


def test_a_relation_is_shown_on_both_sides(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    project(slack)
    slack.command("/crm project new Bridge")
    added(works, "opportunity", "Project", "relation", to="project")
    added(works, "project", "Client", "relation", to="customer")
    given(works, Opportunity, name="Oars", customer="CU-1", x_project="PJ-1")
    slack.command("/crm set PJ-1 client=CU-1")
    assert "Client: empty → CU-1 Ada Lovelace" in told(slack) or "Ada Lovelace" in told(slack)
    slack.command("/crm more PJ-1")
    assert slack.modal
    slack.command("/crm more PJ-1 --tab=opportunity")
    assert "Oars" in slack.modal.words
    slack.command("/crm more CU-1")
    assert "Bridge" in slack.modal.words


def test_its_cards_come_to_its_channel(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.command("/crm object new Project prefix=PJ channel=#sales", user=ADA)
    slack.command("/crm project new Bridge", channel="C_GENERAL")
    courier.drain()
    assert "Bridge" in slack.posted("C_SALES")[-1].words


def test_it_leaves_and_comes_back_in_a_file(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    project(slack)
    slack.command("/crm project new Bridge budget=12k")
    with works("T1", writes=False) as work:
        shape = work.session.info["shape"]
    assert shape.objects
    text = exported(works, PROJECT)
    assert "x_budget" in text
    outcome = imported(works, PROJECT, "name,Budget,Stage\nTunnel,5k,plan\nDam,,run\n")
    assert outcome.created == 2
    slack.command("/crm project list")
    assert "Tunnel" in slack.last.words


def test_another_workspace_and_another_process(
    slack: SlackDriver, works: UnitOfWorkFactory, world: Slack
) -> None:
    project(slack)
    slack.command("/crm project new Bridge")
    reply = create_dispatcher(works).do(Interaction("command", "T2", "U_OTTO", "project list"))
    assert isinstance(reply, Message)
    assert "Bridge" not in reply.text
    other = UnitOfWorkFactory(works.engine, works.clock)
    app = create_app(installed(world), create_dispatcher(other), world.signing_secret)
    world.transport = Direct(app, world.signing_secret, time.time)
    slack.command("/crm PJ-1")
    assert "Bridge" in slack.last.words
    slack.command("/crm project new Tunnel budget=3k")
    assert "Created PJ-2 Tunnel" in told(slack)


def test_making_it_is_undone(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    project(slack)
    slack.click("crm.undo", user=ADA)
    slack.command("/crm projects")
    assert "Something went wrong" not in told(slack)
    with works("T1", writes=False) as work:
        assert not work.session.info["shape"].objects
    with works("T1", ADA) as work:
        records.create(work, CustomObject, {"name": "Project", "starts": "PJ"})
        assert "project" in work.session.info["shape"].objects


def test_a_noun_made_with_its_fields_is_undone_and_done_again(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    project(slack)
    slack.command('/crm field new project "Left" formula "budget / 2"', user=ADA)
    slack.command("/crm undo", user=ADA)
    slack.command("/crm undo", user=ADA)
    assert "were removed" in told(slack)
    slack.command("/crm redo", user=ADA)
    assert "are back" in told(slack)
    slack.command("/crm project new Bridge budget=12k stage=run")
    assert "Created PJ-1 Bridge" in told(slack)


def test_a_field_of_a_noun_that_is_deleted_can_only_be_put_away(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    project(slack)
    slack.command("/crm object delete OB-1 --yes", user=ADA)
    slack.command("/crm field edit FD-1 retired=yes", user=ADA)
    assert "Changed FD-1" in told(slack)
    slack.command("/crm field delete FD-1 --yes", user=ADA)
    assert "Deleted FD-1" in told(slack)
    slack.command("/crm restore FD-1", user=ADA)
    assert "Bring the noun back first" in told(slack)
    slack.command("/crm restore OB-1", user=ADA)
    slack.command("/crm restore FD-1", user=ADA)
    assert "Restored FD-1" in told(slack)


def test_several_records_are_named_and_both_cards_say_so(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Customer
) -> None:
    project(slack)
    for name in ("Bridge", "Tunnel", "Dam"):
        slack.command(f"/crm project new {name}")
    given(works, Opportunity, name="Oars", customer="CU-1")
    courier.drain()
    slack.command('/crm field new project Deals relations to=deal back="Projects of it"', user=ADA)
    slack.command("/crm set PJ-1 deals=OP-1")
    assert "Deals: empty → Oars" in told(slack)
    slack.command("/crm set PJ-2 deals=Oars")
    courier.drain()
    [card] = [shown for shown in slack.posted("C_SALES") if "*Oars* · OP-1" in shown.words]
    assert "*Projects of it:* Tunnel (PJ-2), Bridge (PJ-1)" in card.words
    slack.command("/crm PJ-1")
    assert "*Deals:* Oars" in slack.last.words
    slack.command("/crm project list deals = OP-1")
    assert "PJ-1" in slack.last.words
    assert "PJ-3" not in slack.last.words
    slack.command("/crm more OP-1 --tab=project")
    assert slack.modal
    assert "Tunnel" in slack.modal.words
    slack.command('/crm set PJ-2 deals=""')
    courier.drain()
    [card] = [shown for shown in slack.posted("C_SALES") if "*Oars* · OP-1" in shown.words]
    assert "*Projects of it:* Bridge (PJ-1)" in card.words
