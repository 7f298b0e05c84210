"""Taking an act back and doing it again: what comes back, and what is in the way."""
# ruff: noqa: F811 — the fixtures keep their names here

import pytest
from sqlalchemy import select, text

from models.activities.activity import Activity
from models.core import records
from models.core.audit import chain
from models.core.errors import Conflict
from models.core.history import undo as undoing
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity, StageChange
from models.support.case import Case, CaseComment, CaseStatus
from tests.ground import given
from tests.models.marks import SQLITE
from tests.models.undo import act, ada, broken, change, eve, now, undo  # noqa: F401

# ── what comes back ───────────────────────────────────────────────────────────────────────────────


def test_undoing_a_change_brings_the_old_values_back(works: UnitOfWorkFactory, ada: Lead) -> None:
    undo(works, change(works, "U_RITA", first_name="Grace", company="Navy", tags=""))
    lead = now(works, Lead)
    assert (lead.first_name, lead.company, lead.tags) == ("Ada", "Engines", ("vip",))


def test_what_was_undone_is_done_again_and_undone_again(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    units = [change(works, "U_RITA", first_name="Grace")]
    names = []
    for _ in range(4):
        units.append(undo(works, units[-1]))
        names.append(now(works, Lead).first_name)
    assert names == ["Ada", "Grace", "Ada", "Grace"]
    with works("T1", writes=False) as work:
        doors = [entry.door for entry in records.history(work, work.find(Lead, 1))][-4:]
    assert doors == ["undo", "redo", "undo", "redo"]


@SQLITE
def test_undoing_a_creation_hides_what_was_created_and_redoing_shows_it(
    works: UnitOfWorkFactory,
) -> None:
    unit = act(works, "U_RITA", lambda work: records.create(work, Lead, {"first_name": "Ada"}))
    undone = undo(works, unit)
    assert now(works, Lead).deleted_at
    act(works, "U_RITA", lambda work: undoing.redo(work, undone))
    assert now(works, Lead).deleted_at is None


@SQLITE
def test_undoing_a_deletion_restores(works: UnitOfWorkFactory, ada: Lead) -> None:
    undo(works, act(works, "U_RITA", lambda work: records.delete(work, work.find(Lead, 1))))
    assert now(works, Lead).deleted_at is None


def test_a_conversion_is_undone_as_a_whole(works: UnitOfWorkFactory, ada: Lead) -> None:
    undo(works, act(works, "U_RITA", lambda work: work.find(Lead, 1).convert(work)))
    lead = now(works, Lead)
    assert (lead.status, lead.converted_customer, lead.converted_opportunity) == ("new", None, None)
    with works("T1") as work:
        for entity in (Customer, Account, Opportunity):
            assert work.session.scalars(select(entity)).all() == []


def test_moving_a_deal_back_is_a_move_as_well_and_the_rules_do_not_get_the_last_word(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Account, name="Acme")
    given(works, Opportunity, name="Acme", account="AC-1", stage="discovery", probability="50")
    undo(works, act(works, "U_RITA", lambda work: work.find(Opportunity, 1).move(work, "proposal")))
    deal = now(works, Opportunity)
    assert (deal.stage, deal.probability, deal.forecast) == ("discovery", 50, "pipeline")
    with works("T1") as work:
        moves = work.session.scalars(select(StageChange.after).order_by(StageChange.id)).all()
    assert moves == ["discovery", "proposal", "discovery"]


def test_an_answer_is_taken_back_with_all_that_followed_from_it(
    works: UnitOfWorkFactory, broken: Case
) -> None:
    unit = act(
        works, "U_SAM", lambda work: work.find(Case, 1).resolve(work, "A new mast is on its way")
    )
    undone = undo(works, unit, "U_SAM")
    case = now(works, Case)
    assert (case.status, case.responded_at, case.resolved_at) == (CaseStatus.NEW, None, None)
    assert said(works) == ("", [])
    undo(works, undone, "U_SAM")
    assert said(works) == ("A new mast is on its way", ["A new mast is on its way"])
    assert now(works, Case).status == CaseStatus.RESOLVED


def said(works: UnitOfWorkFactory) -> tuple[str, list[str]]:
    """What the card says was answered last, and all that stands."""
    with works("T1", writes=False) as work:
        fact = dict(work.find(Case, 1).facts(work)).get("Last reply", "")
        return fact, list(
            work.session.scalars(
                select(CaseComment.text).where(CaseComment.taken_back_at.is_(None))
            )
        )


@SQLITE
def test_a_note_is_in_the_trail_and_taken_back_though_no_field_changed(
    works: UnitOfWorkFactory, broken: Case
) -> None:
    undo(
        works,
        act(works, "U_RITA", lambda work: work.find(Case, 1).reply(work, "Angry", public=False)),
    )
    with works("T1", writes=False) as work:
        told = [(entry.field, entry.old, entry.new) for entry in records.history(work, broken)][-2:]
    assert told == [("note:1", None, "Angry"), ("note:1", "Angry", None)]
    assert said(works) == ("", [])


def test_what_a_rule_changed_elsewhere_comes_back_too(
    works: UnitOfWorkFactory, eve: Customer
) -> None:
    for value in ("a@example.org", "b@example.org"):
        texts = {"customer": eve.ref, "type": "email", "value": value, "primary": "yes"}
        unit = act(works, "U_RITA", lambda work, texts=texts: records.create(work, Contact, texts))
    assert [now(works, Contact, number).primary for number in (1, 2)] == [False, True]
    undone = undo(works, unit)
    assert now(works, Contact, 1).primary
    undo(works, undone)
    assert [now(works, Contact, number).primary for number in (1, 2)] == [False, True]


# ── what is in the way ────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_what_somebody_changed_since_is_not_undone_and_nothing_is(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    unit = change(works, "U_RITA", first_name="Grace", company="Navy")
    change(works, "U_RAVI", first_name="Edith")
    with pytest.raises(Conflict) as caught:
        undo(works, unit)
    assert str(caught.value) == (
        "Ravi Rao has changed First name of LD-1 Edith to Edith since; it cannot simply be undone."
    )
    assert now(works, Lead).company == "Navy"


@SQLITE
def test_what_was_changed_elsewhere_on_the_record_stays(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    unit = change(works, "U_RITA", first_name="Grace")
    change(works, "U_RAVI", company="Looms")
    undo(works, unit)
    assert (now(works, Lead).first_name, now(works, Lead).company) == ("Ada", "Looms")


@SQLITE
def test_what_was_deleted_since_is_brought_back_first(works: UnitOfWorkFactory, ada: Lead) -> None:
    unit = change(works, "U_RITA", first_name="Grace")
    act(works, "U_RITA", lambda work: records.delete(work, work.find(Lead, 1)))
    with pytest.raises(Conflict, match="LD-1 Grace was deleted since. First: restore LD-1"):
        undo(works, unit)


def test_a_creation_others_went_on_from_is_not_undone(works: UnitOfWorkFactory) -> None:
    unit = act(works, "U_RITA", lambda work: records.create(work, Lead, {"first_name": "Ada"}))
    later = change(works, "U_RAVI", company="Navy")
    with pytest.raises(Conflict, match="Ravi Rao has changed Company of LD-1 Ada to Navy since"):
        undo(works, unit)
    undo(works, later, "U_RAVI")
    undo(works, unit)
    assert now(works, Lead).deleted_at


def test_a_conversion_is_not_undone_when_its_deal_has_a_task(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    unit = act(works, "U_RITA", lambda work: work.find(Lead, 1).convert(work))
    made = given(works, Activity, by="U_RAVI", description="Call Ada", opportunity="OP-1")
    with pytest.raises(Conflict) as caught:
        undo(works, unit)
    assert str(caught.value).startswith("Ravi Rao has linked AT-1 Call Ada to ")
    act(works, "U_RAVI", lambda work: records.delete(work, work.find(Activity, made.number)))
    undo(works, unit)


@SQLITE
def test_a_case_that_was_answered_since_stays(works: UnitOfWorkFactory, eve: Customer) -> None:
    texts = {"subject": "Lost oar", "customer": eve.ref}
    unit = act(works, "U_SAM", lambda work: records.create(work, Case, texts))
    act(works, "U_SOFIA", lambda work: work.find(Case, 1).reply(work, "Angry", public=False))
    with pytest.raises(Conflict, match="Sofia Stein has said something on CS-1 Lost oar since"):
        undo(works, unit, "U_SAM")


@SQLITE
def test_a_team_that_people_joined_since_stays(works: UnitOfWorkFactory) -> None:
    unit = act(works, "U_ADA", lambda work: records.create(work, Team, {"name": "West"}))
    act(
        works,
        "U_ADA",
        lambda work: work.find(Team, 4).take(work.get(User, work.lookup("user", "U_JULE"))),
    )
    with pytest.raises(Conflict, match="Ada Abel has linked US-8 Jule Jansen to TM-4 West since"):
        undo(works, unit, "U_ADA")


@SQLITE
def test_what_was_erased_is_not_brought_back(works: UnitOfWorkFactory, ada: Lead) -> None:
    unit = change(works, "U_RITA", first_name="Grace")
    chain.seal_all(works)
    with works.engine.begin() as connection:
        erased = (
            "UPDATE audit_entry SET old = NULL, new = NULL, salt = NULL WHERE field = 'first_name'"
        )
        connection.execute(text(erased))
    with pytest.raises(Conflict, match="was erased, and nobody knows it any more"):
        undo(works, unit)
