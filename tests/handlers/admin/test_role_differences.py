"""`role diff`: what roles say otherwise than what is shipped, and the lines that take it over."""

import re

import pytest
from sqlalchemy import func, select, update

from bot.app import create_dispatcher
from bot.cli.console import answer
from bot.sandbox.client import SlackDriver
from handlers.admin import role_differences
from handlers.core.interaction import Interaction
from models.core.audit.entries import AuditEntry
from models.core.identity.rights import PRESETS, Preset
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from tests.handlers.kit import SQLITE, told

pytestmark = SQLITE
ALIKE = "There are no differences: the role"
LINE = re.compile(r"`/crm (role .+?)`")


def admin(slack: SlackDriver, line: str) -> str:
    slack.command(f"/crm {line}", user="U_ADA")
    return told(slack)


def entries(works: UnitOfWorkFactory) -> int:
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.count(AuditEntry.id))) or 0


def test_a_workspace_begins_without_a_difference(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    assert admin(slack, "role diff").startswith(f"{ALIKE}s rep, senior rep, manager, ")
    assert told(slack).endswith("privacy officer are as Rapport ships today.")
    assert admin(slack, "role diff senior rep") == (
        "There are no differences: the role senior rep is as Rapport ships today."
    )


def test_what_an_admin_changed_is_told_with_the_line_that_takes_it_back(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    admin(slack, "role allow rep lead delete own")
    admin(slack, "role hide manager customer notes")
    before = entries(works)
    said = admin(slack, "role diff")
    assert "*rep* differs from what Rapport ships today." not in slack.last.words
    assert "Take it over:" in said
    assert "`/crm role reveal manager customer notes`" in said
    assert "hide notes" in said
    assert "No differences: rep, senior rep, executive, " in said  # its own lead it may delete
    assert entries(works) == before
    said = admin(slack, "role diff manager")
    assert "Customers: “look, new, change, hide notes”." in said
    assert "rep" not in said.replace("report", "")
    assert slack.last.words.count("Take it over:") == 1


def test_a_release_that_ships_more_is_taken_over_line_by_line(
    slack: SlackDriver, works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "account: look, new, hide notes country\nrole: look\naudit: verify"
    monkeypatch.setitem(PRESETS, Preset.SENIOR, f"{PRESETS[Preset.SENIOR]}\n{more}")
    said = admin(slack, "role diff senior rep")
    assert "Accounts: no line, so what is said about everything holds." in said
    assert "Shipped: “look, new, hide country and notes”." in said
    assert "`/crm role refuse senior rep account change`" in said
    assert "`/crm role hide senior rep account country and notes`" in said
    assert "`/crm role allow senior rep audit verify`" in said
    for line in LINE.findall(said):
        assert "senior rep" in admin(slack, line)
    assert admin(slack, "role diff senior rep").startswith(ALIKE)


@pytest.mark.parametrize("other", [each for each in Preset if each != Preset.ADMIN])
def test_every_line_it_offers_works_whatever_the_role_says(
    slack: SlackDriver, works: UnitOfWorkFactory, other: Preset
) -> None:
    """A role that says what another preset says is brought back by what the answer offers."""
    name = Preset.MARKETING if other == Preset.REP else Preset.REP
    with works("T1") as work:
        work.session.execute(update(Role).where(Role.key == name).values(rights=PRESETS[other]))
    for line in LINE.findall(admin(slack, f"role diff {name}")):
        admin(slack, line)
        assert slack.modal is None, line
    assert admin(slack, f"role diff {name}").startswith(ALIKE)


def test_a_long_answer_is_cut_between_differences(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    with works("T1") as work:
        work.session.execute(
            update(Role).where(Role.key != Preset.ADMIN).values(rights="role: look")
        )
    admin(slack, "role diff")
    texts = [block["text"]["text"] for block in slack.last.blocks]
    assert [text for text in texts if text.endswith("…")] == []
    assert "\n\n".join(texts) == answer(works, "T1", "", "role diff")
    parts = [f"{number} {'x' * 900}" for number in range(7)]
    cut = role_differences.sections("rep", parts)
    assert len(cut) == 3
    assert max(map(len, cut)) <= 3000
    assert [part for part in parts if not any(part in text for text in cut)] == []
    many = role_differences.drawn(["text"] * 60, "/crm")
    assert len(many.blocks) == role_differences.SECTIONS
    assert many.text.endswith("Look at one role: `/crm role diff rep`")


def test_a_terminal_shows_the_same(works: UnitOfWorkFactory) -> None:
    said = answer(works, "T1", "", "role diff manager")
    assert said == "There are no differences: the role manager is as Rapport ships today."
    answer(works, "T1", "", "role refuse manager lead delete")
    assert "`/crm role allow manager lead delete team`" in answer(works, "T1", "", "role diff")


def test_a_role_of_ones_own_is_compared_with_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    admin(slack, 'role new Boss rights="everything: look"')
    said = "boss is a role of your own: nothing is shipped to compare it with."
    assert admin(slack, "role diff Boss") == said
    assert admin(slack, "role diff admin").startswith("The role admin may do everything, always")
    assert "Boss" not in admin(slack, "role diff")
    admin(slack, "role diff sorcerer")
    assert slack.modal
    assert "There is no role “sorcerer”" in slack.modal.words


def test_only_admins_compare(slack: SlackDriver) -> None:
    slack.command("/crm role diff", user="U_MONA")
    assert "does not allow “role diff”" in told(slack)


def test_help_knows_it(slack: SlackDriver) -> None:
    assert "`/crm role diff`" in admin(slack, "help role")


def test_it_says_the_root_that_is_typed_here(works: UnitOfWorkFactory) -> None:
    answer(works, "T1", "", "role refuse manager lead delete")
    said = create_dispatcher(works, "/rapport").do(
        Interaction(surface="say", workspace="T1", person="", line="role diff manager")
    )
    assert "`/rapport role allow manager lead delete team`" in str(said)
