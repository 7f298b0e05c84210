"""Roles: what admins allow, refuse, hide and show, a word at a time or in the form, and who gets
which.
"""

import pytest
from sqlalchemy import select, update

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.identity.rights import Preset
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.kit import SQLITE, told
from tests.models.gone import give_a_role_that_is_gone

pytestmark = SQLITE


def admin(slack: SlackDriver, line: str) -> str:
    """Ada types a line; returns the answer."""
    slack.command(f"/crm {line}", user="U_ADA")
    return told(slack)


def may(works: UnitOfWorkFactory, person: str, verb: str, what: str, field: str = "") -> bool:
    with works("T1", person, writes=False) as work:
        return policy.can(work.actor, verb, what, field)


def rights(works: UnitOfWorkFactory, role: str) -> str:
    with works("T1", writes=False) as work:
        return work.session.scalars(select(Role.rights).where(Role.key == role)).one()


# ── looking ───────────────────────────────────────────────────────────────────────────────────────


def test_the_roles_are_listed_and_one_is_shown_with_its_rights(slack: SlackDriver) -> None:
    listed = admin(slack, "role")
    assert [name for name in Preset if str(name) not in listed] == []
    admin(slack, "role show rep")
    assert "Lead:* look own, new, claim, change own" in slack.last.words


