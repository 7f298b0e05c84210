"""A release that adds an entity gives the roles that exist what its presets say of it."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from models.core import records
from models.core.identity import rights
from models.core.identity.rights import PRESETS, Preset
from models.core.identity.role import Role
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.maintenance import schema
from tests.ground import settle
from tests.models.migrations.test_migrations import own_steps as own_steps
from tests.models.migrations.test_online import broken_rules

pytestmark = pytest.mark.dialect

STEP = '''"""What the presets say of accounts."""

from models.migrations import online

revision = "9999"
down_revision = "{}"


def upgrade() -> None:
    online.grant_presets("account")


def downgrade() -> None:
    """Keep the lines: the release before leaves out what it does not know."""
'''
SHIPPED = {
    Preset.REP: "account: look own, new",
    Preset.MANAGER: "accounts: everything, hide annual_revenue",
    Preset.EXECUTIVE: "account: none",
    Preset.MARKETING: "account: edit",
}
"""What the release adds to what they are shipped with."""
SUPPORT = {"support": "account: look, edit, set", "support lead": "account: look, new, change"}
"""What the presets say of accounts today."""


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    for preset, line in SHIPPED.items():
        monkeypatch.setitem(PRESETS, preset, f"{PRESETS[preset]}\n{line}")


@pytest.fixture
def step(own_steps: Path) -> Path:
    path = own_steps / "versions" / "9999_for_a_test.py"
    path.write_text(STEP.format(schema.head()))
    return own_steps


@pytest.fixture
def works(settled: Engine) -> UnitOfWorkFactory:
    """Two workspaces, of the release before: no role says anything of accounts by itself."""
    settle(settled)
    works = UnitOfWorkFactory(settled)
    for workspace in ("T1", "T2"):
        with works(workspace) as work:
            for role in work.session.scalars(select(Role).where(Role.key != Preset.ADMIN)):
                role.rights = re.sub(r"\naccount: .*", "", role.rights)
    return works


def lines(works: UnitOfWorkFactory, workspace: str = "T1") -> dict[str, str]:
    """The role → what it says of accounts, as it is stored."""
    with works(workspace, writes=False) as work:
        found = {role.key: role.rights.splitlines() for role in work.session.scalars(select(Role))}
    return {
        key: line for key, each in found.items() for line in each if line.startswith("account:")
    }


def change(works: UnitOfWorkFactory, role: str, **texts: str) -> None:
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Role, work.lookup("role", role)), texts)


def test_each_role_gets_the_line_of_its_preset_once_and_keeps_its_own(
    settled: Engine, works: UnitOfWorkFactory, step: Path
) -> None:
    change(works, "manager", rights="everything: look\naccount: look own, hide industry")
    change(works, "marketing", name="Growth")
    with works("T1", "U_ADA") as work:
        records.create(work, Role, {"name": "Boss", "rights": "everything: look"})
    for _ in range(2):
        schema.upgrade(settled, steps=step)
        assert lines(works) == {
            "rep": "account: look own, new",
            "manager": "account: look own, hide industry",
            "executive": "account: none",
            **SUPPORT,
        }
        assert lines(works, "T2") == {
            "rep": "account: look own, new",
            "manager": "account: everything, hide annual_revenue",
            "executive": "account: none",
            "marketing": "account: edit",
            **SUPPORT,
        }
        schema.downgrade(settled, "-1", steps=step)
    with works("T2", writes=False) as work:
        for role in work.session.scalars(select(Role).where(Role.key.in_(["rep", "manager"]))):
            assert role.rights == str(rights.stored(PRESETS[Preset(role.key)])), role.key


def test_processes_that_run_know_of_it_with_their_next_act(
    settled: Engine, works: UnitOfWorkFactory, step: Path
) -> None:
    def may() -> bool:
        with works("T1", "U_ELI", writes=False) as work:
            return policy.can(work.actor, "show", Account)

    assert may()
    schema.upgrade(settled, steps=step)
    assert not may()


def test_a_form_that_was_open_meanwhile_does_not_take_the_line_away(
    settled: Engine, works: UnitOfWorkFactory, step: Path
) -> None:
    with works("T1", writes=False) as work:
        role = work.get(Role, work.lookup("role", "rep"))
        before = role.version
    schema.upgrade(settled, steps=step)
    with works("T1", writes=False) as work:
        assert work.get(Role, role.id).version == before + 1


def test_such_a_step_holds_nobody_up(step: Path) -> None:
    source = (step / "versions" / "9999_for_a_test.py").read_text()
    assert broken_rules(source) == []
    with_more = source.replace('("account")', '("account")\n    op.create_table("x")')
    assert "put that into a step of its own" in broken_rules(with_more)[0]


def test_an_entity_without_lines_changes_nothing(
    settled: Engine, works: UnitOfWorkFactory, step: Path
) -> None:
    path = step / "versions" / "9999_for_a_test.py"
    path.write_text(path.read_text().replace('"account"', '"no_such_thing"'))
    schema.upgrade(settled, steps=step)
    assert lines(works) == {}
