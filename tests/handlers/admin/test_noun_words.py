"""Admins say what nouns are called: everything uses the word, and the usual one is understood."""

import time

import pytest
from sqlalchemy import select

from bot.app import create_app, create_dispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Direct
from handlers.core.interaction import Interaction
from handlers.core.responses import Message
from models.core import records
from models.core.custom.noun_word import NounWord
from models.core.errors import CRMError
from models.core.fields.shape import ENTERED, Called, Shape, entered
from models.core.fields.words import said
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given, together
from tests.handlers.admin.test_options import ADA, admin, answer, deal
from tests.handlers.kit import count, found, told
from tests.installed import installed
from tests.tables import table

AUFTRAG = "word deal Auftrag plural=Aufträge"


@pytest.fixture
def auftrag(slack: SlackDriver, ada: Customer) -> None:
    made = admin(slack, AUFTRAG)
    assert "Created NW-1 Words for deals" in made, made
    assert "Plural: Aufträge" in made


@table(
    "line",
    [
        "auftrag list",
        "Auftrag list",
        "aufträge",
        "auftrage",
        "AUFTRÄGE list",
        "list Aufträge",
        "deal list",
        "opportunities",
    ],
)
@pytest.mark.usefixtures("auftrag")
def test_both_words_are_understood(slack: SlackDriver, works: UnitOfWorkFactory, line: str) -> None:
    if not count(works, Opportunity):
        deal(works)
    slack.command(f"/crm {line}")
    assert "1 Auftrag" in slack.last.words, slack.last.words
    assert "OP-1" in slack.last.words