def test_everyone_may_look_at_roles_and_only_admins_change_them(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm role show rep")
    assert "RO-1" in slack.last.words
    assert "role.edit" not in slack.last.actions
    for line in (
        "role allow rep lead delete",
        "role refuse rep lead",
        "role hide rep customer notes",
        "role reveal rep customer notes",
        "role give @ravi manager",
        "role grant RO-1 US-2 lead delete own",
        "role decline US-2 lead delete own",
        "role edit RO-1",
        "role new Boss",
    ):
        slack.command(f"/crm {line}", user="U_MONA")
        assert "does not allow “role" in told(slack), line
        assert slack.modal is None


# ── rights ────────────────────────────────────────────────────────────────────────────────────────


def test_a_right_is_allowed_and_refused_by_a_word(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    assert not may(works, "U_ELI", "new", "lead")
    assert admin(slack, "role allow executive lead new").startswith(
        "Every executive may “lead new (all)”."
    )
    assert may(works, "U_ELI", "new", "lead")
    assert admin(slack, "role refuse executive lead new").startswith(
        "No executive may “lead new” any more."
    )
    assert not may(works, "U_ELI", "new", "lead")


def test_a_scope_says_whose_records_are_meant(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada", owner="me")
    admin(slack, "role allow senior rep lead delete own")
    with works("T1", "U_RAVI", writes=False) as work:
        assert not policy.can(work.actor, "delete", work.get(Lead, lead.id))
    with works("T1", "U_RITA", writes=False) as work:
        assert policy.can(work.actor, "delete", work.get(Lead, lead.id))


@pytest.mark.parametrize(
    "role", ['"senior rep"', "Senior Rep", "senior  rep", "RO-2", "“senior rep”"]
)
def test_a_role_is_named_as_people_name_it(
    slack: SlackDriver, works: UnitOfWorkFactory, role: str
) -> None:
    assert admin(slack, f"role refuse {role} case new").startswith(
        "No senior rep may “case new” any more."
    )


def test_allowing_what_is_allowed_says_so_and_changes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    admin(slack, "role allow rep lead delete own")
    before = rights(works, "rep")
    assert admin(slack, "role allow rep lead delete own") == "rep was like that already."
    assert rights(works, "rep") == before


def test_what_was_allowed_is_undone(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    before = rights(works, "rep")
    admin(slack, "role allow rep lead delete all")
    slack.click("crm.undo", user="U_ADA")
    assert rights(works, "rep") == before


def test_the_form_takes_the_same_words_and_tells_of_a_slip_under_the_input(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm role allow", user="U_ADA")
    slack.submit(right="rep lead", user="U_ADA")
    assert "Say the record and then what" in slack.errors["right"]
    slack.submit(right="rep lead delete all", user="U_ADA")
    assert told(slack).startswith("Every rep may “lead delete (all)”.")


def test_the_whole_table_is_edited_in_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm edit RO-1", user="U_ADA")
    assert slack.modal
    slack.submit(rights="lead: fly", user="U_ADA")
    assert slack.errors["rights"].startswith("Nobody can fly a lead. The verbs are ")
    slack.submit(rights="everything: look\nlead: look own, hide score", user="U_ADA")
    assert not may(works, "U_JULE", "show", "lead", "score")
    assert not may(works, "U_JULE", "new", "customer")


# ── fields ────────────────────────────────────────────────────────────────────────────────────────


def test_fields_are_hidden_and_shown_again(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", notes="Likes chess", city="Jena")
    said = "No manager sees city, notes of a customer any more."
    assert admin(slack, "role hide manager customer notes city").startswith(said)
    slack.command("/crm more CU-1 --tab=details", user="U_MONA")
    assert slack.modal
    assert "chess" not in slack.modal.words
    assert "Jena" not in slack.modal.words
    slack.close(user="U_MONA")
    assert admin(slack, "role reveal manager customer city").startswith(
        "Every manager sees city of a customer."
    )
    slack.command("/crm more CU-1 --tab=details", user="U_MONA")
    assert slack.modal
    assert "Jena" in slack.modal.words
    assert "chess" not in slack.modal.words


def test_what_a_role_hides_is_no_part_of_its_help(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm help customer", user="U_ELI")
    assert "City" in slack.last.words
    assert "Notes" not in slack.last.words


# ── what refers to nothing ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "allow wizard lead delete",
            "“wizard lead delete” begins with no role. There are rep, senior rep, ",
        ),
        ("allow rep unicorn delete", "There is nothing called “unicorn”."),
        ("allow rep lead fly", "Nobody can fly a lead."),
        ("allow rep lead delete mine", "“delete mine” should be a verb and own, team, all or none"),
        ("allow rep lead delete own now", "should be a verb and own, team, all or none"),
        ("hide rep customer shoes", "A customer has no field “shoes”."),
        ("hide rep audit trail", "Audit has no fields that could be hidden."),
        ("hide rep customer first_name", "A customer is known by its first name"),
        ("hide rep lead company", "A lead is known by its company"),
        ("hide rep lead owner", "A lead is known by its owner"),
    ],
)
def test_words_that_refer_to_nothing_come_back_in_the_form_with_the_reason(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, why: str
) -> None:
    before = rights(works, "rep")
    slack.command(f"/crm role {line}", user="U_ADA")
    assert slack.modal
    assert why in slack.modal.words
    assert line.partition(" ")[2] in slack.modal.values.values()
    assert rights(works, "rep") == before


def test_the_role_of_admins_stays_as_it_is(slack: SlackDriver) -> None:
    assert "The role admin stays as it is" in admin(slack, "role refuse admin lead delete")


def test_of_rights_to_what_is_gone_the_rest_holds(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    """A verb, a field and an entity were there in another version."""
    kept = "everything: look\ncustomer: look, fly own, hide shoes notes\nunicorn: look\nlead: ride"
    with works("T1") as work:
        work.session.execute(update(Role).where(Role.key == "executive").values(rights=kept))
    assert may(works, "U_ELI", "show", "customer")
    assert not may(works, "U_ELI", "show", "customer", "notes")
    assert not may(works, "U_ELI", "edit", "customer")
    assert not may(works, "U_ELI", "show", "lead")
    assert admin(slack, "role allow executive lead look").startswith(
        "Every executive may “lead look (all)”."
    )
    assert may(works, "U_ELI", "show", "lead")


def test_somebody_whose_role_is_gone_is_told_so_everywhere(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    give_a_role_that_is_gone(works, "U_RITA")
    slack.command("/crm lead list")
    assert told(slack) == "Your role (sorcerer) does not allow “lead list”. Ada Abel can give it."
    assert "Your role (sorcerer) shows you nothing here." in slack.home().words
    slack.command("/crm help")
    assert slack.last.buttons == ["My day", "Saved filters"]
    assert "convert" not in slack.last.words
    slack.command("/crm help lead")
    assert "Your role lets you do nothing with it." in slack.last.words


# ── who gets which ────────────────────────────────────────────────────────────────────────────────


def test_somebody_is_given_a_role_and_hears_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    assert "Role: senior rep → manager" in admin(slack, "role give @rita manager")
    courier.drain()
    direct = slack.slack.im("U_RITA").id
    assert [message.words for message in slack.posted(direct)] == [
        "Ada Abel gave you the role manager."
    ]
    assert may(works, "U_RITA", "digest", "crm")


def test_a_role_that_nobody_knows_is_not_given(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm role give @rita sorcerer", user="U_ADA")
    assert slack.modal
    assert "There is no role “sorcerer”" in slack.modal.words
    with works("T1", writes=False) as work:
        assert (
            work.session.scalars(select(User.role).where(User.slack_id == "U_RITA")).one()
            == Preset.SENIOR
        )


def test_the_last_admin_keeps_the_role(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    assert "Ada Abel is the last admin" in admin(slack, "role give @ada rep")
