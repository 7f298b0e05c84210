"""Admins add fields, change them, take them away and bring them back; a line does it, or a form."""

import random
import time
from itertools import product
from typing import Any

import pytest

from bot.app import create_app, create_dispatcher
from bot.sandbox.client import MORE, SlackDriver
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Direct
from models.core import records
from models.core.custom.custom_field import CustomField
from models.core.errors import Invalid
from models.core.search.query import list_records
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.custom_kinds import NEEDED, TYPED
from tests.handlers.kit import SQLITE, found, told
from tests.installed import installed
from tests.models.exchange.steps import rejected
from tests.plans import plans
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


def added(works: UnitOfWorkFactory, about: str, name: str, kind: str = "text", **more: str) -> Any:
    texts = {"about": about, "name": name, "kind": kind, **NEEDED.get(kind, {}), **more}
    with works("T1", ADA) as work:
        return records.create(work, CustomField, texts)


@table(
    ("said", "about", "name", "kind"),
    [
        (
            'deal "Contract type" choice options="annual, monthly"',
            "opportunity",
            "Contract type",
            "choice",
        ),
        ("deals Seats number", "opportunity", "Seats", "number"),
        ("deal Renewal date", "opportunity", "Renewal", "day"),
        ('deal "Renewal date" date', "opportunity", "Renewal date", "day"),
        ("customer Shoe size", "customer", "Shoe size", "text"),
        ("customer Size of shoes decimal", "customer", "Size of shoes", "decimal"),
        ("on=lead name=Budget kind=money", "lead", "Budget", "money"),
        ("case Signed yes/no", "case", "Signed", "yes_no"),
        ("case Tools multi-select options=a,b", "case", "Tools", "several"),
        ("task Partner relation relation=account", "activity", "Partner", "relation"),
        ("account “Site” link", "account", "Site", "link"),
    ],
)
def test_a_line_says_whose_field_it_is_its_name_and_its_kind(
    slack: SlackDriver, works: UnitOfWorkFactory, said: str, about: str, name: str, kind: str
) -> None:
    slack.command(f"/crm field new {said}", user=ADA)
    made = told(slack)
    assert "Created FD-" in made, made
    field = found(works, CustomField, int(made.partition("FD-")[2].partition(" ")[0]))
    assert (field.about, field.name, field.kind) == (about, name, kind)


@table(
    ("said", "why"),
    [
        ("deal Amount number", "A deal has a field “Amount” already."),
        ("deal amount number", "A deal has a field “amount” already."),
        ("deal Won yes/no", "“Won” is something people do with a deal."),
        ("deal and text", "“and” means something else in a line."),
        ("deal deals text", "“deals” means something else in a line."),
        ("deal Contract choice", "A choice needs options"),
        ('deal Contract choice options="A, a"', "The options “A” and “a” cannot be told apart."),
        ("deal Partner relation", "A relation names records of a noun"),
        ("deal Notes2 long text unique", "A field of the kind Long text has no index."),
        ("deal Seats number default=many", "“many” is not a number"),
    ],
)
def test_a_field_that_cannot_be_is_refused_in_words(
    slack: SlackDriver, works: UnitOfWorkFactory, said: str, why: str
) -> None:
    slack.command(f"/crm field new {said}", user=ADA)
    read = answer(slack)
    assert why in read, read