@pytest.mark.dialect
@pytest.mark.usefixtures("auftrag")
def test_headings_forms_receipts_help_and_reports_use_it(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm new auftrag Oars customer=CU-1 amount=100")
    assert "Created OP-1 Oars" in told(slack)
    slack.command("/crm auftrag new")
    assert slack.modal
    assert "New Auftrag" in slack.modal.text
    slack.close(slack.actor)
    slack.command("/crm help auftrag")
    read = slack.last.words
    assert "Close the Auftrag as won today." in read
    assert "/crm Auftrag stage OP-1" in read
    slack.command("/crm report")
    assert "Qualification: 1 Auftrag, €100" in slack.last.words
    slack.command("/crm task new Call customer=CU-1 auftrag=OP-1")
    assert "Auftrag: OP-1 Oars" in told(slack)
    slack.command("/crm task new Call customer=CU-1 deal=OP-1")
    assert "Auftrag: OP-1 Oars" in told(slack)
    slack.command("/crm find nothing at all of that kind")
    slack.command("/crm deal list amount > 5k")
    assert "No Auftrag matches" in slack.last.words
    slack.command("/crm deal list")
    assert " deal" not in slack.last.words


@pytest.mark.usefixtures("auftrag")
def test_a_name_that_people_gave_stays_as_it_is(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works, "Big deal with deals")
    for line in ("OP-1", "deal list", "report stuck", "history OP-1", "task new Call deal=OP-1"):
        slack.command(f"/crm {line}")
        assert "Big deal with deals" in slack.last.words, line


@table(
    ("line", "why"),
    [
        ("word lead Deal", "“Deal” means something else already: it stands for deals."),
        ("word lead Opportunity", "it stands for deals."),
        ("word lead Auftrag", "it stands for deals."),
        ("word lead aufträge", "it stands for deals."),
        ("word lead Project plural=Cases", "“Cases” means something else already"),
        ("word lead List", "“List” means something else already: it is a command."),
        ("word lead Won", "it is a command."),
        ("word lead Audit", "it is a command."),
        ("word lead Help", "it is a command."),
        ("word lead Score", "it is a field of a lead."),
        ("word lead 99", "has letters only"),
        ("word lead <!channel>", "has letters only"),
        ("word lead one two three four five", "has letters only"),
        ("word role Rolle", "Say the noun first"),
        ("word Auftrag2 x", "Say the noun first"),
        ("word lead reset", "Rapport's own word is lead"),
        ("noun word new lead", "Noun"),
        ("noun word edit NW-1 about=lead", "The noun stays."),
        ("object new Auftrag", "“auftrag” means something else already."),
        ("object new Deal", "“deal” means something else already."),
    ],
)
@pytest.mark.usefixtures("auftrag")
def test_a_word_that_cannot_be_is_refused_with_a_sentence(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, why: str
) -> None:
    read = admin(slack, line)
    assert why in read, read
    with works("T1", writes=False) as work:
        assert [(row.one, row.many) for row in work.session.scalars(select(NounWord))] == [
            ("Auftrag", "Aufträge")
        ]


@pytest.mark.usefixtures("auftrag")
def test_it_is_changed_and_undone_and_earlier_words_are_still_understood(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works)
    read = admin(slack, "word deal Chance")
    assert "Word: Auftrag → Chance" in read
    assert "Plural: Aufträge → Chances" in read
    for line, word in (("auftrag list", "1 Chance"), ("chances", "1 Chance")):
        slack.command(f"/crm {line}")
        assert word in slack.last.words
    admin(slack, "undo")
    slack.command("/crm auftrag list")
    assert "1 Auftrag" in slack.last.words
    admin(slack, "word deal reset")
    for line in ("deal list", "auftrag list", "chances"):
        slack.command(f"/crm {line}")
        assert "1 deal" in slack.last.words, line
    assert "Created NW-2" in admin(slack, "word lead Chance")
    slack.command("/crm chances")
    assert "lead" not in slack.last.words
    assert "OP-1" not in slack.last.words
    assert "Chance" in slack.last.words
    read = admin(slack, "history NW-1")
    assert "Word: Auftrag → Chance" in read
    assert "Lead: Chance, Chances (NW-2)" in admin(slack, "word")


@pytest.mark.usefixtures("auftrag")
def test_rights_hold_whatever_the_word_becomes(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deal(works, amount="100")
    admin(slack, 'role edit "senior rep" rights="auftrag: look, hide amount"')
    with works("T1", writes=False) as work:
        role = work.session.scalars(select(Role).where(Role.key == "senior rep")).one()
        assert role.rights == "deal: look, hide amount"
    admin(slack, "role show RO-2")
    assert "*Auftrag:* look, hide amount" in slack.last.words
    admin(slack, "word deal reset")
    slack.command("/crm OP-1")
    assert "100" not in slack.last.words


@pytest.mark.usefixtures("auftrag")
def test_what_was_saved_with_a_word_goes_on(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    deal(works)
    slack.command('/crm auftrag list open | save "Mine"')
    said = admin(slack, "rule new when auftrag changes then dm owner")
    assert "Created RU-1" in said, said
    admin(slack, "word deal reset")
    slack.command("/crm lists Mine")
    assert "OP-1" in slack.last.words
    assert "When a deal changes, I tell its owner." in admin(slack, "rule test RU-1")


def test_another_workspace_and_another_process(
    slack: SlackDriver, works: UnitOfWorkFactory, world: Slack, auftrag: None
) -> None:
    reply = create_dispatcher(works).do(Interaction("command", "T2", "U_OTTO", "deal list"))
    assert isinstance(reply, Message)
    assert "Auftr" not in reply.text
    other = UnitOfWorkFactory(works.engine, works.clock)
    app = create_app(installed(world), create_dispatcher(other), world.signing_secret)
    world.transport = Direct(app, world.signing_secret, time.time)
    slack.command("/crm deal list")
    assert "Auftr" in slack.last.words
    admin(slack, "word deal Chance")
    reply = create_dispatcher(works).do(Interaction("command", "T1", "U_RITA", "chance list"))
    assert isinstance(reply, Message)
    assert "Chance" in reply.text


@pytest.mark.dialect
def test_two_admins_at_once(works: UnitOfWorkFactory, ada: Customer) -> None:
    def call(about: str, word: str) -> None:
        with works("T1", ADA) as work:
            records.create(work, NounWord, {"about": about, "one": word})

    acts = [lambda: call("deal", "Chance"), lambda: call("lead", "Chance")]
    results = together([*acts, lambda: call("deal", "Auftrag")])
    assert any(isinstance(each, CRMError) for each in results)
    with works("T1", writes=False) as work:
        rows = work.session.scalars(select(NounWord)).all()
    assert len({row.about for row in rows}) == len(rows)
    assert len({row.one for row in rows}) == len(rows)


def test_reps_call_nothing(slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer) -> None:
    slack.command(f"/crm {AUFTRAG}")
    assert "Created" not in answer(slack)
    assert count(works, NounWord) == 0


def test_the_plural_follows_where_nobody_says_it(works: UnitOfWorkFactory, ada: Customer) -> None:
    given(works, NounWord, by=ADA, about="deal", one="Opportunity")
    assert found(works, NounWord, 1).many == "Opportunities"


@table(
    ("text", "read"),
    [
        ("A deal is open.", "An Auftrag is open."),
        ("no deals, 2 Deals", "no Aufträge, 2 Aufträge"),
        ("an idea for a lead", "an idea for a lead"),
        ("ideal dealer deals", "ideal dealer Aufträge"),
        ("deal new", "Auftrag new"),
    ],
)
def test_texts_of_the_program_get_the_words(text: str, read: str) -> None:
    shape = Shape(called={"opportunity": Called("deal", "deals", "Auftrag", "Aufträge")})
    with entered(shape):
        assert said(text) == read
    assert said(text) == text
    assert not ENTERED.get().called
