"""Catalogues: everybody looks at master data, and only who is named for it changes it."""

import random

import pytest
from sqlalchemy import select

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.core import records
from models.core.errors import Forbidden
from models.core.identity import rights
from models.core.identity.rights import PRESETS, VERBS, Preset, Rights, Scope
from models.core.identity.role import Role
from models.core.permissions import policy, visibility
from models.core.search.query import find_records
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from tests.models.companies import company
from tests.models.core.permissions.test_owning import allow
from tests.models.core.permissions.test_visibility import allowed, everyone, plain
from tests.tables import table

CHANGES = ("new", "edit", "set", "delete", "restore", "revert", "assign", "import")
LOOKS = ("show", "list", "find", "more", "history", "as")


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make accounts the master data of the company, for one test."""
    monkeypatch.setattr(Account, "catalogue", True)


def scopes(found: Rights, *verbs: str) -> set[Scope]:
    return {found.scope("account", verb) for verb in verbs}


@table(
    ("text", "looks", "changes"),
    [
        ("everything: everything own", "all", "none"),
        ("everything: look own, new, change own", "all", "none"),
        ("everything: look none, change none\nlead: look own", "all", "none"),
        ("everything: look, new, edit, delete, assign, import", "all", "none"),
        ("everything: look, change team", "all", "none"),
        ("lead: look own", "all", "none"),
        ("everything: look own, new, change", "all", "none"),
        ("everything: everything", "all", "all"),
        ("everything: everything own\naccount: everything", "all", "all"),
        ("everything: everything own\naccount: look, change own", "all", "own"),
        ("everything: look, change\naccount: look", "all", "none"),
        ("everything: look\naccount: none", "none", "none"),
        ("everything: look, change\naccount: look none, change", "none", "none"),
        ("lead: claim\ncrm: report", "none", "none"),
        ("", "none", "none"),
    ],
)
def test_who_looks_anywhere_looks_at_all_of_it_and_who_is_named_changes_it(
    text: str, looks: str, changes: str
) -> None:
    found = rights.read(text)
    assert scopes(found, *LOOKS) == {looks}
    assert scopes(found, *CHANGES) == {changes}
    assert scopes(rights.read(str(found)), *LOOKS, *CHANGES) == {looks, changes}


def test_of_the_presets_managers_and_admins_change_it() -> None:
    found = {preset: rights.stored(PRESETS[preset]).scopes for preset in Preset}
    without = {
        preset: Rights({about: line for about, line in lines.items() if about != "account"})
        for preset, lines in found.items()
    }
    assert {preset for preset, role in without.items() if scopes(role, *LOOKS) != {"all"}} == set()
    assert {
        preset for preset, role in without.items() if scopes(role, *CHANGES) != {Scope.NONE}
    } == {Preset.MANAGER, Preset.ADMIN}


def test_what_a_role_may_not_do_at_all_it_may_not_do_here_either() -> None:
    found = rights.read("everything: look, history none, more own, change own, export none")
    assert scopes(found, "history", "export") == {Scope.NONE}
    assert scopes(found, "more", "show") == {Scope.ALL}
    assert scopes(rights.read("everything: look, change own"), "export") == {Scope.OWN}


def test_a_right_is_given_by_the_word_on_top_of_looking() -> None:
    rep = rights.read("everything: look own, new, change own").but("account", "edit", Scope.ALL)
    assert str(rep).splitlines()[-1] == "account: look, export own, edit"
    assert scopes(rep, *LOOKS, "edit") == {Scope.ALL}
    assert scopes(rep, "delete", "new", "assign") == {Scope.NONE}


def test_giving_it_away_needs_to_have_it() -> None:
    manager = rights.stored(PRESETS[Preset.MANAGER])
    rep = rights.read("everything: look, new, change own")
    named = rights.read("account: look, edit")
    assert named.beyond(rep, rights.NOTHING) == "account edit all"
    assert rights.read("account: edit, look").beyond(manager, rights.NOTHING) == ""


@pytest.fixture
def nobodys(works: UnitOfWorkFactory) -> Account:
    with works("T1") as work:
        return work.add(Account(name="Price list"))


@pytest.mark.parametrize("owned", ["owner", ""], ids=["an owner", "no owner"])
def test_a_rep_reads_the_catalogue_and_changes_nothing_of_it_by_any_way(
    works: UnitOfWorkFactory, nobodys: Account, monkeypatch: pytest.MonkeyPatch, owned: str
) -> None:
    monkeypatch.setattr(Account, "owned", owned)
    allow(works, "rep", "everything: everything own")
    with works("T1", "U_JULE", writes=False) as work:
        here = work.get(Account, nobodys.id)
        assert find_records(work, Account, "price").records == [here]
        assert {verb for verb in (*LOOKS, "export") if not policy.can(work.actor, verb, here)} == (
            set()
        )
        for verb in (*CHANGES, "claim"):
            assert not policy.can(work.actor, verb, here)
            assert not policy.can(work.actor, verb, Account)
            told = rf"^Your role \(rep\) does not allow “account {verb}”\. Ada Abel can give it\.$"
            with pytest.raises(Forbidden, match=told):
                policy.check(work, verb, here)
            only = select(Account).where(visibility.only(work, Account, verb))
            assert work.session.scalars(only).all() == []


def test_one_line_names_a_role_for_it_and_it_changes_what_nobody_owns(
    works: UnitOfWorkFactory, nobodys: Account
) -> None:
    allow(works, "rep", "everything: everything own\naccount: everything")
    with works("T1", "U_JULE") as work:
        here = work.get(Account, nobodys.id)
        records.update(work, here, {"name": "Prices"})
        assert all(policy.can(work.actor, verb, here) for verb in CHANGES)
        made = records.create(work, Account, {"name": "Discounts"})
    with works("T1", writes=False) as work:
        assert work.get(Account, made.id).name == "Discounts"
        assert work.session.scalars(select(Role.key).where(Role.rights.contains("account"))).all()


@pytest.mark.dialect
@pytest.mark.parametrize("owned", ["owner", ""], ids=["an owner", "no owner"])
def test_one_by_one_and_by_statement_the_answer_is_the_same(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch, owned: str
) -> None:
    monkeypatch.setattr(Account, "owned", owned)
    there = plain(works, company(works, random.Random(7)))
    seen = 0
    for slack_id in everyone(works):
        with works("T1", slack_id, writes=False) as work:
            may = allowed(work, there, Account)
            assert set(work.session.scalars(select(Account.number))) == may
            seen += len(may)
            for verb in sorted(VERBS["account"] | {"export", "import"}):
                assert usable(work, verb) == usable_one_by_one(work, verb), (slack_id, verb)
    assert seen > 10


def usable(work: UnitOfWork, verb: str) -> set[int]:
    where = visibility.only(work, Account, verb)
    return set(work.session.scalars(select(Account.number).where(where)))


def usable_one_by_one(work: UnitOfWork, verb: str) -> set[int]:
    with policy.beyond(work.session):
        there = work.session.scalars(select(Account)).all()
    may = ("show", verb)  # nothing is done with what one does not see
    return {
        record.number
        for record in there
        if all(policy.can(work.actor, each, record) for each in may)
    }