def test_who_has_no_right_to_it_adds_none(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm field new deal Seats number")
    assert "does not allow “field new”" in told(slack)


def test_its_whole_life(slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer) -> None:
    deal(works)
    slack.command("/crm field new deal Seats number", user=ADA)
    slack.command("/crm set OP-1 seats=12")
    assert "Seats: empty → 12" in told(slack)
    slack.command("/crm field edit FD-1 name=Licences", user=ADA)
    slack.command("/crm OP-1")
    assert "*Licences:* 12" in slack.last.words
    slack.command("/crm set OP-1 seats=13")
    assert "There is no “seats” here" in answer(slack)
    slack.command("/crm field edit FD-1 retired=yes", user=ADA)
    slack.command("/crm edit OP-1 --form")
    assert slack.modal
    assert "x_seats" not in slack.modal.values
    slack.close()
    slack.command("/crm OP-1")
    assert "*Licences:* 12" in slack.last.words
    slack.command("/crm field delete FD-1 --yes", user=ADA)
    slack.command("/crm OP-1")
    assert "Licences" not in slack.last.words
    slack.command("/crm history OP-1")
    assert "OP-1" in slack.last.words
    slack.command("/crm restore FD-1", user=ADA)
    slack.command("/crm OP-1")
    assert "*Licences:* 12" in slack.last.words
    slack.command("/crm undo", user=ADA)
    slack.command("/crm OP-1")
    assert "Licences" not in slack.last.words


def test_another_process_knows_it_at_its_next_act(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, world: Slack
) -> None:
    deal(works)
    other = UnitOfWorkFactory(works.engine, works.clock)
    app = create_app(installed(world), create_dispatcher(other), world.signing_secret)
    there = SlackDriver(world, Direct(app, world.signing_secret, time.time), "U_RITA", "C_GENERAL")
    here = create_app(installed(world), create_dispatcher(works), world.signing_secret)
    there.command("/crm set OP-1 seats=12")
    assert "There is no “seats” here" in told(there)
    for seats, app_of in ((1, here), (2, app)):
        if seats == 1:
            world.transport = Direct(here, world.signing_secret, time.time)
            slack.command("/crm field new deal Seats number", user=ADA)
        world.transport = Direct(app_of, world.signing_secret, time.time)
        slack.command(f"/crm set OP-1 seats={seats}")
        assert f"→ {seats}" in told(slack) or f"Seats: {seats}" in told(slack)
    world.transport = Direct(here, world.signing_secret, time.time)
    slack.command("/crm field edit FD-1 name=Licences", user=ADA)
    world.transport = Direct(app, world.signing_secret, time.time)
    slack.command("/crm set OP-1 licences=5")
    assert "Licences: 2 → 5" in told(slack)


def test_a_required_field_is_asked_for_and_a_default_is_there(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "opportunity", "Contract", "choice", options="Annual, Monthly", required="yes")
    added(works, "opportunity", "Seats", "number", default="5")
    slack.command("/crm deal new Oars CU-1")
    slack.click(MORE)
    assert slack.modal
    assert slack.modal.values["x_seats"] == "5"
    slack.submit(x_contract="annual")
    assert "Contract: Annual" in told(slack)
    slack.command("/crm deal new Ropes CU-1 contract=monthly")
    with works("T1", writes=False) as work:
        assert [work.find(Opportunity, number).x_seats for number in (1, 2)] == [5, 5]
    with works("T1", "U_RITA") as work, pytest.raises(Invalid, match="Contract is required"):
        records.create(work, Opportunity, {"name": "Sails", "customer": "CU-1"})


def test_what_a_role_does_not_show_is_nowhere(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "opportunity", "Margin", "percent", searched="yes")
    deal(works, x_margin="40")
    slack.command('/crm role hide "senior rep" deal margin', user=ADA)
    assert "No senior rep sees margin of a deal any more." in told(slack)
    slack.command("/crm OP-1")
    assert "Margin" not in slack.last.words
    slack.command("/crm set OP-1 margin=50")
    assert "does not show you Margin" in answer(slack)
    for asked in ("margin > 30", "margin = empty", "sort by margin"):
        slack.command(f"/crm deal list {asked}")
        assert "OP-1" not in slack.last.words, asked
    slack.command("/crm find 40")
    assert "OP-1" not in slack.last.words
    slack.command("/crm more OP-1 --tab=details")
    assert slack.modal
    assert "Margin" not in slack.modal.words
    slack.command("/crm field delete FD-1 --yes", user=ADA)
    slack.command("/crm OP-1")
    assert "Oars" in slack.last.words
    slack.command('/crm role show "senior rep"', user=ADA)
    assert "Deal" in slack.last.words


@pytest.mark.parametrize("kind", ["text", "choice", "number", "day", "email", "money", "relation"])
def test_what_is_quick_to_filter_by_finds_the_same(
    works: UnitOfWorkFactory, ada: Customer, kind: str
) -> None:
    fill_both(works, kind)
    with works("T1", ADA, writes=False) as work:
        for op, text, nay in product(("=", "!=", "<", ">=", "~"), TYPED[kind], ("", "NOT ")):
            slow, quick = (
                answered(work, f'{nay}{name} {op} "{text}"', name) for name in ("slow", "quick")
            )
            assert slow == quick, (op, text, nay)


def fill_both(works: UnitOfWorkFactory, kind: str) -> None:
    """Twelve deals that hold the same in a field of a kind without an index and in one with it."""
    luck, texts = random.Random(kind), [*TYPED[kind], ""]
    for name in ("First", "Second"):
        given(works, Account, name=name)
    added(works, "opportunity", "Slow", kind)
    added(works, "opportunity", "Quick", kind, filterable="yes")
    for at in range(12):
        text = luck.choice(texts)
        deal(works, f"Deal {at}", x_slow=text, x_quick=text)
    with works("T1", ADA) as work:
        for number in (2, 5):
            text = luck.choice(texts)
            record = work.find(Opportunity, number)
            records.update(work, record, {"x_slow": text, "x_quick": text})


def answered(work: UnitOfWork, asked: str, name: str) -> Any:
    """The ids that a list finds, or why it finds none, without the name of the field."""
    try:
        return [each.id for each in list_records(work, Opportunity, asked).records]
    except ValueError as error:
        return str(error).lower().replace(name, "")


def test_it_is_found_by_the_index(works: UnitOfWorkFactory, ada: Customer) -> None:
    added(works, "opportunity", "Code", "text")
    for at in range(300):
        deal(works, f"Deal {at}", x_code=f"code {at}")
    with works("T1", ADA) as work:
        records.update(work, work.find(CustomField, 1), {"filterable": "yes"})
    seen = plans(
        works, lambda work: list_records(work, Opportunity, 'code = "code 7"'), "custom_value"
    )
    assert seen
    assert all("ix_custom_value" in plan for plan in seen), seen
    with works("T1", ADA) as work:
        assert [r.name for r in list_records(work, Opportunity, 'code = "CODE 7"').records] == [
            "Deal 7"
        ]


def test_no_two_records_hold_the_same_in_a_unique_field(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "opportunity", "Contract number", "text", is_unique="yes")
    deal(works, "Oars", x_contract_number="AB-1")
    slack.command('/crm deal new Sails CU-1 contract_number="ab-1"')
    assert "There is already OP-1 Oars with Contract number “ab-1”." in answer(slack)
    slack.command("/crm delete OP-1 --yes", user=ADA)
    slack.command('/crm deal new Sails CU-1 contract_number="ab-1"')
    assert "Created" in told(slack)
    slack.command("/crm restore OP-1", user=ADA)
    assert "There is already OP-" in answer(slack)


def test_a_field_becomes_unique_only_where_nothing_is_there_twice(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "opportunity", "Contract number")
    for name in ("Oars", "Sails"):
        deal(works, name, x_contract_number="AB-1")
    slack.command("/crm field edit FD-1 unique=yes", user=ADA)
    assert "OP-1 and OP-2 both have “AB-1”" in answer(slack)
    slack.command("/crm set OP-2 contract_number=AB-2")
    slack.command("/crm field edit FD-1 unique=yes", user=ADA)
    assert "Unique: no → yes" in told(slack)
    slack.command("/crm set OP-2 contract_number=AB-1")
    assert "There is already OP-1 Oars with Contract number “AB-1”." in answer(slack)


def test_a_file_fills_unique_and_required_fields_row_by_row(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "lead", "Code", "text", is_unique="yes", required="yes")
    rows = ["Ada,Acme,A1", "Bo,Acme,a1", "Cy,Acme,", "Di,Acme,D1"]
    bad = rejected(works, Lead, "first_name,company,Code\n" + "\n".join(rows))
    assert len(bad) == 2
    assert "Code is required" in bad[0]
    assert "Code “a1”" in bad[1]


@SQLITE
def test_options_that_records_hold_stay(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "opportunity", "Contract", "choice", options="Annual, Monthly")
    deal(works, x_contract="annual")
    slack.command('/crm field edit FD-1 options="Monthly, Weekly"', user=ADA)
    assert "1 deal holds Annual" in answer(slack)
    slack.command('/crm field edit FD-1 options="Weekly, Annual"', user=ADA)
    assert "Options: Annual, Monthly → Weekly, Annual" in told(slack)
